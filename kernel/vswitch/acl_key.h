/* SPDX-License-Identifier: GPL-2.0 */
/* What ACLs look at of a frame. */
#ifndef _VSW_ACL_KEY_H
#define _VSW_ACL_KEY_H

#include <linux/types.h>

#include "acl.h"
#include "headers.h"

struct vsw_flow_key;
struct vsw_frame;

/**
 * enum vsw_acl_claim - does the frame claim an address otherwise than by its source?
 * @VSW_ACL_CLAIM_NONE: no
 * @VSW_ACL_CLAIM_ONLY: that one alone: ARP, duplicate address detection; the other
 *	side is not known
 * @VSW_ACL_CLAIM_TOO: that one as well: a neighbour advertisement
 */
enum vsw_acl_claim {
	VSW_ACL_CLAIM_NONE,
	VSW_ACL_CLAIM_ONLY,
	VSW_ACL_CLAIM_TOO,
};

/**
 * struct vsw_acl_key - what rules are compared with
 * @local: address of the port's side; IPv4 in the first word, the rest zero
 * @remote: address of the other side
 * @claimed: what the sender claims, if he does
 * @local_port: or VSW_ACL_NO_PORT
 * @remote_port: likewise
 * @proto: vsw_acl_proto(), or VSW_ACL_PROTO_ND
 * @vid: VLAN
 * @version: VSW_ACL_V4 or _V6
 * @direction: enum vswitch_acl_direction
 * @out: the port sends
 * @claim: enum vsw_acl_claim
 */
struct vsw_acl_key {
	u32 local[4];
	u32 remote[4];
	u32 claimed[4];
	u32 local_port;
	u32 remote_port;
	u32 proto;
	u32 vid;
	u8 version;
	u8 direction;
	bool out;
	u8 claim;
};

void vsw_acl_key_init(struct vsw_acl_key *key,
		      const struct vsw_headers *headers,
		      enum vswitch_acl_direction direction, u16 vid);
void vsw_acl_key_dims(const struct vsw_acl_key *key, u32 *dims);
void vsw_acl_key_of_flow(struct vsw_acl_key *key,
			 const struct vsw_flow_key *flow, u16 vid);
bool vsw_acl_flow_key(struct vsw_flow_key *flow, const struct vsw_acl_key *key,
		      const struct vsw_frame *frame);
bool vsw_acl_quoted_key(struct vsw_flow_key *flow,
			const struct vsw_acl_key *key,
			const struct vsw_frame *frame);

#endif
