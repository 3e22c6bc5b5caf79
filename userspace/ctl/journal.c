// SPDX-License-Identifier: GPL-2.0
/* Steps that can be undone. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"

static void block_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigprocmask(how, &set, NULL);
}

void journal_begin(struct journal *j, struct ctx *ctx)
{
	*j = (struct journal){ .ctx = ctx };
	block_signals(SIG_BLOCK);
}

int journal_end(struct journal *j, int err)
{
	while (j->n) {
		struct journal_entry *e = &j->entries[--j->n];

		if (err)
			e->undo(j, e);
		else
			macpool_note(j->ctx, "vnic", e->name, &e->lease);
		if (!err && e->release)
			macpool_release(j->ctx, dev_name(e->sw), e->name);
		hostmove_free(e->hm);
		vsw_acl_free(e->acl, e->n_acl);
	}
	free(j->entries);
	j->entries = NULL;
	block_signals(SIG_UNBLOCK);
	return err;
}

/* Room for the note is made before the step is taken. */
static struct journal_entry *note(struct journal *j)
{
	struct journal_entry *e;

	e = realloc(j->entries, (j->n + 1) * sizeof(*e));
	if (!e) {
		report_text(j->ctx, "switch", NULL, "out of memory");
		return NULL;
	}
	j->entries = e;
	e += j->n;
	memset(e, 0, sizeof(*e));
	return e;
}

static int done(struct journal *j,
		void (*undo)(struct journal *j, struct journal_entry *e))
{
	j->entries[j->n++].undo = undo;
	return EXIT_OK;
}

static void undo_create(struct journal *j, struct journal_entry *e)
{
	vsw_link_delete(j->ctx->vsw, e->ifindex);
}

int step_create_switch(struct journal *j, const char *name,
		       const struct vsw_switch_opts *opts, uint32_t *ifindex)
{
	struct journal_entry *e = note(j);
	int err;

	if (!e)
		return EXIT_REFUSED;
	if (vsw_link_create_switch(j->ctx->vsw, name, opts))
		return report(j->ctx, "switch", name);
	report_warning(j->ctx, "switch", name);
	err = find_dev(j->ctx, "switch", name, ifindex);
	if (err)
		return err;
	e->ifindex = *ifindex;
	return done(j, undo_create);
}

static void undo_change(struct journal *j, struct journal_entry *e)
{
	vsw_link_change_switch(j->ctx->vsw, e->ifindex, &e->opts);
}

int step_change_switch(struct journal *j, const struct vsw_switch *sw,
		       const struct vsw_switch_opts *opts,
		       const struct vsw_switch_opts *before)
{
	struct journal_entry *e = note(j);

	if (!e)
		return EXIT_REFUSED;
	if (vsw_link_change_switch(j->ctx->vsw, sw->ifindex, opts))
		return report(j->ctx, "switch", sw->name);
	report_warning(j->ctx, "switch", sw->name);
	e->ifindex = sw->ifindex;
	e->opts = *before;
	return done(j, undo_change);
}

static void undo_set(struct journal *j, struct journal_entry *e)
{
	vsw_switch_set(j->ctx->vsw, &e->set);
}

int step_set_switch(struct journal *j, const struct vsw_switch *sw,
		    const struct vsw_switch_change *chg)
{
	struct journal_entry *e = note(j);

	if (!e)
		return EXIT_REFUSED;
	if (vsw_switch_set(j->ctx->vsw, chg))
		return report(j->ctx, "switch", sw->name);
	report_warning(j->ctx, "switch", sw->name);
	e->set = (struct vsw_switch_change){
		.ifindex = sw->ifindex,
		.ageing_time = chg->ageing_time ? sw->ageing_time : 0,
		.fdb_limit = chg->fdb_limit ? sw->fdb_limit : 0,
		.has_default_profile = chg->has_default_profile,
	};
	memcpy(e->set.default_profile, sw->default_profile,
	       sizeof(e->set.default_profile));
	return done(j, undo_set);
}

static void undo_create_vnic(struct journal *j, struct journal_entry *e)
{
	vsw_link_delete(j->ctx->vsw, e->ifindex);
	macpool_undo(j->ctx, dev_name(e->sw), e->name, &e->lease);
}

/*
 * No MTU is given: it would be one set by hand, for good. The vNIC has that of
 * its switch from the start, and follows it from when the uplink is there.
 */
int step_create_vnic(struct journal *j, uint32_t sw, const char *name,
		     const uint8_t *mac, uint32_t *ifindex)
{
	struct journal_entry *e = note(j);
	int err;

	if (!e)
		return EXIT_REFUSED;
	if (!mac) {
		err = macpool_take(j->ctx, "vnic", dev_name(sw), name,
				   &e->lease);
		if (err)
			return err;
	}
	if (vsw_link_create_vnic(j->ctx->vsw, sw, name,
				 mac ? mac : e->lease.mac, 0)) {
		err = report(j->ctx, "vnic", name);
		macpool_undo(j->ctx, dev_name(sw), name, &e->lease);
		return err;
	}
	report_warning(j->ctx, "vnic", name);
	err = find_dev(j->ctx, "vnic", name, ifindex);
	if (err)
		return err;
	e->ifindex = *ifindex;
	e->sw = sw;
	snprintf(e->name, sizeof(e->name), "%s", name);
	return done(j, undo_create_vnic);
}

