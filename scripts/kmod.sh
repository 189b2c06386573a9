#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmod.sh KDIR OUT                    builds the modules for the kernel in KDIR and says
#                                     what came of it
# kmod.sh KDIR OUT MAKE_ARGUMENT...   the same in silence, or what the arguments say
# kmod.sh KDIR OUT install|uninstall  below DESTDIR/lib/modules
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

build_and_report() {
	kbuild modules
	silent && return
	echo "  MODULE  $out/kernel/hwcontainer.ko for Linux $release"
	report "FPGA regions" FPGA_REGION OF_OVERLAY
	report "remote processors" REMOTEPROC
}

# Packaged headers come without the key that modules would be signed with, and
# without the System.map that the kernel wants for depmod.
install_modules() {
	auto=$kdir/include/config/auto.conf
	key=$(sed -n 's/^CONFIG_MODULE_SIG_KEY="*\([^"]*\)"*$/\1/p' "$auto")
	unsigned=CONFIG_MODULE_SIG_ALL=
	case $key in
	pkcs11:*) unsigned= ;;
	?*) if [ -e "$key" ] || [ -e "$kdir/$key" ]; then unsigned=; fi ;;
	esac
	said=$out/modules_install.log
	# shellcheck disable=SC2086 # an option or nothing
	kbuild modules_install INSTALL_MOD_PATH="${DESTDIR-}" $unsigned >"$said" 2>&1 || {
		cat "$said" >&2
		exit 1
	}
	sed '/Skipping depmod/d' "$said" >&2
	[ -e "$kdir/System.map" ] || refresh
	silent ||
		find "$folder/updates/kernel" -name 'hwcontainer*.ko*' -printf '  INSTALL %p\n'
}

remove_modules() {
	[ ! -d "$folder/updates/kernel" ] ||
		find "$folder/updates/kernel" -name 'hwcontainer*.ko*' -printf '  REMOVE  %p\n' -delete
	refresh
}

# modprobe's index, of this system or of the one that is being put together.
refresh() {
	if [ -e "$folder/modules.builtin" ]; then
		PATH=$PATH:/usr/sbin:/sbin depmod ${DESTDIR:+-b "$DESTDIR"} "$release"
	fi
}

[ $# -ge 2 ] || die "usage: kmod.sh KDIR OUT [install|uninstall|make arguments]"
kdir=$1
out=$2
shift 2
# for make, and for the check
for word in "$@"; do
	case $word in ARCH=*) ARCH=${word#*=} ;; esac
done
check_kernel
folder=${DESTDIR-}/lib/modules/$release
copy_sources
case ${1-} in
'') build_and_report ;;
install) install_modules ;;
uninstall) remove_modules ;;
*) kbuild "$@" ;;
esac
