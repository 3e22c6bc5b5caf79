# SPDX-License-Identifier: GPL-2.0
"""
Does any frame see half a change? A switch whose ports are two halves, each in
a VLAN of its own, with one sender each:

	tx0 -- s0 \\			s0, s1: veth
	tx1 -- s1 - big - g0 ... g497	the rest: dummies, which count what they
					are given
"""
import os
import signal
import socket
import struct

from vswcheck import equal, ifindex, ip_batch, true
from vswnl import Genl, mac

M1, M2 = mac("02:00:00:00:01:01"), mac("02:00:00:00:01:02")
GROUP = 250	# ports of a half


def big_switch(nl):
    """Make it. Returns its index, and those of its ports by name."""
    lines = ["link add big up type vswitch"]
    for n in (0, 1):
        lines += [f"link add s{n} up type veth peer name tx{n}",
                  f"link set tx{n} up", f"link set s{n} master big"]
    for n in range(2 * (GROUP - 1)):
        lines += [f"link add g{n} type dummy",
                  f"link set g{n} up master big"]
    ip_batch(lines)
    big = ifindex("big")
    ports = {p["IFNAME"]: p["IFINDEX"]
             for p in nl.dump("port-get", SWITCH=big)}
    equal(len(ports), 2 * GROUP, "ports")
    return big, ports


class Sender:
    """Broadcasts through an interface, as fast as it can, until stopped."""

    def __init__(self, dev, src):
        self.pipe, there = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(there)
            return
        stop = []
        signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sock.bind((dev, 0))
        frame = b"\xff" * 6 + src + b"\x88\xb5" + bytes(46)
        sent = 0
        while not stop:
            sock.send(frame)
            sent += 1
        os.write(there, struct.pack("=Q", sent))
        os._exit(0)

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        sent, = struct.unpack("=Q", os.read(self.pipe, 8))
        os.waitpid(self.pid, 0)
        return sent


def received():
    """By name, how many frames each port of big has been given."""
    return {p["IFNAME"]: p["STATS"]["TX_PACKETS"] for p in Genl().dump(
        "port-get", SWITCH=ifindex("big"))}


def crossings(swap, rounds, first):
    """
    Both halves of the switch, @first and the others, send while @swap changes
    their VLANs. Returns how many ports were not given exactly what their own
    half sent.
    """
    before = received()
    senders = [Sender("tx0", M1), Sender("tx1", M2)]
    for n in range(rounds):
        swap(n)
    sent = [s.stop() for s in senders]
    true(min(sent) > 4 * rounds, f"hardly anything was sent: {sent}")
    wrong = 0
    for name, count in received().items():
        if name[0] == "g":
            want = sent[name not in first]
            wrong += count - before[name] != want
    return wrong
