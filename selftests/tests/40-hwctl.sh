#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hwctl as a person and as a script use it: what it says, and its exit codes.
# shellcheck disable=SC1091,SC2154 # test.sh is in the guest
. /hwc/test.sh
images=/hwc/images
dtbo=/hwc/dtbo
region=/fpga-full/fpga-PR0
image=$images/sha256-pr0.bit
overlay=$dtbo/sha256-pr0.dtbo
toys=/sys/kernel/debug/hwcontainer-toy

complains() {
	[ "$(cat /tmp/err)" = "hwctl: $1" ]
}

# What an earlier command printed is not taken for what one in the background will.
forget() {
	: >/tmp/out
	: >/tmp/err
}

# The number of the only claim.
only_claim() {
	hwctl claim list | awk 'NR == 2 { print $1 }'
}

is_claimed() {
	hwctl claim list | grep -q " $1 "
}

modprobe hwcontainer-toy count=3
echo "TAP version 13"

run 0 hwctl version && says "kind        toy" && says "module      "
result $? "version names the module and its kinds"

run 0 hwctl resource list && says "$region" && says "toy2 "
result $? "resource list shows regions and toys"

run 0 hwctl resource show region1 && says "name        /fpga-"
result $? "resource show takes an alias"

run 1 hwctl resource show nope && complains "there is no resource nope"
result $? "resource show of nothing says so"

run 0 hwctl -j resource show toy0 && says '"name":"toy0"' && says '"in-use":0'
result $? "JSON has the spec's names"

run 0 hwctl claim new "$region=$image:$overlay" --container c1 && says "ready" && says "/dev/hwsim-"
result $? "claim new waits until the region is ready and names its devices"

id=$(only_claim)
run 0 hwctl claim show "$id" && says "holder      nobody" && says "programmed" &&
	says "container   c1" && says "interrupt "
result $? "claim show tells stages, devices and holder"

run 0 hwctl -j claim show "$id" && says '"stage":"programmed"' && says '"driver":"hwcontainer-sim-sha256"'
result $? "claim show in JSON"

run 1 hwctl claim new "$region=$image:$overlay" &&
	complains "$region is held by container c1 (claim $id)"
result $? "claim new on a held region names the holder"

run 0 hwctl claim delete "$id" && run 0 hwctl resource show "$region" && says "state       free"
result $? "claim delete returns when the region is free"

run 1 hwctl claim delete "$id" && complains "there is no claim $id"
result $? "claim delete of a claim that has ended says so"

# shellcheck disable=SC2016 # for the shell that is started
run 0 hwctl claim new "$region=$image:$overlay" -- sh -c 'hwctl claim list; ls "$HWC_DEVICE_0"' &&
	says "process " && says "/dev/hwsim-" && no_claim
result $? "claim new runs a command that holds the claim and finds its device"

run 7 hwctl claim new toy0 -- sh -c 'exit 7' && no_claim
result $? "claim new ends with the command's exit code"

run 1 hwctl claim new toy0 -- /no/such/command && grep -q "No such file" /tmp/err && no_claim
result $? "claim new with a command that is not there leaves no claim"

cp $image /tmp/engine.bit
cp $overlay /tmp/engine.dtbo
run 0 hwctl claim new $region=/tmp/engine.bit &&
	complains "with the overlay beside the image, /tmp/engine.dtbo" && says "/dev/hwsim-"
result $? "claim new takes the overlay beside the image and says so"
run 0 hwctl claim delete "$(only_claim)"
run 0 hwctl claim new $region=/tmp/engine.bit: && ! says "/dev/"
result $? "claim new with IMAGE: takes no overlay"
run 0 hwctl claim delete "$(only_claim)"
rm /tmp/engine.*

run 0 hwctl claim new "$region=$image:$overlay" --dry-run && says ready && no_claim
result $? "claim new --dry-run leaves nothing"

run 1 hwctl claim new toy0 nope && complains "there is no resource nope" && no_claim
result $? "claim new claims all or nothing"

run 1 hwctl claim new "$region=$images/bad-random.bin:" && no_claim &&
	grep -q "neither padding nor the sync word" /tmp/err
result $? "claim new on a bad image repeats the module's sentence and leaves no claim"

digest=$(sha256sum $image | cut -d' ' -f1)
run 0 hwctl claim new "$region=$image:$overlay" --image-digest "$digest" -- true
result $? "claim new with the right digest"
run 1 hwctl claim new "$region=$image:$overlay" --image-digest "sha256:${digest%????}0000" &&
	grep -q "asked for was" /tmp/err
result $? "claim new with a wrong digest is refused"

echo 60000 >$toys/stall_settle_ms
run 1 hwctl claim new toy0 --timeout 0.3 && complains "not ready after 0.3 s" && no_claim
result $? "claim new --timeout gives up and deletes the claim"

