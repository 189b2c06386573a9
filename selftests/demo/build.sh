#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh BITSTREAM OVERLAY OUT: makes the demonstration's image as its author
# would, and unpacks it as its user would.
#
#   OUT/image        an OCI image, made by umoci from the folder OUT/folder
#   OUT/bundle       what umoci makes of it for an OCI runtime
#   OUT/commands     the commands, for people
#
# The container's program is /digest.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
bitstream=$1
overlay=$2
out=$3
region=/fpga-full/fpga-PR0

# shellcheck source=selftests/demo/umoci.sh
. "$top/selftests/demo/umoci.sh"

begin_images
mkdir -p "$out/folder/boot"
build_program "$top/selftests/demo/digest.c" "$top/lib/sha256.c" -o "$out/folder/digest"
cp "$bitstream" "$out/folder/boot/sha256.bit"
cp "$overlay" "$out/folder/boot/sha256.dtbo"
make_image sha256 folder bundle --config.entrypoint /digest \
	--config.label "$region=/boot/sha256.bit"
