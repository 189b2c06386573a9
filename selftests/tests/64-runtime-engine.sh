#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: containers whose program is firmware as an engine meets them. The
# same commands are given for one of them and for an ordinary one, which runc runs; then
# there are lists of both, cgroups, and a host where no other runtime is installed.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

# An ordinary container, which waits.
theirs() {
	folder=$bundles/o
	mkdir -p "$folder/rootfs/bin" "$folder/rootfs/proc"
	cp /bin/busybox "$folder/rootfs/bin/sleep"
	cat >"$folder/config.json" <<EOT
{
	"ociVersion": "1.0.2",
	"process": { "args": ["/bin/sleep", "1000"], "cwd": "/", "user": { "uid": 0, "gid": 0 } },
	"root": { "path": "rootfs" },
	"mounts": [ { "destination": "/proc", "type": "proc", "source": "proc" } ],
	"annotations": { "some": "note" },
	"linux": { "namespaces": [ { "type": "pid" }, { "type": "mount" } ] }
}
EOT
}

# both CODE VERB [words]: for the ordinary container o and the firmware f, in @ the name
both() {
	wanted=$1
	shift
	for name in o f; do
		# shellcheck disable=SC2046 # words
		verb $(echo "$@" | sed "s/@/$name/g")
		same "$wanted" $? || return
		cp /tmp/verb.err "/tmp/$name.err"
	done
}

both_are() { # status
	within 10 status_is o "$1" && within 10 status_is f "$1"
}

## beside an ordinary one

created() {
	both 0 --log /tmp/log --log-format json create --bundle "$bundles/@" --pid-file /tmp/@.pid @ &&
		both_are created && same "$(member o pid)" "$(cat /tmp/o.pid)" &&
		same "$(member f pid)" "$(cat /tmp/f.pid)"
}

# Names of a state's members.
members() {
	rt state "$1" | sed -n 's/^  "\([^"]*\)":.*/\1/p' | sort | tr '\n' ' '
}

have_the_same_state() {
	same "$(members o)" "$(members f)"
}

created_again() {
	both 1 create --bundle "$bundles/@" @ && both_are created
}

created_from_nothing() {
	both 1 create --bundle /nowhere x@ && [ ! -e "$root/xf" ]
}

killed_with_nothing() {
	both 0 kill @ 0
}

started_once() {
	both 0 start @ && both_are running && both 1 start @ && both_are running
}

deleted_too_early() {
	both 1 delete @ && both_are running
}

over() {
	both 0 kill @ KILL && both_are stopped && both 1 kill @ &&
		grep -q "container not running" /tmp/o.err && grep -q "container not running" /tmp/f.err &&
		both 1 kill @ 0 && both 1 start @ && same 0 "$(member o pid)" && same 0 "$(member f pid)"
}

deleted() {
	both 0 delete @ && both 1 delete @ && both 0 delete --force @ && both 1 state @ && both 1 kill @ &&
		both 1 start @
}

deleted_before_the_start() {
	both 0 create --bundle "$bundles/@" @ && both 0 delete @ && both 1 state @ && core_is_free
}

# The same members in the same order, and times that both write alike.
logs_alike() {
	rm -f /tmp/o.log /tmp/f.log
	both 1 --log /tmp/@.log --log-format json start nobody@
	rt --log /tmp/f.log --log-format json create --bundle "$bundles/f" ../f 2>/tmp/verb.err
	form='s/"[^"]*":/&\n/g'
	cat /tmp/o.log /tmp/f.log
	same "$(sed -n "1$form" /tmp/o.log | grep -o '"[^"]*":$')" "$(sed -n "\$$form" /tmp/f.log | grep -o '"[^"]*":$')"
}

## lists

in_a_table() {
	same "$(runc --root "$root" list)" "$(rt list)" || return
	both 0 create --bundle "$bundles/@" @ && rt list >/tmp/list && cat /tmp/list &&
		same "ID PID STATUS BUNDLE CREATED OWNER" "$(sed -n 1p /tmp/list | tr -s ' ')" &&
		same "f $(member f pid) created $bundles/f $(member f created) root" "$(sed -n 2p /tmp/list | tr -s ' ')" &&
		same "$(runc --root "$root" list 2>/dev/null | sed -n 2p | tr -s ' ')" "$(sed -n 3p /tmp/list | tr -s ' ')" &&
		same 3 "$(wc -l </tmp/list)"
}

by_name() {
	same "$(printf 'f\no')" "$(rt list -q)" && same "$(printf 'f\no')" "$(rt list --quiet --format json)"
}

