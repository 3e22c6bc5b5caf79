# SPDX-License-Identifier: GPL-2.0
"""
Profiles in generic netlink.

	vs0: p0 p1 vn0 u0 (uplink)	vs1: q0		d0, d1 (dummies): free

The case atomic makes a switch of its own: see crossing.py.
"""
import errno as E

from crossing import GROUP, big_switch, crossings
from vswcheck import config, equal, ifindex, ip, refused, run, true
from vswnl import Genl, K, mac

UNTAGGED = K["VLAN_ACCEPT_UNTAGGED"]
VLAN, DHCP, ROUTER, SPOOF, STORM = (
    K[f"PORT_SETTING_{s}"] for s in ("VLAN", "DHCP_GUARD", "ROUTER_GUARD",
                                     "MAC_SPOOFING", "STORM_LIMIT"))
M1 = mac("02:00:00:00:01:01")
MOST = K["PROFILES_MAX"]


def access(vid):
    return {"PVID": vid, "ACCEPT": UNTAGGED,
            "RANGE": [{"START": vid, "END": vid, "UNTAGGED": True}]}


def index():
    return {name: ifindex(name)
            for name in ("vs0", "vs1", "p0", "p1", "vn0", "u0", "q0", "d0")}


def port(nl, i):
    return nl.do("port-get", IFINDEX=i)


def pvid(nl, i):
    return port(nl, i)["VLAN"]["PVID"]


def sources(nl, i):
    got = port(nl, i)
    return [got.get("PROFILE"), got.get("DEFAULT_PROFILE"), got["OWN"],
            got["FROM_PROFILE"], got["FROM_DEFAULT"]]


def generation(nl, sw):
    return nl.do("switch-get", IFINDEX=sw)["GENERATION"]


def layers():
    """The port's own, its profile's, the default's, and nobody's."""
    nl, i = Genl(), index()
    vs0, p0 = i["vs0"], i["p0"]
    before = config(nl)

    nl.do("profile-add", SWITCH=vs0, PROFILE="base", VLAN=access(5),
          DHCP_GUARD=1, STORM_LIMIT=100)
    nl.do("profile-add", SWITCH=vs0, PROFILE="office", VLAN=access(10),
          ROUTER_GUARD=1)
    equal(sources(nl, p0), [None, None, 0, 0, 0], "a port without profiles")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="base")
    equal(nl.do("switch-get", IFINDEX=vs0)["DEFAULT_PROFILE"], "base",
          "default profile of the switch")
    for name in ("p0", "p1", "vn0"):
        equal(sources(nl, i[name]), [None, "base", 0, 0, VLAN | DHCP | STORM],
              f"{name} under the default profile")
        equal(pvid(nl, i[name]), 5, f"VLAN of {name}")
    equal(sources(nl, i["u0"]), [None, None, 0, 0, 0], "the uplink")
    equal(sources(nl, i["q0"]), [None, None, 0, 0, 0], "another switch's port")

    nl.do("port-set", IFINDEX=p0, PROFILE="office")
    equal(sources(nl, p0),
          ["office", "base", 0, VLAN | ROUTER, DHCP | STORM], "both profiles")
    got = port(nl, p0)
    equal([got["VLAN"]["PVID"], got["DHCP_GUARD"], got["ROUTER_GUARD"],
           got["STORM_LIMIT"]], [10, 1, 1, 100], "values of both profiles")

    nl.do("port-set", IFINDEX=p0, VLAN=access(20), DHCP_GUARD=0)
    got = port(nl, p0)
    equal([got["VLAN"]["PVID"], got["DHCP_GUARD"], got["ROUTER_GUARD"]],
          [20, 0, 1], "what the port says itself wins")
    equal(sources(nl, p0), ["office", "base", VLAN | DHCP, ROUTER, STORM],
          "sources with own settings")
    nl.do("profile-set", SWITCH=vs0, PROFILE="office", VLAN=access(11),
          DHCP_GUARD=1)
    equal([pvid(nl, p0), port(nl, p0)["DHCP_GUARD"]], [20, 0],
          "own settings after a change of the profile")
    nl.do("port-set", IFINDEX=p0, UNSET=VLAN | DHCP)
    got = port(nl, p0)
    equal([got["VLAN"]["PVID"], got["DHCP_GUARD"]], [11, 1],
          "after what was own was taken back")

    # What a profile no longer says comes from the next one.
    nl.do("profile-set", SWITCH=vs0, PROFILE="office", UNSET=VLAN)
    equal([pvid(nl, p0), pvid(nl, i["p1"])], [5, 5], "VLAN of the default")
    nl.do("profile-set", SWITCH=vs0, PROFILE="base", UNSET=VLAN)
    equal([pvid(nl, p0), pvid(nl, i["p1"])], [0, 0], "VLAN of nobody")

    # The uplink has what it refers to, and nothing else.
    nl.do("port-set", IFINDEX=i["u0"], PROFILE="office")
    equal(sources(nl, i["u0"]), ["office", None, 0, ROUTER | DHCP, 0],
          "the uplink with a profile")
    true(port(nl, i["u0"])["VLAN"].get("RANGE"), "the uplink is no trunk")

    # A profile has no mac, so off means: where there is one.
    nl.do("profile-set", SWITCH=vs0, PROFILE="base", MAC_SPOOFING=0)
    equal(port(nl, i["p1"])["MAC_SPOOFING"], 1, "spoofing without a mac")
    nl.do("port-set", IFINDEX=i["p1"], MAC=M1)
    nl.do("profile-set", SWITCH=vs0, PROFILE="base", MAC_SPOOFING=1)
    equal(port(nl, i["p1"])["MAC_SPOOFING"], 1, "spoofing by the profile")
    nl.do("profile-set", SWITCH=vs0, PROFILE="base", MAC_SPOOFING=0)
    equal(port(nl, i["p1"])["MAC_SPOOFING"], 0, "no spoofing by the profile")

    nl.do("port-set", IFINDEX=i["p1"], MAC=bytes(6))
    for one in (p0, i["u0"]):
        nl.do("port-set", IFINDEX=one, PROFILE="")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="")
    nl.do("profile-del", SWITCH=vs0, PROFILE="base")
    nl.do("profile-del", SWITCH=vs0, PROFILE="office")

    def rest(lines):
        return [line for line in lines if '"switch-get"' not in line]

    equal(rest(config(nl)), rest(before), "after it was all taken back")


