#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What did the kernel complain about while the tests ran? Reads a console log,
# prints for each test concerned one line that names it and the first
# complaint, then up to forty lines of the log as "# ..." comments.
#
#	kernel-report.sh CONSOLE
#
# Some parts of the kernel show a stack when they are out of memory. That is not
# a complaint while the test that takes it away from them runs. And what target core
# says of its own lists to lockdep is not about us.
#
# Lines "selftest: NAME ..." in the log, written by guest.sh and lib.sh, tell
# where we are.

tr -d '\r' <"$1" | awk '
BEGIN {
	bad = "BUG:|WARNING:|Call Trace:|Oops|Kernel panic|general protection" \
		"|stack segment|double fault|cut here|KASAN|UBSAN|ODEBUG" \
		"|INFO: task .* blocked|blocked for more than" \
		"|INFO: rcu|rcu: INFO|self-detected stall|detected stalls" \
		"|soft lockup|hard LOCKUP|workqueue lockup" \
		"|unregister_netdevice: waiting|refcount_t|ref_tracker" \
		"|leaked reference|suspected memory leaks|Objects remaining" \
		"|possible .* deadlock|possible .* dependency|suspicious RCU" \
		"|bad unlock balance|NETDEV WATCHDOG|list_(add|del) corruption" \
		"|locking correctness validator"
	memory = "sysctl could not get directory|percpu: allocation failed" \
		"|page allocation failure|vmalloc error" \
		"|WARNING: .* at kernel/trace/trace_events.c:[0-9]* event_define_fields" \
		"|WARNING: .* at kernel/jump_label.c:[0-9]* jump_label_(module_notify|del_module)" \
		"|net/ipv4/fib_frontend.c:[0-9]* RCU-list traversed"
	# Under a mutex of its own; the loop device of target core does it, too.
	known = "drivers/target/[a-z_]*.c:[0-9]* RCU-list traversed"
	# Its commands on the stack for EXTENDED COPY have a work item, which is not used:
	# a line after the one with the scissors says so.
	copying = "Workqueue: xcopy_wq target_xcopy_do_work"
}
match($0, /selftest: /) {
	where = substr($0, RSTART + RLENGTH)
	more = 0
	if (where == "end")
		exit
	next
}
where == "" { next }		# still booting
oom > 0 {
	oom--
	if (/<\/TASK>/)
		oom = 0
	if ($0 !~ "KASAN|lockdep|WARNING:|cut here|refcount_t")
		next
	oom = 0
}
more == 0 && where ~ /^faults / && $0 ~ memory {
	oom = 90
	next
}
more == 0 && $0 ~ bad {
	if (where in seen)
		next
	lines = "# " $0
	# The line after the scissors may be a message, the next says WARNING.
	for (i = 0; $0 ~ /cut here/ || (i == 1 && $0 !~ /WARNING|BUG/); i++) {
		if ((getline) <= 0)
			break
		lines = lines "\n# " $0
	}
	# Of this one the fourth line says where.
	for (i = 0; (i || $0 ~ /suspicious RCU/) && i < 3 && (getline) > 0; i++)
		lines = lines "\n# " $0
	# Others may say something meanwhile.
	for (i = 0; lines ~ /ODEBUG: object [0-9a-f]* is on stack/ && $0 !~ /Workqueue:/ &&
	     i < 12 && (getline) > 0; i++)
		lines = lines "\n# " $0
	if ($0 ~ known || lines ~ copying || (where ~ /^faults / && $0 ~ memory)) {
		oom = 90
		next
	}
	seen[where] = 1
	text = $0
	sub(/^\[[^]]*\] */, "", text)
	printf "kernel report during \"%s\": %s\n%s\n", where, text, lines
	more = 40
	next
}
more > 0 {
	more--
	printf "# %s\n", $0
}'
