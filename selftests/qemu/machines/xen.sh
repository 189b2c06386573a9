# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# QEMU's generic arm64 machine, as virt.sh has it, under Xen: the guest is the
# host of virtual machines (dom0). Xen and not QEMU gives it kernel, initrd and
# tree, which QEMU's loader puts where the tree says.
. "$bench/machines/virt.sh"

console=hvc0
rootfs=xen
# QEMU has the tree at 0x48000000
kernel_address=0x4a000000
initrd_address=0x4c000000

# GICv3, for QEMU's GICv2 forgets, until 9.1, to end shared interrupts for all processors
# (hw/intc/gic_internal.h, gic_clear_active()). One that a guest has begun to handle before it was
# moved to another, or destroyed from there, never came again on the first: 83-xen-interrupt. No
# ITS: nothing here has messages for interrupts.
machine_options() {
	echo "-M virt,virtualization=on,gic-version=3,its=off -accel tcg -cpu cortex-a57 -smp $cpus -m 1536"
	echo "-nodefaults -nographic -no-reboot"
	echo "-device virtio-serial-device"
}

machine_boot() {
	echo "-kernel $("$bench/rootfs.sh" xen)/boot/xen -dtb $1/$machine.dtb"
	echo "-device loader,file=$1/kernel/arch/$guest_arch/boot/Image,addr=$kernel_address,force-raw=on"
	echo "-device loader,file=$1/initrd,addr=$initrd_address,force-raw=on"
}

machine_dtb() {
	dump_dtb "$1.qemu"
	{
		dtc -q -I dtb -O dts "$1.qemu"
		preprocess "$top/dts/sim-xen.dtsi"
	} | compile_dtb "$1"
	# Xen makes a node for it anew, under this name: domain_build.c, make_gic_node()
	fdtput -t s "$1" /__symbols__ sim_gic /interrupt-controller
}

# boot_module TREE ADDRESS FILE KIND: says where Xen finds it
boot_module() {
	node=/chosen/module@${2#0x}
	fdtput -p -c "$1" "$node"
	fdtput -t s "$1" "$node" compatible "$4" multiboot,module
	fdtput -t x "$1" "$node" reg 0 "$2" 0 "$(printf '%x' "$(stat -Lc %s "$3")")"
}

machine_ready() {
	boot_module "$1/$machine.dtb" $kernel_address "$1/kernel/arch/$guest_arch/boot/Image" \
		multiboot,kernel
	boot_module "$1/$machine.dtb" $initrd_address "$1/initrd" multiboot,ramdisk
}
