#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the modules for Debian's own kernel into build/kmod-stock, as KTAP.
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

built() {
	sed 's|.*/||' "$kmod/modules.order" | sort | tr '\n' ' '
}

echo "TAP version 13"
echo "1..2"
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
exit $failed
