// SPDX-License-Identifier: GPL-2.0
/*
 * The connection: sockets, and one way of asking the kernel something.
 *
 * Messages are built with libnl, but answers are read here: libnl's receive
 * loop knows nothing of extended acknowledgements, of errors inside NLMSG_DONE,
 * or of the messages that a success can carry.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <linux/rtnetlink.h>

#include "internal.h"

#define SOCKET_BUFFER	(1024 * 1024)
#define SEND_BUFFER	(72 * 1024)

/* How often an inconsistent dump is asked for again. */
#define DUMP_RETRIES	8

int vsw_set_error(struct vsw *c, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
	return err;
}

int vsw_no_memory(struct vsw *c)
{
	return vsw_set_error(c, -ENOMEM, "out of memory");
}

const char *vsw_error(const struct vsw *c)
{
	return c->error[0] ? c->error : "unknown error";
}

int vsw_blamed(const struct vsw *c)
{
	return c->blamed;
}

const char *vsw_warning(const struct vsw *c)
{
	return c->warning[0] ? c->warning : NULL;
}

static struct nl_sock *open_socket(int protocol)
{
	struct nl_sock *sk = nl_socket_alloc();
	int on = 1;

	if (!sk)
		return NULL;
	if (nl_connect(sk, protocol) < 0) {
		nl_socket_free(sk);
		return NULL;
	}
	nl_socket_disable_auto_ack(sk);
	/*
	 * The acknowledgement that follows a long answer must find room. The
	 * kernel takes more than the answer needs: it counts what it reserved.
	 */
	nl_socket_set_buffer_size(sk, SOCKET_BUFFER, SOCKET_BUFFER);
	/* Only make messages better; kernels without them still work. */
	setsockopt(nl_socket_get_fd(sk), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		   sizeof(on));
	setsockopt(nl_socket_get_fd(sk), SOL_NETLINK, NETLINK_CAP_ACK, &on,
		   sizeof(on));
	setsockopt(nl_socket_get_fd(sk), SOL_NETLINK, NETLINK_GET_STRICT_CHK,
		   &on, sizeof(on));
	return sk;
}

struct vsw *vsw_open(void)
{
	struct vsw *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->buf = malloc(VSW_RECV_BUFFER);
	c->rtnl = open_socket(NETLINK_ROUTE);
	c->genl = open_socket(NETLINK_GENERIC);
	if (!c->buf || !c->rtnl || !c->genl) {
		vsw_close(c);
		return NULL;
	}
	return c;
}

void vsw_close(struct vsw *c)
{
	if (!c)
		return;
	nl_socket_free(c->rtnl);
	nl_socket_free(c->genl);
	nl_socket_free(c->events);
	free(c->buf);
	free(c);
}

static const struct {
	const char *name;
	uint8_t version;
	const char *missing;
} families[VSW_FAMILIES] = {
	[VSW_FAMILY_VSWITCH] = {
		VSWITCH_GENL_NAME, VSWITCH_GENL_VERSION,
		"the vswitch module is not loaded (modprobe vswitch)",
	},
	[VSW_FAMILY_VMBUS_HOST] = {
		VMBUS_HOST_GENL_NAME, VMBUS_HOST_GENL_VERSION,
		"the vmbus_host module is not loaded (modprobe vmbus_host)",
	},
};

int vsw_connect_family(struct vsw *c, enum vsw_family family)
{
	int id = c->family[family];

	if (id > 0)
		return 0;
	id = genl_ctrl_resolve(c->genl, families[family].name);
	if (id < 0)
		return vsw_set_error(c, -ENOENT, "%s", families[family].missing);
	c->family[family] = id;
	return 0;
}

int vsw_connect(struct vsw *c)
{
	return vsw_connect_family(c, VSW_FAMILY_VSWITCH);
}

int vsw_events_subscribe_of(struct vsw *c, enum vsw_family family)
{
	int group, fd;

	c->events = nl_socket_alloc();
	if (!c->events)
		return vsw_no_memory(c);
	if (genl_connect(c->events) < 0)
		return vsw_set_error(c, -EIO, "cannot open a netlink socket");
	group = genl_ctrl_resolve_grp(c->events, families[family].name,
				      VSWITCH_MCGRP_EVENTS);
	if (group < 0)
		return vsw_set_error(c, -ENOENT, "%s", families[family].missing);
	c->events_family = family;
	nl_socket_set_buffer_size(c->events, 1 << 20, 0);
	fd = nl_socket_get_fd(c->events);
	if (!setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			sizeof(group)))
		return 0;
	return vsw_set_error(c, -errno, "cannot listen to events: %s",
			     errno == EPERM ? "CAP_NET_ADMIN is needed" :
					      strerror(errno));
}

int vsw_events_subscribe(struct vsw *c)
{
	return vsw_events_subscribe_of(c, VSW_FAMILY_VSWITCH);
}

