#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh BUSYBOX FOLDER [MODULE...]: makes FOLDER/initrd of what is here, that busybox, and
# modules of its kernel's, in this order.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
busybox=$1
folder=$2
root=$folder/root
shift 2

rm -rf "$root"
mkdir -p "$root/bin" "$root/dev" "$root/modules" "$root/proc" "$root/sbin" "$root/sys"
cp "$busybox" "$root/bin/busybox"
cp "$here/end" "$root/bin/"
cp "$here/init" "$root/init"
number=10
for module in "$@"; do
	number=$((number + 1))
	cp "$module" "$root/modules/$number-${module##*/}"
done
for name in dd head insmod mount nproc sed uname; do ln -s busybox "$root/bin/$name"; done
ln -s ../bin/end "$root/sbin/poweroff"
"$here/../qemu/cpio.sh" "$root" "$folder/initrd"
