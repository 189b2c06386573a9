# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# QEMU's generic arm64 machine, where hwcontainer-sim plays the hardware. A
# machine's file says how QEMU is started and how its device tree is made:
#   qemu console cpus        command, the console's device, how many processors
#   machine_build            builds what the machine needs besides kernel and guest
#   machine_options          options that say what it has
#   machine_report NAME      options that let reports out to the chardev NAME
#   machine_boot FOLDER      options that start kernel, tree and initrd in FOLDER
#   machine_dtb FILE         makes its device tree, with labels for the overlays
#   machine_ready FOLDER     what is left to do once dtb and initrd are there
#   machine_cmdline          prints what its kernel must be told
#
# cortex-a57, not max: pointer authentication doubles the time under emulation.

qemu=qemu-system-aarch64
console=ttyAMA0
cpus=2

machine_build() {
	:
}

machine_cmdline() {
	:
}

machine_ready() {
	:
}

# /dev/kvm may exist and not work, so the accelerator is named.
machine_options() {
	echo "-M virt -accel tcg -cpu cortex-a57 -smp $cpus -m 1024"
	echo "-nodefaults -nographic -no-reboot"
	# the port that results come through
	echo "-device virtio-serial-device"
}

machine_report() {
	echo "-device virtserialport,chardev=$1,name=hwc.report"
}

machine_boot() {
	echo "-kernel $1/kernel/arch/$guest_arch/boot/Image -dtb $1/$machine.dtb -initrd $1/initrd"
}

# The tree that QEMU describes itself with and the simulator's nodes.
machine_dtb() {
	dump_dtb "$1.qemu"
	{
		dtc -q -I dtb -O dts "$1.qemu"
		preprocess "$top/dts/sim-virt.dtsi"
	} | compile_dtb "$1"
}
