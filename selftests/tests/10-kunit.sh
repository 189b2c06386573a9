#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The module's unit tests: loading a KUnit module runs its suites, debugfs keeps
# what they printed. Each suite is one group in this test's KTAP.
set -u
results=/sys/kernel/debug/kunit
modules=$(find /lib/modules -name '*kunit*.ko' -exec basename {} .ko \; | sort)
# of the boards' firmware, where there is some
[ "$(cat /hwc/machine)" != virt ] || modules=$(echo "$modules" | grep -v monitor)
if [ -z "$modules" ]; then
	echo "1..0 # SKIP no KUnit module was built"
	exit 4
fi

echo "TAP version 13"
count=0
for module in $modules; do
	if ! modprobe "$module"; then
		count=$((count + 1))
		echo "not ok $count - $module loads"
		continue
	fi
	for suite in "$results"/*/results; do
		[ -e "$suite" ] || continue
		count=$((count + 1))
		# a module's suites are numbered from 1 again
		sed -e '/^KTAP version/d' -e '/^1\.\./d' \
			-e "s/^\(ok\|not ok\) [0-9]*/\1 $count -/" "$suite"
	done
	modprobe -r "$module"
done
if [ $count = 0 ]; then
	count=1
	echo "not ok 1 - the KUnit modules ran a suite ($modules)"
fi
echo "1..$count"
