#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vswitchctl disk and target core's configfs never disagree: what was made by hand, by others at
# once, half, or before.
#
# requires: jq python3 sg_inq sg_persist dmsetup fio
# uses: vmbus_host vmbus_local storvsp
# timeout: 1800
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"
. "$(dirname "$0")/lib/disks.sh"
. "$(dirname "$0")/lib/diskcli.sh"

TESTS="predecessor persistent broken_file identity rolled_back by_hand protected shared
	half_way again_at_once port_id in_order resize_in_order by_hand_set replaced
	no_place together"

setup()
{
	disk_setup
}

disk_at()	# LUN
{
	find /sys/bus/vmbus/devices/*/host*/target*/*:"$1"/block -mindepth 1 -maxdepth 1 \
		-printf '/dev/%f\n'
}

# Nothing is left of what another disk with the same number did.
test_predecessor()
{
	guest_driver
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check vswitchctl disk add p1 file "$LIB_TMP/b.img" lun 63
	check busywait 20000 sd_there 2
	check dd if=/dev/zero of="$(disk_at 0)" bs=4k count=2000 oflag=direct status=none
	check_eq "$(stat_of .write_bytes)" $((4096 * 2000)) "bytes written"
	check vswitchctl disk del p1 lun 0
	check busywait 20000 sd_there 1
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 sd_there 2
	check_eq "$(stat_of '| "\(.writes) \(.write_bytes)"')" '"0 0"' "writes of the new one"
	check_le "$(stat_of .reads)" 1000 "reads of the new one"
	check dd if=/dev/zero of="$(disk_at 0)" bs=4k count=3 oflag=direct status=none
	check_eq "$(stat_of .write_bytes)" $((4096 * 3)) "bytes written"
}

store_attr()	# STORE ATTRIBUTE
{
	sed 's/.*: //' "$TARGET/core/$1/$2"
}

reservation_file()	# STORE
{
	echo "$(cat "$TARGET/dbroot")/pr/aptpl_$(store_attr "$1" wwn/vpd_unit_serial)"
}

# With what it had when it was here before.
again()
{
	check vswitchctl disk del p1 lun 0
	check busywait 20000 sd_there 0
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 sd_there 1
	dev=$(first_disk)
}

persistent_is()	# KEYS HOLDER
{
	check_eq "$(sg_persist -n --in -k "$dev" | sed -n 's/^ *0x//p' | xargs)" "$1" "keys"
	check_eq "$(sg_persist -n --in -r "$dev" | sed -n 's/.*Key=0x//p')" "$2" "holder"
}

other_disk()
{
	find /sys/bus/vmbus/devices/*/host*/target*/*/block -mindepth 1 -maxdepth 1 \
		-printf '/dev/%f\n' | grep -vx "$dev"
}

# A reservation that is to survive is there again with the disk, and holds.
test_persistent()
{
	local dev other

	guest_driver
	# Without this directory target core keeps none. Tests before may have left some.
	check rm -rf "$(cat "$TARGET/dbroot")/pr"
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 sd_there 1
	dev=$(first_disk)
	defer rm -f "$(reservation_file fileio_2012/p1.0.0)"
	check sg_persist -n --out --register --param-sark=abc1 --param-aptpl "$dev"
	check sg_persist -n --out --reserve --param-rk=abc1 --prout-type=5 "$dev"
	again
	persistent_is abc1 abc1
	sg_persist -n --in -r "$dev" >"$LIB_TMP/pr"
	check grep -q 'Write Exclusive, registrants only' "$LIB_TMP/pr"
	# Another guest sees it, too.
	partition p2
	controller p2 0
	check mkdir "$(tpg p2 0)/lun/lun_0"
	check ln -s "$TARGET/core/fileio_2012/p1.0.0" "$(tpg p2 0)/lun/lun_0/link"
	enable p2 0
	check busywait 20000 sd_there 2
	other=$(other_disk)
	check_fail dd if=/dev/zero of="$other" bs=4k count=1 oflag=direct status=none
	check dd if=/dev/zero of="$dev" bs=4k count=1 oflag=direct status=none
	check sg_persist -n --out --register --param-sark=abc2 --param-aptpl "$other"
	check dd if=/dev/zero of="$other" bs=4k count=1 oflag=direct status=none
	# Two are written down, and the other one waits for its guest.
	remove_controller p2 0
	check busywait 20000 sd_there 1
	again
	persistent_is abc1 abc1
	controller p2 0
	check mkdir "$(tpg p2 0)/lun/lun_0"
	check ln -s "$TARGET/core/fileio_2012/p1.0.0" "$(tpg p2 0)/lun/lun_0/link"
	enable p2 0
	check busywait 20000 sd_there 2
	persistent_is "abc1 abc2" abc1
	check dd if=/dev/zero of="$(other_disk)" bs=4k count=1 oflag=direct status=none
	remove_controller p2 0
	check busywait 20000 sd_there 1
	# What has changed since is kept, and so is that there is none.
	check sg_persist -n --out --release --param-rk=abc1 --prout-type=5 "$dev"
	again
	persistent_is abc1 ""
	check sg_persist -n --out --clear --param-rk=abc1 "$dev"
	again
	persistent_is "" ""
	# Without that it does not survive.
	check sg_persist -n --out --register --param-sark=abc1 "$dev"
	again
	persistent_is "" ""
}

registration()	# SED-SCRIPT...
{
	sed "$@" >"$file" <<-END
	PR_REG_START: 0
	initiator_fabric=storvsp
	initiator_node=$nexus
	sa_res_key=43969
	res_holder=1
	res_type=05
	res_scope=00
	res_all_tg_pt=0
	mapped_lun=0
	target_fabric=storvsp
	target_node=p1
	tpgt=0
	port_rtpi=1
	target_lun=0
	PR_REG_END: 0
	END
}

is_refused()	# REGEX
{
	check_fail_with "$1" vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check_empty
}

# There is no disk without reservations that it may have.
test_broken_file()
{
	local file key nexus

	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	file=$(reservation_file fileio_2012/p1.0.0)
	nexus=$(cat "$(tpg p1 0)/nexus")
	defer rm -rf "$file"
	check vswitchctl disk del p1 lun 0
	registration -n 1,7p
	is_refused 'line [0-9]*: the last registration has no end'
	for key in initiator_node target_node sa_res_key mapped_lun target_lun tpgt; do
		registration "/^$key/d"
		is_refused "line 14: the registration has no $key"
		registration "s/^$key=.*/&\n&/"
		is_refused 'it is there twice'
	done
	registration 's/^sa_res_key=.*/sa_res_key=18446744073709551616/'
	is_refused 'line 4: the value cannot be'
	registration 's/^sa_res_key=.*/sa_res_key=0/'
	is_refused 'key is 0'
	registration 's/^sa_res_key=/&-/'
	is_refused 'line 4: the value cannot be'
	registration 's/^res_type=.*/res_type=02/'
	is_refused 'no reservation of this type'
	registration '/^res_type/d'
	is_refused 'no reservation of this type'
	registration 's/^target_node=/&a,/'
	is_refused 'no comma'
	registration "s/^target_node=/&$(printf 'x%.0s' {1..300})/"
	is_refused 'line 11: the value cannot be'
	registration "s/^tpgt/other=$(printf 'x%.0s' {1..4000})\n&/"
	is_refused 'too long'
	registration 's/^tpgt/what\n&/'
	is_refused 'line 12: there is no value'
	registration 1d
	is_refused 'line 1: no registration has begun'
	registration 's/^PR_REG_END.*/PR_REG_START: 1/'
	is_refused 'line 15: the registration before has no end'
	registration ''
	sed 's/naa/nab/' "$file" >"$LIB_TMP/other"
	cat "$LIB_TMP/other" >>"$file"
	is_refused 'second holder'
	printf 'x\0y' >"$file"
	is_refused 'no text'
	check truncate -s 2M "$file"
	is_refused 'too long'
	check rm "$file"
	check mkdir "$file"
	is_refused 'no file'
	check rmdir "$file"
	check ln -s /dev/zero "$file"
	is_refused 'symbolic links'
	check rm "$file"
	# These say something, or nothing.
	registration 's/^tpgt/new=1\n&/'
	printf '\0' >>"$file"
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check grep -q 'Write Exclusive' "$TARGET/core/fileio_2012/p1.0.0/pr/res_pr_type"
	check vswitchctl disk del p1 lun 0
	: >"$file"
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check vswitchctl disk del p1 lun 0
}

