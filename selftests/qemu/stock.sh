#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# stock.sh [guest.py options]: the modules on Debian's own kernel for amd64, with
# this machine's build of the tools. That kernel has no FPGA, no overlays, no
# device tree; the port that results come through is built into it.
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/common.sh"

stock=$("$bench/rootfs.sh" stock)
# as check.sh has built them
host=$build/check
out=$build/guest/stock
root=$out/root

# hwctl is run, too: with the libraries it is linked with and their loader.
add_tools() {
	for dir in lib tools; do
		# shellcheck disable=SC2046 # an option or nothing
		make $(jobs) --no-print-directory -C "$top/$dir" O="$host" CROSS_COMPILE= WERROR=1
	done
	cp "$host/bin/hwctl" "$root/usr/bin/"
	ldd "$host/bin/hwctl" | sed -n 's/.*=> \(.*\) (.*/\1/p' | while read -r library; do
		cp -L "$library" "$root/usr/lib/"
	done
	loader=$(ldd "$host/bin/hwctl" | sed -n 's/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p')
	mkdir -p "$root${loader%/*}"
	cp -L "$loader" "$root$loader"
}

make_root() {
	rm -rf "$root"
	for name in bin sbin lib; do
		mkdir -p "$root/usr/$name"
		ln -s "usr/$name" "$root/$name"
	done
	for name in dev proc sys run tmp etc hwc/tests hwc/modules; do mkdir -p "$root/$name"; done
	cp "$stock/bin/busybox" "$root/usr/bin/"
	cp "$bench/guest/init" "$root/init"
	cp "$bench/guest/guest.sh" "$bench/guest/kernel-check" "$bench/guest/test.sh" \
		"$top/selftests/expect.sh" "$root/hwc/"
	cp "$bench/guest/stock" "$root/hwc/tests/"
	cp "$build"/kmod-stock/kernel/*.ko "$stock/modules/configfs.ko" "$root/hwc/modules/"
	: >"$root/hwc/timeouts"
	: >"$root/hwc/modules.load" # loading them is the test's
}

lock guest "$out"
"$top/selftests/ktap.py" "$@" "$bench/stock-build.sh" || exit
make_root
add_tools
"$bench/cpio.sh" "$root" "$out/initrd"
exec "$bench/guest.py" --out "$out" "$@" -- \
	qemu-system-x86_64 -M q35 -accel tcg -cpu max -smp 1 -m 512 \
	-nodefaults -nographic -no-reboot -device virtio-serial-pci \
	-kernel "$stock/vmlinuz" -initrd "$out/initrd" \
	-append "console=ttyS0 loglevel=5 panic=-1 edd=off hwc.action=check"
