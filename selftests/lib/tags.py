# SPDX-License-Identifier: GPL-2.0
"""VLAN tags of a frame, and how tests write them.

A stack of tags is a tuple of Tag, outermost first. As text a tag is q10, ad10, or
old10 for one of TPID 9100, with p5 for priority 5 and d for drop eligible; tags are joined by "/".
"""
import re
import struct
from typing import NamedTuple

Q, AD, OLD = 0x8100, 0x88a8, 0x9100
NAMES = {"q": Q, "ad": AD, "old": OLD}
WORDS = {tpid: name for name, tpid in NAMES.items()}


class Tag(NamedTuple):
    tpid: int
    vid: int
    pcp: int = 0
    dei: int = 0

    def __str__(self):
        return "%s%d%s%s" % (WORDS[self.tpid], self.vid,
                             "p%d" % self.pcp if self.pcp else "",
                             "d" if self.dei else "")


def parse(text):
    stack = []
    for word in filter(None, text.split("/")):
        m = re.fullmatch(r"(q|ad|old)(\d+)(?:p(\d))?(d)?", word)
        if not m:
            raise ValueError("not a tag: " + word)
        stack.append(Tag(NAMES[m[1]], int(m[2]), int(m[3] or 0),
                         int(bool(m[4]))))
    return tuple(stack)


def text(stack):
    return "/".join(map(str, stack))


def encode(stack):
    return b"".join(struct.pack("!HH", t.tpid,
                                t.pcp << 13 | t.dei << 12 | t.vid)
                    for t in stack)


def decode(frame):
    """(stack, what follows it) of a whole frame"""
    stack, at = [], 12
    while len(frame) >= at + 4:
        tpid, tci = struct.unpack_from("!HH", frame, at)
        if tpid not in WORDS:
            break
        stack.append(Tag(tpid, tci & 0xfff, tci >> 13, tci >> 12 & 1))
        at += 4
    return tuple(stack), frame[at:]
