# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the scripts of the bench share. Sourced with $bench set to their folder.

top=$(cd "$bench/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hwcontainer
build=$top/build
export LC_ALL=C
# depmod is there even where people have no use for it
PATH=$PATH:/usr/sbin:/sbin

guest_arch=arm64
cross=aarch64-linux-gnu-
multiarch=aarch64-linux-gnu

say() {
	echo "$*" >&2
}

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# The option that uses every processor, unless a make above shares out its jobs.
jobs() {
	case ${MAKEFLAGS-} in
	*--jobserver*) ;;
	*) echo "-j$(nproc)" ;;
	esac
}

# lock NAME [FOLDER]: one builder at a time, of the cache where no folder is named;
# the lock goes when the script ends.
lock() {
	lock_folder=${2-$cache}
	mkdir -p "$lock_folder"
	exec 9>"$lock_folder/lock-$1"
	flock -n 9 && return
	say "waiting for another run that prepares the $1"
	flock 9
}

# use_machine VARIANT: takes MACHINE's file and sets machine, out, the folder of its
# guest, and rootfs, what rootfs.sh unpacks for it.
use_machine() {
	machine=${MACHINE-virt}
	[ -e "$bench/machines/$machine.sh" ] ||
		die "$machine: no such machine in selftests/qemu/machines"
	rootfs=root
	# shellcheck disable=SC1090 # one of machines/
	. "$bench/machines/$machine.sh"
	out=$build/guest/$1
	[ "$machine" = virt ] || out=$out-$machine
}

# hash_of: a short name for what is read from stdin.
hash_of() {
	sha256sum | cut -c1-16
}

# progress LABEL PID COUNT_COMMAND: a line with the time while PID lives, in
# place on a terminal.
progress() {
	progress_start=$(date +%s)
	while kill -0 "$2" 2>/dev/null; do
		progress_line="$1: $(($(date +%s) - progress_start)) s, $($3)"
		if [ -t 2 ]; then
			printf '\r  %s ' "$progress_line" >&2
			progress_step=1
		else
			say "  $progress_line"
			progress_step=15
		fi
		while [ "$progress_step" -gt 0 ] && kill -0 "$2" 2>/dev/null; do
			sleep 1
			progress_step=$((progress_step - 1))
		done
	done
	if [ -t 2 ]; then printf '\n' >&2; fi
}
