/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvswitch: typed access to the virtual switches of this network namespace.
 *
 * One struct vsw is one connection: a generic netlink socket for policy and an
 * rtnetlink socket for links. Calls return 0 or a negative errno; vsw_error()
 * then says in words what the kernel refused and which attribute it blames.
 */
#ifndef _LIBVSWITCH_H
#define _LIBVSWITCH_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/netlink.h>
#include <linux/vmbus_host.h>
#include <linux/vswitch.h>

#define VSW_MAC_LEN	6
#define VSW_VLAN_MIN	1
#define VSW_VLAN_MAX	4094

struct nl_msg;

/* Connection (conn.c) */

struct vsw;

struct vsw *vsw_open(void);
void vsw_close(struct vsw *c);
/* Resolve the genetlink family; -ENOENT when the module is not there. */
int vsw_connect(struct vsw *c);
/* The words for the last failure; never NULL. */
const char *vsw_error(const struct vsw *c);
/* What the kernel remarked on the last success, or NULL. */
const char *vsw_warning(const struct vsw *c);
/*
 * Which of several attributes of one kind, such as rules, the last failure was
 * about: its number from 0, or -1.
 */
int vsw_blamed(const struct vsw *c);
int vsw_set_error(struct vsw *c, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The layer below the typed calls, for messages that have none: send @msg on
 * the rtnetlink socket, hand each answer to @cb, return when it is done.
 * A dump that the kernel marks as inconsistent is -EAGAIN.
 */
typedef int (*vsw_msg_cb)(struct nlmsghdr *nlh, void *arg);

struct nl_msg *vsw_rtnl_msg(int type, int flags);
int vsw_rtnl_talk(struct vsw *c, struct nl_msg *msg, vsw_msg_cb cb, void *arg);

/* Words for the enums of the kernel's interface (names.c) */

const char *vsw_switch_type_name(uint32_t v);
const char *vsw_bandwidth_mode_name(uint32_t v);
const char *vsw_port_role_name(uint32_t v);
const char *vsw_vlan_accept_name(uint32_t v);
const char *vsw_vlan_mode_name(uint32_t v);
const char *vsw_fdb_state_name(uint32_t v);
const char *vsw_acl_direction_name(uint32_t v);
const char *vsw_acl_action_name(uint32_t v);
const char *vsw_pvlan_mode_name(uint32_t v);
const char *vsw_mirror_mode_name(uint32_t v);
const char *vsw_walk_stage_name(uint32_t v);
const char *vsw_walk_verdict_name(uint32_t v);
const char *vsw_vlan_proto_name(uint16_t v);

/* Sets of VLANs (vlan.c) */

struct vsw_vlan_set {
	uint64_t bits[64];
};

static inline bool vsw_vlan_has(const struct vsw_vlan_set *s, unsigned int vid)
{
	return s->bits[vid / 64] >> (vid % 64) & 1;
}

static inline void vsw_vlan_add(struct vsw_vlan_set *s, unsigned int vid)
{
	s->bits[vid / 64] |= 1ULL << (vid % 64);
}

struct vsw_vlan {
	uint16_t pvid;			/* 0: no VLAN, VSWITCH_VLAN_NONE */
	uint32_t accept;		/* enum vswitch_vlan_accept */
	uint32_t mode;			/* enum vswitch_vlan_mode; as read */
	struct vsw_vlan_set member;
	struct vsw_vlan_set untagged;	/* subset of member */
};

struct vsw_pvlan {
	uint32_t mode;			/* enum vswitch_pvlan_mode */
	uint16_t primary;
	struct vsw_vlan_set secondary;
};

int vsw_vlan_parse_list(const char *text, struct vsw_vlan_set *set,
			char *why, size_t why_len);
/* "10,20-30", "all", or "" for the empty set; the result is malloc'd. */
char *vsw_vlan_format_list(const struct vsw_vlan_set *set);
/* Next run of VLANs at or after @from, or false. */
bool vsw_vlan_next_range(const struct vsw_vlan_set *set, unsigned int from,
			 unsigned int *start, unsigned int *end);
void vsw_vlan_make_untagged(struct vsw_vlan *v);
void vsw_vlan_make_access(struct vsw_vlan *v, unsigned int vid);
void vsw_vlan_make_trunk(struct vsw_vlan *v, const struct vsw_vlan_set *tagged,
			 unsigned int native);

/* Objects */

struct vsw_drop {
	char reason[48];
	char text[128];
	uint64_t packets;
};

struct vsw_stats {
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	struct vsw_drop *drops;
	unsigned int n_drops;
};

struct vsw_switch {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint32_t type;
	uint32_t bandwidth_mode;
	bool iov;
	uint16_t vlan_proto;		/* host byte order */
	uint32_t uplink;		/* 0: none */
	uint32_t ageing_time;
	uint32_t fdb_limit;
	uint32_t fdb_count;
	uint32_t ports;
	uint32_t generation;
	char default_profile[VSWITCH_NAME_MAX + 1];	/* empty: none */
	struct vsw_stats stats;
};

struct vsw_ip {
	int family;			/* AF_INET or AF_INET6 */
	uint8_t addr[16];
	uint32_t age;			/* seconds */
};

struct vsw_port {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint32_t sw;			/* ifindex of the switch */
	uint32_t role;
	bool has_mac;			/* false also when we may not see it */
	uint8_t mac[VSW_MAC_LEN];
	bool mac_spoofing;
	bool link_up;
	struct vsw_vlan vlan;
	struct vsw_pvlan pvlan;
	bool dhcp_guard;
	bool router_guard;
	bool allow_teaming;
	bool priority_tag;
	uint32_t storm_limit;		/* frames a second; 0: none */
	uint32_t ip_limit;		/* addresses; 0: none */
	uint32_t mirror;		/* enum vswitch_mirror_mode */
	uint8_t mirror_session;
	char vm[VSWITCH_NAME_MAX + 1];	/* empty: none */
	char profile[VSWITCH_NAME_MAX + 1];	/* empty: none */
	/* The switch's, where it applies; empty: it does not. */
	char default_profile[VSWITCH_NAME_MAX + 1];
	/*
	 * Whence settings are, enum vswitch_port_setting as bits: set on the
	 * port itself, in its profile, in the default profile.
	 */
	uint32_t own;
	uint32_t from_profile;
	uint32_t from_default;
	struct vsw_ip *ips;		/* by address; none if we may not see them */
	size_t n_ips;
	struct vsw_stats stats;
};

struct vsw_profile {
	uint32_t sw;			/* ifindex of the switch */
	char name[VSWITCH_NAME_MAX + 1];
	bool is_default;
	uint32_t users;			/* ports that refer to it */
	uint32_t acl_rules;
	struct vsw_port settings;	/* those in .own of it */
};

struct vsw_fdb {
	uint32_t sw;
	uint8_t mac[VSW_MAC_LEN];
	bool has_vid;
	uint16_t vid;
	uint32_t port;
	uint32_t state;
	bool has_age;
	uint32_t age;
};

/* Lists are of the library's making; free them with the call beside. */
int vsw_switch_get(struct vsw *c, uint32_t ifindex, struct vsw_switch *sw);
int vsw_switch_dump(struct vsw *c, struct vsw_switch **list, size_t *n);
void vsw_switch_free(struct vsw_switch *list, size_t n);
void vsw_switch_clear(struct vsw_switch *sw);

struct vsw_switch_change {
	uint32_t ifindex;
	uint32_t ageing_time;		/* 0: leave */
	uint32_t fdb_limit;		/* 0: leave */
	bool has_default_profile;
	char default_profile[VSWITCH_NAME_MAX + 1];	/* empty: none */
	uint32_t txn;			/* 0: at once */
	bool has_expect;
	uint32_t expect_generation;
};

int vsw_switch_set(struct vsw *c, const struct vsw_switch_change *chg);

int vsw_port_get(struct vsw *c, uint32_t ifindex, struct vsw_port *port);
/* @sw 0: the ports of every switch */
int vsw_port_dump(struct vsw *c, uint32_t sw, struct vsw_port **list,
		  size_t *n);
void vsw_port_free(struct vsw_port *list, size_t n);
void vsw_port_clear(struct vsw_port *port);

struct vsw_port_change {
	uint32_t ifindex;
	bool has_mac;
	uint8_t mac[VSW_MAC_LEN];	/* all zeroes: take it away */
	bool has_vm;
	char vm[VSWITCH_NAME_MAX + 1];	/* empty: take it away */
	bool has_profile;
	char profile[VSWITCH_NAME_MAX + 1];	/* empty: none */
	/*
	 * Settings, as bits of enum vswitch_port_setting: which of the values
	 * below are given, and which are to be the port's own no longer.
	 */
	uint32_t set;
	uint32_t unset;
	bool mac_spoofing;
	struct vsw_vlan vlan;
	struct vsw_pvlan pvlan;		/* in place of vlan, unless mode none */
	bool dhcp_guard;
	bool router_guard;
	bool allow_teaming;
	bool priority_tag;
	uint32_t storm_limit;
	uint32_t ip_limit;
	uint32_t mirror;
	uint8_t mirror_session;
	uint32_t txn;			/* 0: at once */
	bool has_expect;
	uint32_t expect_generation;
};

int vsw_port_set(struct vsw *c, const struct vsw_port_change *chg);
/* The change that makes of a new port what was stated of @port, but its mac. */
void vsw_port_stated(const struct vsw_port *port, struct vsw_port_change *chg);

/*
 * Profiles. What a change has of mac, vm and profile is said of ports only, and
 * does not count here; nor does its ifindex.
 */
int vsw_profile_get(struct vsw *c, uint32_t sw, const char *name,
		    struct vsw_profile *profile);
/* @sw 0: the profiles of every switch */
int vsw_profile_dump(struct vsw *c, uint32_t sw, struct vsw_profile **list,
		     size_t *n);
int vsw_profile_add(struct vsw *c, uint32_t sw, const char *name,
		    const struct vsw_port_change *chg);
int vsw_profile_set(struct vsw *c, uint32_t sw, const char *name,
		    const struct vsw_port_change *chg);
int vsw_profile_del(struct vsw *c, uint32_t sw, const char *name,
		    uint32_t txn);
/* A frame through the pipeline (walk.c) */

struct vsw_step {
	uint32_t stage;			/* enum vswitch_walk_stage */
	uint32_t verdict;		/* enum vswitch_walk_verdict */
	uint32_t port;			/* ifindex; 0: none */
	bool has_vid;
	uint16_t vid;
	bool tagged;			/* of a delivery */
	uint16_t tpid;			/* host byte order */
	uint16_t tci;
	char reason[48];
	char text[128];
	char detail[128];
};

/* What would become of a frame if the port sent it? free() the list. */
int vsw_port_trace(struct vsw *c, uint32_t port, const void *frame, size_t len,
		   struct vsw_step **list, size_t *n);

#define VSW_INJECT_DROPS	16

struct vsw_inject_drop {
	uint32_t port;
	char reason[48];
	char text[128];
};

struct vsw_injected {
	uint32_t delivered;		/* ports that got it */
	uint32_t to;			/* one of them */
	struct vsw_inject_drop drops[VSW_INJECT_DROPS];
	unsigned int n_drops;
	bool answered;
	bool error;			/* the answer is an ICMP error */
	uint64_t time_ns;
	uint32_t from;			/* port of the answer */
	uint8_t answer[256];		/* its beginning, untagged */
	size_t answer_len;
};

/*
 * Let the port send an echo request, an ARP request or a neighbour solicitation
 * and wait so many milliseconds for the answer, which the port does not get.
 */
int vsw_port_inject(struct vsw *c, uint32_t port, const void *frame, size_t len,
		    uint32_t timeout, struct vsw_injected *out);

int vsw_fdb_dump(struct vsw *c, uint32_t sw, struct vsw_fdb **list, size_t *n);
int vsw_fdb_add(struct vsw *c, const struct vsw_fdb *fdb);
int vsw_fdb_del(struct vsw *c, const struct vsw_fdb *fdb);

struct vsw_fdb_filter {
	uint32_t sw;
	uint32_t port;			/* 0: any */
	bool has_vid;
	uint16_t vid;
	bool has_state;
	uint32_t state;
};

int vsw_fdb_flush(struct vsw *c, const struct vsw_fdb_filter *filter);

/* ACLs (acl.c) */

enum vsw_acl_addr_kind {
	VSW_ACL_ADDR_NONE,		/* not said */
	VSW_ACL_ADDR_ANY_IP,
	VSW_ACL_ADDR_IPV4,
	VSW_ACL_ADDR_IPV6,
	VSW_ACL_ADDR_ANY_MAC,
	VSW_ACL_ADDR_MAC,
};

struct vsw_acl_addr {
	enum vsw_acl_addr_kind kind;
	uint8_t len;			/* of an IP prefix */
	uint8_t bytes[16];
};

struct vsw_acl_ports {
	bool given;
	uint16_t first;
	uint16_t last;
};

struct vsw_acl_rule {
	uint32_t id;			/* 0: not said */
	bool has_direction;
	uint32_t direction;		/* enum vswitch_acl_direction */
	bool has_action;
	uint32_t action;		/* enum vswitch_acl_action */
	struct vsw_acl_addr local;
	struct vsw_acl_addr remote;
	bool has_weight;		/* an extended rule */
	uint16_t weight;
	bool has_protocol;
	uint8_t protocol;
	struct vsw_acl_ports local_port;
	struct vsw_acl_ports remote_port;
	uint16_t isolation_id;		/* 0: any */
	bool stateful;
	uint16_t idle_timeout;		/* 0: not said */
	bool has_bytes;			/* as read; of meter rules of a port */
	uint64_t bytes;
};

/*
 * Whose rules: those of a port or, with @port 0, of a profile. As read, both have
 * their switch, and a port the profile that it has the rules from, if they are
 * not its own.
 */
struct vsw_acl_owner {
	uint32_t port;
	uint32_t sw;
	char profile[VSWITCH_NAME_MAX + 1];
};

/* Some or all rules of one owner: a dump may give them in several pieces. */
struct vsw_acl {
	struct vsw_acl_owner of;
	uint32_t total;
	uint64_t memory;
	uint32_t flows;
	uint32_t flow_limit;		/* 0: no stateful rules so far */
	struct vsw_acl_rule *rules;
	size_t n;
};

struct vsw_acl_change {
	struct vsw_acl_owner of;
	bool replace;			/* with add: the present rules go */
	uint32_t txn;			/* 0: at once */
	bool has_expect;
	uint32_t expect_generation;
};

/* How many rules one call of the two below should have at most. */
size_t vsw_acl_at_once(void);
int vsw_acl_add(struct vsw *c, const struct vsw_acl_change *chg,
		const struct vsw_acl_rule *rules, size_t n);
int vsw_acl_del(struct vsw *c, const struct vsw_acl_change *chg,
		const struct vsw_acl_rule *rules, size_t n);
int vsw_acl_flush(struct vsw *c, const struct vsw_acl_change *chg);
/* Everything but the rules themselves. */
int vsw_acl_get(struct vsw *c, const struct vsw_acl_owner *of,
		struct vsw_acl *acl);
/* @of NULL: those of all ports and profiles */
int vsw_acl_dump(struct vsw *c, const struct vsw_acl_owner *of,
		 struct vsw_acl **list, size_t *n);
bool vsw_acl_same_owner(const struct vsw_acl_owner *a,
			const struct vsw_acl_owner *b);
/* Add the rules of a dump, which lose their ids, to another port. */
int vsw_acl_restore(struct vsw *c, uint32_t port, struct vsw_acl *list,
		    size_t n);
void vsw_acl_free(struct vsw_acl *list, size_t n);
void vsw_acl_clear(struct vsw_acl *acl);

/*
 * Transactions: changes with .txn set are staged, and made all at once
 * or not at all by the commit. They die with the connection.
 */
int vsw_txn_begin(struct vsw *c, uint32_t sw, uint32_t *id,
		  uint32_t *generation);
int vsw_txn_commit(struct vsw *c, uint32_t id, uint32_t *generation);
int vsw_txn_abort(struct vsw *c, uint32_t id);

/* Events (event.c): a connection of their own, so requests never mix in. */

struct vsw_partition;
struct vsw_channel;

enum vsw_event_type {
	VSW_EVENT_SWITCH,
	VSW_EVENT_PORT,
	VSW_EVENT_FDB,
	VSW_EVENT_ACL,
	VSW_EVENT_PROFILE,
	VSW_EVENT_PARTITION,
	VSW_EVENT_CHANNEL,
	VSW_EVENT_NIC,
	VSW_EVENT_DISK_MIN,
};

struct vsw_event {
	enum vsw_event_type type;
	bool deleted;
	union {
		const struct vsw_switch *sw;
		const struct vsw_port *port;
		const struct vsw_fdb *fdb;
		const struct vsw_acl *acl;	/* without rules */
		const struct vsw_profile *profile;
		const struct vsw_partition *partition;
		const struct vsw_channel *channel;
		const struct vsw_nic *nic;
		const struct vsw_disk_rate *disk_rate;
	};
};

typedef void (*vsw_event_cb)(const struct vsw_event *ev, void *arg);

int vsw_events_subscribe(struct vsw *c);
/* Those of partitions, and of what guests have, instead. */
int vsw_partition_events_subscribe(struct vsw *c);
int vsw_events_fd(const struct vsw *c);
/* Read what has come; -ENOBUFS when the kernel had to drop some. */
int vsw_events_read(struct vsw *c, vsw_event_cb cb, void *arg);

/* Links (link.c) */

enum {
	VSW_OPT_TYPE		= 1 << 0,
	VSW_OPT_BANDWIDTH_MODE	= 1 << 1,
	VSW_OPT_IOV		= 1 << 2,
	VSW_OPT_AGEING_TIME	= 1 << 3,
	VSW_OPT_FDB_LIMIT	= 1 << 4,
	VSW_OPT_UPLINK		= 1 << 5,
	VSW_OPT_VLAN_PROTO	= 1 << 6,
};

struct vsw_switch_opts {
	unsigned int set;		/* VSW_OPT_* that are given */
	uint32_t type;
	uint32_t bandwidth_mode;
	bool iov;
	uint32_t ageing_time;
	uint32_t fdb_limit;
	uint32_t uplink;
	uint16_t vlan_proto;		/* host byte order */
};

struct vsw_link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint32_t flags;			/* IFF_* */
	uint32_t master;
	uint32_t mtu;
	uint8_t mac[VSW_MAC_LEN];
	char kind[16];
};

