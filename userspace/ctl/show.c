// SPDX-License-Identifier: GPL-2.0
/* How a switch, a port and an FDB entry are shown. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "out.h"

static void show_mac(const char *key, const char *lead, const uint8_t *mac,
		     const char *trail)
{
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	out_text("%s", lead);
	out_str(key, "%s", text);
	out_text("%s", trail);
}

static void show_stats(const struct vsw_stats *st)
{
	unsigned int i;

	out_object_begin("stats");
	out_break();
	out_object_begin("rx");
	out_text("rx");
	out_uint("packets", " %" PRIu64 " packets", st->rx_packets);
	out_uint("bytes", " %" PRIu64 " bytes", st->rx_bytes);
	out_object_end();
	out_object_begin("tx");
	out_text("  tx");
	out_uint("packets", " %" PRIu64 " packets", st->tx_packets);
	out_uint("bytes", " %" PRIu64 " bytes", st->tx_bytes);
	out_object_end();
	out_array_begin("drops");
	for (i = 0; i < st->n_drops; i++) {
		out_break();
		out_object_begin(NULL);
		out_uint("packets", "dropped %" PRIu64, st->drops[i].packets);
		out_str("reason", " %s", st->drops[i].reason);
		out_str("text", " (%s)", st->drops[i].text);
		out_object_end();
	}
	out_array_end();
	out_object_end();
}

void show_switch(struct ctx *ctx, const struct vsw_switch *sw)
{
	out_uint("ifindex", NULL, sw->ifindex);
	out_str("ifname", "%s:", sw->name);
	out_str("type", " type %s", vsw_switch_type_name(sw->type));
	if (sw->uplink)
		out_str("uplink", " uplink %s", dev_name(sw->uplink));
	out_str("bandwidth_mode", " bandwidth-mode %s",
		vsw_bandwidth_mode_name(sw->bandwidth_mode));
	out_on_off("iov", " iov %s", sw->iov);
	out_str("vlan_protocol", " vlan-protocol %s",
		vsw_vlan_proto_name(sw->vlan_proto));
	out_break();
	out_uint("ageing_time", "ageing-time %" PRIu64, sw->ageing_time);
	out_uint("fdb_limit", " fdb-limit %" PRIu64, sw->fdb_limit);
	out_uint("fdb_count", " fdb-count %" PRIu64, sw->fdb_count);
	out_uint("ports", " ports %" PRIu64, sw->ports);
	out_uint("generation", " generation %" PRIu64, sw->generation);
	if (sw->default_profile[0])
		out_str("default_profile", " default-profile %s",
			sw->default_profile);
	if (ctx->stats)
		show_stats(&sw->stats);
	out_text("\n");
}

static void show_vlan_ranges(const struct vsw_vlan *vlan)
{
	unsigned int start, end, from, last;

	out_array_begin("ranges");
	for (from = VSW_VLAN_MIN;
	     vsw_vlan_next_range(&vlan->member, from, &start, &end);
	     from = last + 1) {
		bool untagged = vsw_vlan_has(&vlan->untagged, start);

		for (last = start; last < end; last++)
			if (vsw_vlan_has(&vlan->untagged, last + 1) != untagged)
				break;
		out_object_begin(NULL);
		out_uint("start", NULL, start);
		out_uint("end", NULL, last);
		out_on_off("untagged", NULL, untagged);
		out_object_end();
	}
	out_array_end();
}

static void show_list(const char *fmt, const struct vsw_vlan_set *set)
{
	char *list = vsw_vlan_format_list(set);

	if (list)
		out_str(NULL, fmt, list[0] ? list : "none");
	free(list);
}

/* A native VLAN goes without saying, but for "all" and when it is the only. */
static const struct vsw_vlan_set *trunk_list(const struct vsw_vlan *vlan,
					     const struct vsw_vlan_set *tagged)
{
	unsigned int start, end;

	if (!vsw_vlan_next_range(tagged, VSW_VLAN_MIN, &start, &end))
		return &vlan->member;
	if (vsw_vlan_next_range(&vlan->member, VSW_VLAN_MIN, &start, &end) &&
	    start == VSW_VLAN_MIN && end == VSW_VLAN_MAX)
		return &vlan->member;
	return tagged;
}