/* The vNIC again, with its policy and what the host had on it. */
static void undo_delete_vnic(struct journal *j, struct journal_entry *e)
{
	struct vsw *c = j->ctx->vsw;

	if (vsw_link_create_vnic(c, e->sw, e->name, e->mac, e->mtu))
		return;
	e->policy.ifindex = if_nametoindex(e->name);
	vsw_port_set(c, &e->policy);
	vsw_acl_restore(c, e->policy.ifindex, e->acl, e->n_acl);
	vsw_link_set_up(c, e->policy.ifindex, true);
	hostmove_restore(e->hm, e->policy.ifindex);
}

/*
 * The kernel does not say whether an MTU was set by hand. One that is not the
 * switch's was; one that is follows it, or else nobody has missed that so far.
 */
static int mtu_by_hand(struct vsw *c, const struct vsw_link *vnic, uint32_t sw,
		       uint32_t *mtu)
{
	struct vsw_link link;
	int err = vsw_link_get(c, sw, &link);

	if (!err)
		*mtu = vnic->mtu == link.mtu ? 0 : vnic->mtu;
	return err;
}

int step_delete_vnic(struct journal *j, const struct vsw_port *vnic)
{
	struct vsw_acl_owner of = { .port = vnic->ifindex };
	struct journal_entry *e = note(j);
	struct vsw *c = j->ctx->vsw;
	struct vsw_link link;

	if (!e)
		return EXIT_REFUSED;
	if (vsw_link_get(c, vnic->ifindex, &link) ||
	    mtu_by_hand(c, &link, vnic->sw, &e->mtu))
		return report(j->ctx, "vnic", vnic->name);
	/* Those that it has from a profile come back by themselves. */
	if (vnic->own & VSWITCH_PORT_SETTING_ACL &&
	    vsw_acl_dump(c, &of, &e->acl, &e->n_acl))
		return report(j->ctx, "vnic", vnic->name);
	e->hm = hostmove_read(c, vnic->ifindex);
	if (!e->hm || vsw_link_delete(c, vnic->ifindex)) {
		hostmove_free(e->hm);
		vsw_acl_free(e->acl, e->n_acl);
		return report(j->ctx, "vnic", vnic->name);
	}
	e->sw = vnic->sw;
	memcpy(e->name, vnic->name, sizeof(e->name));
	memcpy(e->mac, link.mac, sizeof(e->mac));
	vsw_port_stated(vnic, &e->policy);
	e->release = true;
	return done(j, undo_delete_vnic);
}

static void undo_mac(struct journal *j, struct journal_entry *e)
{
	vsw_link_set_mac(j->ctx->vsw, e->ifindex, e->mac);
}

int step_set_mac(struct journal *j, uint32_t ifindex, const uint8_t *mac)
{
	struct journal_entry *e = note(j);
	struct vsw *c = j->ctx->vsw;
	struct vsw_link link;

	if (!e)
		return EXIT_REFUSED;
	if (vsw_link_get(c, ifindex, &link))
		return report(j->ctx, "link", dev_name(ifindex));
	if (!memcmp(link.mac, mac, VSW_MAC_LEN))
		return EXIT_OK;
	if (vsw_link_set_mac(c, ifindex, mac))
		return report(j->ctx, "link", dev_name(ifindex));
	e->ifindex = ifindex;
	memcpy(e->mac, link.mac, sizeof(e->mac));
	return done(j, undo_mac);
}

static void undo_up(struct journal *j, struct journal_entry *e)
{
	vsw_link_set_up(j->ctx->vsw, e->ifindex, false);
}

int step_up(struct journal *j, uint32_t ifindex)
{
	struct journal_entry *e = note(j);
	struct vsw *c = j->ctx->vsw;
	struct vsw_link link;

	if (!e)
		return EXIT_REFUSED;
	if (vsw_link_get(c, ifindex, &link))
		return report(j->ctx, "link", dev_name(ifindex));
	if (link.flags & IFF_UP)
		return EXIT_OK;
	if (vsw_link_set_up(c, ifindex, true))
		return report(j->ctx, "link", dev_name(ifindex));
	e->ifindex = ifindex;
	return done(j, undo_up);
}

int step_settings(struct journal *j, struct hostmove *hm, uint32_t to)
{
	if (hostmove_settings(hm, to)) {
		int err = report(j->ctx, "link", dev_name(to));

		hostmove_undo_settings(hm);
		return err;
	}
	return EXIT_OK;
}

static void undo_move(struct journal *j, struct journal_entry *e)
{
	(void)j;
	hostmove_undo(e->hm);
}

/* Takes over @hm, whatever happens. */
int step_move(struct journal *j, struct hostmove *hm, uint32_t to)
{
	struct journal_entry *e = note(j);

	if (!e || hostmove_run(hm, to)) {
		int err = e ? report(j->ctx, "link", dev_name(to)) :
			      EXIT_REFUSED;

		hostmove_undo_settings(hm);
		hostmove_free(hm);
		return err;
	}
	e->hm = hm;
	return done(j, undo_move);
}