added_serial()	# PATH
{
	check vswitchctl disk add p1 block "$1" lun 0
	serial=$(store_attr iblock_2012/p1.0.0 wwn/vpd_unit_serial)
	check vswitchctl disk del p1 lun 0
}

# A device is known by the name that it was given by, not by what that leads to today.
test_identity()
{
	local first one two serial

	loop_device l 16
	one=$LOOP
	loop_device m 16
	two=$LOOP
	check ln -s "$one" "$LIB_TMP/data"
	added_serial "$LIB_TMP/data"
	first=$serial
	check ln -sf "$two" "$LIB_TMP/data"
	added_serial "$LIB_TMP/data"
	check_eq "$serial" "$first" "serial"
	check cd "$LIB_TMP"
	added_serial ./data
	check_eq "$serial" "$first" "serial"
	added_serial data
	check_eq "$serial" "$first" "serial"
	added_serial "$two"
	[ "$serial" != "$first" ] || fail "two devices have one serial number"
}

# A step that fails takes those before it with it.
test_rolled_back()
{
	# In the way of the last one but two: an ACL's LUN.
	controller p1 1
	check mkdir "$(tpg p1 1)/acls/$(cat "$(tpg p1 1)/nexus")"
	check mkdir "$(tpg p1 1)/acls/$(cat "$(tpg p1 1)/nexus")/lun_0"
	check_fail_with 'File exists' vswitchctl disk add p1 file "$LIB_TMP/a.img" controller 1 lun 0
	check_eq "$(find "$(tpg p1 1)/lun" -mindepth 1 | wc -l)" 0 "LUNs"
	check_eq "$(cat "$(tpg p1 1)/enable")" 0 "enable"
	check_eq "$(find "$TARGET/core" -mindepth 1 -maxdepth 1 -name '*_2012' | wc -l)" 0 \
		"backstores"
	check rmdir "$(tpg p1 1)/acls/$(cat "$(tpg p1 1)/nexus")/lun_0"
	check rmdir "$(tpg p1 1)/acls/$(cat "$(tpg p1 1)/nexus")"
}

