// SPDX-License-Identifier: GPL-2.0
/*
 * Make requests from the specification: valid ones, ones with a single defect,
 * and hostile ones.
 *
 * Numbers are drawn from few values, so that requests are about the same
 * things: the ends of the range, small numbers, and what replies have named
 * before. What an attribute refers to follows from its name: that of a set is
 * a reference to an object of it ("port" of the set fdb), "generation" and "id"
 * are what replies have said.
 */
#include <endian.h>
#include <linux/genetlink.h>
#include <string.h>

#include "fuzz.h"

enum defect {
	NONE,
	BOUNDARY,		/* just out of its range */
	SHORTER,
	LONGER,
	TWICE,
	OMITTED,
	UNKNOWN,		/* a number that the set does not have */
	NOT_HERE,		/* one of the set, but not of this request */
	NEST_FLAG,
	GARBAGE,		/* random contents */
	OVERRUN,		/* its length leaves the message */
	WRONG_NEST,		/* contents of another set */
	DEFECTS,
};

enum quality gen_quality(struct fuzz *f)
{
	uint32_t luck = choice_below(&f->c, 100);

	return luck < 65 ? VALID : luck < 90 ? NEAR_VALID : HOSTILE;
}

/* Decide which attribute is going to have which defect. */
void gen_plan(struct fuzz *f, enum quality q)
{
	f->defect = NONE;
	f->victim = -1;
	if (q == VALID)
		return;
	f->defect = 1 + choice_below(&f->c, DEFECTS - 1);
	f->victim = choice_below(&f->c, 5);
}

/* Six of them are somebody's; the others are no station's address. */
void gen_mac(struct fuzz *f, uint8_t *mac)
{
	uint32_t luck = choice_below(&f->c, 40);

	memset(mac, 0, 6);
	if (luck < 32) {
		mac[0] = 2;
		mac[5] = luck % 6;
	} else if (luck == 33) {
		mac[0] = 1;
		mac[5] = 1;
	} else if (luck == 34) {
		memset(mac, 0xff, 6);
	} else if (luck > 35) {
		choice_bytes(&f->c, mac, 6);
		mac[0] &= ~1;
	}
}

uint16_t gen_vid(struct fuzz *f)
{
	static const uint16_t vids[] = { 0, 1, 2, 3, 10, 20, 4093, 4094 };

	return choice_percent(&f->c, 90) ? vids[choice_below(&f->c, 8)] :
	       choice_below(&f->c, 4096);
}

/* The object that an attribute refers to, or NULL. */
static const char *object_of(const struct spec_attr *attr)
{
	if (!strcmp(attr->name, "ifindex") || !strcmp(attr->name, "ifname"))
		return attr->set->name;
	if (world_is_object(attr->name))
		return attr->name;
	return strstr(attr->doc, "ifindex") ? "" : NULL;
}

static uint32_t pick_id(struct fuzz *f)
{
	const struct sock *s = &f->genl[choice_below(&f->c, SOCKETS)];
	uint32_t luck = choice_below(&f->c, 100);

	if (luck < 75 && s->n_ids)
		return s->ids[luck % (s->n_ids < 4 ? s->n_ids : 4)];
	if (luck < 95)
		return shared->ids[luck % SHARED_IDS];
	return choice_below(&f->c, 3);
}

static bool is_id(const struct spec_attr *attr)
{
	return attr->type == SPEC_U32 &&
	       (!strcmp(attr->name, "id") || !strcmp(attr->name, "txn"));
}

static uint64_t pick_number(struct fuzz *f, const struct spec_attr *attr)
{
	const char *object = object_of(attr);
	uint64_t range = attr->max - attr->min;
	uint32_t luck;

	if (attr->type == SPEC_U32 && object && world_has(f))
		return world_pick(f, object);
	if (is_id(attr))
		return pick_id(f);
	if (strstr(attr->name, "generation") && f->n_generations &&
	    choice_percent(&f->c, 80))
		return f->generations[choice_below(&f->c, 2)];
	if (attr->entries)
		return choice_below(&f->c, attr->entries);
	if (attr->big_endian && choice_percent(&f->c, 80))
		return choice_percent(&f->c, 50) ? 0x8100 : 0x88a8;
	/* Most numbers that small are a choice of two. */
	if (attr->type == SPEC_U8 && choice_percent(&f->c, 80))
		return choice_below(&f->c, 2);
	luck = choice_below(&f->c, 100);
	if (luck < 10)
		return attr->max;
	if (luck < 30)
		return attr->min;
	if (luck < 80 && range > 20)
		return attr->min + choice_below(&f->c, 20);
	if (!range)
		return attr->min;
	if (range < UINT32_MAX)
		return attr->min + choice_below(&f->c, range + 1);
	return choice_bits(&f->c);
}

