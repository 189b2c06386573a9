#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test-x86.sh [FOLDER]: containers that are virtual machines for x86-64, on this machine: QEMU
# starts Debian's own kernel. FOLDER has our programs for x86-64 in bin/ and
# libexec/hwcontainer/; default build/check at the top. Needs root. Prints KTAP.
# shellcheck disable=SC2016,SC2317 # guests expand; expect calls
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../build/check}
qemu="qemu-system-x86_64"
# shellcheck source=selftests/vm/lib.sh
. "$here/lib.sh"
[ "$(uname -m)" = x86_64 ] || skip_all "vm-init of this machine is not for x86-64"

stock=$("$here/../qemu/rootfs.sh" stock) || exit
init=$folder/libexec/hwcontainer/vm-init
kernel=/boot/vmlinuz
ramdisk=/boot/initrd

modules() { # name...
	for name in "$@"; do echo "$stock/modules/$name.ko"; done
}

# bundle ANNOTATIONS [MEMBERS]: one with Debian's kernel and selftests/linux
bundle() {
	cat >"$work/b/config.json" <<EOT
{
	"ociVersion": "1.3.0",
	"process": { "args": [$args], "cwd": "/", "user": { "uid": 0, "gid": 0 } },
	"root": { "path": "rootfs" },
	"annotations": { $1 }${2+, $2}
}
EOT
}

# secure SCRIPT [CMDLINE]: a secure container that runs a script, which has no " in it
secure() {
	args="\"/bin/busybox\", \"sh\", \"-c\", \"$1\""
	bundle "\"org.hwcontainer.vm\": \"yes\"${2+, \"CMDLINE\": \"$2\"}"
	settings "{ \"vm\": { \"kernel\": \"$stock/vmlinuz\", \"init\": \"$work/init\" } }"
}

# What every test begins with.
plain() {
	settings '{}'
	args='"none"'
	bundle "\"KERNEL\": \"$kernel\", \"RAMDISK\": \"$ramdisk\", \"CMDLINE\": \"quiet\""
}

release() {
	basename "$(readlink "$stock/vmlinuz")" | sed 's/^vmlinuz-//'
}

has_gone() {
	[ ! -e "$work/run/$me" ]
}

# What is typed, a line each, when it listens; its exit status. One that goes on is killed.
typed() { # code, lines
	rm -f "$work/keys"
	mkfifo "$work/keys"
	rt run -b "$work/b" "$me" <"$work/keys" >"$work/out" 2>"$work/err" &
	started=$!
	exec 5>"$work/keys"
	within 60 has "$work/out" "linux: listening" && printf '%s\n' "$2" >&5
	within 60 has_gone || rt kill "$me" KILL
	wait "$started"
	code=$?
	exec 5>&-
	same "$1" "$code"
}

# says TEXT: all that it says on standard error, but that KVM is of no use on this machine
says() {
	same "${1:+hwcontainer-runtime: $1}" "$(sed '1{N; /without KVM$/d}' "$work/err")"
}

## kernels of images

runs() {
	bundle "\"KERNEL\": \"$kernel\", \"RAMDISK\": \"$ramdisk\", \"CMDLINE\": \"quiet\", \"org.hwcontainer.vm.memory\": \"192M\", \"org.hwcontainer.vm.vcpus\": \"2\""
	typed 3 "what is typed
exit 3" && has "$work/out" "linux: $(release), 2 cpus, 1" && has "$work/out" "what is typed" &&
		says "" && same 0 "$(grep -c hwcontainer "$work/out")" && nothing_left
}

# Its console is told to it where nobody says another.
has_a_disk() {
	printf 'written by the host\n%01100d' 0 >"$work/disk"
	bundle '' '"vm": { "kernel": { "path": "'"$work/b/rootfs$kernel"'", "parameters": ["quiet"], "initrd": "'"$work/b/rootfs$ramdisk"'" }, "image": { "path": "'"$work/disk"'", "format": "raw" } }'
	typed 0 "disk
exit 0" && has "$work/out" "written by the host" &&
		same "written by the guest" "$(dd if="$work/disk" bs=512 skip=1 2>/dev/null | head -n 1)" &&
		nothing_left
}