/* Text is what "port set" takes, wherever one of its forms says it all. */
static void show_vlan(const struct vsw_vlan *vlan)
{
	struct vsw_vlan_set tagged = vlan->member;
	unsigned int i;

	for (i = 0; i < 64; i++)
		tagged.bits[i] &= ~vlan->untagged.bits[i];

	out_object_begin("vlan");
	out_str("mode", " vlan %s", vsw_vlan_mode_name(vlan->mode));
	switch (vlan->mode) {
	case VSWITCH_VLAN_MODE_UNTAGGED:
		break;
	case VSWITCH_VLAN_MODE_ACCESS:
		out_uint(NULL, " %" PRIu64, vlan->pvid);
		break;
	case VSWITCH_VLAN_MODE_TRUNK:
		show_list(" %s", trunk_list(vlan, &tagged));
		if (vlan->pvid == VSWITCH_VLAN_NONE)
			out_text(" native none");
		else
			out_uint(NULL, " native %" PRIu64, vlan->pvid);
		break;
	default:
		if (vlan->pvid == VSWITCH_VLAN_NONE)
			out_text(" pvid none");
		else
			out_uint(NULL, " pvid %" PRIu64, vlan->pvid);
		out_str(NULL, " accept %s", vsw_vlan_accept_name(vlan->accept));
		show_list(" tagged %s", &tagged);
		show_list(" untagged %s", &vlan->untagged);
		break;
	}
	if (vlan->pvid == VSWITCH_VLAN_NONE)
		out_null("pvid");
	else
		out_uint("pvid", NULL, vlan->pvid);
	out_str("accept", NULL, vsw_vlan_accept_name(vlan->accept));
	if (out_is_json())
		show_vlan_ranges(vlan);
	out_object_end();
}

/* In JSON also what a private VLAN amounts to; its text is what it was set by. */
static void show_vlans(const struct vsw_port *port)
{
	const struct vsw_pvlan *pvlan = &port->pvlan;
	unsigned int vid;

	if (out_is_json() || !pvlan->mode)
		show_vlan(&port->vlan);
	if (!pvlan->mode)
		return;
	out_object_begin("pvlan");
	out_str("mode", " pvlan %s", vsw_pvlan_mode_name(pvlan->mode));
	out_uint("primary", " primary %" PRIu64, pvlan->primary);
	show_list(" secondary %s", &pvlan->secondary);
	out_array_begin("secondary");
	if (out_is_json())
		for (vid = VSW_VLAN_MIN; vid <= VSW_VLAN_MAX; vid++)
			if (vsw_vlan_has(&pvlan->secondary, vid))
				out_uint("", NULL, vid);
	out_array_end();
	out_object_end();
}

/* A limit that is none is said in text only where that was stated. */
static void show_limit(const char *key, const char *word, uint32_t limit,
		       bool stated)
{
	if (limit || stated)
		out_text(" %s", word);
	if (limit) {
		out_uint(key, " %" PRIu64, limit);
		return;
	}
	if (stated)
		out_text(" none");
	out_null(key);
}

/*
 * Settings in @which; those in @always even if they are what they are when
 * nobody says anything.
 */
static void show_values(const struct vsw_port *port, uint32_t which,
			uint32_t always)
{
	if (which & VSWITCH_PORT_SETTING_DHCP_GUARD &&
	    (port->dhcp_guard || always & VSWITCH_PORT_SETTING_DHCP_GUARD))
		out_on_off("dhcp_guard", " dhcp-guard %s", port->dhcp_guard);
	if (which & VSWITCH_PORT_SETTING_ROUTER_GUARD &&
	    (port->router_guard || always & VSWITCH_PORT_SETTING_ROUTER_GUARD))
		out_on_off("router_guard", " router-guard %s",
			   port->router_guard);
	if (which & VSWITCH_PORT_SETTING_ALLOW_TEAMING &&
	    (port->allow_teaming || always & VSWITCH_PORT_SETTING_ALLOW_TEAMING))
		out_on_off("allow_teaming", " allow-teaming %s",
			   port->allow_teaming);
	if (which & VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT)
		show_limit("dynamic_ip_limit", "dynamic-ip-limit",
			   port->ip_limit,
			   always & VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT);
	if (which & VSWITCH_PORT_SETTING_STORM_LIMIT)
		show_limit("storm_limit", "storm-limit", port->storm_limit,
			   always & VSWITCH_PORT_SETTING_STORM_LIMIT);
	if (which & VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG &&
	    (port->priority_tag ||
	     always & VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG))
		out_on_off("ieee_priority_tag", " ieee-priority-tag %s",
			   port->priority_tag);
	if (which & VSWITCH_PORT_SETTING_MIRROR &&
	    (port->mirror || always & VSWITCH_PORT_SETTING_MIRROR)) {
		out_str("mirror", " mirror %s",
			vsw_mirror_mode_name(port->mirror));
		if (out_is_json() || port->mirror_session)
			out_uint("mirror_session", " session %" PRIu64,
				 port->mirror_session);
	}
}

/* In text, what differs from the default, or was stated. */
static void show_policy(const struct vsw_port *port)
{
	if (port->vm[0]) {
		out_break();
		out_str("vm", "vm %s", port->vm);
	}
	show_values(port, UINT32_MAX, out_is_json() ? UINT32_MAX :
		    port->own | port->from_profile | port->from_default);
}

void show_settings(const struct vsw_port *port, uint32_t which)
{
	if (which & VSWITCH_PORT_SETTING_MAC_SPOOFING)
		out_on_off("mac_spoofing", " mac-spoofing %s",
			   port->mac_spoofing);
	if (which & VSWITCH_PORT_SETTING_VLAN)
		show_vlans(port);
	show_values(port, which, which);
}

