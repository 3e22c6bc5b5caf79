# SPDX-License-Identifier: GPL-2.0
"""
ACLs in generic netlink.

	vs0
	  p0 p1 (dummies)
"""
import errno as E
import socket

from vswcheck import equal, ifindex, refused, run, true
from vswnl import Genl, K, mac

IN, OUT, BOTH = (K["ACL_DIRECTION_" + d] for d in ("IN", "OUT", "BOTH"))
ALLOW, DENY, METER = (K["ACL_ACTION_" + a]
                      for a in ("ALLOW", "DENY", "METER"))
M1 = mac("02:00:00:00:01:01")


def ip4(text):
    return socket.inet_aton(text)


def ip6(text):
    return socket.inet_pton(socket.AF_INET6, text)


def weight(number, **more):
    return {"DIRECTION": IN, "ACTION": DENY, "WEIGHT": number, **more}


def of(nl, port):
    """The rules of a port without their ids, in the order of the dump."""
    found = []
    for part in nl.dump("acl-get", PORT=port):
        for rule in part.get("RULE", []):
            rule.pop("ID")
            found.append(rule)
    return found


def rules():
    """What was added is read back, and deleted in each way there is."""
    nl, p0 = Genl(), ifindex("p0")
    wanted = [
        {"DIRECTION": OUT, "ACTION": DENY, "LOCAL_IP": b""},
        {"DIRECTION": OUT, "ACTION": DENY, "LOCAL_IP": ip4("192.0.2.0"),
         "LOCAL_PREFIX": 24},
        {"DIRECTION": OUT, "ACTION": ALLOW, "REMOTE_IP": ip6("2001:db8::"),
         "REMOTE_PREFIX": 32},
        {"DIRECTION": IN, "ACTION": ALLOW, "LOCAL_MAC": M1},
        {"DIRECTION": IN, "ACTION": DENY, "REMOTE_MAC": b""},
        weight(9, ACTION=ALLOW, PROTOCOL=6, LOCAL_IP=ip4("192.0.2.1"),
               LOCAL_PREFIX=32, LOCAL_PORT=80, LOCAL_PORT_END=90,
               REMOTE_PORT=7, ISOLATION_ID=4094, STATEFUL=True,
               IDLE_TIMEOUT=65535),
        weight(0), weight(65535, PROTOCOL=255),
    ]
    nl.do("acl-add", PORT=p0, RULE=wanted)
    got = of(nl, p0)
    equal(sorted(map(str, got)), sorted(map(str, [
        {k: r[k] for k in ("DIRECTION", "ACTION", "LOCAL_IP", "LOCAL_PREFIX",
                           "REMOTE_IP", "REMOTE_PREFIX", "LOCAL_MAC",
                           "REMOTE_MAC", "WEIGHT", "PROTOCOL", "LOCAL_PORT",
                           "LOCAL_PORT_END", "REMOTE_PORT", "ISOLATION_ID",
                           "STATEFUL", "IDLE_TIMEOUT") if k in r}
        for r in wanted])), "rules")
    summary = nl.do("acl-get", PORT=p0)
    equal(summary["RULES"], len(wanted), "number of rules")
    true(summary["MEMORY"] > 72 * len(wanted), "memory")
    true(summary["FLOW_LIMIT"] == 65536 and summary["FLOWS"] == 0, "flows")
    # A meter counts, and both directions are two rules.
    nl.do("acl-add", PORT=p0, RULE={"DIRECTION": BOTH, "ACTION": METER,
                                    "REMOTE_IP": b""})
    equal([r["BYTES"] for r in of(nl, p0) if "BYTES" in r], [0, 0], "meters")

    one = next(r["ID"] for p in nl.dump("acl-get", PORT=p0)
               for r in p["RULE"] if r.get("WEIGHT") == 0)
    nl.do("acl-del", PORT=p0, RULE=[
        {"ID": one}, {"DIRECTION": IN, "WEIGHT": 9}, wanted[-1],
        {"DIRECTION": BOTH, "ACTION": METER, "REMOTE_IP": b""}])
    equal(nl.do("acl-get", PORT=p0)["RULES"], len(wanted) - 3, "rules left")
    nl.do("acl-flush", PORT=p0)
    equal(of(nl, p0), [], "rules after a flush")


