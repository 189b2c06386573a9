// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that is missing, wherever it is: each of the library's allocations fails once. What
 * is asked for is refused then, or is what it is with all of them. The linker puts what
 * begins with __wrap_ in their place (Makefile).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "bundle.h"
#include "digest.h"
#include "dts.h"
#include "machine.h"
#include "place.h"

/* How many allocations succeed before one that does not; 0 for all. */
static unsigned int left;

static bool fails(void)
{
	if (!left || --left)
		return false;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
int __real_vasprintf(char **text, const char *format, va_list args);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_vasprintf(char **text, const char *format, va_list args);
int __wrap_asprintf(char **text, const char *format, ...);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : __real_strndup(text, size);
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
	return fails() ? -1 : __real_vasprintf(text, format, args);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = __wrap_vasprintf(text, format, args);
	va_end(args);
	return length;
}

/* Fails the n-th allocation of @call; whether there was one. */
static bool without(void *state, unsigned int n, int (*call)(void *state), int *err)
{
	bool reached;

	left = n;
	*err = call(state);
	reached = !left;
	left = 0;
	return reached;
}

static int give(void *state)
{
	return assign_again(state);
}

/* A device of every sort in a machine, and a tree of the container's. */
static void test_assignment(void **state)
{
	static const char nodes[] =
		"in: in@0 { reg = <0 0x1000>; #interrupt-cells = <1>; interrupt-controller;"
		" #address-cells = <0>; interrupts = <0 2 4>; };"
		"a@1000 { reg = <0x1000 0x1000>; interrupts-extended = <&in 1>; clocks = <&osc>;"
		" syscon = <&in>; #address-cells = <1>; #size-cells = <1>; ranges;"
		" part@1800 { reg = <0x1800 0x10>; }; };"
		"dma@2000 { reg = <0x2000 0x1000>; iommus = <&smmu 1>; dma-coherent; };";
	static const char image[] =
		"/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; passthrough {"
		" #address-cells = <2>; #size-cells = <2>; ranges;"
		" x: x@11000000 { reg = <0 0x11000000 0 0x1000>; }; };"
		" aliases { x = \"/passthrough/x@11000000\"; }; };";
	struct assign *f = *state;
	const void *whole, *now;
	size_t whole_size, size;
	struct hwc_assignment *all;
	unsigned int n = 1;
	int err;

	f->clocks[0].of_path = PR0 "/a@1000";
	err = assign_with(f, nodes, PR0 "/in@0 " PR0 "/a@1000|" PR0 "/dma@2000", image);
	assert_string_equal(err ? hwc_ctx_error(f->ctx) : "", "");
	all = f->as;
	whole = hwc_assignment_dtb(all, &whole_size);
	f->plan.dtb = f->image;
	for (; f->as = NULL, without(f, n, give, &err); n++) {
		if (err) {
			assert_int_equal(err, -ENOMEM);
			assert_string_equal(hwc_ctx_error(f->ctx), "out of memory");
			assert_null(f->as);
			continue;
		}
		now = hwc_assignment_dtb(f->as, &size);
		assert_int_equal(size, whole_size);
		assert_memory_equal(now, whole, size);
		assert_string_equal(hwc_assignment_xl(f->as), hwc_assignment_xl(all));
		hwc_assignment_free(f->as);
	}
	assert_int_equal(err, 0);
	assert_true(n > 100);
	f->plan.dtb = NULL;
	hwc_assignment_free(all);
}

static int merge(void *state)
{
	struct assign *f = state;
	size_t size;
	void *fdt;
	int err = hwc_partial_merge(f->ctx, f->image, f->plan.dtb_size, f->image, f->plan.dtb_size,
				    &fdt, &size);

	if (!err)
		free(fdt);
	return err;
}

/* A tree that says nothing, put into itself. */
static void test_merge(void **state)
{
	static const char image[] = "/dts-v1/; / { aliases { }; };";
	struct assign *f = *state;
	unsigned int n = 1;
	int err;

	f->image = dts_compile(image, "", &f->plan.dtb_size);
	for (; without(f, n, merge, &err); n++)
		assert_int_equal(err, -ENOMEM);
	assert_int_equal(err, 0);
	assert_true(n > 5);
}

