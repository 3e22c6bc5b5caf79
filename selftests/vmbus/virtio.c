// SPDX-License-Identifier: GPL-2.0
/*
 * What there is to compare VMBus with: this process is the guest of vhost-net, with
 * virtio's rings in its memory and eventfds for what is signalled, and what is behind a
 * tap device sends each frame back at once (XDP_TX).
 *
 *	out ring --> vhost's thread --> tap --> XDP --> tap's queue --> same thread --> in ring
 *
 * Split rings with VIRTIO_RING_F_EVENT_IDX: neither side signals who looks anyway. As
 * with VMBus, a packet is copied into the ring's memory, and what comes back out of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/if_tun.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"
#include "virtio.h"

#define ENTRIES		256
#define FRAME_MAX	4096
#define HEADER		sizeof(struct virtio_net_hdr_mrg_rxbuf)
#define BUFFER		(FRAME_MAX + HEADER)
#define NO_CALL		(-1)

enum { IN, OUT, RINGS };

struct queue {
	struct vring ring;
	uint16_t avail, shown, used;
	int kick;
	uint8_t buffers[ENTRIES][BUFFER];
};

struct virtio {
	struct queue queues[RINGS];
	int vhost, tap, call;
	uint64_t signals, interrupts;
};

/* What each frame comes back by: "return XDP_TX". */
static int program_load(void)
{
	struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_TX },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uintptr_t)program,
		.insn_cnt = 2,
		.license = (uintptr_t)"GPL",
	};

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static void program_attach(const char *name)
{
	union bpf_attr attr = {
		.link_create.prog_fd = program_load(),
		.link_create.target_ifindex = if_nametoindex(name),
		.link_create.attach_type = BPF_XDP,
	};

	check(syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr)) >= 0);
}

/* Else the stack would send frames of its own. */
static void ipv6_disable(const char *name)
{
	char path[64 + IFNAMSIZ];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return;
	check(write(fd, "1", 1) == 1);
	close(fd);
}

static int tap_open(void)
{
	struct ifreq ifr = { .ifr_name = "bench" };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK), sock, hdr = HEADER;

	if (fd < 0)
		return fd;
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	check(!ioctl(fd, TUNSETIFF, &ifr));
	check(!ioctl(fd, TUNSETVNETHDRSZ, &hdr));
	ipv6_disable(ifr.ifr_name);
	program_attach(ifr.ifr_name);
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	ifr.ifr_mtu = FRAME_MAX;
	check(!ioctl(sock, SIOCSIFMTU, &ifr));
	ifr.ifr_flags = IFF_UP | IFF_NOARP;
	check(!ioctl(sock, SIOCSIFFLAGS, &ifr));
	close(sock);
	return fd;
}

static void queue_init(struct virtio *v, uint32_t index)
{
	struct queue *q = &v->queues[index];
	struct vhost_vring_state num = { index, ENTRIES }, base = { index, 0 };
	struct vhost_vring_file kick = { index, q->kick = eventfd(0, 0) };
	struct vhost_vring_file call = { index, index == IN ? v->call : NO_CALL };
	struct vhost_vring_file backend = { index, v->tap };
	struct vhost_vring_addr addr = { .index = index };
	void *memory = aligned_alloc(PAGE, 4 * PAGE);
	uint32_t i;

	check(memory);
	memset(memory, 0, 4 * PAGE);
	vring_init(&q->ring, ENTRIES, memory, PAGE);
	for (i = 0; i < ENTRIES; i++) {
		q->ring.desc[i].addr = (uintptr_t)q->buffers[i];
		q->ring.desc[i].len = BUFFER;
		q->ring.desc[i].flags = index == IN ? VRING_DESC_F_WRITE : 0;
		q->ring.avail->ring[i] = i;
	}
	addr.desc_user_addr = (uintptr_t)q->ring.desc;
	addr.avail_user_addr = (uintptr_t)q->ring.avail;
	addr.used_user_addr = (uintptr_t)q->ring.used;
	check(!ioctl(v->vhost, VHOST_SET_VRING_NUM, &num));
	check(!ioctl(v->vhost, VHOST_SET_VRING_BASE, &base));
	check(!ioctl(v->vhost, VHOST_SET_VRING_ADDR, &addr));
	check(!ioctl(v->vhost, VHOST_SET_VRING_KICK, &kick));
	check(!ioctl(v->vhost, VHOST_SET_VRING_CALL, &call));
	check(!ioctl(v->vhost, VHOST_NET_SET_BACKEND, &backend));
}

