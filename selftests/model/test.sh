#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test.sh PROGRAMS MODEL: firmware containers without a kernel that has remote
# processors, and without its module: a folder stands in for the system, the program
# MODEL for the module. Needs no privileges. Prints KTAP.
# shellcheck disable=SC2317 # expect calls
set -u
programs=$1
PATH=$programs:$PATH
model=$2
dir=$(mktemp -d)
work=$dir/work
cores=$dir/sys/class/remoteproc
debug=$dir/sys/kernel/debug/remoteproc
printed=$work/said
# shellcheck source=selftests/expect.sh
. "$(dirname "$0")/../expect.sh"

# Whatever a test that failed may have left.
tidy() {
	knob fail_start 0
	knob fail_stop 0
	rt delete --force c1
	rt delete --force c2
	[ -z "$(claim_of)" ] || ctl claim delete "$(claim_of)"
	echo offline >"$cores/remoteproc0/state"
}

end() {
	tidy
	kill "$stand_in" "$(cat "$work/runtime.pid")"
	rm -rf "$dir"
}
trap 'end >/dev/null 2>&1' EXIT
trap 'exit 1' INT TERM

ctl() {
	hwctl --sysroot "$dir" "$@"
}

rt() {
	hwcontainer-runtime --root "$work/run" --sysroot "$dir" "$@"
}

# bundle ANNOTATIONS: one whose firmware says hello
bundle() {
	rm -rf "$work/b"
	mkdir -p "$work/b/rootfs/boot"
	echo hello >"$work/b/rootfs/boot/rpu.elf"
	cat >"$work/b/config.json" <<EOT
{
	"ociVersion": "1.0.2",
	"process": { "args": ["/boot/rpu.elf"], "cwd": "/", "user": { "uid": 0, "gid": 0 } },
	"root": { "path": "rootfs" },
	"annotations": { $1 }
}
EOT
}

ours() {
	bundle "\"/remoteproc0\": \"/boot/rpu.elf\"${1+, $1}"
}

create() { # container
	rt create --bundle "$work/b" --pid-file "$work/pid" "$1" >"$work/out" 2>"$work/err" </dev/null
}

run_in_background() {
	hwcontainer-runtime --root="$work/run" --sysroot="$dir" run --bundle "$work/b" c1 \
		>"$work/out" 2>"$work/err" </dev/null &
	started=$!
	within 10 status_is c1 running
}

ends_with() { # status sentence
	within 10 test ! -e "$work/run/c1" || return
	wait "$started"
	same "$1" $? && same "$2" "$(cat "$work/err")" && core_is_free
}

member() { # container key
	rt state "$1" 2>/dev/null | sed -n "s/^ *\"$2\": *\"*\([^\",]*\)\"*,*\$/\1/p"
}

status_is() { # container status
	[ "$(member "$1" status)" = "$2" ]
}

core_is() { # state
	same "$1" "$(cat "$cores/remoteproc0/state")"
}

core_is_free() {
	core_is offline && same old.elf "$(cat "$cores/remoteproc0/firmware")" &&
		[ ! -e "$dir/lib/firmware/hwcontainer" ] && [ ! -e "$debug/remoteproc0/trace0" ] &&
		same "" "$(ctl claim list | sed 1d)"
}

crash() {
	echo 1 >"$debug/remoteproc0/crash"
}

knob() { # name value
	echo "$2" >"$debug/remoteproc0/$1"
}

## hwctl

lists_cores() {
	ctl resource list | tr -s ' ' | sed 's/ *$//' >"$work/list"
	cat "$work/list"
	same "remoteproc0 remoteproc free 0/1 -
remoteproc1 remoteproc free 0/1 -" "$(sed 1d "$work/list")" &&
		ctl resource show sim-core1 | grep -q '^ *name  *remoteproc1$'
}

claims_and_gives_back() {
	ctl claim new remoteproc0="$work/b/rootfs/boot/rpu.elf" && core_is running &&
		ctl claim list | tr -s ' ' | grep -Eq '^[0-9]* ready remoteproc0 (nobody|-)' &&
		ctl claim delete "$(claim_of)" && core_is_free
}

