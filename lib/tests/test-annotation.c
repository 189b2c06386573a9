// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys, requests in both forms, and JSON that must not be taken. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <json-c/json.h>
#include "annotation.h"
#include "context.h"
#include "ctx.h"
#include "digest.h"
#include "json.h"
#include "keys.h"

#define WHAT "b/config.json"
#define SHA_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_keys(void **state)
{
	static const struct {
		const char *key;
		enum hwc_key type;
	} keys[] = {
		{ "/fpga-full/fpga-PR0", HWC_KEY_RESOURCE },
		{ "/amba/pr@01", HWC_KEY_RESOURCE },
		{ "/axi/r5f_0,1+2.3-4", HWC_KEY_RESOURCE },
		{ "00:02.0", HWC_KEY_RESOURCE },
		{ "0001:aB:1f.7", HWC_KEY_RESOURCE },
		{ "remoteproc0", HWC_KEY_RESOURCE },
		{ "/remoteproc12", HWC_KEY_RESOURCE },
		{ "org.hwcontainer.resource.0", HWC_KEY_OURS },
		{ "org.hwcontainer.", HWC_KEY_OURS },
		{ "KERNEL", HWC_KEY_VM },
		{ "CMDLINE", HWC_KEY_VM },
		{ "org.hwcontainer.vm", HWC_KEY_VM },
		{ "org.hwcontainer.vm.kernel.digest", HWC_KEY_VM },
		{ "org.hwcontainer.vm.container", HWC_KEY_VM },
		{ "org.hwcontainer.vm.disk", HWC_KEY_OURS },
		{ "Kernel", HWC_KEY_FOREIGN },
		{ "/", HWC_KEY_MISTAKEN },
		{ "/a//b", HWC_KEY_MISTAKEN },
		{ "/a/", HWC_KEY_MISTAKEN },
		{ "/a b", HWC_KEY_MISTAKEN },
		{ "00:02.8", HWC_KEY_MISTAKEN },
		{ "00:02", HWC_KEY_MISTAKEN },
		{ "0000:00:02", HWC_KEY_MISTAKEN },
		{ "00:02.00", HWC_KEY_MISTAKEN },
		{ "fpga-PR0", HWC_KEY_MISTAKEN },
		{ "FPGA", HWC_KEY_MISTAKEN },
		{ "remoteproc", HWC_KEY_MISTAKEN },
		{ "remoteprocX", HWC_KEY_MISTAKEN },
		{ "rproc0", HWC_KEY_MISTAKEN },
		{ "", HWC_KEY_FOREIGN },
		{ "volume", HWC_KEY_FOREIGN },
		{ "fpga.vendor.example/x", HWC_KEY_FOREIGN },
		{ "io.kubernetes.cri.container-type", HWC_KEY_FOREIGN },
		{ "org.hwcontainerx.resource.0", HWC_KEY_FOREIGN },
		{ "run.oci.handler", HWC_KEY_FOREIGN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < HWC_ARRAY_SIZE(keys); i++)
		if (hwc_key_classify(keys[i].key) != keys[i].type)
			fail_msg("\"%s\" is %d", keys[i].key, hwc_key_classify(keys[i].key));
}

static void test_names(void **state)
{
	static const char *const names[][2] = {
		{ "/fpga-full/fpga-PR0", "/fpga-full/fpga-PR0" },
		{ "02:1F.3", "0000:02:1f.3" },
		{ "00A1:02:1f.3", "00a1:02:1f.3" },
		{ "/remoteproc0", "remoteproc0" },
		{ "/remoteproc0/x", "/remoteproc0/x" },
		{ "toy3", "toy3" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < HWC_ARRAY_SIZE(names); i++) {
		char *name = hwc_key_resource(names[i][0]);

		assert_string_equal(name, names[i][1]);
		free(name);
	}
}

static struct json_object *tree(struct hwc_ctx *ctx, const char *text)
{
	struct json_object *obj;

	if (hwc_json_parse(ctx, WHAT, text, strlen(text), &obj))
		fail_msg("%s", hwc_ctx_error(ctx));
	return obj;
}

static int parse(struct hwc_ctx *ctx, const char *text, bool strict, struct hwc_wants *wants)
{
	struct json_object *obj = tree(ctx, text);
	int err;

	*wants = (struct hwc_wants){ 0 };
	err = hwc_wants_parse(ctx, WHAT, obj, strict, wants);
	json_object_put(obj);
	return err;
}

static void expect(const struct hwc_wants *wants, size_t i, const char *resource, const char *image,
		   const char *overlay)
{
	const struct hwc_ask *ask = &wants->items[i].ask;

	assert_string_equal(ask->resource, resource);
	assert_string_equal(hwc_text(ask->image), hwc_text(image));
	assert_int_equal(!ask->overlay, !overlay);
	assert_string_equal(hwc_text(ask->overlay), hwc_text(overlay));
}

static void test_plain(void **state)
{
	struct hwc_wants wants;

	assert_int_equal(parse(*state,
			       "{\"volume\": 7, \"remoteproc1\": \"/boot/rpu.elf\","
			       " \"/fpga/pr1\": \"\", \"/fpga/pr0\": \"/boot/a.bit\"}",
			       false, &wants),
			 0);
	assert_int_equal(wants.count, 3);
	expect(&wants, 0, "/fpga/pr0", "/boot/a.bit", NULL);
	expect(&wants, 1, "/fpga/pr1", NULL, NULL);
	expect(&wants, 2, "remoteproc1", "/boot/rpu.elf", NULL);
	hwc_wants_free(&wants);
	assert_int_equal(wants.count, 0);
}

static void test_namespaced(void **state)
{
	struct hwc_wants wants;

	assert_int_equal(parse(*state,
			       "{\"/fpga/pr0\": \"/boot/a.bit\","
			       " \"org.hwcontainer.image.10\": \"/boot/b.bit\","
			       " \"org.hwcontainer.resource.10\": \"/fpga/pr1\","
			       " \"org.hwcontainer.overlay.10\": \"\","
			       " \"org.hwcontainer.resource.2\": \"toy0\","
			       " \"org.hwcontainer.overlay.2\": \"/boot/c.dtbo\","
			       " \"org.hwcontainer.digest.2\": \"" SHA_A "\","
			       " \"org.hwcontainer.container.2\": \"app\","
			       " \"org.hwcontainer.allocated\": \"1\","
			       " \"org.hwcontainer.edits\": \"{}\"}",
			       false, &wants),
			 0);
	assert_int_equal(wants.count, 3);
	expect(&wants, 0, "toy0", NULL, "/boot/c.dtbo");
	expect(&wants, 1, "/fpga/pr1", "/boot/b.bit", "");
	expect(&wants, 2, "/fpga/pr0", "/boot/a.bit", NULL);
	assert_string_equal(wants.items[1].ask.key, "org.hwcontainer.resource.10");
	assert_true(wants.items[0].digest.known);
	assert_int_equal(wants.items[0].digest.bytes[31], 0xaa);
	assert_false(wants.items[1].digest.known);

	/* outside a pod nobody is left out */
	hwc_wants_select(&wants, NULL);
	assert_int_equal(wants.count, 3);
	hwc_wants_select(&wants, "app");
	assert_int_equal(wants.count, 3);
	hwc_wants_select(&wants, "side");
	assert_int_equal(wants.count, 2);
	expect(&wants, 0, "/fpga/pr1", "/boot/b.bit", "");
	hwc_wants_free(&wants);
}

static void test_none(void **state)
{
	struct hwc_wants wants;

	assert_int_equal(parse(*state, "{\"org.hwcontainer.requests\": \"none\"}", false, &wants),
			 0);
	assert_true(wants.none);
	hwc_wants_free(&wants);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		bool strict;
		int err;
		const char *sentence;
	} cases[] = {
		{ "{\"fpga-PR0\": \"/a.bit\"}", false, -EINVAL,
		  WHAT
		  ": \"fpga-PR0\" is neither a device-tree path, a PCI address nor a known name such as remoteproc0" },
		{ "{\"volume\": \"/a\"}", true, -EINVAL,
		  WHAT
		  ": \"volume\" is neither a device-tree path, a PCI address nor a known name such as remoteproc0" },
		{ "{\"/a\\nb\\u001b\": \"/a\"}", false, -EINVAL,
		  WHAT
		  ": \"/a?b?\" is neither a device-tree path, a PCI address nor a known name such as remoteproc0" },
		{ "{\"/fpga/pr0\": \"boot/a.bit\"}", false, -EINVAL,
		  WHAT ": /fpga/pr0=boot/a.bit does not give an absolute path" },
		{ "{\"/fpga/pr0\": 7}", false, -EINVAL,
		  WHAT ": the value of /fpga/pr0 is not a string" },
		{ "{\"00:02.0\": \"/a\", \"0000:00:02.0\": \"/b\"}", false, -EEXIST,
		  WHAT " asks for 0000:00:02.0 twice, with 0000:00:02.0 and with 00:02.0" },
		{ "{\"/fpga/pr0\": \"/a\", \"org.hwcontainer.resource.0\": \"/fpga/pr0\"}", false,
		  -EEXIST,
		  WHAT
		  " asks for /fpga/pr0 twice, with org.hwcontainer.resource.0 and with /fpga/pr0" },
		{ "{\"org.hwcontainer.image.4\": \"/a\"}", false, -EINVAL,
		  WHAT " names no resource for number 4: org.hwcontainer.resource.4 is missing" },
		{ "{\"org.hwcontainer.resource.01\": \"/a\"}", false, -EINVAL,
		  WHAT ": org.hwcontainer.resource.01 does not end in a number from 0 to 1023" },
		{ "{\"org.hwcontainer.resource.1024\": \"/a\"}", false, -EINVAL,
		  WHAT ": org.hwcontainer.resource.1024 does not end in a number from 0 to 1023" },
		{ "{\"org.hwcontainer.resource.\": \"/a\"}", false, -EINVAL,
		  WHAT ": org.hwcontainer.resource. does not end in a number from 0 to 1023" },
		{ "{\"org.hwcontainer.resource.0\": \"\"}", false, -EINVAL,
		  WHAT
		  ": org.hwcontainer.resource.0 gives no name of 1 to 255 characters to a resource" },
		{ "{\"org.hwcontainer.imag.0\": \"/a\"}", false, -EINVAL,
		  WHAT ": org.hwcontainer.imag.0 is not a key that is known" },
		{ "{\"org.hwcontainer.digest.0\": \"sha256:AA\"}", false, -EINVAL,
		  WHAT
		  ": org.hwcontainer.digest.0=sha256:AA is not \"sha256:\" and 64 hexadecimal digits" },
		{ "{\"org.hwcontainer.requests\": \"all\"}", false, -EINVAL,
		  WHAT ": org.hwcontainer.requests=all is not \"none\"" },
		{ "{\"org.hwcontainer.restart\": \"always\"}", false, -EINVAL,
		  WHAT
		  ": org.hwcontainer.restart=always is neither \"no\" nor \"on-failure:\" and a number to 1023" },
		{ "{\"org.hwcontainer.restart\": \"on-failure:\"}", false, -EINVAL,
		  WHAT
		  ": org.hwcontainer.restart=on-failure: is neither \"no\" nor \"on-failure:\" and a number to 1023" },
		{ "{\"org.hwcontainer.wait\": \"1000000\"}", false, -EINVAL,
		  WHAT ": org.hwcontainer.wait=1000000 is no number of seconds from 0 to 999999" },
		{ "{\"org.hwcontainer.watchdog-ms\": \"2s\"}", false, -EINVAL,
		  WHAT
		  ": org.hwcontainer.watchdog-ms=2s is no number of milliseconds from 0 to 9999999" },
		{ "{\"org.hwcontainer.group\": \"../web\"}", false, -EINVAL,
		  "\"../web\" is no name of a group" },
		{ "{\"org.hwcontainer.group\": \"web\"}", true, -EPERM,
		  WHAT ": org.hwcontainer.group is for the operator to say" },
	};
	struct hwc_wants wants;
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		int err = parse(*state, cases[i].text, cases[i].strict, &wants);

		hwc_wants_free(&wants);
		assert_string_equal(hwc_ctx_error(*state), cases[i].sentence);
		assert_int_equal(err, cases[i].err);
	}
}

