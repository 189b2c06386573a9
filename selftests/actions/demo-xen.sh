#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration with Xen: a container that is a virtual machine with a real-time
# system, which drives an accelerator that is its own, and then the host's again.
# shellcheck disable=SC1091,SC2154,SC2317 # domain.sh is beside the bundles; check calls
. /hwc/demo/domain.sh
. /hwc/demo/story.sh
said=/tmp/vm.out

has_said() { # pattern
	grep -q "$1" "$said"
}

# The driver of the host that a device of the region has.
driver_of() {
	for device in /sys/bus/platform/devices/*.sha256; do
		[ ! -e "$device/driver" ] || basename "$(readlink "$device/driver")"
	done
}

## the story

show_host() {
	title "The host: Xen, and this Linux as its first domain"
	tell "\$ xl info"
	xl info | grep -E '^(xen_version|xen_caps|total_memory|free_memory)' | indent
	show xl list
	show hwctl resource list
}

show_image() {
	title "An image with a kernel, a device tree and what its accelerator is made of"
	tell_image /hwc/demo/vm-commands /hwc/demo/vm/rootfs
}

show_policy() {
	title "An image asks, only the host grants"
	tell "\$ hwcontainer-runtime create --bundle vm vm"
	follow_refusal hwcontainer-runtime create --bundle "$bundles/vm" vm
	tell "And its kernel would get hardware:"
	tell "\$ hwcontainer-runtime create --bundle vm vm"
	follow_next_refusal hwcontainer-runtime create --bundle "$bundles/vm" vm
	check "there is no domain" no_domain
}

show_create() {
	title "Created: the region is programmed, the device nobody's yet"
	tell "\$ hwcontainer-runtime create --bundle vm vm"
	hwcontainer-runtime create --bundle "$bundles/vm" vm </dev/null >"$said" 2>&1
	indent <"$said"
	check "it is created" status_is vm created
	show xl list
	check "its domain is paused" domain_is vm paused
	claim=$(claim_of)
	show hwctl claim show "$claim"
	check "the host's driver does not see the device" [ "$(driver_of)" = hwcontainer-assign ]
	tell "What Xen is told of it:"
	show hwctl claim show --xl "$claim"
}

show_start() {
	title "Started: the guest drives it"
	show hwcontainer-runtime start vm
	check "the guest has computed" within 20 has_said '^sha256 '
	show hwcontainer-runtime state vm
	check "it runs" status_is vm running
	show xl list
	check "so does its domain" domain_is vm running
	tell "What the container prints is the guest's console:"
	indent <"$said"
	digest=$(digest_of_app)
	tell "The same text on the host, by sha256sum:"
	tell "  $digest"
	check "the digest is right" has_said "^sha256 $digest"
	check "interrupts of the device came to the guest" has_said ' [1-9][0-9]* interrupts '
}

show_second() {
	title "Another one that asks for it meanwhile"
	tell "\$ hwcontainer-runtime create --bundle vm second"
	hwcontainer-runtime create --bundle "$bundles/vm" second </dev/null >/tmp/said 2>&1
	check "it is refused" [ $? = 1 ]
	indent </tmp/said
	check "the refusal says who has it" grep -q "held by container vm" /tmp/said
}

show_kill() {
	title "Killed: hardware and domain go together"
	show hwcontainer-runtime kill vm KILL
	check "it has stopped" within 20 status_is vm stopped
	check "there is no domain" within 20 no_domain
	check "the region is free" within 10 is_free
	show hwcontainer-runtime delete vm
}

show_exit() {
	title "In one go: the guest's exit code is the container's"
	tell "\$ hwcontainer-runtime run --bundle vm vm"
	hwcontainer-runtime run --bundle "$bundles/vm" vm </dev/null >"$said" 2>&1
	code=$?
	indent <"$said"
	tell "It ends with status $code."
	check "that is what the guest said (exit=7)" [ "$code" = 7 ]
	check "there is no domain" no_domain
	check "the region is free" within 10 is_free
}

show_host_again() {
	title "The same image for the host"
	tell "\$ hwctl claim new --hold $region=/boot/sha256.bit"
	hwctl claim new --hold "$region=$bundles/vm/rootfs/boot/sha256.bit" </dev/null >/tmp/said 2>&1 &
	held=$!
	check "it is claimed" within 20 is_claimed
	tell "driver of the device: $(driver_of)"
	check "the host's driver is back" [ "$(driver_of)" = hwcontainer-sim-sha256 ]
	kill $held
	wait $held
}

is_claimed() {
	[ -n "$(claim_of)" ] && [ -n "$(driver_of)" ]
}

show_end() {
	title "What is left"
	show xl list
	check "there is no domain" no_domain
	check "the region is free" within 10 is_free
	show hwctl claim list
	check "no claim is left" [ "$(hwctl -j claim list)" = "[]" ]
	check "no container is left" [ -z "$(ls "$root" 2>/dev/null)" ]
	rm -rf "$bundles" "$policy" "$said" /tmp/said
	told_all
}

mkdir -p "$bundles"
cp -a /hwc/demo/vm "$bundles/"
show_host
show_image
show_policy
show_create
show_start
show_second
show_kill
show_exit
show_host_again
show_end
[ "$bad" = 0 ]
