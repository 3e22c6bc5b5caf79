# SPDX-License-Identifier: GPL-2.0
"""
Speak generic netlink with the family vswitch, byte by byte.

	test ---- Genl ---- AF_NETLINK socket ---- kernel

Nothing here comes from libvswitch: the numbers are read from the UAPI header,
the rest is what netlink is. A request is a dict of attribute names; a value
of type bytes goes out as it is, which is how malformed ones are made, and a
number as name is an attribute of that type. What the kernel refuses is raised
as Refused, with the text and the path of the attribute it complains about.
"""
import errno
import os
import re
import socket
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = os.path.join(HERE, "../../kernel/include/uapi/linux/vswitch.h")

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR = 1, 2, 4, 0x10
NLM_F_DUMP = 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED = 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7


def read_header(path=HEADER, prefix="VSWITCH_"):
    """The constants of a UAPI header, without their prefix."""
    numbers = {}
    with open(path, encoding="ascii") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    for name, value in re.findall(rf"#define {prefix}(\w+)\s+(\d+)", text):
        numbers[name] = int(value)
    for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", text, flags=re.S):
        value = 0
        for item in body.split(","):
            name, _, given = (part.strip() for part in item.partition("="))
            if not name or name.startswith("__") or "(" in given:
                continue
            value = int(given) if given else value
            numbers[name.removeprefix(prefix)] = value
            value += 1
    return numbers


K = read_header()

U8, U16, U32, U64, BE16 = "=B", "=H", "=I", "=Q", ">H"
FLAG, TEXT, BYTES = "flag", "text", "bytes"
MULTI = {("ACL", "RULE"), ("VLAN", "RANGE"), ("STATS", "DROP"), ("PVLAN", "SECONDARY"),
         ("PORT", "IP_ADDRESS"), ("INJECT", "DROP")}
# Commands whose attribute set does not have the name of their object.
OP_SETS = {"port-trace": "WALK", "port-inject": "INJECT"}

# What an attribute holds: a struct format, one of the words above, or the
# name of the set that is nested in it.
SETS = {
    "SWITCH": {
        "IFINDEX": U32, "IFNAME": TEXT, "TYPE": U32, "BANDWIDTH_MODE": U32,
        "IOV": U8, "VLAN_PROTOCOL": BE16, "UPLINK": U32, "AGEING_TIME": U32,
        "FDB_LIMIT": U32, "FDB_COUNT": U32, "PORTS": U32, "GENERATION": U32,
        "EXPECT_GENERATION": U32, "STATS": "STATS", "DEFAULT_PROFILE": TEXT,
        "TXN": U32,
    },
    "PORT": {
        "IFINDEX": U32, "IFNAME": TEXT, "SWITCH": U32, "ROLE": U32,
        "MAC": BYTES, "MAC_SPOOFING": U8, "VLAN": "VLAN", "LINK_UP": U8,
        "TXN": U32, "EXPECT_GENERATION": U32, "STATS": "STATS",
        "PVLAN": "PVLAN", "DHCP_GUARD": U8, "ROUTER_GUARD": U8,
        "ALLOW_TEAMING": U8, "STORM_LIMIT": U32, "DYNAMIC_IP_LIMIT": U32,
        "IEEE_PRIORITY_TAG": U8, "MIRROR": U32, "MIRROR_SESSION": U8,
        "VM": TEXT, "OWN": U32, "UNSET": U32,
        "PROFILE": TEXT, "DEFAULT_PROFILE": TEXT, "FROM_PROFILE": U32,
        "FROM_DEFAULT": U32, "USERS": U32, "ACL_RULES": U32,
        "IP_ADDRESS": "IP_ADDRESS",
    },
    "PVLAN": {"MODE": U32, "PRIMARY": U16, "SECONDARY": U16},
    "IP_ADDRESS": {"ADDRESS": BYTES, "AGE": U32},
    "VLAN": {"PVID": U16, "ACCEPT": U32, "RANGE": "VLAN_RANGE", "MODE": U32},
    "VLAN_RANGE": {"START": U16, "END": U16, "UNTAGGED": FLAG},
    "STATS": {
        "RX_PACKETS": U64, "RX_BYTES": U64, "TX_PACKETS": U64,
        "TX_BYTES": U64, "DROP": "DROP",
    },
    "DROP": {"REASON": TEXT, "TEXT": TEXT, "PACKETS": U64},
    "FDB": {
        "SWITCH": U32, "MAC": BYTES, "VID": U16, "PORT": U32, "STATE": U32,
        "AGE": U32,
    },
    "ACL": {
        "PORT": U32, "RULE": "ACL_RULE", "REPLACE": FLAG, "TXN": U32,
        "EXPECT_GENERATION": U32, "RULES": U32, "MEMORY": U64, "FLOWS": U32,
        "FLOW_LIMIT": U32, "SWITCH": U32, "PROFILE": TEXT,
    },
    "ACL_RULE": {
        "ID": U32, "DIRECTION": U32, "ACTION": U32, "LOCAL_IP": BYTES,
        "LOCAL_PREFIX": U8, "REMOTE_IP": BYTES, "REMOTE_PREFIX": U8,
        "LOCAL_MAC": BYTES, "REMOTE_MAC": BYTES, "WEIGHT": U16,
        "PROTOCOL": U8, "LOCAL_PORT": U16, "LOCAL_PORT_END": U16,
        "REMOTE_PORT": U16, "REMOTE_PORT_END": U16, "ISOLATION_ID": U16,
        "STATEFUL": FLAG, "IDLE_TIMEOUT": U16, "BYTES": U64,
    },
    "WALK": {
        "PORT": U32, "FRAME": BYTES, "STAGE": U32, "VERDICT": U32, "VID": U16,
        "REASON": TEXT, "TEXT": TEXT, "DETAIL": TEXT, "TPID": BE16,
        "TCI": U16,
    },
    "INJECT": {
        "PORT": U32, "FRAME": BYTES, "TIMEOUT": U32, "DELIVERED": U32,
        "TO": U32, "DROP": "INJECT_DROP", "TIME": U64, "FROM": U32,
        "ERROR": U8,
    },
    "INJECT_DROP": {"PORT": U32, "REASON": TEXT, "TEXT": TEXT},
    "TXN": {"ID": U32, "SWITCH": U32, "GENERATION": U32},
}
NAMES = {s: {K[f"A_{s}_{a}"]: a for a in attrs} for s, attrs in SETS.items()}
COMMANDS = {v: k[4:].lower().replace("_", "-")
            for k, v in K.items() if re.fullmatch(r"CMD_\w+", k)}


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def mac_text(raw):
    return raw.hex(":")


