# SPDX-License-Identifier: GPL-2.0
"""
Single requests: what is read, set and refused.

	lo  d0		vs0 (802.1Q)			vs1
			  p0 p1 (dummies), vn0 (vNIC)	  q0 (dummy)
"""
import errno as E
import socket
import struct

import ipuse
from vswcheck import config, equal, fail, ifindex, refused, run, true
from vswnl import Genl, K, NLA_F_NESTED, Refused, encode, mac, nla
from vswrtnl import RTM_DELLINK, bridge_vlans, vlan_info

UNTAGGED = K["VLAN_ACCEPT_UNTAGGED"]
ALL = K["VLAN_ACCEPT_ALL"]
NONE = K["VLAN_NONE"]
M1, M2, M3 = (mac(f"02:00:00:00:01:0{i}") for i in (1, 2, 3))
NOBODY = 0x7ffffff0
MOST = K["VLAN_RANGES_MAX"]
UNTAGGED_VID = 4	# BRIDGE_VLAN_INFO_UNTAGGED


def index():
    return {name: ifindex(name)
            for name in ("lo", "d0", "vs0", "vs1", "p0", "p1", "vn0", "q0")}


def port(nl, i):
    return nl.do("port-get", IFINDEX=i)


def read():
    """By index, by name and in a dump the same thing is read."""
    nl, i = Genl(), index()
    for op, name in (("switch-get", "vs0"), ("port-get", "p0"),
                     ("port-get", "vn0")):
        one = nl.do(op, IFINDEX=i[name])
        equal(one["IFNAME"], name, "name")
        equal(nl.do(op, IFNAME=name), one, f"{op} by name")
        dumped = [d for d in nl.dump(op) if d["IFINDEX"] == i[name]]
        equal(dumped, [one], f"{op} in a dump")
    names = sorted(s["IFNAME"] for s in nl.dump("switch-get"))
    equal(names, ["vs0", "vs1"], "switches")
    names = sorted(p["IFNAME"] for p in nl.dump("port-get"))
    equal(names, ["p0", "p1", "q0", "vn0"], "ports")
    names = [p["IFNAME"] for p in nl.dump("port-get", SWITCH=i["vs1"])]
    equal(names, ["q0"], "ports of vs1")
    equal(nl.dump("port-get", SWITCH=NOBODY), [], "ports of no switch")
    sw = nl.do("switch-get", IFINDEX=i["vs0"])
    equal([sw[k] for k in ("TYPE", "IOV", "VLAN_PROTOCOL", "PORTS",
                           "AGEING_TIME", "FDB_COUNT")],
          [K["SWITCH_TYPE_INTERNAL"], 0, 0x8100, 3, 300, 0], "vs0")
    true("UPLINK" not in sw, "an internal switch shows an uplink")


def change():
    """What was set is read back, and nothing else has changed."""
    nl, i = Genl(), index()
    before = config(nl)

    def vlan(pvid, accept, *ranges):
        wanted = {"PVID": pvid, "ACCEPT": accept}
        if ranges:
            wanted["RANGE"] = list(ranges)
        nl.do("port-set", IFINDEX=i["p0"], VLAN=wanted)
        got = port(nl, i["p0"])["VLAN"]
        mode = got.pop("MODE")
        equal(got, wanted, "VLANs")
        return mode

    one = {"START": 10, "END": 10, "UNTAGGED": True}
    equal(vlan(10, UNTAGGED, one), K["VLAN_MODE_ACCESS"], "access")
    equal(vlan(10, ALL, one), K["VLAN_MODE_GENERAL"], "access, but takes all")
    equal(vlan(10, ALL, one, {"START": 20, "END": 4094}),
          K["VLAN_MODE_TRUNK"], "trunk with native")
    equal(vlan(NONE, ALL, {"START": 1, "END": 4094}), K["VLAN_MODE_TRUNK"],
          "trunk without native")
    equal(vlan(NONE, ALL, {"START": 1, "END": 2, "UNTAGGED": True}),
          K["VLAN_MODE_GENERAL"], "untagged only to the port")
    nl.do("port-set", IFINDEX=i["p0"],
          VLAN={"PVID": 7, "ACCEPT": ALL, "RANGE": [{"START": 7}]})
    equal(port(nl, i["p0"])["VLAN"]["RANGE"], [{"START": 7, "END": 7}],
          "a range without an end is one VLAN")

    nl.do("port-set", IFINDEX=i["p0"], MAC=M1)
    got = port(nl, i["p0"])
    equal([got["MAC"], got["MAC_SPOOFING"]], [M1, 0], "assigned MAC")
    nl.do("port-set", IFINDEX=i["p0"], MAC_SPOOFING=1)
    equal(port(nl, i["p0"])["MAC_SPOOFING"], 1, "spoofing on")
    nl.do("port-set", IFINDEX=i["p0"], MAC=bytes(6), MAC_SPOOFING=1,
          VLAN={"PVID": 0, "ACCEPT": UNTAGGED})
    true("MAC" not in port(nl, i["p0"]), "the MAC is still assigned")
    # What was set to the default's value is set all the same.
    equal(port(nl, i["p0"])["OWN"], SETTING["VLAN"] | SETTING["MAC_SPOOFING"],
          "own settings")
    nl.do("port-set", IFINDEX=i["p0"],
          UNSET=SETTING["VLAN"] | SETTING["MAC_SPOOFING"])

    nl.do("switch-set", IFINDEX=i["vs0"], AGEING_TIME=17, FDB_LIMIT=5)
    got = nl.do("switch-get", IFINDEX=i["vs0"])
    equal([got["AGEING_TIME"], got["FDB_LIMIT"]], [17, 5], "switch")
    nl.do("switch-set", IFINDEX=i["vs0"], AGEING_TIME=300, FDB_LIMIT=131072)

    after = [line for line in config(nl) if '"switch-get"' not in line]
    equal(after, [line for line in before if '"switch-get"' not in line],
          "after it was all taken back")


