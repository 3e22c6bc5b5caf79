# SPDX-License-Identifier: GPL-2.0
# Stable kernels rename things within a version, so a version number does not
# tell them apart: look into the headers that are built against.
vsw-has = $(if $(shell grep -sw $(1) $(srctree)/include/$(2)),-D$(3))

ccflags-y += $(call vsw-has,netns_immutable,linux/netdevice.h,VSW_HAVE_NETNS_IMMUTABLE)
