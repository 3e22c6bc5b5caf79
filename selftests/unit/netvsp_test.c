// SPDX-License-Identifier: GPL-2.0
/* netvsp/parse.c: messages of RNDIS and NVSP that are good, and others. */
#include "test.h"
#include "../../kernel/netvsp/parse.c"

static u8 raw[2048] __attribute__((aligned(8)));

static void put32(u32 at, u32 v)
{
	put_unaligned_le32(v, raw + at);
}

/* Offsets in a message are counted from here. */
#define FROM	8

/* A message of @len bytes with a frame of @frame, @offset from FROM on. */
static void data(u32 len, u32 offset, u32 frame)
{
	memset(raw, 0, sizeof(raw));
	put32(0, RNDIS_MSG_PACKET);
	put32(4, len);
	put32(8, offset);
	put32(12, frame);
}

static void section(void)
{
	static const struct {
		u32 section, size, have;
		bool good;
		u32 offset, got;
	} cases[] = {
		{ NVSP_NO_SECTION, 6144, 0, true, 0, 0 },
		{ 0, 6144, 6144, true, 0, 6144 },
		{ 0, 6145, 10000, false, 0, 0 },
		{ 1, 1, 6145, true, 6144, 1 },
		{ 1, 2, 6145, false, 0, 0 },
		{ 1, 0, 6144, true, 6144, 0 },
		{ 1, 0, 6143, false, 0, 0 },
		{ 0xfffffffe, 6144, U32_MAX, false, 0, 0 },
		{ 0x2aaaab, 0, 4096, false, 0, 0 },	/* times 6144: 2048 in 32 bits */
	};
	u32 i, offset, size;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nvsp_rndis msg = {
			.section = cpu_to_le32(cases[i].section),
			.size = cpu_to_le32(cases[i].size),
		};

		offset = 0;
		check(nsp_section(&msg, cases[i].have, &offset, &size) ==
		      cases[i].good, "%u", i);
		check(offset == cases[i].offset && size == cases[i].got, "%u", i);
	}
}

static void message(void)
{
	struct nsp_message m;

	check(NSP_MESSAGE_MIN == 44);
	data(104, 36, 60);
	check(nsp_message_parse(&m, raw, 104));
	check(m.offset == 44 && m.len == 60 && !m.rest);
	/* Another message follows. */
	check(nsp_message_parse(&m, raw, 1000) && !m.rest);
	data(120, 40, 60);
	check(nsp_message_parse(&m, raw, 120));
	check(m.offset == 48 && m.len == 60 && m.rest == 12);
	data(44, 36, 0);
	check(nsp_message_parse(&m, raw, 44) && !m.len && !m.rest);
	data(2000, NSP_MESSAGE_HEAD - FROM, 1);
	check(nsp_message_parse(&m, raw, 2000) && m.offset == NSP_MESSAGE_HEAD);
	data(U32_MAX, 36, 60);
	check(nsp_message_parse(&m, raw, U32_MAX) && m.rest == U32_MAX - 104);
}

static void message_refused(void)
{
	static const struct {
		u32 len, offset, frame, left;
	} bad[] = {
		{ 104, 36, 60, 103 },		/* not all of it is there */
		{ 43, 36, 0, 200 },
		{ 0, 36, 0, 200 },
		{ U32_MAX, 36, 60, 200 },
		{ 104, 35, 60, 200 },		/* in the header */
		{ 104, 0, 60, 200 },
		{ 104, 36, 61, 200 },		/* ends behind the message */
		{ 104, 36, U32_MAX, 200 },
		{ 104, U32_MAX, 1, 200 },
		{ 104, 97, 0, 200 },
		{ 104, 96, 1, 200 },
		{ 2000, NSP_MESSAGE_HEAD - FROM + 1, 1, 2000 },
	};
	struct nsp_message m;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		data(bad[i].len, bad[i].offset, bad[i].frame);
		check(!nsp_message_parse(&m, raw, bad[i].left), "%u", i);
	}
	data(104, 36, 60);
	put32(0, RNDIS_MSG_QUERY);
	check(!nsp_message_parse(&m, raw, 104));
	data(104, 36, 60);
	put32(20, 1);
	check(!nsp_message_parse(&m, raw, 104), "out of band data");
	data(104, 36, 60);
	put32(36, 1);
	check(!nsp_message_parse(&m, raw, 104), "a connection");
}

