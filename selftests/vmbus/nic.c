// SPDX-License-Identifier: GPL-2.0
/*
 * A guest's network adapter: what NVSP and RNDIS say that it must do. Numbers are
 * written out here once more: nothing comes from the module.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "nic.h"

const struct vmh_guid nic_class = {{
	0x63, 0x51, 0x61, 0xf8, 0x3e, 0xdf, 0xc5, 0x46,
	0x91, 0x3f, 0xf2, 0xd2, 0xf9, 0x65, 0xed, 0x0e,
}};

uint32_t nic_recv_bytes = RECV_BYTES;

void nic_recv_argument(int argc, char **argv, int at)
{
	if (argc > at)
		nic_recv_bytes = strtoul(argv[at], NULL, 0);
}

static uint32_t msg_size(const struct nic *n)
{
	return n->version >= 0x60001 ? 40 : 28;
}

/* ---- What comes from the host ---- */

void nic_give_back(struct nic *n, uint64_t trans_id)
{
	uint32_t done[2] = { htole32(108), htole32(1) };

	if (!n->keep)
		ok(vg_send(&n->ch, VMH_PACKET_COMPLETION, 0, trans_id, NULL, 0,
			   done, sizeof(done)));
}

uint32_t nic_steps;

void nic_step(void)
{
	if (!nic_steps || --nic_steps)
		return;
	printf("here\n");
	fflush(stdout);
	for (;;)
		pause();
}

const uint8_t *nic_on_xfer(struct nic *n, const struct vg_packet *p)
{
	uint32_t count = get32(p->extra + 4), i, len, at, offset;
	const uint8_t *control = NULL;

	check(p->flags & VMH_PACKET_WANTS_COMPLETION);
	check((p->extra[0] | p->extra[1] << 8) == RECV_ID);
	check(p->extra_len == 8 + 8 * count && count);
	check(get32(p->payload) == 107);
	for (i = 0; i < count; i++) {
		len = get32(p->extra + 8 + 8 * i);
		at = get32(p->extra + 12 + 8 * i);
		check(len >= 8 && len <= n->section && at % n->section == 0 &&
		      at < nic_recv_bytes && len <= nic_recv_bytes - at);
		check(get32(n->recv + at + 4) <= len);
		if (get32(p->payload + 4) == 1) {
			control = n->recv + at;
			continue;
		}
		check(get32(n->recv + at) == 1);
		offset = 8 + get32(n->recv + at + 8);
		n->frame_len = get32(n->recv + at + 12);
		check(offset + n->frame_len <= len);
		memcpy(n->frame, n->recv + at + offset,
		       n->frame_len < sizeof(n->frame) ? n->frame_len :
							 sizeof(n->frame));
		n->frames++;
	}
	return control;
}

int nic_recv(struct nic *n, uint8_t *buf, uint32_t size,
		       struct vg_packet *p, int timeout)
{
	int err = vg_recv_wait(&n->ch, buf, size, p, timeout);

	if (err != -ETIMEDOUT)
		ok(err);
	return err;
}

/* Wait for the completion of one of ours; what comes besides is dealt with. */
uint32_t nic_completion(struct nic *n, uint64_t trans_id, uint8_t *buf,
			   uint32_t size)
{
	struct vg_packet p;

	for (;;) {
		check(nic_recv(n, buf, size, &p, 20000) >= 0);
		if (p.type == VMH_PACKET_XFER_PAGES) {
			nic_on_xfer(n, &p);
			nic_give_back(n, p.trans_id);
			continue;
		}
		if (p.type != VMH_PACKET_COMPLETION)
			continue;
		check(p.trans_id == trans_id);
		memmove(buf, p.payload, p.len);
		return p.len;
	}
}

uint32_t nic_ask(struct nic *n, const void *msg, uint32_t len, uint8_t *buf)
{
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 77,
		   NULL, 0, msg, len));
	nic_step();
	return nic_completion(n, 77, buf, 4096);
}

void nic_tell(struct nic *n, const void *msg, uint32_t len)
{
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, 0, 0, NULL, 0, msg, len));
	nic_step();
}

/* ---- Up to frames ---- */

