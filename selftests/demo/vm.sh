#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration of containers that are virtual machines, on this machine: an image
# that is a real-time system, and an ordinary one that gets a kernel of its own. QEMU is
# the hypervisor. Nothing of this machine is changed: containers, settings and mounts are
# in a folder, and in a mount namespace that ends with it.
# shellcheck disable=SC2016,SC2154,SC2317 # guests expand; story.sh counts; check calls
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bench=$here/../qemu
# shellcheck source=selftests/qemu/common.sh
. "$bench/common.sh"
# shellcheck source=selftests/demo/story.sh
. "$here/story.sh"
# shellcheck source=selftests/expect.sh
. "$here/../expect.sh"
out=$build/demo-vm
work=$out/work
said=$work/said
id=demo-vm

## what is needed

prepare() {
	make --no-print-directory -C "$top" lib tools CROSS_COMPILE= >&2
	make --no-print-directory -C "$top/tools" O="$out/arm64" CROSS_COMPILE="$cross" vm-init >&2
	make --no-print-directory -C "$top/selftests/rtos" O="$out/rtos" >&2
	kernel=$("$bench/kernel.sh" base)
	"$here/build-vm.sh" "$out/rtos" "$("$bench/rootfs.sh" root)" "$out/images"
	echo "$kernel/arch/arm64/boot/Image" >"$out/kernel"
}

# As root, for namespaces and QEMU's sandbox, where mounts are seen by nobody else.
go_on_as_root() {
	if [ "$(id -u)" = 0 ]; then
		exec unshare --mount --propagation private "$0" tell
	fi
	command -v sudo >/dev/null || die "virtual machines are started by root, and sudo is not there"
	tell "Virtual machines are started by root; sudo may ask for a password."
	exec sudo unshare --mount --propagation private "$0" tell
}

# Settings and programs, as make install would bring them.
settle() {
	mkdir -p "$work/bin" "$work/system/etc/hwcontainer"
	cat >"$work/system/etc/hwcontainer/runtime.json" <<-EOT
	{ "vm": {
	    "hypervisor": "qemu",
	    "kernel": "$(cat "$out/kernel")",
	    "init": "$out/arm64/libexec/hwcontainer/vm-init"
	} }
	EOT
	cat >"$work/bin/hwcontainer-runtime" <<-EOT
	#!/bin/sh
	exec "$build/host/bin/hwcontainer-runtime" --root "$work/run" --sysroot "$work/system" "\$@"
	EOT
	chmod +x "$work/bin/hwcontainer-runtime"
	PATH=$work/bin:$PATH
	cp -a "$out/images/rtos" "$out/images/busybox" "$work/"
	cd "$work"
}

clean_up() {
	hwcontainer-runtime delete --force "$id" >/dev/null 2>&1
	rm -rf "$work"
}

## small things

has_said() {
	grep -q "$1" "$said"
}

member() { # key
	hwcontainer-runtime state "$id" 2>/dev/null | sed -n "s/^ *\"$1\": *\"*\([^\",]*\)\"*,*\$/\1/p"
}

status_is() {
	[ "$(member status)" = "$1" ]
}

# edit BUNDLE STATEMENT WORD...: changes its configuration, as engines do; the statement is
# Python's, with that in c and the words in w
edit() {
	python3 - "$@" <<-'EOT'
	import json, sys
	path, statement, *w = sys.argv[1:]
	path += "/config.json"
	with open(path) as file:
	    c = json.load(file)
	exec(statement)
	with open(path, "w") as file:
	    json.dump(c, file, indent=1)
	EOT
}

annotate() { # bundle, key, value
	edit "$1" 'c.setdefault("annotations", {})[w[0]] = w[1]' "$2" "$3"
	tell "with --annotation $2=\"$3\":"
}

with_words() { # bundle, script
	edit "$1" 'c["process"]["args"] = ["/bin/sh", "-c", w[0]]' "$2"
	tell "with the words sh -c '$2':"
}

as_user() { # bundle, number
	edit "$1" 'c["process"]["user"] = {"uid": int(w[0]), "gid": int(w[0])}' "$2"
	tell "with --user $2:$2:"
}

# run_shown BUNDLE: sets $code
run_shown() {
	tell "\$ hwcontainer-runtime run --bundle $1 $id"
	code=0
	hwcontainer-runtime run --bundle "$1" "$id" >"$said" 2>&1 </dev/null || code=$?
	tr -d '\r' <"$said" | indent
	tell "exit status $code"
}

no_process() {
	! grep -qlzsx "$id" /proc/[0-9]*/cmdline
}

