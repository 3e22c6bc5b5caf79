# SPDX-License-Identifier: GPL-2.0
"""
One requester of privilege.sh: tries everything, and says who let it.

	changes SWITCH PORT ERRNO	all that takes privileges must end so
	reads SWITCH PORT		what anybody may see, and what not
	listens				the group events can be joined
	fill SWITCH PORT N		static entries until one is refused
"""
import errno
import os

from vswcheck import equal, fail, ifindex, refused, run, true
from vswnl import Genl, K, Refused, mac


# An echo request, the least that port-inject takes.
ECHO = bytes.fromhex("ffffffffffff 020000000001 0800 4500001c000000004001 0000"
                     "c0000201 c0000202 0800f7ff00000000")


def index(name):
    return int(name) if name.isdigit() else ifindex(name)


def changes(sw, port, want):
    nl, sw, port = Genl(), index(sw), index(port)
    addr, other = mac("02:00:00:00:00:77"), mac("02:00:00:00:00:78")
    if want:
        begun, txn = None, 1
    else:
        begun = nl.do("txn-begin", SWITCH=sw)
        nl.do("txn-abort", ID=begun["ID"])
        txn = nl.do("txn-begin", SWITCH=sw)["ID"]
        nl.do("txn-commit", ID=txn)
    for op, attrs in (
        ("switch-set", {"IFINDEX": sw, "AGEING_TIME": 123}),
        ("port-trace", {"PORT": port, "FRAME": ECHO}),
        ("port-inject", {"PORT": port, "FRAME": ECHO, "TIMEOUT": 1}),
        ("port-set", {"IFINDEX": port, "MAC": addr}),
        ("port-set", {"IFINDEX": port, "VLAN": {
            "PVID": 9, "ACCEPT": K["VLAN_ACCEPT_UNTAGGED"],
            "RANGE": [{"START": 9, "END": 9, "UNTAGGED": True}]}}),
        ("profile-add", {"SWITCH": sw, "PROFILE": "probe", "DHCP_GUARD": 1}),
        ("profile-set", {"SWITCH": sw, "PROFILE": "probe", "DHCP_GUARD": 0}),
        ("acl-add", {"SWITCH": sw, "PROFILE": "probe", "RULE": {
            "DIRECTION": K["ACL_DIRECTION_IN"], "WEIGHT": 7,
            "ACTION": K["ACL_ACTION_DENY"]}}),
        ("acl-get", {"SWITCH": sw, "PROFILE": "probe"}),
        ("acl-flush", {"SWITCH": sw, "PROFILE": "probe"}),
        ("switch-set", {"IFINDEX": sw, "DEFAULT_PROFILE": "probe"}),
        ("switch-set", {"IFINDEX": sw, "DEFAULT_PROFILE": ""}),
        ("port-set", {"IFINDEX": port, "PROFILE": "probe"}),
        ("port-set", {"IFINDEX": port, "PROFILE": ""}),
        ("profile-del", {"SWITCH": sw, "PROFILE": "probe"}),
        ("fdb-add", {"SWITCH": sw, "MAC": other, "VID": 9, "PORT": port}),
        ("fdb-get", {"SWITCH": sw, "MAC": other, "VID": 9}),
        ("fdb-del", {"SWITCH": sw, "MAC": other, "VID": 9}),
        ("fdb-flush", {"SWITCH": sw}),
        ("acl-add", {"PORT": port, "RULE": {
            "DIRECTION": K["ACL_DIRECTION_IN"], "WEIGHT": 7,
            "ACTION": K["ACL_ACTION_DENY"]}}),
        ("acl-get", {"PORT": port}),
        ("acl-del", {"PORT": port, "RULE": {
            "DIRECTION": K["ACL_DIRECTION_IN"], "WEIGHT": 7}}),
        ("acl-flush", {"PORT": port}),
        ("txn-begin", {"SWITCH": sw}),
        ("txn-commit", {"ID": txn}),
        ("txn-abort", {"ID": txn}),
    ):
        # Transactions of its own it has nowhere; it may ask for them where
        # it is root.
        number = getattr(errno, want) if want else 0
        if op in ("txn-commit", "txn-abort") and want != "EPERM":
            number = errno.ENOENT
        # It has no form but that of a dump.
        ask = nl.dump if op == "port-trace" else nl.do
        try:
            ask(op, **attrs)
            got = 0
        except Refused as error:
            got = error.errno
        equal(errno.errorcode.get(got, "taken"),
              errno.errorcode.get(number, "taken"), f"{op} {attrs}")


def reads(sw, port):
    nl, sw, port = Genl(), index(sw), index(port)
    equal(nl.do("switch-get", IFINDEX=sw)["IFINDEX"], sw, "switch-get")
    true("MAC" not in nl.do("port-get", IFINDEX=port), "a MAC is shown")
    ports = nl.dump("port-get")
    true(ports, "no ports are shown")
    nl.dump("profile-get", SWITCH=sw)
    equal([p["IFNAME"] for p in ports if "MAC" in p], [], "MACs in a dump")
    refused(errno.EPERM, "", "", nl.do, "fdb-get", SWITCH=sw,
            MAC=mac("02:00:00:00:00:05"))
    refused(errno.EPERM, "", "", nl.dump, "fdb-get", SWITCH=sw)
    try:
        nl.listen()
    except PermissionError:
        return
    fail("the group events could be joined")


def listens():
    nl = Genl()
    nl.listen()
    os.system("ip link add evt0 type vswitch && ip link del evt0")
    equal([op for op, attrs in nl.events() if attrs.get("IFNAME") == "evt0"],
          ["switch-ntf", "switch-del-ntf"], "events")


def fill(sw, port, count):
    nl, sw, port = Genl(), index(sw), index(port)
    for n in range(int(count)):
        try:
            nl.do("fdb-add", SWITCH=sw, PORT=port,
                  MAC=mac(f"06:00:00:00:{n >> 8:02x}:{n & 255:02x}"))
        except Refused as error:
            print(errno.errorcode[error.errno])
            return


run({f.__name__: f for f in (changes, reads, listens, fill)})
