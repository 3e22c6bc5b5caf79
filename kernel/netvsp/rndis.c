// SPDX-License-Identifier: GPL-2.0
/*
 * RNDIS control messages. A request is copied, and answered by a message in one of the
 * sections of the receive buffer that are kept for it. Answers and indications wait in
 * a list while the guest has them all, or the ring is full; the worker sends them.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "netvsp.h"

#define VERSION_MAJOR	1
#define VERSION_MINOR	0
/* How each begins of those that come together: 1 << 3. What Hyper-V says. */
#define ALIGNMENT	3
#define MAX_TRANSFER	0xefffffffU

/**
 * nsp_control_send() - send the guest a message
 * @nic: the NIC
 * @message: the message
 * @len: bytes of it
 *
 * It is sent by nsp_control_pump().
 *
 * Context: process.
 * Return: 0; -ENOTCONN if no guest would take it; -ENOSPC if it reads none; -ENOMEM.
 */
int nsp_control_send(struct nsp_nic *nic, const void *message, u32 len)
{
	struct nsp_control *c = kmalloc(struct_size(c, data, len),
				    GFP_KERNEL_ACCOUNT);
	int err = 0;

	if (!c)
		return -ENOMEM;
	c->len = len;
	memcpy(c->data, message, len);
	mutex_lock(&nic->control_lock);
	if (!nic->control_ready)
		err = -ENOTCONN;
	else if (nic->n_control >= NSP_CONTROL_QUEUED)
		err = -ENOSPC;
	if (!err) {
		WRITE_ONCE(nic->n_control, nic->n_control + 1);
		list_add_tail(&c->node, &nic->control);
	}
	mutex_unlock(&nic->control_lock);
	if (err)
		kfree(c);
	return err;
}

static int send_one(struct nsp_nic *nic, const struct nsp_control *c)
{
	struct nsp_recv *recv = nic->session.recv;
	struct nvsp_rndis msg[3] = {{
		.type = cpu_to_le32(NVSP_RNDIS),
		.channel = cpu_to_le32(NVSP_CHANNEL_CONTROL),
		.section = cpu_to_le32(NVSP_NO_SECTION),
	}};
	struct vmh_xfer_range range = { .byte_count = cpu_to_le32(c->len) };
	int section, err;

	section = nsp_recv_take_control(recv);
	if (section < 0)
		return section;
	range.byte_offset = cpu_to_le32(section * recv->size);
	err = nsp_recv_write(recv, section, 0, c->data, c->len);
	if (!err)
		err = vmh_channel_send_xfer(nic->queues[0].ch, recv->id, &range, 1,
					    section + 1, msg, nsp_nvsp_size(nic));
	if (err)
		nsp_recv_give_control(recv, section);
	return err;
}

/**
 * nsp_control_pump() - send what waits
 * @nic: the NIC
 *
 * Context: the primary channel's worker; @nic->run held.
 */
void nsp_control_pump(struct nsp_nic *nic)
{
	struct nsp_control *c;
	int err = 0;

	if (!READ_ONCE(nic->n_control) || !nic->session.recv)
		return;
	while (!err) {
		mutex_lock(&nic->control_lock);
		c = list_first_entry_or_null(&nic->control, struct nsp_control,
					     node);
		mutex_unlock(&nic->control_lock);
		if (!c)
			break;
		/* Nobody else takes it out. */
		err = send_one(nic, c);
		if (err == -EAGAIN)
			break;
		mutex_lock(&nic->control_lock);
		list_del(&c->node);
		WRITE_ONCE(nic->n_control, nic->n_control - 1);
		mutex_unlock(&nic->control_lock);
		kfree(c);
	}
	vmh_channel_flush(nic->queues[0].ch);
}

/**
 * nsp_control_purge() - no messages any more
 * @nic: the NIC
 *
 * Context: process; @nic->run held for writing.
 */
void nsp_control_purge(struct nsp_nic *nic)
{
	struct nsp_control *c, *next;

	mutex_lock(&nic->control_lock);
	nic->control_ready = false;
	list_for_each_entry_safe(c, next, &nic->control, node) {
		list_del(&c->node);
		kfree(c);
	}
	WRITE_ONCE(nic->n_control, 0);
	mutex_unlock(&nic->control_lock);
}

/*
 * Tell the guest of something. RTNL may be held: it does not wait for the guest. Without
 * memory, or to a guest that reads nothing, it is lost; with one that is stopped, @due
 * stays until it goes on.
 */