as_json() {
	rt list --format json >/tmp/list && cat /tmp/list && same 1 "$(wc -l </tmp/list)" &&
		same "$(rt list -f=json)" "$(cat /tmp/list)" &&
		same 2 "$(grep -o '"ociVersion":' /tmp/list | wc -l)" &&
		same 2 "$(grep -o '"owner":"root"' /tmp/list | wc -l)" &&
		grep -q "\"bundle\":\"$bundles/f\"" /tmp/list && grep -q "\"bundle\":\"$bundles/o\"" /tmp/list
}

in_no_other_form() {
	verb list --format xml >/dev/null
	same 1 $? && same 'hwcontainer-runtime: --format xml is not "table" or "json"' "$(cat /tmp/verb.err)"
}

from_crun() {
	HWCONTAINER_RUNTIME=/usr/bin/crun rt create --bundle "$bundles/o" p </dev/null >/tmp/verb.out 2>&1
	HWCONTAINER_RUNTIME=/usr/bin/crun rt list >/tmp/list
	code=$?
	HWCONTAINER_RUNTIME=/usr/bin/crun rt delete --force p
	cat /tmp/list
	same 0 "$code" && grep -q "^f .*created" /tmp/list && grep -q "^p .*created" /tmp/list &&
		both 0 delete @ && same "$(runc --root "$root" list)" "$(rt list)"
}

## cgroups

# in_cgroup PATH OPTION...: a container with that cgroupsPath
in_cgroup() {
	ours
	sed -i "s|\"linux\": {|\"linux\": { \"cgroupsPath\": \"$1\",|" "$bundles/f/config.json"
	shift
	verb "$@" create --bundle "$bundles/f" --pid-file /tmp/f.pid f
}

cgroup_is() { # path
	same "0::$1" "$(grep '^0::' "/proc/$(cat /tmp/f.pid)/cgroup")" && verb delete f &&
		[ ! -e "/sys/fs/cgroup$1" ]
}

of_a_unit() {
	in_cgroup machine.slice:libpod:f --systemd-cgroup && cgroup_is /machine.slice/libpod-f.scope &&
		in_cgroup machine-a-b.slice:cri-containerd:f --systemd-cgroup &&
		cgroup_is /machine.slice/machine-a.slice/machine-a-b.slice/cri-containerd-f.scope &&
		in_cgroup :: --systemd-cgroup
	same 1 $? && rmdir /sys/fs/cgroup/machine.slice/machine-a.slice/machine-a-b.slice \
		/sys/fs/cgroup/machine.slice/machine-a.slice /sys/fs/cgroup/machine.slice
}

# As crun has the option.
of_a_manager() {
	in_cgroup machine.slice:libpod:f --cgroup-manager=systemd && cgroup_is /machine.slice/libpod-f.scope &&
		rmdir /sys/fs/cgroup/machine.slice || return
	in_cgroup /machine/f --cgroup-manager cgroupfs && cgroup_is /machine/f && rmdir /sys/fs/cgroup/machine &&
		in_cgroup /machine/f --cgroup-manager disabled || return
	same "$(cat /proc/self/cgroup)" "$(cat "/proc/$(cat /tmp/f.pid)/cgroup")" && verb delete f &&
		[ ! -e /sys/fs/cgroup/machine ]
}

of_no_unit() {
	in_cgroup /machine/f --systemd-cgroup >/dev/null
	same 1 $? && same "hwcontainer-runtime: linux.cgroupsPath /machine/f is not \"slice:prefix:name\", as systemd needs it" "$(cat /tmp/verb.err)" &&
		in_cgroup /machine/../f >/dev/null
	same 1 $? && same "hwcontainer-runtime: linux.cgroupsPath /machine/../f has \"..\"" "$(cat /tmp/verb.err)" &&
		[ ! -e /sys/fs/cgroup/machine ]
}

# A hierarchy without controllers, as systemd has one on such hosts, and one with some.
of_version_1() {
	old=/sys/fs/cgroup/old
	mkdir "$old" "$old.freezer"
	mount -t cgroup -o none,name=old none "$old" &&
		mount -t cgroup -o freezer none "$old.freezer" || return
	in_cgroup /a/f && grep ':name=old:/a/f$' "/proc/$(cat /tmp/f.pid)/cgroup" &&
		grep ':freezer:/a/f$' "/proc/$(cat /tmp/f.pid)/cgroup" && cgroup_is /a/f &&
		[ ! -e "$old/a/f" ] && [ -d "$old/a" ] && [ ! -e "$old.freezer/a/f" ]
	code=$?
	rmdir "$old/a" "$old.freezer/a" /sys/fs/cgroup/a
	umount "$old" && umount "$old.freezer"
	rmdir "$old" "$old.freezer"
	return "$code"
}