def read():
    """By name and in dumps, what was set and nothing more."""
    nl, i = Genl(), index()
    vs0, vs1 = i["vs0"], i["vs1"]
    nl.do("profile-add", SWITCH=vs0, PROFILE="empty")
    nl.do("profile-add", SWITCH=vs0, PROFILE="full", VLAN=access(7),
          DHCP_GUARD=0, ROUTER_GUARD=1, STORM_LIMIT=9, MAC_SPOOFING=0)
    nl.do("profile-add", SWITCH=vs1, PROFILE="full", DHCP_GUARD=1)
    nl.do("port-set", IFINDEX=i["p0"], PROFILE="full")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="full")
    empty = {"SWITCH": vs0, "PROFILE": "empty", "OWN": 0, "USERS": 0}
    full = {"SWITCH": vs0, "PROFILE": "full", "MAC_SPOOFING": 0,
            "VLAN": access(7) | {"MODE": K["VLAN_MODE_ACCESS"]},
            "DHCP_GUARD": 0, "ROUTER_GUARD": 1, "STORM_LIMIT": 9,
            "DEFAULT_PROFILE": "full", "USERS": 1,
            "OWN": VLAN | DHCP | ROUTER | STORM | SPOOF}
    other = {"SWITCH": vs1, "PROFILE": "full", "DHCP_GUARD": 1, "OWN": DHCP,
             "USERS": 0}
    for one in (empty, full, other):
        equal(nl.do("profile-get", SWITCH=one["SWITCH"],
                    PROFILE=one["PROFILE"]), one, "profile-get")
    equal(nl.dump("profile-get"), [empty, full, other], "all profiles")
    equal(nl.dump("profile-get", SWITCH=vs1), [other], "those of vs1")
    equal(nl.dump("profile-get", SWITCH=0x7ffffff0), [], "of no switch")

    # Its VLANs alone need many pages of message.
    odd = [{"START": v, "END": v} for v in range(1, 4094, 2)]
    nl = Genl(size=1 << 18)
    nl.do("profile-set", SWITCH=vs0, PROFILE="empty", VLAN={
        "PVID": 0, "ACCEPT": K["VLAN_ACCEPT_ALL"], "RANGE": odd})
    equal(nl.do("profile-get", SWITCH=vs0, PROFILE="empty")["VLAN"]["RANGE"],
          odd, "VLANs in a reply")
    equal([p["VLAN"]["RANGE"] for p in nl.dump("profile-get")
           if p["PROFILE"] == "empty"], [odd], "VLANs in a dump")


