/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ACLs: rules about what a port may send and receive.
 *
 * Basic rules are about one address, extended ones have a weight and are about
 * much else as well. A list of rules is part of a port's policy. It is made
 * while nobody else sees it, compiled once (acl_compile.c) and then never
 * changes; frames read what it was compiled to (acl.c).
 */
#ifndef _VSW_ACL_H
#define _VSW_ACL_H

#include <linux/in6.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <uapi/linux/vswitch.h>

#include "drop.h"
#include "flow.h"

struct netlink_ext_ack;
struct nlattr;
struct vsw_class;
struct vsw_frame;
struct vsw_port;
struct vsw_quota;
struct vsw_snap;

/**
 * enum vsw_acl_kind - which rules compete with each other
 * @VSW_ACL_IP: basic, of IP addresses: the longest prefix decides
 * @VSW_ACL_MAC: basic, of MAC addresses
 * @VSW_ACL_EXTENDED: the highest weight decides
 *
 * A frame has to be allowed by each kind.
 */
enum vsw_acl_kind {
	VSW_ACL_IP,
	VSW_ACL_MAC,
	VSW_ACL_EXTENDED,
};

/**
 * enum vsw_acl_family - what an address of a rule is
 * @VSW_ACL_UNSAID: not there: a basic rule has but one
 * @VSW_ACL_ANY: any address of the kind
 * @VSW_ACL_IPV4: a prefix, the first four bytes
 * @VSW_ACL_IPV6: a prefix
 * @VSW_ACL_ETHER: the first six bytes
 */
enum vsw_acl_family {
	VSW_ACL_UNSAID,
	VSW_ACL_ANY,
	VSW_ACL_IPV4,
	VSW_ACL_IPV6,
	VSW_ACL_ETHER,
};

struct vsw_acl_addr {
	u8 family;
	u8 len;
	u8 bytes[sizeof(struct in6_addr)];
};

/* Ports, both included; unless @said, any port, and none at all. */
struct vsw_acl_ports {
	u16 first;
	u16 last;
	bool said;
};

/* In the place of an action: whatever it is. */
#define VSW_ACL_ANY_ACTION	255

#define VSW_ACL_PROTOCOL_ANY	(-1)

/**
 * struct vsw_meter - what a meter rule has counted at one port
 * @ref: the struct vsw_meters that it is in
 * @bytes: per CPU
 */
struct vsw_meter {
	refcount_t ref;
	u64 __percpu *bytes;
};

/**
 * struct vsw_meters - the meters of a port
 * @ref: snapshots of the port
 * @nr: how many
 * @meter: by vsw_acl_rule.meter
 */
struct vsw_meters {
	refcount_t ref;
	u32 nr;
	struct vsw_meter *meter[];
};

/**
 * struct vsw_acl_rule - one rule, as it was given
 * @id: unique in its list
 * @kind: enum vsw_acl_kind
 * @direction: VSWITCH_ACL_DIRECTION_IN or _OUT
 * @action: enum vswitch_acl_action
 * @stateful: what belongs to an allowed flow passes in both directions
 * @weight: extended rules only, as all that follow but the addresses
 * @isolation: VLAN, 0 for any
 * @timeout: seconds without traffic after which a flow ends
 * @protocol: of IP, or VSW_ACL_PROTOCOL_ANY
 * @local_ports: of the port's side
 * @remote_ports: of the other side
 * @local: address of the port's side
 * @remote: address of the other side
 * @meter: of a meter rule, its place in the struct vsw_meters of each port; set
 *	when the list is compiled
 */
struct vsw_acl_rule {
	u32 id;
	u8 kind;
	u8 direction;
	u8 action;
	bool stateful;
	u16 weight;
	u16 isolation;
	u16 timeout;
	s16 protocol;
	struct vsw_acl_ports local_ports;
	struct vsw_acl_ports remote_ports;
	struct vsw_acl_addr local;
	struct vsw_acl_addr remote;
	u32 meter;
};

/**
 * struct vsw_acl - a list of rules
 * @ref: policies that it is part of
 * @nr: number of rules
 * @room: for how many there is room
 * @next_id: the id of the next rule
 * @lineage: that of the list that it was made of: ids are unique in it
 * @quota: what they are charged to
 * @compiled: what frames read; NULL until it is needed
 * @rules: in the order of vsw_acl_compare()
 */
struct vsw_acl {
	refcount_t ref;
	u32 nr;
	u32 room;
	u32 next_id;
	u64 lineage;
	struct vsw_quota *quota;
	struct vsw_acl_compiled *compiled;
	struct vsw_acl_rule *rules;
};

/**
 * struct vsw_acl_set - rules that compete, compiled
 * @class: the classifier, or NULL without rules
 * @rule: which rule of the list each of the classifier's is
 */
struct vsw_acl_set {
	struct vsw_class *class;
	u32 *rule;
};

/* Dimensions of the classifiers. */
enum vsw_acl_dims {
	VSW_ACL_DIMS_IPV4	= 1,
	VSW_ACL_DIMS_IPV6	= 4,
	VSW_ACL_DIMS_MAC	= 2,
	/* remote and local address, local and remote port, protocol, VLAN */
	VSW_ACL_DIMS_EXT4	= 6,
	VSW_ACL_DIMS_EXT6	= 12,
};

/* The port number, in classifiers, of what has none. */
#define VSW_ACL_NO_PORT		0x10000

