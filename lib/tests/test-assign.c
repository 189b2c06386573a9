// SPDX-License-Identifier: GPL-2.0-or-later
/* What a virtual machine is given of claims, and what is not to be had. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctx.h"
#include "machine.h"
#include "msg.h"

#define HEAD(parent)                             \
	"/dts-v1/;\n\n/ {\n"                     \
	"\t#address-cells = <0x02>;\n"           \
	"\t#size-cells = <0x02>;\n"              \
	"\tinterrupt-parent = <" parent ">;\n\n" \
	"\tinterrupt-controller {\n"             \
	"\t\tinterrupt-controller;\n"            \
	"\t\t#interrupt-cells = <0x03>;\n"       \
	"\t\t#address-cells = <0x00>;\n"         \
	"\t\tphandle = <" parent ">;\n"          \
	"\t};\n\n"                               \
	"\tpassthrough {\n"                      \
	"\t\tcompatible = \"simple-bus\";\n"     \
	"\t\t#address-cells = <0x02>;\n"         \
	"\t\t#size-cells = <0x02>;\n"            \
	"\t\tranges;\n"
#define TAIL "\t};\n};\n"

static void test_device(void **state)
{
	struct assign *f = *state;
	int got = assign(f, SHA, PR0 "/sha@0");

	assign_is(f, got,
		  HEAD("0x01") "\n\t\tsha@10000000 {\n"
			       "\t\t\tclock-names = \"axi\";\n"
			       "\t\t\tcompatible = \"test,sha\";\n"
			       "\t\t\tinterrupts = <0x00 0x02 0x04>;\n"
			       "\t\t\tclocks = <0x02>;\n"
			       "\t\t\treg = <0x00 0x10000000 0x00 0x1000>;\n\n"
			       "\t\t\thost-clock-0 {\n"
			       "\t\t\t\tcompatible = \"fixed-clock\";\n"
			       "\t\t\t\t#clock-cells = <0x00>;\n"
			       "\t\t\t\tclock-frequency = <0x5f5e100>;\n"
			       "\t\t\t\tphandle = <0x02>;\n"
			       "\t\t\t};\n"
			       "\t\t};\n" TAIL);
	assign_xl(f, "iomem=[\"0xa0010,0x1@0x10000\"]\nirqs=[34]\n");
	assert_int_equal(hwc_assignment_iomems(f->as), 1);
	assert_int_equal(hwc_assignment_iomem(f->as, 0)->host, 0xa0010);
	assert_int_equal(hwc_assignment_iomem(f->as, 0)->guest, 0x10000);
	assert_int_equal(hwc_assignment_iomem(f->as, 0)->pages, 1);
	assert_int_equal(hwc_assignment_irqs(f->as), 1);
	assert_int_equal(hwc_assignment_irq(f->as, 0), 34);
	assert_int_equal(hwc_assignment_dtdevs(f->as), 0);
}

/* A region in PR0, without anything or with an image. */
#define SLOT(name, range, nodes)                                      \
	name " { compatible = \"fpga-region\"; #address-cells = <1>;" \
	     " #size-cells = <1>; ranges = <0 " range ">; " nodes " };"

/* Nodes beside /fpga; those after it are nobody's. */
#define ELSEWHERE(nodes) "}; };" nodes "x { x {"

/* A bus in PR0 with a device. */
#define BUS(words, device)                                                               \
	"bus@0 { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x1000>; " words \
	" a@0 { reg = <0 0x1000>; " device " }; };"

/* An interrupt that somebody else may have. */
#define SPI(number) "sha@0 { reg = <0 0x1000>; interrupts = <0 " #number " 4>; };"

