// SPDX-License-Identifier: GPL-2.0
/* A guest: its memory and its processors. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmbusguest.h"

static int set_vps(struct vg *vg)
{
	struct vmbus_dev_vp vp;
	uint8_t *page = (uint8_t *)vg->flags[0];
	int i;

	if (!page)
		page = vg_alloc(vg, 1);
	if (!page)
		return -ENOMEM;
	for (i = 0; i < VG_VPS; i++) {
		vg->event[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (vg->event[i] < 0)
			return -errno;
		vg->flags[i] = (uint64_t *)(page + i * VMBUS_DEV_FLAGS_BYTES);
		vp = (struct vmbus_dev_vp) {
			.vp = i, .fd = vg->event[i],
			.flags = vg_gpa(vg, vg->flags[i]),
		};
		if (ioctl(vg->fd, VMBUS_DEV_SET_VP, &vp))
			return -errno;
	}
	return 0;
}

static int attach(struct vg *vg, const char *partition, uint32_t flags)
{
	struct vmbus_dev_attach a = { .flags = flags };
	struct vmbus_dev_region r = {
		.size = vg->size, .address = (uintptr_t)vg->mem,
	};

	if (strlen(partition) >= sizeof(a.name))
		return -ENAMETOOLONG;
	strcpy(a.name, partition);
	if (ioctl(vg->fd, VMBUS_DEV_ATTACH, &a) ||
	    ioctl(vg->fd, VMBUS_DEV_SET_REGION, &r))
		return -errno;
	return set_vps(vg);
}

int vg_attach(struct vg *vg, const char *partition, uint32_t flags)
{
	vg->fd = open("/dev/vmbus_host", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return vg->fd < 0 ? -errno : attach(vg, partition, flags);
}

void vg_detach(struct vg *vg)
{
	int i;

	if (vg->fd >= 0)
		close(vg->fd);
	vg->fd = -1;
	for (i = 0; i < VG_VPS; i++) {
		if (vg->event[i] >= 0)
			close(vg->event[i]);
		vg->event[i] = -1;
	}
}

int vg_save(struct vg *vg, void *state, size_t *size)
{
	struct vmbus_dev_state s = {
		.address = (uintptr_t)state, .size = *size,
	};
	int err = ioctl(vg->fd, VMBUS_DEV_SAVE, &s) ? -errno : 0;

	*size = s.size;
	return err;
}

int vg_restore(struct vg *vg, const void *state, size_t size)
{
	struct vmbus_dev_state s = {
		.address = (uintptr_t)state, .size = size,
	};

	return ioctl(vg->fd, VMBUS_DEV_RESTORE, &s) ? -errno : 0;
}

int vg_resume(struct vg *vg)
{
	return ioctl(vg->fd, VMBUS_DEV_RESUME, 0) ? -errno : 0;
}

int vg_open(struct vg *vg, const char *partition, size_t memory, uint32_t flags)
{
	int err, i;

	memset(vg, 0, sizeof(*vg));
	vg->fd = -1;
	for (i = 0; i < VG_VPS; i++)
		vg->event[i] = -1;
	vg->next_gpadl = 0xe1e10;
	vg->next_open = 1;
	vg->size = (memory + VMH_PAGE_SIZE - 1) & ~(size_t)(VMH_PAGE_SIZE - 1);
	vg->offers = calloc(VG_OFFERS, sizeof(*vg->offers));
	vg->mem = mmap(NULL, vg->size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!vg->offers || vg->mem == MAP_FAILED)
		err = -ENOMEM;
	else
		err = vg_attach(vg, partition, flags);
	if (err)
		vg_close(vg);
	return err;
}

void vg_close(struct vg *vg)
{
	vg_detach(vg);
	if (vg->mem && vg->mem != MAP_FAILED)
		munmap(vg->mem, vg->size);
	vg->mem = NULL;
	free(vg->offers);
	vg->offers = NULL;
}

void *vg_alloc(struct vg *vg, size_t pages)
{
	size_t bytes = pages * VMH_PAGE_SIZE;
	void *at = vg->mem + vg->next;

	if (bytes > vg->size - vg->next)
		return NULL;
	vg->next += bytes;
	memset(at, 0, bytes);
	return at;
}

uint64_t vg_gpa(const struct vg *vg, const void *at)
{
	return (const uint8_t *)at - vg->mem;
}
