// SPDX-License-Identifier: GPL-2.0
/*
 * Between KVM's SynIC and /dev/vmbus_host.
 *
 * Channels need nobody here: an eventfd leads from the guest's hypercall to
 * vmbus_host.ko, another from there to the interrupt. Messages do: those of the
 * guest come as hypercalls, those of the host go to a slot in the guest's memory
 * that has room for one at a time. It is ours alone as long as the guest's timers
 * are direct ones: of others KVM would write messages there, and a thread that is
 * not the processor's could not know when.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/vmbus_dev.h>

#include "vmm.h"
#include "wire.h"

#define POST_MESSAGE		0x5c
#define SIGNAL_EVENT		0x5d

#define STATUS_INVALID_CODE	2
#define STATUS_INVALID_INPUT	3
#define STATUS_INVALID_PORT	17
#define STATUS_NO_BUFFERS	19

#define ENABLED			1U
#define SLOT_BYTES		256U
#define MESSAGE_TYPE		1U
#define MESSAGE_PENDING		1U

/* Beyond those of an I/O APIC */
#define GSI_FIRST		24U

/* struct hv_message */
struct slot {
	uint32_t type;
	uint8_t size;
	uint8_t flags;
	uint8_t reserved[2];
	uint64_t port;
	uint8_t payload[VMH_MSG_MAX];
};

static_assert(sizeof(struct slot) == SLOT_BYTES);

/* struct hv_input_post_message */
struct post {
	uint32_t connection;
	uint32_t reserved;
	uint32_t type;
	uint32_t size;
	uint8_t payload[VMH_MSG_MAX];
};

/* What is posted goes to one or the other, as the host said (VERSION_RESPONSE). */
static bool is_message_port(uint32_t connection)
{
	return connection == VMH_MESSAGE_CONNECTION_ID ||
	       connection == VMH_MESSAGE_CONNECTION_ID_4;
}

/* A vCPU's event flags are in guest memory; vmbus_host.ko sets them itself. */
static void on_synic(struct vm *vm, struct vcpu *vcpu)
{
	uint64_t flags = vcpu->run->hyperv.u.synic.evt_page;
	uint64_t slots = vcpu->run->hyperv.u.synic.msg_page;
	bool on = vcpu->run->hyperv.u.synic.control & ENABLED;
	struct vmbus_dev_vp vp = {
		.vp = vcpu->index, .fd = -1, .flags = ~0ULL,
	};

	if (on && flags & ENABLED) {
		vp.fd = vcpu->event;
		vp.flags = (flags & ~(uint64_t)(PAGE - 1)) +
			   VMH_SINT * VMBUS_DEV_FLAGS_BYTES;
	}
	if (ioctl(vm->dev, VMBUS_DEV_SET_VP, &vp))
		die("VMBUS_DEV_SET_VP");
	say("processor %u: SCONTROL %llx, SIEFP %llx, SIMP %llx", vcpu->index,
	    (unsigned long long)vcpu->run->hyperv.u.synic.control,
	    (unsigned long long)flags, (unsigned long long)slots);
	if (vcpu->index)
		return;
	slots = on && slots & ENABLED ?
		(slots & ~(uint64_t)(PAGE - 1)) + VMH_SINT * SLOT_BYTES : 0;
	__atomic_store_n(&vm->messages, slots, __ATOMIC_RELEASE);
}

static uint64_t on_post(struct vm *vm, uint64_t gpa)
{
	struct post *post = at(vm, gpa, sizeof(*post));
	uint32_t size;

	if (!post || gpa % 8)
		return STATUS_INVALID_INPUT;
	if (!is_message_port(post->connection))
		return STATUS_INVALID_PORT;
	size = post->size;
	if (size > VMH_MSG_MAX)
		return STATUS_INVALID_INPUT;
	say("to connection %u: message %u of %u bytes", post->connection,
	    *(uint32_t *)post->payload, size);
	if (write(vm->dev, post->payload, size) == (ssize_t)size)
		return 0;
	say("it is not taken: %s", strerror(errno));
	return errno == EAGAIN || errno == ENOMEM ? STATUS_NO_BUFFERS :
						    STATUS_INVALID_INPUT;
}

