# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# What makes the demonstrations' images. Sourced with $out set to the folder that
# gets an OCI layout, what is unpacked from it and the commands, for people.

# Runs a command and keeps it, as a person would type it in $out.
step() {
	echo "$*" >>"$out/commands"
	(cd "$out" && "$@") >"$out/log" 2>&1 || {
		cat "$out/log" >&2
		exit 1
	}
}

begin_images() {
	rm -rf "$out"
	mkdir -p "$out"
	: >"$out/commands"
	step umoci init --layout image
}

# make_image NAME FOLDER BUNDLE OPTION...: an image of FOLDER with options of
# `umoci config`, unpacked as a bundle. Needs no root rights.
make_image() {
	name=$1 folder=$2 bundle=$3
	shift 3
	mkdir -p "$out/$bundle/rootfs"
	# Only --rootless unpacks as somebody else than root, and owners do not matter.
	step umoci new --image "image:$name"
	step umoci insert --rootless --image "image:$name" "$folder" /
	step umoci config --image "image:$name" --architecture arm64 "$@"
	step umoci raw unpack --rootless --image "image:$name" "$bundle/rootfs"
	step umoci raw runtime-config --image "image:$name" --rootfs "$bundle/rootfs" \
		"$bundle/config.json"
	# The root lies beside the configuration, and nobody sits before a terminal.
	sed -i -e "s|\"path\": \"$bundle/rootfs\"|\"path\": \"rootfs\"|" \
		-e 's|"terminal": true|"terminal": false|' "$out/$bundle/config.json"
}

# build_program SOURCE... FILE: a static one for the guest, made with CROSS_COMPILE
build_program() {
	"${CROSS_COMPILE-}gcc" -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -static \
		-I"$top/include/uapi" -I"$top/include" -I"$top/lib" "$@"
}