claim_of() {
	ctl claim list | awk '$3 == "remoteproc0" { print $1 }'
}

# by_a_file LIBRARY: with the library itself, as its manual page has it
by_a_file() {
	python3 - "$1" "$dir" "$work/b/rootfs/boot/rpu.elf" <<'EOT'
import ctypes, os, sys

library = ctypes.CDLL(sys.argv[1])
library.hwc_ctx_error.restype = ctypes.c_char_p
ctx, request = ctypes.c_void_p(), ctypes.c_void_p()
grant = (ctypes.c_uint32 * 2)()


def ask(name, *arguments):
    answer = getattr(library, "hwc_" + name)(*arguments)
    if answer < 0:
        sys.exit(f"{name}: {library.hwc_ctx_error(ctx).decode()}")
    return answer


ask("ctx_new", ctypes.byref(ctx))
ask("ctx_set_sysroot", ctx, sys.argv[2].encode())
holder = ask("holder_open", ctx)
image = os.open(sys.argv[3], os.O_RDONLY)
ask("request_new", ctx, ctypes.byref(request))
library.hwc_request_holder_file(request, holder)
ask("request_add", request, b"remoteproc0", image, -1, None, None)
ask("request_submit", request, grant)
ask("claim_wait", ctx, holder, grant[0], 10000)
claim = ask("claim_open", ctx, holder, grant[0])
os.close(holder)
ask("claim_wait_released", ctx, claim, 10000)
EOT
}

held_by_a_file() {
	by_a_file "$programs/../lib/libhwcontainer.so" && core_is_free
}

is_for_no_machine() {
	! ctl claim new --assign remoteproc0="$work/b/rootfs/boot/rpu.elf" 2>"$work/err" &&
		same "hwctl: remoteproc0 is a remoteproc, which no virtual machine can be given" \
			"$(cat "$work/err")"
}

tells_events() {
	hwctl --sysroot "$dir" monitor >"$work/events" &
	listener=$!
	# it listens as soon as it has told a claim
	within 10 tells_one
	code=$?
	kill "$listener"
	wait "$listener"
	cat "$work/events"
	return "$code"
}

tells_one() {
	ctl claim new remoteproc0="$work/b/rootfs/boot/rpu.elf" && ctl claim delete "$(claim_of)" &&
		grep -q ready "$work/events" && grep -q released "$work/events"
}

knows_no_module() {
	! hwctl --sysroot "$work" resource list 2>"$work/err" &&
		same "hwctl: hwcontainer module is not loaded (modprobe hwcontainer)" "$(cat "$work/err")"
}

## a life

is_created() {
	ours
	create c1 && same created "$(member c1 status)" && core_is_free &&
		same "$(cat "$work/pid")" "$(member c1 pid)"
}

is_started() {
	rt start c1 && core_is running && same running "$(member c1 status)" &&
		same "remoteproc0 running" "$(member c1 org.hwcontainer.status.0)" &&
		same hwcontainer/remoteproc0 "$(cat "$cores/remoteproc0/firmware")" &&
		cmp "$work/b/rootfs/boot/rpu.elf" "$dir/lib/firmware/hwcontainer/remoteproc0" &&
		ctl claim list | grep -q " process $(cat "$work/pid") *c1 *\$"
}

copies_the_trace() {
	within 10 grep -q hello "$work/out" && echo more >>"$debug/remoteproc0/trace0" &&
		within 10 grep -q more "$work/out" && same "sim-core0: hello
more" "$(cat "$work/out")"
}

has_its_core_alone() {
	refuses "remoteproc0 is held by container c1 (claim $(claim_of))" create -b "$work/b" c2 &&
		core_is running && [ ! -e "$work/run/c2" ]
}

is_stopped() {
	refuses "firmware takes no SIGHUP; SIGTERM, SIGINT and SIGKILL stop it" kill c1 HUP &&
		rt kill c1 TERM && within 10 status_is c1 stopped && core_is_free && rt delete c1 &&
		[ ! -e "$work/run/c1" ]
}