SETTING = {name: K[f"PORT_SETTING_{name}"] for name in (
    "MAC_SPOOFING", "VLAN", "DHCP_GUARD", "ROUTER_GUARD", "ALLOW_TEAMING",
    "STORM_LIMIT", "DYNAMIC_IP_LIMIT", "IEEE_PRIORITY_TAG", "MIRROR")}


def settings():
    """Each setting is read as it was set, is then the port's own, and is not
    any more when it was taken back."""
    nl, i = Genl(), index()
    pvlan = {"MODE": K["PVLAN_MODE_PROMISCUOUS"], "PRIMARY": 100,
             "SECONDARY": [101, 4094]}
    for dev in ("p0", "vn0"):
        at = i[dev]
        before = port(nl, at)
        equal(before["OWN"], 0, f"own settings of {dev}")
        for name, attrs in (
            ("MAC_SPOOFING", {"MAC_SPOOFING": 1}),
            ("VLAN", {"PVLAN": pvlan}),
            ("DHCP_GUARD", {"DHCP_GUARD": 1}),
            ("ROUTER_GUARD", {"ROUTER_GUARD": 1}),
            ("ALLOW_TEAMING", {"ALLOW_TEAMING": 1}),
            ("STORM_LIMIT", {"STORM_LIMIT": 0xffffffff}),
            ("DYNAMIC_IP_LIMIT", {"DYNAMIC_IP_LIMIT": 1024}),
            ("IEEE_PRIORITY_TAG", {"IEEE_PRIORITY_TAG": 1}),
            ("MIRROR", {"MIRROR": K["MIRROR_MODE_SOURCE"],
                        "MIRROR_SESSION": 255}),
        ):
            nl.do("port-set", IFINDEX=at, **attrs)
            got = port(nl, at)
            equal({k: got[k] for k in attrs}, attrs, name)
            equal(got["OWN"], SETTING[name], f"own after {name}")
            nl.do("port-set", IFINDEX=at, UNSET=SETTING[name])
            equal(port(nl, at), before, f"{dev} when {name} was taken back")
            # What is said and unset in one request is said.
            nl.do("port-set", IFINDEX=at, UNSET=SETTING[name], **attrs)
            equal(port(nl, at)["OWN"], SETTING[name], f"{name} set anew")
            nl.do("port-set", IFINDEX=at, UNSET=SETTING[name])
        nl.do("port-set", IFINDEX=at, VM="v" * K["NAME_MAX"])
        equal(port(nl, at)["VM"], "v" * K["NAME_MAX"], "vm")
        nl.do("port-set", IFINDEX=at, VM="")
        equal(port(nl, at), before, f"{dev} at the end")


def private_vlans():
    """A private VLAN is also told in the terms of the general form."""
    nl, p0 = Genl(), ifindex("p0")
    for mode, secondaries, pvid, members in (
        ("ISOLATED", [101], 101, [(100, 100)]),
        ("COMMUNITY", [101], 101, [(100, 101)]),
        ("PROMISCUOUS", [101, 103], 100, [(100, 101), (103, 103)]),
    ):
        nl.do("port-set", IFINDEX=p0, PVLAN={
            "MODE": K[f"PVLAN_MODE_{mode}"], "PRIMARY": 100,
            "SECONDARY": secondaries})
        vlan = port(nl, p0)["VLAN"]
        equal([vlan["MODE"], vlan["PVID"], vlan["ACCEPT"]],
              [K[f"VLAN_MODE_{mode}"], pvid, UNTAGGED], mode)
        equal([(r["START"], r["END"]) for r in vlan["RANGE"]], members, mode)
        true(all(r.get("UNTAGGED") for r in vlan["RANGE"]), "a tagged VLAN")
    nl.do("port-set", IFINDEX=p0, VLAN={"PVID": 0, "ACCEPT": UNTAGGED})
    true("PVLAN" not in port(nl, p0), "the private VLAN has not ended")


