// SPDX-License-Identifier: GPL-2.0
/*
 * VLANs for bridge(8): 'bridge vlan show|add|del dev PORT', and for a vNIC,
 * which has no master, the same with 'self'.
 *
 *	add vid N			N is a member VLAN, tagged; if N was the
 *					PVID, untagged frames are now dropped
 *	add vid N untagged		N is a member VLAN and leaves untagged
 *	add vid N pvid [untagged]	and untagged frames belong to N
 *	del vid N			N is no member; if it was the PVID,
 *					untagged frames are dropped
 *
 * The first such command makes of an untagged or access port one that takes
 * tagged frames as well, as the ports of a Linux bridge do. A port whose PVID
 * was 0, no VLAN, keeps that until a PVID is set. Refused: VLANs but 1 to 4094,
 * a range as PVID, the switch itself, which is no port, and options of ports
 * of the Linux bridge ('bridge link set').
 */
#include <linux/if_bridge.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "deliver.h"
#include "vswitch.h"

static void add_vlan(struct vsw_vlan_set *set, u16 *pvid, u16 vid, u16 flags)
{
	__set_bit(vid, set->members);
	__assign_bit(vid, set->untagged, flags & BRIDGE_VLAN_INFO_UNTAGGED);
	if (flags & BRIDGE_VLAN_INFO_PVID)
		*pvid = vid;
	else if (*pvid == vid)
		*pvid = VSWITCH_VLAN_NONE;
}

static void del_vlan(struct vsw_vlan_set *set, u16 *pvid, u16 vid)
{
	__clear_bit(vid, set->members);
	__clear_bit(vid, set->untagged);
	if (*pvid == vid)
		*pvid = VSWITCH_VLAN_NONE;
}

static int apply(struct vsw_vlan_set *set, u16 *pvid, const struct nlattr *attr,
		 u16 *begin, bool add, struct netlink_ext_ack *extack)
{
	const struct bridge_vlan_info *info = nla_data(attr);
	u16 vid = info->vid;

	if (!vid || vid >= VLAN_VID_MASK) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a VLAN is 1 to 4094");
		return -EINVAL;
	}
	if (info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
		if (*begin || info->flags & BRIDGE_VLAN_INFO_PVID) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "a VLAN range begins within another, or is a pvid");
			return -EINVAL;
		}
		*begin = vid;
		return 0;
	}
	if (info->flags & BRIDGE_VLAN_INFO_RANGE_END) {
		if (!*begin || vid <= *begin ||
		    info->flags & BRIDGE_VLAN_INFO_PVID) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "the end of a VLAN range has no lower begin, or is a pvid");
			return -EINVAL;
		}
	} else if (*begin) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a VLAN range does not end");
		return -EINVAL;
	}

	for (vid = *begin ?: vid; vid <= info->vid; vid++) {
		if (add)
			add_vlan(set, pvid, vid, info->flags);
		else
			del_vlan(set, pvid, vid);
	}
	*begin = 0;
	return 0;
}

static int change_vlans(struct vsw_port *port, const struct nlattr *spec,
			bool add, struct netlink_ext_ack *extack)
{
	struct vsw_policy policy;
	const struct nlattr *attr;
	struct vsw_vlan_set *set;
	bool found = false;
	u16 begin = 0;
	u16 pvid;
	int err, rem;

	lockdep_assert_held(&port->sw->lock);

	vsw_policy_copy(&policy, &port->snap->own);
	err = -EBUSY;
	if (port->snap->policy.vlan.pvlan) {
		NL_SET_ERR_MSG_ATTR(extack, spec,
				    "the port is in a private VLAN: 'vswitchctl port set DEV vlan ...' ends that");
		goto free;
	}
	vsw_policy_take(&policy, &port->snap->policy,
			VSWITCH_PORT_SETTING_VLAN);
	pvid = policy.vlan.pvid;
	err = -ENOMEM;
	set = vsw_vlan_set_dup(&policy.vlan);
	if (!set)
		goto free;

	err = -EINVAL;
	nla_for_each_nested(attr, spec, rem) {
		switch (nla_type(attr)) {
		case IFLA_BRIDGE_FLAGS:
			break;
		case IFLA_BRIDGE_VLAN_INFO:
			if (nla_len(attr) < sizeof(struct bridge_vlan_info)) {
				NL_SET_ERR_MSG_ATTR(extack, attr,
						    "a VLAN is given by 4 bytes, flags and number");
				goto free_set;
			}
			err = apply(set, &pvid, attr, &begin, add, extack);
			if (err)
				goto free_set;
			found = true;
			break;
		default:
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "a port of a vswitch has VLANs, and no other option of bridge ports");
			err = -EOPNOTSUPP;
			goto free_set;
		}
	}
	if (begin || !found) {
		NL_SET_ERR_MSG_ATTR(extack, spec,
				    "no VLAN is given, or a range that does not end");
		err = -EINVAL;
		goto free_set;
	}
	/* One VLAN less may be a range more. */
	if (vsw_vlan_ranges(set) > VSWITCH_VLAN_RANGES_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, spec,
				    "a port has at most 2048 ranges of VLANs, each all tagged or all untagged");
		err = -ENOSPC;
		goto free_set;
	}
	vsw_vlan_replace(&policy.vlan, set, pvid, false);
	policy.own |= VSWITCH_PORT_SETTING_VLAN;
	err = vsw_policy_change(port, &policy, extack);
	goto free;

