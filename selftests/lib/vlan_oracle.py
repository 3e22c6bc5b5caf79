# SPDX-License-Identifier: GPL-2.0
"""What a switch must do with tags, written from its documentation.

    A switch sorts by one kind of tag, its own: 802.1Q, or 802.1ad if it was
    made so. Tags of other kinds are payload.

A port has VLANs, those that leave untagged among them, a VLAN for frames that
arrive without a tag (0 is the untagged VLAN, None means there is none), and
may be limited to untagged frames. A priority tag, VLAN 0, says nothing of the
VLAN. Priority and drop eligible indicator pass from a port that lets them to
another that does, there as a priority tag if the frame has no other and they are
not zero. No frame may leave so that a tag that the switch did not sort by becomes
its VLAN tag: not where the receiver sorts by that tag, and not at all where
the receiver has untagged frames only.
"""
from typing import NamedTuple, Optional

from tags import Tag


class Mode(NamedTuple):
    name: str
    setup: tuple            # commands; "vlan ..." of vswitchctl port set, or
                            # "vid ..." of bridge vlan add
    vlans: frozenset
    untagged: frozenset
    native: Optional[int]
    only_untagged: bool = False


def _set(*vids):
    return frozenset(vids)


MODES = (
    Mode("u", ("vlan untagged",), _set(0), _set(0), 0, True),
    Mode("a", ("vlan access 10",), _set(10), _set(10), 10, True),
    Mode("tn", ("vlan trunk 10,20 native none",), _set(10, 20), _set(), None),
    Mode("t0", ("vlan trunk 10,20 native 0",), _set(0, 10, 20), _set(0), 0),
    Mode("t1", ("vlan trunk 10,20 native 10",), _set(10, 20), _set(10), 10),
    Mode("t3", ("vlan trunk 10,20 native 30",), _set(10, 20, 30), _set(30),
         30),
    # Several VLANs untagged; the untagged VLAN kept; a tagged PVID.
    Mode("g", ("vid 10 pvid untagged", "vid 20 untagged", "vid 30"),
         _set(10, 20, 30), _set(10, 20), 10),
    Mode("g0", ("vid 20 untagged",), _set(0, 20), _set(0, 20), 0),
    Mode("gp", ("vid 20 pvid",), _set(20), _set(), 20),
)
UPLINK = Mode("wire", (), frozenset(range(4095)), _set(0), 0)


class Inside(NamedTuple):
    """A frame within the switch."""
    vlan: int
    payload: tuple          # tags that are not ours to read
    pcp: int
    dei: int


class Refused(Exception):
    pass


def arrive(mode, stack, own, priority):
    """The frame within the switch, or Refused with the reason's name."""
    first = stack[0] if stack else None
    if first is None:
        vlan, payload, pcp, dei = mode.native, (), 0, 0
    elif first.tpid != own:
        if mode.only_untagged:
            raise Refused("vlan-tagged")
        vlan, payload, pcp, dei = mode.native, stack, 0, 0
    elif first.vid == 0:
        rest = stack[1:]
        if rest and (rest[0].tpid == own or mode.only_untagged):
            raise Refused("double-tagged")
        vlan, payload, pcp, dei = mode.native, rest, first.pcp, first.dei
    else:
        if mode.only_untagged:
            raise Refused("vlan-tagged")
        if first.vid not in mode.vlans:
            raise Refused("vlan-not-member")
        vlan, payload, pcp, dei = first.vid, stack[1:], first.pcp, first.dei
    if vlan is None:
        raise Refused("vlan-untagged")
    if not priority:
        pcp = dei = 0
    return Inside(vlan, payload, pcp, dei)


def leave(mode, frame, own, priority):
    """The tags that the receiver sees, or Refused with the reason's name."""
    if frame.vlan not in mode.vlans:
        raise Refused("vlan-egress")
    pcp, dei = (frame.pcp, frame.dei) if priority else (0, 0)
    if frame.vlan not in mode.untagged:
        return (Tag(own, frame.vlan, pcp, dei),) + frame.payload
    if frame.payload and (mode.only_untagged or frame.payload[0].tpid == own):
        raise Refused("double-tagged")
    if pcp or dei:
        return (Tag(own, 0, pcp, dei),) + frame.payload
    return frame.payload
