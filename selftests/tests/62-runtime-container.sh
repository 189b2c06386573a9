#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: containers whose program is firmware, from create to delete,
# and all that is refused.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

# With a file that is wrong.
not_ours() { # file
	firmware_bundle f "/hwc/images/$1" "\"/$core\": \"/boot/rpu.elf\""
}

create() { # container
	rt create --bundle "$bundles/f" --pid-file /tmp/pid "$1" >/tmp/f.out 2>/tmp/f.err </dev/null
	code=$?
	cat /tmp/f.err
	return "$code"
}

## a life

is_created() {
	ours
	create c1 && same created "$(member c1 status)" && core_is offline && is_free &&
		same "$(cat /tmp/pid)" "$(member c1 pid)" &&
		same hwc-firmware "$(cat "/proc/$(cat /tmp/pid)/comm")"
}

tells_its_state() {
	same c1 "$(member c1 id)" && same 1.0.2 "$(member c1 ociVersion)" &&
		same "$bundles/f" "$(member c1 bundle)" &&
		same "$bundles/f/rootfs" "$(member c1 rootfs)" &&
		same /boot/rpu.elf "$(member c1 "\/$core")"
}

# namespaces of its own, no file of ours but those it needs, and in a session of its own
lives_apart() {
	pid=$(cat /tmp/pid)
	for type in pid net ipc uts; do
		[ "$(readlink "/proc/$pid/ns/$type")" != "$(readlink "/proc/self/ns/$type")" ] || {
			echo "the $type namespace is ours"
			return 1
		}
	done
	grep -q "^NSsid:.*[^0-9]1\$" "/proc/$pid/status"
}

keeps_no_file() {
	exec 9</dev/null
	ours
	create c9
	exec 9<&-
	pid=$(member c9 pid)
	echo "$pid" && ls -l "/proc/$pid/fd"
	readlink "/proc/$pid/fd/0" && ! readlink "/proc/$pid/fd/9" | grep '^/dev/null$' && rt delete --force c9
}

is_started() {
	rt start c1 && core_is running && same running "$(member c1 status)" &&
		same "process $(member c1 pid)" "$(claim_field holder)" &&
		same c1 "$(claim_field container)" &&
		same "$core running" "$(member c1 org.hwcontainer.status.0)"
}

copies_the_trace() {
	within 10 has_said 1 && same "$says" "$(head -n 1 /tmp/f.out)"
}

has_said() { # how often it has started
	[ "$(grep -c "^$says\$" /tmp/f.out)" -ge "$1" ]
}

# A simulated core says nothing else.
has_said_only() {
	same "$1" "$(grep -c "^$says\$" /tmp/f.out)" &&
		{ [ "$kind" = r5 ] || same "$1" "$(grep -c "" /tmp/f.out)"; }
}

is_not_started_twice() {
	refuses "cannot start running container c1" start c1
}

is_not_deleted_while_it_runs() {
	refuses "cannot delete running container c1" delete c1 && core_is running
}

has_its_core_alone() {
	refuses "$core is held by container c1 (claim $(claim_of))" create -b "$bundles/f" c2 &&
		core_is running
}

takes_no_other_signals() {
	refuses "firmware takes no SIGHUP; SIGTERM, SIGINT and SIGKILL stop it" kill c1 HUP &&
		refuses "firmware takes no SIGUSR1; SIGTERM, SIGINT and SIGKILL stop it" kill c1 10 &&
		refuses '"NONE" is no signal' kill c1 NONE && core_is running
}

takes_no_other_verbs() {
	for verb in exec pause resume ps events update checkpoint; do
		refuses "container c1 is firmware: there is no \"$verb\" for it" "$verb" c1 || return
	done
	# as conmon calls it
	refuses 'container c1 is firmware: there is no "exec" for it' exec --process /tmp/none --pid-file /tmp/none --detach c1
}

is_stopped() {
	rt kill c1 TERM && within 10 status_is c1 stopped && core_is_free &&
		same 0 "$(member c1 pid)" && refuses "container not running" kill c1
}

is_deleted() {
	rt delete c1 && [ ! -e "$root/c1" ] && [ -d "$root" ] &&
		! rt state c1 2>/dev/null
}

## ends

killed() { # signal
	ours
	create c1 && rt start c1 && core_is running && rt kill c1 "$1" &&
		within 10 status_is c1 stopped && within 10 core_is_free && rt delete c1
}

killed_before_its_start() {
	create c1 && rt kill c1 KILL && within 10 status_is c1 stopped &&
		refuses "cannot start stopped container c1" start c1 && rt delete c1
}

