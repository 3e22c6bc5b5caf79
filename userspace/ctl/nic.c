// SPDX-License-Identifier: GPL-2.0
/* vswitchctl nic: network adapters of guests. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "macpool.h"
#include "out.h"

/* How long the guest may take until it has an interface, in steps of 100 ms. */
#define GUEST_STEPS	150

/**
 * struct nic_args - what a command says
 * @nic: of the NIC
 * @sw: the switch, or NULL
 * @netns: where the guest's interface goes, or NULL
 * @has_mac: an address was given
 * @auto_mac: or it is to be chosen
 */
struct nic_args {
	struct vsw_nic nic;
	const char *sw;
	const char *netns;
	bool has_mac;
	bool auto_mac;
};

/* As it is shown: the first three parts are little-endian on the wire. */
static int parse_guid(struct args *a, uint8_t *g)
{
	static const uint8_t order[16] = {
		3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15,
	};
	const char *word;
	unsigned int byte;
	int err, i, used;

	err = arg_word(a, "instance", &word);
	if (err)
		return err;
	for (i = 0; i < 16; i++) {
		if (sscanf(word, "%2x%n", &byte, &used) != 1 || used != 2)
			break;
		g[order[i]] = byte;
		word += 2;
		if (i == 3 || i == 5 || i == 7 || i == 9)
			word += *word == '-';
	}
	if (i == 16 && !*word)
		return 0;
	a->pos--;
	return arg_unknown(a, "a GUID, such as 12345678-1234-1234-1234-123456789abc");
}

static int parse_common(struct args *a, struct nic_args *n)
{
	if (arg_is(a, "mac")) {
		n->has_mac = !arg_is(a, "auto");
		n->auto_mac = !n->has_mac;
		return n->has_mac ? arg_mac(a, "mac", n->nic.mac) : 0;
	}
	if (arg_is(a, "mtu"))
		return arg_u32(a, "mtu", 68, VMBUS_HOST_MTU_MAX, &n->nic.mtu);
	if (arg_is(a, "speed"))
		return arg_u32(a, "speed", 1, UINT32_MAX, &n->nic.speed);
	return -1;
}

static int parse_add(struct args *a, struct nic_args *n)
{
	const char *word;
	int err;

	err = arg_word(a, "partition", &word);
	if (!err && strlen(word) > VMBUS_HOST_NAME_MAX)
		return arg_usage(a, "a partition's name has at most %d bytes",
				 VMBUS_HOST_NAME_MAX);
	if (err)
		return err;
	strcpy(n->nic.partition, word);
	while (!err && arg_peek(a)) {
		err = parse_common(a, n);
		if (err >= 0)
			continue;
		err = 0;
		if (arg_is(a, "name")) {
			err = arg_ifname(a, "name", &word);
			if (!err)
				strcpy(n->nic.name, word);
		} else if (arg_is(a, "switch")) {
			err = arg_ifname(a, "switch", &n->sw);
		} else if (arg_is(a, "queues")) {
			err = arg_u32(a, "queues", 1, VMBUS_HOST_QUEUES_MAX,
				      &n->nic.queues);
		} else if (arg_is(a, "instance")) {
			err = parse_guid(a, n->nic.instance);
		} else if (arg_is(a, "netns")) {
			err = arg_word(a, "netns", &n->netns);
		} else {
			err = arg_unknown(a, "name, switch, mac, queues, mtu, speed, instance or netns");
		}
	}
	return err;
}

/* The pool remembers by name, so there has to be one. */
static void choose_name(char *name)
{
	unsigned int i = 0;

	do
		snprintf(name, IFNAMSIZ, "nic%u", i++);
	while (if_nametoindex(name));
}

static int join(struct ctx *ctx, const struct vsw_nic *nic, uint32_t sw)
{
	struct vsw_port_change chg = {
		.ifindex = nic->ifindex, .has_mac = true,
	};

	memcpy(chg.mac, nic->mac, VSW_MAC_LEN);
	if (vsw_link_set_master(ctx->vsw, nic->ifindex, sw) ||
	    vsw_port_set(ctx->vsw, &chg))
		return report(ctx, "nic", nic->name);
	return EXIT_OK;
}

static bool read_mac(const char *dev, uint8_t *mac)
{
	char path[300], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/address", dev);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);
	text[strcspn(text, "\n")] = 0;
	return parse_mac(text, mac);
}

