#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cpio.sh FOLDER FILE: packs a folder for the kernel's initramfs. Not compressed:
# unpacking under emulation costs more than the bytes.
set -eu
cd "$1"
find . -mindepth 1 | sort | cpio -o -H newc -R 0:0 --quiet >"$2"
