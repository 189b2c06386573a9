#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# payload.sh base|debug: builds what the guest gets on top of Debian's packages
# and packs it with them into initrd in build/guest/VARIANT, or VARIANT-MACHINE
# where MACHINE is another than virt.
#
#   /lib/modules        the modules, for modprobe
#   /usr/lib /usr/bin   library and tools
#   /hwc/tests          test programs: selftests/tests/*.c and *.sh
#   /hwc/bench          the benchmark: selftests/bench/*.c
#   /hwc/engine         pieces of engines: selftests/engine/*.c
#   /hwc/dtbo           overlays from dts/*.dtso
#   /hwc/actions        selftests/actions/*.sh (demo, bench)
#   /hwc/testdata       HWC_TESTDATA, where set
# and what the programs in selftests/payload.d/ add, which are run in order with
#   HWC_ROOT=the guest's root being filled   HWC_BASE=Debian's packages, unpacked
#   HWC_BUILD=build   HWC_ARM64=build/arm64  CROSS_COMPILE   HWC_MACHINE=virt ...
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/common.sh"

variant=$1
kernel=$("$bench/kernel.sh" "$variant")
source=$("$bench/kernel.sh" --source)
use_machine "$variant"
base=$("$bench/rootfs.sh" "$rootfs")
sysroot=$("$bench/rootfs.sh" sysroot)
arm64=$build/arm64
root=$out/root

build_modules() {
	kmod=$build/kmod-$variant
	"$top/scripts/kmod.sh" "$kernel" "$kmod" ARCH=$guest_arch CROSS_COMPILE=$cross HWC_TESTS=y
	release=$(cat "$kernel/include/config/kernel.release")
	modules=$root/lib/modules/$release
	mkdir -p "$modules"
	find "$kmod" -name '*.ko' -exec cp {} "$modules/" \;
	cp "$kernel/modules.order" "$kernel/modules.builtin" "$kernel/modules.builtin.modinfo" "$modules/"
	depmod -b "$root" "$release"
	while read -r name; do
		[ ! -e "$modules/$name.ko" ] || echo "$name"
	done <"$bench/guest/modules.load" >"$root/hwc/modules.load"
}

build_programs() {
	for dir in lib tools selftests; do
		# shellcheck disable=SC2046 # an option or nothing
		make $(jobs) --no-print-directory -C "$top/$dir" O="$arm64" \
			CROSS_COMPILE=$cross SYSROOT="$sysroot" KSRC="$source"
	done
	mkdir -p "$root/usr/lib" "$root/usr/bin"
	for file in "$arm64"/lib/*.so*; do
		[ ! -e "$file" ] || cp -P "$file" "$root/usr/lib/"
	done
	for file in "$arm64"/bin/*; do
		[ ! -f "$file" ] || cp "$file" "$root/usr/bin/"
	done
}

# Only what still has a source: a test that was deleted leaves its program behind.
add_tests() {
	mkdir -p "$root/hwc/tests"
	for file in "$top"/selftests/tests/*.c; do
		name=$(basename "$file" .c)
		[ ! -e "$file" ] || cp "$arm64/tests/$name" "$root/hwc/tests/"
	done
	for file in "$top"/selftests/tests/*.sh; do
		[ ! -e "$file" ] || install -m 755 "$file" "$root/hwc/tests/$(basename "$file" .sh)"
	done
	cp "$top/selftests/tests/timeouts" "$root/hwc/"
	cp "$kernel/drivers.built" "$kernel/drivers.package" "$root/hwc/"
	echo "$machine" >"$root/hwc/machine"
}

add_others() {
	mkdir -p "$root/hwc/bench" "$root/hwc/engine"
	cp "$arm64/bench/bench" "$root/hwc/bench/"
	cp "$arm64"/engine/* "$root/hwc/engine/"
}

preprocess() {
	cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp -P \
		-I "$top/dts" -I "$source/include" -I "$source/arch/arm64/boot/dts/xilinx" "$1"
}

# The tree that QEMU would give its guest.
dump_dtb() {
	# shellcheck disable=SC2046 # the options are words
	$qemu $(machine_options) -M dumpdtb="$1" >/dev/null 2>&1 ||
		die "$qemu does not write its device tree"
}

# From source on stdin; labels are kept for the overlays.
compile_dtb() {
	dtc -@ -q -I dts -O dtb -o "$1" - || die "the machine's device tree does not compile"
}

build_overlays() {
	mkdir -p "$build/dtbo" "$root/hwc/dtbo"
	for file in "$top"/dts/*.dtso; do
		[ -e "$file" ] || continue
		dtbo=$build/dtbo/$(basename "$file" .dtso).dtbo
		preprocess "$file" | dtc -@ -q -I dts -O dtb -o "$dtbo" - ||
			die "dts/${file##*/} does not compile"
		cp "$dtbo" "$root/hwc/dtbo/"
	done
}

add_actions() {
	mkdir -p "$root/hwc/actions"
	for file in "$top"/selftests/actions/*.sh; do
		[ ! -e "$file" ] || install -m 755 "$file" "$root/hwc/actions/$(basename "$file" .sh)"
	done
	if [ -n "${HWC_TESTDATA-}" ]; then
		[ -d "$HWC_TESTDATA" ] || die "HWC_TESTDATA names no folder: $HWC_TESTDATA"
		cp -rL "$HWC_TESTDATA" "$root/hwc/testdata"
	fi
}

run_hooks() {
	for hook in "$top"/selftests/payload.d/*; do
		[ -x "$hook" ] || continue
		HWC_ROOT=$root HWC_BASE=$base HWC_BUILD=$build HWC_ARM64=$arm64 HWC_MACHINE=$machine \
			CROSS_COMPILE=$cross "$hook" || die "selftests/payload.d/${hook##*/} did not succeed"
	done
}

# The guest's lib and bin are links into usr; files must not replace them.
make_skeleton() {
	rm -rf "$root"
	mkdir -p "$root/usr/lib" "$root/usr/bin" "$root/hwc"
	ln -s usr/lib "$root/lib"
	cp "$bench/guest/init" "$root/init"
	cp "$bench/guest/guest.sh" "$bench/guest/banner" "$bench/guest/kernel-check" \
		"$bench/guest/test.sh" "$top/selftests/expect.sh" "$root/hwc/"
}

# Machines share what is compiled.
lock guest "$build/guest"
make_skeleton
build_modules
build_programs
add_tests
add_others
build_overlays
add_actions
run_hooks
machine_build
machine_dtb "$out/$machine.dtb"
"$bench/cpio.sh" "$root" "$out/payload.cpio"
cat "$base.cpio" "$out/payload.cpio" >"$out/initrd"
rm "$out/payload.cpio"
ln -sfn "$kernel" "$out/kernel"
machine_ready "$out"
