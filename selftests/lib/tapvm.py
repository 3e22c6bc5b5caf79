# SPDX-License-Identifier: GPL-2.0
"""A VM's network card without the VM.

    usage: tapvm.py PORT NETNS DEV

    here          this process          NETNS
    PORT (tap) ------ copies ------ DEV (tap)

What a VM's virtio-net would do: frames go from one tap to the other with
their offload headers, so that GSO frames and unfinished checksums cross it.
Prints "ready" when both taps are there.
"""
import fcntl
import os
import select
import sys

import rawnet

TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6, TUN_F_TSO_ECN = 1, 2, 4, 8
VNET_HDR_SIZE = 10


def tap(dev):
    end = rawnet.Tap(dev, vnet_hdr=True)
    fcntl.ioctl(end.fd, rawnet.TUNSETOFFLOAD,
                TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN)
    return end.fd


def main():
    port, netns, dev = sys.argv[1:]
    near = tap(port)
    with rawnet.Netns(netns):
        far = tap(dev)
    other = {near: far, far: near}
    print("ready", flush=True)
    while True:
        for fd in select.select(list(other), [], [])[0]:
            try:
                os.write(other[fd], os.read(fd, 65536 + 64 + VNET_HDR_SIZE))
            except OSError:     # a tap that is down takes nothing
                pass


if __name__ == "__main__":
    main()
