#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmod.sh KDIR OUT [make arguments]: builds the modules for the kernel in KDIR.
#
# The build runs in OUT, a copy of the sources made of symbolic links: before
# 6.13 kbuild leaves its objects beside the sources, and several kernels are built for.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)

die() {
	echo "kmod.sh: $*" >&2
	exit 1
}

[ $# -ge 2 ] || die "usage: kmod.sh KDIR OUT [make arguments]"
kdir=$1
out=$2
shift 2
[ -e "$kdir/Makefile" ] ||
	die "$kdir holds no kernel to build for: install its headers, or say where it is with KDIR="
mkdir -p "$out"
find "$out" -xtype l -delete
cp -rsf "$top/Kbuild" "$top/kernel" "$top/include" "$out/"
# What the firmware of the bench's boards shares with the tests' modules.
mkdir -p "$out/selftests/qemu/firmware"
cp -sf "$top/selftests/qemu/firmware/monitor-page.h" "$out/selftests/qemu/firmware/"
case ${MAKEFLAGS-} in
*--jobserver*) jobs= ;;
*) jobs=-j$(nproc) ;;
esac
quiet=-s
[ "${V-}" != 1 ] || quiet=V=1
[ $# -gt 0 ] || set -- modules
exec make $jobs $quiet -C "$kdir" M="$(realpath "$out")" "$@"
