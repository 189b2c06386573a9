#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: hooks of containers whose program is firmware, as runc runs
# them for all others.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

place=/tmp/hooks
log=$place/log

# What is run: tells which one it is, what its state says, where it is and what the core
# does meanwhile. $1 is its kind; with another word it does something else.
write_hooks() {
	mkdir -p "$place"
	cat >"$place/tell" <<EOT
#!/bin/sh
state=\$(cat)
field() { echo "\$state" | sed -n "s/.*\"\$1\":\"*\\([^\",}]*\\).*/\\1/p"; }
echo "\$state" >"$place/\$1.state"
readlink /proc/self/ns/net >"$place/\$1.net"
pwd >"$place/\$1.cwd"
env | sort >"$place/\$1.env"
echo "\$1 \$(field status) \$(cat $cores/$core/state)" >>"$log"
EOT
	cat >"$place/fail" <<EOT
#!/bin/sh
echo "\$1" >>"$log"
echo "looking for a network" >&2
echo "no network today" >&2
exit 3
EOT
	cat >"$place/hang" <<EOT
#!/bin/sh
echo \$\$ >"$place/hanging"
exec sleep 600
EOT
	cat >"$place/leave" <<EOT
#!/bin/sh
sleep 600 &
echo \$! >"$place/hanging"
EOT
	cat >"$place/ask" <<EOT
#!/bin/sh
exec hwcontainer-runtime --root "$root" state c1 >"$place/asked"
EOT
	cat >"$place/escape" <<EOT
#!/bin/sh
printf '\\033%.0s' \$(seq 500) >&2
exit 3
EOT
	chmod +x "$place"/*
}

hook() { # kind path [more members]
	echo "\"$1\": [ { \"path\": \"$2\", \"args\": [\"hook\", \"$1\"]${3+, $3} } ]"
}

# One of every kind.
all_hooks() {
	for kind in prestart createRuntime createContainer startContainer poststart poststop; do
		hook "$kind" "$place/tell" "$@"
		[ "$kind" = poststop ] || echo ,
	done
}

# with_hooks MEMBERS: a container whose configuration has them, in a cgroup
with_hooks() {
	[ ! -e "$root/c1" ] || rt delete --force c1
	firmware_bundle h "$firmware" "\"/$core\": \"/boot/rpu.elf\", \"some\": \"note\""
	echo "$1" >/tmp/members
	sed -i -e '/"linux": {/i "hooks": {' -e '/"linux": {/i },' "$bundles/h/config.json"
	sed -i -e '/"hooks": {/r /tmp/members' "$bundles/h/config.json"
	sed -i 's|"linux": {|"linux": { "cgroupsPath": "/hooks/c1",|' "$bundles/h/config.json"
	rm -f "$log"
}

create() {
	verb create -b "$bundles/h" --pid-file /tmp/pid c1
}

lines() {
	tr '\n' ';' <"$log"
}

state_of() { # kind field
	sed -n "s/.*\"$2\":\"*\([^\",}]*\).*/\1/p" "$place/$1.state"
}

nothing_is_left() {
	[ ! -e "$root/c1" ] && [ ! -e /sys/fs/cgroup/hooks/c1 ] && within 10 core_is_free
}

# refused SENTENCE VERB...
refused() {
	sentence=$1
	shift
	verb "$@" >/dev/null
	same 1 $? && same "hwcontainer-runtime: $sentence" "$(cat /tmp/verb.err)"
}

end_hanging() {
	within 10 [ -s "$place/hanging" ] && kill -KILL "$(cat "$place/hanging")"
	rm -f "$place/hanging"
}

## when

those_of_create() {
	with_hooks "$(all_hooks)"
	create && same "prestart creating offline;createRuntime creating offline;createContainer creating offline;" "$(lines)" &&
		is_free
}

those_of_start() {
	rm "$log"
	verb start c1 && same "startContainer created offline;poststart running running;" "$(lines)"
}

those_of_delete() {
	rm "$log"
	verb kill c1 && within 10 core_is_free && [ ! -e "$log" ] && verb delete c1 &&
		same "poststop stopped offline;" "$(lines)" && nothing_is_left
}

those_of_run() {
	rm "$log"
	verb run -d -b "$bundles/h" c1 && verb delete --force c1 &&
		same "prestart creating offline;createRuntime creating offline;createContainer creating offline;startContainer created offline;poststart running running;poststop stopped offline;" "$(lines)"
}