static u32 info(u32 at, u32 size, u32 type, u32 offset, u32 value)
{
	put32(at, size);
	put32(at + 4, type);
	put32(at + 8, offset);
	if (size >= offset + 4 && offset >= 12)
		put32(at + offset, value);
	return at + size;
}

static void infos(void)
{
	struct nsp_infos got;
	u32 at;

	data(300, 200, 60);
	check(nsp_infos_parse(&got, raw, 208) && !got.there);
	put32(28, 36);
	at = info(44, 16, RNDIS_INFO_CSUM, 12, 5);
	at = info(at, 20, RNDIS_INFO_LSO, 16, 6);
	at = info(at, 16, RNDIS_INFO_8021Q, 12, 7);
	at = info(at, 12, RNDIS_INFO_HASH, 12, 0);	/* says nothing */
	at = info(at, 24, 0x80000001, 12, 9);
	put32(32, at - 44);
	check(nsp_infos_parse(&got, raw, 208));
	check(got.there == (BIT(31) | BIT(RNDIS_INFO_CSUM) | BIT(RNDIS_INFO_LSO) |
			    BIT(RNDIS_INFO_8021Q)));
	check(got.csum == 5 && got.lso == 6 && got.tag == 7);
	at = info(at, 16, RNDIS_INFO_HASH, 12, 0xabcd);
	at = info(at, 16, RNDIS_INFO_CSUM, 12, 8);
	put32(32, at - 44);
	check(nsp_infos_parse(&got, raw, 208));
	check(got.there & BIT(RNDIS_INFO_HASH) && got.hash == 0xabcd);
	check(got.csum == 8, "of two it is the last");
	/* The frame begins where they end, or they reach into it. */
	check(nsp_infos_parse(&got, raw, at));
	check(!nsp_infos_parse(&got, raw, at - 4));
}

static void infos_refused(void)
{
	static const struct {
		u32 at, len, size, offset;
	} bad[] = {
		{ 32, 16, 16, 12 },		/* in the header */
		{ 38, 16, 16, 12 },		/* not aligned */
		{ 204, 16, 16, 12 },		/* behind the frame's begin */
		{ U32_MAX - 3, 16, 16, 12 },
		{ 36, U32_MAX, 16, 12 },
		{ 36, 168, 16, 12 },
		{ 36, 8, 8, 12 },		/* no room for the head */
		{ 36, 18, 16, 12 },		/* nor for the second one's */
		{ 36, 16, 0, 12 },
		{ 36, 16, 8, 12 },
		{ 36, 16, 20, 12 },		/* longer than all of them */
		{ 36, 16, U32_MAX - 3, 12 },
		{ 36, 20, 18, 12 },
		{ 36, 16, 16, 8 },		/* in its own head */
		{ 36, 16, 16, 20 },
		{ 36, 16, 16, 14 },
		{ 36, 16, 16, U32_MAX - 3 },
	};
	struct nsp_infos got;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		data(300, 200, 60);
		put32(28, bad[i].at);
		put32(32, bad[i].len);
		put32(44, bad[i].size);
		put32(52, bad[i].offset);
		check(!nsp_infos_parse(&got, raw, 208), "%u", i);
	}
}

static void frames(void)
{
	check(!nsp_is_frame(13, false, 1514) && nsp_is_frame(14, false, 1514));
	check(nsp_is_frame(1518, false, 1514) && !nsp_is_frame(1519, false, 1514));
	check(!nsp_is_frame(13, true, 1514) && nsp_is_frame(63036, true, 1514));
	check(!nsp_is_frame(63037, true, 1514) && !nsp_is_frame(U32_MAX, true, 1514));
	check(nsp_tci(0) == 0 && nsp_tci(0xfff0) == 0xfff && nsp_tci(8) == 0x1000);
	check(nsp_tci(7) == 0xe000 && nsp_tci(0xffff0000) == 0);
	check(nsp_tci(100 << 4 | 5) == (100 | 5 << 13));
}

