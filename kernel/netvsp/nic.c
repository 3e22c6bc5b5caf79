// SPDX-License-Identifier: GPL-2.0
/*
 * A NIC's life.
 *
 *	add		its netdev is registered, then a device is offered to the
 *			partition's guest
 *	dellink		however the netdev goes: nothing is done with it any more, but the
 *			guest's driver gets answers until it lets go (bye)
 *	bye		waits for that
 *
 * A partition that is removed begins with the end of that: nsp_service.release().
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "netvsp.h"

/*
 * So many bytes the guest may have in any case: it gives sections back when it has seen
 * many, and frames that come together shall be shown together.
 */
#define UNDERWAY	(256 << 10)

/* What is shown waits for so long, in ms. */
#define SHOW_TRIES	20
#define SHOW_WAIT	5

static bool is_nic(const struct net_device *dev)
{
	return dev->rtnl_link_ops == &nsp_link_ops;
}

/**
 * nsp_nic_put() - give a reference back
 * @nic: the NIC; gone if it was the last one
 *
 * Context: process.
 */
void nsp_nic_put(struct nsp_nic *nic)
{
	u32 i;

	if (!refcount_dec_and_test(&nic->ref))
		return;
	for (i = 0; i < nic->n_queues; i++)
		nsp_frame_exit(&nic->queues[i]);
	kfree(rcu_dereference_protected(nic->filter, true));
	kvfree(rcu_dereference_protected(nic->rss, true));
	kvfree(nic);
}

/* The last who knows of the netdev is gone. */
static void netdev_free(struct net_device *dev)
{
	struct nsp_nic *nic = nsp_nic(dev);
	u32 i;

	for (i = 0; i < nic->n_queues; i++)
		netif_napi_del(&nic->queues[i].napi);
	nsp_nic_put(nic);
}

/*
 * The session cannot be looked at while somebody waits for a guest's memory, which may be
 * long: with RTNL held that is not waited for. Then it is shown as it was before.
 */
static bool run_for_show(struct nsp_nic *nic)
{
	int i;

	for (i = 0; i < SHOW_TRIES; i++) {
		if (down_read_trylock(&nic->run))
			return true;
		msleep(SHOW_WAIT);
	}
	return false;
}

static void fill_session(struct nsp_nic *nic, struct vmh_nic_info *info)
{
	const struct nsp_session *s = &nic->session;

	lockdep_assert_held_read(&nic->run);
	info->state = s->state;
	info->version = s->version;
	info->ndis = s->ndis;
	info->guest_mtu = s->frame ? s->frame - ETH_HLEN : 0;
	ether_addr_copy(info->guest_mac, s->mac);
	info->filter = s->filter_bits;
	info->rsc = s->rsc4 || s->rsc6;
	info->rss = rcu_access_pointer(nic->rss);
	info->sections = s->recv ? s->recv->count : 0;
	info->section_size = s->recv ? s->recv->size : 0;
}

static void fill_info(struct nsp_nic *nic, struct vmh_nic_info *info)
{
	struct vmh_nic_config *c = &info->config;

	ASSERT_RTNL();
	if (run_for_show(nic)) {
		fill_session(nic, &nic->shown);
		up_read(&nic->run);
	}
	*info = nic->shown;
	strscpy(c->name, nic->dev->name, sizeof(c->name));
	strscpy(c->partition, nic->partition, sizeof(c->partition));
	ether_addr_copy(c->mac, nic->mac);
	c->queues = nic->n_queues;
	c->mtu = nic->max_mtu;
	c->speed = nic->speed;
	c->instance = nic->instance;
	info->ifindex = nic->dev->ifindex;
	info->link = nic->link;
	info->channels = atomic_read(&nic->open_queues);
}

static void notify(struct nsp_nic *nic, bool gone)
{
	struct vmh_nic_info info = {};

	fill_info(nic, &info);
	vmh_nic_notify(dev_net(nic->dev), &info, gone);
}

