/* SPDX-License-Identifier: GPL-2.0 */
/* A guest's network adapter, for cases. */
#ifndef _TEST_NIC_H
#define _TEST_NIC_H

#include <endian.h>

#include "guest.h"

#define RECV_BYTES	(1U << 20)
/* One whose sections are pages; and one of few. */
#define RECV_LARGE	(16U << 20)
#define RECV_SMALL	(64U << 10)
#define SEND_BYTES	(24U * 6144)
#define RECV_ID		0xcafe
#define MTU		1500

struct nic {
	struct vg vg;
	struct vg_channel ch;
	uint8_t *recv;
	uint8_t *send;
	uint32_t recv_gpadl;
	uint32_t send_gpadl;
	uint32_t version;
	uint32_t request;
	uint32_t section;		/* bytes of one, of the receive buffer */
	uint32_t sections;		/* how many */
	uint8_t mac[6];
	uint32_t frames;		/* received */
	uint8_t frame[2048];		/* the last one */
	uint32_t frame_len;
	bool keep;			/* do not give sections back */
};

extern const struct vmh_guid nic_class;
/* Of the receive buffer; RECV_BYTES if not set before. */
extern uint32_t nic_recv_bytes;
/* Set it, if there is an argument that says it. */
void nic_recv_argument(int argc, char **argv, int at);

static inline void put32(void *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static inline uint32_t get32(const void *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

/*
 * What the guest does comes to nic_step(), and at the last one of nic_steps it says so
 * and does no more; 0: it goes on.
 */
extern uint32_t nic_steps;
void nic_step(void);

/* The channel and buffers; in a version, up to frames; and its end. */
void nic_open(struct nic *n);
void nic_start(struct nic *n, uint32_t version);
void nic_close(struct nic *n);
/* Return: false if the host does not speak it. */
bool nic_negotiate(struct nic *n, uint32_t version);
void nic_buffers(struct nic *n);
void nic_rndis_start(struct nic *n);

/* A packet that has none. */
void nic_tell(struct nic *n, const void *msg, uint32_t len);
/* A packet; its completion is waited for. Return: the length of that, in @buf. */
uint32_t nic_ask(struct nic *n, const void *msg, uint32_t len, uint8_t *buf);
uint32_t nic_completion(struct nic *n, uint64_t trans_id, uint8_t *buf, uint32_t size);
/* An RNDIS message out of the send buffer. Return: the status. */
uint32_t nic_rndis(struct nic *n, uint32_t channel, const void *msg, uint32_t len);
/* A request, and its answer in @reply. Return: the status in it. */
uint32_t nic_request(struct nic *n, uint32_t type, uint32_t oid, const void *in,
		     uint32_t in_len, uint8_t *reply);
/* A KEEPALIVE that is not waited for. */
void nic_keepalive(struct nic *n, uint64_t trans_id);

int nic_recv(struct nic *n, uint8_t *buf, uint32_t size, struct vg_packet *p,
	     int timeout);
/* A packet of transfer pages. Return: the control message in it, or NULL. */
const uint8_t *nic_on_xfer(struct nic *n, const struct vg_packet *p);
void nic_give_back(struct nic *n, uint64_t trans_id);

/* What comes before a frame. Return: how long it is. */
uint32_t nic_data_head(uint8_t *msg, uint32_t len);
/* An ARP request, which whoever is the host answers. Return: its length. */
uint32_t nic_arp(struct nic *n, uint8_t *frame);
/* Ask the host for its address, and wait for its answer. */
void nic_reach(struct nic *n);

/* Sub-channels: asked for, and how many there are. */
void nic_ask_subchannels(struct nic *n, uint32_t count, uint64_t trans_id);
uint32_t nic_got_subchannels(struct nic *n, uint64_t trans_id);

/* A number that could mean something. */
uint32_t nic_some(void);

#endif
