// SPDX-License-Identifier: GPL-2.0
/*
 * Guests of the services that are asked something: shutdown, and keys and values.
 * They say what they were asked, and answer as they are told to:
 *
 *	ok	done
 *	refuse	with a status
 *	silent	not at all
 *	late	not before a file is there
 *	close	the channel is closed instead
 *	twice	and once again
 *	wrong	first with another number
 *	guess	with all numbers there are, before anything was asked
 *	short	with less than an answer has
 *	huge	with sizes that cannot be
 */
#include <endian.h>
#include <errno.h>
#include <uchar.h>
#include <unistd.h>

#include "guest.h"

struct ic {
	uint32_t pipe[2];
	uint16_t frame[2], type, message[2], size;
	uint32_t status;
	uint8_t transaction, flags, reserved[2];
	uint8_t data[4096];
} __attribute__((packed));

#define IC_HEAD		offsetof(struct ic, data)
#define E_FAIL		0x80004005
#define E_NO_MORE	0x80070103

static struct ic msg;
static uint32_t msg_len;
static uint64_t msg_id;

static void reply(struct vg_channel *ch, uint32_t len)
{
	msg.flags = 1 | 4;
	ok(vg_send(ch, VMH_PACKET_INBAND, 0, msg_id, NULL, 0, &msg, len));
}

static void next(struct vg_channel *ch)
{
	static uint8_t in[8192];
	struct vg_packet packet;
	int err;

	do {
		err = vg_recv_wait(ch, in, sizeof(in), &packet, 1000);
	} while (err == -ETIMEDOUT);
	ok(err);
	check(packet.type == VMH_PACKET_INBAND && packet.len >= IC_HEAD &&
	      packet.len <= sizeof(msg));
	memcpy(&msg, packet.payload, packet.len);
	msg_len = packet.len;
	msg_id = packet.trans_id;
	check(msg.flags == 3);
	check(msg.size + IC_HEAD <= msg_len);
	check(msg.pipe[1] == msg.size + IC_HEAD - 8);
}

/* The best version that is not beyond @max, as a driver of that age would. */
static void negotiate(struct vg_channel *ch, const char *max)
{
	uint16_t counts[2], (*v)[2] = (void *)(msg.data + 8), major, minor;
	unsigned int i;

	check(sscanf(max, "%hu.%hu", &major, &minor) == 2);
	do {
		next(ch);
	} while (msg.type);
	memcpy(counts, msg.data, sizeof(counts));
	check(msg.size == 8 + 4 * (counts[0] + counts[1]));
	for (i = counts[0]; i < counts[0] + counts[1]; i++)
		if (v[i][0] < major || (v[i][0] == major && v[i][1] <= minor))
			break;
	check(i < counts[0] + counts[1]);
	memmove(v + 1, v + i, sizeof(*v));
	printf("# version %u.%u\n", v[1][0], v[1][1]);
	counts[0] = 1;
	counts[1] = 1;
	memcpy(msg.data, counts, sizeof(counts));
	msg.size = 16;
	reply(ch, msg_len);
}

static void answer(struct vg_channel *ch, const char *how, const char *file)
{
	int i;

	if (!strcmp(how, "silent"))
		return;
	if (!strcmp(how, "refuse"))
		msg.status = htole32(E_FAIL);
	if (!strcmp(how, "late"))
		while (access(file, F_OK))
			usleep(1000);
	if (!strcmp(how, "close")) {
		ok(vg_channel_close(ch));
		printf("# closed\n");
		exit(0);
	}
	if (!strcmp(how, "wrong")) {
		msg.transaction++;
		reply(ch, msg_len);
		msg.transaction--;
	}
	if (!strcmp(how, "short"))
		msg.size = 4;
	reply(ch, msg_len);
	if (!strcmp(how, "twice"))
		reply(ch, msg_len);
	for (i = 0; i < 256 && !strcmp(how, "guess"); i++) {
		msg.transaction = i;
		reply(ch, msg_len);
		usleep(1000);
	}
}

static void begin(struct vg *vg, struct vg_channel *ch,
		  const struct vmh_guid *class_id, const char *version)
{
	guest_start(vg, MEMORY);
	check(vg_find(vg, class_id, 0, 0));
	ok(vg_channel_open(ch, vg, vg_find(vg, class_id, 0, 0)->relid, RING, 1));
	if (!strcmp(version, "none"))
		pause();
	negotiate(ch, version);
	printf("# ready\n");
}

/* guest PARTITION shutdown VERSION HOW [FILE] */
static void shutdown_(int argc, char **argv)
{
	static const struct vmh_guid class_id = { {
		0x31, 0x60, 0x0b, 0x0e, 0x13, 0x52, 0x34, 0x49,
		0x81, 0x8b, 0x38, 0xd9, 0x0c, 0xed, 0x39, 0xdb } };
	struct vg_channel ch = {};
	uint32_t words[3];
	struct vg vg;

	check(argc >= 2);
	begin(&vg, &ch, &class_id, argv[0]);
	for (;;) {
		next(&ch);
		check(msg.type == 3 && msg.size == 12 + 2048);
		memcpy(words, msg.data, sizeof(words));
		printf("# asked %x %u %u\n", words[0], words[1], words[2]);
		answer(&ch, argv[1], argv[2]);
	}
}

