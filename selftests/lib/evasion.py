# SPDX-License-Identifier: GPL-2.0
"""What a real stack accepts without guards, and with them.

    usage: evasion.py SEED COUNT

Two worlds that are alike, but for the guards of the attackers' ports in "g":

    attacker (netns): au, ag        veth, with virtio-net headers
    host: vu, vg                    vNICs
          tu, tg                    taps, which are made here
        |            |
       vsu          vsg             switches
        |            |
    victim-u    victim-g (netns)    sockets that take what the stack accepts

Each item (evasive.py) is sent into both. Nothing that a guard should stop may
come out of the stack of victim-g, whatever it looked like on the wire; what
victim-u got shows which ways would have worked. Names of the namespaces are in
the environment: ATTACKER, VICTIM_U, VICTIM_G.
"""
import collections
import os
import random
import socket
import struct
import subprocess
import sys

import evasive
import rawnet

PACKET_VNET_HDR, PACKET_QDISC_BYPASS = 15, 20
UDP_NO_CHECK6_RX = 102
BATCH = 40
NO_HEADER = bytes(evasive.VNET.size)
PORTS = {4: (67, 68, 1068), 6: (546, 547, 1546)}
WORLDS = "ug"
MACS = {"veth": "020000000001", "vnic": "020000000002", "tap": "020000000003"}
VICTIM, SOMEBODY = (bytes.fromhex(mac) for mac in
                    ("020000000009", "0200000000ff"))


def run(*cmd):
    subprocess.run(cmd, check=True)


class Wire(rawnet.Packet):
    """A packet socket that sends straight to the device, and says how."""

    def __init__(self, dev, netns):
        super().__init__(dev, netns, 0)
        for option in (PACKET_VNET_HDR, PACKET_QDISC_BYPASS):
            self.sock.setsockopt(rawnet.SOL_PACKET, option, 1)

    def recv(self):
        return None


class Sink:
    """What the stack of a namespace accepts."""

    def __init__(self, netns):
        self.socks = []
        with rawnet.Netns(netns):
            for family, ports in PORTS.items():
                for port in ports:
                    self.add(family, socket.SOCK_DGRAM, evasive.UDP, port)
            self.add(4, socket.SOCK_RAW, evasive.ICMP, 0)
            self.add(6, socket.SOCK_RAW, evasive.ICMP6, 0)
        self.wire = rawnet.Packet("eth0", netns)

    def add(self, family, kind, protocol, port):
        domain = socket.AF_INET if family == 4 else socket.AF_INET6
        sock = socket.socket(domain, kind, protocol)
        sock.setsockopt(socket.SOL_SOCKET, rawnet.SO_RCVBUFFORCE, 8 << 20)
        if protocol == evasive.UDP:
            if family == 6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.setsockopt(evasive.UDP, UDP_NO_CHECK6_RX, 1)
            sock.bind(("", port))
        sock.setblocking(False)
        self.socks.append((sock, family, protocol, port))

    def collect(self):
        """{number: [what was received of that item]}, and seen on the wire"""
        got, seen = collections.defaultdict(list), set()
        for sock, family, protocol, port in self.socks:
            while True:
                try:
                    data = sock.recv(70000)
                except BlockingIOError:
                    break
                number = number_of(data)
                if number is None:
                    continue
                if (family, protocol) == (4, evasive.ICMP):
                    data = data[(data[0] & 15) * 4:]
                what = port if protocol == evasive.UDP else data[0]
                got[number].append((family, protocol, what, data[0]))
        while True:
            frame = self.wire.recv()
            if frame is None:
                return got, seen
            seen.add(number_of(frame))


def number_of(data):
    at = data.find(evasive.MARK)
    if at < 0:
        return None
    text = data[at + len(evasive.MARK):][:4]
    return struct.unpack("!I", text)[0] if len(text) == 4 else None