def born():
    """The first that is seen of a port has the default profile in it."""
    nl, listener, i = Genl(), Genl(), index()
    listener.listen()
    nl.do("profile-add", SWITCH=i["vs0"], PROFILE="base", VLAN=access(5))
    nl.do("switch-set", IFINDEX=i["vs0"], DEFAULT_PROFILE="base")
    list(listener.events())
    ip("link", "set", "d0", "master", "vs0")
    ip("link", "add", "vn1", "link", "vs0", "up", "type", "vswitch_vnic")
    first = {}
    for op, attrs in listener.events():
        if op == "port-ntf":
            first.setdefault(attrs["IFNAME"], attrs["VLAN"]["PVID"])
    equal(first, {"d0": 5, "vn1": 5}, "VLAN of new ports")


def refusals():
    nl, i = Genl(), index()
    vs0, p0 = i["vs0"], i["p0"]
    nl.do("profile-add", SWITCH=vs0, PROFILE="used", DHCP_GUARD=1)
    nl.do("profile-add", SWITCH=vs0, PROFILE="base", DHCP_GUARD=1)
    nl.do("profile-add", SWITCH=i["vs1"], PROFILE="theirs")
    nl.do("port-set", IFINDEX=p0, PROFILE="used")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="base", FDB_LIMIT=1000)
    before = config(nl)
    none = "the switch has no profile of that name"
    name = "1 to 63 characters and no blanks"

    for op, attrs, number, text, at in (
        ("profile-add", {"PROFILE": "x"}, E.EINVAL, "a profile of which switch", "?SWITCH"),
        ("profile-add", {"SWITCH": vs0}, E.EINVAL, "which profile", "?PROFILE"),
        ("profile-add", {"SWITCH": p0, "PROFILE": "x"}, E.EINVAL, "not a v?switch", "SWITCH"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": ""}, E.EINVAL, name, "PROFILE"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "a b"}, E.EINVAL, name, "PROFILE"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "a\n"}, E.EINVAL, name, "PROFILE"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "\x7f"}, E.EINVAL, name, "PROFILE"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "x" * 64}, (E.ERANGE, E.EINVAL), "", "PROFILE"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "used"}, E.EEXIST, "has a profile of that name already", "PROFILE"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "x", "DHCP_GUARD": 2}, E.ERANGE, "out of range", "DHCP_GUARD"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "x", "MAC": M1}, E.EINVAL, "attribute", "MAC"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "x", "VLAN": {"PVID": 1, "ACCEPT": UNTAGGED}}, E.EINVAL, "of the ranges", "VLAN.PVID"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "x", "EXPECT_GENERATION": 0}, E.EAGAIN, "generation", "EXPECT_GENERATION"),
        ("profile-add", {"SWITCH": vs0, "PROFILE": "x", "TXN": 0x7fffffff}, E.ENOENT, "no such transaction", "TXN"),
        ("profile-set", {"SWITCH": vs0, "PROFILE": "nosuch", "DHCP_GUARD": 1}, E.ENOENT, none, "PROFILE"),
        ("profile-set", {"SWITCH": vs0, "PROFILE": "theirs", "DHCP_GUARD": 1}, E.ENOENT, none, "PROFILE"),
        ("profile-set", {"SWITCH": vs0, "PROFILE": "used", "VLAN": {"PVID": 1, "ACCEPT": UNTAGGED}, "DHCP_GUARD": 0}, E.EINVAL, "of the ranges", "VLAN.PVID"),
        ("profile-set", {"SWITCH": vs0, "PROFILE": "used", "UNSET": 1 << 30}, E.EINVAL, "", "UNSET"),
        ("profile-del", {"SWITCH": vs0, "PROFILE": "nosuch"}, E.ENOENT, none, "PROFILE"),
        ("profile-del", {"SWITCH": vs0, "PROFILE": "used"}, E.EBUSY, "^(p0|a port) refers to that profile: give it another first", "PROFILE"),
        ("profile-del", {"SWITCH": vs0, "PROFILE": "base"}, E.EBUSY, "is the default-profile of the switch", "PROFILE"),
        ("profile-get", {"SWITCH": vs0, "PROFILE": "nosuch"}, E.ENOENT, none, "PROFILE"),
        ("profile-get", {"SWITCH": vs0}, E.EINVAL, "which profile", "?PROFILE"),
        ("port-set", {"IFINDEX": p0, "PROFILE": "nosuch"}, E.ENOENT, none, "PROFILE"),
        ("port-set", {"IFINDEX": p0, "PROFILE": "theirs"}, E.ENOENT, none, "PROFILE"),
        ("port-set", {"IFINDEX": p0, "DEFAULT_PROFILE": "base"}, E.EINVAL, "attribute", "DEFAULT_PROFILE"),
        ("switch-set", {"IFINDEX": vs0, "DEFAULT_PROFILE": "nosuch", "FDB_LIMIT": 7, "AGEING_TIME": 7}, E.ENOENT, none, "DEFAULT_PROFILE"),
        ("switch-set", {"IFINDEX": vs0, "DEFAULT_PROFILE": "used", "TXN": 0x7fffffff}, E.ENOENT, "no such transaction", "TXN"),
        ("switch-set", {"IFINDEX": vs0, "DEFAULT_PROFILE": "used", "TXN": 1, "FDB_LIMIT": 7}, E.EINVAL, "default-profile only", "TXN"),
    ):
        refused(number, text, at, nl.do, op, **attrs)
        equal(config(nl), before, f"state after {op} {attrs}")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="")
    nl.do("port-set", IFINDEX=p0, PROFILE="")
    for name in ("used", "base"):
        nl.do("profile-del", SWITCH=vs0, PROFILE=name)


