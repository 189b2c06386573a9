# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# Results as KTAP, comparing and waiting: for tests in shell, in the guest and on this
# machine. Sourced with $printed set to a file for what a test prints.
number=0
failed=0
# told=yes: what a test prints is shown where it is as it should be, too
told=no

# What each test begins with, and what removes whatever one that failed may have left: who
# has any of it defines them anew.
plain() { :; }
tidy() { :; }

# What was printed, as diagnostics.
quote() {
	[ ! -s "$printed" ] || sed 's/^/# /' "$printed"
}

result() { # 0 or not, name
	number=$((number + 1))
	[ "$1$told" = 0no ] || quote
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=1
		tidy >/dev/null 2>&1
	fi
}

# expect NAME COMMAND...: is as it should be where the command succeeds
expect() {
	expected=$1
	shift
	plain
	"$@" >"$printed" 2>&1
	result $? "$expected"
}

skip_all() { # why
	echo "1..0 # SKIP $1"
	exit 4
}

# same WANTED SEEN
same() {
	[ "$1" = "$2" ] && return
	echo "expected: $1"
	echo "seen:     $2"
	return 1
}

has() { # file text
	grep -qF -- "$2" "$1" && return
	echo "expected: ...$2..."
	sed 's/^/seen:     /' "$1"
	return 1
}

# within SECONDS COMMAND...: whether it succeeds some time before; what it prints in the end
within() {
	tries=$(($1 * ${HWC_SLOW-1} * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { "$@"; return; }
		sleep 0.05
	done
}

# refuses SENTENCE VERB...: the runtime, which rt calls, refuses it with that. Not by way of
# a pipe, whose end a container that is created after all would not let us see.
refuses() {
	sentence=$1
	shift
	rt "$@" >"$printed.refusal" 2>&1 </dev/null
	same 1 $? && same "hwcontainer-runtime: $sentence" "$(cat "$printed.refusal")"
}
