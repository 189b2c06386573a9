#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: containers whose image carries a vendor's folder, as it is.
# shellcheck disable=SC1091,SC2154,SC2317 # lib.sh is beside the bundle; expect calls
. /hwc/demo/lib.sh
full=/fpga-full
folder=/lib/firmware/xilinx/shell

# The keys REQUEST... in the place of the image's own, the operator's.
folder_bundle() { # name, keys
	dir=$(new_bundle "$1")
	sed -i "/org.opencontainers.image/d; s|^\(.*\)\"$region\": \"$image\",*|\1$2|" "$dir/config.json"
	shell=$dir/rootfs$folder
	mkdir -p "$shell/sha256/sha256_slot4"
	echo '{"shell_type": "PL_DFX", "num_pl_slots": "2"}' >"$shell/shell.json"
	cp /hwc/images/full.bit "$shell"
	cp /hwc/dtbo/vendor-shell.dtbo "$shell/shell.dtbo"
	mkdir -p "$shell/fir/fir_slot5"
	cp /hwc/images/fir-pr5.bit "$shell/fir/fir_slot5"
	cp /hwc/dtbo/vendor-fir-pr5.dtbo "$shell/fir/fir_slot5/fir.dtbo"
	cp /hwc/images/sha256-pr4.bit "$shell/sha256/sha256_slot4"
	cp /hwc/dtbo/vendor-sha256-pr4.dtbo "$shell/sha256/sha256_slot4/sha256.dtbo"
}

slot_alone() {
	folder_bundle a "\"$full/fpga-PR4\": \"$folder/sha256\""
	said=$(run_text a)
	echo "$said"
	[ "$said" = "hwcontainer-runtime: $full/fpga-PR4 does not exist: it comes with a shell, and none is loaded in $full" ] &&
		no_claim
}

slot_of_a_shell_that_is_loaded() {
	hwctl claim new --container shell "$full=$bundles/a/rootfs$folder" && gives_digest a &&
		hwctl claim delete "$(hwctl claim list | awk 'NR == 2 { print $1 }')" && no_claim
}

# The slot comes first, so that the program finds its device as the first.
shell_and_slot() { # name, more keys
	folder_bundle "$1" "$2\"org.hwcontainer.resource.0\": \"$full/fpga-PR4\", \"org.hwcontainer.image.0\": \"$folder/sha256\", \"org.hwcontainer.resource.1\": \"$full\", \"org.hwcontainer.image.1\": \"$folder\""
	gives_digest "$1" && within 10 no_claim
}

link_out() {
	folder_bundle c "\"$full\": \"$folder\""
	rm "$bundles/c/rootfs$folder/full.bit"
	ln -s ../../../../../../../hwc/images/full.bit "$bundles/c/rootfs$folder/full.bit"
	said=$(run_text c)
	echo "$said"
	case $said in *"full.bit is a symbolic link that leads out of the container's root"*) no_claim ;; *) false ;; esac
}

# By the digests of what is loaded: the image, and the overlay as it was rewritten.
refused_by_policy() {
	rm -f "$policy"
	folder_bundle d "\"$full\": \"$folder\", \"org.opencontainers.image.os\": \"linux\""
	overlay=$(hwctl image rewrite --resource "$full" "$bundles/d/rootfs$folder" | sed -n 's/^digest *//p')
	digests="sha256:$(sha256sum </hwc/images/full.bit | cut -d' ' -f1) $overlay"
	said=$(run_text d)
	echo "$said"
	[ "$said" = "hwcontainer-runtime: the image asks for $full with $folder and this host does not allow it; hwctl policy allow digest $digests does" ]
}

read -r machine </hwc/machine
if [ "$machine" = versal ]; then
	skip_all "the folder has bitstreams, not PDIs"
fi
use_runtime runc
echo "TAP version 13"
echo 1..6
expect "a slot without its shell is refused" slot_alone
expect "a slot of a shell that somebody else holds" slot_of_a_shell_that_is_loaded
expect "a shell and a slot of it for one container" shell_and_slot b ""
expect "the same, one after the other" shell_and_slot e '"org.hwcontainer.wait": "5", '
expect "a link that leads out of the root" link_out
expect "the policy is asked for what is loaded" refused_by_policy
rm -rf "$bundles" /tmp/out
exit $failed
