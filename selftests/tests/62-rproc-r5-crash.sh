#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A firmware container on a real Cortex-R5 that takes a data abort: what it says of it is on
# the container's standard output, and what its memory held is kept.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh
times=${HWC_RUNS-5}
options=/etc/hwcontainer/runtime.json
kept=/tmp/coredumps

[ "$(cat /hwc/machine)" = versal ] || skip_all "$(cat /hwc/machine) has no Cortex-R5"

has_said() { # text
	grep -q "$1" "/sys/kernel/debug/remoteproc/$core/trace0"
}

# Its handler has written its lines; whoever hears of it then has to read them.
take_a_fault() {
	within 20 has_endpoint && printf fault >"$(endpoint)" || return
	tries=20000
	while ! has_said "data abort"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return
	done
}

tells_the_fault() { # file
	tail -n 8 "$1" | sed 's/^/# /'
	grep -q "^r12: [0-9a-f]*, sp: fe8[0-9a-f]*, lr: [0-9a-f]*, cpsr: [0-9a-f]*\$" "$1" &&
		grep -q "^fault status 0x[0-9a-f]*, address 0xf9000000\$" "$1" &&
		grep -q "^core 0: data abort at 0xfe8[0-9a-f]*, halted\$" "$1"
}

last_words_are_heard() {
	ours
	time=0
	while [ "$time" -lt "$times" ]; do
		time=$((time + 1))
		run_it && take_a_fault && crash && ends_with 1 && tells_the_fault /tmp/f.out && continue
		echo "at the $time. time of $times"
		return 1
	done
}

# Nobody tells the kernel but the watchdog.
dump_is_kept() {
	echo "{\"coredumps\": \"$kept\"}" >"$options"
	ours '"org.hwcontainer.watchdog-ms": "2000"'
	run_it && take_a_fault && ends_with 1 && tells_the_fault /tmp/f.out || return
	set -- "$kept"/c1-"$core"-*Z.elf
	same 600 "$(stat -c %a "$1")" && tr '\0' '\n' <"$1" | grep -q "core 0: data abort at 0xfe8" &&
		grep -q "^hwcontainer-runtime: the core dump of $core is $1\$" /tmp/f.err
}

use_cores || exit 1
use_runtime runc
mkdir -p /etc/hwcontainer
echo "TAP version 13"
echo 1..2
expect "what a core says last is not missed, $times times" last_words_are_heard
expect "its memory is kept when it falls silent" dump_is_kept
rm -f "$options"
for dump in /sys/class/devcoredump/devcd*/data; do
	[ ! -e "$dump" ] || echo 1 >"$dump"
done
rm -rf "$bundles" "$root" "$kept" /tmp/*.out /tmp/*.err
exit "$failed"
