#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Virtual machines as domains of Xen: their life, their ends, what they are given, whatever
# is killed or hangs meanwhile, and what is refused.
# shellcheck disable=SC1091,SC2154,SC2317 # domain.sh is beside the bundle; expect calls
. /hwc/demo/domain.sh
is_xen || skip_all "there is no hypervisor (BOARD=xen)"
settings=/etc/hwcontainer/runtime.json
xl=/usr/sbin/xl
said=/tmp/said

rt() {
	hwcontainer-runtime "$@" </dev/null >"$said" 2>&1
	code=$?
	cat "$said"
	return "$code"
}

has_said() {
	grep -qF "$1" "$said"
}

## what is left of containers

# Names in xenstore of domains but the first one.
in_xenstore() {
	xenstore-ls -f | grep -E '^/(local/domain|libxl|vm)/' | grep -vE '^/(local/domain|libxl)/0([/ ]|$)' |
		grep -v '^/vm/00000000-'
}

workers() {
	for entry in /proc/[0-9]*; do
		read -r name 2>/dev/null <"$entry/comm" || continue
		case $name in hwc-keeper | hwc-vm | xl) echo "$name ${entry#/proc/}" ;; esac
	done
}

everything() {
	domains
	in_xenstore
	workers
	ls "$root" 2>/dev/null
	find /var/lib/xen -type f ! -name '*00000000-0000*'
	hwctl claim list | tail -n +2
	ls /dev/pts
}

is_as_before() {
	everything >/tmp/now
	cmp -s /tmp/before /tmp/now
}

nothing_left() {
	within 40 is_as_before || {
		diff /tmp/before /tmp/now
		return 1
	}
}

# A container that has ended, in whatever way.
gone_with() { # container
	within 40 status_is "$1" stopped && rt delete "$1" && nothing_left
}

## ends

ends_with() { # code, commands
	new_vm c1 "$2"
	rt run --bundle "$bundles/c1" c1
	same "$1" $? && nothing_left
}

crash_is_told() {
	ends_with 134 crash && has_said "hwcontainer-runtime: the virtual machine has crashed"
}

destroyed_by_somebody() {
	new_vm c1 hang
	rt create --bundle "$bundles/c1" c1 && rt start c1 || return
	$xl destroy "$(domain_of c1 | cut -d' ' -f1)"
	gone_with c1
}

prints_all() {
	new_vm c1 "mem ticks=3 exit=0"
	rt run --bundle "$bundles/c1" c1 && has_said "mem 0x40000000 + 0x2000000" &&
		has_said "tick 3" && ! grep -q hwcontainer\; "$said"
}

## life

lives() {
	new_vm c1 ticks
	hwcontainer-runtime create --bundle "$bundles/c1" c1 </dev/null >/tmp/f.out 2>&1 || return
	status_is c1 created && domain_is c1 paused && [ ! -s /tmp/f.out ] &&
		hwcontainer-runtime start c1 && status_is c1 running && domain_is c1 running &&
		within 10 grep -q "tick 2" /tmp/f.out
}

is_asked() {
	hwcontainer-runtime kill c1 TERM && within 10 grep -q \
		"^hwcontainer-runtime: the guest does not listen when it is asked to switch itself off; SIGKILL ends it$" \
		/tmp/f.out && status_is c1 running
}

refuses_signals() {
	! rt kill c1 HUP && has_said "a virtual machine takes no SIGHUP"
}

is_killed() {
	hwcontainer-runtime kill c1 KILL && gone_with c1
}

never_started() {
	new_vm c1 hang
	rt create --bundle "$bundles/c1" c1 && rt delete c1 && nothing_left
}

id_is_taken() {
	new_vm c1 hang
	rt create --bundle "$bundles/c1" c1 || return
	! rt create --bundle "$bundles/c1" c1 && has_said "container c1 exists already" &&
		domain_is c1 paused && rt delete --force c1 && nothing_left
}

## Linux, which speaks by Xen's own console

new_linux() { # commands
	new_vm c1 "console=hvc0 quiet $1" RAMDISK /boot/initrd
	sed -i 's/"32M"/"128M"/; s/"DTB"/"x"/; s/rtos.bin/Image/' "$bundles/c1/config.json"
	cp /hwc/linux/Image /hwc/linux/initrd "$bundles/c1/rootfs/boot/"
}

