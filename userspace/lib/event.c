// SPDX-License-Identifier: GPL-2.0
/* Events: what the kernel tells every listener of the group "events". */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/genl.h>

#include "internal.h"

#define EVENT_BUFFER	(256 * 1024)

static void switch_event(struct nlmsghdr *nlh, struct vsw_event *ev,
			 vsw_event_cb cb, void *arg)
{
	struct vsw_switch sw = {};

	if (!vsw_switch_parse(nlh, &sw)) {
		ev->type = VSW_EVENT_SWITCH;
		ev->sw = &sw;
		cb(ev, arg);
	}
	vsw_switch_clear(&sw);
}

static void port_event(struct nlmsghdr *nlh, struct vsw_event *ev,
		       vsw_event_cb cb, void *arg)
{
	struct vsw_port port = {};

	if (!vsw_port_parse(nlh, &port)) {
		ev->type = VSW_EVENT_PORT;
		ev->port = &port;
		cb(ev, arg);
	}
	vsw_port_clear(&port);
}

static void fdb_event(struct nlmsghdr *nlh, struct vsw_event *ev,
		      vsw_event_cb cb, void *arg)
{
	struct vsw_fdb fdb = {};

	if (!vsw_fdb_parse(nlh, &fdb)) {
		ev->type = VSW_EVENT_FDB;
		ev->fdb = &fdb;
		cb(ev, arg);
	}
}

static void acl_event(struct nlmsghdr *nlh, struct vsw_event *ev,
		      vsw_event_cb cb, void *arg)
{
	struct vsw_acl acl = {};

	if (!vsw_acl_parse(nlh, &acl)) {
		ev->type = VSW_EVENT_ACL;
		ev->acl = &acl;
		cb(ev, arg);
	}
	vsw_acl_clear(&acl);
}

static void profile_event(struct nlmsghdr *nlh, struct vsw_event *ev,
			  vsw_event_cb cb, void *arg)
{
	struct vsw_profile profile = { .sw = 0 };

	if (!vsw_profile_parse(nlh, &profile)) {
		ev->type = VSW_EVENT_PROFILE;
		ev->profile = &profile;
		cb(ev, arg);
	}
}

static void partition_event(struct nlmsghdr *nlh, struct vsw_event *ev,
			    vsw_event_cb cb, void *arg)
{
	struct vsw_partition partition = {};

	if (!vsw_partition_parse(nlh, &partition)) {
		ev->type = VSW_EVENT_PARTITION;
		ev->partition = &partition;
		cb(ev, arg);
	}
}

static void channel_event(struct nlmsghdr *nlh, struct vsw_event *ev,
			  vsw_event_cb cb, void *arg)
{
	struct vsw_channel channel = {};

	if (!vsw_channel_parse(nlh, &channel)) {
		ev->type = VSW_EVENT_CHANNEL;
		ev->channel = &channel;
		cb(ev, arg);
	}
}

static void nic_event(struct nlmsghdr *nlh, struct vsw_event *ev,
		      vsw_event_cb cb, void *arg)
{
	struct vsw_nic nic = {};

	if (!vsw_nic_parse(nlh, &nic)) {
		ev->type = VSW_EVENT_NIC;
		ev->nic = &nic;
		cb(ev, arg);
	}
}

static void disk_min_event(struct nlmsghdr *nlh, struct vsw_event *ev,
			   vsw_event_cb cb, void *arg)
{
	struct vsw_disk_rate rate = {};

	if (!vsw_disk_rate_parse(nlh, &rate)) {
		ev->type = VSW_EVENT_DISK_MIN;
		ev->disk_rate = &rate;
		cb(ev, arg);
	}
}

static void handle_vmbus(struct nlmsghdr *nlh, vsw_event_cb cb, void *arg)
{
	struct genlmsghdr *genl = nlmsg_data(nlh);
	struct vsw_event ev = {};

	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return;
	switch (genl->cmd) {
	case VMBUS_HOST_CMD_PARTITION_DEL_NTF:
		ev.deleted = true;
		/* fall through */
	case VMBUS_HOST_CMD_PARTITION_NTF:
		partition_event(nlh, &ev, cb, arg);
		break;
	case VMBUS_HOST_CMD_CHANNEL_NTF:
		channel_event(nlh, &ev, cb, arg);
		break;
	case VMBUS_HOST_CMD_NIC_DEL_NTF:
		ev.deleted = true;
		/* fall through */
	case VMBUS_HOST_CMD_NIC_NTF:
		nic_event(nlh, &ev, cb, arg);
		break;
	case VMBUS_HOST_CMD_DISK_MIN_NTF:
		disk_min_event(nlh, &ev, cb, arg);
		break;
	}
}

static void handle(struct nlmsghdr *nlh, vsw_event_cb cb, void *arg)
{
	struct genlmsghdr *genl = nlmsg_data(nlh);
	struct vsw_event ev = {};

	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return;
	switch (genl->cmd) {
	case VSWITCH_CMD_SWITCH_DEL_NTF:
		ev.deleted = true;
		/* fall through */
	case VSWITCH_CMD_SWITCH_NTF:
		switch_event(nlh, &ev, cb, arg);
		break;
	case VSWITCH_CMD_PORT_DEL_NTF:
		ev.deleted = true;
		/* fall through */
	case VSWITCH_CMD_PORT_NTF:
		port_event(nlh, &ev, cb, arg);
		break;
	case VSWITCH_CMD_FDB_DEL_NTF:
		ev.deleted = true;
		/* fall through */
	case VSWITCH_CMD_FDB_NTF:
		fdb_event(nlh, &ev, cb, arg);
		break;
	case VSWITCH_CMD_ACL_NTF:
		acl_event(nlh, &ev, cb, arg);
		break;
	case VSWITCH_CMD_PROFILE_DEL_NTF:
		ev.deleted = true;
		/* fall through */
	case VSWITCH_CMD_PROFILE_NTF:
		profile_event(nlh, &ev, cb, arg);
		break;
	}
}

int vsw_events_read(struct vsw *c, vsw_event_cb cb, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)c->buf;
	ssize_t got;
	int len;

	got = recv(vsw_events_fd(c), c->buf, EVENT_BUFFER, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got < 0)
		return vsw_set_error(c, -errno, "netlink: %s", strerror(errno));
	for (len = got; NLMSG_OK(nlh, (unsigned int)len);
	     nlh = NLMSG_NEXT(nlh, len)) {
		if (c->events_family == VSW_FAMILY_VMBUS_HOST)
			handle_vmbus(nlh, cb, arg);
		else
			handle(nlh, cb, arg);
	}
	return 0;
}