int vsw_link_get(struct vsw *c, uint32_t ifindex, struct vsw_link *link);
int vsw_link_create_switch(struct vsw *c, const char *name,
			   const struct vsw_switch_opts *opts);
int vsw_link_change_switch(struct vsw *c, uint32_t ifindex,
			   const struct vsw_switch_opts *opts);
/* @mac NULL: the kernel picks one; @mtu 0: the default */
int vsw_link_create_vnic(struct vsw *c, uint32_t sw, const char *name,
			 const uint8_t *mac, uint32_t mtu);
int vsw_link_delete(struct vsw *c, uint32_t ifindex);
int vsw_link_set_up(struct vsw *c, uint32_t ifindex, bool up);
int vsw_link_set_master(struct vsw *c, uint32_t ifindex, uint32_t master);
int vsw_link_set_mac(struct vsw *c, uint32_t ifindex, const uint8_t *mac);
/* @fd: of the network namespace that it goes to */
int vsw_link_set_netns(struct vsw *c, uint32_t ifindex, int fd);

/* ---- Partitions of vmbus_host ---- */

#define VSW_VMBUS_ERRORS	(VMBUS_HOST_ERROR_NO_MEMORY + 1)

struct vsw_partition {
	char name[VMBUS_HOST_NAME_MAX + 1];
	uint32_t transport;
	uint32_t services;		/* enum vmbus_host_service */
	uint32_t max_gpadls;		/* 0, of a new one: the kernel's choice */
	uint32_t max_pages;		/* likewise */
	uint32_t coalesce_usecs;
	bool attached;
	bool alive;			/* heartbeat_age is known */
	uint32_t heartbeat_age;		/* ms */
	uint32_t version;
	uint32_t channels;
	uint32_t gpadls;
	uint32_t pages;
	uint64_t messages_in;
	uint64_t messages_out;
	uint64_t errors[VSW_VMBUS_ERRORS];
};

