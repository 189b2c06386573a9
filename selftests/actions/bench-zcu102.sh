#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make bench BOARD=zcu102: what programming costs on the board's own driver. The
# monitor's work on the image is in both figures; it takes no time beyond that.
set -eu

die() {
	echo "bench: $*"
	exit 1
}

modprobe hwcontainer-baseline || die "there is nothing to compare with"
echo 0 >/sys/kernel/debug/hwcontainer-sim/fpga-mgr0/ns_per_kib
code=0
/hwc/bench/bench /hwc/out/bench.json images || code=$?
modprobe -r hwcontainer-baseline
exit $code
