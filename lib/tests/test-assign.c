// SPDX-License-Identifier: GPL-2.0-or-later
/* What a virtual machine is given of claims, and what is not to be had. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "internal.h"
#include "dts.h"
#include "scene.h"

#define PR0 "/fpga/PR0"

/* A machine: /fpga is at 0xa0000000, PR0 at 0xa0010000, PR1 at 0xa0020000. */
static const char machine[] =
	"/dts-v1/;\n"
	"/ {\n"
	"	#address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;\n"
	"	memory@40000000 {\n"
	"		device_type = \"memory\"; reg = <0 0x40000000 0 0x80000000>;\n"
	"	};\n"
	"	reserved-memory {\n"
	"		#address-cells = <2>; #size-cells = <2>; ranges;\n"
	"		pool: pool@a0000000 { reg = <0 0xa0000000 0 0x100000>; };\n"
	"	};\n"
	"	gic: interrupt-controller@8000000 {\n"
	"		compatible = \"arm,cortex-a15-gic\"; reg = <0 0x8000000 0 0x1000>;\n"
	"		#interrupt-cells = <3>; interrupt-controller;\n"
	"	};\n"
	"	other_intc: other-intc { #interrupt-cells = <1>; interrupt-controller; };\n"
	"	smmu: iommu@9050000 { reg = <0 0x9050000 0 0x1000>; #iommu-cells = <1>; };\n"
	"	smmu_off: iommu@9060000 {\n"
	"		reg = <0 0x9060000 0 0x1000>; #iommu-cells = <1>; status = \"disabled\";\n"
	"	};\n"
	"	osc: osc {\n"
	"		compatible = \"fixed-clock\"; #clock-cells = <0>;\n"
	"		clock-frequency = <100000000>;\n"
	"	};\n"
	"	cru: clock-controller@9070000 {\n"
	"		reg = <0 0x9070000 0 0x1000>; #clock-cells = <1>;\n"
	"		clock-output-names = \"pl0\", \"pl1\"; #reset-cells = <1>;\n"
	"	};\n"
	"	whole@a0010000 { reg = <0 0xa0010000 0 0x10000>; };\n"
	"	gpio: gpio@9030000 { reg = <0 0x9030000 0 0x1000>; #gpio-cells = <2>; };\n"
	"	pll: pll { #clock-cells = <0>; };\n"
	"	fpga {\n"
	"		compatible = \"fpga-region\", \"simple-bus\";\n"
	"		#address-cells = <1>; #size-cells = <1>;\n"
	"		ranges = <0 0 0xa0000000 0x100000>;\n"
	"		PR0 {\n"
	"			compatible = \"fpga-region\";\n"
	"			#address-cells = <1>; #size-cells = <1>;\n"
	"			ranges = <0 0x10000 0x10000>;\n"
	"			%s\n"
	"		};\n"
	"		PR1 {\n"
	"			compatible = \"fpga-region\";\n"
	"			#address-cells = <1>; #size-cells = <1>;\n"
	"			ranges = <0 0x20000 0x10000>;\n"
	"			sha@0 { compatible = \"test,sha\"; reg = <0 0x1000>;\n"
	"				interrupts = <0 3 4>; };\n"
	"		};\n"
	"	};\n"
	"};\n";

#define DEVICES_MAX 6
#define CLAIMS_MAX 3

struct fixture {
	struct hwc_ctx *ctx;
	char *scene;
	struct hwc_claim claims[CLAIMS_MAX];
	struct hwc_device devices[CLAIMS_MAX][DEVICES_MAX];
	size_t n;
	char *paths;
	struct hwc_assignment_plan plan;
	void *image;
	struct hwc_assignment *as;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return f ? hwc_ctx_new(&f->ctx) : -1;
}

static void forget(struct fixture *f)
{
	hwc_assignment_free(f->as);
	f->as = NULL;
	free(f->paths);
	f->paths = NULL;
	free(f->image);
	f->image = NULL;
	if (f->scene)
		scene_free(f->scene);
	f->scene = NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	forget(f);
	hwc_ctx_free(f->ctx);
	free(f);
	return 0;
}

/* The machine with @nodes in PR0. */
static void make_machine(struct fixture *f, const char *nodes)
{
	size_t size = sizeof(machine) + strlen(nodes);
	char *text = malloc(size);
	void *fdt;

	assert_non_null(text);
	snprintf(text, size, machine, nodes);
	fdt = dts_compile(text, "", &size);
	free(text);
	f->scene = scene_unpack(fdt);
	free(fdt);
}