static uint64_t out_of_range(struct fuzz *f, const struct spec_attr *attr)
{
	switch (choice_below(&f->c, 4)) {
	case 0:	return attr->max + 1;
	case 1:	return attr->min - 1;
	case 2:	return 0;
	}
	return UINT64_MAX;
}

static size_t put_value(const struct spec_attr *attr, uint64_t v, uint8_t *to)
{
	unsigned int width = spec_width(attr->type);

	if (attr->big_endian)
		v = htobe64(v << (64 - 8 * width));
	else
		v = htole64(v);
	memcpy(to, &v, width);
	return width;
}

/* Few, so that what one request makes another one refers to; or none. */
static const char *any_word(struct fuzz *f)
{
	static const char *const words[] = { "abc", "def", "ghi", "" };

	return words[choice_below(&f->c, 4)];
}

/* The contents of an attribute without a nest. */
static size_t value(struct fuzz *f, const struct spec_attr *attr, int defect,
		    uint8_t *to)
{
	const char *name;
	size_t len = 0;

	switch (attr->type) {
	case SPEC_STRING:
		name = object_of(attr) && world_has(f) ?
		       world_pick_name(f, object_of(attr)) :
		       vmbus_word(f, attr);
		if (!name)
			name = any_word(f);
		len = strlen(name) + 1;
		memcpy(to, name, len);
		if (defect == BOUNDARY) {
			len = attr->max + 1;
			memset(to, 'a', len);
		}
		break;
	case SPEC_BINARY:
		len = attr->max < 64 ? attr->max : 64;
		if (len == 6)
			gen_mac(f, to);
		else if (!strcmp(attr->name, "instance"))
			memset(to, choice_below(&f->c, 4), len);
		else
			choice_bytes(&f->c, to, len);
		break;
	case SPEC_FLAG:
	case SPEC_PAD:
	case SPEC_NEST:
		break;
	default:
		len = put_value(attr, defect == BOUNDARY ?
				out_of_range(f, attr) : pick_number(f, attr),
				to);
	}
	if (defect == SHORTER)
		len = choice_below(&f->c, len);
	if (defect == LONGER) {
		memset(to + len, 1, 16);
		len += 1 + choice_below(&f->c, 9);
	}
	if (defect == GARBAGE)
		choice_bytes(&f->c, to, len = choice_below(&f->c, 40));
	return len;
}

static void put_attr(struct fuzz *f, struct msg *m,
		     const struct spec_attr *attr);

/* Several at once, or thousands, or none. */
static void put_many(struct fuzz *f, struct msg *m,
		     const struct spec_attr *attr)
{
	uint32_t luck = choice_below(&f->c, 100), n, i;
	size_t len = 0, at;

	n = luck < 97 ? luck % 5 : luck < 99 ? 60 : 3000;
	for (i = 0; i < n; i++) {
		at = m->len;
		/* The choices are for the first few, the rest are copies. */
		if (i > 20 && len) {
			uint8_t *p = msg_add(m, len);

			if (!p)
				return;
			memcpy(p, m->buf + at - len, len);
			continue;
		}
		put_attr(f, m, attr);
		len = m->len - at;
		if (len > 64)
			len = 0;
	}
}

static void put_nest(struct fuzz *f, struct msg *m,
		     const struct spec_attr *attr, int defect)
{
	uint16_t flag = defect == NEST_FLAG ? 0 : NLA_F_NESTED;
	struct spec_set *set = attr->nested;
	size_t nest = msg_nest(m, attr->number | flag);
	uint8_t junk[64];

	if (!nest)
		return;
	if (defect == GARBAGE) {
		size_t len = choice_below(&f->c, sizeof(junk));
		uint8_t *p = msg_add(m, len);

		choice_bytes(&f->c, junk, len);
		if (p)
			memcpy(p, junk, len);
	} else if (defect == WRONG_NEST) {
		set = &f->spec->sets[choice_below(&f->c, f->spec->n_sets)];
		gen_all_attrs(f, m, set == attr->set ? attr->nested : set);
	} else if (defect != SHORTER) {
		gen_all_attrs(f, m, set);
	}
	msg_nest_end(m, nest);
	if (defect == LONGER && msg_add(m, 4))
		((struct nlattr *)(m->buf + nest))->nla_len += 1;
}

