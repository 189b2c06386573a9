#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Containers of which a process is killed at a random moment, a hundred times:
# nothing of their hardware is left. HWC_SEED repeats a run.
# shellcheck disable=SC1091,SC2154 # lib.sh is beside the bundle
. /hwc/demo/lib.sh
runs=${HWC_RUNS-100}
seed=${HWC_SEED-$(hexdump -n 3 -e '1/4 "%u"' /dev/urandom)}
failed=0
number=0

expect() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" >/tmp/out 2>&1; then
		echo "ok $number - $name"
	else
		sed 's/^/# /' /tmp/out
		echo "not ok $number - $name"
		failed=1
	fi
}

# "DELAY VICTIM" for each run: seconds in which our runtime works, or the other
# one, or "-" for a container that runs by then; and which of the processes.
draw() {
	awk -v seed="$seed" -v runs="$runs" 'BEGIN {
		srand(seed)
		for (i = 0; i < runs; i++) {
			when = rand()
			delay = when < 0.35 ? sprintf("%.3f", rand() * 0.15) : sprintf("%.3f", rand() * 0.7)
			print when > 0.75 ? "-" : delay, int(rand() * 1000)
		}
	}'
}

wait_for() { # delay
	if [ "$1" = - ]; then within 20 is_held_by_process digest; else sleep "$1"; fi
}

children() { # pid
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# The runtime and all that it started, as they are now.
family() {
	for parent in "$@"; do
		[ ! -d "/proc/$parent" ] || echo "$parent"
		# shellcheck disable=SC2046 # numbers
		family $(children "$parent")
	done
}

# What the victim is, for the summary: runtime or hook, runc, crun or container.
kind_of() {
	case $(readlink "/proc/$1/exe" 2>/dev/null) in
	*/hwcontainer-runtime) echo ours ;;
	*/runc | *crun*) echo runtime ;;
	*/digest) echo container ;;
	*) echo other ;;
	esac
}

# kill_one START CHOICE: the start's process, or one that comes from it.
kill_one() {
	# shellcheck disable=SC2046 # numbers
	set -- "$2" $(family "$1")
	[ $# -gt 1 ] || return
	shift $(($1 % ($# - 1) + 1))
	kind_of "$1" >>/tmp/kinds
	kill -KILL "$1" 2>/dev/null
}

# After that the container may live on, with its region: it ends here.
end_all() { # start
	all=$(family "$1")
	clean_up k
	# shellcheck disable=SC2086 # numbers
	[ -z "$all" ] || kill -KILL $all 2>/dev/null
	wait "$1" 2>/dev/null
}

one_run() { # delay choice
	cp /hwc/demo/bundle/config.json "$bundles/k/config.json"
	start k
	wait_for "$1"
	family=$(family "$started")
	kill_one "$started" "$2"
	end_input
	# those that lost their parent too
	orphans=$(for pid in $family; do [ ! -d "/proc/$pid" ] || echo "$pid"; done)
	end_all "$started"
	# shellcheck disable=SC2086 # numbers
	[ -z "$orphans" ] || kill -KILL $orphans 2>/dev/null
	within 20 is_free || {
		echo "run $count, $runtime, delay $1, choice $2: the region is $(region_state)"
		hwctl claim list
		return 1
	}
}

all_runs() {
	count=0
	while read -r delay choice; do
		count=$((count + 1))
		if [ $((count % 2)) = 0 ]; then use_runtime runc; else use_runtime crun; fi
		one_run "$delay" "$choice" || return
	done
}

every_region_is_free() {
	draw >/tmp/draw
	all_runs </tmp/draw
}

no_claim() {
	[ "$(hwctl -j claim list)" = "[]" ] || { hwctl claim list && false; }
}

# No device below a region, in the live tree or as a node.
no_device() {
	! ls -d /proc/device-tree/fpga-full/fpga-PR*/*@* /dev/hwsim-* 2>/dev/null
}

bridges_are_closed() {
	cat $knobs/state
	! grep -q 'bridge=enabled' $knobs/state
}

# Kilobytes that the kernel holds for itself: images are read into vmalloc's.
kernel_memory() {
	awk '/^(Slab|KernelStack|PageTables|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

# Kilobytes that are neither cache nor free.
used_memory() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(MemTotal|MemFree|Buffers|Cached):/ { v[$1] = $2 }
		END { print v["MemTotal:"] - v["MemFree:"] - v["Buffers:"] - v["Cached:"] }' \
		/proc/meminfo
}

is_back() {
	used=$(used_memory) kernel=$(kernel_memory)
	[ $((used - used_before)) -lt 4096 ] && [ $((kernel - kernel_before)) -lt 2048 ]
}

# Every run reads 40 KiB of image into memory and makes a device: kept by each of a
# hundred, that would be twice as much. What comes back late is waited for.
memory_is_back() {
	within 20 is_back && return
	echo "in use: $used_before kB before, $used kB after"
	echo "by the kernel: $kernel_before kB before, $kernel kB after"
	return 1
}

# One whole run of each, so that what is allocated once is there before.
warm_up() {
	hwctl policy allow all && new_bundle k >/dev/null || return
	for name in runc crun; do
		use_runtime $name
		echo text | hwcontainer-runtime run --bundle "$bundles/k" k &&
			within 10 is_free || return
	done
}

echo "TAP version 13"
echo 1..6
echo "# HWC_SEED=$seed"
expect "a container of each runtime works before" warm_up
used_before=$(used_memory)
kernel_before=$(kernel_memory)
: >/tmp/kinds
expect "after each of $runs kills the region is free" every_region_is_free
sort /tmp/kinds | uniq -c | sed 's/^/# killed: /'
expect "no claim is left" no_claim
expect "no device and no overlay is left" no_device
expect "every bridge is closed" bridges_are_closed
expect "the memory is back" memory_is_back
rm -rf $bundles $fifo $policy /tmp/*.out /tmp/out /tmp/draw /tmp/kinds
exit $failed