struct vsw_channel {
	char partition[VMBUS_HOST_NAME_MAX + 1];
	uint32_t relid;
	uint8_t class_id[16];		/* in the order of the wire */
	uint8_t instance_id[16];
	char service[32];
	uint32_t index;
	uint32_t state;
	uint32_t vp;			/* and what follows: if it is open */
	uint32_t cpu;
	uint32_t ring_in;
	uint32_t ring_out;
	bool mapped;
	bool has_error;
	uint32_t error;
	uint64_t stats[VMBUS_HOST_A_CHANNEL_STATS_MAX + 1];	/* by attribute */
};

const char *vsw_transport_name(uint32_t v);
const char *vsw_channel_state_name(uint32_t v);
const char *vsw_vmbus_error_name(uint32_t v);

/* With the services that it has if none are named: has_services is false. */
int vsw_partition_add(struct vsw *c, const struct vsw_partition *p,
		      bool has_services);
int vsw_partition_del(struct vsw *c, const char *name);
int vsw_partition_get(struct vsw *c, const char *name, struct vsw_partition *p);
int vsw_partition_dump(struct vsw *c, struct vsw_partition **list, size_t *n);
/* Of one partition, or of all if its name is NULL. */
int vsw_channel_dump(struct vsw *c, const char *partition,
		     struct vsw_channel **list, size_t *n);

