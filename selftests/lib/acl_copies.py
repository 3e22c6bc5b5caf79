# SPDX-License-Identifier: GPL-2.0
"""Transactions that only delete have copies of the rules that stay: how many?

    usage: acl_copies.py SWITCH PORT...

Each transaction deletes a rule of each port. In the end one is refused, and with the others
gone it is not any more.
"""
import errno as E
import sys

from vswcheck import fail, ifindex
from vswnl import Genl, Refused


def delete(nl, txn, ports):
    for port in ports:
        nl.do("acl-del", TXN=txn, PORT=port, RULE=[{"ID": 1}])


def main():
    sw, *ports = map(ifindex, sys.argv[1:])
    nl = Genl()
    for n in range(16):
        txn = nl.do("txn-begin", SWITCH=sw)["ID"]
        try:
            delete(nl, txn, ports)
        except Refused as error:
            if error.errno != E.ENOSPC or "commit or abort other transactions" not in error.text:
                fail(f"refused otherwise: {error}")
            break
    else:
        fail("16 transactions have copies of all rules")
    print(f"# transaction {n + 1} was refused")
    # Nothing of it is left when who asked is gone.
    nl.close()
    nl = Genl()
    delete(nl, nl.do("txn-begin", SWITCH=sw)["ID"], ports)


main()
