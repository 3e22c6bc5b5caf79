// SPDX-License-Identifier: GPL-2.0
/* Ports: a serial one at 0x3f8 that prints; there is nothing at all others. */
#include <string.h>
#include <unistd.h>

#include "vmm.h"

#define COM1		0x3f8
#define LINE_STATUS	5
#define SENT		0x60

/* Line by line, so that what others write does not get into the middle. */
static void print(const uint8_t *data, size_t len)
{
	static uint8_t line[512];
	static size_t used;

	while (len--) {
		line[used++] = *data++;
		if (line[used - 1] != '\n' && used < sizeof(line))
			continue;
		if (write(STDOUT_FILENO, line, used) < 0)
			die("standard output");
		used = 0;
	}
}

void serial_io(struct kvm_run *run)
{
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	size_t len = (size_t)run->io.size * run->io.count;

	if (run->io.direction == KVM_EXIT_IO_IN)
		memset(data, run->io.port == COM1 + LINE_STATUS ? SENT : 0xff, len);
	else if (run->io.port == COM1)
		print(data, len);
}