/* ---- NICs of guests ---- */

struct vsw_nic {
	char name[IFNAMSIZ];
	uint32_t ifindex;
	char partition[VMBUS_HOST_NAME_MAX + 1];
	uint8_t mac[VSW_MAC_LEN];	/* of a new one, zeroes: the kernel's choice */
	uint32_t queues;		/* likewise, 0 */
	uint32_t mtu;			/* likewise */
	uint32_t speed;			/* Mbit/s; likewise */
	uint8_t instance[16];		/* likewise; in the order of the wire */
	uint32_t state;			/* enum vmbus_host_nic_state */
	bool link;
	uint32_t version;		/* 0: what follows is not known */
	uint32_t ndis;
	uint32_t guest_mtu;
	uint8_t guest_mac[VSW_MAC_LEN];
	uint32_t filter;
	uint32_t channels;
	bool rsc;
	bool rss;
	uint32_t sections;
	uint32_t section_size;
};

const char *vsw_nic_state_name(uint32_t v);

/* Fills in what the kernel chose. */
int vsw_nic_add(struct vsw *c, struct vsw_nic *nic);
/* What of mac, mtu and speed is not 0. */
int vsw_nic_set(struct vsw *c, const struct vsw_nic *nic);
int vsw_nic_del(struct vsw *c, const char *name);
int vsw_nic_get(struct vsw *c, const char *name, struct vsw_nic *nic);
int vsw_nic_dump(struct vsw *c, struct vsw_nic **list, size_t *n);

