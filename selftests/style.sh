#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Style and static checks, as KTAP. Each passes only if its tool says nothing.
#   style.sh            checks
#   style.sh --format   lets clang-format rewrite lib/, tools/ and selftests/
# KSRC names the kernel source whose tools are used.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
cd "$top" || exit
build=$top/build
KSRC=${KSRC:-$(selftests/qemu/kernel.sh --source)}
number=0
failed=0

check() {
	local name=$1 output
	shift
	number=$((number + 1))
	if output=$("$@" 2>&1) && [ -z "$output" ]; then
		echo "ok $number - $name"
	else
		echo "$output" | head -n 60 | sed 's/^/# /'
		echo "not ok $number - $name"
		failed=1
	fi
}

# Files that are written by hand.
sources() {
	find "$@" -name '*.[ch]' -print0 | xargs -0 -r grep -LZ 'YNL-GEN'
}

# The library's header is no kernel code and has the types of stdint.h.
run_checkpatch() {
	local command=("$KSRC/scripts/checkpatch.pl" --no-tree --strict --terse --no-summary)
	xargs -r "${command[@]}" -f &&
		"${command[@]}" --ignore PREFER_KERNEL_TYPES -f include/hwcontainer.h
}

# What it had nothing to say of is not read again until it or checkpatch.pl changes.
checkpatch() {
	local known=$build/checkpatch.silent tool said
	tool=$(sha256sum <"$KSRC/scripts/checkpatch.pl")
	sources kernel include/linux include/uapi | xargs -0 sha256sum |
		sed "s/^/${tool%% *} /" | sort >"$known.new"
	touch "$known"
	said=$(comm -23 "$known.new" "$known" | cut -d' ' -f4- | run_checkpatch) && [ -z "$said" ] &&
		mv "$known.new" "$known" && return
	echo "$said"
	return 1
}

# The modules for the bench's kernel, with every warning, as `make` builds them.
modules() {
	local kernel
	kernel=$(selftests/qemu/kernel.sh base) || return
	make -s --no-print-directory BUILD="$build/style-kmod" KDIR="$kernel" ARCH=arm64 \
		CROSS_COMPILE=aarch64-linux-gnu- DESTDIR="$build/style-kmod/root" W=1 C=1 "$@"
}

# A warning is printed only by the compiler run that sees it, so objects are kept only of
# builds that were silent to their end. Whoever ends one early leaves no mark.
silent_modules() { # make arguments
	local mark=$build/style-kmod/silent said
	[ -e "$mark" ] || rm -rf "$build/style-kmod"
	rm -f "$mark"
	said=$(modules modules "$@" 2>&1) && [ -z "$said" ] && touch "$mark" && return
	echo "$said"
	return 1
}

# One line for each module that is installed and is not ours to install, or is missing.
installed() {
	local log=$build/style-kmod/log
	rm -rf "$build/style-kmod/root"
	modules modules_install >"$log" 2>&1 || { cat "$log" && return 1; }
	find "$build/style-kmod/root" -name '*.ko*' -printf '%f\n' | diff - <(echo hwcontainer.ko)
}

# Where a warning stops make, unlike elsewhere: check.sh has built them there.
programs() {
	local dir
	for dir in lib tools; do
		make -s --no-print-directory -C $dir O="$build/check" CROSS_COMPILE= WERROR=1 all tests >/dev/null || return
	done
}

