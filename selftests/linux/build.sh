#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh ROOT FOLDER: makes FOLDER/initrd of what is here and the busybox in ROOT.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$2/root

rm -rf "$root"
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sbin" "$root/sys"
cp "$1/usr/bin/busybox" "$here/end" "$root/bin/"
cp "$here/init" "$root/init"
for name in mount nproc sed uname; do ln -s busybox "$root/bin/$name"; done
ln -s ../bin/end "$root/sbin/poweroff"
"$here/../qemu/cpio.sh" "$root" "$2/initrd"
