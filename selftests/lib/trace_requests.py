# SPDX-License-Identifier: GPL-2.0
"""What port-trace and port-inject refuse, by netlink; usage: PORT"""
import errno
import os
import socket
import subprocess
import sys

from vswnl import Genl, Refused

index = socket.if_nametoindex(sys.argv[1])
ECHO = bytes.fromhex("ffffffffffff 020000000001 0800 4500001c000000004001 0000"
                     "c0000201 c0000202 0800f7ff00000000")
genl = Genl()


def refused(op, number, words, at="", **attrs):
    try:
        if op == "port-trace":
            genl.dump(op, **attrs)
        else:
            genl.do(op, **attrs)
    except Refused as why:
        assert why.errno == number, (op, attrs, why)
        assert words in why.text, (op, attrs, why)
        blamed = "?" + why.missing if at.startswith("?") else why.at
        # Newer kernels name an attribute on an error of a dump, too.
        assert blamed == at or op == "port-trace" and not blamed.strip("?"), (
            op, attrs, why)
        if "REFUSED_LOG" in os.environ:
            with open(os.environ["REFUSED_LOG"], "a", encoding="utf-8") as log:
                log.write(why.text + "\n")
    else:
        raise AssertionError("accepted: %s %s" % (op, attrs))


# On an error of a dump 6.1 has no words in what Genl reads.
refused("port-trace", errno.EINVAL, "", "?FRAME", PORT=index)
refused("port-trace", errno.EINVAL, "", "?PORT", FRAME=ECHO)
refused("port-trace", errno.EINVAL, "", "FRAME", PORT=index, FRAME=ECHO[:13])
refused("port-trace", errno.ENODEV, "", "PORT", PORT=99999, FRAME=ECHO)
refused("port-inject", errno.EINVAL, "both port and frame", "?FRAME",
        PORT=index)
refused("port-inject", errno.EINVAL, "both port and frame", "?PORT",
        FRAME=ECHO)
refused("port-inject", errno.EINVAL, "14 bytes", "FRAME", PORT=index,
        FRAME=ECHO[:13])
refused("port-inject", errno.EINVAL, "echo request", "FRAME", PORT=index,
        FRAME=ECHO[:14] + bytes(46))
refused("port-inject", errno.EINVAL, "echo request", "FRAME", PORT=index,
        FRAME=ECHO[:34] + b"\0" + ECHO[35:])
refused("port-inject", errno.EMSGSIZE, "MTU", "FRAME", PORT=index,
        FRAME=ECHO + bytes(1500))
for timeout in (0, 60001):
    refused("port-inject", errno.ERANGE, "", "TIMEOUT", PORT=index, FRAME=ECHO,
            TIMEOUT=timeout)
subprocess.run(["ip", "link", "set", sys.argv[1], "down"], check=True)
refused("port-inject", errno.ENETDOWN, "the port is down", "PORT", PORT=index,
        FRAME=ECHO)
subprocess.run(["ip", "link", "set", sys.argv[1], "up"], check=True)
