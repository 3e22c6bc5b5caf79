# SPDX-License-Identifier: GPL-2.0
"""
Rules of profiles in generic netlink.

	vs0: p0 p1 vn0 u0 (uplink)	vs1: q0		d0: free

The case atomic makes a switch of its own: see crossing.py. So does quota.
"""
import errno as E

from crossing import GROUP, big_switch, crossings
from vswcheck import (config, equal, fail, ifindex, ip, ip_batch, refused, run,
                      true)
from vswnl import Genl, K, Refused, encode

IN, OUT, BOTH = (K["ACL_DIRECTION_" + d] for d in ("IN", "OUT", "BOTH"))
ALLOW, DENY, METER = (K["ACL_ACTION_" + a]
                      for a in ("ALLOW", "DENY", "METER"))
ACL, DHCP = K["PORT_SETTING_ACL"], K["PORT_SETTING_DHCP_GUARD"]


def weight(number, **more):
    return {"DIRECTION": IN, "ACTION": DENY, "WEIGHT": number, **more}


def weights(first, count):
    return [weight(first + n) for n in range(count)]


def index():
    return {name: ifindex(name)
            for name in ("vs0", "vs1", "p0", "p1", "vn0", "u0", "q0", "d0")}


def of(nl, **owner):
    """The weights of an owner's rules, lowest first."""
    return sorted(r.get("WEIGHT") for part in nl.dump("acl-get", **owner)
                  for r in part.get("RULE", []))


def ours(nl, port):
    """The weights of what is in force at a port, and where that is from."""
    got = nl.do("acl-get", PORT=port)
    found = of(nl, PORT=port)
    equal(got["RULES"], len(found), "number of rules")
    equal(got["PORT"], port, "port of a reply")
    return found, got.get("PROFILE")


def everything(nl):
    """All rules, with all but what they have counted."""
    found = []
    for part in nl.dump("acl-get"):
        part.pop("MEMORY")
        found.append(repr(part))
    return sorted(found)


