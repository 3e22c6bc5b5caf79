/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vswitch

#if !defined(_VSW_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VSW_TRACE_H

#include <linux/tracepoint.h>

#include "deliver.h"
#include "vswitch.h"

#define VSW_REASON_LEN 20

/* A port gave a frame to the switch. Its VLAN is not known yet. */
TRACE_EVENT(vsw_receive,
	TP_PROTO(const struct vsw_frame *frame),
	TP_ARGS(frame),
	TP_STRUCT__entry(
		__array(char, port, IFNAMSIZ)
		__array(u8, h_dest, ETH_ALEN)
		__array(u8, h_source, ETH_ALEN)
		__field(u16, tpid)
		__field(u16, tci)
		__field(u16, proto)
		__field(u32, bytes)
	),
	TP_fast_assign(
		strscpy(__entry->port, frame->src->dev->name, IFNAMSIZ);
		vsw_key_mac(frame->dst_key, __entry->h_dest);
		vsw_key_mac(frame->src_key, __entry->h_source);
		__entry->tpid = ntohs(frame->tags.tpid);
		__entry->tci = frame->tags.tci;
		__entry->proto = ntohs(frame->tags.inner);
		__entry->bytes = frame->bytes;
	),
	TP_printk("port=%s %pM > %pM tpid=0x%04x tci=0x%04x proto=0x%04x bytes=%u",
		  __entry->port, __entry->h_source, __entry->h_dest,
		  __entry->tpid, __entry->tci, __entry->proto, __entry->bytes)
);

/* The switch gives a frame to a port. */
TRACE_EVENT(vsw_forward,
	TP_PROTO(const struct vsw_frame *frame, const struct vsw_snap *dst),
	TP_ARGS(frame, dst),
	TP_STRUCT__entry(
		__array(char, port, IFNAMSIZ)
		__array(char, src, IFNAMSIZ)
		__array(u8, h_dest, ETH_ALEN)
		__array(u8, h_source, ETH_ALEN)
		__field(u16, vid)
		__field(u32, bytes)
	),
	TP_fast_assign(
		strscpy(__entry->port, dst->dev->name, IFNAMSIZ);
		strscpy(__entry->src, frame->src->dev->name, IFNAMSIZ);
		vsw_key_mac(frame->dst_key, __entry->h_dest);
		vsw_key_mac(frame->src_key, __entry->h_source);
		__entry->vid = frame->vid;
		__entry->bytes = frame->bytes;
	),
	TP_printk("port=%s from=%s %pM > %pM vlan=%u bytes=%u",
		  __entry->port, __entry->src, __entry->h_source,
		  __entry->h_dest, __entry->vid, __entry->bytes)
);

/* A port's policy kept a frame from going on. */
TRACE_EVENT(vsw_drop,
	TP_PROTO(const struct vsw_frame *frame, const struct vsw_snap *at,
		 enum vsw_drop_reason reason),
	TP_ARGS(frame, at, reason),
	TP_STRUCT__entry(
		__array(char, port, IFNAMSIZ)
		__array(char, src, IFNAMSIZ)
		__array(char, reason, VSW_REASON_LEN)
		__array(u8, h_dest, ETH_ALEN)
		__array(u8, h_source, ETH_ALEN)
		__field(u16, vid)
		__field(u16, proto)
		__field(u32, bytes)
	),
	TP_fast_assign(
		strscpy(__entry->port, at->dev->name, IFNAMSIZ);
		strscpy(__entry->src, frame->src->dev->name, IFNAMSIZ);
		strscpy(__entry->reason, vsw_drop_name(reason), VSW_REASON_LEN);
		vsw_key_mac(frame->dst_key, __entry->h_dest);
		vsw_key_mac(frame->src_key, __entry->h_source);
		__entry->vid = frame->vid;
		__entry->proto = ntohs(frame->tags.inner);
		__entry->bytes = frame->bytes;
	),
	TP_printk("reason=%s port=%s from=%s %pM > %pM vlan=%u proto=0x%04x bytes=%u",
		  __entry->reason, __entry->port, __entry->src,
		  __entry->h_source, __entry->h_dest, __entry->vid,
		  __entry->proto, __entry->bytes)
);

/* An entry of the FDB came, moved or went. */
TRACE_EVENT(vsw_fdb,
	TP_PROTO(const struct vsw_switch *sw, const struct vsw_fdb_entry *fdb,
		 bool gone),
	TP_ARGS(sw, fdb, gone),
	TP_STRUCT__entry(
		__array(char, sw, IFNAMSIZ)
		__array(char, port, IFNAMSIZ)
		__array(u8, mac, ETH_ALEN)
		__field(u16, vid)
		__field(bool, is_static)
		__field(bool, gone)
	),
	TP_fast_assign(
		strscpy(__entry->sw, sw->dev->name, IFNAMSIZ);
		strscpy(__entry->port, fdb->port->dev->name, IFNAMSIZ);
		vsw_key_mac(fdb->key, __entry->mac);
		__entry->vid = vsw_key_vid(fdb->key);
		__entry->is_static = fdb->state == VSWITCH_FDB_STATE_STATIC;
		__entry->gone = gone;
	),
	TP_printk("switch=%s %s %pM vlan=%u port=%s%s", __entry->sw,
		  __entry->gone ? "del" : "set", __entry->mac, __entry->vid,
		  __entry->port, __entry->is_static ? " static" : "")
);

/* New configuration was published: frames see it from now on. */
TRACE_EVENT(vsw_policy,
	TP_PROTO(const struct vsw_switch *sw, const struct vsw_table *table),
	TP_ARGS(sw, table),
	TP_STRUCT__entry(
		__array(char, sw, IFNAMSIZ)
		__field(u32, generation)
		__field(u32, ports)
	),
	TP_fast_assign(
		strscpy(__entry->sw, sw->dev->name, IFNAMSIZ);
		__entry->generation = table->generation;
		__entry->ports = sw->nr_ports;
	),
	TP_printk("switch=%s generation=%u ports=%u", __entry->sw,
		  __entry->generation, __entry->ports)
);

#endif /* _VSW_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
