#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Which places of the module allocate, and which of them were seen to fail?
#
#	sites.py offsets BASE <LINES	"ADDRESS<tab>OPERATION" to the same with
#					offsets into the module's code
#	sites.py report SOURCE MODULE SEEN
#					SEEN is what the former printed
#
# A place is a line of source that calls something that allocates. It failed
# if an allocation did, however deep, that was made for that line. A place that
# is not expected to fail is named below, with the reason; anything else that
# did not fail makes the report end with status 1.

import collections
import pathlib
import re
import subprocess
import sys

# What allocates, and says so by failing. Kernel functions that allocate only
# to tell others (notifiers, rtmsg) are not among them.
CALLS = re.compile(r"\b(" + "|".join((
    r"k[mzc]alloc(_array)?", r"kv[mzc]alloc(_array)?", r"kmemdup", r"kstrdup",
    r"kmem_cache_z?alloc", r"(__)?alloc_percpu\w*",
    r"__netdev_alloc_pcpu_stats", r"bitmap_z?alloc", r"alloc_\w*work\w*",
    r"nlmsg_new", r"genlmsg_new", r"alloc_skb", r"skb_clone", r"p?skb_copy\w*",
    r"skb_share_check", r"skb_vlan_untag", r"skb_unshare", r"skb_cow\w*",
    r"vlan_insert_tag\w*", r"pskb_may_pull", r"pskb_expand_head",
    r"(__)?xa_alloc\w*", r"(__)?xa_store\w*", r"(__)?xa_insert\w*",
    r"idr_alloc\w*", r"ida_alloc\w*", r"rhashtable_init",
    r"rh\w*_insert\w*", r"alloc_netdev\w*", r"register_netdevice",
    r"netdev_(master_)?upper_dev_link", r"netdev_rx_handler_register",
    r"register_pernet_\w+", r"genlmsg_multicast\w*", r"genlmsg_reply",
    r"netlink_broadcast\w*", r"rtnl_notify", r"genl_register_family",
    r"sg_alloc_table\w*", r"sgl_alloc\w*", r"core_tpg_register",
    r"target_(register_template|setup_session|submit_(prep|tmr))",
)) + r")\s*\(")

# FILE: FUNCTION CALLED: why it is not expected to fail.
EXEMPT = {
    ("port.c", "netdev_rx_handler_register"): "allocates nothing",
    ("main.c", "alloc_workqueue"): "while the module loads: cases *module",
    ("fabric.c", "kstrdup"): "may not fail",
    ("fabric.c", "target_register_template"):
        "while the module loads: case storvsp_module",
    ("copy.c", "kmalloc"): "in a worker: TASK SET FULL, the guest comes again",
    ("reserve.c", "alloc_workqueue"):
        "while the module loads: case storvsp_module",
    ("reserve.c", "kzalloc"):
        "in a worker: target core answers with a status, a reset is refused",
    ("data.c", "kmalloc"): "in a worker: TASK SET FULL, the guest comes again",
    ("data.c", "sg_alloc_table_chained"):
        "in a worker: TASK SET FULL, the guest comes again",
    ("data.c", "sgl_alloc_order"):
        "in a worker: TASK SET FULL, the guest comes again",
    ("srb.c", "target_submit_prep"):
        "in a worker: target core answers with a status",
    ("tmf.c", "kzalloc"): "in a worker: the reset is refused",
    ("tmf.c", "target_submit_tmr"): "in a worker: the reset is refused",
    ("ic.c", "kmalloc"): "in a worker: the request is not made, and another is",
    ("offload.c", "pskb_may_pull"):
        "a frame of a guest's, in a worker: it is dropped, and counted",
    ("parts.c", "skb_copy_bits"): "allocates nothing",
    ("rndis.c", "kzalloc"):
        "in a worker: an answer less breaks the channel, and says why",
    ("rss.c", "kvzalloc"): "in a worker: the guest's request is refused",
    ("rss.c", "skb_copy_bits"): "allocates nothing",
    ("nic_nl.c", "genlmsg_reply"): "delivers what is there already",
    ("offer.c", "xa_store"): "the entry is there",
    ("save.c", "xa_store"): "the entry is there, of two that are exchanged",
    ("pipeline.c", "skb_share_check"):
        "who shares a frame gives it back before (packet_rcv())",
    ("walk.c", "skb_vlan_untag"): "the frame is nobody else's",
    ("probe.c", "skb_copy_bits"): "allocates nothing",
    ("flow.c", "kvmalloc_array"):
        "in a worker: flows that have ended are found later",
    ("fdb_rtnl.c", "netlink_broadcast_filtered"):
        "who has no memory for it is told that it has lost something",
    ("vnic.c", "pskb_may_pull"):
        "the stack's frames have their header in the linear part",
    ("netlink.c", "genl_register_family"):
        "while the module loads: case module",
    ("main.c", "register_pernet_subsys"):
        "while the module loads: case module",
    ("port_nl.c", "genlmsg_reply"): "delivers what is there already",
    ("switch_nl.c", "genlmsg_reply"): "delivers what is there already",
    ("fdb_nl.c", "genlmsg_reply"): "delivers what is there already",
    ("netlink.c", "genlmsg_reply"): "delivers what is there already",
}