/* Devices by their paths: those of a claim between spaces, claims between bars. */
static void make_claims(struct fixture *f, const char *paths)
{
	static char nothing[] = "", name[] = "device";
	char *claim, *path, *rest;

	f->n = 0;
	f->paths = rest = strdup(paths);
	assert_non_null(rest);
	while ((claim = strsep(&rest, "|"))) {
		struct hwc_device *devices = f->devices[f->n];

		f->claims[f->n] = (struct hwc_claim){ .id = 17 + f->n,
						      .state = HWCONTAINER_CLAIM_STATE_READY };
		f->claims[f->n].devices.data = devices;
		while ((path = strsep(&claim, " ")))
			devices[f->claims[f->n].devices.count++] = (struct hwc_device){
				.name = name,
				.driver = nothing,
				.of_path = strcmp(path, "-") ? path : nothing,
			};
		f->n++;
	}
}

static int work_out(struct fixture *f)
{
	struct hwc_claim *claims[CLAIMS_MAX];

	for (size_t i = 0; i < f->n; i++)
		claims[i] = &f->claims[i];
	f->plan.tree = f->scene;
	return hwc_assignment_new(f->ctx, &f->plan, claims, f->n, &f->as);
}

static int assign(struct fixture *f, const char *nodes, const char *paths)
{
	forget(f);
	make_machine(f, nodes);
	make_claims(f, paths);
	return work_out(f);
}

/* The same with a tree of the container's. */
static int assign_with(struct fixture *f, const char *nodes, const char *paths, const char *image)
{
	int err;

	forget(f);
	f->image = dts_compile(image, "", &f->plan.dtb_size);
	f->plan.dtb = f->image;
	if (nodes)
		make_machine(f, nodes);
	f->n = 0;
	if (paths)
		make_claims(f, paths);
	err = work_out(f);
	f->plan.dtb = NULL;
	return err;
}

static void refused(struct fixture *f, int got, int err, const char *sentence)
{
	assert_string_equal(hwc_ctx_error(f->ctx), sentence);
	assert_int_equal(got, err);
	assert_null(f->as);
}

/* What is given is a tree that dtc has nothing to say against, and which is @dts. */
static void is_tree(struct fixture *f, int got, const char *dts)
{
	size_t size;
	const void *dtb;
	char *text;

	assert_string_equal(got ? hwc_ctx_error(f->ctx) : "", "");
	dtb = hwc_assignment_dtb(f->as, &size);
	assert_non_null(dtb);
	dts_check(dtb, size);
	text = dts_text(dtb, size);
	assert_string_equal(text, dts);
	free(text);
}

static void has_xl(struct fixture *f, const char *xl)
{
	assert_string_equal(hwc_assignment_xl(f->as), xl);
}

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

#define SHA                                                              \
	"sha@0 { compatible = \"test,sha\"; reg = <0 0x1000>;"           \
	" interrupts = <0 2 4>; clocks = <&osc>; clock-names = \"axi\";" \
	" resets = <&cru 5>; xen,passthrough; status = \"okay\"; };"

static void test_device(void **state)
{
	struct fixture *f = *state;
	int got = assign(f, SHA, PR0 "/sha@0");

	is_tree(f, got,
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
	has_xl(f, "iomem=[\"0xa0010,0x1@0x10000\"]\nirqs=[34]\n");
	assert_int_equal(hwc_assignment_iomems(f->as), 1);
	assert_int_equal(hwc_assignment_iomem(f->as, 0)->host, 0xa0010);
	assert_int_equal(hwc_assignment_iomem(f->as, 0)->guest, 0x10000);
	assert_int_equal(hwc_assignment_iomem(f->as, 0)->pages, 1);
	assert_int_equal(hwc_assignment_irqs(f->as), 1);
	assert_int_equal(hwc_assignment_irq(f->as, 0), 34);
	assert_int_equal(hwc_assignment_dtdevs(f->as), 0);
}

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
	/* clocks */
	{ "sha@0 { reg = <0 0x1000>; clocks = <&cru 1>; };", PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: nothing says how fast its clock of "
	  "/clock-controller@9070000 runs; assigned-clock-rates can, and debugfs in "
	  "/sys/kernel/debug" },
	{ "sha@0 { reg = <0 0x1000>; clocks = <&cru 1>; assigned-clocks = <&cru 0>, <&osc>;"
	  " assigned-clock-rates = <5 6>; };",
	  PR0 "/sha@0", -EPERM,
	  "/fpga/PR0/sha@0 cannot be assigned: nothing says how fast its clock of "
	  "/clock-controller@9070000 runs; assigned-clock-rates can, and debugfs in "
	  "/sys/kernel/debug" },
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
	/* references */
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
	struct fixture *f = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];

		refused(f, assign(f, r->nodes, r->paths), r->err, r->sentence);
	}
}

/* The words of the tree that is given: those of @dts in this order, each in a line. */
static void says(struct fixture *f, int got, ...)
{
	const char *line, *at;
	const void *dtb;
	va_list args;
	size_t size;
	char *text;

	assert_string_equal(got ? hwc_ctx_error(f->ctx) : "", "");
	dtb = hwc_assignment_dtb(f->as, &size);
	assert_non_null(dtb);
	dts_check(dtb, size);
	at = text = dts_text(dtb, size);
	va_start(args, got);
	while ((line = va_arg(args, const char *))) {
		const char *found = strstr(at, line);

		if (!found)
			fail_msg("no %s in %s", line, at);
		at = found + strlen(line);
	}
	va_end(args);
	free(text);
}

