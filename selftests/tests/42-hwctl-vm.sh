#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What hwctl says that a virtual machine would be given of claims.
# shellcheck disable=SC1091,SC2154 # test.sh is in the guest
. /hwc/test.sh
images=/hwc/images
dtbo=/hwc/dtbo
first=/fpga-full/fpga-PR0
last=/fpga-full/fpga-PR3

complains() {
	[ "$(cat /tmp/err)" = "hwctl: $1" ]
}

claim_on() {
	hwctl claim list | awk -v name="$1" '$0 ~ name { print $1 }'
}

[ -e /proc/device-tree/sim-line@9010000 ] ||
	skip_all "no image of this machine has an interrupt that a guest can have"
echo "TAP version 13"

run 0 hwctl claim new "$last=$images/sha256-pr3.bit:$dtbo/sha256-pr3-gic.dtbo" --assign &&
	id=$(claim_on $last) && run 0 hwctl claim show --xl "$id" &&
	[ "$(cat /tmp/out)" = "iomem=[\"0x7ff30,0x1@0x10000\"]
irqs=[34]" ]
result $? "a claim as lines of an xl.cfg"

run 0 hwctl -j claim show --xl "$id" && [ "$(cat /tmp/out)" = \
	'{"iomems":[{"firstGFN":65536,"firstMFN":524080,"nrMFNs":1}],"irqs":[34],"dtdevs":[]}' ]
result $? "and as config.json has them"

run 0 hwctl claim show "--dtb=/tmp/tree" "$id" && ! [ -s /tmp/out ] &&
	[ "$(od -An -tx1 -N4 /tmp/tree)" = " d0 0d fe ed" ] &&
	grep -q 'sha256@10000000' /tmp/tree && grep -q 'hwcontainer,sim-sha256' /tmp/tree &&
	hwctl claim show --dtb "$id" | cmp - /tmp/tree
result $? "its device tree, in a file and through a pipe"

run 0 hwctl claim show "$id" && says "clock 0, 100000000 Hz" && run 0 hwctl -j claim show "$id" &&
	says "\"clock\":[{\"of-path\":\"$last/sha256@0\",\"index\":0,\"rate\":100000000}]"
result $? "its clock, and how fast it runs"

rm -f /tmp/tree
run 0 hwctl claim show --xl "--dtb=/tmp/tree" "$id" && says "irqs=" && [ -s /tmp/tree ] &&
	run 2 hwctl claim show --xl --dtb "$id" && run 2 hwctl claim show --xl &&
	run 2 hwctl claim show "$id" "$id"
result $? "both, where the tree has a file"

run 1 hwctl claim show --dtb=/no/such/folder/tree "$id" &&
	complains "/no/such/folder/tree: No such file or directory"
result $? "a file that cannot be written is named"

run 1 hwctl claim show --xl "$id" "$id" && complains "claim $id is to be assigned twice"
result $? "a claim is given once"

run 0 hwctl claim new "$first=$images/sha256-pr0.bit:$dtbo/sha256-pr0.dtbo" &&
	other=$(claim_on $first) && run 1 hwctl claim show --xl "$id" "$other" && complains \
	"$first/sha256@0 cannot be assigned: its interrupt goes through /sim-interrupt-controller, which a guest cannot have"
result $? "an interrupt that no guest can have is refused by name"

hwctl claim delete "$id" "$other"
no_claim
result $? "nothing is left"

rm -f /tmp/out /tmp/err /tmp/tree
echo "1..$number"
exit $failed
