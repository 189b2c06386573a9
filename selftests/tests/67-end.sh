#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# How containers with hardware end: each way under runc and under crun, with an FPGA region
# and with a remote processor beside a program, and those that are firmware. Within one second
# the hardware is off and free, and no claim of it is left. The seconds are the guest's, from
# what ends it, and five times as long on the debug kernel.
#
# Each worker has hardware of its own, so that two go on at a time; only modules are everybody's.
# The manager of an FPGA is not unbound: mainline's regions keep its memory, not its driver.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

place=/tmp/end
rootfs=$place/rootfs
groups=/sys/fs/cgroup/end

# What all containers have for a root, so that one is made in no time.
make_root() {
	mkdir -p "$rootfs/bin" "$rootfs/boot" "$rootfs/proc" "$rootfs/dev"
	cp /bin/busybox "$rootfs/bin/"
	cp /hwc/images/sha256-other.bit "$rootfs/boot/region.bit"
	cp /hwc/dtbo/sha256-other.dtbo "$rootfs/boot/region.dtbo"
	cp /hwc/images/hello.elf "$rootfs/boot/core.elf"
}

# Two hooks, which are told a worker's folder, and what begins a command in a cgroup.
make_programs() {
	cat >"$place/hang" <<-'EOT'
	#!/bin/sh
	cat /proc/uptime >"$1/uptime"
	echo $$ >"$1/hanging"
	exec sleep 600
	EOT
	cat >"$place/fail" <<-'EOT'
	#!/bin/sh
	cat /proc/uptime >"$1/uptime"
	exit 3
	EOT
	cat >"$place/enter" <<-'EOT'
	#!/bin/sh
	echo $$ >"$1/cgroup.procs"
	shift
	exec "$@"
	EOT
	chmod +x "$place/hang" "$place/fail" "$place/enter"
}

## a column of the table: hardware, and a runtime where there is one

column() { # worker, hardware, runtime or nothing
	name=$1
	work=$place/$name
	root=/run/end-$name
	fifo=$work/fifo
	hardware=$2
	title=$2${3:+ under $3}
	cells=$(find "$work" -name 'result.*' 2>/dev/null | wc -l)
	runtime=none
	[ -z "${3-}" ] || use_runtime "$3"
	mkdir -p "$work" "$root"
	"use_$hardware"
	no_wishes
}

use_region() {
	region=/fpga-other/fpga-PR0
	file=/boot/region.bit
	driver=/sys/bus/platform/drivers/of-fpga-region
	device=fpga-other:fpga-PR0
	module=hwcontainer-sim
}

# The framework numbers it anew each time that it comes.
use_core() {
	use_cores simulated
	file=/boot/core.elf
	driver=/sys/bus/platform/drivers/hwcontainer-sim-rproc
	device=$core_name
	module=hwcontainer-sim-rproc
}

use_firmware() {
	use_core
}

# As the simulator tells. No fork for it.
region_is_off() {
	while read -r line; do
		case $line in "fpga-mgr1 slot=0 "*) slot=$line ;; esac
	done <"$knobs/state"
	case $slot in *" bridge=disabled "*) [ ! -e /dev/hwsim-sha256-0 ] ;; *) return 1 ;; esac
}

core_is_off() {
	read -r running <"$sim/running" && [ "$running" = 0 ] && [ ! -e /lib/firmware/hwcontainer ]
}

firmware_is_off() {
	core_is_off
}

# What is looked at again and again costs one program.
is_let_go() {
	case $(hwctl resource show "$region") in
	*"state       free"*"claims      0 of"*) "${hardware}_is_off" ;;
	*) return 1 ;;
	esac
}

is_taken_away() {
	! hwctl resource show "$region" >/dev/null 2>&1 && "${hardware}_is_off"
}

has_no_claim() {
	[ -z "$(claim_of)" ]
}

is_over() {
	is_let_go && has_no_claim && { [ "$hardware" = region ] || is_given_back; }
}

