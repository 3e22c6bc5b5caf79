// SPDX-License-Identifier: GPL-2.0
/*
 * What KVM can do, with the leaves of Hyper-V in the place of KVM's own. The
 * topology is one socket without threads.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

#define LEAVES		256

#define HV_VENDOR	0x40000000U
#define HV_FEATURES	0x40000003U
#define HV_LAST		0x40000005U
#define KVM_LAST	0x400000ffU

/* Hypercalls that nobody here answers; a debugger; TSC frequencies that change. */
#define EBX_EXTENDED	(1U << 20)
#define EBX_DEBUGGING	(1U << 11)
#define EAX_REENLIGHTEN	(1U << 13)
#define EAX_TIMERS	(1U << 3)
#define EDX_DIRECT	(1U << 19)

static struct kvm_cpuid2 *get(int fd, unsigned long request, const char *what)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + LEAVES * sizeof(cpuid->entries[0]));
	if (!cpuid)
		die("memory");
	cpuid->nent = LEAVES;
	if (ioctl(fd, request, cpuid))
		die(what);
	return cpuid;
}

/* False: the guest shall not have it. */
static bool fix(struct vm *vm, struct vcpu *vcpu, struct kvm_cpuid_entry2 *e)
{
	switch (e->function) {
	case 1:
		e->ebx = (e->ebx & 0xff00) | vcpu->index << 24 |
			 vm->nr_vcpus << 16;
		e->ecx |= 1U << 31;	/* there is a hypervisor */
		if (vm->nr_vcpus > 1)
			e->edx |= 1U << 28;
		break;
	case 4:
		e->eax = (e->eax & 0x3ffffff) | (vm->nr_vcpus - 1) << 26;
		break;
	case 0xb:
	case 0x1f:
	case 0x8000001e:
	case 0x80000026:
		return false;
	case 0x80000001:
		e->ecx &= ~(1U << 22);	/* 0x8000001e */
		break;
	case 0x80000008:
		e->ecx = vm->nr_vcpus - 1;
		break;
	case HV_VENDOR:
		/* KVM has a name of its own here. */
		memcpy(&e->ebx, "Microsoft Hv", 12);
		e->eax = HV_LAST;
		break;
	case HV_FEATURES:
		e->eax &= ~EAX_REENLIGHTEN;
		e->ebx &= ~(EBX_EXTENDED | EBX_DEBUGGING);
		if (vm->no_timers) {
			e->eax &= ~EAX_TIMERS;
			e->edx &= ~EDX_DIRECT;
		}
		break;
	}
	return true;
}

static void add(struct vm *vm, struct vcpu *vcpu, struct kvm_cpuid2 *to,
		const struct kvm_cpuid_entry2 *entry)
{
	struct kvm_cpuid_entry2 e = *entry;

	if (!fix(vm, vcpu, &e))
		return;
	if (to->nent == LEAVES)
		die("too many CPUID leaves");
	to->entries[to->nent++] = e;
}

void cpuid_set(struct vm *vm, struct vcpu *vcpu)
{
	struct kvm_cpuid2 *kvm, *hv, *all;
	uint32_t i;

	kvm = get(vm->kvm, KVM_GET_SUPPORTED_CPUID, "KVM_GET_SUPPORTED_CPUID");
	hv = get(vcpu->fd, KVM_GET_SUPPORTED_HV_CPUID, "KVM_GET_SUPPORTED_HV_CPUID");
	all = calloc(1, sizeof(*all) + LEAVES * sizeof(all->entries[0]));
	if (!all)
		die("memory");
	for (i = 0; i < kvm->nent; i++)
		if (kvm->entries[i].function < HV_VENDOR ||
		    kvm->entries[i].function > KVM_LAST)
			add(vm, vcpu, all, &kvm->entries[i]);
	for (i = 0; i < hv->nent; i++)
		if (hv->entries[i].function <= HV_LAST)
			add(vm, vcpu, all, &hv->entries[i]);
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, all))
		die("KVM_SET_CPUID2");
	free(kvm);
	free(hv);
	free(all);
}
