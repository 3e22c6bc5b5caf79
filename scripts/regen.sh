#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Generate the UAPI headers, the netlink policies and the command tables from
# the specs in netlink/, with the kernel's own generator. The results are
# committed, so a build needs neither the generator nor Python.
#
#   regen.sh            write the generated files
#   regen.sh --check    write nothing; exit 1 and show the difference when a
#                       committed file is not what its spec says, 4 when
#                       there is no generator here
set -euo pipefail
cd "$(dirname "$0")/.."

check=
[ "${1:-}" = --check ] && check=1

if ! ksrc=$(scripts/ksrc.sh); then
	echo "regen: no generator: install linux-source-6.12 or set KSRC=" >&2
	exit 4
fi

# The generator looks for its schema beside the spec in a kernel tree.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/Documentation/netlink/specs"
touch "$tmp/MAINTAINERS"
cp "$ksrc"/Documentation/netlink/*.yaml "$tmp/Documentation/netlink/"
# Later kernels know this flag of an operation; the generator passes it on.
sed -i 's/enum: \[ admin-perm \]/enum: [ admin-perm, uns-admin-perm ]/' \
	"$tmp"/Documentation/netlink/*.yaml

status=0
gen() { # spec mode part target
	local spec=$tmp/Documentation/netlink/specs/$1.yaml
	# The source includes the header of its own name.
	local out=$tmp/${4##*/}

	/usr/bin/python3 "$ksrc/tools/net/ynl/ynl-gen-c.py" --spec "$spec" \
		--mode "$2" "--$3" -o "$out"
	# The genl_family is ours, so the groups belong beside it.
	sed -i '/^static const struct genl_multicast_group/,/^};/d' "$out"
	sed -i -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$out"
	if [ -n "$check" ]; then
		diff -u "$4" "$out" || status=1
	elif ! cmp -s "$4" "$out"; then
		cp "$out" "$4"
		echo "  GEN     $4"
	fi
}

for spec in netlink/*.yaml; do
	name=$(basename "$spec" .yaml)
	cp "$spec" "$tmp/Documentation/netlink/specs/"
	case $name in
	vswitch) dir=kernel/vswitch ;;
	vmbus_host) dir=kernel/vmbus ;;
	*) echo "regen: where do the files of $name go?" >&2; exit 1 ;;
	esac
	gen "$name" uapi header "kernel/include/uapi/linux/$name.h"
	gen "$name" kernel header "$dir/netlink_gen.h"
	gen "$name" kernel source "$dir/netlink_gen.c"
done
exit $status
