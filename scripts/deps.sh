#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The Debian packages this repository needs: the only list of them.
#
#	deps.sh GROUP...	build tools vm check debug fuzz bench demo
#
# As root it installs what is missing (the suite's backports are enabled if
# they are needed), else it says what to install. Nothing missing costs
# nothing: no package list is read then.
#
# The kernels that tests boot are real installed packages: the headers in
# backports depend on their image, so unpacking images somewhere else would
# save nothing.

set -euo pipefail
. "$(dirname "$0")/common.sh"

# NAME; NAME/backports where the suite's own version is too old; NAME/unpacked
# for a package that would start a daemon here: its files are put into the cache
# alone, and VMs have them where they belong.
packages_of()
{
	case $1 in
	build)	echo build-essential kmod ;;
	tools)	echo build-essential pkg-config libnl-3-dev libnl-genl-3-dev \
			libjson-c-dev ;;
	vm)	# igb with SR-IOV, which later tests use, came with QEMU 8.
		echo qemu-system-x86/backports ipxe-qemu busybox-static cpio \
			kmod rsync xz-utils iproute2 procps ;;
	demo)	echo iputils-ping iperf3 dnsmasq-base isc-dhcp-client tcpdump jq ;;
	check)	echo iputils-ping iperf3 dnsmasq-base \
			isc-dhcp-client tcpdump ethtool jq socat \
			netsniff-ng python3-scapy python3-yaml \
			python3-jsonschema linux-source-6.12 libteam-utils \
			sparse shellcheck cppcheck lldpd/unpacked radvd/unpacked \
			isc-dhcp-server/unpacked hyperv-daemons/unpacked zlib1g-dev \
			fio sg3-utils dmsetup libiscsi-bin \
			tcmu-runner/unpacked libtcmu2 dbus-daemon dbus-system-bus-common ;;
	fuzz)	echo clang libclang-rt-dev libyaml-dev binutils ;;
	debug)	echo linux-source-6.1 build-essential flex bison bc \
			libelf-dev libssl-dev rsync ;;
	bench)	echo jq ethtool nftables ;;
	*)	die "unknown group: $1" ;;
	esac
}

# What a group builds upon.
groups_of()
{
	case $1 in
	check | demo | bench)	echo "build tools vm $1" ;;
	fuzz)			echo "build tools vm debug $1" ;;
	*)			echo "$1" ;;
	esac
}

CODENAME=$(. /etc/os-release && echo "${VERSION_CODENAME-}")

apt_get()
{
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		-o DPkg::Lock::Timeout=600 -o APT::Sandbox::User=root "$@"
}

# Does apt know a version of $1 that it could install?
known()
{
	apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

updated=
update_lists()
{
	[ -z "$updated" ] || return 0
	updated=y
	note "reading the package lists"
	apt_get update >&2
}

backports_enabled()
{
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(RELEASE)' 2>/dev/null |
		grep -qxF "$CODENAME-backports"
}

# Copy the source entry of the suite itself, with the suite's name changed: the
# mirror that serves the one serves the other.
enable_backports()
{
	local dir=/etc/apt/sources.list.d file entry

	backports_enabled && return
	for file in "$dir"/*.sources; do
		[ -r "$file" ] || continue
		entry=$(sed '/^#/d' "$file" | awk -v suite="$CODENAME" '
			BEGIN { RS = ""; FS = "\n" }
			/(^|\n)Types: *deb/ && !/(^|\n)Enabled: *no/ {
				found = 0
				for (i = 1; i <= NF; i++)
					if ($i ~ "^Suites:.*[ :]" suite "( |$)") {
						$i = "Suites: " suite "-backports"
						found = 1
					}
				if (found) {
					for (i = 1; i <= NF; i++)
						print $i
					exit
				}
			}')
		if [ -n "$entry" ]; then
			echo "$entry" >"$dir/vswitch-backports.sources"
			break
		fi
	done
	if [ -z "${entry-}" ]; then
		entry=$(sed -nE "s/^(deb( +\[[^]]*\])? +[^ ]+ +)$CODENAME +(.*)/\1$CODENAME-backports \3/p" \
			/etc/apt/sources.list "$dir"/*.list 2>/dev/null | sed -n 1p || :)
		[ -n "$entry" ] ||
			die "no apt source for $CODENAME to derive $CODENAME-backports from"
		echo "$entry" >"$dir/vswitch-backports.list"
	fi
	note "enabled $CODENAME-backports"
	update_lists
}

# The tested kernels: the newest of the suite and the newest of its backports.
tested_kernels()
{
	apt-cache madison linux-image-amd64 |
		awk -v backports="$CODENAME-backports/" '
			index($0, backports) { if (!b++) print $3; next }
			!s++ { print $3 }' |
		while read -r version; do
			apt-cache show "linux-headers-amd64=$version" \
				"linux-image-amd64=$version" |
				sed -nE 's/^Depends: ([^ ]+).*/\1/p'
		done
}

# Headers of any kernel to build for, the running one's if there are any.
some_headers()
{
	if known "linux-headers-$(uname -r)"; then
		echo "linux-headers-$(uname -r)"
	else
		echo linux-headers-amd64
	fi
}

# Those of the arguments that are not installed.
missing_packages()
{
	local installed package version

	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n' \
		"${@%/*}" 2>/dev/null | sed -n 's/^installed //p' || :)
	for package in "$@"; do
		version=$(awk -v p="${package%/*}" '$1 == p { print $2 }' <<<"$installed")
		case $package in
		*/unpacked)
			[ ! -e "$PEERS/${package%/*}" ] || continue ;;
		qemu*/backports)
			[ -n "$version" ] && dpkg --compare-versions "$version" ge 1:8 && continue ;;
		*)
			[ -z "$version" ] || continue ;;
		esac
		echo "$package"
	done
}