run_linux() {
	rm -f "$fifo"
	mkfifo "$fifo"
	hwcontainer-runtime run --bundle "$bundles/c1" c1 <"$fifo" >"$said" 2>&1 &
	started=$!
	exec 5>"$fifo"
	within 60 has_said "linux: listening"
}

linux_is_typed_to() {
	new_linux ""
	run_linux && echo "what is typed" >&5 && within 10 has_said "what is typed" &&
		echo "exit 3" >&5
	wait "$started"
	code=$?
	exec 5>&-
	cat "$said"
	same 3 "$code" && nothing_left
}

linux_is_asked() {
	new_linux ""
	run_linux && hwcontainer-runtime kill c1 TERM
	wait "$started"
	code=$?
	exec 5>&-
	cat "$said"
	same 0 "$code" && nothing_left
}

# As an engine has it: a terminal by the socket, for whichever console the guest speaks on.
has_terminal() { # what it says first, keys
	sed -i 's/"args"/"terminal": true, "args"/' "$bundles/c1/config.json"
	/hwc/engine/terminal /tmp/socket "$(printf '%b' "$2")" >/tmp/f.out &
	engine=$!
	within 10 test -S /tmp/socket &&
		hwcontainer-runtime create --bundle "$bundles/c1" --console-socket /tmp/socket c1 &&
		[ ! -s /tmp/f.out ] && rt start c1 && wait "$engine" && cat /tmp/f.out &&
		grep -qF "$1" /tmp/f.out && grep -qF "what is typed" /tmp/f.out && gone_with c1
}

uart_is_terminal() {
	new_vm c1 echo
	has_terminal "rtos: " 'what is typed\rexit 4\r'
}

linux_has_terminal() {
	new_linux ""
	has_terminal "linux: listening" 'what is typed\rexit 3\r'
}

## hardware

has_engine() {
	new_vm_with_engine c1 "exit=5"
	rt run --bundle "$bundles/c1" c1
	same 5 $? && has_said "sha256 $(digest_of_app)" &&
		grep -q "^engine: 5600 bytes, 3 commands, 3 interrupts" "$said" && is_free && nothing_left
}

host_has_it_again() {
	hwctl claim new "$region=/hwc/images/sha256-pr3.bit:/hwc/dtbo/sha256-pr3-gic.dtbo"
	hwctl claim list | grep -q "$region .*/dev/hwsim-sha256-0"
	found=$?
	hwctl claim delete "$(claim_of)" && within 10 is_free && return "$found"
}

holds_it() {
	new_vm_with_engine c1 hang
	rt create --bundle "$bundles/c1" c1 && same ready "$(claim_field state)" && rt start c1
}

two_for_one() {
	new_vm_with_engine c2 hang
	! rt create --bundle "$bundles/c2" c2 && has_said "$region is held by container c1" &&
		domain_is c1 running && domain_is c2 gone
}

gives_it_back() {
	hwcontainer-runtime kill c1 KILL && within 40 is_free && gone_with c1
}

## what is killed: of a container with hardware, which is free when the domain is gone

pid_of() { # comm
	workers | sed -n "s/^$1 //p" | head -n 1
}

new_running() {
	new_vm_with_engine c1 hang
	hwcontainer-runtime create --bundle "$bundles/c1" c1 </dev/null >/tmp/f.out 2>&1 && rt start c1
}

killed() { # comm...
	new_running || return
	victims=
	for comm in "$@"; do victims="$victims $(pid_of "$comm")"; done
	# shellcheck disable=SC2086 # numbers
	kill -KILL $victims
	within 40 domain_is c1 gone && within 20 is_free && gone_with c1
}

keeper_is_killed() {
	killed hwc-keeper && grep "^hwcontainer-runtime: the keeper of domain hwc-c1-.* was killed" /tmp/f.out
}

xl_is_killed() {
	killed xl && grep "^hwcontainer-runtime: xl create was killed by signal 9" /tmp/f.out
}