def nla(kind, payload):
    return (struct.pack("=HH", 4 + len(payload), kind) + payload +
            b"\0" * (-len(payload) % 4))


def encode(name, attrs):
    """Attributes of the set @name as bytes."""
    out = b""
    for key, value in attrs.items():
        if isinstance(key, int):
            out += nla(key, value)
            continue
        kind, how = K[f"A_{name}_{key}"], SETS[name][key]
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, bytes):
                out += nla(kind, one)
            elif how == FLAG:
                out += nla(kind, b"") if one else b""
            elif how == TEXT:
                out += nla(kind, one.encode() + b"\0")
            elif how in SETS:
                out += nla(kind | NLA_F_NESTED, encode(how, one))
            else:
                out += nla(kind, struct.pack(how, one))
    return out


def walk(raw):
    """(offset, type, payload) of each attribute."""
    pos = 0
    while pos + 4 <= len(raw):
        size, kind = struct.unpack_from("=HH", raw, pos)
        if size < 4:
            break
        yield pos, kind & 0x3fff, raw[pos + 4:pos + size]
        pos += (size + 3) & ~3


def decode(name, raw):
    attrs = {}
    for _, kind, data in walk(raw):
        key = NAMES[name].get(kind)
        if not key:
            continue
        how = SETS[name][key]
        if how == FLAG:
            value = True
        elif how == TEXT:
            value = data.rstrip(b"\0").decode()
        elif how == BYTES:
            value = data
        elif how in SETS:
            value = decode(how, data)
        else:
            value, = struct.unpack(how, data)
        if (name, key) in MULTI:
            attrs.setdefault(key, []).append(value)
        else:
            attrs[key] = value
    return attrs


def path_at(name, raw, offset):
    """Which attribute begins at @offset: PORT request's VLAN.PVID, say."""
    for pos, kind, data in walk(raw):
        if not pos <= offset < pos + 4 + len(data):
            continue
        key = NAMES[name].get(kind, str(kind))
        if offset == pos or SETS[name].get(key) not in SETS:
            return key
        inner = path_at(SETS[name][key], data, offset - pos - 4)
        return f"{key}.{inner}"
    return f"offset {offset}"


class Refused(Exception):
    """
    The kernel said no: errno, its words, the attribute it blames, and the one
    it misses.
    """

    def __init__(self, number, text, at, missing=""):
        super().__init__(f"{errno.errorcode.get(number, number)}: {text}"
                         f"{' at ' + at if at else ''}"
                         f"{' without ' + missing if missing else ''}")
        self.errno, self.text, self.at = number, text, at
        self.missing = missing


class Message:
    """One message from the kernel."""

    def __init__(self, kind, flags, seq, payload):
        self.kind, self.flags, self.seq = kind, flags, seq
        self.payload = payload


def split(raw):
    while len(raw) >= 16:
        size, kind, flags, seq, _ = struct.unpack_from("=IHHII", raw)
        yield Message(kind, flags, seq, raw[16:size])
        raw = raw[(size + 3) & ~3:]


