# SPDX-License-Identifier: GPL-2.0
#
# vswitch: modules and tools. `make help` lists the targets; each one that is
# run by root installs the Debian packages it lacks.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all

# The kernel to build for: the running one if its headers are here.
KVER ?= $(shell scripts/kernels.sh default)
kver := $(firstword $(KVER))
KDIR ?= $(shell scripts/kernels.sh build $(kver))
# Where the module sources are; scripts/build.sh builds a copy.
MDIR ?= $(CURDIR)/kernel

# For selftests/fuzz/run.sh, which says what they do. The fuzzer's kernel is not
# the one to build for.
export TIME SEED STREAM STEPS GUIDED VERBOSE MESSAGES
ifneq ($(filter command line environment,$(origin KVER)),)
fuzz: export KVER := $(KVER)
endif

# What .config would say in a kernel tree.
CONFIG := CONFIG_VSWITCH=m CONFIG_VMBUS_HOST=m CONFIG_VMBUS_LOCAL=m \
	  CONFIG_NETVSP=m CONFIG_STORVSP=m

DESTDIR ?=
# The tools' Makefile has its own idea of prefix=.
dirs = $(if $(DESTDIR),DESTDIR=$(DESTDIR)) $(if $(prefix),prefix=$(prefix))

.PHONY: all modules tools install uninstall demo check check-debug check-kcsan \
	check-harness fuzz fuzz-selfcheck bench vm unit static regen clean help

all: modules tools		## modules and tools (the default)

modules:			## the modules, for the running kernel or KVER=
	@scripts/deps.sh build
	@test -n "$(kver)" || { echo "make: no kernel headers are installed" >&2; exit 1; }
	@test -n "$(KDIR)"
	@echo "  MODULES for kernel $(kver)"
	@$(MAKE) -C $(KDIR) M=$(MDIR) $(CONFIG) modules

tools:				## vswitchctl and libvswitch
	@scripts/deps.sh tools
	@$(MAKE) -C userspace $(dirs) all

# Without its key, and no distribution gives it away, signing would only fail.
sign = $(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)

# A guest of Hyper-V would be given it instead of hv_vmbus, and lose its disks.
installed := $(CONFIG) CONFIG_VMBUS_LOCAL=

install: all			## modules and tools; DESTDIR=, prefix=, KVER=
	$(MAKE) -C $(KDIR) M=$(MDIR) $(installed) modules
	$(MAKE) -C $(KDIR) M=$(MDIR) $(installed) $(sign) INSTALL_MOD_DIR=updates \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR) DEPMOD=true) modules_install
	$(MAKE) -C userspace $(dirs) install

uninstall:			## undo install
	rm -rf $(addprefix $(DESTDIR)/lib/modules/$(kver)/updates/,vswitch vmbus netvsp storvsp)
	$(if $(DESTDIR),,depmod $(kver))
	$(MAKE) -C userspace $(dirs) uninstall

demo:				## see it work, in a disposable VM
	@scripts/demo.sh

check:				## all tests on all kernels; TESTS="vlan fdb" KVER="..."
	@scripts/check.sh $(if $(filter command line environment,$(origin KVER)),-k "$(KVER)") $(TESTS)

check-debug:			## the same with KASAN, lockdep and kmemleak; TESTS=
	@scripts/check.sh -k debug $(TESTS)

check-kcsan:			## the same with KCSAN, which sees data races; TESTS=
	@scripts/check.sh -k kcsan $(TESTS)

check-harness:			## does the VM harness notice every kind of failure?
	@scripts/deps.sh build vm
	@selftests/vm/selfcheck.sh $(if $(filter command line,$(origin KVER)),$(KVER))

fuzz:				## fuzz netlink and parsers; TIME=60 SEED= FUZZ="vmbus-netlink nic"
	@scripts/deps.sh fuzz
	@selftests/fuzz/run.sh $(FUZZ)

fuzz-selfcheck:			## does the netlink fuzzer find planted bugs?
	@scripts/deps.sh fuzz
	@selftests/fuzz/selfcheck.sh

bench:				## compare with the Linux bridge
	@selftests/bench/run.sh

vm:				## a shell in a VM with the modules loaded; KVER=
	@scripts/deps.sh build tools vm
	@selftests/vm/run.sh -i $(if $(filter command line,$(origin KVER)),-k $(KVER))

unit:				## unit tests of pure logic, in user space with ASan
	@scripts/deps.sh tools
	@$(MAKE) -C selftests/unit check
	@$(MAKE) -C userspace check
	@$(MAKE) -C selftests/fuzz replay

static:				## checkpatch, sparse, kernel-doc, shellcheck, cppcheck
	@scripts/deps.sh check
	@scripts/static.sh

regen:				## generated files from netlink/*.yaml
	@scripts/regen.sh

clean:				## what make made in this directory (not the cache)
	@test -z "$(KDIR)" || $(MAKE) -C $(KDIR) M=$(MDIR) $(CONFIG) clean
	@for dir in userspace selftests/unit selftests/fuzz selftests/faults selftests/races selftests/vmbus selftests/vmm selftests/storvsp; do \
		test ! -e $$dir/Makefile || $(MAKE) -C $$dir clean; done

help:				## this list
	@sed -nE 's/^([a-z-]+):.*##/  make \1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24
