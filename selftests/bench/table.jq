# SPDX-License-Identifier: GPL-2.0
#
# A result, for people.

def left($n): tostring | . + " " * ([$n - length, 0] | max);
def right($n): tostring | " " * ([$n - length, 0] | max) + .;
def number: if . == null then "-" else round | tostring end;
def three: if . == null then "-" else . * 1000 | round | tostring
	| "0" * ([4 - length, 0] | max) + . | .[:-3] + "." + .[-3:] end;
def percent: if . == null then "-" else . * 100 | round / 100
	| tostring | if test("\\.") then . else . + "." end
	| split(".") | "\(.[0]).\((.[1] + "00")[0:2])" end;

. as $result
| def row($path; $switch; $variant; $ports; $macs):
	[ $result.rows[] | select(.path == $path and .switch == $switch and
				  .variant == $variant and .ports == $ports and
				  .macs == $macs) ][0];
  def ratio(a; b): if a and b then a / b else null end;

  # Columns of one set-up: all of it, the switch's part, that part to the bridge's.
  def columns($path; $switch; $variant; $reference):
	row($path; $switch; $variant; 2; 1) as $row
	| row($path; $reference; $variant; 2; 1) as $bridge
	| ($row.total | number | right(9)) + ($row.net | number | right(7))
	  + (ratio($row.net; $bridge.net) | percent | right(7));
  def scale($name; $switch; $variant):
	[ [2, 1000], [64, 1000], [256, 1000], [256, 100000] ]
	| map(row("switch"; $switch; $variant; .[0]; .[1]).net)
	| ($name | left(34)) + (map(number | right(11)) | join(""))
	  + (ratio(.[3]; .[0]) | percent | right(9));
  def verdicts($yes; $no):
	.[] | "  \(if .pass then $yes else $no end)  \(.value | percent | right(6)) of \(.limit | percent)  \(.name)";

"Kernel \($result.kernel): instructions per 64-byte frame",
"",
"                                       switch alone           veth to veth",
"                                   total    net  ratio    total    net  ratio",
( [ ["floor", "no switch (the floor)"],
    ["bridge", "Linux bridge"],
    ["bridge-vlan", "Linux bridge, vlan_filtering"],
    ["vswitch", "vswitch, untagged ports"],
    ["vswitch-access", "vswitch, access ports"],
    ["vswitch-assigned", "vswitch, assigned MACs"],
    ["flower", "tc flower + mirred"],
    ["openvswitch", "Open vSwitch kernel datapath"] ][]
  | . as [$switch, $name]
  | select(any($result.rows[]; .switch == $switch))
  | ($name | left(31)) + columns("switch"; $switch; "plain"; "bridge-vlan")
    + columns("veth"; $switch; "plain"; "bridge-vlan") ),
( row("veth"; "macvlan"; "host"; 2; 1) | select(.)
  | ("macvlan (other floor)" | left(54)) + (.total | number | right(9))
    + (.net | number | right(7))
    + (ratio(.net; row("veth"; "bridge-vlan"; "plain"; 2; 1).net) | percent | right(7)) ),
"  tagged to access:",
( [ ["floor", "no switch (the floor)"],
    ["bridge-trunk", "Linux bridge, vlan_filtering"],
    ["vswitch-trunk", "vswitch, trunk and access"] ][]
  | . as [$switch, $name]
  | ($name | left(31)) + columns("switch"; $switch; "tagged"; "bridge-trunk") ),
"",
"Switch alone, net, by ports and addresses:",
"                                    2 / 1000  64 / 1000 256 / 1000  256 / 1e5   change",
scale("bridge-vlan, to one"; "bridge-vlan"; "one"),
scale("bridge-vlan, to each in turn"; "bridge-vlan"; "each"),
scale("vswitch, to one"; "vswitch"; "one"),
scale("vswitch, to each in turn"; "vswitch"; "each"),
"",
"Flooding to 255 ports, net per copy:",
( $result.rows[] | select(.variant == "flood" and .per_copy)
  | "  \(.switch | left(32))\(.per_copy | number | right(11))" ),
"",
"Switch alone, frames that nobody else holds:",
"                                   total    net  ratio",
( $result.rows[] | select(.path == "sent") | .switch
  | ("  " + . | left(31)) + columns("sent"; .; "plain"; "bridge-vlan") ),
"",
"Bulk TCP, instructions per byte, of both hosts too:",
"                                         gso      nogso",
( [ $result.bulk[].switch ] | unique[]
  | . as $switch
  | "  \($switch | if . == "floor" then "no switch (one veth)" else . end | left(32))"
    + ([ ("gso", "nogso") as $variant
	 | ([ $result.bulk[] | select(.switch == $switch and .variant == $variant) ][0].per_byte)
	 | three | right(11) ] | join("")) ),
"",
"Two CPUs, per forwarded frame, without dev_queue_xmit():",
"                                      locked  shared lines written",
( $result.pairs[]
  | "  \(.switch | left(32))\(.locked | three | right(10))\(.lines | three | right(10))" ),
"",
"Bars:", ($result.bars | verdicts("PASS"; "FAIL")),
"Goals:", ($result.goals | verdicts("met "; "open")),
( $result.errors[] | "ERROR \(.)" ),
""