# Nobody takes its terminal, or it cannot have a namespace: it has been in there by then.
of_one_that_is_not_created() {
	ours
	sed -i -e 's|"linux": {|"linux": { "cgroupsPath": "/b/f",|' \
		-e 's|{ "type": "ipc" }|{ "type": "ipc", "path": "/nowhere" }|' "$bundles/f/config.json"
	verb create --bundle "$bundles/f" f
	same 1 $? && [ -d /sys/fs/cgroup/b ] && [ ! -e /sys/fs/cgroup/b/f ] && rmdir /sys/fs/cgroup/b
}

## no other runtime

# alone COMMAND...: on a host where there is none
alone() {
	chosen=$HWCONTAINER_RUNTIME
	unset HWCONTAINER_RUNTIME
	mv /usr/sbin/runc /usr/sbin/runc.away
	mv /usr/bin/crun /usr/bin/crun.away
	"$@"
	code=$?
	mv /usr/sbin/runc.away /usr/sbin/runc
	mv /usr/bin/crun.away /usr/bin/crun
	export HWCONTAINER_RUNTIME="$chosen"
	return "$code"
}

firmware_alone() {
	ours
	verb create --bundle "$bundles/f" f && verb start f && core_is running && same f "$(rt list -q)" &&
		verb kill f KILL && within 10 status_is f stopped && verb delete f &&
		same "ID          PID         STATUS      BUNDLE      CREATED     OWNER" "$(rt list)" && core_is_free
}

install="neither runc nor crun is installed: install one of them, or name another runtime in /etc/hwcontainer/runtime.json"

# refused SENTENCE VERB...
refused() {
	sentence=$1
	shift
	verb "$@" >/dev/null
	same 1 $? && same "hwcontainer-runtime: $sentence" "$(cat /tmp/verb.err)"
}

others_alone() {
	refused "container o is neither firmware nor a virtual machine, and $install" create --bundle "$bundles/o" o &&
		refused "container o is neither firmware nor a virtual machine, and $install" run --bundle "$bundles/o" o &&
		[ ! -e "$root/o" ] &&
		refused "/nowhere: No such file or directory" create --bundle /nowhere o &&
		refused "spec is the other runtime's to answer, and $install" spec
}

# What engines ask before they have a container.
questions_alone() {
	refused "container o does not exist" state o && refused "container o does not exist" delete o &&
		refused "container o does not exist" kill o && verb delete --force o &&
		verb --version && grep -q '^hwcontainer-runtime version [0-9]' /tmp/verb.out &&
		grep -q '^spec: 1' /tmp/verb.out && verb features && grep -q '"createRuntime"' /tmp/verb.out &&
		grep -q '"org.hwcontainer."' /tmp/verb.out &&
		verb --help && grep -q '^usage: hwcontainer-runtime' /tmp/verb.out
}

use_cores || exit 1
use_runtime runc
rm -f "$policy"
mkdir -p "$root"
ours
theirs
echo "TAP version 13"
echo 1..25
expect "beside an ordinary container: it is created" created
expect "its state has the same members" have_the_same_state
expect "it is not created twice" created_again
expect "it is not created from nothing" created_from_nothing
expect "whether it lives is asked with signal 0" killed_with_nothing
expect "it is started once" started_once
expect "it is not deleted while it runs" deleted_too_early
expect "it is over" over
expect "it is deleted" deleted
expect "one that was not started is deleted" deleted_before_the_start
expect "errors look alike in the log" logs_alike
expect "list: a table of both" in_a_table
expect "list: by name" by_name
expect "list: as JSON" as_json
expect "list: in no other form" in_no_other_form
expect "list: with those of crun" from_crun
expect "the cgroup of a systemd unit" of_a_unit
expect "the cgroup of a manager that crun knows" of_a_manager
expect "one that is none" of_no_unit
expect "cgroups of version 1" of_version_1
expect "the cgroup of a container that is not created after all" of_one_that_is_not_created
expect "without another runtime: firmware is run" alone firmware_alone
expect "without another runtime: ordinary containers are refused" alone others_alone
expect "without another runtime: what engines ask is answered" alone questions_alone
expect "nothing is left" core_is_free
for name in o f; do
	[ ! -e "$root/$name" ] || rt delete --force "$name"
done
leave_cores || failed=1
rm -rf "$bundles" "$root" /tmp/*.out /tmp/*.err /tmp/*.pid /tmp/*.log /tmp/log /tmp/list
exit "$failed"
