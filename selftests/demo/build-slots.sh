#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build-slots.sh MKBIT OUT: makes the images of the two-slot demonstration as their
# authors would, and unpacks them as their users would.
#
#   OUT/xilinx/k26-dfx   what an accelerator's package puts below /lib/firmware
#   OUT/aes128, OUT/fft  what umoci makes of the images for an OCI runtime
#   OUT/commands         the commands, for people
#
# With AMD's published design where HWC_TESTDATA has it (its shell's bitstream is
# not published, so that one is generated) and one of the same shape otherwise.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
mkbit=$1
out=$2
tree=$out/xilinx/k26-dfx

# shellcheck source=selftests/demo/umoci.sh
. "$top/selftests/demo/umoci.sh"

compile() { # source, overlay
	dtc -@ -q -I dts -O dtb -o "$2" "$1"
}

make_shell() { # source of the overlay, json
	mkdir -p "$tree"
	cp "$2" "$tree/shell.json"
	compile "$1" "$tree/opendfx_shell_wrapper.dtbo"
	"$mkbit" --full --size 400K --design opendfx_shell_wrapper --bin \
		-o "$tree/opendfx_shell_wrapper.bit.bin"
}

# As they are published, but for the overlays, which are there as sources.
add_published() {
	source=$HWC_TESTDATA/k26-dfx
	make_shell "$source/opendfx_shell_wrapper.dtsi" "$source/shell.json"
	for dir in "$source"/*/*_slot?; do
		slot=$tree/${dir#"$source"/}
		mkdir -p "$slot"
		cp "$dir/accel.json" "$dir"/*.bit "$slot/"
		for file in "$dir"/*.dtsi; do
			name=$(basename "$file" .dtsi)
			compile "$file" "$slot/$name.dtbo"
		done
	done
}

add_generated() {
	source=$top/selftests/demo/two-slots
	make_shell "$source/shell.dtso" "$source/shell.json"
	for accelerator in AES128 FFT; do
		for nr in 0 1; do
			slot=$tree/$accelerator/${accelerator}_slot$nr
			name=${accelerator}_${nr}_partial
			mkdir -p "$slot"
			sed "s/@SLOT@/$nr/g" "$source/accel.json.in" >"$slot/accel.json"
			"$mkbit" --reset --slot $nr --design "$accelerator" --no-descriptor \
				-o "$slot/$name.bit"
			sed -e "s/@SLOT@/$nr/g" -e "s/@NAME@/$name/g" "$source/slot.dtso.in" \
				>"$slot/$name.dts"
			compile "$slot/$name.dts" "$slot/$name.dtbo"
			rm "$slot/$name.dts"
		done
	done
}

# An image has the shell's description and the accelerator's own folder.
# The label is the request: the slot, and the folder as it is installed.
make_slot_image() { # name, accelerator, slot
	mkdir -p "$out/folder-$1/lib/firmware/xilinx/k26-dfx"
	cp "$out/slots" "$out/folder-$1/"
	for file in "$tree"/*; do
		[ ! -f "$file" ] || cp "$file" "$out/folder-$1/lib/firmware/xilinx/k26-dfx/"
	done
	cp -R "$tree/$2" "$out/folder-$1/lib/firmware/xilinx/k26-dfx/"
	make_image "$1" "folder-$1" "$1" --config.entrypoint /slots \
		--config.label "/fpga-region/fpga-PR$3=/lib/firmware/xilinx/k26-dfx/$2"
	share "$out/$1/rootfs/lib/firmware/xilinx/k26-dfx"
}

# The same bytes once: the guest's root is all in memory.
share() { # folder
	(cd "$tree" && find . -type f) | while read -r file; do
		[ ! -e "$1/$file" ] || ln -f "$tree/$file" "$1/$file"
	done
}

begin_images
if [ -d "${HWC_TESTDATA-}/k26-dfx" ]; then
	add_published
else
	add_generated
fi
build_program "$top/selftests/demo/slots.c" -o "$out/slots"
make_slot_image aes128 AES128 0
make_slot_image fft FFT 1