## what they get

a_state() {
	rm -f "$place"/*.state
	create || return
	pid=$(cat /tmp/pid)
	same c1 "$(state_of prestart id)" && same 1.0.2 "$(state_of prestart ociVersion)" &&
		same "$bundles/h" "$(state_of prestart bundle)" && same note "$(state_of prestart some)" &&
		same "$pid" "$(state_of createRuntime pid)" && same 1 "$(state_of createContainer pid)"
}

a_place() {
	ours=$(readlink /proc/self/ns/net) theirs=$(readlink "/proc/$(cat /tmp/pid)/ns/net")
	same "$ours" "$(cat "$place/prestart.net")" && same "$ours" "$(cat "$place/createRuntime.net")" &&
		same "$theirs" "$(cat "$place/createContainer.net")" && [ "$ours" != "$theirs" ] &&
		same "$bundles/h" "$(cat "$place/createRuntime.cwd")" &&
		same "$bundles/h" "$(cat "$place/createContainer.cwd")" &&
		verb start c1 && same 1 "$(state_of startContainer pid)" &&
		same "$theirs" "$(cat "$place/startContainer.net")" &&
		same "$ours" "$(cat "$place/poststart.net")" && same "$(cat /tmp/pid)" "$(state_of poststart pid)" &&
		verb delete -f c1 && same "" "$(state_of poststop pid)"
}

an_environment() {
	export A_NOTE=ours
	with_hooks "$(all_hooks '"env": ["ONE=1", "PATH=/bin:/sbin:/usr/bin:/usr/sbin"]'), $(hook other "$place/tell")"
	create && verb delete c1 && grep -q '^ONE=1$' "$place/prestart.env" &&
		! grep -q '^A_NOTE=' "$place/prestart.env" &&
		with_hooks "$(hook prestart "$place/tell")" && create && verb delete c1 &&
		grep -q '^A_NOTE=ours$' "$place/prestart.env"
	code=$?
	unset A_NOTE
	return "$code"
}

a_container_that_is_being_created() {
	with_hooks "$(hook createRuntime "$place/ask")"
	create && grep -q '"status": "creating"' "$place/asked" && verb delete c1 && nothing_is_left
}

## failures

of_createRuntime() {
	with_hooks "$(hook prestart "$place/tell"), $(hook createRuntime "$place/fail"), $(hook createContainer "$place/tell"), $(hook poststop "$place/tell")"
	rm -f /tmp/pid
	refused "createRuntime hook $place/fail ended with 3: no network today" create -b "$bundles/h" --pid-file /tmp/pid c1 &&
		same "prestart creating offline;createRuntime;poststop stopped offline;" "$(lines)" &&
		[ ! -e /tmp/pid ] && nothing_is_left
}

# None of what it says gets to a terminal, and all of it as one line of JSON to the log.
that_says_what_nobody_should_see() {
	with_hooks "$(hook createRuntime "$place/escape")"
	rm -f /tmp/log
	marks=$(printf '?%.0s' $(seq 500))
	refused "createRuntime hook $place/escape ended with 3: $marks" \
		--log /tmp/log --log-format json create -b "$bundles/h" c1 &&
		same "{\"level\":\"error\",\"msg\":\"createRuntime hook $place/escape ended with 3: $marks\",\"time\":\"\"}" \
			"$(sed 's/"time":"[^"]*"/"time":""/' /tmp/log)" && nothing_is_left
}

of_createContainer() {
	with_hooks "$(hook createContainer "$place/fail")"
	refused "createContainer hook $place/fail ended with 3: no network today" create -b "$bundles/h" c1 &&
		nothing_is_left
}

of_startContainer() {
	with_hooks "$(hook startContainer "$place/fail"), $(hook poststart "$place/tell")"
	create && refused "startContainer hook $place/fail ended with 3: no network today" start c1 &&
		same startContainer "$(cat "$log")" && within 10 status_is c1 stopped &&
		verb delete c1 && nothing_is_left
}

of_those_after() {
	with_hooks "$(hook poststart "$place/fail"), $(hook poststop "$place/fail")"
	rm -f /tmp/log
	create && verb --log /tmp/log --log-format json start c1 && core_is running &&
		verb --log /tmp/log --log-format json delete --force c1 && nothing_is_left &&
		same "$(printf 'poststart\npoststop')" "$(cat "$log")" &&
		same "{\"level\":\"warning\",\"msg\":\"poststart hook $place/fail ended with 3: no network today\",\"time\":" \
			"$(sed -n '1s/"time":.*/"time":/p' /tmp/log)" && same 2 "$(wc -l </tmp/log)"
}