static void test_too_many(void **state)
{
	char *text = malloc(64 * (HWCONTAINER_REQUESTS_MAX + 2)), *at = text;
	struct hwc_wants wants;
	int i;

	*at++ = '{';
	for (i = 0; i <= HWCONTAINER_REQUESTS_MAX; i++)
		at += sprintf(at, "%s\"/fpga/pr%d\": \"\"", i ? "," : "", i);
	strcpy(at, "}");
	assert_int_equal(parse(*state, text, false, &wants), -ENOMEM);
	assert_string_equal(hwc_ctx_error(*state), WHAT " asks for more than 1024 resources");
	hwc_wants_free(&wants);
	free(text);
}

static void test_json_is_kept(void **state)
{
	static const char text[] =
		"{\"min\":-9223372036854775808,\"max\":18446744073709551615,"
		"\"double\":1.50e+3,\"small\":0.1000,\"big\":1e400,\"text\":\"\\u0000/\\\"\","
		"\"nested\":[[],{},null,true,false,-0.0],\"ü\":\"€\"}";
	struct json_object *obj = tree(*state, text);

	assert_string_equal(json_object_to_json_string_ext(
				    obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			    text);
	json_object_put(obj);
}

static void test_json_refusals(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *sentence;
	} cases[] = {
		{ "{\"a\": 1, \"b\": {\"a\": 1, \"c\": [], \"a\": 2}}", -EBADMSG,
		  WHAT " has the key \"a\" twice in one object" },
		{ "{\"a\": 1, \"\\u0061\": 2}", -EBADMSG, WHAT " has a key twice in one object" },
		{ "{\"a\": [{\"x\": 1}, {\"x\": 1}], \"x\" : {\"x\": \"a:x\"}}", 0, NULL },
		{ "{\"a\": 18446744073709551616}", -EBADMSG,
		  WHAT " has an integer that 64 bits do not hold" },
		{ "{\"a\": -9223372036854775809}", -EBADMSG,
		  WHAT " has an integer that 64 bits do not hold" },
		{ "{\"a\": 100000000000000000000000000}", -EBADMSG,
		  WHAT " has an integer that 64 bits do not hold" },
		{ "[1]", -EBADMSG, WHAT " is not a JSON object" },
		{ "null\n", -EBADMSG, WHAT " is not a JSON object" },
		{ "{\"a\": 1", -EBADMSG, WHAT " ends in the middle of its JSON" },
		{ "", -EBADMSG, WHAT " ends in the middle of its JSON" },
		{ "{\"a\": 1} x", -EBADMSG, WHAT " is not JSON at byte 9: unexpected character" },
		{ "{\"a\": 1} 2", -EBADMSG, WHAT " is not JSON at byte 9: unexpected character" },
		{ "{\"a\": \"\xff\"}", -EBADMSG,
		  WHAT " is not JSON at byte 7: invalid utf-8 string" },
		{ "{\"a\": 1, // no\n}", -EBADMSG,
		  WHAT " is not JSON at byte 9: quoted object property name expected" },
		{ " {} \n\t ", 0, NULL },
	};
	struct json_object *obj;
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		int err = hwc_json_parse(*state, WHAT, cases[i].text, strlen(cases[i].text), &obj);

		if (!err)
			json_object_put(obj);
		else
			assert_string_equal(hwc_ctx_error(*state),
					    cases[i].sentence ? cases[i].sentence : cases[i].text);
		assert_int_equal(err, cases[i].err);
	}
}