deleted_by_force() {
	create c1 && rt start c1 && rt delete --force c1 && core_is_free && [ ! -e "$root/c1" ]
}

deleted_when_unfinished() {
	mkdir -p "$root/c1"
	rt delete --force c1 && [ ! -e "$root/c1" ]
}

run_in_background() {
	run_it
	within 20 status_is c1 running
}

runs_and_is_stopped() {
	ours
	run_in_background && within 10 has_said 1 && kill -TERM "$started" && ends_with 0 &&
		same "" "$(cat /tmp/f.err)" && has_said_only 1
}

runs_and_crashes() {
	run_in_background && crash && ends_with 1 &&
		same "hwcontainer-runtime: $core crashed" "$(head -n 1 /tmp/f.err)"
}

loses_its_claim() {
	run_in_background && hwctl claim delete "$(claim_of)" && ends_with 2 &&
		same "hwcontainer-runtime: the claim of $core was ended by somebody else" "$(cat /tmp/f.err)"
}

dies_with_a_run_that_is_killed() {
	run_in_background && kill -KILL "$started" && within 10 core_is_free
	code=$?
	wait "$started"
	rt delete --force c1 && return "$code"
}

does_not_stop() {
	run_in_background && fail_stops && kill -TERM "$started" && wait "$started"
	code=$?
	works_again
	cat /tmp/f.err
	same 3 "$code" &&
		same "hwcontainer-runtime: $core still runs and does not stop (error $start_error)" "$(cat /tmp/f.err)" &&
		killed TERM
}

restarts() {
	ours '"org.hwcontainer.restart": "on-failure:2"'
	run_in_background && crash && within 20 is_again 1 && status_is c1 running && crash &&
		within 20 is_again 2 && crash && ends_with 1 && has_said_only 3 &&
		same 3 "$(grep -c "^hwcontainer-runtime: $core crashed\$" /tmp/f.err)" &&
		grep -q "starting again in 200 ms, restarts left: 0" /tmp/f.err
}

is_again() { # how often after the first time
	has_said $((1 + $1)) && core_is running && [ "$(claim_field state)" = ready ]
}

# The real one says something four times a second.
falls_silent() {
	limit=700
	[ "$kind" = sim ] || limit=1500
	ours "\"org.hwcontainer.restart\": \"on-failure:1\", \"org.hwcontainer.watchdog-ms\": \"$limit\""
	run_in_background && fall_silent && within 20 is_again 1 && fall_silent && ends_with 1 &&
		same 2 "$(grep -c "^hwcontainer-runtime: $core has said nothing for more than $limit ms\$" /tmp/f.err)" &&
		has_said_only 2
}

is_stopped_before_it_restarts() {
	ours '"org.hwcontainer.restart": "on-failure:5"'
	run_in_background || return
	fail_starts
	crash
	within 20 grep -q "in 1600 ms, restarts left: 0" /tmp/f.err && status_is c1 running && kill -TERM "$started"
	ends_with 0
	code=$?
	works_again
	return "$code"
}

## as engines call it

through_a_log() {
	rm -f /tmp/log
	hwcontainer-runtime --root="$root" --log=/tmp/log --log-format=json --systemd-cgroup \
		create --bundle "$bundles/f" --pid-file /tmp/pid --no-pivot c1 >/tmp/f.out 2>&1 </dev/null &&
		hwcontainer-runtime --root "$root" --log /tmp/log --log-format json kill c1 HUP
	same 1 $? && cat /tmp/log &&
		grep -q '^{"level":"error","msg":"firmware takes no SIGHUP; [^"]*","time":"[^"]*"}$' /tmp/log &&
		rt delete -f c1
}

in_its_cgroup() {
	sed -i 's|"linux": {|"linux": { "cgroupsPath": "/firmware/c1",|' "$bundles/f/config.json"
	create c1 && grep -q "^0::/firmware/c1\$" "/proc/$(cat /tmp/pid)/cgroup" && rt delete -f c1 &&
		[ -d /sys/fs/cgroup/firmware ] && [ ! -e /sys/fs/cgroup/firmware/c1 ] &&
		rmdir /sys/fs/cgroup/firmware
}

in_a_joined_namespace() {
	ours
	sed -i 's|{ "type": "network" }|{ "type": "network", "path": "/proc/1/ns/net" }|' \
		"$bundles/f/config.json"
	create c1 && same "$(readlink /proc/1/ns/net)" "$(readlink "/proc/$(cat /tmp/pid)/ns/net")" &&
		rt start c1 && core_is running && rt delete -f c1
}

