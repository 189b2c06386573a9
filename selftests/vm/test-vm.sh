#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test-vm.sh [FOLDER]: containers that are virtual machines, on this machine: QEMU starts the
# stand-in of ../rtos. FOLDER has our programs in bin/ and that in rtos/; default build/check
# at the top. Needs root, for namespaces and QEMU's sandbox. Prints KTAP.
# shellcheck disable=SC2317 # expect calls
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../build/check}
qemu=qemu-system-aarch64

# shellcheck source=selftests/vm/lib.sh
. "$here/lib.sh"

# bundle ANNOTATIONS [MEMBERS]: one with the stand-in
bundle() {
	cat >"$work/b/config.json" <<EOT
{
	"ociVersion": "1.3.0",
	"process": { "args": ["/boot/rtos.bin"], "cwd": "/", "user": { "uid": 0, "gid": 0 } },
	"root": { "path": "rootfs" },
	"annotations": { $1 }${2+, $2}
}
EOT
}

# Words of the stand-in's command line.
does() {
	bundle "\"KERNEL\": \"/boot/rtos.bin\", \"CMDLINE\": \"$1\""
}

# What every test begins with.
plain() {
	settings '{}'
	does ticks
}

deleted() {
	rt delete "$me" && nothing_left
}

## a life

runs() {
	does exit=7
	run 7 && same "" "$(cat "$work/err")" &&
		same "rtos: entered at EL1, 256 MiB of memory, 1 cpus, GICv3
engine: none" "$(tr -d '\r' <"$work/out")" && nothing_left
}

codes() {
	does exit=0
	run 0 || return
	does exit=255
	run 255 || return
	does reboot
	run 0 || return
	does crash
	run 134 && same "hwcontainer-runtime: the virtual machine has crashed" "$(cat "$work/err")" &&
		nothing_left
}

lives() {
	create || return
	pid=$(cat "$work/pid")
	same hwc-vm "$(cat "/proc/$pid/comm")" && status_is created && sleep 0.3 &&
		same "" "$(cat "$work/out")" && rt start "$me" && status_is running &&
		within 10 has "$work/out" "tick 2" || return
	refuses "cannot start running container $me" start "$me" &&
		refuses "cannot delete running container $me" delete "$me" &&
		refuses "container $me is a virtual machine: there is no \"exec\" for it" exec "$me" ls &&
		refuses "a virtual machine takes no SIGHUP; SIGTERM and SIGINT ask it to switch itself off, SIGKILL ends it" kill "$me" HUP &&
		rt kill "$me" 0 || return
	rt list | grep -q "^$me  *$pid  *running " || return
	rt kill "$me" TERM && within 10 status_is stopped && has "$work/out" "rtos: asked to end" &&
		refuses "container not running" kill "$me" TERM && deleted
}

dies() {
	started && rt kill "$me" KILL && within 10 status_is stopped && deleted || return
	started && rt delete --force "$me" && nothing_left || return
	create && rt delete "$me" && nothing_left || return
	create && rt kill "$me" TERM && within 10 status_is stopped && deleted || return
	# one that does not listen is told so again, and lives
	does hang
	started && sleep 0.2 && rt kill "$me" TERM && sleep 0.3 && status_is running &&
		rt delete --force "$me" && nothing_left
}

is_machine() {
	bundle '"KERNEL": "/boot/rtos.bin", "CMDLINE": "mem exit=0", "org.hwcontainer.vm.memory": "64M", "org.hwcontainer.vm.vcpus": "2"'
	run 0 && has "$work/out" "64 MiB of memory, 2 cpus"
}

# Standard input is the guest's; a code is told in the middle of what it says.
typed() {
	does echo
	printf 'hello\nexit 3\n' | rt run -b "$work/b" "$me" >"$work/out" 2>"$work/err"
	same 3 $? && has "$work/out" hello && nothing_left
}

# As an engine has it: a terminal by the socket, all of whose keys are the guest's.
has_terminal() {
	bundle '"KERNEL": "/boot/rtos.bin", "CMDLINE": "echo"' '"unused": 0'
	sed -i 's/"args"/"terminal": true, "args"/' "$work/b/config.json"
	refuses "process.terminal is true, and there is no --console-socket" create -b "$work/b" "$me" ||
		return
	terminal 'hello\rexit 4\r' >"$work/seen" &
	engine=$!
	within 10 test -S "$work/socket" &&
		rt create -b "$work/b" --console-socket "$work/socket" --pid-file "$work/pid" "$me" &&
		rt start "$me" && wait "$engine" && has "$work/seen" hello &&
		within 10 status_is stopped && deleted
}

