# SPDX-License-Identifier: GPL-2.0
"""Frames that say the same thing in many ways.

Item: what to send, in order, and what it is. The body of each item has its
number, so that whoever receives it can say which one it was. Nothing here
knows how the switch reads frames.
"""
import struct

import inet

MARK = b"evasive:"
Q, AD = 0x8100, 0x88a8
IP4_SRC, IP4_DST = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2))
IP4_ALL = b"\xff" * 4
IP6_SRC = bytes.fromhex("20010db8000000000000000000000001")
IP6_DST = bytes.fromhex("20010db8000000000000000000000002")
IP4_OTHER = bytes((192, 0, 2, 77))
IP6_OTHER = bytes.fromhex("20010db8000000000000000000000077")
IP6_NONE = bytes(16)
IP6_ALL = bytes.fromhex("ff020000000000000000000000000001")
UDP, ICMP, ICMP6, TCP = 17, 1, 58, 6
HOP, ROUTING, FRAGMENT, DSTOPTS = 0, 43, 44, 60
NEEDS_CSUM = 1
GSO_NONE, GSO_UDP, GSO_UDP_L4 = 0, 3, 5
VNET = struct.Struct("=BBHHHH")
SOLICIT, ADVERTISE = 135, 136

# family: what is said, as (protocol, port or type, first byte of UDP's payload, or
# the target of neighbour discovery)
BAD = {4: [(UDP, 68, 2), (UDP, 68, 1), (UDP, 67, 2), (ICMP, 5, 0),
           (ICMP, 9, 0)],
       6: [(UDP, 546, 2), (UDP, 546, 7), (UDP, 547, 13), (ICMP6, 134, 0),
           (ICMP6, 137, 0)]}
GOOD = {4: [(UDP, 1068, 2), (UDP, 67, 1), (ICMP, 17, 0)],
        6: [(UDP, 1546, 2), (UDP, 547, 12), (ICMP6, 200, 0)]}


# family: who says what, where only IP4_SRC and IP6_SRC are allowed
SPOOFED = {4: [(IP4_OTHER, (UDP, 1068, 2)), (IP4_OTHER, (ICMP, 17, 0))],
           6: [(IP6_OTHER, (UDP, 1546, 2)),
               (IP6_SRC, (ICMP6, ADVERTISE, IP6_OTHER)),
               (IP6_SRC, (ICMP6, ADVERTISE, IP6_OTHER)),
               (IP6_OTHER, (ICMP6, ADVERTISE, IP6_SRC)),
               (IP6_NONE, (ICMP6, SOLICIT, IP6_OTHER))]}
OWN = {4: [(IP4_SRC, (UDP, 1068, 2)), (IP4_SRC, (UDP, 68, 2))],
       6: [(IP6_SRC, (UDP, 546, 2)), (IP6_SRC, (ICMP6, 200, 0)),
           (IP6_SRC, (ICMP6, ADVERTISE, IP6_SRC)),
           (IP6_SRC, (ICMP6, SOLICIT, IP6_OTHER)),
           (IP6_NONE, (ICMP6, SOLICIT, IP6_SRC))]}


def is_denied(got):
    """What the extended rules of evasion.py have to stop."""
    return got.protocol != UDP or got.port in (67, 68, 546, 547)


def is_spoofed(got):
    """What the basic ones have to stop."""
    if got.family == 4:
        return got.source != IP4_SRC
    if got.protocol == ICMP6 and got.port == ADVERTISE:
        return got.source != IP6_SRC or got.target != IP6_SRC
    if got.protocol == ICMP6 and got.port == SOLICIT and \
            got.source == IP6_NONE:
        return got.target != IP6_SRC
    return got.source != IP6_SRC


def is_bad(got):
    """What a guard has to stop, of what a stack received."""
    family, protocol, port, first = got[:4]
    if protocol == UDP:
        return (family, port) in ((4, 68), (6, 546)) or \
            (family, port, first) in ((4, 67, 2), (6, 547, 13))
    return (family, port) in ((4, 5), (4, 9), (6, 134), (6, 137))


