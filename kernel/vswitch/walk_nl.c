// SPDX-License-Identifier: GPL-2.0
/* Frames of our own making in generic netlink: port-trace, port-inject. */
#include "deliver.h"
#include "netlink.h"
#include "probe.h"
#include "vswitch.h"
#include "walk.h"

/* How many drops of one frame are told. */
#define DROPS_MAX	16

#define TIMEOUT_DEFAULT	1000	/* milliseconds */

/* A frame that the request gives to a port; the switch is locked then. */
static struct vsw_port *lock_port(struct net *net, struct nlattr **attrs,
				  int port_type, int frame_type,
				  struct sk_buff **skb,
				  struct netlink_ext_ack *extack)
{
	struct nlattr *frame = attrs[frame_type];
	struct nlattr *index = attrs[port_type];
	struct vsw_port *port;

	if (!index || !frame) {
		vsw_nl_missing(extack, index ? frame_type : port_type,
			       "which frame, and from which port? both port and frame are needed");
		return ERR_PTR(-EINVAL);
	}
	port = vsw_port_lock(net, nla_get_u32(index), NULL, extack);
	if (IS_ERR(port)) {
		NL_SET_BAD_ATTR(extack, index);
		return port;
	}
	*skb = vsw_walk_frame(port, nla_data(frame), nla_len(frame), extack);
	if (IS_ERR(*skb)) {
		NL_SET_BAD_ATTR(extack, frame);
		vsw_switch_unlock(port->sw);
		return ERR_CAST(*skb);
	}
	return port;
}

/* Walk the frame of a request that only asks. */
static struct vsw_walk *trace(struct net *net, struct nlattr **attrs,
			      struct netlink_ext_ack *extack)
{
	struct vsw_walk *walk;
	struct vsw_port *port;
	struct sk_buff *skb;

	vsw_walk_begin();
	port = lock_port(net, attrs, VSWITCH_A_WALK_PORT, VSWITCH_A_WALK_FRAME,
			 &skb, extack);
	if (IS_ERR(port)) {
		walk = ERR_CAST(port);
		goto end;
	}
	walk = vsw_walk_alloc(port->sw, true);
	if (walk) {
		vsw_walk_run(port, skb, walk);
		if (walk->lost) {
			NL_SET_ERR_MSG_ATTR(extack, attrs[VSWITCH_A_WALK_FRAME],
					    "the way of that frame has more steps than can be told");
			vsw_walk_free(walk);
			walk = ERR_PTR(-E2BIG);
		}
	} else {
		walk = ERR_PTR(-ENOMEM);
		kfree_skb(skb);
	}
	vsw_switch_unlock(port->sw);
end:
	vsw_walk_end();
	return walk;
}

static int fill_step(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct vsw_walk_step *step)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &vsw_genl_family,
				NLM_F_MULTI, VSWITCH_CMD_PORT_TRACE);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, VSWITCH_A_WALK_STAGE, step->stage) ||
	    nla_put_u32(skb, VSWITCH_A_WALK_VERDICT, step->verdict) ||
	    (step->ifindex &&
	     nla_put_u32(skb, VSWITCH_A_WALK_PORT, step->ifindex)) ||
	    (step->has_vid &&
	     nla_put_u16(skb, VSWITCH_A_WALK_VID, step->vid)) ||
	    (step->verdict == VSWITCH_WALK_VERDICT_DROP &&
	     (nla_put_string(skb, VSWITCH_A_WALK_REASON,
			     vsw_drop_name(step->reason)) ||
	      nla_put_string(skb, VSWITCH_A_WALK_TEXT,
			     vsw_drop_text(step->reason)))) ||
	    (step->detail[0] &&
	     nla_put_string(skb, VSWITCH_A_WALK_DETAIL, step->detail)) ||
	    (step->tagged &&
	     (nla_put_be16(skb, VSWITCH_A_WALK_TPID, step->tpid) ||
	      nla_put_u16(skb, VSWITCH_A_WALK_TCI, step->tci)))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* The frame walks before the first message; args[0] is its walk then. */
int vswitch_nl_port_trace_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct vsw_walk *walk = (struct vsw_walk *)cb->args[0];

	if (!walk) {
		walk = trace(sock_net(skb->sk), vsw_genl_dump_attrs(cb),
			     cb->extack);
		if (IS_ERR(walk))
			return PTR_ERR(walk);
		cb->args[0] = (unsigned long)walk;
	}
	while (cb->args[1] < walk->n) {
		if (fill_step(skb, cb, &walk->steps[cb->args[1]]))
			break;
		cb->args[1]++;
	}
	return skb->len;
}

