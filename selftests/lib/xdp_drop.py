# SPDX-License-Identifier: GPL-2.0
"""Attach an XDP program that drops all; usage: DEV generic|native"""
import ctypes
import os
import socket
import struct
import sys

from vswnl import nla
from vswrtnl import RTM_SETLINK, ifinfo, rtnl

SYS_BPF, BPF_PROG_LOAD, BPF_PROG_TYPE_XDP, XDP_DROP = 321, 5, 6, 1
IFLA_XDP, IFLA_XDP_FD, IFLA_XDP_FLAGS, NLA_F_NESTED = 43, 1, 3, 1 << 15
FLAGS = {"generic": 1 << 1, "native": 1 << 2}


def load():
    """r0 = XDP_DROP; exit"""
    code = ctypes.create_string_buffer(
        struct.pack("=BBhi", 0xb7, 0, 0, XDP_DROP) +
        struct.pack("=BBhi", 0x95, 0, 0, 0))
    name = ctypes.create_string_buffer(b"GPL")
    attr = ctypes.create_string_buffer(struct.pack(
        "=IIQQIIQII", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(code),
        ctypes.addressof(name), 0, 0, 0, 0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(SYS_BPF, BPF_PROG_LOAD, attr, ctypes.sizeof(attr) - 1)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return fd


fd = load()
rtnl(RTM_SETLINK, ifinfo(socket.if_nametoindex(sys.argv[1])),
     nla(IFLA_XDP | NLA_F_NESTED, nla(IFLA_XDP_FD, struct.pack("=i", fd)) +
         nla(IFLA_XDP_FLAGS, struct.pack("=I", FLAGS[sys.argv[2]]))))
os.close(fd)
