#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Whatever happens to a disk, what was acknowledged is on it, and nowhere else.

    integrity.py write SERIAL LOG STOP	write until there is a file STOP
    integrity.py verify PATH LOG	a disk, or the file behind it

Each block says which write it is of. LOG has a line for each attempt, and one when it was
acknowledged; what a write does that was not, nobody knows, but it must not come to be
after a later one was. The disk may go and come back: it is found by its serial number.
"""
import glob
import mmap
import os
import random
import struct
import sys
import threading
import time

BLOCK = 4096
BLOCKS = 4096			# of the disk are looked at
STRIPE = 16			# blocks in a row that are one thread's
THREADS = 8
MAGIC = b"integrity-block!"


def content(block, seq):
    return (MAGIC + struct.pack("<QQ", block, seq)) * (BLOCK // 32)


def find(serial):
    for page in glob.glob("/sys/block/sd*/device/vpd_pg80"):
        try:
            with open(page, "rb") as f:
                data = f.read()
        except OSError:
            continue
        name = page.split("/")[3]
        if data[4:].strip(b"\0 ").decode() == serial and \
           "vmbus_local" in os.path.realpath(page):
            return "/dev/" + name
    return None


class Writer(threading.Thread):
    def __init__(self, number, serial, log, stop):
        super().__init__()
        self.number, self.serial, self.log, self.stop = number, serial, log, stop
        self.random = random.Random(number)
        self.seq = 0
        self.map = mmap.mmap(-1, STRIPE * BLOCK)

    def pick(self):
        stripe = self.random.randrange(BLOCKS // STRIPE // THREADS) * THREADS + self.number
        n = self.random.choice((1, 1, 2, 5, STRIPE))
        first = stripe * STRIPE + self.random.randrange(STRIPE - n + 1)
        return first, n

    def run(self):
        fd = None
        while not os.path.exists(self.stop):
            if fd is None:
                dev = find(self.serial)
                try:
                    fd = os.open(dev, os.O_RDWR | os.O_DIRECT) if dev else None
                except OSError:
                    pass
                if fd is None:
                    time.sleep(0.2)
                    continue
            first, n = self.pick()
            self.seq += 1
            seq = self.seq * THREADS + self.number
            for i in range(n):
                self.map[i * BLOCK:(i + 1) * BLOCK] = content(first + i, seq)
            self.log.write("try %d %d %d\n" % (first, n, seq))
            try:
                done = os.pwritev(fd, [memoryview(self.map)[:n * BLOCK]], first * BLOCK)
            except OSError:
                # Not to be in the way of who takes the disk away.
                os.close(fd)
                fd = None
                self.log.write("failed %d %d %d\n" % (first, n, seq))
                continue
            self.log.write("done %d %d %d\n" % (first, done // BLOCK, seq))


def write(serial, log, stop):
    dev = find(serial)
    space = mmap.mmap(-1, BLOCK)
    fd = os.open(dev, os.O_RDWR | os.O_DIRECT)
    for block in range(BLOCKS):
        space[:] = content(block, 0)
        os.pwritev(fd, [space], block * BLOCK)
    os.close(fd)
    with open(log, "w", buffering=1, encoding="ascii") as out:
        threads = [Writer(i, serial, out, stop) for i in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def verify(path, log):
    may_be = [{0} for _ in range(BLOCKS)]
    acknowledged = failed = 0
    with open(log, encoding="ascii") as lines:
        for line in lines:
            what, first, n, seq = line.split()
            first, n, seq = int(first), int(n), int(seq)
            acknowledged += what == "done"
            failed += what == "failed"
            for block in range(first, first + n):
                if what == "try":
                    may_be[block].add(seq)
                elif what == "done":
                    may_be[block] = {seq}
    wrong = 0
    # What is in the page cache of a disk is not what is on it.
    fd = os.open(path, os.O_RDONLY | (os.O_DIRECT if path.startswith("/dev/") else 0))
    space = mmap.mmap(-1, BLOCK)
    for block in range(BLOCKS):
        assert os.preadv(fd, [space], block * BLOCK) == BLOCK
        if not any(space[:] == content(block, seq) for seq in may_be[block]):
            wrong += 1
            if wrong <= 10:
                print("block %d has %r, may be of %s" % (block, space[:32], may_be[block]))
    print("%d writes acknowledged, %d not, %d blocks wrong" % (acknowledged, failed, wrong))
    return wrong != 0


if __name__ == "__main__":
    sys.exit({"write": write, "verify": verify}[sys.argv[1]](*sys.argv[2:]))
