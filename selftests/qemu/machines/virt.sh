# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# QEMU's generic arm64 machine, where hwcontainer-sim plays the hardware. A
# machine's file says how QEMU is started and how its device tree is made.
#
# cortex-a57, not max: pointer authentication doubles the time under emulation.

qemu=qemu-system-aarch64
console=ttyAMA0
cpus=2

# /dev/kvm may exist and not work, so the accelerator is named.
machine_options() {
	echo "-M virt -accel tcg -cpu cortex-a57 -smp $cpus -m 1024"
	echo "-nodefaults -nographic -no-reboot"
	# the port that results come through
	echo "-device virtio-serial-device"
}

# The tree that QEMU describes itself with and the simulator's nodes; labels are
# kept for the overlays.
machine_dtb() {
	# shellcheck disable=SC2046 # the options are words
	$qemu $(machine_options) -M dumpdtb="$1.qemu" >/dev/null 2>&1 ||
		die "$qemu does not write its device tree"
	{
		dtc -q -I dtb -O dts "$1.qemu"
		preprocess "$top/dts/sim-virt.dtsi"
	} | dtc -@ -q -I dts -O dtb -o "$1" - || die "the machine's device tree does not compile"
}