bool nic_negotiate(struct nic *n, uint32_t version)
{
	uint8_t msg[40] = {}, buf[4096];

	put32(msg, 1);
	put32(msg + 4, version);
	put32(msg + 8, version);
	check(nic_ask(n, msg, 40, buf) >= 16);
	check(get32(buf) == 2);
	n->version = version;
	return get32(buf + 12) == 1;
}

void nic_buffers(struct nic *n)
{
	uint8_t msg[40] = {}, buf[4096];

	if (n->version >= 0x30002) {
		put32(msg, 125);
		put32(msg + 4, MTU + 14);
		msg[12] = 0x88;		/* 802.1Q, RSC */
		nic_tell(n, msg, 40);
	}
	memset(msg, 0, sizeof(msg));
	put32(msg, 100);
	put32(msg + 4, 6);
	put32(msg + 8, 30);
	nic_tell(n, msg, 40);
	memset(msg, 0, sizeof(msg));
	put32(msg, 101);
	put32(msg + 4, n->recv_gpadl);
	msg[8] = RECV_ID & 0xff;
	msg[9] = RECV_ID >> 8;
	check(nic_ask(n, msg, 40, buf) == (msg_size(n) + 7) / 8 * 8);
	check(get32(buf) == 102 && get32(buf + 4) == 1 && get32(buf + 8) == 1);
	n->section = get32(buf + 16);
	n->sections = get32(buf + 20);
	check(n->section >= MTU + 14 + 44 &&
	      (uint64_t)n->section * n->sections <= nic_recv_bytes);
	if (nic_recv_bytes >= RECV_LARGE)
		check(n->section == PAGE);
	memset(msg, 0, sizeof(msg));
	put32(msg, 104);
	put32(msg + 4, n->send_gpadl);
	check(nic_ask(n, msg, 40, buf) >= 12);
	check(get32(buf) == 105 && get32(buf + 4) == 1 && get32(buf + 8) == 6144);
}

uint32_t nic_rndis(struct nic *n, uint32_t channel, const void *msg, uint32_t len)
{
	uint8_t nvsp[40] = {}, buf[4096];

	memcpy(n->send, msg, len);
	put32(nvsp, 107);
	put32(nvsp + 4, channel);
	put32(nvsp + 8, 0);
	put32(nvsp + 12, len);
	check(nic_ask(n, nvsp, 40, buf) >= 8);
	check(get32(buf) == 108);
	return get32(buf + 4);
}

uint32_t nic_request(struct nic *n, uint32_t type, uint32_t oid, const void *in,
			uint32_t in_len, uint8_t *reply)
{
	uint8_t msg[2048] = {}, buf[8192], nvsp[40] = {};
	const uint8_t *control = NULL;
	struct vg_packet p;
	bool done = false;

	put32(msg, type);
	put32(msg + 4, 28 + in_len);
	put32(msg + 8, ++n->request);
	put32(msg + 12, oid);
	put32(msg + 16, in_len);
	put32(msg + 20, 20);
	if (in_len)
		memcpy(msg + 28, in, in_len);
	memcpy(n->send, msg, 28 + in_len);
	put32(nvsp, 107);
	put32(nvsp + 4, 1);
	put32(nvsp + 12, 28 + in_len);
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 5,
		   NULL, 0, nvsp, 40));
	nic_step();
	while (!control || !done) {
		check(nic_recv(n, buf, sizeof(buf), &p, 20000) >= 0);
		if (p.type == VMH_PACKET_COMPLETION) {
			check(p.trans_id == 5 && get32(p.payload + 4) == 1);
			done = true;
		} else if (p.type == VMH_PACKET_XFER_PAGES) {
			const uint8_t *c = nic_on_xfer(n, &p);

			if (c && get32(c) == (type | 0x80000000)) {
				memcpy(reply, c, get32(c + 4));
				control = c;
			}
			nic_give_back(n, p.trans_id);
		}
	}
	check(get32(reply + 8) == n->request);
	return get32(reply + 12);
}

