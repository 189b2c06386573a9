#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Firmware containers whose core crashes: what it said last is on their standard output,
# and what it held is kept.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh
times=${HWC_RUNS-15}
options=/etc/hwcontainer/runtime.json
kept=/tmp/coredumps
kernels=/sys/class/devcoredump

# Kills the core with a line of text as soon as it runs.
die() { # text
	within 20 core_is running && echo "sim-core0 $1" >"$sim/die"
}

said_all() { # text
	cat /tmp/f.out
	same "$(printf 'sim-core0: hello\nsim-core0: %s' "$1")" "$(cat /tmp/f.out)"
}

free_dumps() {
	for dump in "$kernels"/devcd*/data; do
		[ ! -e "$dump" ] || echo 1 >"$dump"
	done
	within 10 has_no_dump
}

has_no_dump() {
	[ ! -e "$cores/$core/devcoredump" ]
}

# repeat TIMES COMMAND...: with the number of the time, until it fails
repeat() {
	time=0
	end=$1
	shift
	while [ "$time" -lt "$end" ]; do
		time=$((time + 1))
		"$@" "$time" && continue
		echo "at the $time. time of $end"
		return 1
	done
}

dies_last() { # number
	run_it && die "my last words are $1" && ends_with 1 && said_all "my last words are $1"
}

# At whatever moment of the looks at the buffer.
last_words_are_heard() {
	ours
	repeat "$times" dies_last && free_dumps
}

dies_first() {
	run_it && ends_with 1 && same "sim-core0: hello" "$(cat /tmp/f.out)" &&
		grep -q "^hwcontainer-runtime: $core crashed\$" /tmp/f.err &&
		grep -q "^hwcontainer-runtime: the core dump of $core is " /tmp/f.err
}

# Before it is known to run: it is refused, and why is in its last words.
dies_at_its_start() {
	ours
	echo 1 >"$sim/die_at_start"
	repeat 10 dies_first
	code=$?
	echo 1 >"$sim/reset"
	[ "$code" = 0 ] && free_dumps
}

leaves_no_dump() {
	ours
	run_it && within 20 status_is c1 running && rt kill c1 && ends_with 0 && same "" "$(cat /tmp/f.err)" &&
		has_no_dump
}

# The kernel's, for the host has no folder for them.
leaves_a_dump() {
	ours
	run_it && die "for the dump" && ends_with 1 || return
	dump=$kernels/$(basename "$(readlink "$cores/$core/devcoredump")")
	same "hwcontainer-runtime: $core crashed
hwcontainer-runtime: the core dump of $core is $dump/data for five minutes at most" "$(cat /tmp/f.err)" &&
		holds "$dump/data" "sim-core0: for the dump" &&
		same "$core" "$(basename "$(readlink -f "$dump/failing_device")")"
}

holds() { # file text
	same 7f454c46 "$(head -c 4 "$1" | hexdump -v -e '1/1 "%02x"')" &&
		tr '\0' '\n' <"$1" | grep -qF "$2"
}

# That one is of an earlier crash, of a container in another namespace: it is gone.
tells_of_no_other() {
	run_it && within 20 status_is c1 running && printf stop >"/dev/$core" && ends_with 1 &&
		same "hwcontainer-runtime: $core was stopped by somebody else" "$(cat /tmp/f.err)" &&
		has_no_dump
}

# One for each crash of a core that is started again, for root only.
keeps_them() {
	rm -rf "$kept"
	echo "{\"coredumps\": \"$kept\"}" >"$options"
	ours '"org.hwcontainer.restart": "on-failure:2"'
	starts=$(cat "$sim/starts")
	run_it && die one && within 20 is_again 1 && die two && within 20 is_again 2 && die three && ends_with 1 || return
	same 3 "$(find "$kept" -type f | wc -l)" && same 700 "$(stat -c %a "$kept")" && has_no_dump || return
	set -- one two three
	for file in "$kept"/c1-"$core"-*Z.elf; do
		same 600 "$(stat -c %a "$file")" && holds "$file" "sim-core0: $1" &&
			grep -q "^hwcontainer-runtime: the core dump of $core is $file\$" /tmp/f.err || return
		shift
	done
}

is_again() { # how often after the first time
	[ "$(cat "$sim/starts")" = $((starts + 1 + $1)) ] && core_is running
}

# It ends as it would have.
cannot_keep_them() {
	echo "{\"coredumps\": \"/nowhere/$kept\"}" >"$options"
	ours
	run_it && die "in vain" && ends_with 1 &&
		grep -q "is $kernels/devcd[0-9]*/data for five minutes at most, and cannot be copied to /nowhere/$kept: No such file or directory\$" /tmp/f.err &&
		! has_no_dump && free_dumps
}

# What says nothing is taken for crashed by the kernel, too.
falls_silent() {
	echo "{\"coredumps\": \"$kept\"}" >"$options"
	rm -rf "$kept"
	ours '"org.hwcontainer.watchdog-ms": "700"'
	run_it && ends_with 1 && holds "$kept"/c1-*.elf "sim-core0: hello" &&
		same "hwcontainer-runtime: $core has said nothing for more than 700 ms
hwcontainer-runtime: the core dump of $core is $(echo "$kept"/c1-*.elf)" "$(cat /tmp/f.err)"
}

is_no_folder() {
	echo '{"coredumps": "here"}' >"$options"
	said=$(rt create --bundle "$bundles/f" c1 2>&1)
	same "hwcontainer-runtime: $options: \"coredumps\" must be an absolute path" "$said"
}

use_cores simulated || exit 1
use_runtime runc
mkdir -p /etc/hwcontainer
echo "TAP version 13"
echo 1..9
expect "what a core says last is not missed, $times times" last_words_are_heard
expect "nor if it crashes at once" dies_at_its_start
expect "a core that is stopped leaves no dump" leaves_no_dump
expect "one that crashes does, and it is told where" leaves_a_dump
expect "that is not told of another end" tells_of_no_other
expect "each is kept where the host wants them" keeps_them
expect "where that cannot be, it is said" cannot_keep_them
expect "a core that falls silent leaves one, too" falls_silent
expect "a folder that is none" is_no_folder
rm -f "$options"
free_dumps
leave_cores || failed=1
rm -rf "$bundles" "$root" "$kept" /tmp/*.out /tmp/*.err
exit "$failed"
