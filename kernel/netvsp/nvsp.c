// SPDX-License-Identifier: GPL-2.0
/*
 * NVSP: what a guest's driver says before there are frames, and when it goes.
 *
 *	INIT			versions from the newest on, until one is taken
 *	SEND_NDIS_CONFIG	the length of frames
 *	SEND_NDIS_VERSION
 *	SEND_RECV_BUFFER	divided up by us (buffer.c)
 *	SEND_SEND_BUFFER
 *	RNDIS INITIALIZE	(rndis.c) frames, from here on
 *	SUBCHANNEL		offered, opened; the last one has a table sent
 *	REVOKE_*		frames no more
 *
 * The order is that of netvsc_connect_vsp() and rndis_filter_device_add() in a
 * guest, and of what Windows does; another one breaks the channel.
 */
#include "netvsp.h"

/* What a guest may put into one message of RNDIS, in pieces. */
#define MAX_MDL_CHAIN	34

static int answer(struct nsp_queue *q, const struct vmh_packet *packet,
		  union nvsp_answer *answer)
{
	return nsp_answer(q, packet, answer, nsp_nvsp_size(q->nic));
}

static int on_init(struct nsp_queue *q, const struct vmh_packet *packet,
		   const struct nvsp_init *msg)
{
	struct nsp_session *s = &q->nic->session;
	union nvsp_answer a = {
		.init.type = cpu_to_le32(NVSP_INIT_COMPLETE),
		.init.version = cpu_to_le32(U32_MAX),
		.init.max_mdl_chain = cpu_to_le32(MAX_MDL_CHAIN),
		.init.status = cpu_to_le32(NVSP_STATUS_NONE),
	};
	u32 version;

	if (s->state != NSP_OPEN)
		return -EPROTO;
	version = le32_to_cpu(msg->min);
	if (nsp_version_is_known(version)) {
		down_write(&q->nic->run);
		s->version = version;
		s->state = NSP_NEGOTIATED;
		s->frame = min(NSP_FRAME_MIN,
			       READ_ONCE(q->nic->max_mtu) + ETH_HLEN);
		up_write(&q->nic->run);
		a.init.status = cpu_to_le32(NVSP_STATUS_SUCCESS);
		if (version == NVSP_VERSION_1)
			a.init.version = cpu_to_le32(version);
	}
	return answer(q, packet, &a);
}

/* Nobody asks for an answer to it, but the firmware of VMs. */
static int on_ndis_config(struct nsp_queue *q, const struct vmh_packet *packet,
			  const struct nvsp_ndis_config *msg)
{
	struct nsp_nic *nic = q->nic;
	struct nsp_session *s = &nic->session;
	u32 frame;

	if (s->state != NSP_NEGOTIATED || s->version < NVSP_VERSION_2)
		return -EPROTO;
	frame = le32_to_cpu(msg->mtu);
	if (frame < ETH_MIN_MTU + ETH_HLEN)
		frame = NSP_FRAME_MIN;
	down_write(&nic->run);
	s->frame = min(frame, READ_ONCE(nic->max_mtu) + ETH_HLEN);
	s->caps = le64_to_cpu(msg->caps);
	up_write(&nic->run);
	return nsp_answer(q, packet, NULL, 0);
}

static int on_ndis_version(struct nsp_queue *q, const struct vmh_packet *packet,
			   const struct nvsp_ndis_version *msg)
{
	struct nsp_session *s = &q->nic->session;

	if (s->state != NSP_NEGOTIATED)
		return -EPROTO;
	s->ndis = le32_to_cpu(msg->major) << 16 |
		  (le32_to_cpu(msg->minor) & 0xffff);
	return nsp_answer(q, packet, NULL, 0);
}