/* ---- Disks of guests: configfs has them, this is what is told of them ---- */

struct vsw_disk_rate {
	char partition[VMBUS_HOST_NAME_MAX + 1];
	uint32_t controller;
	uint32_t lun;
	uint32_t min_iops;
	uint32_t iops;			/* what it did */
	bool low;			/* that is less */
};

/*
 * Ask a guest something (ask.c). These wait until it has answered, or the kernel has
 * given up, which is 40 seconds later; 0 means that there is an answer.
 */
struct vsw_answer {
	uint32_t outcome;		/* enum vmbus_host_outcome */
	bool has_status;
	uint32_t status;		/* what the guest says, an HRESULT */
};

struct vsw_kvp {
	uint32_t pool;			/* enum vmbus_host_kvp_pool */
	uint32_t index;
	char key[VMBUS_HOST_KVP_KEY_MAX + 1];
	char value[VMBUS_HOST_KVP_VALUE_MAX + 1];
};

const char *vsw_shutdown_action_name(uint32_t v);
const char *vsw_kvp_pool_name(uint32_t v);
const char *vsw_outcome_name(uint32_t v);

int vsw_partition_shutdown(struct vsw *c, const char *partition, uint32_t action,
			   bool force, struct vsw_answer *answer);
/* The one at @kvp->index of @kvp->pool. */
int vsw_kvp_get(struct vsw *c, const char *partition, struct vsw_kvp *kvp,
		struct vsw_answer *answer);
int vsw_kvp_set(struct vsw *c, const char *partition, const char *key,
		const char *value, struct vsw_answer *answer);
int vsw_kvp_del(struct vsw *c, const char *partition, const char *key,
		struct vsw_answer *answer);

#endif /* _LIBVSWITCH_H */
