# SPDX-License-Identifier: GPL-2.0
"""Everybody to everybody in private VLANs over three switches.

    usage: pvlan_matrix.py NETNS VS0 VS1 VS2

    VS0 uplink --- uplink VS1 trunk --- uplink VS2 trunk --- wire

The switches and the links between them are there; ports with stations in
NETNS are made here, and the wire, a station that speaks any VLAN with its tag:
whatever is in such a private VLAN at the other end of a cable. VS1 has no port
in one of the private VLANs, and carries it none the less.

Each sends a broadcast, to an address that nobody has, and to each other one;
when all addresses are learned, and again when all are assigned. Who receives
what, with which tag on the wire, and at whose port a frame is refused, must be
what pvlan_oracle.py says.
"""
import collections
import json
import struct
import subprocess
import sys

import rawnet
import tags
from pvlan_oracle import community, hears, isolated, promiscuous

MAGIC = b"vsw-pvlan"
BROADCAST = b"\xff" * 6
NOBODY = bytes.fromhex("0200000000fe")

# The stations of each switch.
STATIONS = (
    {"p0": promiscuous(100, 101, 102, 109), "q0": promiscuous(100, 101),
     "a0": community(100, 101), "a1": community(100, 101),
     "b0": community(100, 102), "i0": isolated(100, 109),
     "i1": isolated(100, 109), "x0": promiscuous(200, 209),
     "y0": isolated(200, 209)},
    {"p2": promiscuous(100, 101, 102, 109), "a2": community(100, 101),
     "b2": community(100, 102), "i2": isolated(100, 109)},
    {"q3": promiscuous(100, 102, 109), "a3": community(100, 101),
     "b3": community(100, 102), "i3": isolated(100, 109),
     "y3": isolated(200, 209)},
)
# What the wire can be, by its tag.
WIRE = {
    100: promiscuous(100, 101, 102, 109), 101: community(100, 101),
    102: community(100, 102), 109: isolated(100, 109),
    200: promiscuous(200, 209), 209: isolated(200, 209),
}


def run(*argv, stdin=None):
    return subprocess.run(argv, input=stdin, text=True, check=True,
                          stdout=subprocess.PIPE).stdout


class Matrix:
    def __init__(self, netns, switches):
        self.netns, self.switches = netns, switches
        self.members = {name: m for sw in STATIONS for name, m in sw.items()}
        self.macs = {name: bytes((2, 0, 0, 0, 0, i)) for i, name in
                     enumerate([*self.members, "wire"], 1)}
        self.stations = rawnet.Stations()
        self.assigned = False
        self.seq = self.checks = self.failures = 0
        self.dropped = self.counters()

    def build(self):
        links, far, policy = [], [], []
        ports = [(sw, name) for sw, names in zip(self.switches, STATIONS)
                 for name in names] + [(self.switches[-1], "wire")]
        for sw, name in ports:
            links += ["link add p%s type veth peer name %s address %s netns %s"
                      % (name, name, self.macs[name].hex(":"), self.netns),
                      "link set p%s master %s up" % (name, sw)]
            far.append("link set %s up" % name)
            policy.append("port set p%s %s" % (
                name, "vlan trunk 100-299" if name == "wire" else
                self.members[name].setting()))
        run("ip", "-batch", "-", stdin="\n".join(links))
        run("ip", "-n", self.netns, "-batch", "-", stdin="\n".join(far))
        run("vswitchctl", "-b", "-", stdin="\n".join(policy))
        for _, name in ports:
            self.stations.add(name, rawnet.Packet(name, self.netns))

    def assign(self):
        run("vswitchctl", "-b", "-", stdin="\n".join(
            "port set p%s mac %s" % (name, self.macs[name].hex(":"))
            for name in self.members))
        self.assigned = True

    @staticmethod
    def counters():
        """Frames refused because of private VLANs, by port."""
        out = run("vswitchctl", "-s", "-j", "port", "show")
        return collections.Counter({
            port["ifname"]: drop["packets"] for port in json.loads(out)
            for drop in port["stats"]["drops"] if drop["reason"] == "pvlan"})

    # --- what is to be ------------------------------------------------------

    def flooded(self, sender, me, tag, unknown):
        want = {name: () for name, other in self.members.items()
                if name != sender and hears(me, other) and
                not (unknown and self.assigned)}
        if sender != "wire":
            want["wire"] = tag
        return want

    def expect(self, sender, me, to, drops):
        """Who gets it, as {station: its tags}."""
        tag = (tags.Tag(tags.Q, me.sends_on()),)
        if to is None:
            return self.flooded(sender, me, tag, False)
        if to == "wire":
            return {to: tag}
        if to not in self.members or self.members[to].primary != me.primary:
            return self.flooded(sender, me, tag, True)
        if hears(me, self.members[to]):
            return {to: ()}
        drops["p" + to] += 1
        return {}

    # --- what is ------------------------------------------------------------

    def send(self, sender, dst, vid=None):
        self.seq += 1
        tag = tags.encode((tags.Tag(tags.Q, vid),)) if vid else b""
        self.stations.send(sender, dst + self.macs[sender] + tag +
                           b"\x88\xb5" + MAGIC +
                           struct.pack("!I33x", self.seq))
        return self.seq

    def fail(self, text, *args):
        self.failures += 1
        if self.failures <= 20:
            print("  " + text % args)

    def compare(self, sender, sent, drops):
        """sent: {number of the frame: (what it is, {receiver: tags})}"""
        got = collections.defaultdict(list)
        for name, frames in self.stations.collect().items():
            for frame in frames:
                at = frame.find(MAGIC)
                if at >= 0:
                    seq, = struct.unpack_from("!I", frame, at + len(MAGIC))
                    got[seq].append((name, tags.decode(frame)[0]))
        for seq, (what, want) in sent.items():
            self.checks += len(self.macs)
            have = sorted(got[seq])
            want = sorted((name, tuple(stack)) for name, stack in want.items())
            if have != want:
                self.fail("%s: received by %s, want %s", what,
                          [n + ":" + tags.text(s) for n, s in have],
                          [n + ":" + tags.text(s) for n, s in want])
        now = self.counters()
        new = now - self.dropped
        self.dropped = now
        if new != drops:
            self.fail("%s: refused at %s, want %s", sender, dict(new),
                      dict(drops))

    def announce(self):
        """All addresses are learned wherever they can be."""
        for name in self.members:
            self.send(name, BROADCAST)
        for vid in WIRE:
            self.send("wire", BROADCAST, vid)
        self.stations.collect()

    def run(self):
        self.announce()
        senders = [(name, member, None)
                   for name, member in self.members.items()]
        senders += [("wire", member, vid) for vid, member in WIRE.items()]
        for sender, me, vid in senders:
            sent, drops = {}, collections.Counter()
            for to in [None, "nobody", *self.macs]:
                if to == sender:
                    continue
                want = self.expect(sender, me, to, drops)
                dst = BROADCAST if to is None else self.macs.get(to, NOBODY)
                what = "%s%s to %s" % (sender, ":%d" % vid if vid else "",
                                       to or "all")
                sent[self.send(sender, dst, vid)] = (what, want)
            self.compare(sender, sent, drops)


def main():
    matrix = Matrix(sys.argv[1], sys.argv[2:])
    matrix.build()
    matrix.run()
    matrix.assign()
    matrix.run()
    print("%d stations, %d frames, %d checks, %d failures" % (
        len(matrix.macs), matrix.seq, matrix.checks, matrix.failures))
    sys.exit(bool(matrix.failures))


main()
