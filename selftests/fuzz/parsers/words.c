// SPDX-License-Identifier: GPL-2.0
/* Words of vswitchctl's command line: numbers, addresses, names. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "fuzz_target.h"
#include "../../../userspace/ctl/args.c"

void report_prefix(void)
{
}

static void numbers(const char *text)
{
	unsigned long long want;
	const char *p = text;
	uint32_t got = 0;
	char *end;

	while (isdigit((unsigned char)*p))
		p++;
	errno = 0;
	want = strtoull(text, &end, 10);
	must(parse_u32(text, &got) == (*text && !*p && !errno &&
				       want <= UINT32_MAX));
	if (parse_u32(text, &got))
		must(got == want);
}

static void addresses(const char *text)
{
	uint8_t mac[6], again[6];
	char printed[18];
	unsigned int i;

	if (!parse_mac(text, mac))
		return;
	must(strlen(text) == 17);
	snprintf(printed, sizeof(printed), "%02x%c%02x%c%02x%c%02x%c%02x%c%02x",
		 mac[0], text[2], mac[1], text[2], mac[2], text[2], mac[3],
		 text[2], mac[4], text[2], mac[5]);
	for (i = 0; i < 17; i++)
		must(printed[i] == tolower((unsigned char)text[i]));
	must(parse_mac(printed, again) && !memcmp(mac, again, 6));
}

static void names(const char *text)
{
	size_t len = strlen(text);
	const char *p;
	bool bad = !len || len > 15 || !strcmp(text, ".") || !strcmp(text, "..");

	for (p = text; *p; p++)
		bad |= !!strchr("/:% \t\n\v\f\r", *p);
	must(!bad_ifname(text) == !bad);
}

/* Any six bytes, written down, are read back. */
static void address_back(const uint8_t *mac, char sep)
{
	uint8_t back[6];
	char text[18];

	snprintf(text, sizeof(text), "%02X%c%02x%c%02x%c%02X%c%02x%c%02x",
		 mac[0], sep, mac[1], sep, mac[2], sep, mac[3], sep, mac[4],
		 sep, mac[5]);
	must(parse_mac(text, back) && !memcmp(mac, back, 6));
}

/* Whatever the word, it is taken or refused, and then it has been said why. */
static void takers(char *text)
{
	static const struct choice choices[] = {
		{ "external", 0 }, { "internal", 1 }, { "private", 2 }, {}
	};
	struct args a = { .argc = 1, .argv = &text, .where = "test" };
	FILE *saved = stderr, *quiet = fopen("/dev/null", "w");
	const char *word;
	uint8_t mac[6];
	uint32_t v;
	bool on;
	int ret;

	must(quiet);
	stderr = quiet;
	ret = arg_u32(&a, "number", 1, 4094, &v);
	if (!ret)
		must(v >= 1 && v <= 4094 && a.pos == 1);
	a.pos = 0;
	if (!arg_mac(&a, "mac", mac))
		must(!(mac[0] & 1) && memcmp(mac, "\0\0\0\0\0", 6));
	a.pos = 0;
	if (!arg_ifname(&a, "name", &word))
		must(word == text && !bad_ifname(word));
	a.pos = 0;
	if (!arg_choice(&a, "type", choices, &v))
		must(v < 3 && !strcmp(text, choices[v].word));
	a.pos = 0;
	if (!arg_on_off(&a, "switch", &on))
		must(!strcmp(text, on ? "on" : "off"));
	a.pos = 0;
	must(arg_end(&a) == EXIT_USAGE);
	stderr = saved;
	fclose(quiet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *text = take_string(&in);

	if (size >= 6)
		address_back(data, size % 2 ? ':' : '-');
	numbers(text);
	addresses(text);
	names(text);
	takers(text);
	free(text);
	return 0;
}
