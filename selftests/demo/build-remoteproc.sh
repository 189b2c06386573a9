#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build-remoteproc.sh FIRMWARE OUT: makes the images of the remote processor
# demonstration as their authors would, and unpacks them as their users would.
#
#   OUT/core       an image that is nothing but firmware
#   OUT/talk       one whose program sends messages
#   OUT/commands   the commands, for people
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
firmware=$1
out=$2
core=/remoteproc@fe800000/r5f@fe800000
# shellcheck source=selftests/demo/umoci.sh
. "$top/selftests/demo/umoci.sh"

begin_images
mkdir -p "$out/folder-core/boot" "$out/folder-talk"
cp "$firmware" "$out/folder-core/boot/r5.elf"
build_program "$top/selftests/demo/talk.c" -o "$out/folder-talk/talk"

# Nothing tells of this core's crashes: its silence does.
make_image core folder-core core --config.entrypoint /boot/r5.elf \
	--config.label "$core=/boot/r5.elf" \
	--config.label org.hwcontainer.restart=on-failure:2 \
	--config.label org.hwcontainer.watchdog-ms=2000
make_image talk folder-talk talk --config.entrypoint /talk
