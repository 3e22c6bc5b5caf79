// SPDX-License-Identifier: GPL-2.0
/*
 * hostmove_drv FROM TO [undo]: move what the host has between two interfaces
 * of any kind, for hostmove_test.sh.
 */
#include <stdio.h>
#include <string.h>

#include "hostmove.h"

int main(int argc, char **argv)
{
	struct vsw *c = vsw_open();
	struct hostmove *hm;
	uint32_t from, to;
	int err;

	if (argc < 3 || !c)
		return 2;
	from = if_nametoindex(argv[1]);
	to = if_nametoindex(argv[2]);
	hm = hostmove_read(c, from);
	err = !hm || hostmove_settings(hm, to) || hostmove_run(hm, to);
	if (err)
		fprintf(stderr, "%s\n", vsw_error(c));
	else if (argc > 3 && !strcmp(argv[3], "undo"))
		hostmove_undo(hm);
	hostmove_free(hm);
	vsw_close(c);
	return err;
}
