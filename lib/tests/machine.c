// SPDX-License-Identifier: GPL-2.0-or-later
/* A machine with a region whose devices are assigned to a virtual machine. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "context.h"
#include "dts.h"
#include "machine.h"
#include "msg.h"
#include "scene.h"

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
	"		pool: pool@a0000000 { reg = <0 0xa0000000 0 0x18000>; };\n"
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
	"		#reset-cells = <1>;\n"
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

int assign_setup(void **state)
{
	int err = context_begins(state, sizeof(struct assign));
	struct assign *f = *state;

	if (!err)
		f->clocks[0] = (struct hwc_clock){ .of_path = PR0 "/sha@0", .rate = 100000000 };
	return err;
}

static void forget(struct assign *f)
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

int assign_teardown(void **state)
{
	struct assign *f = *state;

	forget(f);
	context_ends(f);
	return 0;
}

/* The machine with @nodes in PR0. */
static void make_machine(struct assign *f, const char *nodes)
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
static void make_claims(struct assign *f, const char *paths)
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
	f->devices[0][0].clocks.data = f->clocks;
	while (f->devices[0][0].clocks.count < CLOCKS_MAX &&
	       f->clocks[f->devices[0][0].clocks.count].of_path)
		f->devices[0][0].clocks.count++;
}

int assign_again(struct assign *f)
{
	struct hwc_claim *claims[CLAIMS_MAX];

	for (size_t i = 0; i < f->n; i++)
		claims[i] = &f->claims[i];
	f->plan.tree = f->scene;
	return hwc_assignment_new(f->ctx, &f->plan, claims, f->n, &f->as);
}

int assign(struct assign *f, const char *nodes, const char *paths)
{
	forget(f);
	make_machine(f, nodes);
	make_claims(f, paths);
	return assign_again(f);
}

/* The same with a tree of the container's. */
int assign_with(struct assign *f, const char *nodes, const char *paths, const char *image)
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
	err = assign_again(f);
	f->plan.dtb = NULL;
	return err;
}

void assign_refused(struct assign *f, int got, int err, const char *sentence)
{
	assert_string_equal(hwc_ctx_error(f->ctx), sentence);
	assert_int_equal(got, err);
	assert_null(f->as);
}

/* What is given is a tree that dtc has nothing to say against, and which is @dts. */
void assign_is(struct assign *f, int got, const char *dts)
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

void assign_xl(struct assign *f, const char *xl)
{
	assert_string_equal(hwc_assignment_xl(f->as), xl);
}

/* The words of the tree that is given: those of @dts in this order, each in a line. */
void assign_says(struct assign *f, int got, ...)
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

bool assign_has_word(struct assign *f, const char *word)
{
	size_t size;
	const void *dtb = hwc_assignment_dtb(f->as, &size);

	return memmem(dtb, size, word, strlen(word));
}