# Who is started without standard streams gives nobody other files in their place.
has_no_streams() {
	rt create -b "$work/b" --pid-file "$work/pid" "$me" <&- >&- 2>&- &&
		same "/dev/null /dev/null /dev/null " \
			"$(readlink "/proc/$(cat "$work/pid")"/fd/[012] | tr '\n' ' ')" &&
		rt delete "$me" && nothing_left
}

in_namespaces() {
	bundle '"KERNEL": "/boot/rtos.bin", "CMDLINE": "ticks"' '"linux": { "namespaces": [ { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" } ] }'
	started && within 10 has "$work/out" "tick 1" || return
	qemu=$(child_of "$(cat "$work/pid")")
	for namespace in pid net ipc uts; do
		[ "$(readlink "/proc/$qemu/ns/$namespace")" != "$(readlink "/proc/self/ns/$namespace")" ] ||
			{ echo "$namespace: the host's" && return 1; }
	done
	rt kill "$me" KILL && within 10 status_is stopped && deleted
}

# A program in QEMU's place tells what it could do, and does it only to what is ours.
confined() {
	mkdir -p "$work/b/mnt" "/run/$me" && mknod "$work/device" c 1 3 &&
		mount -t tmpfs none "$work/b/mnt" && : >"$work/b/mnt/file" || return
	# shellcheck disable=SC2016 # it is a script
	instead 'work='"$work"' told=
can() { told="$told $1"; }
(: >$work/new) 2>/dev/null && can write
for place in /tmp /run /dev /usr /etc /sys /proc/sys/kernel/core_pattern; do
	[ ! -w $place ] || can "write:$place"
done
[ -z "$(ls /run)" ] || can "see:/run"
[ ! -e $work/b/mnt/file ] || can "see:mount"
(: <$work/device) 2>/dev/null && can "open:device"
mount -t tmpfs none $work/b/mnt 2>/dev/null && can mount
[ "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " \n")" = lo ] || can "see:network"
: >/dev/null && head -c 1 /dev/urandom >/dev/null || can not
[ ! -c /dev/kvm ] || : <>/dev/kvm || can not
echo "it can:$told" >&2
exit 1'
	rt create -b "$work/b" "$me" >"$work/refusal" 2>&1 </dev/null
	code=$?
	while umount "$work/b/mnt" 2>/dev/null; do :; done
	rmdir "/run/$me"
	same "1 hwcontainer-runtime: it can:" "$code $(cat "$work/refusal")"
}

# None of it, where it has been started; what it needs is there, or it would not run.
has_no_rights() {
	started && within 10 has "$work/out" "tick 1" || return
	qemu=$(child_of "$(cat "$work/pid")")
	capabilities_are 0000000000000000 "$qemu" || return
	for namespace in net mnt; do
		[ "$(readlink "/proc/$qemu/ns/$namespace")" != "$(readlink "/proc/self/ns/$namespace")" ] ||
			{ echo "$namespace: the host's" && return 1; }
	done
	same "" "$(grep -v '^[^ ]* /dev/[^ ]* ' "/proc/$qemu/mounts" | grep -v ' ro,nosuid,nodev')" &&
		rt delete --force "$me" && nothing_left
}

# What the container's cgroup says, of version 1 or 2.
limit_is() { # wanted controller file
	for file in "/sys/fs/cgroup/hwc-$me/$3" "/sys/fs/cgroup/$2/hwc-$me/$3"; do
		[ ! -e "$file" ] || { same "$1" "$(cat "$file")" && return || return 1; }
	done
	return 2
}

any_limit() { # controller, of version 2, of version 1: each "FILE WANTED"
	limit_is "${2#* }" "$1" "${2%% *}" || [ $? -eq 2 ] && limit_is "${3#* }" "$1" "${3%% *}"
}

resources() {
	bundle '"KERNEL": "/boot/rtos.bin", "CMDLINE": "ticks"' '"linux": { "cgroupsPath": "/hwc-'"$me"'", "resources": { '"$1"' } }'
}