static const struct refusal {
	const char *nodes;
	const char *paths;
	int err;
	const char *sentence;
} refusals[] = {
	/* registers */
	{ "i2c@0 { reg = <0 0x1000>; #address-cells = <1>; #size-cells = <1>;"
	  " eeprom@50 { reg = <0x50 1>; }; };",
	  PR0 "/i2c@0/eeprom@50", -EPERM,
	  "/fpga/PR0/i2c@0/eeprom@50 cannot be assigned: its registers are inside of "
	  "/fpga/PR0/i2c@0, and not at addresses of the CPU" },
	{ "sha@f000 { reg = <0xf000 0x2000>; };", PR0 "/sha@f000", -EPERM,
	  "/fpga/PR0/sha@f000 cannot be assigned: its registers are outside of the ranges of "
	  "/fpga/PR0" },
	{ "sha@0 { reg = <0 0x1000 1>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: the reg of /fpga/PR0/sha@0 is not understood" },
	{ "sha@0 { reg = <0 0>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: the reg of /fpga/PR0/sha@0 is not understood" },
	{ "bus@0 { #address-cells = <1>; #size-cells = <1>; ranges = <0 0>;"
	  " sha@0 { reg = <0 0x1000>; }; };",
	  PR0 "/bus@0/sha@0", -EPERM,
	  "/fpga/PR0/bus@0/sha@0 cannot be assigned: the ranges of /fpga/PR0/bus@0 is not "
	  "understood" },
	/* the last ones are at 0 */
	{ ELSEWHERE("any { compatible = \"fpga-region\"; ranges; #address-cells = <2>;"
		    " #size-cells = <2>; bus { #address-cells = <1>; #size-cells = <1>;"
		    " ranges = <0 0xffffffff 0xfffff000 0x2000>; a@0 { reg = <0 0x2000>; }; }; };"),
	  "/any/bus/a@0", -EPERM,
	  "/any/bus/a@0 cannot be assigned: the ranges of /any/bus is not understood" },
	{ "a@0 { reg = <0 0x800>; }; b@800 { reg = <0x800 0x800>; };", PR0 "/a@0", -EPERM,
	  "/fpga/PR0/a@0 cannot be assigned: its page 0xa0010000 has registers of "
	  "/fpga/PR0/b@800, too, which is not assigned" },
	{ "a@0 { reg = <0 0x800>; }; b@800 { reg = <0x800 0x800>; status = \"disabled\"; };",
	  PR0 "/a@0", -EPERM,
	  "/fpga/PR0/a@0 cannot be assigned: its page 0xa0010000 has registers of "
	  "/fpga/PR0/b@800, too, which is not assigned" },
	/* /whole has all of the region, and /half has not */
	{ "a@0 { reg = <0 0x1000>; };"
	  "}; }; half@a0010000 { reg = <0 0xa0010000 0 0xffff>; }; x { x {",
	  PR0 "/a@0", -EPERM,
	  "/fpga/PR0/a@0 cannot be assigned: its page 0xa0010000 has registers of "
	  "/half@a0010000, too, which is not assigned" },
	{ "a@0 { reg = <0 0x1000>; }; b@800 { reg = <0x800 0x800>; };", PR0 "/a@0 " PR0 "/b@800",
	  -EEXIST,
	  "/fpga/PR0/b@800 cannot be assigned: its registers are those of /fpga/PR0/a@0, too" },
	/* what a region has only a part of */
	{ SLOT("slot0", "0x4000 0x800", "a@0 { reg = <0 0x800>; };")
		  SLOT("slot1", "0x4800 0x800", ""),
	  PR0 "/slot0/a@0", -EPERM,
	  "/fpga/PR0/slot0/a@0 cannot be assigned: its page 0xa0014000 is not all in "
	  "/fpga/PR0/slot0" },
	{ SLOT("slot1", "0x4800 0x800", "a@0 { reg = <0 0x800>; };"), PR0 "/slot1/a@0", -EPERM,
	  "/fpga/PR0/slot1/a@0 cannot be assigned: its page 0xa0014000 is not all in "
	  "/fpga/PR0/slot1" },
	{ SLOT("slot", "0x4000 0x2800", "a@0 { reg = <0 0x2400>; };"), PR0 "/slot/a@0", -EPERM,
	  "/fpga/PR0/slot/a@0 cannot be assigned: its page 0xa0016000 is not all in "
	  "/fpga/PR0/slot" },
	{ ELSEWHERE(
		  "outer { #address-cells = <1>; #size-cells = <1>;"
		  " ranges = <0 0 0xb0000000 0x1800>; slot { compatible = \"fpga-region\"; ranges;"
		  " a@1000 { reg = <0x1000 0x400>; }; }; };"),
	  "/outer/slot/a@1000", -EPERM,
	  "/outer/slot/a@1000 cannot be assigned: its page 0xb0001000 is not all in /outer" },
	{ SLOT("slot0", "0x4000 0x1000", "a@0 { reg = <0 0x800>; };")
		  SLOT("slot1", "0x4800 0x1000", ""),
	  PR0 "/slot0/a@0", -EPERM,
	  "/fpga/PR0/slot0/a@0 cannot be assigned: its page 0xa0014000 has registers of "
	  "/fpga/PR0/slot1, too, which is not assigned" },
	{ SLOT("slot", "0x5c00 0x400", "") "a@4000 { reg = <0x4000 0x1800>; };", PR0 "/a@4000",
	  -EPERM,
	  "/fpga/PR0/a@4000 cannot be assigned: its page 0xa0015000 has registers of "
	  "/fpga/PR0/slot, too, which is not assigned" },
	/* claims */
	{ SHA, PR0 "/sha@0|" PR0 "/sha@0", -EEXIST,
	  "/fpga/PR0/sha@0 cannot be assigned: it is of claim 17 and of claim 18" },
	{ SHA, PR0 "/gone@0", -ENOENT,
	  "claim 17 has /fpga/PR0/gone@0, which the device tree has not" },
	{ SHA, "-", -EPERM, "device of claim 17 cannot be assigned: it is not in the device tree" },
	{ "leds { compatible = \"test,leds\"; };"
	  "bus { ranges; #address-cells = <1>; #size-cells = <1>; leds { }; };",
	  PR0 "/leds " PR0 "/bus/leds", -EEXIST, "there would be two nodes /passthrough/leds" },
	/* interrupts */
	{ "sha@0 { reg = <0 0x1000>; interrupt-parent = <&other_intc>; interrupts = <3>; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt goes through /other-intc, which a "
	  "guest cannot have" },
	{ "sha@0 { reg = <0 0x1000>; interrupts-extended = <&gic 0 2 4>, <&other_intc 3>; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt goes through /other-intc, which a "
	  "guest cannot have" },
	{ "sha@0 { reg = <0 0x1000>; interrupts = <1 13 4>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt is a private one of each CPU "
	  "(PPI 13)" },
	{ "sha@0 { reg = <0 0x1000>; interrupts = <0 988 4>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt 988 of type 0 is no shared one "
	  "(SPI)" },
	{ "sha@0 { reg = <0 0x1000>; interrupts = <2 1 4>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt 1 of type 2 is no shared one (SPI)" },
	{ "sha@0 { reg = <0 0x1000>; interrupts = <0 2>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupts are none" },
	{ "sha@0 { reg = <0 0x1000>; interrupts; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupts are none" },
	{ "sha@0 { reg = <0 0x1000>; interrupt-parent = <0x77>; interrupts = <0 2 4>; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupts lead to no interrupt controller" },
	/* in a circle */
	{ "sha: sha@0 { reg = <0 0x1000>; interrupt-parent = <&sha>; interrupts = <0 2 4>; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupts lead to no interrupt controller" },
	{ "sha@0 { reg = <0 0x1000>; interrupts-extended = <&gic 0 2>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupts-extended is no list of phandles" },
	{ "sha@0 { reg = <0 0x1000>; interrupts-extended = <0>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupts lead to no interrupt controller" },
	{ "in: in@0 { reg = <0 0x1000>; #interrupt-cells = <1>; interrupt-controller; };"
	  "sha@1000 { reg = <0x1000 0x1000>; interrupts-extended = <&gic 0 2 4>, <&in 3>; };",
	  PR0 "/in@0 " PR0 "/sha@1000", -EPERM,
	  "/fpga/PR0/sha@1000 cannot be assigned: its interrupts go through two controllers" },
	{ "in@0 { reg = <0 0x1000>; #interrupt-cells = <1>; interrupt-controller;"
	  " part { interrupts-extended = <&gic 0 2 4>; }; };",
	  PR0 "/in@0", -EPERM,
	  "/fpga/PR0/in@0/part cannot be assigned: its interrupt passes the controller it is in" },
	{ "in: in@0 { reg = <0 0x1000>; #interrupt-cells = <1>; interrupt-controller; };"
	  "b@1000 { reg = <0x1000 0x1000>; interrupt-parent = <&in>; interrupts = <3>;"
	  " part { interrupts-extended = <&gic 0 2 4>; }; };",
	  PR0 "/in@0 " PR0 "/b@1000", -EPERM,
	  "/fpga/PR0/b@1000/part cannot be assigned: its interrupt goes through another "
	  "controller than that of b@1000, which it is in" },
	/* by way of the device that it is in */
	{ "a@0 { reg = <0 0x1000>; #address-cells = <1>; #size-cells = <1>; ranges;"
	  " interrupt-parent = <&other_intc>; " BUS("", "interrupts = <0>, <8>, <4>;") "};",
	  PR0 "/a@0", -EPERM,
	  "/fpga/PR0/a@0/bus@0/a@0 cannot be assigned: its interrupt goes through /other-intc, "
	  "which a guest cannot have" },
	{ "sha@0 { reg = <0 0x1000>; interrupts-extended = <&c 1>;"
	  " c: intc { #interrupt-cells = <1>; status = \"disabled\"; }; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt goes through /fpga/PR0/sha@0/intc, "
	  "which a guest cannot have" },
	{ "my: gic@8000 { compatible = \"arm,gic-400\"; reg = <0x8000 0x1000>;"
	  " #interrupt-cells = <3>; };"
	  "sha@0 { reg = <0 0x1000>; interrupts-extended = <&my 0 2 4>; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt goes through /fpga/PR0/gic@8000, "
	  "which a guest cannot have" },
	{ "sha@0 { reg = <0 0x1000>; interrupts-extended = <&off 0 2 4>; };" ELSEWHERE(
		  "bus { status = \"disabled\"; off: gic { compatible = \"arm,gic-400\";"
		  " #interrupt-cells = <3>; }; };"),
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt goes through /bus/gic, which a "
	  "guest cannot have" },
	{ SPI(3), PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt (SPI 3) is one of /fpga/PR1/sha@0, "
	  "too, which is not assigned" },
	{ SPI(8) ELSEWHERE("uart { interrupts = <0 7 4>, <1 8 4>, <0 8 1>; };"), PR0 "/sha@0",
	  -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt (SPI 8) is one of /uart, too, which "
	  "is not assigned" },
	{ SPI(8) ELSEWHERE("uart { interrupts-extended = <0>, <&other_intc 8>, <&gic 0 7 4>,"
			   " <&gic 0 8 4>; };"),
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt (SPI 8) is one of /uart, too, which "
	  "is not assigned" },
	{ SPI(8) ELSEWHERE("pcie { #address-cells = <3>; #interrupt-cells = <1>;"
			   " interrupt-map = <0 0 0 1 &wide 0 0 8>, <0 0 0 2 &gic 0 8 4>; };"
			   "wide: wide { #address-cells = <2>; #interrupt-cells = <1>; };"),
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its interrupt (SPI 8) is one of /pcie, too, which "
	  "is not assigned" },
	/* clocks */
	{ "a@0 { reg = <0 0x1000>; clocks = <0>, <&cru 1>; };", PR0 "/a@0", -EPERM,
	  "/fpga/PR0/a@0 cannot be assigned: the host does not know how fast its clock 1 of "
	  "/clock-controller@9070000 runs; a fixed-clock of its overlay can say it" },
	/* the rate of a clock of another device */
	{ "sha@0 { reg = <0 0x1000>; bus { clocks = <&cru 1>; }; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0/bus cannot be assigned: the host does not know how fast its clock 0 of "
	  "/clock-controller@9070000 runs; a fixed-clock of its overlay can say it" },
	{ "sha@0 { reg = <0 0x1000>; clocks = <&cru>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its clocks is no list of phandles" },
	{ "sha@0 { reg = <0 0x1000>; clocks = <0x77>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its clocks has phandle 0x77, which no node has" },
	{ "sha@0 { reg = <0 0x1000>; clocks = [00 00 01]; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its clocks is no list of phandles" },
	/* memory */
	{ "dma@0 { reg = <0 0x1000>; dma-coherent; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it goes to memory by itself (dma-coherent) and is "
	  "behind no IOMMU" },
	{ "dma@0 { reg = <0 0x1000>; dma-noncoherent; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it goes to memory by itself (dma-noncoherent) and "
	  "is behind no IOMMU" },
	{ "dma@0 { reg = <0 0x1000>; dma-ranges; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it goes to memory by itself (dma-ranges) and is "
	  "behind no IOMMU" },
	{ "dma@0 { reg = <0 0x1000>; dma-channels = <1>; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it goes to memory by itself (dma-channels) and is "
	  "behind no IOMMU" },
	{ "dma@0 { reg = <0 0x1000>; #dma-cells = <1>; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it goes to memory by itself (#dma-cells) and is "
	  "behind no IOMMU" },
	{ "dma@0 { reg = <0 0x1000>; dmas = <&gpio>; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it goes to memory by itself (dmas) and is behind "
	  "no IOMMU" },
	{ "dma@0 { reg = <0 0x1000>; memory-region = <&pool>; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it goes to memory by itself (memory-region) and is "
	  "behind no IOMMU" },
	{ "sha@0 { reg = <0 0x1000>; dma { dma-coherent; }; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0/dma cannot be assigned: it goes to memory by itself (dma-coherent) and "
	  "is behind no IOMMU" },
	{ "dma@0 { reg = <0 0x1000>; iommus = <&smmu_off 1>; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: its IOMMU is not enabled" },
	{ "dma@0 { reg = <0 0x1000>; iommus = <&smmu 1>, <&smmu_off 1>; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: its IOMMU is not enabled" },
	{ "dma@0 { reg = <0 0x1000>; iommus = <&my 1>; };"
	  " my: iommu@1000 { reg = <0x1000 0x1000>; #iommu-cells = <1>; };",
	  PR0 "/dma@0", -EPERM, "/fpga/PR0/dma@0 cannot be assigned: its IOMMU is an image's" },
	{ "dma@0 { reg = <0 0x1000>; iommus = <&off 1>; };" ELSEWHERE(
		  "bus { status = \"disabled\"; off: iommu { #iommu-cells = <1>; }; };"),
	  PR0 "/dma@0", -EPERM, "/fpga/PR0/dma@0 cannot be assigned: its IOMMU is not enabled" },
	{ "dma@0 { reg = <0 0x1000>; iommus; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: its iommus names none" },
	{ "dma@0 { reg = <0 0x1000>; iommus = <0x77 1>; };", PR0 "/dma@0", -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: its iommus has phandle 0x77, which no node has" },
	{ "dma@0 { reg = <0 0x1000>; iommus = <&smmu 1>; dma-ranges = <0 0 0>; };", PR0 "/dma@0",
	  -EPERM, "/fpga/PR0/dma@0 cannot be assigned: its dma-ranges are not understood" },
	{ "dma@0 { reg = <0 0x1000>; iommus = <&smmu 1>; memory-region = <&pool>; };", PR0 "/dma@0",
	  -EPERM,
	  "/fpga/PR0/dma@0 cannot be assigned: it refers to /reserved-memory/pool@a0000000 by "
	  "memory-region, which is not assigned" },
	/* what the bus of an image says of its children */
	{ BUS("dma-coherent;", ""), PR0 "/bus@0 " PR0 "/bus@0/a@0", -EPERM,
	  "/fpga/PR0/bus@0/a@0 cannot be assigned: it goes to memory by itself (dma-coherent of "
	  "/fpga/PR0/bus@0) and is behind no IOMMU of its own" },
	{ BUS("dma-ranges;", ""), PR0 "/bus@0", -EPERM,
	  "/fpga/PR0/bus@0/a@0 cannot be assigned: it goes to memory by itself (dma-ranges of "
	  "/fpga/PR0/bus@0) and is behind no IOMMU of its own" },
	{ BUS("iommus = <&smmu 1>;", ""), PR0 "/bus@0", -EPERM,
	  "/fpga/PR0/bus@0/a@0 cannot be assigned: it goes to memory by itself (iommus of "
	  "/fpga/PR0/bus@0) and is behind no IOMMU of its own" },
	{ BUS("dma-ranges = <0 0 0x1000>;", "iommus = <&smmu 1>;"), PR0 "/bus@0", -EPERM,
	  "/fpga/PR0/bus@0/a@0 cannot be assigned: the dma-ranges of /fpga/PR0/bus@0 are not "
	  "understood" },
	{ "outer { #address-cells = <1>; #size-cells = <1>; ranges; dma-coherent; " BUS("",
											"") "};",
	  PR0 "/outer", -EPERM,
	  "/fpga/PR0/outer/bus@0/a@0 cannot be assigned: it goes to memory by itself "
	  "(dma-coherent of /fpga/PR0/outer) and is behind no IOMMU of its own" },
	/* references */
	{ "sha@0 { reg = <0 0x1000>; syscon = <&c>; c: child { status = \"disabled\"; }; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: it refers to /fpga/PR0/sha@0/child by syscon, "
	  "which is not assigned" },
	{ "sha@0 { reg = <0 0x1000>; #address-cells = <1>; #size-cells = <1>; ranges;"
	  " syscon = <&b>; b: bus { #address-cells = <1>; #size-cells = <1>; ranges; }; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: it refers to /fpga/PR0/sha@0/bus by syscon, which "
	  "is not assigned" },
	{ "sha@0 { reg = <0 0x1000>; reset-gpios = <&gpio 78 0>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: it refers to /gpio@9030000 by reset-gpios, which "
	  "is not assigned" },
	{ "sha@0 { reg = <0 0x1000>; vdd-supply = <&gpio>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: it refers to /gpio@9030000 by vdd-supply, which is "
	  "not assigned" },
	{ "sha@0 { reg = <0 0x1000>; msi-map = <0 &gpio 0 1>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: its msi-map is not understood" },
	{ "big@0 { reg = <0 0x1000>; syscon = <&gpio>; };", PR0 "/big@0", -EPERM,
	  "/fpga/PR0/big@0 cannot be assigned: it refers to /gpio@9030000 by syscon, which is not "
	  "assigned" },
};

static void test_refusals(void **state)
{
	struct assign *f = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];

		assign_refused(f, assign(f, r->nodes, r->paths), r->err, r->sentence);
	}
}