int vsw_partition_events_subscribe(struct vsw *c)
{
	return vsw_events_subscribe_of(c, VSW_FAMILY_VMBUS_HOST);
}

int vsw_events_fd(const struct vsw *c)
{
	return nl_socket_get_fd(c->events);
}

/* The extended part of an acknowledgement, which may follow our request. */
static const struct nlattr *ack_tlvs(const struct nlmsghdr *nlh, int *len)
{
	const struct nlmsgerr *e = NLMSG_DATA(nlh);
	size_t skip = sizeof(*e);

	*len = 0;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    e->msg.nlmsg_len > sizeof(e->msg))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len - sizeof(e->msg));
	if (nlh->nlmsg_len < NLMSG_HDRLEN + skip)
		return NULL;
	*len = nlh->nlmsg_len - NLMSG_HDRLEN - skip;
	return (const struct nlattr *)((const char *)e + skip);
}

static int handle_ack(struct vsw *c, const struct vsw_request *req,
		      const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = NLMSG_DATA(nlh);
	const struct nlattr *tlvs;
	int len;

	if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*e)))
		return vsw_set_error(c, -EPROTO, "truncated acknowledgement");
	tlvs = ack_tlvs(nlh, &len);
	vsw_error_from_ack(c, req, e->error, tlvs, len);
	return e->error;
}

/* A dump that fails half-way says so in the message that ends it. */
static int handle_done(struct vsw *c, const struct vsw_request *req,
		       const struct nlmsghdr *nlh)
{
	int err = 0, len;

	if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(err)))
		return 0;
	memcpy(&err, NLMSG_DATA(nlh), sizeof(err));
	if (err >= 0)
		return 0;
	len = nlh->nlmsg_len - NLMSG_LENGTH(sizeof(err));
	vsw_error_from_ack(c, req, err,
			   (struct nlattr *)((char *)NLMSG_DATA(nlh) + sizeof(err)),
			   nlh->nlmsg_flags & NLM_F_ACK_TLVS ? len : 0);
	return err;
}

static int bad_answer(struct vsw *c, int err)
{
	return vsw_set_error(c, err, "cannot read the kernel's answer: %s",
			     strerror(-err));
}

/* Read datagrams until the request with this number is answered. */
static int receive(struct vsw *c, struct nl_sock *sk,
		   const struct vsw_request *req, vsw_msg_cb cb, void *arg)
{
	uint32_t seq = nlmsg_hdr(req->msg)->nlmsg_seq;
	bool interrupted = false;
	int cb_err = 0;

	for (;;) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)c->buf;
		ssize_t got;
		int len, err;

		got = recv(nl_socket_get_fd(sk), c->buf, VSW_RECV_BUFFER,
			   MSG_TRUNC);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN && req->late)
			return vsw_set_error(c, -ETIMEDOUT,
					     "the guest does not answer");
		if (got < 0)
			return vsw_set_error(c, -errno, "netlink: %s",
					     strerror(errno));
		if (got > VSW_RECV_BUFFER)
			return vsw_set_error(c, -EMSGSIZE,
					     "netlink: answer of %zd bytes is too long",
					     got);

		for (len = got; NLMSG_OK(nlh, (unsigned int)len);
		     nlh = NLMSG_NEXT(nlh, len)) {
			/* Left over from a request that was given up. */
			if (nlh->nlmsg_seq != seq)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				interrupted = true;
			if (nlh->nlmsg_type != NLMSG_ERROR &&
			    nlh->nlmsg_type != NLMSG_DONE) {
				if (cb && !cb_err)
					cb_err = cb(nlh, arg);
				if (!req->late)
					continue;
				return cb_err ? bad_answer(c, cb_err) : 0;
			}
			if (nlh->nlmsg_type == NLMSG_ERROR)
				err = handle_ack(c, req, nlh);
			else
				err = handle_done(c, req, nlh);
			if (!err && cb_err)
				err = bad_answer(c, cb_err);
			if (!err && interrupted)
				err = vsw_set_error(c, -EAGAIN,
						    "the list kept changing while it was read");
			return err;
		}
	}
}

/* Consumes the message. */
static int talk(struct vsw *c, struct nl_sock *sk, struct vsw_request *req,
		vsw_msg_cb cb, void *arg)
{
	int err;

	c->error[0] = '\0';
	c->warning[0] = '\0';
	c->blamed = -1;
	err = nl_send_auto(sk, req->msg);
	if (err < 0)
		err = vsw_set_error(c, -EIO, "cannot send to the kernel: %s",
				    nl_geterror(err));
	else
		err = receive(c, sk, req, cb, arg);
	nlmsg_free(req->msg);
	return err;
}

static struct nl_msg *genl_msg(struct vsw *c, enum vsw_family family, uint8_t cmd,
			       int flags, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size);

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, c->family[family], 0,
			 NLM_F_REQUEST | flags, cmd,
			 families[family].version)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

struct nl_msg *vsw_genl_msg(struct vsw *c, uint8_t cmd, int flags)
{
	return vsw_genl_msg_of(c, VSW_FAMILY_VSWITCH, cmd, flags);
}