# What others made is shown, and goes, but for what is not ours.
test_by_hand()
{
	ram_backstore rama 16
	controller p1 3
	lun p1 3 9 ram rama
	check_eq "$(shown '.[0] | "\(.controller) \(.lun) \(.type) \(.offered)"')" \
		"3 9 other false" "the disk"
	check vswitchctl disk del p1 controller 3 lun 9
	check test -d "$TARGET/core/rd_mcp_0/rama"
}

# A read-only disk never was another, and others are as they were.
test_protected()
{
	local acl protect

	check vswitchctl disk add p1 file "$LIB_TMP/a.img" readonly on
	protect=$(tpg p1 0)/attrib/prod_mode_write_protect
	acl=$(tpg p1 0)/acls/$(cat "$(tpg p1 0)/nexus")
	check_eq "$(cat "$protect") $(cat "$acl/lun_0/write_protect")" "0 1" "protection"
	check vswitchctl disk add p1 file "$LIB_TMP/b.img"
	check_eq "$(cat "$acl/lun_1/write_protect")" 0 "protection of the other"
	ram_backstore rama 16
	lun p1 0 2 ram rama
	lun p1 0 3 ram rama
	defer remove_lun p1 0 2
	defer remove_lun p1 0 3
	by_hand 2
	check_eq "$(cat "$acl/lun_2/write_protect")" 0 "protection of one by hand"
	check write 1 "$protect"
	by_hand 3
	check_eq "$(cat "$acl/lun_3/write_protect")" 1 "protection of another"
	check write 0 "$acl/lun_3/write_protect"
	check_eq "$(cat "$acl/lun_3/write_protect")" 0 "protection of it"
}

