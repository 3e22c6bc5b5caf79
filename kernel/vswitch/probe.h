/* SPDX-License-Identifier: GPL-2.0 */
/* Frames that ports are made to send, and the answers to them. */
#ifndef _VSW_PROBE_H
#define _VSW_PROBE_H

#include <linux/types.h>

struct genl_info;
struct sk_buff;
struct vsw_frame;
struct vsw_port;
struct vsw_snap;

int vsw_probe_start(struct vsw_port *port, const struct sk_buff *skb,
		    u32 timeout, const struct genl_info *info);
void vsw_probe_stop(struct vsw_port *port);
void vsw_probe_end(struct vsw_port *port);
void vsw_probe_free(struct vsw_port *port);
bool vsw_probe_catch(const struct vsw_frame *frame,
		     const struct vsw_snap *dst, const struct sk_buff *skb);

#endif
