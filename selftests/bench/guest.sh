#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# /init of a measurement: load the modules, run the rows, power off. What the
# host is to read goes to the second serial port, the console is the first.

/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev

# busybox would take its own ip and tc.
ip() { /bench/bin/ip "$@"; }
tc() { /bench/bin/tc "$@"; }
bridge() { /bench/bin/bridge "$@"; }
vswitchctl() { /bench/bin/vswitchctl "$@"; }
frames_send() { /bench/bin/send "$@"; }
bulk_run() { /bench/bin/bulk "$@"; }
bench_mark() { /bench/bin/mark "$@"; }
ovs_datapath() { /bench/bin/ovs-datapath "$@"; }

stty -F /dev/ttyS1 raw
exec >/dev/ttyS1

while read -r module; do
	case $module in
	dummy.ko)	insmod /modules/dummy.ko numdummies=0 ;;
	*)		insmod "/modules/$module" ;;
	esac
done </modules/order 2>/dev/console

# shellcheck source=/dev/null
. /bench/rows.sh 2>/dev/console
poweroff -f