static const struct {
	uint32_t setting;
	const char *name;
} keywords[] = {
	{ VSWITCH_PORT_SETTING_MAC_SPOOFING, "mac-spoofing" },
	{ VSWITCH_PORT_SETTING_VLAN, "vlan" },
	{ VSWITCH_PORT_SETTING_DHCP_GUARD, "dhcp-guard" },
	{ VSWITCH_PORT_SETTING_ROUTER_GUARD, "router-guard" },
	{ VSWITCH_PORT_SETTING_ALLOW_TEAMING, "allow-teaming" },
	{ VSWITCH_PORT_SETTING_STORM_LIMIT, "storm-limit" },
	{ VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT, "dynamic-ip-limit" },
	{ VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG, "ieee-priority-tag" },
	{ VSWITCH_PORT_SETTING_MIRROR, "mirror" },
	{ VSWITCH_PORT_SETTING_ACL, "acl" },
};

#define N_KEYWORDS (sizeof(keywords) / sizeof(keywords[0]))

void show_keywords(const char *key, uint32_t settings)
{
	size_t i;

	out_array_begin(key);
	for (i = 0; i < N_KEYWORDS; i++)
		if (settings & keywords[i].setting)
			out_str("", NULL, keywords[i].name);
	out_array_end();
}

/* "profile office (vlan, dhcp-guard)": what a port has from it */
static void show_source(const char *key, const char *what, const char *name,
			const char *list_key, uint32_t settings)
{
	bool first = true;
	size_t i;

	out_text("%s %s", what, name);
	if (name[0])
		out_str(key, NULL, name);
	else
		out_null(key);
	show_keywords(list_key, settings);
	if (!settings)
		return;
	for (i = 0; i < N_KEYWORDS; i++) {
		if (!(settings & keywords[i].setting))
			continue;
		out_text("%s%s", first ? " (" : ", ", keywords[i].name);
		first = false;
	}
	out_text(")");
}

/* Where the settings are from. What is not named is own, or the default. */
static void show_sources(const struct vsw_port *port)
{
	bool json = out_is_json();

	if (json)
		show_keywords("own", port->own);
	if (!json && (port->profile[0] || port->default_profile[0]))
		out_break();
	if (json || port->profile[0])
		show_source("profile", "profile", port->profile,
			    "from_profile", port->from_profile);
	if (port->profile[0] && port->default_profile[0])
		out_text(" ");
	if (json || port->default_profile[0])
		show_source("default_profile", "default-profile",
			    port->default_profile, "from_default",
			    port->from_default);
}

static void show_ips(const struct vsw_port *port)
{
	char text[INET6_ADDRSTRLEN];
	size_t i;

	out_array_begin("addresses");
	for (i = 0; i < port->n_ips; i++) {
		inet_ntop(port->ips[i].family, port->ips[i].addr, text,
			  sizeof(text));
		out_break();
		out_object_begin(NULL);
		out_str("address", "address %s", text);
		out_uint("age", " age %" PRIu64, port->ips[i].age);
		out_object_end();
	}
	out_array_end();
}

void show_port(struct ctx *ctx, const struct vsw_port *port)
{
	out_uint("ifindex", NULL, port->ifindex);
	out_str("ifname", "%s:", port->name);
	out_str("switch", " switch %s", dev_name(port->sw));
	out_str("role", " role %s", vsw_port_role_name(port->role));
	out_str("link", " link %s", port->link_up ? "up" : "down");
	out_break();
	if (port->has_mac)
		show_mac("mac", "mac ", port->mac, " ");
	out_on_off("mac_spoofing", "mac-spoofing %s", port->mac_spoofing);
	show_vlans(port);
	show_policy(port);
	show_sources(port);
	if (port->ip_limit && (ctx->stats || out_is_json()))
		show_ips(port);
	if (ctx->stats)
		show_stats(&port->stats);
	out_text("\n");
}

void show_profile(const struct vsw_profile *profile)
{
	out_str("profile", "%s:", profile->name);
	out_str("switch", " switch %s", dev_name(profile->sw));
	out_uint("users", " users %" PRIu64, profile->users);
	if (out_is_json())
		out_on_off("default", NULL, profile->is_default);
	else if (profile->is_default)
		out_text(" default");
	show_keywords("own", profile->settings.own);
	if (profile->settings.own & ~VSWITCH_PORT_SETTING_ACL) {
		out_break();
		out_text("settings");
		show_settings(&profile->settings, profile->settings.own);
	}
	if (out_is_json() || profile->acl_rules) {
		out_break();
		out_uint("acl_rules", "acl %" PRIu64 " rules",
			 profile->acl_rules);
	}
	out_text("\n");
}

void show_fdb(const struct vsw_fdb *fdb)
{
	out_str("switch", NULL, dev_name(fdb->sw));
	show_mac("mac", "", fdb->mac, "");
	out_str("port", " port %s", dev_name(fdb->port));
	if (fdb->has_vid)
		out_uint("vlan", " vlan %" PRIu64, fdb->vid);
	out_str(NULL, " switch %s", dev_name(fdb->sw));
	out_str("state", " %s", vsw_fdb_state_name(fdb->state));
	if (fdb->has_age)
		out_uint("age", " age %" PRIu64, fdb->age);
	out_text("\n");
}
