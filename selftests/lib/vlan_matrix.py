# SPDX-License-Identifier: GPL-2.0
"""Every kind of sender, every stack of tags, every kind of receiver.

    usage: vlan_matrix.py SWITCH 802.1Q|802.1ad NETNS

    NETNS      v*, s* (veth)         this process     this netns
                    |                   t* (tap)        n* (vNIC)
                    +------------------ SWITCH -----------+
                    |
              wire (the uplink)

Kinds: v a veth; s a veth without VLAN offload at either end; t a tap; n a
vNIC. There is one of each kind in each mode of vlan_oracle.py. Priorities pass s
and t, and the uplink, whose default that is. The frames are
crafted with scapy and sent twice where that makes a difference: with all tags
in the data, and with the outermost pushed by tc into the skb's VLAN fields.
Broadcasts go from each port to all; known unicast goes from one port of each
mode to one port of each mode. Who receives what, and what is dropped where
and why, must be what vlan_oracle.py says.
"""
import collections
import functools
import itertools
import json
import struct
import subprocess
import sys

import rawnet
import tags
from tags import AD, OLD, Q
from vlan_oracle import MODES, UPLINK, Refused, arrive, leave

from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

MAGIC = b"vsw-vlan"
KINDS = "vstn"
VIDS = (0, 10, 20, 30, 40)
ETHERTYPE = 0x88b5
BROADCAST = b"\xff" * 6

SINGLE = """q0 q0p5 ad0 ad0p5 q10 q10p5 q10p3d q20 q20p7 q30 q40 q4095
            ad10 ad10p5 ad10p2d ad20 ad30 ad40 ad4095
            old0 old10 old20 old4095"""
OUTER = "q0p5 q10p3 q20 q40 q4095 ad0p5 ad10p3 ad20 ad40 ad4095"
INNER = "q0 q10p1 q20 q40 q4095 ad0 ad10p1 ad20 old20"
TRIPLE = """q10/q10/q10 q10/q20/q10 q20/q10/ad20 q0/q10/q20 q0/q0/q10
            q0/ad10/q20 q10/ad0/q20 ad10/ad10/ad10 ad10/ad20/q10 ad20/q10/q20
            old10/q10/q20 q0/old10/q20 ad0/old0/q10 q10/old20/q10
            ad0/q10/q20 ad0/ad0/ad10 ad0/q0/q10 ad0/q0/ad10 q0/ad0/q10"""
STACKS = [()] + [tags.parse(word) for word in SINGLE.split()] + [
    tags.parse(outer + "/" + inner)
    for outer, inner in itertools.product(OUTER.split(), INNER.split())
] + [tags.parse(word) for word in TRIPLE.split()]

# Outermost tags for tc to push; it knows neither 4095 nor drop eligible.
PUSHED = sorted({s[0] for s in STACKS
                 if s and s[0].vid != 4095 and not s[0].dei and
                 s[0].tpid != OLD})


def run(*argv, stdin=None):
    return subprocess.run(argv, input=stdin, text=True, check=True,
                          stdout=subprocess.PIPE).stdout


@functools.cache
def craft(stack):
    """What follows the addresses, up to the payload, by scapy."""
    frame = Ether(dst="ff:ff:ff:ff:ff:ff", src="02:00:00:00:00:01")
    types = [t.tpid for t in stack] + [ETHERTYPE]
    frame.type = types[0]
    for tag, following in zip(stack, types[1:]):
        layer = Dot1Q if tag.tpid == Q else Dot1AD
        frame /= layer(vlan=tag.vid, prio=tag.pcp, id=tag.dei, type=following)
    return bytes(frame / Raw(MAGIC))[12:-len(MAGIC)]


class Port:
    def __init__(self, mode, kind, number):
        self.mode, self.kind, self.number = mode, kind, number
        self.name = mode.name + kind
        # Behind a vNIC is the vNIC: it is its own port.
        self.dev = self.name if kind == "n" else "p" + self.name
        self.priority = kind in ("s", "t", "")

    def src(self, pushed=0):
        return struct.pack("!BBHH", 2, pushed, 0, self.number)

    def dst(self):
        return struct.pack("!BBHH", 2, 0, 0xaa, self.number)


