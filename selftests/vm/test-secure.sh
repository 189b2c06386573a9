#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test-secure.sh [FOLDER]: secure containers, on this machine: busybox in a virtual machine
# with the bench's kernel. FOLDER has our programs in bin/, and vm-init for arm64 in
# arm64/libexec/hwcontainer/; default build/check at the top. Needs root. Prints KTAP.
# shellcheck disable=SC2016,SC2317 # guests expand; expect calls
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../build/check}
qemu=qemu-system-aarch64
# shellcheck source=selftests/vm/lib.sh
. "$here/lib.sh"

kernel=$("$here/../qemu/kernel.sh" base)/arch/arm64/boot/Image
packages=$("$here/../qemu/rootfs.sh" root)
init=$folder/arm64/libexec/hwcontainer/vm-init
root=$work/b/rootfs

# A new root with busybox and a folder of somebody else.
new_root() {
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/etc" "$root/home"
	cp "$packages/usr/bin/busybox" "$root/bin/"
	for name in cat chmod grep head hostname id kill ln ls mkdir mknod mount pwd readlink sh \
		sleep stat stty touch tty umask uname wc; do
		ln -s busybox "$root/bin/$name"
	done
	chown 1000:1001 "$root/home"
}

# bundle SCRIPT [MEMBERS OF PROCESS [MEMBERS]]: runs a script, which has no " in it
bundle() {
	cat >"$work/b/config.json" <<EOT
{
	"ociVersion": "1.3.0",
	"hostname": "secure",
	"process": {
		"args": ["sh", "-c", "$1"], "cwd": "/", "env": ["PATH=/bin", "X=a b"],
		"user": $user, "capabilities": { $caps }${2-}
	},
	"root": { "path": "rootfs"${readonly-} },
	"annotations": { "org.hwcontainer.vm": "qemu" }${3-}
}
EOT
}

mount_of() { # destination, source, options
	echo "{ \"destination\": \"$1\", \"type\": \"bind\", \"source\": \"$2\", \"options\": [ \"bind\", \"$3\" ] }"
}

# The container's process.
pid() {
	rt state "$me" | sed -n 's/^ *"pid": \([0-9]*\),*$/\1/p'
}

# What every test begins with.
plain() {
	rm -f "$work/out" "$work/err" "$work/code" "$work/pid"
	caps=''
	readonly=''
	user='{ "uid": 0, "gid": 0 }'
	settings "{ \"vm\": { \"kernel\": \"$kernel\", \"init\": \"$init\" } }"
	bundle true
}

all_caps() {
	list='"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_MKNOD", "CAP_SYS_ADMIN", "CAP_KILL"'
	caps="\"bounding\": [ $list ], \"effective\": [ $list ], \"permitted\": [ $list ]"
}

# runs EXIT STATUS, OUTPUT: which is what it says, all of it
runs() {
	run "$1" && same "$2" "$(cat "$work/out")" && same "${3-}" "$(cat "$work/err")" && nothing_left
}

release() {
	cat "$(dirname "$kernel")/../../../include/config/kernel.release"
}

## the process

has_its_own_kernel() {
	bundle 'uname -r; hostname; id; echo $$ $X; pwd; cat; echo wrong >&2; exit 7'
	runs 7 "$(release)
secure
uid=0 gid=0
1 a b
/" wrong
}

writes_its_root() {
	bundle 'echo text >/etc/new; mkdir /etc/folder; ln -s nowhere /etc/link; chmod 640 /etc/new'
	runs 0 "" && same text "$(cat "$root/etc/new")" && same nowhere "$(readlink "$root/etc/link")" &&
		same "0 0 640" "$(stat -c '%u %g %a' "$root/etc/new")" && [ -d "$root/etc/folder" ]
}

is_its_user() {
	echo secret >"$root/etc/secret"
	chmod 600 "$root/etc/secret"
	user='{ "uid": 1000, "gid": 1001, "umask": 63, "additionalGids": [ 7, 8 ] }'
	bundle 'id; umask; ulimit -n; grep -E NoNew /proc/self/status; cat /etc/secret; cd /home && echo mine >new; pwd >/dev/stdout' \
		', "noNewPrivileges": true,
		"rlimits": [ { "type": "RLIMIT_NOFILE", "soft": 77, "hard": 99 } ]'
	runs 0 "uid=1000 gid=1001 groups=7,8
0077
77
NoNewPrivs:	1
/home" "cat: can't open '/etc/secret': Permission denied" &&
		same "1000 1001 600" "$(stat -c '%u %g %a' "$root/home/new")"
}

