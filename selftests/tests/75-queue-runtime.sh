#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: containers that wait for hardware that others have.
# shellcheck disable=SC1091,SC2154,SC2317 # lib.sh is beside the bundle; expect calls
. /hwc/demo/lib.sh

# waiting_bundle SECONDS: asks for two toys, in the order in which they are not to be had.
waiting_bundle() {
	new_bundle w >/dev/null
	sed -i "s|^\(.*\)\"$region\": \"$image\",|\1\"org.hwcontainer.resource.0\": \"toy1\", \"org.hwcontainer.resource.1\": \"toy0\", \"org.hwcontainer.wait\": \"$1\",|" \
		"$bundles/w/config.json"
}

held() { # toy
	hwctl -j claim new "$1" | sed 's/.*"id": *\([0-9]*\).*/\1/'
}

waits_for() { # toy
	hwctl resource show "$1" | grep -q '^waiting *1$'
}

# toy0 first, though it is asked for last; toy1 is for others until then.
waits_by_name() {
	waiting_bundle 60
	first=$(held toy0) second=$(held toy1)
	hwcontainer-runtime run --bundle "$bundles/w" w </dev/null >/tmp/said 2>&1 &
	pid=$!
	within 5 waits_for toy0 && ! waits_for toy1 && hwctl claim delete "$first" &&
		within 5 waits_for toy1 && ! waits_for toy0 && hwctl claim delete "$second"
	ok=$?
	[ $ok = 0 ] || kill -9 $pid
	wait $pid
	cat /tmp/said
	# it was started, and has no device
	[ $ok = 0 ] && grep -q "HWC_DEVICE_0 is not set" /tmp/said && within 5 no_claim
}

gives_up() {
	waiting_bundle 1
	first=$(held toy0)
	hwcontainer-runtime run --bundle "$bundles/w" w </dev/null >/tmp/said 2>&1
	code=$?
	cat /tmp/said
	[ $code = 1 ] &&
		grep -q "^hwcontainer-runtime: waited [0-9]* ms: toy0 is held by claim $first$" /tmp/said &&
		hwctl claim delete "$first" && within 5 no_claim
}

is_killed() {
	waiting_bundle 60
	first=$(held toy0)
	hwcontainer-runtime run --bundle "$bundles/w" w </dev/null >/tmp/said 2>&1 &
	pid=$!
	within 5 waits_for toy0
	kill -9 $pid
	wait $pid
	hwctl claim delete "$first" && within 5 no_claim
}

use_runtime runc
modprobe hwcontainer-toy
hwctl policy allow all >/tmp/said
echo "TAP version 13"
echo 1..3
expect "waits for one after the other, by name" waits_by_name
expect "is refused when its time is over" gives_up
expect "leaves the queue when it is killed" is_killed
clean_up w
# what a failure may have left
hwctl claim list | awk 'NR > 1 { print $1 }' | xargs -r hwctl claim delete
rm -rf "$bundles" "$policy" /tmp/said
within 5 rmmod hwcontainer-toy
exit $failed
