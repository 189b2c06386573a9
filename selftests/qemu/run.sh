#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh base|debug check|shell|demo|bench [guest.py options]: starts the guest
# and lets it do one thing.
#
#   TESTS=PATTERN   run only tests whose name matches (check)
#   HWC_RUNS=N      how often tests that kill do, where they have no rule for it
#   HWC_SEED=N      and the random numbers that they begin with
#   HWC_SECONDS=N   how long the groups' limits are tried to be exceeded, at most 200
#   PART=1/2        only the first half of them, or the second
#   PREPARED=yes    what payload.sh makes is there
#   ICOUNT=1        one processor, time counted in instructions: repeatable
#   MACHINE=virt    a file in machines/
#   IDLE=SECONDS    silence after which the guest is taken for dead
#   LIMIT=SECONDS   longest run
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/common.sh"

[ $# -ge 2 ] || die "usage: run.sh base|debug check|shell|demo|bench"
variant=$1
action=$2
shift 2
case $variant in
base) slow=1 ;;
debug) slow=5 ;;
*) die "$variant: no such kernel; there are base and debug" ;;
esac
use_machine "$variant"
case $action in
check | shell) ;;
*) [ -e "$top/selftests/actions/$action.sh" ] || die "$action: no such program in selftests/actions" ;;
esac
# What a machine has of its own comes before what is for all of them.
[ ! -e "$top/selftests/actions/$action-$machine.sh" ] || action=$action-$machine

[ -n "${PREPARED-}" ] || "$bench/payload.sh" "$variant"
part=${PART-1/1}
# The guests share all but the command line, and what they report.
case $part in
1/*) ;;
*)
	whole=$out
	out=$whole-${part%/*}
	mkdir -p "$out"
	cp "$whole/$machine.dtb" "$out/"
	ln -sf "$whole/initrd" "$out/initrd"
	ln -sfn "$(readlink "$whole/kernel")" "$out/kernel"
	;;
esac

if [ -n "${ICOUNT-}" ]; then
	cpus=1
	icount="-icount shift=0,sleep=off"
fi
patterns=$(echo "${TESTS-}" | tr -s ' ' ,)
cmdline="console=$console loglevel=5 panic=-1 log_buf_len=8M kunit.enable=1"
cmdline="$cmdline hwc.action=$action hwc.slow=$slow hwc.tests=$patterns hwc.part=$part $(machine_cmdline)"
# What the kernel does not know becomes the environment of its init, and of the tests.
for name in HWC_RUNS HWC_SEED HWC_SECONDS; do
	eval "value=\${$name-}"
	[ -z "$value" ] || cmdline="$cmdline $name=$value"
done
fdtput -t s "$out/$machine.dtb" /chosen bootargs "$cmdline"
case $action in
check) ;;
*) set -- "$@" --raw "$action" ;;
esac
# shellcheck disable=SC2046,SC2086 # options are words
set -- "$@" -- $qemu $(machine_options) ${icount-} $(machine_boot "$out")

if [ "$action" = shell ]; then
	while [ "$1" != -- ]; do shift; done
	shift
	exec "$@" -serial mon:stdio
fi
exec "$bench/guest.py" --out "$out" --idle $((${IDLE-90} * slow)) --limit $((${LIMIT-900} * slow)) \
	--port="$(machine_report report)" "$@"
