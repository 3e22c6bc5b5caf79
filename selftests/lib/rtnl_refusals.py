# SPDX-License-Identifier: GPL-2.0
"""
Requests that ip(8) and bridge(8) do not send, on the topology of refusal.sh.
"""
import errno as E
import struct

from vswcheck import ifindex, refused, run
from vswnl import Genl, K, nla
from vswrtnl import IFLA_ADDRESS, IFLA_AF_SPEC, IFLA_BRIDGE_MODE, \
    IFLA_BRIDGE_VLAN_INFO, IFLA_INFO_DATA, IFLA_LINK, IFLA_LINKINFO, \
    IFLA_PROTINFO, NDA_IFINDEX, NDA_LLADDR, RTM_DELLINK, RTM_DELNEIGH, \
    RTM_GETNEIGH, RTM_NEWNEIGH, bridge_vlans, change_link, fdb, new_link, \
    vlan_info

PVID, BEGIN, END = 2, 8, 16	# BRIDGE_VLAN_INFO_*


def data(name, how, value):
    return nla(K[f"IFLA_VSWITCH_{name}"], struct.pack(how, value))


def data_at(name):
    return f"{IFLA_LINKINFO}.{IFLA_INFO_DATA}.{K[f'IFLA_VSWITCH_{name}']}"


def links():
    inner = ifindex("int")
    for name, how, value, number, text in (
        ("AGEING_TIME", "=I", 0, E.ERANGE, "ageing-time is 1 to 1000000 seconds"),
        ("AGEING_TIME", "=I", 1000001, E.ERANGE, "ageing-time is 1 to 1000000 seconds"),
        ("FDB_LIMIT", "=I", 0, E.ERANGE, "fdb-limit is 1 to 1048576 entries"),
        ("FDB_LIMIT", "=I", 1048577, E.ERANGE, "fdb-limit is 1 to 1048576 entries"),
        ("VLAN_PROTOCOL", ">H", 0x9100, E.EPROTONOSUPPORT, r"vlan-protocol is 802\.1Q \(0x8100\) or 802\.1ad"),
        ("TYPE", "=I", 3, E.ERANGE, "out of range"),
        ("IOV", "=B", 2, E.ERANGE, "out of range"),
        ("BANDWIDTH_MODE", "=I", 3, E.ERANGE, "out of range"),
    ):
        raw, at = data(name, how, value), data_at(name)
        refused(number, text, at, new_link, "bad0", "vswitch", raw)
        refused(number, text, at, change_link, inner, "vswitch", raw)
    multicast = bytes.fromhex("010000000001")
    refused(E.EADDRNOTAVAIL, "the address of a vNIC is a unicast MAC",
            f"{IFLA_ADDRESS}", new_link, "bad0", "vswitch_vnic", b"",
            link=inner, address=multicast)
    refused(E.EINVAL, "which switch?", f"?{IFLA_LINK}", new_link, "bad0",
            "vswitch_vnic", b"")
    refused(E.EOPNOTSUPP, "a private switch has no vNIC", f"{IFLA_LINK}",
            new_link, "bad0", "vswitch_vnic", b"", link=ifindex("priv"))
    refused(E.EADDRINUSE, "another port of this switch has that mac",
            f"{IFLA_ADDRESS}", new_link, "bad0", "vswitch_vnic", b"",
            link=inner, address=Genl().do("port-get", IFNAME="vi")["MAC"])
    refused(E.EADDRNOTAVAIL, "the address of a switch is a unicast MAC",
            f"{IFLA_ADDRESS}", new_link, "bad0", "vswitch", b"",
            address=multicast)


def uplink(index):
    raw = data("TYPE", "=I", K["SWITCH_TYPE_EXTERNAL"]) + \
        data("UPLINK", "=I", int(index))
    text = "no such uplink in the switch's network namespace"
    at = data_at("UPLINK")
    refused(E.ENODEV, text, at, change_link, ifindex("int"), "vswitch", raw)
    refused(E.ENODEV, text, at, new_link, "bad0", "vswitch", raw)


