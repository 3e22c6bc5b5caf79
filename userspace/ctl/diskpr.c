// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations that are to survive a loss of power (APTPL). Target core writes
 * them to a file, and never reads it: whoever makes a backstore gives them back to it.
 *
 * With a file that is not understood there is no disk: another guest could write to what
 * is reserved.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

/* Thousands of registrations; each is some 300 bytes. */
#define FILE_MAX	(1U << 20)
/* Target core takes one in a page. */
#define ENTRY_MAX	4095

#define BEGIN		"PR_REG_START:"
#define END		"PR_REG_END:"
#define NONE		"No Registrations or Reservations"

/* What target core has room for, where it does not look itself. */
static const struct key {
	const char *name;
	uint64_t max;			/* of a number, or 0 */
	size_t min_len, max_len;	/* of a word */
	bool optional;
} keys[] = {
	{ "initiator_fabric", .min_len = 1, .max_len = 255 },
	{ "initiator_node", .min_len = 1, .max_len = 255 },
	{ "initiator_sid", .min_len = 8, .max_len = 15, .optional = true },
	{ "sa_res_key", .max = UINT64_MAX },
	{ "res_holder", .max = 1 },
	{ "res_type", .max = 8, .optional = true },
	{ "res_scope", .max = 15, .optional = true },
	{ "res_all_tg_pt", .max = 1 },
	{ "mapped_lun", .max = UINT64_MAX },
	{ "target_fabric", .min_len = 1, .max_len = 255 },
	{ "target_node", .min_len = 1, .max_len = 255 },
	{ "tpgt", .max = UINT16_MAX },
	{ "port_rtpi", .max = UINT16_MAX },
	{ "target_lun", .max = UINT64_MAX },
};

#define KEYS	(sizeof(keys) / sizeof(keys[0]))

enum { KEY_RES_KEY = 3, KEY_HOLDER = 4, KEY_TYPE = 5 };

struct entry {
	bool open;
	bool has[KEYS];
	uint64_t number[KEYS];
	char text[ENTRY_MAX + 1];	/* as target core takes it */
	size_t len;
};

struct parser {
	struct diskfs *fs;
	const char *store;
	const char *path;
	unsigned int line;
	bool held;			/* somebody has the reservation */
	struct entry entry;
};

static int refuse(const struct parser *p, const char *why)
{
	return report_text(p->fs->ctx, "disk", p->fs->name,
			   "%s, line %u: %s; if the file is removed the disk comes without its reservations",
			   p->path, p->line, why);
}

static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return !errno && !*end && *out <= max;
}

static bool is_value(struct entry *e, size_t i, const char *value)
{
	size_t len = strlen(value);

	if (keys[i].max)
		return parse_number(value, keys[i].max, &e->number[i]);
	return len >= keys[i].min_len && len <= keys[i].max_len;
}

static int parse_pair(struct parser *p, const char *line)
{
	struct entry *e = &p->entry;
	const char *value = strchr(line, '=');
	size_t i, len = strlen(line);

	if (!e->open)
		return refuse(p, "no registration has begun");
	if (!value)
		return refuse(p, "there is no value");
	/* It would take that for two. */
	if (strchr(line, ','))
		return refuse(p, "target core takes no comma");
	for (i = 0; i < KEYS; i++) {
		if (strlen(keys[i].name) != (size_t)(value - line) ||
		    strncmp(keys[i].name, line, value - line))
			continue;
		if (e->has[i])
			return refuse(p, "it is there twice");
		if (!is_value(e, i, value + 1))
			return refuse(p, "the value cannot be");
		e->has[i] = true;
	}
	/* What we do not know target core may. */
	if (e->len + len + 1 > ENTRY_MAX)
		return refuse(p, "the registration is too long");
	if (e->len)
		e->text[e->len++] = ',';
	memcpy(e->text + e->len, line, len + 1);
	e->len += len;
	return EXIT_OK;
}