/* @depth levels in all */
static int parse_nested(struct hwc_ctx *ctx, int depth, bool objects)
{
	char *text = calloc(8, depth), *at = text;
	struct json_object *obj;
	int i, err;

	at += sprintf(at, "{\"a\":");
	for (i = 1; i < depth; i++)
		at += sprintf(at, objects ? "{\"a\":" : "[");
	at += sprintf(at, "0");
	for (i = 1; i < depth; i++)
		*at++ = objects ? '}' : ']';
	*at = '}';
	err = hwc_json_parse(ctx, WHAT, text, strlen(text), &obj);
	if (!err)
		json_object_put(obj);
	free(text);
	return err;
}

static void test_depth(void **state)
{
	static const bool forms[] = { false, true };
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(forms); i++) {
		assert_int_equal(parse_nested(*state, 64, forms[i]), 0);
		assert_int_equal(parse_nested(*state, 65, forms[i]), -E2BIG);
		assert_int_equal(parse_nested(*state, 100, forms[i]), -E2BIG);
		assert_string_equal(hwc_ctx_error(*state), WHAT " nests deeper than 64 levels");
	}
}

static void test_digest(void **state)
{
	char text[HWC_DIGEST_TEXT_LEN + 1];
	struct hwc_digest digest = { 0 };

	(void)state;
	assert_int_equal(hwc_digest_parse(SHA_A, &digest), 0);
	hwc_digest_text(digest.bytes, text);
	assert_string_equal(text, SHA_A);
	assert_int_equal(hwc_digest_parse(SHA_A "a", &digest), -EINVAL);
	assert_int_equal(hwc_digest_parse("sha512" SHA_A, &digest), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),	      cmocka_unit_test(test_names),
		cmocka_unit_test(test_plain),	      cmocka_unit_test(test_namespaced),
		cmocka_unit_test(test_none),	      cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_too_many),      cmocka_unit_test(test_json_is_kept),
		cmocka_unit_test(test_json_refusals), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests_name("annotation", tests, context_new, context_free);
}