static void on_hypercall(struct vm *vm, struct vcpu *vcpu)
{
	uint64_t *result = (uint64_t *)&vcpu->run->hyperv.u.hcall.result;
	uint64_t param = vcpu->run->hyperv.u.hcall.params[0];

	switch (vcpu->run->hyperv.u.hcall.input & 0xffff) {
	case POST_MESSAGE:
		*result = on_post(vm, param);
		break;
	case SIGNAL_EVENT:
		/* Only of a connection that KVM knows no eventfd for. */
		say("signal to connection %llx, which is none",
		    (unsigned long long)param);
		*result = STATUS_INVALID_PORT;
		break;
	default:
		*result = STATUS_INVALID_CODE;
	}
}

void hyperv_exit(struct vm *vm, struct vcpu *vcpu)
{
	switch (vcpu->run->hyperv.type) {
	case KVM_EXIT_HYPERV_SYNIC:
		on_synic(vm, vcpu);
		break;
	case KVM_EXIT_HYPERV_HCALL:
		on_hypercall(vm, vcpu);
		break;
	}
}

/* The guest's signals of a channel, from KVM to vmbus_host.ko. */
static void connect_channel(struct vm *vm, const struct vmh_msg_offer *offer)
{
	struct vmbus_dev_event event = { .relid = le32toh(offer->relid) };
	struct kvm_hyperv_eventfd connection = {
		.conn_id = le32toh(offer->connection_id),
	};

	event.fd = connection.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event.fd < 0)
		die("eventfd");
	if (ioctl(vm->dev, VMBUS_DEV_SET_EVENT, &event))
		die("VMBUS_DEV_SET_EVENT");
	/* A guest that connects anew is offered the same again. */
	connection.flags = KVM_HYPERV_EVENTFD_DEASSIGN;
	if (ioctl(vm->fd, KVM_HYPERV_EVENTFD, &connection) && errno != ENOENT)
		die("KVM_HYPERV_EVENTFD");
	connection.flags = 0;
	if (ioctl(vm->fd, KVM_HYPERV_EVENTFD, &connection))
		die("KVM_HYPERV_EVENTFD");
	say("channel %u is connection %x", event.relid, connection.conn_id);
	close(event.fd);
}

static void put_event(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		die("eventfd");
}

/* True when the guest may have taken something from its slot. */
static void wait_taken(struct vm *vm)
{
	struct pollfd pfd = { .fd = vm->taken, .events = POLLIN };
	uint64_t count;

	/* SIMP may be set at any time; that is not worth an event. */
	poll(&pfd, 1, 10);
	if (read(vm->taken, &count, sizeof(count)) < 0 && errno != EAGAIN)
		die("eventfd");
}

/* The slot, when it is free. */
static struct slot *wait_slot(struct vm *vm)
{
	struct slot *slot;
	uint64_t gpa;

	for (;;) {
		gpa = __atomic_load_n(&vm->messages, __ATOMIC_ACQUIRE);
		slot = gpa ? at(vm, gpa, sizeof(*slot)) : NULL;
		if (slot && !__atomic_load_n(&slot->type, __ATOMIC_ACQUIRE))
			return slot;
		/*
		 * The guest frees it, looks at the flag, and writes to EOM. So it
		 * is looked at once more after the flag was set.
		 */
		if (slot) {
			say("the slot is not free");
			__atomic_or_fetch(&slot->flags, MESSAGE_PENDING,
					  __ATOMIC_SEQ_CST);
			if (!__atomic_load_n(&slot->type, __ATOMIC_SEQ_CST))
				return slot;
		}
		wait_taken(vm);
	}
}

