// SPDX-License-Identifier: GPL-2.0
/*
 * A pair of rings whose memory is the input's to write at any time: nothing is read
 * or written outside them, what we keep stays within its bounds, and what is written
 * for the guest is what the guest could read.
 */
#include "fuzz_target.h"
#include "../../unit/test_tap.h"
#include "../../../kernel/vmbus/ring.c"

#define PAGES	3
#define BYTES	(PAGES * VMH_PAGE_SIZE)

static void sane(const struct vmh_ring *ring)
{
	must(ring->own < ring->size && ring->own % VMH_UNIT == 0);
	must(ring->published < ring->size && ring->published % VMH_UNIT == 0);
}

static void scribble(struct input *in, u8 *mem)
{
	u32 where = take_u16(in), n = take_u8(in) % 16;

	/* Most of what matters lies at the begin of either. */
	where = where & 0x8000 ? where % 68 + (where & 0x4000 ? BYTES : 0) :
				 where % (2 * BYTES);
	while (n-- && where < 2 * BYTES)
		mem[where++] = take_u8(in);
}

static void send_packet(struct input *in, struct vmh_ring *ring)
{
	static const u8 bytes[2 * BYTES];
	struct vmh_descriptor desc = {
		.type = cpu_to_le16(VMH_PACKET_INBAND), .offset8 = cpu_to_le16(2),
	};
	u32 len = take_u16(in) % sizeof(bytes);
	struct vmh_piece pieces[] = {
		{ &desc, sizeof(desc) }, { bytes, len },
	};
	struct vmh_ring before = *ring;

	if (len & 16 ? vmh_ring_put(ring, &desc, bytes, len) :
		       vmh_ring_write(ring, pieces, 2)) {
		must(ring->own == before.own);
		return;
	}
	must(ring->own != before.own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size }, *in = &input;
	u8 *mem = calloc(2, BYTES), *copy;
	struct vmh_mem m = { .base = mem, .size = 2 * BYTES };
	struct vmh_ring from, to;
	struct vmh_descriptor desc;
	bool signal;
	u32 len;

	must(mem);
	while (in->size > 8 && take_u8(in) & 1)
		scribble(in, mem);
	if (vmh_ring_init(&from, &m, 0, BYTES, false) ||
	    vmh_ring_init(&to, &m, BYTES, BYTES, true))
		goto out;
	while (in->size) {
		switch (take_u8(in) % 6) {
		case 0:
		case 1:
			scribble(in, mem);
			break;
		case 2:
			if (vmh_ring_peek(&from, &desc) != 1)
				break;
			len = le16_to_cpu(desc.len8) * VMH_UNIT;
			must(len + VMH_TRAILER <= from.size);
			copy = malloc(len);
			must(copy && !vmh_ring_read(&from, &desc, copy));
			must(!memcmp(copy, &desc, sizeof(desc)));
			free(copy);
			break;
		case 3:
			vmh_ring_read_done(&from, &signal);
			break;
		case 4:
			send_packet(in, &to);
			break;
		case 5:
			vmh_ring_write_done(&to, &signal);
			vmh_ring_is_awaited(&to);
			break;
		}
		sane(&from);
		sane(&to);
	}
out:
	free(mem);
	return 0;
}
