#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the bench's kernel, once per source version, compiler and fragments,
# and prints where it is.
#
#   kernel.sh base|debug   prints the build folder: modules are built against it
#   kernel.sh --source     prints the unpacked kernel source
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/common.sh"

package=linux-source-6.12
# Part of the name of a built kernel; raise it when this script builds differently.
recipe=1

source_version() {
	dpkg-query -W -f '${Version}' $package 2>/dev/null ||
		die "the package $package is missing: scripts/install-deps.sh installs it"
}

unpack_source() {
	# make takes no colon in a path, and a tilde is asking for trouble
	source=$cache/$package-$(echo "$version" | tr -c 'A-Za-z0-9.\n' -)
	[ ! -e "$source/Makefile" ] || return 0
	lock source
	[ ! -e "$source/Makefile" ] || return 0
	rm -rf "$source.tmp"
	mkdir -p "$source.tmp"
	tar -C "$source.tmp" --strip-components=1 -xf "/usr/src/$package.tar.xz" &
	progress "unpacking $package $version" $! "unpacked_size $source.tmp"
	wait $! || die "/usr/src/$package.tar.xz could not be unpacked into $cache"
	mv "$source.tmp" "$source"
}

unpacked_size() {
	echo "$(du -sm "$1" | cut -f1) MB"
}

count_objects() {
	echo "$(find "$tmp" -name '*.o' 2>/dev/null | wc -l) of about 1250 objects"
}

# The lines that mean something, the last one of each option.
fragment_lines() {
	for name in $fragments; do cat "$bench/kernel/$name.config"; done |
		sed -n -e 's/^# \(CONFIG_[A-Za-z0-9_]*\) is not set$/\1=n/p' -e '/^CONFIG_/p' |
		awk -F= '{ value[$1] = $0 } END { for (o in value) print value[o] }' | sort
}

# Fails with the name of each line that Kconfig dropped.
check_config() {
	fragment_lines | awk -F= -v config="$tmp/.config" '
		BEGIN {
			while ((getline line < config) > 0)
				if (match(line, /^CONFIG_[A-Za-z0-9_]*=/))
					is[substr(line, 1, RLENGTH - 1)] = line
		}
		{
			want = $2 == "n" ? "" : $0
			if (is[$1] != want) {
				printf "  %s: wanted, the configuration has %s\n", $0,
					is[$1] == "" ? "it not set" : is[$1]
				lost = 1
			}
		}
		END { exit lost }' >&2 ||
		die "the kernel would lack what the fragments ask for ($fragments)"
}

kernel_make() {
	make -C "$source" O="$tmp" ARCH=$guest_arch CROSS_COMPILE=$cross -s \
		KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=hwcontainer KBUILD_BUILD_HOST=bench "$@"
}

configure() {
	kernel_make tinyconfig
	for name in $fragments; do
		set -- "$@" "$bench/kernel/$name.config"
	done
	"$source/scripts/kconfig/merge_config.sh" -m -O "$tmp" "$tmp/.config" "$@" \
		>"$tmp/merge.log" 2>&1 || die "the fragments could not be merged: see $tmp/merge.log"
	kernel_make olddefconfig
	check_config
}

# What the guest's tests show of the boards' drivers (kernel/drivers): that they
# were compiled from the files that the package holds. BUILD/drivers.built has
# the sums of the former, drivers.package those of the latter.
record_drivers() {
	(
		cd "$source"
		xargs sha256sum <"$bench/kernel/drivers"
	) >"$tmp/drivers.built"
	rm -rf "$tmp/drivers.tmp"
	mkdir "$tmp/drivers.tmp"
	sed "s|^|$package/|" "$bench/kernel/drivers" |
		tar -C "$tmp/drivers.tmp" --strip-components=1 -xf "/usr/src/$package.tar.xz" -T - ||
		die "/usr/src/$package.tar.xz lacks a file that kernel/drivers names"
	{
		echo "# $package $version"
		(
			cd "$tmp/drivers.tmp"
			xargs sha256sum <"$bench/kernel/drivers"
		)
	} >"$tmp/drivers.package"
	rm -rf "$tmp/drivers.tmp"
}

# What only the link of vmlinux needs; a module build needs scripts/ as it is.
prune() {
	find "$1" -path "$1/scripts" -prune -o \
		\( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \) -type f -exec rm -f {} +
}

build_kernel() {
	mkdir -p "$tmp"
	say "building the $variant kernel (some minutes, once; kept in $cache)"
	configure
	kernel_make $(jobs) Image modules >"$tmp/build.log" 2>&1 &
	progress "kernel $variant" $! count_objects
	wait $! || {
		tail -n 20 "$tmp/build.log" >&2
		die "the $variant kernel did not build: see $tmp/build.log"
	}
	record_drivers
	prune "$tmp"
	mv "$tmp" "$out"
}

[ $# = 1 ] || die "usage: kernel.sh base|debug|--source"
version=$(source_version)
case $1 in
--source)
	unpack_source
	echo "$source"
	exit
	;;
base) fragments=base ;;
debug) fragments="base debug" ;;
*) die "$1: no such kernel; there are base and debug" ;;
esac

variant=$1
compiler=$(${cross}gcc -dumpfullversion) ||
	die "${cross}gcc is missing: scripts/install-deps.sh installs it"
hash=$({
	echo "$recipe $version $compiler"
	fragment_lines
} | hash_of)
out=$cache/kernel-$variant-$hash
# The same folder each time: a build that was stopped goes on where it was.
tmp=$out.tmp
unpack_source
if [ ! -e "$out/Module.symvers" ]; then
	lock "kernel-$variant"
	[ -e "$out/Module.symvers" ] || build_kernel
fi
echo "$out"
