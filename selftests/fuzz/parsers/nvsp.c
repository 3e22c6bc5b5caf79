// SPDX-License-Identifier: GPL-2.0
/*
 * A message of NVSP: no more is looked at than has come, what is looked at is what came,
 * with zeroes behind it, and is the same however much more there is.
 */
#include "fuzz_target.h"
#include "../../unit/test_tap.h"
#include "../../../kernel/netvsp/parse.c"

static bool parse(union nvsp_request *msg, u32 type, const u8 *payload, u32 len)
{
	/* Its own memory, so that what is read behind it is seen. */
	u8 *copy = malloc(len);
	bool good;

	must(copy);
	memcpy(copy, payload, len);
	memset(msg, 0x5a, sizeof(*msg));
	good = nsp_nvsp_parse(msg, type, copy, len);
	free(copy);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	union nvsp_request msg, shorter;
	const u8 *bytes = (u8 *)&msg;
	u32 type, n, i;

	/* Who asks has seen that there is a type. */
	if (size < sizeof(type))
		return 0;
	type = get_unaligned_le32(data);
	if (!parse(&msg, type, data, size))
		return 0;
	for (n = size; n > sizeof(type) && parse(&shorter, type, data, n - 1); n--)
		must(!memcmp(&msg, &shorter, sizeof(msg)));
	must(n <= sizeof(msg) && le32_to_cpu(msg.type) == type);
	for (i = 0; i < sizeof(msg); i++)
		must(bytes[i] == (i < n ? data[i] : 0));
	return 0;
}