/*
 * IP protocols, in classifiers: ICMPv6 and 255 change places, so that rules
 * about ICMPv6 match neighbour discovery too, while those about any protocol
 * do not. It is to IPv6 what ARP is to IPv4.
 */
#define VSW_ACL_PROTO_ND	256

static inline u32 vsw_acl_proto(u8 protocol)
{
	if (protocol == IPPROTO_ICMPV6)
		return 255;
	return protocol == 255 ? IPPROTO_ICMPV6 : protocol;
}

enum {
	VSW_ACL_LOCAL,
	VSW_ACL_REMOTE,
	VSW_ACL_SIDES,
};

enum {
	VSW_ACL_V4,
	VSW_ACL_V6,
	VSW_ACL_VERSIONS,
};

/**
 * enum vsw_acl_flags - what rules of one direction have to look at
 * @VSW_ACL_HAS_MAC: MAC addresses
 * @VSW_ACL_HAS_IP: IP addresses
 * @VSW_ACL_HAS_METER: IP addresses, to count
 * @VSW_ACL_HAS_EXT: there are extended rules
 * @VSW_ACL_HAS_L4: some of them speak of protocols or ports
 * @VSW_ACL_HAS_STATE: some of them are stateful
 * @VSW_ACL_HAS_ND: basic rules say who may claim an address of IPv6
 */
enum vsw_acl_flags {
	VSW_ACL_HAS_MAC		= BIT(0),
	VSW_ACL_HAS_IP		= BIT(1),
	VSW_ACL_HAS_METER	= BIT(2),
	VSW_ACL_HAS_EXT		= BIT(3),
	VSW_ACL_HAS_L4		= BIT(4),
	VSW_ACL_HAS_STATE	= BIT(5),
	VSW_ACL_HAS_ND		= BIT(6),
};

/**
 * struct vsw_acl_dir - the rules of one direction, compiled
 * @flags: enum vsw_acl_flags
 * @ext: extended rules, by IP version, highest weight first
 * @ip: basic rules, by side and IP version, longest prefix first
 * @meter: meter rules, likewise
 * @mac: basic rules of MAC addresses, by side, single ones before any
 */
struct vsw_acl_dir {
	u32 flags;
	struct vsw_acl_set ext[VSW_ACL_VERSIONS];
	struct vsw_acl_set ip[VSW_ACL_SIDES][VSW_ACL_VERSIONS];
	struct vsw_acl_set meter[VSW_ACL_SIDES][VSW_ACL_VERSIONS];
	struct vsw_acl_set mac[VSW_ACL_SIDES];
};

#define VSW_ACL_DIRECTIONS 2	/* VSWITCH_ACL_DIRECTION_IN and _OUT */

/**
 * struct vsw_acl_compiled - what a list of rules was compiled to
 * @dir: by direction
 * @bytes: memory that it takes
 * @serial: no other has it
 * @nr_meters: number of meter rules
 * @stateful: there are stateful rules, of either direction
 */
struct vsw_acl_compiled {
	struct vsw_acl_dir dir[VSW_ACL_DIRECTIONS];
	size_t bytes;
	u64 serial;
	u32 nr_meters;
	bool stateful;
};

/**
 * struct vsw_acl_pass - what is left to do when a frame passes
 * @begins: the stateful rule that allowed it, NULL if there is no flow to begin
 * @flow: the flow, if so
 */
struct vsw_acl_pass {
	const struct vsw_acl_rule *begins;
	struct vsw_flow_key flow;
};

/* acl.c */
enum vsw_drop_reason vsw_acl_check(struct vsw_frame *frame,
				   const struct vsw_snap *port,
				   enum vswitch_acl_direction direction,
				   struct vsw_acl_pass *pass);
enum vsw_drop_reason vsw_acl_passed(const struct vsw_frame *frame,
				    const struct vsw_snap *port,
				    enum vswitch_acl_direction direction,
				    const struct vsw_acl_pass *pass);

/* acl_list.c */
int vsw_acl_compare(const struct vsw_acl_rule *a, const struct vsw_acl_rule *b);
bool vsw_acl_same(const struct vsw_acl_rule *a, const struct vsw_acl_rule *b);
struct vsw_acl *vsw_acl_get(struct vsw_acl *acl);
void vsw_acl_put(struct vsw_acl *acl);
int vsw_acl_add(struct vsw_acl **acl, struct vsw_acl_rule *rules, u32 n,
		struct vsw_quota *quota, bool more, u32 *bad,
		struct netlink_ext_ack *extack);
int vsw_acl_del(struct vsw_acl **acl, const struct vsw_acl_rule *rules, u32 n,
		u32 *bad, struct netlink_ext_ack *extack);
size_t vsw_acl_bytes(const struct vsw_acl *acl);

/* acl_meter.c */
u64 vsw_meter_read(const struct vsw_meter *meter);
struct vsw_meters *vsw_meters_make(const struct vsw_acl *acl,
				   const struct vsw_acl *old,
				   struct vsw_meters *had);
void vsw_meters_put(struct vsw_meters *meters);
size_t vsw_meters_bytes(const struct vsw_meters *meters);

/* acl_compile.c */
int vsw_acl_compile(struct vsw_acl *acl);
void vsw_acl_compiled_free(struct vsw_acl_compiled *compiled);

/* acl_state.c */
int vsw_acl_prepare(struct vsw_port *port, struct vsw_acl *acl);
u32 vsw_acl_snap_flags(const struct vsw_acl *acl);
void vsw_acl_release(struct vsw_port *port);

#endif
