#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration on the board's own drivers: a shell with two slots, two
# containers with an accelerator each, and a third that takes over the first's slot.
# shellcheck disable=SC1091,SC2154,SC2317 # lib.sh is beside the bundles; check calls
. /hwc/demo/lib.sh
. /hwc/demo/story.sh
shell=/fpga-region
folder=/lib/firmware/xilinx/k26-dfx
slot0=$shell/fpga-PR0
slot1=$shell/fpga-PR1

# The containers of this story run at the same time, each with an input of its
# own, which it must not keep open for another.
start_slot() { # bundle, name
	rm -rf "${bundles:?}/$2" "/tmp/$2.in"
	mkdir -p "$bundles"
	cp -a "/hwc/demo/$1" "$bundles/$2"
	mkfifo "/tmp/$2.in"
	hwcontainer-runtime run --bundle "$bundles/$2" "$2" \
		<"/tmp/$2.in" >"/tmp/$2.out" 2>&1 5>&- 6>&- &
}

has_started() { # name
	grep -q '^others' "/tmp/$1.out" 2>/dev/null
}

show_slot() { # name
	check "container $1 says what it was given" within 20 has_started "$1"
	tell "Container $1:"
	indent <"/tmp/$1.out"
	check "$1 can open no other device" grep -q ', 0 opened$' "/tmp/$1.out"
}

state_of() { # region
	hwctl resource show "$1" 2>/dev/null | sed -n 's/^state *//p'
}

is_in_state() { # region, state
	[ "$(state_of "$1")" = "$2" ]
}

## the story

show_board() {
	title "The board: mainline's own drivers, answered by a monitor at EL3"
	for driver in zynqmp_firmware zynqmp_fpga_manager of-fpga-region; do
		for device in "/sys/bus/platform/drivers/$driver"/*; do
			case ${device##*/} in
			bind | unbind | uevent | module) ;;
			*) echo "    $driver drives ${device##*/}" ;;
			esac
		done
	done
	show hwctl resource list
}

show_tree() {
	title "What the vendor installs, in the image as it is"
	show hwctl image list "$folder"
	show hwctl image rewrite --resource "$shell" "$folder"
}

show_without_shell() {
	title "A slot's image without its shell"
	show hwctl policy allow all
	tell "\$ hwcontainer-runtime run --bundle early early"
	start_slot aes128 early </dev/null
	: >/tmp/early.in
	wait
	indent </tmp/early.out
	check "the refusal says that the shell is missing" grep -q "comes with a shell" /tmp/early.out
}

show_shell() {
	title "The shell, loaded by the operator"
	show hwctl claim new --persistent "$shell=$folder"
	check "slot 0 is there" within 10 is_in_state "$slot0" free
	check "slot 1 is there" within 10 is_in_state "$slot1" free
	show hwctl resource list
}

show_two() {
	title "Two containers at once"
	start_slot aes128 aes
	exec 5>/tmp/aes.in
	show_slot aes
	start_slot fft fft
	exec 6>/tmp/fft.in
	show_slot fft
	show hwctl claim list
	check "the two have different devices" differ
	tell "Another shell meanwhile:"
	hwctl claim new --hold "$shell=$folder" </dev/null >/tmp/said 2>&1
	indent </tmp/said
	check "the shell is not replaced under its slots" [ "$(state_of "$slot0")" = claimed ]
}

differ() {
	! grep '^device' /tmp/aes.out | sed 's/.*registers/registers/' | grep -q -F -f - /tmp/fft.out
}

show_exchange() {
	title "Slot 0's container ends, another takes the slot, slot 1 runs on"
	exec 5>&-
	check "slot 0 is free" within 10 is_in_state "$slot0" free
	check "aes ended well" within 10 grep -q '^ended' /tmp/aes.out
	start_slot aes128 again
	exec 5>/tmp/again.in
	show_slot again
	show hwctl claim list
	check "fft still holds slot 1" [ "$(state_of "$slot1")" = claimed ]
	check "fft has not ended" [ -z "$(grep '^ended' /tmp/fft.out)" ]
}

show_end() {
	title "The end"
	exec 5>&- 6>&-
	check "slot 0 is free" within 10 is_in_state "$slot0" free
	check "slot 1 is free" within 10 is_in_state "$slot1" free
	wait
	show hwctl claim delete "$(hwctl claim list | awk -v name="$shell" '$3 == name { print $1 }')"
	check "the shell is unloaded" within 10 is_in_state "$shell" free
	check "its slots are gone" [ -z "$(state_of "$slot0")" ]
	check "no claim is left" [ "$(hwctl -j claim list)" = "[]" ]
	tell "What the firmware was asked to load:"
	grep -h FPGA_LOAD /sys/kernel/debug/hwcontainer-sim/fpga-mgr0/log | indent
	rm -rf "$bundles" "$policy" /tmp/*.out /tmp/*.in /tmp/said
	told_all
}

use_runtime runc
mkdir -p "$folder"
cp -R /hwc/demo/xilinx/k26-dfx/* "$folder/"
show_board
show_tree
show_without_shell
show_shell
show_two
show_exchange
show_end
[ "$bad" = 0 ]
