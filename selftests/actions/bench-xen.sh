#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make bench BOARD=xen: what a container that is a virtual machine costs beyond what
# Xen's own tool does for it, until the guest's first instruction.
# shellcheck disable=SC1091,SC2154 # it is there
. /hwc/demo/domain.sh

# config NAME MEMORY KERNEL LINE...: what the runtime asks for, of xl alone
config() {
	mkdir -p /tmp/bench
	file=/tmp/bench/$1.cfg memory=$2 kernel=$3
	shift 3
	{
		printf 'name="bench"\ntype="pvh"\nvcpus=1\nvuart="sbsa_uart"\n'
		printf 'memory=%s\nkernel="%s"\n' "$memory" "$kernel"
		printf '%s\n' "$@"
	} >"$file"
}

# A Linux of the usual size.
make_linux() {
	config linux 256 /hwc/linux/Image 'ramdisk="/hwc/linux/initrd"' 'cmdline="console=hvc0"'
	new_vm linux "console=hvc0" RAMDISK /boot/initrd
	cp /hwc/linux/initrd "$bundles/linux/rootfs/boot/"
	cp /hwc/linux/Image "$bundles/linux/rootfs/boot/rtos.bin"
	sed -i -e 's|"DTB": "/boot/app.dtb",||' -e 's|"32M"|"256M"|' "$bundles/linux/config.json"
}

make_rtos() {
	config rtos 32 /hwc/rtos/rtos.bin 'device_tree="/hwc/rtos/app.dtb"' 'cmdline="hang"'
	new_vm rtos hang
	new_vm_with_engine engine hang
}

# As on a host with a service manager, where nobody is in the root's cgroup: there the kernel
# does not account for what is used, which is not little for xl.
cgroup=/sys/fs/cgroup/bench
mkdir "$cgroup"
echo $$ >"$cgroup/cgroup.procs"
hwctl policy allow all >/dev/null
for knob in "$knobs"/*/ns_per_kib; do echo 0 >"$knob"; done
make_linux
make_rtos
code=0
/hwc/bench/bench /hwc/out/bench.json xen || code=$?
echo 1 >"$knobs/reset"
rm -rf /tmp/bench "$bundles" "$policy"
echo $$ >/sys/fs/cgroup/cgroup.procs
rmdir "$cgroup" /sys/fs/cgroup/hwcontainer-keepers
exit $code
