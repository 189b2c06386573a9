#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: prepares what is measured and lets /hwc/bench/bench measure it.
set -eu
sim=/sys/kernel/debug/hwcontainer-sim

die() {
	echo "bench: $*"
	exit 1
}

# A busybox root and the configuration that runc itself proposes.
make_bundle() {
	bundle=/tmp/bench/$1
	mkdir -p "$bundle/rootfs/bin" "$bundle/rootfs/proc" "$bundle/rootfs/dev" "$bundle/rootfs/sys"
	cp /bin/busybox "$bundle/rootfs/bin/true"
	(cd "$bundle" && runc spec)
	sed -i -e 's/"terminal": true/"terminal": false/' -e 's#^\t*"sh"$#"/bin/true"#' \
		"$bundle/config.json"
}

# The same with an image, whose devices are in the overlay beside it.
make_cold_bundle() {
	make_bundle cold
	mkdir "$bundle/rootfs/boot"
	cp /hwc/images/sha256-pr0.bit "$bundle/rootfs/boot/sha256.bit"
	cp /hwc/dtbo/sha256-pr0.dtbo "$bundle/rootfs/boot/sha256.dtbo"
	add_annotations '"/fpga-full/fpga-PR0": "/boot/sha256.bit"'
}

# An image that is told by its digest need not be loaded twice.
make_warm_bundle() {
	make_bundle warm
	mkdir "$bundle/rootfs/boot"
	cp /hwc/images/sha256-pr0.bit "$bundle/rootfs/boot/"
	digest=$(sha256sum /hwc/images/sha256-pr0.bit | cut -d ' ' -f 1)
	add_annotations '"org.hwcontainer.resource.0": "/fpga-full/fpga-PR0",' \
		'"org.hwcontainer.image.0": "/boot/sha256-pr0.bit",' \
		'"org.hwcontainer.overlay.0": "",' \
		"\"org.hwcontainer.digest.0\": \"sha256:$digest\""
}

add_annotations() {
	sed -i "1a \"annotations\": { $* }," "$bundle/config.json"
}

# Toys that are claimed at once and have room for many, as bench/claims.c says.
modprobe hwcontainer-toy count=1000 capacity=200 worker=n || die "there are no toys"
modprobe hwcontainer-baseline || die "there is nothing to compare with"
modprobe hwcontainer-foreign || die "there is nobody else to apply an overlay"
mkdir -p /lib/firmware
cp /hwc/images/sha256-pr0.bit /lib/firmware/
# The device takes no time of its own: what it does is counted, not waited for.
for knob in "$sim"/*/ns_per_kib; do echo 0 >"$knob"; done
make_bundle plain
make_cold_bundle
make_warm_bundle
code=0
/hwc/bench/bench /hwc/out/bench.json || code=$?
echo 1 >"$sim/reset"
modprobe -r hwcontainer-foreign hwcontainer-baseline hwcontainer-toy
rm -rf /tmp/bench /lib/firmware/sha256-pr0.bit
exit $code