has_limits() {
	resources '"memory": { "limit": 67108864 }, "cpu": { "quota": 150000, "period": 100000, "cpus": "0" }, "pids": { "limit": 9 }'
	started && within 10 has "$work/out" "tick 1" && has "$work/out" "64 MiB of memory" || return
	qemu=$(child_of "$(cat "$work/pid")")
	has "/proc/$qemu/cgroup" "/hwc-$me" &&
		same "Cpus_allowed_list:	0" "$(grep Cpus_allowed_list "/proc/$qemu/status")" &&
		any_limit memory "memory.max 335544320" "memory.limit_in_bytes 335544320" &&
		any_limit cpu "cpu.max 150000 100000" "cpu.cfs_quota_us 150000" &&
		any_limit pids "pids.max 137" "pids.max 137" && rt delete --force "$me" && nothing_left &&
		same "" "$(find /sys/fs/cgroup -maxdepth 2 -name "hwc-$me")" || return
	# the kernel says what it does not take
	resources '"cpu": { "cpus": "9999" }'
	! create && has "$work/err" "cpuset.cpus does not take 9999: " && nothing_left
}

hook() { # kind
	printf '"%s": [ { "path": "/bin/sh", "args": ["sh", "-c", "echo %s >>%s/hooks"] } ]' "$1" "$1" \
		"$work"
}

runs_hooks() {
	bundle '"KERNEL": "/boot/rtos.bin", "CMDLINE": "exit=0"' "\"hooks\": { $(hook prestart), $(hook createRuntime), $(hook createContainer), $(hook startContainer), $(hook poststart), $(hook poststop) }"
	run 0 && same "prestart createRuntime createContainer startContainer poststart poststop" \
		"$(tr '\n' ' ' <"$work/hooks" | sed 's/ $//')" || return
	bundle '"KERNEL": "/boot/rtos.bin"' '"hooks": { "createRuntime": [ { "path": "/bin/false" } ] }'
	rt create -b "$work/b" "$me" >"$work/out" 2>&1 </dev/null
	same 1 $? && nothing_left
}

takes_parameters() {
	bundle '' '"vm": { "kernel": { "path": "'"$work"'/b/rootfs/boot/rtos.bin", "parameters": ["exit=5"] }, "hypervisor": { "path": "'"$(command -v qemu-system-aarch64)"'", "parameters": ["-fw_cfg", "name=opt/x,string=y"] }, "hwConfig": { "memory": 67108864, "vcpus": 1 } }'
	run 5 && has "$work/out" "64 MiB of memory"
}

# Engines ask for that once, of a runtime without runc behind it or with it.
tells_features() {
	rt features >"$work/features" && has "$work/features" '"KERNEL"' &&
		has "$work/features" '"org.hwcontainer."'
}

## bad input

is_no_kernel() {
	echo "no kernel at all, though it has some bytes in it" >"$work/b/rootfs/boot/none"
	: >"$work/b/rootfs/boot/empty"
	head -c 60 "$work/b/rootfs/boot/rtos.bin" >"$work/b/rootfs/boot/short"
	for file in none empty short absent ../../../../etc/passwd; do
		bundle "\"KERNEL\": \"/boot/$file\""
		fails_with "/boot/$file" || return
	done
	bundle '"KERNEL": "/boot/rtos.bin", "RAMDISK": "/boot/absent"'
	fails_with /boot/absent
}

tree() { # source
	echo "/dts-v1/; / { $1 };" | dtc -q -I dts -O dtb -o "$work/b/rootfs/boot/own.dtb" -
}

