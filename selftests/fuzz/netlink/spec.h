/* SPDX-License-Identifier: GPL-2.0 */
/* A generic netlink family as its YAML specification has it. */
#ifndef _FUZZ_SPEC_H
#define _FUZZ_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#define SPEC_SETS	32
#define SPEC_ATTRS	64	/* in a set; they are kept in masks of 64 bits */
#define SPEC_OPS	64

enum spec_type {
	SPEC_U8,
	SPEC_U16,
	SPEC_U32,
	SPEC_U64,
	SPEC_STRING,
	SPEC_BINARY,
	SPEC_FLAG,
	SPEC_NEST,
	SPEC_PAD,
};

struct spec_set;

/**
 * struct spec_attr - an attribute
 * @name: its name, NULL where a number is not used
 * @doc: what the specification says of it, or ""
 * @set: the set it is in
 * @number: its number
 * @type: what it holds
 * @big_endian: a number in network byte order
 * @multi: may be there several times
 * @min: least value, or length of a string or binary
 * @max: greatest value, or length
 * @checked: @min and @max are those of the specification
 * @entries: how many values its enum has, 0 if it is none
 * @nested: the set that is nested in it
 */
struct spec_attr {
	const char *name;
	const char *doc;
	struct spec_set *set;
	unsigned int number;
	enum spec_type type;
	bool big_endian;
	bool multi;
	uint64_t min;
	uint64_t max;
	bool checked;
	unsigned int entries;
	struct spec_set *nested;
};

struct spec_set {
	const char *name;
	unsigned int index;
	unsigned int max;		/* highest number */
	struct spec_attr attrs[SPEC_ATTRS];
};

/* One way to ask an operation, do or dump. */
struct spec_call {
	bool there;
	unsigned int n_request;
	uint8_t request[SPEC_ATTRS];	/* in the order of the specification */
	uint64_t reply;			/* mask of numbers */
};

struct spec_op {
	const char *name;
	unsigned int index;
	unsigned int cmd;
	bool admin;			/* takes CAP_NET_ADMIN */
	bool admin_of_all;		/* in the initial user namespace */
	bool event;			/* only that, by itself */
	struct spec_set *set;
	struct spec_call call;
	struct spec_call dump;
	struct spec_op *notifies;	/* for what a notification looks like */
};

struct spec {
	const char *name;
	unsigned int version;
	unsigned int n_sets;
	struct spec_set sets[SPEC_SETS];
	unsigned int n_ops;
	struct spec_op ops[SPEC_OPS];
	unsigned int max_cmd;
};

/* Ends the program if the file cannot be read or is not understood. */
struct spec *spec_read(const char *file);
struct spec_set *spec_find_set(struct spec *spec, const char *name);
struct spec_op *spec_find_op(struct spec *spec, const char *name);
struct spec_op *spec_op_of_cmd(struct spec *spec, unsigned int cmd);
/* Bytes of a number, 0 for other types. */
unsigned int spec_width(enum spec_type type);

#endif
