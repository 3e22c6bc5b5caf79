/* SPDX-License-Identifier: GPL-2.0 */
/* The words that an ACL rule is made of. */
#ifndef _VSWITCHCTL_ACL_ARGS_H
#define _VSWITCHCTL_ACL_ARGS_H

#include "args.h"
#include "vswitch.h"

/* Rules to be added need a direction and an action, names of rules may not. */
int acl_args_rule(struct args *a, bool name, struct vsw_acl_rule *rule);

extern const char acl_rule_usage[];

/* "10.0.0.0/8", "any"; the result is good until the next call */
const char *acl_addr_text(const struct vsw_acl_addr *addr);
const char *acl_protocol_text(uint8_t protocol);

#endif /* _VSWITCHCTL_ACL_ARGS_H */
