// SPDX-License-Identifier: GPL-2.0
/*
 * Making, converting and deleting a switch.
 *
 * A switch with an uplink and with management gets what the host has on the
 * uplink moved to its first vNIC. From when the uplink belongs to the switch
 * until the vNIC has the addresses nothing reaches the host; so the vNIC is
 * made, set and brought up first, on a switch that is internal until then.
 *
 * The host's vNIC is the one that has the uplink's MAC, under whatever name. Any
 * of the two may get another MAC meanwhile; see find_host_vnic().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "journal.h"

#define MGMT_SUFFIX	"-mgmt"

static void mgmt_name(const char *name, char *buf)
{
	snprintf(buf, IFNAMSIZ, "%.*s" MGMT_SUFFIX,
		 (int)(IFNAMSIZ - sizeof(MGMT_SUFFIX)), name);
}

static struct vsw_switch_opts type_and_uplink(uint32_t type, uint32_t uplink)
{
	return (struct vsw_switch_opts){
		.set = VSW_OPT_TYPE | VSW_OPT_UPLINK,
		.type = type,
		.uplink = uplink,
	};
}

static struct hostmove *read_host(struct ctx *ctx, uint32_t ifindex)
{
	struct hostmove *hm = hostmove_read(ctx->vsw, ifindex);

	if (!hm)
		report(ctx, "link", dev_name(ifindex));
	return hm;
}

/* It is not going to be moved, after all. */
static void drop_host(struct hostmove *hm)
{
	if (hm)
		hostmove_undo_settings(hm);
	hostmove_free(hm);
}

/* Management off is what was asked for; but the host may not expect this. */
static void note_lost_host(struct ctx *ctx, const char *name, uint32_t uplink)
{
	struct hostmove *hm = hostmove_read(ctx->vsw, uplink);

	if (hm && !hostmove_is_empty(hm))
		report_note(ctx, "switch %s: note: the host cannot use the addresses of %s while it is the uplink",
			    name, dev_name(uplink));
	hostmove_free(hm);
}

static bool has_mac(const struct vsw_link *link)
{
	static const uint8_t zero[VSW_MAC_LEN];

	return memcmp(link->mac, zero, VSW_MAC_LEN);
}

/* The first vNIC: made with MAC and settings of the uplink. */
static int make_mgmt(struct journal *j, uint32_t sw, const char *sw_name,
		     uint32_t uplink, struct hostmove *hm, uint32_t *vnic)
{
	struct vsw_link link = { .ifindex = 0 };
	char name[IFNAMSIZ];
	int err;

	if (uplink && vsw_link_get(j->ctx->vsw, uplink, &link))
		return report(j->ctx, "link", dev_name(uplink));
	mgmt_name(sw_name, name);
	/* What has no MAC cannot be an uplink; the kernel will say why. */
	err = step_create_vnic(j, sw, name, has_mac(&link) ? link.mac : NULL,
			       vnic);
	if (!err && hm)
		err = step_settings(j, hm, *vnic);
	if (!err)
		err = step_up(j, *vnic);
	return err;
}

static int add_steps(struct journal *j, const char *name,
		     const struct vsw_switch_opts *opts, bool management)
{
	uint32_t uplink = opts->set & VSW_OPT_UPLINK ? opts->uplink : 0;
	struct vsw_switch_opts first = *opts, then, before;
	struct vsw_switch sw = { .ifindex = 0 };
	struct hostmove *hm = NULL;
	uint32_t vnic;
	int err;

	if (uplink && management) {
		hm = read_host(j->ctx, uplink);
		if (!hm)
			return EXIT_REFUSED;
		first.set &= ~VSW_OPT_UPLINK;
		first.type = VSWITCH_SWITCH_TYPE_INTERNAL;
	}
	err = step_create_switch(j, name, &first, &sw.ifindex);
	if (!err)
		err = step_up(j, sw.ifindex);
	if (!err && management)
		err = make_mgmt(j, sw.ifindex, name, uplink, hm, &vnic);
	if (!err && hm) {
		snprintf(sw.name, sizeof(sw.name), "%s", name);
		then = type_and_uplink(VSWITCH_SWITCH_TYPE_EXTERNAL, uplink);
		before = type_and_uplink(VSWITCH_SWITCH_TYPE_INTERNAL, 0);
		err = step_change_switch(j, &sw, &then, &before);
	}
	if (!err && uplink)
		err = step_up(j, uplink);
	if (!err && hm)
		return step_move(j, hm, vnic);
	drop_host(hm);
	return err;
}

