// SPDX-License-Identifier: GPL-2.0
/*
 * Read a netlink specification: as much of its format as families of this
 * repository use. What is not understood ends the program, so that a fuzzer
 * never tests less than the specification says.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "spec.h"

static const char *file_name;
static yaml_document_t doc;

static yaml_node_t *get(yaml_node_t *map, const char *key)
{
	yaml_node_pair_t *pair;

	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (pair = map->data.mapping.pairs.start;
	     pair < map->data.mapping.pairs.top; pair++) {
		yaml_node_t *k = yaml_document_get_node(&doc, pair->key);

		if (k->type == YAML_SCALAR_NODE &&
		    !strcmp((char *)k->data.scalar.value, key))
			return yaml_document_get_node(&doc, pair->value);
	}
	return NULL;
}

static const char *text(yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ?
		(char *)node->data.scalar.value : NULL;
}

static const char *get_text(yaml_node_t *map, const char *key)
{
	return text(get(map, key));
}

static bool get_bool(yaml_node_t *map, const char *key)
{
	const char *s = get_text(map, key);

	return s && !strcmp(s, "true");
}

static char *copy(const char *s)
{
	char *p = strdup(s ? s : "");

	if (!p)
		err(2, "strdup");
	return p;
}

/* The items of a list; *n is 0 when there is none. */
static yaml_node_item_t *list(yaml_node_t *node, size_t *n)
{
	*n = 0;
	if (!node || node->type != YAML_SEQUENCE_NODE)
		return NULL;
	*n = node->data.sequence.items.top - node->data.sequence.items.start;
	return node->data.sequence.items.start;
}

static yaml_node_t *item(yaml_node_item_t id)
{
	return yaml_document_get_node(&doc, id);
}

static const char *item_text(yaml_node_item_t id)
{
	const char *s = text(item(id));

	if (!s)
		errx(2, "%s: a word is missing in a list", file_name);
	return s;
}

static yaml_node_t *definition(yaml_node_t *root, const char *name)
{
	yaml_node_item_t *items;
	size_t n, i;

	items = list(get(root, "definitions"), &n);
	for (i = 0; i < n; i++) {
		const char *s = get_text(item(items[i]), "name");

		if (s && !strcmp(s, name))
			return item(items[i]);
	}
	errx(2, "%s: '%s' is not defined", file_name, name);
}

/* A number, or the name of a constant. */
static uint64_t number(yaml_node_t *root, const char *s)
{
	char *end;
	uint64_t v = strtoull(s, &end, 0);

	if (*s && !*end)
		return v;
	s = get_text(definition(root, s), "value");
	if (!s)
		errx(2, "%s: a constant without a value", file_name);
	return strtoull(s, NULL, 0);
}

unsigned int spec_width(enum spec_type type)
{
	switch (type) {
	case SPEC_U8:	return 1;
	case SPEC_U16:	return 2;
	case SPEC_U32:	return 4;
	case SPEC_U64:	return 8;
	default:	return 0;
	}
}

static enum spec_type type_of(const char *s)
{
	static const char *const names[] = {
		[SPEC_U8] = "u8", [SPEC_U16] = "u16", [SPEC_U32] = "u32",
		[SPEC_U64] = "u64", [SPEC_STRING] = "string",
		[SPEC_BINARY] = "binary", [SPEC_FLAG] = "flag",
		[SPEC_NEST] = "nest", [SPEC_PAD] = "pad",
	};
	unsigned int i;

	for (i = 0; s && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(s, names[i]))
			return i;
	errx(2, "%s: attribute type '%s' is not understood", file_name,
	     s ? s : "");
}

static void read_checks(yaml_node_t *root, yaml_node_t *node,
			struct spec_attr *attr)
{
	yaml_node_t *checks = get(node, "checks");
	unsigned int width = spec_width(attr->type);
	const char *s;

