# SPDX-License-Identifier: GPL-2.0
"""
Reading while things change: dumps and events.

	vs0: p0 p1 vn0		vs1: q0
"""
import json
import os
import signal
import socket
import struct
import subprocess

from vswcheck import equal, ifindex, ip, ip_batch, run, true
from vswnl import Genl, K, NLM_F_DUMP_INTR, NLMSG_DONE, decode, mac, \
    mac_text, split, walk
from vswrtnl import AF_BRIDGE, IFLA_AF_SPEC, RTM_NEWLINK, bridge_vlans, \
    vlan_info

# Small enough that the kernel has to write a dump in several pieces.
PIECE = 8192
# A dump of ports is made in pieces of this size, so that any port fits.
PORT_PIECE = 131072


def key(value):
    return mac(f"02:01:00:{value >> 16:02x}:{value >> 8 & 255:02x}:"
               f"{value & 255:02x}")


def in_pieces(nl, op, attrs, between, name_of="IFNAME"):
    """A dump, with @between called after its first piece was read."""
    name, seq = nl.dump_begin(op, attrs)
    found, intr, pieces = [], False, 0
    while True:
        raw = nl.sock.recv(nl.size)
        pieces += 1
        if pieces == 1:
            between()
        for msg in split(raw):
            equal(msg.seq, seq, "sequence number")
            intr |= bool(msg.flags & NLM_F_DUMP_INTR)
            if msg.kind == NLMSG_DONE:
                true(pieces > 3, f"{op} took {pieces} pieces only")
                return found, intr
            found.append(decode(name, msg.payload[4:])[name_of])


def dump_interrupted():
    """Who dumps is told when the switches or ports changed meanwhile."""
    count, odd = 160, ",".join(map(str, range(1, 400, 2)))
    ip_batch([line for n in range(count) for line in (
        f"link add x{n} type vswitch", f"link add y{n} type dummy",
        f"link set y{n} master vs0")])
    subprocess.run(["vswitchctl", "-b", "-"], text=True, check=True,
                   input="".join(f"port set y{n} vlan trunk {odd}\n"
                                 for n in range(count)))
    for op, change, undo in (
        ("switch-get", ("link", "del", "x155"), ("link", "add", "x155", "type", "vswitch")),
        ("switch-get", ("link", "del", "x0"), None),
        ("port-get", ("link", "set", "y1", "nomaster"), ("link", "set", "y1", "master", "vs0")),
        ("port-get", ("link", "del", "y150"), None),
    ):
        nl = Genl(size=PIECE if op == "switch-get" else PORT_PIECE)
        everything = sorted(one["IFNAME"] for one in nl.dump(op))
        found, intr = in_pieces(nl, op, b"", lambda: None)
        equal((sorted(found), intr), (everything, False), f"{op} in peace")
        _, intr = in_pieces(nl, op, b"", lambda: ip(*change))
        true(intr, f"{op}: not told of {' '.join(change)}")
        if undo:
            ip(*undo)
    # What is no change of what a dump shows does not disturb it.
    _, intr = in_pieces(nl, "port-get", b"",
                        lambda: ip("link", "set", "lo", "down"))
    true(not intr, "interrupted by nothing")


def dump_fdb_marked():
    """An assigned MAC that moves interrupts a dump of the FDB, no entry does."""
    nl, vs0, vn0, count = Genl(), ifindex("vs0"), ifindex("vn0"), 400
    ip_batch([line for n in range(count) for line in (
        f"link add y{n} type dummy", f"link set y{n} master vs0")])
    ports = [ifindex(f"y{n}") for n in range(count)]
    nl.do_many("port-set", [{"IFINDEX": port, "MAC": key(n)}
                            for n, port in enumerate(ports)])
    nl.do_many("fdb-add", [{"MAC": key(1000 + n), "PORT": vn0}
                           for n in range(count)])
    nl.do("port-set", IFINDEX=vn0, MAC_SPOOFING=1)

    def learn():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
            sock.bind(("vn0", 0))
            sock.send(b"\xff" * 6 + key(2000) + b"\x88\xb5" + bytes(46))
        equal(nl.do("fdb-get", SWITCH=vs0, MAC=key(2000))["STATE"],
              K["FDB_STATE_LEARNED"], "the state of what was learned")

    def move():
        nl.do("port-set", IFINDEX=ports[-1], MAC=bytes(6))
        nl.do("port-set", IFINDEX=ports[0], MAC=key(count - 1))

    for what, between, marked in (
        ("nothing", lambda: None, False),
        ("a learned entry", learn, False),
        ("a static entry",
         lambda: nl.do("fdb-add", MAC=key(3000), PORT=vn0), False),
        ("a MAC that moves", move, True),
    ):
        found, intr = in_pieces(Genl(size=PIECE), "fdb-get", b"", between,
                                "MAC")
        equal(intr, marked, f"dump marked after {what}")
        true(marked or len(found) == len(set(found)) > 2 * count,
             f"{len(found)} entries after {what}")


