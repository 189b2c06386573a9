// SPDX-License-Identifier: GPL-2.0-or-later
/* Edits, what they do to a configuration, and taking them back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <json-c/json.h>
#include "context.h"
#include "ctx.h"
#include "edits.h"
#include "json.h"
#include "msg.h"

#define WHAT "b/config.json"

static struct json_object *tree(struct hwc_ctx *ctx, const char *text)
{
	struct json_object *obj;

	if (hwc_json_parse(ctx, WHAT, text, strlen(text), &obj))
		fail_msg("%s", hwc_ctx_error(ctx));
	return obj;
}

static const char *text_of(struct json_object *obj)
{
	return json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PLAIN |
							   JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* A claim on /fpga/pr0 with two devices, three nodes in all. */
static struct hwc_claim make_claim(void)
{
	static struct hwc_node first[] = {
		{ "hwsim-sha256-0", HWCONTAINER_NODE_TYPE_CHAR, 240, 3 },
		{ "hwsim/log0", HWCONTAINER_NODE_TYPE_CHAR, 240, 4 },
	};
	static struct hwc_node second[] = { { "fpgablk0", HWCONTAINER_NODE_TYPE_BLOCK, 4095,
					      1048575 } };
	static struct hwc_device devices[] = {
		{ .name = "sha256", .nodes = { first, 2 } },
		{ .name = "blk", .nodes = { second, 1 } },
	};

	return (struct hwc_claim){
		.id = 7,
		.resource = "/fpga/pr0",
		.devices = { devices, 2 },
	};
}

static struct hwc_edits *make_edits(struct hwc_ctx *ctx)
{
	static const char *const args[] = { "hwcontainer-runtime", "hook", "handover", "7", NULL };
	struct hwc_claim claim = make_claim();
	struct hwc_edits *edits;

	assert_int_equal(hwc_edits_new(ctx, &edits), 0);
	assert_int_equal(hwc_edits_claim(edits, &claim, 0), 0);
	assert_int_equal(hwc_edits_hook(edits, "createRuntime", "/usr/bin/hwcontainer-runtime",
					args, 30),
			 0);
	return edits;
}

#define NODE(path, type, major, minor)                                                        \
	"{\"path\":\"" path "\",\"type\":\"" type "\",\"major\":" #major ",\"minor\":" #minor \
	",\"fileMode\":432,\"permissions\":\"rw\"}"
#define HOOK                                                                                    \
	"\"path\":\"/usr/bin/hwcontainer-runtime\",\"args\":[\"hwcontainer-runtime\",\"hook\"," \
	"\"handover\",\"7\"],\"timeout\":30}"

static void test_is_cdi(void **state)
{
	struct hwc_edits *edits = make_edits(*state);

	assert_string_equal(
		hwc_edits_json(edits),
		"{\"env\":[\"HWC_RESOURCES=1\",\"HWC_RESOURCE_0=/fpga/pr0\","
		"\"HWC_DEVICES_0=/dev/hwsim-sha256-0:/dev/hwsim/log0:/dev/fpgablk0\","
		"\"HWC_DEVICE_0=/dev/hwsim-sha256-0\"],"
		"\"deviceNodes\":[" NODE("/dev/hwsim-sha256-0", "c", 240, 3) "," NODE(
			"/dev/hwsim/log0", "c", 240,
			4) "," NODE("/dev/fpgablk0", "b", 4095,
				    1048575) "],"
					     "\"hooks\":[{\"hookName\":\"createRuntime\"," HOOK
					     "]}");
	hwc_edits_free(edits);
	hwc_edits_free(NULL);
}

static void test_claim_without_nodes(void **state)
{
	struct hwc_claim claim = { .resource = "toy0" };
	struct hwc_edits *edits;

	assert_int_equal(hwc_edits_new(*state, &edits), 0);
	assert_int_equal(hwc_edits_claim(edits, &claim, 0), 0);
	assert_int_equal(hwc_edits_claim(edits, &claim, 1), 0);
	assert_string_equal(hwc_edits_json(edits),
			    "{\"env\":[\"HWC_RESOURCE_0=toy0\",\"HWC_RESOURCES=2\","
			    "\"HWC_RESOURCE_1=toy0\"]}");
	hwc_edits_free(edits);
}

