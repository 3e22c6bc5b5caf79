// SPDX-License-Identifier: GPL-2.0
/*
 * A packet as it was copied out of a ring: what it names lies within the copy, and
 * a walk through the memory that it refers to ends where the packet says.
 */
#include "fuzz_target.h"
#include "../../unit/test_tap.h"
#include "../../../kernel/vmbus/packet.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	u8 *copy = take_rest(&in);
	struct vmh_gpa_iter iter;
	struct vmh_packet p;
	u32 n, i, offset, bytes;
	u64 gpa, sum = 0;

	/* As vmh_ring_peek() leaves it: whole units, and the length is the copy's. */
	size &= ~7UL;
	if (size >= sizeof(struct vmh_descriptor) && size / 8 <= U16_MAX)
		((struct vmh_descriptor *)copy)->len8 = cpu_to_le16(size / 8);
	if (vmh_packet_parse(&p, copy, size))
		goto out;
	must(p.payload >= copy && p.payload + p.len == copy + size);
	if (p.type == VMH_PACKET_GPA_DIRECT) {
		vmh_packet_gpa(&iter, &p);
		while ((n = vmh_gpa_next(&iter, &gpa, 1 + (sum % 5000)))) {
			must(n <= VMH_PAGE_SIZE - gpa % VMH_PAGE_SIZE);
			sum += n;
		}
		must(sum == p.data_len);
	} else if (p.type == VMH_PACKET_XFER_PAGES) {
		for (i = 0; i < p.range_cnt; i++) {
			vmh_packet_xfer(&p, i, &offset, &bytes);
			sum += bytes;
		}
		must(sum == p.data_len);
	}
out:
	free(copy);
	return 0;
}
