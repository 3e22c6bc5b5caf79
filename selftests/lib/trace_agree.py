# SPDX-License-Identifier: GPL-2.0
"""Does port-trace say what happens?

    usage: trace_agree.py SWITCH NETNS SEED ROUNDS FRAMES

    NETNS     g1 .. g5, wire (veth)      this netns    v1 (vNIC)
                   |                                    |
                   +------------ SWITCH ----------------+

In each round all ports get a random configuration. Then random frames, tagged
and not, well-formed and not, are first asked about and then sent. Who gets
them, with which tag, who drops them and why, and what the FDB and the list of
addresses learn, must be what was said; and asking must not change anything.
"""
import collections
import json
import random
import struct
import subprocess
import sys

import ipuse
import rawnet
import tags
import vswnl

MAGIC = b"vsw-agree"
BROADCAST = b"\xff" * 6
NAMES = ("g1", "g2", "g3", "g4", "g5", "wire", "v1")
MACS = {name: struct.pack("!HI", 0x0200, i + 1) for i, name in enumerate(NAMES)}
SMALL = "g4"                            # its port has an MTU of 1280
DESTINATIONS = ([BROADCAST] * 4 + list(MACS.values()) * 2 +
                [bytes.fromhex(m) for m in """01005e0000fb 333300000001
                 0180c200000e 0180c2000003 0200000000ff""".split()])
STACKS = [tags.parse(t) for t in """q10 q10p5 q20 q30 q0 q0p6 ad10 ad0
          q10/q20 q0/q10 ad10/q10 q10/ad20 q4095""".split()]
VLANS = ["vlan untagged"] * 4 + ["vlan access 10"] * 4 + [
    "vlan access 20", "vlan trunk 10,20 native none",
    "vlan trunk 10,20,30 native 10", "vlan trunk all native 0",
    "pvlan isolated primary 10 secondary 20",
    "pvlan community primary 10 secondary 30",
    "pvlan promiscuous primary 10 secondary 20,30"]
PRIMARY = 10
ACLS = ["direction %s action %s %s" % (direction, action, rest)
        for direction in ("in", "out") for action in ("allow", "deny")
        for rest in ("remote-ip 192.0.2.0/30", "local-ip 192.0.2.1",
                     "remote-mac 02:00:00:00:00:03",
                     "weight 7 protocol udp local-port 60-70",
                     "weight 8 protocol udp remote-port 53")]
IPS = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "169.254.0.1", "0.0.0.0"]
IPS6 = ["2001:db8::1", "2001:db8::2", "fe80::1", "::"]
VERDICTS = {vswnl.K["WALK_VERDICT_" + v]: v.lower()
            for v in ("PASS", "DROP", "SKIP", "NOTE")}
STAGES = {v: k[11:].lower().replace("_", "-")
          for k, v in vswnl.K.items() if k.startswith("WALK_STAGE_")}


def port_of(name):
    return name if name == "v1" else "p" + name


def udp(sport, dport, data=b""):
    return struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data


