# SPDX-License-Identifier: GPL-2.0
"""What ACLs must do, written from their documentation, and things to try.

A rule is a dict of vswitchctl's own words; a frame is a dict of what rules
look at. passes() walks the lists, one rule after the other.

    basic rules     one address; the longest prefix that matches decides, of
                    equal ones, local and remote, denial. IP and MAC apart.
    extended rules  the highest weight that matches decides.
    What no rule matches passes. Both have to let a frame pass.

The address that ARP or neighbour discovery claims is matched as if the frame
came from it, which in a probe is the one that is asked for; extended rules look at IP
only, and of neighbour solicitations and advertisements (those with a hop limit of
255) only those that say icmpv6.
"""
import ipaddress

ANY = "any"
PORTS = {"tcp": 6, "udp": 17, "sctp": 132}
PROTOCOLS = {**PORTS, "icmp": 1, "icmpv6": 58, "gre": 47}


def matches_ip(prefix, address):
    """How long the match is, or -1."""
    if prefix == ANY:
        return 0
    net = ipaddress.ip_network(prefix)
    address = ipaddress.ip_address(address)
    if net.version != address.version or address not in net:
        return -1
    return net.prefixlen


def verdict(rules, kind, length, *, local, remote):
    """May it pass the basic rules of one kind?"""
    best, deny = -1, False
    for rule in rules:
        for side, address in (("local", local), ("remote", remote)):
            words = rule.get(f"{side}-{kind}")
            if words is None or address is None:
                continue
            found = length(words, address)
            denies = rule["action"] == "deny"
            if found > best:
                best, deny = found, denies
            elif found == best >= 0:
                deny |= denies
    return not deny


def mac_length(words, address):
    return 0 if words == ANY else 48 if words == address else -1


def sides(direction, src, dst):
    return ((src, dst) if direction == "out" else (dst, src))


def passes_basic(rules, direction, frame):
    rules = [r for r in rules if "weight" not in r and
             r["action"] != "meter" and r["direction"] in (direction, "both")]
    claims = [(frame["smac"], frame["dmac"])]
    if "arp" in frame:
        claims.append((frame["arp"], None))
    for src, dst in claims:
        local, remote = sides(direction, src, dst)
        if not verdict(rules, "mac", mac_length, local=local, remote=remote):
            return False
    if "src" not in frame:
        return True
    claims = [(frame["src"], frame.get("dst"))]
    if frame.get("arp") and frame["src"] == "0.0.0.0":
        claims = [(frame["asks"], None)]
    if frame.get("target"):
        if frame["nd"] == 136:
            claims.append((frame["target"], None))
        elif frame["src"] == "::":
            claims = [(frame["target"], None)]
    for src, dst in claims:
        local, remote = sides(direction, src, dst)
        if not verdict(rules, "ip", matches_ip, local=local, remote=remote):
            return False
    return True


def in_range(words, port):
    if words == ANY:
        return True
    if port is None:
        return False
    first, _, last = words.partition("-")
    return int(first) <= port <= int(last or first)


def extended_matches(rule, direction, frame):
    local, remote = sides(direction, frame["src"], frame["dst"])
    lport, rport = sides(direction, frame.get("sport"), frame.get("dport"))
    proto = rule.get("protocol", ANY)
    if proto == ANY:
        if frame.get("nd") in (135, 136) and frame["hops"] == 255:
            return False
    elif PROTOCOLS.get(proto, proto) != frame["proto"]:
        return False
    return (matches_ip(rule.get("local-ip", ANY), local) >= 0 and
            matches_ip(rule.get("remote-ip", ANY), remote) >= 0 and
            in_range(rule.get("local-port", ANY), lport) and
            in_range(rule.get("remote-port", ANY), rport) and
            rule.get("isolation-id", 0) in (0, frame["vid"]))


def passes_extended(rules, direction, frame):
    if "proto" not in frame:
        return True
    rules = [r for r in rules if "weight" in r and
             r["direction"] == direction]
    for rule in sorted(rules, key=lambda r: -r["weight"]):
        if extended_matches(rule, direction, frame):
            return rule["action"] == "allow"
    return True


