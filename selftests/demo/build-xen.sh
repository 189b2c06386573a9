#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build-xen.sh KERNEL DTB BITSTREAM OVERLAY OUT: makes the image of the demonstration
# with Xen as its author would, and unpacks it as its user would.
#
#   OUT/vm         a virtual machine that has an accelerator
#   OUT/commands   the commands, for people
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
kernel=$1
dtb=$2
bitstream=$3
overlay=$4
out=$5
region=/fpga-full/fpga-PR3
# shellcheck source=selftests/demo/umoci.sh
. "$top/selftests/demo/umoci.sh"

begin_images
mkdir -p "$out/folder/boot"
cp "$kernel" "$out/folder/boot/rtos.bin"
cp "$dtb" "$out/folder/boot/app.dtb"
cp "$bitstream" "$out/folder/boot/sha256.bit"
cp "$overlay" "$out/folder/boot/sha256.dtbo"
make_image vm folder vm --config.entrypoint /boot/rtos.bin \
	--config.label KERNEL=/boot/rtos.bin \
	--config.label DTB=/boot/app.dtb \
	--config.label "CMDLINE=ticks=60 exit=7" \
	--config.label org.hwcontainer.vm.memory=32M \
	--config.label "$region=/boot/sha256.bit"
