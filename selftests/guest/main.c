// SPDX-License-Identifier: GPL-2.0
/*
 * A guest on /dev/vmbus_host, for tests: guest [-c] PARTITION CASE [ARGUMENT...]
 *
 * With -c the host may only copy from its memory. Exits with 0 if all was as it
 * should be; says what was not, as comments of TAP.
 */
#include <unistd.h>

#include "case.h"

const char *partition;
uint32_t attach_flags;

static const struct test_case *find_case(const char *name)
{
	const struct test_case *const *table, *t;

	for (table = test_tables; *table; table++)
		for (t = *table; t->name; t++)
			if (!strcmp(t->name, name))
				return t;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct test_case *t;
	int opt;

	setlinebuf(stdout);
	while ((opt = getopt(argc, argv, "+c")) != -1) {
		if (opt != 'c')
			return 2;
		attach_flags |= VMBUS_DEV_ATTACH_COPY;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: guest [-c] PARTITION CASE [ARGUMENT...]\n");
		return 2;
	}
	partition = argv[optind];
	t = find_case(argv[optind + 1]);
	if (!t) {
		fprintf(stderr, "guest: no such case: %s\n", argv[optind + 1]);
		return 2;
	}
	t->run(argc - optind - 2, argv + optind + 2);
	return 0;
}