dies_with_its_process() {
	create c1 && rt start c1 && core_is running && kill -KILL "$(cat "$work/pid")" &&
		within 10 core_is_free && within 10 status_is c1 stopped && rt delete c1
}

has_two_cores() {
	ours '"/remoteproc1": "/boot/rpu.elf"'
	create c1 && rt start c1 && same running "$(cat "$cores/remoteproc1/state")" &&
		within 10 grep -q sim-core1: "$work/out" && core_is running && rt delete --force c1 &&
		same offline "$(cat "$cores/remoteproc1/state")" && core_is_free
}

by_the_key_of_arm() {
	bundle '"remoteproc.name": "sim-core0"'
	create c1 && rt start c1 && core_is running && rt delete -f c1 && core_is_free
}

# Each of several that delete it succeeds, and one of them runs its hooks.
is_deleted_once() {
	ours
	printf '#!/bin/sh\necho >>"%s"\n' "$work/poststop" >"$work/hook"
	chmod +x "$work/hook"
	sed -i "s|\"root\":|\"hooks\": { \"poststop\": [ { \"path\": \"$work/hook\" } ] }, &|" \
		"$work/b/config.json"
	for time in 1 2 3 4 5; do
		rm -f "$work/poststop"
		run_in_background || return
		rt delete --force c1 &
		other=$!
		rt delete --force c1
		same 0 $? && wait "$other" && ends_with 137 "" && same 1 "$(wc -l <"$work/poststop")" && continue
		echo "at the $time. time"
		return 1
	done
}

## ends

is_terminated() {
	ours
	run_in_background && kill -TERM "$started" && ends_with 0 ""
}

crashes() {
	run_in_background && crash && ends_with 1 "hwcontainer-runtime: remoteproc0 crashed"
}

loses_its_claim() {
	run_in_background && ctl claim delete "$(claim_of)" &&
		ends_with 2 "hwcontainer-runtime: the claim of remoteproc0 was ended by somebody else"
}

leaves() {
	run_in_background || return
	claim=$(claim_of)
	mv "$cores/remoteproc0" "$work/away" && ctl claim delete "$claim" &&
		within 10 test ! -e "$work/run/c1" && wait "$started"
	code=$?
	mv "$work/away" "$cores/remoteproc0"
	echo offline >"$cores/remoteproc0/state"
	echo old.elf >"$cores/remoteproc0/firmware"
	same 2 "$code" && same "hwcontainer-runtime: remoteproc0 is gone" "$(cat "$work/err")" &&
		core_is_free
}

does_not_stop() {
	run_in_background && knob fail_stop 5 && kill -TERM "$started" &&
		within 10 test ! -e "$work/run/c1" && wait "$started"
	same 3 $? && core_is running && knob fail_stop 0 &&
		same "hwcontainer-runtime: remoteproc0 still runs and does not stop (error 5)" \
			"$(cat "$work/err")" &&
		run_in_background && kill -TERM "$started" && ends_with 0 ""
}

restarts() {
	ours '"org.hwcontainer.restart": "on-failure:2"'
	run_in_background && crash && within 10 said_hello 2 && crash && within 10 said_hello 3 &&
		status_is c1 running && crash &&
		ends_with 1 "hwcontainer-runtime: remoteproc0 crashed
hwcontainer-runtime: starting again in 100 ms, restarts left: 1
hwcontainer-runtime: remoteproc0 crashed
hwcontainer-runtime: starting again in 200 ms, restarts left: 0
hwcontainer-runtime: remoteproc0 crashed"
}

said_hello() { # times
	[ "$(grep -c hello "$work/out")" = "$1" ]
}

falls_silent() {
	ours '"org.hwcontainer.watchdog-ms": "300"'
	run_in_background &&
		ends_with 1 "hwcontainer-runtime: remoteproc0 has said nothing for more than 300 ms"
}

## terminals

# Makes one that nobody reads.
make_terminal() {
	rm -f "$work/tty"
	python3 -c 'import os, pty, signal
_, terminal = pty.openpty()
print(os.ttyname(terminal), flush=True)
signal.pause()' >"$work/tty" &
	terminal=$!
	within 10 test -s "$work/tty" && tty=$(cat "$work/tty")
}

