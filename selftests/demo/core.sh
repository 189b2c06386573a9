# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# What tests and demonstrations of hwcontainer-runtime with remote processors share,
# in the guest: real ones where the machine has some, and else simulated ones.
# shellcheck disable=SC1091 # it is there
. /hwc/demo/lib.sh

cores=/sys/class/remoteproc
# where the runtime keeps containers whose program is firmware
root=/run/firmware
monitor=$knobs/fpga-mgr0
sim=/sys/kernel/debug/hwcontainer-sim-rproc

# use_cores [simulated]: sets, for the first core
#	kind		r5 or sim
#	core, region	what the kernel calls it, also for lib.sh
#	core_name	what its driver calls it
#	core_path	where it is in the device tree
#	firmware	a file for it, of which
#	says		is the first line that it writes into its trace buffer
#	rpmsg_firmware	and one that brings a device for messages
#	start_error	of a start or stop that is to fail
# and other_path, other_firmware and other_says for the second one.
use_cores() {
	case ${1-$(cat /hwc/machine)} in
	versal) use_r5 ;;
	*) use_simulated || return ;;
	esac
	for entry in "$cores"/*; do
		[ "$(cat "$entry/name")" != "$core_name" ] || core=$(basename "$entry")
	done
	region=$core
	found_as=$(settings)
}

use_r5() {
	kind=r5
	core_name=fe800000.r5f
	core_path=/remoteproc@fe800000/r5f@fe800000
	firmware=/hwc/firmware/r5-core0.elf
	rpmsg_firmware=$firmware
	says="core 0: started"
	start_error=13
	other_path=/remoteproc@fe800000/r5f@fe900000
	other_firmware=/hwc/firmware/r5-core1.elf
	other_says="core 1: started"
}

use_simulated() {
	kind=sim
	core_name="sim-core0"
	core_path=/sim-core0
	firmware=/hwc/images/hello.elf
	rpmsg_firmware=/hwc/images/rpmsg.elf
	says="sim-core0: hello"
	start_error=5
	other_path=/sim-core1
	other_firmware=/hwc/images/other.elf
	other_says="sim-core1: something else"
	modprobe hwcontainer-sim-rproc
}

leave_cores() {
	[ "$kind" = r5 ] || rmmod hwcontainer-sim-rproc
}

# How many cores run, as the hardware tells.
running_cores() {
	if [ "$kind" = sim ]; then
		cat "$sim/running"
	else
		tr 123 112 <"$monitor/rpus"
	fi
}

# Every start fails, or every stop, until works_again.
fail_starts() {
	if [ "$kind" = sim ]; then echo 5 >"$sim/fail_start"; else fail_call 10; fi
}

fail_stops() {
	if [ "$kind" = sim ]; then echo 5 >"$sim/fail_stop"; else fail_call 8; fi
}

# By the board's firmware, which does not permit it.
fail_call() { # number
	echo "$1" >"$monitor/fail_api"
	echo 2002 >"$monitor/fail_status"
	echo 4294967295 >"$monitor/fail_count"
}

works_again() {
	if [ "$kind" = sim ]; then echo 1 >"$sim/reset"; else echo 0 >"$monitor/fail_count"; fi
}

# Every core, as a refusal names them.
all_cores() {
	for entry in "$cores"/*; do
		echo "$(basename "$entry") ($(cat "$entry/name"))"
	done | sort | tr '\n' ',' | sed 's/,$//; s/,/, /g'
}

core_is() { # state
	[ "$(cat "$cores/$core/state")" = "$1" ]
}

settings() {
	cat "$cores/$core/firmware" "$cores/$core/recovery" "$cores/$core/coredump"
}

# Its files can be written, which nobody may whose core is claimed, and are what they were.
is_given_back() {
	for setting in state firmware recovery coredump; do
		true 2>/dev/null >"$cores/$core/$setting" || return
	done
	[ "$(settings)" = "$found_as" ]
}

# Off, given back, and nothing is left of its firmware.
core_is_free() {
	core_is offline && is_free && [ ! -e /lib/firmware/hwcontainer ] &&
		[ "$(running_cores)" = 0 ] && is_given_back
}

# The kernel hears of it.
crash() {
	echo 2 >"/sys/kernel/debug/remoteproc/$core/crash"
}

# The device that the kernel made of the channel that firmware has announced.
endpoint() {
	for entry in /sys/class/rpmsg/rpmsg[0-9]*; do
		[ ! -e "$entry" ] || echo "/dev/${entry##*/}"
	done
}