/* Not by the hand of whoever administers the netdev, which then keeps it. */
static int set_mtu(struct nsp_nic *nic, u32 mtu)
{
	int err;

	ASSERT_RTNL();
	set_bit(NSP_MTU_FOLLOWS, &nic->flags);
	err = dev_set_mtu(nic->dev, mtu);
	clear_bit(NSP_MTU_FOLLOWS, &nic->flags);
	return err;
}

/*
 * Its guest came, or went: the netdev's MTU is the guest's, unless it was set by hand. Or
 * it goes on.
 */
static void nic_work(struct work_struct *work)
{
	struct nsp_nic *nic = container_of(work, struct nsp_nic, work);
	u32 frame = READ_ONCE(nic->session.frame);

	rtnl_lock();
	if (nic->dying)
		goto unlock;
	if (frame && frame - ETH_HLEN != nic->dev->mtu &&
	    !test_bit(NSP_MTU_BY_HAND, &nic->flags))
		set_mtu(nic, frame - ETH_HLEN);
	nsp_indicate_due(nic);
	notify(nic, false);
unlock:
	rtnl_unlock();
}

static void stall_work(struct work_struct *work)
{
	struct nsp_nic *nic = container_of(to_delayed_work(work), struct nsp_nic,
					   stall_work);

	if (nsp_tx_stall(nic))
		queue_delayed_work(nsp_wq, &nic->stall_work, HZ);
}

/* Workers and senders leave the netdev alone from here on. */
static void quiesce(struct nsp_nic *nic)
{
	u32 i;

	down_write(&nic->run);
	nic->dying = true;
	for (i = 0; i < nic->n_queues; i++)
		nsp_tx_quit(&nic->queues[i]);
	up_write(&nic->run);
}

static void nsp_dellink(struct net_device *dev, struct list_head *head)
{
	struct nsp_nic *nic = nsp_nic(dev);

	ASSERT_RTNL();
	if (nic->dying)
		return;
	notify(nic, true);
	quiesce(nic);
	unregister_netdevice_queue(dev, head);
	if (!test_and_set_bit(NSP_GOING, &nic->flags))
		queue_work(nsp_wq, &nic->bye);
}

static void drop_netdev(struct nsp_nic *nic)
{
	LIST_HEAD(list);

	rtnl_lock();
	if (!nic->dying) {
		nsp_dellink(nic->dev, &list);
		unregister_netdevice_many(&list);
	}
	rtnl_unlock();
}

static void nic_bye(struct work_struct *work)
{
	struct nsp_nic *nic = container_of(work, struct nsp_nic, bye);

	/* One that was only just offered. */
	mutex_lock(&nic->offer_lock);
	mutex_unlock(&nic->offer_lock);
	drop_netdev(nic);
	if (nic->vdev)
		vmh_withdraw_gently(nic->vdev);
	cancel_work_sync(&nic->work);
	cancel_delayed_work_sync(&nic->stall_work);
	nsp_nic_put(nic);
}

static int nsp_newlink(struct net *src_net, struct net_device *dev,
		       struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack,
		       "a NIC has a partition: vswitchctl nic add PARTITION makes one");
	return -EOPNOTSUPP;
}

/* For ip -d link show. */
enum {
	INFO_UNSPEC,
	INFO_PARTITION,
	INFO_MAX = INFO_PARTITION,
};

static size_t nsp_get_size(const struct net_device *dev)
{
	return nla_total_size(VMBUS_HOST_NAME_MAX + 1);
}

static int nsp_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	return nla_put_string(skb, INFO_PARTITION, nsp_nic(dev)->partition);
}

static void link_setup(struct net_device *dev)
{
	ether_setup(dev);
}

struct rtnl_link_ops nsp_link_ops = {
	.kind		= "netvsp",
	.maxtype	= INFO_MAX,
	.priv_size	= sizeof(struct nsp_nic *),
	.setup		= link_setup,
	.newlink	= nsp_newlink,
	.dellink	= nsp_dellink,
	.get_size	= nsp_get_size,
	.fill_info	= nsp_fill_info,
};