def passes(rules, direction, frame):
    return (passes_basic(rules, direction, frame) and
            passes_extended(rules, direction, frame))


class Things:
    """Rules and frames from small pools, so that they meet."""

    def __init__(self, rng, macs, vid):
        self.rng, self.macs, self.vid = rng, macs, vid
        self.hosts = {
            4: ["0.0.0.0", *(f"10.{a}.0.{b}" for a in (0, 1, 64)
                             for b in (1, 2, 200))],
            6: ["::", *(f"2001:db8:{a}::{b}" for a in ("0", "8000", "1")
                        for b in ("1", "2", "1:1"))],
        }

    def prefix(self, version):
        rng = self.rng
        host = rng.choice(self.hosts[version])
        full = 32 if version == 4 else 128
        length = rng.choice((full, full, rng.randint(0, full), full - 8,
                             full // 2, full // 4))
        net = ipaddress.ip_network(f"{host}/{length}", strict=False)
        return str(net)

    def address(self):
        if self.rng.random() < 0.15:
            return ANY
        return self.prefix(self.rng.choice((4, 6)))

    def basic(self):
        rng = self.rng
        rule = {"direction": rng.choice(("in", "out", "both")),
                "action": rng.choice(("allow", "allow", "allow", "deny"))}
        side = rng.choice(("local", "remote"))
        if rng.random() < 0.15:
            rule[f"{side}-mac"] = rng.choice((ANY, *self.macs))
        else:
            rule[f"{side}-ip"] = self.address()
        return rule

    def ports(self):
        first, last = sorted(self.rng.choices(range(40), k=2))
        return self.rng.choice((str(first), f"{first}-{last}", f"0-{last}"))

    def extended(self, weight):
        rng = self.rng
        rule = {"direction": rng.choice(("in", "out")),
                "action": rng.choice(("allow", "allow", "deny")),
                "weight": weight}
        version = rng.choice((4, 6))
        for side in ("local", "remote"):
            if rng.random() < 0.6:
                rule[f"{side}-ip"] = self.prefix(version)
        if rng.random() < 0.7:
            rule["protocol"] = rng.choice((*PORTS, "icmp", "icmpv6", 47))
        for side in ("local", "remote"):
            if rule.get("protocol") in PORTS and rng.random() < 0.5:
                rule[f"{side}-port"] = self.ports()
        if rng.random() < 0.2:
            rule["isolation-id"] = self.vid + rng.randint(0, 1)
        return rule

    def rules(self, n):
        """Without those that the kernel would refuse to have beside others."""
        weights = self.rng.sample(range(65536), n)
        found, taken = [], set()
        for i in range(n):
            rule = self.basic() if i % 3 == 0 else self.extended(weights[i])
            keys = set()
            for d in ("in", "out"):
                if rule["direction"] not in (d, "both"):
                    continue
                keys.add((d, *(v for k, v in rule.items()
                               if k not in ("direction", "action")),
                          *(k for k in rule)))
            if "weight" in rule or not keys & taken:
                found.append(rule)
                taken |= keys
        return found

    def frame(self):
        rng = self.rng
        frame = {"smac": self.macs[0], "dmac": self.macs[1], "vid": self.vid}
        what = rng.random()
        if what < 0.1:
            frame.update(src=rng.choice(self.hosts[4]),
                         arp=rng.choice(self.macs),
                         asks=rng.choice(self.hosts[4]))
            return frame
        if what < 0.13:
            return frame
        version = 6 if what > 0.6 else 4
        frame["src"], frame["dst"] = rng.choices(self.hosts[version], k=2)
        frame["proto"] = rng.choice((6, 6, 17, 17, 132, 47,
                                     1 if version == 4 else 58))
        if frame["proto"] in PORTS.values():
            frame["sport"], frame["dport"] = rng.choices(range(40), k=2)
        if frame["proto"] == 58:
            frame["nd"] = rng.choice((128, 135, 136))
            if frame["nd"] != 128:
                frame["target"] = rng.choice(self.hosts[6][1:])
                frame["hops"] = rng.choice((255, 255, 64))
        return frame
