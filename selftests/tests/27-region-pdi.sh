#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a Versal's manager takes, and what the module keeps from it.
# shellcheck disable=SC1091,SC2154 # test.sh is in the guest
. /hwc/test.sh
images=/hwc/images
region=/fpga-full/fpga-PR0
manager="Xilinx Versal FPGA Manager"

hwctl resource show $region | grep -qF "$manager" ||
	skip_all "no region of this machine takes PDIs"

# refused FILE SENTENCE: and the region stays free
refused() {
	! hwctl claim new "$region=$images/$1" -- true >/tmp/out 2>&1 &&
		grep -qF -- "$2" /tmp/out && hwctl resource show $region | grep -q "state *free"
	result $? "$1: $2"
}

echo "TAP version 13"

hwctl claim new "/fpga-full=$images/full.pdi" -- true >/tmp/out 2>&1
result $? "a PDI for all of the logic is loaded"

refused sha256-pr0.bit "image is a bitstream, manager $manager takes PDIs"
refused boot.pdi "image is a boot PDI, which a device starts from; manager $manager takes partial ones"
refused bad-frames.pdi "image is a PDI without frames of programmable logic, $region needs them"
refused encrypted.pdi "image is encrypted, manager $manager takes plain ones only"
refused full-other.pdi "image is for IDCODE 0x14caa093 (xcvm1802), the device of $region has"
refused full.pdi "image is a full PDI, $region takes a partial one"
refused sha256-pr1.pdi "image configures nodes 0x18700002 to 0x18700002, $region is node 0x18700001"
refused bad-slot.pdi "image configures nodes 0x1870000a to 0x1870000a, $region is node 0x18700001"
refused bad-checksum.pdi "partition header at byte 0xd0 has checksum"
refused bad-truncated.pdi "file ends at byte 0x5000"

rm -f /tmp/out
echo "1..$number"
exit $failed