class Genl:
    """A socket that speaks with the family."""

    def __init__(self, family="vswitch", timeout=30, size=131072):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.settimeout(timeout)
        self.sock.bind((0, 0))
        # The kernel fills dumps as it sees that they will be read.
        self.size = size
        self.seq = 0
        self.groups = {}
        self.family = GENL_ID_CTRL
        self.find_family(family)

    def close(self):
        self.sock.close()

    def find_family(self, name):
        request = nla(CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0")
        seq = self.send_raw(CTRL_CMD_GETFAMILY, request, NLM_F_ACK)
        for msg in self.receive(seq, "", request):
            for _, kind, data in walk(msg.payload[4:]):
                if kind == CTRL_ATTR_FAMILY_ID:
                    family, = struct.unpack("=H", data)
                elif kind == CTRL_ATTR_MCAST_GROUPS:
                    for _, _, group in walk(data):
                        ids = {k: d for _, k, d in walk(group)}
                        self.groups[ids[1].rstrip(b"\0").decode()] = \
                            struct.unpack("=I", ids[2])[0]
        self.family = family

    def pack(self, cmd, attrs, flags):
        self.seq += 1
        return struct.pack("=IHHIIBBH", 20 + len(attrs), self.family,
                           flags | NLM_F_REQUEST, self.seq, 0, cmd, 1,
                           0) + attrs

    def send_raw(self, cmd, attrs, flags):
        self.sock.send(self.pack(cmd, attrs, flags))
        return self.seq

    def receive(self, seq, name, request):
        """All messages that answer a request. @name is its attribute set."""
        while True:
            for msg in split(self.sock.recv(self.size)):
                if msg.seq != seq:
                    continue
                if msg.kind == NLMSG_DONE:
                    if msg.flags & NLM_F_DUMP_INTR:
                        yield msg
                    self.check(msg, name, request, 4)
                    return
                if msg.kind == NLMSG_ERROR:
                    self.check(msg, name, request, 20)
                    return
                yield msg

    @staticmethod
    def check(msg, name, request, words_at):
        number, = struct.unpack_from("=i", msg.payload)
        if not number:
            return
        text, at, missing = "", "", ""
        if msg.flags & NLM_F_ACK_TLVS:
            for _, kind, data in walk(msg.payload[words_at:]):
                if kind == 1:
                    text = data.rstrip(b"\0").decode()
                elif kind == 2:
                    at = path_at(name, request,
                                 struct.unpack("=I", data)[0] - 20)
                elif kind == 5:
                    kind, = struct.unpack("=I", data)
                    missing = NAMES[name].get(kind, str(kind))
        raise Refused(-number, text, at, missing)

    @staticmethod
    def set_of(op):
        name = OP_SETS.get(op) or op.split("-")[0].upper()
        # Profiles are described by what describes ports.
        return "PORT" if name == "PROFILE" else name

    def do(self, op, **attrs):
        """One request, "port-set" say. Returns the reply's attributes."""
        return self.do_raw(op, encode(self.set_of(op), attrs))

    def do_raw(self, op, request):
        name = self.set_of(op)
        cmd = K["CMD_" + op.upper().replace("-", "_")]
        seq = self.send_raw(cmd, request, NLM_F_ACK)
        reply = {}
        for msg in self.receive(seq, name, request):
            reply = decode(name, msg.payload[4:])
        return reply

    def do_many(self, op, requests, at_once=40):
        """Many requests, several in one send, as a busy tool would."""
        name = self.set_of(op)
        cmd = K["CMD_" + op.upper().replace("-", "_")]
        for start in range(0, len(requests), at_once):
            chunk = [encode(name, r) for r in requests[start:start + at_once]]
            first = self.seq + 1
            self.sock.send(b"".join(self.pack(cmd, r, NLM_F_ACK)
                                    for r in chunk))
            refused = None
            for i, request in enumerate(chunk):
                try:
                    for _ in self.receive(first + i, name, request):
                        pass
                except Refused as error:
                    refused = refused or error
            if refused:
                raise refused

    def dump_begin(self, op, request):
        name = self.set_of(op)
        cmd = K["CMD_" + op.upper().replace("-", "_")]
        seq = self.send_raw(cmd, request, NLM_F_DUMP | NLM_F_ACK)
        return name, seq

    def dump(self, op, **attrs):
        """Everything; interrupted dumps are begun again."""
        while True:
            found, intr = self.dump_once(op, **attrs)
            if not intr:
                return found

    def dump_once(self, op, **attrs):
        return self.dump_raw(op, encode(self.set_of(op), attrs))

    def dump_raw(self, op, request):
        """What was found, and whether the dump was interrupted."""
        name, seq = self.dump_begin(op, request)
        found, intr = [], False
        for msg in self.receive(seq, name, request):
            intr |= bool(msg.flags & NLM_F_DUMP_INTR)
            if msg.kind != NLMSG_DONE:
                found.append(decode(name, msg.payload[4:]))
        return found, intr

    def listen(self, group="events"):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                             self.groups[group])

    def events(self):
        """What has arrived on the group: (operation, attributes)."""
        self.sock.setblocking(False)
        while True:
            try:
                raw = self.sock.recv(self.size)
            except BlockingIOError:
                return
            for msg in split(raw):
                op = COMMANDS[msg.payload[0]]
                yield op, decode(self.set_of(op), msg.payload[4:])