def contradictions():
    """A private VLAN that other ports contradict: told by what it would come."""
    nl, i = Genl(), index()
    vs0, p0, p1 = i["vs0"], i["p0"], i["p1"]

    def isolated(primary, secondary):
        return {"MODE": K["PVLAN_MODE_ISOLATED"], "PRIMARY": primary,
                "SECONDARY": [secondary]}

    nl.do("port-set", IFINDEX=p0, PVLAN=isolated(100, 101))
    nl.do("profile-add", SWITCH=vs0, PROFILE="two", PVLAN=isolated(200, 101))
    nl.do("profile-add", SWITCH=vs0, PROFILE="both", PVLAN=isolated(101, 300))
    nl.do("profile-add", SWITCH=vs0, PROFILE="used", VLAN=access(5))
    nl.do("port-set", IFINDEX=p1, PROFILE="used")
    before = config(nl)

    def check(at, op, **attrs):
        refused(E.EEXIST, "would have two primary", at, nl.do, op, **attrs)
        equal(config(nl), before, f"state after {op} {attrs}")

    check("PVLAN", "port-set", IFINDEX=p1, PVLAN=isolated(200, 101))
    check("PVLAN", "port-set", IFINDEX=p1, PVLAN=isolated(200, 101),
          PROFILE="both", UNSET=VLAN)
    check("PROFILE", "port-set", IFINDEX=p1, PROFILE="two")
    check("PVLAN", "profile-set", SWITCH=vs0, PROFILE="used",
          PVLAN=isolated(200, 101))
    check("DEFAULT_PROFILE", "switch-set", IFINDEX=vs0, DEFAULT_PROFILE="two")
    refused(E.EINVAL, "would be the primary of one", "PROFILE", nl.do,
            "port-set", IFINDEX=p1, PROFILE="both")
    equal(config(nl), before, "state after the other contradiction")
    # What is behind a setting comes to light with it.
    nl.do("port-set", IFINDEX=i["vn0"], VLAN=access(6), PROFILE="two")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="two")
    before = config(nl)
    check("UNSET", "port-set", IFINDEX=i["vn0"], UNSET=VLAN)
    check("UNSET", "profile-set", SWITCH=vs0, PROFILE="used", UNSET=VLAN)
    check("PROFILE", "port-set", IFINDEX=p1, PROFILE="")


