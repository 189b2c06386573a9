#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwctl group: what it does to groups, and what it says where the kernel says a number.
# shellcheck disable=SC1091,SC2154,SC2317 # test.sh is in the guest, and calls functions
. /hwc/test.sh
groups=/sys/kernel/config/hwcontainer
one=sha256:1111111111111111111111111111111111111111111111111111111111111111
two=sha256:2222222222222222222222222222222222222222222222222222222222222222

complains() {
	[ "$(cat /tmp/err)" = "hwctl: $1" ]
}

# holds FILE TEXT: whether a file of a group says just that
holds() {
	same "$2" "$(cat "$groups/$1")" >>/tmp/out
}

# lists GROUP FIELD...: whether the list has a line of these fields
lists() {
	hwctl group list | tr -s ' ' >/tmp/out
	grep -qxF -- "$*" /tmp/out
}

# In the namespace of the process.
inside() {
	pid=$1
	shift
	nsenter -t "$pid" -n "$@"
}

# Somebody on the host who is no administrator.
as_nobody() {
	unshare -U hwctl "$@"
}

is_apart() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

modprobe hwcontainer-toy count=4
unshare -n sleep 1000 &
member=$!
within 5 is_apart $member
netns=$(readlink /proc/$member/ns/net | tr -dc 0-9)
echo "TAP version 13"

run 0 hwctl group new web && [ -d $groups/web ] && lists web 0 - - -
result $? "new makes a group without limits"

run 0 hwctl group new web/a toy=2 remoteproc=1 && grep -qx "toy 2" $groups/web/a/max &&
	grep -qx "remoteproc 1" $groups/web/a/max && lists web/a 0 - - "remoteproc 0/1, toy 0/2"
result $? "new takes a path and limits"

run 1 hwctl group new web && complains "group web exists already" &&
	run 1 hwctl group new nope/a && complains "there is no group nope, which nope/a would be in" &&
	run 1 hwctl group new ../etc && complains '"../etc" is no name of a group' &&
	run 1 hwctl group new "a b" && complains "the name of group a b has a character that is not printable"
result $? "new says why there is no such group to be"

run 1 hwctl group new web/b teddy=1 && [ ! -d $groups/web/b ] &&
	complains 'group web/b, max "teddy 1": there is no such kind (hwctl version lists them), or that is no name or number'
result $? "new with a limit that is none leaves no group"

deep=deep
while hwctl group new $deep 2>/tmp/err; do deep=$deep/d; done
: >/tmp/out
[ "$(echo $deep | tr -dc / | wc -c)" = 16 ] &&
	complains "group $deep would be deeper than groups can be"
result $? "new tells how deep groups can be"
while [ -d $groups/deep ]; do
	hwctl group delete "${deep%/d}" >/tmp/out 2>&1 || break
	deep=${deep%/d}
done

run 0 hwctl group set web max toy=3 && grep -qx "toy 3" $groups/web/max &&
	run 0 hwctl group set web max toy=max remoteproc=7 && grep -qx "toy max" $groups/web/max &&
	grep -qx "remoteproc 7" $groups/web/max
result $? "set changes limits, of several kinds at once"

run 0 hwctl group set web/a max function:sha256=2 && grep -qx "function:sha256 2" $groups/web/a/max &&
	lists web/a 0 - - "remoteproc 0/1, toy 0/2, function:sha256 0/2" &&
	run 0 hwctl group images web/a add "$one function=sha256" &&
	holds web/a/images "$one function=sha256" &&
	run 0 hwctl -j group show web/a && grep -q '"function:sha256":2' /tmp/out &&
	run 1 hwctl group set web/a max function:a/b=2 &&
	complains 'group web/a, max "function:a/b 2": there is no such kind (hwctl version lists them), or that is no name or number' &&
	run 0 hwctl group set web/a images "" && run 0 hwctl group set web/a max function:sha256=max
result $? "set limits functions, which a list names"

run 1 hwctl group set web max toy=x && complains \
	'group web, max "toy x": there is no such kind (hwctl version lists them), or that is no name or number' &&
	run 1 hwctl group set web max toy=4294967296 &&
	complains 'group web, max "toy 4294967296": the number is too large' &&
	run 1 hwctl group set / max toy=1 && complains "group / has no file max" &&
	run 1 hwctl group set nope max toy=1 && complains "there is no group nope"
result $? "set says what is wrong with a limit"

run 0 hwctl group set web/a delegate on && holds web/a/delegate 1 && lists web/a 0 on - "remoteproc 0/1, toy 0/2" &&
	run 0 hwctl group set web/a delegate off && holds web/a/delegate 0 &&
	run 2 hwctl group set web/a delegate maybe
result $? "set delegates, and no more"

if [ -e $groups/web/weight ]; then
	run 0 hwctl group set web weight 200 && holds web/weight 200 &&
		run 0 hwctl group set web priority -5 && holds web/priority -5 &&
		run 0 hwctl group set web preempt 500 && holds web/preempt 500 &&
		run 0 hwctl group set web preempt off && holds web/preempt off &&
		run 1 hwctl group set web weight 10001 && complains 'group web, weight "10001": a weight is 1 to 10000' &&
		run 1 hwctl group set web preempt 0 && complains 'group web, preempt "0": the notice is 1 to 3600000 milliseconds' &&
		run 1 hwctl group set web preempt x && complains 'group web, preempt "x": it is off, inherit, or 1 to 3600000 milliseconds of notice' &&
		run 1 hwctl group set web weight x && complains 'group web, weight "x": that is not understood'
	result $? "set writes files that it does not know"
else
	skip "set writes files that it does not know" "this module has no file weight"
fi