int convert_add(struct ctx *ctx, const char *name,
		const struct vsw_switch_opts *opts, bool management)
{
	struct journal j;
	int err;

	journal_begin(&j, ctx);
	err = journal_end(&j, add_steps(&j, name, opts, management));
	if (!err && (opts->set & VSW_OPT_UPLINK) && !management)
		note_lost_host(ctx, name, opts->uplink);
	return err;
}

/* A switch and those of its ports that conversions are about. */
struct present {
	const struct vsw_switch *sw;
	struct vsw_port *ports;
	size_t n_ports;
	struct vsw_port *first_vnic;
	/* By find_host_vnic() */
	struct vsw_port *host_vnic;	/* has what was the uplink's */
	struct vsw_port *in_use;	/* recognised by nothing but that */
	struct vsw_port *also_in_use;	/* so that nobody knows: no host_vnic */
};

static int read_present(struct ctx *ctx, const struct vsw_switch *sw,
			struct present *p)
{
	char name[IFNAMSIZ];
	size_t i;

	memset(p, 0, sizeof(*p));
	p->sw = sw;
	if (vsw_port_dump(ctx->vsw, sw->ifindex, &p->ports, &p->n_ports))
		return report(ctx, "switch", sw->name);
	mgmt_name(sw->name, name);
	for (i = 0; i < p->n_ports; i++) {
		struct vsw_port *port = &p->ports[i];

		if (port->role != VSWITCH_PORT_ROLE_VNIC)
			continue;
		if (!p->first_vnic || !strcmp(port->name, name))
			p->first_vnic = port;
	}
	return EXIT_OK;
}

static void free_present(struct present *p)
{
	vsw_port_free(p->ports, p->n_ports);
}

static int find_by_mac(struct ctx *ctx, struct present *p)
{
	struct vsw_link uplink, vnic;
	size_t i;

	if (vsw_link_get(ctx->vsw, p->sw->uplink, &uplink))
		return report(ctx, "link", dev_name(p->sw->uplink));
	for (i = 0; !p->host_vnic && i < p->n_ports; i++) {
		struct vsw_port *port = &p->ports[i];

		if (port->role != VSWITCH_PORT_ROLE_VNIC)
			continue;
		if (vsw_link_get(ctx->vsw, port->ifindex, &vnic))
			return report(ctx, "vnic", port->name);
		if (!memcmp(vnic.mac, uplink.mac, VSW_MAC_LEN))
			p->host_vnic = port;
	}
	return EXIT_OK;
}

/* It is the first one if there is one of that name. */
static void find_by_name(struct present *p)
{
	char name[IFNAMSIZ];

	mgmt_name(p->sw->name, name);
	if (!strcmp(p->first_vnic->name, name))
		p->host_vnic = p->first_vnic;
}

/* Does the host have addresses or routes there? */
static int read_use(struct ctx *ctx, uint32_t ifindex, bool *used)
{
	struct hostmove *hm = read_host(ctx, ifindex);

	if (!hm)
		return EXIT_REFUSED;
	*used = !hostmove_is_empty(hm);
	hostmove_free(hm);
	return EXIT_OK;
}

static int find_by_use(struct ctx *ctx, struct present *p)
{
	bool used;
	size_t i;
	int err;

	err = read_use(ctx, p->sw->uplink, &used);
	/* No vNIC took over what the uplink still has. */
	if (err || used)
		return err;
	for (i = 0; i < p->n_ports; i++) {
		struct vsw_port *port = &p->ports[i];

		if (port->role != VSWITCH_PORT_ROLE_VNIC)
			continue;
		err = read_use(ctx, port->ifindex, &used);
		if (err)
			return err;
		if (used && p->in_use) {
			p->also_in_use = port;
			return EXIT_OK;
		}
		if (used)
			p->in_use = port;
	}
	p->host_vnic = p->in_use;
	return EXIT_OK;
}

/*
 * The vNIC whose addresses are the uplink's. That MACs differ says nothing: the
 * administrator may change either, and a bond that fails over does so by itself.
 * Nobody must lose the host for that.
 */
static int find_host_vnic(struct ctx *ctx, struct present *p)
{
	int err;

	if (!p->sw->uplink || !p->first_vnic)
		return EXIT_OK;
	err = find_by_mac(ctx, p);
	if (!err && !p->host_vnic)
		find_by_name(p);
	if (!err && !p->host_vnic)
		err = find_by_use(ctx, p);
	return err;
}

static int refuse_if_unclear(struct ctx *ctx, const struct present *p)
{
	if (!p->also_in_use)
		return EXIT_OK;
	return report_text(ctx, "switch", p->sw->name,
			   "which vNIC has the addresses that were those of %s? %s and %s have some, neither has its MAC; give that MAC to the right one, or delete the others",
			   dev_name(p->sw->uplink), p->in_use->name,
			   p->also_in_use->name);
}