by_hand()	# LUN
{
	check mkdir "$acl/lun_$1"
	defer rmdir "$acl/lun_$1"
	check ln -s "$(tpg p1 0)/lun/lun_$1" "$acl/lun_$1/link"
	defer rm -f "$acl/lun_$1/link"
}

# A backstore that others use stays, and all else goes.
test_shared()
{
	guest_driver
	partition p2
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	controller p2 0
	check mkdir "$(tpg p2 0)/lun/lun_5"
	check ln -s "$TARGET/core/fileio_2012/p1.0.0" "$(tpg p2 0)/lun/lun_5/link"
	enable p2 0
	check busywait 20000 sd_there 2
	vswitchctl disk del p1 lun 0 2>"$LIB_TMP/said" || fail "$(cat "$LIB_TMP/said")"
	check grep -q 'p1.0.0 stays: storvsp/p2/tpgt_0/lun/lun_5 uses it' "$LIB_TMP/said"
	check busywait 20000 sd_there 1
	check_fail test -e "$TARGET/storvsp/p1"
	check_fail_with 'used by storvsp/p2/tpgt_0/lun/lun_5' \
		vswitchctl disk add p1 file "$LIB_TMP/b.img" lun 0
	check_fail test -e "$TARGET/storvsp/p1"
	check vswitchctl disk add p1 file "$LIB_TMP/a.img" lun 0
	check busywait 20000 sd_there 2
	check_eq "$(backstores)" p1.0.0 "backstores"
	check dd if=/dev/zero of="$(first_disk)" bs=4k count=1 oflag=direct status=none
	check vswitchctl disk del p1 lun 0 2>/dev/null
	remove_controller p2 0
	check busywait 20000 sd_there 0
	# Nobody's any more: the next one makes it anew.
	check_eq "$(backstores)" p1.0.0 "backstores"
	check vswitchctl disk add p1 file "$LIB_TMP/b.img" lun 0
	check_eq "$(shown '.[0].path')" "$LIB_TMP/b.img" "path"
	check vswitchctl disk del p1 lun 0
	check_empty
}

# What is left of one that was added, or removed, half-way goes.
test_half_way()
{
	local acl

	check vswitchctl disk add p1 file "$LIB_TMP/a.img" lun 3
	acl=$(tpg p1 0)/acls/$(cat "$(tpg p1 0)/nexus")
	check rm "$(tpg p1 0)/lun/lun_3/link"
	check vswitchctl disk del p1 lun 3
	check_fail test -e "$TARGET/storvsp/p1"
	check vswitchctl disk add p1 file "$LIB_TMP/a.img" lun 3
	check rm "$acl/lun_3/link" "$(tpg p1 0)/lun/lun_3/link"
	check rmdir "$(tpg p1 0)/lun/lun_3"
	check vswitchctl disk del p1 lun 3
	check_fail_with 'has no LUN 3' vswitchctl disk del p1 lun 3
	check vswitchctl disk add p1 file "$LIB_TMP/b.img" lun 3
	check vswitchctl disk del p1 lun 3
	check_empty
}

# A partition comes again while what was offered to the one before has yet to go.
test_again_at_once()
{
	local i

	guest_driver
	for i in 1 2 3; do
		check vswitchctl disk add p1 file "$LIB_TMP/a.img"
		check busywait 20000 sd_there 1
		check nl del p1
		partition p1
		check vswitchctl disk add p1 file "$LIB_TMP/b.img"
		check busywait 30000 sd_there 2
		sleep 2
		check sd_there 2
		check_eq "$(cat "$(tpg p1 0)/enable")" 1 "enable"
		check vswitchctl disk del p1 lun 0
		check vswitchctl disk del p1 lun 1
		check busywait 20000 sd_there 0
	done
	check_empty
}

