// SPDX-License-Identifier: GPL-2.0
/*
 * The bus: devices of all guests, and the drivers that serve them.
 *
 * No uevent says what module a device wants: udev would load the distribution's
 * hv_vmbus, whose symbols are taken.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/sched/isolation.h>
#include <linux/ptrace.h>
#include <linux/efi.h>
#include <linux/dma-map-ops.h>
#include <asm/mshyperv.h>
#include <linux/hyperv.h>
#include <linux/tracepoint.h>
#ifndef __GENKSYMS__
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>

#include "local.h"
#endif

/* GUIDs are initialised by a designated member of this. */
struct kind {
	guid_t guid;
	u16 type;
	bool fast;
	bool once;
};

/*
 * @fast: much goes through, so that its channels are spread over processors.
 * @once: the driver has one state for all devices of the class, and would free it
 * once for each of them.
 */
static const struct kind kinds[] = {
	{ HV_IDE_GUID, .type = HV_IDE, .fast = true },
	{ HV_SCSI_GUID, .type = HV_SCSI, .fast = true },
	{ HV_SYNTHFC_GUID, .type = HV_FC, .fast = true },
	{ HV_NIC_GUID, .type = HV_NIC, .fast = true },
	{ HV_ND_GUID, .type = HV_ND, .fast = true },
	{ HV_PCIE_GUID, .type = HV_PCIE },
	{ HV_SYNTHVID_GUID, .type = HV_FB },
	{ HV_KBD_GUID, .type = HV_KBD },
	{ HV_MOUSE_GUID, .type = HV_MOUSE },
	{ HV_KVP_GUID, .type = HV_KVP, .once = true },
	{ HV_TS_GUID, .type = HV_TS, .once = true },
	{ HV_HEART_BEAT_GUID, .type = HV_HB, .once = true },
	{ HV_SHUTDOWN_GUID, .type = HV_SHUTDOWN, .once = true },
	{ HV_FCOPY_GUID, .type = HV_FCOPY, .once = true },
	{ HV_VSS_GUID, .type = HV_BACKUP, .once = true },
	{ HV_DM_GUID, .type = HV_DM, .once = true },
};

static const struct kind *find_kind(u16 type)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return NULL;
}

/**
 * vml_device_type() - what kind of device has a class?
 * @class: GUID of the class
 *
 * Return: enum vmbus_device_type.
 */
u16 vml_device_type(const guid_t *class)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (guid_equal(class, &kinds[i].guid))
			return kinds[i].type;
	}
	return HV_UNKNOWN;
}

/**
 * vml_is_fast() - does much go through a kind of device?
 * @type: enum vmbus_device_type
 *
 * Return: true if each channel shall have a processor of its own.
 */
bool vml_is_fast(u16 type)
{
	const struct kind *kind = find_kind(type);

	return kind && kind->fast;
}

static bool is_once(u16 type)
{
	const struct kind *kind = find_kind(type);

	return kind && kind->once;
}

/* Types of those devices with such a driver that have it, as bits. */
static unsigned long taken;

static const struct hv_vmbus_device_id *
find_id(const struct hv_driver *drv, const struct hv_device *dev)
{
	const struct hv_vmbus_device_id *id;

	for (id = drv->id_table; id && !guid_is_null(&id->guid); id++) {
		if (guid_equal(&id->guid, &dev->dev_type))
			return id;
	}
	return NULL;
}

static int bus_match(struct device *device, VSW_MATCH_DRIVER *driver)
{
	return !!find_id(container_of(driver, struct hv_driver, driver),
			 container_of(device, struct hv_device, device));
}

static int bus_probe(struct device *device)
{
	struct hv_driver *drv = container_of(device->driver, struct hv_driver,
					     driver);
	struct hv_device *dev = container_of(device, struct hv_device, device);
	bool once = is_once(dev->device_id);
	int err;

	if (once && test_and_set_bit(dev->device_id, &taken)) {
		pr_notice("%s waits: %s can serve one device of its class\n",
			  dev_name(device), drv->name);
		return -ENODEV;
	}
	err = drv->probe(dev, find_id(drv, dev));
	if (err && once)
		clear_bit(dev->device_id, &taken);
	return err;
}

static void bus_remove(struct device *device)
{
	struct hv_driver *drv = container_of(device->driver, struct hv_driver,
					     driver);
	struct hv_device *dev = container_of(device, struct hv_device, device);

	if (drv->remove)
		drv->remove(dev);
	if (is_once(dev->device_id))
		clear_bit(dev->device_id, &taken);
}

static void bus_shutdown(struct device *device)
{
	struct hv_device *dev = container_of(device, struct hv_device, device);
	struct hv_driver *drv;

	if (!device->driver)
		return;
	drv = container_of(device->driver, struct hv_driver, driver);
	if (drv->shutdown)
		drv->shutdown(dev);
}

static ssize_t class_id_show(struct device *device, struct device_attribute *attr,
			     char *buf)
{
	struct hv_device *dev = container_of(device, struct hv_device, device);

	return sysfs_emit(buf, "{%pUl}\n", &dev->dev_type);
}
static DEVICE_ATTR_RO(class_id);

