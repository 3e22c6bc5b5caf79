// SPDX-License-Identifier: GPL-2.0
/*
 * All that can be seen, in one number: every dump of the family, without what
 * changes by itself, and the links of the netns.
 */
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

static void add(uint64_t *digest, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		*digest = (*digest ^ *p++) * 0x100000001b3ULL;
}

static bool by_itself(const struct spec_attr *attr)
{
	static const char *const names[] = {
		"stats", "age", "link-up", "channels", "heartbeat-age",
		"messages-in", "messages-out",
	};
	unsigned int i;

	for (i = 0; attr->name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(attr->name, names[i]))
			return true;
	return false;
}

static void add_object(struct fuzz *f, struct nlmsghdr *nlh, void *arg)
{
	struct genlmsghdr *genl = NLMSG_DATA(nlh);
	char *p = (char *)genl + GENL_HDRLEN;
	char *end = (char *)nlh + nlh->nlmsg_len;
	struct spec_op *op;

	if (nlh->nlmsg_type != f->family)
		return;
	op = spec_op_of_cmd(f->spec, genl->cmd);
	while (op && p + NLA_HDRLEN <= end) {
		struct nlattr *nla = (struct nlattr *)p;
		unsigned int type = nla->nla_type & NLA_TYPE_MASK;

		if (nla->nla_len < NLA_HDRLEN)
			return;
		if (type > op->set->max || !by_itself(&op->set->attrs[type]))
			add(arg, nla, nla->nla_len);
		p += NLA_ALIGN(nla->nla_len);
	}
}

/* IFLA_INFO_DATA of other kinds has what changes by itself. */
static bool is_ours(const struct rtattr *info)
{
	struct rtattr *rta = RTA_DATA(info);
	int len = RTA_PAYLOAD(info);

	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == IFLA_INFO_KIND)
			return !strncmp(RTA_DATA(rta), "vswitch", 7) ||
			       !strcmp(RTA_DATA(rta), "netvsp");
	return false;
}

static void add_link(struct fuzz *f, struct nlmsghdr *nlh, void *arg)
{
	struct ifinfomsg *ifi = NLMSG_DATA(nlh);
	struct rtattr *rta = IFLA_RTA(ifi);
	int len = IFLA_PAYLOAD(nlh);
	unsigned int flags = ifi->ifi_flags & IFF_UP;

	(void)f;
	if (nlh->nlmsg_type != RTM_NEWLINK)
		return;
	add(arg, &ifi->ifi_index, sizeof(ifi->ifi_index));
	add(arg, &flags, sizeof(flags));
	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len)) {
		switch (rta->rta_type) {
		case IFLA_LINKINFO | NLA_F_NESTED:
		case IFLA_LINKINFO:
			if (!is_ours(rta))
				break;
			/* fall through */
		case IFLA_IFNAME:
		case IFLA_MTU:
		case IFLA_ADDRESS:
		case IFLA_MASTER:
		case IFLA_LINK:
		case IFLA_PROMISCUITY:
			add(arg, rta, rta->rta_len);
		}
	}
}

static uint64_t take(struct fuzz *f)
{
	struct ifinfomsg ifi = {};
	uint64_t digest = 0xcbf29ce484222325ULL;
	static struct msg m;
	unsigned int i;

	for (i = 0; i < f->spec->n_ops; i++) {
		struct spec_op *op = &f->spec->ops[i];

		/* A channel goes when its guest has let go of it. */
		if (!op->dump.there || !strcmp(op->name, "channel-get"))
			continue;
		msg_begin_genl(&m, f, op->cmd, NLM_F_DUMP, op->name);
		talk_quietly(f, &f->look, &m, add_object, &digest);
	}
	msg_begin(&m, RTM_GETLINK, NLM_F_DUMP, &ifi, sizeof(ifi), "links");
	talk_quietly(f, &f->rtnl, &m, add_link, &digest);
	return digest;
}

/* What is left to be done when a partition or a NIC goes, workers do. */
uint64_t digest_take(struct fuzz *f)
{
	uint64_t digest = take(f), again;
	unsigned int same = 0;

	while (vmbus_has(f) && same < 3) {
		usleep(20000);
		again = take(f);
		same = again == digest ? same + 1 : 0;
		digest = again;
	}
	return digest;
}
