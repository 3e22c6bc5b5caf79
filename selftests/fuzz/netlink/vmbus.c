// SPDX-License-Identifier: GPL-2.0
/*
 * Partitions and NICs, of a family that has them: few names, so that all streams of
 * a netns meet; both made and removed often, since each takes the other along; NICs
 * changed as the links that they are; and guests that come and go, and say nothing.
 */
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/vmbus_dev.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz.h"

static const char *const partitions[] = { "p0", "p1", "p2" };
static const char *const nics[] = { "nic0", "nic1", "nic2", "nic3" };
/* What is no name, or one of something else. */
static const char *const odd[] = {
	"", ".", "..", "a b", "a/b", "\x7f", "%s", "nic%d", "%d%d", "lo", "p9",
};

/* Text of UTF-8 that is none, or more than there is room for in UTF-16. */
static const char *const texts[] = {
	"\xff", "a\xc3", "\xed\xa0\x80", "\xf0\x9f\x98\x80",
};

static struct msg m;

#define PICK(f, array) \
	((array)[choice_below(&(f)->c, sizeof(array) / sizeof((array)[0]))])

bool vmbus_has(const struct fuzz *f)
{
	return spec_find_op(f->spec, "partition-add");
}

static const char *pick_partition(struct fuzz *f)
{
	return choice_percent(&f->c, 94) ? PICK(f, partitions) : PICK(f, odd);
}

const char *vmbus_pick_nic(struct fuzz *f)
{
	return choice_percent(&f->c, 92) ? PICK(f, nics) : PICK(f, odd);
}

static const char *text(struct fuzz *f)
{
	static char all[600];
	uint32_t luck = choice_below(&f->c, 100), i;

	if (luck < 80)
		return NULL;
	if (luck < 95)
		return PICK(f, texts);
	for (i = 0; i + 2 < sizeof(all); i += 2)
		memcpy(all + i, "\xc3\xa9", 2);
	all[i] = '\0';
	return all;
}

/* The word for a string that is about one of them; NULL for any. */
const char *vmbus_word(struct fuzz *f, const struct spec_attr *attr)
{
	const char *set = attr->set->name;

	if (!vmbus_has(f))
		return NULL;
	if (!strcmp(attr->name, "partition") ||
	    (!strcmp(attr->name, "name") && !strcmp(set, "partition")))
		return pick_partition(f);
	if (!strcmp(attr->name, "name") && !strcmp(set, "nic"))
		return vmbus_pick_nic(f);
	return strcmp(set, "kvp") ? NULL : text(f);
}

static const struct spec_attr *attr(struct spec_op *op, const char *name)
{
	unsigned int i;

	for (i = 1; i <= op->set->max; i++)
		if (op->set->attrs[i].name &&
		    !strcmp(op->set->attrs[i].name, name))
			return &op->set->attrs[i];
	return NULL;
}

static void put_word(struct spec_op *op, const char *name, const char *word)
{
	const struct spec_attr *a = attr(op, name);

	if (!a)
		return;
	msg_placed(&m, a, m.len);
	msg_put_string(&m, a->number, word);
}

static void put_number(struct spec_op *op, const char *name, uint32_t v)
{
	const struct spec_attr *a = attr(op, name);

	if (!a)
		return;
	msg_placed(&m, a, m.len);
	msg_put_u32(&m, a->number, v);
}

static struct spec_op *begin(struct fuzz *f, const char *name)
{
	struct spec_op *op = spec_find_op(f->spec, name);

	if (!op)
		return NULL;
	msg_begin_genl(&m, f, op->cmd, NLM_F_ACK, name);
	m.op = op;
	return op;
}

static void make_partition(struct fuzz *f, const char *name, uint32_t services)
{
	struct spec_op *op = begin(f, "partition-add");

	if (!op)
		return;
	put_word(op, "name", name);
	put_number(op, "services", services);
	talk(f, &f->genl[0], &m);
}

static void make_nic(struct fuzz *f, const char *name, const char *partition,
		     uint32_t queues)
{
	struct spec_op *op = begin(f, "nic-new");

	if (!op)
		return;
	put_word(op, "name", name);
	put_word(op, "partition", partition);
	put_number(op, "queues", queues);
	talk(f, &f->genl[0], &m);
}

static void remove_it(struct fuzz *f, const char *how, const char *name)
{
	struct spec_op *op = begin(f, how);

	if (!op)
		return;
	put_word(op, "name", name);
	talk(f, &f->genl[0], &m);
}

/* Something to begin with; @percent of it, drawn by lot. */
void vmbus_build(struct fuzz *f, unsigned int percent)
{
	unsigned int i;

	for (i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++)
		if (choice_percent(&f->c, percent))
			make_partition(f, partitions[i], 0x1f);
	for (i = 0; i < sizeof(nics) / sizeof(nics[0]); i++)
		if (choice_percent(&f->c, percent))
			make_nic(f, nics[i], partitions[i % 2], 1 + i);
}

void vmbus_clear(struct fuzz *f)
{
	unsigned int i;

	for (i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++)
		remove_it(f, "partition-del", partitions[i]);
}

void vmbus_partition(struct fuzz *f)
{
	const char *name = pick_partition(f);

	if (choice_percent(&f->c, 60))
		make_partition(f, name, choice_percent(&f->c, 80) ? 0x1f :
			       choice_below(&f->c, 0x20));
	else
		remove_it(f, "partition-del", name);
}

void vmbus_nic(struct fuzz *f)
{
	const char *name = vmbus_pick_nic(f);

	if (choice_percent(&f->c, 60))
		make_nic(f, name, pick_partition(f),
			 choice_percent(&f->c, 90) ?
			 1 + choice_below(&f->c, 4) : 64);
	else
		remove_it(f, "nic-del", name);
}

/* A guest comes, or the one that is there goes. */
void vmbus_guest(struct fuzz *f)
{
	static int fd = -1;
	struct vmbus_dev_attach attach = {};

	f->digest_known = false;
	if (fd >= 0) {
		close(fd);
		fd = -1;
		return;
	}
	fd = open("/dev/vmbus_host", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	snprintf(attach.name, sizeof(attach.name), "%s",
		 pick_partition(f));
	if (ioctl(fd, VMBUS_DEV_ATTACH, &attach))
		return;
	if (f->role == ROLE_NOBODY || f->role == ROLE_USERNS)
		violation(f, "becoming a guest: %s may not", f->stream->name);
}