def txn():
    """Profiles, ports and the default in one transaction."""
    nl, other, i = Genl(), Genl(), index()
    vs0, p0, p1 = i["vs0"], i["p0"], i["p1"]

    def begin():
        return nl.do("txn-begin", SWITCH=vs0)["ID"]

    nl.do("profile-add", SWITCH=vs0, PROFILE="old", VLAN=access(3))
    nl.do("port-set", IFINDEX=p1, PROFILE="old")
    before = config(nl)
    t = begin()
    nl.do("profile-add", TXN=t, SWITCH=vs0, PROFILE="new", VLAN=access(10))
    nl.do("profile-set", TXN=t, SWITCH=vs0, PROFILE="new", DHCP_GUARD=1)
    nl.do("port-set", TXN=t, IFINDEX=p0, PROFILE="new")
    nl.do("port-set", TXN=t, IFINDEX=p1, PROFILE="new")
    nl.do("profile-del", TXN=t, SWITCH=vs0, PROFILE="old")
    nl.do("profile-add", TXN=t, SWITCH=vs0, PROFILE="old", VLAN=access(4))
    nl.do("switch-set", TXN=t, IFINDEX=vs0, DEFAULT_PROFILE="old")
    refused(E.EEXIST, "already", "PROFILE", nl.do, "profile-add", TXN=t,
            SWITCH=vs0, PROFILE="new")
    refused(E.ENOENT, "no profile of that name", "PROFILE", nl.do, "port-set",
            TXN=t, IFINDEX=p0, PROFILE="nosuch")
    refused(E.ENOENT, "no profile of that name", "PROFILE", other.do,
            "port-set", IFINDEX=p0, PROFILE="new")
    equal(config(nl), before, "state while it is only staged")
    was = generation(nl, vs0)
    nl.do("txn-commit", ID=t)
    equal(generation(nl, vs0), was + 1, "one change")
    equal([pvid(nl, i[n]) for n in ("p0", "p1", "vn0", "u0")], [10, 10, 4, 0],
          "VLANs after the commit")
    equal([port(nl, i[n])["DHCP_GUARD"] for n in ("p0", "p1", "vn0")],
          [1, 1, 0], "guards after the commit")
    equal(sorted(p["PROFILE"] for p in nl.dump("profile-get", SWITCH=vs0)),
          ["new", "old"], "profiles after the commit")

    before = config(nl)
    for what, number, text, requests in (
        ("a profile goes that is used", E.EBUSY, "refers to that profile", (
            ("profile-set", {"PROFILE": "new", "VLAN": access(30)}),
            ("profile-add", {"PROFILE": "more"}),
            ("profile-del", {"PROFILE": "new"}))),
        ("one is made, used and deleted", E.EBUSY, "refers to that profile", (
            ("profile-add", {"PROFILE": "more", "VLAN": access(31)}),
            ("port-set", {"IFINDEX": p0, "PROFILE": "more"}),
            ("profile-del", {"PROFILE": "more"}))),
        ("the default goes", E.EBUSY, "is the default-profile", (
            ("profile-set", {"PROFILE": "old", "VLAN": access(32)}),
            ("profile-del", {"PROFILE": "old"}))),
        ("a default is made and deleted", E.EBUSY, "is the default-profile", (
            ("profile-add", {"PROFILE": "more"}),
            ("switch-set", {"IFINDEX": vs0, "DEFAULT_PROFILE": "more"}),
            ("profile-del", {"PROFILE": "more"}))),
    ):
        t = begin()
        for op, attrs in requests:
            if op.startswith("profile"):
                attrs = attrs | {"SWITCH": vs0}
            nl.do(op, TXN=t, **attrs)
        refused(number, text, "ID", nl.do, "txn-commit", ID=t)
        equal(config(nl), before, f"state after {what}")

    # What was made in it and deleted again is nothing.
    t = begin()
    nl.do("profile-add", TXN=t, SWITCH=vs0, PROFILE="more")
    nl.do("profile-del", TXN=t, SWITCH=vs0, PROFILE="more")
    nl.do("txn-commit", ID=t)
    equal(config(nl), before, "state after nothing")
    # Another change, of a profile only, makes it stale.
    t = begin()
    nl.do("port-set", TXN=t, IFINDEX=p0, PROFILE="old")
    other.do("profile-set", SWITCH=vs0, PROFILE="old", STORM_LIMIT=5)
    before = config(nl)
    refused(E.EAGAIN, "generation", "TXN", nl.do, "profile-set", TXN=t,
            SWITCH=vs0, PROFILE="old", STORM_LIMIT=6)
    refused(E.EAGAIN, "generation", "ID", nl.do, "txn-commit", ID=t)
    equal(config(nl), before, "state after a stale transaction")
    t = begin()
    nl.do("profile-add", TXN=t, SWITCH=vs0, PROFILE="gone")
    nl.do("txn-abort", ID=t)
    t = begin()
    nl.do("profile-set", TXN=t, SWITCH=vs0, PROFILE="old", DHCP_GUARD=1)
    nl.close()
    equal(config(other), before, "state after an abort and a closed socket")


