#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# abi.sh TOP LIBRARY: version map, header and object must agree on what the
# library exports. Prints KTAP.
set -u
top=$1
library=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# compare NUMBER NAME FILE1 FILE2
compare() {
	if diff "$3" "$4" >"$work/diff" && [ -s "$3" ]; then
		echo "ok $1 - $2"
	else
		sed -e 's/^/# /' "$work/diff"
		echo "not ok $1 - $2"
		failed=1
	fi
}

sed -n 's/^[[:space:]]\(hwc_[a-z0-9_]*\);$/\1/p' "$top/lib/libhwcontainer.map" |
	sort >"$work/map"
# a declaration may go over several lines: what follows the mark, up to "("
tr '\n' ' ' <"$top/include/hwcontainer.h" | sed 's/HWC_API /\n/g' |
	sed -n '2,$s/^[^;(]*\(hwc_[a-z0-9_]*\)(.*/\1/p' | grep -v '^$' | sort >"$work/header"
nm -D --defined-only "$library" | sed -n 's/.* T \([a-z0-9_]*\)@@HWCONTAINER_.*/\1/p' |
	sort >"$work/object"
nm -D --defined-only "$library" | grep -v ' A HWCONTAINER_' | awk '{ print $3 }' |
	sed 's/@@.*//' | sort >"$work/every"
readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' >"$work/soname"
echo libhwcontainer.so.0 >"$work/wanted"

echo "TAP version 13"
echo "1..4"
compare 1 "map and header name the same functions" "$work/map" "$work/header"
compare 2 "the library exports what the map names" "$work/map" "$work/object"
compare 3 "the library exports nothing else" "$work/every" "$work/object"
compare 4 "the soname is libhwcontainer.so.0" "$work/wanted" "$work/soname"
exit $failed
