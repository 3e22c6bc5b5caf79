// SPDX-License-Identifier: GPL-2.0
/*
 * Another thread changes what the host is reading.
 *
 * In the ring these are all that an SRB is, and CDBs and LUNs more often, how long a range is, and
 * its frame numbers, none of which can make a message one that breaks the channel. Where data begin it is what the host looks at itself, like
 * parameter lists. It sleeps most of the time: when it wakes up, it preempts the host
 * wherever that is, and processors are for the host.
 */
#include <stddef.h>
#include <unistd.h>

#include "shake.h"

#define AT_ONCE		1024
#define SLEEP_USEC	20000

void shaker_hold(struct shaker *s)
{
	if (!s->g)
		return;
	pthread_mutex_lock(&s->lock);
	s->n = 0;
}

void shaker_go(struct shaker *s)
{
	if (!s->g)
		return;
	pthread_mutex_unlock(&s->lock);
}

void shaker_add(struct shaker *s, const struct shake_spot *spot)
{
	if (s->n < SHAKE_SPOTS)
		s->spots[s->n++] = *spot;
}

static uint8_t *in_ring(const struct shake_spot *spot, uint32_t at)
{
	return spot->ring->data + at % spot->ring->size;
}

static void shake_pfn(const struct shaker *s, const struct shake_spot *spot, uint64_t x)
{
	uint64_t pfn = vg_gpa(&s->g->vg, s->g->data) / PAGE + (x >> 16) % DATA_PAGES;
	uint8_t *at;

	if (!spot->n_pfn)
		return;
	at = in_ring(spot, spot->pfn + (x >> 32) % spot->n_pfn * sizeof(pfn));
	__atomic_store_n((uint64_t *)at, htole64(pfn), __ATOMIC_RELAXED);
}

/* Shorter, or as it was: what is longer than its frames breaks the channel. */
static void shake_range(const struct shake_spot *spot, uint64_t x)
{
	uint32_t at = spot->range + offsetof(struct vmh_gpa_range, byte_count);
	uint32_t bytes = x & 256 ? spot->bytes : (x >> 16) % (spot->bytes + 1ULL);

	if (spot->n_pfn)
		__atomic_store_n((uint32_t *)in_ring(spot, at), htole32(bytes),
				 __ATOMIC_RELAXED);
}

static void shake_one(const struct shaker *s, uint64_t x)
{
	const struct shake_spot *spot = &s->spots[s->n ? (x >> 8) % s->n : 0];
	uint32_t srb = offsetof(struct vstor_packet, srb);

	if (!s->n || x % 16 == 15) {
		s->g->data[(x >> 16) % (DATA_PAGES * PAGE)] = x >> 48;
		return;
	}
	x >>= 4;
	switch (x % 8) {
	case 0:
		srb += offsetof(struct vstor_srb, cdb);
		*in_ring(spot, spot->packet + srb + (x >> 16) % VSTOR_CDB_MAX) = x >> 24;
		break;
	case 1:
		srb += offsetof(struct vstor_srb, lun);
		*in_ring(spot, spot->packet + srb) = (x >> 16) % 3;
		break;
	case 2:
		shake_pfn(s, spot, x);
		break;
	case 3:
		shake_range(spot, x);
		break;
	case 4:
		srb += (x >> 16) % sizeof(struct vstor_srb);
		*in_ring(spot, spot->packet + srb) = x >> 24;
		break;
	default:
		spot->data[(x >> 16) % 64] = x >> 24;
		break;
	}
}

static void *shake(void *arg)
{
	struct shaker *s = arg;
	uint64_t x = 88172645463325252ULL;
	int i;

	while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) {
		pthread_mutex_lock(&s->lock);
		for (i = 0; i < AT_ONCE; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			shake_one(s, x);
		}
		pthread_mutex_unlock(&s->lock);
		usleep(SLEEP_USEC);
	}
	return NULL;
}

void shaker_start(struct shaker *s, const struct guest *g)
{
	s->g = g;
	s->n = 0;
	check(!pthread_mutex_init(&s->lock, NULL));
	atomic_store(&s->stop, false);
	check(!pthread_create(&s->thread, NULL, shake, s));
}

void shaker_stop(struct shaker *s)
{
	atomic_store(&s->stop, true);
	check(!pthread_join(s->thread, NULL));
	pthread_mutex_destroy(&s->lock);
}