free_set:
	kfree(set);
free:
	vsw_policy_free(&policy);
	return err;
}

/*
 * Who listens is told that a message is lost only for want of memory: it would
 * read all links again. VLANs far apart take 8 bytes each, more than a page, so
 * a message that was too small is made again, larger.
 */
static void notify(struct vsw_port *port)
{
	struct net *net = dev_net(port->dev);
	size_t size = NLMSG_GOODSIZE;
	struct sk_buff *skb;

	for (; size <= SZ_64K; size *= 4) {
		skb = nlmsg_new(size, GFP_KERNEL);
		if (!skb)
			break;
		if (!vsw_bridge_getlink(skb, 0, 0, port->dev,
					RTEXT_FILTER_BRVLAN_COMPRESSED, 0)) {
			rtnl_notify(skb, net, 0, RTNLGRP_LINK, NULL, GFP_KERNEL);
			return;
		}
		nlmsg_free(skb);
	}
	rtnl_set_sk_err(net, RTNLGRP_LINK, -ENOBUFS);
}

static int change(struct net_device *dev, struct nlmsghdr *nlh, bool add,
		  struct netlink_ext_ack *extack)
{
	struct vsw_port *port = vsw_port_rtnl(dev);
	const struct nlattr *spec, *options;
	int err;

	if (!port) {
		NL_SET_ERR_MSG(extack,
			       "a vswitch is not its own port: set VLANs of its ports and vNICs");
		return -EOPNOTSUPP;
	}
	options = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_PROTINFO);
	if (options) {
		NL_SET_ERR_MSG_ATTR(extack, options,
				    "a port of a vswitch has VLANs, but no other bridge port options");
		return -EOPNOTSUPP;
	}
	spec = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_AF_SPEC);
	if (!spec)
		return 0;

	mutex_lock(&port->sw->lock);
	err = change_vlans(port, spec, add, extack);
	mutex_unlock(&port->sw->lock);
	if (!err)
		notify(port);
	return err;
}

/**
 * vsw_bridge_setlink() - ndo_bridge_setlink of switches and vNICs
 * @dev: the port
 * @nlh: the request
 * @flags: BRIDGE_FLAGS_*
 * @extack: for the refusal
 *
 * Context: process; RTNL.
 * Return: 0, or a negative errno with the reason in @extack.
 */
int vsw_bridge_setlink(struct net_device *dev, struct nlmsghdr *nlh, u16 flags,
		       struct netlink_ext_ack *extack)
{
	return change(dev, nlh, true, extack);
}

/**
 * vsw_bridge_dellink() - ndo_bridge_dellink of switches and vNICs
 * @dev: the port
 * @nlh: the request
 * @flags: BRIDGE_FLAGS_*
 *
 * Context: process; RTNL.
 * Return: 0, or a negative errno.
 */
int vsw_bridge_dellink(struct net_device *dev, struct nlmsghdr *nlh, u16 flags)
{
	return change(dev, nlh, false, NULL);
}