def limits():
    nl, i = Genl(), index()
    vs0 = i["vs0"]
    nl.do_many("profile-add", [{"SWITCH": vs0, "PROFILE": f"p{n}"}
                               for n in range(MOST)])
    refused(E.ENOSPC, "at most 1024 profiles", "PROFILE", nl.do, "profile-add",
            SWITCH=vs0, PROFILE="more")
    names = [p["PROFILE"] for p in nl.dump("profile-get", SWITCH=vs0)]
    equal(names, [f"p{n}" for n in range(MOST)], "profiles in a dump")
    # All of them in one transaction, the last one anew.
    t = nl.do("txn-begin", SWITCH=vs0)["ID"]
    nl.do_many("profile-set", [{"SWITCH": vs0, "PROFILE": f"p{n}", "TXN": t,
                                "STORM_LIMIT": n}
                               for n in range(MOST)])
    refused(E.ENOSPC, "touches at most 1024 profiles", "PROFILE",
            nl.do, "profile-add", TXN=t, SWITCH=vs0, PROFILE="more")
    nl.do("txn-commit", ID=t)
    got = [p["STORM_LIMIT"] for p in nl.dump("profile-get", SWITCH=vs0)]
    equal(got, list(range(MOST)), "what each of them says")
    # One goes, one comes: in any order, if it is at once.
    t = nl.do("txn-begin", SWITCH=vs0)["ID"]
    nl.do("profile-add", TXN=t, SWITCH=vs0, PROFILE="more")
    nl.do("profile-del", TXN=t, SWITCH=vs0, PROFILE="p0")
    nl.do("txn-commit", ID=t)
    refused(E.ENOSPC, "at most 1024 profiles", "PROFILE", nl.do, "profile-add",
            SWITCH=vs0, PROFILE="p0")
    t = nl.do("txn-begin", SWITCH=vs0)["ID"]
    nl.do("profile-add", TXN=t, SWITCH=vs0, PROFILE="p0")
    before = config(nl)
    refused(E.ENOSPC, "at most 1024 profiles", "ID", nl.do, "txn-commit", ID=t)
    equal(config(nl), before, "state after one too many")


def dump_marked():
    """A dump that a change meets in the middle says so."""
    nl, other, i = Genl(), Genl(), index()
    # The kernel is one piece ahead of the reader: three at least, of 64 KiB.
    vlan = {"PVID": 0, "ACCEPT": K["VLAN_ACCEPT_ALL"],
            "RANGE": [{"START": v, "END": v} for v in range(1, 41, 2)]}
    nl.do_many("profile-add", [{"SWITCH": i["vs0"], "PROFILE": f"p{n}",
                                "VLAN": vlan} for n in range(1000)])
    name, seq = nl.dump_begin("profile-get", b"")
    changed, marked = False, False
    for msg in nl.receive(seq, name, b""):
        if not changed:
            other.do("profile-del", SWITCH=i["vs0"], PROFILE="p999")
            changed = True
        marked |= bool(msg.flags & 0x10)
    true(marked, "the dump was not marked as inconsistent")
    found, intr = nl.dump_once("profile-get")
    equal([len(found), intr], [999, False], "the next dump")


