// SPDX-License-Identifier: GPL-2.0
/*
 * vmbus/ring.c against a guest that does what drivers/hv/ring_buffer.c does, and
 * against one that does not.
 */
#include "test.h"
#include "../../kernel/vmbus/ring.c"

#define RING		(2 * VMH_PAGE_SIZE)	/* header and data */
#define SIZE		VMH_PAGE_SIZE		/* data */

/* Two rings, to the host and from it, as one GPADL has them. */
static u8 memory[2 * RING] __attribute__((aligned(8)));
static struct vmh_mem mem;
static struct vmh_ring in, out;
static int fail_after;				/* accesses; negative: never */

static struct vmh_ring_header *header(u32 start)
{
	return (struct vmh_ring_header *)(memory + start);
}

static int slow_read(const struct vmh_mem *m, u32 offset, void *to, u32 len)
{
	if (!fail_after)
		return -EFAULT;
	fail_after--;
	memcpy(to, memory + offset, len);
	return 0;
}

static int slow_write(const struct vmh_mem *m, u32 offset, const void *from,
		      u32 len)
{
	if (!fail_after)
		return -EFAULT;
	fail_after--;
	memcpy(memory + offset, from, len);
	return 0;
}

static int begin_at(bool mapped, u32 index)
{
	int err;

	memset(memory, 0, sizeof(memory));
	header(0)->write_index = cpu_to_le32(index);
	header(0)->read_index = cpu_to_le32(index);
	header(RING)->write_index = cpu_to_le32(index);
	header(RING)->read_index = cpu_to_le32(index);
	header(0)->feature_bits = cpu_to_le32(1);
	fail_after = -1;
	mem = (struct vmh_mem) {
		.base = mapped ? memory : NULL,
		.size = sizeof(memory),
		.read = slow_read,
		.write = slow_write,
	};
	err = vmh_ring_init(&in, &mem, 0, RING, false);
	if (!err)
		err = vmh_ring_init(&out, &mem, RING, RING, true);
	return err;
}

static void begin(bool mapped)
{
	check(!begin_at(mapped, 0));
}

/* The guest writes a packet of @len bytes, trailer excluded, filled with @fill. */
static void guest_write(u32 len, u8 fill)
{
	u32 at = le32_to_cpu(header(0)->write_index), i;
	struct vmh_descriptor desc = {
		.type = cpu_to_le16(VMH_PACKET_INBAND),
		.offset8 = cpu_to_le16(2), .len8 = cpu_to_le16(len / 8),
		.trans_id = cpu_to_le64(fill),
	};

	for (i = 0; i < len + VMH_TRAILER; i++) {
		memory[VMH_PAGE_SIZE + at] =
			i < sizeof(desc) ? ((u8 *)&desc)[i] : fill;
		at = (at + 1) % SIZE;
	}
	header(0)->write_index = cpu_to_le32(at);
}

/* The host reads one. */
static int host_read(u8 *to, u32 *len)
{
	struct vmh_descriptor desc;
	int err = vmh_ring_peek(&in, &desc);

	if (err <= 0)
		return err;
	*len = le16_to_cpu(desc.len8) * 8;
	err = vmh_ring_read(&in, &desc, to);
	return err ? err : 1;
}

/* In both ways, by turns. */
static int host_write(const void *payload, u32 len)
{
	static u32 n;
	u32 all = sizeof(struct vmh_descriptor) + ((len + 7) & ~7u);
	struct vmh_descriptor desc = {
		.type = cpu_to_le16(VMH_PACKET_INBAND),
		.offset8 = cpu_to_le16(2), .len8 = cpu_to_le16(all / 8),
	};
	struct vmh_piece pieces[] = {
		{ &desc, sizeof(desc) }, { payload, len },
	};

	return n++ % 3 ? vmh_ring_put(&out, &desc, payload, len) :
			 vmh_ring_write(&out, pieces, 2);
}

static u8 buffer[SIZE], payload[SIZE];

