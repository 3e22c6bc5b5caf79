/* SPDX-License-Identifier: GPL-2.0 */
/* Another thread changes what the host is reading: what it reads twice differs. */
#ifndef _TEST_SHAKE_H
#define _TEST_SHAKE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "guest.h"

#define SHAKE_SPOTS	256

/**
 * struct shake_spot - a message that the host has not answered
 * @ring: the ring that it is in
 * @packet: where its struct vstor_packet begins in the ring
 * @range: and where its range does
 * @pfn: and where the frames of that do
 * @n_pfn: that many are there
 * @bytes: of the range, as it was sent
 * @data: in guest memory, its first byte of data
 */
struct shake_spot {
	const struct vg_ring *ring;
	uint32_t packet;
	uint32_t range;
	uint32_t pfn;
	uint32_t n_pfn;
	uint32_t bytes;
	uint8_t *data;
};

/**
 * struct shaker - the thread; without one, all zeroes
 * @g: whose memory, and ring
 * @lock: of @spots
 * @n: spots of what was sent last; older ones may be overwritten
 */
struct shaker {
	pthread_t thread;
	_Atomic bool stop;
	const struct guest *g;
	pthread_mutex_t lock;
	uint32_t n;
	struct shake_spot spots[SHAKE_SPOTS];
};

/* Guest memory stays until the end. */
void shaker_start(struct shaker *s, const struct guest *g);
void shaker_stop(struct shaker *s);

/* The ring is being written, or is none: nothing in it is changed until it goes on. */
void shaker_hold(struct shaker *s);
void shaker_go(struct shaker *s);
void shaker_add(struct shaker *s, const struct shake_spot *spot);

#endif