static void indicate(struct nsp_nic *nic, u32 due, u32 status, const void *info,
		     u32 len)
{
	struct {
		struct rndis_indicate msg;
		u8 info[8];
	} m = {
		.msg.head.type = cpu_to_le32(RNDIS_MSG_INDICATE),
		.msg.head.len = cpu_to_le32(sizeof(m.msg) + len),
		.msg.status = cpu_to_le32(status),
		.msg.len = cpu_to_le32(len),
		.msg.offset = cpu_to_le32(len ? sizeof(m.msg) -
					  sizeof(m.msg.head) : 0),
	};
	int err;

	ASSERT_RTNL();
	memcpy(m.info, info, len);
	/* Before it is refused: nsp_unquiesce() looks at it after that has an end. */
	set_bit(due, &nic->flags);
	err = nsp_control_send(nic, &m, sizeof(m.msg) + len);
	if (err != -ENOTCONN)
		clear_bit(due, &nic->flags);
	if (!err)
		nsp_wake_worker(&nic->queues[0]);
}

/**
 * nsp_indicate_link() - tell the guest whether its link is up, or down
 * @nic: the NIC
 *
 * Not of a NIC that goes: hv_netvsc has stopped its work on that before it closes the
 * channel, and what comes in between would start it again, for ever.
 *
 * Context: process, RTNL; does not wait for the guest.
 */
void nsp_indicate_link(struct nsp_nic *nic)
{
	if (nic->dying)
		return;
	indicate(nic, NSP_LINK_DUE, nic->link ? RNDIS_STATUS_MEDIA_CONNECT :
						RNDIS_STATUS_MEDIA_DISCONNECT,
		 NULL, 0);
}

/**
 * nsp_indicate_speed() - tell the guest how fast its link is
 * @nic: the NIC
 *
 * Context: as nsp_indicate_link().
 */
void nsp_indicate_speed(struct nsp_nic *nic)
{
	/* In units of 100 bit/s. */
	__le32 speed = cpu_to_le32(min_t(u64, nic->speed * 10000ULL, U32_MAX));

	indicate(nic, NSP_SPEED_DUE, RNDIS_STATUS_LINK_SPEED_CHANGE, &speed,
		 sizeof(speed));
}

/**
 * nsp_indicate_due() - tell the guest what it could not be told while it was stopped
 * @nic: the NIC, not dying
 *
 * Context: as nsp_indicate_link().
 */
void nsp_indicate_due(struct nsp_nic *nic)
{
	if (test_bit(NSP_SPEED_DUE, &nic->flags))
		nsp_indicate_speed(nic);
	if (test_bit(NSP_LINK_DUE, &nic->flags))
		nsp_indicate_link(nic);
}

/* Frames can come, and go, from here on. */
static int start(struct nsp_nic *nic)
{
	struct nsp_session *s = &nic->session;
	struct nsp_queue *q = &nic->queues[0];
	int err = 0;

	nsp_run_end(q);
	down_write(&nic->run);
	mutex_lock(&nic->control_lock);
	nic->control_ready = true;
	mutex_unlock(&nic->control_lock);
	/* A driver that begins asks for them. */
	clear_bit(NSP_LINK_DUE, &nic->flags);
	clear_bit(NSP_SPEED_DUE, &nic->flags);
	if (s->state != NSP_RUNNING) {
		nsp_offload_publish(nic);
		err = nsp_tx_start(q, s->recv);
		if (!err)
			s->state = NSP_RUNNING;
	}
	up_write(&nic->run);
	nsp_run_begin(q);
	queue_work(nsp_wq, &nic->work);
	return err;
}

static void stop(struct nsp_nic *nic)
{
	nic->session.filter_bits = 0;
	nic->session.n_mcast = 0;
	nsp_filter_publish(nic);
}

static int on_init(struct nsp_nic *nic, const struct nsp_request *msg)
{
	struct rndis_init_complete answer = {
		.head.type = cpu_to_le32(RNDIS_MSG_INIT_C),
		.head.len = cpu_to_le32(sizeof(answer)),
		.major = cpu_to_le32(VERSION_MAJOR),
		.minor = cpu_to_le32(VERSION_MINOR),
		.flags = cpu_to_le32(1),	/* connectionless */
		.max_packets = cpu_to_le32(NSP_MESSAGES),
		.max_transfer = cpu_to_le32(MAX_TRANSFER),
		.alignment = cpu_to_le32(ALIGNMENT),
	};

	if (start(nic))
		answer.status = cpu_to_le32(RNDIS_STATUS_RESOURCES);
	answer.request = msg->request;
	return nsp_control_send(nic, &answer, sizeof(answer));
}

