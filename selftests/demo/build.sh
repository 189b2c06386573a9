#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh BITSTREAM OVERLAY OUT: makes the demonstration's image as its author
# would, and unpacks it as its user would.
#
#   OUT/image        an OCI image, made by umoci from the folder OUT/folder
#   OUT/bundle       what umoci makes of it for an OCI runtime
#   OUT/commands     the commands, for people
#
# The container's program, /digest, is a static one for the guest, made with
# CROSS_COMPILE. Needs no root rights.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
bitstream=$1
overlay=$2
out=$3
region=/fpga-full/fpga-PR0

# Runs a command and keeps it, as a person would type it in OUT.
step() {
	echo "$*" >>"$out/commands"
	(cd "$out" && "$@") >"$out/log" 2>&1 || {
		cat "$out/log" >&2
		exit 1
	}
}

build_program() {
	"${CROSS_COMPILE-}gcc" -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -static \
		-I"$top/include/uapi" -I"$top/include" -I"$top/lib" \
		"$top/selftests/demo/digest.c" "$top/lib/sha256.c" -o "$1"
}

rm -rf "$out"
mkdir -p "$out/folder/boot" "$out/bundle/rootfs"
: >"$out/commands"
build_program "$out/folder/digest"
cp "$bitstream" "$out/folder/boot/sha256.bit"
cp "$overlay" "$out/folder/boot/sha256.dtbo"

# Only --rootless unpacks as somebody else than root, and owners do not matter.
step umoci init --layout image
step umoci new --image image:sha256
step umoci insert --rootless --image image:sha256 folder /
step umoci config --image image:sha256 --architecture arm64 --config.entrypoint /digest \
	--config.label "$region=/boot/sha256.bit"
step umoci raw unpack --rootless --image image:sha256 bundle/rootfs
step umoci raw runtime-config --image image:sha256 --rootfs bundle/rootfs bundle/config.json
# The root lies beside the configuration, and nobody sits before a terminal.
sed -i -e 's|"path": "bundle/rootfs"|"path": "rootfs"|' \
	-e 's|"terminal": true|"terminal": false|' "$out/bundle/config.json"
