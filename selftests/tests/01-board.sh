#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The boards that QEMU plays: that the drivers which boards run are mainline's own
# and not changed, and that what is behind them answers.
# shellcheck disable=SC1091,SC2154,SC2317 # test.sh is in the guest; expect calls
. /hwc/test.sh
read -r machine </hwc/machine
platform=/sys/bus/platform/drivers
clocks=/sys/kernel/debug/clk
told=yes

# The folder of the first device that a driver is bound to.
device_of() {
	for of_node in "$platform/$1"/*/of_node "$platform/$1"/*/driver; do
		[ ! -e "$of_node" ] || {
			echo "${of_node%/*}"
			return
		}
	done
	echo "no device is bound to $1"
	return 1
}

# from_kernel SYMBOL: where the code with it comes from; a module's name follows it.
from_kernel() {
	origin=$(sed -n "s/^[0-9a-f]* [a-zA-Z] $1\(\$\|\t\)//p" /proc/kallsyms)
	grep -q " $1\(\$\|	\)" /proc/kallsyms || {
		echo "no code has $1"
		return 1
	}
	[ -z "$origin" ] && echo "built into the kernel $(uname -r)" && return
	origin=${origin#[}
	modinfo -n "${origin%]}"
}

# is_mainline DRIVER SYMBOL SOURCE: is bound, and was compiled from what the
# kernel's package has.
is_mainline() {
	device=$(device_of "$1") || {
		echo "$device"
		return 1
	}
	built=$(sed -n "s|  $3\$||p" /hwc/drivers.built)
	package=$(sed -n "s|  $3\$||p" /hwc/drivers.package)
	echo "$1 of ${device##*/}: $(from_kernel "$2")" || return
	echo "  $3, sha256 $built"
	[ -n "$built" ] && [ "$built" = "$package" ] || {
		echo "  in $(sed -n 's/^# //p' /hwc/drivers.package) it has sha256 $package"
		return 1
	}
}

no_line_is_patched() {
	sed -n 's/^# /compiled from /p' /hwc/drivers.package
	sed 1d /hwc/drivers.package >/tmp/package
	diff /tmp/package /hwc/drivers.built
}

check_drivers() {
	expect "zynqmp_firmware is mainline's" \
		is_mainline zynqmp_firmware zynqmp_firmware_probe drivers/firmware/xilinx/zynqmp.c
	expect "$manager is mainline's" is_mainline "$manager" "$manager_symbol" "$manager_source"
	expect "of-fpga-region is mainline's" \
		is_mainline of-fpga-region of_fpga_region_probe drivers/fpga/of-fpga-region.c
	expect "zynqmp_r5_remoteproc is mainline's" is_mainline zynqmp_r5_remoteproc \
		zynqmp_r5_remoteproc_probe drivers/remoteproc/xlnx_r5_remoteproc.c
	expect "zynqmp_clock is mainline's" \
		is_mainline zynqmp_clock zynqmp_clock_probe drivers/clk/zynqmp/clkc.c
	expect "reset_zynqmp is mainline's" \
		is_mainline reset_zynqmp zynqmp_reset_probe drivers/reset/reset-zynqmp.c
	expect "zynqmp_power_controller is mainline's" is_mainline zynqmp_power_controller \
		zynqmp_gpd_probe drivers/pmdomain/xilinx/zynqmp-pm-domains.c
	expect "zynqmp_power is mainline's" \
		is_mainline zynqmp_power zynqmp_pm_probe drivers/soc/xilinx/zynqmp_power.c
	expect "no line of them is patched" no_line_is_patched
}

# Those that the kernel was told to use; nr_cpus on its command line.
all_processors() {
	wanted=$(sed 's/.*nr_cpus=\([0-9]*\).*/\1/' /proc/cmdline)
	echo "online are $(cat /sys/devices/system/cpu/online) of $wanted"
	[ "$(grep -c '^processor' /proc/cpuinfo)" = "$wanted" ]
}

# The last processor goes and comes back, where the kernel can do that.
processor_cycle() {
	for i in 1 2 3 4 5; do
		echo 0 >"$online" && [ "$(cat "$online")" = 0 ] || return
		echo 1 >"$online" && taskset $((1 << last)) true || return
	done
}

# Registered with the rate that PLL and dividers make, and not running, for nobody
# has asked for it.
clock_of_logic() {
	for n in 0 1 2 3; do
		clock=$clocks/$1${n}_ref
		rate=$(cat "$clock/clk_rate") || return
		echo "$1${n}_ref has $rate Hz, enabled $(cat "$clock/clk_enable_count")"
		[ "$rate" -gt 90000000 ] && [ "$rate" -lt 110000000 ] || return
		[ "$(cat "$clock/clk_enable_count")" = 0 ] || return
	done
}

# The console's power domain is on for the console.
power_domain() {
	grep -B 1 "$console_device" /sys/kernel/debug/pm_genpd/pm_genpd_summary
	grep -B 1 "$console_device" /sys/kernel/debug/pm_genpd/pm_genpd_summary |
		grep -q '^domain[0-9]* *on'
}

# General storage of the firmware keeps what it is given.
storage() {
	device=$(device_of zynqmp_firmware)
	echo 0x5a5a1234 >"$device/ggs2" && [ "$(cat "$device/ggs2")" = 0x5a5a1234 ] &&
		[ "$(cat "$device/ggs1")" = 0x0 ] && echo 0 >"$device/ggs2"
}

# The manager of the mainline driver, by its name.
programmable_logic() {
	for folder in /sys/class/fpga_manager/*; do
		[ "$(cat "$folder/name")" = "$manager_name" ] || continue
		echo "$manager_name: $(cat "$folder/state")"
		[ ! -e "$folder/device/status" ] || echo "status $(cat "$folder/device/status")"
		return 0
	done
	echo "no manager is called $manager_name"
	return 1
}

real_time_cores() {
	for core in /sys/class/remoteproc/remoteproc*; do
		[ -e "$core" ] || return
		echo "$(cat "$core/name") is $(cat "$core/state")"
		[ "$(cat "$core/state")" = offline ] || return
	done
}

nothing_waits() {
	! grep . /sys/kernel/debug/devices_deferred
}

case $machine in
zcu102)
	manager=zynqmp_fpga_manager
	manager_symbol=zynqmp_fpga_probe
	manager_source=drivers/fpga/zynqmp-fpga.c
	manager_name="Xilinx ZynqMP FPGA Manager"
	console_device=ff000000.serial
	logic_clock=pl
	;;
versal)
	manager=versal_fpga_manager
	manager_symbol=versal_fpga_probe
	manager_source=drivers/fpga/versal-fpga.c
	manager_name="Xilinx Versal FPGA Manager"
	console_device=ff000000.uart
	logic_clock=pmc_pl
	;;
*)
	echo "TAP version 13"
	skip_all "$machine is no board: its hardware is the simulator's"
	;;
esac

echo "TAP version 13"
check_drivers
expect "all processors are on" all_processors
last=$(sed 's/.*[-,]//' /sys/devices/system/cpu/online)
online=/sys/devices/system/cpu/cpu$last/online
if [ -w "$online" ]; then
	expect "a processor goes and comes back" processor_cycle
else
	skip "a processor goes and comes back" "this kernel cannot turn one off"
fi
expect "the clocks for the logic are there, and not running" clock_of_logic $logic_clock
expect "the console's power domain is on" power_domain
expect "the firmware's storage keeps a value" storage
expect "the programmable logic's manager is there" programmable_logic
expect "the real-time cores are there, and not running" real_time_cores
expect "no device waits for its driver" nothing_waits
echo "1..$number"
exit $failed
