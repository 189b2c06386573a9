#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Style and static checks, as KTAP. Each passes only if its tool says nothing.
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

checkpatch() {
	sources kernel include |
		xargs -0 -r "$KSRC/scripts/checkpatch.pl" --no-tree --strict --terse --no-summary -f
}

# From nothing each time: a warning is printed only by the compiler run that sees it.
modules() {
	local kernel
	kernel=$(selftests/qemu/kernel.sh base) || return
	rm -rf "$build/kmod-style"
	scripts/kmod.sh "$kernel" "$build/kmod-style" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
		W=1 C=1 modules
}

# Built apart, because elsewhere a warning does not stop make.
programs() {
	local dir
	for dir in lib tools; do
		make -s --no-print-directory -C $dir O="$build/style" WERROR=1 all tests >/dev/null || return
	done
}

format() {
	cp "$KSRC/.clang-format" "$build/.clang-format"
	sources lib tools selftests |
		xargs -0 -r clang-format --style="file:$build/.clang-format" --dry-run --Werror
}

# Each generated file names its spec and the generator's arguments in its head.
spec() {
	local file spec mode
	for file in $(grep -rlE '^/\* YNL-GEN (kernel|uapi|user)' kernel include); do
		read -r mode part < <(sed -n 's@^/\* YNL-GEN \(.*\) \*/@\1@p' "$file")
		spec=$(sed -n 's@^/\*[[:space:]]*\(Documentation/netlink/specs/.*\.yaml\) \*/@\1@p' "$file")
		# shellcheck disable=SC2046 # the arguments are words
		"$KSRC/tools/net/ynl/ynl-gen-c.py" --mode "$mode" "--$part" --spec "$spec" \
			$(sed -n 's@^/\* YNL-ARG \(.*\) \*/@\1@p' "$file") -o "$build/regenerated" || return
		diff -u --label "$file" --label "regenerated from $spec" "$file" "$build/regenerated"
	done
}

mkdir -p "$build"
echo "TAP version 13"
check "checkpatch --strict is silent on kernel/ and include/" checkpatch
check "the modules build with W=1 and sparse in silence" modules
check "library and tools build with -Wall -Wextra in silence" programs
check "clang-format changes nothing in lib/, tools/ and selftests/" format
check "regenerating from the netlink spec changes nothing" spec
echo "1..$number"
exit $failed