of_one_that_is_not_there() {
	with_hooks "$(hook prestart /nowhere)"
	refused "prestart hook /nowhere ended with 127: No such file or directory" create -b "$bundles/h" c1 &&
		nothing_is_left
}

in_time() {
	with_hooks "$(hook createRuntime "$place/hang" '"timeout": 1')"
	refused "createRuntime hook $place/hang did not end within 1 s" create -b "$bundles/h" c1 &&
		nothing_is_left && ! kill -0 "$(cat "$place/hanging")"
	code=$?
	rm -f "$place/hanging"
	return "$code"
}

one_that_leaves_a_process() {
	with_hooks "$(hook createRuntime "$place/leave")"
	create
	code=$?
	end_hanging
	verb delete c1 && nothing_is_left && return "$code"
}

by_a_signal() {
	with_hooks "$(hook prestart "$place/hang")"
	hwcontainer-runtime --root "$root" create -b "$bundles/h" c1 >/tmp/verb.out 2>&1 </dev/null &
	end_hanging
	wait $!
	same 1 $? && same "hwcontainer-runtime: prestart hook $place/hang was killed by SIGKILL" "$(cat /tmp/verb.out)" &&
		nothing_is_left
}

of_a_create_that_is_killed() {
	with_hooks "$(hook createRuntime "$place/hang"), $(hook poststop "$place/tell")"
	hwcontainer-runtime --root "$root" create -b "$bundles/h" c1 >/tmp/verb.out 2>&1 </dev/null &
	creates=$!
	within 10 [ -s "$place/hanging" ] && status_is c1 creating &&
		refused "cannot start creating container c1" start c1 && kill -KILL "$creates"
	code=$?
	end_hanging
	wait "$creates"
	[ "$code" = 0 ] && within 10 status_is c1 stopped && verb delete c1 &&
		same "poststop stopped offline" "$(cat "$log")" && nothing_is_left
}

that_cannot_be_run() {
	with_hooks "$(hook prestart bin/x)"
	refused "hooks.prestart[0] needs an absolute path" create -b "$bundles/h" c1 || return
	with_hooks "$(hook poststop "$place/tell" '"timeout": 0')"
	refused "hooks.poststop[0] has a timeout that is no number of seconds above 0" create -b "$bundles/h" c1 || return
	with_hooks '"poststart": {}'
	refused "hooks.poststart is no list" create -b "$bundles/h" c1 && nothing_is_left
}

use_cores || exit 1
use_runtime runc
rm -f "$policy"
write_hooks
echo "TAP version 13"
echo 1..20
expect "create runs three kinds of them, while the core is off" those_of_create
expect "start runs one kind before the core runs, and one after" those_of_start
expect "delete runs the last kind" those_of_delete
expect "run and a delete by force run all of them" those_of_run
expect "they are given the container's state" a_state
expect "they are run in the namespaces they are meant for" a_place
expect "they have the environment of their configuration, or ours" an_environment
expect "they find a container that is being created" a_container_that_is_being_created
expect "one of createRuntime fails: nothing is left" of_createRuntime
expect "one fails and says what is for no terminal" that_says_what_nobody_should_see
expect "one of createContainer fails" of_createContainer
expect "one of startContainer fails: the core is not started" of_startContainer
expect "those after the start and the end may fail" of_those_after
expect "one that is not there fails" of_one_that_is_not_there
expect "one does not end in time" in_time
expect "one leaves a process behind that has its standard error" one_that_leaves_a_process
expect "one is killed" by_a_signal
expect "a create is killed in the middle of one" of_a_create_that_is_killed
expect "some that cannot be run are refused" that_cannot_be_run
expect "nothing is left" nothing_is_left
[ ! -e "$root/c1" ] || rt delete --force c1
rmdir /sys/fs/cgroup/hooks || failed=1
leave_cores || failed=1
rm -rf "$bundles" "$root" "$place" /tmp/verb.out /tmp/verb.err /tmp/members /tmp/log /tmp/pid
exit "$failed"
