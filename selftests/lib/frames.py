# SPDX-License-Identifier: GPL-2.0
"""Sends frames and says who received them; one command a line, one answer.

    packet NAME DEV [NETNS]     open an endpoint (rawnet.py)
    listen NAME DEV PROTO       hear one protocol (hex) on a device, as the
                                host's stack and its daemons do
    tap NAME DEV
    close NAME
    tx NAME [KEY=VALUE...]      send one frame; who got it?
        dst=MAC (ff:ff:ff:ff:ff:ff) src=MAC (the station's, 02:00:00:00:00:01
        for the first that was opened and so on) tags=STACK (tags.py)
        type=HEX (88b5) len=BYTES (of the frame without its tags; 60)
        vid=N: the same as tags=qN
    learn NAME first=MAC count=N [vid=N]    N source addresses, from first up
    drops                       what was dropped since the last time, "none" or
                                "DEV REASON COUNT" for each, joined by ", "
    use NAME KIND ADDRESS... [KEY=VALUE...]
                                send a frame in which NAME uses IP addresses
                                (ipuse.py), with the keys of tx; who got it?
    hex NAME HEX                send these bytes; answers "sent"
    sizes NAME                  what NAME got since the last answer: how many
                                frames, how many of them are longer than 1518
                                bytes and their tags, and the longest
    checksums NAME              of TCP and UDP packets that NAME got since the
                                last answer: how many are right, and wrong
    seen                        who got what since the last answer, any frame

The answer to tx is the receivers, sorted: "g2 g3:q10 g4*2" (g3 got it with a
tag, g4 twice), or "none".
"""
import collections
import json
import struct
import subprocess
import sys
import traceback

import inet
import ipuse
import rawnet
import tags

MAGIC = b"vsw-frame"


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


class Server:
    def __init__(self):
        self.stations = rawnet.Stations()
        self.macs = {}
        self.seq = 0
        self.dropped = collections.Counter()

    def opened(self, name, end):
        self.stations.add(name, end)
        if name not in self.macs:
            self.macs[name] = struct.pack("!HI", 0x0200, len(self.macs) + 1)
        return "ok"

    def do_packet(self, name, dev, netns=None):
        return self.opened(name, rawnet.Packet(dev, netns))

    def do_listen(self, name, dev, proto):
        """As a daemon would: one protocol, behind the receive handler."""
        return self.opened(name, rawnet.Packet(dev, None, int(proto, 16)))

    def do_tap(self, name, dev):
        return self.opened(name, rawnet.Tap(dev))

    def do_close(self, name):
        self.stations.drop(name)
        return "ok"

    def frame(self, name, dst="ff:ff:ff:ff:ff:ff", src=None, tags_="",
              type_="88b5", len_="60", vid="0", body=None):
        stack = tags.parse(tags_ or ("q" + vid if vid != "0" else ""))
        self.seq += 1
        body = ((body or bytes.fromhex(type_)) + MAGIC +
                struct.pack("!I", self.seq)).ljust(int(len_) - 12, b"\0")
        return (mac(dst) + (mac(src) if src else self.macs[name]) +
                tags.encode(stack) + body)

    def do_tx(self, name, *words, body=None):
        args = {"body": body}
        for word in words:
            key, value = word.split("=", 1)
            args[key + "_" if key in ("tags", "type", "len") else key] = value
        self.stations.collect()
        self.stations.send(name, self.frame(name, **args))
        mark = MAGIC + struct.pack("!I", self.seq)
        counts = collections.Counter()
        for who, frames in self.stations.collect().items():
            for frame in frames:
                if mark in frame:
                    stack, _ = tags.decode(frame)
                    counts[who + (":" + tags.text(stack) if stack else "")] += 1
        return " ".join(who + ("*%d" % n if n > 1 else "")
                        for who, n in sorted(counts.items())) or "none"

    def do_use(self, name, kind, *words):
        keys = [word for word in words if "=" in word]
        source = [word[4:] for word in keys if word.startswith("src=")]
        body = ipuse.body(kind, mac(source[0]) if source else self.macs[name],
                          [word for word in words if "=" not in word])
        return self.do_tx(name, *keys, body=body)

    def do_learn(self, name, *words):
        args = dict(word.split("=", 1) for word in words)
        first = int.from_bytes(mac(args["first"]), "big")
        for i in range(int(args["count"])):
            src = (first + i).to_bytes(6, "big").hex()
            self.stations.send(name, self.frame(
                name, dst=args.get("dst", "ff:ff:ff:ff:ff:ff"), src=src,
                vid=args.get("vid", "0")))
            if i % 200 == 199:
                self.stations.collect()
        self.stations.collect()
        return "ok"

    def do_drops(self):
        now = self.counters()
        new = now - self.dropped
        self.dropped = now
        return ", ".join("%s %s %d" % (*key, n)
                         for key, n in sorted(new.items())) or "none"

    @staticmethod
    def counters():
        out = subprocess.run(["vswitchctl", "-s", "-j", "port", "show"],
                             check=True, stdout=subprocess.PIPE).stdout
        return collections.Counter({
            (port["ifname"], drop["reason"]): drop["packets"]
            for port in json.loads(out) for drop in port["stats"]["drops"]})

    def do_hex(self, name, data):
        self.stations.send(name, bytes.fromhex(data))
        return "sent"

    def do_sizes(self, name):
        sizes = [len(tags.decode(frame)[1]) + 12
                 for frame in self.stations.collect()[name]]
        return "%d %d %d" % (len(sizes), sum(n > 1518 for n in sizes),
                             max(sizes, default=0))

    def do_checksums(self, name):
        results = [inet.valid(tags.decode(frame)[1])
                   for frame in self.stations.collect()[name]]
        return "%d %d" % (results.count(True), results.count(False))

    def do_seen(self):
        return " ".join("%s:%s" % (who, frame.hex())
                        for who, frames in self.stations.collect().items()
                        for frame in frames) or "none"


def main():
    server = Server()
    print("ready", flush=True)
    for line in sys.stdin:
        words = line.split()
        try:
            answer = getattr(server, "do_" + words[0])(*words[1:])
        except Exception as err:        # the shell side reports it
            traceback.print_exc()
            answer = "error %s: %s" % (type(err).__name__, err)
        print(answer, flush=True)


main()
