// SPDX-License-Identifier: GPL-2.0
/* What the MAC pool has to know of the network. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "macpool.h"
#include "pool.h"

#define NETNS_DIR	"/var/run/netns"

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool poolnet_name(char *name, size_t size)
{
	struct stat here, there;
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	*name = '\0';
	if (stat("/proc/self/ns/net", &here))
		return true;
	dir = opendir(NETNS_DIR);
	while (dir && !found && (entry = readdir(dir))) {
		if (fstatat(dirfd(dir), entry->d_name, &there, 0) ||
		    !same_file(&here, &there) || strlen(entry->d_name) >= size)
			continue;
		strcpy(name, entry->d_name);
		found = true;
	}
	if (dir)
		closedir(dir);
	if (found)
		return true;
	/* Who may not look at process 1 cannot change the pool either. */
	return stat("/proc/1/ns/net", &there) || same_file(&here, &there);
}

/* The last two bytes of the first address that is not of this host alone. */
static bool address_bytes(uint8_t *bytes)
{
	struct ifaddrs *list, *a;
	bool found = false;
	uint32_t ip;

	if (getifaddrs(&list))
		return false;
	for (a = list; a && !found; a = a->ifa_next) {
		if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET ||
		    a->ifa_flags & IFF_LOOPBACK)
			continue;
		ip = ntohl(((struct sockaddr_in *)a->ifa_addr)->sin_addr.s_addr);
		/* 169.254.0.0/16 is anybody's. */
		if (ip >> 16 == 0xa9fe)
			continue;
		bytes[0] = ip >> 8;
		bytes[1] = ip;
		found = true;
	}
	freeifaddrs(list);
	return found;
}

/* Without an address: the same each time, if the host has an identity. */
static void identity_bytes(uint8_t *bytes)
{
	FILE *f = fopen("/etc/machine-id", "re");
	uint32_t hash = 2166136261u;
	int c, n = 0;

	while (f && (c = fgetc(f)) != EOF && ++n < 64)
		hash = (hash ^ c) * 16777619u;
	if (f)
		fclose(f);
	if (n < 32 && getrandom(&hash, sizeof(hash), 0) < 0)
		hash = getpid();
	bytes[0] = hash >> 8;
	bytes[1] = hash;
}

/* The host's address, also when its tool looks into another namespace. */
void poolnet_host_bytes(const struct ctx *ctx, uint8_t *bytes)
{
	int here = -1;
	bool found;

	if (ctx->home >= 0) {
		here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (here >= 0 && setns(ctx->home, CLONE_NEWNET)) {
			close(here);
			here = -1;
		}
	}
	found = address_bytes(bytes);
	if (here >= 0) {
		if (setns(here, CLONE_NEWNET))
			abort();
		close(here);
	}
	if (!found)
		identity_bytes(bytes);
}

struct macs {
	const char *but;		/* a vNIC that may have what it has */
	uint64_t *items;
	size_t n;
	size_t cap;
};

static int add_mac(struct macs *macs, const uint8_t *mac)
{
	if (macs->n == macs->cap) {
		size_t cap = macs->cap ? macs->cap * 2 : 64;
		uint64_t *items = realloc(macs->items, cap * sizeof(*items));

		if (!items)
			return -ENOMEM;
		macs->items = items;
		macs->cap = cap;
	}
	macs->items[macs->n++] = vsw_mac_number(mac);
	return 0;
}

/* Its address is its assigned MAC; that of a guest's device is another. */
static bool is_vnic(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *attr, *kind;

	attr = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_IFNAME);
	if (!attr || nla_strcmp(attr, name))
		return false;
	attr = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_LINKINFO);
	kind = attr ? nla_find(nla_data(attr), nla_len(attr), IFLA_INFO_KIND) :
		      NULL;
	return kind && !nla_strcmp(kind, "vswitch_vnic");
}

static int on_link(struct nlmsghdr *nlh, void *arg)
{
	static const int attrs[] = { IFLA_ADDRESS, IFLA_PERM_ADDRESS };
	struct macs *macs = arg;
	struct nlattr *attr;
	size_t i;
	int err = 0;

	if (nlh->nlmsg_type != RTM_NEWLINK || is_vnic(nlh, macs->but))
		return 0;
	for (i = 0; !err && i < 2; i++) {
		attr = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), attrs[i]);
		if (attr && nla_len(attr) == VSW_MAC_LEN)
			err = add_mac(macs, nla_data(attr));
	}
	return err;
}

static int add_links(struct vsw *c, struct macs *macs)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	int tries, err = -EAGAIN;
	struct nl_msg *msg;

	/* What is listed twice does no harm. */
	for (tries = 0; err == -EAGAIN && tries < 8; tries++) {
		msg = vsw_rtnl_msg(RTM_GETLINK, NLM_F_DUMP);
		if (!msg || nlmsg_append(msg, &ifi, sizeof(ifi),
					 NLMSG_ALIGNTO) < 0) {
			nlmsg_free(msg);
			return vsw_set_error(c, -ENOMEM, "out of memory");
		}
		err = vsw_rtnl_talk(c, msg, on_link, macs);
	}
	return err;
}

int poolnet_used(struct ctx *ctx, const char *but, uint64_t **used, size_t *n)
{
	struct macs macs = { .but = but };
	struct vsw_port *ports;
	size_t n_ports, i;
	int err;

	err = add_links(ctx->vsw, &macs);
	if (!err)
		err = vsw_port_dump(ctx->vsw, 0, &ports, &n_ports);
	if (err) {
		free(macs.items);
		return err;
	}
	for (i = 0; !err && i < n_ports; i++)
		if (ports[i].has_mac && strcmp(ports[i].name, but))
			err = add_mac(&macs, ports[i].mac);
	vsw_port_free(ports, n_ports);
	if (err)
		vsw_set_error(ctx->vsw, err, "out of memory");
	*used = macs.items;
	*n = macs.n;
	return err;
}