static bool has_word(struct fixture *f, const char *word)
{
	size_t size;
	const void *dtb = hwc_assignment_dtb(f->as, &size);

	return memmem(dtb, size, word, strlen(word));
}

/* Pages that are apart stay apart; those side by side become one. */
static void test_pages(void **state)
{
	struct fixture *f = *state;
	int got = assign(f,
			 "a@0 { reg = <0x4000 0x1000>, <0x1800 0x400>; };"
			 "b@0 { reg = <0x1000 0x800>; };"
			 "c@0 { reg = <0x2000 0x1001>; };",
			 PR0 "/a@0 " PR0 "/b@0|" PR0 "/c@0");

	says(f, got, "a@10003000 {",
	     "reg = <0x00 0x10003000 0x00 0x1000 0x00 0x10000800 0x00 0x400>", "b@10000000 {",
	     "reg = <0x00 0x10000000 0x00 0x800>", "c@10001000 {",
	     "reg = <0x00 0x10001000 0x00 0x1001>", NULL);
	has_xl(f, "iomem=[\"0xa0011,0x4@0x10000\"]\n");
	got = assign(f, "a@0 { reg = <0x4000 0x1000>, <0x1000 0x1000>; };", PR0 "/a@0");
	says(f, got, "a@10001000 {", NULL);
	has_xl(f, "iomem=[\"0xa0011,0x1@0x10000\", \"0xa0014,0x1@0x10001\"]\n");
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
	struct fixture *f = *state;

	f->plan.taken = taken;
	f->plan.n_taken = HWC_ARRAY_SIZE(taken);
	says(f, assign(f, node, PR0 "/a@0 " PR0 "/b@0"), "a@10003000", "b@10005000", NULL);
	f->plan.taken = &all;
	f->plan.n_taken = 1;
	refused(f, assign(f, node, PR0 "/a@0"), -ENOSPC,
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
	struct fixture *f = *state;
	int got = assign(f, nodes,
			 PR0 "/bus@1000 " PR0 "/bus@1000/a@0 " PR0 "/bus@1000/a@0 " PR0
			     "/i2c@8000 " PR0 "/slot");

	says(f, got, "a@10000000 {", "interrupts = <0x00 0x09 0x01>", "mfd@10001000 {",
	     "#address-cells = <0x02>", "ranges;", "part@10001080 {",
	     "reg = <0x00 0x10001080 0x00 0x10>", "i2c@10002000 {", "eeprom@50 {", "reg = <0x50>",
	     NULL);
	assert_false(has_word(f, "bus@"));
	assert_false(has_word(f, "off@"));
	assert_false(has_word(f, "other@"));
	has_xl(f, "iomem=[\"0xa0011,0x1@0x10000\", \"0xa0013,0x1@0x10001\", "
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
	struct fixture *f = *state;
	int got = assign(f, nodes, PR0 "/in@0 " PR0 "/b@1000 " PR0 "/d@3000|" PR0 "/e@4000");

	says(f, got, "in@10000000 {",
	     "interrupts = <0x00 0x02 0x04 0x00 0x02 0x01 0x00 0x3db 0x04>", "phandle = <0x02>",
	     "b@10001000 {", "interrupts = <0x03>", "interrupt-parent = <0x02>", "d@10002000 {",
	     "interrupts = <0x00 0x07 0x04>", "e@10003000 {", NULL);
	has_xl(f, "iomem=[\"0xa0010,0x2@0x10000\", \"0xa0013,0x2@0x10002\"]\n"
		  "irqs=[34, 1019, 39]\n");
	assert_false(has_word(f, "interrupts-extended"));
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
	struct fixture *f = *state;
	int got = assign(f, nodes, PR0 "/in@0 " PR0 "/c@2000");

	says(f, got, "in@10000000 {", "phandle = <0x02>", "c@10001000 {",
	     "interrupts-extended = <0x02 0x04 0x02 0x05>", NULL);
	assert_int_equal(hwc_assignment_irqs(f->as), 0);
}

/* The same clock is one; those of assigned nodes and places without any stay. */
static void test_clocks(void **state)
{
	static const char nodes[] =
		"wiz: wiz@0 { reg = <0 0x1000>; #clock-cells = <1>; clocks = <&osc>; };\n"
		"a@1000 { reg = <0x1000 0x1000>; clocks = <&osc>, <0>, <&wiz 3>, <&cru 1>;\n"
		"	assigned-clocks = <&cru 0>, <&cru 1>; assigned-clock-rates = <7 123456>; };\n"
		"b@2000 { reg = <0x2000 0x1000>; clocks = <&cru 1>;\n"
		"	part { clocks = <&osc>; }; };\n";
	struct fixture *f = *state;
	int got = assign(f, nodes, PR0 "/wiz@0 " PR0 "/a@1000 " PR0 "/b@2000");

	says(f, got, "wiz@10000000 {", "clocks = <0x03>", "phandle = <0x02>", "host-clock-0 {",
	     "clock-frequency = <0x5f5e100>", "phandle = <0x03>", "a@10001000 {",
	     "clocks = <0x03 0x00 0x02 0x03 0x04>", "host-clock-1 {", "clock-frequency = <0x1e240>",
	     "phandle = <0x04>", "b@10002000 {", "clocks = <0x04>", "part {", "clocks = <0x03>",
	     NULL);
	assert_false(has_word(f, "assigned-clock"));
}

/* Where nobody says it, the kernel does. */
static void test_live_clocks(void **state)
{
	static const char *const folders[] = { "/sys",
					       "/sys/kernel",
					       "/sys/kernel/debug",
					       "/sys/kernel/debug/clk",
					       "/sys/kernel/debug/clk/pl1",
					       "/sys/kernel/debug/clk/pll" };
	static const char nodes[] = "a@0 { reg = <0 0x1000>; clocks = <&cru 1>, <&pll>; };"
				    "b@1000 { reg = <0x1000 0x1000>; clocks = <&cru 0>; };"
				    "c@2000 { reg = <0x2000 0x1000>; clocks = <&cru 2>; };";
	struct fixture *f = *state;
	char root[] = "/tmp/hwc-root-XXXXXX";

	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < HWC_ARRAY_SIZE(folders); i++)
		scene_node(root, folders[i]);
	scene_prop(root, folders[4], "clk_rate", "150000000\n", strlen("150000000\n"));
	scene_prop(root, folders[5], "clk_rate", "4000000000\n", strlen("4000000000\n"));
	assert_int_equal(hwc_ctx_set_sysroot(f->ctx, root), 0);
	says(f, assign(f, nodes, PR0 "/a@0"), "clocks = <0x02 0x03>", "<0x8f0d180>", "<0xee6b2800>",
	     NULL);
	assert_int_equal(assign(f, nodes, PR0 "/b@1000"), -EPERM);
	assert_int_equal(assign(f, nodes, PR0 "/c@2000"), -EPERM);
	scene_prop(root, folders[4], "clk_rate", "5000000000\n", strlen("5000000000\n"));
	assert_int_equal(assign(f, nodes, PR0 "/a@0"), -EPERM);
	scene_prop(root, folders[4], "clk_rate", "1 MHz\n", strlen("1 MHz\n"));
	assert_int_equal(assign(f, nodes, PR0 "/a@0"), -EPERM);
	scene_free(strdup(root));
}

static void test_iommu(void **state)
{
	static const char nodes[] =
		"dma: dma@0 { reg = <0 0x1000>; iommus = <&smmu 1>, <&smmu 2>; dma-coherent;\n"
		"	#dma-cells = <1>; dma-channels = <2>; };\n"
		"user@1000 { reg = <0x1000 0x1000>; iommus = <&smmu 3>; dmas = <&dma 0>, <&dma 1>;\n"
		"	dma-names = \"rx\", \"tx\"; };\n";
	struct fixture *f = *state;
	int got = assign(f, nodes, PR0 "/dma@0 " PR0 "/user@1000");

	says(f, got, "dma@10000000 {", "dma-coherent;", "phandle = <0x02>", "user@10001000 {",
	     "dmas = <0x02 0x00 0x02 0x01>", NULL);
	assert_false(has_word(f, "iommus"));
	assert_int_equal(hwc_assignment_dtdevs(f->as), 2);
	has_xl(f, "iomem=[\"0xa0010,0x2@0x10000\"]\n"
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
	struct fixture *f = *state;
	int got = assign(f, nodes, PR0 "/a@0");

	is_tree(f, got,
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
	struct fixture *f = *state;
	int got = assign(f, nodes, PR0 "/a@0 " PR0 "/b@1000");

	says(f, got, "a@10000000", "phys = <0x03 0x01 0x02 0x03 0x03 0x04>", "syscon = <0x03>",
	     "phandle = <0x02>", "b@10001000", "v-supply = <0x02>",
	     "x-gpios = <0x03 0x01 0x00 0x00 0x03 0x02 0x00>", "phandle = <0x03>", NULL);
}

static void test_nothing(void **state)
{
	struct fixture *f = *state;
	size_t size = 7;

	assert_int_equal(hwc_assignment_new(f->ctx, NULL, NULL, 0, &f->as), 0);
	assert_null(hwc_assignment_dtb(f->as, &size));
	assert_int_equal(size, 0);
	has_xl(f, "");
	assert_int_equal(hwc_assignment_irqs(f->as), 0);
	hwc_assignment_free(NULL);
}

static void test_claims(void **state)
{
	struct fixture *f = *state;
	struct hwc_claim *twice[] = { &f->claims[0], &f->claims[0] };

	assert_int_equal(assign(f, SHA, PR0 "/sha@0"), 0);
	hwc_assignment_free(f->as);
	f->as = NULL;
	refused(f, hwc_assignment_new(f->ctx, &f->plan, twice, 2, &f->as), -EEXIST,
		"claim 17 is to be assigned twice");
	f->claims[0].state = HWCONTAINER_CLAIM_STATE_QUEUED;
	refused(f, hwc_assignment_new(f->ctx, &f->plan, twice, 1, &f->as), -EPERM,
		"claim 17 is not ready, and has no devices yet");
	f->plan.tree = "/no/such/folder";
	refused(f, hwc_assignment_new(f->ctx, &f->plan, twice, 1, &f->as), -ENOENT,
		"/no/such/folder has no device tree, which says what a device is");
}

/* the container's own tree */

#define IMAGE_OF(props, passthrough, rest)                                                           \
	"/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; " props " passthrough { "            \
	"compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>; ranges; " passthrough \
	" }; " rest " };"
#define IMAGE(passthrough, rest) IMAGE_OF("", passthrough, rest)

/* Its phandles stay, ours are others; its root goes. */
static void test_image(void **state)
{
	static const char image[] =
		IMAGE_OF("interrupt-parent = <&gic>;",
			 "one: dev@11000000 { reg = <0 0x11000000 0 0x1000>; phandle = <1>;"
			 " partner = <&two>; interrupts = <0 5 4>; };"
			 "two: other@12000000 { reg = <0 0x12000000 0 0x1000>; phandle = <7>;"
			 " x-supply = <&one>; };",
			 "gic: gic { interrupt-controller; #interrupt-cells = <3>; };"
			 "aliases { dev0 = \"/passthrough/dev@11000000\"; };");
	struct fixture *f = *state;
	int got = assign_with(f, SHA, PR0 "/sha@0", image);

	says(f, got, "interrupt-parent = <0x08>", "phandle = <0x08>", "sha@10000000 {",
	     "clocks = <0x09>", "phandle = <0x09>", "dev@11000000 {", "partner = <0x07>",
	     "phandle = <0x01>", "other@12000000 {", "x-supply = <0x01>", "phandle = <0x07>",
	     "aliases {", "dev0 = \"/passthrough/dev@11000000\"", NULL);
	assert_false(has_word(f, "gic"));
	has_xl(f, "iomem=[\"0xa0010,0x1@0x10000\"]\nirqs=[34]\n");
}

/* One that needs nothing of the machine, with cells of its own. */
static void test_image_alone(void **state)
{
	struct fixture *f = *state;
	int got = assign_with(f, NULL, NULL,
			      "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; passthrough {"
			      " #address-cells = <1>; #size-cells = <1>; ranges;"
			      " dev@11000000 { reg = <0x11000000 0x1000>; }; }; };");

	says(f, got, "#address-cells = <0x01>", "passthrough {", "compatible = \"simple-bus\"",
	     "#address-cells = <0x01>", "#size-cells = <0x01>", "reg = <0x11000000 0x1000>", NULL);
	got = assign_with(f, SHA, PR0 "/sha@0",
			  "/dts-v1/; / { #address-cells = <1>; #size-cells = <2>; passthrough {"
			  " #address-cells = <1>; #size-cells = <2>; ranges; }; };");
	says(f, got, "sha@10000000 {", "reg = <0x10000000 0x00 0x1000>", NULL);
}

/* What was made is what can be brought. */
static void test_image_again(void **state)
{
	struct fixture *f = *state;
	const void *dtb;
	size_t size;

	assert_int_equal(assign(f, SHA, PR0 "/sha@0"), 0);
	dtb = hwc_assignment_dtb(f->as, &size);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), 0);
}

static void test_last_phandles(void **state)
{
	struct fixture *f = *state;
	int got = assign_with(f, SHA, PR0 "/sha@0",
			      IMAGE("dev@0 { reg = <0 0 0 4>; phandle = <64999>; };", ""));

	/* 65000 is libxl's */
	says(f, got, "interrupt-parent = <0xfde9>", "clocks = <0xfdea>", "phandle = <0xfdea>",
	     "phandle = <0xfde7>", NULL);
}

static const struct bad_image {
	const char *dts;
	int err;
	const char *sentence;
} bad_images[] = {
	{ IMAGE("", "memory@50000000 { reg = <0 0x50000000 0 0x1000>; };"), -EPERM,
	  "the container's device tree has /memory@50000000, which describes memory; the "
	  "hypervisor does that" },
	{ IMAGE("", "memory { };"), -EPERM,
	  "the container's device tree has /memory, which describes memory; the hypervisor does "
	  "that" },
	{ IMAGE("", "reserved-memory { };"), -EPERM,
	  "the container's device tree has /reserved-memory, which describes memory; the "
	  "hypervisor does that" },
	{ IMAGE("", "cpus { };"), -EPERM,
	  "the container's device tree has /cpus, which describes CPUs; the hypervisor does "
	  "that" },
	{ IMAGE("", "chosen { bootargs = \"x\"; };"), -EPERM,
	  "the container's device tree has /chosen, which is for the hypervisor to say: only "
	  "/passthrough and /aliases are taken" },
	{ IMAGE("", "gic@1000 { interrupt-controller; reg = <0 0x1000 0 0x1000>; };"), -EPERM,
	  "the container's device tree has /gic@1000, which is for the hypervisor to say: only "
	  "/passthrough and /aliases are taken" },
	{ IMAGE("", "__fixups__ { x = \"/passthrough:a:0\"; };"), -EPERM,
	  "the container's device tree has /__fixups__, which refers to other trees: it is an "
	  "overlay" },
	{ IMAGE("m { device_type = \"memory\"; };", ""), -EPERM,
	  "the container's device tree has /passthrough/m, which describes memory; the hypervisor "
	  "does that" },
	{ IMAGE("m { c { device_type = \"cpu\"; }; };", ""), -EPERM,
	  "the container's device tree has /passthrough/m/c, which describes a CPU; the "
	  "hypervisor does that" },
	{ IMAGE("d { phandle = <65000>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d, which has a phandle that is the "
	  "hypervisor's to give" },
	{ IMAGE("d { phandle = <0x10000>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d, which has a phandle that is the "
	  "hypervisor's to give" },
	{ IMAGE("d@40000000 { reg = <0 0x40000000 0 0x1000>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d@40000000, which has registers where a "
	  "guest has memory" },
	{ IMAGE("d@3ffff000 { reg = <0 0x3ffff000 0 0x1001>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d@3ffff000, which has registers where a "
	  "guest has memory" },
	{ IMAGE("d@11000000 { reg = <0 0x11000000 0>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d@11000000, which has a reg that is "
	  "none" },
	{ IMAGE("d@0 { reg = <0 0xfff 0 1>, <0 0x10000000 0 1>; };", ""), -EEXIST,
	  "the container's device tree's node d@0 has registers at 0x10000000, where a claim's "
	  "are" },
	{ IMAGE("b { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x10000000 0x1000>;"
		" d@800 { reg = <0x800 4>; }; };",
		""),
	  -EEXIST,
	  "the container's device tree's node d@800 has registers at 0x10000800, where a claim's "
	  "are" },
	{ IMAGE("sha@10000000 { };", ""), -EEXIST,
	  "there would be two nodes /passthrough/sha@10000000" },
	{ IMAGE("d { x-supply = <0x77>; };", ""), -EPERM,
	  "the container's device tree's node d refers by x-supply to what is not in "
	  "/passthrough" },
	{ IMAGE("d { interrupt-parent = <&gic>; };",
		"gic: gic { interrupt-controller; #interrupt-cells = <3>; };"),
	  -EPERM,
	  "the container's device tree's node d refers by interrupt-parent to what is not in "
	  "/passthrough" },
	{ IMAGE("", "aliases { a = \"/passthrough/none\"; };"), -EPERM,
	  "the container's device tree's alias a is none of a node in /passthrough" },
	{ IMAGE("", "aliases { a = \"/\"; };"), -EPERM,
	  "the container's device tree's alias a is none of a node in /passthrough" },
	{ IMAGE("", "aliases { a = [ 2f ]; };"), -EPERM,
	  "the container's device tree's alias a is none of a node in /passthrough" },
	{ IMAGE("", "aliases { a { }; };"), -EPERM,
	  "the container's device tree has /aliases, which must have no nodes in it" },
	{ "/dts-v1/; / { passthrough { }; };", -EPERM,
	  "the container's device tree has /passthrough, which must have ranges, and empty ones" },
	{ "/dts-v1/; / { passthrough { #address-cells = <3>; #size-cells = <2>; ranges; }; };",
	  -EPERM,
	  "the container's device tree has /passthrough, which must have one or two "
	  "#address-cells and #size-cells" },
};

static void test_bad_images(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad_images); i++)
		refused(f, assign_with(f, SHA, PR0 "/sha@0", bad_images[i].dts), bad_images[i].err,
			bad_images[i].sentence);
}

/* Phandles of two nodes, and names that dtc would not write. */
static void test_forged(void **state)
{
	struct fixture *f = *state;
	size_t size;
	char *dtb =
		dts_compile(IMAGE("aa { phandle = <5>; }; bb { phandle = <6>; };", ""), "", &size);
	char *at = memmem(dtb, size, "bb", 2);
	char *cell = memmem(dtb, size, "\0\0\0\6", 4);

	assert_non_null(at);
	assert_non_null(cell);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), 0);
	memcpy(at, "aa", 2);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
	assert_string_equal(
		hwc_ctx_error(f->ctx),
		"the container's device tree has /passthrough/aa, which is there twice");
	memcpy(at, "\"]", 2);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
	assert_string_equal(hwc_ctx_error(f->ctx), "the container's device tree has "
						   "/passthrough/\"], which is no name of a node");
	memcpy(at, "bb", 2);
	cell[3] = 5;
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "the container's device tree has "
			    "/passthrough/bb, which has the phandle of another node");
	free(dtb);
}

static void test_sizes(void **state)
{
	static char big[(64 << 10) + 1];
	struct fixture *f = *state;
	char deep[1024] = "";
	size_t size;
	void *dtb;

	assert_int_equal(hwc_partial_check(f->ctx, big, sizeof(big)), -EFBIG);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "the container's device tree has 65537 bytes, at most 65536 are read");
	assert_int_equal(hwc_partial_check(f->ctx, big, 1024), -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx), "the container's device tree is no well-formed "
						   "device tree (FDT_ERR_BADMAGIC)");
	assert_int_equal(hwc_partial_check(f->ctx, big, 0), -EBADMSG);
	for (int i = 0; i < 20; i++)
		strcat(deep, "a { ");
	for (int i = 0; i < 20; i++)
		strcat(deep, "}; ");
	snprintf(big, sizeof(big), IMAGE("%s", ""), deep);
	dtb = dts_compile(big, "", &size);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx), "the container's device tree has more than 17 "
						   "nodes inside each other");
	free(dtb);
	dtb = dts_compile(IMAGE("", ""), "", &size);
	dtb = realloc(dtb, size + 8);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size + 8), 0);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size - 4), -EBADMSG);
	free(dtb);
}