static int fill_info(struct sk_buff *skb, u16 vid, u16 flags)
{
	struct bridge_vlan_info info = { .vid = vid, .flags = flags };

	return nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

static u16 info_flags(const struct vsw_vlan *vlan, u16 vid)
{
	u16 flags = 0;

	if (vid == vlan->pvid)
		flags |= BRIDGE_VLAN_INFO_PVID;
	if (vsw_vlan_member(vlan, vid) && vsw_vlan_untagged(vlan, vid))
		flags |= BRIDGE_VLAN_INFO_UNTAGGED;
	return flags;
}

/*
 * VLAN 0 is not a VLAN to bridge(8): a port in it shows none. What a port of a
 * private VLAN sends on is its PVID, shown also if it receives nothing of it:
 * bridge(8) has no other way to say where untagged frames go.
 */
static int fill_vlans(struct sk_buff *skb, const struct vsw_vlan *vlan,
		      bool compressed)
{
	u32 vid, end;

	for (vid = 1; vid < VLAN_N_VID; vid = end + 1) {
		u16 flags;

		end = vid;
		if (!vsw_vlan_carries(vlan, vid) || vid == VSWITCH_VLAN_NONE)
			continue;
		flags = info_flags(vlan, vid);
		while (compressed && end + 1 < VSWITCH_VLAN_NONE &&
		       vsw_vlan_carries(vlan, end + 1) &&
		       info_flags(vlan, end + 1) == flags)
			end++;
		if (end == vid) {
			if (fill_info(skb, vid, flags))
				return -EMSGSIZE;
		} else if (fill_info(skb, vid, flags |
				     BRIDGE_VLAN_INFO_RANGE_BEGIN) ||
			   fill_info(skb, end, flags |
				     BRIDGE_VLAN_INFO_RANGE_END)) {
			return -EMSGSIZE;
		}
	}
	return 0;
}

static int fill_link(struct sk_buff *skb, const struct net_device *dev,
		     const struct vsw_switch *sw)
{
	if (nla_put_string(skb, IFLA_IFNAME, dev->name) ||
	    nla_put_u32(skb, IFLA_MASTER, sw->dev->ifindex) ||
	    nla_put_u32(skb, IFLA_MTU, dev->mtu) ||
	    nla_put(skb, IFLA_ADDRESS, dev->addr_len, dev->dev_addr) ||
	    nla_put_u8(skb, IFLA_OPERSTATE, netif_running(dev) ?
		       dev->operstate : IF_OPER_DOWN))
		return -EMSGSIZE;
	return 0;
}

/**
 * vsw_bridge_getlink() - ndo_bridge_getlink of switches and vNICs
 * @skb: where to write
 * @pid: who asked
 * @seq: and when
 * @dev: the port; for the switch itself there is nothing to say
 * @filter_mask: RTEXT_FILTER_*
 * @nlflags: NLM_F_*
 *
 * Context: RTNL or RCU read lock.
 * Return: 0 or -EMSGSIZE.
 */
int vsw_bridge_getlink(struct sk_buff *skb, u32 pid, u32 seq,
		       struct net_device *dev, u32 filter_mask, int nlflags)
{
	const struct vsw_snap *snap;
	struct ifinfomsg *ifm;
	struct vsw_port *port;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	int err = 0;

	rcu_read_lock();
	port = vsw_port_rcu(dev);
	snap = port ? vsw_table_port(rcu_dereference(port->sw->table), port) :
		      NULL;
	if (!snap)
		goto unlock;

	err = -EMSGSIZE;
	nlh = nlmsg_put(skb, pid, seq, RTM_NEWLINK, sizeof(*ifm), nlflags);
	if (!nlh)
		goto unlock;
	ifm = nlmsg_data(nlh);
	memset(ifm, 0, sizeof(*ifm));
	ifm->ifi_family = AF_BRIDGE;
	ifm->ifi_type = dev->type;
	ifm->ifi_index = dev->ifindex;
	ifm->ifi_flags = dev_get_flags(dev);
	if (fill_link(skb, dev, port->sw))
		goto cancel;
	if (filter_mask & (RTEXT_FILTER_BRVLAN |
			   RTEXT_FILTER_BRVLAN_COMPRESSED)) {
		nest = nla_nest_start_noflag(skb, IFLA_AF_SPEC);
		if (!nest ||
		    fill_vlans(skb, &snap->policy.vlan,
			       filter_mask & RTEXT_FILTER_BRVLAN_COMPRESSED))
			goto cancel;
		nla_nest_end(skb, nest);
	}
	nlmsg_end(skb, nlh);
	err = 0;
	goto unlock;

cancel:
	nlmsg_cancel(skb, nlh);
unlock:
	rcu_read_unlock();
	return err;
}