static void request(u32 type, u32 len, u32 in_len, u32 offset)
{
	memset(raw, 0, sizeof(raw));
	put32(0, type);
	put32(4, len);
	put32(8, 0x1234);
	put32(12, 0xabcd);
	put32(16, in_len);
	put32(20, offset);
}

static void requests(void)
{
	static const struct {
		u32 type, size;
	} types[] = {
		{ RNDIS_MSG_INIT, 24 }, { RNDIS_MSG_QUERY, 28 },
		{ RNDIS_MSG_SET, 28 }, { RNDIS_MSG_KEEPALIVE, 12 },
		{ RNDIS_MSG_HALT, 8 }, { RNDIS_MSG_RESET, 8 },
	};
	struct nsp_request r;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		request(types[i].type, types[i].size, 0, 20);
		check(nsp_request_parse(&r, raw, types[i].size), "%u", i);
		check(r.type == types[i].type, "%u", i);
		check(r.request == (types[i].size > 8 ? cpu_to_le32(0x1234) : 0),
		      "%u", i);
		/* What follows is not it, and it is not shorter than it says. */
		check(nsp_request_parse(&r, raw, 64), "%u", i);
		check(!nsp_request_parse(&r, raw, types[i].size - 1), "%u", i);
		put32(4, types[i].size - 1);
		check(!nsp_request_parse(&r, raw, 64), "%u", i);
		put32(4, U32_MAX);
		check(!nsp_request_parse(&r, raw, 64), "%u", i);
	}
	for (i = 0; i < 20; i++) {
		request(i, 64, 0, 20);
		check(nsp_request_parse(&r, raw, 64) == ((i >= 2 && i <= 6) || i == 8),
		      "%u", i);
	}
}

static void objects(void)
{
	static const struct {
		u32 in_len, offset;
		bool query, set;
	} cases[] = {
		{ 4, 20, true, true },
		{ 36, 20, true, true },
		{ 37, 20, false, false },
		{ U32_MAX, 20, false, false },
		{ 4, 19, false, false },
		{ 4, 0, false, false },
		{ 4, 53, false, false },
		{ 4, U32_MAX, false, false },
		{ 1, 55, true, true },
		{ 0, 56, true, true },
		{ 0, 57, true, false },
		{ 0, 0, true, false },
		{ 0, U32_MAX, true, false },
	};
	struct nsp_request r;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		request(RNDIS_MSG_QUERY, 64, cases[i].in_len, cases[i].offset);
		check(nsp_request_parse(&r, raw, 100), "%u", i);
		check(r.oid == 0xabcd && !!r.in == cases[i].query, "%u", i);
		check(!r.in || r.in_len == cases[i].in_len, "%u", i);
		put32(0, RNDIS_MSG_SET);
		check(nsp_request_parse(&r, raw, 100), "%u", i);
		check(r.oid == 0xabcd && !!r.in == cases[i].set, "%u", i);
		check(!r.in || r.in == raw + FROM + cases[i].offset, "%u", i);
	}
}

static u32 put_text(u32 at, const char *text)
{
	for (; *text; text++) {
		raw[at++] = *text;
		raw[at++] = 0;
	}
	return at;
}

/* From an odd address on, as a guest may have it. */
static u8 *const odd = raw + 1;

static u32 parameter(const char *name, const char *value)
{
	u32 to, end;

	memset(raw, 0, sizeof(raw));
	to = put_text(21, name);
	end = put_text(to, value);
	put32(1, 20);
	put32(5, to - 21);
	put32(9, RNDIS_PARAMETER_STRING);
	put32(13, to - 1);
	put32(17, end - to);
	return end - 1;
}

