#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: terminals of cores (rpmsg-tty), which are the standard streams of
# containers that are firmware, and devices of ordinary containers beside firmware.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

# With a device for messages.
talking() { # annotations
	firmware_bundle f "$rpmsg_firmware" "\"/$core\": \"/boot/rpu.elf\"${1+, $1}"
}

core_says() { # core, channel, times, text
	echo "$*" >"$sim/say"
}

# Sends are refused until the core knows where to: it has been greeted then.
says_when_it_can() {
	core_says "$@" 2>/dev/null
}

has_printed() { # text
	grep -qF "$1" /tmp/f.out
}

can_say() {
	within 10 says_when_it_can "$1" rpmsg-tty 1 "$1 can speak\\n" && within 10 has_printed "$1 can speak"
}

## one core

prints_what_the_core_writes() {
	echo rpmsg-tty >"$sim/channels"
	talking
	run_core && can_say sim-core0 && core_says sim-core0 rpmsg-tty 1 'two\nlines\n' &&
		within 10 has_printed lines && cat /tmp/f.out &&
		same "$(printf 'sim-core0: hello\n\nsim-core0 can speak\ntwo\nlines')" "$(cat /tmp/f.out)"
}

# Sent back by the core, so that it is seen on the way out.
gives_it_what_is_typed() {
	echo "what is typed" >&5
	within 10 has_printed "what is typed"
}

# More than the core has buffers for, and the supervisor room.
gives_it_much() {
	seq 1 3000 >/tmp/numbers
	cat /tmp/numbers >&5
	within 20 has_printed 3000 && sed -n '/^1$/,$p' /tmp/f.out >/tmp/numbers.out &&
		cmp /tmp/numbers /tmp/numbers.out
}

passes_all_bytes() {
	core_says sim-core0 rpmsg-tty 1 '\x03\x04\x11\x13\x1b[31m\r\x7f\xff|end\n'
	within 10 has_printed '|end' && tail -n 1 /tmp/f.out | od -An -tx1 | tr -d ' \n' >/tmp/bytes
	same 03041113 "$(cut -c1-8 /tmp/bytes)" &&
		same 1b5b33316d0d7fff7c656e640a "$(cut -c9- /tmp/bytes)"
}

shows_a_prompt() {
	core_says sim-core0 rpmsg-tty 1 'login>'
	within 5 has_printed 'login>'
}

sees_the_end_of_input() {
	exec 5>&-
	core_says sim-core0 rpmsg-tty 1 'after the end\n'
	within 10 has_printed "after the end" && core_is running
}

# As it gets round to it.
announces_later() {
	echo >"$sim/channels"
	talking
	run_core && has_terminals 0 && echo "sim-core0 rpmsg-tty" >"$sim/announce" &&
		within 10 has_terminals 1 && can_say sim-core0
}

takes_it_back() {
	core_says sim-core0 rpmsg-tty 1 'not finis'
	within 5 has_printed "not finis" && echo "sim-core0 rpmsg-tty" >"$sim/withdraw" &&
		within 10 has_terminals 0 && core_is running &&
		echo "sim-core0 rpmsg-tty" >"$sim/announce" && can_say sim-core0 &&
		grep -qx "not finis" /tmp/f.out
}

speaks_again_after_a_crash() {
	echo rpmsg-tty >"$sim/channels"
	talking '"org.hwcontainer.restart": "on-failure:1"'
	starts=$(cat "$sim/starts")
	run_core && can_say sim-core0 && crash && within 20 is_again &&
		within 10 says_when_it_can sim-core0 rpmsg-tty 1 'again\n' &&
		within 10 has_printed again && echo "typed again" >&5 && within 10 has_printed "typed again"
}

is_again() {
	[ "$(cat "$sim/starts")" = $((starts + 2)) ] && [ "$(claim_field state)" = ready ]
}

# A terminal is a sign of life, silence there none.
is_watched() {
	talking '"org.hwcontainer.watchdog-ms": "1500"'
	run_core && can_say sim-core0
	for _ in 1 2 3 4 5 6; do
		sleep 0.5
		core_says sim-core0 rpmsg-tty 1 'alive\n' || return
	done
	status_is c1 running && wait "$started"
	code=$?
	exec 5>&-
	same 1 "$code" &&
		same "hwcontainer-runtime: $core has said nothing for more than 1500 ms" "$(head -n 1 /tmp/f.err)"
}