/*
 * Whatever its bytes are, it is taken or refused; each is in memory of its own, so
 * that a step beyond its end is seen. What is taken can be put into a machine's.
 */
static void try_image(struct fixture *f, const char *dtb, size_t size, const void *whole,
		      size_t whole_size)
{
	void *copy = malloc(size ? size : 1), *merged;
	size_t merged_size;

	assert_non_null(copy);
	memcpy(copy, dtb, size);
	if (!hwc_partial_check(f->ctx, copy, size) &&
	    !hwc_partial_merge(f->ctx, whole, whole_size, copy, size, &merged, &merged_size))
		free(merged);
	free(copy);
}

static void test_mutations(void **state)
{
	static const char image[] = IMAGE(
		"a: dev@11000000 { reg = <0 0x11000000 0 0x1000>; x-supply = <&b>; };"
		"b: bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x12000000 4>;"
		" d@0 { reg = <0 4>; }; };",
		"aliases { d = \"/passthrough/dev@11000000\"; };");
	static const unsigned char others[] = { 0x00, 0x01, 0x2f, 0x80, 0xff };
	struct fixture *f = *state;
	size_t size, whole_size;
	char *dtb = dts_compile(image, "-@", &size);
	void *whole = dts_compile("/dts-v1/; / { aliases { }; };", "", &whole_size);

	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), 0);
	for (size_t i = 0; i < size; i++) {
		char was = dtb[i];

		try_image(f, dtb, i, whole, whole_size);
		for (int bit = 0; bit < 8; bit++) {
			dtb[i] = was ^ 1 << bit;
			try_image(f, dtb, size, whole, whole_size);
		}
		for (size_t k = 0; k < sizeof(others); k++) {
			dtb[i] = others[k];
			try_image(f, dtb, size, whole, whole_size);
		}
		dtb[i] = was;
	}
	free(whole);
	free(dtb);
}