# Nobody is left who could destroy it but who deletes it.
all_are_killed() {
	new_running || return
	kill -KILL "$(pid_of hwc-keeper)" "$(pid_of hwc-vm)"
	within 40 status_is c1 stopped && rt delete c1 && nothing_left && is_free
}

# In one go, as systemd ends a unit: that of an engine, in which the container was created.
service_is_killed() {
	service=/sys/fs/cgroup/service
	mkdir "$service" || return
	new_vm_with_engine c1 hang
	sh -c "echo 0 >$service/cgroup.procs
		exec hwcontainer-runtime create --bundle $bundles/c1 c1" </dev/null >"$said" 2>&1 &&
		rt start c1 && grep -q "^$(pid_of hwc-vm)\$" "$service/cgroup.procs" || return
	echo 1 >"$service/cgroup.kill"
	within 40 domain_is c1 gone && within 20 is_free && gone_with c1
	code=$?
	within 5 rmdir "$service" && return "$code"
}

# While it is created, at some moments: the runtime, its process, the keeper, xl.
killed_while_created() {
	for comm in hwcontainer-run hwc-vm hwc-keeper xl; do
		for ms in 100 300 600 1000; do
			new_vm_with_engine c1 hang
			hwcontainer-runtime create --bundle "$bundles/c1" c1 </dev/null >"$said" 2>&1 &
			started=$!
			usleep $((ms * 1000 * ${HWC_SLOW-1}))
			victim=$started
			[ "$comm" = hwcontainer-run ] || victim=$(pid_of "$comm")
			[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
			wait "$started" 2>/dev/null
			rt delete --force c1
			if ! nothing_left || ! is_free; then
				echo "$comm killed after $ms ms"
				return 1
			fi
		done
	done
}

## xl in whose place there is something else

# xl_does VERB COMMANDS: instead of that one, or of one of "A | B"
xl_does() {
	mkdir -p /etc/hwcontainer
	echo "{ \"vm\": { \"xl\": \"/tmp/xl\", \"timeout\": 5 } }" >"$settings"
	cat >/tmp/xl <<-EOT
	#!/bin/sh
	case \$1 in $1) ;; *) exec $xl "\$@" ;; esac
	$2
	EOT
	chmod +x /tmp/xl
}

# Containers keep the one that they were created with.
xl_is_right() {
	xl_does nothing :
}

xl_is_the_hosts() {
	rm -f $settings /tmp/xl
}

hangs_at_create() {
	xl_does create 'exec sleep 100'
	new_vm_with_engine c1 hang
	! rt create --bundle "$bundles/c1" c1 &&
		has_said "xl create has not ended after 5000 ms, and was killed" && is_free && nothing_left
}

# One that has made the domain, and does not come back.
hangs_after_create() {
	xl_does create "$xl create -p \$4 >/dev/null 2>&1; exec sleep 100"
	new_vm_with_engine c1 hang
	! rt create --bundle "$bundles/c1" c1 && has_said "has not ended" && is_free && nothing_left
}

hangs_at_start() {
	xl_does unpause 'exec sleep 100'
	new_vm_with_engine c1 hang
	rt create --bundle "$bundles/c1" c1 && ! rt start c1 &&
		has_said "xl unpause has not ended after 5000 ms, and was killed" && is_free &&
		rt delete c1 && nothing_left
}

# Its hardware is not given to anybody as long as the domain is there.
hangs_at_destroy() {
	xl_does destroy 'exec sleep 100'
	new_vm_with_engine c1 hang
	rt create --bundle "$bundles/c1" c1 && rt start c1 && kill -KILL "$(pid_of hwc-vm)" || return
	! rt delete c1 && domain_is c1 running && ! is_free || return
	xl_is_right
	within 60 is_free && rt delete c1 && nothing_left
}

# Its process has the hardware alone then, and is not killed as long as the domain is there.
hangs_without_keeper() {
	xl_does nothing :
	new_running || return
	xl_does 'list | destroy' 'exec sleep 100'
	kill -KILL "$(pid_of hwc-keeper)"
	within 40 grep -q "^hwcontainer-runtime: domain hwc-c1-.* has no keeper: its hardware is kept" \
		/tmp/f.out || return
	! rt kill c1 KILL && has_said "container c1 is not killed" && ! rt delete --force c1 &&
		domain_is c1 running && ! is_free || return
	xl_is_right
	within 60 is_free && gone_with c1
}

