# SPDX-License-Identifier: GPL-2.0
"""A TCP service that says hello, on both IP versions, and who asks it.

    usage: acl_tcp.py serve PORT
           acl_tcp.py get ADDRESS PORT      succeeds if it is greeted in time
"""
import socket
import sys

WAIT = 2


def serve(port):
    sock = socket.create_server(("::", port), family=socket.AF_INET6,
                                dualstack_ipv6=True, backlog=16)
    print("ready", flush=True)
    while True:
        conn, _ = sock.accept()
        with conn:
            conn.sendall(b"hello")


def get(address, port):
    try:
        with socket.create_connection((address, port), timeout=WAIT) as sock:
            sock.settimeout(WAIT)
            return sock.recv(5) == b"hello"
    except OSError:
        return False


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
sys.exit(0 if get(sys.argv[2], int(sys.argv[3])) else 1)