struct nl_msg *vsw_genl_msg_of(struct vsw *c, enum vsw_family family,
			       uint8_t cmd, int flags)
{
	return genl_msg(c, family, cmd, flags, SEND_BUFFER);
}

struct nl_msg *vsw_genl_msg_sized(struct vsw *c, uint8_t cmd, int flags, size_t size)
{
	return genl_msg(c, VSW_FAMILY_VSWITCH, cmd, flags,
			NLMSG_HDRLEN + GENL_HDRLEN + size);
}

int vsw_genl_talk(struct vsw *c, struct nl_msg *msg,
		  const struct vsw_attr_table *table, vsw_msg_cb cb, void *arg)
{
	struct vsw_request req = {
		.msg = msg, .hdrlen = GENL_HDRLEN, .table = table,
	};

	return talk(c, c->genl, &req, cb, arg);
}

int vsw_genl_ask(struct vsw *c, struct nl_msg *msg,
		 const struct vsw_attr_table *table, vsw_msg_cb cb, void *arg,
		 int timeout)
{
	struct vsw_request req = {
		.msg = msg, .hdrlen = GENL_HDRLEN, .table = table,
		.late = true,
	};
	struct timeval limit = { .tv_sec = timeout }, none = {};
	int fd = nl_socket_get_fd(c->genl), err;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	err = talk(c, c->genl, &req, cb, arg);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
	return err;
}

struct nl_msg *vsw_rtnl_msg(int type, int flags)
{
	return nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);
}

int vsw_rtnl_talk(struct vsw *c, struct nl_msg *msg, vsw_msg_cb cb, void *arg)
{
	struct vsw_request req = { .msg = msg };

	return talk(c, c->rtnl, &req, cb, arg);
}

int vsw_link_talk(struct vsw *c, struct nl_msg *msg,
		  const struct vsw_attr_table *table)
{
	struct vsw_request req = {
		.msg = msg,
		.hdrlen = NLMSG_ALIGN(sizeof(struct ifinfomsg)),
		.table = table,
	};

	return talk(c, c->rtnl, &req, NULL, NULL);
}

static void list_clear(struct vsw_list *list)
{
	size_t i;

	for (i = 0; list->clear && i < list->n; i++)
		list->clear((char *)list->items + i * list->size);
	free(list->items);
	list->items = NULL;
	list->n = 0;
	list->cap = 0;
}

static int list_add(struct nlmsghdr *nlh, void *arg)
{
	struct vsw_list *list = arg;
	void *item;
	int err;

	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		void *items = realloc(list->items, cap * list->size);

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->cap = cap;
	}
	item = (char *)list->items + list->n * list->size;
	memset(item, 0, list->size);
	err = list->parse(nlh, item);
	if (!err)
		list->n++;
	else if (list->clear)
		list->clear(item);
	return err;
}

int vsw_list_talk(struct vsw *c, struct vsw_list *list, struct nl_msg *msg,
		  const struct vsw_attr_table *table)
{
	int err = vsw_genl_talk(c, msg, table, list_add, list);

	if (err)
		list_clear(list);
	return err;
}

int vsw_list_dump_filtered(struct vsw *c, struct vsw_list *list, uint8_t cmd,
			   const struct vsw_attr_table *table,
			   void (*put)(struct nl_msg *msg, const void *filter),
			   const void *filter)
{
	return vsw_list_dump_of(c, VSW_FAMILY_VSWITCH, list, cmd, table, put,
				filter);
}

int vsw_list_dump_of(struct vsw *c, enum vsw_family family,
		     struct vsw_list *list, uint8_t cmd,
		     const struct vsw_attr_table *table,
		     void (*put)(struct nl_msg *msg, const void *filter),
		     const void *filter)
{
	int err = vsw_connect_family(c, family), tries;
	struct nl_msg *msg;

	for (tries = 0; !err && tries < DUMP_RETRIES; tries++) {
		msg = vsw_genl_msg_of(c, family, cmd, NLM_F_DUMP);
		if (!msg)
			return vsw_no_memory(c);
		put(msg, filter);
		err = vsw_genl_talk(c, msg, table, list_add, list);
		if (!err)
			return 0;
		list_clear(list);
		if (err == -EAGAIN)
			err = 0;
	}
	return err ? err : -EAGAIN;
}

struct number {
	int attr;			/* 0: no filter */
	uint32_t value;
};

static void put_number(struct nl_msg *msg, const void *filter)
{
	const struct number *number = filter;

	if (number->attr)
		nla_put_u32(msg, number->attr, number->value);
}

int vsw_list_dump(struct vsw *c, struct vsw_list *list, uint8_t cmd,
		  const struct vsw_attr_table *table, int attr, uint32_t value)
{
	struct number number = { attr, value };

	return vsw_list_dump_filtered(c, list, cmd, table, put_number, &number);
}