class Matrix:
    def __init__(self, switch, own, netns):
        self.switch, self.own, self.netns = switch, own, netns
        self.ports = [Port(mode, kind, i) for i, (mode, kind) in
                      enumerate(itertools.product(MODES, KINDS), 1)]
        self.ports.append(Port(UPLINK, "", len(self.ports) + 1))
        self.stations = rawnet.Stations()
        self.seq = 0
        self.failures = 0
        self.checks = 0
        self.dropped = self.counters()

    # --- topology -----------------------------------------------------------

    def build(self):
        links, far, vnics, policy, vlans, fdb = [], [], [], [], [], []
        for port in self.ports:
            if port.kind == "n":
                vnics += ["link add %s link %s type vswitch_vnic" %
                          (port.name, self.switch),
                          "link set %s up" % port.name]
                policy.append("port set %s mac-spoofing on" % port.dev)
            elif port.kind == "t":
                self.stations.add(port.name, rawnet.Tap(port.dev))
                links.append("link set %s up master %s" %
                             (port.dev, self.switch))
            else:
                links += ["link add %s type veth peer name %s netns %s" %
                          (port.dev, port.name, self.netns),
                          "link set %s up" % port.dev]
                if port.mode is not UPLINK:
                    links.append("link set %s master %s" %
                                 (port.dev, self.switch))
                far.append("link set %s up" % port.name)
            if port.priority and port.kind:
                policy.append("port set %s ieee-priority-tag on" % port.dev)
            for line in port.mode.setup:
                if line.startswith("vlan"):
                    policy.append("port set %s %s" % (port.dev, line))
                else:
                    vlans.append("vlan add dev %s %s%s" % (
                        port.dev, line, " self" if port.kind == "n" else ""))
            fdb += ["fdb add %s dev %s self static via %s%s" % (
                        port.dst().hex(":"), self.switch, port.dev,
                        " vlan %d" % vid if vid else "")
                    for vid in VIDS if vid in port.mode.vlans]
        run("ip", "-batch", "-", stdin="\n".join(links))
        run("ip", "-n", self.netns, "-batch", "-", stdin="\n".join(far))
        # Management off leaves no vNIC: they come later.
        run("vswitchctl", "switch", "set", self.switch, "type", "external",
            "management", "off", "uplink", "p" + UPLINK.name)
        run("ip", "-batch", "-", stdin="\n".join(vnics))
        run("vswitchctl", "-b", "-", stdin="\n".join(policy))
        run("bridge", "-batch", "-", stdin="\n".join(vlans))
        run("bridge", "-batch", "-", stdin="\n".join(fdb))
        self.build_offload()
        for port in self.ports:
            if port.kind != "t":
                self.stations.add(port.name, rawnet.Packet(
                    port.name, None if port.kind == "n" else self.netns))
        if len(json.loads(run("vswitchctl", "-j", "port", "show",
                              self.switch))) != len(self.ports):
            raise RuntimeError("not all ports are there")

    def build_offload(self):
        push = {True: [], False: []}
        for port in self.ports:
            if port.kind == "s":
                off = ["rxvlan", "off", "txvlan", "off",
                       "tx-vlan-stag-hw-insert", "off"]
                run("ethtool", "-K", port.dev, *off)
                run("ip", "netns", "exec", self.netns, "ethtool", "-K",
                    port.name, *off)
            if port.kind == "t":
                continue
            batch = push[port.kind == "n"]
            batch.append("qdisc add dev %s clsact" % port.name)
            batch += ["filter add dev %s egress protocol all prio 1 flower "
                      "src_mac 02:%02x:00:00:00:00/ff:ff:00:00:00:00 action "
                      "vlan push protocol %s id %d priority %d" %
                      (port.name, i, "802.1Q" if t.tpid == Q else "802.1ad",
                       t.vid, t.pcp) for i, t in enumerate(PUSHED, 1)]
        run("tc", "-batch", "-", stdin="\n".join(push[True]))
        run("tc", "-n", self.netns, "-batch", "-",
            stdin="\n".join(push[False]))

    @staticmethod
    def counters():
        out = run("vswitchctl", "-s", "-j", "port", "show")
        return collections.Counter({
            (port["ifname"], drop["reason"]): drop["packets"]
            for port in json.loads(out) for drop in port["stats"]["drops"]})

    # --- what is to be ------------------------------------------------------

    def broadcast(self, sender, stack, drops):
        try:
            frame = arrive(sender.mode, stack, self.own, sender.priority)
        except Refused as why:
            drops[sender.dev, str(why)] += 1
            return {}
        want, refused = {}, False
        for port in self.ports:
            if port is sender or frame.vlan not in port.mode.vlans:
                continue
            try:
                want[port.name] = leave(port.mode, frame, self.own,
                                        port.priority)
            except Refused as why:
                drops[port.dev, str(why)] += 1
                refused = True
        if not want and not refused:
            drops[sender.dev, "no-destination"] += 1
        return want

    def unicast(self, sender, receiver, stack, drops):
        try:
            frame = arrive(sender.mode, stack, self.own, sender.priority)
        except Refused as why:
            drops[sender.dev, str(why)] += 1
            return {}
        if frame.vlan not in receiver.mode.vlans:
            # It has no entry there: nobody knows the address in that VLAN.
            return self.broadcast(sender, stack, drops)
        if receiver is sender:
            drops[sender.dev, "same-port"] += 1
            return {}
        try:
            return {receiver.name: leave(receiver.mode, frame, self.own,
                                          receiver.priority)}
        except Refused as why:
            drops[receiver.dev, str(why)] += 1
            return {}

    # --- what is ------------------------------------------------------------

    def ways(self, sender, stack):
        """How a stack is sent: False in the data, True pushed by tc."""
        can_push = stack and stack[0] in PUSHED and sender.kind != "t"
        if sender.kind == "s" and can_push:
            return [True]
        return [False, True] if can_push else [False]

    def send(self, sender, stack, dst, pushed):
        self.seq += 1
        source, rest = sender.src(), stack
        if pushed:
            source, rest = sender.src(PUSHED.index(stack[0]) + 1), stack[1:]
        self.stations.send(sender.name, dst + source + craft(rest) + MAGIC +
                           struct.pack("!I34x", self.seq))
        return self.seq

    def fail(self, text, *args):
        self.failures += 1
        if self.failures <= 20:
            print("  " + text % args)

    def compare(self, sender, sent, drops):
        """sent: {number of the frame: (what it is, {receiver: stack})}"""
        got = collections.defaultdict(list)
        for name, frames in self.stations.collect().items():
            for frame in frames:
                at = frame.find(MAGIC)
                if at >= 0:
                    seq, = struct.unpack_from("!I", frame, at + len(MAGIC))
                    got[seq].append((name, tags.decode(frame)[0]))
        for seq, (what, want) in sent.items():
            self.checks += len(self.ports)
            have, want = got.pop(seq, []), list(want.items())
            for name, stack in want:
                if (name, stack) in have:
                    have.remove((name, stack))
                else:
                    self.fail("%s: not received by %s as [%s]", what, name,
                              tags.text(stack))
            for name, stack in have:
                self.fail("%s: received by %s as [%s]", what, name,
                          tags.text(stack))
        now = self.counters()
        new = now - self.dropped
        self.dropped = now
        for dev, reason in sorted(new | drops):
            if new[dev, reason] != drops[dev, reason]:
                self.fail("%s: %s of %s: got %d, want %d", sender.name,
                          reason, dev, new[dev, reason], drops[dev, reason])

    def run(self):
        for sender in self.ports:
            sent, drops = {}, collections.Counter()
            for stack in STACKS:
                for pushed in self.ways(sender, stack):
                    want = self.broadcast(sender, stack, drops)
                    seq = self.send(sender, stack, BROADCAST, pushed)
                    sent[seq] = ("%s sends [%s]%s" % (
                        sender.name, tags.text(stack),
                        " (pushed)" if pushed else ""), want)
            self.compare(sender, sent, drops)

        # One port of each mode, of changing kinds.
        some = [self.ports[i * len(KINDS) + i % len(KINDS)]
                for i in range(len(MODES))] + [self.ports[-1]]
        for i, sender in enumerate(some):
            for j, receiver in enumerate(some):
                sent, drops = {}, collections.Counter()
                for stack in STACKS:
                    pushed = self.ways(sender, stack)[(i + j) % 2:][:1] or [0]
                    want = self.unicast(sender, receiver, stack, drops)
                    seq = self.send(sender, stack, receiver.dst(), pushed[0])
                    sent[seq] = ("%s to %s sends [%s]" % (
                        sender.name, receiver.name, tags.text(stack)), want)
                self.compare(sender, sent, drops)


def main():
    switch, proto, netns = sys.argv[1:]
    matrix = Matrix(switch, AD if proto == "802.1ad" else Q, netns)
    matrix.build()
    matrix.run()
    print("%d ports, %d frames, %d checks, %d failures" % (
        len(matrix.ports), matrix.seq, matrix.checks, matrix.failures))
    sys.exit(bool(matrix.failures))


main()