	attr->max = width ? UINT64_MAX >> (64 - 8 * width) : 32;
	if (!checks)
		return;
	attr->checked = true;
	s = get_text(checks, "min");
	if (s)
		attr->min = number(root, s);
	s = get_text(checks, "max");
	if (s)
		attr->max = number(root, s);
	s = get_text(checks, "min-len");
	if (s)
		attr->min = number(root, s);
	s = get_text(checks, "max-len");
	if (s)
		attr->max = number(root, s);
	s = get_text(checks, "exact-len");
	if (s)
		attr->min = number(root, s);
	if (s)
		attr->max = attr->min;
}

static void read_attr(struct spec *spec, yaml_node_t *root, yaml_node_t *node,
		      struct spec_set *set, unsigned int num)
{
	const char *order = get_text(node, "byte-order");
	const char *nested = get_text(node, "nested-attributes");
	const char *values = get_text(node, "enum");
	struct spec_attr *attr;
	size_t n;

	if (num >= SPEC_ATTRS)
		errx(2, "%s: too many attributes", file_name);
	attr = &set->attrs[num];
	attr->name = copy(get_text(node, "name"));
	attr->doc = copy(get_text(node, "doc"));
	attr->set = set;
	attr->number = num;
	attr->type = type_of(get_text(node, "type"));
	attr->multi = get_bool(node, "multi-attr");
	attr->big_endian = order && !strcmp(order, "big-endian");
	read_checks(root, node, attr);
	if (values) {
		list(get(definition(root, values), "entries"), &n);
		attr->checked = true;
		if (get_bool(node, "enum-as-flags")) {
			attr->max = (1ULL << n) - 1;
		} else {
			attr->entries = n;
			attr->max = n - 1;
		}
	}
	if (attr->type == SPEC_NEST) {
		attr->nested = nested ? spec_find_set(spec, nested) : NULL;
		if (!attr->nested)
			errx(2, "%s: '%s' nests no known set", file_name,
			     attr->name);
	}
	if (num > set->max)
		set->max = num;
}

static void read_sets(struct spec *spec, yaml_node_t *root)
{
	yaml_node_item_t *sets, *attrs;
	size_t n, i, n_attrs, j;

	sets = list(get(root, "attribute-sets"), &n);
	if (n > SPEC_SETS)
		errx(2, "%s: too many attribute sets", file_name);
	/* Names first: a set may nest one that comes later. */
	for (i = 0; i < n; i++) {
		spec->sets[i].name = copy(get_text(item(sets[i]), "name"));
		spec->sets[i].index = i;
	}
	spec->n_sets = n;
	for (i = 0; i < n; i++) {
		unsigned int num = 1;

		attrs = list(get(item(sets[i]), "attributes"), &n_attrs);
		for (j = 0; j < n_attrs; j++, num++) {
			const char *value = get_text(item(attrs[j]), "value");

			if (value)
				num = number(root, value);
			read_attr(spec, root, item(attrs[j]), &spec->sets[i],
				  num);
		}
	}
}

static unsigned int attr_number(struct spec_set *set, const char *name)
{
	unsigned int i;

	for (i = 1; i <= set->max; i++)
		if (set->attrs[i].name && !strcmp(set->attrs[i].name, name))
			return i;
	errx(2, "%s: set '%s' has no attribute '%s'", file_name, set->name,
	     name);
}

static void read_call(struct spec_op *op, yaml_node_t *node,
		      struct spec_call *call)
{
	yaml_node_item_t *items;
	size_t n, i;

	if (!node)
		return;
	call->there = true;
	items = list(get(get(node, "request"), "attributes"), &n);
	for (i = 0; i < n && i < SPEC_ATTRS; i++)
		call->request[call->n_request++] =
			attr_number(op->set, item_text(items[i]));
	items = list(get(get(node, "reply"), "attributes"), &n);
	for (i = 0; i < n; i++)
		call->reply |= 1ULL << attr_number(op->set,
						   item_text(items[i]));
}

