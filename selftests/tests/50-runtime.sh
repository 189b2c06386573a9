#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: containers that get what their image asks for, under runc
# and under crun, and all the ways in which they do not.
# shellcheck disable=SC1091,SC2154,SC2317 # lib.sh is beside the bundle; expect calls
. /hwc/demo/lib.sh

config() {
	echo "$bundles/$1/config.json"
}

# refused NAME SENTENCE: the container is not started, the configuration stays as
# it is, and nothing is held.
refused() {
	before=$(md5sum <"$(config "$1")")
	said=$(hwcontainer-runtime run --bundle "$bundles/$1" "$1" </dev/null 2>&1)
	same 1 $? && same "hwcontainer-runtime: $2" "$said" &&
		same "$before" "$(md5sum <"$(config "$1")")" && same "" "$(claim_of)" &&
		within 10 is_free
}

# The key of the image replaced: ask NAME LINE...
ask() {
	sed -i "s|^\(.*\)\"$region\": \"$image\",|\1$2|" "$(config "$1")"
}

gives_equal_digests() { # name
	gives_digest "$1" && echo "$said" | grep -q "^ *the two are equal$" && within 10 is_free
}

## without requests, and other verbs

passes_through() {
	new_bundle plain >/dev/null
	ask plain '"volume": "/data",'
	sed -i 's|"/digest"|"/digest", "x"|' "$(config plain)"
	before=$(stat -c %i "$(config plain)") sum=$(md5sum <"$(config plain)")
	hwcontainer-runtime run --bundle "$bundles/plain" plain </dev/null >/tmp/said 2>&1
	cat /tmp/said
	grep -q "HWC_DEVICE_0 is not set" /tmp/said &&
		same "$before" "$(stat -c %i "$(config plain)")" &&
		same "$sum" "$(md5sum <"$(config plain)")"
}

# Both log the second in which they were asked.
without_time() {
	sed 's/time="[^"]*"//'
}

other_verbs() {
	same "$("$runtime" --version)" "$(hwcontainer-runtime --version)" &&
		same "$("$runtime" state nobody 2>&1 | without_time)" \
			"$(hwcontainer-runtime state nobody 2>&1 | without_time)"
}

no_bundle() {
	hwcontainer-runtime run --bundle /nowhere none >/tmp/said 2>&1
	code=$?
	cat /tmp/said
	same 1 "$code" && ! grep -q '^hwcontainer-runtime:' /tmp/said
}

## policy

refused_by_policy() {
	rm -f "$policy"
	new_bundle a >/dev/null
	# shellcheck disable=SC2046 # two words
	set -- $(cd /hwc/demo/bundle/rootfs/boot && sha256sum sha256.bit sha256.dtbo | cut -d' ' -f1)
	digests="sha256:$1 sha256:$2"
	refused a "the image asks for $region with $image and this host does not allow it; hwctl policy allow digest $digests does"
}

granted_by_the_named_command() {
	# shellcheck disable=SC2086 # two words
	hwctl policy allow digest $digests && gives_equal_digests a
}

granted_to_the_operator() {
	rm -f "$policy"
	new_bundle a >/dev/null
	sed -i '/org.opencontainers.image/d; s|sha256.bit",$|sha256.bit"|' "$(config a)"
	gives_equal_digests a
}

granted_from_the_file() {
	new_bundle a >/dev/null
	mkdir "$bundles/a/rootfs/etc"
	echo "{\"$region\": \"$image\"}" >"$bundles/a/rootfs/etc/hwcontainer.json"
	ask a ""
	refused a "the image asks for $region with $image and this host does not allow it; hwctl policy allow digest $digests does" &&
		hwctl policy allow all && gives_equal_digests a
}

## a container that runs

holds_while_it_runs() {
	new_bundle a >/dev/null
	start a
	within 20 is_held_by_process digest && within 10 is_running a &&
		same "process $(init_of a)" "$(claim_field holder)" && same a "$(claim_field container)"
}

