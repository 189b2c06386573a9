#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Firmware containers under which something changes: the file of their firmware, the
# one that the kernel has, their core.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh
settings=/etc/hwcontainer/runtime.json
driver=/sys/bus/platform/drivers/hwcontainer-sim-rproc
timeout=/sys/module/hwcontainer/parameters/rproc_timeout_ms
placed=/lib/firmware/hwcontainer

# From nothing, whatever the test before has left.
anew() { # more annotations
	[ ! -e "$root/c1" ] || rt delete --force c1
	ours "$@"
	file=$bundles/f/rootfs/boot/rpu.elf
}

run_in_background() {
	rm -f /tmp/f.out
	run_it
	within 20 has_said 1 && within 20 status_is c1 running
}

create() {
	rt create --bundle "$bundles/f" c1 >/tmp/f.out 2>/tmp/f.err </dev/null
	code=$?
	cat /tmp/f.err
	return "$code"
}

has_said() { # how often it has started
	[ "$(grep -c "^$says\$" /tmp/f.out 2>/dev/null)" -ge "$1" ]
}

# start_fails PATTERN: the command's error, and the end of what was created
start_fails() {
	rt start c1 >/tmp/said 2>&1
	same 1 $? && cat /tmp/said && grep -q "^hwcontainer-runtime: $1\$" /tmp/said &&
		within 10 status_is c1 stopped && rt delete c1
}

is_stopped() {
	kill -TERM "$started"
	ends_with 0
}

## the file in the image

# What was allowed is what is started again, whatever has its name by then.
changed_by() { # command
	anew '"org.hwcontainer.restart": "on-failure:1"'
	run_in_background && "$@" && crash && within 20 has_said 2 && is_stopped
}

replace() {
	cp "$other_firmware" "$file.new"
	mv "$file.new" "$file"
}

remove() {
	rm "$file"
}

rewrite() {
	cat "$other_firmware" >"$file"
}

# What the host allows is a file with that digest.
allowed_by_digest() { # more annotations
	anew "\"org.opencontainers.image.os\": \"linux\"${1+, $1}"
	digest=$(sha256sum <"$file" | cut -d' ' -f1)
	hwctl policy allow digest "sha256:$digest"
}

wrong_digest() {
	echo "the digest of the image is $(sha256sum <"$file" | cut -d' ' -f1), asked for was $digest"
}

rewritten_before_its_start() {
	allowed_by_digest
	create && rewrite && start_fails "$(wrong_digest)" && core_is_free
}

rewritten_before_a_restart() {
	allowed_by_digest '"org.hwcontainer.restart": "on-failure:1"'
	run_in_background && rewrite && crash && ends_with 1 &&
		grep -q "^hwcontainer-runtime: $(wrong_digest)\$" /tmp/f.err
}

## the file that the kernel has

placed_file_is_replaced() {
	anew
	run_in_background && cp "$other_firmware" "$placed/new" && mv "$placed/new" "$placed/$core" &&
		sleep 0.3 && status_is c1 running && is_stopped && run_in_background && is_stopped
}

placed_file_is_deleted() {
	anew '"org.hwcontainer.restart": "on-failure:1"'
	run_in_background && rm "$placed/$core" && crash && within 20 has_said 2 && is_stopped
}

## the core

asked_for_twice() {
	rm -f "$policy"
	anew "\"$core_path\": \"/boot/other.elf\""
	cp "$other_firmware" "$bundles/f/rootfs/boot/other.elf"
	! create && same "hwcontainer-runtime: $core is asked for twice" "$(cat /tmp/f.err)" &&
		[ ! -e "$root/c1" ] && core_is_free
}

leave() {
	echo "$core_name" >"$driver/unbind"
}

# As another one to the kernel, whatever became of the container.
come_back() { # 0 or not
	echo "$core_name" >"$driver/bind"
	use_cores
	within 10 core_is_free && [ ! -e "$placed" ] && return "$1"
}

is_taken_away() {
	anew
	run_in_background && leave && wait "$started"
	same 2 $? && same "hwcontainer-runtime: $core is gone" "$(cat /tmp/f.err)" && [ ! -e "$root/c1" ]
	come_back $?
}

# Whether the start has ended by then is a matter of chance.
is_taken_away_in_its_start() {
	anew
	create || return
	echo 1000 >"$sim/stall_start_ms"
	rt start c1 >/tmp/said 2>&1 &
	started=$!
	sleep 0.4
	leave
	wait "$started"
	cat /tmp/said /tmp/f.err
	within 10 status_is c1 stopped && rt delete c1
	code=$?
	works_again
	come_back "$code"
}

stuck_in_its_start() {
	anew
	create || return
	before=$(cat "$timeout")
	echo 500 >"$timeout"
	echo 2000 >"$sim/stall_start_ms"
	start_fails "$core has not started for [0-9]* ms"
	code=$?
	echo "$before" >"$timeout"
	within 10 core_is_free && works_again && return "$code"
}

# It is waited for, as long as the host wants.
slow_to_stop() {
	anew
	run_in_background && echo 1500 >"$sim/stall_stop_ms" && kill -TERM "$started" &&
		ends_with 0 && same "" "$(cat /tmp/f.err)"
	code=$?
	works_again
	return "$code"
}

stuck_in_its_end() {
	echo '{"timeout": 1}' >"$settings"
	anew
	run_in_background && echo 3000 >"$sim/stall_stop_ms" && kill -TERM "$started" && wait "$started"
	same 3 $? && grep -q "^hwcontainer-runtime: the hardware is not free after [0-9]* ms\$" /tmp/f.err &&
		status_is c1 stopped && within 10 core_is_free && rt delete c1
	code=$?
	rm "$settings"
	works_again
	return "$code"
}

# simulated NAME COMMAND WHY: what real cores cannot show
simulated() {
	if [ "$kind" = sim ]; then
		expect "$1" "$2"
	else
		skip "$1" "$3"
	fi
}

gone="mainline's xlnx_r5_remoteproc frees its mailboxes before it stops its cores"
slow="the board's firmware cannot be told to take its time"
use_cores || exit 1
mkdir -p /etc/hwcontainer
use_runtime runc
rm -f "$policy"
echo "TAP version 13"
echo 1..13
expect "another file takes the name of the one in the image" changed_by replace
expect "that one is deleted" changed_by remove
expect "it is written to before the container is started" rewritten_before_its_start
expect "it is written to before the core is started again" rewritten_before_a_restart
expect "another file takes the name of the one that the kernel has" placed_file_is_replaced
expect "that one is deleted" placed_file_is_deleted
expect "two images for one core, by two names" asked_for_twice
simulated "its core is taken away" is_taken_away "$gone"
simulated "its core is taken away while it starts" is_taken_away_in_its_start "$gone"
simulated "its core is stuck in its start" stuck_in_its_start "$slow"
simulated "its core takes its time to stop" slow_to_stop "$slow"
simulated "its core takes too much of it" stuck_in_its_end "$slow"
expect "nothing is left" core_is_free
leave_cores || failed=1
rm -rf "$bundles" "$root" "$policy" /tmp/*.out /tmp/*.err /tmp/said
exit "$failed"