has_its_capabilities() {
	caps='"bounding": [ "CAP_KILL" ], "permitted": [ "CAP_KILL" ], "effective": [ "CAP_KILL" ],
		"inheritable": [ "CAP_KILL" ], "ambient": [ "CAP_KILL" ]'
	user='{ "uid": 5, "gid": 5 }'
	bundle 'grep Cap /proc/self/status'
	runs 0 "CapInh:	0000000000000020
CapPrm:	0000000000000020
CapEff:	0000000000000020
CapBnd:	0000000000000020
CapAmb:	0000000000000020"
}

sees_a_container() {
	bundle 'echo text >/dev/null; head -c 3 /dev/zero | wc -c; echo again >/dev/stdout; ls /proc/1/fd | wc -l; readlink /dev/ptmx; ls / | grep -c newroot'
	runs 1 "3
again
3
pts/ptmx
0"
}

# Its user has no capabilities, and what a setting of the kernel names would be run with all.
has_no_settings() {
	mkdir -p "$root/data/sub"
	echo secret >"$root/data/sub/file"
	bundle 'echo 0 >/proc/sys/kernel/panic; echo -n x >/proc/1/comm && cat /proc/1/comm; ls /data/sub; cat /proc/version; echo x >/bin/sh; echo end' "" \
		', "linux": { "readonlyPaths": [ "/proc/sys", "/proc/nonesuch", "/bin" ],
		"maskedPaths": [ "/proc/version", "/data/sub", "/nonesuch/file" ] }'
	run 0 && same "x
end" "$(cat "$work/out")" && same 2 "$(grep -c "Read-only file system" "$work/err")" && nothing_left
}

leaves_others() {
	bundle 'sleep 1000 & echo out; exit 2'
	runs 2 out
}

is_not_found() {
	bundle 'x'
	sed -i 's/"sh", "-c"/"nonesuch"/' "$work/b/config.json"
	runs 127 "" "hwcontainer-runtime: nonesuch is in no folder of the container's PATH" &&
		sed -i 's/"nonesuch"/"\/etc"/' "$work/b/config.json" &&
		runs 126 "" "hwcontainer-runtime: /etc cannot be executed: it is a directory"
}

## standard streams

loses_nothing() {
	head -c 1500000 /dev/urandom >"$work/bytes"
	bundle cat
	{ rt run -b "$work/b" "$me" <"$work/bytes"; echo $? >"$work/code"; } |
		{ sleep 2; cmp - "$work/bytes"; } && same 0 "$(cat "$work/code")"
}

ends_with_its_reader() {
	bundle 'while echo y; do :; done; exit 5'
	{ rt run -b "$work/b" "$me" </dev/null 2>"$work/err"; echo $? >"$work/code"; } | head -n 1
	within 10 test -s "$work/code" && same 5 "$(cat "$work/code")" && nothing_left
}

has_a_terminal() {
	bundle 'tty; stty size; read line; echo got $line; stat -c %u /dev/console; exit 4' \
		', "terminal": true, "consoleSize": { "height": 33, "width": 99 }'
	terminal 'typed\r' >"$work/screen" &
	screen=$!
	within 10 test -S "$work/socket" &&
		rt create -b "$work/b" --console-socket "$work/socket" "$me" && rt start "$me" &&
		within 20 status_is stopped && rt delete "$me" && wait "$screen" &&
		same "/dev/pts/0 0 33 99 got typed typed " "$(tr -d '\r' <"$work/screen" | sort | tr '\n' ' ')"
}

## a life

takes_signals() {
	bundle "trap 'echo usr1' USR1; trap 'echo term; exit 3' TERM; echo ready; while :; do sleep 0.1; done"
	create && status_is created && rt start "$me" && status_is running &&
		within 20 grep -q ready "$work/out" && rt kill "$me" USR1 &&
		within 10 grep -q usr1 "$work/out" &&
		refuses "a secure container takes no SIGSTOP, which would stop what looks after the virtual machine and not what runs in it" kill "$me" STOP &&
		rt kill "$me" TERM && within 10 status_is stopped &&
		rt delete "$me" && same "ready usr1 term" "$(tr '\n' ' ' <"$work/out" | sed 's/ $//')" && nothing_left
}

is_killed() {
	bundle 'echo ready; sleep 100'
	{ rt run -b "$work/b" "$me" >"$work/out" 2>&1 </dev/null; echo $? >"$work/code"; } &
	within 20 grep -q ready "$work/out" && rt kill "$me" KILL && wait $! &&
		same 137 "$(cat "$work/code")" && nothing_left
}

leaves_nothing_when_killed() {
	bundle 'echo ready; sleep 100'
	started && within 20 grep -q ready "$work/out" && kill -9 "$(cat "$work/pid")" &&
		within 10 same "" "$(child_of "$(cat "$work/pid")")" && within 10 status_is stopped &&
		rt delete "$me" && nothing_left
}

