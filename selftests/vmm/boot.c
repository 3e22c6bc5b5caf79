// SPDX-License-Identifier: GPL-2.0
/*
 * A bzImage, entered in 64-bit mode with the first GiB mapped as it is
 * (Documentation/arch/x86/boot.rst, "64-bit boot protocol").
 */
#include <asm/bootparam.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm.h"

#define E820_RAM	1
#define E820_RESERVED	2

static void read_all(int fd, void *to, size_t len, off_t from)
{
	ssize_t got;

	while (len) {
		got = pread(fd, to, len, from);
		if (got <= 0)
			die("read");
		to += got;
		len -= got;
		from += got;
	}
}

static int open_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(path);
	*size = st.st_size;
	return fd;
}

static void load_kernel(struct vm *vm, struct boot_params *params,
			const char *path)
{
	struct setup_header *hdr = &params->hdr;
	size_t size, setup;
	void *to;
	int fd;

	fd = open_file(path, &size);
	read_all(fd, hdr, sizeof(*hdr), offsetof(struct boot_params, hdr));
	if (hdr->header != 0x53726448 || hdr->version < 0x20c ||
	    !(hdr->xloadflags & XLF_KERNEL_64))
		die("not a 64-bit bzImage");
	setup = ((hdr->setup_sects ?: 4) + 1) * 512;
	to = at(vm, hdr->pref_address, hdr->init_size);
	if (!to || size < setup || size - setup > hdr->init_size)
		die("no room for the kernel");
	read_all(fd, to, size - setup, setup);
	close(fd);
	hdr->code32_start = hdr->pref_address;
}

/* As high as it can be: what lies lower is the kernel's. */
static void load_initrd(struct vm *vm, struct setup_header *hdr, const char *path)
{
	uint64_t gpa;
	size_t size;
	int fd;

	fd = open_file(path, &size);
	gpa = (vm->size - size) & ~(uint64_t)(PAGE - 1);
	if (size > vm->size || gpa < hdr->pref_address + hdr->init_size)
		die("no room for the initrd");
	read_all(fd, at(vm, gpa, size), size, 0);
	close(fd);
	hdr->ramdisk_image = gpa;
	hdr->ramdisk_size = size;
}

static void add_e820(struct boot_params *params, uint64_t from, uint64_t to,
		     uint32_t type)
{
	struct boot_e820_entry *e = &params->e820_table[params->e820_entries++];

	e->addr = from;
	e->size = to - from;
	e->type = type;
}

static void map_first_gib(struct vm *vm)
{
	uint64_t *tables = at(vm, AT_PAGE_TABLES, 3 * PAGE);
	uint64_t i;

	tables[0] = (AT_PAGE_TABLES + PAGE) | 3;
	tables[512] = (AT_PAGE_TABLES + 2 * PAGE) | 3;
	for (i = 0; i < 512; i++)
		tables[1024 + i] = i << 21 | 0x83;
}

void boot_load(struct vm *vm, const char *kernel, const char *initrd,
	       const char *command_line)
{
	struct boot_params *params = at(vm, AT_BOOT_PARAMS, sizeof(*params));

	load_kernel(vm, params, kernel);
	load_initrd(vm, &params->hdr, initrd);
	params->hdr.type_of_loader = 0xff;
	params->hdr.cmd_line_ptr = AT_COMMAND_LINE;
	snprintf(at(vm, AT_COMMAND_LINE, PAGE), PAGE, "%s", command_line);
	params->acpi_rsdp_addr = AT_ACPI;
	add_e820(params, 0, LOW_END, E820_RAM);
	add_e820(params, AT_ACPI, HIGH_BEGIN, E820_RESERVED);
	add_e820(params, HIGH_BEGIN, vm->size, E820_RAM);
	map_first_gib(vm);
	vm->entry = params->hdr.pref_address + 0x200;
}

/* The others wait for the first to start them. */
void boot_vcpu(struct vm *vm, struct vcpu *vcpu)
{
	struct kvm_segment code = {
		.limit = ~0U, .selector = 0x10, .type = 0xb, .present = 1,
		.l = 1, .s = 1, .g = 1,
	};
	struct kvm_segment data = {
		.limit = ~0U, .selector = 0x18, .type = 0x3, .present = 1,
		.db = 1, .s = 1, .g = 1,
	};
	struct kvm_regs regs = {
		.rip = vm->entry, .rflags = 2, .rsi = AT_BOOT_PARAMS,
	};
	struct kvm_sregs sregs;

	if (vcpu->index)
		return;
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		die("KVM_GET_SREGS");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.cr3 = AT_PAGE_TABLES;
	sregs.cr4 = 1 << 5;			/* PAE */
	sregs.efer = 1 << 8 | 1 << 10;		/* LME, LMA */
	sregs.cr0 = 1U << 31 | 1;		/* PG, PE */
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		die("KVM_SET_SREGS");
	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		die("KVM_SET_REGS");
}
