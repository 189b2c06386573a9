#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh STAGE...: runs the stages and ends with one count for all of them. They are
# cut into jobs, of which one runs for each processor of this machine, two at least.
#   host          unit tests and style checks on this machine
#   stock         the modules on Debian's own kernel, which has no FPGA regions
#   base, debug   the tests in the guest, on that kernel; base in two guests, which
#                 share them
#   boards        those of regions on QEMU's boards, whose own drivers program
#   xen           those of virtual machines, where the guest is the host of some
# TESTS=PATTERN runs only the programs whose name matches.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
tallies=$top/build/tally
# What is built for this machine with warnings being errors: by nobody else, so that
# none is overlooked, and once for all stages.
programs=$top/build/check

# Stages say what they do before the compilers write.
title() {
	echo "== $*"
}

# Whether a name contains one of the patterns, which are not file names.
wanted() {
	set -f
	for pattern in $(echo "$TESTS" | tr , ' '); do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in *$pattern*) set +f && return 0 ;; esac
	done
	set +f
	return 1
}

host_tests() {
	title "unit tests and style checks"
	# what builds the modules against it, or starts it, has no time to build it
	if [ -z "${TESTS-}" ] || wanted style.sh || wanted test-secure.sh; then
		"$here/qemu/kernel.sh" base >/dev/null && "$here/qemu/rootfs.sh" root >/dev/null || return
	fi
	for dir in lib tools; do
		make --no-print-directory -C "$top/$dir" O="$programs" CROSS_COMPILE= WERROR=1 all tests ||
			return
	done
	make --no-print-directory -C "$here/rtos" O="$programs/rtos" || return
	make --no-print-directory -C "$top/tools" O="$programs/arm64" CROSS_COMPILE=aarch64-linux-gnu- \
		WERROR=1 vm-init || return
	# style.sh may build the modules from nothing, beside a guest
	"$here/ktap.py" --tests "${TESTS-}" --tally "$tally" --limit 900 \
		$(find "$programs/tests" -maxdepth 1 -type f -perm -u+x 2>/dev/null | sort) \
		"$here/test-ktap.py" "$here/rtos/test-rtos.py" \
		"$here/vm/test-vm.sh" "$here/vm/test-secure.sh" "$here/vm/test-x86.sh" "$here/style.sh"
}

# Whether a guest has anything to do.
any_guest_test() {
	[ -n "${TESTS-}" ] || return 0
	for file in "$here"/tests/*.c "$here"/tests/*.sh; do
		name=${file##*/}
		if wanted "${name%.*}"; then return 0; fi
	done
	return 1
}

guest_tests() { # kernel
	any_guest_test || return 0
	title "tests in the guest, machine ${MACHINE-virt}, kernel $1"
	"$here/qemu/run.sh" "$1" check --tally "$tally"
}

# What the guests share is made once, by the job of the first one.
first_half() {
	title "tests in two guests, machine ${MACHINE-virt}, kernel base: the first"
	"$here/qemu/payload.sh" base && touch "$prepared" && half 1
}

second_half() {
	until [ -e "$prepared" ]; do
		[ ! -e "$tallies/base-1.ended" ] || return
		sleep 1
	done
	title "tests in two guests, machine ${MACHINE-virt}, kernel base: the second"
	half 2
}

half() { # number
	PREPARED=yes PART=$1/2 "$here/qemu/run.sh" base check --tally "$tally"
}

# What depends on the manager that programs; the rest is the same as on virt.
board_programs="01-board* 20-* 21-* 22-* 23-* 25-assign 27-* 29-* 78-scrub-region"
# And what depends on remote processors: those of versal are real.
core_programs="61-runtime-firmware 62-rproc* 62-runtime-console 63-* 78-scrub-r5"

# And on what needs a hypervisor.
xen_programs="01-board* 8?-xen*"

board_tests() { # board
	any_guest_test || return 0
	patterns=$board_programs
	[ "$1" = zcu102 ] || patterns="$patterns $core_programs"
	title "tests of regions and cores in the guest, machine $1, kernel base"
	TESTS=${TESTS:-$patterns} MACHINE=$1 "$here/qemu/run.sh" base check --tally "$tally"
}

xen_tests() {
	any_guest_test || return 0
	title "tests of virtual machines in the guest, machine xen, kernel base"
	TESTS=${TESTS:-$xen_programs} LIMIT=${LIMIT:-1800} MACHINE=xen "$here/qemu/run.sh" base check --tally "$tally"
}

# Kernel, headers and tools are those of this machine's architecture.
stock_tests() {
	if [ -n "${TESTS-}" ] && ! wanted stock; then return 0; fi
	title "tests on Debian's kernel for amd64, which knows no FPGA and no overlay"
	if [ "$(dpkg --print-architecture)" = amd64 ]; then
		"$here/qemu/stock.sh" --tally "$tally"
	else
		echo "  skip  this machine's programs are not for amd64"
		echo "0 0 1" >>"$tally"
	fi
}

failures() {
	awk '{ failed += $2 } END { print failed + 0 }' "$tally"
}

# A job and what it counts.
run_job() {
	tally=$tallies/$1
	: >"$tally"
	case $1 in
	host) host_tests ;;
	base | debug) guest_tests "$1" ;;
	base-1) first_half ;;
	base-2) second_half ;;
	stock) stock_tests ;;
	xen) xen_tests ;;
	*) board_tests "$1" ;;
	esac
	# a job that went wrong and counted no failure has not been run to its end
	if [ $? -ne 0 ] && [ "$(failures)" = 0 ]; then
		echo "the stage \`$1\` could not run"
		echo "0 1 0" >>"$tally"
	fi
	: >"$tally.ended"
}

# Those of a stage. For a few tests one guest is sooner done than two.
jobs_of() {
	case $1 in
	host | stock | debug | xen) echo "$1" ;;
	base) if [ -n "${TESTS-}" ]; then echo base; else echo base-1 base-2; fi ;;
	boards) echo zcu102 versal ;;
	*)
		echo "check.sh: $1: no such stage" >&2
		return 2
		;;
	esac
}

# Each in a process group of its own, so that it can be ended as a whole.
start_job() {
	while [ "$(jobs -pr | wc -l)" -ge "$lanes" ]; do wait -n; done
	set -m
	run_job "$1" &
	set +m
	groups="$groups -$!"
}

lanes=$(nproc)
[ "$lanes" -gt 1 ] || lanes=2
prepared=$tallies/prepared
rm -rf "$tallies"
mkdir -p "$tallies"
asked=
for stage in "$@"; do
	asked="$asked $(jobs_of "$stage")" || exit
done
groups=
# Interrupted, nothing goes on behind the user's back.
trap '[ -z "$groups" ] || kill -- $groups 2>/dev/null; exit 130' INT TERM
# The longest first; what the second half waits for is made while the host's tests run.
for job in base base-1 debug host base-2 versal zcu102 stock; do
	case " $asked " in *" $job "*) start_job "$job" ;; esac
done
wait
# By itself: Xen has guests of its own, and what hangs is told from what is slow by time.
case " $asked " in *" xen "*) start_job xen ;; esac
wait
rm -f "$prepared" "$tallies"/*.ended
cat "$tallies"/* | awk '
	{ passed += $1; failed += $2; skipped += $3 }
	END {
		if (passed + failed + skipped == 0)
			print "no test matches TESTS=" ENVIRON["TESTS"]
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || passed + failed + skipped == 0
	}'