def offsets(base):
    for line in sys.stdin:
        address, op = line.rstrip("\n").split("\t")
        print("%x\t%s" % (int(address, 16) - int(base, 16), op))


def places(source):
    """{(file, line): (last line, name called)}"""
    found = {}
    for path in sorted(pathlib.Path(source).glob("*.[ch]")):
        if path.name.endswith("_gen.c") or path.name == "trace.h":
            continue
        lines = path.read_text().split("\n")
        comment = False
        for n, line in enumerate(lines, 1):
            text = re.sub(r"/\*.*?\*/", "", line)
            if comment:
                comment = "*/" not in text
                continue
            comment = "/*" in text
            call = CALLS.search(text.partition("/*")[0])
            if not call:
                continue
            last = n
            while ";" not in lines[last - 1] and "{" not in lines[last - 1] \
                    and last < n + 6:
                last += 1
            found[path.name, n] = (last, call.group(1))
    return found


def resolve(module, seen):
    """{(file, line): operations}, for every frame of every failed stack."""
    ops = collections.defaultdict(set)
    for text in pathlib.Path(seen).read_text().splitlines():
        offset, op = text.split("\t")
        # An address on the stack is that after the call.
        ops[int(offset, 16) - 1].add(op)
    order = sorted(ops)
    out = subprocess.run(
        ["addr2line", "-a", "-i", "-j", ".text", "-e", module],
        input="\n".join("%x" % a for a in order), text=True,
        stdout=subprocess.PIPE, check=True).stdout
    lines = collections.defaultdict(set)
    address = None
    for text in out.splitlines():
        if text.startswith("0x"):
            address = int(text, 16)
            continue
        match = re.match(r"(.*):(\d+)", text)
        if match:
            name = pathlib.Path(match.group(1)).name
            lines[name, int(match.group(2))] |= ops[address]
    return lines


def report(source, module, seen):
    lines = resolve(module, seen)
    missing = exempt = failed = 0
    for (name, first), (last, call) in sorted(places(source).items()):
        ops = set()
        for n in range(first, last + 1):
            ops |= lines.get((name, n), set())
        where = "%s:%d %s" % (name, first, call)
        if ops:
            failed += 1
            print("failed   %-44s %s" % (where, ", ".join(sorted(ops)[:3]) +
                                         (" and %d more" % (len(ops) - 3)
                                          if len(ops) > 3 else "")))
        elif (name, call) in EXEMPT:
            exempt += 1
            print("exempt   %-44s %s" % (where, EXEMPT[name, call]))
        else:
            missing += 1
            print("NEVER    %s" % where)
    print("%d places failed, %d are exempt, %d never failed" %
          (failed, exempt, missing))
    return 1 if missing or not failed else 0


if sys.argv[1] == "offsets":
    offsets(sys.argv[2])
else:
    sys.exit(report(*sys.argv[2:5]))
