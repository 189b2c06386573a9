# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the guest's init does, one function for each step.
#
# Reports go to the virtio port hwc.report, or the serial port that the kernel's
# command line names, as text. A line that begins with
# "%hwc " is the bench's own; every other line is output of the program that
# "%hwc begin NAME" announced.

mount_all() {
	mount -t proc -o nosuid,nodev,noexec proc /proc
	mount -t sysfs sysfs /sys
	mount -t tmpfs -o mode=755 run /run
	mount -t tmpfs -o mode=1777 tmp /tmp
	mkdir -p /dev/pts /dev/shm /dev/mqueue /hwc/out /var/lib /var/lock /var/log
	ln -sfn ../run /var/run
	mount -t devpts -o ptmxmode=666 devpts /dev/pts
	mount -t tmpfs shm /dev/shm
	mount -t mqueue mqueue /dev/mqueue
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t configfs configfs /sys/kernel/config
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
		echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
	done
	ln -sf /proc/self/fd /dev/fd
	hostname bench
	ip link set lo up 2>/dev/null
}

# Sets action, tests (patterns), part (of the tests, such as 1/2) and slow (how much
# slower this kernel is).
read_command_line() {
	action=check tests= part=1/1 slow=1 port=
	for word in $(cat /proc/cmdline); do
		case $word in
		hwc.action=*) action=${word#*=} ;;
		hwc.tests=*) tests=$(echo "${word#*=}" | tr , ' ') ;;
		hwc.part=*) part=${word#*=} ;;
		hwc.slow=*) slow=${word#*=} ;;
		hwc.report=*) port=${word#*=} ;;
		esac
	done
	export HWC_SLOW=$slow
}

# File descriptor 3 is the port; the shell has none and reports to its console.
open_report() {
	exec 3>&1
	[ "$action" != shell ] || return
	for entry in /sys/class/virtio-ports/*; do
		[ "$(cat "$entry/name" 2>/dev/null)" = hwc.report ] || continue
		port=${entry##*/}
	done
	[ -n "$port" ] || return
	exec 3>"/dev/$port"
	case $port in tty*) stty -F "/dev/$port" raw -echo ;; esac
}

report() {
	printf '\n%%hwc %s\n' "$*" >&3
}

# The modules that every test finds loaded; a test may have removed them.
load_modules() {
	while read -r module; do
		[ ! -d "/sys/module/$(echo "$module" | tr - _)" ] || continue
		modprobe "$module" || echo "# $module does not load"
	done </hwc/modules.load
}

# Where this is a domain of Xen, it is the one that makes the others.
start_xen() {
	daemons=
	[ "$(cat /sys/hypervisor/type 2>/dev/null)" = xen ] || return 0
	mount -t xenfs xenfs /proc/xen
	mkdir -p /run/xenstored /run/xen /var/lib/xen /var/log/xen
	xenstored --pid-file /run/xenstored.pid
	xen-init-dom0
	xenconsoled --pid-file /run/xenconsoled.pid
	daemons="$(cat /run/xenstored.pid) $(cat /run/xenconsoled.pid)"
}

# Programs that still live, other than this one, those of Xen and the ones given.
strangers() {
	for entry in /proc/[0-9]*; do
		pid=${entry#/proc/}
		case " 1 $daemons $* " in *" $pid "*) continue ;; esac
		# without the zero bytes between the arguments; no fork for each
		line=
		read -r line 2>/dev/null <"$entry/cmdline"
		case $line in
		'') ;; # kernel threads and zombies
		*/initmoved) ;; # subshells of this program
		*) echo "$pid $(tr '\0' ' ' 2>/dev/null <"$entry/cmdline")" ;;
		esac
	done
}

# A second for the last process of a container to go by itself.
linger() {
	tries=10
	while
		found=$(strangers "$@")
		[ -n "$found" ] && [ $tries -gt 0 ]
	do
		sleep 0.1
		tries=$((tries - 1))
	done
	[ -z "$found" ] || echo "$found"
}

time_limit() {
	limit=60
	while read -r name seconds _; do
		[ "$name" != "$1" ] || limit=$seconds
	done </hwc/timeouts
	echo $((limit * slow))
}

# Not busybox's timeout, which looks once a second whether its program still runs.
kill_after() { # seconds, process
	exec 3>&-
	sleep "$1" && kill -KILL "$2"
}

end_watch() { # process
	sleeper=
	read -r sleeper 2>/dev/null <"/proc/$1/task/$1/children"
	# shellcheck disable=SC2086 # it may not have begun to sleep
	kill -KILL "$1" $sleeper
	wait "$1" 2>/dev/null
}

# run_program NAME FILE [LIMIT]: a test's output goes through a pipe, because
# the port can be open only once and a test may reopen its standard output.
run_program() {
	limit=${3-$(time_limit "$1")}
	report "begin $1 $limit"
	rm -f /run/output
	mkfifo /run/output
	cat /run/output >&3 &
	reader=$!
	(
		exec >/run/output 2>&1 3>&- </dev/null
		load_modules
		cd /tmp || exit
		exec "$2"
	) &
	main=$!
	kill_after "$limit" $main &
	watch=$!
	wait $main
	code=$?
	end_watch $watch
	linger $reader | while read -r pid line; do
		kill -KILL "$pid"
		echo "$line"
	done >/run/leftover
	wait $reader
	while read -r line; do
		report "left $line"
	done </run/leftover
	report "end $1 $code"
}

# Whether a test's name contains one of the patterns, which are not file names.
wanted() {
	[ -n "$tests" ] || return 0
	set -f
	for pattern in $tests; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in *$pattern*) set +f && return 0 ;; esac
	done
	set +f
	return 1
}

send_files() {
	for file in /hwc/out/*; do
		[ -f "$file" ] || continue
		report "file ${file##*/}"
		base64 "$file" >&3
		report eof
	done
}

# Whether the next test is this guest's: each has every Nth one.
is_ours() {
	turn=$((turn % ${part#*/} + 1))
	[ "$turn" = "${part%/*}" ]
}

action_check() {
	turn=0
	for file in /hwc/tests/*; do
		name=${file##*/}
		if [ -x "$file" ] && wanted "$name" && is_ours; then run_program "$name" "$file"; fi
	done
	finish
}

# The demonstration and the benchmark: their output is shown as it is.
action_script() {
	if [ -x "/hwc/actions/$action" ]; then
		run_program "$action" "/hwc/actions/$action" 3600
	else
		report "missing $action"
	fi
	finish
}

# What every run ends with, reported as a test like the others.
finish() {
	run_program kernel /hwc/kernel-check $((120 * slow))
	dmesg >/hwc/out/dmesg
	send_files
	report done
	sync
}

action_shell() {
	exec 2>&1
	load_modules
	cat /hwc/banner
	cat >/etc/profile <<-'EOF'
	PS1='bench:\w# '
	poweroff() { busybox poweroff -f; }
	reboot() { busybox reboot -f; }
	EOF
	cd /root || return
	setsid cttyhack sh -l
}
