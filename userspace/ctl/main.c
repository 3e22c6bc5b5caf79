// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl: objects, verbs, and the options before them.
 *
 * Each object has a file of its own with a table of verbs; help is made from
 * these tables.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "out.h"

#ifndef VSWITCHCTL_VERSION
#define VSWITCHCTL_VERSION "unknown"
#endif

static const struct object *const objects[] = {
	&switch_object,
	&port_object,
	&vnic_object,
	&profile_object,
	&macpool_object,
	&fdb_object,
	&acl_object,
	&partition_object,
	&nic_object,
	&disk_object,
	&monitor_object,
};

#define N_OBJECTS (sizeof(objects) / sizeof(objects[0]))

static void usage_options(FILE *f)
{
	fputs("Usage: vswitchctl [OPTIONS] OBJECT VERB [ARGUMENTS]\n"
	      "       vswitchctl [OPTIONS] OBJECT [VERB] help\n"
	      "       vswitchctl [OPTIONS] -b FILE\n"
	      "OPTIONS\n"
	      "  -j, --json        print JSON\n"
	      "  -p, --pretty      indent the JSON\n"
	      "  -s, --statistics  show counters\n"
	      "  -n, --netns NAME  work in this network namespace\n"
	      "  -b, --batch FILE  run the commands in FILE, one a line; - is stdin\n"
	      "  -a, --atomic      with -b: port set and acl lines of a switch all at once\n"
	      "  -f, --force       with -b: go on after an error\n"
	      "  -V, --version     print the version\n"
	      "  -h, --help        print this\n", f);
}

static void usage_tool(FILE *f)
{
	size_t i;
	const struct verb *v;

	usage_options(f);
	fputs("OBJECTS AND VERBS\n", f);
	for (i = 0; i < N_OBJECTS; i++) {
		fprintf(f, "  %-10s", objects[i]->name);
		for (v = objects[i]->verbs; v->name; v++)
			fprintf(f, "%s%s", v == objects[i]->verbs ? "" : "|",
				v->name[0] ? v->name : v->usage);
		fputc('\n', f);
	}
}

static void usage_verb(FILE *f, const struct object *obj,
		       const struct verb *v, const char *lead)
{
	fprintf(f, "%s vswitchctl %s%s%s %s\n", lead, obj->name,
		v->name[0] ? " " : "", v->name, v->usage);
}

static void usage_object(FILE *f, const struct object *obj)
{
	const struct verb *v;

	for (v = obj->verbs; v->name; v++)
		usage_verb(f, obj, v, v == obj->verbs ? "Usage:" : "      ");
	if (obj->help)
		fprintf(f, "\n%s", obj->help);
}

static const struct object *find_object(const char *name)
{
	size_t i;

	for (i = 0; i < N_OBJECTS; i++)
		if (is_word(name, objects[i]->name))
			return objects[i];
	return NULL;
}

static const struct verb *find_verb(const struct object *obj, const char *name)
{
	const struct verb *v;

	if (is_word(name, "list") || is_word(name, "ls") || is_word(name, "lst"))
		name = "show";
	else if (is_word(name, "delete"))
		name = "del";
	for (v = obj->verbs; v->name; v++)
		if (is_word(name, v->name))
			return v;
	return NULL;
}

/* The words that could stand where a wrong one does. */
static void list_objects(char *buf, size_t size)
{
	size_t i, used = 0;

	for (i = 0; i < N_OBJECTS && used < size; i++)
		used += snprintf(buf + used, size - used, "%s, ",
				 objects[i]->name);
	if (used < size)
		snprintf(buf + used, size - used, "or help");
}

static void list_verbs(const struct object *obj, char *buf, size_t size)
{
	const struct verb *v;
	size_t used = 0;

	for (v = obj->verbs; v->name && used < size; v++)
		used += snprintf(buf + used, size - used, "%s, ", v->name);
	if (used < size)
		snprintf(buf + used, size - used, "or help");
}

