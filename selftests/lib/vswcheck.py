# SPDX-License-Identifier: GPL-2.0
"""What the netlink selftests written in Python have in common."""
import errno
import json
import os
import re
import socket
import subprocess
import sys

from vswnl import Refused


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def ip_batch(lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n",
                   text=True, check=True)


def ifindex(name):
    # Not from /sys, which may be that of another network namespace.
    return socket.if_nametoindex(name)


def fail(text):
    # Where the check stands in the case, not here.
    frame = sys._getframe(1)  # pylint: disable=protected-access
    while frame.f_code.co_filename == __file__:
        frame = frame.f_back
    print(f"{frame.f_code.co_name}, line {frame.f_lineno}: {text}")
    sys.exit(1)


def equal(got, want, what):
    if got != want:
        fail(f"{what}: got {got!r}, want {want!r}")


def true(value, what):
    if not value:
        fail(what)


def refused(number, text, at, call, *args, **kwargs):
    """
    @call must be refused: with one of these errnos, words, attribute; that is
    "?NAME" for one that is missing.
    """
    try:
        result = call(*args, **kwargs)
    except Refused as error:
        got = error
    else:
        fail(f"{args} {kwargs} was taken, and gave {result!r}")
    if "REFUSED_LOG" in os.environ:
        with open(os.environ["REFUSED_LOG"], "a", encoding="utf-8") as log:
            print(got.text, file=log)
    what = f"{args} {kwargs}"
    numbers = number if isinstance(number, tuple) else (number,)
    if got.errno not in numbers:
        fail(f"{what}: {got}, want {[errno.errorcode[n] for n in numbers]}")
    if not re.search(text, got.text):
        fail(f"{what}: said {got.text!r}, want {text!r}")
    blamed = f"?{got.missing}" if at.startswith("?") else got.at
    if blamed != at:
        fail(f"{what}: {got.text!r} blames {blamed or 'no attribute'}, "
             f"want {at or 'none'}")


def config(nl):
    """All that is configured, nothing that counts or ages."""
    found = []
    for op, drop in (("switch-get", "STATS"), ("port-get", "STATS"),
                     ("profile-get", "STATS"), ("fdb-get", "AGE")):
        for one in nl.dump(op):
            one.pop(drop, None)
            found.append(json.dumps([op, one], sort_keys=True, default=repr))
    return sorted(found)


def run(cases):
    cases[sys.argv[1]](*sys.argv[2:])
