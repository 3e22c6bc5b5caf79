# SPDX-License-Identifier: GPL-2.0
"""Do large frames of a VM count as what they become?

    usage: gso_count.py SWITCH

A tap is added to the switch, with a meter for all that it sends. Frames from taps do
not say how many segments they are, so that whoever wants to know has to find out.
"""
import json
import struct
import subprocess
import sys
from ipaddress import ip_address

import inet
import rawnet

DEV = "pgso"
NEEDS_CSUM, TCPV4, UDP_FRAGMENTS, TCPV6 = 1, 1, 3, 4
ETHER = bytes.fromhex("ffffffffffff0200000000aa")
TCP, UDP = 6, 17


def run(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout


def ipv4(protocol, payload, a="192.0.2.9", b="192.0.2.8"):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0,
                       ip_address(a).packed, ip_address(b).packed)
    check = struct.pack("!H", 0xffff - inet.fold(head))
    return b"\x08\0" + head[:10] + check + head[12:] + payload


def ipv6(protocol, payload, a="2001:db8::9", b="2001:db8::8"):
    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + \
        ip_address(a).packed + ip_address(b).packed + payload


def tcp(payload, options=0):
    return struct.pack("!HHIIBBHHH", 1, 2, 1, 1, (5 + options) << 4, 16, 1000, 0, 0) + \
        b"\1" * 4 * options + payload


def udp(payload):
    return struct.pack("!HHHH", 1, 2, 8 + len(payload), 0) + payload


# what, kind, bytes of a segment, IP header, offset of the checksum, packet, segments,
# headers of each segment
CASES = [
    ("TCP", TCPV4, 1000, 20, 16, ipv4(TCP, tcp(bytes(10000))), 10, 14 + 20 + 20),
    ("TCP with options", TCPV4, 1000, 20, 16, ipv4(TCP, tcp(bytes(9001), 8)), 10,
     14 + 20 + 52),
    ("TCP, IPv6", TCPV6, 1000, 40, 16, ipv6(TCP, tcp(bytes(10000))), 10, 14 + 40 + 20),
    ("UDP in fragments", UDP_FRAGMENTS, 1480, 20, 6, ipv4(UDP, udp(bytes(7392))), 5,
     14 + 20),
]


def packets():
    port, = json.loads(run("vswitchctl", "-s", "-j", "port", "show", DEV))
    return port["stats"]["rx"]["packets"]


def metered():
    acl, = json.loads(run("vswitchctl", "-j", "acl", "show", DEV))
    return sum(rule["bytes"] for rule in acl["rules"])


def main():
    tap = rawnet.Tap(DEV, vnet_hdr=True)
    run("sysctl", "-q", "-w", f"net.ipv6.conf.{DEV}.disable_ipv6=1")
    run("ip", "link", "set", DEV, "up", "master", sys.argv[1])
    for address in "0.0.0.0/0", "::/0":
        run("vswitchctl", "acl", "add", DEV, "direction", "out", "action", "meter",
            "remote-ip", address)
    for what, kind, size, ip, offset, packet, segments, head in CASES:
        before, bytes_before = packets(), metered()
        tap.send(struct.pack("=BBHHHH", NEEDS_CSUM, kind, 14 + ip, size, 14 + ip, offset) +
                 ETHER + packet)
        got, got_bytes = packets() - before, metered() - bytes_before
        # ETHER lacks the EtherType, which packet has.
        want = 12 + len(packet) + (segments - 1) * head
        if (got, got_bytes) != (segments, want):
            sys.exit(f"{what}: {got} frames and {got_bytes} bytes, not {segments} and {want}")


main()
