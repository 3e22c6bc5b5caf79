# SPDX-License-Identifier: GPL-2.0
"""
Speak rtnetlink where ip(8) and bridge(8) would not say it so.

	rtnl(kind of message, header, attributes): raises vswnl.Refused
"""
import socket
import struct

from vswnl import NETLINK_CAP_ACK, NETLINK_EXT_ACK, NLM_F_ACK, \
    NLM_F_REQUEST, NLMSG_ERROR, SOL_NETLINK, Refused, nla, split, walk

NLM_F_CREATE, NLM_F_EXCL = 0x400, 0x200
RTM_NEWLINK, RTM_DELLINK, RTM_SETLINK = 16, 17, 19
RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 28, 29, 30
NDA_LLADDR, NDA_IFINDEX = 2, 8
NTF_SELF, NUD_NOARP = 2, 0x40
IFLA_ADDRESS, IFLA_IFNAME, IFLA_LINK, IFLA_PROTINFO = 1, 3, 5, 12
IFLA_LINKINFO, IFLA_AF_SPEC = 18, 26
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
IFLA_BRIDGE_FLAGS, IFLA_BRIDGE_MODE, IFLA_BRIDGE_VLAN_INFO = 0, 1, 2
BRIDGE_FLAGS_MASTER, BRIDGE_FLAGS_SELF = 1, 2
AF_BRIDGE = 7


def rtnl(kind, header, attrs, flags=0):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    sock.settimeout(30)
    body = header + attrs
    sock.send(struct.pack("=IHHII", 16 + len(body), kind,
                          flags | NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body)
    while True:
        for msg in split(sock.recv(65536)):
            if msg.kind == NLMSG_ERROR:
                sock.close()
                return answer(msg, attrs, 16 + len(header))


def answer(msg, attrs, start):
    number, = struct.unpack_from("=i", msg.payload)
    if not number:
        return
    text, at, missing = "", "", ""
    for _, kind, data in walk(msg.payload[20:]):
        if kind == 1:
            text = data.rstrip(b"\0").decode()
        elif kind == 2:
            at = path_at(attrs, struct.unpack("=I", data)[0] - start)
        elif kind == 5:
            missing = str(*struct.unpack("=I", data))
    raise Refused(-number, text, at, missing)


def path_at(attrs, offset):
    """Which attribute begins at @offset, by numbers: 18.2.5, say."""
    for pos, kind, data in walk(attrs):
        if offset == pos:
            return str(kind)
        if pos < offset < pos + 4 + len(data):
            return f"{kind}.{path_at(data, offset - pos - 4)}"
    return f"offset {offset}"


def ifinfo(index=0, family=0):
    return struct.pack("=BxHiII", family, 0, index, 0, 0)


def new_link(name, kind, data, **more):
    """Make a link; @data is IFLA_INFO_DATA, as bytes."""
    attrs = nla(IFLA_IFNAME, name.encode() + b"\0")
    if "link" in more:
        attrs += nla(IFLA_LINK, struct.pack("=I", more["link"]))
    if "address" in more:
        attrs += nla(IFLA_ADDRESS, more["address"])
    attrs += nla(IFLA_LINKINFO, nla(IFLA_INFO_KIND, kind.encode() + b"\0") +
                 nla(IFLA_INFO_DATA, data))
    rtnl(RTM_NEWLINK, ifinfo(), attrs, NLM_F_CREATE | NLM_F_EXCL)


def change_link(index, kind, data):
    rtnl(RTM_NEWLINK, ifinfo(index),
         nla(IFLA_LINKINFO, nla(IFLA_INFO_KIND, kind.encode() + b"\0") +
             nla(IFLA_INFO_DATA, data)))


def bridge_vlans(index, spec, kind=RTM_SETLINK, attr=IFLA_AF_SPEC):
    """What bridge vlan add sends for a port, with any specification."""
    flags = nla(IFLA_BRIDGE_FLAGS, struct.pack("=H", BRIDGE_FLAGS_MASTER))
    rtnl(kind, ifinfo(index, AF_BRIDGE),
         nla(attr, (flags if attr == IFLA_AF_SPEC else b"") + spec))


def fdb(kind, index, address, via=None):
    """bridge fdb add and so on ... self; @via as bytes."""
    attrs = nla(NDA_LLADDR, address)
    if via is not None:
        attrs += nla(NDA_IFINDEX, via)
    new = kind == RTM_NEWNEIGH
    rtnl(kind, struct.pack("=BxxxiHBB", AF_BRIDGE, index, NUD_NOARP if new
                           else 0, NTF_SELF, 0), attrs,
         NLM_F_CREATE | NLM_F_EXCL if new else 0)


def vlan_info(vid, flags=0):
    return nla(IFLA_BRIDGE_VLAN_INFO, struct.pack("=HH", flags, vid))