static void put_attr(struct fuzz *f, struct msg *m,
		     const struct spec_attr *attr)
{
	int defect = f->victim-- ? NONE : f->defect;
	uint16_t type = attr->number;
	/* The longest string of a family, and what is put behind it. */
	uint8_t data[4096];
	size_t len, at = m->len;

	if (defect == OMITTED)
		return;
	if (defect == UNKNOWN)
		type = choice_percent(&f->c, 50) ? attr->set->max + 1 +
		       choice_below(&f->c, 3) : choice_bits(&f->c) & 0x3fff;
	if (defect == NOT_HERE && attr->set->max)
		type = 1 + choice_below(&f->c, attr->set->max);
	msg_placed(m, attr, at);
	if (attr->type == SPEC_NEST && type == attr->number) {
		put_nest(f, m, attr, defect);
	} else {
		len = value(f, attr, defect, data);
		if (defect == NEST_FLAG)
			type |= choice_percent(&f->c, 50) ? NLA_F_NESTED :
				NLA_F_NET_BYTEORDER;
		msg_put(m, type, data, len);
	}
	if (defect == TWICE) {
		f->victim = -1;
		put_attr(f, m, attr);
	}
	if (defect == OVERRUN && m->len > at)
		((struct nlattr *)(m->buf + at))->nla_len =
			choice_percent(&f->c, 50) ? choice_below(&f->c, 4) :
			(m->len - at) * 2 + 8;
}

/*
 * Rules are those of a port, or of a profile of a switch. A request that is to be
 * taken names one of them, and most do.
 */
static const char *other_owner(struct fuzz *f, const struct spec_set *set)
{
	if (strcmp(set->name, "acl") || choice_percent(&f->c, 10))
		return "";
	return choice_percent(&f->c, 60) ? "switch profile" : "port";
}

void gen_attrs(struct fuzz *f, struct msg *m, struct spec_set *set,
	       const uint8_t *list, unsigned int n)
{
	const char *not_named = other_owner(f, set);
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct spec_attr *attr = &set->attrs[list[i]];
		/* The first ones say what it is about. */
		uint32_t percent = i == 0 ? 95 : i < 3 ? 75 : 45;

		if (is_id(attr) && i)
			percent = 15;
		if (strstr(attr->name, "generation"))
			percent = 20;
		if (!choice_percent(&f->c, percent) ||
		    strstr(not_named, attr->name))
			continue;
		if (attr->multi)
			put_many(f, m, attr);
		else
			put_attr(f, m, attr);
	}
}

void gen_all_attrs(struct fuzz *f, struct msg *m, struct spec_set *set)
{
	uint8_t list[SPEC_ATTRS];
	unsigned int i, n = 0;

	/*
	 * No request says which of a nested set it takes. What comes with an
	 * order, "mode" of a VLAN say, is for replies only, as the doc tells.
	 */
	for (i = 1; i <= set->max; i++) {
		const struct spec_attr *attr = &set->attrs[i];

		if (!attr->name || attr->type == SPEC_PAD)
			continue;
		if (!strncmp(attr->doc, "Read only", 9) &&
		    !choice_percent(&f->c, 10))
			continue;
		list[n++] = i;
	}
	gen_attrs(f, m, set, list, n);
}

void gen_request(struct fuzz *f, struct msg *m, struct spec_op *op, bool dump)
{
	const struct spec_call *call = dump ? &op->dump : &op->call;

	msg_begin_genl(m, f, op->cmd, dump ? NLM_F_DUMP : NLM_F_ACK, op->name);
	gen_attrs(f, m, op->set, call->request, call->n_request);
}

/* What is wrong with the message as a whole. */
void gen_spoil(struct fuzz *f, struct msg *m, enum quality q)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)m->buf;
	struct genlmsghdr *genl = (void *)(nlh + 1);
	size_t head = NLMSG_HDRLEN + GENL_HDRLEN, i, n;
	uint8_t *p;

	if (q == NEAR_VALID && choice_percent(&f->c, 70))
		return;
	switch (choice_below(&f->c, 9)) {
	case 0:
		nlh->nlmsg_flags = choice_bits(&f->c) | NLM_F_REQUEST;
		break;
	case 1:
		genl->cmd = choice_bits(&f->c);
		break;
	case 2:
		genl->version = choice_bits(&f->c);
		genl->reserved = choice_bits(&f->c);
		break;
	case 3:
		m->len = head + choice_below(&f->c, m->len - head + 1);
		nlh->nlmsg_len = m->len;
		break;
	case 4:
		nlh->nlmsg_len = choice_below(&f->c, m->len * 2);
		m->lies = true;
		break;
	case 5:
		p = msg_add(m, 32);
		if (p)
			choice_bytes(&f->c, p, 32);
		break;
	case 6:
		genl->cmd = choice_below(&f->c, f->spec->max_cmd + 2);
		break;
	default:
		if (m->len == head)
			break;
		n = 1 + choice_below(&f->c, 6);
		for (i = 0; i < n; i++)
			m->buf[head + choice_below(&f->c, m->len - head)] =
				choice_bits(&f->c);
	}
	m->op = spec_op_of_cmd(f->spec, genl->cmd);
}