has_tree() {
	tree '#address-cells = <2>; #size-cells = <2>; passthrough { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges; it@10000000 { reg = <0 0x10000000 0 4>; word = "here"; }; }; aliases { it = "/passthrough/it@10000000"; };'
	bundle '"KERNEL": "/boot/rtos.bin", "CMDLINE": "exit=0", "DTB": "/boot/own.dtb"'
	run 0 && has "$work/out" "256 MiB of memory, 1 cpus" || return
	# what the machine gets is QEMU's own with that in it, of which dtc has nothing to say
	does ticks
	sed -i 's|"KERNEL"|"DTB": "/boot/own.dtb", "KERNEL"|' "$work/b/config.json"
	create || return
	file=$(tr '\0' '\n' <"/proc/$(child_of "$(cat "$work/pid")")/cmdline" | sed -n '/^-dtb$/{n;p}')
	dtc -I dtb -O dts "/proc/$(child_of "$(cat "$work/pid")")/${file#/proc/self/}" >"$work/dts" 2>"$work/dtc" &&
		same "" "$(grep -e passthrough -e aliases "$work/dtc")" &&
		has "$work/dts" 'word = "here";' && has "$work/dts" 'it = "/passthrough/it@10000000";' &&
		has "$work/dts" 'compatible = "arm,pl011' && rt delete "$me" && nothing_left
}

is_bad_tree() {
	bundle '"KERNEL": "/boot/rtos.bin", "DTB": "/boot/own.dtb"'
	tree 'memory@0 { device_type = "memory"; reg = <0 0>; };'
	fails_with memory || return
	tree 'cpus { };'
	fails_with cpus || return
	echo "no device tree, but longer than the head of one would be" >"$work/b/rootfs/boot/own.dtb"
	fails_with "device tree" || return
	rm "$work/b/rootfs/boot/own.dtb"
	fails_with own.dtb
}

fails_with() { # word
	rt create -b "$work/b" "$me" >"$work/refusal" 2>&1 </dev/null
	same 1 $? && same 1 "$(grep -c . "$work/refusal")" && has "$work/refusal" "$1" && nothing_left
}

# Of memory more than there is, and of hardware anything.
is_too_much() {
	have=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
	bundle '"KERNEL": "/boot/rtos.bin", "org.hwcontainer.vm.memory": "1024G"'
	not_created "the virtual machine is to have 1048576 MiB of memory, and this machine has $have MiB" ||
		return
	bundle '' '"vm": { "kernel": { "path": "'"$work"'/b/rootfs/boot/rtos.bin" }, "hwConfig": { "irqs": [34] } }'
	not_created "QEMU cannot give hardware to a virtual machine; Xen can, where it is installed and the container says org.hwcontainer.vm=xen"
}

# What is for firmware.
is_for_others() {
	bundle '"KERNEL": "/boot/rtos.bin", "org.hwcontainer.restart": "on-failure:2"'
	not_created "org.hwcontainer.restart is for containers whose program is firmware"
}

has_no_qemu() {
	settings "{ \"vm\": { \"qemu\": \"$work/none\" } }"
	not_created "$work/none cannot be executed: No such file or directory"
}

# Whichever of its sentences is this machine's, where tests do not run on Xen's first domain.
has_no_xen() {
	bundle '"KERNEL": "/boot/rtos.bin", "org.hwcontainer.vm": "xen"'
	fails_with "Xen"
}

needs_rights() {
	bundle '"KERNEL": "/boot/rtos.bin"' '"linux": { "namespaces": [ { "type": "pid" } ] }'
	setpriv --bounding-set -sys_admin hwcontainer-runtime --root "$work/run" \
		--sysroot "$work/system" create -b "$work/b" "$me" >"$work/out" 2>"$work/err" </dev/null
	same 1 $? && same "hwcontainer-runtime: a pid namespace cannot be made: Operation not permitted; this container has to be started by root" \
		"$(cat "$work/err")" && nothing_left
}

# A program in QEMU's place.
instead() {
	printf '#!/bin/sh\n%s\n' "$1" >"$work/fake"
	chmod +x "$work/fake"
	settings "{ \"vm\": { \"qemu\": \"$work/fake\", \"timeout\": 1 } }"
}

qemu_hangs() {
	instead 'exec sleep 60'
	not_created "$work/fake has not answered for 1000 ms" || return
	instead 'echo "qemu: no such luck" >&2; echo "and more"; exit 1'
	not_created "qemu: no such luck" || return
	instead 'kill -SEGV $$'
	not_created "qemu-system-aarch64 was killed by signal 11" || return
	answers '{"return": {}}'
	create || return
	refuses "$work/fake has not answered for 1000 ms" start "$me" && within 5 status_is stopped &&
		deleted
}