/* Pages that are apart stay apart; those side by side become one. */
static void test_pages(void **state)
{
	struct assign *f = *state;
	int got = assign(f,
			 "a@0 { reg = <0x4000 0x1000>, <0x1800 0x400>; };"
			 "b@0 { reg = <0x1000 0x800>; };"
			 "c@0 { reg = <0x2000 0x1001>; };",
			 PR0 "/a@0 " PR0 "/b@0|" PR0 "/c@0");

	assign_says(f, got, "a@10003000 {",
		    "reg = <0x00 0x10003000 0x00 0x1000 0x00 0x10000800 0x00 0x400>",
		    "b@10000000 {", "reg = <0x00 0x10000000 0x00 0x800>", "c@10001000 {",
		    "reg = <0x00 0x10001000 0x00 0x1001>", NULL);
	assign_xl(f, "iomem=[\"0xa0011,0x4@0x10000\"]\n");
	got = assign(f, "a@0 { reg = <0x4000 0x1000>, <0x1000 0x1000>; };", PR0 "/a@0");
	assign_says(f, got, "a@10001000 {", NULL);
	assign_xl(f, "iomem=[\"0xa0011,0x1@0x10000\", \"0xa0014,0x1@0x10001\"]\n");
}

/* What the guest has otherwise is gone around. */
static void test_taken(void **state)
{
	static const struct hwc_iomem taken[] = {
		{ .host = 1, .guest = 0x10002, .pages = 1 },
		{ .host = 2, .guest = 0xffff, .pages = 2 },
		{ .host = 3, .guest = 0x10005, .pages = 0 },
		{ .host = 3, .guest = 0x30000, .pages = UINT64_MAX },
	};
	static const struct hwc_iomem all = { .guest = 0x10001, .pages = 0x100000 };
	static const char node[] = "a@0 { reg = <0 0x2000>; }; b@0 { reg = <0x4000 0x1000>; };";
	struct assign *f = *state;

	f->plan.taken = taken;
	f->plan.n_taken = HWC_ARRAY_SIZE(taken);
	assign_says(f, assign(f, node, PR0 "/a@0 " PR0 "/b@0"), "a@10003000", "b@10005000", NULL);
	f->plan.taken = &all;
	f->plan.n_taken = 1;
	assign_refused(
		f, assign(f, node, PR0 "/a@0"), -ENOSPC,
		"2 pages of registers from 0xa0010000 on cannot be assigned: a guest has no room "
		"for so much between 0x10000000 and 0x20000000");
}

