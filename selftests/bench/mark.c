// SPDX-License-Identifier: GPL-2.0
/*
 * Tell count.c something, by the no-ops that it looks for.
 *
 *	mark			start or stop counting
 *	mark KIND ADDRESS...	what kernel addresses are: see mark.h
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mark.h"

static void execute(uint8_t *page, enum mark kind, uint32_t value)
{
	page[0] = 0x0f;
	page[1] = 0x1f;
	page[2] = 0x80 | kind;
	memcpy(&page[3], &value, sizeof(value));
	page[MARK_LEN] = 0xc3;		/* ret */
	((void (*)(void))page)();
}

int main(int argc, char **argv)
{
	uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	if (page == MAP_FAILED)
		return 1;
	if (argc == 1)
		execute(page, MARK_TOGGLE, MARK_MAGIC);
	for (i = 2; i < argc; i++)
		execute(page, atoi(argv[1]),
			(uint32_t)strtoull(argv[i], NULL, 16));
	return 0;
}