def ranges():
    """As many separate VLANs as there can be: some fifty pages of message."""
    nl, p0 = Genl(size=1 << 18), ifindex("p0")
    odd = [{"START": v, "END": v} for v in range(1, 4094, 2)]
    wanted = {"PVID": 0, "ACCEPT": ALL, "RANGE": odd}
    nl.do("port-set", IFINDEX=p0, VLAN=wanted)
    equal(port(nl, p0)["VLAN"]["RANGE"], odd, "VLANs in a reply")
    got = {p["IFNAME"]: p["VLAN"].get("RANGE", []) for p in nl.dump("port-get")}
    equal(sorted(got), ["p0", "p1", "q0", "vn0"], "ports in a dump")
    equal(got["p0"], odd, "VLANs in a dump")


def alternating(count):
    """VLANs 1 to @count, every other one untagged: each is a range."""
    return [{"START": v, "END": v} | ({"UNTAGGED": True} if v % 2 else {})
            for v in range(1, count + 1)]


def members(some):
    return {"PVID": 0, "ACCEPT": ALL, "RANGE": some}


def range_limit():
    """One range more than can be told is refused, however it would come."""
    nl, i = Genl(size=1 << 18), index()
    p0, vs0 = i["p0"], i["vs0"]
    text = "at most 2048 ranges of VLANs"
    # One hole more in the last range, or one VLAN behind it, is too much.
    full = alternating(MOST - 1) + [{"START": 3000, "END": 3010}]
    nl.do("port-set", IFINDEX=p0, VLAN=members(full))
    nl.do("profile-add", SWITCH=vs0, PROFILE="full", VLAN=members(full))
    before = config(nl)
    every = [{k: v for k, v in r.items() if k != "END"}
             for r in alternating(4094)]
    for what in (every, alternating(MOST + 1)):
        vlan = members(what)
        for op, attrs in (
            ("port-set", {"IFINDEX": p0}),
            ("profile-set", {"SWITCH": vs0, "PROFILE": "full"}),
            ("profile-add", {"SWITCH": vs0, "PROFILE": "more"}),
        ):
            refused(E.ENOSPC, text, "VLAN", nl.do, op, VLAN=vlan, **attrs)
            txn = nl.do("txn-begin", SWITCH=vs0)["ID"]
            refused(E.ENOSPC, text, "VLAN", nl.do, op, VLAN=vlan, TXN=txn,
                    **attrs)
            nl.do("txn-abort", ID=txn)
    for vid, flags in ((2049, 0), (2049, UNTAGGED_VID), (3012, 0),
                       (3005, UNTAGGED_VID)):
        refused(E.ENOSPC, text, "26", bridge_vlans, p0, vlan_info(vid, flags))
    # Without a word: what takes VLANs away is given nothing to say it in.
    refused(E.ENOSPC, "", "", bridge_vlans, p0, vlan_info(3005),
            kind=RTM_DELLINK)
    equal(config(nl), before, "state after what was too much")
    # What ends with no more ranges than before is taken.
    bridge_vlans(p0, vlan_info(3011))
    bridge_vlans(p0, vlan_info(3000), kind=RTM_DELLINK)
    bridge_vlans(p0, vlan_info(1) + vlan_info(3005), kind=RTM_DELLINK)
    equal(len(port(nl, p0)["VLAN"]["RANGE"]), MOST, "ranges")
    # It is ranges that count, not how they were said.
    nl.do("port-set", IFINDEX=p0, VLAN=members(
        [{"START": v} for v in range(1, 4095)]))
    equal(port(nl, p0)["VLAN"]["RANGE"], [{"START": 1, "END": 4094}], "one")


