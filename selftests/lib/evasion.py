# SPDX-License-Identifier: GPL-2.0
"""What a real stack accepts without policies, and with them.

    usage: evasion.py SEED COUNT WORLDS

Worlds that are alike, but for policies, as "ug":

    attacker (netns): au, ag        veth, with virtio-net headers
    host: vu, vg                    vNICs
          tu, tg                    taps, which are made here
        |            |
       vsu          vsg             switches
        |            |
    victim-u    victim-g (netns)    sockets that take what the stack accepts

    u   none
    g   guards of the attackers' ports
    e   extended rules about what these send: no DHCP, no ICMP
    r   the same about what the victim's port receives
    s   basic rules: only addresses of their own, as policy.md has it

Each item (evasive.py) is sent into all. Nothing that a policy should stop may
come out of a stack behind it, whatever it looked like on the wire; what
victim-u got shows which ways would have worked. Names of the namespaces are in
the environment: ATTACKER, VICTIM_U, VICTIM_G and so on.
"""
import collections
import ipaddress
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
IS_BAD = {"g": evasive.is_bad, "e": evasive.is_denied, "r": evasive.is_denied,
          "s": evasive.is_spoofed}
# What a stack has accepted; source and target as bytes.
Got = collections.namedtuple("Got", "family protocol port first source target")
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
                    data, sender = sock.recvfrom(70000)
                except BlockingIOError:
                    break
                number = number_of(data)
                if number is None:
                    continue
                if (family, protocol) == (4, evasive.ICMP):
                    data = data[(data[0] & 15) * 4:]
                what = port if protocol == evasive.UDP else data[0]
                source = ipaddress.ip_address(sender[0].split("%")[0]).packed
                got[number].append(Got(
                    family, protocol, what, data[0], source,
                    data[8:24] if protocol == evasive.ICMP6 else b""))
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
    def __init__(self, seed, count, worlds):
        self.rng = random.Random(seed)
        self.count = count
        self.worlds = worlds
        self.stations = rawnet.Stations()
        self.ways = {}
        self.sinks = {}
        for world in worlds:
            attacker = os.environ["ATTACKER"]
            self.ways["veth", world] = Wire("a" + world, attacker)
            self.ways["vnic", world] = Wire("v" + world, None)
            self.ways["tap", world] = rawnet.Tap("t" + world, vnet_hdr=True)
            run("ip", "link", "set", "t" + world, "mtu", "9000")
            run("ip", "link", "set", "t" + world, "master", "vs" + world, "up")
            run("vswitchctl", "port", "set", "t" + world, "vlan", "trunk",
                "all", "native", "0")
            self.sinks[world] = Sink(os.environ["VICTIM_" + world.upper()])
        for world in worlds[1:]:
            self.set_policy(world)
        self.items = {}
        self.accepted = collections.Counter()
        self.passed = collections.Counter()
        self.refused = collections.Counter()
        self.faults = []

    @staticmethod
    def set_policy(world):
        attackers = ["pa" + world, "v" + world, "t" + world]
        if world == "g":
            for port in attackers:
                run("vswitchctl", "port", "set", port, "dhcp-guard", "on",
                    "router-guard", "on")
            return
        rules = {
            "e": ["out action deny weight %d protocol udp remote-port %d" %
                  (port, port) for port in (67, 68, 546, 547)] +
                 ["out action deny weight %d protocol %s" % rule
                  for rule in ((1, "icmp"), (2, "icmpv6"))],
            "s": ["out action %s local-ip %s" % rule for rule in (
                ("allow", "192.0.2.1"), ("allow", "2001:db8::1"),
                ("deny", "any"))]}
        rules["r"] = [rule.replace("out", "in").replace("remote", "local")
                      for rule in rules["e"]]
        for port in ["pwr"] if world == "r" else attackers:
            for rule in rules[world]:
                run("vswitchctl", "acl", "add", port, "direction",
                    *rule.split())

    def send(self, way, item):
        for i, (vnet, body) in enumerate(item.frames):
            mac = b"\xff" * 6 if item.multicast else VICTIM
            if i in item.elsewhere:
                mac = SOMEBODY
            head = mac + bytes.fromhex(MACS[way])
            results = []
            for world in self.worlds:
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
        names = sorted(item.features) or ["nothing"]
        accepted = passed = False
        for world in self.worlds[1:]:
            is_bad = IS_BAD[world]
            bad = [what for what in got[world] if is_bad(what)]
            if bad:
                self.fault(item, "%s: %s lets pass %s" % (way, world, bad))
            if any(is_bad(what) for what in got["u"]):
                accepted = True
            elif got["u"] and item.plain:
                passed = True
                if sorted(got[world]) != sorted(got["u"]):
                    self.fault(item, "%s: harmless, yet not passed by %s: %s" %
                               (way, world, got["u"]))
        if item.wire:
            if not seen["u"]:
                self.fault(item, way + ": did not arrive without a policy")
            for world in set(item.worlds) & set(self.worlds):
                if seen[world] != (item.wire == "pass"):
                    self.fault(item, "%s: %s does not %s" % (
                        way, world, item.wire))
            self.accepted.update("%s %s" % (way, n) for n in names)
        if accepted:
            self.accepted.update([way] + names)
        if passed:
            self.passed.update([way])

    def batch(self, items):
        for way, item in items:
            self.send(way, item)
        self.stations.sentinel.flush()
        results = {world: self.sinks[world].collect() for world in self.worlds}
        for way, item in items:
            self.judge(way, item,
                       {w: results[w][0][item.number] for w in self.worlds},
                       {w: item.number in results[w][1] for w in self.worlds})

    def run(self):
        maker = evasive.Maker(self.rng, [evasive.GSO_UDP, evasive.GSO_UDP_L4])
        items = []
        for way in MACS:
            for special in (maker.rewritten, maker.refragmented, maker.snap):
                items += [(way, special()) for _ in range(4)]
            items += [(way, item) for item in maker.fragments()]
            items += [(way, item) for item in maker.split_discovery()]
        while maker.number < self.count:
            make = maker.make
            if "s" in self.worlds and self.rng.randrange(2):
                make = maker.claim
            items.append((self.rng.choice(list(MACS)),
                          make(self.rng.randrange(100) < 75)))
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
    Test(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]).run()
