#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Containers of which a process is killed at a random moment, a hundred times:
# nothing of their hardware is left. HWC_SEED repeats a run.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317 # lib.sh is beside the bundle; expect calls
. /hwc/demo/lib.sh
runs=${HWC_RUNS-100}
seed=${HWC_SEED-$(hexdump -n 3 -e '1/4 "%u"' /dev/urandom)}

# "DELAY VICTIM" for each run: seconds in which our runtime works, or the other
# one, or "-" for a container that runs by then; and which of the processes.
draw() {
	awk -v seed="$seed" -v runs="$runs" 'BEGIN {
		srand(seed)
		for (i = 0; i < runs; i++) {
			when = rand()
			delay = when < 0.35 ? sprintf("%.3f", rand() * 0.15) : sprintf("%.3f", rand() * 0.7)
			print (when > 0.75 ? "-" : delay), int(rand() * 1000)
		}
	}'
}

# The first that its program says is which device it was given.
is_running_by_now() {
	[ -s "/tmp/$name.out" ]
}

wait_for() { # delay
	if [ "$1" = - ]; then within 20 is_running_by_now; else sleep "$1"; fi
}

# The runtime and all that it started, as they are now. No fork: it must be quick.
family() {
	all=
	add_family "$@"
	echo "$all"
}

add_family() {
	for parent in "$@"; do
		[ -d "/proc/$parent" ] || continue
		all="$all $parent"
		children=
		read -r children 2>/dev/null <"/proc/$parent/task/$parent/children"
		# shellcheck disable=SC2086 # numbers
		add_family $children
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

# kill_one CHOICE: one of the family.
kill_one() {
	# shellcheck disable=SC2086 # numbers
	set -- "$1" $family
	[ $# -gt 1 ] || return
	shift $(($1 % ($# - 1) + 1))
	kind_of "$1" >>/tmp/kinds
	kill -KILL "$1" 2>/dev/null
}

# After that the container may live on, with its region: it ends here.
end_all() {
	clean_up "$name"
	# those that lost their parent too
	for pid in $family; do kill -KILL "$pid" 2>/dev/null; done
	wait "$started" 2>/dev/null
}

one_run() { # delay choice
	cp "/tmp/$name.json" "$bundles/$name/config.json"
	start "$name"
	wait_for "$1"
	family=$(family "$started")
	kill_one "$2"
	end_input
	end_all
	within 20 is_free || {
		echo "run $count, $runtime, delay $1, choice $2: $region is $(region_state)"
		hwctl claim list
		return 1
	}
}

# worker RUNTIME SLOT: every second run, in a region of its own.
worker() {
	use_worker "$1" "$2"
	count=0
	awk -v slot="$2" 'NR % 2 == slot' /tmp/draw >"/tmp/$name.draw"
	while read -r delay choice; do
		count=$((count + 1))
		one_run "$delay" "$choice" || return
	done <"/tmp/$name.draw"
}

use_worker() { # runtime slot
	use_runtime "$1"
	name=k$2
	region=/fpga-full/fpga-PR$2
	fifo=/tmp/stdin$2
}

every_region_is_free() {
	draw >/tmp/draw
	worker runc 0 &
	first=$!
	worker crun 1
	code=$?
	wait "$first" && [ "$code" = 0 ] || return
	echo "$(wc -l </tmp/kinds) kills"
	[ "$(wc -l </tmp/kinds)" = "$runs" ]
}

# No device below a region, in the live tree or as a node.
no_device() {
	! ls -d /proc/device-tree/fpga-full/fpga-PR*/*@* /dev/hwsim-* 2>/dev/null
}

bridges_are_closed() {
	cat "$knobs/state"
	! grep -q 'bridge=enabled' "$knobs/state"
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
warm_up() { # runtime slot
	use_worker "$1" "$2"
	hwctl policy allow all && new_bundle "$name" >/dev/null || return
	cp "/hwc/images/sha256-pr$2.bit" "$bundles/$name/rootfs/boot/sha256.bit"
	cp "/hwc/dtbo/sha256-pr$2.dtbo" "$bundles/$name/rootfs/boot/sha256.dtbo"
	sed -i "s|/fpga-full/fpga-PR0|$region|" "$bundles/$name/config.json"
	cp "$bundles/$name/config.json" "/tmp/$name.json"
	echo text | hwcontainer-runtime run --bundle "$bundles/$name" "$name" && within 10 is_free
}

echo "TAP version 13"
echo 1..7
echo "# HWC_SEED=$seed"
expect "a container under runc works before" warm_up runc 0
expect "a container under crun works before" warm_up crun 1
used_before=$(used_memory)
kernel_before=$(kernel_memory)
: >/tmp/kinds
expect "after each of $runs kills the region is free" every_region_is_free
sort /tmp/kinds | uniq -c | sed 's/^/# killed: /'
expect "no claim is left" same "[]" "$(hwctl -j claim list)"
expect "no device and no overlay is left" no_device
expect "every bridge is closed" bridges_are_closed
expect "the memory is back" memory_is_back
rm -rf "$bundles" "$policy" /tmp/stdin? /tmp/k? /tmp/k?.* /tmp/out /tmp/draw /tmp/kinds
exit $failed
