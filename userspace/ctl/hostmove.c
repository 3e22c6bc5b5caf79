// SPDX-License-Identifier: GPL-2.0
/*
 * Moving the host's own traffic from an interface to another: a NIC that
 * becomes an uplink loses its addresses to the first vNIC, and gets them back.
 *
 * Connections that use these addresses survive. So the addresses are on both
 * interfaces for a moment, and the routes too: new ones are added before old
 * ones are deleted. Otherwise the kernel would also drop what refers to an
 * address that is gone, like routes of other interfaces with it as their
 * source. All of it takes a few dozen system calls and no waiting.
 *
 *	addresses	added to the new interface
 *	nexthops	changed in place
 *	routes		added, first those without a gateway, and over again
 *			as long as some need others to be there first
 *	routes		deleted from the old interface
 *	addresses	deleted from the old interface, last one first
 *
 * Undoing takes the same steps for the items that are marked as done.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "hostmove.h"
#include "hostmsg.h"
#include "hostsysctl.h"

struct hostmove {
	struct vsw *c;
	uint32_t from;
	uint32_t origin;		/* its number now; see find_origin() */
	uint32_t to;
	char from_name[IFNAMSIZ];
	char to_name[IFNAMSIZ];
	struct hostlist addrs;
	struct hostlist routes;
	struct hostlist nexthops;
	struct sysctl_undo *sysctls;
};

struct hostmove *hostmove_read(struct vsw *c, uint32_t from)
{
	struct hostmove *hm = calloc(1, sizeof(*hm));

	if (!hm) {
		vsw_set_error(c, -ENOMEM, "out of memory");
		return NULL;
	}
	hm->c = c;
	hm->from = from;
	hm->origin = from;
	if (!if_indextoname(from, hm->from_name)) {
		vsw_set_error(c, -ENODEV, "no such device");
		free(hm);
		return NULL;
	}
	if (hostmsg_read_addrs(c, from, &hm->addrs) ||
	    hostmsg_read_routes(c, from, &hm->addrs, &hm->routes) ||
	    hostmsg_read_nexthops(c, from, &hm->nexthops)) {
		hostmove_free(hm);
		return NULL;
	}
	return hm;
}

bool hostmove_is_empty(const struct hostmove *hm)
{
	return !hm->addrs.n && !hm->routes.n && !hm->nexthops.n;
}

void hostmove_free(struct hostmove *hm)
{
	if (!hm)
		return;
	hostlist_free(&hm->addrs);
	hostlist_free(&hm->routes);
	hostlist_free(&hm->nexthops);
	sysctl_undo_free(&hm->sysctls);
	free(hm);
}

static int set_target(struct hostmove *hm, uint32_t to)
{
	hm->to = to;
	if (!if_indextoname(to, hm->to_name))
		return vsw_set_error(hm->c, -ENODEV, "no such device");
	return 0;
}

/*
 * An interface makes no IPv6 addresses while it is a port, and on some kernels
 * that shows in its mode of address generation. What the mode is then says
 * nothing of what anybody chose, and it must not be changed.
 */
static int copy_gen_mode(struct hostmove *hm, char *why, size_t why_len)
{
	struct vsw_link from = {}, to = {};
	int err;

	err = vsw_link_get(hm->c, hm->from, &from);
	if (!err)
		err = vsw_link_get(hm->c, hm->to, &to);
	if (err)
		snprintf(why, why_len, "%s", vsw_error(hm->c));
	if (err || from.master || to.master)
		return err;
	return sysctl_copy_gen_mode(hm->from_name, hm->to_name, &hm->sysctls,
				    why, why_len);
}

int hostmove_settings(struct hostmove *hm, uint32_t to)
{
	char why[512];
	int err = set_target(hm, to);

	if (err)
		return err;
	err = sysctl_copy(hm->from_name, hm->to_name, &hm->sysctls, why,
			  sizeof(why));
	if (!err)
		err = copy_gen_mode(hm, why, sizeof(why));
	if (err)
		return vsw_set_error(hm->c, err, "%s", why);
	return 0;
}

/* Consumes @msg. */
static int talk(struct hostmove *hm, struct nl_msg *msg)
{
	if (!msg)
		return vsw_set_error(hm->c, -ENOMEM, "out of memory");
	return vsw_rtnl_talk(hm->c, msg, NULL, NULL);
}