/* A bus is left out, an FPGA region and what is not enabled, too. */
static void test_buses(void **state)
{
	static const char nodes[] =
		"bus@1000 {\n"
		"	compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <1>;\n"
		"	ranges = <0 0 0x1000 0x3000>; interrupt-parent = <&gic>;\n"
		"	a@0 { reg = <0 0 0x1000>; interrupts = <0 9 1>; };\n"
		"	off@1000 { reg = <0 0x1000 0x1000>; status = \"disabled\"; };\n"
		"	mfd@2000 {\n"
		"		reg = <0 0x2000 0x1000>; #address-cells = <1>; #size-cells = <1>;\n"
		"		ranges = <0 0 0x2000 0x1000>;\n"
		"		part@80 { reg = <0x80 0x10>; };\n"
		"		off@90 { reg = <0x90 0x10>; status = \"fail\"; };\n"
		"	};\n"
		"};\n"
		"i2c@8000 { reg = <0x8000 0x1000>; #address-cells = <1>; #size-cells = <0>;\n"
		"	eeprom@50 { reg = <0x50>; compatible = \"test,eeprom\"; }; };\n"
		"slot { compatible = \"fpga-region\"; ranges; #address-cells = <1>;\n"
		"	#size-cells = <1>; other@9000 { reg = <0x9000 0x1000>; }; };\n";
	struct assign *f = *state;
	int got = assign(f, nodes,
			 PR0 "/bus@1000 " PR0 "/bus@1000/a@0 " PR0 "/bus@1000/a@0 " PR0
			     "/i2c@8000 " PR0 "/slot");

	assign_says(f, got, "a@10000000 {", "interrupts = <0x00 0x09 0x01>", "mfd@10001000 {",
		    "#address-cells = <0x02>", "ranges;", "part@10001080 {",
		    "reg = <0x00 0x10001080 0x00 0x10>", "i2c@10002000 {", "eeprom@50 {",
		    "reg = <0x50>", NULL);
	assert_false(assign_has_word(f, "bus@"));
	assert_false(assign_has_word(f, "off@"));
	assert_false(assign_has_word(f, "other@"));
	assign_xl(f, "iomem=[\"0xa0011,0x1@0x10000\", \"0xa0013,0x1@0x10001\", "
		     "\"0xa0018,0x1@0x10002\"]\nirqs=[41]\n");
}