def events():
    nl, listener, i = Genl(), Genl(), index()
    vs0, p0 = i["vs0"], i["p0"]
    listener.listen()

    def after(op, **attrs):
        nl.do(op, **attrs)
        return sorted((name, e.get("PROFILE", ""), e.get("IFNAME", ""))
                      for name, e in listener.events())

    equal(after("profile-add", SWITCH=vs0, PROFILE="a", DHCP_GUARD=1),
          [("profile-ntf", "a", "")], "add")
    equal(after("port-set", IFINDEX=p0, PROFILE="a"),
          [("port-ntf", "a", "p0")], "a port that refers to it")
    equal(after("profile-set", SWITCH=vs0, PROFILE="a", DHCP_GUARD=0),
          [("port-ntf", "a", "p0"), ("profile-ntf", "a", "")], "set")
    equal(after("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="a"),
          [("port-ntf", "", "p1"), ("port-ntf", "", "vn0"),
           ("port-ntf", "a", "p0"), ("switch-ntf", "", "vs0")], "default")
    t = nl.do("txn-begin", SWITCH=vs0)["ID"]
    equal(after("switch-set", TXN=t, IFINDEX=vs0, DEFAULT_PROFILE=""), [],
          "staged")
    equal(after("port-set", TXN=t, IFINDEX=p0, PROFILE=""), [], "staged")
    equal(after("profile-del", TXN=t, SWITCH=vs0, PROFILE="a"), [], "staged")
    equal(after("txn-commit", ID=t),
          [("port-ntf", "", "p0"), ("port-ntf", "", "p1"),
           ("port-ntf", "", "vn0"), ("profile-del-ntf", "a", ""),
           ("switch-ntf", "", "vs0")], "committed")


def flushed():
    """What was set for a port's old VLAN goes with it."""
    nl, i = Genl(), index()
    nl.do("profile-add", SWITCH=i["vs0"], PROFILE="a", VLAN=access(10))
    nl.do("port-set", IFINDEX=i["p0"], PROFILE="a")
    nl.do("fdb-add", MAC=M1, PORT=i["p0"], VID=10)
    nl.do("profile-set", SWITCH=i["vs0"], PROFILE="a", DHCP_GUARD=1)
    nl.do("fdb-get", SWITCH=i["vs0"], MAC=M1, VID=10)
    nl.do("profile-set", SWITCH=i["vs0"], PROFILE="a", VLAN=access(11))
    refused(E.ENOENT, "no entry", "MAC", nl.do, "fdb-get", SWITCH=i["vs0"],
            MAC=M1, VID=10)


def atomic():
    """
    Each half of 500 ports has a profile. The VLANs of a half change with one
    message, and no frame is given to a part of its half only.
    """
    nl = Genl()
    big, ports = big_switch(nl)
    first = {"s0"} | {f"g{n}" for n in range(GROUP - 1)}
    halves = (first, set(ports) - first)
    for half, names in enumerate(halves):
        nl.do("profile-add", SWITCH=big, PROFILE=f"half{half}",
              VLAN=access(10 * (half + 1)))
        nl.do_many("port-set", [{"IFINDEX": ports[n],
                                 "PROFILE": f"half{half}"} for n in names])

    def each(n):
        for half in (0, 1):
            nl.do("profile-set", SWITCH=big, PROFILE=f"half{half}",
                  VLAN=access(10 * (half + 1) + n % 7))

    equal(crossings(each, 12, first), 0, "ports that saw half a change")

    def swap(n):
        t = nl.do("txn-begin", SWITCH=big)["ID"]
        for half in (0, 1):
            nl.do("profile-set", TXN=t, SWITCH=big, PROFILE=f"half{half}",
                  VLAN=access(10 * ((half + n) % 2 + 1)))
        nl.do("txn-commit", ID=t)

    swap(0)
    equal(crossings(swap, 12, first), 0, "ports that saw half a transaction")
    # One port after the other they do mix; if this does not show, what would?
    wrong = crossings(lambda n: nl.do_many("port-set", [
        {"IFINDEX": i, "VLAN": access((10, 20)[(name in first) ^ (n % 2)])}
        for name, i in ports.items()]), 2, first)
    true(wrong > 0, "changes one by one could not be told from a profile's")
    ip("link", "del", "big")


run({f.__name__: f for f in (layers, read, born, refusals,
                             contradictions, txn, limits, dump_marked,
                             events, flushed, atomic)})
