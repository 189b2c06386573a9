/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine with a region whose devices are assigned to a virtual machine. */
#ifndef HWC_TESTS_MACHINE_H
#define HWC_TESTS_MACHINE_H

#include <stdbool.h>
#include "ctx.h"
#include "msg.h"

#define PR0 "/fpga/PR0"

#define SHA                                                              \
	"sha@0 { compatible = \"test,sha\"; reg = <0 0x1000>;"           \
	" interrupts = <0 2 4>; clocks = <&osc>; clock-names = \"axi\";" \
	" resets = <&cru 5>; xen,passthrough; status = \"okay\"; };"

#define DEVICES_MAX 6
#define CLAIMS_MAX 3
#define CLOCKS_MAX 8

struct assign {
	struct hwc_ctx *ctx;
	char *scene;
	struct hwc_claim claims[CLAIMS_MAX];
	struct hwc_device devices[CLAIMS_MAX][DEVICES_MAX];
	struct hwc_clock clocks[CLOCKS_MAX]; /* of the first device; at first that of SHA */
	size_t n;
	char *paths;
	struct hwc_assignment_plan plan;
	void *image;
	struct hwc_assignment *as;
};

/* cmocka's; the state is a struct assign. */
int assign_setup(void **state);
int assign_teardown(void **state);

/*
 * Assigns devices of a machine with @nodes in PR0. @paths: those of a claim between
 * spaces, claims between bars; "-" is a device that is not in the tree.
 */
int assign(struct assign *f, const char *nodes, const char *paths);
/* The same with a tree of the container's; NULL for no machine or no claims. */
int assign_with(struct assign *f, const char *nodes, const char *paths, const char *image);

/* The same once more. */
int assign_again(struct assign *f);

/* What came of it: refused so */
void assign_refused(struct assign *f, int got, int err, const char *sentence);
/* a tree that dtc has nothing to say against, and which is @dts */
void assign_is(struct assign *f, int got, const char *dts);
/* one that has these words in this order, up to NULL */
void assign_says(struct assign *f, int got, ...);
bool assign_has_word(struct assign *f, const char *word);
/* these lines of an xl.cfg */
void assign_xl(struct assign *f, const char *xl);

#endif