class Frames:
    """Random ones, each with a number of its own at its end."""

    def __init__(self, rng):
        self.rng, self.seq = rng, 0

    def payload(self):
        rng = self.rng
        v4, v6 = rng.choice(IPS), rng.choice(IPS6)
        kind = rng.randrange(14)
        if kind < 3:
            return ipuse.body(rng.choice(("arp", "reply", "snap", "tagged")),
                              rng.choice(list(MACS.values())),
                              [v4, rng.choice(IPS)])
        if kind < 6:
            return ipuse.body(rng.choice(("ip", "options", "fragment")),
                              b"", [rng.choice((v4, v6))])
        if kind == 6:
            return ipuse.body(rng.choice(("advertise", "solicit")), b"",
                              [v6, rng.choice(IPS6)])
        if kind == 7:
            return ipuse.body("short", b"", [v4])
        if kind < 11:
            src = ipuse.packed(rng.choice((v4, v6)))
            port = rng.choice((67, 68, 546, 547, 53))
            proto, packet = ipuse.ip(src, src, ipuse.UDP,
                                     udp(port, rng.choice((67, 68, 546, 53)),
                                         b"\x02" + bytes(240)),
                                     rng.random() < 0.3)
            return struct.pack("!H", proto) + packet
        if kind == 11:
            src = ipuse.packed("fe80::1")
            body = struct.pack("!BBHI", rng.choice((134, 137, 128)), 0, 0, 0)
            return struct.pack("!H", ipuse.IPV6) + ipuse.ipv6(
                src, ipuse.packed("ff02::1"), ipuse.ICMPV6, body + bytes(32))
        if kind == 12:
            body = struct.pack("!BBHI", rng.choice((5, 9, 8)), 0, 0, 0)
            return struct.pack("!H", ipuse.IPV4) + ipuse.ipv4(
                ipuse.packed(v4), ipuse.packed("192.0.2.9"), 1, body + bytes(28))
        return bytes.fromhex(rng.choice(("88b5", "88cc", "0026424203", "8809")))

    def next(self, name):
        rng = self.rng
        self.seq += 1
        src = MACS[name]
        if rng.random() < 0.25:
            src = rng.choice(list(MACS.values()) +
                             [bytes.fromhex(m) for m in
                              ("0200000000fe", "000000000000", "010000000001")])
        stack = rng.choice(STACKS) if rng.random() < 0.4 else ()
        body = self.payload()
        if rng.random() < 0.1:
            body = body[:rng.randrange(2, len(body) + 1)]
        size = 1400 if rng.random() < 0.1 and name != SMALL else 60
        mark = MAGIC + struct.pack("!I", self.seq)
        return mark, (rng.choice(DESTINATIONS) + src + tags.encode(stack) +
                      body.ljust(size - 12 - len(mark), b"\0") + mark)


