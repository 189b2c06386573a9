# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# What tests and demonstrations of virtual machines share, in a guest that is the host
# of some: domains of Xen.
# shellcheck disable=SC1091 # it is there
. /hwc/demo/lib.sh
# the slot whose interrupt can be given away
region=/fpga-full/fpga-PR3
# where the runtime keeps its containers
root=/run/hwcontainer-runtime

is_xen() {
	[ "$(cat /hwc/machine)" = xen ]
}

# new_vm NAME COMMANDS [KEY VALUE]...: a bundle whose kernel does what its command line
# says (selftests/rtos/README), with more annotations
new_vm() {
	name=$1
	commands=$2
	shift 2
	rm -rf "${bundles:?}/$name"
	mkdir -p "$bundles/$name/rootfs/boot"
	cp /hwc/rtos/rtos.bin /hwc/rtos/app.dtb "$bundles/$name/rootfs/boot/"
	{
		echo '{ "ociVersion": "1.3.0", "root": { "path": "rootfs" },'
		echo '  "process": { "args": [ "/boot/rtos.bin" ], "cwd": "/" },'
		echo '  "annotations": { "KERNEL": "/boot/rtos.bin", "DTB": "/boot/app.dtb",'
		while [ $# -gt 1 ]; do
			printf '    "%s": "%s",\n' "$1" "$2"
			shift 2
		done
		echo '    "org.hwcontainer.vm.memory": "32M",'
		printf '    "CMDLINE": "%s" } }\n' "$commands"
	} >"$bundles/$name/config.json"
}

# new_vm_with_engine NAME COMMANDS [KEY VALUE]...: one that asks for the accelerator, too
new_vm_with_engine() {
	new_vm "$@" "$region" /boot/sha256.bit
	cp /hwc/images/sha256-pr3.bit "$bundles/$1/rootfs/boot/sha256.bit"
	cp /hwc/dtbo/sha256-pr3-gic.dtbo "$bundles/$1/rootfs/boot/sha256.dtbo"
}

# What the engine makes of app.dts.
digest_of_app() {
	for _ in $(seq 200); do printf "hello from a virtual machine"; done |
		sha256sum | cut -d' ' -f1
}

status_of() { # container
	hwcontainer-runtime state "$1" 2>/dev/null | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p'
}

status_is() { # container, status
	[ "$(status_of "$1")" = "$2" ]
}

# Domains besides the host, a line for each: name, number, state of its processors.
domains() {
	xl list | awk 'NR > 1 && $2 != 0 { print $1, $2, $5 }'
}

no_domain() {
	[ -z "$(domains)" ]
}

# domain_of CONTAINER: its line of domains
domain_of() {
	domains | grep "^hwc-$1-"
}

# domain_is CONTAINER paused|running|gone
domain_is() {
	found=$(domain_of "$1")
	case $2 in
	paused) expr "$found" : '.*--p---$' >/dev/null ;;
	running) expr "$found" : '.* [rb-][b-]-[-]--$' >/dev/null ;;
	gone) [ -z "$found" ] ;;
	esac
}
