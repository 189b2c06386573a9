#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwcontainer-runtime: what a container has is charged to its network namespace and to the
# group of that, and what this may not have is refused, under runc and under crun.
# shellcheck disable=SC1091,SC2154,SC2317 # core.sh is beside the bundle; expect calls
. /hwc/demo/core.sh

groups=/sys/kernel/config/hwcontainer
other_image=sha256:0000000000000000000000000000000000000000000000000000000000000000
bundle=a

# A line of a group's file: current web fpga-region
number() { # file group kind
	sed -n "s/^$3 //p" "$groups/$2/$1"
}

# A namespace that somebody made before the container. Sets $keeper to who keeps it.
make_namespace() {
	unshare -n sleep 1000 &
	keeper=$!
	within 10 is_elsewhere
}

is_elsewhere() {
	[ "$(namespace_of "$keeper")" != "$(namespace_of self)" ] && [ -n "$(namespace_of "$keeper")" ]
}

namespace_of() { # process
	readlink "/proc/$1/ns/net" | tr -dc 0-9
}

end_namespace() {
	kill "$keeper"
	wait "$keeper" 2>/dev/null
}

# The container's configuration names that namespace.
joins() {
	sed -i "s|\"type\": \"network\"|&, \"path\": \"/proc/$keeper/ns/net\"|" \
		"$bundles/$bundle/config.json" && grep -q "$keeper/ns/net" "$bundles/$bundle/config.json"
}

# A bundle whose annotations are the operator's, with one more.
operators() { # annotation
	new_bundle a >/dev/null
	sed -i "/org.opencontainers.image/d; s|\"$region\": \"$image\",*\$|\"$region\": \"$image\"${1+, $1}|" \
		"$bundles/a/config.json"
}

may_have() { # group limit...
	printf '%s\n' "$2" >"$groups/$1/max"
}

# Nothing is left: of claims, of the container, of the group.
is_over() {
	within 10 is_free && within 10 no_claim && [ ! -e "/run/$runtime/a" ] &&
		same 0 "$(number current web "$kind_name")" && same 0 "$(number current . "$kind_name")"
}

runs_refused() { # sentence
	said=$(hwcontainer-runtime run --bundle "$bundles/a" a </dev/null 2>&1)
	code=$?
	echo "$said"
	[ "$code" != 0 ] && echo "$said" | grep -qF "$1" && is_over
}

runs() {
	start a
	within 20 is_held_by_process digest && within 10 is_running a
}

ends() {
	printf %s "a text" >&5
	end_input
	wait "$started"
	same 0 $? && is_over
}

## the engine has made the namespace

limit_refuses_at_create() {
	operators
	joins && echo "$keeper" >"$groups/web/namespaces" && may_have web "$kind_name 0"
	before=$(md5sum <"$bundles/a/config.json")
	runs_refused "group web has 0 of 0 claims of kind $kind_name" &&
		same "$before" "$(md5sum <"$bundles/a/config.json")"
}

list_refuses_at_create() {
	may_have web "$kind_name max" && echo "$other_image" >"$groups/web/images"
	runs_refused "group web does not list the image"
	code=$?
	echo >"$groups/web/images"
	return "$code"
}

namespace_is_charged() {
	may_have web "$kind_name 1"
	runs && same 1 "$(number current web "$kind_name")" &&
		same "$(namespace_of "$keeper")" "$(claim_field netns)" &&
		same "process $(init_of a)" "$(claim_field holder)" && ends
}

# Every verb, whoever is charged.
other_verbs_work() {
	runs || return
	hwcontainer-runtime state a | grep -q '"status": "running"' &&
		hwcontainer-runtime list | grep -q "^a .*running" &&
		hwcontainer-runtime ps a | grep -qw "$(init_of a)" && hwcontainer-runtime kill a KILL
	code=$?
	end_input
	wait "$started"
	hwcontainer-runtime delete --force a 2>/dev/null
	return "$code" && is_over
}

joined_is_not_moved() {
	operators "\"org.hwcontainer.group\": \"web\"" && joins
	runs_refused "hwcontainer-runtime: org.hwcontainer.group is for containers with a new network namespace, and this one joins /proc/$keeper/ns/net"
}

## the runtime makes it

limit_refuses_at_start() {
	operators "\"org.hwcontainer.group\": \"web\"" && may_have web "$kind_name 0"
	runs_refused "group web has 0 of 0 claims of kind $kind_name"
}

# With a list anywhere the digest of what is loaded is known.
list_refuses_at_start() {
	may_have web "$kind_name max" && echo "$other_image" >"$groups/web/images"
	runs_refused "group web does not list the image of claim"
	code=$?
	echo >"$groups/web/images"
	return "$code"
}

new_namespace_is_charged() {
	may_have web "$kind_name 1"
	runs && same 1 "$(number current web "$kind_name")" &&
		same "$(namespace_of "$(init_of a)")" "$(cat "$groups/web/namespaces")" &&
		same "$(namespace_of "$(init_of a)")" "$(claim_field netns)" && ends &&
		within 10 has_no_members
}

has_no_members() {
	[ -z "$(cat "$groups/web/namespaces")" ]
}

# Without a word about groups it is the root's.
no_group_is_asked() {
	operators && may_have web "$kind_name 0"
	runs && same 0 "$(number current web "$kind_name")" &&
		same 1 "$(number current . "$kind_name")" && ends
}

unknown_group() {
	operators "\"org.hwcontainer.group\": \"web/none\""
	runs_refused "there is no group web/none"
}

no_name_of_a_group() {
	for name in ../web /web "" web//a .; do
		operators "\"org.hwcontainer.group\": \"$name\""
		runs_refused "\"$name\" is no name of a group" || return
	done
}

