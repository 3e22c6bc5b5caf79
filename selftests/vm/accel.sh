#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Print the accelerator for QEMU on this machine: kvm or tcg.
#
# /dev/kvm alone proves nothing: paravirtual hosts (PVM) offer it on processors
# without the extensions, and can run only kernels that were made for them.

set -euo pipefail

if [ -w /dev/kvm ] && grep -qwE '^flags.*(vmx|svm)' /proc/cpuinfo; then
	echo kvm
else
	echo tcg
fi
