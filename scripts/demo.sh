#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make demo: install what is missing, build, boot a VM that is thrown away
# afterwards, and show a switch at work in it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

"$ROOT/scripts/deps.sh" demo
kver=${KVER:-$("$ROOT/scripts/kernels.sh" list | sed -n 1p)}

cat <<EOF
Building the modules for Linux $kver and booting a virtual machine with them.
Nothing on this machine changes; without KVM the boot takes about half a minute.
EOF
exec "$ROOT/selftests/vm/run.sh" -k "$kver" -m vswitch \
	-c "bash $ROOT/examples/basic.sh"
