// SPDX-License-Identifier: GPL-2.0
/* NICs of guests. */
#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "internal.h"

static void get_bytes(uint8_t *to, struct nlattr *attr, int len)
{
	if (attr)
		nla_memcpy(to, attr, len);
}

int vsw_nic_parse(struct nlmsghdr *nlh, void *item)
{
	static struct nla_policy policy[VMBUS_HOST_A_NIC_MAX + 1] = {
		[VMBUS_HOST_A_NIC_NAME]		= { .type = NLA_STRING },
		[VMBUS_HOST_A_NIC_IFINDEX]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_PARTITION]	= { .type = NLA_STRING },
		[VMBUS_HOST_A_NIC_MAC]		= { .minlen = VSW_MAC_LEN },
		[VMBUS_HOST_A_NIC_QUEUES]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_MTU]		= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_SPEED]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_INSTANCE]	= { .minlen = 16 },
		[VMBUS_HOST_A_NIC_STATE]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_VERSION]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_NDIS]		= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_GUEST_MTU]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_GUEST_MAC]	= { .minlen = VSW_MAC_LEN },
		[VMBUS_HOST_A_NIC_FILTER]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_CHANNELS]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_SECTIONS]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_NIC_SECTION_SIZE]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[VMBUS_HOST_A_NIC_MAX + 1];
	struct vsw_nic *nic = item;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VMBUS_HOST_A_NIC_MAX, policy) < 0 ||
	    !tb[VMBUS_HOST_A_NIC_NAME] || !tb[VMBUS_HOST_A_NIC_PARTITION])
		return -EPROTO;
	nla_strlcpy(nic->name, tb[VMBUS_HOST_A_NIC_NAME], sizeof(nic->name));
	nla_strlcpy(nic->partition, tb[VMBUS_HOST_A_NIC_PARTITION],
		    sizeof(nic->partition));
	nic->ifindex = vsw_get_u32(tb[VMBUS_HOST_A_NIC_IFINDEX]);
	get_bytes(nic->mac, tb[VMBUS_HOST_A_NIC_MAC], VSW_MAC_LEN);
	nic->queues = vsw_get_u32(tb[VMBUS_HOST_A_NIC_QUEUES]);
	nic->mtu = vsw_get_u32(tb[VMBUS_HOST_A_NIC_MTU]);
	nic->speed = vsw_get_u32(tb[VMBUS_HOST_A_NIC_SPEED]);
	get_bytes(nic->instance, tb[VMBUS_HOST_A_NIC_INSTANCE], 16);
	nic->state = vsw_get_u32(tb[VMBUS_HOST_A_NIC_STATE]);
	nic->version = vsw_get_u32(tb[VMBUS_HOST_A_NIC_VERSION]);
	nic->ndis = vsw_get_u32(tb[VMBUS_HOST_A_NIC_NDIS]);
	nic->guest_mtu = vsw_get_u32(tb[VMBUS_HOST_A_NIC_GUEST_MTU]);
	get_bytes(nic->guest_mac, tb[VMBUS_HOST_A_NIC_GUEST_MAC], VSW_MAC_LEN);
	nic->filter = vsw_get_u32(tb[VMBUS_HOST_A_NIC_FILTER]);
	nic->channels = vsw_get_u32(tb[VMBUS_HOST_A_NIC_CHANNELS]);
	nic->sections = vsw_get_u32(tb[VMBUS_HOST_A_NIC_SECTIONS]);
	nic->section_size = vsw_get_u32(tb[VMBUS_HOST_A_NIC_SECTION_SIZE]);
	nic->link = tb[VMBUS_HOST_A_NIC_LINK];
	nic->rsc = tb[VMBUS_HOST_A_NIC_RSC];
	nic->rss = tb[VMBUS_HOST_A_NIC_RSS];
	return 0;
}

static int begin(struct vsw *c, uint8_t cmd, struct nl_msg **msg)
{
	int err = vsw_connect_family(c, VSW_FAMILY_VMBUS_HOST);

	if (err)
		return err;
	*msg = vsw_genl_msg_of(c, VSW_FAMILY_VMBUS_HOST, cmd, NLM_F_ACK);
	return *msg ? 0 : vsw_no_memory(c);
}

static int parse_one(struct nlmsghdr *nlh, void *arg)
{
	memset(arg, 0, sizeof(struct vsw_nic));
	return vsw_nic_parse(nlh, arg);
}

static bool has_bytes(const uint8_t *bytes, size_t len)
{
	while (len--)
		if (bytes[len])
			return true;
	return false;
}

int vsw_nic_add(struct vsw *c, struct vsw_nic *nic)
{
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_NIC_NEW, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_NIC_PARTITION, nic->partition);
	if (nic->name[0])
		nla_put_string(msg, VMBUS_HOST_A_NIC_NAME, nic->name);
	if (has_bytes(nic->mac, VSW_MAC_LEN))
		nla_put(msg, VMBUS_HOST_A_NIC_MAC, VSW_MAC_LEN, nic->mac);
	if (nic->queues)
		nla_put_u32(msg, VMBUS_HOST_A_NIC_QUEUES, nic->queues);
	if (nic->mtu)
		nla_put_u32(msg, VMBUS_HOST_A_NIC_MTU, nic->mtu);
	if (nic->speed)
		nla_put_u32(msg, VMBUS_HOST_A_NIC_SPEED, nic->speed);
	if (has_bytes(nic->instance, sizeof(nic->instance)))
		nla_put(msg, VMBUS_HOST_A_NIC_INSTANCE, sizeof(nic->instance),
			nic->instance);
	return vsw_genl_talk(c, msg, &vsw_nic_attrs, parse_one, nic);
}

int vsw_nic_set(struct vsw *c, const struct vsw_nic *nic)
{
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_NIC_SET, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_NIC_NAME, nic->name);
	if (has_bytes(nic->mac, VSW_MAC_LEN))
		nla_put(msg, VMBUS_HOST_A_NIC_MAC, VSW_MAC_LEN, nic->mac);
	if (nic->mtu)
		nla_put_u32(msg, VMBUS_HOST_A_NIC_MTU, nic->mtu);
	if (nic->speed)
		nla_put_u32(msg, VMBUS_HOST_A_NIC_SPEED, nic->speed);
	return vsw_genl_talk(c, msg, &vsw_nic_attrs, NULL, NULL);
}

int vsw_nic_del(struct vsw *c, const char *name)
{
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_NIC_DEL, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_NIC_NAME, name);
	return vsw_genl_talk(c, msg, &vsw_nic_attrs, NULL, NULL);
}

int vsw_nic_get(struct vsw *c, const char *name, struct vsw_nic *nic)
{
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_NIC_GET, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_NIC_NAME, name);
	return vsw_genl_talk(c, msg, &vsw_nic_attrs, parse_one, nic);
}

static void put_nothing(struct nl_msg *msg, const void *filter)
{
	(void)msg;
	(void)filter;
}

int vsw_nic_dump(struct vsw *c, struct vsw_nic **list, size_t *n)
{
	struct vsw_list l = { .size = sizeof(**list), .parse = vsw_nic_parse };
	int err = vsw_list_dump_of(c, VSW_FAMILY_VMBUS_HOST, &l,
				   VMBUS_HOST_CMD_NIC_GET, &vsw_nic_attrs,
				   put_nothing, NULL);

	*list = l.items;
	*n = l.n;
	return err;
}
