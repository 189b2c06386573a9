#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Overlays as vendors ship them and folders of dfx-mgr: what hwctl says of them,
# and a shell with two slots claimed from such a folder.
# shellcheck disable=SC1091,SC2154 # test.sh is in the guest
. /hwc/test.sh
images=/hwc/images
dtbo=/hwc/dtbo
full=/fpga-full
root=/tmp/vendor
shell=$root/lib/firmware/xilinx/shell

complains() {
	grep -qF -- "$1" /tmp/err
}

# The claim that holds a resource.
claim_on() {
	hwctl claim list | awk -v name="$1" '$0 ~ name "( |$)" { print $1 }'
}

# accelerator NAME SLOT DEVICE: its folder in that of the shell
accelerator() {
	folder=$shell/$1/$1_slot$2
	mkdir -p "$folder"
	echo "{\"accel_devices\": [{\"dev_name\": \"$3\"}]}" >"$folder/accel.json"
	cp "$images/$1-pr$2.bit" "$folder"
	cp "$dtbo/vendor-$1-pr$2.dtbo" "$folder/$1.dtbo"
}

make_folder() {
	rm -rf "$root"
	mkdir -p "$shell"
	echo '{"shell_type": "PL_DFX", "num_pl_slots": "2"}' >"$shell/shell.json"
	cp "$images/full.bit" "$shell"
	cp "$dtbo/vendor-shell.dtbo" "$shell/shell.dtbo"
	accelerator sha256 4 40000.sha256
	accelerator fir 5 50000.fir
}

make_folder
echo "TAP version 13"

run 0 hwctl image list "$root/lib/firmware/xilinx" && says "shell        of 2" &&
	says "accelerator  4 " && says "accelerator  5 " && says "xck26, partial" &&
	says "shell/sha256/sha256_slot4" && ! says "$root"
result $? "image list shows a shell and its accelerators"

run 0 hwctl -j image list "$shell" && says '"type":"shell"' && says '"slot":5' &&
	says "\"image\":\"$shell/full.bit\"" && says '"firmware-name":"full.bit.bin"'
result $? "and says it in JSON"

mv "$shell/fir/fir_slot5/fir.dtbo" /tmp/fir.dtso
mv "$shell/full.bit" /tmp/full.bit
cp /tmp/fir.dtso "$shell/fir/fir_slot5/fir.dtsi"
run 0 hwctl image list "$shell" &&
	complains "$shell/fir/fir_slot5: the overlay is not compiled: dtc -@ -I dts -O dtb -o $shell/fir/fir_slot5/fir.dtbo" &&
	complains "hwctl: $shell/shell.dtbo has the firmware-name full.bit.bin, which is neither in $shell nor in /lib/firmware"
result $? "what is missing is said"
make_folder

run 1 hwctl image list /hwc/dtbo && complains "/hwc/dtbo has no folder with a shell.json or an accel.json"
result $? "a folder without any is refused"

run 0 hwctl image rewrite --resource "$full" "$shell" &&
	says "fragment@0 loses firmware-name full.bit.bin" &&
	says "afi0 is left out" && says "sha256@40000 is left to the images of fpga-PR4" &&
	says "fpga-PR5 gets the window 0x50000, 0x1000 bytes" &&
	says "codec@60000 is left out of the shell: codec@60000 refers to &gpio by reset-gpios" &&
	says "slots       2"
result $? "image rewrite tells every step"

run 0 hwctl image rewrite --resource "$full" "$dtbo/vendor-shell.dtbo" /tmp/rewritten.dtbo &&
	run 0 hwctl image check --no-overlay "$images/full.bit" &&
	run 0 hwctl image check --overlay /tmp/rewritten.dtbo --resource "$full" "$images/full.bit" &&
	says "node        /fpga-full/fpga-PR4  fpga-region"
result $? "what it writes passes the check"

run 1 hwctl image check --overlay "$dtbo/vendor-shell.dtbo" --resource "$full" "$images/full.bit" &&
	complains "a container's claim rewrites it; see hwctl image check --rewrite" &&
	run 0 hwctl image check --rewrite --overlay "$dtbo/vendor-shell.dtbo" --resource "$full" \
		"$images/full.bit" && says "change      fragment@0 loses resets"
result $? "image check says that a claim would rewrite it, and shows how"

run 1 hwctl image rewrite --resource "$full" "$dtbo/bad-target.dtbo" &&
	complains "devices of / cannot be moved into /fpga-full, where addresses are other ones"
result $? "an overlay outside the rules is refused"

run 0 hwctl image pack --resource "$full" --resource "$full/fpga-PR4=sha256" "$shell" /tmp/packed &&
	says "request     $full/fpga-PR4=/lib/firmware/xilinx/shell/sha256" &&
	says "umoci insert --image IMAGE /tmp/packed/lib/firmware/xilinx/shell" &&
	grep -qF "\"$full\":\"/lib/firmware/xilinx/shell\"" /tmp/packed/etc/hwcontainer.json &&
	cmp "$shell/full.bit" /tmp/packed/lib/firmware/xilinx/shell/full.bit &&
	cmp "$shell/fir/fir_slot5/fir.dtbo" /tmp/packed/lib/firmware/xilinx/shell/fir/fir_slot5/fir.dtbo
