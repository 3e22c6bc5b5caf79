// SPDX-License-Identifier: GPL-2.0
/* What a guest with a network adapter must not do, at random and for long. */
#include <errno.h>
#include <unistd.h>

#include "guided.h"
#include "nic.h"
#include "random.h"

/* A number that could mean something. */
uint32_t nic_some(void)
{
	static const uint32_t known[] = {
		0, 1, 2, 4, 8, 12, 16, 20, 28, 36, 44, 60, 1514, 6144, 0x7fffffff,
		0x80000000, 0xfffffff0, 0xffffffff,
	};

	if (below(3))
		return known[below(sizeof(known) / sizeof(known[0]))];
	return rnd() >> below(32);
}

static void fuzz_rndis(struct nic *n)
{
	static const uint32_t types[] = { 1, 1, 1, 1, 2, 4, 5, 6, 8, 3 };
	static const uint32_t known[] = {
		0x0001010e, 0x01010103, 0x0001021b, 0xfc01020c, 0x00010204,
		0x00010203, 0xfc01020d, 0x01010101, 0x00010101, 0x00020106,
		0xfc01020b, 0x0101010a, 0x00020202, 0x0002021c, 0x00010207,
	};
	uint32_t type = types[below(sizeof(types) / sizeof(types[0]))];
	uint8_t *at = n->send + below(24) * 6144;
	uint32_t i, len = 8 + below(600);

	for (i = 0; i < len; i += 4)
		put32(at + i, below(4) ? nic_some() : rnd());
	put32(at, type);
	put32(at + 4, below(8) ? len : nic_some());
	if (type == 1) {
		nic_data_head(at, 60);
		nic_arp(n, at + 44);
		len = 104;
		if (below(2)) {
			/* Information of all kinds. */
			put32(at + 4, 60 + 60);
			put32(at + 8, 52);
			put32(at + 28, 36);
			put32(at + 32, 16);
			put32(at + 44, 16);
			put32(at + 48, below(12) | (below(8) ? 0 : 0x80000000));
			put32(at + 52, 12);
			put32(at + 56, rnd());
			nic_arp(n, at + 60);
			len = 120;
		}
		for (i = below(4); i; i--)
			put32(at + 4 * below(30), nic_some());
	} else {
		put32(at + 12, known[below(sizeof(known) / sizeof(known[0]))]);
		if (below(4)) {
			put32(at + 4, len);
			put32(at + 16, len > 28 ? len - 28 : 0);
			put32(at + 20, 20);
		}
		if (below(2) && len > 68) {
			/* RSS, with a table and a key somewhere */
			at[28] = 0x89;
			at[32] = below(32);
			put32(at + 36, rnd());
			at[40] = 4 * below(130);
			put32(at + 44, nic_some());
			at[48] = below(48);
			put32(at + 52, nic_some());
		}
	}
}

static void fuzz_one(struct nic *n)
{
	static const uint32_t types[] = {
		107, 107, 107, 107, 107, 107, 107, 107, 107, 107, 107, 107,
		1, 100, 101, 103, 104, 106, 125, 129, 131, 133, 99, 134,
	};
	uint32_t type = types[below(sizeof(types) / sizeof(types[0]))], i;
	uint32_t kind = below(20), extra_len = 0;
	uint8_t msg[40] = {}, extra[256];

	for (i = 4; i < sizeof(msg); i += 4)
		put32(msg + i, nic_some());
	put32(msg, below(200) ? 107 : type);
	fuzz_rndis(n);
	if (below(8)) {
		put32(msg + 4, below(3) == 0);
		put32(msg + 8, below(8) ? below(24) : nic_some());
		put32(msg + 12, below(4) ? 104 + below(600) : nic_some());
	}
	if (kind == 0 && !below(50)) {
		/* One of its own, or of nobody. */
		vg_send(&n->ch, VMH_PACKET_COMPLETION, 0,
			1 + below(n->sections + n->sections / 16 + 2), NULL, 0, msg, 8);
		return;
	}
	if (kind < 6) {
		/* Pages: of ours, or of nobody. */
		put32(extra, 0);
		put32(extra + 4, 1 + below(2));
		extra_len = 8;
		for (i = get32(extra + 4); i; i--) {
			put32(extra + extra_len, below(4096 - 1000));
			put32(extra + extra_len + 4, below(1000));
			put32(extra + extra_len + 8,
			      below(30) ? below(MEMORY / PAGE) : rnd());
			put32(extra + extra_len + 12, 0);
			extra_len += 16;
		}
		if (below(2))
			put32(msg + 8, 0xffffffff);
	}
	vg_send(&n->ch, extra_len ? VMH_PACKET_GPA_DIRECT : VMH_PACKET_INBAND,
		below(10) ? 1 : 0, rnd(), extra_len ? extra : NULL, extra_len, msg,
		below(50) ? 40 : 8 * below(6));
}