static int on_recv_buffer(struct nsp_queue *q, const struct vmh_packet *packet,
			  const struct nvsp_buffer *msg)
{
	struct nsp_nic *nic = q->nic;
	struct nsp_session *s = &nic->session;
	union nvsp_answer a = {
		.recv.type = cpu_to_le32(NVSP_RECV_BUFFER_COMPLETE),
		.recv.status = cpu_to_le32(NVSP_STATUS_FAIL),
	};
	struct vmh_gpadl *gpadl;
	struct nsp_recv *recv;

	if (s->state != NSP_NEGOTIATED || s->recv)
		return -EPROTO;
	gpadl = vmh_gpadl_get(q->ch, le32_to_cpu(msg->gpadl));
	if (!gpadl)
		return answer(q, packet, &a);
	recv = nsp_recv_create(gpadl, le16_to_cpu(msg->id), s->frame,
			       nsp_recv_size(gpadl, s->frame,
					     s->caps & NVSP_CAP_RSC));
	if (IS_ERR(recv)) {
		vmh_gpadl_put(gpadl);
		return answer(q, packet, &a);
	}
	down_write(&nic->run);
	s->recv = recv;
	s->state = NSP_BUFFERS;
	up_write(&nic->run);
	a.recv.status = cpu_to_le32(NVSP_STATUS_SUCCESS);
	a.recv.sections = cpu_to_le32(1);
	a.recv.size = cpu_to_le32(recv->size);
	a.recv.count = cpu_to_le32(recv->count);
	a.recv.end = cpu_to_le32(recv->size * recv->count);
	return answer(q, packet, &a);
}

static int on_send_buffer(struct nsp_queue *q, const struct vmh_packet *packet,
			  const struct nvsp_buffer *msg)
{
	struct nsp_nic *nic = q->nic;
	struct nsp_session *s = &nic->session;
	union nvsp_answer a = {
		.send.type = cpu_to_le32(NVSP_SEND_BUFFER_COMPLETE),
		.send.status = cpu_to_le32(NVSP_STATUS_FAIL),
	};
	struct vmh_gpadl *gpadl;

	if (s->state < NSP_NEGOTIATED || s->send)
		return -EPROTO;
	gpadl = vmh_gpadl_get(q->ch, le32_to_cpu(msg->gpadl));
	if (!gpadl)
		return answer(q, packet, &a);
	down_write(&nic->run);
	s->send = gpadl;
	s->send_map = vmh_gpadl_map(gpadl);
	s->send_size = vmh_gpadl_size(gpadl);
	s->send_id = le16_to_cpu(msg->id);
	up_write(&nic->run);
	a.send.status = cpu_to_le32(NVSP_STATUS_SUCCESS);
	a.send.size = cpu_to_le32(NSP_SEND_SECTION);
	return answer(q, packet, &a);
}

static int on_revoke_recv(struct nsp_queue *q, const struct vmh_packet *packet,
			  const struct nvsp_revoke *msg)
{
	struct nsp_nic *nic = q->nic;
	struct nsp_session *s = &nic->session;
	u32 i;

	if (!s->recv || le16_to_cpu(msg->id) != s->recv->id)
		return -EPROTO;
	down_write(&nic->run);
	for (i = 0; i < nic->n_queues; i++)
		nsp_tx_stop(&nic->queues[i]);
	nsp_control_purge(nic);
	nsp_recv_destroy(s->recv);
	s->recv = NULL;
	s->state = NSP_NEGOTIATED;
	up_write(&nic->run);
	return nsp_answer(q, packet, NULL, 0);
}

static int on_revoke_send(struct nsp_queue *q, const struct vmh_packet *packet,
			  const struct nvsp_revoke *msg)
{
	struct nsp_nic *nic = q->nic;
	struct nsp_session *s = &nic->session;

	if (!s->send || le16_to_cpu(msg->id) != s->send_id)
		return -EPROTO;
	down_write(&nic->run);
	vmh_gpadl_put(s->send);
	s->send = NULL;
	s->send_map = NULL;
	s->send_size = 0;
	up_write(&nic->run);
	return nsp_answer(q, packet, NULL, 0);
}

/*
 * There is no VF. Whoever asks waits without end, for an answer that must be empty
 * (netvsc_switch_datapath()).
 */
static int on_data_path(struct nsp_queue *q, const struct vmh_packet *packet)
{
	if (q->nic->session.version < NVSP_VERSION_4)
		return -EPROTO;
	return nsp_answer(q, packet, NULL, 0);
}