# answers MESSAGE...: a program in QEMU's place greets, takes so many commands, and says
# nothing more
answers() {
	printf '%s\n' "$@" >"$work/answers"
	# shellcheck disable=SC2016 # it is a script
	instead 'for word; do case $word in socket,id=qmp,fd=*) fd=${word##*=} ;; esac; done
exec python3 -c "
import socket, time
s = socket.socket(fileno=$fd)
s.send(b\"{\\\"QMP\\\": {}}\\n\")
for line in open(\"'"$work/answers"'\", \"rb\"):
	s.recv(100)
	s.send(line)
time.sleep(60)"'
}

# Its machine's tree is to be one: it is read as far as it may be long.
tree_is_none() {
	bundle '"KERNEL": "/boot/rtos.bin", "DTB": "/boot/own.dtb"'
	tree 'passthrough { #address-cells = <2>; #size-cells = <2>; ranges; };'
	settings '{ "vm": { "qemu": "/bin/true" } }'
	not_created "/tmp/tree: No such file or directory" || return
	# it sees another /tmp
	other=$(mktemp /var/tmp/vm.XXXXXX)
	instead 'head -c 4194305 /dev/zero >/tmp/tree'
	cp -p "$work/fake" "$other"
	settings "{ \"vm\": { \"qemu\": \"$other\" } }"
	not_created "the tree of QEMU's machine has more than 4194304 bytes"
	result=$?
	rm "$other"
	return "$result"
}

qemu_refuses() {
	answers '{"error": {"class": "GenericError", "desc": "no such thing"}}'
	not_created "qemu-system-aarch64: no such thing" || return
	answers '{"return": {}}' '{"error": {"class": "GenericError", "desc": "Resetting the Virtual Machine is required"}}'
	create || return
	refuses "qemu-system-aarch64: Resetting the Virtual Machine is required" start "$me" &&
		within 5 status_is stopped && deleted || return
	# one that goes on refusing fills no log
	set -- '{"return": {}}' '{"return": {}}'
	while [ $# -lt 14 ]; do set -- "$@" '{"error": {"desc": "no"}}'; done
	answers "$@"
	started || return
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do rt kill "$me" TERM && sleep 0.05; done
	same 10 "$(grep -c "qemu-system-aarch64: no$" "$work/err")" && rt delete --force "$me" &&
		nothing_left
}

# Where it looks as if KVM could be used, and cannot, it goes on without.
does_without_kvm() {
	{
		head -c 510 /dev/zero
		printf '\125\252\0\0HdrS\014\002' # a bzImage for x86-64: the end of its boot sector,
		head -c 46 /dev/zero          # its version, and that it has 64 bits
		printf '\001'
		head -c 2048 /dev/zero
	} >"$work/b/rootfs/boot/bzImage"
	bundle '"KERNEL": "/boot/bzImage"'
	instead 'case "$*" in *"-accel kvm"*) kill -ABRT $$ ;; esac; echo "$*" >&2; exit 1'
	rt create -b "$work/b" "$me" >"$work/refusal" 2>&1 </dev/null
	same 1 $? && has "$work/refusal" "-accel tcg" && nothing_left
}

## somebody is killed

qemu_is_killed() {
	for when in created started; do
		create || return
		[ "$when" = created ] || { rt start "$me" && within 10 has "$work/out" "tick 1"; } || return
		kill -9 "$(child_of "$(cat "$work/pid")")"
		within 10 status_is stopped &&
			has "$work/err" "qemu-system-aarch64 was killed by signal 9" && deleted || return
	done
	# one that is told to end by somebody does so, and that is not the guest's will
	rt run -b "$work/b" "$me" >"$work/out" 2>"$work/err" </dev/null &
	runtime=$!
	within 10 has "$work/out" "tick 1" || return
	# the function, the runtime, the container's process
	kill "$(child_of "$(child_of "$(child_of "$runtime")")")" || return
	wait "$runtime"
	same 137 $? && has "$work/err" "was told to end by somebody else" && nothing_left
}

process_is_killed() {
	for when in created started; do
		create || return
		[ "$when" = created ] || rt start "$me" || return
		kill -9 "$(cat "$work/pid")"
		within 10 status_is stopped && deleted || return
	done
}

# As long as somebody works for it: what that is may have its hardware still.
delete_waits() {
	create || return
	flock -s "$work/run/$me/hwcontainer-hold" sh -c "sleep 1; : >$work/left" &
	sleep 0.3
	kill -9 "$(cat "$work/pid")"
	rt delete "$me" && test -e "$work/left" && nothing_left
}

# descendant PROCESS DEPTH
descendant() {
	process=$1
	for _ in $(seq "$2"); do
		[ -z "$process" ] || process=$(child_of "$process")
	done 2>/dev/null
	echo "$process"
}

# The container's process, or QEMU, at instants of a create, which says so or is done.
creation_is_disturbed() {
	for depth in 2 3; do
		for ms in 10 20 30 40 50 60 80; do
			create &
			sleep "$(printf '0.%03d' "$ms")"
			victim=$(descendant $! "$depth")
			[ -z "$victim" ] || kill -9 "$victim" 2>/dev/null
			wait $!
			same "" "$(rt delete --force "$me" 2>&1)" && within 10 nothing_left && continue
			echo "depth $depth, after $ms ms"
			return 1
		done
	done
}

# At many instants of a create, of a start and of a run.
runtime_is_killed() {
	for ms in 0 5 10 15 20 25 30 40 50 60 70 80 100 120; do
		create &
		kill_after "$ms" || return
	done
	for ms in 0 5 10 20 40; do
		create || return
		rt start "$me" >/dev/null 2>&1 &
		kill_after "$ms" || return
	done
	for ms in 20 60 100 200; do
		rt run -b "$work/b" "$me" >/dev/null 2>&1 </dev/null &
		kill_after "$ms" || return
	done
}

# Without a delete: nobody is left who waits for it.
run_is_killed() {
	does hang
	rt run -b "$work/b" "$me" >"$work/out" 2>/dev/null </dev/null &
	within 10 has "$work/out" "engine: none" && kill -9 "$(child_of $!)" && within 10 no_process &&
		status_is stopped && deleted
}

cycle() {
	create && status_is created && rt start "$me" && within 10 status_is stopped && rt delete "$me"
}

again_and_again() {
	does exit=1
	for n in $(seq 50); do
		cycle && continue
		echo "cycle $n"
		return 1
	done
	nothing_left
}

mkdir -p "$work/b/rootfs/boot"
cp "$folder/rtos/rtos.bin" "$folder/rtos/app.dtb" "$work/b/rootfs/boot/" || exit

echo "TAP version 13"
expect "a kernel runs, and its exit code is the container's" runs
expect "codes are told, and without one the end says it" codes
expect "create, start, state, kill, delete" lives
expect "SIGKILL ends it, delete by force ends what runs" dies
expect "memory and processors are as asked for" is_machine
expect "what is typed is the guest's" typed
expect "a terminal goes to the engine" has_terminal
expect "without standard streams it has none of other files" has_no_streams
expect "the hypervisor is in the container's namespaces" in_namespaces
expect "the hypervisor can do nothing but its work" confined
expect "it has no capability, no network, and mounts that are read-only" has_no_rights
expect "the hypervisor has the container's limits" has_limits
expect "hooks are run, and one that fails leaves nothing" runs_hooks
expect "the object vm names kernel, hypervisor and their parameters" takes_parameters
expect "its keys are among the features" tells_features
expect "a device tree is added to the machine's" has_tree
expect "one that is broken or describes the machine is refused" is_bad_tree
expect "what is no kernel, or not there, is refused" is_no_kernel
expect "more memory than there is, and hardware, are refused" is_too_much
expect "restarts are refused" is_for_others
expect "without QEMU it is said what to install" has_no_qemu
expect "a hypervisor that this host does not run on is named" has_no_xen
expect "who may not make namespaces is told so" needs_rights
expect "a QEMU that hangs or crashes is ended" qemu_hangs
expect "a tree of QEMU's that is none is an error" tree_is_none
expect "a command that QEMU refuses is an error" qemu_refuses
expect "KVM that does not work is done without" does_without_kvm
expect "QEMU is killed" qemu_is_killed
expect "the container's process is killed" process_is_killed
expect "a delete waits for who works for it" delete_waits
expect "either is killed while it is created" creation_is_disturbed
expect "the runtime is killed at any time" runtime_is_killed
expect "who waits for it is killed" run_is_killed
expect "50 times in a row" again_and_again
echo "1..$number"
exit $failed