/* A guest in this kernel has an interface of this address, on its own bus. */
static uint32_t find_guest(const uint8_t *mac)
{
	char path[300], bus[300];
	uint8_t its[VSW_MAC_LEN];
	uint32_t ifindex = 0;
	struct dirent *d;
	ssize_t len;
	DIR *dir;

	dir = opendir("/sys/class/net");
	while (dir && !ifindex && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/device/subsystem",
			 d->d_name);
		len = readlink(path, bus, sizeof(bus) - 1);
		if (len < 0)
			continue;
		bus[len] = 0;
		if (strcmp(strrchr(bus, '/') ? strrchr(bus, '/') + 1 : bus, "vmbus") ||
		    !read_mac(d->d_name, its) || memcmp(its, mac, VSW_MAC_LEN))
			continue;
		ifindex = if_nametoindex(d->d_name);
	}
	if (dir)
		closedir(dir);
	return ifindex;
}

/* The interface comes when the guest's driver has it; it is moved as it is. */
static int move_guest(struct ctx *ctx, const struct vsw_nic *nic,
		      const char *netns)
{
	char path[300];
	uint32_t ifindex = 0;
	int fd, i, err;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return report_text(ctx, "nic", nic->name,
				   "there is no network namespace %s: %s", netns,
				   strerror(errno));
	for (i = 0; i < GUEST_STEPS && !ifindex; i++) {
		ifindex = find_guest(nic->mac);
		if (!ifindex)
			usleep(100000);
	}
	if (!ifindex) {
		close(fd);
		return report_text(ctx, "nic", nic->name,
				   "no guest in this kernel has an interface for it; are vmbus_local and hv_netvsc loaded?");
	}
	err = vsw_link_set_netns(ctx->vsw, ifindex, fd);
	close(fd);
	return err ? report(ctx, "nic", nic->name) : EXIT_OK;
}

static int create(struct ctx *ctx, struct nic_args *n, uint32_t sw)
{
	struct vsw_nic *nic = &n->nic;
	int err = EXIT_OK;

	if (vsw_nic_add(ctx->vsw, nic))
		return report(ctx, "nic", nic->name[0] ? nic->name :
							 nic->partition);
	if (sw)
		err = join(ctx, nic, sw);
	if (!err && vsw_link_set_up(ctx->vsw, nic->ifindex, true))
		err = report(ctx, "nic", nic->name);
	if (!err && n->netns)
		err = move_guest(ctx, nic, n->netns);
	if (err)
		vsw_nic_del(ctx->vsw, nic->name);
	return err;
}

static int nic_add(struct ctx *ctx, struct args *a)
{
	struct nic_args n = {};
	struct mac_lease lease = {};
	struct vsw_switch sw = {};
	int err;

	err = parse_add(a, &n);
	if (!err && n.sw)
		err = find_switch(ctx, "switch", n.sw, &sw);
	if (err)
		return err;
	if (n.sw)
		vsw_switch_clear(&sw);
	/* Those of switches come from the pool, as vNICs' do. */
	if (n.sw && !n.has_mac) {
		if (!n.nic.name[0])
			choose_name(n.nic.name);
		err = macpool_take(ctx, "nic", sw.name, n.nic.name, &lease);
		if (err)
			return err;
		memcpy(n.nic.mac, lease.mac, VSW_MAC_LEN);
	}
	err = create(ctx, &n, sw.ifindex);
	if (n.sw && !n.has_mac) {
		if (err)
			macpool_undo(ctx, sw.name, n.nic.name, &lease);
		else
			macpool_note(ctx, "nic", n.nic.name, &lease);
	}
	return err;
}

/*
 * Its port has the address too, if it was assigned that of the NIC: or the guest could not
 * send any more. Sets @old if that was so.
 */
static int set_port_mac(struct ctx *ctx, const char *name, const uint8_t *mac,
			struct vsw_port_change *old)
{
	struct vsw_port_change chg = { .has_mac = true };
	struct vsw_port port = {};
	struct vsw_nic nic = {};
	bool same;
	int err;