result $? "image pack makes what goes into an image"

run 1 hwctl image pack --resource "$full" "$shell" /tmp/packed && complains "File exists" &&
	run 1 hwctl image pack --resource "$full=none" "$shell" /tmp/packed2 &&
	complains "$shell has no accelerator none" && [ ! -e /tmp/packed2 ] &&
	run 1 hwctl image pack "$shell" "$shell/a/b" && complains "of which it would become a copy" &&
	[ ! -e "$shell/a" ]
result $? "and neither overwrites one nor packs what is not there"

read -r machine </hwc/machine
if [ "$machine" = versal ]; then
	skip "a shell and its slots" "the folder has bitstreams, not PDIs"
	echo "1..$number"
	exit $failed
fi

run 1 hwctl claim new "$full/fpga-PR4=$shell/sha256" &&
	complains "$full/fpga-PR4 does not exist: it comes with a shell, and none is loaded in $full"
result $? "a slot without its shell is refused, and it is said why"

run 1 hwctl claim new "$full=$shell" "$full/fpga-PR4=$shell/sha256" &&
	complains "$full gets a shell, which is claimed alone" && no_claim
result $? "a shell is not claimed together with something else"

run 0 hwctl claim new --container shell "$full=$shell" && complains "rewritten for the claim" &&
	run 0 hwctl claim show "$(claim_on "$full")" && says "unbound" &&
	run 0 hwctl resource show "$full/fpga-PR5"
result $? "a shell is claimed from its folder"

run 0 hwctl claim new --container a "$full/fpga-PR4=$shell/sha256" && says /dev/hwsim- &&
	run 0 hwctl claim new --container b "$full/fpga-PR5=$shell/fir" && says /dev/hwsim- &&
	[ "$(hwctl claim list | wc -l)" = 4 ]
result $? "and two slots of it at once"

run 1 hwctl claim new "$full/fpga-PR6" &&
	complains "$full/fpga-PR6 does not exist: what is loaded in $full has no such slot"
result $? "a slot that it does not have is refused"

hwctl claim delete "$(claim_on "$full/fpga-PR4")" >/dev/null
run 1 hwctl claim new "$full/fpga-PR4=$shell/fir" &&
	complains "$shell/fir has no image for $full/fpga-PR4: that of slot 5 is not known to fit" &&
	run 0 hwctl claim new "$full/fpga-PR4=$shell/sha256" && says /dev/hwsim-
result $? "a slot is claimed again while the other one is in use, by its own images"

# shellcheck disable=SC2046 # one word each
run 0 hwctl claim delete $(claim_on "$full/fpga-PR4") $(claim_on "$full/fpga-PR5") &&
	run 0 hwctl claim delete "$(claim_on "$full")" && no_claim &&
	run 1 hwctl resource show "$full/fpga-PR4"
result $? "without its claims the shell is gone"

cp "$images/sha256-pr1.bit" "$dtbo/sha256-pr0.dtbo" /tmp
run 1 hwctl claim new "$full/fpga-PR1=/tmp/sha256-pr1.bit:/tmp/sha256-pr0.dtbo" && no_claim &&
	run 0 hwctl claim new --rewrite "$full/fpga-PR1=/tmp/sha256-pr1.bit:/tmp/sha256-pr0.dtbo" &&
	says /dev/hwsim- && run 0 hwctl claim delete "$(claim_on "$full/fpga-PR1")"
result $? "an overlay of slot 0 is taken for slot 1 with an image of that"

run 1 hwctl claim new --rewrite "$full/fpga-PR1=$images/sha256-pr0.bit:/tmp/sha256-pr0.dtbo" &&
	complains "its image is not known to fit $full/fpga-PR1" && no_claim
result $? "but not with an image of slot 0"

run 0 hwctl claim new --keep "$full/fpga-PR0=$images/sha256-pr0.bit:$dtbo/sha256-pr0.dtbo" &&
	run 0 hwctl claim delete "$(claim_on "$full/fpga-PR0")" &&
	run 0 hwctl image check --overlay "$dtbo/sha256-pr0.dtbo" --resource "$full/fpga-PR0" \
		"$images/sha256-pr0.bit"
result $? "the check of an image does not mind that the image is there already"
run 0 hwctl claim new "$full/fpga-PR0=$images/sha256-pr0.bit:$dtbo/sha256-pr0.dtbo"
hwctl claim delete "$(claim_on "$full/fpga-PR0")" >/dev/null

rm -rf "$root" /tmp/packed /tmp/rewritten.dtbo /tmp/fir.dtso /tmp/full.bit /tmp/sha256-pr1.bit \
	/tmp/sha256-pr0.dtbo /tmp/out /tmp/err
echo "1..$number"
exit $failed
