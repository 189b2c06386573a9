#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmod.sh KDIR OUT [make arguments]: builds the modules for the kernel in KDIR.
# Without arguments it says what came of it.
#
# The build runs in OUT, a copy of the sources made of symbolic links: before
# 6.13 kbuild leaves its objects beside the sources, and several kernels are built for.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)

die() {
	echo "kmod.sh: $*" >&2
	exit 1
}

# Sets release, or ends with what to do.
check_kernel() {
	running=$(uname -r)
	release=$running
	if [ -e "$kdir/Makefile" ]; then
		release=$(cat "$kdir/include/config/kernel.release" 2>/dev/null) ||
			die "the kernel in $kdir is not configured: give it a .config and" \
				"\`make -C $kdir modules_prepare\`"
	elif [ "$kdir" != "/lib/modules/$running/build" ]; then
		die "KDIR=$kdir is neither the build folder of a kernel nor its headers"
	fi
	# The floor is in Kbuild and dkms.conf, too, for those who come another way.
	echo "$release" | awk -F. '{ exit !($1 > 6 || $1 == 6 && $2 + 0 >= 12) }' || {
		package=${ARCH-arm64}
		[ "$package" != x86 ] || package=amd64
		die "hwcontainer needs Linux 6.12 or later, and $kdir is $release: boot a later kernel" \
			"and install its headers (Debian 12: linux-image-6.12-$package" \
			"linux-headers-6.12-$package), or name its build folder with KDIR="
	}
	[ -e "$kdir/Makefile" ] ||
		die "there are no headers of the running kernel $running: install them (Debian:" \
			"linux-headers-$running), or name a kernel's build folder with KDIR=;" \
			"\`make lib tools\` needs neither"
	check_arch
}

# Otherwise the compiler finds out, in its own words.
check_arch() {
	for arch in arm64:ARM64:aarch64-linux-gnu- arm:ARM:arm-linux-gnueabihf- x86:X86:x86_64-linux-gnu-; do
		name=${arch%%:*}
		option=${arch#*:}
		grep -q "^CONFIG_${option%:*}=y" "$kdir/include/config/auto.conf" || continue
		case ${ARCH-$name} in
		"$name" | "${name}_64") ;;
		*)
			die "the kernel in $kdir is for $name and ARCH is $ARCH: name both with" \
				"ARCH=$name CROSS_COMPILE=${arch##*:}"
			;;
		esac
	done
}

copy_sources() {
	mkdir -p "$out"
	find "$out" -xtype l -delete
	cp -rsf "$top/Kbuild" "$top/kernel" "$top/include" "$out/"
	# What the firmware of the bench's boards shares with the tests' modules.
	mkdir -p "$out/selftests/qemu/firmware"
	cp -sf "$top/selftests/qemu/firmware/monitor-page.h" "$out/selftests/qemu/firmware/"
}

kbuild() {
	case ${MAKEFLAGS-} in
	*--jobserver*) jobs= ;;
	*) jobs=-j$(nproc) ;;
	esac
	quiet=-s
	[ "${V-}" != 1 ] || quiet=V=1
	# shellcheck disable=SC2086 # an option or nothing
	make $jobs $quiet -C "$kdir" M="$(realpath "$out")" "$@"
}

# Whether the make above was called with -s: its short options are the first word.
silent() {
	case ${MAKEFLAGS-} in -*) return 1 ;; esac
	case ${MAKEFLAGS%% *} in *s*) ;; *) return 1 ;; esac
}

# report WHAT OPTION...: that the module came without something, and why.
report() {
	what=$1
	shift
	lacking=
	for option in "$@"; do
		grep -q "^CONFIG_$option=" "$kdir/include/config/auto.conf" || lacking="$lacking $option"
	done
	[ -z "$lacking" ] || echo "          without $what: that kernel lacks$lacking"
}

[ $# -ge 2 ] || die "usage: kmod.sh KDIR OUT [make arguments]"
kdir=$1
out=$2
shift 2
check_kernel
copy_sources
if [ $# -gt 0 ]; then
	kbuild "$@"
	exit
fi
kbuild modules
if ! silent; then
	echo "  MODULE  $out/kernel/hwcontainer.ko for Linux $release"
	report "FPGA regions" FPGA_REGION OF_OVERLAY
	report "remote processors" REMOTEPROC
fi
