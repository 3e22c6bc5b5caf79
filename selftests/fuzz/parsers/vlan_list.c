// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of VLANs as people write them: what is taken means what it says, reads
 * the same when it is printed, and what is refused is refused in words.
 */
#include <ctype.h>

#include "fuzz_target.h"
#include "vswitch.h"

/* The list read a second time, by other means; false if it is none. */
static bool read_again(const char *text, struct vsw_vlan_set *set)
{
	char *copy = strdup(text), *word = copy, *comma;
	bool good = true;

	memset(set, 0, sizeof(*set));
	while (good && word) {
		unsigned long start, end;
		char *rest;

		comma = strchr(word, ',');
		if (comma)
			*comma = '\0';
		good = isdigit((unsigned char)word[0]);
		start = strtoul(word, &rest, 10);
		end = start;
		if (*rest == '-' && isdigit((unsigned char)rest[1]))
			end = strtoul(rest + 1, &rest, 10);
		good = good && !*rest && start && start <= end && end <= 4094;
		for (; good && start <= end; start++)
			vsw_vlan_add(set, start);
		word = comma ? comma + 1 : NULL;
	}
	free(copy);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *text = take_string(&in), *printed;
	struct vsw_vlan_set set, again;
	char why[64] = "";

	if (vsw_vlan_parse_list(text, &set, why, sizeof(why))) {
		must(why[0] && strlen(why) < sizeof(why));
		must(!read_again(text, &again));
		free(text);
		return 0;
	}
	must(!why[0]);
	if (strcmp(text, "all")) {
		must(read_again(text, &again));
		must(!memcmp(&set, &again, sizeof(set)));
	}
	must(!vsw_vlan_has(&set, 0) && !vsw_vlan_has(&set, 4095));
	printed = vsw_vlan_format_list(&set);
	must(printed && *printed);
	must(!vsw_vlan_parse_list(printed, &again, why, sizeof(why)));
	must(!memcmp(&set, &again, sizeof(set)));
	free(printed);
	free(text);
	return 0;
}