/*
 * This end has another address than the guest: a bridge takes its own for the host's. The
 * guest's is its permanent one, which a vswitch assigns to its port.
 */
static void set_address(struct net_device *dev, const u8 *mac)
{
	u8 addr[ETH_ALEN];

	ether_addr_copy(addr, mac);
	addr[0] = mac[0] == 0xfe ? 0xfa : 0xfe;
	eth_hw_addr_set(dev, addr);
}

static void queue_init(struct nsp_nic *nic, u32 index)
{
	struct nsp_queue *q = &nic->queues[index];

	q->nic = nic;
	q->index = index;
	__skb_queue_head_init(&q->rx);
	skb_queue_head_init(&q->rx_ready);
	__skb_queue_head_init(&q->rx_polled);
	skb_queue_head_init(&q->backlog);
	u64_stats_init(&q->stats.rx_sync);
	u64_stats_init(&q->stats.tx_sync);
	netif_napi_add(nic->dev, &q->napi, nsp_rx_poll);
	netdev_queue_set_dql_min_limit(netdev_get_tx_queue(nic->dev, index),
				       UNDERWAY);
}

static struct nsp_nic *nic_alloc(struct net *net,
				 const struct vmh_nic_config *config)
{
	struct net_device *dev;
	struct nsp_nic *nic;
	u32 i;

	nic = kvzalloc(struct_size(nic, queues, config->queues),
		       GFP_KERNEL_ACCOUNT);
	if (!nic)
		return NULL;
	dev = alloc_netdev_mqs(sizeof(nic), config->name,
			       strchr(config->name, '%') ? NET_NAME_ENUM :
							   NET_NAME_USER,
			       nsp_netdev_setup, config->queues, config->queues);
	if (!dev) {
		kvfree(nic);
		return NULL;
	}
	dev_net_set(dev, net);
	*(struct nsp_nic **)netdev_priv(dev) = nic;
	/* The netdev, and what is offered. */
	refcount_set(&nic->ref, 2);
	nic->dev = dev;
	strscpy(nic->partition, config->partition, sizeof(nic->partition));
	nic->instance = config->instance;
	ether_addr_copy(nic->mac, config->mac);
	nic->n_queues = config->queues;
	nic->max_mtu = config->mtu;
	nic->speed = config->speed;
	nic->rx_usecs = NSP_RX_USECS;
	nic->rx_adaptive = true;
	init_rwsem(&nic->run);
	mutex_init(&nic->control_lock);
	mutex_init(&nic->offer_lock);
	INIT_LIST_HEAD(&nic->control);
	INIT_WORK(&nic->work, nic_work);
	INIT_DELAYED_WORK(&nic->stall_work, stall_work);
	INIT_WORK(&nic->bye, nic_bye);
	for (i = 0; i < config->queues; i++)
		queue_init(nic, i);
	set_address(dev, config->mac);
	dev->max_mtu = config->mtu;
	dev->mtu = min_t(u32, config->mtu, ETH_DATA_LEN);
	netif_carrier_off(dev);
	return nic;
}

static int nic_register(struct nsp_nic *nic, struct vmh_nic_info *info)
{
	int err;

	rtnl_lock();
	err = register_netdevice(nic->dev);
	if (!err) {
		/* Who fails frees it himself. */
		nic->dev->priv_destructor = netdev_free;
		ether_addr_copy(nic->dev->perm_addr, nic->mac);
		fill_info(nic, info);
	}
	rtnl_unlock();
	return err;
}

static int nic_add(struct net *net, struct vmh_partition *p,
		   const struct vmh_nic_config *config,
		   struct vmh_nic_info *info, struct netlink_ext_ack *extack)
{
	struct nsp_nic *nic = nic_alloc(net, config);
	struct vmh_device *vdev;
	int err;