class Test:
    def __init__(self, seed, count):
        self.rng = random.Random(seed)
        self.count = count
        self.stations = rawnet.Stations()
        self.ways = {}
        self.sinks = {}
        for world in WORLDS:
            attacker = os.environ["ATTACKER"]
            self.ways["veth", world] = Wire("a" + world, attacker)
            self.ways["vnic", world] = Wire("v" + world, None)
            self.ways["tap", world] = rawnet.Tap("t" + world, vnet_hdr=True)
            run("ip", "link", "set", "t" + world, "mtu", "9000")
            run("ip", "link", "set", "t" + world, "master", "vs" + world, "up")
            run("vswitchctl", "port", "set", "t" + world, "vlan", "trunk",
                "all", "native", "0")
            self.sinks[world] = Sink(os.environ["VICTIM_" + world.upper()])
        for port in ("pag", "vg", "tg"):
            run("vswitchctl", "port", "set", port, "dhcp-guard", "on",
                "router-guard", "on")
        self.items = {}
        self.accepted = collections.Counter()
        self.passed = collections.Counter()
        self.refused = collections.Counter()
        self.faults = []

    def send(self, way, item):
        for i, (vnet, body) in enumerate(item.frames):
            mac = b"\xff" * 6 if item.multicast else VICTIM
            if i in item.elsewhere:
                mac = SOMEBODY
            head = mac + bytes.fromhex(MACS[way])
            results = []
            for world in WORLDS:
                end = self.ways[way, world]
                try:
                    end.send(vnet + head + body)
                    results.append(None)
                except OSError as err:
                    results.append(err.errno)
            if len(set(results)) > 1:
                self.fault(item, "sent differently: %s" % results)
            if results[0]:
                self.refused[way] += 1

    def fault(self, item, text):
        self.faults.append("item %d (%s): %s\n%s" % (
            item.number, " ".join(sorted(item.features)), text,
            "\n".join("    %s %s" % (vnet.hex(), body.hex())
                      for vnet, body in item.frames)))

    def judge(self, way, item, got, seen):
        bad = {world: sorted(set(what for what in got[world]
                                 if evasive.is_bad(*what)))
               for world in WORLDS}
        names = sorted(item.features) or ["nothing"]
        if bad["g"]:
            self.fault(item, "%s: the guards let pass %s" % (way, bad["g"]))
        if item.wire:
            if not seen["u"]:
                self.fault(item, way + ": did not arrive without guards")
            if seen["g"] != (item.wire == "pass"):
                self.fault(item, way + ": the guards do not " + item.wire)
            self.accepted.update("%s %s" % (way, n) for n in names)
        if bad["u"]:
            self.accepted.update([way] + names)
        elif got["u"] and item.plain:
            self.passed.update([way])
            if sorted(got["g"]) != sorted(got["u"]):
                self.fault(item, "%s: harmless, yet not passed: %s" % (
                    way, got["u"]))

    def batch(self, items):
        for way, item in items:
            self.send(way, item)
        self.stations.sentinel.flush()
        results = {world: self.sinks[world].collect() for world in WORLDS}
        for way, item in items:
            self.judge(way, item,
                       {w: results[w][0][item.number] for w in WORLDS},
                       {w: item.number in results[w][1] for w in WORLDS})

    def run(self):
        maker = evasive.Maker(self.rng, [evasive.GSO_UDP, evasive.GSO_UDP_L4])
        items = []
        for way in MACS:
            for special in (maker.rewritten, maker.refragmented, maker.snap):
                items += [(way, special()) for _ in range(4)]
            items += [(way, item) for item in maker.fragments()]
        while maker.number < self.count:
            items.append((self.rng.choice(list(MACS)),
                          maker.make(self.rng.randrange(100) < 75)))
        for i in range(0, len(items), BATCH):
            self.batch(items[i:i + BATCH])
        for name, n in sorted(self.accepted.items()):
            print("accepted %s %d" % (name.replace(" ", "-"), n))
        for name, n in sorted(self.passed.items()):
            print("passed %s %d" % (name, n))
        for name, n in sorted(self.refused.items()):
            print("unsent %s %d" % (name, n))
        for text in self.faults[:5]:
            print("FAULT " + text)
        print("faults %d" % len(self.faults))


if __name__ == "__main__":
    Test(int(sys.argv[1]), int(sys.argv[2])).run()