def entries():
    """Of the FDB, as bridge(8) says them."""
    inner, via = ifindex("int"), struct.pack("=I", ifindex("p0"))
    one, two = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
    vnic = Genl().do("port-get", IFNAME="vi")["MAC"]
    limit = Genl().do("switch-get", IFINDEX=inner)["FDB_LIMIT"]
    mac_at, via_at = f"{NDA_LLADDR}", f"{NDA_IFINDEX}"
    refused(E.EINVAL, "which port?", f"?{NDA_IFINDEX}", fdb, RTM_NEWNEIGH,
            inner, one)
    refused(E.EINVAL, "'via' takes the ifindex of a port, 4 bytes", via_at,
            fdb, RTM_NEWNEIGH, inner, one, b"\1\0")
    refused(E.EADDRNOTAVAIL, "a unicast one", mac_at, fdb, RTM_NEWNEIGH, inner,
            bytes.fromhex("01005e000001"), via)
    refused(E.EINVAL, "assigned to a port", mac_at, fdb, RTM_NEWNEIGH, inner,
            vnic, via)
    for kind in RTM_DELNEIGH, RTM_GETNEIGH:
        refused(E.ENOENT, "no entry", mac_at, fdb, kind, inner, one)
    fdb(RTM_NEWNEIGH, inner, one, via)
    refused(E.EEXIST, "delete it first", mac_at, fdb, RTM_NEWNEIGH, inner, one,
            via)
    change_link(inner, "vswitch", data("FDB_LIMIT", "=I", 1))
    refused(E.ENOSPC, "raise fdb-limit", mac_at, fdb, RTM_NEWNEIGH, inner, two,
            via)
    change_link(inner, "vswitch", data("FDB_LIMIT", "=I", 2))
    fdb(RTM_NEWNEIGH, inner, two, via)
    refused(E.ENOSPC, "flush it first", data_at("FDB_LIMIT"), change_link,
            inner, "vswitch", data("FDB_LIMIT", "=I", 1))
    for address in one, two:
        fdb(RTM_DELNEIGH, inner, address)
    change_link(inner, "vswitch", data("FDB_LIMIT", "=I", limit))


def vlans():
    port = ifindex("p0")
    options = "has VLANs, (and|but) no other (option of bridge ports|bridge port options)"
    spec_at = f"{IFLA_AF_SPEC}"
    vlan_at = f"{IFLA_AF_SPEC}.{IFLA_BRIDGE_VLAN_INFO}"
    for spec, text in (
        (nla(IFLA_BRIDGE_VLAN_INFO, b"\1"), "a VLAN is given by 4 bytes"),
        (vlan_info(0), "a VLAN is 1 to 4094"),
        (vlan_info(4095), "a VLAN is 1 to 4094"),
        (vlan_info(5, BEGIN) + vlan_info(6, BEGIN), "begins within another"),
        (vlan_info(5, BEGIN | PVID) + vlan_info(6, END | PVID), "or is a pvid"),
        (vlan_info(6, END), "range has no lower begin"),
        (vlan_info(6, BEGIN) + vlan_info(6, END), "range has no lower begin"),
        (vlan_info(6, BEGIN) + vlan_info(7, END | PVID), "or is a pvid"),
        (vlan_info(5, BEGIN) + vlan_info(6), "a VLAN range does not end"),
        (vlan_info(5, BEGIN), "or a range that does not end"),
        (b"", "no VLAN is given"),
    ):
        refused(E.EINVAL, text,
                spec_at if text.startswith(("or a range", "no")) else vlan_at,
                bridge_vlans, port, spec)
    refused(E.EOPNOTSUPP, options, f"{IFLA_AF_SPEC}.{IFLA_BRIDGE_MODE}",
            bridge_vlans, port, nla(IFLA_BRIDGE_MODE, b"\0\0"))
    refused(E.EOPNOTSUPP, options, f"{IFLA_PROTINFO}", bridge_vlans, port,
            b"", attr=IFLA_PROTINFO)
    refused(E.EINVAL, "", "", bridge_vlans, port, vlan_info(0),
            kind=RTM_DELLINK)


run({f.__name__: f for f in (links, uplink, entries, vlans)})