## what firmware can do to it

# As much as the kernel keeps, so often.
flood() { # times
	for _ in $(seq "$1"); do
		core_says sim-core0 rpmsg-tty 300 "$(printf %0200d 7)\\n" || return
		sleep 0.1
	done
}

# Its standard output is a pipe that fd 6 keeps open.
run_core_into_a_pipe() {
	rm -f /tmp/full
	mkfifo /tmp/full
	exec 6<>/tmp/full
	hwcontainer-runtime --root "$root" run --bundle "$bundles/f" c1 </dev/null >/tmp/full 2>/tmp/f.err &
	started=$!
	within 20 status_is c1 running && within 10 says_when_it_can sim-core0 rpmsg-tty 1 'first\n'
}

# Nobody reads: nothing waits, nothing grows, it is stopped at once.
floods_nobody() {
	talking
	run_core_into_a_pipe && flood 12 || return
	rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(member c1 pid)/status")
	echo "$rss KiB"
	[ "$rss" -lt 8192 ] && kill -TERM "$started" && within 10 core_is_free
	code=$?
	exec 6>&-
	wait "$started"
	[ "$code" = 0 ]
}

# What is missing is counted, and what comes later is there.
floods_a_late_reader() {
	run_core_into_a_pipe && flood 12 || return
	cat <&6 >/tmp/f.out &
	reader=$!
	sleep 1
	core_says sim-core0 rpmsg-tty 1 'at last\n'
	within 10 has_printed "at last"
	code=$?
	kill "$reader"
	exec 6>&-
	kill -TERM "$started"
	wait "$started"
	grep '^\[.* bytes are missing\]$' /tmp/f.out && [ "$code" = 0 ] && within 10 core_is_free
}

announces_a_thousand() {
	talking
	run_core && can_say sim-core0 && echo "sim-core0 rpmsg-tty 1000" >"$sim/announce" &&
		within 10 has_terminals 32 && core_says sim-core0 rpmsg-tty 1 'still here\n' &&
		within 10 has_printed "still here" && echo "typed still" >&5 &&
		within 10 has_printed "typed still" && rt kill c1 && within 20 core_is_free
	code=$?
	exec 5>&-
	wait "$started"
	[ "$code" = 0 ] && has_terminals 0
}

# While it speaks, at any instant.
is_killed_in_the_middle() {
	for nr in 1 2 3 4 5; do
		run_core || return
		within 10 says_when_it_can sim-core0 rpmsg-tty 1 "life $nr\\n" || return
		core_says sim-core0 rpmsg-tty 3000 'on and on and on\n' &
		rt kill c1 KILL
		exec 5>&-
		wait
		within 10 core_is_free && has_terminals 0 && rt delete --force c1 || return
	done
}

## several

has_two_cores() {
	firmware_bundle f "$rpmsg_firmware" '"/sim-core0": "/boot/rpu.elf", "/sim-core1": "/boot/rpu.elf"'
	run_core && can_say sim-core0 && can_say sim-core1 || return
	core_says sim-core0 rpmsg-tty 500 'one speaks at length of this and that\n' &
	core_says sim-core1 rpmsg-tty 500 'two speaks at length of this and that\n'
	wait $!
	core_says sim-core0 rpmsg-tty 1 'done\n'
	core_says sim-core1 rpmsg-tty 1 'done\n'
	within 10 has_said_twice "done" || return
	head -n 20 /tmp/f.out
	same 500 "$(grep -cx 'one speaks at length of this and that' /tmp/f.out)" &&
		same 500 "$(grep -cx 'two speaks at length of this and that' /tmp/f.out)"
}

has_said_twice() {
	[ "$(grep -cx "$1" /tmp/f.out)" = 2 ]
}

# Who goes has what comes next go to the other.
types_to_the_first() {
	first=$(sed -n 's/ can speak//p' /tmp/f.out | head -n 1)
	echo "for the first" >&5
	within 10 has_printed "for the first" && echo "$first rpmsg-tty" >"$sim/withdraw" &&
		within 10 has_terminals 1 && sleep 0.2 && echo "for the other" >&5 &&
		within 10 has_printed "for the other"
}

