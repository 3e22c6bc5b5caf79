# SPDX-License-Identifier: GPL-2.0
"""
Does any frame see half a change? A switch whose ports are two halves, each in
a VLAN of its own, with one sender each:

	tx0 -- s0 \\			s0, s1: veth
	tx1 -- s1 - big - g0, g1, ...	the rest: dummies, which count what they
					are given
"""
import errno as E
import os
import signal
import socket
import time

from vswcheck import equal, ifindex, ip_batch, true
from vswnl import Genl, mac

M1, M2 = mac("02:00:00:00:01:01"), mac("02:00:00:00:01:02")
# Ports of a half; where every lock is watched, each costs ten times as much.
GROUP = 50 if os.path.exists("/proc/lockdep") else 250


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
        self.pid = os.fork()
        if self.pid:
            return
        stop = []
        signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sock.bind((dev, 0))
        frame = b"\xff" * 6 + src + b"\x88\xb5" + bytes(46)
        while not stop:
            try:
                sock.send(frame)
            except OSError as error:
                # veth drops when the other end has too many waiting.
                if error.errno != E.ENOBUFS:
                    raise
        os._exit(0)

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        equal(os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), 0,
              "how a sender ended")


def counted():
    """By name, what each port of big has been given, and has given."""
    return {p["IFNAME"]: (p["STATS"]["TX_PACKETS"], p["STATS"]["RX_PACKETS"])
            for p in Genl().dump("port-get", SWITCH=ifindex("big"))}


def handed_over():
    """What tx0 and tx1 have put before the ports at their other ends."""
    with open("/proc/net/dev", encoding="ascii") as lines:
        words = {name: rest.split() for name, colon, rest in
                 (line.strip().partition(":") for line in lines) if colon}
    return [int(words[name][9]) for name in ("tx0", "tx1")]


def wait_for_frames(count):
    """Until so many more have been sent by both; a busy machine takes a while."""
    start, end = handed_over(), time.monotonic() + 60
    while min(now - old for now, old in zip(handed_over(), start)) < count:
        true(time.monotonic() < end, "hardly anything is sent")
        time.sleep(0.01)


def crossings(swap, rounds, first):
    """
    Both halves of the switch, @first and the others, send while @swap changes
    their VLANs. Returns how many ports were not given exactly what the switch
    had of their own half.
    """
    before, handed_before = counted(), handed_over()
    senders = [Sender("tx0", M1), Sender("tx1", M2)]
    for n in range(rounds):
        swap(n)
        wait_for_frames(4)
    for sender in senders:
        sender.stop()

    # Frames may still wait for a CPU at the ports.
    handed = [now - old for now, old in zip(handed_over(), handed_before)]
    end = time.monotonic() + 60
    while True:
        after = counted()
        had = [after[s][1] - before[s][1] for s in ("s0", "s1")]
        if had == handed:
            break
        true(time.monotonic() < end,
             f"of {handed} frames {had} have come to the switch")
        time.sleep(0.1)

    return sum(after[name][0] - before[name][0] != had[name not in first]
               for name in after if name[0] == "g")