static void reads_what_was_written(void)
{
	u32 mapped, round, len, want, i;
	bool signal, good;

	for (mapped = 0; mapped < 2; mapped++) {
		begin(mapped);
		check(!host_read(buffer, &len), "an empty ring");
		/* Sizes that have no common factor with the ring: all wraps. */
		for (round = 0; round < 2000; round++) {
			want = 16 + (round % 63) * 8;
			guest_write(want, round);
			check(host_read(buffer, &len) == 1, "round %u", round);
			check(len == want, "round %u: %u", round, len);
			for (good = true, i = 16; i < len; i++)
				good &= buffer[i] == (u8)round;
			check(good, "round %u", round);
			check(!vmh_ring_read_done(&in, &signal));
			check(!signal, "nobody waits");
			check(header(0)->read_index == header(0)->write_index);
		}
	}
}

static void writes_what_is_read(void)
{
	u32 mapped, round, len, at, i, trailer;
	bool signal, good;

	for (mapped = 0; mapped < 2; mapped++) {
		begin(mapped);
		for (round = 0; round < 2000; round++) {
			/* Not multiples of 8, too: they are padded. */
			len = (round * 7) % 600;
			memset(payload, round, len);
			at = le32_to_cpu(header(RING)->write_index);
			check(!host_write(payload, len), "round %u", round);
			check(le32_to_cpu(header(RING)->write_index) == at,
			      "not seen before it is done");
			check(!vmh_ring_write_done(&out, &signal));
			check(signal, "the ring was empty");
			for (good = true, i = 0; i < ((len + 7) & ~7u); i++)
				good &= memory[RING + VMH_PAGE_SIZE +
					       (at + 16 + i) % SIZE] ==
					(i < len ? (u8)round : 0);
			check(good, "round %u", round);
			trailer = (at + 16 + ((len + 7) & ~7u)) % SIZE;
			check(!memcmp(memory + RING + VMH_PAGE_SIZE +
				      (trailer + 4) % SIZE, &at, 4),
			      "round %u: the trailer", round);
			header(RING)->read_index = header(RING)->write_index;
		}
	}
}

/* hv_signal_on_write(), with the roles changed. */
static void signals_on_write(void)
{
	bool signal;

	begin(true);
	check(!vmh_ring_write_done(&out, &signal) && !signal, "nothing written");
	host_write(payload, 8);
	vmh_ring_write_done(&out, &signal);
	check(signal, "it was empty");
	host_write(payload, 8);
	vmh_ring_write_done(&out, &signal);
	check(!signal, "it was not");
	/* The guest is in the middle of it. */
	header(RING)->read_index = cpu_to_le32(32);
	host_write(payload, 8);
	vmh_ring_write_done(&out, &signal);
	check(!signal, "it is still busy with the last one");
	header(RING)->read_index = header(RING)->write_index;
	header(RING)->interrupt_mask = cpu_to_le32(1);
	host_write(payload, 8);
	vmh_ring_write_done(&out, &signal);
	check(!signal, "it is masked");
	/* A batch is judged by where it began. */
	header(RING)->interrupt_mask = 0;
	header(RING)->read_index = header(RING)->write_index;
	host_write(payload, 8);
	host_write(payload, 8);
	vmh_ring_write_done(&out, &signal);
	check(signal, "a batch after empty");
}

/* The guest waits for room; hv_pkt_iter_close(), with the roles changed. */
static void signals_on_read(void)
{
	bool signal;
	u32 len;

	begin(true);
	/* 3 packets of 1024 with trailers leave 1024 free, as the guest counts. */
	guest_write(1016, 1);
	guest_write(1016, 2);
	guest_write(1016, 3);
	header(0)->pending_send_sz = cpu_to_le32(2048);
	/* The mask is for data, not for this. */
	header(0)->interrupt_mask = cpu_to_le32(1);
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(!signal, "2048 are not more than 2048");
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(signal, "now they are");
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(!signal, "once is enough");

	/* All at once is one signal. */
	begin(true);
	guest_write(1016, 1);
	guest_write(1016, 2);
	header(0)->pending_send_sz = cpu_to_le32(2048);
	host_read(buffer, &len);
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(signal);

	/* Some ask for all but a byte, which can only mean: when it is empty. */
	begin(true);
	guest_write(1016, 1);
	guest_write(1016, 2);
	header(0)->pending_send_sz = cpu_to_le32(SIZE - 1);
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(!signal);
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(signal);
	header(0)->pending_send_sz = cpu_to_le32(U32_MAX);
	guest_write(1016, 1);
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(signal, "as large as it gets");
	guest_write(1016, 1);
	header(0)->pending_send_sz = 0;
	host_read(buffer, &len);
	vmh_ring_read_done(&in, &signal);
	check(!signal, "nobody waits");
}