end_terminal() {
	kill "$terminal"
	wait "$terminal" 2>/dev/null
}

# It is stopped all the same.
nobody_reads_a_terminal() {
	ours
	make_terminal || return
	hwcontainer-runtime --root="$work/run" --sysroot="$dir" run --bundle "$work/b" c1 \
		>"$tty" 2>&1 </dev/null &
	started=$!
	within 10 status_is c1 running && seq 30000 >>"$debug/remoteproc0/trace0" && sleep 0.3 &&
		kill -TERM "$started" && within 10 core_is_free >/dev/null
	code=$?
	end_terminal
	wait "$started" && [ "$code" = 0 ]
}

job_of() { # pid
	cut -d' ' -f5,6 "/proc/$1/stat"
}

# Whose the terminal is: of a shell's job, or of nobody.
stays_in_its_job() {
	run_in_background && same "$(job_of "$started")" "$(job_of "$(member c1 pid)")" &&
		kill -TERM "$started" && ends_with 0 "" && create c1 &&
		same "$(cat "$work/pid") $(cat "$work/pid")" "$(job_of "$(cat "$work/pid")")" &&
		rt delete c1
}

# Nor takes whoever executes the runtime away that a run is told of the end.
is_told_of_its_end() {
	ours
	trap '' CHLD
	run_in_background
	trap - CHLD
	kill -TERM "$started" && ends_with 0 ""
}

# The answer to a process that was killed is for nobody else.
asks_for_itself() {
	ours
	run_in_background || return
	process=$(member c1 pid)
	kill -STOP "$stand_in"
	kill -TERM "$process"
	sleep 0.3
	kill -KILL "$process"
	kill -CONT "$stand_in"
	ends_with 137 ""
}

# By the process that runs it: the other one was killed before it could.
gives_keys_back() {
	make_terminal || return
	setsid --ctty --wait hwcontainer-runtime --root="$work/run" --sysroot="$dir" \
		run --bundle "$work/b" c1 <"$tty" >"$work/out" 2>"$work/err" &
	started=$!
	within 10 status_is c1 running && stty -F "$tty" -icanon -echo &&
		kill -KILL "$(member c1 pid)" && ends_with 137 "" && stty -F "$tty" -a >"$work/modes"
	code=$?
	end_terminal
	cat "$work/modes"
	[ "$code" = 0 ] && grep -Eq '(^| )icanon' "$work/modes" && grep -Eq '(^| )echo( |$)' "$work/modes"
}

## refusals

no_such_core() {
	bundle '"remoteproc7": "/boot/rpu.elf"'
	refuses "remote processor remoteproc7 does not exist, available remote processors: remoteproc0 (sim-core0), remoteproc1 (sim-core1)" \
		create -b "$work/b" c1 && [ ! -e "$work/run/c1" ]
}

does_not_start() {
	ours
	knob fail_start 5
	create c1 && refuses "remoteproc0 could not be started (error 5)" start c1 &&
		within 10 status_is c1 stopped && rt delete c1 && knob fail_start 0 && core_is_free
}

is_powered() {
	echo running >"$cores/remoteproc0/state"
	refuses "remoteproc0 is running; a claim must say takeover" create -b "$work/b" c1 &&
		echo offline >"$cores/remoteproc0/state"
}

by_policy() {
	ours '"org.opencontainers.image.os": "linux"'
	digest=sha256:$(sha256sum <"$work/b/rootfs/boot/rpu.elf" | cut -d' ' -f1)
	refuses "the image asks for remoteproc0 with /boot/rpu.elf and this host does not allow it; hwctl policy allow digest $digest does" \
		create -b "$work/b" c1 && ctl policy allow digest "$digest" &&
		grep -q "$digest" "$dir/etc/hwcontainer/policy.json" && create c1 && rt delete -f c1
}

## beside a program that another runtime runs

