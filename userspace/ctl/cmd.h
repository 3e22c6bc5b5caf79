/* SPDX-License-Identifier: GPL-2.0 */
/* What the objects of vswitchctl share. */
#ifndef _VSWITCHCTL_CMD_H
#define _VSWITCHCTL_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "args.h"
#include "vswitch.h"

enum {
	EXIT_OK,
	EXIT_REFUSED,
	EXIT_USAGE,
};

struct atomic_batch;

/* What a command needs to know beside its words. */
struct ctx {
	struct vsw *vsw;
	bool stats;
	int home;			/* with -n, the netns that it was called in */
	struct atomic_batch *atomic;	/* not NULL: see batch_stage() */
	const char *file;		/* of the batch, for messages */
	unsigned int line;
};

/*
 * One verb of an object. An object with a single verb without a name takes its
 * arguments directly, as monitor does.
 */
struct verb {
	const char *name;
	int (*run)(struct ctx *ctx, struct args *a);
	const char *usage;		/* what follows it */
};

struct object {
	const char *name;
	const struct verb *verbs;	/* ends with a NULL name */
	const char *help;		/* paragraphs below the usage */
};

extern const struct object switch_object;
extern const struct object port_object;
extern const struct object vnic_object;
extern const struct object profile_object;
extern const struct object macpool_object;
extern const struct object fdb_object;
extern const struct object acl_object;
extern const struct object partition_object;
extern const struct object nic_object;
extern const struct object disk_object;
extern const struct object monitor_object;

/* main.c */
int run_command(struct ctx *ctx, struct args *a);

/* report.c: these return EXIT_REFUSED */
int report(struct ctx *ctx, const char *what, const char *name);
int report_text(struct ctx *ctx, const char *what, const char *name,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void report_warning(struct ctx *ctx, const char *what, const char *name);
void report_note(struct ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void report_set_context(const struct ctx *ctx);
void report_prefix(void);

/* batch.c */
int batch_run(struct ctx *ctx, const char *file, bool atomic, bool force);
enum stage {
	STAGE_PORT,
	STAGE_PROFILE_ADD,
	STAGE_PROFILE_SET,
	STAGE_PROFILE_DEL,
	STAGE_DEFAULT,			/* the switch's default profile */
	STAGE_ACL,			/* by batch_stage_acl() */
};

/*
 * Keep a change for when the file has ended. @name is what messages say; of
 * a profile its name, of STAGE_DEFAULT too, and empty is none. @chg may be NULL
 * for the last two.
 */
int batch_stage(struct ctx *ctx, enum stage what, uint32_t sw,
		const char *name, const struct vsw_port_change *chg);

enum acl_change_kind {
	ACL_ADD,
	ACL_DEL,
	ACL_FLUSH,
};

/* Is the line about the same as the one before, so that it need not be looked up? */
bool batch_last_port(const struct ctx *ctx, const char *name,
		     struct vsw_acl_owner *of);
bool batch_last_profile(const struct ctx *ctx, const char *sw,
			const char *name, struct vsw_acl_owner *of);
int batch_stage_acl(struct ctx *ctx, const struct vsw_acl_owner *of,
		    const char *name, enum acl_change_kind kind,
		    const struct vsw_acl_rule *rule);

/* show.c */
void show_switch(struct ctx *ctx, const struct vsw_switch *sw);
void show_port(struct ctx *ctx, const struct vsw_port *port);
/* Settings by themselves: those in @which; in text also if they are default. */
void show_settings(const struct vsw_port *port, uint32_t which);
/* The keywords of settings, under this key. */
void show_keywords(const char *key, uint32_t settings);
void show_profile(const struct vsw_profile *profile);
void show_fdb(const struct vsw_fdb *fdb);

/* nic.c: on one line, or two */
void show_nic(const struct vsw_nic *nic);

/* partition.c */
void show_guid(const char *key, const char *fmt, const uint8_t *g);
/* on one line, without what is counted */
void show_partition(const struct vsw_partition *p);
int partition_name(struct args *a, const char **name);
/* partition_ask.c: verbs that the guest answers */
int partition_shutdown(struct ctx *ctx, struct args *a);
int partition_kvp(struct ctx *ctx, struct args *a);
void show_channel(const struct vsw_channel *ch);

/* profile.c: SWITCH NAME, nobody asked whether there are such */
int profile_parse_names(struct args *a, const char **sw, const char **name);

/* acl.c */
void show_acl(const struct vsw_acl *acl);
const char *acl_what(const struct vsw_acl_owner *of);

/* lookup.c */
const char *dev_name(uint32_t ifindex);
int find_dev(struct ctx *ctx, const char *what, const char *name,
	     uint32_t *ifindex);
int find_switch(struct ctx *ctx, const char *what, const char *name,
		struct vsw_switch *sw);
int find_port(struct ctx *ctx, const char *what, const char *name,
	      struct vsw_port *port);

/* The address that a port sends from: its assigned MAC, or the only one learned. */
int find_mac(struct ctx *ctx, const struct vsw_port *port, uint8_t *mac);

/* trace.c, porttest.c */
extern const char porttest_usage[];
int port_trace(struct ctx *ctx, struct args *a);
int port_test(struct ctx *ctx, struct args *a);

#endif /* _VSWITCHCTL_CMD_H */