static int on_oid_query(struct nsp_queue *q, const struct vmh_packet *packet)
{
	union nvsp_answer a = {
		.oid.type = cpu_to_le32(NVSP_OID_QUERY_EX_COMPLETE),
		.oid.status = cpu_to_le32(RNDIS_STATUS_NOT_SUPPORTED),
	};

	if (q->nic->session.version < NVSP_VERSION_5)
		return -EPROTO;
	return answer(q, packet, &a);
}

static int subchannel_answer(struct nsp_queue *q,
			     const struct vmh_packet *packet, u32 status)
{
	union nvsp_answer a = {
		.sub.type = cpu_to_le32(NVSP_SUBCHANNEL),
		.sub.status = cpu_to_le32(status),
	};

	return answer(q, packet, &a);
}

/*
 * The guest waits until so many sub-channels are open as it is told that there are.
 * So it is told when they have been offered.
 */
static int on_subchannel(struct nsp_queue *q, const struct vmh_packet *packet,
			 const struct nvsp_subchannel *msg)
{
	struct nsp_nic *nic = q->nic;
	struct nsp_session *s = &nic->session;
	u32 n;

	if (s->version < NVSP_VERSION_5 || s->state != NSP_RUNNING ||
	    s->sub_pending || !packet->wants_completion)
		return -EPROTO;
	n = min(le32_to_cpu(msg->count), nic->n_queues - 1);
	if (le32_to_cpu(msg->op) != NVSP_SUBCHANNEL_ALLOCATE || !n)
		return subchannel_answer(q, packet, NVSP_STATUS_FAIL);
	s->sub_pending = true;
	s->sub_known = false;
	s->sub_trans = packet->trans_id;
	/* Until it is known; who takes this state up may have to ask for them. */
	WRITE_ONCE(s->sub_count, n);
	if (vmh_offer_subchannels(vmh_channel_device(q->ch), n)) {
		s->sub_pending = false;
		return subchannel_answer(q, packet, NVSP_STATUS_FAIL);
	}
	return 0;
}

/**
 * nsp_on_offered() - the guest has been offered its sub-channels
 * @nic: the NIC
 * @n: how many there are
 *
 * Context: process, the partition's lock.
 */
void nsp_on_offered(struct nsp_nic *nic, u32 n)
{
	struct nsp_session *s = &nic->session;

	WRITE_ONCE(s->sub_count, n);
	/* Pairs with nsp_nvsp_done(). */
	smp_store_release(&s->sub_known, true);
	vmh_channel_wake(nic->queues[0].ch);
}

/**
 * nsp_on_subchannel() - the guest has opened one
 * @nic: the NIC
 *
 * Context: process, the partition's lock.
 */
void nsp_on_subchannel(struct nsp_nic *nic)
{
	WRITE_ONCE(nic->session.table_due, true);
	vmh_channel_wake(nic->queues[0].ch);
}

/**
 * nsp_nvsp_resume() - the guest may wait for what was to come when it was stopped
 * @nic: the NIC
 *
 * Sub-channels that were asked for where the guest was before have to be here, too.
 *
 * Context: the primary channel's worker.
 */
void nsp_nvsp_resume(struct nsp_nic *nic)
{
	struct nsp_session *s = &nic->session;
	u32 n;

	if (!s->sub_pending || READ_ONCE(s->sub_known))
		return;
	n = min(READ_ONCE(s->sub_count), nic->n_queues - 1);
	vmh_offer_subchannels(vmh_channel_device(nic->queues[0].ch), n);
}

static int tell_subchannels(struct nsp_nic *nic)
{
	struct nsp_session *s = &nic->session;
	union nvsp_answer a = {
		.sub.type = cpu_to_le32(NVSP_SUBCHANNEL),
		.sub.status = cpu_to_le32(NVSP_STATUS_SUCCESS),
		.sub.count = cpu_to_le32(READ_ONCE(s->sub_count)),
	};

	return vmh_channel_complete(nic->queues[0].ch, s->sub_trans, &a,
				    nsp_nvsp_size(nic));
}