def checksum(data):
    return inet.fold(data) ^ 0xffff


def ipv4(protocol, payload, dst, options=b"", ident=0, frag=0, total=None,
         src=IP4_SRC):
    size = 20 + len(options)
    head = bytearray(struct.pack(
        "!BBHHHBBH4s4s", 0x40 | size // 4, 0,
        size + len(payload) if total is None else total, ident & 0xffff,
        frag, 64, protocol, 0, src, dst) + options)
    struct.pack_into("!H", head, 10, checksum(bytes(head)))
    return bytes(head) + payload


def ipv6(following, payload, dst, length=None, src=IP6_SRC):
    return struct.pack("!IHBB16s16s", 0x60000000,
                       len(payload) if length is None else length, following,
                       255, src, dst) + payload


class Item:
    def __init__(self, number):
        self.number = number
        self.frames = []        # (virtio-net header, bytes without MACs)
        self.features = set()
        self.elsewhere = set()  # those of them that another MAC gets
        self.plain = True       # what any stack sends, or might
        # Where what has the mark goes: "drop" or "pass", if no stack may tell;
        # and in which worlds.
        self.wire = None
        self.worlds = ""
        self.multicast = False


class Maker:
    def __init__(self, rng, gso_types):
        self.rng = rng
        self.gso_types = gso_types
        self.number = 0
        self.sources = {4: IP4_SRC, 6: IP6_SRC}
        # What fragments say that say something else.
        self.harmless = {4: GOOD[4][:2], 6: GOOD[6][:2]}

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    # --- layer 4 -------------------------------------------------------------

    def transport(self, family, what, dst, size, partial=False):
        """(datagram, where its checksum is)

        With partial the rest of the checksum is left to hardware.
        """
        protocol, port, first = what
        body = first if isinstance(first, bytes) else bytes([first])
        body += MARK + struct.pack("!I", self.number)
        body = body.ljust(max(size, len(body)), b".")
        length = 8 + len(body)
        if protocol == UDP:
            at = 6
            head = struct.pack("!HHHH", 4000 + self.rng.randrange(9), port,
                               length, 0)
        else:
            at = 2
            head = struct.pack("!BBHI", port, 0, 0, 0)
        pseudo = b""
        if protocol != ICMP:
            pseudo = self.sources[family] + dst + \
                struct.pack("!II", length, protocol)
        if partial:
            total = inet.fold(pseudo)
        else:
            total = checksum(pseudo + head + body) or 0xffff
        return head[:at] + struct.pack("!H", total) + head[at + 2:] + body, at

    # --- layer 3 -------------------------------------------------------------

    def options(self, item):
        if not self.chance(30):
            return b""
        item.features.add("options")
        words = self.rng.randint(1, 10)
        kind = self.rng.randrange(3)
        if kind == 0:
            return b"\1" * (4 * words)                  # no operation
        if kind == 1:
            return b"\x94\4\0\0" + b"\1" * 4 * (words - 1)  # router alert
        return b"\1" * (4 * words - 2) + b"\0\0"        # end of list

    def pieces(self, item, data, other):
        """data in parts: (offset, bytes, more), in the order of sending."""
        rng = self.rng
        units = (len(data) + 7) // 8
        if units < 3:
            return [(0, data, False)]
        count = rng.choice([1, 1, 2, 5])
        cuts = sorted(rng.sample(range(1, units), min(count, units - 1)))
        kind = rng.choice(["order", "order", "reverse", "shuffle", "tiny",
                           "overlap", "twice"])
        if kind == "tiny":
            cuts = [1] + [c for c in cuts if c > 1]
        bounds = [0] + [c * 8 for c in cuts] + [len(data)]
        parts = [(a, data[a:b], b < len(data))
                 for a, b in zip(bounds, bounds[1:])]
        item.features.add("fragments-" + kind)
        item.plain &= kind == "order" and bounds[1] >= 24
        if kind == "reverse":
            parts.reverse()
        elif kind == "shuffle":
            rng.shuffle(parts)
        elif kind == "twice":
            parts.insert(rng.randrange(len(parts)), rng.choice(parts))
        elif kind == "overlap":
            # Parts that say something else, and reach into their neighbours.
            for _ in range(rng.randint(1, 3)):
                a = rng.randrange(units) * 8
                b = min(a + 8 * rng.randint(1, 4), len(data))
                which = rng.choice([data, other])
                parts.insert(rng.randrange(len(parts) + 1),
                             (a, which[a:b], b < len(data)))
            if self.chance(50):
                first = parts.index(next(p for p in parts if p[0] == 0))
                a, _, more = parts[first]
                parts[first] = (a, other[:bounds[1]], more)
        return parts

    def lengths(self, item, size):
        """A length field that is not quite right."""
        if not self.chance(6):
            return None
        item.features.add("length")
        item.plain = False
        return max(0, min(0xffff, size + self.rng.choice(
            [-8, -4, -1, 1, 4, 8, 40, -size])))

    def packets4(self, item, what, dst):
        split = self.chance(40)
        partial = not split and what[0] == UDP and self.chance(25)
        data, at = self.transport(4, what, dst, self.size(), partial)
        options = self.options(item)
        if not split:
            total = self.lengths(item, 20 + len(options) + len(data))
            return [(ipv4(what[0], data, dst, options, self.number, 0, total,
                          self.sources[4]),
                     20 + len(options), at if partial else None)]
        other, _ = self.transport(4, self.rng.choice(self.harmless[4]), dst,
                                  len(data) - 8)
        return [(ipv4(what[0], part, dst, options if not offset else b"",
                      self.number, offset // 8 | (0x2000 if more else 0),
                      None, self.sources[4]),
                 None, None)
                for offset, part, more in self.pieces(item, data, other)]

    def extension(self, item, kind, following):
        units = self.rng.choice([0, 0, 1, 3, 30])
        if kind == FRAGMENT:
            item.features.add("atomic")
            return struct.pack("!BBHI", following, 0, self.rng.choice(
                [0, 2, 4, 6]), self.number)
        if kind == ROUTING:
            item.features.add("routing")
            # Type 253, no segments left.
            return struct.pack("!BBBBI", following, units, 253, 0, 0) + \
                bytes(units * 8)
        item.features.add("hop-by-hop" if kind == HOP else "dstopts")
        body = b"\x1e" + bytes([units * 8 + 4]) + bytes(units * 8 + 4)
        return struct.pack("!BB", following, units) + body

    def chain(self, item, payload, last, kinds):
        for kind in reversed(kinds):
            payload = self.extension(item, kind, last) + payload
            last = kind
        return last, payload

    def kinds(self, item):
        count = self.rng.choice([0, 0, 1, 2, 3, 8, 15, 16, 17, 30])
        kinds = [self.rng.choice([DSTOPTS, DSTOPTS, ROUTING, FRAGMENT])
                 for _ in range(count)]
        if kinds.count(FRAGMENT) > 1:   # stacks take one
            kinds = [k for i, k in enumerate(kinds)
                     if k != FRAGMENT or kinds.index(k) == i]
        if self.chance(30):
            kinds.insert(0, HOP)
        item.plain &= len(kinds) <= 16
        if len(kinds) > 16:
            item.features.add("endless")
        return kinds

    def packets6(self, item, what, dst):
        split = self.chance(35)
        partial = not split and self.chance(25)
        data, at = self.transport(6, what, dst, self.size(), partial)
        kinds = self.kinds(item)
        if not split:
            last, payload = self.chain(item, data, what[0], kinds)
            length = self.lengths(item, len(payload))
            if last == HOP and self.chance(20):
                item.features.add("jumbo")
                length = 0
            return [(ipv6(last, payload, dst, length, self.sources[6]),
                     40 + len(payload) - len(data), at if partial else None)]
        kinds = [k for k in kinds if k != FRAGMENT]
        cut = self.rng.randint(0, len(kinds))
        if HOP in kinds[cut:]:
            cut = len(kinds)
        inner, data = self.chain(item, data, what[0], kinds[cut:])
        other, _ = self.transport(6, self.rng.choice(self.harmless[6]), dst,
                                  len(data) - 8)
        packets = []
        for offset, part, more in self.pieces(item, data, other):
            head = struct.pack("!BBHI", inner, 0, offset | more, self.number)
            last, payload = self.chain(item, head + part, FRAGMENT,
                                       kinds[:cut])
            packets.append((ipv6(last, payload, dst, None, self.sources[6]),
                            None, None))
        if kinds[cut:] or what[:2] in ((ICMP6, SOLICIT), (ICMP6, ADVERTISE)):
            # The first fragment may end before the chain does; and there is no
            # neighbour discovery in fragments.
            item.plain = False
        return packets

    def size(self):
        return self.rng.choice([13, 13, 40, 200, 1000, 5000])

    # --- layer 2 -------------------------------------------------------------

    def tags(self, item):
        """What precedes the EtherType."""
        kind = self.rng.randrange(10)
        if kind < 5:
            return b""
        if kind == 5:
            item.features.add("priority-tag")
            return struct.pack("!HH", Q, self.rng.randrange(8) << 13)
        if kind == 6:
            item.features.add("vlan")
            return struct.pack("!HH", self.rng.choice([Q, AD]), 7)
        if kind == 7:
            item.features.add("double-tag")
            return struct.pack("!HHHH", self.rng.choice([Q, AD]), 7,
                               self.rng.choice([Q, AD]), 5)
        count = self.rng.randint(2, 7)
        item.features.add("priority-tags")
        item.plain &= count <= 4
        return struct.pack("!HH", Q, 0) * count

    def vnet(self, item, at, csum, size):
        """A virtio-net header for a packet at a place of the frame."""
        if csum is None:
            # How much of the frame is linear; what fits a page always is.
            linear = self.rng.choice([0, 14, 20, 60])
            if linear and size > 4200:
                item.features.add("non-linear")
            return VNET.pack(0, 0, min(linear, size), 0, 0, 0)
        gso = self.rng.choice([GSO_NONE] + self.gso_types)
        item.features.add("checksum-partial" if gso == GSO_NONE else
                          "gso-%d" % gso)
        return VNET.pack(NEEDS_CSUM, gso, at + 8 if gso else 0,
                         64 if gso else 0, at, csum)

    def frame(self, item, tags, ether_type, packet, transport, csum):
        head = tags + struct.pack("!H", ether_type)
        frame = head + packet
        if self.chance(20):
            frame += bytes(self.rng.randint(1, 60))
            item.features.add("padded")
        elif self.chance(3):
            frame = frame[:-self.rng.randint(1, 30)]
            item.features.add("truncated")
            item.plain = False
        # What hardware is asked to do counts from the MAC addresses on.
        at = None if transport is None else 12 + len(head) + transport
        return self.vnet(item, at, csum, 12 + len(frame)), frame

    def make(self, bad):
        """An item; a bad one is what a guard should stop, if it arrives."""
        family = self.rng.choice([4, 6])
        return self.say(family, self.rng.choice((BAD if bad else GOOD)[family]))

    def claim(self, bad):
        """The same with what is, or is not, the sender's own address."""
        family = self.rng.choice([4, 6, 6])
        source, what = self.rng.choice((SPOOFED if bad else OWN)[family])
        kept = self.sources, self.harmless
        self.sources = {**self.sources, family: source}
        self.harmless = {4: GOOD[4][:2],
                         6: [(ICMP6, ADVERTISE, IP6_SRC), (ICMP6, 200, 0)]}
        item = self.say(family, what)
        self.sources, self.harmless = kept
        item.features = {"claim-" + name for name in item.features}
        item.features.add("claim")
        return item

    def say(self, family, what):
        self.number += 1
        item = Item(self.number)
        item.multicast = self.chance(50)
        if family == 4:
            dst = IP4_ALL if item.multicast else IP4_DST
            packets = self.packets4(item, what, dst)
        else:
            dst = IP6_ALL if item.multicast else IP6_DST
            packets = self.packets6(item, what, dst)
        tags = self.tags(item)
        for packet, transport, csum in packets:
            if self.chance(3):
                packet = self.damage(item, packet, family)
            item.frames.append(self.frame(
                item, tags, 0x0800 if family == 4 else 0x86dd, packet,
                transport, csum))
        return item

    def damage(self, item, packet, family):
        """One byte of the headers is another one."""
        packet = bytearray(packet)
        head = 20 if family == 4 else 40
        at = self.rng.randrange(min(len(packet), head + 30))
        packet[at] ^= 1 << self.rng.randrange(8)
        if family == 4 and at < head:
            size = max(20, (packet[0] & 15) * 4)
            packet[10:12] = b"\0\0"
            packet[10:12] = struct.pack("!H", checksum(bytes(packet[:size])))
        item.features.add("damaged")
        item.plain = False
        return bytes(packet)

    # --- what hardware is asked to write ---------------------------------------

    def rewritten(self):
        """UDP to a harmless port; the checksum goes where the port is."""
        item = self.special("rewritten-port")
        data, _ = self.transport(4, (UDP, 1068, 2), IP4_DST, 40)
        data = data[:6] + b"\0\0" + data[8:-2]
        # So that the sum from the port on is that of port 68.
        rest = (0xffff - 68 - inet.fold(data[2:])) % 0xffff
        packet = ipv4(UDP, data + struct.pack("!H", rest), IP4_DST,
                      ident=self.number)
        vnet = VNET.pack(NEEDS_CSUM, 0, 0, 0, 14 + 20 + 2, 0)
        item.frames.append((vnet, b"\x08\0" + packet))
        return item

    def special(self, feature, wire=None, worlds="ger"):
        self.number += 1
        item = Item(self.number)
        item.plain = False
        item.features.add(feature)
        item.wire = wire
        item.worlds = worlds
        return item

    def refragmented(self):
        """Looks like a later fragment; segmentation makes it the first.

        The first one, which somebody else gets, was harmless.
        """
        item = self.special("rewritten-offset")
        data, at = self.transport(4, (UDP, 68, 2), IP4_DST, 400, True)
        other, _ = self.transport(4, (UDP, 1068, 2), IP4_DST, 400)
        first = ipv4(UDP, other[:16], IP4_DST, ident=self.number, frag=0x2000)
        packet = ipv4(UDP, data, IP4_DST, ident=self.number, frag=100)
        vnet = VNET.pack(NEEDS_CSUM, GSO_UDP, 14 + 20 + 8, 200, 14 + 20, at)
        item.frames = [(bytes(VNET.size), b"\x08\0" + first),
                       (vnet, b"\x08\0" + packet)]
        item.elsewhere.add(0)
        return item

    def snap(self):
        """IP behind LLC: Windows and others read it, Linux does not."""
        item = self.special("llc", "drop")
        data, _ = self.transport(4, (UDP, 68, 2), IP4_DST, 40)
        packet = ipv4(UDP, data, IP4_DST, ident=self.number)
        oui = self.rng.choice([b"\0\0\0", b"\0\0\xf8"])
        body = b"\xaa\xaa\x03" + oui + b"\x08\0" + packet
        tag = self.rng.choice([b"", struct.pack("!HH", Q, 7)])
        length = self.rng.choice([len(body), 0, 1500])
        item.frames.append((bytes(VNET.size),
                            tag + struct.pack("!H", length) + body))
        return item

    # --- fragments, of which a later one has the mark ---------------------------

    def part(self, family, offset, more, data):
        if family == 4:
            return (bytes(VNET.size), b"\x08\0" + ipv4(
                UDP, data, IP4_DST, ident=self.number,
                frag=offset // 8 | (0x2000 if more else 0)))
        head = struct.pack("!BBHI", UDP, 0, offset | more, self.number)
        return (bytes(VNET.size),
                b"\x86\xdd" + ipv6(FRAGMENT, head + data, IP6_DST))

    def marked(self):
        return MARK + struct.pack("!I", self.number) + bytes(4)

    def first(self, family, bad):
        port = {(4, True): 68, (6, True): 546}.get((family, bad), 1068)
        return self.part(family, 0, True,
                         struct.pack("!HHHH", 4000, port, 200, 0) + bytes(16))

    def fragments(self):
        """What becomes of a later fragment, or of a second first one."""
        for family in (4, 6):
            # Where only addresses matter, those of IPv4 are in each fragment.
            also = "ger" if family == 4 else "gers"
            item = self.special("orphan", "drop", also)
            item.frames = [self.part(family, 24, True, self.marked())]
            yield item
            item = self.special("overtakes", "drop", also)
            item.frames = [self.part(family, 24, True, self.marked()),
                           self.first(family, False)]
            yield item
            item = self.special("overlaps", "drop", also)
            item.frames = [self.first(family, False),
                           self.part(family, 16, True, self.marked())]
            yield item
            item = self.special("follows-bad", "drop")
            item.frames = [self.first(family, True),
                           self.part(family, 24, True, self.marked())]
            yield item
            item = self.special("follows-good", "pass", "gers")
            item.frames = [self.first(family, False),
                           self.part(family, 24, True, self.marked())]
            yield item
        item = self.special("begins-twice", "drop", "gers")
        item.frames = [self.first(6, False),
                       self.part(6, 0, True, struct.pack(
                           "!HHHH", 4000, 1068, 200, 0) + self.marked())]
        yield item

    def icmp6_part(self, offset, more, data, following=ICMP6):
        head = struct.pack("!BBHI", following, 0, offset | more, self.number)
        return (bytes(VNET.size),
                b"\x86\xdd" + ipv6(FRAGMENT, head + data, IP6_DST))

    def split_discovery(self):
        """What becomes of neighbour discovery in fragments, in all worlds."""
        def message(kind, target):
            return struct.pack("!BBHI", kind, 0, 0, 0) + target

        # Destination options, and then an echo; or an advertisement that is allowed.
        options = struct.pack("!BBBBI", ICMP6, 0, 1, 4, 0)
        item = self.special("echo-becomes-nd", "drop", "gers")
        spoofed = message(ADVERTISE, IP6_OTHER) + self.marked()
        item.frames = [self.icmp6_part(0, 1, options + message(128, bytes(16)),
                                       DSTOPTS),
                       self.icmp6_part(8, 0, spoofed, DSTOPTS)]
        yield item
        item = self.special("nd-becomes-nd", "drop", "gers")
        spoofed = message(ADVERTISE, IP6_OTHER) + self.marked()
        item.frames = [self.icmp6_part(0, 1, options +
                                       message(ADVERTISE, IP6_SRC), DSTOPTS),
                       self.icmp6_part(8, 0, spoofed, DSTOPTS)]
        yield item
        item = self.special("split-nd", "drop", "ers")
        whole = message(ADVERTISE, IP6_SRC) + self.marked()
        item.frames = [self.icmp6_part(0, 1, whole)]
        yield item
        item = self.special("split-echo", "pass", "gs")
        item.frames = [self.icmp6_part(0, 1, message(200, bytes(16))),
                       self.icmp6_part(24, 0, self.marked())]
        yield item