under_a_runtime() {
	use_runtime "$1"
	make_namespace
	each "a limit refuses before anything is programmed" limit_refuses_at_create
	each "so does a list of images" list_refuses_at_create
	each "the namespace that the container joins is charged" namespace_is_charged
	each "other verbs work" other_verbs_work
	each "a namespace of somebody else's is put into no group" joined_is_not_moved
	end_namespace
	each "a limit on a new namespace refuses to start the container" limit_refuses_at_start
	each "so does a list" list_refuses_at_start
	each "a new namespace is put into its group and charged" new_namespace_is_charged
	each "without a group it is the root's" no_group_is_asked
	each "a group that is not there" unknown_group
	each "no name of a group" no_name_of_a_group
}

## who may say so

image_says_it() {
	new_bundle a >/dev/null
	sed -i "s|\"$region\": \"$image\"|\"org.hwcontainer.group\": \"web\", &|" "$bundles/a/config.json"
	runs_refused "org.hwcontainer.group is for the operator to say, and these annotations are the image's"
}

image_says_it_in_a_file() {
	operators
	sed -i "s|\"$region\": \"$image\"|\"x\": \"y\"|" "$bundles/a/config.json"
	mkdir -p "$bundles/a/rootfs/etc"
	echo "{\"$region\": \"$image\", \"org.hwcontainer.group\": \"web\"}" \
		>"$bundles/a/rootfs/etc/hwcontainer.json"
	runs_refused "/etc/hwcontainer.json: org.hwcontainer.group is for the operator to say"
}

## without the runtime: one claim that containers have in turn

goes_to() { # current-of-web holder option...
	charged=$1 holder=$2
	shift 2
	hwctl claim handover "$@" "$id" && same "$holder" "$(claim_field holder)" &&
		same "$charged" "$(number current web "$kind_name")"
}

is_lent_in_turn() {
	may_have web "$kind_name 1"
	hwctl claim new "$region=/hwc/demo/bundle/rootfs$image" && id=$(claim_of) || return
	for _ in 1 2; do
		make_namespace && echo "$keeper" >"$groups/web/namespaces" &&
			goes_to 1 "process $keeper" --pid "$keeper" &&
			goes_to 1 "its network namespace" --netns "/proc/$keeper/ns/net" &&
			goes_to 0 "nobody, until it is deleted" || return
		end_namespace
		same ready "$(claim_field state)" || return
	done
	make_namespace && echo "$keeper" >"$groups/web/namespaces" && may_have web "$kind_name 0"
	run 1 hwctl claim handover --pid "$keeper" "$id" &&
		grep -q "group web has 0 of 0 claims of kind $kind_name" /tmp/err
	refused=$?
	end_namespace
	run 2 hwctl claim handover --pid 1 --netns /x "$id" && run 2 hwctl claim handover &&
		run 2 hwctl claim handover --pid none "$id" &&
		run 1 hwctl claim handover --netns /none "$id" && hwctl claim delete "$id" &&
		same 0 "$refused" && within 10 is_free
}

## containers whose program is firmware

core_refused() { # sentence verb...
	sentence=$1
	shift
	! rt "$@" >/tmp/said.out 2>&1 </dev/null && cat /tmp/said.out &&
		grep -qF "$sentence" /tmp/said.out
}

core_is_charged() {
	may_have web "remoteproc 1"
	rt create --bundle "$bundles/f" c1 </dev/null >/tmp/f.out 2>&1 && rt start c1 &&
		same 1 "$(number current web remoteproc)" &&
		same "$(namespace_of "$(member c1 pid)")" "$(claim_field netns)" &&
		rt kill c1 KILL && within 10 status_is c1 stopped && rt delete c1 &&
		within 10 core_is_free && same 0 "$(number current web remoteproc)"
}

core_in_a_joined_namespace() {
	ours
	bundle=f
	joins && echo "$keeper" >"$groups/web/namespaces" && may_have web "remoteproc 0"
	core_refused "group web has 0 of 0 claims of kind remoteproc" create --bundle "$bundles/f" c1 &&
		[ ! -e "$root/c1" ] && core_is_charged
}

core_in_a_group() {
	ours '"org.hwcontainer.group": "web"'
	may_have web "remoteproc 0"
	rt create --bundle "$bundles/f" c1 </dev/null >/tmp/f.out 2>&1 || return
	core_refused "group web has 0 of 0 claims of kind remoteproc" start c1 && core_is_free
	code=$?
	rt delete --force c1
	[ "$code" = 0 ] && core_is_charged
}

core_in_no_group() {
	ours '"org.hwcontainer.group": "none"'
	core_refused "there is no group none" create --bundle "$bundles/f" c1 && [ ! -e "$root/c1" ] &&
		core_is_free
}

[ -d "$groups" ] || skip_all "this kernel has no configfs"
echo "TAP version 13"
echo 1..28
mkdir "$groups/web"
hwctl policy allow all
kind_name=fpga-region
under_a_runtime runc
under_a_runtime crun
expect "an image does not choose its group" image_says_it
expect "nor does a file in it" image_says_it_in_a_file
rm -f "$policy"
expect "one claim is lent to one after the other" is_lent_in_turn
use_cores
make_namespace
expect "firmware: the namespace that the container joins is charged" core_in_a_joined_namespace
end_namespace
expect "firmware: a new namespace is put into its group and charged" core_in_a_group
expect "firmware: a group that is not there" core_in_no_group
leave_cores
within 10 rmdir "$groups/web" || failed=1
rm -rf "$bundles" "$fifo" /tmp/*.out
exit $failed