int run_command(struct ctx *ctx, struct args *a)
{
	const struct object *obj;
	const struct verb *v;
	char expected[160];
	bool asked;

	if (arg_is_help(a)) {
		usage_tool(stdout);
		return EXIT_OK;
	}
	/* As with git, what help is wanted of can come behind it, too. */
	asked = arg_peek(a) && is_word(arg_peek(a), "help");
	a->pos += asked;
	obj = arg_peek(a) ? find_object(arg_peek(a)) : NULL;
	if (!obj) {
		list_objects(expected, sizeof(expected));
		return arg_unknown(a, expected);
	}
	a->pos++;
	a->where = obj->name;
	if (arg_is_help(a) || (asked && !arg_peek(a))) {
		usage_object(stdout, obj);
		return EXIT_OK;
	}

	/* An object whose verb has no name takes its arguments directly. */
	v = obj->verbs;
	if (v->name[0]) {
		/* As with ip, show is what is meant when nothing is said. */
		v = find_verb(obj, arg_peek(a) ? arg_peek(a) : "show");
		if (!v) {
			list_verbs(obj, expected, sizeof(expected));
			return arg_unknown(a, expected);
		}
		if (arg_peek(a))
			a->pos++;
		a->verb = v->name;
	}
	if (arg_is_help(a) || (asked && !arg_peek(a))) {
		usage_verb(stdout, obj, v, "Usage:");
		if (obj->help)
			printf("\n%s", obj->help);
		return EXIT_OK;
	}
	if (asked)
		return arg_unknown(a, "no more than an object and a verb behind help");
	return v->run(ctx, a);
}

/* A name as 'ip netns add' makes them, or a path. */
static int enter_netns(const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s%s",
		 strchr(name, '/') ? "" : "/var/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		fprintf(stderr, "vswitchctl: netns %s: %s\n", name,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return EXIT_REFUSED;
	}
	close(fd);
	return EXIT_OK;
}

static const struct option options[] = {
	{ "json",	no_argument,		NULL, 'j' },
	{ "pretty",	no_argument,		NULL, 'p' },
	{ "statistics",	no_argument,		NULL, 's' },
	{ "netns",	required_argument,	NULL, 'n' },
	{ "batch",	required_argument,	NULL, 'b' },
	{ "atomic",	no_argument,		NULL, 'a' },
	{ "force",	no_argument,		NULL, 'f' },
	{ "version",	no_argument,		NULL, 'V' },
	{ "help",	no_argument,		NULL, 'h' },
	{}
};

int main(int argc, char **argv)
{
	bool json = false, pretty = false, atomic = false, force = false;
	const char *batch = NULL, *netns = NULL;
	struct ctx ctx = { .home = -1 };
	struct args args;
	int opt, ret;

	/* The '+': options end where the object begins. */
	while ((opt = getopt_long(argc, argv, "+jpsn:b:afVh", options,
				  NULL)) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'p':
			pretty = true;
			break;
		case 's':
			ctx.stats = true;
			break;
		case 'n':
			netns = optarg;
			break;
		case 'b':
			batch = optarg;
			break;
		case 'a':
			atomic = true;
			break;
		case 'f':
			force = true;
			break;
		case 'V':
			puts("vswitchctl " VSWITCHCTL_VERSION);
			return EXIT_OK;
		case 'h':
			usage_tool(stdout);
			return EXIT_OK;
		default:
			return EXIT_USAGE;
		}
	}
	args = (struct args){ .argc = argc, .argv = argv, .pos = optind };

	if ((atomic || force) && !batch) {
		fprintf(stderr, "vswitchctl: -%c goes with -b only\n",
			atomic ? 'a' : 'f');
		return EXIT_USAGE;
	}
	if (!batch && optind == argc) {
		usage_tool(stderr);
		return EXIT_USAGE;
	}
	if (batch && optind < argc) {
		fprintf(stderr, "vswitchctl: unexpected word '%s' beside -b\n",
			argv[optind]);
		return EXIT_USAGE;
	}

	if (netns) {
		ctx.home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (enter_netns(netns))
			return EXIT_REFUSED;
	}
	out_init(json, pretty);
	ctx.vsw = vsw_open();
	if (!ctx.vsw) {
		fprintf(stderr, "vswitchctl: cannot open netlink sockets: %s\n",
			strerror(errno));
		return EXIT_REFUSED;
	}
	report_set_context(&ctx);
	if (batch)
		ret = batch_run(&ctx, batch, atomic, force);
	else
		ret = run_command(&ctx, &args);
	vsw_close(ctx.vsw);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "vswitchctl: cannot write output: %s\n",
			strerror(errno));
		return EXIT_REFUSED;
	}
	return ret;
}