static void *messages(void *arg)
{
	struct pollfd pfd = { .events = POLLIN };
	uint8_t message[VMBUS_DEV_MESSAGE_MAX];
	const struct vmh_msg_header *hdr = (const void *)message;
	struct vm *vm = arg;
	struct slot *slot;
	ssize_t len;

	pfd.fd = vm->dev;
	for (;;) {
		len = read(vm->dev, message, sizeof(message));
		if (len < 0 && errno == EAGAIN) {
			poll(&pfd, 1, -1);
			continue;
		}
		if (len < 0) {
			say("/dev/vmbus_host: %s", strerror(errno));
			return NULL;
		}
		if (le32toh(hdr->type) == VMH_MSG_OFFER)
			connect_channel(vm, (const void *)message);
		slot = wait_slot(vm);
		memcpy(slot->payload, message, len);
		slot->size = len;
		slot->flags = 0;
		slot->port = 0;
		__atomic_store_n(&slot->type, MESSAGE_TYPE, __ATOMIC_RELEASE);
		put_event(vm->message);
		say("from the host: message %u of %zd bytes", le32toh(hdr->type),
		    len);
	}
}

static void add_irqfd(struct vm *vm, uint32_t gsi, int event, int resample)
{
	struct kvm_irqfd irqfd = { .fd = event, .gsi = gsi };

	if (resample >= 0) {
		irqfd.flags = KVM_IRQFD_FLAG_RESAMPLE;
		irqfd.resamplefd = resample;
	}
	if (ioctl(vm->fd, KVM_IRQFD, &irqfd))
		die("KVM_IRQFD");
}

static void route_interrupts(struct vm *vm)
{
	struct {
		struct kvm_irq_routing routing;
		struct kvm_irq_routing_entry entries[VCPUS_MAX];
	} r = { .routing.nr = vm->nr_vcpus };
	uint32_t i;

	for (i = 0; i < vm->nr_vcpus; i++)
		r.entries[i] = (struct kvm_irq_routing_entry){
			.gsi = GSI_FIRST + i,
			.type = KVM_IRQ_ROUTING_HV_SINT,
			.u.hv_sint = { .vcpu = i, .sint = VMH_SINT },
		};
	if (ioctl(vm->fd, KVM_SET_GSI_ROUTING, &r))
		die("KVM_SET_GSI_ROUTING");
	for (i = 0; i < vm->nr_vcpus; i++) {
		vm->vcpus[i].event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (vm->vcpus[i].event < 0)
			die("eventfd");
		add_irqfd(vm, GSI_FIRST + i, vm->vcpus[i].event, -1);
	}
	/* Of its own, because KVM tells of EOM and EOI by way of it. */
	vm->message = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	vm->taken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->message < 0 || vm->taken < 0)
		die("eventfd");
	add_irqfd(vm, GSI_FIRST, vm->message, vm->taken);
}

static void attach(struct vm *vm, const char *partition, uint32_t flags)
{
	struct vmbus_dev_attach a = { .flags = flags };
	struct vmbus_dev_region region = {
		.size = vm->size, .address = (uintptr_t)vm->memory,
	};

	if (strlen(partition) >= sizeof(a.name)) {
		errno = ENAMETOOLONG;
		die(partition);
	}
	strcpy(a.name, partition);
	vm->dev = open("/dev/vmbus_host", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (vm->dev < 0)
		die("/dev/vmbus_host");
	if (ioctl(vm->dev, VMBUS_DEV_SET_REGION, &region))
		die("VMBUS_DEV_SET_REGION");
	if (ioctl(vm->dev, VMBUS_DEV_ATTACH, &a))
		die(partition);
}

void hyperv_init(struct vm *vm, const char *partition, uint32_t flags)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HYPERV_SYNIC2 };
	pthread_t thread;
	uint32_t i;

	for (i = 0; i < vm->nr_vcpus; i++)
		if (ioctl(vm->vcpus[i].fd, KVM_ENABLE_CAP, &cap))
			die("KVM_CAP_HYPERV_SYNIC2");
	route_interrupts(vm);
	attach(vm, partition, flags);
	errno = pthread_create(&thread, NULL, messages, vm);
	if (errno)
		die("thread");
}
