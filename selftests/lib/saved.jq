# SPDX-License-Identifier: GPL-2.0
#
# From what vswitchctl -j shows of ports, profiles and ACLs to the commands that
# make it anew, but for the MACs of vNICs, which their netdevs have: input is
# [ports, profiles, acls], output a file for vswitchctl -a -b.

def range: if .start == .end then "\(.start)" else "\(.start)-\(.end)" end;
def list: map(range) | if . == [] then "none" else join(",") end;
def tagged: map(select(.untagged | not));
def onoff: if . then "on" else "off" end;
def number: . // "none";

def vlan:
	"vlan \(.mode)" +
	if .mode == "untagged" then ""
	elif .mode == "access" then " \(.pvid)"
	elif .mode == "trunk" then
		" \(.ranges | if tagged == [] then list else tagged | list end)" +
		" native \(.pvid | number)"
	else error("VLANs as only 'bridge vlan' sets them")
	end;

def pvlan:
	"pvlan \(.mode) primary \(.primary) secondary \(.secondary | join(","))";

# A setting, by its keyword; what a port's rules are is said apart.
def setting(keyword):
	if keyword == "vlan" then if .pvlan then .pvlan | pvlan else .vlan | vlan end
	elif keyword == "mirror" then "mirror \(.mirror)" +
		if .mirror == "none" then "" else " session \(.mirror_session)" end
	elif keyword == "dynamic-ip-limit" or keyword == "storm-limit" then
		"\(keyword) \(.[keyword | gsub("-"; "_")] | number)"
	else "\(keyword) \(.[keyword | gsub("-"; "_")] | onoff)"
	end;
def settings:
	. as $of | [.own[] | select(. != "acl") | . as $k | $of | setting($k)] | join(" ");

def port:
	settings +
	if .mac and .role != "vnic" then " mac \(.mac)" else "" end +
	if .vm then " vm \(.vm)" else "" end +
	if .profile then " profile \(.profile)" else "" end;

def ports(side):
	if has(side) then
		" \(side | gsub("_"; "-")) \(.[side])" +
		if has(side + "_end") then "-\(.[side + "_end"])" else "" end
	else "" end;
def word(key): if has(key) then " \(key | gsub("_"; "-")) \(.[key])" else "" end;
def rule:
	word("direction") + word("action") + word("weight") + word("protocol") +
	word("local_ip") + word("local_mac") + word("remote_ip") + word("remote_mac") +
	ports("local_port") + ports("remote_port") + word("isolation_id") +
	if .stateful then " stateful" + word("idle_timeout") else "" end;
def acl:
	(if .ifname then .ifname else "profile \(.switch) \(.profile)" end) as $of |
	if .ifname and .profile then empty
	else .rules[] | "acl add \($of)\(rule)"
	end;

(.[1][] | "profile add \(.switch) \(.profile) \(settings)",
	  (select(.default) | "switch set \(.switch) default-profile \(.profile)")),
(.[0][] | select(port != "") | "port set \(.ifname) \(port)"),
(.[2][] | acl)
