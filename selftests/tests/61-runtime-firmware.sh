#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: firmware beside a container that Linux runs. The processor
# starts before the container and stops with it.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

# beside_bundle NAME KEY FILE: asks for KEY with FILE, for the operator
beside_bundle() {
	folder=$(new_bundle "$1")
	cp "$3" "$folder/rootfs/boot/rpu.elf"
	sed -i '/org.opencontainers.image/d; s|"/fpga-full/fpga-PR0": "/boot/sha256.bit",*|"'"$2"'": "/boot/rpu.elf"|' \
		"$folder/config.json"
}

# refused SENTENCE: container f is not started, and the core stays off.
refused() {
	said=$(hwcontainer-runtime run --bundle "$bundles/f" f </dev/null 2>&1)
	same 1 $? && same "hwcontainer-runtime: $1" "$said" && within 10 core_is_free
}

runs_beside() { # key
	beside_bundle f "$1" "$rpmsg_firmware"
	start f
	within 20 is_held_by_process digest && within 10 is_running f && core_is running &&
		same f "$(claim_field container)" &&
		within 10 grep -q "^$says" "/sys/kernel/debug/remoteproc/$core/trace0"
}

# The program opens what the environment names: the core's endpoint for messages.
has_its_node() {
	cat /tmp/f.out
	grep -q '^device  *[/]dev/rpmsg_ctrl[0-9]*, character device .*mode 660$' /tmp/f.out || return
	for node in "/proc/$(init_of f)/root/dev/"rpmsg*; do
		cmp_node "$node" || return
	done
}

# The container's node and the host's are of one device.
cmp_node() {
	same "$(stat -c %t:%T "/dev/$(basename "$1")")" "$(stat -c %t:%T "$1")"
}

second_is_refused() {
	beside_bundle g remoteproc0 "$firmware"
	sed -i "s|remoteproc0|$core|" "$bundles/g/config.json"
	said=$(hwcontainer-runtime run -b "$bundles/g" g 2>&1 </dev/null)
	same 1 $? && same "hwcontainer-runtime: $core is held by container f (claim $(claim_of))" "$said"
}

sysfs_is_closed() {
	! echo stop 2>/dev/null >"$cores/$core/state" && core_is running
}

ends_with_it() {
	end_input
	wait "$started"
	within 10 core_is_free
}

ends_when_killed() {
	runs_beside "$core" || return
	kill -KILL "$(init_of f)"
	end_input
	wait "$started"
	within 10 core_is_free
}

from_the_file() {
	beside_bundle f "$core" "$firmware"
	sed -i "/\"$core\"/d" "$bundles/f/config.json"
	mkdir "$bundles/f/rootfs/etc"
	echo "{\"/$core\": \"/boot/rpu.elf\"}" >"$bundles/f/rootfs/etc/hwcontainer.json"
	digest=sha256:$(sha256sum <"$bundles/f/rootfs/boot/rpu.elf" | cut -d' ' -f1)
	refused "the image asks for $core with /boot/rpu.elf and this host does not allow it; hwctl policy allow digest $digest does" &&
		hwctl policy allow digest "$digest" || return
	said=$(hwcontainer-runtime run -b "$bundles/f" f 2>&1 </dev/null)
	rm -f "$policy"
	# the program runs, and misses its accelerator
	echo "$said" && echo "$said" | tail -n 1 | grep -q "^digest: " && within 10 core_is_free
}

no_such_core() {
	beside_bundle f remoteproc7 "$firmware"
	refused "remote processor remoteproc7 does not exist, available remote processors: $(all_cores)"
}

for_another_machine() {
	beside_bundle f "$core" /hwc/images/bad-machine.elf
	refused "firmware is for machine 183 (AArch64), $core is 40 (Arm)"
}

without_a_table() {
	beside_bundle f "$core" /hwc/images/bad-table.elf
	refused "firmware has no resource table, $core needs one"
}

does_not_start() {
	beside_bundle f "$core" "$firmware"
	fail_starts
	refused "$core could not be started (error $start_error)"
	code=$?
	works_again
	return "$code"
}

is_powered() {
	beside_bundle f "$core" "$firmware"
	named=/lib/firmware/$(cat "$cores/$core/firmware")
	cp "$firmware" "$named"
	echo start >"$cores/$core/state"
	said=$(hwcontainer-runtime run --bundle "$bundles/f" f </dev/null 2>&1)
	echo stop >"$cores/$core/state"
	rm "$named"
	same "hwcontainer-runtime: $core is running; a claim must say takeover" "$said" &&
		within 10 core_is_free
}

under_a_runtime() {
	use_runtime "$1"
	each "a core runs beside a container" runs_beside "/$core"
	each "its device is in the container" has_its_node
	each "its files in sysfs are closed" sysfs_is_closed
	each "a second container is told who has it" second_is_refused
	each "it ends with the container" ends_with_it
	each "it ends when the container is killed" ends_when_killed
	each "its name in the device tree does, too" runs_beside "$core_path"
	each "it ends with that one" ends_with_it
}

use_cores || exit 1
mkdir -p /lib/firmware
echo "TAP version 13"
if [ "$kind" = sim ]; then
	echo 1..22
	under_a_runtime runc
else
	echo 1..15
	skip "under runc" "with real cores, which are slow, the quicker runtime has to do"
fi
under_a_runtime crun
expect "what only the image says is refused, then allowed" from_the_file
expect "a core that is not there" no_such_core
expect "firmware for another machine" for_another_machine
if [ "$kind" = sim ]; then
	expect "firmware without a resource table" without_a_table
else
	skip "firmware without a resource table" "mainline's xlnx_r5_remoteproc takes it"
fi
expect "a core that does not start" does_not_start
expect "a core that somebody else has started" is_powered
leave_cores || failed=1
rm -rf "$bundles" "$fifo" /tmp/*.out
exit "$failed"
