// SPDX-License-Identifier: GPL-2.0
/* vswitchctl disk show: what disks are, and what they have done, and do at present. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "disk.h"
#include "out.h"

/* So long all of them are watched, for what they do at present. */
#define SAMPLE_SECS	1

struct sample {
	char partition[VMBUS_HOST_NAME_MAX + 1];
	uint32_t controller;
	uint32_t lun;
	struct disk_stats stats;
};

struct show {
	const struct ctx *ctx;
	struct sample *samples;
	size_t n;
};

static int take_sample(const struct disk *disk, void *arg)
{
	struct show *show = arg;
	struct sample *samples;

	samples = realloc(show->samples, (show->n + 1) * sizeof(*samples));
	if (!samples)
		return 1;
	show->samples = samples;
	samples += show->n++;
	memcpy(samples->partition, disk->partition, sizeof(samples->partition));
	samples->controller = disk->controller;
	samples->lun = disk->lun;
	samples->stats = disk->stats;
	return 0;
}

static uint64_t operations(const struct disk_stats *s)
{
	return s->reads + s->writes + s->others;
}

/* NULL if it was not there, or another one was: that begins anew. */
static const struct disk_stats *sample_of(const struct show *show,
					  const struct disk *disk)
{
	const struct sample *s;
	size_t i;

	for (i = 0; i < show->n; i++) {
		s = &show->samples[i];
		if (s->controller == disk->controller && s->lun == disk->lun &&
		    !strcmp(s->partition, disk->partition))
			return s->stats.taken &&
			       disk->stats.taken > s->stats.taken &&
			       operations(&disk->stats) >= operations(&s->stats) &&
			       disk->stats.nsecs >= s->stats.nsecs ? &s->stats : NULL;
	}
	return NULL;
}

static uint64_t per_second(uint64_t n, uint64_t nsecs)
{
	return (n * 1000000000.0 + nsecs / 2) / nsecs;
}

static void show_sample(const struct disk_stats *before,
			const struct disk_stats *now)
{
	uint64_t nsecs = now->taken - before->taken;
	uint64_t n = operations(now) - operations(before);

	out_object_begin("sample");
	out_break();
	out_text("now");
	out_uint("nsecs", NULL, nsecs);
	out_uint("iops", " %" PRIu64 " IOPS", per_second(n, nsecs));
	out_uint("read_iops", " (read %" PRIu64,
		 per_second(now->reads - before->reads, nsecs));
	out_uint("write_iops", " written %" PRIu64 ")",
		 per_second(now->writes - before->writes, nsecs));
	out_uint("bytes_per_second", " %" PRIu64 " bytes/s",
		 per_second(now->read_bytes + now->write_bytes -
			    before->read_bytes - before->write_bytes, nsecs));
	/* What nobody did took no time either. */
	if (n)
		out_uint("latency_nsecs", " latency %" PRIu64 " ns",
			 (now->nsecs - before->nsecs) / n);
	out_object_end();
}

static void show_stats(const struct show *show, const struct disk *disk)
{
	const struct disk_stats *s = &disk->stats, *before;
	uint64_t n = operations(s);

	out_object_begin("stats");
	out_break();
	out_uint("reads", "read %" PRIu64, s->reads);
	out_uint("read_bytes", " (%" PRIu64 " bytes)", s->read_bytes);
	out_uint("writes", " written %" PRIu64, s->writes);
	out_uint("write_bytes", " (%" PRIu64 " bytes)", s->write_bytes);
	out_uint("others", " others %" PRIu64, s->others);
	out_uint("errors", " errors %" PRIu64, s->errors);
	out_uint("latency_nsecs", " average latency %" PRIu64 " ns",
		 n ? s->nsecs / n : 0);
	out_uint("nsecs", NULL, s->nsecs);
	before = sample_of(show, disk);
	if (before)
		show_sample(before, s);
	out_object_end();
}

static int show_disk(const struct disk *disk, void *arg)
{
	static const char *const names[] = {
		[DISK_FILE] = "file", [DISK_BLOCK] = "block",
		[DISK_SCSI] = "scsi", [DISK_OTHER] = "other",
	};
	const struct show *show = arg;

	out_object_begin(NULL);
	out_str("partition", "%s:", disk->partition);
	out_uint("controller", " controller %" PRIu64, disk->controller);
	out_uint("lun", " lun %" PRIu64, disk->lun);
	out_str("type", " %s", names[disk->type]);
	if (disk->path[0])
		out_str("path", " %s", disk->path);
	out_str("backstore", disk->path[0] ? NULL : " %s", disk->backstore);
	if (disk->size)
		out_uint("size", " size %" PRIu64, disk->size);
	out_on_off("readonly", " readonly %s", disk->readonly);
	out_uint("max_iops", disk->max_iops ? " max-iops %" PRIu64 : NULL,
		 disk->max_iops);
	out_uint("min_iops", disk->min_iops ? " min-iops %" PRIu64 : NULL,
		 disk->min_iops);
	out_on_off("offered", " offered %s", disk->enabled);
	if (show->ctx->stats)
		show_stats(show, disk);
	out_text("\n");
	out_object_end();
	return 0;
}

void show_disks(struct ctx *ctx, const char *partition)
{
	struct show show = { .ctx = ctx };

	if (ctx->stats) {
		diskfs_each(partition, take_sample, &show);
		if (show.n)
			sleep(SAMPLE_SECS);
	}
	out_list_begin();
	diskfs_each(partition, show_disk, &show);
	out_list_end();
	free(show.samples);
}
