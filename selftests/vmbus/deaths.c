// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that end in the middle of it: each way there is, while packets go both ways
 * on a channel and its sub-channels.
 */
#include <endian.h>
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define CHANNELS	3

struct flow {
	struct vg vg;
	struct vg_channel ch[CHANNELS];
};

static void flow_begin(struct flow *f)
{
	uint32_t status, i;
	int err;

	memset(f, 0, sizeof(*f));
	/* The one before may not be gone yet. */
	do {
		err = vg_open(&f->vg, partition, MEMORY, attach_flags);
	} while (err == -EBUSY && !usleep(1000));
	ok(err);
	ok(vg_connect(&f->vg, VMH_VERSION_WIN10_V5_3));
	ok(vg_request_offers(&f->vg));
	echo_open(&f->ch[0], &f->vg, RING);
	echo_ask(&f->ch[0], VMBUS_ECHO_OP_SUBCHANNELS, CHANNELS - 1, &status);
	check(!status);
	for (i = 1; i < CHANNELS; i++) {
		check(vg_find(&f->vg, &echo_class, i, 10000));
		ok(vg_channel_open(&f->ch[i], &f->vg,
				   vg_find(&f->vg, &echo_class, i, 0)->relid,
				   RING, i));
		ok(vg_channel_use_eventfd(&f->ch[i]));
	}
}

/* As much as there is room for; of what comes back only some is read. */
static void flow(struct flow *f, int rounds)
{
	static uint8_t payload[256], buf[1024];
	struct vg_packet packet;
	uint32_t i;
	int n;

	fill(payload, sizeof(payload), 1);
	while (rounds--) {
		for (i = 0; i < CHANNELS; i++) {
			for (n = 0; n < 40; n++)
				vg_send(&f->ch[i], VMH_PACKET_INBAND, n % 2, n,
					NULL, 0, payload, sizeof(payload));
			for (n = 0; n < 30; n++)
				vg_recv(&f->ch[i], buf, sizeof(buf), &packet);
		}
	}
}

static void post_relid(struct flow *f, uint32_t type, uint32_t relid)
{
	struct vmh_msg_relid msg = {
		.header.type = htole32(type), .relid = htole32(relid),
	};

	vg_post(&f->vg, &msg, sizeof(msg));
}

static void die_close_primary(struct flow *f)
{
	post_relid(f, VMH_MSG_CLOSE, f->ch[0].relid);
}

static void die_close_sub(struct flow *f)
{
	post_relid(f, VMH_MSG_CLOSE, f->ch[1].relid);
	flow(f, 2);
	post_relid(f, VMH_MSG_CLOSE, f->ch[0].relid);
}

static void die_teardown(struct flow *f)
{
	struct vmh_msg_gpadl_teardown msg = {
		.header.type = htole32(VMH_MSG_GPADL_TEARDOWN),
	};
	uint32_t i;

	for (i = 0; i < CHANNELS; i++) {
		msg.relid = htole32(f->ch[i].relid);
		msg.gpadl = htole32(f->ch[i].gpadl);
		vg_post(&f->vg, &msg, sizeof(msg));
	}
	flow(f, 2);
}

static void die_released(struct flow *f)
{
	post_relid(f, VMH_MSG_RELID_RELEASED, f->ch[1].relid);
	post_relid(f, VMH_MSG_RELID_RELEASED, f->ch[0].relid);
}

static void die_unload(struct flow *f)
{
	ok(vg_unload(&f->vg));
	flow(f, 1);
}

static void die_contact(struct flow *f)
{
	ok(vg_connect(&f->vg, VMH_VERSION_WIN8));
	flow(f, 1);
}

static void die_region(struct flow *f)
{
	struct vmbus_dev_region r = {};

	check(!ioctl(f->vg.fd, VMBUS_DEV_SET_REGION, &r));
	flow(f, 2);
}

static void die_memory(struct flow *f)
{
	munmap(f->vg.mem, f->vg.size);
	f->vg.mem = NULL;
}

static void die_save(struct flow *f)
{
	static uint8_t state[1 << 18];
	size_t size = sizeof(state);

	ok(vg_save(&f->vg, state, &size));
	flow(f, 1);
}

static void die_eventfd(struct flow *f)
{
	close(f->ch[1].signal);
	close(f->vg.event[1]);
	f->ch[1].signal = -1;
	f->vg.event[1] = -1;
}

static void die_node(struct flow *f)
{
	(void)f;
}

static void (*const ways[])(struct flow *f) = {
	die_close_primary, die_close_sub, die_teardown, die_released, die_unload,
	die_contact, die_region, die_memory, die_save, die_eventfd, die_node,
};

#define WAYS	(sizeof(ways) / sizeof(ways[0]))

/* guest PARTITION deaths ROUNDS: each way, the node closed after it, or killed */
static void deaths(int argc, char **argv)
{
	int rounds = argc ? atoi(argv[0]) : 1, round, status;
	struct flow f;
	pid_t child;
	size_t i;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < WAYS; i++) {
			child = fork();
			check(child >= 0);
			if (!child) {
				flow_begin(&f);
				flow(&f, 1 + 3 * round);
				ways[i](&f);
				if ((round + i) % 2)
					kill(getpid(), SIGKILL);
				vg_close(&f.vg);
				_exit(0);
			}
			check(waitpid(child, &status, 0) == child);
			if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
				check(WIFEXITED(status) && !WEXITSTATUS(status));
		}
	}
	printf("# %zu ends\n", rounds * WAYS);
}

/* guest PARTITION flow: until somebody ends it */
static void flow_on(int argc, char **argv)
{
	struct flow f;

	(void)argc, (void)argv;
	flow_begin(&f);
	printf("# ready\n");
	for (;;)
		flow(&f, 1);
}

const struct test_case death_cases[] = {
	{ "deaths", deaths },
	{ "flow", flow_on },
	{}
};