def dump_complete():
    """Entries that are there all the time are dumped once, whatever else."""
    nl, vs0, p0, p1 = Genl(), ifindex("vs0"), ifindex("p0"), ifindex("p1")
    stay = {key(n) for n in range(0, 6000, 4)}
    nl.do_many("fdb-add", [{"MAC": k, "PORT": p0} for k in sorted(stay)])
    pid = os.fork()
    if not pid:
        mine, n = Genl(), 1
        while True:
            some = [key(10000 + n * 50 + m) for m in range(50)]
            mine.do_many("fdb-add", [{"MAC": k, "PORT": p1} for k in some])
            if n % 2:
                mine.do("fdb-flush", PORT=p1, STATE=K["FDB_STATE_STATIC"])
            else:
                mine.do_many("fdb-del", [{"SWITCH": vs0, "MAC": k}
                                         for k in some])
            n += 1
    try:
        others = 0
        for _ in range(12):
            found = [e["MAC"] for e in nl.dump("fdb-get", SWITCH=vs0)]
            equal(len(found), len(set(found)), "entries that came twice")
            equal(stay - set(found), set(), "entries that are missing")
            others += len(found) - len(stay) - 1
        true(others > 0, "nothing else was ever there")
        gone = os.waitpid(pid, os.WNOHANG)
        equal(gone, (0, 0), "the process that makes changes")
    finally:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def described(op, attrs):
    """An event as a line that is the same each time."""
    names = dict(socket.if_nameindex())
    show = {"op": op}
    for attr in ("IFNAME", "TYPE", "AGEING_TIME", "ROLE", "LINK_UP",
                 "MAC_SPOOFING", "VID", "STATE"):
        if attr in attrs:
            show[attr.lower()] = attrs[attr]
    if "MAC" in attrs:
        show["mac"] = mac_text(attrs["MAC"])
    if "VLAN" in attrs:
        show["pvid"] = attrs["VLAN"]["PVID"]
    for attr in ("PORT", "SWITCH", "UPLINK"):
        if attr in attrs:
            show[attr.lower()] = names.get(attrs[attr], "gone")
    return show


def after(listener, action):
    """
    The events that @action brings. They are in the socket's queue when the
    request that caused them is answered.
    """
    action()
    return [described(op, attrs) for op, attrs in listener.events()]


