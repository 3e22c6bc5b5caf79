/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The smallest VMM that a Linux guest with VMBus runs in.
 *
 * KVM has the processors, the APICs and the SynIC; vmbus_host.ko has the other end
 * of VMBus. What is left for us: memory, tables, a serial port that only prints,
 * and to carry control messages between the two.
 */
#ifndef _VMM_H
#define _VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/kvm.h>

#define VCPUS_MAX	8
#define PAGE		4096U

/* Guest physical memory below 1 MiB */
#define AT_BOOT_PARAMS	0x7000U
#define AT_PAGE_TABLES	0x9000U
#define AT_COMMAND_LINE	0x20000U
#define LOW_END		0x9f000U
#define AT_ACPI		0xe0000U
#define HIGH_BEGIN	0x100000U

/**
 * struct vcpu - a virtual processor
 * @index: as APIC id, and as VP index
 * @fd: KVM's
 * @run: what it shares with us
 * @event: SINT 2, for channels: vmbus_host.ko signals it, KVM injects
 */
struct vcpu {
	uint32_t index;
	int fd;
	struct kvm_run *run;
	int event;
};

/**
 * struct vm - the machine
 * @memory: all of it, from guest physical 0
 * @size: bytes
 * @entry: where processor 0 begins
 * @kvm: /dev/kvm
 * @fd: the VM
 * @dev: /dev/vmbus_host
 * @nr_vcpus: how many
 * @vcpus: the processors
 * @message: SINT 2 of processor 0, for messages
 * @taken: KVM signals it when the guest wants another message
 * @messages: where messages for SINT 2 of processor 0 go, 0 if nowhere
 * @no_timers: the guest shall use those of its APICs
 * @verbose: say what passes
 */
struct vm {
	uint8_t *memory;
	size_t size;
	uint64_t entry;
	int kvm, fd, dev;
	uint32_t nr_vcpus;
	struct vcpu vcpus[VCPUS_MAX];
	int message, taken;
	uint64_t messages;
	bool no_timers, verbose;
};

void die(const char *what) __attribute__((noreturn));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Guest memory, or NULL if some of it is none. */
void *at(struct vm *vm, uint64_t gpa, size_t len);

/* boot.c */
void boot_load(struct vm *vm, const char *kernel, const char *initrd,
	       const char *command_line);
void boot_vcpu(struct vm *vm, struct vcpu *vcpu);
/* acpi.c */
void acpi_build(struct vm *vm);
/* cpuid.c */
void cpuid_set(struct vm *vm, struct vcpu *vcpu);
/* serial.c */
void serial_io(struct kvm_run *run);
/* hyperv.c */
void hyperv_init(struct vm *vm, const char *partition, uint32_t flags);
void hyperv_exit(struct vm *vm, struct vcpu *vcpu);

#endif