# Its input, its output, its errors and its device.
leaks_no_file() {
	for file in "/proc/$(init_of a)"/fd/*; do
		echo "$(basename "$file") $(readlink "$file")"
	done >/tmp/files
	cat /tmp/files
	same "0 1 2 3" "$(cut -d' ' -f1 /tmp/files | xargs)" &&
		grep -q '^3 /dev/hwsim-sha256-0$' /tmp/files &&
		! readlink "/proc/$started"/fd/* | grep hwcontainer
}

second_is_refused() {
	new_bundle b >/dev/null
	said=$(hwcontainer-runtime --log /tmp/log --log-format=json run -b "$bundles/b" b 2>&1 </dev/null)
	same 1 $? &&
		same "hwcontainer-runtime: $region is held by container a (claim $(claim_of))" "$said" &&
		grep -q '^{"level":"error","msg":"'"$region"' is held by container a' /tmp/log &&
		cmp "$(config b)" /hwc/demo/bundle/config.json && rm /tmp/log
}

ends_with_equal_digests() {
	printf %s "a text" >&5
	end_input
	wait "$started"
	same 0 $? && grep -q "^accelerator  $(digest_of_text)$" /tmp/a.out && within 10 is_free
}

# The edit of the first start is replaced.
starts_again() {
	gives_equal_digests a &&
		same 1 "$(grep -c '"path": "/dev/hwsim' "$(config a)")" &&
		same 1 "$(grep -c '^[[:space:]]*"HWC_DEVICE_0=' "$(config a)")" &&
		same 1 "$(grep -c '^[[:space:]]*"handover"' "$(config a)")"
}

as_another_user() {
	new_bundle a >/dev/null
	sed -i 's|"uid": 0,|"uid": 1000,|; s|"gid": 0$|"gid": 100|' "$(config a)"
	gives_equal_digests a
}

create_and_delete() {
	new_bundle a >/dev/null
	(cd "$bundles/a" && hwcontainer-runtime --root=/run/other create a </dev/null >/tmp/a.out 2>&1) ||
		return
	same a "$(claim_field container)" && ! is_free &&
		"$runtime" --root /run/other delete --force a && within 10 is_free
}

create_and_start() {
	mkfifo /tmp/in
	hwcontainer-runtime create -b "$bundles/a" --pid-file /tmp/pid a </tmp/in >/tmp/a.out 2>&1 &
	printf %s "a text" >/tmp/in
	wait $! && ! is_free && hwcontainer-runtime start a && within 10 is_free &&
		grep -q "^accelerator  $(digest_of_text)$" /tmp/a.out && hwcontainer-runtime delete a
	code=$?
	rm -f /tmp/in /tmp/pid
	return "$code"
}

no_program() {
	new_bundle a >/dev/null
	sed -i 's|"/digest"|"/none"|' "$(config a)"
	! run_text a && within 10 is_free && same "" "$(claim_of)"
}

# A runtime that is us again claims once.
nested() {
	new_bundle a >/dev/null
	printf '#!/bin/sh\nHWCONTAINER_RUNTIME=/usr/bin/%s exec hwcontainer-runtime "$@"\n' "$runtime" \
		>/tmp/wrapper
	chmod +x /tmp/wrapper
	export HWCONTAINER_RUNTIME=/tmp/wrapper
	gives_equal_digests a
	code=$?
	use_runtime "$runtime"
	return "$code"
}

overruled() {
	new_bundle a >/dev/null
	ask a '"org.hwcontainer.requests": "none",'
	run_text a | grep "HWC_DEVICE_0 is not set"
}

## bad input

bad() { # LINE SENTENCE
	new_bundle bad >/dev/null
	ask bad "$1"
	refused bad "$2"
}

bad_key() {
	bad '"fpga-PR0": "/boot/sha256.bit",' \
		"$(config bad): \"fpga-PR0\" is neither a device-tree path, a PCI address nor a known name such as remoteproc0"
}

bad_resource() {
	bad '"/fpga-full/none": "/boot/sha256.bit",' "there is no resource /fpga-full/none"
}

bad_twice() {
	bad "\"$region\": \"$image\", \"org.hwcontainer.resource.0\": \"$region\"," \
		"$(config bad) asks for $region twice, with org.hwcontainer.resource.0 and with $region"
}

bad_missing() {
	bad "\"$region\": \"/boot/none.bit\"," \
		"image /boot/none.bit is not in the container's root file system"
}

bad_outside() {
	bad "\"$region\": \"/boot/../../config.json\"," \
		"image /boot/../../config.json leads out of the container's root file system"
}

# bad_file SENTENCE: what lies at /boot/sha256.bit is made by $2...
bad_file() {
	sentence=$1
	shift
	new_bundle bad >/dev/null
	rm "$bundles/bad/rootfs/$image"
	"$@" && refused bad "$sentence"
}

bad_link() {
	bad_file "image $image is a symbolic link that leads out of the container's root file system or to nothing in it" \
		ln -s /hwc/images/sha256-pr0.bit "$bundles/bad/rootfs/$image"
}

bad_fifo() {
	bad_file "image $image is a FIFO, not a file" mkfifo "$bundles/bad/rootfs/$image"
}

bad_folder() {
	bad_file "image $image is a directory without a shell.json or an accel.json" mkdir "$bundles/bad/rootfs/$image"
}

bad_empty() {
	bad_file "image $image is empty" touch "$bundles/bad/rootfs/$image"
}

bad_sparse() {
	bad_file "image $image has 4294967296 bytes, more than the 268435456 it may have" \
		truncate -s 4G "$bundles/bad/rootfs/$image"
}

bad_duplicate() {
	bad "\"$region\": \"$image\", \"$region\": \"/x\"," \
		"$(config bad) has the key \"$region\" twice in one object"
}

bad_depth() {
	open=$(printf '%100s' '' | tr ' ' '[') close=$(printf '%100s' '' | tr ' ' ']')
	new_bundle bad >/dev/null
	sed -i "1s|{|{ \"deep\": $open$close,|" "$(config bad)"
	refused bad "$(config bad) nests deeper than 64 levels"
}

# An image for another slot is refused by the kernel, in its words.
bad_image() {
	new_bundle bad >/dev/null
	cp /hwc/images/bad-idcode.bit "$bundles/bad/rootfs/$image"
	before=$(md5sum <"$(config bad)")
	said=$(run_text bad)
	same 1 $? && echo "$said" | grep -qi idcode && same "$before" "$(md5sum <"$(config bad)")" &&
		within 10 is_free
}

slow_hardware() {
	mkdir -p /etc/hwcontainer
	echo '{"timeout": 1}' >/etc/hwcontainer/runtime.json
	echo 1 >"$knobs"/fpga-mgr0/hang
	new_bundle bad >/dev/null
	said=$(run_text bad)
	code=$?
	echo 1 >"$knobs"/reset
	rm /etc/hwcontainer/runtime.json
	echo "$said"
	same 1 "$code" && echo "$said" | grep -q "not ready" && within 20 is_free
}

bad_settings() {
	echo '{"timeot": 1}' >/etc/hwcontainer/runtime.json
	said=$(hwcontainer-runtime state x 2>&1)
	rm /etc/hwcontainer/runtime.json
	same 'hwcontainer-runtime: /etc/hwcontainer/runtime.json: "timeot" is not a setting' "$said" &&
		said=$(HWCONTAINER_RUNTIME=crun hwcontainer-runtime state x 2>&1)
	same 'hwcontainer-runtime: HWCONTAINER_RUNTIME=crun is not an absolute path' "$said" &&
		said=$(HWCONTAINER_RUNTIME=/usr/bin/hwcontainer-runtime hwcontainer-runtime state x 2>&1)
	same 'hwcontainer-runtime: the runtime /usr/bin/hwcontainer-runtime is this program itself' "$said"
}

bad_hook() {
	said=$(echo '{"pid": 1}' | hwcontainer-runtime hook handover 2>&1)
	same 1 $? && same "hwcontainer-runtime: a handover takes the numbers of claims" "$said" &&
		said=$(echo '{}' | hwcontainer-runtime hook handover 1 2>&1)
	same "hwcontainer-runtime: the container's state on standard input names no process" "$said"
}

under_a_runtime() {
	use_runtime "$1"
	each "a container without requests is passed through byte for byte" passes_through
	each "other verbs are passed on" other_verbs
	each "a missing bundle is the runtime's to report" no_bundle
	each "what only the image says is refused, with the command that allows it" refused_by_policy
	each "that command allows it" granted_by_the_named_command
	each "what the operator asks for is granted" granted_to_the_operator
	each "/etc/hwcontainer.json in the root is the image's word" granted_from_the_file
	each "the container's first process holds the claim" holds_while_it_runs
	each "no file of ours is left open in it" leaks_no_file
	each "a second container is told who holds the region" second_is_refused
	each "the digests are equal and the region free" ends_with_equal_digests
	each "the same bundle starts again" starts_again
	each "a user other than root may use the device" as_another_user
	each "create claims, delete frees" create_and_delete
	each "create, start and end" create_and_start
	each "a program that is not there" no_program
	each "a runtime that is ours again claims once" nested
	each "the operator overrules the image" overruled
}

echo "TAP version 13"
echo 1..51
under_a_runtime runc
under_a_runtime crun
expect "a key that is no resource" bad_key
expect "a resource that is not there" bad_resource
expect "two keys for one resource" bad_twice
expect "an image that is not there" bad_missing
expect "a path that leads out of the root" bad_outside
expect "a link that leads out of the root" bad_link
expect "an image that is a FIFO" bad_fifo
expect "an image that is a directory" bad_folder
expect "an image that is empty" bad_empty
expect "an image of 4 GiB" bad_sparse
expect "a key twice in config.json" bad_duplicate
expect "config.json 100 levels deep" bad_depth
expect "an image that the kernel refuses" bad_image
expect "hardware that takes too long" slow_hardware
expect "settings that are wrong" bad_settings
rm -rf "$bundles" "$fifo" /tmp/*.out /tmp/said /tmp/files /tmp/wrapper
rm -f "$policy"
exit $failed
