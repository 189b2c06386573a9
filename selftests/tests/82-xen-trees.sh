#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The device trees that are made for virtual machines: dtc has nothing to say about them,
# and Xen's library takes them.
# shellcheck disable=SC1091,SC2154,SC2317 # domain.sh is beside the bundles; expect calls
. /hwc/demo/domain.sh
is_xen || skip_all "there is no hypervisor (BOARD=xen)"
tree=/tmp/tree.dtb

# dtc is silent.
is_clean() {
	dtc -I dtb -O dtb -o /dev/null "$tree" >/tmp/dtc.log 2>&1 && [ ! -s /tmp/dtc.log ] && return
	cat /tmp/dtc.log
	dtc -q -I dtb -O dts "$tree"
	return 1
}

# A domain with it, of which nothing else is asked.
xl_takes() { # file with the lines of what is assigned
	{
		printf 'name="tree"\ntype="pvh"\nmemory=32\nvcpus=1\nkernel="/hwc/rtos/rtos.bin"\n'
		printf 'cmdline="hang"\ndevice_tree="%s"\n' "$tree"
		cat "$1"
	} >/tmp/tree.cfg
	xl create -q -p /tmp/tree.cfg && xl destroy tree
}

# overlay NAME: nodes for the region from standard input
overlay() {
	{
		printf '/dts-v1/;\n/plugin/;\n&fpga_PR3 {\n'
		cat
		printf '};\n'
	} | dtc -q -I dts -O dtb -o "/tmp/$1.dtbo" -
}

# The tree of a claim with that overlay, as hwctl shows it.
claims_tree() { # name
	hwctl claim new --assign "$region=/hwc/images/sha256-pr3.bit:/tmp/$1.dtbo" >/dev/null || return
	claim=$(claim_of)
	hwctl claim show --dtb "$claim" >"$tree" && hwctl claim show --xl "$claim" >/tmp/tree.xl &&
		is_clean && xl_takes /tmp/tree.xl
	code=$?
	hwctl claim delete "$claim" >/dev/null
	within 10 is_free && return $code
}

# What the runtime gives to xl, which is kept on its way there.
write_xl() {
	cat >/tmp/xl <<-'XL'
	#!/bin/sh
	for file in "$@"; do
		[ "$1" = create ] && [ -r "$file" ] || continue
		cp "$(sed -n 's/^device_tree="\(.*\)"$/\1/p' "$file")" /tmp/tree.dtb
	done
	exec /usr/sbin/xl "$@"
	XL
	chmod 755 /tmp/xl
	mkdir -p /etc/hwcontainer
	echo '{ "vm": { "xl": "/tmp/xl" } }' >/etc/hwcontainer/runtime.json
}

# What an image has of its own: a device that is not assigned.
write_image() {
	dtc -I dts -O dtb -o /tmp/tree.image - <<-'DTS'
	/dts-v1/;
	/ {
		#address-cells = <2>;
		#size-cells = <2>;
		aliases {
			own = "/passthrough/memory@1f000000";
		};
		passthrough {
			compatible = "simple-bus";
			#address-cells = <2>;
			#size-cells = <2>;
			ranges;
			memory@1f000000 {
				compatible = "vendor,memory";
				reg = <0 0x1f000000 0 0x1000>;
			};
		};
	};
	DTS
}

# With an image's own part and without.
runtimes_tree() { # sed expression for the configuration [the part]
	new_vm_with_engine tree hang
	[ -z "$2" ] || cp "$2" "$bundles/tree/rootfs/boot/app.dtb"
	sed -i "$1" "$bundles/tree/config.json"
	rm -f "$tree"
	hwcontainer-runtime create --bundle "$bundles/tree" tree </dev/null
	code=$?
	hwcontainer-runtime delete --force tree
	within 10 is_free && [ $code = 0 ] && is_clean
}

hwctl policy allow all >/dev/null

overlay interrupt <<'DTS'
	sha256@0 {
		compatible = "hwcontainer,sim-sha256";
		reg = <0x0 0x1000>;
		interrupt-parent = <&sim_gic>;
		interrupts = <0 2 1>;
		clocks = <&sim_clk>;
	};
DTS
overlay registers <<'DTS'
	counter@0 {
		compatible = "vendor,counter";
		reg = <0x0 0x1000>, <0x4000 0x2000>;
		reg-names = "control", "data";
	};
DTS
overlay several <<'DTS'
	first: first@0 {
		compatible = "vendor,first";
		reg = <0x0 0x1000>;
		interrupts-extended = <&sim_gic 0 2 1>;
		clocks = <&sim_clk>, <&sim_clk>;
		clock-names = "bus", "core";

		port {
			label = "out";
		};
	};
	second@8000 {
		compatible = "vendor,second";
		reg = <0x8000 0x1000>;
		clocks = <&sim_clk>;
	};
DTS
expect "a device with an interrupt and a clock" claims_tree interrupt
expect "one with nothing but registers" claims_tree registers
expect "several, with the same clock and a node below" claims_tree several
write_xl
write_image
expect "the runtime's, with the words that an image has for its kernel" runtimes_tree ""
expect "the runtime's, with a device that an image has" runtimes_tree "" /tmp/tree.image
expect "the runtime's, without" runtimes_tree 's|"DTB": "/boot/app.dtb",||'
rm -rf "$bundles" "$policy" /etc/hwcontainer/runtime.json /tmp/tree.* /tmp/*.dtbo /tmp/xl /tmp/dtc.log
echo "1..$number"
exit $failed