/* Put the failure of one item into words that name it. */
static int failed(struct hostmove *hm, const struct hostitem *it, int err)
{
	char what[96], why[512];

	hostmsg_describe(it->msg, what, sizeof(what));
	snprintf(why, sizeof(why), "%s", vsw_error(hm->c));
	return vsw_set_error(hm->c, err, "cannot move %s from %s to %s: %s",
			     what, hm->from_name, hm->to_name, why);
}

static struct addr_place place(const struct hostmove *hm, bool back)
{
	return (struct addr_place){
		.ifindex = back ? hm->origin : hm->to,
		.from_name = hm->from_name,
		.name = back ? hm->from_name : hm->to_name,
	};
}

/*
 * An IPv6 address would first be checked for duplicates, for a second in which
 * it cannot be used. It was checked where it comes from, on the same wire.
 */
static int add_addr(struct hostmove *hm, struct hostitem *it, bool back)
{
	bool unique = hostmsg_addr_is_unique(it->msg);
	struct addr_place to = place(hm, back);

	return talk(hm, hostmsg_addr(it->msg, RTM_NEWADDR,
				     NLM_F_CREATE | NLM_F_EXCL, &to,
				     unique ? IFA_F_NODAD : 0));
}

/* The address again, now with no more flags than it had. */
static void settle_addr(struct hostmove *hm, struct hostitem *it, bool back)
{
	struct addr_place to = place(hm, back);

	if (hostmsg_addr_is_unique(it->msg))
		talk(hm, hostmsg_addr(it->msg, RTM_NEWADDR, NLM_F_REPLACE, &to,
				      0));
}

static int del_addr(struct hostmove *hm, struct hostitem *it, bool back)
{
	struct addr_place from = place(hm, !back);
	struct nl_msg *prefix;
	int err;

	err = talk(hm, hostmsg_addr(it->msg, RTM_DELADDR, 0, &from, 0));
	/* Secondary addresses can go with their primary. */
	if (err && err != -EADDRNOTAVAIL)
		return err;
	prefix = hostmsg_del_prefix(it->msg, from.ifindex);
	if (prefix)
		talk(hm, prefix);
	return 0;
}

static int add_route(struct hostmove *hm, struct hostitem *it, bool back)
{
	int how = hostmsg_route_needs_replace(it->msg) ? NLM_F_REPLACE :
							 NLM_F_APPEND;
	int err;

	err = talk(hm, hostmsg_route(it->msg, RTM_NEWROUTE, NLM_F_CREATE | how,
				     hm->from, back ? hm->origin : hm->to));
	/* It came with an address after all. */
	return err == -EEXIST ? 0 : err;
}

static int del_route(struct hostmove *hm, struct hostitem *it, bool back)
{
	int err;

	if (hostmsg_route_needs_replace(it->msg))
		return 0;
	err = talk(hm, hostmsg_route(it->msg, RTM_DELROUTE, 0, hm->from,
				     back ? hm->to : hm->origin));
	return err == -ESRCH ? 0 : err;
}

/*
 * Add all routes that @wanted picks. A gateway must be reachable when its route
 * is added, and other routes may be what makes it so: those that fail are tried
 * again for as long as each round gets further.
 */
static int add_routes(struct hostmove *hm, bool back,
		      bool (*wanted)(const struct hostitem *it))
{
	struct hostitem *failing = NULL;
	bool progress = true;
	int err = 0, round;
	size_t i;

	for (round = 0; round < 2 || progress; round++) {
		progress = false;
		failing = NULL;
		for (i = 0; i < hm->routes.n; i++) {
			struct hostitem *it = &hm->routes.items[i];

			if (!wanted(it) ||
			    (!round && hostmsg_route_has_gateway(it->msg)))
				continue;
			err = add_route(hm, it, back);
			if (!err) {
				it->added = !back;
				it->removed = false;
				progress = true;
			} else if (!failing) {
				failing = it;
			}
		}
	}
	if (!failing)
		return 0;
	/* Once more, for its own words. */
	err = add_route(hm, failing, back);
	return err ? failed(hm, failing, err) : 0;
}

static bool not_added(const struct hostitem *it)
{
	return !it->added;
}