def layers():
    """The port's own list, or its profile's, or that of the default."""
    nl, i = Genl(), index()
    vs0, p0, p1 = i["vs0"], i["p0"], i["p1"]
    before = everything(nl)
    base, office = ({"SWITCH": vs0, "PROFILE": name}
                    for name in ("base", "office"))
    for profile in (base, office):
        nl.do("profile-add", **profile)
    nl.do("acl-add", **base, RULE=[weight(1), weight(2)])
    nl.do("acl-add", **office, RULE=[weight(3), weight(4)])
    nl.do("acl-add", **office, RULE=weight(5))
    got = nl.do("acl-get", **office)
    equal([got["SWITCH"], got["PROFILE"], got["RULES"], got.get("PORT")],
          [vs0, "office", 3, None], "acl-get of a profile")
    true(got["MEMORY"] > 60 * 3, "memory of a profile's rules")
    equal(of(nl, **office), [3, 4, 5], "rules of a profile")
    equal([nl.do("profile-get", **p)["ACL_RULES"] for p in (base, office)],
          [2, 3], "rules in profile-get")
    equal([nl.do("profile-get", **p)["OWN"] for p in (base, office)],
          [ACL, ACL], "what the profiles say")
    equal(ours(nl, p0), ([], None), "a port that refers to nothing")

    nl.do("port-set", IFINDEX=p0, PROFILE="office")
    nl.do("port-set", IFINDEX=p1, PROFILE="office")
    for port in (p0, p1):
        equal(ours(nl, port), ([3, 4, 5], "office"), "rules by reference")
        got = nl.do("port-get", IFINDEX=port)
        equal([got["OWN"], got["FROM_PROFILE"]], [0, ACL], "where they are from")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="base")
    equal([ours(nl, i[n]) for n in ("p0", "vn0", "u0")],
          [([3, 4, 5], "office"), ([1, 2], "base"), ([], None)],
          "with a default profile")
    equal(ours(nl, i["q0"]), ([], None), "another switch")

    # The list is one setting: not a rule of the profile beside one's own.
    nl.do("acl-add", PORT=p0, RULE=weight(9))
    equal([ours(nl, p) for p in (p0, p1)],
          [([9], None), ([3, 4, 5], "office")], "a rule of its own")
    nl.do("acl-del", **office, RULE={"DIRECTION": IN, "WEIGHT": 4})
    equal([ours(nl, p) for p in (p0, p1)],
          [([9], None), ([3, 5], "office")], "one less in the profile")
    nl.do("acl-del", PORT=p0, RULE={"DIRECTION": IN, "WEIGHT": 9})
    equal(ours(nl, p0), ([3, 5], "office"), "after its last own rule")
    nl.do("acl-add", PORT=p0, RULE=[weight(9), weight(10)])
    nl.do("acl-flush", PORT=p0)
    equal(ours(nl, p0), ([3, 5], "office"), "after a flush")

    # What the profile says no more comes from the default.
    nl.do("acl-flush", **office)
    equal([ours(nl, p) for p in (p0, p1)], 2 * [([1, 2], "base")],
          "after a flush of the profile")
    equal([nl.do("profile-get", **office).get(k) for k in ("OWN", "ACL_RULES")],
          [0, None], "a profile without rules")
    nl.do("acl-add", **office, RULE=weight(7), REPLACE=True)
    nl.do("acl-add", **office, RULE=weight(8), REPLACE=True)
    equal(ours(nl, p1), ([8], "office"), "replaced")
    nl.do("profile-set", **office, UNSET=ACL)
    equal(ours(nl, p1), ([1, 2], "base"), "unset")
    nl.do("acl-add", **office, RULE=weight(8))
    # The uplink has what it refers to.
    nl.do("port-set", IFINDEX=i["u0"], PROFILE="office")
    equal(ours(nl, i["u0"]), ([8], "office"), "the uplink with a profile")
    # A new port has them from its first frame on.
    ip("link", "set", "d0", "master", "vs0")
    equal(ours(nl, i["d0"]), ([1, 2], "base"), "a new port")
    ip("link", "set", "d0", "nomaster")

    for port in (p0, p1, i["u0"]):
        nl.do("port-set", IFINDEX=port, PROFILE="")
    nl.do("switch-set", IFINDEX=vs0, DEFAULT_PROFILE="")
    for profile in (base, office):
        nl.do("profile-del", **profile)
    equal(everything(nl), before, "after it was all taken back")


