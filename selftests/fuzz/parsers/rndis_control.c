// SPDX-License-Identifier: GPL-2.0
/*
 * A control message, and the object that it sets: what is found lies within the message,
 * and is what the message says.
 */
#include "fuzz_target.h"
#include "../../unit/test_tap.h"
#include "../../../kernel/netvsp/parse.c"

static u32 le32(const u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

static u32 le16(const u8 *at)
{
	return at[0] | at[1] << 8;
}

/* Each is ASCII, and as long as what it comes from lets it be. */
static void check_text(const char *text, u32 size, const u8 *in, u32 bytes)
{
	u32 i, n = strnlen(text, size);

	must(n < size && n <= bytes / 2);
	for (i = 0; i < n; i++)
		must(text[i] > 0 && le16(in + 2 * i) == text[i]);
}

static void parameter(const u8 *in, u32 len)
{
	struct nsp_parameter p;

	memset(&p, 0x5a, sizeof(p));
	if (!nsp_parameter_parse(&p, in, len))
		return;
	must(len >= 20 && le32(in) <= len && le32(in + 4) <= len - le32(in));
	must(le32(in + 12) <= len && le32(in + 16) <= len - le32(in + 12));
	check_text(p.name, sizeof(p.name), in + le32(in), le32(in + 4));
	check_text(p.value, sizeof(p.value), in + le32(in + 12), le32(in + 16));
	must(le32(in + 8) == 2 || (!p.name[0] && !p.value[0]));
}

static void spreading(const u8 *in, u32 len, u32 queues)
{
	struct nsp_rss_said said;
	u32 i, size;

	memset(&said, 0x5a, sizeof(said));
	if (nsp_rss_parse(&said, in, len, queues))
		return;
	must(len >= 40 && in[0] == 0x89);
	must(said.off == (le16(in + 4) & 0x10 || (!(le16(in + 4) & 2) && !le32(in + 8))));
	if (said.off)
		return;
	must(said.has_hash == !(le16(in + 4) & 2));
	must(said.has_table == !(le16(in + 4) & 4));
	must(said.has_key == !(le16(in + 4) & 8));
	if (said.has_table) {
		must(said.size && said.size <= 128 && !(said.size & (said.size - 1)));
		must(said.size == le16(in + 12) / 4);
		for (i = 0; i < said.size; i++)
			must(said.table[i] < queues && said.table[i] ==
			     le32(in + le32(in + 16) + 4 * i));
	}
	size = said.has_key ? le16(in + 20) : 0;
	must(size <= 40);
	for (i = 0; i < 40; i++)
		must(said.key[i] == (i < size ? in[le32(in + 24) + i] : 0));
}

static void offloads(const u8 *in, u32 len)
{
	struct nsp_offload_said said;

	if (nsp_offload_parse(&said, in, len))
		return;
	must(len >= 20 && in[0] == 0x80 && in[9] != 2);
	must(said.rsc4 == (len >= 24 ? in[22] : 0));
	must(said.rsc6 == (len >= 24 ? in[23] : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	u32 queues = take_u8(&in) % 64 + 1, len;
	struct nsp_request r;
	u8 *copy, *object;

	if (in.size < 8)
		return 0;
	copy = take_rest(&in);
	if (!nsp_request_parse(&r, copy, in.size))
		goto out;
	len = le32(copy + 4);
	must(len >= 8 && len <= in.size && r.type == le32(copy));
	if (r.type != RNDIS_MSG_HALT && r.type != RNDIS_MSG_RESET)
		must(le32_to_cpu(r.request) == le32(copy + 8));
	if ((r.type != RNDIS_MSG_QUERY && r.type != RNDIS_MSG_SET) || !r.in)
		goto out;
	must(r.oid == le32(copy + 12) && r.in_len == le32(copy + 16));
	must((u8 *)r.in >= copy + 28 && (u8 *)r.in + r.in_len <= copy + len);
	must(!r.in_len || (u8 *)r.in == copy + 8 + le32(copy + 20));
	/* Its own memory, so that what is read behind it is seen. */
	object = malloc(r.in_len ? r.in_len : 1);
	must(object);
	memcpy(object, r.in, r.in_len);
	switch (r.oid) {
	case 0x0001021b:	/* OID_GEN_RNDIS_CONFIG_PARAMETER */
		parameter(object, r.in_len);
		break;
	case OID_RSS_PARAMS:
		spreading(object, r.in_len, queues);
		break;
	case OID_OFFLOAD_PARAMS:
		offloads(object, r.in_len);
		break;
	}
	free(object);
out:
	free(copy);
	return 0;
}
