# SPDX-License-Identifier: GPL-2.0
"""Which messages do the guards stop, of all kinds that there are?

    usage: guard_messages.py FROM TO

From eth0 of one namespace to eth0 of the other go all types of ICMP of either
family, and all first bytes of messages to the ports of DHCP and one other.
"""
import random
import sys

import evasive
import rawnet

PORTS = {4: (67, 68, 546, 547, 1068), 6: (67, 68, 546, 547, 1546)}
MACS = b"\xff" * 6 + bytes.fromhex("020000000001")


def messages():
    """(name, family, (protocol, port or type, first byte of the payload))"""
    for family in (4, 6):
        icmp = evasive.ICMP if family == 4 else evasive.ICMP6
        for kind in range(256):
            yield "%d.icmp.%d" % (family, kind), family, (icmp, kind, 0)
            for port in PORTS[family]:
                yield ("%d.%d.%d" % (family, port, kind), family,
                       (evasive.UDP, port, kind))


def frame(maker, family, what):
    maker.number += 1
    dst = evasive.IP4_ALL if family == 4 else evasive.IP6_ALL
    # Room for the target of neighbour discovery.
    data, _ = maker.transport(family, what, dst, 40)
    if family == 4:
        return MACS + b"\x08\0" + evasive.ipv4(what[0], data, dst,
                                               ident=maker.number)
    return MACS + b"\x86\xdd" + evasive.ipv6(what[0], data, dst)


def main():
    source, target = sys.argv[1:]
    stations = rawnet.Stations()
    stations.add("from", rawnet.Packet("eth0", source, 0))
    stations.add("to", rawnet.Packet("eth0", target))
    maker = evasive.Maker(random.Random(1), [])
    stopped = []
    batch = []
    for name, family, what in messages():
        data = frame(maker, family, what)
        batch.append((name, data))
        stations.send("from", data)
        if len(batch) == 64:
            check(stations, batch, stopped)
            batch = []
    check(stations, batch, stopped)
    for family in (4, 6):
        for port in PORTS[family]:
            every = ["%d.%d.%d" % (family, port, kind) for kind in range(256)]
            if set(every) <= set(stopped):
                at = stopped.index(every[0])
                stopped = [s for s in stopped if s not in every]
                stopped.insert(at, "%d.%d" % (family, port))
    print("stopped: " + " ".join(sorted(stopped, key=order)))


def order(name):
    return [(not word.isdigit(), word.zfill(5)) for word in name.split(".")]


def check(stations, batch, stopped):
    arrived = set(stations.collect()["to"])
    stopped += [name for name, data in batch if data not in arrived]


main()