/* Show what is new, and signal if the other side waits for it. */
static void flush(struct virtio *v, struct queue *q)
{
	uint16_t before = q->shown;

	if (q->avail == before)
		return;
	__atomic_store_n(&q->ring.avail->idx, q->avail, __ATOMIC_RELEASE);
	q->shown = q->avail;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!vring_need_event(__atomic_load_n(&vring_avail_event(&q->ring), __ATOMIC_RELAXED),
			      q->avail, before))
		return;
	v->signals++;
	eventfd_write(q->kick, 1);
}

static bool has_used(const struct queue *q)
{
	return __atomic_load_n(&q->ring.used->idx, __ATOMIC_ACQUIRE) != q->used;
}

static void wait(struct virtio *v, struct queue *q)
{
	struct pollfd pfd = { .fd = v->call, .events = POLLIN };
	eventfd_t count;

	__atomic_store_n(&vring_used_event(&q->ring), q->used, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	while (!has_used(q)) {
		check(poll(&pfd, 1, 30000) == 1);
		eventfd_read(v->call, &count);
		v->interrupts++;
	}
}

/* All buffers are the same, and used in the order in which they were shown. */
static void put(struct queue *q, const uint8_t *frame, uint32_t size)
{
	uint32_t i = q->avail++ % ENTRIES;

	memset(q->buffers[i], 0, HEADER);
	memcpy(q->buffers[i] + HEADER, frame, size);
	q->ring.desc[i].len = HEADER + size;
}

static void get(struct queue *q, uint8_t *frame, uint32_t size)
{
	const struct vring_used_elem *e = &q->ring.used->ring[q->used++ % ENTRIES];

	check(e->len == HEADER + size);
	memcpy(frame, q->buffers[e->id] + HEADER, size);
	q->ring.avail->ring[q->avail++ % ENTRIES] = e->id;
}

/* All that this process has is the guest's memory, at the same addresses. */
static void set_memory(int vhost)
{
	struct vhost_memory *memory = calloc(1, sizeof(*memory) +
						sizeof(memory->regions[0]));

	check(memory);
	memory->nregions = 1;
	memory->regions[0].guest_phys_addr = PAGE;
	memory->regions[0].userspace_addr = PAGE;
	memory->regions[0].memory_size = (1ULL << 47) - 3 * PAGE;
	check(!ioctl(vhost, VHOST_SET_MEM_TABLE, memory));
	free(memory);
}

struct virtio *virtio_open(void)
{
	uint64_t features = 1ULL << VIRTIO_F_VERSION_1 |
			    1ULL << VIRTIO_RING_F_EVENT_IDX |
			    1ULL << VIRTIO_NET_F_MRG_RXBUF;
	struct virtio *v = calloc(1, sizeof(*v));

	check(v);
	v->vhost = open("/dev/vhost-net", O_RDWR);
	v->tap = tap_open();
	if (v->vhost < 0 || v->tap < 0)
		return NULL;
	v->call = eventfd(0, 0);
	check(!ioctl(v->vhost, VHOST_SET_OWNER));
	check(!ioctl(v->vhost, VHOST_SET_FEATURES, &features));
	set_memory(v->vhost);
	queue_init(v, IN);
	queue_init(v, OUT);
	v->queues[IN].avail = ENTRIES;
	flush(v, &v->queues[IN]);
	return v;
}

void virtio_echo(struct virtio *v, uint32_t n, uint32_t depth, uint32_t size)
{
	static uint8_t out[FRAME_MAX], in[FRAME_MAX];
	struct queue *to = &v->queues[OUT], *from = &v->queues[IN];
	uint32_t sent = 0, got = 0;

	/* Of no protocol that is one. */
	memset(out, 0xff, size);
	while (got < n) {
		for (; sent < n && sent - got < depth; sent++) {
			memcpy(out + 16, &sent, sizeof(sent));
			put(to, out, size);
		}
		flush(v, to);
		wait(v, from);
		for (; has_used(from); got++) {
			get(from, in, size);
			check(!memcmp(in + 16, &got, sizeof(got)));
		}
		flush(v, from);
	}
}

void virtio_signals(const struct virtio *v, uint64_t *signals, uint64_t *interrupts)
{
	*signals = v->signals;
	*interrupts = v->interrupts;
}