/* An interrupt controller that is assigned keeps those behind it; empty places stay. */
static void test_interrupts(void **state)
{
	static const char nodes[] =
		"in: in@0 {\n"
		"	reg = <0 0x1000>; #interrupt-cells = <1>; #address-cells = <0>;\n"
		"	interrupt-controller;\n"
		"	interrupts = <0 2 4>, <0 2 1>, <0 987 4>; interrupt-names = \"a\", \"b\", \"c\";\n"
		"};\n"
		"b@1000 { reg = <0x1000 0x1000>; interrupt-parent = <&in>; interrupts = <3>; };\n"
		"c@2000 { reg = <0x2000 0x1000>; interrupts = <9>;\n"
		"	interrupts-extended = <&in 4>, <0>, <&in 5>; };\n"
		"d@3000 { reg = <0x3000 0x1000>; interrupts = <9>;\n"
		"	interrupts-extended = <&gic 0 7 4>; };\n"
		"e@4000 { reg = <0x4000 0x1000>; interrupt-parent = <&other_intc>; };\n";
	struct assign *f = *state;
	int got = assign(f, nodes, PR0 "/in@0 " PR0 "/b@1000 " PR0 "/d@3000|" PR0 "/e@4000");

	assign_says(f, got, "in@10000000 {",
		    "interrupts = <0x00 0x02 0x04 0x00 0x02 0x01 0x00 0x3db 0x04>",
		    "phandle = <0x02>", "b@10001000 {", "interrupts = <0x03>",
		    "interrupt-parent = <0x02>", "d@10002000 {", "interrupts = <0x00 0x07 0x04>",
		    "e@10003000 {", NULL);
	assign_xl(f, "iomem=[\"0xa0010,0x2@0x10000\", \"0xa0013,0x2@0x10002\"]\n"
		     "irqs=[34, 39, 1019]\n");
	assert_false(assign_has_word(f, "interrupts-extended"));
}