static void full_ring(void)
{
	u32 n, pending;
	bool signal;

	begin(true);
	/* Of 64 places of 64 bytes one stays free: never quite full. */
	for (n = 0; !host_write(payload, 40); n++)
		;
	check(n == 63, "%u", n);
	check(host_write(payload, 40) == -EAGAIN);
	pending = le32_to_cpu(header(RING)->pending_send_sz);
	check(pending == 64, "%u", pending);
	vmh_ring_write_done(&out, &signal);
	check(signal);
	/* A guest does not signal for as much as we wait for, but for more. */
	header(RING)->read_index = cpu_to_le32(64);
	check(!host_write(payload, 40), "room for one");
	check(!header(RING)->pending_send_sz, "waits no more");
	check(host_write(payload, 40) == -EAGAIN);
	/* What is smaller may still fit: the larger one waits on. */
	check(!host_write(payload, 8));
	check(le32_to_cpu(header(RING)->pending_send_sz) == 64);
	check(host_write(payload, 8) == -EAGAIN);
	check(le32_to_cpu(header(RING)->pending_send_sz) == 32);
	check(host_write(payload, SIZE) == -EMSGSIZE, "never");
	check(host_write(payload, SIZE - 24) == -EMSGSIZE);
	vmh_ring_write_done(&out, &signal);
	header(RING)->read_index = header(RING)->write_index;
	check(!host_write(payload, SIZE - 40), "large");
	vmh_ring_write_done(&out, &signal);
	header(RING)->read_index = header(RING)->write_index;
	check(!host_write(payload, SIZE - 32), "the largest");
}

static void full_from_guest(void)
{
	u32 len, n;
	bool signal;

	begin(true);
	for (n = 0; n < 63; n++)
		guest_write(56, n);
	for (n = 0; n < 63; n++) {
		check(host_read(buffer, &len) == 1, "%u", n);
		check(buffer[16] == n, "%u", n);
	}
	check(!host_read(buffer, &len));
	vmh_ring_read_done(&in, &signal);
	check(header(0)->read_index == header(0)->write_index);
}

static void masks(void)
{
	begin(true);
	vmh_ring_mask(&in);
	check(le32_to_cpu(header(0)->interrupt_mask) == 1);
	vmh_ring_unmask(&in);
	check(!header(0)->interrupt_mask);
}

/* Geometry and first indices that cannot be. */
static void init_refuses(void)
{
	static const struct {
		u32 start, bytes;
	} bad[] = {
		{ 0, 0 }, { 0, VMH_PAGE_SIZE }, { 8, RING }, { 0, RING + 8 },
		{ RING, RING + VMH_PAGE_SIZE }, { 3 * RING, RING },
		{ -RING, RING }, { 0, -VMH_PAGE_SIZE },
	};
	struct vmh_ring ring;
	u32 i;

	begin(true);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		check(vmh_ring_init(&ring, &mem, bad[i].start, bad[i].bytes,
				    false) == -EPROTO, "%u", i);
	check(begin_at(true, 4) == -EPROTO);
	check(begin_at(true, SIZE) == -EPROTO);
	check(begin_at(true, U32_MAX) == -EPROTO);
	check(!begin_at(true, SIZE - 8));
	check(header(RING)->feature_bits == cpu_to_le32(1));
}