/* merging */

static const char virt[] =
	"/dts-v1/; /memreserve/ 0x40000000 0x1000; / { interrupt-parent = <&gic>;"
	" #address-cells = <2>; #size-cells = <2>; compatible = \"linux,dummy-virt\";"
	" gic: intc@8000000 { reg = <0 0x8000000 0 0x1000>; phandle = <0x8002>;"
	" #interrupt-cells = <3>; interrupt-controller; #address-cells = <2>; };"
	" uart@9000000 { reg = <0 0x9000000 0 0x1000>; interrupts = <0 1 4>; };"
	" aliases { serial0 = \"/uart@9000000\"; }; };";

static int merge(struct fixture *f, const char *whole_dts, const char *dts, void **fdt,
		 size_t *size)
{
	size_t whole_size, part_size;
	void *whole = dts_compile(whole_dts, "-b 3", &whole_size);
	void *part = dts_compile(dts, "", &part_size);
	int err = hwc_partial_merge(f->ctx, whole, whole_size, part, part_size, fdt, size);

	free(whole);
	free(part);
	return err;
}

static void test_merge(void **state)
{
	static const char part[] = IMAGE_OF(
		"interrupt-parent = <&gic>;",
		"a: dev@11000000 { reg = <0 0x11000000 0 0x1000>; interrupts = <0 5 4>; };"
		"b { x-supply = <&a>; };",
		"gic: gic { interrupt-controller; #interrupt-cells = <3>; }; aliases { dev0 = &a; };");
	static const char wanted[] = "/dts-v1/;\n\n"
				     "/memreserve/\t0x0000000040000000 0x0000000000001000;\n"
				     "/ {\n"
				     "\tinterrupt-parent = <0x8002>;\n"
				     "\t#address-cells = <0x02>;\n"
				     "\t#size-cells = <0x02>;\n"
				     "\tcompatible = \"linux,dummy-virt\";\n\n"
				     "\tintc@8000000 {\n"
				     "\t\treg = <0x00 0x8000000 0x00 0x1000>;\n"
				     "\t\t#interrupt-cells = <0x03>;\n"
				     "\t\tinterrupt-controller;\n"
				     "\t\t#address-cells = <0x02>;\n"
				     "\t\tphandle = <0x8002>;\n"
				     "\t};\n\n"
				     "\tuart@9000000 {\n"
				     "\t\treg = <0x00 0x9000000 0x00 0x1000>;\n"
				     "\t\tinterrupts = <0x00 0x01 0x04>;\n"
				     "\t};\n\n"
				     "\taliases {\n"
				     "\t\tserial0 = \"/uart@9000000\";\n"
				     "\t\tdev0 = \"/passthrough/dev@11000000\";\n"
				     "\t};\n\n"
				     "\tpassthrough {\n"
				     "\t\tcompatible = \"simple-bus\";\n"
				     "\t\t#address-cells = <0x02>;\n"
				     "\t\t#size-cells = <0x02>;\n"
				     "\t\tranges;\n\n"
				     "\t\tdev@11000000 {\n"
				     "\t\t\treg = <0x00 0x11000000 0x00 0x1000>;\n"
				     "\t\t\tinterrupts = <0x00 0x05 0x04>;\n"
				     "\t\t\tphandle = <0x02>;\n"
				     "\t\t};\n\n"
				     "\t\tb {\n"
				     "\t\t\tx-supply = <0x02>;\n"
				     "\t\t};\n"
				     "\t};\n"
				     "};\n";
	struct fixture *f = *state;
	char *text;
	size_t size;
	void *fdt;

	assert_int_equal(merge(f, virt, part, &fdt, &size), 0);
	text = dts_text(fdt, size);
	assert_string_equal(strstr(text, "/dts-v1/"), wanted);
	assert_int_equal(hwc_cell(fdt, 7), 3);
	free(text);
	free(fdt);
	/* a machine without aliases gets those of the container */
	assert_int_equal(merge(f, "/dts-v1/; / { };", part, &fdt, &size), 0);
	text = dts_text(fdt, size);
	assert_non_null(strstr(text, "dev0 ="));
	free(text);
	free(fdt);
}