def refusals():
    nl, i = Genl(), index()
    vs0, p0 = i["vs0"], i["p0"]
    one = {"SWITCH": vs0, "PROFILE": "one"}
    nl.do("profile-add", **one, DHCP_GUARD=1)
    nl.do("profile-add", SWITCH=i["vs1"], PROFILE="yonder")
    nl.do("acl-add", **one, RULE=[weight(1), weight(2)])
    nl.do("port-set", IFINDEX=p0, PROFILE="one")
    before = config(nl), everything(nl)
    both = "give port, or switch and profile, not both"
    none = "the switch has no profile of that name"

    for owner, number, text, at in (
        ({}, E.EINVAL, "port is needed, or switch and profile", ""),
        ({"PORT": p0, "SWITCH": vs0}, E.EINVAL, both, "SWITCH"),
        ({"PORT": p0, "PROFILE": "one"}, E.EINVAL, both, "PROFILE"),
        ({"PORT": p0} | one, E.EINVAL, both, "PROFILE"),
        ({"SWITCH": vs0}, E.EINVAL, "which profile of the switch", ""),
        ({"PROFILE": "one"}, E.EINVAL, "a profile of which switch", ""),
        ({"SWITCH": p0, "PROFILE": "one"}, E.EINVAL, "not a v?switch", "SWITCH"),
        ({"SWITCH": 0, "PROFILE": "one"}, E.ERANGE, "out of range", "SWITCH"),
        ({"SWITCH": vs0, "PROFILE": "nosuch"}, E.ENOENT, none, "PROFILE"),
        ({"SWITCH": vs0, "PROFILE": "yonder"}, E.ENOENT, none, "PROFILE"),
        ({"SWITCH": vs0, "PROFILE": ""}, E.ENOENT, none, "PROFILE"),
        ({"SWITCH": vs0, "PROFILE": "x" * 64}, (E.ERANGE, E.EINVAL), "",
         "PROFILE"),
    ):
        for op, rest in (("acl-get", {}), ("acl-flush", {}),
                         ("acl-add", {"RULE": weight(3)}),
                         ("acl-del", {"RULE": weight(1)})):
            refused(number, text, at, nl.do, op, **owner, **rest)
            equal((config(nl), everything(nl)), before, f"after {op} {owner}")
    for owner in ({"PORT": p0} | one, {"SWITCH": vs0}, {"PROFILE": "one"}):
        # In what ends a dump, older kernels do not name attributes.
        try:
            nl.dump("acl-get", **owner)
        except Refused as error:
            equal(error.errno, E.EINVAL, f"a dump of {owner}")
            true("switch" in error.text, f"a dump of {owner}: {error}")
        else:
            fail(f"a dump of {owner} was taken")
    equal(nl.dump("acl-get", SWITCH=vs0, PROFILE="nosuch"), [],
          "a dump of no profile")

    for op, attrs, number, text, at in (
        ("acl-add", {}, E.EINVAL, "which rules", ""),
        ("acl-add", {"RULE": weight(2)}, E.EEXIST, "very rule", "RULE"),
        ("acl-add", {"RULE": weight(2, PROTOCOL=6)}, E.EEXIST, "that weight",
         "RULE"),
        ("acl-add", {"RULE": [weight(3), weight(4, LOCAL_PORT=1)]}, E.EINVAL,
         "protocol", "RULE.LOCAL_PORT"),
        ("acl-add", {"RULE": weight(3), "EXPECT_GENERATION": 0}, E.EAGAIN,
         "generation", "EXPECT_GENERATION"),
        ("acl-add", {"RULE": weight(3), "TXN": 0x7fffffff}, E.ENOENT,
         "no such transaction", "TXN"),
        ("acl-del", {"RULE": weight(3)}, E.ENOENT, "that weight", "RULE"),
        ("acl-del", {"RULE": {"ID": 99}}, E.ENOENT, "that id", "RULE"),
    ):
        refused(number, text, at, nl.do, op, **one, **attrs)
        equal((config(nl), everything(nl)), before, f"after {op} {attrs}")
    # It shows a rule, but not one of its own.
    refused(E.ENOENT, "no rules of its own", "PORT", nl.do, "acl-del",
            PORT=p0, RULE=weight(1))
    equal((config(nl), everything(nl)), before, "after a deletion at the port")
    nl.do("port-set", IFINDEX=p0, PROFILE="")
    nl.do("profile-del", **one)
    nl.do("profile-del", SWITCH=i["vs1"], PROFILE="yonder")


