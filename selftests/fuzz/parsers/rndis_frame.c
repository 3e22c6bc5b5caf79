// SPDX-License-Identifier: GPL-2.0
/*
 * A packet of messages with frames: each lies within the packet, no more of it is looked
 * at than was read, and what accompanies a frame is what another walk comes to.
 */
#include "fuzz_target.h"
#include "../../unit/test_tap.h"
#include "../../../kernel/netvsp/parse.c"

#define MESSAGES	8

static u32 le32(const u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

static void check_section(struct input *in)
{
	struct nvsp_rndis msg = { 0 };
	u32 have, offset, size;

	msg.section = cpu_to_le32(take_u8(in) & 1 ? take_u8(in) : (u32)take_u64(in));
	msg.size = cpu_to_le32(take_u16(in));
	have = (u32)take_u16(in) << 8;
	if (!nsp_section(&msg, have, &offset, &size)) {
		must(msg.section != cpu_to_le32(NVSP_NO_SECTION));
		must((u64)le32_to_cpu(msg.section) * 6144 + le32_to_cpu(msg.size) >
		     have || le32_to_cpu(msg.size) > 6144);
	} else if (msg.section == cpu_to_le32(NVSP_NO_SECTION)) {
		must(!size);
	} else {
		must(offset / 6144 == le32_to_cpu(msg.section) && offset % 6144 == 0);
		must(size == le32_to_cpu(msg.size) && size <= 6144);
		must((u64)offset + size <= have);
	}
}

/* The last one of @type, from the back to the front, so that the first found counts. */
static bool find_info(const u8 *at, u32 len, u32 type, u32 *value)
{
	u32 size, offset;

	if (!len)
		return false;
	size = le32(at);
	offset = le32(at + 8);
	must(size <= len && offset <= size && size >= 12 && offset >= 12);
	if (find_info(at + size, len - size, type, value))
		return true;
	if (le32(at + 4) != type || size < offset + 4)
		return false;
	*value = le32(at + offset);
	return true;
}

static void check_infos(const u8 *copy, const struct nsp_infos *infos)
{
	u32 len = le32(copy + 32), i, value = 0;
	const u8 *at = copy + 8 + le32(copy + 28);
	const u32 types[] = { 0, 2, 6, 8 };
	const u32 *values[] = { &infos->csum, &infos->lso, &infos->tag, &infos->hash };

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		must(find_info(at, len, types[i], &value) ==
		     !!(infos->there & BIT(types[i])));
		must(!(infos->there & BIT(types[i])) || *values[i] == value);
	}
	must(!(infos->there & ~(BIT(0) | BIT(2) | BIT(6) | BIT(8) | BIT(31))));
}

/* A copy that ends where what was read does. */
static u8 *read_head(const u8 *from, u32 len)
{
	u8 *copy = malloc(len);

	must(copy);
	return memcpy(copy, from, len);
}

/* Return: bytes of the message, 0 if it is none. */
static u32 one(const u8 *at, u32 left)
{
	struct nsp_infos infos;
	struct nsp_message m;
	bool good;
	u8 *copy;

	if (left < NSP_MESSAGE_MIN)
		return 0;
	copy = read_head(at, NSP_MESSAGE_MIN);
	good = nsp_message_parse(&m, copy, left);
	free(copy);
	if (!good)
		return 0;
	must(m.offset >= NSP_MESSAGE_MIN && m.offset <= NSP_MESSAGE_HEAD);
	must((u64)m.offset + m.len + m.rest == le32(at + 4) && le32(at + 4) <= left);
	copy = read_head(at, m.offset);
	good = nsp_infos_parse(&infos, copy, m.offset);
	if (good)
		check_infos(copy, &infos);
	free(copy);
	must(!nsp_is_frame(m.len, false, 1514) || (m.len >= 14 && m.len <= 1518));
	if (good && infos.there & BIT(RNDIS_INFO_8021Q))
		must(nsp_tci(infos.tag) == ((infos.tag >> 4 & 0xfff) |
					    (infos.tag >> 3 & 1) << 12 |
					    (infos.tag & 7) << 13));
	return good ? m.offset + m.len + m.rest : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	u32 n, messages = MESSAGES;

	check_section(&in);
	while (in.size && messages--) {
		n = one(in.data, in.size);
		if (!n)
			break;
		must(n <= in.size);
		in.data += n;
		in.size -= n;
	}
	return 0;
}