has_endpoint() {
	[ -c "$(endpoint)" ]
}

# From then on it says nothing: a real one is told to execute what is no instruction,
# a simulated one has said what it had to say.
fall_silent() {
	[ "$kind" = sim ] || { within 10 has_endpoint && printf crash >"$(endpoint)"; }
}

# firmware_bundle NAME FILE ANNOTATIONS: a container whose only argument is FILE, and
# whose annotations are the operator's
firmware_bundle() {
	folder=$bundles/$1
	rm -rf "$folder"
	mkdir -p "$folder/rootfs/boot"
	cp "$2" "$folder/rootfs/boot/rpu.elf"
	cat >"$folder/config.json" <<EOT
{
	"ociVersion": "1.0.2",
	"process": { "args": ["/boot/rpu.elf"], "cwd": "/", "user": { "uid": 0, "gid": 0 } },
	"root": { "path": "rootfs" },
	"annotations": { $3 },
	"linux": { "namespaces": [
		{ "type": "pid" }, { "type": "network" }, { "type": "ipc" },
		{ "type": "uts" }, { "type": "mount" }
	] }
}
EOT
}

rt() {
	hwcontainer-runtime --root "$root" "$@"
}

# One member of the state, or nothing.
member() { # container key
	rt state "$1" 2>/dev/null | sed -n "s/^ *\"$2\": *\"*\([^\",]*\)\"*,*\$/\1/p"
}

status_is() { # container status
	[ "$(member "$1" status)" = "$2" ]
}

# What it says is in /tmp/verb.out and /tmp/verb.err, the latter is shown, too.
verb() { # verb...
	rt "$@" >/tmp/verb.out 2>/tmp/verb.err </dev/null
	code=$?
	cat /tmp/verb.err
	return "$code"
}

## container c1 of the bundle f, run in the background: what it says is in /tmp/f.out, what
## the runtime says in /tmp/f.err

# Firmware for the first core, with more annotations.
ours() { # annotations
	firmware_bundle f "$firmware" "\"/$core\": \"/boot/rpu.elf\"${1+, $1}"
}

run_it() {
	hwcontainer-runtime --root "$root" run --bundle "$bundles/f" c1 >/tmp/f.out 2>/tmp/f.err </dev/null &
	started=$!
}

ends_with() { # status
	wait "$started"
	code=$?
	cat /tmp/f.err
	same "$1" "$code" && within 10 core_is_free && [ ! -e "$root/c1" ]
}

# Terminals that there are, whosever.
terminals() {
	for entry in /sys/class/tty/ttyRPMSG*; do
		[ ! -e "$entry" ] || echo "${entry##*/}"
	done
}

has_terminals() { # how many
	[ "$(terminals | wc -l)" = "$1" ]
}

# The same, and what is written to file descriptor 5 is typed.
run_core() {
	rm -f /tmp/typed
	mkfifo /tmp/typed
	hwcontainer-runtime --root "$root" run --bundle "$bundles/f" c1 </tmp/typed >/tmp/f.out 2>/tmp/f.err &
	started=$!
	exec 5>/tmp/typed
	within 20 status_is c1 running
}

end_core() {
	exec 5>&-
	kill -TERM "$started"
	wait "$started"
	code=$?
	cat /tmp/f.err
	same 0 "$code" && core_is_free && has_terminals 0
}
