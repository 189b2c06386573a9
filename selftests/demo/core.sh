# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# What the tests of hwcontainer-runtime with remote processors share, in the guest.
# shellcheck disable=SC1091 # it is there
. /hwc/demo/lib.sh

sim=/sys/kernel/debug/hwcontainer-sim-rproc
cores=/sys/class/remoteproc
# where the runtime keeps containers whose program is firmware
root=/run/firmware

# use_core NAME: sets $core, also for lib.sh, to what the kernel calls it
use_core() {
	for entry in "$cores"/*; do
		[ "$(cat "$entry/name")" != "$1" ] || core=$(basename "$entry")
	done
	region=$core
}

# Every core, as a refusal names them.
all_cores() {
	for entry in "$cores"/*; do
		echo "$(basename "$entry") ($(cat "$entry/name"))"
	done | sort | tr '\n' ',' | sed 's/,$//; s/,/, /g'
}

core_is() { # state
	[ "$(cat "$cores/$core/state")" = "$1" ]
}

# Off, given back, and nothing is left of it.
core_is_free() {
	core_is offline && is_free && [ ! -e /lib/firmware/hwcontainer ] &&
		[ "$(cat "$sim/running")" = 0 ] && [ "$(stat -c %a "$cores/$core/state")" = 644 ]
}

crash() {
	echo 2 >"/sys/kernel/debug/remoteproc/$core/crash"
}

# firmware_bundle NAME FILE ANNOTATIONS: a container whose only argument is FILE of
# /hwc/images, and whose annotations are the operator's
firmware_bundle() {
	folder=$bundles/$1
	rm -rf "$folder"
	mkdir -p "$folder/rootfs/boot"
	cp "/hwc/images/$2" "$folder/rootfs/boot/rpu.elf"
	cat >"$folder/config.json" <<EOT
{
	"ociVersion": "1.0.2",
	"process": { "args": ["/boot/rpu.elf"], "cwd": "/", "user": { "uid": 0, "gid": 0 } },
	"root": { "path": "rootfs" },
	"annotations": { $3 },
	"linux": { "namespaces": [
		{ "type": "pid" }, { "type": "network" }, { "type": "ipc" },
		{ "type": "uts" }, { "type": "mount" }
	] }
}
EOT
}

rt() {
	hwcontainer-runtime --root "$root" "$@"
}

# One member of the state, or nothing.
member() { # container key
	rt state "$1" 2>/dev/null | sed -n "s/^ *\"$2\": *\"*\([^\",]*\)\"*,*\$/\1/p"
}

status_is() { # container status
	[ "$(member "$1" status)" = "$2" ]
}