class World:
    def __init__(self, switch, netns, seed):
        self.rng = random.Random(seed)
        self.frames = Frames(self.rng)
        self.genl = vswnl.Genl(size=1 << 20)
        self.switch = switch
        self.stations = rawnet.Stations()
        for name in NAMES:
            self.stations.add(name, rawnet.Packet(
                name, None if name == "v1" else netns))
        links = json.loads(subprocess.run(
            ["ip", "-j", "link"], check=True, stdout=subprocess.PIPE).stdout)
        self.index = {link["ifname"]: link["ifindex"] for link in links}
        self.name = {v: k for k, v in self.index.items()}
        self.seen = collections.Counter()
        self.secondaries = set()

    def configure(self):
        rng, lines = self.rng, []
        for name in NAMES:
            words = ["port set", port_of(name), rng.choice(VLANS)]
            if name not in ("v1", "wire"):
                words += ["mac", MACS[name].hex(":")
                          if rng.random() < 0.5 else "none"]
            for guard in ("dhcp-guard", "router-guard", "ieee-priority-tag"):
                words += [guard, rng.choice(("on", "off"))]
            words += ["dynamic-ip-limit", str(rng.choice((0, 0, 1, 2, 5)))]
            words += ["mirror", rng.choice(["none"] * 5 +
                                           ["source", "destination"])]
            lines.append(" ".join(words))
            lines.append("acl flush " + port_of(name))
            if rng.random() < 0.4:
                lines.append("acl add %s %s" % (port_of(name),
                                                rng.choice(ACLS)))
        # What cannot be had together is refused; any configuration will do.
        subprocess.run(["vswitchctl", "-f", "-b", "-"], check=False, text=True,
                       input="\n".join(lines) + "\n",
                       stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for name in ("pg3", "pg5"):
            subprocess.run(["ip", "link", "set", name,
                            "down" if rng.random() < 0.2 else "up"], check=True)
        if rng.random() < 0.5:
            subprocess.run(["vswitchctl", "fdb", "flush", self.switch],
                           check=True, stdout=subprocess.DEVNULL)
        self.secondaries = {vid for p in self.ports() for vid in
                            p.get("PVLAN", {}).get("SECONDARY", [])}
        self.wait_for_links()

    def wait_for_links(self):
        """As netdevs say they are: the switch is told a moment later."""
        while True:
            up = {p["IFINDEX"]: p["LINK_UP"] for p in self.ports()}
            if all(bool(up[self.index[n]]) == self.is_up(n)
                   for n in ("pg3", "pg5")):
                return

    @staticmethod
    def is_up(dev):
        with open("/sys/class/net/%s/operstate" % dev, encoding="ascii") as f:
            return f.read().strip() == "up"

    def ports(self):
        return self.genl.dump("port-get", SWITCH=self.index[self.switch])

    def fdb(self):
        found = self.genl.dump("fdb-get", SWITCH=self.index[self.switch])
        return {(e["MAC"], e.get("VID")): (e["PORT"], e["STATE"])
                for e in found}

    def state(self):
        """All that a frame could change, but for ages."""
        counters = {
            p["IFINDEX"]: (json.dumps(p["STATS"], sort_keys=True),
                           sorted(a["ADDRESS"] for a in p.get("IP_ADDRESS", [])))
            for p in self.ports()}
        return counters, self.fdb()

    def drops(self):
        return collections.Counter({
            (self.name[p["IFINDEX"]], drop["REASON"]): drop["PACKETS"]
            for p in self.ports() for drop in p["STATS"].get("DROP", [])})

    def ask(self, name, frame):
        steps = self.genl.dump("port-trace", PORT=self.index[port_of(name)],
                               FRAME=frame)
        for step in steps:
            self.seen[STAGES[step["STAGE"]] + " " +
                      VERDICTS[step["VERDICT"]]] += 1
        return steps

    def told(self, steps):
        """(who gets it, who drops it)"""
        got, drops = collections.Counter(), collections.Counter()
        for step in steps:
            where = self.name.get(step.get("PORT"))
            if STAGES[step["STAGE"]] == "deliver":
                tag = ""
                if "TPID" in step:
                    tci = step["TCI"]
                    tag = tags.text((tags.Tag(step["TPID"], tci & 0xfff,
                                              tci >> 13, tci >> 12 & 1),))
                got[where, tag] += 1
            elif VERDICTS[step["VERDICT"]] == "drop":
                drops[where, step["REASON"]] += 1
        return got, drops

    def happened(self, name, mark, frame):
        self.stations.collect()
        before = self.drops()
        original, _ = tags.decode(frame)
        self.stations.send(name, frame)
        got = collections.Counter()
        for who, frames in self.stations.collect().items():
            for one in frames:
                if one.endswith(mark):
                    got[port_of(who), self.outer(original, one)] += 1
        return got, self.drops() - before

    @staticmethod
    def outer(original, frame):
        """The tag that was added: what else there is came with the frame."""
        stack, _ = tags.decode(frame)
        sorted_by = original[:1] if original and \
            original[0].tpid == tags.Q else ()
        inner = original[len(sorted_by):]
        return tags.text(stack[:len(stack) - len(inner)])

    def learning_vlan(self, vid):
        """A secondary VLAN learns in its primary."""
        return PRIMARY if vid in self.secondaries else vid

    def learned(self, steps, frame, before):
        """Has the FDB learned what was said?"""
        for step in steps:
            if STAGES[step["STAGE"]] != "learn":
                continue
            vid = self.learning_vlan(step["VID"])
            here, was = (fdb.get((frame[6:12], vid), (None,))[0] ==
                         step["PORT"] for fdb in (self.fdb(), before))
            return here and ("known" in step["DETAIL"]) == was
        return self.fdb() == before

    def check(self, name):
        mark, frame = self.frames.next(name)
        before = self.state()
        steps = self.ask(name, frame)
        after = self.state()
        said, is_so = self.told(steps), self.happened(name, mark, frame)
        what = None
        if before != after:
            what = "asking changed something: %s\nto %s" % (before, after)
        elif said != is_so:
            what = "said %s\nbut     %s" % (said, is_so)
        elif not self.learned(steps, frame, before[1]):
            what = "learned something else: %s" % self.fdb()
        if what:
            print("frame from %s: %s" % (port_of(name), frame.hex()))
            for step in steps:
                print("  ", STAGES[step["STAGE"]], VERDICTS[step["VERDICT"]],
                      self.name.get(step.get("PORT")), step.get("REASON", ""),
                      step.get("DETAIL", ""))
            print(what)
            subprocess.run(["vswitchctl", "port", "show"], check=False)
        return not what


def main(switch, netns, seed, rounds, frames):
    world = World(switch, netns, int(seed))
    for _ in range(int(rounds)):
        world.configure()
        for _ in range(int(frames)):
            name = world.rng.choice([n for n in NAMES if n == "v1" or
                                     world.is_up(port_of(n))])
            if not world.check(name):
                sys.exit("seed %s, frame %d" % (seed, world.frames.seq))
    print("%d frames, steps:" % world.frames.seq)
    for step, count in sorted(world.seen.items()):
        print("%6d %s" % (count, step))


main(*sys.argv[1:])