by_the_key_of_arm() {
	firmware_bundle f "$firmware" "\"remoteproc.name\": \"$core_name\""
	sed -i 's|"/boot/rpu.elf"|"boot/rpu.elf"|' "$bundles/f/config.json"
	create c1 && rt start c1 && core_is running && rt kill c1 && within 10 core_is_free && rt delete c1
}

with_two_cores() {
	ours "\"$other_path\": \"/boot/other.elf\""
	cp "$other_firmware" "$bundles/f/rootfs/boot/other.elf"
	create c1 && rt start c1 && same 2 "$(running_cores)" &&
		same running "$(member c1 status)" && within 10 grep -q "$other_says" /tmp/f.out &&
		within 10 has_said 1 && rt kill c1 KILL && within 10 core_is_free &&
		rt delete c1
}

# The other runtime's, with one member more.
tells_its_features() {
	/usr/bin/runc features >/tmp/runc.out && rt features >/tmp/said.out &&
		grep -q '"org.hwcontainer."' /tmp/said.out && grep -q '"remoteproc.name"' /tmp/said.out &&
		! grep -q hwcontainer /tmp/runc.out &&
		same "$(grep -c '"CAP_' /tmp/runc.out)" "$(grep -c '"CAP_' /tmp/said.out)"
}

## refused

# not_created SENTENCE: and nothing is left of it
not_created() {
	refuses "$1" create -b "$bundles/f" --pid-file /tmp/nopid c1 && [ ! -e "$root/c1" ] &&
		[ ! -e /tmp/nopid ] && within 10 core_is_free
}

no_such_core() {
	firmware_bundle f "$firmware" '"remoteproc7": "/boot/rpu.elf"'
	not_created "remote processor remoteproc7 does not exist, available remote processors: $(all_cores)"
}

for_another_machine() {
	not_ours bad-machine.elf
	not_created "firmware is for machine 183 (AArch64), $core is 40 (Arm)"
}

without_a_table() {
	not_ours bad-table.elf
	not_created "firmware has no resource table, $core needs one"
}

outside_of_the_root() {
	firmware_bundle f "$firmware" "\"remoteproc.name\": \"$core_name\""
	sed -i 's|\["/boot/rpu.elf"\]|["../config.json"]|' "$bundles/f/config.json"
	not_created "image /../config.json leads out of the container's root file system"
}

two_arguments_for_arm() {
	firmware_bundle f "$firmware" "\"remoteproc.name\": \"$core_name\""
	sed -i 's|\["/boot/rpu.elf"\]|["/boot/rpu.elf", "-v"]|' "$bundles/f/config.json"
	not_created "$bundles/f/config.json: remoteproc.name=$core_name needs a process with one argument, the firmware"
}

by_policy() {
	ours '"org.opencontainers.image.os": "linux"'
	not_created "the image asks for $core with /boot/rpu.elf and this host does not allow it; hwctl policy allow digest sha256:$(sha256sum <"$bundles/f/rootfs/boot/rpu.elf" | cut -d' ' -f1) does"
}

# As in an engine's container: processes have other numbers than the module knows.
from_another_pid_namespace() {
	ours
	unshare -p -f hwcontainer-runtime --root "$root" create -b "$bundles/f" c1 >/tmp/said.out 2>&1 </dev/null
	same 1 $? && [ ! -e "$root/c1" ] && core_is_free &&
		same "hwcontainer-runtime: a container whose program is firmware needs the first pid namespace" "$(cat /tmp/said.out)"
}

in_a_user_namespace() {
	ours
	sed -i 's|{ "type": "pid" }|{ "type": "user" }|' "$bundles/f/config.json"
	not_created "a container whose program is firmware cannot have a user namespace"
}

in_a_mount_namespace_of_somebody_else() {
	ours
	sed -i 's|{ "type": "mount" }|{ "type": "mount", "path": "/proc/1/ns/mnt" }|' "$bundles/f/config.json"
	not_created "a container whose program is firmware cannot join mount namespace /proc/1/ns/mnt"
}

in_a_namespace_that_is_not_there() {
	ours
	sed -i 's|{ "type": "ipc" }|{ "type": "ipc", "path": "/nowhere" }|' "$bundles/f/config.json"
	not_created "/nowhere: No such file or directory"
}

without_a_terminal() {
	ours
	sed -i 's|"process": {|"process": { "terminal": true,|' "$bundles/f/config.json"
	not_created "process.terminal is true, and there is no --console-socket"
}