/* A device in another one has that one's controller, where it is in the guest, too. */
static void test_inherited(void **state)
{
	static const char nodes[] =
		"in: in@0 { reg = <0 0x1000>; #interrupt-cells = <1>; #address-cells = <0>;\n"
		"	interrupt-controller; };\n"
		"a@1000 { reg = <0x1000 0x1000>; interrupt-parent = <&in>; interrupts = <3>;\n"
		"	#address-cells = <1>; #size-cells = <1>; ranges;\n"
		"	bus { #address-cells = <1>; #size-cells = <1>; ranges;\n"
		"		b@2000 { reg = <0x2000 0x1000>; interrupts = <4>; }; }; };\n";
	struct assign *f = *state;
	int got = assign(f, nodes, PR0 "/in@0 " PR0 "/a@1000");

	assign_says(f, got, "in@10000000 {", "phandle = <0x02>", "a@10001000 {",
		    "interrupts = <0x03>", "interrupt-parent = <0x02>", "b@10002000 {",
		    "interrupts = <0x04>", "interrupt-parent = <0x02>", NULL);
	assert_int_equal(hwc_assignment_irqs(f->as), 0);
}

static void test_extended(void **state)
{
	static const char nodes[] =
		"in: in@0 {\n"
		"	reg = <0 0x1000>; #interrupt-cells = <1>; #address-cells = <0>;\n"
		"	interrupt-controller;\n"
		"};\n"
		"c@2000 { reg = <0x2000 0x1000>; interrupts = <9>;\n"
		"	interrupts-extended = <&in 4>, <&in 5>; };\n";
	struct assign *f = *state;
	int got = assign(f, nodes, PR0 "/in@0 " PR0 "/c@2000");

	assign_says(f, got, "in@10000000 {", "phandle = <0x02>", "c@10001000 {",
		    "interrupts-extended = <0x02 0x04 0x02 0x05>", NULL);
	assert_int_equal(hwc_assignment_irqs(f->as), 0);
}

