# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# QEMU's ZCU102, a Zynq UltraScale+ board: the mainline drivers of clocks, resets,
# power domains and programmable logic run on the monitor in firmware/. It plays a
# K26 module, so that what AMD publishes for the Kria boards can be loaded.
. "$bench/board.sh"

qemu=qemu-system-aarch64
console=ttyPS0
cpus=4
pl_idcode=0x04a49093
# what JTAG and the firmware see is not what its images carry
ps_idcode=0x04724093

# The tree has four processors whatever the machine is given.
machine_cmdline() {
	echo "nr_cpus=$cpus uio_pdrv_genirq.of_id=generic-uio hwc.report=ttyPS1"
}

machine_options() {
	echo "-M xlnx-zcu102,secure=on,virtualization=on -accel tcg -smp $cpus -m 2048"
	echo "-nodefaults -nographic -no-reboot -audiodev none,id=none"
}

# There is no virtio here: the board's second serial port.
machine_report() {
	echo "-serial chardev:$1"
}

machine_dtb() {
	preprocess "$top/dts/zcu102.dts" | compile_dtb "$1"
}
