// SPDX-License-Identifier: GPL-2.0
/*
 *	vmm [-ctv] [-p VCPUS] [-m MIB] -k BZIMAGE -i INITRD [-a ARGS] PARTITION
 *
 * Boots a kernel as the guest of a partition of vmbus_host.ko; its serial port is
 * our standard output. Ends when the guest resets.
 *
 *	-c	the host shall copy guest memory, not map it
 *	-t	no timers of Hyper-V's: Linux has none at all when hv_vmbus.ko is
 *		unloaded that had the direct ones (hv_stimer_cleanup())
 *	-v	say what control messages pass
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/vmbus_dev.h>

#include "vmm.h"

/* Three pages that KVM needs on Intel, where no memory is. */
#define TSS		0xfffbd000U

static struct vm vm = { .nr_vcpus = 1, .size = 512 << 20 };

void die(const char *what)
{
	fprintf(stderr, "vmm: %s: %s\n", what, strerror(errno));
	exit(1);
}

void say(const char *format, ...)
{
	va_list args;

	if (!vm.verbose)
		return;
	va_start(args, format);
	fputs("vmm: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

void *at(struct vm *vm, uint64_t gpa, size_t len)
{
	if (gpa > vm->size || len > vm->size - gpa)
		return NULL;
	return vm->memory + gpa;
}

static void create_vm(void)
{
	struct kvm_userspace_memory_region region = {};

	vm.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm.kvm < 0)
		die("/dev/kvm");
	vm.fd = ioctl(vm.kvm, KVM_CREATE_VM, 0);
	if (vm.fd < 0)
		die("KVM_CREATE_VM");
	if (ioctl(vm.fd, KVM_SET_TSS_ADDR, TSS))
		die("KVM_SET_TSS_ADDR");
	if (ioctl(vm.fd, KVM_CREATE_IRQCHIP))
		die("KVM_CREATE_IRQCHIP");
	vm.memory = mmap(NULL, vm.size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (vm.memory == MAP_FAILED)
		die("memory");
	region.memory_size = vm.size;
	region.userspace_addr = (uintptr_t)vm.memory;
	if (ioctl(vm.fd, KVM_SET_USER_MEMORY_REGION, &region))
		die("KVM_SET_USER_MEMORY_REGION");
}

static void create_vcpu(struct vcpu *vcpu, uint32_t index)
{
	int size = ioctl(vm.kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	vcpu->index = index;
	vcpu->fd = ioctl(vm.fd, KVM_CREATE_VCPU, index);
	if (vcpu->fd < 0)
		die("KVM_CREATE_VCPU");
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die("mmap of a VCPU");
}

static void *vcpu_run(void *arg)
{
	struct vcpu *vcpu = arg;
	struct kvm_run *run = vcpu->run;

	boot_vcpu(&vm, vcpu);
	for (;;) {
		if (ioctl(vcpu->fd, KVM_RUN, 0)) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			die("KVM_RUN");
		}
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			serial_io(run);
			break;
		case KVM_EXIT_MMIO:
			if (!run->mmio.is_write)
				memset(run->mmio.data, 0xff, sizeof(run->mmio.data));
			break;
		case KVM_EXIT_HYPERV:
			hyperv_exit(&vm, vcpu);
			break;
		case KVM_EXIT_SHUTDOWN:
			say("the guest has reset itself");
			exit(0);
		case KVM_EXIT_SYSTEM_EVENT:
			say("the guest has ended, event %u", run->system_event.type);
			exit(run->system_event.type == KVM_SYSTEM_EVENT_CRASH);
		default:
			fprintf(stderr, "vmm: processor %u: exit %u (%llx)\n",
				vcpu->index, run->exit_reason,
				(unsigned long long)run->hw.hardware_exit_reason);
			exit(1);
		}
	}
}

static void usage(void)
{
	fputs("usage: vmm [-ctv] [-p VCPUS] [-m MIB] -k BZIMAGE -i INITRD [-a ARGS] PARTITION\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	const char *kernel = NULL, *initrd = NULL, *args = "";
	uint32_t flags = 0, i;
	pthread_t thread;
	int opt, err;

	while ((opt = getopt(argc, argv, "ctvp:m:k:i:a:")) != -1) {
		switch (opt) {
		case 'c':
			flags = VMBUS_DEV_ATTACH_COPY;
			break;
		case 't':
			vm.no_timers = true;
			break;
		case 'v':
			vm.verbose = true;
			break;
		case 'p':
			vm.nr_vcpus = atoi(optarg);
			break;
		case 'm':
			vm.size = strtoul(optarg, NULL, 10) << 20;
			break;
		case 'k':
			kernel = optarg;
			break;
		case 'i':
			initrd = optarg;
			break;
		case 'a':
			args = optarg;
			break;
		default:
			usage();
		}
	}
	if (!kernel || !initrd || optind + 1 != argc || !vm.nr_vcpus ||
	    vm.nr_vcpus > VCPUS_MAX || vm.size < 64 << 20 || vm.size > 1 << 30)
		usage();

	create_vm();
	for (i = 0; i < vm.nr_vcpus; i++)
		create_vcpu(&vm.vcpus[i], i);
	hyperv_init(&vm, argv[optind], flags);
	for (i = 0; i < vm.nr_vcpus; i++)
		cpuid_set(&vm, &vm.vcpus[i]);
	acpi_build(&vm);
	boot_load(&vm, kernel, initrd, args);
	for (i = 1; i < vm.nr_vcpus; i++) {
		err = pthread_create(&thread, NULL, vcpu_run, &vm.vcpus[i]);
		if (err) {
			errno = err;
			die("thread");
		}
	}
	vcpu_run(&vm.vcpus[0]);
}
