#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build-vm.sh RTOS ROOT OUT: makes the images of the demonstration of virtual machines as
# their authors would, and unpacks them as their users would. RTOS has rtos.bin and
# app.dtb, ROOT is a root with busybox.
#
#   OUT/rtos       an image that is nothing but a kernel and its device tree
#   OUT/busybox    an ordinary one, that knows nothing of virtual machines
#   OUT/commands   the commands, for people
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
rtos=$1
root=$2
out=$3
# shellcheck source=selftests/demo/umoci.sh
. "$top/selftests/demo/umoci.sh"

begin_images
mkdir -p "$out/folder-rtos/boot" "$out/folder-busybox/bin" "$out/folder-busybox/etc"
cp "$rtos/rtos.bin" "$rtos/app.dtb" "$out/folder-rtos/boot/"
cp "$root/usr/bin/busybox" "$out/folder-busybox/bin/"
for name in cat grep head hostname id ls mkdir ps sh sleep stty touch tty uname wc; do
	ln -s busybox "$out/folder-busybox/bin/$name"
done
echo 'root:x:0:0::/:/bin/sh' >"$out/folder-busybox/etc/passwd"

make_image rtos folder-rtos rtos --config.entrypoint /boot/rtos.bin \
	--config.label KERNEL=/boot/rtos.bin --config.label DTB=/boot/app.dtb
make_image busybox folder-busybox busybox --config.entrypoint /bin/sh
