# SPDX-License-Identifier: GPL-2.0
"""Random rules and frames: does the switch do what acl_oracle.py says?

    usage: acldiff.py SEED ROUNDS RULES FRAMES NETNS1 NETNS2

    NETNS1: eth0 ---- pg1  SWITCH  pg2 ---- NETNS2: eth0

The rules of a round are those of both ports. Frames are sent by the first and
have to pass its rules for out and the second's for in.
"""
import ipaddress
import json
import os
import random
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import acl_oracle
import inet
import rawnet

MACS = ["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"]
VID = 10
PORTS = ("pg1", "pg2")
BATCH = 200


def raw_mac(text):
    return bytes.fromhex(text.replace(":", ""))


def raw_ip(text):
    return ipaddress.ip_address(text).packed


def transport(frame, mark):
    proto = frame["proto"]
    ports = struct.pack("!HH", frame.get("sport", 0), frame.get("dport", 0))
    if proto == 6:
        return ports + struct.pack("!IIHHHH", 0, 0, 0x5002, 1024, 0, 0) + mark
    if proto == 17:
        return ports + struct.pack("!HH", 8 + len(mark), 0) + mark
    if proto == 132:
        return ports + bytes(8) + mark
    if frame.get("target"):
        return (struct.pack("!BBHI", frame["nd"], 0, 0, 0) +
                raw_ip(frame["target"]) + b"\1\1" + raw_mac(MACS[0]) + mark)
    if proto in (1, 58):
        return struct.pack("!BBHHH", 8 if proto == 1 else 128, 0, 0, 1, 1) + mark
    return bytes(4) + mark


def build(frame, number):
    """The bytes, with a number that says which it is at their end."""
    mark = struct.pack("!8xII", 0xac1ac1ac, number)
    ether = raw_mac(frame["dmac"]) + raw_mac(frame["smac"])
    if "arp" in frame:
        body = struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1)
        body += raw_mac(frame["arp"]) + raw_ip(frame["src"])
        body += bytes(6) + raw_ip(frame["asks"]) + mark
    elif "src" not in frame:
        body = struct.pack("!H", 0x88b5) + mark
    else:
        payload = transport(frame, mark)
        src, dst = raw_ip(frame["src"]), raw_ip(frame["dst"])
        if len(src) == 4:
            head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0,
                               64, frame["proto"], 0) + src + dst
            head = head[:10] + struct.pack("!H", 0xffff ^ inet.fold(head)) + \
                head[12:]
            body = b"\x08\x00" + head + payload
        else:
            hops = frame.get("hops", 64)
            body = b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(payload),
                                            frame["proto"], hops) + \
                src + dst + payload
    return ether + body


def number_of(raw):
    at = raw.rfind(b"\xac\x1a\xc1\xac")
    return struct.unpack_from("!I", raw, at + 4)[0] if at >= 0 else None


def words(rule):
    return " ".join(f"{k} {v}" for k, v in rule.items())


def load(rules):
    text = ""
    for port, list_ in zip(PORTS, rules):
        text += f"acl flush {port}\n"
        text += "".join(f"acl add {port} {words(r)}\n" for r in list_)
    subprocess.run(["vswitchctl", "-a", "-b", "-"], input=text, text=True,
                   check=True)
    for port, list_ in zip(PORTS, rules):
        out = subprocess.run(["vswitchctl", "-j", "acl", "show", port],
                             capture_output=True, check=True).stdout
        have = json.loads(out)[0]["count"]
        want = sum(2 if r["direction"] == "both" else 1 for r in list_)
        if have != want:
            sys.exit(f"{port} has {have} rules, not {want}")


def one_round(stations, things, n_rules, n_frames, totals):
    rules = [things.rules(n_rules) for _ in PORTS]
    load(rules)
    wrong = 0
    for at in range(0, n_frames, BATCH):
        frames = [things.frame() for _ in range(min(BATCH, n_frames - at))]
        for i, frame in enumerate(frames):
            stations.send("g1", build(frame, i))
        got = {number_of(raw) for raw in stations.collect()["g2"]}
        for i, frame in enumerate(frames):
            want = (acl_oracle.passes(rules[0], "out", frame) and
                    acl_oracle.passes(rules[1], "in", frame))
            totals[want] += 1
            if want == (i in got):
                continue
            wrong += 1
            print(f"{'passed' if i in got else 'was dropped'}: {frame}")
    if wrong:
        for port, list_ in zip(PORTS, rules):
            for rule in list_:
                print(port, words(rule))
        sys.exit(f"{wrong} frames wrong")


def main():
    seed, rounds, n_rules, n_frames = map(int, sys.argv[1:5])
    rng = random.Random(seed)
    stations = rawnet.Stations()
    for name, netns in zip(("g1", "g2"), sys.argv[5:7]):
        stations.add(name, rawnet.Packet("eth0", netns))
    things = acl_oracle.Things(rng, MACS, VID)
    totals = {True: 0, False: 0}
    for i in range(rounds):
        one_round(stations, things, n_rules * (i % 4 + 1), n_frames, totals)
    print(f"{totals[True]} passed, {totals[False]} dropped")
    if min(totals.values()) < sum(totals.values()) / 20:
        sys.exit("hardly a choice")


main()