def refusals():
    nl, p0 = Genl(), ifindex("p0")
    any_in = {"DIRECTION": IN, "ACTION": DENY, "LOCAL_IP": b""}
    nl.do("acl-add", PORT=p0, RULE=[any_in, weight(5)])
    before = of(nl, p0)
    bad = (
        (any_in | {"ID": 1}, "given by the kernel", "ID"),
        (any_in | {"BYTES": 1}, "not set", "BYTES"),
        ({"ACTION": DENY, "LOCAL_IP": b""}, "direction", ""),
        ({"DIRECTION": IN, "LOCAL_IP": b""}, "action", ""),
        (any_in | {"DIRECTION": 3}, "out of range", "DIRECTION"),
        (any_in | {"ACTION": 3}, "out of range", "ACTION"),
        (any_in | {"REMOTE_IP": b""}, "one address", ""),
        ({"DIRECTION": IN, "ACTION": DENY}, "one address", ""),
        (any_in | {"LOCAL_PREFIX": 0}, "any address has none", "LOCAL_PREFIX"),
        (any_in | {"LOCAL_IP": b"\1\2\3"}, "4 bytes or 16", "LOCAL_IP"),
        (any_in | {"LOCAL_IP": ip4("192.0.2.0"), "LOCAL_PREFIX": 33},
         "at most 32", "LOCAL_PREFIX"),
        (any_in | {"LOCAL_IP": ip4("192.0.2.1"), "LOCAL_PREFIX": 24},
         "must be zero", "LOCAL_IP"),
        (any_in | {"LOCAL_IP": ip6("2001:db8::1"), "LOCAL_PREFIX": 127},
         "must be zero", "LOCAL_IP"),
        (any_in | {"STATEFUL": True}, "needs a weight", "STATEFUL"),
        (any_in | {"IDLE_TIMEOUT": 9}, "needs a weight", "IDLE_TIMEOUT"),
        ({"DIRECTION": IN, "ACTION": DENY, "LOCAL_MAC": M1[:5]}, "6 bytes",
         "LOCAL_MAC"),
        ({"DIRECTION": IN, "ACTION": METER, "LOCAL_MAC": M1}, "IP address",
         "LOCAL_MAC"),
        (weight(1, DIRECTION=BOTH), "in or out", "DIRECTION"),
        (weight(1, ACTION=METER), "meter rules", "ACTION"),
        (weight(1, LOCAL_MAC=M1), "no MAC", "LOCAL_MAC"),
        (weight(1, LOCAL_PORT=1), "protocol", "LOCAL_PORT"),
        (weight(1, REMOTE_PORT=1, PROTOCOL=1), "protocol", "REMOTE_PORT"),
        (weight(1, LOCAL_PORT_END=1, PROTOCOL=6), "needs its begin",
         "LOCAL_PORT_END"),
        (weight(1, LOCAL_PORT=2, LOCAL_PORT_END=1, PROTOCOL=6), "below",
         "LOCAL_PORT_END"),
        (weight(1, ISOLATION_ID=4095), "out of range", "ISOLATION_ID"),
        (weight(1, STATEFUL=True), "allows", "STATEFUL"),
        (weight(1, IDLE_TIMEOUT=5), "stateful", "IDLE_TIMEOUT"),
        (weight(1, ACTION=ALLOW, STATEFUL=True, IDLE_TIMEOUT=0),
         "out of range", "IDLE_TIMEOUT"),
        (weight(1, LOCAL_IP=ip4("192.0.2.1"), REMOTE_IP=ip6("2001:db8::1")),
         "both IPv4", "REMOTE_IP"),
        (any_in, "very rule", ""),
        (any_in | {"ACTION": ALLOW}, "other action", ""),
        (weight(5), "very rule", ""),
        (weight(5, PROTOCOL=6), "that weight", ""),
    )
    for rule, text, at in bad:
        # The last of three is to blame, and the others are not added either.
        refused((E.EINVAL, E.ERANGE, E.EEXIST), text,
                "RULE." + at if at else "RULE", nl.do, "acl-add", PORT=p0,
                RULE=[weight(100), weight(101), rule])
        equal(of(nl, p0), before, f"rules after {rule}")
    for op, attrs, number, text, at in (
        ("acl-add", {"PORT": p0}, E.EINVAL, "which rules", ""),
        ("acl-add", {"RULE": weight(1)}, E.EINVAL, "which port", ""),
        ("acl-add", {"PORT": ifindex("d0"), "RULE": weight(1)}, E.EINVAL,
         "not a port", "PORT"),
        ("acl-add", {"PORT": p0, "RULE": weight(1), "EXPECT_GENERATION": 0},
         E.EAGAIN, "generation|changed", "EXPECT_GENERATION"),
        ("acl-add", {"PORT": p0, "RULE": weight(1), "TXN": 99}, E.ENOENT,
         "no such transaction", "TXN"),
        ("acl-del", {"PORT": p0, "RULE": {"ID": 99999}}, E.ENOENT, "that id",
         "RULE"),
        ("acl-del", {"PORT": p0, "RULE": {"DIRECTION": IN, "WEIGHT": 6}},
         E.ENOENT, "that weight", "RULE"),
        ("acl-del", {"PORT": p0, "RULE": weight(5, PROTOCOL=6)}, E.ENOENT,
         "something else", "RULE"),
        ("acl-del", {"PORT": p0, "RULE": [weight(5), weight(5)]}, E.EINVAL,
         "twice", "RULE"),
        ("acl-del", {"PORT": p0, "RULE": {"ID": 1, "WEIGHT": 5}}, E.EINVAL,
         "nothing else", "RULE.ID"),
        ("acl-get", {}, E.EINVAL, "which port", ""),
    ):
        refused(number, text, at, nl.do, op, **attrs)
        equal(of(nl, p0), before, f"rules after {op} {attrs}")
    nl.do("acl-flush", PORT=p0)