	if (!nic)
		return -ENOMEM;
	mutex_lock(&nic->offer_lock);
	err = nic_register(nic, info);
	if (err) {
		if (err == -EEXIST)
			NL_SET_ERR_MSG(extack, "name: there is a netdev of this name");
		else if (err != -ENOMEM)
			NL_SET_ERR_MSG(extack, "name: all numbers are taken, or somebody objects");
		mutex_unlock(&nic->offer_lock);
		free_netdev(nic->dev);
		kvfree(nic);
		return err;
	}
	/* Not under RTNL: it may wait for a guest. */
	vdev = vmh_offer(p, &nsp_service, &nic->instance, NULL, nic);
	if (!IS_ERR(vdev))
		nic->vdev = vdev;
	else
		err = PTR_ERR(vdev);
	/* Who was refused does not find it any more; the rest is left to bye. */
	if (err)
		drop_netdev(nic);
	mutex_unlock(&nic->offer_lock);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack, "instance: the partition has a NIC of this GUID");
	else if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack, "the partition has as many channels as it can have");
	else if (err == -ENODEV)
		NL_SET_ERR_MSG(extack, "partition: it is being removed");
	return err;
}

/* Return: under RTNL; NULL if there is none. */
static struct nsp_nic *find(struct net *net, const char *name)
{
	struct net_device *dev = __dev_get_by_name(net, name);

	ASSERT_RTNL();
	return dev && is_nic(dev) && !nsp_nic(dev)->dying ? nsp_nic(dev) : NULL;
}

static int nic_set(struct net *net, const char *name,
		   const struct vmh_nic_change *change,
		   struct vmh_nic_info *info, struct netlink_ext_ack *extack)
{
	struct nsp_nic *nic;
	int err = 0;

	rtnl_lock();
	nic = find(net, name);
	if (!nic) {
		err = -ENODEV;
		goto unlock;
	}
	if (change->mtu) {
		if (nic->dev->mtu > change->mtu)
			err = set_mtu(nic, change->mtu);
		if (err) {
			NL_SET_ERR_MSG(extack, "mtu: somebody objects, who uses the netdev");
			goto unlock;
		}
		WRITE_ONCE(nic->max_mtu, change->mtu);
		nic->dev->max_mtu = change->mtu;
	}
	if (change->mac) {
		ether_addr_copy(nic->mac, change->mac);
		ether_addr_copy(nic->dev->perm_addr, change->mac);
	}
	if (change->speed && change->speed != nic->speed) {
		WRITE_ONCE(nic->speed, change->speed);
		nsp_indicate_speed(nic);
	}
	fill_info(nic, info);
unlock:
	rtnl_unlock();
	return err;
}

static int nic_del(struct net *net, const char *name)
{
	struct nsp_nic *nic;
	LIST_HEAD(list);

	rtnl_lock();
	nic = find(net, name);
	if (nic) {
		nsp_dellink(nic->dev, &list);
		unregister_netdevice_many(&list);
	}
	rtnl_unlock();
	return nic ? 0 : -ENODEV;
}

static int nic_get(struct net *net, const char *name, struct vmh_nic_info *info)
{
	struct nsp_nic *nic;

	rtnl_lock();
	nic = find(net, name);
	if (nic)
		fill_info(nic, info);
	rtnl_unlock();
	return nic ? 0 : -ENODEV;
}

static int nic_next(struct net *net, u32 after, struct vmh_nic_info *info)
{
	struct net_device *dev, *best = NULL;

	rtnl_lock();
	for_each_netdev(net, dev) {
		if (is_nic(dev) && !nsp_nic(dev)->dying &&
		    (u32)dev->ifindex > after &&
		    (!best || dev->ifindex < best->ifindex))
			best = dev;
	}
	if (best)
		fill_info(nsp_nic(best), info);
	rtnl_unlock();
	return best ? 0 : -ENODEV;
}

const struct vmh_nic_ops nsp_nic_ops = {
	.add	= nic_add,
	.set	= nic_set,
	.del	= nic_del,
	.get	= nic_get,
	.next	= nic_next,
};