/* Whoever does not agree shall know what to look for. */
static void note_choice(struct ctx *ctx, const struct present *p)
{
	if (p->host_vnic && p->host_vnic == p->in_use)
		report_note(ctx, "switch %s: note: %s has the addresses of vNIC %s now, the only one that had any",
			    p->sw->name, dev_name(p->sw->uplink),
			    p->in_use->name);
}

/*
 * What the host has goes from its vNIC back to the uplink, which leaves the
 * switch before that if it is to leave.
 */
static int move_back(struct journal *j, const struct present *p, bool detach,
		     uint32_t type)
{
	struct vsw_switch_opts before, then;
	struct hostmove *hm = NULL;
	int err = 0;

	if (p->host_vnic) {
		hm = read_host(j->ctx, p->host_vnic->ifindex);
		if (!hm)
			return EXIT_REFUSED;
	}
	/* Many small files: not while the host is cut off. */
	if (hm)
		err = step_settings(j, hm, p->sw->uplink);
	if (!err && detach) {
		before = type_and_uplink(p->sw->type, p->sw->uplink);
		then = type_and_uplink(type, 0);
		err = step_change_switch(j, p->sw, &then, &before);
	}
	if (!err && hm)
		return step_move(j, hm, p->sw->uplink);
	drop_host(hm);
	return err;
}

static int delete_vnics(struct journal *j, const struct present *p)
{
	int err = 0;
	size_t i;

	for (i = 0; !err && i < p->n_ports; i++)
		if (p->ports[i].role == VSWITCH_PORT_ROLE_VNIC)
			err = step_delete_vnic(j, &p->ports[i]);
	return err;
}

static int change_type(struct journal *j, const struct present *p,
		       uint32_t from, uint32_t to)
{
	struct vsw_switch_opts before = { .set = VSW_OPT_TYPE, .type = from };
	struct vsw_switch_opts then = { .set = VSW_OPT_TYPE, .type = to };

	return step_change_switch(j, p->sw, &then, &before);
}

/* The vNIC that was there already becomes the host's on the new uplink. */
static int adopt_vnic(struct journal *j, uint32_t vnic, uint32_t uplink,
		      struct hostmove *hm)
{
	struct vsw_link link;
	int err;

	if (vsw_link_get(j->ctx->vsw, uplink, &link))
		return report(j->ctx, "link", dev_name(uplink));
	err = step_set_mac(j, vnic, link.mac);
	if (!err)
		err = step_settings(j, hm, vnic);
	if (!err)
		err = step_up(j, vnic);
	return err;
}

/* The uplink comes, or management does, or both. */
static int come_in(struct journal *j, const struct present *p,
		   const struct target *t, uint32_t type, bool attach,
		   bool management)
{
	struct vsw_switch_opts before, then;
	struct hostmove *hm = NULL;
	uint32_t vnic = 0;
	int err = 0;

	if (management && t->uplink) {
		hm = read_host(j->ctx, t->uplink);
		if (!hm)
			return EXIT_REFUSED;
	}
	if (management && !p->first_vnic) {
		err = make_mgmt(j, p->sw->ifindex, p->sw->name, t->uplink, hm,
				&vnic);
	} else if (hm) {
		vnic = p->first_vnic->ifindex;
		err = adopt_vnic(j, vnic, t->uplink, hm);
	}
	if (!err && attach) {
		before = type_and_uplink(type, 0);
		then = type_and_uplink(t->type, t->uplink);
		err = step_change_switch(j, p->sw, &then, &before);
		if (!err)
			err = step_up(j, t->uplink);
	}
	if (!err && hm)
		return step_move(j, hm, vnic);
	drop_host(hm);
	return err;
}

/*
 * Judged by the same reading of the switch as all that follows: vNICs may come
 * and go meanwhile, and none is to be made or deleted for that.
 */
static bool wants_management(const struct present *p, const struct target *t)
{
	switch (t->management) {
	case MANAGEMENT_ON:
		return true;
	case MANAGEMENT_AS_IS:
		return p->first_vnic;
	default:
		return false;
	}
}

static int set_switch(struct journal *j, const struct vsw_switch *sw,
		      const struct target *t)
{
	struct vsw_switch_change chg = {
		.ifindex = sw->ifindex,
		.ageing_time = t->ageing_time,
		.fdb_limit = t->fdb_limit,
		.has_default_profile = t->has_default_profile,
	};

	memcpy(chg.default_profile, t->default_profile,
	       sizeof(chg.default_profile));
	return step_set_switch(j, sw, &chg);
}

