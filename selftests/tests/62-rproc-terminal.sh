#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line of real firmware: the terminal of a Cortex-R5 of QEMU's Versal is the
# standard streams of its container, beside its trace.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

has_printed() { # text, how often
	[ "$(tr -d '\r' </tmp/f.out | grep -c "$1")" -ge "${2-1}" ]
}

asks() {
	ours
	run_core
	within 20 has_printed '^r5> ' && within 20 has_printed ': counter 1'
}

# The trace may stand between the prompt and what is typed, which the core sends back.
answers() {
	echo status >&5
	within 20 has_printed '^core 0, up [0-9]* ms: counter [0-9]* every 250 ms, 0 commands$' &&
		has_printed 'status$'
}

# The trace says it more often then.
obeys() {
	echo "period 20" >&5
	echo status >&5
	within 20 has_printed 'every 20 ms' && echo "period 5" >&5 &&
		within 20 has_printed '^a period has 10 to 60000 ms$' && within 20 has_printed ': counter 50'
}

edits() {
	printf 'statxx\b\bus\r\n' >&5
	within 20 has_printed 'every 20 ms' 2
}

does_not_know() {
	echo "make tea" >&5
	within 20 has_printed '^status     what it is doing$'
}

# Whatever else: the channel for programs is there beside it.
has_its_channel() {
	for entry in /sys/class/rpmsg/rpmsg[0-9]*; do
		exec 7<>"/dev/${entry##*/}"
		printf 'echo hello' >&7
		dd bs=512 count=1 <&7 2>/dev/null >/tmp/answer
		exec 7>&-
	done
	same hello "$(cat /tmp/answer)"
}

starts_again() {
	ours '"org.hwcontainer.restart": "on-failure:1", "org.hwcontainer.watchdog-ms": "2000"'
	run_core
	within 20 has_printed '^r5> ' && echo crash >&5 &&
		within 30 has_printed 'core 0: started' 2 && echo status >&5 &&
		within 20 has_printed '^core 0, up [0-9]* ms'
}

# Each line of the two is whole.
has_two_cores() {
	ours "\"$other_path\": \"/boot/other.elf\""
	cp "$other_firmware" "$bundles/f/rootfs/boot/other.elf"
	run_core
	within 20 has_printed 'core 0: started' && within 20 has_printed 'core 1: started' &&
		within 20 has_printed 'r5> ' 2
	for _ in 1 2 3 4 5; do
		echo status >&5
	done
	within 20 has_printed '^core [01], up [0-9]* ms: counter [0-9]* every 250 ms, 0 commands$' 5 &&
		within 20 has_printed ': counter 12, commands 0$' 2
	code=$?
	tr -d '\r' </tmp/f.out | grep -vE '^(|[0-9]+ ms: (counter [0-9]+, commands 0|Linux listens, announcing rpmsg-raw)|core [01]: (started|found [0-9]+ words in its memory, [0-9]+ in the pool)|core [01], up .* commands|(r5> )*(status)?)$' &&
		return 1
	return "$code"
}

[ "$(cat /hwc/machine)" = versal ] || skip_all "$(cat /hwc/machine) has no Cortex-R5"
use_cores
echo "TAP version 13"
echo 1..11
expect "the firmware asks for a command" asks
expect "it answers" answers
expect "it obeys" obeys
expect "lines can be edited" edits
expect "it helps" does_not_know
expect "its other channel works" has_its_channel
expect "it ends" end_core
expect "after a crash it asks again" starts_again
expect "that one ends" end_core
expect "two cores do not tear each other's lines" has_two_cores
expect "both end" end_core
rm -rf "$bundles" "$root" /tmp/typed /tmp/*.out /tmp/*.err /tmp/answer
exit "$failed"