# What a create has left is there to be deleted.
hangs_at_end_of_create() {
	xl_does 'create | list' "[ \$1 = list ] || $xl create -p \$4 >/dev/null 2>&1; exec sleep 100"
	new_vm_with_engine c1 hang
	! rt create --bundle "$bundles/c1" c1 &&
		has_said "what was made of container c1 is there still: delete it when the hypervisor answers again" &&
		status_is c1 stopped && domain_is c1 paused && ! is_free || return
	xl_is_right
	within 60 is_free && rt delete c1 && nothing_left
}

# xenconsoled that has not written where a console is.
# shellcheck disable=SC2016 # for the other script
has_no_console() {
	xl_does create "$xl"' "$@" 2>&1 | while read -r line; do
		number=${line#*(domid }
		case $line in *"to die"*) xenstore-rm "/local/domain/${number%%)*}/vuart/0/tty" ;; esac
		echo "$line"
	done'
	new_vm c1 hang
	! rt create --bundle "$bundles/c1" c1 &&
		has_said "the domain's console (vuart/0) is not there after 5000 ms: is xenconsoled running?" &&
		nothing_left
}

fails_at_start() {
	xl_does unpause 'echo "libxl: error: libxl_x.c:1:f: Domain 1:no"; exit 1'
	new_vm c1 hang
	rt create --bundle "$bundles/c1" c1 && ! rt start c1 && has_said "xl unpause: no" &&
		rt delete c1 && nothing_left
}

hangs_at_list() {
	xl_does list 'exec sleep 100'
	new_vm c1 hang
	rt create --bundle "$bundles/c1" c1 && rt start c1 && status_is c1 running || return
	xl_is_right
	rt delete --force c1 && nothing_left
}

## what is refused

refused() { # sentence, as a pattern
	! rt create --bundle "$bundles/c1" c1 && grep -q "^hwcontainer-runtime: $1\$" "$said" &&
		[ ! -e "$root"/c1 ] && nothing_left
}

config() { # member, of which there is none yet
	sed -i "1s|{|{ $1,|" "$bundles/c1/config.json"
}

no_kernel() {
	new_vm c1 hang
	dd if=/dev/zero of="$bundles/c1/rootfs/boot/rtos.bin" bs=4096 count=2 2>/dev/null
	refused ".*rtos.bin.*"
}

other_kernel() {
	new_vm c1 hang
	# a zImage: magic, where it begins, where it ends
	{
		head -c 36 /dev/zero
		printf '\030\050\157\001\0\0\0\0\0\020\0\0'
		head -c 4048 /dev/zero
	} >"$bundles/c1/rootfs/boot/rtos.bin"
	refused ".*rtos.bin.*for arm, this machine is arm64"
}

too_much_memory() {
	new_vm c1 hang
	sed -i 's/"32M"/"8G"/' "$bundles/c1/config.json"
	refused "the domain is to have 8192 MiB of memory, and Xen has [0-9]* MiB free: .*dom0_mem.*"
}

broken_tree() {
	new_vm c1 hang
	echo "this is no tree" >"$bundles/c1/rootfs/boot/app.dtb"
	refused ".*app.dtb.*"
}

no_such_page() {
	new_vm c1 hang
	config '"vm": { "hwConfig": { "iomems": [ { "firstGFN": 65536, "firstMFN": 262144, "nrMFNs": 1 } ] } }'
	refused "xl create: failed give domain access to iomem range 40000-40000: Operation not permitted"
}

line_of_the_host() {
	new_vm c1 hang
	config '"vm": { "hwConfig": { "irqs": [ 33 ] } }'
	refused "xl create: failed give domain access to irq 33: Operation not permitted"
}

second_line() {
	new_vm c1 'quiet\"\nkernel=\"/proc/self/fd/0'
	refused ".*config.json: the value of CMDLINE has a control character"
}