# install [-t SUITE] PACKAGE...
install()
{
	note "installing $*"
	apt_get install --no-install-recommends "$@" >"$log" 2>&1 && return
	# The lists may name versions that the mirror no longer has.
	update_lists
	apt_get install --no-install-recommends "$@" >"$log" 2>&1 && return
	cat "$log" >&2
	die "apt-get could not install $*"
}

# Unpack a package into the cache; what it depends on is installed.
unpack()	# PACKAGE
{
	local depends

	note "unpacking $1"
	depends=$(apt-cache depends --no-recommends --no-suggests --no-conflicts \
		--no-breaks --no-replaces --no-enhances "$1" |
		sed -nE 's/^ *(Pre)?Depends: ([^<]+)$/\2/p')
	# shellcheck disable=SC2086 # words
	depends=$(missing_packages $depends)
	# shellcheck disable=SC2086 # words
	[ -z "$depends" ] || install $depends
	mkdir -p "$PEERS"
	rm -rf "$PEERS/.$1"
	mkdir "$PEERS/.$1"
	(cd "$PEERS/.$1" && apt_get download "$1" >"$log" 2>&1 && dpkg -x ./*.deb . && rm ./*.deb) ||
		{ cat "$log" >&2; die "apt-get could not download $1"; }
	mv "$PEERS/.$1" "$PEERS/$1"
}

# --- what is missing? -----------------------------------------------------------

command -v apt-get >/dev/null || exit 0		# not Debian: on their own

groups=" $(for group in "$@"; do groups_of "$group"; done | xargs) "
# shellcheck disable=SC2046 # words
missing=$(missing_packages $(for group in $groups; do packages_of "$group"; done |
	xargs -n1 | sort -u))
kernels=
if [[ $groups == *" vm "* ]] && [ "$("$ROOT/scripts/kernels.sh" list | wc -l)" -lt 2 ]; then
	kernels=tested_kernels
elif [[ $groups == *" build "* ]] && [ -z "$("$ROOT/scripts/kernels.sh" default)" ]; then
	kernels=some_headers
fi
[ -n "$missing$kernels" ] || exit 0

plain=$(sed '/\//d' <<<"$missing" | xargs)
newer=$(sed -n 's|/backports||p' <<<"$missing" | xargs)
unpacked=$(sed -n 's|/unpacked||p' <<<"$missing" | xargs)

# Who may not install has to do without these.
[ "$(id -u)" = 0 ] || unpacked=
[ -n "$plain$newer$unpacked$kernels" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	[ -z "$kernels" ] || plain+=" $($kernels | xargs)"
	die "these packages are missing, install them as root: apt-get install --no-install-recommends" \
		"$plain${newer:+ ${newer// //$CODENAME-backports }/$CODENAME-backports}"
fi

# --- install it -----------------------------------------------------------------

log=$(mktemp)
trap 'rm -f "$log"' EXIT

if [ "$kernels" = tested_kernels ] || [ -n "$newer" ]; then
	enable_backports
fi
for package in $plain $newer $unpacked ${kernels:+linux-headers-amd64}; do
	known "$package" || update_lists
done
# shellcheck disable=SC2046,SC2086 # words
{
	[ -z "$plain" ] || install $plain
	[ -z "$newer" ] || install -t "$CODENAME-backports" $newer
	for package in $unpacked; do
		unpack "$package"
	done
	if [ -n "$kernels" ]; then
		# A machine that does not boot from its /boot (a container, a
		# CI runner) has no use for initramfs, a minute each.
		[ -d /boot/grub ] || [ -d /boot/loader ] || export INITRD=No
		install $($kernels)
	fi
}