static void read_event(struct spec_op *op, yaml_node_t *node)
{
	yaml_node_item_t *items;
	size_t n, i;

	if (!node)
		return;
	op->event = true;
	items = list(get(node, "attributes"), &n);
	for (i = 0; i < n; i++)
		op->call.reply |= 1ULL << attr_number(op->set,
						      item_text(items[i]));
}

static void read_flags(struct spec_op *op, yaml_node_t *node)
{
	yaml_node_item_t *items;
	size_t n, i;

	items = list(get(node, "flags"), &n);
	for (i = 0; i < n; i++) {
		const char *flag = item_text(items[i]);

		op->admin_of_all = !strcmp(flag, "admin-perm");
		op->admin = op->admin_of_all || !strcmp(flag, "uns-admin-perm");
		if (!op->admin)
			errx(2, "%s: operation flag '%s' is not understood",
			     file_name, flag);
	}
}

static void read_op(struct spec *spec, yaml_node_t *node, struct spec_op *op)
{
	const char *set = get_text(node, "attribute-set");
	const char *notify = get_text(node, "notify");

	if (notify) {
		op->notifies = spec_find_op(spec, notify);
		if (!op->notifies)
			errx(2, "%s: no operation '%s'", file_name, notify);
		op->set = op->notifies->set;
		return;
	}
	op->set = set ? spec_find_set(spec, set) : NULL;
	if (!op->set)
		errx(2, "%s: '%s' has no known attribute set", file_name,
		     op->name);
	read_flags(op, node);
	read_call(op, get(node, "do"), &op->call);
	read_call(op, get(node, "dump"), &op->dump);
	read_event(op, get(node, "event"));
}

static void read_ops(struct spec *spec, yaml_node_t *root)
{
	yaml_node_item_t *items;
	unsigned int cmd = 1;
	size_t n, i;

	items = list(get(get(root, "operations"), "list"), &n);
	if (!n || n > SPEC_OPS)
		errx(2, "%s: no operations, or too many", file_name);
	for (i = 0; i < n; i++, cmd++) {
		const char *value = get_text(item(items[i]), "value");
		struct spec_op *op = &spec->ops[i];

		if (value)
			cmd = number(root, value);
		op->name = copy(get_text(item(items[i]), "name"));
		op->index = i;
		op->cmd = cmd;
		spec->n_ops = i + 1;
		spec->max_cmd = cmd;
		read_op(spec, item(items[i]), op);
	}
}

struct spec *spec_read(const char *file)
{
	struct spec *spec = calloc(1, sizeof(*spec));
	FILE *f = fopen(file, "re");
	yaml_parser_t parser;
	const char *version;
	yaml_node_t *root;

	if (!spec || !f)
		err(2, "%s", file);
	file_name = file;
	if (!yaml_parser_initialize(&parser))
		errx(2, "no YAML parser");
	yaml_parser_set_input_file(&parser, f);
	if (!yaml_parser_load(&parser, &doc))
		errx(2, "%s: line %zu: %s", file,
		     parser.problem_mark.line + 1, parser.problem);
	root = yaml_document_get_root_node(&doc);
	spec->name = copy(get_text(root, "name"));
	version = get_text(root, "version");
	spec->version = version ? strtoul(version, NULL, 0) : 1;
	read_sets(spec, root);
	read_ops(spec, root);
	yaml_document_delete(&doc);
	yaml_parser_delete(&parser);
	fclose(f);
	return spec;
}

struct spec_set *spec_find_set(struct spec *spec, const char *name)
{
	unsigned int i;

	for (i = 0; i < spec->n_sets; i++)
		if (!strcmp(spec->sets[i].name, name))
			return &spec->sets[i];
	return NULL;
}

struct spec_op *spec_find_op(struct spec *spec, const char *name)
{
	unsigned int i;

	for (i = 0; i < spec->n_ops; i++)
		if (!strcmp(spec->ops[i].name, name))
			return &spec->ops[i];
	return NULL;
}

struct spec_op *spec_op_of_cmd(struct spec *spec, unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < spec->n_ops; i++)
		if (spec->ops[i].cmd == cmd)
			return &spec->ops[i];
	return NULL;
}
