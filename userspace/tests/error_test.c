// SPDX-License-Identifier: GPL-2.0
/* The kernel's refusals, put into words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "internal.h"
#include "tap.h"

static struct vsw c;

/* An extended acknowledgement, as its attributes. */
struct ack {
	struct nl_msg *msg;
};

static struct ack new_ack(const char *text)
{
	struct ack a = { .msg = nlmsg_alloc_simple(NLMSG_ERROR, 0) };

	if (text)
		nla_put_string(a.msg, NLMSGERR_ATTR_MSG, text);
	return a;
}

static void says(const struct vsw_request *req, int err, struct ack a,
		 const char *want)
{
	struct nlmsghdr *nlh = nlmsg_hdr(a.msg);

	c.error[0] = '\0';
	vsw_error_from_ack(&c, req, err, nlmsg_attrdata(nlh, 0),
			   nlmsg_attrlen(nlh, 0));
	ok(!strcmp(vsw_error(&c), want), "%s", want);
	if (strcmp(vsw_error(&c), want))
		printf("# got '%s'\n", vsw_error(&c));
	nlmsg_free(a.msg);
}

static uint32_t offset(struct nl_msg *msg, const struct nlattr *nla)
{
	return (const char *)nla - (const char *)nlmsg_hdr(msg);
}

static void plain(void)
{
	struct vsw_request req = { .msg = nlmsg_alloc_simple(0, 0) };

	says(&req, -EPERM, new_ack(NULL),
	     "operation not permitted (CAP_NET_ADMIN is needed)");
	says(&req, -ENODEV, new_ack(NULL), "no such device");
	says(&req, -EBUSY, new_ack("the port is in use"), "the port is in use");
	nlmsg_free(req.msg);
}

static void put_policy(struct ack *a, uint64_t min, uint64_t max)
{
	struct nlattr *nest;

	nest = nla_nest_start(a->msg, NLMSGERR_ATTR_POLICY);
	nla_put_u32(a->msg, NL_POLICY_TYPE_ATTR_TYPE, 4);
	nla_put_u64(a->msg, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, min);
	nla_put_u64(a->msg, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, max);
	nla_nest_end(a->msg, nest);
}

static void nested(void)
{
	struct nlattr *vlan, *range, *start;
	struct vsw_request req = {
		.msg = nlmsg_alloc_simple(0x20, 0),
		.hdrlen = 4,
		.table = &vsw_port_attrs,
	};
	uint32_t genl = 0;
	struct ack a;

	nlmsg_append(req.msg, &genl, sizeof(genl), NLMSG_ALIGNTO);
	nla_put_u32(req.msg, VSWITCH_A_PORT_IFINDEX, 7);
	vlan = nla_nest_start(req.msg, NLA_F_NESTED | VSWITCH_A_PORT_VLAN);
	nla_put_u16(req.msg, VSWITCH_A_VLAN_PVID, 1);
	range = nla_nest_start(req.msg, NLA_F_NESTED | VSWITCH_A_VLAN_RANGE);
	start = (struct nlattr *)nlmsg_tail(nlmsg_hdr(req.msg));
	nla_put_u16(req.msg, VSWITCH_A_VLAN_RANGE_START, 4095);
	nla_nest_end(req.msg, range);
	nla_nest_end(req.msg, vlan);

	a = new_ack("integer out of range");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, offset(req.msg, start));
	put_policy(&a, 1, 4094);
	says(&req, -ERANGE, a,
	     "integer out of range (vlan.range.start accepts 1 to 4094)");

	a = new_ack("no such mode");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, offset(req.msg, vlan));
	says(&req, -EINVAL, a, "no such mode (vlan)");

	a = new_ack("the vlan is wrong");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, offset(req.msg, vlan));
	says(&req, -EINVAL, a, "the vlan is wrong");

	/* The end of the message, and beyond it. */
	a = new_ack("odd");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS,
		    nlmsg_hdr(req.msg)->nlmsg_len);
	says(&req, -EINVAL, a, "odd");
	a = new_ack("odd");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, UINT32_MAX);
	says(&req, -EINVAL, a, "odd");
	a = new_ack("odd");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, 0);
	says(&req, -EINVAL, a, "odd (ifindex)");

	a = new_ack(NULL);
	nla_put_u32(a.msg, NLMSGERR_ATTR_MISS_TYPE, VSWITCH_A_PORT_SWITCH);
	says(&req, -EINVAL, a, "missing attribute switch");
	a = new_ack("incomplete");
	nla_put_u32(a.msg, NLMSGERR_ATTR_MISS_NEST, offset(req.msg, range));
	nla_put_u32(a.msg, NLMSGERR_ATTR_MISS_TYPE,
		    VSWITCH_A_VLAN_RANGE_START);
	says(&req, -EINVAL, a,
	     "incomplete: missing attribute vlan.range.start");
	nlmsg_free(req.msg);
}

int main(void)
{
	plain();
	nested();
	return tap_done();
}
