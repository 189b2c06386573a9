#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration with remote processors: a container that is nothing but firmware,
# for a real Cortex-R5; another one that sends it messages; crashes, and what comes
# after them.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundles; check calls
. /hwc/demo/core.sh
. /hwc/demo/story.sh
root=/run/hwcontainer-runtime
said=/tmp/core.out

has_said() { # how often, text
	[ "$(grep -c "$2" "$said")" -ge "$1" ]
}

## the story

show_board() {
	title "The board: Cortex-R5 cores, driven by mainline's xlnx_r5_remoteproc"
	for entry in /sys/bus/platform/drivers/zynqmp_r5_remoteproc/*; do
		case ${entry##*/} in
		bind | unbind | uevent | module) ;;
		*) echo "    zynqmp_r5_remoteproc drives ${entry##*/}" ;;
		esac
	done
	show hwctl resource list
}

show_image() {
	title "An image that is nothing but firmware"
	tell_image /hwc/demo/core-commands /hwc/demo/core/rootfs
}

show_policy() {
	title "An image asks, only the host grants"
	tell "\$ hwcontainer-runtime create --bundle core core"
	follow_refusal hwcontainer-runtime create --bundle "$bundles/core" core
}

show_life() {
	title "Created, started"
	tell "\$ hwcontainer-runtime create --bundle core --pid-file core.pid core"
	hwcontainer-runtime create --bundle "$bundles/core" --pid-file /tmp/core.pid core \
		</dev/null >"$said" 2>&1
	check "it is created" status_is core created
	check "the core is still off" core_is offline
	show hwcontainer-runtime start core
	show hwcontainer-runtime state core
	check "it runs" status_is core running
	check "so does the core" core_is running
	check "its process is the one in the pid file" \
		[ "$(claim_field holder)" = "process $(cat /tmp/core.pid)" ]
	check "its output is the core's trace" within 10 has_said 1 "counter 2"
	tell "What the container prints, the core's trace and its terminal:"
	indent <"$said"
	show hwctl claim list
	tell "Somebody stops the core by sysfs meanwhile:"
	{ echo stop >"$cores/$core/state"; } 2>&1 | sed 's/.*: //' | indent
	check "the core is the container's" core_is running
}

# What an engine does for --device.
add_device() { # bundle, device
	major=$((0x$(stat -c %t "$2")))
	minor=$((0x$(stat -c %T "$2")))
	numbers="\"type\": \"c\", \"major\": $major, \"minor\": $minor"
	sed -i -e "s|\"linux\": {|&\"devices\": [{\"path\": \"$2\", $numbers}],|" \
		-e "s|\"access\": \"rwm\"|&}, {\"allow\": true, $numbers, \"access\": \"rw\"|" \
		"$bundles/$1/config.json"
}

show_talk() {
	title "Another container talks to it"
	check "the firmware's channel is there" within 10 has_endpoint
	device=$(endpoint)
	tell "It is an ordinary one, which runc runs, and was given $device (as by --device)."
	add_device talk "$device"
	sed -i "s|\"/talk\"|&, \"$device\", \"echo hello, R5\", \"counter\", \"help\"|" \
		"$bundles/talk/config.json"
	tell "\$ hwcontainer-runtime run --bundle talk talk"
	hwcontainer-runtime run --bundle "$bundles/talk" talk </dev/null >/tmp/talk.out 2>&1
	check "it ends well" [ $? = 0 ]
	indent </tmp/talk.out
	check "the core has answered" grep -q '^echo hello, R5 *-> hello, R5$' /tmp/talk.out
}

show_stop() {
	title "Stopped, deleted"
	tell "\$ hwcontainer-runtime kill core HUP"
	hwcontainer-runtime kill core HUP >/tmp/said 2>&1
	check "a signal that means nothing to a core is refused" [ $? = 1 ]
	indent </tmp/said
	show hwcontainer-runtime kill core TERM
	check "the core is off" within 10 core_is_free
	check "the container has stopped" within 10 status_is core stopped
	show hwcontainer-runtime state core
	show hwcontainer-runtime delete core
	check "it is gone" [ ! -e "$root/core" ]
}

show_crashes() {
	title "It crashes, is started again twice, and then no more"
	tell "\$ hwcontainer-runtime run --bundle core core"
	hwcontainer-runtime run --bundle "$bundles/core" core </dev/null >"$said" 2>&1 &
	for nr in 1 2 3; do
		check "start $nr" within 20 has_said $nr "announcing rpmsg-raw"
		check "crash $nr" fall_silent
		check "that is noticed" within 20 has_said $nr "has said nothing for more than"
	done
	wait $!
	code=$?
	grep -v ": counter" "$said" | indent
	tell "It ends with status $code."
	check "the status says that the core has failed" [ "$code" = 1 ]
	check "it was started again twice" [ "$(grep -c 'starting again' "$said")" = 2 ]
	check "the core is off" within 10 core_is_free
}

show_kill() {
	title "kill -9 of the container's process"
	hwcontainer-runtime run --bundle "$bundles/core" core </dev/null >"$said" 2>&1 &
	check "it runs" within 20 status_is core running
	pid=$(claim_field holder)
	pid=${pid#process }
	tell "\$ kill -KILL $pid ($(cat "/proc/$pid/comm"))"
	kill -KILL "$pid"
	wait
	check "the core is off" within 10 core_is_free
	tell "$core: $(cat "$cores/$core/state")"
	hwcontainer-runtime delete --force core 2>/dev/null
}

show_end() {
	title "What is left"
	show hwctl claim list
	show hwctl resource show "$core"
	check "no claim is left" [ "$(hwctl -j claim list)" = "[]" ]
	check "no container is left" [ -z "$(ls "$root" 2>/dev/null)" ]
	rm -rf "$bundles" "$policy" /tmp/*.out /tmp/said /tmp/core.pid
	told_all
}

use_runtime runc
use_cores
mkdir -p "$bundles"
cp -a /hwc/demo/core /hwc/demo/talk "$bundles/"
show_board
show_image
show_policy
show_life
show_talk
show_stop
show_crashes
show_kill
show_end
[ "$bad" = 0 ]
