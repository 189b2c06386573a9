#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Unpacks what the guests and their programs need from Debian's packages.
#
#   rootfs.sh root      prints the guest's root folder (ROOT.cpio beside it)
#   rootfs.sh xen       the same for a host of Xen; the hypervisor is in boot/
#   rootfs.sh sysroot   prints the folder that arm64 programs are built against
#   rootfs.sh stock     prints a folder with Debian's own kernel for amd64: vmlinuz,
#                       headers (modules are built there), bin/busybox, and modules/, what
#                       of it hwcontainer.ko and virtual machines need
#
# apt runs with a state of its own and only downloads: the machine's package
# database never hears of another architecture.
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/common.sh"

# Part of the names below; raise it when this script unpacks differently.
recipe=1
root_packages="busybox-static runc crun libmnl0 libfdt1 libjson-c5 libnl-3-200 libnl-genl-3-200"
# Not as dependencies: those bring Python and udev, which xl and the daemons do without.
# The tests want dtc.
xen_packages="xen-hypervisor-4.17-arm64 xen-utils-4.17 xenstore-utils libxenmisc4.17
	libxencall1 libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1
	libxenhypfs1 libxenstore4 libxentoolcore1 libxentoollog1 libyajl2 libuuid1
	libext2fs2 libcom-err2 zlib1g device-tree-compiler libyaml-0-2"
# With what they link, and nothing of libc: the cross compiler has its own.
sysroot_packages="libmnl-dev libmnl0 libfdt-dev libfdt1 libjson-c-dev libjson-c5
	libnl-3-dev libnl-3-200 libnl-genl-3-dev libnl-genl-3-200"
# The kernel by the name that leads to its newest version.
stock_packages="linux-image-6.12-amd64 busybox-static"
# Of its modules those that something here loads.
stock_modules="fs/configfs/configfs fs/netfs/netfs net/9p/9pnet net/9p/9pnet_virtio fs/9p/9p
	drivers/acpi/button drivers/input/evdev drivers/block/virtio_blk
	drivers/misc/pvpanic/pvpanic drivers/misc/pvpanic/pvpanic-mmio"

# The machine's own settings for fetching (proxies, mirrors' quirks), no hooks.
write_apt_config() {
	rm -rf "$apt_state/etc"
	mkdir -p "$apt_state/etc" "$apt_state/state/lists/partial" "$apt_state/cache/archives/partial"
	: >"$apt_state/state/status"
	apt-config dump | grep '^Acquire::' >"$apt_state/apt.conf"
	cat >>"$apt_state/apt.conf" <<-EOF
	APT::Architecture "$arch";
	APT::Architectures { "$arch"; };
	APT::Install-Recommends "false";
	APT::Sandbox::User "";
	Acquire::Languages "none";
	Dir::State "$apt_state/state";
	Dir::State::status "$apt_state/state/status";
	Dir::Cache "$apt_state/cache";
	Dir::Etc "$apt_state/etc";
	Dir::Etc::trusted "/etc/apt/trusted.gpg";
	Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
	EOF
	write_sources
}

# Those of the machine's source files that name Debian itself; all of them where
# apt cannot tell because it never fetched an index. No entry stays bound to the
# machine's own architecture.
write_sources() {
	for name in apt.conf.d preferences.d sources.list.d; do mkdir -p "$apt_state/etc/$name"; done
	files=$(apt-get indextargets --format '$(SOURCESENTRY)' \
		'Created-By: Packages' 'Origin: Debian' 2>/dev/null | sed 's/:[0-9]*$//' | sort -u)
	[ -n "$files" ] || files=$(find /etc/apt/sources.list /etc/apt/sources.list.d -type f 2>/dev/null)
	for file in $files; do
		sed -e '/^Architectures:/d' -e 's/\<arch=[^] ]*//' "$file" \
			>"$apt_state/etc/${file#/etc/apt/}"
	done
}

apt() {
	APT_CONFIG=$apt_state/apt.conf apt-get -q "$@" >>"$apt_state/log" 2>&1
}

# A source without an index for the guest's architecture is no error as long as
# the packages can be had from the others.
fetch_index() {
	mkdir -p "$apt_state"
	: >"$apt_state/log"
	write_apt_config
	say "fetching the index of Debian's $arch packages"
	apt update || say "  not every source answered: see $apt_state/log"
}

fetch_failed() {
	grep -E '^[EW]:' "$apt_state/log" | tail -n 5 >&2
	die "apt could not fetch the guest's $arch packages ($1): see $apt_state/log"
}

# unpack DIR < names of .deb files. The root's merged /lib and /bin stay links.
unpack() {
	while read -r deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -C "$1" --keep-directory-symlink --no-same-owner -xf - ||
			die "$deb could not be unpacked into $1"
	done
}

