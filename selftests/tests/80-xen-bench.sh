#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The bench with Xen, by xl alone: that its guests run, are given hardware and end. What
# Xen makes of guests in containers is in 80-xen.
# shellcheck disable=SC1091,SC2034,SC2154,SC2317 # test.sh is in the guest; expect calls
. /hwc/test.sh
read -r machine </hwc/machine
told=yes
[ "$machine" = xen ] || skip_all "this machine is $machine, not xen"
image=/hwc/images/sha256-pr3.bit:/hwc/dtbo/sha256-pr3-gic.dtbo

# create CONSOLE LINE...: a domain from a configuration of these lines, paused; what its
# console, a folder in xenstore, says goes to /tmp/console from then on.
create() {
	console=$1
	shift
	printf '%s\n' 'name = "guest"' 'vcpus = 1' 'on_poweroff = "preserve"' "$@" >/tmp/guest.cfg
	xl create -p /tmp/guest.cfg || return
	tty=$(xenstore-read "/local/domain/$(xl domid guest)/$console/tty")
	cat "$tty" >/tmp/console &
	reader=$!
}

# Whether the domain is shut down, because it wanted to: xen/include/public/sched.h.
is_off() {
	xl list -v guest | grep -q 's-- .* 0  *-$'
}

said() {
	tr -d '\r' </tmp/console | grep -qF -- "$1"
}

said_code() {
	grep -qF "$(printf '\033]hwcontainer;exit=%u\007' "$1")" /tmp/console
}

destroy() {
	xl destroy guest
	[ -n "$reader" ] || return
	# it has seen the end of the console by now, or not
	kill "$reader" 2>/dev/null
	wait "$reader" 2>/dev/null
}

test_engine() {
	hwctl claim new --assign "/fpga-full/fpga-PR3=$image" &&
		create vuart/0 'memory = 32' 'kernel = "/hwc/rtos/rtos.bin"' 'vuart = "sbsa_uart"' \
			'cmdline = "exit=7"' 'device_tree = "/hwc/rtos/engine.dtb"' \
			'iomem = ["7ff30,1@10000"]' 'irqs = [34]' &&
		xl unpause guest && within 20 is_off && within 5 said_code 7 &&
		said "sha256 at 0x10000000, interrupt 34" && said "3 commands, 3 interrupts" &&
		said "sha256 $(digest)"
}

# Of what engine.dtb says.
digest() {
	yes 'hello from a virtual machine' | head -n 200 | tr -d '\n' | sha256sum | cut -d' ' -f1
}

test_linux() {
	create console 'memory = 64' 'kernel = "/hwc/linux/Image"' 'ramdisk = "/hwc/linux/initrd"' \
		'cmdline = "console=hvc0 quiet"' &&
		xl unpause guest && within 30 said "linux: listening" &&
		echo "said to hvc0" >"$tty" && within 5 said "said to hvc0" &&
		xl shutdown guest && within 2 is_off && within 5 said_code 0
}

no_domain() {
	[ "$(xl list | wc -l)" = 2 ] && ! xenstore-ls /local/domain | grep -q '^1'
}

# What it said, where that was not as it should be.
each() { # name, test
	: >/tmp/console
	reader=
	expect "$@"
	[ "$failed" = 0 ] || cat -v /tmp/console
	destroy
}

each "a guest drives the engine that it was given, with its interrupt" test_engine
hwctl claim delete "$(hwctl claim list | sed -n 's/^\([0-9]*\) .*PR3.*/\1/p')"
each "Linux has a console, and ends when it is asked to" test_linux
expect "no domain is left" no_domain
rm -f /tmp/guest.cfg /tmp/console
echo "1..$number"
exit "$failed"