/*
 * The ring is full of what was sent before. Return: false if it stays so: the channel has
 * broken.
 */
static bool give_back_soon(struct nic *n, uint64_t trans_id)
{
	uint32_t done[2] = { htole32(108), htole32(1) };
	int i, err = -EAGAIN;

	for (i = 0; i < 200 && err == -EAGAIN; i++) {
		err = vg_send(&n->ch, VMH_PACKET_COMPLETION, 0, trans_id, NULL, 0,
			      done, sizeof(done));
		if (err == -EAGAIN)
			usleep(1000);
	}
	if (err != -EAGAIN)
		ok(err);
	return err != -EAGAIN;
}

/* Few sections, many, and such as real guests have. */
static void some_buffer(void)
{
	static const uint32_t sizes[] = { RECV_SMALL, RECV_BYTES, RECV_LARGE };

	nic_recv_bytes = sizes[below(3)];
}

/*
 * guest PARTITION nic_fuzz SEED MESSAGES: at random; a channel that broke is opened
 * again.
 */
static void fuzz(int argc, char **argv)
{
	uint64_t messages, sent = 0, opens = 0, large = 0;
	uint8_t buf[8192];
	struct vg_packet p;
	uint32_t i, quiet;

	check(argc == 2);
	rnd_seed(argv[0]);
	messages = strtoull(argv[1], NULL, 0);
	while (sent < messages) {
		struct nic n = {};
		bool broken = false;

		some_buffer();
		nic_start(&n, 0x60001);
		opens++;
		large += nic_recv_bytes == RECV_LARGE;
		/* No answer for long: it broke. */
		for (quiet = 0; quiet < 40 && sent < messages; ) {
			for (i = 0; i < 16; i++, sent++)
				fuzz_one(&n);
			quiet++;
			while (vg_recv(&n.ch, buf, sizeof(buf), &p) >= 0) {
				quiet = 0;
				if (p.type == VMH_PACKET_XFER_PAGES &&
				    below(200) && !broken)
					broken = !give_back_soon(&n, p.trans_id);
			}
			if (quiet > 4)
				usleep(1000);
		}
		nic_close(&n);
	}
	printf("# %llu messages, %llu channels, %llu of them with sections of a page\n",
	       (unsigned long long)sent, (unsigned long long)opens,
	       (unsigned long long)large);
}

/* ---- The same, led ---- */

static struct nic led;
static uint32_t led_quiet;
static bool led_broken;

static void led_begin(void)
{
	memset(&led, 0, sizeof(led));
	some_buffer();
	nic_start(&led, 0x60001);
	led_quiet = 0;
	led_broken = false;
}

static bool led_step(void)
{
	uint32_t i;

	for (i = 1 + below(4); i; i--)
		fuzz_one(&led);
	return led_quiet < 20;
}

/* Most of what is sent is answered. */
static void led_settle(void)
{
	uint8_t buf[8192];
	struct vg_packet p;

	led_quiet++;
	usleep(led_quiet > 2 ? 1000 : 200);
	while (vg_recv(&led.ch, buf, sizeof(buf), &p) >= 0) {
		led_quiet = 0;
		if (p.type == VMH_PACKET_XFER_PAGES && !led_broken)
			led_broken = !give_back_soon(&led, p.trans_id);
	}
}

static void led_end(void)
{
	nic_close(&led);
}

/* guest PARTITION nic_guided SEED STEPS */
static void guided(int argc, char **argv)
{
	static const struct guided g = {
		led_begin, led_step, led_settle, led_end,
	};

	check(argc == 2);
	guided_run(&g, argv[0], strtoull(argv[1], NULL, 0));
}

const struct test_case nic_fuzz_cases[] = {
	{ "nic_fuzz", fuzz },
	{ "nic_guided", guided },
	{}
};