/* The same clock is one; those of assigned nodes and places without any stay. */
static void test_clocks(void **state)
{
	static const char nodes[] =
		"wiz: wiz@0 { reg = <0 0x1000>; #clock-cells = <1>; clocks = <&osc>; };\n"
		"a@1000 { reg = <0x1000 0x1000>; clocks = <&osc>, <0>, <&wiz 3>, <&cru 1>;\n"
		"	assigned-clocks = <&wiz 0>; assigned-clock-rates = <7>; };\n"
		"b@2000 { reg = <0x2000 0x1000>; clocks = <&cru 1>;\n"
		"	part { clocks = <&cru 0>, <&osc>; }; };\n";
	static const struct hwc_clock clocks[] = {
		{ PR0 "/gone@0", 0, 5 },
		{ PR0 "/b@2000/part", 0, UINT32_MAX },
		{ PR0 "/b@2000/part", 1, 100000000 },
		{ PR0 "/b@2000", 0, 123456 },
		{ PR0 "/wiz@0", 0, 100000000 },
		{ PR0 "/a@1000", 0, 100000000 },
		{ PR0 "/a@1000", 3, 123456 },
	};
	struct assign *f = *state;
	int got;

	memcpy(f->clocks, clocks, sizeof(clocks));
	got = assign(f, nodes, PR0 "/wiz@0 " PR0 "/a@1000 " PR0 "/b@2000");
	assign_says(f, got, "wiz@10000000 {", "clocks = <0x03>", "phandle = <0x02>",
		    "host-clock-0 {", "clock-frequency = <0x5f5e100>", "phandle = <0x03>",
		    "a@10001000 {", "clocks = <0x03 0x00 0x02 0x03 0x04>", "host-clock-1 {",
		    "clock-frequency = <0x1e240>", "phandle = <0x04>", "b@10002000 {",
		    "clocks = <0x04>", "part {", "clocks = <0x05 0x03>",
		    "clock-frequency = <0xffffffff>", NULL);
	assert_false(assign_has_word(f, "assigned-clock"));
}

static void test_bad_rates(void **state)
{
	struct assign *f = *state;

	f->clocks[0].rate = 0;
	assign_refused(f, assign(f, SHA, PR0 "/sha@0"), -EPERM,
		       "/fpga/PR0/sha@0 cannot be assigned: the host does not know how fast its "
		       "clock 0 of /osc runs; a fixed-clock of its overlay can say it");
	f->clocks[0].rate = UINT64_C(5000000000);
	assign_refused(f, assign(f, SHA, PR0 "/sha@0"), -EPERM,
		       "/fpga/PR0/sha@0 cannot be assigned: its clock 0 of /osc runs at "
		       "5000000000 Hz, which is more than a device tree can say");
}

/* What nobody uses may have the same interrupt, and what is there for a guest. */
static void test_alone(void **state)
{
	static const char *const nodes[] = {
		SPI(8) ELSEWHERE("uart { interrupts = <0 8 4>; status = \"disabled\"; };"),
		SPI(8) ELSEWHERE("bus { status = \"fail\"; uart { interrupts = <0 8 4>; }; };"),
		SPI(8) ELSEWHERE("line { interrupts = <0 8 1>; xen,passthrough; };"),
		SPI(8) ELSEWHERE("uart { interrupts = <0 8>; };"),
		SPI(8) ELSEWHERE("uart { interrupts = <1 8 4>; };"),
		SPI(8) ELSEWHERE(
			"uart { interrupt-parent = <&other_intc>; interrupts = <0 8 4>; };"),
		SPI(8) ELSEWHERE("uart { interrupts-extended = <&other_intc 0>, <&gic 0 8>; };"),
		SPI(8) ELSEWHERE(
			"pcie { #address-cells = <0>; #interrupt-cells = <1>;"
			" interrupt-map = <1 &gic 1 8 4>, <2 0x77 0 8 4>, <3 &gic 0 8>; };"),
	};
	struct assign *f = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(nodes); i++) {
		assign_says(f, assign(f, nodes[i], PR0 "/sha@0"), "sha@10000000 {", NULL);
		assign_xl(f, "iomem=[\"0xa0010,0x1@0x10000\"]\nirqs=[40]\n");
	}
}

/* A page that ends with its region, and regions that say nothing of where they end. */
static void test_whole_pages(void **state)
{
	static const char nodes[] =
		SLOT("slot0", "0x4000 0x1000", "a@800 { reg = <0x800 0x800>; };")
			SLOT("slot1", "0x5000 0x1000", "")
				ELSEWHERE("any { compatible = \"fpga-region\"; ranges;"
					  " b@b0000c00 { reg = <0 0xb0000c00 0 0x400>; }; };");
	struct assign *f = *state;

	assign_says(f, assign(f, nodes, PR0 "/slot0/a@800"), "a@10000800 {", NULL);
	assign_xl(f, "iomem=[\"0xa0014,0x1@0x10000\"]\n");
	assign_says(f, assign(f, nodes, "/any/b@b0000c00"), "b@10000c00 {", NULL);
}

