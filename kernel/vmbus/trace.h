/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vmbus_host

#if !defined(_VMH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VMH_TRACE_H

#include <linux/tracepoint.h>

#include "partition.h"

#define VMH_TRACE_NAME	(VMBUS_HOST_NAME_MAX + 1)

DECLARE_EVENT_CLASS(vmbus_message,
	TP_PROTO(const char *partition, const void *message, u32 len),
	TP_ARGS(partition, message, len),
	TP_STRUCT__entry(
		__array(char, partition, VMH_TRACE_NAME)
		__field(u32, type)
		__field(u32, len)
		__field(u32, first)
	),
	TP_fast_assign(
		const __le32 *word = message;

		strscpy(__entry->partition, partition, VMH_TRACE_NAME);
		__entry->type = le32_to_cpu(word[0]);
		__entry->len = len;
		__entry->first = len >= 12 ? le32_to_cpu(word[2]) : 0;
	),
	TP_printk("partition=%s type=%u len=%u first=0x%x", __entry->partition,
		  __entry->type, __entry->len, __entry->first)
);

/* The guest posted a control message. */
DEFINE_EVENT(vmbus_message, vmbus_message_in,
	TP_PROTO(const char *partition, const void *message, u32 len),
	TP_ARGS(partition, message, len)
);

/* One is there for the guest to read. */
DEFINE_EVENT(vmbus_message, vmbus_message_out,
	TP_PROTO(const char *partition, const void *message, u32 len),
	TP_ARGS(partition, message, len)
);

DECLARE_EVENT_CLASS(vmbus_channel,
	TP_PROTO(const struct vmh_channel *ch),
	TP_ARGS(ch),
	TP_STRUCT__entry(
		__array(char, partition, VMH_TRACE_NAME)
		__field(u32, relid)
		__field(u32, index)
		__field(u32, vp)
		__field(u32, error)
	),
	TP_fast_assign(
		strscpy(__entry->partition, ch->partition->name, VMH_TRACE_NAME);
		__entry->relid = ch->relid;
		__entry->index = ch->index;
		__entry->vp = ch->vp;
		__entry->error = ch->error;
	),
	TP_printk("partition=%s relid=%u index=%u vp=%d error=%u",
		  __entry->partition, __entry->relid, __entry->index,
		  (int)__entry->vp, __entry->error)
);

DEFINE_EVENT(vmbus_channel, vmbus_channel_open,
	TP_PROTO(const struct vmh_channel *ch),
	TP_ARGS(ch)
);

DEFINE_EVENT(vmbus_channel, vmbus_channel_close,
	TP_PROTO(const struct vmh_channel *ch),
	TP_ARGS(ch)
);

/* The guest broke the rules; error is enum vmbus_host_error. */
DEFINE_EVENT(vmbus_channel, vmbus_channel_break,
	TP_PROTO(const struct vmh_channel *ch),
	TP_ARGS(ch)
);

DECLARE_EVENT_CLASS(vmbus_packet,
	TP_PROTO(const struct vmh_channel *ch, const struct vmh_descriptor *desc,
		 u32 len),
	TP_ARGS(ch, desc, len),
	TP_STRUCT__entry(
		__array(char, partition, VMH_TRACE_NAME)
		__field(u32, relid)
		__field(u16, type)
		__field(u16, flags)
		__field(u64, trans_id)
		__field(u32, len)
	),
	TP_fast_assign(
		strscpy(__entry->partition, ch->partition->name, VMH_TRACE_NAME);
		__entry->relid = ch->relid;
		__entry->type = le16_to_cpu(desc->type);
		__entry->flags = le16_to_cpu(desc->flags);
		__entry->trans_id = le64_to_cpu(desc->trans_id);
		__entry->len = len;
	),
	TP_printk("partition=%s relid=%u type=%u flags=%u trans_id=0x%llx len=%u",
		  __entry->partition, __entry->relid, __entry->type,
		  __entry->flags, __entry->trans_id, __entry->len)
);

/* A packet from the guest was copied out of the ring. */
DEFINE_EVENT(vmbus_packet, vmbus_packet_in,
	TP_PROTO(const struct vmh_channel *ch, const struct vmh_descriptor *desc,
		 u32 len),
	TP_ARGS(ch, desc, len)
);

/* A packet is about to be written for the guest. */
DEFINE_EVENT(vmbus_packet, vmbus_packet_out,
	TP_PROTO(const struct vmh_channel *ch, const struct vmh_descriptor *desc,
		 u32 len),
	TP_ARGS(ch, desc, len)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
