#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside the VM of run.sh: what the netlink fuzzer needs there, then the fuzzer.
#
#	guest.sh NLFUZZ-ARGUMENT...

set -u
here=$(dirname "$0")

for module in dummy veth bridge macvlan 8021q; do
	modprobe -q "$module"
done
modprobe -q bonding max_bonds=0
# Each name that is not a device would be looked for as a module.
echo >/proc/sys/kernel/modprobe
# Making and deleting devices waits for a grace period at each step.
echo 1 >/sys/kernel/rcu_expedited
# A thread that dies leaves the machine alive, to tell what came before. The
# kernel log says so all the same, and fails the run.
sysctl -q -w kernel.panic_on_oops=0 2>/dev/null
# Let what the kernel says be seen before what follows from it.
sysctl -q -w kernel.printk_ratelimit=0 2>/dev/null

exec "$here/build/nlfuzz" "$@"