static void test_nodes_stay_below_dev(void **state)
{
	static const char *const paths[] = { "", "/x", "../x", "a/../b", "a//b", "a/", ".", "a/.." };
	struct hwc_node node = { .type = HWCONTAINER_NODE_TYPE_CHAR };
	struct hwc_edits *edits;
	size_t i;

	assert_int_equal(hwc_edits_new(*state, &edits), 0);
	for (i = 0; i < HWC_ARRAY_SIZE(paths); i++) {
		node.path = paths[i];
		assert_int_equal(hwc_edits_node(edits, &node), -EINVAL);
	}
	assert_string_equal(hwc_ctx_error(*state),
			    "the device node \"a/..\" is not one below /dev");
	node.path = "...";
	assert_int_equal(hwc_edits_node(edits, &node), 0);
	hwc_edits_free(edits);
}

/* A configuration with something of everything that is edited. */
#define BEFORE                                                                          \
	"{\"ociVersion\":\"1.0.0\",\"process\":{\"user\":{\"uid\":1000,\"gid\":100},"   \
	"\"env\":[\"A=1\",\"HWC_MINE=1\"]},\"linux\":{\"resources\":{\"devices\":"      \
	"[{\"allow\":false,\"access\":\"rwm\"}]},\"devices\":[{\"path\":\"/dev/fuse\"," \
	"\"type\":\"c\",\"major\":10,\"minor\":229}]},\"hooks\":{\"createRuntime\":"    \
	"[{\"path\":\"/bin/cni\"}],\"poststop\":[]},\"unknown\":{\"n\":18446744073709551615}}"

static void test_apply(void **state)
{
	struct json_object *config = tree(*state, BEFORE), *process, *linux_, *hooks;
	struct hwc_edits *edits = make_edits(*state);

	assert_int_equal(hwc_edits_apply(*state, WHAT, config, edits), 0);
	json_object_object_get_ex(config, "process", &process);
	json_object_object_get_ex(config, "linux", &linux_);
	json_object_object_get_ex(config, "hooks", &hooks);
	assert_string_equal(text_of(process),
			    "{\"user\":{\"uid\":1000,\"gid\":100},\"env\":[\"A=1\",\"HWC_MINE=1\","
			    "\"HWC_RESOURCES=1\",\"HWC_RESOURCE_0=/fpga/pr0\","
			    "\"HWC_DEVICES_0=/dev/hwsim-sha256-0:/dev/hwsim/log0:/dev/fpgablk0\","
			    "\"HWC_DEVICE_0=/dev/hwsim-sha256-0\"]}");
	assert_string_equal(
		text_of(linux_),
		"{\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},"
		"{\"type\":\"c\",\"major\":240,\"minor\":3,\"allow\":true,\"access\":\"rw\"},"
		"{\"type\":\"c\",\"major\":240,\"minor\":4,\"allow\":true,\"access\":\"rw\"},"
		"{\"type\":\"b\",\"major\":4095,\"minor\":1048575,\"allow\":true,\"access\":\"rw\"}]},"
		"\"devices\":[{\"path\":\"/dev/fuse\",\"type\":\"c\",\"major\":10,\"minor\":229},"
		"{\"path\":\"/dev/hwsim-sha256-0\",\"type\":\"c\",\"major\":240,\"minor\":3,"
		"\"fileMode\":432,\"uid\":1000,\"gid\":100},"
		"{\"path\":\"/dev/hwsim/log0\",\"type\":\"c\",\"major\":240,\"minor\":4,"
		"\"fileMode\":432,\"uid\":1000,\"gid\":100},"
		"{\"path\":\"/dev/fpgablk0\",\"type\":\"b\",\"major\":4095,\"minor\":1048575,"
		"\"fileMode\":432,\"uid\":1000,\"gid\":100}]}");
	assert_string_equal(text_of(hooks), "{\"createRuntime\":[{" HOOK
					    ",{\"path\":\"/bin/cni\"}],\"poststop\":[]}");
	hwc_edits_free(edits);
	json_object_put(config);
}

static void test_undo_restores(void **state)
{
	struct json_object *config = tree(*state, BEFORE), *record;
	struct hwc_edits *edits = make_edits(*state);

	assert_int_equal(hwc_edits_apply(*state, WHAT, config, edits), 0);
	record = tree(*state, hwc_edits_json(edits));
	hwc_edits_undo(config, record);
	assert_string_equal(text_of(config), BEFORE);
	/* once more finds nothing */
	hwc_edits_undo(config, record);
	assert_string_equal(text_of(config), BEFORE);
	json_object_put(record);
	hwc_edits_free(edits);
	json_object_put(config);
}