def txn():
    """Rules along with other changes of profiles and ports, in order."""
    nl, i = Genl(), index()
    vs0, p0, p1 = i["vs0"], i["p0"], i["p1"]
    old, new = ({"SWITCH": vs0, "PROFILE": name} for name in ("old", "new"))

    def begin():
        return nl.do("txn-begin", SWITCH=vs0)["ID"]

    nl.do("profile-add", **old)
    nl.do("acl-add", **old, RULE=weight(1))
    nl.do("port-set", IFINDEX=p1, PROFILE="old")
    before = config(nl), everything(nl)
    t = begin()
    refused(E.ENOENT, "no profile of that name", "PROFILE", nl.do, "acl-add",
            TXN=t, **new, RULE=weight(5))
    nl.do("profile-add", TXN=t, **new, DHCP_GUARD=1)
    # Many messages to one list, between other changes of the profile.
    for first in range(0, 2000, 250):
        nl.do("acl-add", TXN=t, **new, RULE=weights(first, 250))
    nl.do("profile-set", TXN=t, **new, DHCP_GUARD=0)
    nl.do("acl-del", TXN=t, **new, RULE=weights(0, 10))
    refused(E.EEXIST, "very rule", "RULE", nl.do, "acl-add", TXN=t, **new,
            RULE=[weight(5000), weight(77)])
    refused(E.ENOENT, "that weight", "RULE", nl.do, "acl-del", TXN=t, **new,
            RULE=[weight(88), weight(5)])
    nl.do("port-set", TXN=t, IFINDEX=p0, PROFILE="new")
    nl.do("acl-add", TXN=t, **old, RULE=weight(2))
    nl.do("acl-add", TXN=t, PORT=p1, RULE=weight(3))
    equal((config(nl), everything(nl)), before, "while it is only staged")
    was = nl.do("switch-get", IFINDEX=vs0)["GENERATION"]
    nl.do("txn-commit", ID=t)
    equal(nl.do("switch-get", IFINDEX=vs0)["GENERATION"], was + 1,
          "one change")
    equal(ours(nl, p0), (list(range(10, 2000)), "new"), "a new profile's")
    equal(nl.do("profile-get", **new)["OWN"], ACL | DHCP, "what it says")
    equal(ours(nl, p1), ([3], None), "the port's own")
    equal(of(nl, **old), [1, 2], "an old profile's")

    # A request that is refused stages nothing: not even an empty change.
    before = config(nl), everything(nl)
    listener = Genl()
    listener.listen()
    t = begin()
    refused(E.EEXIST, "very rule", "RULE", nl.do, "acl-add", TXN=t, **old,
            RULE=weight(1))
    nl.do("txn-commit", ID=t)
    equal(list(listener.events()), [], "events of nothing")
    equal((config(nl), everything(nl)), before, "after nothing")

    # All or none: the last line cannot be.
    t = begin()
    nl.do("acl-flush", TXN=t, **new)
    nl.do("acl-add", TXN=t, **new, RULE=weight(60000))
    nl.do("acl-flush", TXN=t, PORT=p1)
    nl.do("profile-del", TXN=t, **old)
    refused(E.ENOENT, "no profile of that name", "PROFILE", nl.do, "acl-flush",
            TXN=t, **old)
    refused(E.EBUSY, "refers to that profile", "ID", nl.do, "txn-commit", ID=t)
    equal((config(nl), everything(nl)), before, "after a refused commit")
    # Somebody else's change of rules ends a transaction.
    t = begin()
    nl.do("acl-flush", TXN=t, **new)
    nl.do("acl-add", **old, RULE=weight(9))
    before = config(nl), everything(nl)
    refused(E.EAGAIN, "generation", "TXN", nl.do, "acl-flush", TXN=t, **old)
    refused(E.EAGAIN, "generation", "ID", nl.do, "txn-commit", ID=t)
    equal((config(nl), everything(nl)), before, "after a stale one")
    # And one dies with its socket.
    t = begin()
    nl.do("acl-add", TXN=t, **old, RULE=weights(100, 100))
    nl.close()
    nl = Genl()
    equal((config(nl), everything(nl)), before, "after a closed socket")