# As runc, as far as it is needed here: says how it was called, starts a process, runs
# the createRuntime hook for it, and waits.
other_runtime() {
	cat >"$work/runtime" <<'EOT'
#!/bin/sh
echo "$*" >"$0.called"
config=$(tr -d '\n\t ' <"$5/config.json")
path=$(echo "$config" | sed 's/.*"createRuntime":\[{"path":"\([^"]*\)".*/\1/; s/\\//g')
arguments=$(echo "$config" | sed 's/.*"args":\["hwcontainer-runtime",\([^]]*\)\].*/\1/; s/["\\]//g; s/,/ /g')
echo "$arguments" >"$0.hook"
sleep 60 &
echo $! >"$0.pid"
echo "{ \"pid\": $! }" | "$path" $arguments || exit
touch "$0.done"
wait
EOT
	chmod +x "$work/runtime"
	echo "{ \"runtime\": \"$work/runtime\" }" >"$dir/etc/hwcontainer/runtime.json"
}

# Neither does the other runtime get the option, nor its hook another module.
runs_beside() {
	ours
	sed -i 's|"/boot/rpu.elf"\]|"/bin/ls", "-l"]|' "$work/b/config.json"
	other_runtime
	cd "$dir" && hwcontainer-runtime --root "$work/run" --sysroot . run --bundle "$work/b" c1 &
	started=$!
	within 10 test -e "$work/runtime.done" && core_is running &&
		same "--root $work/run run --bundle $work/b c1" "$(cat "$work/runtime.called")" &&
		same "--sysroot $dir hook handover $(claim_of)" "$(cat "$work/runtime.hook")" &&
		ctl claim list | grep -q " process $(cat "$work/runtime.pid") *c1 *\$"
}

ends_with_it() {
	kill "$(cat "$work/runtime.pid")" && wait "$started" 2>/dev/null
	within 10 core_is_free
}

mkdir -p "$dir/dev" "$dir/etc/hwcontainer" "$work"
for i in 0 1; do
	mkdir -p "$cores/remoteproc$i"
	echo "sim-core$i" >"$cores/remoteproc$i/name"
	echo offline >"$cores/remoteproc$i/state"
	echo old.elf >"$cores/remoteproc$i/firmware"
done
echo '{ "timeout": 10 }' >"$dir/etc/hwcontainer/runtime.json"
"$model" "$dir" &
stand_in=$!
ours

echo "TAP version 13"
expect "the module is asked for as soon as it is there" within 10 ctl resource list
expect "hwctl lists what sysfs has" lists_cores
expect "a claim starts a core and its end stops it" claims_and_gives_back
expect "a claim ends with the file that holds it" held_by_a_file
expect "a virtual machine is given no core" is_for_no_machine
expect "events are told" tells_events
expect "an empty folder is a system without the module" knows_no_module
expect "a container is created" is_created
expect "it is started" is_started
expect "its output is the trace" copies_the_trace
expect "another one is told who has the core" has_its_core_alone
expect "it is stopped and deleted" is_stopped
expect "its core stops when its process is killed" dies_with_its_process
expect "one has two cores" has_two_cores
expect "one has an image for Arm's runtime" by_the_key_of_arm
expect "its hooks are run once, however many delete it" is_deleted_once
expect "run ends with 0 when it is told to" is_terminated
expect "run ends with 1 after a crash" crashes
expect "run ends with 2 when the claim is taken away" loses_its_claim
expect "so it does when its core leaves" leaves
expect "run ends with 3 when the core does not stop" does_not_stop
expect "a crash starts it again, as often as it may" restarts
expect "silence is a crash to the watchdog" falls_silent
expect "a terminal that nobody reads holds nothing up" nobody_reads_a_terminal
expect "run is one job with its process, create has none" stays_in_its_job
expect "run is told of the end also where SIGCHLD was ignored" is_told_of_its_end
expect "the answer to a process that is killed goes to nobody else" asks_for_itself
expect "a terminal is what it was when its process is killed" gives_keys_back
expect "a core that is not there: those that are" no_such_core
expect "a core that does not start" does_not_start
expect "a core that runs for somebody else" is_powered
expect "what the policy does not allow, until it does" by_policy
expect "one runs beside a container of another runtime" runs_beside
expect "its core ends with that" ends_with_it
echo "1..$number"
exit $failed
