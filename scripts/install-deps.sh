#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what the build and the bench need on Debian 12, only where it is
# missing, and says so before it does.
#
#   install-deps.sh           installs what is missing
#   install-deps.sh --list    prints all names with their reason, installs nothing
set -eu

# Reason, then the packages.
needs() {
	cat <<-'EOF'
	the library and the tools: gcc libc6-dev make pkg-config libmnl-dev libfdt-dev libjson-c-dev
	their tests: libcmocka-dev libnl-3-dev libnl-genl-3-dev
	the bench's kernel: linux-source-6.12 flex bison bc perl xz-utils kmod rsync cpio libssl-dev libelf-dev
	arm64 programs and modules: gcc-aarch64-linux-gnu libc6-dev-arm64-cross
	firmware for the Cortex-R5 cores: gcc-arm-none-eabi
	the guests: qemu-system-arm qemu-system-x86 device-tree-compiler cpp umoci ca-certificates
	checks and generators: python3 python3-yaml python3-jsonschema sparse clang-format diffutils
	EOF
}

die() {
	echo "install-deps.sh: $*" >&2
	exit 1
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing() {
	needs | while IFS=: read -r reason packages; do
		lacking=
		for package in $packages; do
			installed "$package" || lacking="$lacking $package"
		done
		[ -z "$lacking" ] || echo "$reason:$lacking"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "root rights are needed to install packages and sudo is not there; as root run: $*"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >&2
}

known() {
	for package in "$@"; do
		[ -n "$(apt-cache madison "$package" 2>/dev/null)" ] || return
	done
}

case ${1-} in
--list)
	needs
	exit
	;;
'') ;;
*) die "usage: install-deps.sh [--list]" ;;
esac

command -v apt-get >/dev/null ||
	die "this machine has no apt; these packages of Debian 12 are needed (--list says what for): $(
		needs | cut -d: -f2 | tr -d '\n')"

lacking=$(missing)
[ -n "$lacking" ] || exit 0
echo "These packages are missing and will be installed:" >&2
echo "$lacking" | sed 's/^/  for /' >&2
packages=$(echo "$lacking" | cut -d: -f2 | tr '\n' ' ')

# An index that was never fetched, or one too old for what it names.
# shellcheck disable=SC2086 # names are words
known $packages || apt update || die "apt-get update did not succeed: see its words above"
for package in $packages; do
	known "$package" ||
		die "apt knows no package $package; the sources of Debian 12 with its security updates have it"
done
# shellcheck disable=SC2086
apt install --no-install-recommends $packages || {
	apt update && apt install --no-install-recommends $packages
} || die "apt-get could not install $packages: see its words above"