/* Descriptors and indices that contradict each other. */
static void hostile(void)
{
	static const struct {
		u32 write;
		u16 offset8, len8;
	} bad[] = {
		{ 8, 2, 2 }, { 16, 2, 2 }, { 4, 2, 2 }, { SIZE, 2, 2 },
		{ 0xfffffff8, 2, 2 }, { 64, 0, 2 }, { 64, 1, 2 }, { 64, 3, 2 },
		{ 64, 2, 8 }, { 64, 2, 0xffff }, { 64, 0xffff, 0xffff },
		{ 64, 2, 0 }, { 24, 2, 3 },
	};
	struct vmh_descriptor desc;
	bool signal;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		begin(true);
		desc = (struct vmh_descriptor) {
			.type = cpu_to_le16(6),
			.offset8 = cpu_to_le16(bad[i].offset8),
			.len8 = cpu_to_le16(bad[i].len8),
		};
		memcpy(memory + VMH_PAGE_SIZE, &desc, sizeof(desc));
		header(0)->write_index = cpu_to_le32(bad[i].write);
		check(vmh_ring_peek(&in, &desc) == -EPROTO, "%u", i);
		check(vmh_ring_peek(&in, &desc) == -EPROTO, "%u, again", i);
		check(in.peer < in.size && in.peer % 8 == 0, "%u: is kept", i);
	}
	begin(true);
	header(RING)->read_index = cpu_to_le32(12);
	check(host_write(payload, 8) == -EPROTO);
	check(host_write(payload, 8) == -EPROTO, "again");
	check(!out.peer, "is kept");
	/* Between two that are shown together it is not looked at, and then it is. */
	begin(true);
	check(!host_write(payload, 8));
	header(RING)->read_index = cpu_to_le32(12);
	check(!host_write(payload, 8));
	check(vmh_ring_write_done(&out, &signal) == -EPROTO);
	/* Our own index is ours: what the guest writes there is without effect. */
	begin(true);
	guest_write(24, 1);
	header(0)->read_index = cpu_to_le32(U32_MAX);
	header(RING)->write_index = cpu_to_le32(U32_MAX);
	check(host_read(buffer, &i) == 1 && i == 24);
	check(!vmh_ring_read_done(&in, &signal));
	check(!host_write(payload, 8));
	check(!vmh_ring_write_done(&out, &signal) && signal);
	check(le32_to_cpu(header(RING)->write_index) == 32);
}

/* The descriptor that was checked is the one that is used. */
static void descriptor_is_read_once(void)
{
	struct vmh_descriptor desc, *copy = (void *)buffer;

	begin(true);
	guest_write(64, 9);
	check(vmh_ring_peek(&in, &desc) == 1);
	memset(memory + VMH_PAGE_SIZE, 0xff, sizeof(desc));
	check(!vmh_ring_read(&in, &desc, buffer));
	check(le16_to_cpu(copy->len8) == 8 && le16_to_cpu(copy->offset8) == 2);
	check(in.own == 72);
}

/* Memory that fails at each access: an error, and nothing half done. */
static void memory_fails(void)
{
	u32 i, len, own;
	bool signal;
	int err = -1;

	for (i = 0; err; i++) {
		begin(false);
		guest_write(64, 1);
		fail_after = i;
		err = host_read(buffer, &len);
		check(err == 1 || err == -EFAULT, "%u: %d", i, err);
		check((in.own == 72) == (err == 1), "%u", i);
		own = out.own;
		err = err == 1 ? host_write(payload, 20) : err;
		check(!err || out.own == own, "%u", i);
		err = err ? err : vmh_ring_write_done(&out, &signal);
		check(!err || err == -EFAULT, "%u", i);
		check(i < 50);
		if (i >= 50)
			break;
	}
}

#define CASES(X) \
	X(reads_what_was_written) X(writes_what_is_read) X(signals_on_write) \
	X(signals_on_read) X(full_ring) X(full_from_guest) X(masks) \
	X(init_refuses) X(hostile) X(descriptor_is_read_once) X(memory_fails)

test_suite(ring, CASES);
