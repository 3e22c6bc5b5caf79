// SPDX-License-Identifier: GPL-2.0
/* Words of a command line: what is taken, what is refused with which words. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "tap.h"

/* Stands for the tool's, so that messages can be looked at. */
void report_prefix(void)
{
}

/* What a parser says on stderr; empty when it says nothing. */
static char said[512];

static int call(int (*parse)(struct args *a), const char *word)
{
	char *argv[] = { (char *)word };
	struct args a = { .argc = word ? 1 : 0, .argv = argv, .where = "test" };
	FILE *saved = stderr;
	int ret;

	memset(said, 0, sizeof(said));
	stderr = fmemopen(said, sizeof(said) - 1, "w");
	ret = parse(&a);
	fclose(stderr);
	stderr = saved;
	return ret;
}

static void takes(int (*parse)(struct args *a), const char *what,
		  const char *word)
{
	ok(call(parse, word) == 0 && !said[0], "%s '%s' is taken", what,
	   word ? word : "");
}

static void refuses(int (*parse)(struct args *a), const char *what,
		    const char *word, const char *reason)
{
	int ret = call(parse, word);

	ok(ret == EXIT_USAGE && strstr(said, reason) && strchr(said, '\n') ==
	   said + strlen(said) - 1,
	   "%s '%s' is refused in one line: %s", what, word ? word : "",
	   reason);
	if (!strstr(said, reason))
		printf("# got '%s'\n", said);
}

static int mac(struct args *a)
{
	uint8_t out[VSW_MAC_LEN];

	return arg_mac(a, "mac", out);
}

static int name(struct args *a)
{
	const char *out;

	return arg_ifname(a, "name", &out);
}

static int vlan(struct args *a)
{
	uint16_t out;

	return arg_vlan(a, "vlan", 1, &out);
}

static int number(struct args *a)
{
	uint32_t out;

	return arg_u32(a, "number", 1, UINT32_MAX, &out);
}

static int on_off(struct args *a)
{
	bool out;

	return arg_on_off(a, "iov", &out);
}

static int choice(struct args *a)
{
	static const struct choice colours[] = {
		{ "red", 1 }, { "green", 2 }, { "blue", 3 }, {}
	};
	uint32_t out;

	return arg_choice(a, "colour", colours, &out);
}

static int end(struct args *a)
{
	return arg_end(a);
}

static void values(void)
{
	static const uint8_t want[] = { 0x02, 0xab, 0xcd, 0xef, 0x00, 0x9f };
	uint8_t got[VSW_MAC_LEN];
	uint32_t v;

	ok(parse_mac("02:ab:CD:ef:00:9F", got) && !memcmp(got, want, 6),
	   "a MAC address has the right bytes");
	ok(parse_mac("02-AB-CD-EF-00-9F", got) && !memcmp(got, want, 6),
	   "Windows' way of writing it has them too");
	ok(parse_u32("4294967295", &v) && v == UINT32_MAX,
	   "the largest number has the right value");
}

int main(void)
{
	values();

	takes(mac, "mac", "02:00:00:00:00:01");
	refuses(mac, "mac", "01:00:5e:00:00:01", "multicast");
	refuses(mac, "mac", "ff:ff:ff:ff:ff:ff", "multicast");
	refuses(mac, "mac", "00:00:00:00:00:00", "all zeroes");
	refuses(mac, "mac", "02:00:00:00:00", "no MAC address");
	refuses(mac, "mac", "02:00:00:00:00:01:02", "no MAC address");
	refuses(mac, "mac", "02:00:00:00:00:1", "no MAC address");
	refuses(mac, "mac", "02:00-00:00:00:01", "no MAC address");
	refuses(mac, "mac", "0200.0000.0001", "no MAC address");
	refuses(mac, "mac", "02:00:00:00:00:0g", "no MAC address");
	refuses(mac, "mac", "02:00:00:00:00:01 ", "no MAC address");
	refuses(mac, "mac", "", "no MAC address");
	refuses(mac, "mac", NULL, "is missing");

	takes(name, "name", "a");
	takes(name, "name", "exactly15chars.");
	refuses(name, "name", "sixteen-letters-", "longer than 15");
	refuses(name, "name", "", "is empty");
	refuses(name, "name", "a/b", "not allowed");
	refuses(name, "name", "a b", "not allowed");
	refuses(name, "name", "a:1", "not allowed");
	refuses(name, "name", "..", "not a valid name");
	refuses(name, "name", NULL, "is missing");

	takes(vlan, "vlan", "1");
	takes(vlan, "vlan", "4094");
	refuses(vlan, "vlan", "0", "from 1 to 4094");
	refuses(vlan, "vlan", "4095", "from 1 to 4094");
	refuses(vlan, "vlan", "65537", "from 1 to 4094");
	refuses(vlan, "vlan", "-1", "from 1 to 4094");
	refuses(vlan, "vlan", "10x", "from 1 to 4094");
	refuses(vlan, "vlan", " 10", "from 1 to 4094");
	refuses(vlan, "vlan", "", "from 1 to 4094");

	takes(number, "number", "4294967295");
	refuses(number, "number", "4294967296", "not a number from");
	refuses(number, "number", "18446744073709551617", "not a number from");
	refuses(number, "number", "0", "not a number from");
	refuses(number, "number", "1e3", "not a number from");

	takes(on_off, "iov", "on");
	takes(on_off, "iov", "off");
	refuses(on_off, "iov", "yes", "expected on or off");

	takes(choice, "colour", "green");
	refuses(choice, "colour", "gren", "expected red, green or blue");
	refuses(choice, "colour", NULL, "is missing");

	takes(end, "nothing", NULL);
	refuses(end, "a word too many", "extra", "unexpected word 'extra'");
	return tap_done();
}