static void parameters(void)
{
	static const char long_name[] = "0123456789012345678901234567890123456789"
					"012345678901234567890123";
	struct nsp_parameter p;
	u32 len;

	len = parameter("NetworkAddress", "02155d010203");
	check(nsp_parameter_parse(&p, odd, len));
	check(!strcmp(p.name, "NetworkAddress") && !strcmp(p.value, "02155d010203"));
	check(!nsp_parameter_parse(&p, odd, len - 1));
	check(!nsp_parameter_parse(&p, odd, 19));
	put32(9, 0);
	check(nsp_parameter_parse(&p, odd, len) && !p.name[0] && !p.value[0]);
	len = parameter(long_name + 1, "");
	check(nsp_parameter_parse(&p, odd, len) && !strcmp(p.name, long_name + 1));
	len = parameter(long_name, "x");
	check(nsp_parameter_parse(&p, odd, len) && !p.name[0] && !p.value[0]);
	len = parameter("x", long_name);
	check(nsp_parameter_parse(&p, odd, len) && !p.name[0] && !p.value[0]);
	len = parameter("abc", "d");
	raw[24] = 1;
	check(nsp_parameter_parse(&p, odd, len) && !strcmp(p.name, "a"));
	put32(5, 5);
	check(nsp_parameter_parse(&p, odd, len) && !p.name[0]);
	put32(5, U32_MAX);
	check(!nsp_parameter_parse(&p, odd, len));
	put32(5, 0);
	put32(1, len);
	check(nsp_parameter_parse(&p, odd, len) && !p.name[0]);
	put32(1, len + 1);
	check(!nsp_parameter_parse(&p, odd, len));
}

/* Parameters with a table of @n entries, and a key of @key bytes behind that. */
static u32 rss(u32 flags, u32 n, u32 key)
{
	struct ndis_rss_params p = {
		.head.type = NDIS_OBJECT_RSS_PARAMS,
		.flags = cpu_to_le16(flags), .hash = cpu_to_le32(0x301),
		.table_size = cpu_to_le16(4 * n), .table_offset = cpu_to_le32(40),
		.key_size = cpu_to_le16(key), .key_offset = cpu_to_le32(40 + 4 * n),
	};
	u32 i;

	memset(raw, 0, sizeof(raw));
	memcpy(odd, &p, sizeof(p));
	for (i = 0; i < n; i++)
		put32(41 + 4 * i, i % 4);
	memset(odd + 40 + 4 * n, 0x5a, key);
	return 40 + 4 * n + key;
}

static void spreading(void)
{
	static struct nsp_rss_said said;
	u32 len;

	len = rss(0, 128, 40);
	check(!nsp_rss_parse(&said, odd, len, 4));
	check(!said.off && said.has_hash && said.has_table && said.has_key);
	check(said.hash == 0x301 && said.size == 128 && said.table[127] == 3);
	check(said.key[0] == 0x5a && said.key[39] == 0x5a);
	check(nsp_rss_parse(&said, odd, len, 3) == RNDIS_STATUS_INVALID_DATA);
	check(nsp_rss_parse(&said, odd, len - 1, 4) == RNDIS_STATUS_INVALID_LENGTH);
	check(nsp_rss_parse(&said, odd, 39, 4) == RNDIS_STATUS_INVALID_LENGTH);
	odd[0] = NDIS_OBJECT_DEFAULT;
	check(nsp_rss_parse(&said, odd, len, 4) == RNDIS_STATUS_INVALID_LENGTH);

	len = rss(NDIS_RSS_TABLE_UNCHANGED | NDIS_RSS_HASH_UNCHANGED, 0, 10);
	check(!nsp_rss_parse(&said, odd, len, 4));
	check(!said.has_table && !said.has_hash && said.has_key);
	check(said.key[9] == 0x5a && !said.key[10]);
	len = rss(NDIS_RSS_KEY_UNCHANGED | NDIS_RSS_TABLE_UNCHANGED, 3, 50);
	check(!nsp_rss_parse(&said, odd, 40, 4) && !said.has_key && !said.size);

	len = rss(NDIS_RSS_DISABLE, 3, 50);
	check(!nsp_rss_parse(&said, odd, len, 4) && said.off);
	len = rss(0, 4, 0);
	put32(9, 0);
	check(!nsp_rss_parse(&said, odd, len, 4) && said.off, "no hash is off, too");
}