# Newer kernels' ports have numbers, which end with what is offered.
test_port_id()
{
	local i

	controller p1 0
	[ -e "$(tpg p1 0)/rtpi" ] || skip "this kernel has no rtpi"
	check write 4711 "$(tpg p1 0)/rtpi"
	for i in 1 2 3; do
		check write 1 "$(tpg p1 0)/enable"
		check nl del p1
		check busywait 20000 disabled p1 0
		partition p1
	done
	check write 1 "$(tpg p1 0)/enable"
	remove_controller p1 0
	controller p1 0
	check write 4711 "$(tpg p1 0)/rtpi"
	check write 1 "$(tpg p1 0)/enable"
}

# What was made or written, as it comes: DIRECTORY NAME, in lines.
watch()	# PATH...
{
	bg python3 -u -c '
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init()
names = {}
for path in sys.argv[1:]:
    wd = libc.inotify_add_watch(fd, path.encode(), 0x102)	# IN_CREATE, IN_MODIFY
    assert wd > 0, path
    names[wd] = os.path.basename(path)
print("ready")
while True:
    data = os.read(fd, 65536)
    while data:
        wd, mask, cookie, n = struct.unpack_from("iIII", data)
        print(names[wd], data[16:16 + n].rstrip(b"\0").decode())
        data = data[16 + n:]' "$@"
	check busywait 20000 grep -q ready "$BG_LOG"
}

happened()	# REGEX: the lines that are of interest, on one
{
	sleep 1
	# The kernel makes one of two that follow each other, if they were not read yet.
	grep -E "$1" "$BG_LOG" | uniq | xargs
}

# A controller that was enabled without an ACL shows a LUN as soon as that is linked.
test_in_order()
{
	local nexus

	ram_backstore rama 16
	controller p1 0
	lun p1 0 0 ram rama
	guest_driver
	enable p1 0
	check busywait 20000 sd_there 1
	nexus=$(cat "$(tpg p1 0)/nexus")
	watch "$(tpg p1 0)" "$(tpg p1 0)"/{acls,lun,attrib}
	check vswitchctl disk add p1 file "$LIB_TMP/a.img" lun 1 readonly on max-iops 100
	check_eq "$(happened 'acls|lun|attrib|qos')" \
		"acls $nexus lun lun_1 tpgt_0 qos attrib prod_mode_write_protect" \
		"steps"
	check busywait 20000 sd_there 2
	# What was there before is there on, and so when it is offered again.
	check write 0 "$(tpg p1 0)/enable"
	check busywait 20000 sd_there 0
	check write 1 "$(tpg p1 0)/enable"
	check busywait 20000 sd_there 2
	check_eq "$(shown 'map(.readonly) | join(" ")')" "false true" "readonly"
	check vswitchctl disk del p1 lun 1
	check vswitchctl disk del p1 lun 0
}

# Nobody may write beyond the end of a file.
test_resize_in_order()
{
	guest_driver
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 sd_there 1
	watch "$LIB_TMP/a.img" "$TARGET/core/fileio_2012/p1.0.0"
	check vswitchctl disk resize p1 lun 0 size 48M
	check_eq "$(happened 'a.img|control')" "a.img p1.0.0 control" "growing"
	check busywait 20000 size_is "$(first_disk)" $((48 << 20))
	watch "$LIB_TMP/a.img" "$TARGET/core/fileio_2012/p1.0.0"
	check vswitchctl disk resize p1 lun 0 size 16M
	check_eq "$(happened 'a.img|control')" "p1.0.0 control a.img" "shrinking"
	check busywait 20000 size_is "$(first_disk)" $((16 << 20))
	check_eq "$(stat -c %s "$LIB_TMP/a.img")" $((16 << 20)) "size"
	# It cannot be cut, and is as large as before.
	chattr +a "$LIB_TMP/a.img" 2>/dev/null || return 0
	defer chattr -a "$LIB_TMP/a.img"
	check_fail vswitchctl disk resize p1 lun 0 size 8M
	check_eq "$(shown '.[0].size')" $((16 << 20)) "size"
}

