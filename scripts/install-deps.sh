#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what the build and the bench need on Debian 12, only where it is
# missing, and says so before it does.
#
#   install-deps.sh           installs what is missing
#   install-deps.sh --list    prints all names with their reason, installs nothing
#
# What apt says goes to a log in the cache; V=1 shows it instead.
set -eu
bench=$(cd "$(dirname "$0")/../selftests/qemu" && pwd)
. "$bench/common.sh"
log=$cache/packages.log

# Reason, then the packages.
needs() {
	cat <<-'EOF'
	the library and the tools: gcc libc6-dev make pkg-config libmnl-dev libfdt-dev libjson-c-dev
	their tests: libcmocka-dev libnl-3-dev libnl-genl-3-dev
	the bench's kernel: linux-source-6.12 flex bison bc perl xz-utils kmod rsync cpio libssl-dev libelf-dev
	arm64 programs and modules: gcc-aarch64-linux-gnu libc6-dev-arm64-cross
	firmware for the Cortex-R5 cores: gcc-arm-none-eabi
	the guests: qemu-system-arm qemu-system-x86 device-tree-compiler cpp openssl umoci ca-certificates
	checks and generators: python3 python3-yaml python3-jsonschema sparse clang-format diffutils
	EOF
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
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		-o DPkg::Use-Pty=0 "$@"
}

# apt WHAT ARGUMENT...
apt() {
	what=$1
	shift
	if [ "${V-}" = 1 ]; then
		apt_get "$@" >&2
		return
	fi
	as_root true # which may ask for a password
	: >"$log"
	apt_get "$@" >>"$log" 2>&1 &
	progress "$what" $! steps
	wait $!
}

steps() {
	echo "$(grep -c '^Get:' "$log") fetched, $(grep -c '^Unpacking' "$log") unpacked, $(grep -c '^Setting up' "$log") set up"
}

# apt's own words, as far as they say what went wrong.
explain() {
	[ "${V-}" = 1 ] || grep -E '^(E|W|Err):' "$log" | tail -n 5 >&2
	die "$* (all that apt said: $log)"
}

# What apt would fetch, as far as it knows.
size() {
	apt-get -qq --print-uris --no-install-recommends install "$@" 2>/dev/null |
		awk '{ bytes += $3 } END { if (NR) printf "  %d packages with those that they need, %.0f MB to fetch\n", NR, bytes / 1e6 }'
}

install_all() {
	apt "packages" install --no-install-recommends "$@"
}

update() {
	apt "index of packages" update
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
packages=$(echo "$lacking" | cut -d: -f2 | xargs)

[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
	die "root rights are needed to install packages and sudo is not there; as root run:" \
		"apt-get install --no-install-recommends $packages"
mkdir -p "$cache"

# An index that was never fetched, or one too old for what it names.
# shellcheck disable=SC2086 # names are words
known $packages || update || explain "apt-get update did not succeed"
for package in $packages; do
	known "$package" ||
		die "apt knows no package $package; the sources of Debian 12 with its security updates have it"
done
# shellcheck disable=SC2086
size $packages >&2
# shellcheck disable=SC2086
install_all $packages || { update && install_all $packages; } ||
	explain "apt-get could not install $packages"