static int on_query(struct nsp_nic *nic, const struct nsp_request *msg)
{
	u32 out_len = 0, status = RNDIS_STATUS_INVALID_LENGTH;
	struct rndis_query_complete *answer;
	int err;

	answer = kzalloc(NSP_QUERY_MAX, GFP_KERNEL_ACCOUNT);
	if (!answer)
		return -ENOMEM;
	if (msg->in)
		status = nsp_oid_query(nic, msg->oid, msg->in, msg->in_len,
				       answer + 1, &out_len);
	if (status)
		out_len = 0;
	answer->head.type = cpu_to_le32(RNDIS_MSG_QUERY_C);
	answer->head.len = cpu_to_le32(sizeof(*answer) + out_len);
	answer->request = msg->request;
	answer->status = cpu_to_le32(status);
	answer->len = cpu_to_le32(out_len);
	answer->offset = cpu_to_le32(sizeof(*answer) - sizeof(answer->head));
	err = nsp_control_send(nic, answer, sizeof(*answer) + out_len);
	kfree(answer);
	return err;
}

static int complete_request(struct nsp_nic *nic, u32 type, __le32 request,
			    u32 status)
{
	struct rndis_complete answer = {
		.head.type = cpu_to_le32(type),
		.head.len = cpu_to_le32(sizeof(answer)),
		.request = request,
		.status = cpu_to_le32(status),
	};

	return nsp_control_send(nic, &answer, sizeof(answer));
}

/*
 * What is so after the guest has set it: NDIS wants to hear that of who does it. Not at the
 * cost of answers, to a guest that reads few.
 */
static void indicate_offload(struct nsp_nic *nic)
{
	struct {
		struct rndis_indicate msg;
		struct ndis_offload config;
	} m = {};
	u32 len;

	if (READ_ONCE(nic->n_control) > NSP_CONTROL_QUEUED / 2)
		return;
	nsp_offload_config(nic, NULL, 0, &m.config, &len);
	m.msg.head.type = cpu_to_le32(RNDIS_MSG_INDICATE);
	m.msg.head.len = cpu_to_le32(sizeof(m.msg) + len);
	m.msg.status = cpu_to_le32(NDIS_STATUS_TASK_OFFLOAD);
	m.msg.len = cpu_to_le32(len);
	m.msg.offset = cpu_to_le32(sizeof(m.msg) - sizeof(m.msg.head));
	/* One that is lost is as one that the guest does not read. */
	nsp_control_send(nic, &m, sizeof(m.msg) + len);
}

static int on_set(struct nsp_nic *nic, const struct nsp_request *msg)
{
	u32 status = RNDIS_STATUS_INVALID_LENGTH;
	int err;

	if (msg->in)
		status = nsp_oid_set(nic, msg->oid, msg->in, msg->in_len);
	err = complete_request(nic, RNDIS_MSG_SET_C, msg->request, status);
	if (!err && !status &&
	    (msg->oid == OID_OFFLOAD_PARAMS || msg->oid == OID_OFFLOAD_ENCAP))
		indicate_offload(nic);
	return err;
}

static int on_reset(struct nsp_nic *nic)
{
	struct rndis_reset_complete answer = {
		.head.type = cpu_to_le32(RNDIS_MSG_RESET_C),
		.head.len = cpu_to_le32(sizeof(answer)),
		.status = cpu_to_le32(RNDIS_STATUS_SUCCESS),
		.addressing = cpu_to_le32(1),
	};

	stop(nic);
	return nsp_control_send(nic, &answer, sizeof(answer));
}

/**
 * nsp_control() - a control message
 * @nic: the NIC; the message is in @nic->message
 * @len: bytes of it, at least those of struct rndis_head
 *
 * The answer is sent by nsp_control_pump(), after the message was completed.
 *
 * Context: the primary channel's worker; @nic->run held.
 * Return: 0, or what breaks the channel: no message at all, or one too many.
 */
int nsp_control(struct nsp_nic *nic, u32 len)
{
	struct nsp_request msg;

	if (!nsp_request_parse(&msg, nic->message, len))
		return -EPROTO;
	if (msg.type == RNDIS_MSG_INIT)
		return on_init(nic, &msg);
	if (nic->session.state != NSP_RUNNING)
		return -EPROTO;
	switch (msg.type) {
	case RNDIS_MSG_HALT:
		/* There is no answer to it. */
		stop(nic);
		return 0;
	case RNDIS_MSG_QUERY:
		return on_query(nic, &msg);
	case RNDIS_MSG_SET:
		return on_set(nic, &msg);
	case RNDIS_MSG_RESET:
		return on_reset(nic);
	case RNDIS_MSG_KEEPALIVE:
		return complete_request(nic, RNDIS_MSG_KEEPALIVE_C, msg.request,
					RNDIS_STATUS_SUCCESS);
	default:
		return -EPROTO;
	}
}
