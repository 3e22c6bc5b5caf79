// SPDX-License-Identifier: GPL-2.0
/*
 * In libFuzzer's place: gives a target each file of its corpus, and nothing else. So what
 * the fuzzer once found stays found without clang. Prints one line of TAP.
 *
 *	replay-NAME N NAME FOLDER
 */
#include <dirent.h>
#include <limits.h>
#include <unistd.h>

#include "fuzz_target.h"

static void one(const char *path)
{
	static uint8_t bytes[1 << 20];
	size_t size;
	FILE *f = fopen(path, "rb");
	uint8_t *data;

	must(f);
	size = fread(bytes, 1, sizeof(bytes), f);
	must(!ferror(f) && feof(f));
	fclose(f);
	/* Its own memory, so that what is read behind it is seen. */
	data = malloc(size);
	must(data || !size);
	memcpy(data, bytes, size);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	struct dirent *entry;
	unsigned int n = 0;
	DIR *dir;

	must(argc == 4);
	dir = opendir(argv[3]);
	must(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[3], entry->d_name);
		/* Said before, for whoever finds it dead. */
		fprintf(stderr, "# %s\r", path);
		one(path);
		n++;
	}
	closedir(dir);
	must(n);
	printf("ok %s - %s: %u inputs\n", argv[1], argv[2], n);
	return 0;
}