static ssize_t device_id_show(struct device *device, struct device_attribute *attr,
			      char *buf)
{
	struct hv_device *dev = container_of(device, struct hv_device, device);

	return sysfs_emit(buf, "{%pUl}\n", &dev->dev_instance);
}
static DEVICE_ATTR_RO(device_id);

static ssize_t id_show(struct device *device, struct device_attribute *attr,
		       char *buf)
{
	struct hv_device *dev = container_of(device, struct hv_device, device);

	return sysfs_emit(buf, "%u\n", dev->channel->offermsg.child_relid);
}
static DEVICE_ATTR_RO(id);

static struct attribute *dev_attrs[] = {
	&dev_attr_class_id.attr,
	&dev_attr_device_id.attr,
	&dev_attr_id.attr,
	NULL,
};
ATTRIBUTE_GROUPS(dev);

static struct bus_type bus = {
	.name		= "vmbus",
	.match		= bus_match,
	.probe		= bus_probe,
	.remove		= bus_remove,
	.shutdown	= bus_shutdown,
	.dev_groups	= dev_groups,
};

static struct device *root;

/**
 * vml_bus_init() - register the bus
 *
 * Return: 0, -EEXIST if the real one is there, another errno.
 */
int vml_bus_init(void)
{
	int err;

	root = root_device_register("vmbus_local");
	if (IS_ERR(root))
		return PTR_ERR(root);
	err = bus_register(&bus);
	if (err)
		root_device_unregister(root);
	return err;
}

/**
 * vml_bus_exit() - unregister the bus
 */
void vml_bus_exit(void)
{
	bus_unregister(&bus);
	root_device_unregister(root);
}

static void device_release(struct device *device)
{
	kfree(container_of(device, struct hv_device, device));
}

/**
 * vml_device_register() - a primary channel's device is there
 * @c: the channel
 *
 * Its name tells guests apart, too: the same may be offered to several.
 *
 * Context: process; no lock, since drivers probe.
 * Return: 0 or a negative errno.
 */
int vml_device_register(struct vml_channel *c)
{
	struct vmbus_channel *ch = &c->ch;
	struct hv_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err;

	if (!dev)
		return -ENOMEM;
	dev->dev_type = ch->offermsg.offer.if_type;
	dev->dev_instance = ch->offermsg.offer.if_instance;
	dev->vendor_id = PCI_VENDOR_ID_MICROSOFT;
	dev->device_id = ch->device_id;
	dev->channel = ch;
	device_initialize(&dev->device);
	dev->device.bus = &bus;
	dev->device.parent = root;
	dev->device.release = device_release;
	/* Drivers map for DMA, and get physical addresses. */
	dev->device.dma_parms = &dev->dma_parms;
	dev->device.dma_mask = &dev->dma_mask;
	err = dev_set_name(&dev->device, "%u-%pUl", c->guest->number,
			   &dev->dev_instance);
	if (err)
		goto put;
	dma_set_mask(&dev->device, DMA_BIT_MASK(64));
	ch->device_obj = dev;
	err = device_add(&dev->device);
	if (err)
		goto put;
	return 0;

put:
	pr_err("no device for channel %u: %d\n", ch->offermsg.child_relid, err);
	ch->device_obj = NULL;
	put_device(&dev->device);
	return err;
}

/**
 * vml_device_unregister() - a primary channel's device is gone
 * @c: the channel
 *
 * Context: process; no lock, since drivers let go.
 */
void vml_device_unregister(struct vml_channel *c)
{
	struct hv_device *dev = c->ch.device_obj;
	int err;

	if (!dev)
		return;
	device_unregister(&dev->device);
	/* Another one may have waited for its driver. */
	if (is_once(c->ch.device_id)) {
		err = bus_rescan_devices(&bus);
		if (err)
			pr_warn("drivers are not looked for: %d\n", err);
	}
}

/**
 * __vmbus_driver_register() - register a driver
 * @hv_driver: the driver
 * @owner: its module
 * @mod_name: and that one's name
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int __vmbus_driver_register(struct hv_driver *hv_driver, struct module *owner,
			    const char *mod_name)
{
	hv_driver->driver.name = hv_driver->name;
	hv_driver->driver.owner = owner;
	hv_driver->driver.mod_name = mod_name;
	hv_driver->driver.bus = &bus;
	spin_lock_init(&hv_driver->dynids.lock);
	INIT_LIST_HEAD(&hv_driver->dynids.list);
	return driver_register(&hv_driver->driver);
}
EXPORT_SYMBOL_GPL(__vmbus_driver_register);

/**
 * vmbus_driver_unregister() - unregister a driver
 * @hv_driver: the driver
 *
 * Context: process.
 */
void vmbus_driver_unregister(struct hv_driver *hv_driver)
{
	driver_unregister(&hv_driver->driver);
}
EXPORT_SYMBOL_GPL(vmbus_driver_unregister);