static void test_apply_makes_what_is_missing(void **state)
{
	struct json_object *config = tree(*state, "{\"linux\":null}"), *record;
	struct hwc_edits *edits = make_edits(*state);

	assert_int_equal(hwc_edits_apply(*state, WHAT, config, edits), 0);
	record = tree(*state, hwc_edits_json(edits));
	hwc_edits_undo(config, record);
	assert_string_equal(text_of(config),
			    "{\"linux\":{\"devices\":[],\"resources\":{\"devices\":[]}},"
			    "\"process\":{\"env\":[]},\"hooks\":{\"createRuntime\":[]}}");
	json_object_put(record);
	hwc_edits_free(edits);
	json_object_put(config);
}

static void test_apply_replaces_a_path(void **state)
{
	struct json_object *config = tree(
		*state, "{\"linux\":{\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":1,"
			"\"minor\":1,\"old\":true}]}}");
	struct hwc_node node = { "x", HWCONTAINER_NODE_TYPE_CHAR, 5, 6 };
	struct hwc_edits *edits;

	assert_int_equal(hwc_edits_new(*state, &edits), 0);
	assert_int_equal(hwc_edits_node(edits, &node), 0);
	assert_int_equal(hwc_edits_apply(*state, WHAT, config, edits), 0);
	assert_string_equal(
		text_of(config),
		"{\"linux\":{\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":5,"
		"\"minor\":6,\"fileMode\":432,\"uid\":0,\"gid\":0}],\"resources\":{\"devices\":"
		"[{\"type\":\"c\",\"major\":5,\"minor\":6,\"allow\":true,\"access\":\"rw\"}]}}}");
	hwc_edits_free(edits);
	json_object_put(config);
}

static void test_apply_refusals(void **state)
{
	static const char *const cases[][2] = {
		{ "{\"linux\":7}", WHAT ": \"linux\" is not an object" },
		{ "{\"linux\":{\"devices\":{}}}", WHAT ": \"devices\" is not an array" },
		{ "{\"linux\":{\"resources\":[]}}", WHAT ": \"resources\" is not an object" },
		{ "{\"process\":[]}", WHAT ": \"process\" is not an object" },
		{ "{\"process\":{\"env\":\"A=1\"}}", WHAT ": \"env\" is not an array" },
		{ "{\"hooks\":{\"createRuntime\":{}}}",
		  WHAT ": \"createRuntime\" is not an array" },
	};
	struct hwc_edits *edits = make_edits(*state);
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		struct json_object *config = tree(*state, cases[i][0]);

		assert_int_equal(hwc_edits_apply(*state, WHAT, config, edits), -EBADMSG);
		assert_string_equal(hwc_ctx_error(*state), cases[i][1]);
		json_object_put(config);
	}
	hwc_edits_free(edits);
}

/* A record that an image forged must not take away what protects the host. */
static void test_undo_of_a_forged_record(void **state)
{
	static const char *const records[] = {
		"{}",
		"{\"deviceNodes\":{},\"env\":7,\"hooks\":\"x\"}",
		"{\"deviceNodes\":[1,null],\"env\":[{}],\"hooks\":[[]]}",
		"{\"env\":[\"A=1\"]}",
		"{\"hooks\":[{\"hookName\":\"createRuntime\",\"path\":\"/bin/cni\"}]}",
		"{\"hooks\":[{\"hookName\":\"createRuntime\",\"path\":\"/bin/cni\",\"args\":"
		"[\"hwcontainer-runtime\",\"hook\",7]}]}",
		"{\"deviceNodes\":[{\"path\":\"/dev/fuse\",\"type\":\"c\",\"major\":1,\"minor\":2}]}",
	};
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(records); i++) {
		struct json_object *config = tree(*state, BEFORE);
		struct json_object *record = tree(*state, records[i]);

		hwc_edits_undo(config, record);
		assert_string_equal(text_of(config), BEFORE);
		json_object_put(record);
		json_object_put(config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_cdi),
		cmocka_unit_test(test_claim_without_nodes),
		cmocka_unit_test(test_nodes_stay_below_dev),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_undo_restores),
		cmocka_unit_test(test_apply_makes_what_is_missing),
		cmocka_unit_test(test_apply_replaces_a_path),
		cmocka_unit_test(test_apply_refusals),
		cmocka_unit_test(test_undo_of_a_forged_record),
	};

	return cmocka_run_group_tests_name("edits", tests, context_new, context_free);
}