# At any time until its process runs, who runs it is killed.
leaves_nothing_of_a_run() {
	bundle 'sleep 100'
	for ms in 0 20 50 100 300 800; do
		rt run -b "$work/b" "$me" >/dev/null 2>&1 </dev/null &
		kill_after "$ms" || return
	done
}

# Capabilities for files of others, and none for devices.
has_few_rights() {
	bundle 'echo ready; sleep 100'
	started && within 20 grep -q ready "$work/out" &&
		capabilities_are 000000000000001b "$(child_of "$(cat "$work/pid")")" &&
		rt delete --force "$me" && nothing_left
}

ends_with_qemu() {
	bundle 'echo ready; sleep 100'
	{ rt run -b "$work/b" "$me" >"$work/out" 2>"$work/err" </dev/null; echo $? >"$work/code"; } &
	within 20 grep -q ready "$work/out" &&
		kill -9 "$(child_of "$(pid)")" && wait $! &&
		same 137 "$(cat "$work/code")" && has "$work/err" "qemu-system-aarch64 was killed by signal 9" &&
		nothing_left
}

## file systems

is_read_only() {
	readonly=', "readonly": true'
	all_caps
	rm -rf "${root:?}/proc" "${root:?}/dev"
	bundle 'echo x >/etc/x; mount -o remount,rw /; echo x >/etc/x; echo y >/run/t/y && cat /run/t/y' "" \
		', "mounts": [ { "destination": "/run/t", "type": "tmpfs" } ]'
	run 0 && same y "$(cat "$work/out")" && [ ! -e "$root/etc/x" ] && nothing_left &&
		same 2 "$(grep -c 'Read-only file system' "$work/err")"
}

has_mounts() {
	mkdir -p "$work/shared/sub" "$work/fixed"
	echo fixed >"$work/fixed/file"
	echo hosts >"$work/hosts"
	bundle 'echo out >/shared/sub/file; cat /fixed/file /etc/hosts; echo x >/fixed/x || echo x >/etc/hosts || echo refused; cat /etc/other' "" \
		", \"mounts\": [ $(mount_of /shared "$work/shared" rw), $(mount_of /fixed "$work/fixed" ro),
		$(mount_of /etc/hosts "$work/hosts" rw) ]"
	echo other >"$root/etc/other"
	run 0 && same "fixed
hosts
refused
other" "$(cat "$work/out")" && same out "$(cat "$work/shared/sub/file")" &&
		same hosts "$(cat "$work/hosts")" && same file "$(ls "$work/fixed")"
}

# Whatever links there are, they lead around in there.
is_hostile() {
	rm -rf "${root:?}/etc" "${root:?}/home"
	ln -s / "$root/etc"
	ln -s ../../../../.. "$root/up"
	ln -s "$work" "$root/home"
	ln -s "$work/secret" "$root/stolen"
	ln -s /up/up "$root/dev"
	echo secret >"$work/secret"
	echo hosts >"$work/hosts"
	readonly=', "readonly": true'
	bundle 'cat /stolen /up/stolen; ls /home/; cat /etc/hosts; ls /up/bin/busybox' "" \
		", \"mounts\": [ $(mount_of /etc/hosts "$work/hosts" ro), $(mount_of /up/made "$work/b" ro),
		$(mount_of /home/made "$work/b" ro) ]"
	run 126
	cat "$work/out" "$work/err"
	! grep secret "$work/out" && [ ! -e "$work/made" ] && [ ! -e /made ] && [ ! -e /hosts ]
}

# A node that it makes is its own kernel's device. Where it is in a folder of this host,
# older QEMUs let it make none, and others open none.
makes_devices() {
	all_caps
	mknod "$root/etc/theirs" b 7 0
	bundle 'mknod /dev/disk b 7 0; cat /dev/disk || echo none; mknod /dev/nil c 1 3 && cat /dev/nil && echo own; cat /etc/theirs || echo none; if mknod /etc/disk b 7 0; then cat /etc/disk || echo closed; else echo refused; fi'
	run 0 && same "none
own
none" "$(head -n 3 "$work/out")" || return
	case $(tail -n +4 "$work/out") in
	closed) same "block special file" "$(stat -c %F "$root/etc/disk")" ;;
	refused) same "" "$(ls -d "$root/etc/disk" 2>/dev/null)" ;;
	*) cat "$work/out" && return 1 ;;
	esac
}

