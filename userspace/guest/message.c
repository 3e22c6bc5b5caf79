// SPDX-License-Identifier: GPL-2.0
/* Control messages, and what they say of offers. */
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmbusguest.h"

int vg_post(struct vg *vg, const void *message, size_t len)
{
	return write(vg->fd, message, len) < 0 ? -errno : 0;
}

int vg_message(struct vg *vg, void *message, int timeout_ms)
{
	struct pollfd pfd = { .fd = vg->fd, .events = POLLIN };
	ssize_t got;
	int n;

	for (;;) {
		got = read(vg->fd, message, VMBUS_DEV_MESSAGE_MAX);
		if (got >= 0)
			return got;
		if (errno != EAGAIN)
			return -errno;
		n = poll(&pfd, 1, timeout_ms);
		if (n <= 0)
			return n < 0 && errno != EINTR ? -errno : 0;
	}
}

static void remember(struct vg *vg, const void *message)
{
	const struct vmh_msg_offer *msg = message;
	struct vg_offer *offer;

	if (vg->n_offers == VG_OFFERS)
		return;
	offer = &vg->offers[vg->n_offers++];
	offer->relid = le32toh(msg->relid);
	offer->index = le16toh(msg->sub_channel_index);
	offer->rescinded = false;
	offer->class_id = msg->class_id;
	offer->instance_id = msg->instance_id;
	offer->connection_id = le32toh(msg->connection_id);
}

static struct vg_offer *by_relid(struct vg *vg, uint32_t relid)
{
	size_t i;

	for (i = 0; i < vg->n_offers; i++)
		if (vg->offers[i].relid == relid)
			return &vg->offers[i];
	return NULL;
}

static void forget(struct vg *vg, uint32_t relid)
{
	struct vg_offer *offer = by_relid(vg, relid);

	if (offer)
		*offer = vg->offers[--vg->n_offers];
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Takes note of what is not answers; 0 if no message came. */
static int next(struct vg *vg, void *message, int timeout_ms)
{
	const struct vmh_msg_relid *relid = message;
	struct vg_offer *offer;
	int len;

	len = vg_message(vg, message, timeout_ms);
	if (len < (int)sizeof(struct vmh_msg_header))
		return len < 0 ? len : 0;
	switch (le32toh(relid->header.type)) {
	case VMH_MSG_OFFER:
		remember(vg, message);
		break;
	case VMH_MSG_RESCIND:
		offer = by_relid(vg, le32toh(relid->relid));
		if (offer)
			offer->rescinded = true;
		break;
	case VMH_MSG_ALL_OFFERS_DELIVERED:
		vg->all_offers = true;
		break;
	}
	return len;
}

int vg_expect(struct vg *vg, uint32_t type, void *message, int timeout_ms)
{
	const struct vmh_msg_header *hdr = message;
	int64_t until = now_ms() + timeout_ms, left;
	int len;

	do {
		left = until - now_ms();
		len = next(vg, message, left > 0 ? left : 0);
		if (len < 0 || (len && le32toh(hdr->type) == type))
			return len;
	} while (len || now_ms() < until);
	return -ETIMEDOUT;
}

int vg_connect(struct vg *vg, uint32_t version)
{
	struct vmh_msg_contact msg = {
		.header.type = htole32(VMH_MSG_INITIATE_CONTACT),
		.version = htole32(version),
		.interrupt_page = htole64(VMH_SINT),
	};
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_version_response response;
	} u;
	int err;

	err = vg_post(vg, &msg, sizeof(msg));
	if (!err)
		err = vg_expect(vg, VMH_MSG_VERSION_RESPONSE, u.bytes, 10000);
	if (err < 0)
		return err;
	if (!u.response.supported)
		return -EPROTONOSUPPORT;
	vg->version = version;
	vg->n_offers = 0;
	vg->all_offers = false;
	return 0;
}

int vg_request_offers(struct vg *vg)
{
	struct vmh_msg_header msg = { .type = htole32(VMH_MSG_REQUEST_OFFERS) };
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
	int err;

	err = vg_post(vg, &msg, sizeof(msg));
	if (!err)
		err = vg_expect(vg, VMH_MSG_ALL_OFFERS_DELIVERED, bytes, 10000);
	return err < 0 ? err : 0;
}

int vg_unload(struct vg *vg)
{
	struct vmh_msg_header msg = { .type = htole32(VMH_MSG_UNLOAD) };
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
	int err;

	err = vg_post(vg, &msg, sizeof(msg));
	if (!err)
		err = vg_expect(vg, VMH_MSG_UNLOAD_RESPONSE, bytes, 10000);
	vg->n_offers = 0;
	return err < 0 ? err : 0;
}

int vg_release(struct vg *vg, uint32_t relid)
{
	struct vmh_msg_relid msg = {
		.header.type = htole32(VMH_MSG_RELID_RELEASED),
		.relid = htole32(relid),
	};

	forget(vg, relid);
	return vg_post(vg, &msg, sizeof(msg));
}

struct vg_offer *vg_find(struct vg *vg, const struct vmh_guid *class_id,
			 uint16_t index, int timeout_ms)
{
	int64_t until = now_ms() + timeout_ms, left;
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
	struct vg_offer *offer;
	size_t i;

	for (;;) {
		for (i = 0; i < vg->n_offers; i++) {
			offer = &vg->offers[i];
			if (offer->index == index && !offer->rescinded &&
			    !memcmp(&offer->class_id, class_id, sizeof(*class_id)))
				return offer;
		}
		left = until - now_ms();
		if (left < 0 || next(vg, bytes, left) < 0)
			return NULL;
	}
}