# Asks once: it is what such a look costs.
is_held() {
	hwctl claim list | grep -q "^[0-9]* *ready *$region "
}

## a container of it

# What a container has unless a test says something else.
no_wishes() {
	if [ "$hardware" = firmware ]; then program="\"$file\""; else program='"/bin/busybox", "cat"'; fi
	image=$file
	hooks=
	joined=
	inside=
}

hook() { # kind, path, more members
	hooks="\"$1\": [ { \"path\": \"$2\", \"args\": [\"hook\", \"$work\"]${3+, $3} } ]"
}

write_bundle() {
	right='["CAP_SYS_ADMIN"]'
	cat >"$work/config.json" <<EOT
{
	"ociVersion": "1.0.2",
	"process": {
		"args": [$program], "cwd": "/", "user": { "uid": 0, "gid": 0 },
		"capabilities": { "bounding": $right, "permitted": $right, "effective": $right }
	},
	"root": { "path": "$rootfs" },
	"mounts": [
		{ "destination": "/proc", "type": "proc", "source": "proc" },
		{ "destination": "/dev", "type": "tmpfs", "source": "tmpfs" }
	],
	"annotations": { "$region": "$image" },
	"hooks": { $hooks },
	"linux": {
		"cgroupsPath": "/end/$name",
		"namespaces": [ { "type": "pid" }, { "type": "mount" }, { "type": "network"$joined } ]
	}
}
EOT
}

# In the background. What is written to file descriptor 5 is the container's input.
begin_create() {
	write_bundle
	mkfifo "$fifo"
	# shellcheck disable=SC2086 # a command or nothing
	$inside hwcontainer-runtime --root "$root" create --bundle "$work" --pid-file "$work/pid" "$name" \
		<"$fifo" >"$work/said" 2>&1 &
	started=$!
	exec 5>"$fifo"
}

# Firmware has nothing before its start.
create() {
	begin_create
	wait "$started" || return
	if [ "$hardware" = firmware ]; then is_over; else is_held; fi
}

runs() {
	create && rt start "$name" 5>&- && is_held
}

pid() {
	cat "$work/pid"
}

is_hanging() {
	[ -s "$work/hanging" ]
}

# Whatever has become of it. Of a container that is dead there are only folders, which go
# sooner without its runtime.
remove() {
	end_input
	! is_hanging || kill -KILL "$(cat "$work/hanging")"
	if [ "$hardware" = firmware ]; then
		rt delete --force "$name"
	else
		[ ! -e "$work/pid" ] || kill -KILL "$(pid)" 2>/dev/null
	fi
	wait
	[ ! -d "$groups/$name" ] || within 10 rmdir "$groups/$name"
	rm -rf "${root:?}/$name" "$work/pid" "$work/hanging" "$fifo"
	no_wishes
	[ "$code" = 0 ] || within 10 is_over
}

## time, in hundredths of a second

limit=$((100 * ${HWC_SLOW-1}))