struct pair {
	uint32_t type, key_size, value_size;
	uint16_t key[256];
	uint16_t value[1024];
} __attribute__((packed));

struct kvp {
	uint8_t operation, pool;
	uint16_t reserved;
	union {
		struct pair set;
		struct {
			uint32_t key_size;
			uint16_t key[256];
		} del;
		struct {
			uint32_t index;
			struct pair pair;
		} __attribute__((packed)) enumerate;
	} __attribute__((packed));
} __attribute__((packed));

#define PAIRS	8

static struct pair external[PAIRS];
static unsigned int n_external;

static int find_external(const void *key, uint32_t size)
{
	unsigned int i;

	for (i = 0; i < n_external; i++)
		if (external[i].key_size == size &&
		    !memcmp(external[i].key, key, size))
			return i;
	return -1;
}

static void text(void *to, uint32_t *size, const char16_t *from)
{
	uint32_t n = 0;

	while (from[n])
		n++;
	*size = 2 * (n + 1);
	memcpy(to, from, *size);
}

/* What a guest can say of itself, and what it can mean by that. */
static bool automatic(struct pair *pair, uint32_t index)
{
	uint64_t number = 0x123456789abcULL;
	uint32_t key = 0, value = 0;

	memset(pair, 0, sizeof(*pair));
	pair->type = 1;
	switch (index) {
	case 0:
		text(pair->key, &key, u"OSName");
		text(pair->value, &value, u"Gr\u00fc\u00dfe \U0001f427");
		break;
	case 1:
		text(pair->key, &key, u"Dword");
		pair->type = 4;
		value = 4;
		memcpy(pair->value, &number, 4);
		break;
	case 2:
		text(pair->key, &key, u"Qword");
		pair->type = 11;
		value = 8;
		memcpy(pair->value, &number, 8);
		break;
	case 3:
		text(pair->key, &key, u"Escape");
		text(pair->value, &value, u"a\x1b" u"[2Jb\x9b" u"2Jc\n");
		break;
	case 4:
		/* As long as it can be, and no end. */
		memset(pair->key, 'k', sizeof(pair->key));
		memset(pair->value, 0x8e, sizeof(pair->value));
		key = sizeof(pair->key);
		value = sizeof(pair->value);
		break;
	case 5:
		text(pair->key, &key, u"Unknown");
		pair->type = 3;
		value = 12;
		break;
	default:
		return false;
	}
	pair->key_size = key;
	pair->value_size = value;
	return true;
}

static bool serve(struct kvp *kvp)
{
	int i;

	switch (kvp->operation) {
	case 1:
		check(kvp->set.type == 1 && !kvp->pool);
		i = find_external(kvp->set.key, kvp->set.key_size);
		if (i < 0 && n_external == PAIRS)
			return false;
		external[i < 0 ? (int)n_external++ : i] = kvp->set;
		return true;
	case 2:
		check(!kvp->pool);
		i = find_external(kvp->del.key, kvp->del.key_size);
		if (i < 0)
			return false;
		external[i] = external[--n_external];
		return true;
	case 3:
		if (kvp->pool == 2)
			return automatic(&kvp->enumerate.pair,
					 kvp->enumerate.index);
		if (kvp->pool || kvp->enumerate.index >= n_external)
			return false;
		kvp->enumerate.pair = external[kvp->enumerate.index];
		return true;
	default:
		fail("operation %u", kvp->operation);
	}
}

/* guest PARTITION kvp VERSION HOW [FILE] */
static void kvp(int argc, char **argv)
{
	static const struct vmh_guid class_id = { {
		0xe7, 0xf4, 0xa0, 0xa9, 0x45, 0x5a, 0x96, 0x4d,
		0xb8, 0x27, 0x8a, 0x84, 0x1e, 0x8c, 0x03, 0xe6 } };
	struct kvp *kvp = (void *)msg.data;
	struct vg_channel ch = {};
	struct vg vg;

	check(argc >= 2);
	begin(&vg, &ch, &class_id, argv[0]);
	for (;;) {
		next(&ch);
		check(msg.type == 2 && msg.size == sizeof(*kvp));
		if (!serve(kvp))
			msg.status = htole32(E_NO_MORE);
		if (!strcmp(argv[1], "huge"))
			kvp->enumerate.pair.key_size = htole32(514);
		answer(&ch, argv[1], argv[2]);
	}
}

const struct test_case service_cases[] = {
	{ "shutdown", shutdown_ },
	{ "kvp", kvp },
	{}
};