run 0 hwctl group images web add $two $one && holds web/images "$two
$one" && run 0 hwctl group images web add $one && run 0 hwctl group images web list &&
	same "$two
$one" "$(cat /tmp/out)" && lists web 0 - 2 "remoteproc 0/7"
result $? "images adds to the list, and what is there stays once"

run 0 hwctl group images web remove $two && holds web/images $one &&
	run 1 hwctl group images web remove $two && complains "group web does not list $two" &&
	run 1 hwctl group images web remove $one &&
	complains "group web would have no list without $one, which allows everything" &&
	holds web/images $one
result $? "images removes from the list, but not its last line"

run 1 hwctl group images web add sha256:12 && holds web/images $one &&
	grep -q "^hwctl: group web, images: a line is not one of those that a list of images has$" /tmp/err
result $? "images with a line that is none changes nothing"

seq 20 74 | sed "s/.*/sha256:&${one#sha256:11}/" >/tmp/list
cat /tmp/list >$groups/web/images
run 0 hwctl group images web add $one && [ "$(wc -l <$groups/web/images)" = 56 ] &&
	run 1 hwctl group images web add $two && [ "$(wc -l <$groups/web/images)" = 56 ]
result $? "images edits the longest list there is, and does not cut it"

run 0 hwctl group set web images "" && holds web/images "" && lists web 0 - - "remoteproc 0/7" &&
	run 0 hwctl group set web images any && holds web/images any &&
	run 0 hwctl group set web images ""
result $? "set replaces the list of images"

run 0 hwctl group attach web/a $member && holds web/a/namespaces "$netns" &&
	run 0 hwctl -j group show web/a && says "\"namespaces\":[$netns]" &&
	run 0 hwctl group detach $member && holds web/a/namespaces ""
result $? "attach and detach take a process"

run 0 hwctl group attach web/a /proc/$member/ns/net && holds web/a/namespaces "$netns" &&
	run 0 hwctl group detach /proc/$member/ns/net && holds web/a/namespaces ""
result $? "attach and detach take a file"

run 1 hwctl group attach web/a 2000000000 && complains \
	'group web/a, namespaces "2000000000": there is no such process' &&
	run 1 hwctl group attach web/a /proc/self/ns/pid && grep -q "that is no network namespace" /tmp/err &&
	run 1 hwctl group attach web/a 1 && grep -q "it is the host's, which stays in the root" /tmp/err &&
	run 1 hwctl group attach web/a /nope && complains "/nope: No such file or directory"
result $? "attach says what is no member to be"

hwctl group attach web/a $member
run 0 inside $member hwctl claim new toy0 toy1 &&
	run 1 inside $member hwctl claim new toy2 && complains "group a has 2 of 2 claims of kind toy" &&
	lists web/a 1 - - "remoteproc 0/1, toy 2/2" && run 0 hwctl group show web/a && says "max 1" &&
	run 0 hwctl -j group show web/a && says '"current":{' && says '"toy":2' && says '"events":{"max":1'
result $? "list and show tell what a group has of what it may have"

run 1 hwctl group delete web/a && complains "group web/a has claims: 2, namespaces: 1, groups inside: 0" &&
	run 1 hwctl group delete web && complains "group web has claims: 2, namespaces: 0, groups inside: 1"
result $? "delete says what is in the way"

if [ -e $groups/web/revoke ]; then
	run 0 hwctl group revoke web $one $two && holds web/revoke "$one
$two" && run 0 hwctl group unrevoke web $one && holds web/revoke $two &&
		run 1 hwctl group unrevoke web $one &&
		complains "group web, revoke \"-$one\": that was not revoked" &&
		run 1 hwctl group revoke web nonsense &&
		complains 'group web, revoke "nonsense": that is no line of a list of images' &&
		run 0 hwctl group unrevoke web $two && holds web/revoke ""
	result $? "revoke and unrevoke take images"
else
	run 1 hwctl group revoke web $one && complains "group web has no file revoke"
	result $? "revoke says that this module cannot"
fi

run 1 as_nobody group new x && complains "group x: groups are changed by administrators of the host" &&
	run 1 as_nobody group set web max toy=1 &&
	complains 'group web, max "toy 1": groups are changed by administrators of the host' &&
	run 0 as_nobody group list
result $? "everybody may look, and administrators change"

run 0 hwctl -j group list && says '{"name":"/","current":{' && says '{"name":"web","current":{' &&
	says '"delegate":0' && says '"images":[]'
result $? "JSON has the files of all groups"

run 2 hwctl group && run 2 hwctl group new && run 2 hwctl group new web toy && run 2 hwctl group set web max &&
	run 2 hwctl group set web max toy && run 2 hwctl group images web && run 2 hwctl group images web add &&
	run 2 hwctl group images web frob x && run 2 hwctl group attach web && run 2 hwctl group list x
result $? "words that are none end with exit code 2"

umount /sys/kernel/config
run 1 hwctl group list &&
	complains "configfs is not mounted (mount -t configfs configfs /sys/kernel/config)"
result $? "without configfs there is a sentence"
mkdir -p "/tmp/my config"
mount -t configfs none "/tmp/my config"
run 0 hwctl group set web max toy=1 && grep -qx "toy 1" "/tmp/my config/hwcontainer/web/max"
result $? "configfs is found where it is mounted"
umount "/tmp/my config"
rmdir "/tmp/my config"
mount -t configfs none /sys/kernel/config

kill $member
wait $member 2>/dev/null
removed() {
	hwctl group delete web/a web 2>/dev/null
}
within 5 no_claim && within 5 removed && [ ! -d $groups/web ]
result $? "delete removes groups, those inside first"

rmmod hwcontainer-toy
rm -f /tmp/out /tmp/err /tmp/list
echo "1..$number"
exit $failed