# Everything that programs in the guest do not use.
strip_root() {
	rm -rf "$tmp"/usr/share/* "$tmp"/usr/lib/$multiarch/gconv
}

pack_root() {
	mkdir -p "$tmp/dev" "$tmp/proc" "$tmp/sys" "$tmp/run" "$tmp/tmp" "$tmp/root" "$tmp/etc"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$tmp/etc/passwd"
	echo 'root:x:0:' >"$tmp/etc/group"
	"$bench/cpio.sh" "$tmp" "$out.cpio"
}

unpack_root() {
	fetch_index
	say "fetching $root_packages and what they link"
	rm -f "$apt_state"/cache/archives/*.deb
	apt install -y --download-only $root_packages || fetch_failed "$root_packages"
	mkdir -p "$tmp"
	for name in bin sbin lib; do
		mkdir -p "$tmp/usr/$name"
		ln -s "usr/$name" "$tmp/$name"
	done
	ls "$apt_state"/cache/archives/*.deb | unpack "$tmp"
}

make_root() {
	unpack_root
	strip_root
	pack_root
}

# What xen-utils-common would add is the link to each program, and what to configure.
make_xen() {
	unpack_root
	say "fetching xl and Xen's hypervisor"
	mkdir -p "$tmp/debs"
	(cd "$tmp/debs" && apt download $xen_packages) || fetch_failed "$xen_packages"
	ls "$tmp"/debs/*.deb | unpack "$tmp"
	rm -rf "$tmp/debs" "$tmp"/boot/*.efi "$tmp"/boot/*.config
	ln -s xen-4.17-arm64 "$tmp/boot/xen"
	for name in xl xenstored xenconsoled xen-init-dom0; do
		ln -s ../lib/xen-4.17/bin/$name "$tmp/usr/sbin/$name"
	done
	mkdir -p "$tmp/etc/xen"
	echo 'autoballoon="off"' >"$tmp/etc/xen/xl.conf"
	strip_root
	pack_root
}

make_sysroot() {
	fetch_index
	say "fetching headers and libraries for $guest_arch"
	mkdir -p "$tmp/debs"
	(cd "$tmp/debs" && apt download $sysroot_packages) || fetch_failed "$sysroot_packages"
	ls "$tmp"/debs/*.deb | unpack "$tmp"
	rm -rf "$tmp/debs" "$tmp/usr/share/doc" "$tmp/usr/share/man"
	# libnl-3-200 lives in /lib and libnl-3-dev points there absolutely
	for link in "$tmp"/usr/lib/$multiarch/*.so; do
		case $(readlink "$link") in
		/*) ln -sfr "$tmp$(readlink "$link")" "$link" ;;
		esac
	done
}

# Its headers name each other where their packages would have put them.
make_stock() {
	fetch_index
	release=$(APT_CONFIG=$apt_state/apt.conf apt-cache depends linux-image-6.12-amd64 |
		sed -n 's/.*Depends: linux-image-//p')
	[ -n "$release" ] || fetch_failed linux-image-6.12-amd64
	version=${release%-amd64}
	set -- "linux-image-$release" "linux-headers-$release" "linux-headers-$version-common" \
		"linux-kbuild-$version" busybox-static
	say "fetching Debian's kernel $release and its headers"
	mkdir -p "$tmp/debs"
	(cd "$tmp/debs" && apt download "$@") || fetch_failed "$*"
	ls "$tmp"/debs/*.deb | unpack "$tmp"
	mkdir "$tmp/modules"
	for module in $stock_modules; do
		cp "$tmp/lib/modules/$release/kernel/$module".ko* "$tmp/modules/"
	done
	for module in "$tmp"/modules/*.xz; do [ ! -e "$module" ] || xz -d "$module"; done
	rm -rf "$tmp/debs" "$tmp/lib/modules" "$tmp/usr/share"
	sed -i "s|/usr/src/|$out/usr/src/|" "$tmp/usr/src/linux-headers-$release/Makefile"
	ln -s "usr/src/linux-headers-$release" "$tmp/headers"
	ln -s "boot/vmlinuz-$release" "$tmp/vmlinuz"
}

arch=$guest_arch
case ${1-} in
root) packages=$root_packages ;;
xen) packages="$root_packages $xen_packages" ;;
sysroot) packages=$sysroot_packages ;;
stock)
	recipe=3
	packages=$stock_packages
	arch=amd64
	;;
*) die "usage: rootfs.sh root|xen|sysroot|stock" ;;
esac

apt_state=$cache/apt-$arch
out=$cache/$1-$(echo "$recipe $arch $packages" | hash_of)
tmp=$out.tmp
if [ ! -d "$out" ]; then
	lock packages
	if [ ! -d "$out" ]; then
		rm -rf "$tmp"
		"make_$1"
		mv "$tmp" "$out"
	fi
fi
echo "$out"
