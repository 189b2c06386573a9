# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# QEMU's Versal: two A72, two R5, and the mainline drivers on the monitor in
# firmware/, which loads PDIs.
. "$bench/board.sh"

qemu=qemu-system-aarch64
console=ttyAMA0
cpus=2
pl_idcode=0x04ca8093
ps_idcode=0x04ca8093

machine_cmdline() {
	echo "nr_cpus=$cpus uio_pdrv_genirq.of_id=generic-uio"
}

# All processors must be there. Nothing but QEMU itself can start the second A72:
# firmware/versal.c asks it to, by HVC, which Linux has no use for here. The R5
# begin at the high vectors, where firmware/rpu.c sends each to its own memory.
machine_options() {
	echo "-M xlnx-versal-virt -accel tcg -smp 4 -m 2048"
	echo "-global cortex-a72-arm-cpu.psci-conduit=2"
	echo "-global cortex-r5f-arm-cpu.reset-hivecs=on"
	echo "-nodefaults -nographic -no-reboot -audiodev none,id=none"
	echo "-device virtio-serial-device"
}

machine_report() {
	echo "-device virtserialport,chardev=$1,name=hwc.report"
}

machine_dtb() {
	dump_dtb "$1.qemu"
	{
		dtc -q -I dtb -O dts "$1.qemu"
		preprocess "$top/dts/versal.dtsi"
	} | compile_dtb "$1"
}
