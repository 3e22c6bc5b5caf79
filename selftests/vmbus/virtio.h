/* SPDX-License-Identifier: GPL-2.0 */
/* Frames there and back over virtio's rings, for comparison. */
#ifndef _TEST_VIRTIO_H
#define _TEST_VIRTIO_H

#include <stdint.h>

struct virtio;

/* NULL if this kernel has no vhost-net or no tap devices. */
struct virtio *virtio_open(void);
/* @n frames of @size bytes, at most @depth under way; fails if one is another one. */
void virtio_echo(struct virtio *v, uint32_t n, uint32_t depth, uint32_t size);
/* So many there were, in each direction. */
void virtio_signals(const struct virtio *v, uint64_t *signals, uint64_t *interrupts);

#endif
