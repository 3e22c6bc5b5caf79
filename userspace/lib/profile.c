// SPDX-License-Identifier: GPL-2.0
/* Profiles: settings under a name, which ports refer to. */
#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "internal.h"

int vsw_profile_parse(struct nlmsghdr *nlh, void *item)
{
	struct nlattr *tb[VSWITCH_A_PORT_MAX + 1];
	struct vsw_profile *profile = item;

	if (vsw_port_parse_attrs(nlh, tb) || !tb[VSWITCH_A_PORT_SWITCH] ||
	    !tb[VSWITCH_A_PORT_PROFILE])
		return -EPROTO;
	profile->sw = nla_get_u32(tb[VSWITCH_A_PORT_SWITCH]);
	nla_strlcpy(profile->name, tb[VSWITCH_A_PORT_PROFILE],
		    sizeof(profile->name));
	profile->is_default = tb[VSWITCH_A_PORT_DEFAULT_PROFILE];
	if (tb[VSWITCH_A_PORT_USERS])
		profile->users = nla_get_u32(tb[VSWITCH_A_PORT_USERS]);
	if (tb[VSWITCH_A_PORT_ACL_RULES])
		profile->acl_rules = nla_get_u32(tb[VSWITCH_A_PORT_ACL_RULES]);
	return vsw_port_parse_settings(tb, &profile->settings);
}

static struct nl_msg *profile_msg(struct vsw *c, uint8_t cmd, uint32_t sw,
				  const char *name)
{
	struct nl_msg *msg;

	if (vsw_connect(c))
		return NULL;
	msg = vsw_genl_msg(c, cmd, NLM_F_ACK);
	if (!msg) {
		vsw_no_memory(c);
		return NULL;
	}
	nla_put_u32(msg, VSWITCH_A_PORT_SWITCH, sw);
	nla_put_string(msg, VSWITCH_A_PORT_PROFILE, name);
	return msg;
}

int vsw_profile_get(struct vsw *c, uint32_t sw, const char *name,
		    struct vsw_profile *profile)
{
	struct nl_msg *msg = profile_msg(c, VSWITCH_CMD_PROFILE_GET, sw, name);

	memset(profile, 0, sizeof(*profile));
	if (!msg)
		return -ENOENT;
	return vsw_genl_talk(c, msg, &vsw_port_attrs, vsw_profile_parse,
			     profile);
}

int vsw_profile_dump(struct vsw *c, uint32_t sw, struct vsw_profile **list,
		     size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(struct vsw_profile),
		.parse = vsw_profile_parse,
	};
	int err = vsw_list_dump(c, &l, VSWITCH_CMD_PROFILE_GET, &vsw_port_attrs,
				sw ? VSWITCH_A_PORT_SWITCH : 0, sw);

	*list = l.items;
	*n = l.n;
	return err;
}

static int change(struct vsw *c, uint8_t cmd, uint32_t sw, const char *name,
		  const struct vsw_port_change *chg)
{
	struct nl_msg *msg = profile_msg(c, cmd, sw, name);
	int err;

	if (!msg)
		return -ENOENT;
	err = vsw_port_put_change(c, msg, chg);
	if (err)
		return err;
	return vsw_genl_talk(c, msg, &vsw_port_attrs, NULL, NULL);
}

int vsw_profile_add(struct vsw *c, uint32_t sw, const char *name,
		    const struct vsw_port_change *chg)
{
	return change(c, VSWITCH_CMD_PROFILE_ADD, sw, name, chg);
}

int vsw_profile_set(struct vsw *c, uint32_t sw, const char *name,
		    const struct vsw_port_change *chg)
{
	return change(c, VSWITCH_CMD_PROFILE_SET, sw, name, chg);
}

int vsw_profile_del(struct vsw *c, uint32_t sw, const char *name, uint32_t txn)
{
	struct vsw_port_change chg = { .txn = txn };

	return change(c, VSWITCH_CMD_PROFILE_DEL, sw, name, &chg);
}