with_a_bad_id() {
	ours
	refuses '"../c1" cannot be the id of a container' create -b "$bundles/f" ../c1
}

with_a_name_that_is_taken() {
	mkdir -p "$root/c1"
	ours
	refuses "container c1 exists already" create -b "$bundles/f" c1 && rmdir "$root/c1"
}

busy_at_its_start() {
	ours
	create c1 && create c2 && rt start c1 &&
		refuses "$core is held by container c1 (claim $(claim_of))" start c2 &&
		within 10 status_is c2 stopped && rt delete c2 && core_is running && rt delete -f c1
}

fails_at_its_start() {
	create c1 || return
	fail_starts
	refuses "$core could not be started (error $start_error)" start c1 && within 10 status_is c1 stopped &&
		rt delete c1 && within 10 core_is_free
	code=$?
	works_again
	return "$code"
}

restarts_nothing_else() {
	new_bundle g >/dev/null
	sed -i 's|"/fpga-full/fpga-PR0": "[^"]*"|"/'"$core"'": "/boot/rpu.elf", "org.hwcontainer.restart": "on-failure:1"|' \
		"$bundles/g/config.json"
	refuses "org.hwcontainer.restart is for containers whose program is firmware" run -b "$bundles/g" g
}

use_cores || exit 1
use_runtime runc
rm -f "$policy"
echo "TAP version 13"
echo 1..49
expect "it is created, and the core does not run" is_created
expect "its state is what the configuration says" tells_its_state
expect "its process has namespaces and a session of its own" lives_apart
expect "its process keeps no file of the caller" keeps_no_file
expect "it is started" is_started
expect "what the core prints is on its standard output" copies_the_trace
expect "it is not started twice" is_not_started_twice
expect "it is not deleted while it runs" is_not_deleted_while_it_runs
expect "another one does not get its core" has_its_core_alone
expect "signals that firmware cannot get are refused by name" takes_no_other_signals
expect "verbs that make no sense are refused by name" takes_no_other_verbs
expect "it is stopped" is_stopped
expect "it is deleted" is_deleted
expect "SIGINT stops it" killed INT
expect "SIGKILL stops it" killed SIGKILL
expect "it is killed before it is started" killed_before_its_start
expect "it is deleted by force" deleted_by_force
expect "what a killed create has left is deleted by force" deleted_when_unfinished
expect "a run that is stopped ends with 0" runs_and_is_stopped
expect "a core that crashes ends it with 1" runs_and_crashes
expect "a claim that is taken away ends it with 2" loses_its_claim
expect "it ends with a run that is killed" dies_with_a_run_that_is_killed
expect "a core that does not stop ends it with 3" does_not_stop
expect "a core that crashes is started again, twice" restarts
expect "a core that falls silent is taken for crashed, where a watchdog is asked for" falls_silent
expect "it is stopped while it waits for that" is_stopped_before_it_restarts
expect "errors are in the engine's log" through_a_log
expect "it lives in its cgroup" in_its_cgroup
expect "it lives in a namespace that exists" in_a_joined_namespace
expect "an image for Arm's runtime" by_the_key_of_arm
expect "two cores for one container" with_two_cores
expect "annotations that matter are among the features" tells_its_features
expect "a core that is not there" no_such_core
expect "firmware for another machine" for_another_machine
if [ "$kind" = sim ]; then
	expect "firmware without a resource table" without_a_table
else
	skip "firmware without a resource table" "mainline's xlnx_r5_remoteproc takes it"
fi
expect "a path that leads out of the root" outside_of_the_root
expect "two arguments in an image for Arm's runtime" two_arguments_for_arm
expect "what only the image asks for" by_policy
expect "a caller in another pid namespace" from_another_pid_namespace
expect "a user namespace" in_a_user_namespace
expect "a mount namespace of somebody else" in_a_mount_namespace_of_somebody_else
expect "a namespace that is not there" in_a_namespace_that_is_not_there
expect "a terminal that nobody takes" without_a_terminal
expect "an id that is a path" with_a_bad_id
expect "an id that is taken" with_a_name_that_is_taken
expect "a core that somebody else has by then" busy_at_its_start
expect "a core that does not start" fails_at_its_start
expect "a policy for restarts where Linux runs the program" restarts_nothing_else
expect "nothing is left" core_is_free
for folder in "$root"/*; do
	[ ! -d "$folder" ] || rt delete --force "$(basename "$folder")"
done
leave_cores || failed=1
rm -rf "$bundles" "$root" /tmp/*.out /tmp/*.err /tmp/log /tmp/pid
exit "$failed"
