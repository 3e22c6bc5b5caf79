# SPDX-License-Identifier: GPL-2.0
"""Frames in which a station uses IP addresses, from the EtherType on.

    arp SENDER [TARGET]         a request, or an announcement
    reply SENDER TARGET
    ip SOURCE [DESTINATION]     UDP to port 9
    options SOURCE              the same behind IPv4 options, or IPv6
                                destination options
    first SOURCE                a first fragment
    fragment SOURCE             a later fragment, of the same datagram
    overlap SOURCE              one that overlaps the first one
    snap SOURCE                 an ARP announcement in SNAP
    tagged SOURCE               ARP behind a tag in the payload
    advertise SOURCE TARGET     neighbour advertisement
    parts SOURCE TARGET         its first fragment, if it comes in several
    solicit SOURCE TARGET
    short SOURCE                an IP header that is not all there
"""
import ipaddress
import struct

ARP, IPV4, IPV6, Q = 0x0806, 0x0800, 0x86dd, 0x8100
UDP, ICMPV6, DSTOPTS, FRAGMENT = 17, 58, 60, 44


def packed(text):
    return ipaddress.ip_address(text).packed


def arp(mac, sender, target, op=1):
    return struct.pack("!HHBBH", 1, IPV4, 6, 4, op) + mac + sender + \
        bytes(6) + target


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(source, target, protocol, payload, options=b"", offset=0):
    head = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, 0,
                       20 + len(options) + len(payload), 1, offset, 64,
                       protocol, 0, source, target) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(source, target, protocol, payload):
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload), protocol, 255,
                       source, target) + payload


# What a fragment header says: where the part is, in units of 8 bytes, and of more.
PARTS = {"first": 1, "fragment": 800, "overlap": 8}


def ip(source, target, protocol, payload, extra=False, part=0):
    """(EtherType, packet)"""
    if len(source) == 4:
        return IPV4, ipv4(source, target, protocol, payload,
                          b"\x01" * 8 if extra else b"",
                          part >> 3 | (part & 1) << 13)
    if extra:
        payload = bytes((protocol, 0, 1, 4, 0, 0, 0, 0)) + payload
        protocol = DSTOPTS
    if part:
        payload = struct.pack("!BBHI", protocol, 0, part, 7) + payload
        protocol = FRAGMENT
    return IPV6, ipv6(source, target, protocol, payload)


def nd(kind, source, target, about, split=False):
    body = struct.pack("!BBHI", kind, 0, 0, 0) + about
    pseudo = source + target + struct.pack("!II", len(body), ICMPV6)
    body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    if split:
        body = struct.pack("!BBHI", ICMPV6, 0, 1, 7) + body
    return ipv6(source, target, FRAGMENT if split else ICMPV6, body)


def body(kind, mac, words):
    addrs = [packed(word) for word in words]
    source = addrs[0]
    if len(addrs) > 1:
        target = addrs[1]
    elif len(source) == 4:
        target = source if kind == "arp" else packed("192.0.2.250")
    else:
        target = packed("ff02::1")
    datagram = struct.pack("!HHHH", 1000, 9, 16, 0) + bytes(8)
    if kind in ("arp", "reply"):
        return struct.pack("!H", ARP) + arp(mac, source, target,
                                            1 if kind == "arp" else 2)
    if kind == "snap":
        inner = b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", ARP) + \
            arp(mac, source, source)
        return struct.pack("!H", len(inner)) + inner
    if kind == "tagged":
        return struct.pack("!HHH", Q, 5, ARP) + arp(mac, source, source)
    if kind in ("advertise", "solicit", "parts"):
        return struct.pack("!H", IPV6) + \
            nd(135 if kind == "solicit" else 136, source,
               packed("ff02::1"), target, kind == "parts")
    if kind == "short":
        return struct.pack("!HB", IPV4, 0x4f) + bytes(19)
    proto, packet = ip(source, target, UDP, datagram, kind == "options",
                       PARTS.get(kind, 0))
    return struct.pack("!H", proto) + packet