def dump():
    """Ports and profiles, each rule once, whatever changes meanwhile."""
    nl, other, i = Genl(), Genl(), index()
    vs0 = i["vs0"]
    names = [("SWITCH", vs0, name) for name in ("one", "two", "three")]
    for _, sw, name in names:
        nl.do("profile-add", SWITCH=sw, PROFILE=name)
    for first in range(0, 3000, 500):
        nl.do("acl-add", SWITCH=vs0, PROFILE="one", RULE=weights(first, 500))
        nl.do("acl-add", SWITCH=vs0, PROFILE="three",
              RULE=weights(first + 7, 500))
    nl.do("profile-add", SWITCH=i["vs1"], PROFILE="one")
    nl.do("acl-add", SWITCH=i["vs1"], PROFILE="one", RULE=weight(4))
    nl.do("port-set", IFINDEX=i["p0"], PROFILE="one")
    nl.do("acl-add", PORT=i["p1"], RULE=weight(9))
    parts = nl.dump("acl-get")
    found = {}
    for part in parts:
        owner = part["SWITCH"], part.get("PORT"), part.get("PROFILE")
        found.setdefault(owner, []).extend(r["WEIGHT"] for r in part["RULE"])
    equal(found, {
        (vs0, i["p0"], "one"): list(range(2999, -1, -1)),
        (vs0, i["p1"], None): [9],
        (vs0, None, "one"): list(range(2999, -1, -1)),
        (vs0, None, "three"): list(range(3006, 6, -1)),
        (i["vs1"], None, "one"): [4],
    }, "all rules")
    true(len(parts) > 7, "the dump came in few parts")
    equal(of(nl, SWITCH=vs0, PROFILE="three"), list(range(7, 3007)),
          "those of one profile")
    equal(nl.dump("acl-get", SWITCH=vs0, PROFILE="two"), [],
          "those of an empty one")
    equal(of(nl, SWITCH=i["vs1"], PROFILE="one"), [4], "those of another switch")

    # Most rules go while it is at them. That is no error, but told.
    for owner in ({"SWITCH": vs0, "PROFILE": "one"}, {"PORT": i["p0"]}):
        nl.do("acl-flush", SWITCH=vs0, PROFILE="one")
        for first in range(0, 10000, 500):
            nl.do("acl-add", SWITCH=vs0, PROFILE="one",
                  RULE=weights(first, 500))
        request = encode("ACL", owner)
        name, seq = nl.dump_begin("acl-get", request)
        changed, marked = False, False
        for msg in nl.receive(seq, name, request):
            if not changed:
                other.do("acl-add", SWITCH=vs0, PROFILE="one",
                         RULE=weight(1), REPLACE=True)
                changed = True
            marked |= bool(msg.flags & 0x10)
        true(marked, "the dump was not marked as inconsistent")
        equal(of(nl, **owner), [1], "the next dump")


def events():
    nl, listener, i = Genl(), Genl(), index()
    vs0, p0 = i["vs0"], i["p0"]
    a = {"SWITCH": vs0, "PROFILE": "a"}
    listener.listen()

    def after(op, **attrs):
        nl.do(op, **attrs)
        return sorted((name, e.get("PROFILE", ""), e.get("IFNAME", ""),
                       e.get("PORT", 0), e.get("RULES", 0))
                      for name, e in listener.events())

    acl, port, profile = "acl-ntf", "port-ntf", "profile-ntf"
    nl.do("profile-add", **a)
    list(listener.events())
    equal(after("acl-add", **a, RULE=weight(1)),
          [(acl, "a", "", 0, 1), (profile, "a", "", 0, 0)], "a rule, no port")
    equal(after("port-set", IFINDEX=p0, PROFILE="a"),
          [(acl, "a", "", p0, 1), (port, "a", "p0", 0, 0)], "a reference")
    changed = [(acl, "a", "", 0, 2), (acl, "a", "", p0, 2),
               (port, "a", "p0", 0, 0), (profile, "a", "", 0, 0)]
    equal(after("acl-add", **a, RULE=weight(2)), changed, "a rule")
    equal(after("profile-set", **a, DHCP_GUARD=1),
          [(port, "a", "p0", 0, 0), (profile, "a", "", 0, 0)],
          "something else")
    equal(after("acl-add", PORT=p0, RULE=weight(3)),
          [(acl, "", "", p0, 1), (port, "a", "p0", 0, 0)], "a rule of its own")
    equal(after("acl-flush", PORT=p0),
          [(acl, "a", "", p0, 2), (port, "a", "p0", 0, 0)], "none of its own")
    t = nl.do("txn-begin", SWITCH=vs0)["ID"]
    equal(after("acl-flush", TXN=t, **a), [], "staged")
    equal(after("txn-commit", ID=t),
          [(acl, "", "", p0, 0), (acl, "a", "", 0, 0),
           (port, "a", "p0", 0, 0), (profile, "a", "", 0, 0)], "committed")