static void test_iommu(void **state)
{
	static const char nodes[] =
		"dma: dma@0 { reg = <0 0x1000>; iommus = <&smmu 1>, <&smmu 2>; dma-coherent;\n"
		"	#dma-cells = <1>; dma-channels = <2>; };\n"
		"user@1000 { reg = <0x1000 0x1000>; iommus = <&smmu 3>; dmas = <&dma 0>, <&dma 1>;\n"
		"	dma-names = \"rx\", \"tx\"; };\n";
	struct assign *f = *state;
	int got = assign(f, nodes, PR0 "/dma@0 " PR0 "/user@1000");

	assign_says(f, got, "dma@10000000 {", "dma-coherent;", "phandle = <0x02>",
		    "user@10001000 {", "dmas = <0x02 0x00 0x02 0x01>", NULL);
	assert_false(assign_has_word(f, "iommus"));
	assert_int_equal(hwc_assignment_dtdevs(f->as), 2);
	assign_xl(f, "iomem=[\"0xa0010,0x2@0x10000\"]\n"
		     "dtdev=[\"/fpga/PR0/dma@0\", \"/fpga/PR0/user@1000\"]\n"
		     "passthrough=\"enabled\"\n");
}

/* What the host has set up is not for the guest. */
static void test_hosts_own(void **state)
{
	static const char nodes[] =
		"a@0 { reg = <0 0x1000>; resets = <&cru 1>; reset-names = \"r\";\n"
		"	power-domains = <&cru 1>; pinctrl-0 = <&pll>; pinctrl-names = \"default\";\n"
		"	linux,phandle = <0x99>; test,kept = <7>; };\n";
	struct assign *f = *state;
	int got = assign(f, nodes, PR0 "/a@0");

	assign_is(f, got,
		  HEAD("0x01") "\n\t\ta@10000000 {\n"
			       "\t\t\ttest,kept = <0x07>;\n"
			       "\t\t\treg = <0x00 0x10000000 0x00 0x1000>;\n"
			       "\t\t};\n" TAIL);
}

/* References among what is assigned, also back and forth. */
static void test_references(void **state)
{
	static const char nodes[] =
		"a: a@0 { reg = <0 0x1000>; phys = <&b 1 2>, <&b 3 4>; syscon = <&b>; };\n"
		"b: b@1000 { reg = <0x1000 0x1000>; #phy-cells = <2>; #gpio-cells = <2>;\n"
		"	x-gpios = <&b 1 0>, <0>, <&b 2 0>; v-supply = <&a>; };\n";
	struct assign *f = *state;
	int got = assign(f, nodes, PR0 "/a@0 " PR0 "/b@1000");

	assign_says(f, got, "a@10000000", "phys = <0x03 0x01 0x02 0x03 0x03 0x04>",
		    "syscon = <0x03>", "phandle = <0x02>", "b@10001000", "v-supply = <0x02>",
		    "x-gpios = <0x03 0x01 0x00 0x00 0x03 0x02 0x00>", "phandle = <0x03>", NULL);
}

static void test_nothing(void **state)
{
	struct assign *f = *state;
	size_t size = 7;

	assert_int_equal(hwc_assignment_new(f->ctx, NULL, NULL, 0, &f->as), 0);
	assert_null(hwc_assignment_dtb(f->as, &size));
	assert_int_equal(size, 0);
	assign_xl(f, "");
	assert_int_equal(hwc_assignment_irqs(f->as), 0);
	hwc_assignment_free(NULL);
}

/* A property that is not read may have been a sign of DMA. */
static void test_unreadable(void **state)
{
	struct assign *f = *state;
	struct hwc_claim *claim = &f->claims[0];
	struct rlimit all, few;
	int fd = dup(STDIN_FILENO), err;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(assign(f, SHA, PR0 "/sha@0"), 0);
	hwc_assignment_free(f->as);
	f->as = NULL;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = (struct rlimit){ .rlim_cur = fd + 2, .rlim_max = all.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	err = hwc_assignment_new(f->ctx, &f->plan, &claim, 1, &f->as);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
	assign_refused(f, err, -EMFILE, "/ of the device tree: Too many open files");
}

static void test_claims(void **state)
{
	struct assign *f = *state;
	struct hwc_claim *twice[] = { &f->claims[0], &f->claims[0] };

	assert_int_equal(assign(f, SHA, PR0 "/sha@0"), 0);
	hwc_assignment_free(f->as);
	f->as = NULL;
	assign_refused(f, hwc_assignment_new(f->ctx, &f->plan, twice, 2, &f->as), -EEXIST,
		       "claim 17 is to be assigned twice");
	f->claims[0].state = HWCONTAINER_CLAIM_STATE_QUEUED;
	assign_refused(f, hwc_assignment_new(f->ctx, &f->plan, twice, 1, &f->as), -EPERM,
		       "claim 17 is not ready, and has no devices yet");
	f->plan.tree = "/no/such/folder";
	assign_refused(f, hwc_assignment_new(f->ctx, &f->plan, twice, 1, &f->as), -ENOENT,
		       "/no/such/folder has no device tree, which says what a device is");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, assign_setup, assign_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_device),     TEST(test_refusals), TEST(test_pages),
		TEST(test_taken),      TEST(test_buses),    TEST(test_interrupts),
		TEST(test_inherited),  TEST(test_extended), TEST(test_clocks),
		TEST(test_bad_rates),  TEST(test_iommu),    TEST(test_hosts_own),
		TEST(test_references), TEST(test_nothing),  TEST(test_unreadable),
		TEST(test_claims),     TEST(test_alone),    TEST(test_whole_pages),
	};

	return cmocka_run_group_tests_name("assign", tests, NULL, NULL);
}