/* Which channel it shall send on, by what is left of a hash divided by 16. */
static int send_table(struct nsp_nic *nic)
{
	u32 size = nsp_nvsp_size(nic), open = atomic_read(&nic->open_queues), i;
	struct {
		u8 msg[NVSP_SIZE_V61];
		__le32 queues[NVSP_TABLE];
	} table = {};
	struct nvsp_table *head = (void *)table.msg;
	struct vmh_piece pieces[] = {
		{ table.msg, size }, { table.queues, sizeof(table.queues) },
	};

	head->type = cpu_to_le32(NVSP_SEND_TABLE);
	head->count = cpu_to_le32(NVSP_TABLE);
	head->offset = cpu_to_le32(size);
	for (i = 0; i < NVSP_TABLE; i++)
		table.queues[i] = cpu_to_le32(i % open);
	return vmh_channel_send(nic->queues[0].ch, pieces, ARRAY_SIZE(pieces), 0,
				false);
}

/**
 * nsp_nvsp_done() - say what became known meanwhile
 * @nic: the NIC
 *
 * Context: the primary channel's worker.
 */
void nsp_nvsp_done(struct nsp_nic *nic)
{
	struct nsp_session *s = &nic->session;

	/* Pairs with nsp_on_offered(). With no room it is due the next time. */
	if (smp_load_acquire(&s->sub_known) && s->sub_pending) {
		if (tell_subchannels(nic) == -EAGAIN)
			return;
		s->sub_pending = false;
		s->sub_known = false;
	}
	if (READ_ONCE(s->table_due) &&
	    atomic_read(&nic->open_queues) > READ_ONCE(s->sub_count)) {
		WRITE_ONCE(s->table_due, false);
		if (send_table(nic) == -EAGAIN)
			WRITE_ONCE(s->table_due, true);
	}
}

/**
 * nsp_session_reset() - a guest has agreed upon nothing yet, or any more
 * @nic: the NIC
 *
 * Context: process; @nic->run held for writing.
 */
void nsp_session_reset(struct nsp_nic *nic)
{
	struct nsp_session *s = &nic->session;
	struct nsp_session fresh = {
		.state = s->state, .mac_said = s->mac_said,
	};
	u32 i;

	lockdep_assert_held_write(&nic->run);
	ether_addr_copy(fresh.mac, s->mac_said ? s->mac : nic->mac);
	for (i = 0; i < nic->n_queues; i++)
		nsp_tx_stop(&nic->queues[i]);
	nsp_control_purge(nic);
	if (s->recv)
		nsp_recv_destroy(s->recv);
	if (s->send)
		vmh_gpadl_put(s->send);
	*s = fresh;
	nsp_filter_publish(nic);
	nsp_rss_reset(nic);
	WRITE_ONCE(nic->rsc, 0);
}

/**
 * nsp_on_nvsp() - a message that is not RNDIS
 * @q: the primary channel's queue
 * @packet: the message
 * @type: its type
 *
 * Context: the worker, without @run.
 * Return: for the packet() of a service.
 */
int nsp_on_nvsp(struct nsp_queue *q, const struct vmh_packet *packet, u32 type)
{
	union nvsp_request msg;

	if (!nsp_nvsp_parse(&msg, type, packet->payload, packet->len))
		return -EPROTO;
	switch (type) {
	case NVSP_INIT:
		return on_init(q, packet, &msg.init);
	case NVSP_SEND_NDIS_CONFIG:
		return on_ndis_config(q, packet, &msg.ndis_config);
	case NVSP_SEND_NDIS_VERSION:
		return on_ndis_version(q, packet, &msg.ndis_version);
	case NVSP_SEND_RECV_BUFFER:
		return on_recv_buffer(q, packet, &msg.buffer);
	case NVSP_SEND_SEND_BUFFER:
		return on_send_buffer(q, packet, &msg.buffer);
	case NVSP_REVOKE_RECV_BUFFER:
		return on_revoke_recv(q, packet, &msg.revoke);
	case NVSP_REVOKE_SEND_BUFFER:
		return on_revoke_send(q, packet, &msg.revoke);
	case NVSP_SWITCH_DATA_PATH:
		return on_data_path(q, packet);
	case NVSP_OID_QUERY_EX:
		return on_oid_query(q, packet);
	case NVSP_SUBCHANNEL:
		return on_subchannel(q, packet, &msg.sub);
	default:
		return -EPROTO;
	}
}
