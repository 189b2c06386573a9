# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the machines with a monitor share: it starts at EL3 and finds kernel and
# tree where firmware/main.c says; the initrd's place is in the tree.

kernel_address=0x200000
dtb_address=0x7000000
initrd_address=0x8000000
# firmware/monitor-page.h
page_pl_idcode=0xffffe000
page_ps_idcode=0xffffe004

machine_build() {
	# shellcheck disable=SC2046 # an option or nothing
	make $(jobs) --no-print-directory -C "$bench/firmware" O="$build/firmware" CROSS_COMPILE="$cross" >&2
}

# word ADDRESS VALUE: written before anything runs
word() {
	echo "-device loader,addr=$1,data=$2,data-len=4"
}

# file NAME ADDRESS
file() {
	echo "-device loader,file=$1,addr=$2,force-raw=on"
}

machine_boot() {
	echo "-semihosting-config enable=on,target=native"
	word $page_pl_idcode "$pl_idcode"
	word $page_ps_idcode "$ps_idcode"
	echo "-device loader,file=$build/firmware/$machine.elf,cpu-num=0"
	file "$1/kernel/arch/$guest_arch/boot/Image" $kernel_address
	file "$1/$machine.dtb" $dtb_address
	file "$1/initrd" $initrd_address
}

machine_ready() {
	end=$((initrd_address + $(stat -c %s "$1/initrd")))
	fdtput -t x "$1/$machine.dtb" /chosen linux,initrd-start $initrd_address
	fdtput -t x "$1/$machine.dtb" /chosen linux,initrd-end "$(printf '%x' $end)"
}
