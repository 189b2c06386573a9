# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
# What the demonstration and the tests of hwcontainer-runtime share, in the guest.
# shellcheck disable=SC1091 # it is there
. /hwc/test.sh

region=/fpga-full/fpga-PR0
image=/boot/sha256.bit
fifo=/tmp/stdin
bundles=/tmp/bundles
knobs=/sys/kernel/debug/hwcontainer-sim
policy=/etc/hwcontainer/policy.json

# The runtime that works under ours, and where it keeps its containers.
use_runtime() {
	runtime=$1
	export HWCONTAINER_RUNTIME="/usr/bin/$1"
}

# each NAME COMMAND...: a test of every runtime
each() {
	each_name=$1
	shift
	expect "$runtime: $each_name" "$@"
}

# new_bundle NAME: a copy of what umoci unpacked; prints its folder.
new_bundle() {
	mkdir -p "$bundles"
	rm -rf "${bundles:?}/$1"
	cp -a /hwc/demo/bundle "$bundles/$1"
	echo "$bundles/$1"
}

# start NAME: runs a container in the background that reads from what is written
# to file descriptor 5. Sets $started to the process, which is first ours, then
# the runtime's.
start() {
	rm -f "$fifo"
	mkfifo "$fifo"
	hwcontainer-runtime run --bundle "$bundles/$1" "$1" <"$fifo" >"/tmp/$1.out" 2>&1 &
	started=$!
	exec 5>"$fifo"
}

end_input() {
	exec 5>&-
}

# Runs a container that reads a text, until its end.
run_text() { # name
	printf %s "a text" | hwcontainer-runtime run --bundle "$bundles/$1" "$1" 2>&1
}

digest_of_text() {
	printf %s "a text" | sha256sum | cut -d' ' -f1
}

# Sets $said to what it prints.
gives_digest() { # name
	said=$(run_text "$1")
	code=$?
	echo "$said"
	[ "$code" = 0 ] && echo "$said" | grep -q "^accelerator  $(digest_of_text)$"
}

# One word of what is known about the region or its claim.
region_state() {
	hwctl resource show "$region" | sed -n 's/^state *//p'
}

claim_of() {
	hwctl claim list | awk -v name="$region" '$3 == name { print $1 }'
}

claim_field() { # name
	hwctl claim show "$(claim_of)" 2>/dev/null | sed -n "s/^$1 *//p"
}

is_free() {
	hwctl resource show "$region" | grep -q '^state *free$'
}

# Asks hwctl once: it is what such a look costs.
is_held_by_process() { # comm
	hwctl claim list | while read -r _ _ name type pid _; do
		[ "$name $type" = "$region process" ] || continue
		read -r comm <"/proc/$pid/comm" && [ "$comm" = "$1" ] && echo held
	done 2>/dev/null | grep -q held
}

is_running() { # container
	[ "$("$runtime" state "$1" 2>/dev/null | sed -n 's/.*"status": "\(.*\)".*/\1/p')" = running ]
}

init_of() { # container
	"$runtime" state "$1" 2>/dev/null | sed -n 's/.*"pid": \([0-9]*\).*/\1/p'
}

# What is left of a container when its runtime was killed; it begins with that folder.
clean_up() { # container
	[ -d "/run/$runtime/$1" ] || return 0
	"$runtime" delete --force "$1" >/dev/null 2>&1
	rm -rf "/run/$runtime/$1"
}