secure() {
	new_vm c1 hang
	sed -i 's/"KERNEL": "[^"]*", "DTB": "[^"]*"/"org.hwcontainer.vm": "xen"/' "$bundles/c1/config.json"
	sed -i 's/"CMDLINE": "[^"]*"/"x": "y"/; /vm.memory/d' "$bundles/c1/config.json"
	mkdir -p /etc/hwcontainer
	echo '{ "vm": { "kernel": "/hwc/linux/Image", "init": "/usr/bin/busybox" } }' >"$settings"
	refused "a virtual machine without a kernel .* choose qemu" && xl_is_the_hosts
}

no_xl() {
	mkdir -p /etc/hwcontainer
	echo '{ "vm": { "xl": "/nowhere/xl" } }' >"$settings"
	new_vm c1 hang
	refused "/nowhere/xl cannot be executed: No such file or directory" && xl_is_the_hosts
}

daemon_is_stopped() {
	xl_is_right
	new_vm c1 hang
	kill -STOP "$(cat /run/xenstored.pid)"
	rt create --bundle "$bundles/c1" c1
	code=$?
	kill -CONT "$(cat /run/xenstored.pid)"
	xl_is_the_hosts
	same 1 "$code" && has_said "xenstored does not answer (Connection timed out): is it running?" &&
		nothing_left
}

hwctl policy allow all >/dev/null
everything >/tmp/before

expect "a guest that switches itself off ends its container with 0" ends_with 0 mem
expect "the code that it told is the container's" ends_with 7 exit=7
expect "a reboot ends it with 0" ends_with 0 reboot
expect "a crash ends it as an abort would, and is told" crash_is_told
expect "a domain that somebody destroys has been killed" destroyed_by_somebody
expect "what it says is printed up to the end, but for its code" prints_all
expect "Xen and the runtime say the same of its life" lives
expect "TERM asks, and a guest that does not listen is told of" is_asked
expect "other signals are refused" refuses_signals
expect "KILL destroys the domain" is_killed
expect "one that was never started is deleted" never_started
expect "a second container of its name changes nothing" id_is_taken
expect "Linux gets what is typed, and tells its code" linux_is_typed_to
expect "Linux ends when it is asked to" linux_is_asked
expect "a terminal goes to the engine" uart_is_terminal
expect "Linux has one, too" linux_has_terminal
expect "a guest has the engine that its container claims, and its interrupt" has_engine
expect "the host has it after that" host_has_it_again
expect "a container that is created has its hardware" holds_it
expect "another one does not get it" two_for_one
expect "it is free when the domain is gone" gives_it_back
expect "kill -9 of the container's process leaves nothing" killed hwc-vm
expect "kill -9 of the keeper leaves nothing, and is told" keeper_is_killed
expect "kill -9 of xl leaves nothing, and is told" xl_is_killed
expect "kill -9 of all of them is made good by a delete" all_are_killed
expect "kill -9 of an engine's whole cgroup leaves nothing" service_is_killed
expect "kill -9 of any of them during a create leaves nothing" killed_while_created
expect "xl that hangs during a create is killed" hangs_at_create
expect "so is one that hangs with a domain" hangs_after_create
expect "and one that hangs during a start" hangs_at_start
expect "a domain that cannot be destroyed keeps its hardware" hangs_at_destroy
expect "a domain without a keeper keeps it, too" hangs_without_keeper
expect "what a create cannot destroy is there for a delete" hangs_at_end_of_create
expect "a console that is not there ends a create" has_no_console
expect "a start that fails is told" fails_at_start
expect "a list that hangs changes no state" hangs_at_list
xl_is_the_hosts
expect "a file that is no kernel is refused" no_kernel
expect "so is a kernel for another processor" other_kernel
expect "and more memory than there is, with the numbers" too_much_memory
expect "and a broken device tree" broken_tree
expect "and memory instead of registers" no_such_page
expect "and an interrupt that the host has" line_of_the_host
expect "and a command line with a second line" second_line
expect "and a container without a kernel" secure
expect "and a program that is not there" no_xl
expect "xenstored that does not answer is told" daemon_is_stopped
expect "nothing is left" nothing_left
rm -rf "${bundles:?}" "$policy" /tmp/before /tmp/now /tmp/f.out $said "$fifo"
echo "1..$number"
exit "$failed"