int vswitch_nl_port_trace_done(struct netlink_callback *cb)
{
	vsw_walk_free((struct vsw_walk *)cb->args[0]);
	return 0;
}

static int fill_drop(struct sk_buff *skb, const struct vsw_walk_step *step)
{
	struct nlattr *nest = nla_nest_start(skb, VSWITCH_A_INJECT_DROP);

	if (!nest ||
	    nla_put_u32(skb, VSWITCH_A_INJECT_DROP_PORT, step->ifindex) ||
	    nla_put_string(skb, VSWITCH_A_INJECT_DROP_REASON,
			   vsw_drop_name(step->reason)) ||
	    nla_put_string(skb, VSWITCH_A_INJECT_DROP_TEXT,
			   vsw_drop_text(step->reason)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* What became of an injected frame. */
static int fill_sent(struct sk_buff *skb, const struct vsw_port *port,
		     const struct vsw_walk *walk, u32 *delivered)
{
	u32 i, drops = 0;
	int to = 0;

	*delivered = 0;
	for (i = 0; i < walk->n; i++) {
		const struct vsw_walk_step *step = &walk->steps[i];

		if (step->stage == VSWITCH_WALK_STAGE_DELIVER) {
			to = step->ifindex;
			(*delivered)++;
		} else if (step->verdict == VSWITCH_WALK_VERDICT_DROP &&
			   drops < DROPS_MAX) {
			drops++;
			if (fill_drop(skb, step))
				return -EMSGSIZE;
		}
	}
	if (nla_put_u32(skb, VSWITCH_A_INJECT_PORT, port->dev->ifindex) ||
	    nla_put_u32(skb, VSWITCH_A_INJECT_DELIVERED, *delivered) ||
	    (to && nla_put_u32(skb, VSWITCH_A_INJECT_TO, to)))
		return -EMSGSIZE;
	return 0;
}

static int check_inject(const struct vsw_port *port, const struct sk_buff *skb,
			struct genl_info *info)
{
	if (!port->link_up) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VSWITCH_A_INJECT_PORT],
				    "the port is down, and no answer could reach it");
		return -ENETDOWN;
	}
	if (skb->len > READ_ONCE(port->dev->mtu)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VSWITCH_A_INJECT_FRAME],
				    "the frame is longer than the MTU of the port");
		return -EMSGSIZE;
	}
	return 0;
}

/*
 * Send a frame and say in the reply what became of it. While it may be
 * answered the port has a probe: @waits.
 */
static int inject(struct vsw_port *port, struct sk_buff *skb,
		  struct sk_buff *reply, struct genl_info *info, bool *waits)
{
	struct nlattr *timeout = info->attrs[VSWITCH_A_INJECT_TIMEOUT];
	struct vsw_walk *walk;
	u32 delivered;
	int err;

	*waits = false;
	walk = vsw_walk_alloc(port->sw, false);
	err = walk ? check_inject(port, skb, info) : -ENOMEM;
	if (!err)
		err = vsw_probe_start(port, skb, timeout ?
				      nla_get_u32(timeout) : TIMEOUT_DEFAULT,
				      info);
	if (err) {
		kfree_skb(skb);
		vsw_walk_free(walk);
		return err;
	}
	*waits = true;
	vsw_walk_run(port, skb, walk);
	err = fill_sent(reply, port, walk, &delivered);
	if (err || !delivered)
		vsw_probe_stop(port);
	vsw_walk_free(walk);
	return err;
}

int vswitch_nl_port_inject_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb, *reply;
	struct vsw_port *port;
	bool waits = false;
	void *hdr;
	int err;

	reply = vsw_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	vsw_walk_begin();
	port = lock_port(genl_info_net(info), info->attrs,
			 VSWITCH_A_INJECT_PORT, VSWITCH_A_INJECT_FRAME, &skb,
			 info->extack);
	err = PTR_ERR_OR_ZERO(port);
	if (!err) {
		err = inject(port, skb, reply, info, &waits);
		vsw_switch_unlock(port->sw);
	}
	/* Else the probe does so when it has waited enough. */
	if (!waits)
		vsw_walk_end();
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return vsw_nl_reply_send(info, reply, hdr);
}
