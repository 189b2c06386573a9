#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The interrupt of a device that is given to one virtual machine after another reaches each
# of them, whatever the one before has left of it when it was killed.
# shellcheck disable=SC1091,SC2154,SC2317 # domain.sh is beside the bundles; expect calls
. /hwc/demo/domain.sh
is_xen || skip_all "there is no hypervisor (BOARD=xen)"
times=${HWC_RUNS-1}

said() {
	grep -qF "$1" /tmp/said
}

pin() { # processor
	xl vcpu-pin "$(domain_of c1 | cut -d' ' -f1)" 0 "$1"
}

# A guest on a processor. Its engine works, though there was another guest before; then it does
# that with one more interrupt.
begins() { # processor, word, what is said then
	new_vm_with_engine c1 "$2"
	hwcontainer-runtime create --bundle "$bundles/c1" c1 </dev/null >/tmp/said 2>&1 &&
		pin "$1" && hwcontainer-runtime start c1 &&
		within 30 said "3 commands, 3 interrupts" && within 30 said "$3"
}

ends() {
	code=$?
	[ "$code" = 0 ] || cat /tmp/said
	hwcontainer-runtime kill c1 KILL
	within 30 is_free || code=1
	hwcontainer-runtime delete --force c1
	return "$code"
}

is_killed() { # processor, word, what is said then
	begins "$@"
	ends
}

# Its interrupt begins on one processor and ends on the other.
is_moved() {
	begins 0 stay=3000 "in the handler" && pin 1 && within 30 said "was handled"
	ends
}

hwctl policy allow all >/dev/null
# who destroys them is on another processor
xl vcpu-pin 0 all 1
for round in $(seq "$times"); do
	expect "round $round: killed while it handles the interrupt" is_killed 0 stay "in the handler"
	expect "killed with the interrupt pending" is_killed 0 ignore "is ignored"
	expect "killed with one that it does not let through" is_killed 0 disable "is ignored"
	expect "moved to another processor while it handles one" is_moved
	expect "and there is one more on the first processor" is_killed 0 hang "rtos: hanging"
done
xl vcpu-pin 0 all all
rm -rf "$bundles" "$policy" /tmp/said
echo "1..$number"
exit "$failed"
