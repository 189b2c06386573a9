# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# What the tests of virtual machines share, on this machine. Sourced with $here set to this
# folder, $folder to what our programs are in, and $qemu, which they need; sets $work, a
# folder of the test's own, and $me, its container.

# shellcheck source=selftests/expect.sh
. "$here/../expect.sh"
[ "$(id -u)" = 0 ] || skip_all "virtual machines are started by root"
command -v "$qemu" >/dev/null || skip_all "$qemu is not installed"

work=$(mktemp -d)
printed=$work/said
me=vm$$
export PATH="$folder/bin:$PATH"
mkdir -p "$work/system/etc/hwcontainer" "$work/b/rootfs" "$work/run"

# What a test that failed may have left, and all that is of these tests in the end.
tidy() {
	for container in "$work"/run/*; do
		[ ! -d "$container" ] || rt delete --force "${container##*/}"
	done
	for process in $(processes); do kill -9 "$process"; done
}

end() {
	tidy
	rm -rf "$work"
}
trap 'end >/dev/null 2>&1' EXIT
trap 'exit 1' INT TERM

# terminal KEYS: an engine's part of one that comes by $work/socket
terminal() {
	cc -O2 -o "$work/terminal" "$here/../engine/terminal.c" &&
		exec "$work/terminal" "$work/socket" "$(printf '%b' "$1")"
}

# With the settings of $work/system, which is this system otherwise.
rt() {
	hwcontainer-runtime --root "$work/run" --sysroot "$work/system" "$@"
}

settings() {
	echo "$1" >"$work/system/etc/hwcontainer/runtime.json"
}

# Numbers of all processes of the container of these tests: nobody else's has its name. The
# one that looks for it does not say it.
processes() {
	grep -lzsx "v[m]$$" /proc/[0-9]*/cmdline | tr -dc '0-9\n'
}

# The one process that another has started.
child_of() {
	tr -d ' ' 2>/dev/null <"/proc/$1/task/$1/children"
}

# capabilities_are HEXADECIMAL PROCESS: also those that a program which it starts would have
capabilities_are() {
	same "$1 $1 $1 0000000000000000 0000000000000000" "$(sed -n \
		's/^Cap\(Prm\|Eff\|Bnd\|Inh\|Amb\):\t//p' "/proc/$2/status" | sort -r | tr '\n' ' ' | sed 's/ $//')"
}

no_process() {
	same "" "$(processes)"
}

nothing_left() {
	no_process && same "" "$(ls "$work/run")"
}

run() { # exit status
	rt run -b "$work/b" "$me" >"$work/out" 2>"$work/err" </dev/null
	same "$1" $?
}

create() {
	rt create -b "$work/b" --pid-file "$work/pid" "$me" >"$work/out" 2>"$work/err" </dev/null
}

started() {
	create && rt start "$me"
}

# not_created SENTENCE: and nothing of it is there
not_created() {
	refuses "$1" create -b "$work/b" "$me" && nothing_left
}

status_is() {
	same "$1" "$(rt state "$me" | sed -n 's/^ *"status": "\(.*\)",$/\1/p')"
}

# kill_after MILLISECONDS: what was started last
kill_after() {
	sleep "$(printf '0.%03d' "$1")"
	# a function is a process of its own; what it runs has to go, too
	kill -9 $! "$(child_of $!)" 2>/dev/null
	wait $! 2>/dev/null
	same "" "$(rt delete --force "$me" 2>&1)" && within 10 nothing_left && return
	echo "after $1 ms"
	return 1
}