static int parse(void *state)
{
	struct assign *f = state;
	const struct hwc_overlay_place place = { .region = "/fpga/PR0", .tree = f->scene };
	struct hwc_overlay *overlay;
	int err = hwc_overlay_parse(f->ctx, f->image, f->plan.dtb_size, &place, &overlay);

	if (!err)
		hwc_overlay_free(overlay);
	return err;
}

static void test_overlay(void **state)
{
	static const char image[] =
		"/dts-v1/; /plugin/; / { fragment@0 { target-path = \"/fpga/PR0\"; __overlay__ {"
		" #address-cells = <1>; #size-cells = <1>;"
		" a: a@0 { compatible = \"test,a\"; reg = <0 0x1000>; interrupts = <0 2 4>;"
		" reg-names = \"regs\"; clocks = <&osc>; };"
		" bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x4000 0x1000>;"
		" b@0 { reg = <0 0x1000>; syscon = <&a>; }; }; }; }; };";
	struct assign *f = *state;
	unsigned int n = 1;
	int err;

	assert_int_equal(assign(f, "", "/fpga/PR1/sha@0"), 0);
	f->image = dts_compile(image, "", &f->plan.dtb_size);
	for (; without(f, n, parse, &err); n++)
		assert_true(!err || err == -ENOMEM);
	assert_int_equal(err, 0);
	assert_true(n > 50);
}

/* What a runtime does with it before it starts a hypervisor. */
static int use_bundle(struct place *place, struct hwc_bundle *bundle)
{
	struct hwc_vm_files files;
	struct hwc_policy *policy;
	int err = hwc_bundle_read(bundle);

	if (!err)
		err = hwc_bundle_load(bundle);
	if (!err)
		err = hwc_policy_load(place->ctx, "policy.json", &policy);
	if (err)
		return err;
	err = hwc_bundle_grant(bundle, policy);
	hwc_policy_free(policy);
	if (!err)
		err = hwc_bundle_vm_open(bundle, NULL, &files);
	if (!err)
		hwc_vm_files_close(&files);
	return err;
}

static int open_bundle_of(void *state)
{
	struct place *place = state;
	struct hwc_bundle *bundle;
	int err = hwc_bundle_open(place->ctx, place->dir, &bundle);

	if (err)
		return err;
	err = use_bundle(place, bundle);
	hwc_bundle_free(bundle);
	return err;
}

/* A kernel of the image's for hardware, which the policy allows by digests. */
static void test_bundle(void **state)
{
	static const char kernel[] = "\x1f\x8b\x08 packed, and more than twenty bytes";
	static const char config[] =
		"{" ROOT ",\"annotations\":{\"KERNEL\":\"/boot/k\",\"RAMDISK\":\"/boot/k\","
		"\"CMDLINE\":\"a\",\"/fpga/pr0\":\"/boot/k\"," CONVERTED "},"
		"\"vm\":{\"hypervisor\":{\"path\":\"/sbin/xl\",\"parameters\":[\"a=1\"]},"
		"\"hwConfig\":{\"memory\":33554432,\"irqs\":[34],\"dtdevs\":[\"/dma\"],"
		"\"iomems\":[{\"firstMFN\":1,\"nrMFNs\":1}]}}}";
	char rule[HWC_DIGEST_TEXT_LEN + 1], rules[200];
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
	struct place *place = *state;
	unsigned int n = 1;
	int err;

	hwc_sha256(kernel, strlen(kernel), digest);
	hwc_digest_text(digest, rule);
	snprintf(rules, sizeof(rules), "{\"allow\":[{\"digest\":\"%s\"}]}", rule);
	write_file("policy.json", rules);
	write_file("config.json", config);
	write_file("rootfs/boot/k", kernel);
	for (; without(place, n, open_bundle_of, &err); n++)
		if (err && err != -ENOMEM)
			fail_msg("%u: %s", n, hwc_ctx_error(place->ctx));
	assert_string_equal(err ? hwc_ctx_error(place->ctx) : "", "");
	assert_true(n > 30);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, assign_setup, assign_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_assignment),
		TEST(test_merge),
		TEST(test_overlay),
		cmocka_unit_test_setup_teardown(test_bundle, make_place, free_place),
	};

	return cmocka_run_group_tests_name("nomem", tests, NULL, NULL);
}
