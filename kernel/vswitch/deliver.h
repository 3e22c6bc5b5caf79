/* SPDX-License-Identifier: GPL-2.0 */
/* The last stages: to one port, to many, to none. */
#ifndef _VSW_DELIVER_H
#define _VSW_DELIVER_H

#include "dest.h"
#include "frame.h"
#include "vswitch.h"

/**
 * vsw_table_port() - the snapshot of a port
 * @table: the table
 * @port: the port, which may have left or not yet joined
 *
 * Return: the snapshot, or NULL when the port is not in this table.
 */
static inline const struct vsw_snap *
vsw_table_port(const struct vsw_table *table, const struct vsw_port *port)
{
	const struct vsw_snap *snap;

	if (unlikely(port->index >= table->size))
		return NULL;
	snap = table->snaps[port->index];
	return likely(snap && snap->port == port) ? snap : NULL;
}

/* ingress.c */
enum vsw_drop_reason vsw_ingress_policy(struct vsw_frame *frame);

/* deliver.c */
void vsw_deliver(const struct vsw_frame *frame, const struct vsw_snap *dst,
		 struct sk_buff *skb);
void vsw_deliver_copy(const struct vsw_frame *frame, const struct vsw_snap *dst,
		      struct sk_buff *skb, bool refused);
enum vsw_drop_reason vsw_egress(struct vsw_frame *frame,
				const struct vsw_snap *dst);
enum vsw_drop_reason vsw_egress_fits(const struct vsw_frame *frame,
				     const struct vsw_snap *dst);
void vsw_unicast(struct vsw_frame *frame, const struct vsw_snap *dst);
void vsw_flood(struct vsw_frame *frame, enum vsw_flood_kind kind);

/* drop.c */
void vsw_refuse(const struct vsw_frame *frame, const struct vsw_snap *at,
		enum vsw_drop_reason reason);
void vsw_drop(const struct vsw_frame *frame, const struct vsw_snap *at,
	      enum vsw_drop_reason reason);
void vsw_discard(const struct vsw_frame *frame);
const char *vsw_drop_name(enum vsw_drop_reason reason);
const char *vsw_drop_text(enum vsw_drop_reason reason);

#endif