def replace():
    """One message, or one transaction, replaces all there is."""
    nl, p0, vs0 = Genl(), ifindex("p0"), ifindex("vs0")
    nl.do("acl-add", PORT=p0, RULE=[weight(1), weight(2)])
    nl.do("acl-add", PORT=p0, RULE=[weight(2), weight(3)], REPLACE=True)
    equal([r["WEIGHT"] for r in of(nl, p0)], [3, 2], "replaced")
    refused(E.EEXIST, "very rule", "RULE", nl.do, "acl-add", PORT=p0,
            RULE=[weight(7), weight(7)], REPLACE=True)
    equal([r["WEIGHT"] for r in of(nl, p0)], [3, 2], "not replaced")

    txn = nl.do("txn-begin", SWITCH=vs0)["ID"]
    nl.do("acl-flush", PORT=p0, TXN=txn)
    for first in range(0, 5000, 250):
        nl.do("acl-add", PORT=p0, TXN=txn,
              RULE=[weight(first + n) for n in range(250)])
    refused(E.EEXIST, "very rule", "RULE", nl.do, "acl-add", PORT=p0, TXN=txn,
            RULE=[weight(60000), weight(4999)])
    nl.do("acl-del", PORT=p0, TXN=txn, RULE={"DIRECTION": IN, "WEIGHT": 4999})
    equal([r["WEIGHT"] for r in of(nl, p0)], [3, 2], "before the commit")
    nl.do("txn-commit", ID=txn)
    equal([r["WEIGHT"] for r in of(nl, p0)], list(range(4998, -1, -1)),
          "after the commit")
    # Another change meanwhile ends it.
    txn = nl.do("txn-begin", SWITCH=vs0)["ID"]
    nl.do("acl-flush", PORT=p0, TXN=txn)
    nl.do("acl-add", PORT=p0, RULE=weight(50000))
    refused(E.EAGAIN, "generation|changed", "ID", nl.do, "txn-commit", ID=txn)
    equal(len(of(nl, p0)), 5000, "rules that were to go")
    nl.do("acl-flush", PORT=p0)


def dump():
    """All rules of all ports, each once, in as many parts as it takes."""
    nl, ports = Genl(), [ifindex(p) for p in ("p0", "p1")]
    for port in ports:
        for first in range(0, 3000, 500):
            nl.do("acl-add", PORT=port,
                  RULE=[weight(first + n + port) for n in range(500)])
    parts = nl.dump("acl-get")
    for port in ports:
        found = [r["WEIGHT"] for p in parts if p["PORT"] == port
                 for r in p["RULE"]]
        equal(found, list(range(2999 + port, port - 1, -1)), "weights")
    ids = [r["ID"] for p in parts for r in p["RULE"] if p["PORT"] == ports[0]]
    equal(len(set(ids)), 3000, "ids")
    true(len(parts) > 2, "the dump came in one part")
    # Many go by their ids, in any order; or none does.
    ids.reverse()
    some = [{"ID": i} for i in ids[:500]]
    refused(E.ENOENT, "that id", "RULE", nl.do, "acl-del", PORT=ports[0],
            RULE=some + [{"ID": 99999}])
    refused(E.EINVAL, "named twice", "RULE", nl.do, "acl-del", PORT=ports[0],
            RULE=some + [some[7]])
    nl.do("acl-del", PORT=ports[0], RULE=[{"ID": i} for i in ids[::3]])
    left = [r["ID"] for p in nl.dump("acl-get", PORT=ports[0]) for r in p["RULE"]]
    equal(sorted(left), sorted(set(ids) - set(ids[::3])), "rules left")
    for port in ports:
        nl.do("acl-flush", PORT=port)
    equal(nl.dump("acl-get"), [], "rules at the end")


run({f.__name__: f for f in (rules, refusals, replace, dump)})