/* Also those that were replaced, and so are on neither of two interfaces. */
static bool is_removed(const struct hostitem *it)
{
	return it->removed ||
	       (it->added && hostmsg_route_needs_replace(it->msg));
}

static int add_all(struct hostmove *hm)
{
	int err;
	size_t i;

	for (i = 0; i < hm->addrs.n; i++) {
		err = add_addr(hm, &hm->addrs.items[i], false);
		if (err == -EEXIST)
			continue;
		if (err)
			return failed(hm, &hm->addrs.items[i], err);
		hm->addrs.items[i].added = true;
	}
	for (i = 0; i < hm->nexthops.n; i++) {
		err = talk(hm, hostmsg_nexthop(hm->nexthops.items[i].msg,
					       hm->to));
		if (err)
			return failed(hm, &hm->nexthops.items[i], err);
		hm->nexthops.items[i].added = true;
	}
	return add_routes(hm, false, not_added);
}

static int remove_all(struct hostmove *hm)
{
	int err;
	size_t i;

	for (i = 0; i < hm->routes.n; i++) {
		err = del_route(hm, &hm->routes.items[i], false);
		if (err)
			return failed(hm, &hm->routes.items[i], err);
		hm->routes.items[i].removed =
			!hostmsg_route_needs_replace(hm->routes.items[i].msg);
	}
	for (i = hm->addrs.n; i-- > 0;) {
		err = del_addr(hm, &hm->addrs.items[i], false);
		if (err)
			return failed(hm, &hm->addrs.items[i], err);
		hm->addrs.items[i].removed = true;
	}
	return 0;
}

/* Nothing here can be helped when it fails, so it goes on. */
static void put_back(struct hostmove *hm)
{
	size_t i;

	for (i = 0; i < hm->addrs.n; i++)
		if (hm->addrs.items[i].removed)
			add_addr(hm, &hm->addrs.items[i], true);
	for (i = 0; i < hm->nexthops.n; i++)
		if (hm->nexthops.items[i].added)
			talk(hm, hostmsg_nexthop(hm->nexthops.items[i].msg,
						 hm->origin));
	for (i = 0; i < hm->routes.n; i++)
		if (hm->routes.items[i].added && hm->to)
			del_route(hm, &hm->routes.items[i], true);
	add_routes(hm, true, is_removed);
	for (i = hm->addrs.n; i-- > 0;)
		if (hm->addrs.items[i].added)
			del_addr(hm, &hm->addrs.items[i], true);
	for (i = 0; i < hm->addrs.n; i++) {
		if (hm->addrs.items[i].removed)
			settle_addr(hm, &hm->addrs.items[i], true);
		hm->addrs.items[i].added = false;
		hm->addrs.items[i].removed = false;
	}
}

int hostmove_run(struct hostmove *hm, uint32_t to)
{
	char why[768];
	int err = set_target(hm, to);
	size_t i;

	if (err)
		return err;
	/* The uplink may have left the switch only now. */
	err = copy_gen_mode(hm, why, sizeof(why));
	if (err)
		return vsw_set_error(hm->c, err, "%s", why);
	err = add_all(hm);
	if (!err)
		err = remove_all(hm);
	if (err) {
		snprintf(why, sizeof(why), "%s", vsw_error(hm->c));
		put_back(hm);
		return vsw_set_error(hm->c, err, "%s", why);
	}
	for (i = 0; i < hm->addrs.n; i++)
		settle_addr(hm, &hm->addrs.items[i], false);
	return 0;
}

/*
 * A vNIC that was deleted after the move has been made again when this one is
 * undone: with its name, but as another interface. The messages name the old.
 */
static void find_origin(struct hostmove *hm)
{
	char name[IFNAMSIZ];
	uint32_t now;

	if (if_indextoname(hm->from, name))
		return;
	now = if_nametoindex(hm->from_name);
	if (now)
		hm->origin = now;
}

void hostmove_undo(struct hostmove *hm)
{
	find_origin(hm);
	put_back(hm);
	sysctl_undo(&hm->sysctls);
}

void hostmove_undo_settings(struct hostmove *hm)
{
	sysctl_undo(&hm->sysctls);
}

void hostmove_restore(struct hostmove *hm, uint32_t to)
{
	if (!hm || set_target(hm, to))
		return;
	add_all(hm);
}