# Those that were made by hand have no ACL, and no udev_path.
test_by_hand_set()
{
	local nexus

	ram_backstore rama 16
	file_backstore filea 16
	controller p1 0
	lun p1 0 0 ram rama
	lun p1 0 1 file filea
	guest_driver
	enable p1 0
	check busywait 20000 sd_there 2
	check_eq "$(shown '.[1].path')" "$LIB_TMP/filea.img" "path"
	check vswitchctl disk set p1 lun 1 readonly on
	check_eq "$(shown 'map(.readonly) | join(" ")')" "false true" "readonly"
	check_fail dd if=/dev/zero of="$(disk filea)" bs=4k count=1 oflag=direct status=none
	check dd if=/dev/zero of="$(disk rama)" bs=4k count=1 oflag=direct status=none
	check vswitchctl disk set p1 lun 1 readonly off
	check vswitchctl disk resize p1 lun 1 size 24M
	check busywait 60000 size_is "$(disk filea)" $((24 << 20))
	nexus=$(cat "$(tpg p1 0)/nexus")
	check rm "$(tpg p1 0)/acls/$nexus/lun_0/link"
	check rmdir "$(tpg p1 0)/acls/$nexus/lun_0"
	check_fail_with "acls/$nexus has no lun_0: the guest does not see LUN 0" \
		vswitchctl disk set p1 lun 0 readonly on
	check vswitchctl disk del p1 lun 0
	check vswitchctl disk del p1 lun 1
}

# A disk right after another: the guest takes it for no other, and what it wrote to that one
# is not on it.
test_replaced()
{
	local dev

	check truncate -s 16M "$LIB_TMP/b.img"
	check dd if=/dev/zero of="$LIB_TMP/ones" bs=1M count=4 status=none
	tr '\0' '\1' <"$LIB_TMP/ones" >"$LIB_TMP/ones.new"
	check mv "$LIB_TMP/ones.new" "$LIB_TMP/ones"
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	guest_driver storvsc_vcpus_per_sub_channel=1
	check busywait 20000 sd_there 1
	dev=$(first_disk)
	check size_is "$dev" $((32 << 20))
	bg writes "$dev"
	bg writes "$dev"
	sleep 0.5
	check vswitchctl disk del p1 lun 0
	check vswitchctl disk add p1 file "$LIB_TMP/b.img"
	check busywait 20000 first_is $((16 << 20))
	sleep 0.5
	check cmp -n $((16 << 20)) "$LIB_TMP/b.img" /dev/zero
	check vswitchctl disk del p1 lun 0
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 first_is $((32 << 20))
	check_eq "$(lsscsi_disks)" 1 "disks"
}

first_is()	# BYTES
{
	local dev

	dev=$(first_disk) && [ -b "$dev" ] && size_is "$dev" "$1"
} 2>/dev/null

# Without a place for reservations there is no disk.
test_no_place()
{
	local pr

	pr=$(cat "$TARGET/dbroot")/pr
	check mv "$pr" "$pr.away"
	defer mv "$pr.away" "$pr"
	check touch "$pr"
	defer rm -f "$pr"
	check_fail_with "$pr: Not a directory" vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check_empty
}

by_turns()	# LUN FILE
{
	local i

	for ((i = 0; i < 15; i++)); do
		vswitchctl disk add p1 file "$2" lun "$1" || return
		vswitchctl disk del p1 lun "$1" || return
	done
}

# Several at a time, each of which may be the first or the last.
test_together()
{
	local first

	by_turns 0 "$LIB_TMP/a.img" 2>"$LIB_TMP/first" &
	first=$!
	check by_turns 1 "$LIB_TMP/b.img"
	wait $first || fail "$(cat "$LIB_TMP/first")"
	check_empty
}

run_tests "$@"
