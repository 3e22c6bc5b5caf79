// SPDX-License-Identifier: GPL-2.0
/*
 * The least of ACPI that has hv_vmbus.ko find its device: processors, and a device
 * VMBUS. Hardware-reduced, so that nothing of a PC needs to be there.
 */
#include <string.h>

#include "vmm.h"

#define LAPIC_BASE	0xfee00000U
#define IOAPIC_BASE	0xfec00000U

/* No CMOS clock, no VGA */
#define BOOT_ARCH	(1U << 5 | 1U << 2)
#define HW_REDUCED	(1U << 20)

struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t checksum2;
	uint8_t reserved[3];
} __attribute__((packed));

struct xsdt {
	struct header header;
	uint64_t tables[2];
} __attribute__((packed));

struct fadt {
	struct header header;
	uint8_t before_boot_arch[109 - sizeof(struct header)];
	uint16_t boot_arch;
	uint8_t reserved;
	uint32_t flags;
	uint8_t before_minor[131 - 116];
	uint8_t minor;
	uint64_t x_facs;
	uint64_t x_dsdt;
	uint8_t rest[276 - 148];
} __attribute__((packed));

struct madt_lapic {
	uint8_t type, length;
	uint8_t uid, id;
	uint32_t flags;
} __attribute__((packed));

struct madt_ioapic {
	uint8_t type, length;
	uint8_t id, reserved;
	uint32_t address, gsi_base;
} __attribute__((packed));

struct madt {
	struct header header;
	uint32_t lapic;
	uint32_t flags;
	struct madt_ioapic ioapic;
	struct madt_lapic lapics[VCPUS_MAX];
} __attribute__((packed));

/*
 * Device (\_SB.VMBS) {
 *	Name (_HID, "VMBUS")
 *	Name (_UID, 0)
 *	Name (_CRS, ResourceTemplate () {})
 * }
 */
static const uint8_t dsdt[] = {
	0x10, 42, '\\', '_', 'S', 'B', '_',			/* Scope */
	0x5b, 0x82, 34, 'V', 'M', 'B', 'S',			/* Device */
	0x08, '_', 'H', 'I', 'D', 0x0d, 'V', 'M', 'B', 'U', 'S', 0,
	0x08, '_', 'U', 'I', 'D', 0,
	0x08, '_', 'C', 'R', 'S', 0x11, 5, 0x0a, 2, 0x79, 0,	/* Buffer */
};

static uint8_t sum(const void *data, size_t len)
{
	const uint8_t *byte = data;
	uint8_t sum = 0;

	while (len--)
		sum += *byte++;
	return -sum;
}

static void finish(struct header *hdr, const char *signature, uint8_t revision,
		   size_t len)
{
	memcpy(hdr->signature, signature, 4);
	hdr->length = len;
	hdr->revision = revision;
	memcpy(hdr->oem_id, "VSWTCH", 6);
	memcpy(hdr->oem_table_id, "VMMTABLE", 8);
	memcpy(hdr->creator_id, "VMM ", 4);
	hdr->checksum = sum(hdr, len);
}

static uint64_t fadt_build(struct vm *vm, uint64_t gpa, uint64_t dsdt_gpa)
{
	struct fadt *fadt = at(vm, gpa, sizeof(*fadt));

	fadt->boot_arch = BOOT_ARCH;
	fadt->flags = HW_REDUCED;
	fadt->minor = 3;
	fadt->x_dsdt = dsdt_gpa;
	finish(&fadt->header, "FACP", 6, sizeof(*fadt));
	return gpa;
}

static uint64_t madt_build(struct vm *vm, uint64_t gpa)
{
	struct madt *madt = at(vm, gpa, sizeof(*madt));
	uint32_t i;

	madt->lapic = LAPIC_BASE;
	madt->ioapic = (struct madt_ioapic){
		.type = 1, .length = sizeof(madt->ioapic),
		.id = VCPUS_MAX, .address = IOAPIC_BASE,
	};
	for (i = 0; i < vm->nr_vcpus; i++)
		madt->lapics[i] = (struct madt_lapic){
			.type = 0, .length = sizeof(madt->lapics[i]),
			.uid = i, .id = i, .flags = 1,
		};
	finish(&madt->header, "APIC", 5, offsetof(struct madt, lapics[i]));
	return gpa;
}

static uint64_t dsdt_build(struct vm *vm, uint64_t gpa)
{
	struct header *hdr = at(vm, gpa, sizeof(*hdr) + sizeof(dsdt));

	memcpy(hdr + 1, dsdt, sizeof(dsdt));
	finish(hdr, "DSDT", 2, sizeof(*hdr) + sizeof(dsdt));
	return gpa;
}

void acpi_build(struct vm *vm)
{
	struct xsdt *xsdt = at(vm, AT_ACPI + 0x100, sizeof(*xsdt));
	struct rsdp *rsdp = at(vm, AT_ACPI, sizeof(*rsdp));

	xsdt->tables[0] = fadt_build(vm, AT_ACPI + 0x200,
				     dsdt_build(vm, AT_ACPI + 0x400));
	xsdt->tables[1] = madt_build(vm, AT_ACPI + 0x600);
	finish(&xsdt->header, "XSDT", 1, sizeof(*xsdt));

	memcpy(rsdp->signature, "RSD PTR ", 8);
	memcpy(rsdp->oem_id, "VSWTCH", 6);
	rsdp->revision = 2;
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = AT_ACPI + 0x100;
	rsdp->checksum = sum(rsdp, 20);
	rsdp->checksum2 = sum(rsdp, sizeof(*rsdp));
}
