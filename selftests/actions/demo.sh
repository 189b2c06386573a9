#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration: a container gets the FPGA region that its image asks for,
# uses the accelerator in it and ends; then the same with kill -9 of every process.
# shellcheck disable=SC1091,SC2154,SC2317 # lib.sh is beside the bundle; check calls
. /hwc/demo/lib.sh
. /hwc/demo/story.sh
text="The quick brown fox jumps over the lazy dog"

now_ms() {
	awk '{ printf "%d", $1 * 1000 }' /proc/uptime
}

# told_free NAME: waits until the region is free and says how long it took.
told_free() {
	since=$(now_ms)
	check "$1" within 10 is_free
	printf '  region %s: %s, after about %s ms\n' "$region" "$(region_state)" $(($(now_ms) - since))
}

## what there is

show_image() {
	title "The image, made on the build machine by umoci from a folder"
	sed 's/^/  $ /' /hwc/demo/commands
	printf ' \n  It asks, in the annotation that umoci made of the label:\n'
	grep "\"$region\"" /hwc/demo/bundle/config.json | sed 's/^[[:space:]]*/    /'
	printf '  Its root file system:\n'
	(cd /hwc/demo/bundle/rootfs && ls -l digest boot/*) | awk '{ print "    " $5, "\t/" $NF }'
	show hwctl image check /hwc/demo/bundle/rootfs/boot/sha256.bit
}

show_host() {
	title "The host: simulated FPGAs on the mainline framework"
	show hwctl resource list
}

show_policy() {
	title "An image asks, only the host grants"
	use_runtime runc
	new_bundle first >/dev/null
	tell "\$ hwcontainer-runtime run --bundle first first"
	follow_refusal hwcontainer-runtime run --bundle "$bundles/first" first
	show cat "$policy"
}

## a container

show_claim() {
	hwctl claim show "$(claim_of)" | sed -n -e 's/ *[0-9.]* ms more//' -e 's/^stages /       /' \
		-e '/ms/p' | awk '{ printf "    %-11s after %8s ms\n", $1, $2 }'
	tell "held by $(claim_field holder), which is the container's /digest"
}

show_second() {
	new_bundle second >/dev/null
	printf '  A second container that asks for it meanwhile:\n'
	said=$(hwcontainer-runtime run --bundle "$bundles/second" second 2>&1 </dev/null)
	echo "$said" | indent
	check "the second container is told who holds the region" \
		[ "$said" = "hwcontainer-runtime: $region is held by container first (claim $(claim_of))" ]
}

show_container() { # runtime
	title "A container under $1"
	use_runtime "$1"
	new_bundle first >/dev/null
	tell "\$ HWCONTAINER_RUNTIME=/usr/bin/$1 hwcontainer-runtime run --bundle first first"
	start first
	check "the container holds the region" within 20 is_held_by_process digest
	tell "claim $(claim_of) on $region:"
	show_claim
	show_second
	tell "The container, once it has read \"$text\":"
	printf %s "$text" >&5
	end_input
	wait "$started"
	check "the container ends with code 0" [ $? = 0 ]
	indent </tmp/first.out
	check "accelerator and software agree" grep -q "are equal" /tmp/first.out
	told_free "the region is free after the container"
}

## kill -9

kill_hard() { # pid
	kill -KILL "$1"
	wait "$started" 2>/dev/null
	end_input
}

is_preparing() {
	[ "$(claim_field state)" = preparing ]
}

# The simulator takes a second and a half, so that there is time to aim.
kill_ours() {
	echo 1500 >"$knobs"/fpga-mgr0/stall_write_ms
	start first
	check "the claim is being prepared" within 20 is_preparing
	claim=$(claim_of)
	kill_hard "$started"
	tell "kill -9 of hwcontainer-runtime ($started) while claim $claim is preparing:"
	told_free "the region is free after the death of hwcontainer-runtime"
	# a slow machine may have let it go on, to where there is a container
	clean_up first
	echo 1 >"$knobs"/reset
}

# A hook before ours that takes its time, so that the claims are not handed over.
kill_runtime_early() {
	sed -i 's|^\t"linux": {|\t"hooks": {"prestart": [{"path": "/bin/sleep", "args": ["sleep", "61"]}]},\n&|' \
		"$bundles/first/config.json"
	start first
	check "$runtime runs hooks" within 20 is_asleep
	tell "kill -9 of $runtime ($started) before the container has the claim, held by $(claim_field holder):"
	sleepers=$(hooks)
	kill_hard "$started"
	told_free "the region is free after the death of $runtime"
	tell "though a hook that it started lives on ($sleepers)"
	# shellcheck disable=SC2086 # numbers
	kill -KILL $sleepers
	clean_up first
	new_bundle first >/dev/null
}

# Others sleep, too, but not as long.
hooks() {
	for pid in $(pidof sleep); do
		tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qx 'sleep 61 ' && echo "$pid"
	done
}

is_asleep() {
	[ "$(hooks)" ] && is_held_by "$started"
}

is_held_by() {
	[ "$(claim_field holder)" = "process $1" ]
}

# crun gives its own input to the container, which lives on and keeps its region;
# runc copies it, so that the container sees the end of its input and ends.
kill_runtime_late() {
	start first
	check "the container holds the region" within 20 is_held_by_process digest
	within 10 is_running first
	container=$(init_of first)
	tell "kill -9 of $runtime ($started) while the container runs:"
	kill -KILL "$started"
	wait "$started" 2>/dev/null
	sleep 1.5
	if [ -d "/proc/$container" ]; then
		check "the container keeps the region" is_held_by "$container"
		tell "the container lives on and keeps the region, as it should ($(claim_field holder))"
		tell "kill -9 of the container ($container):"
		kill -KILL "$container"
	else
		tell "the container's input ended with $runtime, and so did the container"
	fi
	end_input
	told_free "the region is free after the death of $runtime and container"
	clean_up first
}

kill_container() {
	start first
	check "the container holds the region" within 20 is_held_by_process digest
	within 10 is_running first
	tell "kill -9 of the container ($(init_of first)) under a living $runtime:"
	kill_hard "$(init_of first)"
	told_free "the region is free after the death of the container"
}

show_kills() { # runtime
	title "kill -9 of every process, under $1"
	use_runtime "$1"
	new_bundle first >/dev/null
	kill_ours
	kill_runtime_early
	kill_runtime_late
	kill_container
}

show_end() {
	title "What is left"
	show hwctl claim list
	show hwctl resource show "$region"
	check "no claim is left" [ "$(hwctl -j claim list)" = "[]" ]
	check "no device is left" [ -z "$(ls /dev/hwsim-* 2>/dev/null)" ]
	rm -rf "$bundles" "$fifo" "$policy" /tmp/*.out /tmp/said
	told_all
}

show_image
show_host
show_policy
show_container runc
show_container crun
show_kills runc
show_kills crun
show_end
[ "$bad" = 0 ]