void nic_keepalive(struct nic *n, uint64_t trans_id)
{
	uint8_t nvsp[40] = {};

	put32(n->send, 8);
	put32(n->send + 4, 12);
	put32(n->send + 8, ++n->request);
	put32(nvsp, 107);
	put32(nvsp + 4, 1);
	put32(nvsp + 12, 12);
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, trans_id,
		   NULL, 0, nvsp, 40));
}

void nic_rndis_start(struct nic *n)
{
	static const uint8_t filter[4] = { 0x20 };	/* promiscuous */
	uint8_t reply[4096];

	check(nic_request(n, 2, 1, NULL, 0, reply) == 0);
	check(nic_request(n, 4, 0x01010101, NULL, 0, reply) == 0);
	check(get32(reply + 16) == 6 && get32(reply + 20) == 16);
	memcpy(n->mac, reply + 24, 6);
	check(nic_request(n, 5, 0x0001010e, filter, 4, reply) == 0);
}

void nic_open(struct nic *n)
{
	struct vg_offer *offer;

	guest_start(&n->vg, MEMORY);
	offer = vg_find(&n->vg, &nic_class, 0, 5000);
	check(offer);
	ok(vg_channel_open(&n->ch, &n->vg, offer->relid, RING, 0));
	nic_step();
	n->recv = vg_alloc(&n->vg, nic_recv_bytes / PAGE);
	n->send = vg_alloc(&n->vg, SEND_BYTES / PAGE);
	check(n->recv && n->send);
	ok(vg_gpadl_create(&n->vg, offer->relid, n->recv, nic_recv_bytes,
			   &n->recv_gpadl));
	ok(vg_gpadl_create(&n->vg, offer->relid, n->send, SEND_BYTES,
			   &n->send_gpadl));
	nic_step();
}

void nic_start(struct nic *n, uint32_t version)
{
	nic_open(n);
	check(nic_negotiate(n, version));
	nic_buffers(n);
	nic_rndis_start(n);
}

void nic_close(struct nic *n)
{
	ok(vg_channel_close(&n->ch));
	vg_close(&n->vg);
}

/* ---- Frames ---- */

uint32_t nic_data_head(uint8_t *msg, uint32_t len)
{
	memset(msg, 0, 44);
	put32(msg, 1);
	put32(msg + 4, 44 + len);
	put32(msg + 8, 36);
	put32(msg + 12, len);
	return 44;
}

uint32_t nic_arp(struct nic *n, uint8_t *frame)
{
	static const uint8_t head[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2,
		0, 0, 0, 0, 0, 0, 192, 0, 2, 1,
	};

	memset(frame, 0, 60);
	memcpy(frame, head, sizeof(head));
	memcpy(frame + 6, n->mac, 6);
	memcpy(frame + 22, n->mac, 6);
	return 60;
}

void nic_reach(struct nic *n)
{
	uint8_t msg[256], buf[8192];
	struct vg_packet p;
	uint32_t len;
	int i;

	for (i = 0; i < 100; i++) {
		len = nic_arp(n, msg + 44);
		nic_data_head(msg, len);
		check(nic_rndis(n, 0, msg, 44 + len) == 1);
		while (nic_recv(n, buf, sizeof(buf), &p, 200) >= 0) {
			if (p.type != VMH_PACKET_XFER_PAGES)
				continue;
			nic_on_xfer(n, &p);
			nic_give_back(n, p.trans_id);
			if (n->frame_len >= 42 && n->frame[12] == 8 &&
			    n->frame[13] == 6 && n->frame[21] == 2)
				return;
		}
	}
	fail("no answer from the host");
}

void nic_ask_subchannels(struct nic *n, uint32_t count, uint64_t trans_id)
{
	uint8_t msg[40] = {};

	put32(msg, 133);
	put32(msg + 4, 1);
	put32(msg + 8, count);
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
		   trans_id, NULL, 0, msg, 40));
	nic_step();
}

uint32_t nic_got_subchannels(struct nic *n, uint64_t trans_id)
{
	uint8_t buf[8192];

	check(nic_completion(n, trans_id, buf, sizeof(buf)) >= 12);
	check(get32(buf) == 133 && get32(buf + 4) == 1);
	return get32(buf + 8);
}