def use_addresses(dev, count):
    """@dev sends from @count addresses of either scope."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    eth = b"\xff" * 6 + sock.getsockname()[4]
    to = ipuse.packed("ff02::1")
    for n in range(count):
        for net in ("2001:db8::", "fe80::"):
            kind, packet = ipuse.ip(ipuse.packed(f"{net}{n + 1:x}"), to,
                                    ipuse.UDP, bytes(8))
            sock.send(eth + struct.pack("!H", kind) + packet)
    sock.close()


def largest():
    """The largest that ports and profiles can be is read in every way."""
    # A buffer as the kernel's own reader has it.
    nl, listener, i = Genl(), Genl(size=1 << 18), index()
    listener.listen()
    at, vs0 = i["vn0"], i["vs0"]
    nl.do("port-set", IFINDEX=at, DYNAMIC_IP_LIMIT=1024)
    use_addresses("vn0", 1024)
    equal(len(port(nl, at).get("IP_ADDRESS", [])), 2048, "addresses")
    nl.do("profile-add", SWITCH=vs0, PROFILE="large")
    list(listener.events())

    odd = [{"START": v, "END": v, "UNTAGGED": True} for v in range(1, 4094, 2)]
    second = list(range(1, MOST, 2)) + list(range(MOST, 4094))
    for what, attr, value in (
        ("the most ranges", "VLAN", members(alternating(MOST))),
        ("the most bytes of ranges", "VLAN",
         members(odd + [{"START": 4094, "END": 4094}])),
        ("the most secondary VLANs", "PVLAN", {
            "MODE": K["PVLAN_MODE_PROMISCUOUS"], "PRIMARY": 4094,
            "SECONDARY": second}),
    ):
        def same(got, how):
            got[attr].pop("MODE" if attr == "VLAN" else "", None)
            equal(got[attr], value, f"{what} in {how}")

        nl.do("port-set", IFINDEX=at, **{attr: value})
        same(port(nl, at), "a reply")
        same(*[p for p in nl.dump("port-get") if p["IFINDEX"] == at],
             "a dump")
        for one in (port(nl, at), *nl.dump("port-get")):
            equal(len(one.get("IP_ADDRESS", [])),
                  2048 if one["IFINDEX"] == at else 0, "addresses")
        same(*[e for op, e in listener.events() if op == "port-ntf"],
             "an event")
        nl.do("port-set", IFINDEX=at, UNSET=SETTING["VLAN"])

        nl.do("profile-set", SWITCH=vs0, PROFILE="large", **{attr: value})
        same(nl.do("profile-get", SWITCH=vs0, PROFILE="large"),
             "a profile's reply")
        same(*nl.dump("profile-get"), "a dump of profiles")
        same(*[e for op, e in listener.events() if op == "profile-ntf"],
             "a profile's event")


def fdb():
    nl, i = Genl(), index()

    def entries(sw="vs0"):
        return sorted((e["MAC"], e.get("VID"), e["PORT"], e["STATE"])
                      for e in nl.dump("fdb-get", SWITCH=i[sw]))

    static, assigned = K["FDB_STATE_STATIC"], K["FDB_STATE_ASSIGNED"]
    nl.do("port-set", IFINDEX=i["p0"],
          VLAN={"PVID": 0, "ACCEPT": ALL, "RANGE": [{"START": 10}]})
    vn0 = (port(nl, i["vn0"])["MAC"], None, i["vn0"], assigned)
    equal(entries(), [vn0], "a vNIC's own address")
    equal(entries("vs1"), [], "vs1")
    nl.do("fdb-add", SWITCH=i["vs0"], MAC=M1, VID=10, PORT=i["p0"])
    nl.do("fdb-add", MAC=M1, PORT=i["p1"])
    want = [(M1, 0, i["p1"], static), (M1, 10, i["p0"], static)]
    equal(entries(), sorted(want + [vn0]), "the same address in two VLANs")
    got = nl.do("fdb-get", SWITCH=i["vs0"], MAC=M1, VID=10)
    equal((got["MAC"], got["VID"], got["PORT"], got["STATE"]), want[1], "get")
    true("AGE" not in got, "a static entry has an age")
    got = nl.do("fdb-get", SWITCH=i["vs0"], MAC=vn0[0])
    equal(got["STATE"], assigned, "get of an assigned MAC")
    nl.do("fdb-flush", SWITCH=i["vs0"])
    equal(len(entries()), 3, "flush leaves static entries alone")
    nl.do("fdb-flush", SWITCH=i["vs0"], STATE=static, VID=10)
    equal(entries(), sorted(want[:1] + [vn0]), "flush of one VLAN")
    nl.do("fdb-flush", STATE=static, PORT=i["p0"])
    equal(len(entries()), 2, "flush of another port")
    nl.do("fdb-del", SWITCH=i["vs0"], MAC=M1)
    equal(entries(), [vn0], "del")


def refusals():
    """Everything wrong that a well-formed request can be."""
    nl, i = Genl(), index()
    vs0, p0, p1 = i["vs0"], i["p0"], i["p1"]
    for one in (p0, p1):
        nl.do("port-set", IFINDEX=one,
              VLAN={"PVID": 0, "ACCEPT": ALL, "RANGE": [{"START": 5}]})
    nl.do("port-set", IFINDEX=p0, MAC=M1)
    nl.do("fdb-add", MAC=M2, PORT=p1, VID=5)
    nl.do("switch-set", IFINDEX=vs0, FDB_LIMIT=1)
    before = config(nl)

    def vlan(pvid=None, accept=None, **more):
        attrs = {"PVID": pvid, "ACCEPT": accept}
        return {k: v for k, v in attrs.items() if v is not None} | more

    def rng(start, end=None, **more):
        return {"START": start} | ({"END": end} if end is not None else {}) | more

    for op, attrs, number, text, at in (
        ("switch-get", {}, E.EINVAL, "which switch", "?IFINDEX"),
        ("switch-get", {"IFINDEX": 0}, E.ERANGE, "out of range", "IFINDEX"),
        ("switch-get", {"IFINDEX": NOBODY}, E.ENODEV, "no such switch", "IFINDEX"),
        ("switch-get", {"IFINDEX": p0}, E.EINVAL, "not a v?switch", "IFINDEX"),
        ("switch-get", {"IFNAME": "nosuch"}, E.ENODEV, "no such switch", "IFNAME"),
        ("switch-set", {"AGEING_TIME": 5}, E.EINVAL, "which switch", "?IFINDEX"),
        ("switch-set", {"IFINDEX": NOBODY}, E.ENODEV, "no such switch", "IFINDEX"),
        ("switch-set", {"IFINDEX": vs0, "AGEING_TIME": 0}, E.ERANGE, "out of range", "AGEING_TIME"),
        ("switch-set", {"IFINDEX": vs0, "AGEING_TIME": 1000001}, E.ERANGE, "out of range", "AGEING_TIME"),
        ("switch-set", {"IFINDEX": vs0, "FDB_LIMIT": 0}, E.ERANGE, "out of range", "FDB_LIMIT"),
        ("switch-set", {"IFINDEX": vs0, "FDB_LIMIT": 1048577}, E.ERANGE, "out of range", "FDB_LIMIT"),
        ("switch-set", {"IFINDEX": vs0, "AGEING_TIME": 5, "EXPECT_GENERATION": 0}, E.EAGAIN, "generation|changed", "EXPECT_GENERATION"),
        ("port-get", {}, E.EINVAL, "which port", "?IFINDEX"),
        ("port-get", {"IFINDEX": NOBODY}, E.ENODEV, "no such device", "IFINDEX"),
        ("port-get", {"IFINDEX": i["d0"]}, E.EINVAL, "not a port", "IFINDEX"),
        ("port-get", {"IFINDEX": vs0}, E.EINVAL, "not a port", "IFINDEX"),
        ("port-get", {"IFNAME": "nosuch"}, E.ENODEV, "no such device", "IFNAME"),
        ("port-set", {"MAC": M3}, E.EINVAL, "which port", "?IFINDEX"),
        ("port-set", {"IFINDEX": i["lo"]}, E.EINVAL, "not a port", "IFINDEX"),
        ("port-set", {"IFINDEX": p1, "MAC": M1}, E.EADDRINUSE, "another port of this switch has that mac", "MAC"),
        ("port-set", {"IFINDEX": p1, "MAC": mac("01:00:5e:00:00:01")}, E.EADDRNOTAVAIL, "unicast address, or all zeroes", "MAC"),
        ("port-set", {"IFINDEX": i["vn0"], "MAC": M3}, E.EOPNOTSUPP, "ip link set DEV address", "MAC"),
        ("port-set", {"IFINDEX": p1, "MAC_SPOOFING": 2}, E.ERANGE, "out of range", "MAC_SPOOFING"),
        ("port-set", {"IFINDEX": p1, "MAC_SPOOFING": 0}, E.EINVAL, "on a port with an assigned mac", "MAC_SPOOFING"),
        ("port-set", {"IFINDEX": p1, "EXPECT_GENERATION": 0, "MAC": M3}, E.EAGAIN, "generation|changed", "EXPECT_GENERATION"),
        ("port-set", {"IFINDEX": p1, "TXN": 0x7fffffff, "MAC": M3}, E.ENOENT, "no such transaction", "TXN"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(1)}, E.EINVAL, "both pvid and accept", "VLAN"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(None, ALL)}, E.EINVAL, "both pvid and accept", "VLAN"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(4096, ALL)}, E.ERANGE, "out of range", "VLAN.PVID"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(10, ALL)}, E.EINVAL, "of the ranges", "VLAN.PVID"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(0, 2)}, E.ERANGE, "out of range", "VLAN.ACCEPT"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(NONE, UNTAGGED)}, E.EINVAL, "needs a pvid", "VLAN.ACCEPT"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(0, ALL, MODE=0)}, E.EINVAL, "follows from", "VLAN.MODE"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(0, ALL, RANGE=[{"END": 4}])}, E.EINVAL, "needs a start", "VLAN.RANGE"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(0, ALL, RANGE=[rng(0)])}, E.ERANGE, "out of range", "VLAN.RANGE.START"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(0, ALL, RANGE=[rng(1, 4095)])}, E.ERANGE, "out of range", "VLAN.RANGE.END"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(0, ALL, RANGE=[rng(9, 8)])}, E.EINVAL, "must not be below", "VLAN.RANGE.END"),
        ("port-set", {"IFINDEX": p1, "VLAN": vlan(0, ALL, RANGE=[rng(1, 8), rng(8, 9)])}, E.EINVAL, "must not overlap", "VLAN.RANGE"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 4, "PRIMARY": 1, "SECONDARY": [2]}}, E.ERANGE, "out of range", "PVLAN.MODE"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 0, "PRIMARY": 1, "SECONDARY": [2]}}, E.EINVAL, "to end it, set vlan", "PVLAN"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 1, "SECONDARY": [2]}}, E.EINVAL, "needs its primary", "PVLAN"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 1, "PRIMARY": 1}}, E.EINVAL, "has one secondary", "PVLAN"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 2, "PRIMARY": 1, "SECONDARY": [2, 3]}}, E.EINVAL, "has one secondary", "PVLAN"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 3, "PRIMARY": 1}}, E.EINVAL, "at least one", "PVLAN"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 1, "PRIMARY": 2, "SECONDARY": [2]}}, E.EINVAL, "another than the primary", "PVLAN.SECONDARY"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 3, "PRIMARY": 1, "SECONDARY": [2, 2]}}, E.EINVAL, "listed twice", "PVLAN.SECONDARY"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 1, "PRIMARY": 4095, "SECONDARY": [2]}}, E.ERANGE, "out of range", "PVLAN.PRIMARY"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 1, "PRIMARY": 1, "SECONDARY": [2]}, "VLAN": vlan(0, ALL)}, E.EINVAL, "not both", "PVLAN"),
        ("port-set", {"IFINDEX": p1, "VLAN": members(alternating(MOST + 1))}, E.ENOSPC, "at most 2048 ranges of VLANs", "VLAN"),
        ("port-set", {"IFINDEX": p1, "PVLAN": {"MODE": 3, "PRIMARY": 4094, "SECONDARY": list(range(1, MOST + 2, 2))}}, E.ENOSPC, "at most 1024 ranges", "PVLAN"),
        ("port-set", {"IFINDEX": p1, "DHCP_GUARD": 2}, E.ERANGE, "out of range", "DHCP_GUARD"),
        ("port-set", {"IFINDEX": p1, "ROUTER_GUARD": 2}, E.ERANGE, "out of range", "ROUTER_GUARD"),
        ("port-set", {"IFINDEX": p1, "ALLOW_TEAMING": 2}, E.ERANGE, "out of range", "ALLOW_TEAMING"),
        ("port-set", {"IFINDEX": p1, "IEEE_PRIORITY_TAG": 2}, E.ERANGE, "out of range", "IEEE_PRIORITY_TAG"),
        ("port-set", {"IFINDEX": p1, "DYNAMIC_IP_LIMIT": 1025}, E.ERANGE, "out of range", "DYNAMIC_IP_LIMIT"),
        ("port-set", {"IFINDEX": p1, "MIRROR": 3}, E.ERANGE, "out of range", "MIRROR"),
        ("port-set", {"IFINDEX": p1, "MIRROR_SESSION": 1}, E.EINVAL, "that of a mirror source or destination", "MIRROR_SESSION"),
        ("port-set", {"IFINDEX": p1, "VM": "v" * 64}, (E.EINVAL, E.ERANGE), "[Aa]ttribute", "VM"),
        ("port-set", {"IFINDEX": p1, "UNSET": 1 << 31}, E.EINVAL, "reserved bit", "UNSET"),
        ("port-set", {"IFINDEX": p1, "OWN": 1}, E.EINVAL, "attribute", "OWN"),
        ("fdb-get", {"SWITCH": vs0}, E.EINVAL, "which address", "?MAC"),
        ("fdb-get", {"MAC": M1}, E.EINVAL, "which switch", "?SWITCH"),
        ("fdb-get", {"SWITCH": vs0, "MAC": M3}, E.ENOENT, "no entry", "MAC"),
        ("fdb-get", {"SWITCH": vs0, "MAC": bytes(6)}, E.EADDRNOTAVAIL, "unicast", "MAC"),
        ("fdb-get", {"SWITCH": p0, "MAC": M1}, E.EINVAL, "not a v?switch", "SWITCH"),
        ("fdb-add", {"MAC": M3}, E.EINVAL, "which port", "?PORT"),
        ("fdb-add", {"PORT": p0}, E.EINVAL, "which address", "?MAC"),
        ("fdb-add", {"MAC": M3, "PORT": i["d0"]}, E.EINVAL, "not a port", "PORT"),
        ("fdb-add", {"MAC": M3, "PORT": NOBODY}, E.ENODEV, "no such device", "PORT"),
        ("fdb-add", {"MAC": M3, "PORT": p0, "SWITCH": i["vs1"]}, E.EINVAL, "another switch", "PORT"),
        ("fdb-add", {"MAC": M3, "PORT": p0, "VID": 4095}, E.ERANGE, "out of range", "VID"),
        ("fdb-add", {"MAC": M2, "PORT": p0, "VID": 5}, E.EEXIST, "delete it first", "MAC"),
        ("fdb-add", {"MAC": M3, "PORT": p0}, E.ENOSPC, "raise fdb-limit", "MAC"),
        ("fdb-add", {"MAC": mac("ff:ff:ff:ff:ff:ff"), "PORT": p0}, E.EADDRNOTAVAIL, "unicast", "MAC"),
        ("fdb-del", {"SWITCH": vs0, "MAC": M3}, E.ENOENT, "no entry", "MAC"),
        ("fdb-del", {"SWITCH": vs0, "MAC": M1}, E.ENOENT, "no entry", "MAC"),
        ("fdb-flush", {}, E.EINVAL, "which switch", "?SWITCH"),
        ("fdb-flush", {"SWITCH": NOBODY}, E.ENODEV, "no such switch", "SWITCH"),
        ("fdb-flush", {"SWITCH": vs0, "STATE": K["FDB_STATE_ASSIGNED"]}, E.EINVAL, "not flushed", "STATE"),
        ("fdb-flush", {"SWITCH": vs0, "STATE": 3}, E.ERANGE, "out of range", "STATE"),
        ("fdb-flush", {"SWITCH": i["vs1"], "PORT": p0}, E.EINVAL, "another switch", "PORT"),
        ("fdb-flush", {"PORT": i["d0"]}, E.EINVAL, "not a port", "PORT"),
        ("txn-begin", {}, E.EINVAL, "which switch", "?SWITCH"),
        ("txn-begin", {"SWITCH": p0}, E.EINVAL, "not a v?switch", "SWITCH"),
        ("txn-begin", {"SWITCH": vs0, "GENERATION": 0}, E.EAGAIN, "generation|changed", "GENERATION"),
        ("txn-commit", {}, E.EINVAL, "which transaction", "?ID"),
        ("txn-commit", {"ID": 0x7fffffff}, E.ENOENT, "no such transaction", "ID"),
        ("txn-abort", {"ID": 0x7fffffff}, E.ENOENT, "no such transaction", "ID"),
        ("txn-abort", {"ID": 0}, E.ERANGE, "out of range", "ID"),
    ):
        refused(number, text, at, nl.do, op, **attrs)
        equal(config(nl), before, f"state after {op} {attrs}")
    nl.do("switch-set", IFINDEX=vs0, FDB_LIMIT=131072)
    refused(E.ENOSPC, "flush it first", "FDB_LIMIT",
            lambda: [nl.do("fdb-add", MAC=M3, PORT=p0),
                     nl.do("switch-set", IFINDEX=vs0, FDB_LIMIT=1)])


def strict():
    """What is not exactly as the specification says is refused."""
    nl, i = Genl(), index()
    p0 = {"IFINDEX": i["p0"]}
    before = config(nl)

    unknown = {200: b"\0" * 4}
    for op, attrs in (("switch-get", {"IFINDEX": i["vs0"]}), ("port-get", p0),
                      ("switch-set", {"IFINDEX": i["vs0"]}), ("port-set", p0),
                      ("fdb-get", {"SWITCH": i["vs0"]}),
                      ("fdb-add", {"MAC": M3, "PORT": i["p0"]}),
                      ("fdb-flush", {"SWITCH": i["vs0"]}),
                      ("txn-begin", {"SWITCH": i["vs0"]})):
        refused(E.EINVAL, "Unknown attribute type", "200", nl.do_raw, op,
                encode(nl.set_of(op), attrs | unknown))
    for op in ("switch-get", "port-get", "fdb-get"):
        refused(E.EINVAL, "Unknown attribute type", "200", nl.dump_raw, op,
                encode("", unknown))
    # Attributes that the family knows, but this request does not take.
    for op, attrs, at in (
        ("port-set", p0 | {"LINK_UP": 1}, "LINK_UP"),
        ("switch-get", {"IFINDEX": i["vs0"], "GENERATION": 1}, "GENERATION"),
        ("fdb-add", {"MAC": M3, "PORT": i["p0"], "AGE": 1}, "AGE"),
    ):
        refused(E.EINVAL, "attribute", at, nl.do, op, **attrs)

    for op, attrs, at in (
        ("switch-get", {"IFINDEX": b"\1"}, "IFINDEX"),
        ("switch-get", {"IFINDEX": struct.pack("=Q", i["vs0"])}, "IFINDEX"),
        ("port-set", p0 | {"MAC": M1[:5]}, "MAC"),
        ("port-set", p0 | {"MAC": M1 + b"\0"}, "MAC"),
        ("port-set", p0 | {"MAC": b""}, "MAC"),
        ("port-set", p0 | {"MAC_SPOOFING": b"\1\0"}, "MAC_SPOOFING"),
        ("port-set", p0 | {"VLAN": {"PVID": b"\1\0\0\0", "ACCEPT": ALL}}, "VLAN.PVID"),
        ("port-set", p0 | {"VLAN": {"PVID": 1, "ACCEPT": ALL, "RANGE": [
            {"START": 1, "UNTAGGED": b"\1"}]}}, "VLAN.RANGE.UNTAGGED"),
        ("port-set", p0 | {"VLAN": {"PVID": 0, "ACCEPT": ALL, 99: b""}}, "VLAN.99"),
        ("port-set", p0 | {"VLAN": {"PVID": 0, "ACCEPT": ALL, "RANGE": [
            {"START": 1, 99: b""}]}}, "VLAN.RANGE.99"),
        ("fdb-add", {"MAC": M1, "PORT": i["p0"], "VID": b"\1"}, "VID"),
        ("txn-begin", {"SWITCH": b""}, "SWITCH"),
    ):
        refused((E.EINVAL, E.ERANGE), "[Aa]ttribute", at, nl.do_raw, op,
                encode(nl.set_of(op), attrs))
        equal(config(nl), before, f"state after {op} {attrs}")
    for name in (b"vs0", b"x" * 16 + b"\0", b""):
        try:
            nl.do("switch-get", IFNAME=name)
        except Refused as error:
            true(error.errno in (E.EINVAL, E.ERANGE), f"{name}: {error}")
            equal(error.at, "IFNAME", f"attribute to blame for {name}")
        else:
            fail(f"the name {name} was taken")

    vlan = encode("VLAN", {"PVID": 0, "ACCEPT": ALL})
    refused(E.EINVAL, "NLA_F_NESTED is missing", "VLAN", nl.do_raw,
            "port-set", encode("PORT", p0) + nla(K["A_PORT_VLAN"], vlan))
    refused(E.EINVAL, "NLA_F_NESTED not expected", "MAC", nl.do_raw,
            "port-set",
            encode("PORT", p0) + nla(K["A_PORT_MAC"] | NLA_F_NESTED, M1))
    # An attribute that ends beyond the message, and bytes that are none.
    for junk in (struct.pack("=HH", 40, K["A_PORT_MAC"]) + M1 + b"\0\0",
                 b"\1\0\0\0", b"\0" * 7):
        try:
            nl.do_raw("port-set", encode("PORT", p0) + junk)
        except Refused as error:
            equal(error.errno, E.EINVAL, f"junk {junk}")
            true(error.text, "junk is refused without a word")
        else:
            fail(f"junk was taken: {junk}")

    request = encode("PORT", p0)
    good = nl.pack(K["CMD_PORT_GET"], request, 4)
    for what, bad, number in (
        ("a command that is not", good[:16] + b"\x63" + good[17:], E.EOPNOTSUPP),
        ("a notification as a command",
         good[:16] + bytes([K["CMD_PORT_NTF"]]) + good[17:], E.EOPNOTSUPP),
        ("reserved bits", good[:18] + b"\1\0" + good[20:], E.EINVAL),
    ):
        nl.sock.send(bad)
        try:
            for _ in nl.receive(nl.seq, "PORT", request):
                fail(f"{what}: answered")
            fail(f"{what}: taken")
        except Refused as error:
            equal(error.errno, number, what)
    equal(config(nl), before, "state at the end")


run({f.__name__: f for f in (read, change, settings, private_vlans, ranges,
                             range_limit, largest, fdb, refusals, strict)})