opens() { # container
	for file in "/proc/$(member "$1" pid)/fd/"*; do
		readlink "$file"
	done | grep ttyRPMSG
}

is_not_anothers() {
	talking
	echo >"$sim/channels"
	run_core || return
	firmware_bundle g "$rpmsg_firmware" '"/sim-core1": "/boot/rpu.elf"'
	rt create --bundle "$bundles/g" c2 </dev/null >/tmp/g.out 2>&1 && rt start c2 || return
	echo "sim-core1 rpmsg-tty" >"$sim/announce"
	within 10 says_when_it_can sim-core1 rpmsg-tty 1 'of the other\n' &&
		within 10 grep -q "of the other" /tmp/g.out && opens c2 && ! opens c1 &&
		! has_printed "of the other"
	code=$?
	rt delete --force c2
	[ "$code" = 0 ] && end_core
}

## an ordinary container

is_in_the_container() {
	echo rpmsg-tty >"$sim/channels"
	folder=$(new_bundle f)
	cp "$rpmsg_firmware" "$folder/rootfs/boot/rpu.elf"
	sed -i '/org.opencontainers.image/d; s|"/fpga-full/fpga-PR0": "/boot/sha256.bit",*|"'"/$core"'": "/boot/rpu.elf"|' \
		"$folder/config.json"
	start f
	within 20 is_held_by_process digest && within 10 is_running f || return
	node=/proc/$(init_of f)/root/dev/$(terminals)
	ls -l "$node"
	same "$(stat -c %t:%T "/dev/$(terminals)")" "$(stat -c %t:%T "$node")" &&
		same 660 "$(stat -c %a "$node")" && tr '\0' '\n' <"/proc/$(init_of f)/environ" |
		grep "^HWC_DEVICES_0=.*/dev/$(terminals)"
}

# By nobody else, as there is no supervisor.
works_there() {
	exec 7<>"/proc/$(init_of f)/root/dev/$(terminals)"
	echo "hello, core" >&7
	read -r said <&7
	exec 7>&-
	same "hello, core" "$said" && end_input && wait "$started"
	within 10 core_is_free && has_terminals 0
}

# Mainline's rpmsg_ns_cb() adds and removes channels with the lock of its own endpoint held.
# One that goes, or gets no terminal because there are 32, takes that of the channel's:
# lockdep takes the two for one, and is off from then on.
expect_without_lockdep() { # name, command...
	if [ -e /proc/lockdep ]; then
		skip "$1" "lockdep does not know the locks of mainline's rpmsg endpoints apart"
	else
		expect "$@"
	fi
}

use_cores simulated || exit 1
use_runtime runc
rm -f "$policy"
echo "TAP version 13"
echo 1..24
expect "what a core writes to its terminal is printed" prints_what_the_core_writes
expect "what is typed is for the core" gives_it_what_is_typed
expect "much is typed" gives_it_much
expect "bytes are what they are" passes_all_bytes
expect "a line that does not end is shown" shows_a_prompt
expect "the core outlives the end of its input" sees_the_end_of_input
expect "it ends" end_core
expect "a terminal that comes later" announces_later
expect_without_lockdep "one that goes and comes again" takes_it_back
expect "its core ends, too" end_core
expect "a core that was started again speaks again" speaks_again_after_a_crash
expect "that one ends" end_core
expect "what it says there keeps a watchdog quiet" is_watched
expect "a flood that nobody reads" floods_nobody
expect "a flood that is read late" floods_a_late_reader
expect_without_lockdep "a thousand channels" announces_a_thousand
expect "kill -9 while it speaks" is_killed_in_the_middle
expect "all that two cores say is there" has_two_cores
expect_without_lockdep "what is typed is for the first of two" types_to_the_first
expect "both end" end_core
expect "a terminal is its own container's" is_not_anothers
expect "a terminal is a device of an ordinary container" is_in_the_container
expect "it works there" works_there
expect "nothing is left" core_is_free
for folder in "$root"/*; do
	[ ! -d "$folder" ] || rt delete --force "$(basename "$folder")"
done
works_again
leave_cores || failed=1
rm -rf "$bundles" "$root" "$fifo" /tmp/typed /tmp/full /tmp/numbers* /tmp/bytes /tmp/*.out /tmp/*.err
exit "$failed"