static void test_merge_refused(void **state)
{
	static const struct {
		const char *whole;
		const char *part;
		int err;
		const char *sentence;
	} bad[] = {
		{ virt, IMAGE("d { phandle = <0x8002>; };", ""), -EEXIST,
		  "the container's device tree has the phandle of d, and so has the machine's" },
		{ virt, IMAGE("d { };", "aliases { serial0 = \"/passthrough/d\"; };"), -EEXIST,
		  "the container's device tree has an alias serial0, and so has the machine's" },
		{ "/dts-v1/; / { passthrough { }; };", IMAGE("", ""), -EEXIST,
		  "the container's device tree has a node /passthrough, and so has the machine's" },
		{ virt, IMAGE("", "cpus { };"), -EPERM,
		  "the container's device tree has /cpus, which describes CPUs; the hypervisor "
		  "does that" },
	};
	struct fixture *f = *state;
	void *fdt = NULL, *part;
	size_t size;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++) {
		assert_int_equal(merge(f, bad[i].whole, bad[i].part, &fdt, &size), bad[i].err);
		assert_string_equal(hwc_ctx_error(f->ctx), bad[i].sentence);
		assert_null(fdt);
	}
	part = dts_compile(IMAGE("", ""), "", &size);
	assert_int_equal(hwc_partial_merge(f->ctx, "no tree at all", 14, part, size, &fdt, &size),
			 -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx), "the machine's device tree is no well-formed "
						   "device tree (FDT_ERR_TRUNCATED)");
	free(part);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_device),	TEST(test_refusals),	TEST(test_pages),
		TEST(test_taken),	TEST(test_buses),	TEST(test_interrupts),
		TEST(test_extended),	TEST(test_clocks),	TEST(test_live_clocks),
		TEST(test_iommu),	TEST(test_hosts_own),	TEST(test_references),
		TEST(test_nothing),	TEST(test_claims),	TEST(test_image),
		TEST(test_image_alone), TEST(test_image_again), TEST(test_last_phandles),
		TEST(test_bad_images),	TEST(test_forged),	TEST(test_sizes),
		TEST(test_mutations),	TEST(test_merge),	TEST(test_merge_refused),
	};

	return cmocka_run_group_tests_name("assign", tests, NULL, NULL);
}