# What its kernel is told: the operator's words, but for those without which it would not
# end, and none of an image that brings no kernel.
tells_its_kernel() {
	bundle 'cat /proc/cmdline'
	sed -i 's/"org.hwcontainer.vm"/"CMDLINE": "quiet panic=0", &/' "$work/b/config.json"
	run 0 && has "$work/out" "quiet panic=0 loglevel=1 panic=-1" || return
	bundle true
	echo '{ "CMDLINE": "init=/bin/sh" }' >"$root/etc/hwcontainer.json"
	not_created "/etc/hwcontainer.json: CMDLINE is the image's and it has no kernel: what the host's kernel is told is for the operator to say"
	result=$?
	rm "$root/etc/hwcontainer.json"
	return "$result"
}

## refusals

brings_what_it_cannot_have() {
	bundle true "" ', "linux": { "devices": [ { "path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11 } ] }'
	not_created "config.json asks for the device /dev/kmsg: devices are this host's kernel's, which a secure container has no part of" || return
	bundle true "" ", \"mounts\": [ $(mount_of /x "$work/nonesuch" rw) ]"
	not_created "$work/nonesuch: No such file or directory" || return
	bundle true "" ", \"mounts\": [ $(mount_of /x /dev/null rw) ]"
	not_created "/dev/null is no folder and no ordinary file: a secure container has no part of this host's kernel" || return
	mounts=$(for i in $(seq 29); do mount_of "/m/$i" "$work/b" ro; echo ,; done | sed '$d')
	bundle true "" ", \"mounts\": [ $mounts ]"
	not_created "$work/b is one folder too many: a secure container has room for 28 of this host; mount one that has several of them" || return
	# and so many there can be
	mounts=$(for i in $(seq 28); do mount_of "/m/$i" "$work/b" ro; echo ,; done | sed '$d')
	bundle 'ls /m | wc -l' "" ", \"mounts\": [ $mounts ]"
	runs 0 28
}

lacks_what_it_needs() {
	settings '{}'
	not_created "the container brings no kernel, and this host has none for secure containers: \"vm\": { \"kernel\": PATH } in /etc/hwcontainer/runtime.json names one, with virtio, 9p and an initramfs built in" || return
	settings "{ \"vm\": { \"kernel\": \"$work/nonesuch\", \"init\": \"$init\" } }"
	not_created "$work/nonesuch: No such file or directory" || return
	settings "{ \"vm\": { \"kernel\": \"/etc/passwd\", \"init\": \"$init\" } }"
	refuses_kernel || return
	settings "{ \"vm\": { \"kernel\": \"$kernel\", \"init\": \"$work/nonesuch\" } }"
	not_created "$work/nonesuch: there is no init for secure containers (make install brings it; \"vm\": { \"init\": PATH } in /etc/hwcontainer/runtime.json names another)"
}

refuses_kernel() {
	! create && has "$work/err" "/etc/passwd is no kernel" && nothing_left
}

# An init that is none, and so a kernel that has nothing to start.
crashes() {
	settings "{ \"vm\": { \"kernel\": \"$kernel\", \"init\": \"$work/b/config.json\" } }"
	run 134 && has "$work/err" "the virtual machine has crashed" &&
		has "$work/err" "the virtual machine's kernel: Kernel panic - not syncing" && nothing_left
}

lists_mounts() {
	cat /proc/self/mounts
}

new_root
echo "TAP version 13"
before=$(lists_mounts)
expect "a process has a kernel of its own, its streams, and its exit status" has_its_own_kernel
expect "what it writes is in its root file system" writes_its_root
expect "it has its user, groups, limits and folder, and files have the same" is_its_user
expect "it has the capabilities that it is given" has_its_capabilities
expect "it finds what every container has, and nothing of the initramfs" sees_a_container
expect "paths are read-only and covered for it" has_no_settings
expect "those that it leaves behind end with it" leaves_others
expect "what is not there, or no program, is said" is_not_found
expect "nothing is lost on its standard streams, and their end is seen" loses_nothing
expect "it cannot write to whom nobody reads" ends_with_its_reader
expect "it has a terminal with a size, keys and a name" has_a_terminal
expect "it takes signals" takes_signals
expect "SIGKILL ends it" is_killed
expect "nothing is left when its process is killed" leaves_nothing_when_killed
expect "nothing is left when who runs it is killed" leaves_nothing_of_a_run
expect "QEMU has the rights to work on files" has_few_rights
expect "it ends when QEMU is killed" ends_with_qemu
expect "its root is read-only where that is asked for" is_read_only
expect "folders and files are mounted" has_mounts
expect "a device that it makes is none of this host" makes_devices
expect "its kernel is told what the operator says, not the image" tells_its_kernel
expect "what it cannot have is refused" brings_what_it_cannot_have
expect "what this host lacks is said" lacks_what_it_needs
expect "a kernel that crashes says why" crashes
expect "links of a hostile image lead nowhere" is_hostile
expect "no mount is left" same "$before" "$(lists_mounts)"
echo "1..$number"
exit "$failed"
