#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the modules for Debian's own kernel into build/kmod-stock, as KTAP, and
# asks for builds that cannot be.
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/common.sh"

kernel=$(realpath "$("$bench/rootfs.sh" stock)/headers")
kmod=$build/kmod-stock
log=$kmod/log
failed=0

result() {
	echo "$1 - $2"
	case $1 in not*) failed=1 ;; esac
}

# A warning is an error, so it is seen at the next build too. What debug
# information takes is left out: time, a program of another package, space.
build_modules() {
	mkdir -p "$kmod"
	"$top/scripts/kmod.sh" "$kernel" "$kmod" W=1e HWC_TESTS=y CONFIG_DEBUG_INFO= \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$log" 2>&1 && [ ! -s "$log" ]
}

# refused WORDS COMMAND...: it fails, and says so in one line with these words.
refused() {
	words=$1
	shift
	if "$@" >"$log" 2>&1; then return 1; fi
	grep -v '^make' "$log" >"$log.words"
	[ "$(wc -l <"$log.words")" = 1 ] && grep -q "$words" "$log.words"
}

# refuses NAME WORDS COMMAND...: the same as a test.
refuses() {
	number=$((number + 1))
	name=$1
	shift
	if refused "$@"; then
		result "ok $number" "$name"
	else
		head -n 60 "$log" | sed 's/^/# /'
		result "not ok $number" "$name"
	fi
}

# A build folder as far as it is looked at before the build.
fake_kernel() {
	rm -rf "$kmod/fake"
	mkdir -p "$kmod/fake/include/config"
	: >"$kmod/fake/Makefile"
	[ -z "$1" ] || echo "$1" >"$kmod/fake/include/config/kernel.release"
	echo "$2" >"$kmod/fake/include/config/auto.conf"
}

built() {
	sed 's|.*/||' "$kmod/modules.order" | sort | tr '\n' ' '
}

echo "TAP version 13"
echo "1..8"
if build_modules; then
	result "ok 1" "the modules build with W=1 in silence"
else
	head -n 60 "$log" | sed 's/^/# /'
	result "not ok 1" "the modules build with W=1 in silence"
fi
echo "# $(built)"
if [ "$(built)" = "hwcontainer-toy.o hwcontainer.o " ]; then
	result "ok 2" "what needs an FPGA or an overlay is left out"
else
	result "not ok 2" "what needs an FPGA or an overlay is left out"
fi

number=2
build="$top/scripts/kmod.sh"
missing=/lib/modules/$(uname -r)/build
[ ! -e "$missing" ] || missing=
fake_kernel 6.1.0-56-amd64 CONFIG_X86=y
refuses "a kernel below the floor is named, and what Debian has instead" \
	"6.12 or later, and $kmod/fake is 6.1.0-56-amd64: .* linux-headers-6.12-amd64" \
	env ARCH=x86 "$build" "$kmod/fake" "$kmod/out"
fake_kernel 6.13.1 CONFIG_ARM64=y
refuses "a kernel for another processor is named, and its compiler" \
	"is for arm64 and ARCH is x86: .*ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-" \
	env ARCH=x86 "$build" "$kmod/fake" "$kmod/out"
fake_kernel "" ""
refuses "a kernel that was not configured is named" "is not configured: .* modules_prepare" \
	"$build" "$kmod/fake" "$kmod/out"
refuses "a folder that is no kernel is named" "KDIR=$bench is neither" "$build" "$bench" "$kmod/out"
if [ -n "$missing" ]; then
	refuses "headers that are missing are named" \
		"no headers of the running kernel $(uname -r): \|6.12 or later, and $missing is " \
		"$build" "$missing" "$kmod/out"
else
	number=$((number + 1))
	result "ok $number" "headers that are missing are named # SKIP they are installed"
fi
refuses "kbuild called by others refuses a kernel below the floor" \
	"hwcontainer needs Linux 6.12 or later, and this is 6.11" \
	make -s -C "$kernel" M="$kmod" VERSION=6 PATCHLEVEL=11 modules
exit $failed
