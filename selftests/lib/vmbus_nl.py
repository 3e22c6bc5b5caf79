#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Speak generic netlink with the family vmbus_host, byte by byte.

    vmbus_nl.py add NAME [transport=KIND] [services=BITS]
    vmbus_nl.py del NAME
    vmbus_nl.py get NAME        the partition, as JSON
    vmbus_nl.py channels NAME   its channels, as JSON

Nothing here comes from vswitchctl: the numbers are read from the UAPI header, the
rest is what netlink is (vswnl.py). What the kernel refuses is said on stderr; status 1.
"""
import json
import os
import socket
import struct
import sys

import vswnl
from vswnl import nla as attr

HEADER = os.path.join(vswnl.HERE, "../../kernel/include/uapi/linux/vmbus_host.h")
NLMSGERR_ATTR_MSG = 1

TEXT = {"NAME", "SERVICE", "PARTITION"}
NESTED = {("PARTITION", "ERRORS"): "ERROR_COUNT", ("CHANNEL", "STATS"): "CHANNEL_STATS"}
K = vswnl.read_header(HEADER, "VMBUS_HOST_")


def attrs(data):
    for _, kind, value in vswnl.walk(data):
        yield kind, value


def decode(group, data):
    names = {v: k.removeprefix(f"A_{group}_") for k, v in K.items()
             if k.startswith(f"A_{group}_") and not k.startswith(f"A_{group}_STATS_")}
    out = {}
    for kind, value in attrs(data):
        name = names.get(kind, str(kind))
        if (group, name) in NESTED:
            inner = decode(NESTED[group, name], value)
            if name == "ERRORS":
                out.setdefault("errors", []).append(inner)
            else:
                out[name.lower()] = inner
        elif name in TEXT:
            out[name.lower()] = value.rstrip(b"\0").decode()
        elif len(value) in (1, 2, 4, 8):
            out[name.lower()] = int.from_bytes(value, sys.byteorder)
        elif value:
            out[name.lower()] = value.hex()
        else:
            out[name.lower()] = True
    return out


class Refused(Exception):
    pass


class Family:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  vswnl.NETLINK_GENERIC)
        self.sock.setsockopt(vswnl.SOL_NETLINK, vswnl.NETLINK_CAP_ACK, 1)
        self.sock.setsockopt(vswnl.SOL_NETLINK, vswnl.NETLINK_EXT_ACK, 1)
        self.seq = 0
        self.id = vswnl.GENL_ID_CTRL
        answer = self.call(vswnl.CTRL_CMD_GETFAMILY,
                           attr(vswnl.CTRL_ATTR_FAMILY_NAME, b"vmbus_host\0"))
        self.id, = struct.unpack("=H", dict(attrs(answer[0]))[vswnl.CTRL_ATTR_FAMILY_ID])

    def call(self, cmd, payload, flags=vswnl.NLM_F_ACK):
        self.seq += 1
        body = struct.pack("=BBH", cmd, 1, 0) + payload
        self.sock.send(struct.pack("=IHHII", 16 + len(body), self.id,
                                   vswnl.NLM_F_REQUEST | flags, self.seq, 0) + body)
        answers = []
        while True:
            for message in vswnl.split(self.sock.recv(1 << 16)):
                if message.seq != self.seq:
                    continue
                if message.kind in (vswnl.NLMSG_ERROR, vswnl.NLMSG_DONE):
                    code, = struct.unpack_from("=i", message.payload)
                    if code:
                        text = dict(attrs(message.payload[20:])).get(NLMSGERR_ATTR_MSG, b"")
                        raise Refused(f"{os.strerror(-code)}: {text.rstrip(bytes(1)).decode()}")
                    return answers
                answers.append(message.payload[4:])


def main():
    cmd, name, *more = sys.argv[1:]
    who = attr(K["A_PARTITION_NAME"], name.encode() + b"\0")
    try:
        family = Family()
        if cmd == "add":
            for word in more:
                key, value = word.split("=")
                if key == "transport":
                    value = K[f"TRANSPORT_{value.upper()}"]
                who += attr(K[f"A_PARTITION_{key.upper()}"], struct.pack("=I", int(value)))
            family.call(K["CMD_PARTITION_ADD"], who)
        elif cmd == "del":
            family.call(K["CMD_PARTITION_DEL"], who)
        elif cmd == "get":
            answer = family.call(K["CMD_PARTITION_GET"], who)
            print(json.dumps(decode("PARTITION", answer[0])))
        elif cmd == "channels":
            who = attr(K["A_CHANNEL_PARTITION"], name.encode() + b"\0")
            print(json.dumps([decode("CHANNEL", a) for a in
                              family.call(K["CMD_CHANNEL_GET"], who, vswnl.NLM_F_DUMP)]))
        else:
            sys.exit(__doc__)
    except (Refused, OSError) as e:
        sys.exit(f"vmbus_nl.py: {e}")


main()
