# SPDX-License-Identifier: GPL-2.0
"""
Transactions: all of it or nothing, for whoever owns it.

	vs0: p0 p1 vn0		vs1: q0

The case txn_atomic makes a switch of its own: see crossing.py.
"""
import errno as E
import os
import signal

from crossing import GROUP, big_switch, crossings
from vswcheck import config, equal, ifindex, ip, refused, run, true
from vswnl import Genl, K, mac

UNTAGGED = K["VLAN_ACCEPT_UNTAGGED"]
M1, M2 = mac("02:00:00:00:01:01"), mac("02:00:00:00:01:02")


def access(vid):
    return {"PVID": vid, "ACCEPT": UNTAGGED,
            "RANGE": [{"START": vid, "END": vid, "UNTAGGED": True}]}


def index():
    return {name: ifindex(name) for name in ("vs0", "vs1", "p0", "p1", "q0")}


def port(nl, i):
    return nl.do("port-get", IFINDEX=i)


def generation(nl, sw):
    return nl.do("switch-get", IFINDEX=sw)["GENERATION"]


def begin(nl, sw, **more):
    return nl.do("txn-begin", SWITCH=sw, **more)


def txn_basics():
    """Begin, chunks, commit; abort; swaps; a commit refused as a whole."""
    nl, i = Genl(), index()
    vs0, p0, p1 = i["vs0"], i["p0"], i["p1"]
    before = config(nl)

    start = begin(nl, vs0)
    equal(start["GENERATION"], generation(nl, vs0), "generation at begin")
    nl.do("port-set", TXN=start["ID"], IFINDEX=p0, VLAN=access(10))
    nl.do("port-set", TXN=start["ID"], IFINDEX=p0, MAC=M1)
    nl.do("port-set", TXN=start["ID"], IFINDEX=p1, MAC=M2, VLAN=access(20))
    equal(config(nl), before, "state while changes are only staged")
    new = nl.do("txn-commit", ID=start["ID"])["GENERATION"]
    true(new != start["GENERATION"], "the generation did not change")
    equal(new, generation(nl, vs0), "generation after the commit")
    got = [(p.get("MAC"), p["VLAN"]["PVID"])
           for p in (port(nl, p0), port(nl, p1))]
    equal(got, [(M1, 10), (M2, 20)], "both chunks for p0, and p1")
    refused(E.ENOENT, "no such transaction", "ID", nl.do, "txn-commit",
            ID=start["ID"])

    txn = begin(nl, vs0)["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=p0, MAC=M2)
    nl.do("port-set", TXN=txn, IFINDEX=p1, MAC=M1)
    nl.do("txn-commit", ID=txn)
    equal([port(nl, p0)["MAC"], port(nl, p1)["MAC"]], [M2, M1],
          "a swap of MACs")

    before = config(nl)
    txn = begin(nl, vs0)["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=p0, VLAN=access(30))
    nl.do("port-set", TXN=txn, IFINDEX=p1, MAC=M2)
    refused(E.EADDRINUSE, "another port of this switch has that mac", "ID", nl.do,
            "txn-commit", ID=txn)
    equal(config(nl), before, "state after a commit with one bad port")
    refused(E.ENOENT, "no such transaction", "ID", nl.do, "txn-abort", ID=txn)

    # A chunk that is refused leaves those before it as they were.
    txn = begin(nl, vs0)["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=p0, VLAN=access(40))
    refused(E.EINVAL, "of the ranges", "VLAN.PVID", nl.do, "port-set",
            TXN=txn, IFINDEX=p0, VLAN={"PVID": 9, "ACCEPT": UNTAGGED})
    nl.do("txn-commit", ID=txn)
    equal(port(nl, p0)["VLAN"]["PVID"], 40, "the good chunk")

    before = config(nl)
    txn = begin(nl, vs0)["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=p0, VLAN=access(50))
    nl.do("txn-abort", ID=txn)
    equal(config(nl), before, "state after an abort")
    txn = begin(nl, vs0)["ID"]
    nl.do("txn-commit", ID=txn)
    equal(config(nl), before, "state after an empty commit")

    # Compare and swap, of a transaction and of single messages.
    old = generation(nl, vs0)
    nl.do("port-set", IFINDEX=p0, EXPECT_GENERATION=old, VLAN=access(60))
    txn = begin(nl, vs0, GENERATION=generation(nl, vs0))["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=p0, VLAN=access(61))
    nl.do("port-set", IFINDEX=p1, VLAN=access(62))
    before = config(nl)
    stale = "changed|generation"
    refused(E.EAGAIN, stale, "GENERATION", nl.do, "txn-begin", SWITCH=vs0,
            GENERATION=old)
    refused(E.EAGAIN, stale, "EXPECT_GENERATION", nl.do, "port-set",
            IFINDEX=p0, EXPECT_GENERATION=old, VLAN=access(63))
    refused(E.EAGAIN, stale, "EXPECT_GENERATION", nl.do, "switch-set",
            IFINDEX=vs0, EXPECT_GENERATION=old, AGEING_TIME=9)
    refused(E.EAGAIN, stale, "TXN", nl.do, "port-set", TXN=txn, IFINDEX=p0,
            MAC=bytes(6))
    refused(E.EAGAIN, stale, "ID", nl.do, "txn-commit", ID=txn)
    equal(config(nl), before, "state after stale changes")


def txn_owner():
    """A transaction is its socket's, and goes with it."""
    nl, other, i = Genl(), Genl(), index()
    txn = begin(nl, i["vs0"])["ID"]
    before = config(nl)
    for call in (("txn-commit", {"ID": txn}), ("txn-abort", {"ID": txn}),
                 ("port-set", {"TXN": txn, "IFINDEX": i["p0"], "MAC": M1})):
        refused(E.ENOENT, "this socket has no such transaction",
                "TXN" if "TXN" in call[1] else "ID",
                other.do, call[0], **call[1])
    refused(E.EINVAL, "another switch", "TXN", nl.do, "port-set", TXN=txn,
            IFINDEX=i["q0"], MAC=M1)
    nl.do("port-set", TXN=txn, IFINDEX=i["p0"], MAC=M1)
    nl.close()
    equal(config(other), before, "state after the socket closed")
    refused(E.ENOENT, "no such transaction", "ID", other.do, "txn-commit",
            ID=txn)

    # A process that is killed closes its sockets, too. 16 would not fit
    # twice, so if they were kept, the second round would be refused.
    for _ in range(2):
        pid = os.fork()
        if not pid:
            nl = Genl()
            for _ in range(16):
                begin(nl, i["vs0"])
            os.kill(os.getpid(), signal.SIGKILL)
        equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]),
              -signal.SIGKILL, "how the child ended")


def txn_limits():
    """16 in a network namespace, whosever they are, and none elsewhere."""
    nl, other, i = Genl(), Genl(), index()
    open_now = [begin(nl, i["vs0"])["ID"] for _ in range(8)]
    open_now += [begin(nl, i["vs1"])["ID"] for _ in range(4)]
    theirs = [begin(other, i["vs0"])["ID"] for _ in range(4)]
    equal(len(set(open_now + theirs)), 16, "different ids")
    for sock in (nl, other):
        refused(E.ENOSPC, "16 transactions open: commit or abort one",
                "SWITCH", sock.do, "txn-begin", SWITCH=i["vs0"])
    nl.do("txn-abort", ID=open_now[0])
    begin(other, i["vs0"])
    refused(E.ENOSPC, "commit or abort", "SWITCH", nl.do, "txn-begin",
            SWITCH=i["vs0"])
    other.close()
    for _ in range(5):
        begin(nl, i["vs1"])


def txn_lost():
    """A switch or a port of it goes while changes are staged."""
    nl, i = Genl(), index()
    txn = begin(nl, i["vs0"])["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=i["p0"], VLAN=access(10))
    nl.do("port-set", TXN=txn, IFINDEX=i["p1"], VLAN=access(10))
    ip("link", "del", "p1")
    before = config(nl)
    refused(E.EAGAIN, "changed|generation", "TXN", nl.do, "port-set",
            TXN=txn, IFINDEX=i["p0"], MAC=M1)
    refused(E.EAGAIN, "changed|generation", "ID", nl.do, "txn-commit", ID=txn)
    equal(config(nl), before, "state after the port went")

    txn = begin(nl, i["vs0"])["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=i["p0"], VLAN=access(10))
    ip("link", "set", "p0", "nomaster")
    ip("link", "set", "p0", "master", "vs0")
    refused(E.EAGAIN, "changed|generation", "ID", nl.do, "txn-commit", ID=txn)
    equal(port(nl, i["p0"])["VLAN"]["PVID"], 0, "VLAN of a port that rejoined")

    txn = begin(nl, i["vs1"])["ID"]
    nl.do("port-set", TXN=txn, IFINDEX=i["q0"], VLAN=access(10))
    ip("link", "del", "vs1")
    # Another switch with its number is still another switch.
    ip("link", "add", "vs1", "index", str(i["vs1"]), "type", "vswitch")
    ip("link", "set", "q0", "master", "vs1")
    refused(E.EINVAL, "another switch", "TXN", nl.do, "port-set", TXN=txn,
            IFINDEX=i["q0"], VLAN=access(10))
    refused(E.EINVAL, "another switch", "ID", nl.do, "txn-commit", ID=txn)
    txn = begin(nl, i["vs1"])["ID"]
    ip("link", "del", "vs1")
    refused(E.ENODEV, "no such switch", "ID", nl.do, "txn-commit", ID=txn)


def txn_atomic():
    """500 ports change their VLANs at once, and no frame sees a half."""
    nl = Genl()
    big, ports = big_switch(nl)
    first = {"s0"} | {f"g{n}" for n in range(GROUP - 1)}

    def wanted(n, **more):
        return [{"IFINDEX": i, **more,
                 "VLAN": access((10, 20)[(name in first) ^ (n % 2)])}
                for name, i in ports.items()]

    def together(n):
        txn = begin(nl, big)["ID"]
        nl.do_many("port-set", wanted(n, TXN=txn))
        nl.do("txn-commit", ID=txn)

    together(1)
    equal(crossings(together, 12, first), 0, "ports that saw half a change")
    got = {p["VLAN"]["PVID"] for p in nl.dump("port-get", SWITCH=big)
           if p["IFNAME"] in first}
    equal(got, {10}, "VLAN of the first half at the end")
    # One by one the halves do mix; if this does not show, nothing would.
    wrong = crossings(lambda n: nl.do_many("port-set", wanted(n)), 2,
                      first)
    true(wrong > 0, "changes one by one could not be told from a transaction")
    ip("link", "del", "big")


run({f.__name__: f for f in (txn_basics, txn_owner, txn_limits, txn_lost,
                             txn_atomic)})