def events():
    """Each change is told once, to those who listen, and in full."""
    nl, listener, deaf = Genl(), Genl(), Genl()
    listener.listen()
    vs0, p0 = ifindex("vs0"), ifindex("p0")
    m1 = mac("02:00:00:00:01:01")
    p0_is = {"ifname": "p0", "role": K["PORT_ROLE_GUEST"], "link_up": 1,
             "switch": "vs0"}

    def port(**more):
        return {"op": "port-ntf", **p0_is, "mac_spoofing": 1,
                "pvid": 0} | more

    def fdb(op="fdb-ntf", **more):
        return {"op": op, "vid": 0, "state": K["FDB_STATE_STATIC"],
                "mac": "02:00:00:00:01:01", "port": "p0",
                "switch": "vs0"} | more

    def only(got, *want):
        # A switch's own line may come along with what happens to its ports.
        equal(json.dumps([e for e in got if e["op"] != "switch-ntf"],
                         sort_keys=True, indent=1),
              json.dumps(list(want), sort_keys=True, indent=1), "events")

    only(after(listener, lambda: None))
    only(after(listener, lambda: nl.do(
        "port-set", IFINDEX=p0, MAC=m1)),
        port(mac="02:00:00:00:01:01", mac_spoofing=0))
    only(after(listener, lambda: nl.do(
        "port-set", IFINDEX=p0, MAC=bytes(6))), port())
    only(after(listener, lambda: ip("link", "set", "p0", "down")),
         port(link_up=0))
    only(after(listener, lambda: ip("link", "set", "p0", "up")), port())
    only(after(listener, lambda: nl.do(
        "fdb-add", MAC=m1, PORT=p0)), fdb())
    only(after(listener, lambda: nl.do(
        "fdb-del", SWITCH=vs0, MAC=m1)), fdb("fdb-del-ntf"))
    got = after(listener, lambda: nl.do("switch-set", IFINDEX=vs0,
                                        AGEING_TIME=100))
    equal([(e["op"], e["ifname"], e["ageing_time"]) for e in got],
          [("switch-ntf", "vs0", 100)], "events of switch-set")
    got = after(listener, lambda: ip("link", "add", "new", "type", "vswitch"))
    equal([(e["op"], e["ifname"]) for e in got], [("switch-ntf", "new")],
          "events of a new switch")
    only(after(listener, lambda: ip("link", "set", "q0", "nomaster")),
         {"op": "port-del-ntf", "ifname": "q0", "mac_spoofing": 1, "pvid": 0,
          "role": 0, "link_up": 1, "switch": "vs1"})
    got = after(listener, lambda: ip("link", "set", "q0", "master", "new"))
    equal([(e["op"], e["switch"]) for e in got if e["op"] == "port-ntf"],
          [("port-ntf", "new")], "events of a port that joins")
    ip("link", "set", "p0", "down")
    list(listener.events())
    got = after(listener, lambda: ip("link", "set", "p0", "name", "p9"))
    equal([(e["op"], e["ifname"]) for e in got], [("port-ntf", "p9")],
          "events of a new name")
    ip("link", "set", "p9", "name", "p0", "up")
    list(listener.events())
    got = after(listener, lambda: ip("link", "add", "vn9", "link", "vs0",
                                     "type", "vswitch_vnic"))
    equal({(e["op"], e["ifname"]) for e in got},
          {("port-ntf", "vn9"), ("switch-ntf", "vs0")}, "events of a vNIC")
    got = after(listener, lambda: ip("link", "del", "vn9"))
    equal({(e["op"], e["ifname"]) for e in got},
          {("port-del-ntf", "vn9"), ("switch-ntf", "vs0")},
          "events of a vNIC that goes")

    # A transaction is told once per port, after all of it is done.
    txn = nl.do("txn-begin", SWITCH=vs0)["ID"]
    only(after(listener, lambda: nl.do(
        "port-set", TXN=txn, IFINDEX=p0, MAC=m1)))
    only(after(listener, lambda: nl.do("txn-commit", ID=txn)),
         port(mac="02:00:00:00:01:01", mac_spoofing=0))

    # With a port go its entries, and with a switch its ports.
    nl.do("fdb-add", MAC=key(1), PORT=p0)
    list(listener.events())
    got = after(listener, lambda: ip("link", "del", "vs0"))
    ops = [(e["op"], e.get("ifname")) for e in got]
    for one in (("fdb-del-ntf", None), ("port-del-ntf", "p0"),
                ("port-del-ntf", "p1"), ("port-del-ntf", "vn0"),
                ("switch-del-ntf", "vs0")):
        equal(ops.count(one), 1, f"events {one} of a switch that goes: {ops}")
    equal(list(deaf.events()), [], "events for who does not listen")


def link_events():
    """What "bridge vlan" does is told whole, however much that is."""
    nl, p0 = Genl(), ifindex("p0")
    links = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    links.bind((0, 1))	# RTMGRP_LINK
    links.settimeout(30)
    # One by one they take 8 bytes each, in pairs 16.
    for count, apart in ((400, 2), (600, 2), (2000, 2), (2046, 1), (1300, 3)):
        vids = [5 + n * apart for n in range(count)]
        nl.do("port-set", IFINDEX=p0, VLAN={
            "PVID": 0, "ACCEPT": K["VLAN_ACCEPT_ALL"], "RANGE": [
                {"START": v} | ({"UNTAGGED": True} if apart == 1 and n % 2
                                else {}) for n, v in enumerate(vids)]})
        bridge_vlans(p0, vlan_info(2))
        want = [(2, 0)] + [(v, 4 if apart == 1 and n % 2 else 0)
                           for n, v in enumerate(vids)]
        # No ENOBUFS, and no message before it.
        msg, *rest = split(links.recv(1 << 17))
        family, _, index = struct.unpack_from("=BxHi", msg.payload)
        equal((msg.kind, family, index, rest), (RTM_NEWLINK, AF_BRIDGE, p0, []),
              "the message")
        got = [struct.unpack("=HH", info)[::-1]
               for _, kind, spec in walk(msg.payload[16:])
               if kind == IFLA_AF_SPEC for _, _, info in walk(spec)]
        equal(got, want, f"{count} VLANs")
    links.close()


run({f.__name__: f for f in (dump_interrupted, dump_fdb_marked,
                             dump_complete, events, link_events)})
