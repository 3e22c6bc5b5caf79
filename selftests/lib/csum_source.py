# SPDX-License-Identifier: GPL-2.0
"""
A guest leaves a checksum to be filled in later, and says that it belongs into
the Ethernet header: what was looked at would not be what is sent.

	this process -- tc0 (mac assigned) -- vs0 -- tc1 -- this process
"""
import select
import struct
import subprocess
import sys

import rawnet

SRC = "02:00:00:00:0c:01"
NEEDS_CSUM = 1
PROTO = b"\x88\xb5"


def header(start, offset):
    return struct.pack("=BBHHHH", NEEDS_CSUM, 0, 0, 0, start, offset)


def main():
    near, far = (rawnet.Tap(dev, vnet_hdr=True) for dev in ("tc0", "tc1"))
    subprocess.run(["vswitchctl", "-b", "-"], check=True, text=True,
                   input=f"port add vs0 tc0 mac {SRC}\nport add vs0 tc1\n")
    frame = b"\xff" * 6 + bytes.fromhex(SRC.replace(":", "")) + PROTO + bytes(64)

    def arrives():
        while select.select([far], [], [], 0.5)[0]:
            got = far.recv()
            if got and got[22:24] == PROTO or got and got[16:22] == frame[6:12]:
                return True
        return False

    near.send(header(14 + 20, 6) + frame)
    if not arrives():
        sys.exit("a checksum in the payload does not pass")
    for start, offset in ((0, 10), (0, 0), (6, 0), (6, 4), (12, 0), (13, 0)):
        try:
            near.send(header(start, offset) + frame)
        except OSError:     # newer kernels refuse it themselves
            print(f"{start} + {offset}: refused by the tap")
            continue
        if arrives():
            sys.exit(f"a checksum of {start} on, put at {start + offset}, passes")
        print(f"{start} + {offset}: dropped")


if __name__ == "__main__":
    main()