for signal in TERM KILL; do
	hwctl claim new toy1 2>/dev/null >/dev/null &
	within 5 is_claimed toy1
	kill -$signal $!
	wait $! 2>/dev/null
	forget
	within 2 no_claim
	result $? "hwctl ended by SIG$signal while it waits leaves no claim"
done

run 0 hwctl claim new toy2 --no-wait && says "toy2"
result $? "claim new --no-wait returns at once"
run 0 hwctl claim delete "$(only_claim)" && no_claim
result $? "claim delete of a claim that is being set up"
echo 0 >$toys/stall_settle_ms

forget
hwctl claim new toy0 --hold >>/tmp/out 2>>/tmp/err &
within 5 says "toy0" && hwctl claim list | grep -q "process $!"
result $? "claim new --hold holds"
kill $!
wait $!
no_claim
result $? "claim new --hold gives back when it is ended"

forget
hwctl claim new toy0 --hold >>/tmp/out 2>>/tmp/err &
within 5 says "toy0"
id=$(only_claim)
hwctl claim delete "$id"
wait $!
[ $? = 1 ] && complains "claim $id was ended by somebody else"
result $? "claim new --hold tells when the claim is ended by somebody else"

# It does not say when it begins to listen, which may be in the middle of a life.
is_told() {
	hwctl claim new toy0 -- true && says '"state":"ready"' && says '"state":"released"'
}

forget
hwctl -j monitor >>/tmp/out 2>>/tmp/err &
within 5 is_told
kill $!
wait $!
says '"name":"claim-ntf"' && says '"state":"ready"' && says '"state":"released"'
result $? "monitor tells the life of a claim"

run 0 hwctl image check $image --overlay $overlay --resource $region &&
	says "part        xck26" && says "partial     yes" && says "$region/sha256@0" &&
	says "registers at 0x7" && says "&sim_clk, by clocks"
result $? "image check says what image and overlay are"

run 0 hwctl image check $images/sha256-pr1.pdi && says "format      Versal PDI" &&
	says "0x14ca8093 (xcvc1902)" && says "partial     yes" &&
	says "sha256, node 0x18700002, 1 partition" && says "in UID 0x48574301" &&
	run 0 hwctl image check $images/boot.pdi && says "format      Versal PDI, boot" &&
	says "partial     no, a device starts from it" && says "pmc_subsys, node 0x1c000001" &&
	run 1 hwctl image check $images/bad-truncated.pdi &&
	complains "$images/bad-truncated.pdi: file ends at byte 0x5000, 40624 bytes of a partition begin at byte 0x150"
result $? "image check tells a PDI from a bitstream and says what it is for"

# The least that an Image of arm64 has: 56 bytes, its magic, and 4 bytes more.
{
	head -c 56 /dev/zero
	printf 'ARM\144\0\0\0\0'
} >/tmp/kernel
run 0 hwctl image check /tmp/kernel && says "format      kernel, Image for arm64" &&
	run 0 hwctl -j image check /tmp/kernel && says '"architecture":"arm64"' &&
	run 1 hwctl image check /tmp/kernel --resource $region &&
	complains "/tmp/kernel is no image for a region: --overlay, --resource and --rewrite are for those" &&
	truncate -s 60 /tmp/kernel && run 1 hwctl image check /tmp/kernel &&
	complains "/tmp/kernel is cut off: it has 60 bytes and speaks of what is behind them"
result $? "image check says what a kernel is, and that it is cut off"
rm -f /tmp/kernel

# Whatever the overlay check refuses, the module must; what depends on drivers is the module's.
same=0
: >/tmp/all
for file in "$dtbo"/bad-*.dtbo "$dtbo"/foreign-*.dtbo "$dtbo"/sha256-pr*.dtbo; do
	case $file in *no-driver*) continue ;; esac
	hwctl image check $image --overlay "$file" --resource $region >/dev/null 2>/tmp/check
	library=$?
	hwctl claim new "$region=$image:$file" -- true >/dev/null 2>/tmp/claim
	[ "$library" = $? ] || { echo "$file: differ"; cat /tmp/check /tmp/claim; same=1; } >>/tmp/all
done
mv /tmp/all /tmp/out
: >/tmp/err
result $same "image check refuses the overlays that the module refuses, and no other"

run 2 hwctl && run 2 hwctl claim && run 2 hwctl claim frob && run 2 hwctl resource show &&
	run 2 hwctl claim show x && run 2 hwctl claim new && run 2 hwctl claim new a --hold -- b &&
	run 2 hwctl claim new a --frob && run 2 hwctl res list
result $? "words that are none end with exit code 2"

run 0 hwctl help && run 0 hwctl claim help && run 0 hwctl claim new -h && says "--dry-run"
result $? "help is everywhere"

rmmod hwcontainer-toy
rm -f /tmp/out /tmp/err /tmp/check /tmp/claim
echo "1..$number"
exit $failed