	if (vsw_nic_get(ctx->vsw, name, &nic))
		return report(ctx, "nic", name);
	err = vsw_port_get(ctx->vsw, nic.ifindex, &port);
	same = !err && port.has_mac && !memcmp(port.mac, nic.mac, VSW_MAC_LEN);
	if (!err)
		vsw_port_clear(&port);
	/* It is nobody's port. */
	if (!same)
		return EXIT_OK;
	*old = (struct vsw_port_change) { .ifindex = nic.ifindex, .has_mac = true };
	memcpy(old->mac, nic.mac, VSW_MAC_LEN);
	chg.ifindex = nic.ifindex;
	memcpy(chg.mac, mac, VSW_MAC_LEN);
	return vsw_port_set(ctx->vsw, &chg) ? report(ctx, "nic", name) : EXIT_OK;
}

static int nic_set(struct ctx *ctx, struct args *a)
{
	struct vsw_port_change old = {};
	struct nic_args n = {};
	const char *name;
	int err;

	err = arg_ifname(a, "name", &name);
	if (err)
		return err;
	if (!arg_peek(a))
		return arg_unknown(a, "mac, mtu or speed");
	while (!err && arg_peek(a)) {
		err = parse_common(a, &n);
		if (err < 0)
			err = arg_unknown(a, "mac, mtu or speed");
		else if (!err && n.auto_mac)
			err = arg_usage(a, "mac: an address is needed; auto is for a new NIC");
	}
	if (!err && n.has_mac)
		err = set_port_mac(ctx, name, n.nic.mac, &old);
	if (err)
		return err;
	strcpy(n.nic.name, name);
	if (vsw_nic_set(ctx->vsw, &n.nic)) {
		err = report(ctx, "nic", name);
		if (old.ifindex)
			vsw_port_set(ctx->vsw, &old);
		return err;
	}
	return EXIT_OK;
}

static int nic_del(struct ctx *ctx, struct args *a)
{
	char sw[IFNAMSIZ] = "";
	struct vsw_link link;
	const char *name;
	uint32_t ifindex;
	int err;

	err = arg_last_ifname(a, "name", &name);
	if (err)
		return err;
	ifindex = if_nametoindex(name);
	if (ifindex && !vsw_link_get(ctx->vsw, ifindex, &link) && link.master)
		snprintf(sw, sizeof(sw), "%s", dev_name(link.master));
	if (vsw_nic_del(ctx->vsw, name))
		return report(ctx, "nic", name);
	if (sw[0])
		macpool_release(ctx, sw, name);
	return EXIT_OK;
}

static void show_version(uint32_t version)
{
	static const struct choice versions[] = {
		{ "1", 0x00002 }, { "2", 0x30002 }, { "4", 0x40000 },
		{ "5", 0x50000 }, { "6", 0x60000 }, { "6.1", 0x60001 }, {}
	};
	const struct choice *v;

	for (v = versions; v->word; v++)
		if (v->value == version)
			out_str("version", "nvsp %s", v->word);
}

static void show_mac(const char *key, const char *fmt, const uint8_t *mac)
{
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	out_str(key, fmt, text);
}

void show_nic(const struct vsw_nic *nic)
{
	char text[32];

	out_str("name", "%s:", nic->name);
	out_uint("ifindex", NULL, nic->ifindex);
	out_str("partition", " partition %s", nic->partition);
	out_str("state", " %s", vsw_nic_state_name(nic->state));
	out_on_off("link", " link %s", nic->link);
	show_mac("mac", " mac %s", nic->mac);
	out_uint("queues", " queues %" PRIu64, nic->queues);
	out_uint("mtu", " mtu %" PRIu64, nic->mtu);
	out_uint("speed", " speed %" PRIu64, nic->speed);
	show_guid("instance", NULL, nic->instance);
	if (!nic->version)
		return;
	out_break();
	show_version(nic->version);
	snprintf(text, sizeof(text), "%u.%u", nic->ndis >> 16,
		 nic->ndis & 0xffff);
	out_str("ndis", " ndis %s", text);
	out_uint("guest_mtu", " guest-mtu %" PRIu64, nic->guest_mtu);
	show_mac("guest_mac", " guest-mac %s", nic->guest_mac);
	snprintf(text, sizeof(text), "0x%x", nic->filter);
	out_str("filter", " filter %s", text);
	out_uint("channels", " channels %" PRIu64, nic->channels);
	out_on_off("rsc", " rsc %s", nic->rsc);
	out_on_off("rss", " rss %s", nic->rss);
	out_uint("sections", " sections %" PRIu64, nic->sections);
	out_uint("section_size", " of %" PRIu64, nic->section_size);
}

