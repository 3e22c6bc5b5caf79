# SPDX-License-Identifier: GPL-2.0
#
# From the lines of rows.sh to one JSON object: rows with the floor taken off,
# and the bars.

def round1: . * 10 | round / 10;
def round4: . * 10000 | round / 10000;

# The floor of a row: the same frames without a switch. The address makes no
# difference to it, only whether there is one or many.
def variant_of_floor:
	if .variant == "one" then "plain" else .variant end;

def ratio(a; b): if a and b then a / b | round4 else null end;

# A bar: a must be at most b times limit.
def bar($name; a; b; $limit):
	{ name: $name, value: ratio(a; b), limit: $limit }
	| .pass = (.value != null and .value <= $limit);

split("\n")
| (map(select(startswith("error ")) | ltrimstr("error "))) as $errors
| (map(select(startswith("row ")) | split(" ")
	| { path: .[1], switch: .[2], variant: .[3],
	    ports: (.[4] | tonumber), macs: (.[5] | tonumber),
	    copies: (.[6] | tonumber), frames: (.[7] | tonumber),
	    total: (1000 * (.[8] | tonumber) / (.[7] | tonumber)) })
   | reduce .[] as $row ({}; ($row | del(.total) | tostring) as $key
	| .[$key] = ([.[$key], $row] | map(select(.)) | min_by(.total)))
   | [.[]]) as $rows
| (map(select(startswith("bulk ")) | split(" ")
	| { switch: .[1], variant: .[2], bytes: (.[3] | tonumber),
	    per_byte: (1000 * (.[4] | tonumber) / (.[3] | tonumber) | round4) })) as $bulk
| (map(select(startswith("pair ")) | split(" ")
	| { switch: .[1], locked: (.[2] | tonumber), lines: (.[3] | tonumber) })) as $pairs
| [ $rows[] | . as $row
    | ([ $rows[] | select(.switch == "floor" and .path == $row.path and
			  .variant == ($row | variant_of_floor)) ][0].total) as $floor
    | if .switch == "floor" then . else
	  .net = (.total - $floor | round1)
	  | if .variant == "flood" then .per_copy = (.net / .copies | round1) else . end
      end
    | .total |= round1 ] as $rows
| def net($path; $switch; $variant; $ports; $macs):
	[ $rows[] | select(.path == $path and .switch == $switch and
			   .variant == $variant and .ports == $ports and
			   .macs == $macs) ][0].net;
  # None per frame. An interrupt now and then is not the switch's.
  def zero($name; $value):
	{ name: $name, value: $value, limit: 0,
	  pass: ($value != null and $value < 0.1) };
  def pair($switch): [ $pairs[] | select(.switch == $switch) ][0];
  def bulk($switch; $variant):
	[ $bulk[] | select(.switch == $switch and .variant == $variant) ][0].per_byte;
  def plain($path; $switch): net($path; $switch; "plain"; 2; 1);
{
	kernel: $kernel,
	unit: "instructions per frame",
	rows: $rows,
	bulk: $bulk,
	pairs: $pairs,
	errors: $errors,
	bars: [
		(("switch", "veth") as $path
		 | ("vswitch", "vswitch-access", "vswitch-assigned") as $switch
		 | bar("\($path): \($switch) at most as bridge-vlan";
		       plain($path; $switch); plain($path; "bridge-vlan"); 1)),
		bar("switch: vswitch-trunk at most as bridge-trunk";
		    net("switch"; "vswitch-trunk"; "tagged"; 2; 1);
		    net("switch"; "bridge-trunk"; "tagged"; 2; 1); 1),
		(("one", "each") as $variant
		 | bar("switch: vswitch with 256 ports and 100000 addresses as with 2 and 1000, \($variant)";
		       net("switch"; "vswitch"; $variant; 256; 100000);
		       net("switch"; "vswitch"; $variant; 2; 1000); 1.1)),
		bar("switch: vswitch 0.8 of bridge-vlan";
		    plain("switch"; "vswitch"); plain("switch"; "bridge-vlan"); 0.8),
		bar("switch: vswitch floods at 1000 per copy";
		    [ $rows[] | select(.switch == "vswitch" and .variant == "flood") ][0].per_copy;
		    1000; 1),
		bar("sent: vswitch half of bridge-vlan";
		    plain("sent"; "vswitch"); plain("sent"; "bridge-vlan"); 0.5),
		(("gso", "nogso") as $variant
		 | bar("tcp: vswitch at most as bridge-vlan, \($variant)";
		       bulk("vswitch"; $variant); bulk("bridge-vlan"; $variant); 1)),
		zero("pair: vswitch executes no LOCK per frame"; pair("vswitch").locked),
		zero("pair: vswitch writes no line per frame that others use";
		     pair("vswitch").lines)
	],
	goals: [
		bar("switch: vswitch half of bridge-vlan";
		    plain("switch"; "vswitch"); plain("switch"; "bridge-vlan"); 0.5)
	]
}
