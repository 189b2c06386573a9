#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Firmware containers of which a process is killed at a random moment of create, start
# or run: the core is off and given back each time. HWC_SEED repeats a run.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh
seed=${HWC_SEED-$(hexdump -n 3 -e '1/4 "%u"' /dev/urandom)}

# "VERB DELAY VICTIM" for each run: seconds into the verb, and whether it is the
# command that is killed or the container's process.
draw() {
	awk -v seed="$seed" -v runs="$runs" 'BEGIN {
		srand(seed)
		split("create start run", verbs)
		for (i = 0; i < runs; i++)
			printf "%s %.3f %s\n", verbs[1 + int(rand() * 3)], rand() * 0.25,
				rand() < 0.5 ? "command" : "container"
	}'
}

begin() { # verb
	case $1 in
	create | run) set -- "$1" --bundle "$bundles/k" --pid-file /tmp/k.pid k ;;
	start)
		rt create --bundle "$bundles/k" --pid-file /tmp/k.pid k >/tmp/k.out 2>&1 </dev/null || return
		set -- start k
		;;
	esac
	hwcontainer-runtime --root "$root" "$@" >/tmp/k.out 2>&1 </dev/null &
	started=$!
}

# The container's process: told by the file, or the only child there is yet.
find_container() {
	container=$(cat /tmp/k.pid 2>/dev/null)
	[ -n "$container" ] || read -r container _ 2>/dev/null <"/proc/$started/task/$started/children"
	[ -n "$container" ]
}

kill_one() { # command or container
	pid=$started
	if [ "$1" = container ]; then
		within 10 find_container || return
		pid=$container
	fi
	kill -KILL "$pid" 2>/dev/null
	echo "$verb $1" >>/tmp/kinds
}

# Whose core is it now, if anybody's: a process that lives and was not killed.
is_accounted_for() {
	[ "$(running_cores)" = 0 ] || status_is k running
}

# A zombie that nobody collects yet has no command line. No fork for each of them.
is_gone() {
	for entry in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$entry/comm" || continue
		[ "$comm" != hwc-firmware ] || ! grep -q . "$entry/cmdline" 2>/dev/null || return
	done
}

one_run() { # verb delay victim
	verb=$1
	rm -f /tmp/k.pid
	begin "$verb" || return
	sleep "$2"
	kill_one "$3" || return
	[ "$3" = command ] || within 20 status_is_over || return
	within 20 is_accounted_for || return
	rt delete --force k || true
	wait "$started" 2>/dev/null
	# the folder of one that was killed while it made it
	rt delete --force k 2>/dev/null
	within 20 core_is_free && [ ! -e "$root/k" ] && within 20 is_gone
}

# What was killed does not run, whatever the record says.
status_is_over() {
	[ -z "${container-}" ] || ! grep -q . "/proc/$container/cmdline" 2>/dev/null
}

every_core_is_free() {
	count=0
	while read -r verb delay victim; do
		count=$((count + 1))
		container=
		one_run "$verb" "$delay" "$victim" || {
			echo "run $count, seed $seed: $verb, delay $delay, $victim: core is $(cat "$cores/$core/state")"
			cat /tmp/k.out
			hwctl claim list
			ls "$root"
			return 1
		}
	done </tmp/draw
	[ "$count" = "$runs" ]
}

runs_once_more() {
	rt create --bundle "$bundles/k" k >/tmp/k.out 2>&1 </dev/null && rt start k && core_is running &&
		rt kill k && within 10 core_is_free && rt delete k
}

use_cores || exit 1
# real ones take longer
if [ "$kind" = sim ]; then runs=${HWC_RUNS-20}; else runs=${HWC_RUNS-5}; fi
use_runtime runc
firmware_bundle k "$firmware" "\"/$core\": \"/boot/rpu.elf\""
draw >/tmp/draw
: >/tmp/kinds
echo "TAP version 13"
echo "# seed $seed"
echo 1..4
expect "after each of $runs kills the core is free" every_core_is_free
sort /tmp/kinds | uniq -c | sed 's/^/# killed: /'
expect "no claim is left" same "[]" "$(hwctl -j claim list)"
expect "no process is left" is_gone
expect "the container runs once more" runs_once_more
leave_cores || failed=1
rm -rf "$bundles" "$root" /tmp/k.* /tmp/draw /tmp/kinds
exit "$failed"
