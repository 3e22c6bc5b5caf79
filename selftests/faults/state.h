/* SPDX-License-Identifier: GPL-2.0 */
/* All that can be seen of the switches and links of this netns, as text. */
#ifndef _FAULTS_STATE_H
#define _FAULTS_STATE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct state - what there is
 * @text: one line for each link, switch, port and FDB entry. Devices go by
 *	name, so that one that was made again is the same
 * @generations: of the switches; these tell an attempt that was refused from
 *	one that was taken back
 */
struct state {
	char text[1 << 17];
	char generations[256];
};

/* What a port has counted. */
struct counters {
	uint64_t rx;
	uint64_t tx;
	uint64_t no_memory;
	uint64_t other;		/* drops for any other reason */
};

void state_read(struct state *state);
bool state_same(const struct state *a, const struct state *b);
/* Print the first line in which they differ. */
void state_diff(const struct state *want, const struct state *got);

/* state_vmbus.c: of the family vmbus_host, instead of what is above */
void state_read_vmbus(void (*say)(const char *fmt, ...));
/* state_storvsp.c: with the former, if that module is there */
void state_read_storvsp(void (*say)(const char *fmt, ...));

struct counters state_counters(const char *port);

int link_index(const char *name);

#endif
