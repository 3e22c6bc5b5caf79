# SPDX-License-Identifier: GPL-2.0
"""Ends of wires that whole frames are written to and read from.

    endpoint            what is at its other end
    Packet(dev, netns)  the device's driver: a veth, a vNIC, a VLAN device
    Tap(dev)            the tap device, which is made here

An endpoint gives frames with all their tags in the data, wherever the kernel
held the outermost one. Everything runs on one CPU, so that flush() can tell
when a frame has gone as far as it goes: what is sent later through the same
backlog queue comes out later.
"""
import ctypes
import errno
import fcntl
import os
import select
import socket
import struct
import subprocess

ETH_P_ALL = 0x0003
ETH_P_SENTINEL = 0x88b6         # local experimental 2
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
SO_RCVBUFFORCE = 33
TP_STATUS_VLAN_VALID = 1 << 4
TP_STATUS_VLAN_TPID_VALID = 1 << 6
AUXDATA = struct.Struct("=IIIHHHH")
TUNSETIFF = 0x400454ca
TUNSETOFFLOAD = 0x400454d0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
CLONE_NEWNET = 0x40000000
RCVBUF = 32 << 20
TIMEOUT = 60                    # seconds; a slow machine, not a limit to meet

libc = ctypes.CDLL(None, use_errno=True)


def _check(rc):
    if rc < 0:
        err = ctypes.get_errno()
        raise OSError(err, os.strerror(err))


class Netns:
    """Be in a network namespace for a while: sockets keep it."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        if not self.name:
            return
        fd = os.open("/run/netns/" + self.name, os.O_RDONLY)
        _check(libc.setns(fd, CLONE_NEWNET))
        os.close(fd)

    def __exit__(self, *_):
        _check(libc.setns(self.home, CLONE_NEWNET))
        os.close(self.home)


class Packet:
    """A packet socket on a device."""

    def __init__(self, dev, netns=None, proto=ETH_P_ALL):
        with Netns(netns):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF)
            self.sock.bind((dev, proto))
        self.sock.setblocking(False)

    def fileno(self):
        return self.sock.fileno()

    def send(self, frame):
        self.sock.send(frame)

    def recv(self):
        """The next frame, or None when there is none."""
        while True:
            try:
                data, anc, _, _ = self.sock.recvmsg(65536 + 64, 64)
                break
            except BlockingIOError:
                return None
            except OSError as err:
                # The device went down: said once, and frames may follow.
                if err.errno != errno.ENETDOWN:
                    raise
        for level, kind, value in anc:
            if level != SOL_PACKET or kind != PACKET_AUXDATA:
                continue
            status, _, _, _, _, tci, tpid = AUXDATA.unpack_from(value)
            if status & TP_STATUS_VLAN_VALID:
                if not status & TP_STATUS_VLAN_TPID_VALID:
                    tpid = 0x8100
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
        return data

    def close(self):
        self.sock.close()


class Tap:
    """A tap device and the process, this one, that is the guest behind it."""

    def __init__(self, dev, vnet_hdr=False):
        flags = IFF_TAP | IFF_NO_PI | (IFF_VNET_HDR if vnet_hdr else 0)
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, TUNSETIFF,
                    struct.pack("16sH22x", dev.encode(), flags))

    def fileno(self):
        return self.fd

    def send(self, frame):
        os.write(self.fd, frame)

    def recv(self):
        try:
            return os.read(self.fd, 65536 + 64)
        except BlockingIOError:
            return None

    def close(self):
        os.close(self.fd)


class Sentinel:
    """A veth pair of our own, beside the frames under test."""

    ROUNDS = 4      # more than a frame has queues to wait in

    def __init__(self):
        with Netns(None):
            _check(libc.unshare(CLONE_NEWNET))
            subprocess.run(["ip", "-batch", "-"], check=True, text=True,
                           input="link add s0 type veth peer name s1\n"
                                 "link set s0 up\nlink set s1 up\n")
            self.tx = Packet("s0", proto=ETH_P_SENTINEL)
            self.rx = Packet("s1", proto=ETH_P_SENTINEL)
        self.seq = 0

    def flush(self):
        for _ in range(self.ROUNDS):
            self.seq += 1
            self.tx.send(b"\xff" * 6 + b"\x02" + bytes(5) +
                         struct.pack("!HI42x", ETH_P_SENTINEL, self.seq))
            self._wait()

    def _wait(self):
        want = struct.pack("!I", self.seq)
        while True:
            if not select.select([self.rx], [], [], TIMEOUT)[0]:
                raise TimeoutError("a frame between two veths was lost")
            frame = self.rx.recv()
            if frame and frame[14:18] == want:
                return


class Stations:
    """Named endpoints; who received what?"""

    def __init__(self):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self.sentinel = Sentinel()
        self.ends = {}

    def add(self, name, end):
        self.ends[name] = end

    def drop(self, name):
        self.ends.pop(name).close()

    def send(self, name, frame):
        self.ends[name].send(frame)

    def collect(self):
        """All frames that have arrived, and will, as {name: [frame]}."""
        self.sentinel.flush()
        got = {}
        for name, end in self.ends.items():
            frames = []
            while True:
                frame = end.recv()
                if frame is None:
                    break
                frames.append(frame)
            got[name] = frames
        return got