static int check_entry(struct parser *p)
{
	static const unsigned int types = 1 << 1 | 1 << 3 | 1 << 5 | 1 << 6 |
					  1 << 7 | 1 << 8;
	const struct entry *e = &p->entry;
	char why[64];
	size_t i;

	for (i = 0; i < KEYS; i++) {
		if (e->has[i] || keys[i].optional)
			continue;
		snprintf(why, sizeof(why), "the registration has no %s",
			 keys[i].name);
		return refuse(p, why);
	}
	if (!e->number[KEY_RES_KEY])
		return refuse(p, "the registration's key is 0");
	if (!e->number[KEY_HOLDER])
		return EXIT_OK;
	if (!e->has[KEY_TYPE] || !(types >> e->number[KEY_TYPE] & 1))
		return refuse(p, "there is no reservation of this type");
	if (p->held)
		return refuse(p, "there is a second holder of the reservation");
	p->held = true;
	return EXIT_OK;
}

static int parse_line(struct parser *p, const char *line)
{
	struct entry *e = &p->entry;
	int err;

	if (!strncmp(line, BEGIN, strlen(BEGIN))) {
		if (e->open)
			return refuse(p, "the registration before has no end");
		memset(e, 0, sizeof(*e));
		e->open = true;
		return EXIT_OK;
	}
	if (strncmp(line, END, strlen(END)))
		return parse_pair(p, line);
	if (!e->open)
		return refuse(p, "no registration has begun");
	err = check_entry(p);
	e->open = false;
	if (err || !p->store)
		return err;
	return diskfs_write(p->fs, e->text, "%s/pr/res_aptpl_metadata", p->store);
}

static int parse(struct parser *p, const char *text)
{
	char *copy = strdup(text), *at = copy, *line;
	int err = EXIT_OK;

	if (!copy)
		return report_text(p->fs->ctx, "disk", p->fs->name, "%s: %s",
				   p->path, strerror(errno));
	p->line = 0;
	p->held = false;
	p->entry.open = false;
	while (!err && (line = strsep(&at, "\n"))) {
		p->line++;
		if (*line)
			err = parse_line(p, line);
	}
	if (!err && p->entry.open)
		err = refuse(p, "the last registration has no end");
	free(copy);
	return err;
}

/* Target core writes the byte that ends a string, too. NULL: it is reported. */
static char *read_all(struct parser *p, int fd)
{
	char *text = NULL;
	size_t len = 0;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		goto fail;
	p->line = 1;
	if (!S_ISREG(st.st_mode)) {
		refuse(p, "that is no file");
		return NULL;
	}
	text = malloc(FILE_MAX + 1);
	if (!text)
		goto fail;
	while (len <= FILE_MAX) {
		n = read(fd, text + len, FILE_MAX + 1 - len);
		if (n < 0)
			goto fail;
		if (!n)
			break;
		len += n;
	}
	if (len > FILE_MAX) {
		refuse(p, "the file is too long");
		free(text);
		return NULL;
	}
	text[len] = '\0';
	if (strlen(text) + 1 < len) {
		refuse(p, "that is no text");
		free(text);
		return NULL;
	}
	return text;

fail:
	report_text(p->fs->ctx, "disk", p->fs->name, "%s: %s", p->path,
		    strerror(errno));
	free(text);
	return NULL;
}

int diskpr_restore(struct diskfs *fs, const char *store, const char *serial)
{
	char root[PATH_MAX / 2], path[PATH_MAX], *text;
	struct parser p = { .fs = fs, .path = path };
	int fd, err = EXIT_OK;

	if (!diskfs_read(root, sizeof(root), "dbroot"))
		return EXIT_OK;
	snprintf(path, sizeof(path), "%s/pr/aptpl_%s", root, serial);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return EXIT_OK;
	if (fd < 0)
		return report_text(fs->ctx, "disk", fs->name, "%s: %s", path,
				   strerror(errno));
	text = read_all(&p, fd);
	close(fd);
	if (!text)
		return EXIT_REFUSED;
	if (strncmp(text, NONE, strlen(NONE))) {
		/* All of it before any is written: the backstore takes none back. */
		err = parse(&p, text);
		p.store = store;
		if (!err)
			err = parse(&p, text);
	}
	free(text);
	return err;
}
