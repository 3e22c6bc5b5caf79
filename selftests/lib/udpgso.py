# SPDX-License-Identifier: GPL-2.0
"""UDP with segmentation offload from one network namespace to another.

    usage: udpgso.py FROM TO ADDRESS

Sends 20 buffers of 10 datagrams each to ADDRESS, which is one of TO, and
checks every datagram that arrives. "-" is the namespace of the caller.
"""
import socket
import sys

import rawnet

SOL_UDP, UDP_SEGMENT = 17, 103
PORT, SIZE, SEGMENTS, BUFFERS = 5300, 1000, 10, 20


def datagram(n):
    return n.to_bytes(4, "big") * (SIZE // 4)


def main():
    source, target, address = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with rawnet.Netns(None if target == "-" else target):
        rx = socket.socket(family, socket.SOCK_DGRAM)
        rx.setsockopt(socket.SOL_SOCKET, rawnet.SO_RCVBUFFORCE, 1 << 22)
        rx.bind((address, PORT))
    with rawnet.Netns(None if source == "-" else source):
        tx = socket.socket(family, socket.SOCK_DGRAM)
    tx.setsockopt(SOL_UDP, UDP_SEGMENT, SIZE)
    for i in range(BUFFERS):
        tx.sendto(b"".join(datagram(i * SEGMENTS + j)
                           for j in range(SEGMENTS)), (address, PORT))
    rx.settimeout(30)
    left = set(range(BUFFERS * SEGMENTS))
    while left:
        data = rx.recv(65536)
        n = int.from_bytes(data[:4], "big")
        if data != datagram(n):
            sys.exit("datagram %d of %d bytes is damaged" % (n, len(data)))
        left.remove(n)          # a second copy fails here


main()
