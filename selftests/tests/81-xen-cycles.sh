#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A virtual machine with a device of its own is created, started, killed and deleted,
# fifty times: Xen and the runtime say the same of it at every step, and nothing is left.
# shellcheck disable=SC1091,SC2154,SC2317 # domain.sh is beside the bundles; expect calls
. /hwc/demo/domain.sh
is_xen || skip_all "there is no hypervisor (BOARD=xen)"
times=${HWC_RUNS:-50}
wrong=/tmp/wrong

# agree STEP STATUS DOMAIN: what the runtime, its list and Xen say
agree() {
	said="$(status_of cycle) $(hwcontainer-runtime list | awk '$1 == "cycle" { print $3 }')"
	[ "$said" = "$2 $2" ] && domain_is cycle "$3" ||
		echo "cycle $cycle, $1: the runtime and its list say $said, Xen: $(domain_of cycle)" >>"$wrong"
}

verb() {
	hwcontainer-runtime "$@" </dev/null >/tmp/said 2>&1 ||
		echo "cycle $cycle, $1: $(cat /tmp/said)" >>"$wrong"
}

one_cycle() {
	verb create --bundle "$bundles/cycle" cycle
	agree created created paused
	verb start cycle
	agree started running running
	verb kill cycle KILL
	agree killed stopped gone
	within 10 is_free || echo "cycle $cycle: region $region is $(region_state)" >>"$wrong"
	verb delete cycle
	[ -z "$(status_of cycle)" ] && no_domain || echo "cycle $cycle: it is not gone" >>"$wrong"
}

# Everything that could be left: one line for each.
everything() {
	xenstore-ls -f | cut -d' ' -f1 | sed 's/^/xenstore /'
	find /run /tmp /var/lib/xen /var/log/xen /dev/pts -type f -o -type s -o -type p -o -type c |
		grep -v -e '^/tmp/out$' -e '^/tmp/before$' -e '^/tmp/after$' -e "^$wrong$" -e '^/tmp/said$'
	hwctl claim list
	domains
}

all_cycles() {
	cycle=1
	while [ $cycle -le "$times" ]; do
		one_cycle
		cycle=$((cycle + 1))
	done
	[ ! -s "$wrong" ] || cat "$wrong"
	[ ! -s "$wrong" ]
}

nothing_left() {
	everything >/tmp/after
	diff /tmp/before /tmp/after
}

rm -f "$wrong"
hwctl policy allow all >/dev/null
new_vm_with_engine cycle hang
# the directories that the first domain leaves in xenstore
cycle=0
one_cycle
expect "the first cycle is as it should be" [ ! -s "$wrong" ]
everything >/tmp/before
expect "so are $times more" all_cycles
expect "nothing is left of them" nothing_left
rm -rf "$bundles" "$policy" /tmp/before /tmp/after /tmp/said "$wrong"
echo "1..$number"
exit $failed