static int set_steps(struct journal *j, struct present *p,
		     const struct target *t)
{
	const struct vsw_switch *sw = p->sw;
	bool detach = sw->uplink && t->uplink != sw->uplink;
	bool attach = t->uplink && t->uplink != sw->uplink;
	bool management = wants_management(p, t);
	bool vnics_go = p->first_vnic && !management;
	bool mgmt_comes = management && !p->first_vnic;
	uint32_t type = sw->type;
	int err = 0;

	if (detach || vnics_go)
		err = find_host_vnic(j->ctx, p);
	if (!err)
		err = refuse_if_unclear(j->ctx, p);
	if (!err && (t->ageing_time || t->fdb_limit || t->has_default_profile))
		err = set_switch(j, sw, t);
	if (!err && (detach || vnics_go)) {
		/* No vNIC may be left when it becomes private. */
		if (detach && t->type != VSWITCH_SWITCH_TYPE_EXTERNAL)
			type = VSWITCH_SWITCH_TYPE_INTERNAL;
		err = move_back(j, p, detach, type);
	}
	if (!err && vnics_go)
		err = delete_vnics(j, p);
	/* What comes in joins an internal switch; see the top. */
	if (!err && t->type != type) {
		uint32_t next = attach ? VSWITCH_SWITCH_TYPE_INTERNAL : t->type;

		if (next != type)
			err = change_type(j, p, type, next);
		type = next;
	}
	if (!err && (attach || mgmt_comes))
		err = come_in(j, p, t, type, attach, management);
	return err;
}

int convert_set(struct ctx *ctx, const struct vsw_switch *sw,
		const struct target *t)
{
	struct present p;
	struct journal j;
	int err;

	err = read_present(ctx, sw, &p);
	if (!err) {
		journal_begin(&j, ctx);
		err = journal_end(&j, set_steps(&j, &p, t));
	}
	if (!err)
		note_choice(ctx, &p);
	if (!err && t->uplink && t->uplink != sw->uplink &&
	    !wants_management(&p, t))
		note_lost_host(ctx, sw->name, t->uplink);
	free_present(&p);
	return err;
}

int convert_del(struct ctx *ctx, const struct vsw_switch *sw)
{
	struct present p;
	struct journal j;
	int err;

	err = read_present(ctx, sw, &p);
	if (!err)
		err = find_host_vnic(ctx, &p);
	if (!err)
		err = refuse_if_unclear(ctx, &p);
	if (!err) {
		journal_begin(&j, ctx);
		if (p.host_vnic)
			err = move_back(&j, &p, true,
					VSWITCH_SWITCH_TYPE_INTERNAL);
		if (!err && vsw_link_delete(ctx->vsw, sw->ifindex))
			err = report(ctx, "switch", sw->name);
		journal_end(&j, err);
	}
	if (!err) {
		note_choice(ctx, &p);
		macpool_release(ctx, sw->name, NULL);
	}
	free_present(&p);
	return err;
}

/* This very vNIC was to go; but something may go with it that is missed. */
static void note_lost_use(struct ctx *ctx, const struct present *p,
			  const struct vsw_port *vnic)
{
	bool first = vnic->ifindex == p->in_use->ifindex;

	report_note(ctx, "vnic %s: note: its addresses are gone; %s did not get them, as vNIC %s has some, too",
		    vnic->name, dev_name(p->sw->uplink),
		    first ? p->also_in_use->name : p->in_use->name);
}

int convert_del_vnic(struct ctx *ctx, const struct vsw_port *vnic)
{
	bool is_host = false, unclear = false;
	struct vsw_switch sw;
	struct present p;
	struct journal j;
	int err;

	if (vsw_switch_get(ctx->vsw, vnic->sw, &sw))
		return report(ctx, "switch", dev_name(vnic->sw));
	err = read_present(ctx, &sw, &p);
	if (!err)
		err = find_host_vnic(ctx, &p);
	if (!err && p.also_in_use)
		err = read_use(ctx, vnic->ifindex, &unclear);
	if (!err) {
		is_host = p.host_vnic && p.host_vnic->ifindex == vnic->ifindex;
		journal_begin(&j, ctx);
		if (is_host)
			err = move_back(&j, &p, false, sw.type);
		if (!err && vsw_link_delete(ctx->vsw, vnic->ifindex))
			err = report(ctx, "vnic", vnic->name);
		journal_end(&j, err);
	}
	if (!err) {
		if (is_host)
			note_choice(ctx, &p);
		if (unclear)
			note_lost_use(ctx, &p, vnic);
		macpool_release(ctx, sw.name, vnic->name);
	}
	free_present(&p);
	vsw_switch_clear(&sw);
	return err;
}