## the story

show_image() {
	title "An image that is a real-time system, and one that is busybox"
	sed 's/^/  $ /' "$out/images/commands"
	tell "The root file systems:"
	find rtos/rootfs busybox/rootfs -type f | indent
}

show_run() {
	title "The kernel of the image is started, its exit code is the container's"
	annotate rtos org.hwcontainer.vm.cmdline "ticks=3 exit=7"
	run_shown rtos
	check "the kernel has said who it is" has_said "^rtos: entered at EL1"
	check "its timer interrupts" has_said "tick 3"
	check "its exit code is the container's" [ "$code" = 7 ]
}

show_life() {
	title "Created, started, stopped"
	annotate rtos org.hwcontainer.vm.cmdline ticks
	tell "\$ hwcontainer-runtime create --bundle rtos $id"
	hwcontainer-runtime create --bundle rtos "$id" >"$said" 2>&1 </dev/null || true
	check "it is created" status_is created
	check "nothing runs yet" [ ! -s "$said" ]
	show hwcontainer-runtime start "$id"
	check "it runs" within 10 has_said "tick 2"
	show hwcontainer-runtime state "$id"
	check "that is what the hypervisor says" status_is running
	tell "\$ hwcontainer-runtime kill $id HUP"
	{ hwcontainer-runtime kill "$id" HUP 2>&1 || true; } | indent
	show hwcontainer-runtime kill "$id" TERM
	check "the guest has switched itself off" within 10 status_is stopped
	show hwcontainer-runtime delete "$id"
	tell "What it had said:"
	tr -d '\r' <"$said" | head -n 5 | indent
	check "nothing is left" no_process
}

show_kill() {
	title "kill -9 of the container's process"
	hwcontainer-runtime create --bundle rtos "$id" >"$said" 2>&1 </dev/null || true
	hwcontainer-runtime start "$id" || true
	check "it runs" within 10 has_said "tick 1"
	pid=$(member pid)
	tell "\$ kill -KILL $pid ($(cat "/proc/$pid/comm"))"
	kill -KILL "$pid"
	check "no virtual machine is left" within 10 no_process
	check "the container has stopped" within 10 status_is stopped
	show hwcontainer-runtime delete "$id"
}

show_secure() {
	title "An ordinary image in a virtual machine of its own: a secure container"
	show uname -sr
	annotate busybox org.hwcontainer.vm qemu
	with_words busybox 'uname -srm; hostname; id; ps; exit 7'
	run_shown busybox
	check "it has a kernel of its own" has_said "hwcbench.*aarch64"
	check "its process is the first there" has_said "^ *1 .*uname"
	check "the exit status is its process's" [ "$code" = 7 ]
}

show_files() {
	title "Its files are those of the image, with their owners"
	with_words busybox 'echo from the guest >/etc/note; touch /etc/empty; cat /proc/mounts | head -n 1'
	run_shown busybox
	check "it ends well" [ "$code" = 0 ]
	show cat busybox/rootfs/etc/note
	check "what it wrote is in the root file system" grep -q "from the guest" busybox/rootfs/etc/note
	as_user busybox 1000
	with_words busybox 'id; echo mine >/etc/note'
	run_shown busybox
	check "it is that user" has_said "^uid=1000 gid=1000"
	check "the file was root's, and still is" grep -q "from the guest" busybox/rootfs/etc/note
}

show_signals() {
	title "Signals are its process's"
	as_user busybox 0
	with_words busybox 'trap "echo asked to end; exit 3" TERM; echo ready; while :; do sleep 0.1; done'
	tell "\$ hwcontainer-runtime create --bundle busybox $id"
	hwcontainer-runtime create --bundle busybox "$id" >"$said" 2>&1 </dev/null || true
	show hwcontainer-runtime start "$id"
	check "it runs" within 20 has_said ready
	show hwcontainer-runtime kill "$id" TERM
	check "its process has ended" within 10 status_is stopped
	indent <"$said"
	check "by itself" has_said "asked to end"
	show hwcontainer-runtime delete "$id"
}

show_end() {
	title "What is left"
	check "no process" no_process
	check "no container" [ -z "$(ls run)" ]
	show ls run
	told_all
}

if [ "${1-}" != tell ]; then
	prepare
	go_on_as_root
fi
rm -rf "$work"
settle
trap clean_up EXIT
trap 'exit 1' INT TERM
show_image
show_run
show_life
show_kill
show_secure
show_files
show_signals
show_end
[ "$bad" = 0 ]