/* The one that is named, or all; to be freed. */
static int take_nics(struct ctx *ctx, struct args *a, struct vsw_nic **list,
		     size_t *n)
{
	const char *name;
	int err;

	if (!arg_peek(a))
		return vsw_nic_dump(ctx->vsw, list, n) ?
		       report(ctx, "nic", NULL) : 0;
	err = arg_last_ifname(a, "name", &name);
	if (err)
		return err;
	*n = 1;
	*list = calloc(1, sizeof(**list));
	if (!*list)
		return report_text(ctx, "nic", name, "out of memory");
	if (!vsw_nic_get(ctx->vsw, name, *list))
		return 0;
	free(*list);
	return report(ctx, "nic", name);
}

static int nic_show(struct ctx *ctx, struct args *a)
{
	struct vsw_nic *list;
	size_t n, i;
	int err;

	err = take_nics(ctx, a, &list, &n);
	if (err)
		return err;
	out_list_begin();
	for (i = 0; i < n; i++) {
		out_object_begin(NULL);
		show_nic(&list[i]);
		out_text("\n");
		out_object_end();
	}
	out_list_end();
	free(list);
	return EXIT_OK;
}

/* Commands that make them again, for -b; what guests have done with them is not in it. */
static int nic_save(struct ctx *ctx, struct args *a)
{
	struct vsw_nic *list;
	struct vsw_link link;
	size_t n, i;
	int err;

	err = take_nics(ctx, a, &list, &n);
	if (err)
		return err;
	for (i = 0; i < n; i++) {
		const struct vsw_nic *nic = &list[i];

		out_object_begin(NULL);
		out_str("partition", "nic add %s", nic->partition);
		out_str("name", " name %s", nic->name);
		if (!vsw_link_get(ctx->vsw, nic->ifindex, &link) && link.master)
			out_str("switch", " switch %s", dev_name(link.master));
		show_mac("mac", " mac %s", nic->mac);
		out_uint("queues", " queues %" PRIu64, nic->queues);
		out_uint("mtu", " mtu %" PRIu64, nic->mtu);
		out_uint("speed", " speed %" PRIu64, nic->speed);
		show_guid("instance", " instance %s", nic->instance);
		out_text("\n");
		out_object_end();
	}
	free(list);
	return EXIT_OK;
}

/* What save wrote, from a file or "-". */
static int nic_restore(struct ctx *ctx, struct args *a)
{
	char line[512], *words[64], *at;
	struct args sub = { .argv = words, .where = "nic add" };
	const char *path;
	int err, ret = EXIT_OK;
	FILE *f;

	err = arg_word(a, "file", &path);
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	f = strcmp(path, "-") ? fopen(path, "r") : stdin;
	if (!f)
		return report_text(ctx, "nic", path, "%s", strerror(errno));
	while (ret == EXIT_OK && fgets(line, sizeof(line), f)) {
		sub.argc = 0;
		sub.pos = 2;
		for (at = strtok(line, " \n"); at && sub.argc < 64;
		     at = strtok(NULL, " \n"))
			words[sub.argc++] = at;
		if (!sub.argc)
			continue;
		if (sub.argc < 3 || strcmp(words[0], "nic") || strcmp(words[1], "add"))
			ret = report_text(ctx, "nic", path, "has a line that is not of nic save");
		else
			ret = nic_add(ctx, &sub);
	}
	if (f != stdin)
		fclose(f);
	return ret;
}

static const struct verb verbs[] = {
	{ "show", nic_show, "[NAME]" },
	{ "add", nic_add,
	  "PARTITION [name NAME] [switch SWITCH] [mac ADDR|auto] [queues N] [mtu N] [speed MBIT] [instance GUID] [netns NETNS]" },
	{ "set", nic_set, "NAME [mac ADDR] [mtu N] [speed MBIT]" },
	{ "del", nic_del, "NAME" },
	{ "save", nic_save, "[NAME]" },
	{ "restore", nic_restore, "FILE|-" },
	{}
};

const struct object nic_object = {
	.name = "nic",
	.verbs = verbs,
	.help =
"A NIC is a network adapter of a partition's guest, as under Hyper-V, and an interface\n"
"of the host, NAME, which is its other end. With a switch, that is made a port of it,\n"
"with the guest's address as its assigned MAC, which comes from the pool of this host\n"
"if none is given. queues and mtu are the most that the guest may have. netns is for\n"
"guests in this kernel: their interface is moved there.\n",
};
