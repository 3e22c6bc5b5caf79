# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What tests of this kernel's own hv_storvsc share. Sourced after lib/storvsp.sh.
#
#	need_driver			skip where this kernel cannot be a guest
#	one_of_each			partition p1 has rama, LUN 0 of memory, and filea, LUN 5 of a file
#	disks_are N			so many has the guest
#	round_trip DEVICE		16 MiB are written, and are there; they stay in $LIB_TMP/data
#	round_trip_small DEVICE		half a MiB
#	file_system DEVICE		make one, and put $LIB_TMP/data in it
#	unaligned DEVICE		from and to where no block begins
#	debug_disk			the disk of scsi_debug
#	milliseconds			of the clock

need_driver()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file scsi/hv_storvsc >/dev/null || skip "this kernel has no hv_storvsc"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
}

one_of_each()
{
	partition p1
	ram_backstore rama 64
	file_backstore filea 64
	controller p1 0
	lun p1 0 0 ram rama
	lun p1 0 5 file filea
	guest_driver
	enable p1 0
}

disks_are()
{
	[ "$(disks | wc -l)" = "$1" ]
}

milliseconds()
{
	date +%s%3N
}

# Written at one size, read at another.
round_trip()	# DEVICE
{
	check dd if=/dev/urandom of="$LIB_TMP/data" bs=1M count=16 status=none
	check dd if="$LIB_TMP/data" of="$1" bs=1M oflag=direct status=none
	check dd if="$1" of="$LIB_TMP/back" bs=68k count=240 iflag=direct status=none
	check cmp -n $((240 * 68 * 1024)) "$LIB_TMP/data" "$LIB_TMP/back"
}

round_trip_small()
{
	check dd if=/dev/urandom of="$LIB_TMP/data" bs=64k count=8 status=none
	check dd if="$LIB_TMP/data" of="$1" bs=64k oflag=direct status=none
	check dd if="$1" of="$LIB_TMP/back" bs=4k count=128 iflag=direct status=none
	check cmp "$LIB_TMP/data" "$LIB_TMP/back"
}

file_system()	# DEVICE
{
	check mkfs.ext4 -q "$1"
	check mkdir -p "$LIB_TMP/mnt"
	check mount "$1" "$LIB_TMP/mnt"
	check cp "$LIB_TMP/data" "$LIB_TMP/mnt/"
	check umount "$LIB_TMP/mnt"
	check fsck.ext4 -fn "$1"
}

debug_disk()
{
	find /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/ \
		-mindepth 1 -maxdepth 1 -printf '/dev/%f' | grep .
}

unaligned()	# DEVICE
{
	python3 -c '
import mmap, os, random, sys

fd = os.open(sys.argv[1], os.O_RDWR | os.O_DIRECT)
space = memoryview(mmap.mmap(-1, 3 << 20))
r = random.Random(1)
sizes = [512, 1024, 4096, 12 << 10, 64 << 10, 252 << 10, 1 << 20]
disk = bytearray(8 << 20)
for pos in range(0, len(disk), 1 << 20):
    os.pwritev(fd, [space[:1 << 20]], pos)
for n in range(150):
    size = r.choice(sizes)
    pos = r.randrange((len(disk) - size) // 512 + 1) * 512
    at = r.randrange(1024) * 4
    disk[pos:pos + size] = r.randbytes(size)
    space[at:at + size] = disk[pos:pos + size]
    assert os.pwritev(fd, [space[at:at + size]], pos) == size
    # A little more on either side, so that what went elsewhere is seen.
    first = max(0, pos - 8192)
    size = min(len(disk), pos + size + 8192) - first
    at = (1 << 20) + r.randrange(1024) * 4
    assert os.preadv(fd, [space[at:at + size]], first) == size
    assert space[at:at + size] == disk[first:first + size], (n, pos, size)
at = 4
for pos in range(0, len(disk), 1 << 20):
    os.preadv(fd, [space[at:at + (1 << 20)]], pos)
    assert space[at:at + (1 << 20)] == disk[pos:pos + (1 << 20)], pos
' "$1"
}