# The installed library serves the manual page's example, wherever it was put, and
# taking it away again leaves folders only. One line for each file that stays.
install_and_remove() {
	local root=$build/style-root log=$build/style-root.log
	local lib=$root/opt/hwc/lib target
	rm -rf "$root"
	for target in install uninstall; do
		make -s --no-print-directory $target DESTDIR="$root" PREFIX=/opt/hwc USEROUT="$build/check" \
			CROSS_COMPILE= >"$log" || return
		[ $target = install ] || break
		sed -n -e 's/\\e/\\/g' -e '/^#include <hwcontainer.h>$/,/^}$/p' -e '/^int main/,/^}$/p' \
			"$root/opt/hwc/share/man/man3/libhwcontainer.3" >"$build/style-example.c"
		# shellcheck disable=SC2046 # the flags are words
		gcc -Wall -Wextra -Werror "$build/style-example.c" -o "$build/style-example" \
			$(PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$lib/pkgconfig pkg-config \
				--cflags --libs libhwcontainer) || return
		LD_LIBRARY_PATH=$lib "$build/style-example" 2>&1 |
			grep -v -e '^hwcontainer module is not loaded' -e ': free$'
		"$root/opt/hwc/bin/hwctl" version >"$log" || cat "$log"
	done
	find "$root" ! -type d
}

# The kernel's own rules, with 100 columns and the loops of our libraries.
run_clang_format() {
	sed -e 's/^ColumnLimit: .*/ColumnLimit: 100/' \
		-e "/^ForEachMacros:/a\\  - 'fdt_for_each_property_offset'" \
		-e "/^ForEachMacros:/a\\  - 'fdt_for_each_subnode'" \
		-e "/^ForEachMacros:/a\\  - 'json_object_object_foreach'" \
		-e "/^ForEachMacros:/a\\  - 'mnl_attr_for_each'" \
		-e "/^ForEachMacros:/a\\  - 'mnl_attr_for_each_nested'" \
		"$KSRC/.clang-format" >"$build/clang-format"
	sources lib tools selftests |
		xargs -0 -r clang-format --style="file:$build/clang-format" "$@"
}

# One line for each place that `make format` would change.
format() {
	run_clang_format --dry-run --Werror 2>&1 | sed -n 's/: error: code should be.*//p'
}

# Each generated file names its spec and the generator's arguments in its head;
# the generator looks for its schema beside the folder of the specs, and for the
# root of a kernel by the name MAINTAINERS.
spec() {
	local file spec mode part generator=$KSRC/tools/net/ynl/ynl-gen-c.py
	rm -rf "$build/spec"
	mkdir -p "$build/spec/Documentation/netlink"
	touch "$build/spec/MAINTAINERS"
	cp "$KSRC"/Documentation/netlink/*.yaml "$build/spec/Documentation/netlink/"
	cp -r Documentation/netlink/specs "$build/spec/Documentation/netlink/"
	for file in $(grep -rlE '^/\* YNL-GEN (kernel|uapi|user)' kernel include); do
		read -r mode part < <(sed -n 's@^/\* YNL-GEN \(.*\) \*/@\1@p' "$file")
		spec=$(sed -n 's@^/\*[[:space:]]*\(Documentation/netlink/specs/.*\.yaml\) \*/@\1@p' "$file")
		# shellcheck disable=SC2046 # the arguments are words
		"$generator" --mode "$mode" "--$part" --spec "$build/spec/$spec" \
			$(sed -n 's@^/\* YNL-ARG \(.*\) \*/@\1@p' "$file") \
			-o "$build/spec/${file##*/}" || return
		diff -u --label "$file" --label "regenerated from $spec" \
			"$file" "$build/spec/${file##*/}" || return
	done
}

mkdir -p "$build"
if [ "${1-}" = --format ]; then
	run_clang_format -i
	exit
fi
echo "TAP version 13"
check "checkpatch --strict is silent on kernel/ and include/" checkpatch
check "the module builds with W=1 and sparse in silence" silent_modules
check "modules_install installs it and nothing else" installed
check "the tests' modules build with W=1 and sparse in silence" silent_modules HWC_TESTS=y
check "library and tools build with -Wall -Wextra in silence" programs
check "what is installed serves a program, and uninstall leaves nothing" install_and_remove
check "clang-format changes nothing in lib/, tools/ and selftests/" format
check "regenerating from the netlink spec changes nothing" spec
echo "1..$number"
exit $failed