def quota():
    """Rules count once, however many ports have them."""
    nl = Genl()
    lines = ["link add many type vswitch"]
    for n in range(101):
        lines += [f"link add m{n} type dummy", f"link set m{n} master many"]
    ip_batch(lines)
    many = {"SWITCH": ifindex("many"), "PROFILE": "all"}
    nl.do("profile-add", **many)
    nl.do("switch-set", IFINDEX=many["SWITCH"], DEFAULT_PROFILE="all")
    t = nl.do("txn-begin", SWITCH=many["SWITCH"])["ID"]
    for first in range(0, 10000, 500):
        nl.do("acl-add", TXN=t, **many, RULE=weights(first, 500))
    nl.do("txn-commit", ID=t)
    # As many again, and a copy while it is changed.
    nl.do("acl-add", **many, RULE=weights(20000, 500))
    last = ifindex("m100")
    equal(nl.do("acl-get", PORT=last)["RULES"], 10500, "rules of a port")
    t = nl.do("txn-begin", SWITCH=many["SWITCH"])["ID"]
    for first in range(0, 10000, 500):
        nl.do("acl-add", TXN=t, PORT=last, RULE=weights(first, 500))
    nl.do("txn-commit", ID=t)
    ip("link", "del", "many")


def atomic():
    """
    Each half of 500 ports has a profile, and all are in one VLAN. Rules let a
    half hear one of two senders. They change places in one transaction, or one
    profile's change from one sender to the other and back; no frame is given
    to a part of a half only.
    """
    nl = Genl()
    big, ports = big_switch(nl)
    first = {"s0"} | {f"g{n}" for n in range(GROUP - 1)}
    halves = (first, set(ports) - first)
    macs = [b"\2\0\0\0\1\1", b"\2\0\0\0\1\2"]

    def hears(sender):
        return [{"DIRECTION": IN, "ACTION": DENY, "REMOTE_MAC": b""},
                {"DIRECTION": IN, "ACTION": ALLOW, "REMOTE_MAC": macs[sender]}]

    def profile(half):
        return {"SWITCH": big, "PROFILE": f"half{half}"}

    for half, names in enumerate(halves):
        nl.do("profile-add", **profile(half))
        nl.do("acl-add", **profile(half), RULE=hears(half))
        nl.do_many("port-set", [{"IFINDEX": ports[n],
                                 "PROFILE": f"half{half}"} for n in names])

    # The same in other words: nobody may notice.
    def again(n):
        for half in (0, 1):
            nl.do("acl-add", **profile(half), REPLACE=True,
                  RULE=hears(half) + weights(n % 7, 3)[:n % 3])

    equal(crossings(again, 12, first), 0, "ports that saw half a list")

    def delivered(sender_half):
        got = nl.dump("port-get", SWITCH=big)
        return {p["STATS"]["TX_PACKETS"] for p in got
                if p["IFNAME"][0] == "g" and
                (p["IFNAME"] in first) == (sender_half == 0)}

    def toggle(n):
        nl.do("acl-add", **profile(0), REPLACE=True, RULE=hears(n % 2))

    crossings(toggle, 11, first)
    equal([len(delivered(half)) for half in (0, 1)], [1, 1],
          "different counts at the ports of a half")

    # One port after the other they do differ; if this does not show, what would?
    def each(n):
        nl.do_many("acl-add", [{"PORT": ports[name], "REPLACE": True,
                                "RULE": hears(n % 2)} for name in first])

    crossings(each, 3, first)
    true(len(delivered(0)) > 1,
         "changes one by one could not be told from a profile's")
    ip("link", "del", "big")


run({f.__name__: f for f in (layers, refusals, txn, dump, events, quota,
                             atomic)})
