# SPDX-License-Identifier: GPL-2.0
"""Is the checksum of a TCP or UDP packet right?"""
import struct

IPV4, IPV6, TCP, UDP = 0x0800, 0x86dd, 6, 17


def fold(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def valid(body):
    """True, False, or None when body, from the EtherType on, is neither."""
    proto, = struct.unpack_from("!H", body)
    packet = body[2:]
    if proto == IPV4:
        head, l4 = (packet[0] & 15) * 4, packet[9]
        if fold(packet[:head]) != 0xffff:
            return False
        end, = struct.unpack_from("!H", packet, 2)
        addresses = packet[12:20]
    elif proto == IPV6:
        head, l4 = 40, packet[6]
        end = head + struct.unpack_from("!H", packet, 4)[0]
        addresses = packet[8:40]
    else:
        return None
    if l4 not in (TCP, UDP):
        return None
    segment = packet[head:end]
    return fold(addresses + struct.pack("!II", len(segment), l4) +
                segment) == 0xffff
