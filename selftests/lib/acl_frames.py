# SPDX-License-Identifier: GPL-2.0
"""Frames that ACLs have to look at twice.

    usage: acl_frames.py hex NAME
           acl_frames.py send NAME COUNT INTERVAL     (from eth0)

From g1 (192.0.2.1, 2001:db8::1) to g2, or the other way round for those of quote:

    nd nd_routed nd_code nd_parts    an advertisement of one's own address
    probe:ADDRESS                    ARP that asks whether anybody has it
    sender:MAC                       an ARP reply whose sender is another's MAC
    quote4 quote6 quote6_parts       an error about UDP from port 5000 to 6000
"""
import socket
import struct
import sys
import time
from ipaddress import ip_address

import inet

G1, G2 = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
A4, B4 = (ip_address(a).packed for a in ("192.0.2.1", "192.0.2.2"))
A6, B6 = (ip_address(a).packed for a in ("2001:db8::1", "2001:db8::2"))
ICMP, UDP, FRAGMENT, ICMPV6 = 1, 17, 44, 58


def checksum(data):
    return struct.pack("!H", 0xffff - inet.fold(data))


def ipv4(src, dst, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64,
                       protocol, 0, src, dst)
    return head[:10] + checksum(head) + head[12:] + payload


def ipv6(src, dst, protocol, payload, hop_limit=64):
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol,
                       hop_limit) + src + dst + payload


def icmp4(kind, code, payload):
    body = struct.pack("!BBHI", kind, code, 0, 0) + payload
    return body[:2] + checksum(body) + body[4:]


def icmp6(src, dst, body):
    pseudo = src + dst + struct.pack("!II", len(body), ICMPV6)
    return body[:2] + checksum(pseudo + body) + body[4:]


def fragment(protocol):
    return struct.pack("!BBHI", protocol, 0, 1, 7)


def udp():
    payload = b"what was sent then"
    return struct.pack("!HHHH", 5000, 6000, 8 + len(payload), 0) + payload


def advertise(hop_limit=255, code=0, parts=False):
    body = icmp6(A6, B6, struct.pack("!BBHI", 136, code, 0, 0x20000000) + A6 +
                 b"\2\1" + G1)
    if parts:
        packet = ipv6(A6, B6, FRAGMENT, fragment(ICMPV6) + body, hop_limit)
    else:
        packet = ipv6(A6, B6, ICMPV6, body, hop_limit)
    return G2 + G1 + b"\x86\xdd" + packet


def arp(dst, operation, sender, sender_ip, target_ip):
    return (dst + G1 + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) +
            sender + sender_ip + b"\0" * 6 + target_ip)


def quote4():
    return G1 + G2 + b"\x08\0" + ipv4(B4, A4, ICMP, icmp4(
        3, 3, ipv4(A4, B4, UDP, udp())))


def quote6(parts=False):
    quoted = (ipv6(A6, B6, FRAGMENT, fragment(UDP) + udp()) if parts else
              ipv6(A6, B6, UDP, udp()))
    error = struct.pack("!BBHI", 2, 0, 0, 1280) if parts else struct.pack("!BBHI", 1, 4, 0, 0)
    return G1 + G2 + b"\x86\xdd" + ipv6(B6, A6, ICMPV6, icmp6(B6, A6, error + quoted))


def frame(name):
    name, _, argument = name.partition(":")
    return {
        "nd": advertise,
        "nd_routed": lambda: advertise(hop_limit=64),
        "nd_code": lambda: advertise(code=1),
        "nd_parts": lambda: advertise(parts=True),
        "probe": lambda: arp(b"\xff" * 6, 1, G1, bytes(4), ip_address(argument).packed),
        "sender": lambda: arp(G2, 2, bytes.fromhex(argument.replace(":", "")), A4, B4),
        "quote4": quote4,
        "quote6": quote6,
        "quote6_parts": lambda: quote6(parts=True),
    }[name]()


def main():
    what = frame(sys.argv[2])
    if sys.argv[1] == "hex":
        print(what.hex())
        return
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind(("eth0", 0))
    for _ in range(int(sys.argv[3])):
        sock.send(what.ljust(60, b"\0"))
        time.sleep(float(sys.argv[4]))


main()
