# SPDX-License-Identifier: GPL-2.0
"""Who may talk to whom in a private VLAN, as a matrix of kinds.

Written from what the kinds mean, not from VLANs that ports are members of:

    sends \\ receives   promiscuous        community A      isolated
    promiscuous        yes                yes              yes
    community A        if A is in its     yes if the same  no
                       list
    isolated           if in its list     no               no

within one primary VLAN, wherever the two are; never between two. On a wire the
frame has the tag of what its sender sends on.
"""
from typing import NamedTuple

PROMISCUOUS, COMMUNITY, ISOLATED = "promiscuous", "community", "isolated"


class Member(NamedTuple):
    kind: str
    primary: int
    secondary: tuple        # one VLAN, or the list of a promiscuous port

    def setting(self):
        """As 'vswitchctl port set' takes it."""
        return "pvlan %s primary %d secondary %s" % (
            self.kind, self.primary, ",".join(map(str, self.secondary)))

    def sends_on(self):
        return self.primary if self.kind == PROMISCUOUS else self.secondary[0]


def promiscuous(primary, *listed):
    return Member(PROMISCUOUS, primary, listed)


def community(primary, secondary):
    return Member(COMMUNITY, primary, (secondary,))


def isolated(primary, secondary):
    return Member(ISOLATED, primary, (secondary,))


def hears(sender, receiver):
    if sender.primary != receiver.primary:
        return False
    if sender.kind == PROMISCUOUS:
        return True
    if receiver.kind == PROMISCUOUS:
        return sender.secondary[0] in receiver.secondary
    return (sender.kind == receiver.kind == COMMUNITY and
            sender.secondary == receiver.secondary)