read_time() { # file
	read -r time _ <"$1"
	time=${time%.*}${time#*.}
}

# It ends now, or did so when a hook says.
ends() {
	read_time "${1-/proc/uptime}"
	end=$time
}

# soon COMMAND: whether it succeeds in time, which is noted.
soon() {
	while
		"$1"
		met=$?
		read_time /proc/uptime
		[ "$met" != 0 ] && [ $((time - end)) -le "$limit" ]
	do
		sleep 0.02
	done
	echo "$((time - end)) $cell" >>"$place/times"
	[ "$met" = 0 ] && [ $((time - end)) -le "$limit" ] && has_no_claim && return
	[ $((time - end)) -le "$limit" ] || : >"$work/late"
	echo "after $(((time - end) * 10)) ms:"
	hwctl resource show "$region"
	hwctl claim list
	cat "$work/said"
	return 1
}

## the ways

ends_itself() {
	runs && ends && end_input && soon is_let_go
}

is_told_to_end() {
	runs && ends && rt kill "$name" TERM && soon is_let_go
}

is_killed() {
	runs && ends && kill -KILL "$(pid)" && soon is_let_go
}

create_is_killed() {
	hook createRuntime "$place/hang"
	begin_create
	within 10 is_hanging && { [ "$hardware" = firmware ] || is_held; } || return
	ends
	kill -KILL "$started"
	soon is_let_go
}

# The container does not know, and has its hardware, until the engine gives it up.
start_is_killed() {
	begin_start && kill -KILL "$started" && is_held && is_given_up
}

# A start that does not end. runc runs poststart hooks at create, so there it waits for the
# container's first process, which is stopped.
begin_start() {
	[ "$runtime" = runc ] || hook poststart "$place/hang"
	create || return
	[ "$runtime" != runc ] || kill -STOP "$(pid)"
	hwcontainer-runtime --root "$root" start "$name" >>"$work/said" 2>&1 </dev/null 5>&- &
	started=$!
	if [ "$runtime" = runc ]; then within 10 waits; else within 10 is_hanging; fi
}

# For the other side of a pipe.
waits() {
	cat "/proc/$started"/task/*/wchan | grep -q -e fifo_open -e wait_for_partner
}

is_given_up() {
	is_deleted --force
}

# A runtime has more to do then than to kill its first process.
is_deleted() { # options
	rt delete "$@" "$name" &
	deleting=$!
	within 10 is_dead "$(pid)" && ends && soon is_let_go
	code=$?
	wait "$deleting" && return "$code"
}

# Gone, or with nothing left but its status.
is_dead() { # pid
	state=Z
	read -r _ _ state _ 2>/dev/null <"/proc/$1/stat"
	[ "$state" = Z ]
}

runs_monitored() {
	write_bundle
	/hwc/engine/monitor "$work/pid" "$work/out" hwcontainer-runtime --root "$root" create \
		--bundle "$work" --pid-file "$work/pid" "$name" >"$work/said" 2>&1 </dev/null &
	started=$!
	within 10 grep -q created "$work/said" && rt start "$name" && is_held
}

# The end of its input is what it hears of that.
loses_its_monitor() {
	runs_monitored && ends && kill -KILL "$started" && soon is_let_go
}

outlives_its_monitor() {
	[ "$hardware" = firmware ] || program='"/bin/busybox", "sleep", "1000"'
	runs_monitored && kill -KILL "$started" && wait "$started"
	[ $? = 137 ] && kill -0 "$(pid)" && is_held && is_given_up
}

hook_fails() {
	hook createRuntime "$place/fail"
	! create && ends "$work/uptime" && soon is_let_go
}

hook_hangs() {
	hook createRuntime "$place/hang" '"timeout": 1'
	! create && ends "$work/uptime" && end=$((end + 100)) && soon is_let_go
}

has_no_program() {
	program='"/none"'
	[ "$hardware" != firmware ] || image=/none
	create && rt start "$name" 5>&- && return 1
	ends && soon is_let_go
}

is_not_started() {
	create && is_deleted
}

# The container leaves it as the last one and lives on without its hardware.
loses_its_namespace() {
	unshare -n sleep 1000 &
	outsider=$!
	within 10 is_apart "$outsider" || return
	joined=", \"path\": \"/proc/$outsider/ns/net\""
	inside="nsenter -t $outsider -n"
	program='"/bin/busybox", "sh", "-c", "read -r line; exec /bin/busybox unshare -n /bin/busybox cat"'
	runs
	code=$?
	kill -KILL "$outsider"
	[ "$code" = 0 ] && is_held && ends && echo >&5 && soon is_let_go && kill -0 "$(pid)"
}

is_apart() { # pid
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# The claim is what it was; then it ends.
keeps_its_modules() {
	runs || return
	claim=$(claim_of)
	for loaded in hwcontainer "$module"; do
		! rmmod "$loaded" || return
	done
	same "$claim ready" "$(claim_of) $(claim_field state)" && ends && kill -KILL "$(pid)" && soon is_let_go
}

loses_its_driver() {
	runs || return
	ends
	echo "$device" >"$driver/unbind"
	soon is_taken_away
	code=$?
	echo "$device" >"$driver/bind"
	"use_$hardware"
	within 10 is_over && return "$code"
}

# Killed is not dead yet: the kernel has a lot to say of it first.
out_of_memory() { # cgroup
	echo 0 >"$groups/$1/memory.max"
	within 10 grep -q '^populated 0' "$groups/$1/cgroup.events" && ends
	grep -q '^oom_kill [1-9]' "$groups/$1/memory.events" && soon is_let_go
}

has_no_memory() {
	runs && out_of_memory "$name"
}

# The runtime, and not what it has begun.
create_has_no_memory() {
	mkdir "$groups/$name-create"
	echo 1 >"$groups/$name-create/memory.oom.group"
	inside="$place/enter $groups/$name-create"
	hook createRuntime "$place/hang"
	begin_create
	within 10 is_hanging && out_of_memory "$name-create"
	code=$?
	within 10 rmdir "$groups/$name-create" && return "$code"
}

## the table

attempt() { # command
	rm -f "$work/late"
	"$1" >"$work/out.$cells" 2>&1
	code=$?
	remove >>"$work/out.$cells" 2>&1
	return "$code"
}

# Its result is told when the others are done. What is late once may be late because of what
# else this machine does: the time is noted, and it is done again.
cell() { # name, command
	cell="$title: $1"
	cells=$((cells + 1))
	attempt "$2" || { [ -e "$work/late" ] && attempt "$2"; }
	echo "$? $cell" >"$work/result.$cells"
}

rows() {
	if [ "$hardware" = firmware ]; then
		cell "it is told to end" is_told_to_end
	else
		cell "it ends" ends_itself
		cell "the engine's monitor is killed, whose pipe it reads" loses_its_monitor
		cell "its network namespace ends" loses_its_namespace
	fi
	cell "its first process is killed" is_killed
	cell "the runtime is killed at create" create_is_killed
	cell "the runtime is killed at start" start_is_killed
	cell "the engine's monitor is killed, and the engine deletes it" outlives_its_monitor
	cell "a createRuntime hook fails" hook_fails
	cell "a createRuntime hook takes too long" hook_hangs
	cell "its program is not there" has_no_program
	cell "it is created and deleted" is_not_started
	cell "the driver of its hardware is unbound" loses_its_driver
	cell "it has no memory" has_no_memory
	cell "the runtime has no memory at create" create_has_no_memory
}

modules() {
	cell "its modules cannot be unloaded, and it is killed" keeps_its_modules
}

# Its columns, and what is to be done in each.
worker() { # region or core, command
	for runtime in runc crun; do
		column "$1" "$1" "$runtime"
		"$2"
	done
	[ "$1" = region ] && return
	column core firmware
	"$2"
}

both_work() { # command
	worker region "$1" &
	first=$!
	worker core "$1" &
	wait "$first" $!
}

tell() { # worker
	cells=0
	while [ -e "$place/$1/result.$((cells + 1))" ]; do
		cells=$((cells + 1))
		read -r code cell <"$place/$1/result.$cells"
		cp "$place/$1/out.$cells" /tmp/out
		result "$code" "$cell"
	done
}

rm -f "$policy"
mkdir -p "$groups"
make_root
make_programs
echo "TAP version 13"
echo 1..75
both_work rows
worker region modules
worker core modules
tell region
tell core
echo "# the slowest, in ms:"
sort -rn "$place/times" | sed -n '1,5s/^\([0-9]*\)/# \10/p'
skip "firmware: its network namespace ends" "it is the one of its process, and ends after it"
skip "firmware: the engine's monitor is killed, whose pipe it reads" "it goes on at the end of its input"
leave_cores || failed=1
rmdir "$groups" || failed=1
rm -rf "$place" /run/end-region /run/end-core /tmp/out
exit "$failed"