# A PC is asked by ACPI: by its power button.
is_asked() {
	create && rt start "$me" && within 60 has "$work/out" "linux: " && rt kill "$me" TERM &&
		within 20 status_is stopped && has "$work/out" "linux: asked to end" && rt delete "$me" &&
		nothing_left
}

ends() {
	typed 0 reboot && nothing_left || return
	typed 134 crash && has "$work/err" "the virtual machine has crashed" && nothing_left
}

is_refused() {
	# a device tree
	echo "/dts-v1/; / { passthrough { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>; ranges; }; };" | dtc -q -I dts -O dtb -o "$work/b/rootfs/boot/own.dtb" -
	bundle "\"KERNEL\": \"$kernel\", \"DTB\": \"/boot/own.dtb\""
	not_created "/boot/own.dtb: QEMU's machine for x86-64 has no device tree" || return
	# half a kernel
	head -c 100000 "$stock/vmlinuz" >"$work/b/rootfs/boot/half"
	bundle "\"KERNEL\": \"/boot/half\""
	! create && has "$work/err" "/boot/half" && nothing_left
}

## secure containers

# Modules of the kernel, and what vm-init can do with them.
# shellcheck disable=SC2046 # paths of ours
loads() {
	set -- $(modules netfs 9pnet 9pnet_virtio 9p) "$init"
	cc -D_GNU_SOURCE -O2 -Wall -Wextra -static -o "$work/with-modules" "$here/with-modules.c" &&
		cat "$work/with-modules" "$@" >"$work/init" &&
		printf '%-256s' "$(stat -c %s "$@" | tr '\n' ' ')" >>"$work/init"
}

is_secure() {
	loads || return
	secure 'uname -r; id; echo $$; pwd; cat; echo text >/new; echo wrong >&2; exit 7'
	printf 'typed\n' | rt run -b "$work/b" "$me" >"$work/out" 2>"$work/err"
	same 7 $? && same "$(release)
uid=0 gid=0
1
/
typed" "$(cat "$work/out")" && has "$work/err" wrong &&
		same text "$(cat "$work/b/rootfs/new")" && nothing_left
}

takes_signals() {
	loads || return
	secure "trap 'exit 3' TERM; echo ready; while :; do sleep 0.1; done"
	rt run -b "$work/b" "$me" >"$work/out" 2>"$work/err" </dev/null &
	within 60 has "$work/out" ready && rt kill "$me" TERM
	wait $!
	same 3 $? && nothing_left
}

is_switched_off() {
	loads || return
	secure 'mount -t proc proc /proc; echo o >/proc/sysrq-trigger; sleep 100'
	run 137 && has "$work/err" \
		"the virtual machine was switched off before its process had ended" && nothing_left
}

# A kernel that has not built in what it needs says what.
lacks_file_system() {
	cp "$init" "$work/init"
	secure true
	run 126 && says "mounting the root file system (9p): No such device; the micro-VM's kernel has no such file system" && nothing_left
}

lacks_ports() {
	cp "$init" "$work/init"
	secure true "initcall_blacklist=virtio_console_init"
	run 126 && says "the micro-VM has no port org.hwcontainer.control or none for standard streams: its kernel needs virtio and its console built in" && nothing_left
}

mkdir -p "$work/b/rootfs/boot" "$work/b/rootfs/bin" "$work/b/rootfs/proc"
cp "$stock/vmlinuz" "$work/b/rootfs/boot/"
cp "$stock/bin/busybox" "$work/b/rootfs/bin/"
# shellcheck disable=SC2046 # paths of ours
"$here/../linux/build.sh" "$stock/bin/busybox" "$work/linux" \
	$(modules button evdev pvpanic pvpanic-mmio virtio_blk) || exit
cp "$work/linux/initrd" "$work/b/rootfs/boot/"

echo "TAP version 13"
expect "a bzImage runs, with memory, processors and what is typed" runs
expect "it has a disk" has_a_disk
expect "TERM presses its power button" is_asked
expect "a reboot and a crash end it" ends
expect "what it cannot be given is refused" is_refused
expect "a process has that kernel, its streams, its root and its exit status" is_secure
expect "it takes signals" takes_signals
expect "it has been killed where its machine is switched off" is_switched_off
expect "a kernel without 9p is told" lacks_file_system
expect "a kernel without virtio's console is told" lacks_ports
echo "1..$number"
exit "$failed"
