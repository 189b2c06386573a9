#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The bench itself: what the other tests take for granted.
# shellcheck disable=SC1091,SC2154,SC2317 # test.sh is in the guest; expect calls
. /hwc/test.sh

has_controllers() {
	for controller in cpu memory pids; do
		grep -qw $controller /sys/fs/cgroup/cgroup.subtree_control || return
	done
}

# A busybox root and the configuration that runc itself proposes.
make_bundle() {
	mkdir -p /tmp/bundle/rootfs/bin /tmp/bundle/rootfs/proc /tmp/bundle/rootfs/dev \
		/tmp/bundle/rootfs/sys
	cp /bin/busybox /tmp/bundle/rootfs/bin/
	ln -sf busybox /tmp/bundle/rootfs/bin/sh
	rm -f /tmp/bundle/config.json
	runc spec -b /tmp/bundle || return
	sed -i -e 's/"terminal": true/"terminal": false/' \
		-e 's#^\t*"sh"$#"/bin/sh", "-c", "echo pid $$ in $(hostname)"#' /tmp/bundle/config.json
}

runs_container() {
	[ "$("$1" run -b /tmp/bundle "bench-$1" 2>&1 | tee /dev/stderr)" = "pid 1 in $2" ]
}

echo "TAP version 13"
echo 1..8
expect "the kernel is 6.12" grep -q '^Linux version 6\.12\.' /proc/version
expect "cgroup v2 with its controllers" has_controllers
expect "configfs is mounted" grep -q "^configfs /sys/kernel/config " /proc/mounts
expect "debugfs is mounted" grep -q "^debugfs /sys/kernel/debug " /proc/mounts
expect "/ is not the initramfs" grep -q '^root / tmpfs' /proc/mounts
expect "a bundle can be made" make_bundle
expect "runc runs a container" runs_container runc runc
expect "crun runs a container" runs_container crun runc
rm -rf /tmp/bundle
exit $failed