static void spreading_refused(void)
{
	static struct nsp_rss_said said;
	u32 len;

	check(nsp_rss_parse(&said, odd, rss(0, 0, 0), 4) == RNDIS_STATUS_INVALID_DATA);
	check(nsp_rss_parse(&said, odd, rss(0, 3, 0), 4) == RNDIS_STATUS_INVALID_DATA);
	check(nsp_rss_parse(&said, odd, rss(0, 256, 0), 256) ==
	      RNDIS_STATUS_INVALID_DATA);
	check(nsp_rss_parse(&said, odd, rss(0, 4, 41), 4) ==
	      RNDIS_STATUS_INVALID_LENGTH);
	len = rss(0, 4, 16);
	put32(17, 39);
	check(nsp_rss_parse(&said, odd, len, 4) == RNDIS_STATUS_INVALID_LENGTH);
	put32(17, U32_MAX - 3);
	check(nsp_rss_parse(&said, odd, len, 4) == RNDIS_STATUS_INVALID_LENGTH);
	len = rss(0, 4, 16);
	put32(25, len);
	check(nsp_rss_parse(&said, odd, len, 4) == RNDIS_STATUS_INVALID_LENGTH);
	put32(25, 0);
	check(nsp_rss_parse(&said, odd, len, 4) == RNDIS_STATUS_INVALID_LENGTH);
}

static void offloads(void)
{
	struct nsp_offload_said said;
	u32 len;

	memset(raw, 0xff, sizeof(raw));
	odd[0] = NDIS_OBJECT_DEFAULT;
	odd[22] = 1;
	odd[23] = 2;
	for (len = 0; len < 20; len++)
		check(nsp_offload_parse(&said, odd, len) ==
		      RNDIS_STATUS_INVALID_LENGTH, "%u", len);
	for (; len < 40; len++) {
		check(!nsp_offload_parse(&said, odd, len), "%u", len);
		check(said.rsc4 == (len < 24 ? 0 : 1), "%u", len);
		check(said.rsc6 == (len < 24 ? 0 : 2), "%u", len);
	}
	odd[9] = NDIS_PARAM_ON;
	check(nsp_offload_parse(&said, odd, 28) == RNDIS_STATUS_NOT_SUPPORTED);
	odd[0] = NDIS_OBJECT_OFFLOAD;
	check(nsp_offload_parse(&said, odd, 28) == RNDIS_STATUS_INVALID_LENGTH);
}

static void versions(void)
{
	check(nsp_version_is_known(2) && nsp_version_is_known(0x30002));
	check(nsp_version_is_known(0x60000) && nsp_version_is_known(0x60001));
	check(!nsp_version_is_known(0) && !nsp_version_is_known(1));
	check(!nsp_version_is_known(0x60002) && !nsp_version_is_known(U32_MAX));
}

static void nvsp(void)
{
	static const struct {
		u32 type, size;
	} types[] = {
		{ NVSP_INIT, 12 }, { NVSP_SEND_NDIS_VERSION, 12 },
		{ NVSP_SEND_NDIS_CONFIG, 20 }, { NVSP_SEND_RECV_BUFFER, 10 },
		{ NVSP_SEND_SEND_BUFFER, 10 }, { NVSP_REVOKE_RECV_BUFFER, 6 },
		{ NVSP_REVOKE_SEND_BUFFER, 6 }, { NVSP_SWITCH_DATA_PATH, 4 },
		{ NVSP_OID_QUERY_EX, 4 }, { NVSP_SUBCHANNEL, 12 },
	};
	union nvsp_request msg;
	u32 i, j, type;

	memset(raw, 0xa5, sizeof(raw));
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		check(!nsp_nvsp_parse(&msg, types[i].type, raw, types[i].size - 1),
		      "%u", i);
		check(nsp_nvsp_parse(&msg, types[i].type, raw, types[i].size),
		      "%u", i);
		for (j = 0; j < sizeof(msg); j++)
			check(((u8 *)&msg)[j] == (j < types[i].size ? 0xa5 : 0),
			      "%u %u", i, j);
	}
	for (type = 0; type < 1000; type++) {
		for (i = 0; i < ARRAY_SIZE(types) && types[i].type != type; i++)
			;
		check(nsp_nvsp_parse(&msg, type, raw, 40) == (i < ARRAY_SIZE(types)),
		      "%u", type);
	}
}

#define CASES(X) \
	X(section) X(message) X(message_refused) X(infos) X(infos_refused) \
	X(frames) X(requests) X(objects) X(parameters) X(spreading) \
	X(spreading_refused) X(offloads) X(versions) X(nvsp)

test_suite(netvsp, CASES);
