// SPDX-License-Identifier: GPL-2.0
/* Transactions, netlink sockets that listen, and what a closed one leaves. */
#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/vswitch.h>

#include "op.h"

static struct msg begin, end, stage[3];
static uint32_t id;

static void read_id(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		if (msg_type(a) == VSWITCH_A_TXN_ID)
			id = msg_get_u32(a);
	}
}

static void ask_begin(void)
{
	msg_begin_genl(&begin, VSWITCH_CMD_TXN_BEGIN, 0);
	msg_u32(&begin, VSWITCH_A_TXN_SWITCH, if_nametoindex("s0"));
}

/* Three ports, each with a set of VLANs, and one of them twice. */
static void ask_stages(void)
{
	int i;

	ask_vlan(&stage[0], "d1", 0, false, 100, 110);
	ask_vlan(&stage[1], "d2", 0, false, 200, 210);
	ask_vlan(&stage[2], "d1", 0, false, 300, 310);
	for (i = 0; i < 3; i++)
		msg_u32(&stage[i], VSWITCH_A_PORT_TXN, id);
}

static void ask_end(int cmd)
{
	msg_begin_genl(&end, cmd, 0);
	msg_u32(&end, VSWITCH_A_TXN_ID, id);
}

static void undo(void)
{
	port_vlan("d1", 10, true, 10, 10);
	port_vlan("d2", 0, false, 20, 30);
}

static struct answer begin_and_stage(void)
{
	struct answer answer;
	int i;

	answer = msg_talk(&begin, read_id, NULL);
	ask_stages();
	for (i = 0; !answer.err && i < 3; i++)
		answer = msg_talk(&stage[i], NULL, NULL);
	return answer;
}

/* One fault anywhere in it. What is refused half way is given up. */
static struct answer whole(void)
{
	struct answer answer = begin_and_stage();

	ask_end(VSWITCH_CMD_TXN_COMMIT);
	if (!answer.err)
		answer = msg_talk(&end, NULL, NULL);
	return answer;
}

static struct answer aborted(void)
{
	struct answer answer = begin_and_stage();

	ask_end(VSWITCH_CMD_TXN_ABORT);
	if (!answer.err)
		answer = msg_talk(&end, NULL, NULL);
	return answer;
}

/* The same with all but the commit done before. */
static void staged(void)
{
	ask_begin();
	if (begin_and_stage().err)
		die("a transaction was refused without a fault");
	ask_end(VSWITCH_CMD_TXN_COMMIT);
}

static struct answer commit(void)
{
	return msg_talk(&end, NULL, NULL);
}

/* A netns has room for 16: none of the attempts may have left one behind. */
static void all_there(void)
{
	int i;

	msg_reopen();
	ask_begin();
	for (i = 0; i < 16; i++)
		msg_must(&begin, NULL, NULL);
	if (msg_talk(&begin, NULL, NULL).err != -ENOSPC)
		die("there is room for more than 16 transactions");
	msg_reopen();
}

static struct answer subscribe(void)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	struct answer answer = { .sure = true };
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0 || bind(fd, (void *)&local, sizeof(local)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &msg_events,
		       sizeof(msg_events)))
		answer.err = -errno;
	if (fd >= 0)
		close(fd);
	return answer;
}

const struct op txn_ops[] = {
	{ "transaction", .prepare = ask_begin, .act = whole, .undo = undo,
	  .cleanup = all_there },
	{ "transaction, commit", .prepare = staged, .act = commit,
	  .undo = undo, .cleanup = all_there },
	{ "transaction, abort", .prepare = ask_begin, .act = aborted,
	  .cleanup = all_there },
	{ "subscribe to events", .act = subscribe },
	{}
};
