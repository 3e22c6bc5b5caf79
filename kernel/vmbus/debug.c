// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: vmbus_host/rings shows what lies in the rings of all open channels.
 *
 * It reads what guests can write to at the same time, and is a picture, no more. A
 * partition whose lock is held is left out: its guest may be the one who holds us
 * up.
 */
#include <linux/debugfs.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>

#include "debug.h"
#include "partition.h"

/* So many packets of each ring. */
#define PACKETS_MAX	32

static struct dentry *dir;

/* @ring: a copy, to be walked through as its consumer would */
static void show_packets(struct seq_file *m, struct vmh_ring *ring)
{
	struct vmh_descriptor desc;
	int n, ret = 0;

	for (n = 0; n < PACKETS_MAX; n++) {
		ret = vmh_ring_peek(ring, &desc);
		if (ret <= 0)
			break;
		seq_printf(m, "    at %u: type %u flags %u trans-id 0x%llx header %u length %u\n",
			   ring->own, le16_to_cpu(desc.type),
			   le16_to_cpu(desc.flags), le64_to_cpu(desc.trans_id),
			   le16_to_cpu(desc.offset8) * VMH_UNIT,
			   le16_to_cpu(desc.len8) * VMH_UNIT);
		vmh_ring_skip(ring, &desc);
	}
	if (ret > 0)
		seq_puts(m, "    ...\n");
	else if (ret < 0)
		seq_printf(m, "    at %u: no packet (%d)\n", ring->own, ret);
}

static void show_ring(struct seq_file *m, const char *name,
		      const struct vmh_ring *ring, bool producer)
{
	struct vmh_ring_header hdr;
	struct vmh_ring copy = *ring;

	seq_printf(m, "  %s: size %u own %u published %u waiting %u", name,
		   copy.size, copy.own, copy.published, copy.waiting);
	/* Reading what is not mapped may wait for the guest, with locks held. */
	if (!copy.mem->base || vmh_ring_header(&copy, &hdr)) {
		seq_puts(m, " (not mapped)\n");
		return;
	}
	seq_printf(m, " write %u read %u mask %u pending %u features 0x%x\n",
		   le32_to_cpu(hdr.write_index), le32_to_cpu(hdr.read_index),
		   le32_to_cpu(hdr.interrupt_mask),
		   le32_to_cpu(hdr.pending_send_sz),
		   le32_to_cpu(hdr.feature_bits));
	/* Of our own the guest is the consumer. */
	if (producer)
		copy.own = le32_to_cpu(hdr.read_index);
	if (copy.own < copy.size && !(copy.own % VMH_UNIT))
		show_packets(m, &copy);
}

static void show_partition(struct seq_file *m, struct vmh_partition *p)
{
	struct vmh_channel *ch;
	unsigned long relid;

	if (!mutex_trylock(&p->lock)) {
		seq_printf(m, "%s: busy\n", p->name);
		return;
	}
	xa_for_each(&p->channels, relid, ch) {
		if (!ch->open)
			continue;
		seq_printf(m, "%s: channel %u %s index %u%s%s%s\n", p->name,
			   ch->relid, ch->dev->name, ch->index,
			   ch->mapped ? " mapped" : "",
			   READ_ONCE(ch->held) ? " held" : "",
			   READ_ONCE(ch->error) == VMH_NO_ERROR ? "" : " broken");
		show_ring(m, "from the guest", &ch->in, false);
		show_ring(m, "to the guest", &ch->out, true);
	}
	mutex_unlock(&p->lock);
}

static int rings_show(struct seq_file *m, void *v)
{
	struct vmh_partition *p;
	struct vmh_net *vnet;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net) {
		vnet = vmh_net(net);
		mutex_lock(&vnet->lock);
		list_for_each_entry(p, &vnet->partitions, node)
			show_partition(m, p);
		mutex_unlock(&vnet->lock);
	}
	up_read(&net_rwsem);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(rings);

/**
 * vmh_debug_init() - make the file; that it could not be is of no matter
 */
void __init vmh_debug_init(void)
{
	dir = debugfs_create_dir("vmbus_host", NULL);
	debugfs_create_file("rings", 0400, dir, NULL, &rings_fops);
}

/**
 * vmh_debug_exit() - take it away
 */
void vmh_debug_exit(void)
{
	debugfs_remove(dir);
}
