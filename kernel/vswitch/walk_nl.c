// SPDX-License-Identifier: GPL-2.0
/* Walks in generic netlink: port-trace. */
#include "deliver.h"
#include "netlink.h"
#include "vswitch.h"
#include "walk.h"

/* A frame that the request gives to a port; the switch is locked then. */
static struct vsw_port *lock_port(struct net *net, struct nlattr **attrs,
				  struct sk_buff **skb,
				  struct netlink_ext_ack *extack)
{
	struct nlattr *frame = attrs[VSWITCH_A_WALK_FRAME];
	struct nlattr *index = attrs[VSWITCH_A_WALK_PORT];
	struct vsw_port *port;

	if (!index || !frame) {
		NL_SET_ERR_MSG(extack,
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
	port = lock_port(net, attrs, &skb, extack);
	if (IS_ERR(port)) {
		walk = ERR_CAST(port);
		goto end;
	}
	walk = vsw_walk_alloc(port->sw, true);
	if (walk) {
		vsw_walk_run(port, skb, walk);
		if (walk->lost) {
			NL_SET_ERR_MSG(extack,
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
