# SPDX-License-Identifier: GPL-2.0
"""UDP between two namespaces, step by step.

    usage: acl_udp.py NETNS1 NETNS2 STEP...
           acl_udp.py flood ADDRESS COUNT      (from here, a flow each)

    ask                 192.0.2.1:5000 sends to 192.0.2.2:6000, which gets it
    answer:SECONDS      after that time the answer gets through; the first of
    none:SECONDS        these asks before; ... or does not
    answers:SECONDS     for so long an answer each 0.2 seconds gets through
    run:COMMAND         run it
    unreachable:yes|no  who sends to a port where nobody listens hears of it
    big:PORT:yes|no     a datagram in fragments gets to that port
    big_answer:yes|no   the same as answer, in fragments
"""
import os
import select
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import rawnet

A, B = "192.0.2.1", "192.0.2.2"
WAIT = 1.5


def udp(netns, address, port, family=socket.AF_INET):
    with rawnet.Netns(netns):
        sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((address, port))
    return sock


class Steps:
    def __init__(self, ns_a, ns_b):
        self.ns_a, self.ns_b = ns_a, ns_b
        self.a, self.b = udp(ns_a, A, 5000), udp(ns_b, B, 6000)
        self.asked = False

    @staticmethod
    def arrives(sock, data, want=True):
        if not select.select([sock], [], [], WAIT)[0]:
            return not want
        got = sock.recv(65536)
        if got != data:
            sys.exit(f"something else came: {len(got)} bytes")
        return want

    def ask(self):
        self.a.sendto(b"ask", (B, 6000))
        self.asked = True
        return self.arrives(self.b, b"ask")

    def answer(self, seconds, data=b"answer", want=True):
        if not self.asked and not self.ask():
            sys.exit("the question did not get through")
        time.sleep(int(seconds))
        self.b.sendto(data, (A, 5000))
        return self.arrives(self.a, data, want)

    def answers(self, seconds):
        if not self.asked and not self.ask():
            sys.exit("the question did not get through")
        end = last = time.monotonic()
        end += int(seconds)
        while time.monotonic() < end:
            time.sleep(0.2)
            data = b"answer at %f" % time.monotonic()
            self.b.sendto(data, (A, 5000))
            if not self.arrives(self.a, data):
                sys.exit("none %.1f seconds after the one before" %
                         (time.monotonic() - WAIT - last))
            last = time.monotonic()
        return True

    def none(self, seconds):
        return self.answer(seconds, want=False)

    @staticmethod
    def run(command):
        return subprocess.run(command.split(), check=False).returncode == 0

    def unreachable(self, want):
        for family, here, there in ((socket.AF_INET, A, B),
                                    (socket.AF_INET6, "2001:db8::1",
                                     "2001:db8::2")):
            sock = udp(self.ns_a, here, 5001, family)
            sock.connect((there, 9999))
            sock.settimeout(WAIT)
            sock.send(b"anybody there?")
            try:
                sock.recv(100)
                heard = True
            except ConnectionRefusedError:
                heard = True
            except TimeoutError:
                heard = False
            sock.close()
            if heard != (want == "yes"):
                print(f"from {there}: {'an error' if heard else 'nothing'}")
                return False
        return True

    def big(self, port, want):
        sock = udp(self.ns_b, B, int(port))
        data = bytes(range(256)) * 20
        self.a.sendto(data, (B, int(port)))
        good = self.arrives(sock, data, want == "yes")
        sock.close()
        return good

    def big_answer(self, want):
        self.asked = False
        return self.answer(0, bytes(range(256)) * 20, want == "yes")


def flood(address, count):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for i in range(count):
        if i % 60000 == 0:
            sock.close()
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.sendto(b"x", (address, 1024 + i % 60000))
        except ConnectionRefusedError:
            pass


def main():
    if sys.argv[1] == "flood":
        flood(sys.argv[2], int(sys.argv[3]))
        return
    steps = Steps(*sys.argv[1:3])
    for step in sys.argv[3:]:
        name, _, rest = step.partition(":")
        args = [rest] if name == "run" else rest.split(":") if rest else []
        if not getattr(steps, name)(*args):
            sys.exit(f"failed: {step}")


main()
