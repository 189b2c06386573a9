// SPDX-License-Identifier: GPL-2.0-or-later
/* Bundles on disk: whose requests, which files, what is written. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "bundle.h"
#include "ctx.h"
#include "digest.h"
#include "file.h"
#include "folder.h"
#include "msg.h"
#include "place.h"

#define ASK "\"/fpga/pr0\":\"/boot/a.bit\""

/* A shell and what is for one of its slots: the slot is there when the shell is. */
static void test_firmware(void **state)
{
	static const struct {
		const char *args;
		const char *annotations;
		int request;
		size_t asks;
	} cases[] = {
		{ "[\"/boot/a.elf\"]", "\"remoteproc0\":\"/boot/a.elf\"", 0, 1 },
		/* Docker keeps a relative entry point as it is */
		{ "[\"boot/a.elf\"]", "\"/remoteproc0\":\"/boot/a.elf\"", 0, 1 },
		{ "[\"/b.elf\"]", "\"remoteproc1\":\"/b.elf\",\"remoteproc0\":\"/a.elf\"", 1, 2 },
		{ "[\"a.elf\"]", "\"remoteproc.name\":\"r5f_0\"", 0, 1 },
		/* beside a program that Linux runs */
		{ "[\"/bin/sh\"]", "\"remoteproc0\":\"/boot/a.elf\"", -1, 1 },
		{ "[\"/boot/a.elf\",\"x\"]", "\"remoteproc0\":\"/boot/a.elf\"", -1, 1 },
		{ "[]", "\"remoteproc0\":\"/boot/a.elf\"", -1, 1 },
		{ "[7]", "\"remoteproc0\":\"\"", -1, 1 },
		/* our own words go before Arm's, and the operator's "none" before all */
		{ "[\"/b.elf\"]", "\"remoteproc.name\":\"x\",\"remoteproc0\":\"/b.elf\"", 0, 1 },
		{ "[\"a.elf\"]", "\"remoteproc.name\":\"x\",\"org.hwcontainer.requests\":\"none\"",
		  -1, 0 },
	};
	char config[256];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		struct hwc_bundle *bundle;

		snprintf(config, sizeof(config),
			 "{" ROOT ",\"process\":{\"args\":%s},\"annotations\":{%s}}", cases[i].args,
			 cases[i].annotations);
		bundle = read_bundle(*state, config);
		assert_int_equal(hwc_bundle_asks(bundle), cases[i].asks);
		assert_int_equal(hwc_bundle_firmware(bundle), cases[i].request);
		assert_int_equal(hwc_bundle_restarts(bundle), 0);
		assert_string_equal(hwc_bundle_json(bundle), config);
		hwc_bundle_free(bundle);
	}
}

static void test_firmware_of_arm(void **state)
{
	static const char annotations[] = "\"annotations\":{\"remoteproc.name\":\"r5f_0\"}";
	struct place *place = *state;
	struct hwc_bundle *bundle;
	char config[256];

	snprintf(config, sizeof(config), "{" ROOT ",\"process\":{\"args\":[\"hello.elf\"]},%s}",
		 annotations);
	/* what the image says is asked for only where nobody else asks */
	write_file("rootfs/etc/hwcontainer.json", "{" ASK "}");
	bundle = read_bundle(place, config);
	assert_int_equal(hwc_bundle_asks(bundle), 1);
	assert_string_equal(hwc_bundle_ask(bundle, 0)->resource, "r5f_0");
	assert_string_equal(hwc_bundle_ask(bundle, 0)->image, "/hello.elf");
	hwc_bundle_free(bundle);

	snprintf(config, sizeof(config), "{" ROOT ",\"process\":{\"args\":[\"a\",\"b\"]},%s}",
		 annotations);
	bundle = open_bundle(place, config);
	assert_int_equal(hwc_bundle_read(bundle), -EINVAL);
	assert_string_equal(
		hwc_ctx_error(place->ctx),
		in_place(
			place,
			"/config.json: remoteproc.name=r5f_0 needs a process with one argument, the firmware"));
	hwc_bundle_free(bundle);
}

static void test_restarts(void **state)
{
	struct hwc_bundle *bundle;

	/* the operator's number, with the image's request */
	write_file("rootfs/etc/hwcontainer.json",
		   "{\"remoteproc0\":\"/a\",\"org.hwcontainer.restart\":\"on-failure:9\"}");
	bundle = read_bundle(*state,
			     "{\"annotations\":{\"org.hwcontainer.restart\":\"on-failure:2\"}," ROOT
			     "}");
	assert_int_equal(hwc_bundle_asks(bundle), 1);
	assert_int_equal(hwc_bundle_restarts(bundle), 2);
	hwc_bundle_free(bundle);
	bundle = read_bundle(*state,
			     "{\"annotations\":{\"org.hwcontainer.restart\":\"no\"}," ROOT "}");
	assert_int_equal(hwc_bundle_restarts(bundle), 0);
	hwc_bundle_free(bundle);
	bundle = read_bundle(*state, "{" ROOT "}");
	assert_int_equal(hwc_bundle_restarts(bundle), 9);
	hwc_bundle_free(bundle);
}

static void test_watchdog(void **state)
{
	struct hwc_bundle *bundle;

	write_file("rootfs/etc/hwcontainer.json",
		   "{\"remoteproc0\":\"/a\",\"org.hwcontainer.watchdog-ms\":\"1500\"}");
	bundle = read_bundle(*state,
			     "{\"annotations\":{\"org.hwcontainer.watchdog-ms\":\"0\"}," ROOT "}");
	assert_int_equal(hwc_bundle_watchdog_ms(bundle), 0);
	hwc_bundle_free(bundle);
	bundle = read_bundle(*state, "{" ROOT "}");
	assert_int_equal(hwc_bundle_asks(bundle), 1);
	assert_int_equal(hwc_bundle_watchdog_ms(bundle), 1500);
	hwc_bundle_free(bundle);
}

/* The operator's word also where the requests are the image's. */
static void test_group(void **state)
{
	static const char config[] = "{\"annotations\":{\"org.hwcontainer.group\":\"web/a\"}," ROOT
				     "}";
	struct hwc_bundle *bundle = read_bundle(*state, config);

	assert_string_equal(hwc_bundle_group(bundle), "web/a");
	hwc_bundle_free(bundle);
	write_file("rootfs/etc/hwcontainer.json", "{\"remoteproc0\":\"/a\"}");
	bundle = read_bundle(*state, config);
	assert_int_equal(hwc_bundle_asks(bundle), 1);
	assert_string_equal(hwc_bundle_group(bundle), "web/a");
	hwc_bundle_free(bundle);
	bundle = read_bundle(*state, "{" ROOT "}");
	assert_null(hwc_bundle_group(bundle));
	hwc_bundle_free(bundle);
}

static void test_netns(void **state)
{
	static const struct {
		const char *config;
		const char *path;
	} cases[] = {
		{ "{}", NULL },
		{ "{\"linux\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"/p\"}]}}", NULL },
		{ "{\"linux\":{\"namespaces\":{\"type\":\"network\"}}}", NULL },
		{ "{\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"}]}}", "" },
		{ "{\"linux\":{\"namespaces\":[{\"type\":\"network\",\"path\":\"/n\"}]}}", "/n" },
	};

	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		struct hwc_bundle *bundle = read_bundle(*state, cases[i].config);
		const char *path = hwc_bundle_netns(bundle);

		assert_int_equal(!path, !cases[i].path);
		assert_string_equal(hwc_text(path), hwc_text(cases[i].path));
		hwc_bundle_free(bundle);
	}
}

static void test_wait(void **state)
{
	struct hwc_bundle *bundle;

	write_file("rootfs/etc/hwcontainer.json",
		   "{\"remoteproc0\":\"/a\",\"org.hwcontainer.wait\":\"60\"}");
	bundle = read_bundle(*state, "{\"annotations\":{\"org.hwcontainer.wait\":\"0\"}," ROOT "}");
	assert_int_equal(hwc_bundle_wait_s(bundle), 0);
	hwc_bundle_free(bundle);
	bundle = read_bundle(*state, "{" ROOT "}");
	assert_int_equal(hwc_bundle_asks(bundle), 1);
	assert_int_equal(hwc_bundle_wait_s(bundle), 60);
	hwc_bundle_free(bundle);
}

static void test_shell_and_slot(void **state)
{
	static const char config[] = "{" ROOT ",\"annotations\":{\"/fpga-region\":\"" FOLDER_SHELL
				     "\","
				     "\"/fpga-region/fpga-PR0\":\"" FOLDER_SHELL "/AES\","
				     "\"/other\":\"" FOLDER_SHELL "/AES/AES_slot0/slot0.bit\"}}";
	struct place *place = *state;
	struct hwc_bundle *bundle;
	struct hwc_request *req;
	char *root = folder_new();

	assert_int_equal(rmdir("rootfs/boot") | rmdir("rootfs/etc") | rmdir("rootfs"), 0);
	assert_int_equal(symlink(root, "rootfs"), 0);
	bundle = read_bundle(place, config);
	if (hwc_bundle_load(bundle))
		fail_msg("%s", hwc_ctx_error(place->ctx));
	assert_int_equal(hwc_bundle_asks(bundle), 3);
	assert_string_equal(hwc_bundle_ask(bundle, 0)->overlay, FOLDER_SHELL "/shell.dtbo");
	assert_false(hwc_bundle_waits(bundle, 0));
	assert_true(hwc_bundle_waits(bundle, 1));
	/* it wants its driver, which a shell's devices can do without */
	assert_true(hwc_bundle_waits(bundle, 2));
	assert_int_equal(hwc_request_new(place->ctx, &req), 0);
	assert_int_equal(hwc_bundle_request(bundle, 1, req), 0);
	assert_int_equal(req->flags, 0);
	assert_int_equal(hwc_bundle_request(bundle, 0, req), 0);
	assert_int_equal(req->flags, HWCONTAINER_CLAIM_FLAGS_UNBOUND);
	hwc_request_free(req);
	hwc_bundle_free(bundle);
	folder_free(root);
}

static void test_config_refusals(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *sentence;
	} cases[] = {
		{ "{\"a\":1,\"a\":2}", -EBADMSG,
		  "/config.json has the key \"a\" twice in one object" },
		{ "{", -EBADMSG, "/config.json ends in the middle of its JSON" },
		{ "", -ENODATA, "/config.json is empty" },
	};
	struct place *place = *state;
	struct hwc_bundle *bundle;
	size_t i;

	assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), -ENOENT);
	assert_int_equal(hwc_bundle_open(place->ctx, "/nowhere", &bundle), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx), "/nowhere: No such file or directory");
	for (i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		write_file("config.json", cases[i].text);
		assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), cases[i].err);
		assert_string_equal(hwc_ctx_error(place->ctx), in_place(place, cases[i].sentence));
	}
	assert_int_equal(truncate("config.json", 50 << 20), 0);
	assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), -EFBIG);
	assert_int_equal(unlink("config.json"), 0);
	assert_int_equal(mkfifo("config.json", 0600), 0);
	assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), -EINVAL);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    in_place(place, "/config.json is not a regular file"));
	hwc_bundle_free(NULL);
}

static void test_nothing_asked_changes_nothing(void **state)
{
	static const char config[] = "{ \"annotations\" : {\"x\":\"y\"},\n" ROOT ", \"n\": 1.0 }\n";
	struct hwc_bundle *bundle = read_bundle(*state, config);
	struct stat before, after;
	char *text;

	assert_int_equal(hwc_bundle_asks(bundle), 0);
	assert_null(hwc_bundle_mark(bundle));
	assert_int_equal(stat("config.json", &before), 0);
	assert_int_equal(hwc_bundle_save(bundle), 0);
	assert_int_equal(stat("config.json", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	text = read_file("config.json");
	assert_string_equal(text, config);
	free(text);
	hwc_bundle_free(bundle);
}

static void expect_source(struct place *place, const char *config, const char *policy_text,
			  enum hwc_source source)
{
	struct hwc_policy *policy = make_policy(place, policy_text);
	struct hwc_bundle *bundle = read_bundle(place, config);

	assert_int_equal(hwc_bundle_asks(bundle), 1);
	assert_string_equal(hwc_bundle_ask(bundle, 0)->resource, "/fpga/pr0");
	assert_int_equal(hwc_bundle_source(bundle, policy), source);
	hwc_bundle_free(bundle);
	hwc_policy_free(policy);
}

static void test_source(void **state)
{
	static const char operator_[] = "{\"annotations\":{" ASK "}," ROOT "}";
	struct place *place = *state;

	expect_source(place, operator_, NULL, HWC_SOURCE_OPERATOR);
	expect_source(place, operator_, "{\"annotations\": \"operator\"}", HWC_SOURCE_OPERATOR);
	expect_source(place, operator_, "{\"annotations\": \"image\"}", HWC_SOURCE_IMAGE);
	expect_source(place, "{\"annotations\":{" ASK "," CONVERTED "}}", NULL, HWC_SOURCE_IMAGE);
	write_file("rootfs/etc/hwcontainer.json", "{" ASK "}");
	expect_source(place, "{" ROOT "}", NULL, HWC_SOURCE_IMAGE);
	/* what the operator says replaces what the image says */
	write_file("rootfs/etc/hwcontainer.json", "{\"/fpga/pr1\":\"/x\"}");
	expect_source(place, operator_, NULL, HWC_SOURCE_OPERATOR);
}

static void test_asks_nothing(void **state)
{
	static const char *const configs[] = {
		"{\"annotations\":{" ASK ",\"io.kubernetes.cri.container-type\":\"sandbox\"}}",
		"{\"annotations\":{" ASK ",\"io.kubernetes.cri-o.ContainerType\":\"sandbox\"}}",
		"{\"annotations\":{\"org.hwcontainer.requests\":\"none\"}," ROOT "}",
		"{\"annotations\":{\"org.hwcontainer.resource.0\":\"/fpga/pr0\","
		"\"org.hwcontainer.container.0\":\"app\","
		"\"io.kubernetes.cri.container-name\":\"side\"}}",
		"{\"annotations\":null," ROOT "}",
		"{\"root\":{\"path\":\"missing\"}}",
		"{\"root\":null}",
	};
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(configs); i++) {
		struct hwc_bundle *bundle;

		/* an image that asks, whom the operator overrules */
		if (i == 2)
			write_file("rootfs/etc/hwcontainer.json", "{" ASK "}");
		else
			unlink("rootfs/etc/hwcontainer.json");
		bundle = read_bundle(*state, configs[i]);
		assert_int_equal(hwc_bundle_asks(bundle), 0);
		hwc_bundle_free(bundle);
	}
}

static void test_requests_file_refusals(void **state)
{
	static const char *const cases[][2] = {
		{ "{\"volume\":\"/a\"}",
		  "/etc/hwcontainer.json: \"volume\" is neither a device-tree path, a PCI address nor a known name such as remoteproc0" },
		{ "{\"/a\":\"/x\",\"/a\":\"/y\"}",
		  "/etc/hwcontainer.json has the key \"/a\" twice in one object" },
		{ "[]", "/etc/hwcontainer.json is not a JSON object" },
		{ "", "/etc/hwcontainer.json is empty" },
	};
	struct place *place = *state;
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		struct hwc_bundle *bundle = open_bundle(place, "{" ROOT "}");

		write_file("rootfs/etc/hwcontainer.json", cases[i][0]);
		assert_true(hwc_bundle_read(bundle) < 0);
		assert_string_equal(hwc_ctx_error(place->ctx), cases[i][1]);
		hwc_bundle_free(bundle);
	}
}

static void make_absolute_link_out(const char *path)
{
	char cwd[64], target[128];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(target, sizeof(target), "%s/secret", cwd);
	assert_int_equal(symlink(target, path), 0);
}

static void make_loop(const char *path)
{
	assert_int_equal(symlink("a.bit", path), 0);
}

static void test_image_refusals(void **state)
{
	static const char missing_link[] =
		"image /boot/a.bit is a symbolic link that leads out of the container's root file system or to nothing in it";
	static const struct {
		void (*make)(const char *path);
		const char *path;
		int err;
		const char *sentence;
	} cases[] = {
		{ NULL, "/boot/a.bit", -ENOENT,
		  "image /boot/a.bit is not in the container's root file system" },
		{ NULL, "/boot/a.bit/../../x", -ENOENT,
		  "image /boot/a.bit/../../x is not in the container's root file system" },
		{ NULL, "/boot/../../secret", -EXDEV,
		  "image /boot/../../secret leads out of the container's root file system" },
		{ NULL, "/./..", -EXDEV,
		  "image /./.. leads out of the container's root file system" },
		{ make_link_out, "/boot/a.bit", -EXDEV, missing_link },
		{ make_absolute_link_out, "/boot/a.bit", -EXDEV, missing_link },
		{ make_magic, "/boot/a.bit", -EXDEV, missing_link },
		{ make_loop, "/boot/a.bit", -ELOOP,
		  "image /boot/a.bit: Too many levels of symbolic links" },
		{ make_fifo, "/boot/a.bit", -EINVAL, "image /boot/a.bit is a FIFO, not a file" },
		{ make_dir, "/boot/a.bit", -EISDIR,
		  "image /boot/a.bit is a directory without a shell.json or an accel.json" },
		{ make_empty, "/boot/a.bit", -ENODATA, "image /boot/a.bit is empty" },
		{ make_large, "/boot/a.bit", -EFBIG,
		  "image /boot/a.bit has 4294967296 bytes, more than the 268435456 it may have" },
	};
	struct place *place = *state;
	struct hwc_bundle *bundle;
	char config[256];
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		remove("rootfs/boot/a.bit");
		if (cases[i].make)
			cases[i].make("rootfs/boot/a.bit");
		snprintf(config, sizeof(config),
			 "{\"annotations\":{\"/fpga/pr0\":\"%s\"}," ROOT "}", cases[i].path);
		bundle = read_bundle(place, config);
		assert_int_equal(hwc_bundle_load(bundle), cases[i].err);
		assert_string_equal(hwc_ctx_error(place->ctx), cases[i].sentence);
		hwc_bundle_free(bundle);
	}
}

static void test_root_refusals(void **state)
{
	struct place *place = *state;
	struct hwc_bundle *bundle = read_bundle(place, "{\"annotations\":{" ASK "}}");

	assert_int_equal(hwc_bundle_load(bundle), -EINVAL);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    in_place(place, "/config.json gives no root file system"));
	hwc_bundle_free(bundle);
	bundle = read_bundle(place, "{\"annotations\":{" ASK "},\"root\":{\"path\":\"none\"}}");
	assert_int_equal(hwc_bundle_load(bundle), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    "root file system none: No such file or directory");
	hwc_bundle_free(bundle);
}

/* Bytes of what is open, as the request has it. */
static const struct hwc_request_item *load_first(struct place *place, const char *config,
						 struct hwc_bundle **bundle,
						 struct hwc_request **req)
{
	*bundle = read_bundle(place, config);
	if (hwc_bundle_load(*bundle))
		fail_msg("%s", hwc_ctx_error(place->ctx));
	assert_int_equal(hwc_request_new(place->ctx, req), 0);
	assert_int_equal(hwc_bundle_request(*bundle, 0, *req), 0);
	return (*req)->items.data;
}

static void expect_content(int fd, const char *text)
{
	char content[16] = { 0 };

	assert_true(read(fd, content, sizeof(content) - 1) >= 0);
	assert_string_equal(content, text);
}

static void test_load(void **state)
{
	struct place *place = *state;
	const struct hwc_request_item *item;
	struct hwc_bundle *bundle;
	struct hwc_request *req;

	/* links that stay inside, absolute as the container sees them */
	write_file("rootfs/boot/real", "image");
	assert_int_equal(symlink("/boot/real", "rootfs/boot/a.bit"), 0);
	item = load_first(place, "{\"annotations\":{" ASK "}," ROOT "}", &bundle, &req);
	assert_string_equal(item->resource, "/fpga/pr0");
	expect_content(item->image_fd, "image");
	assert_int_equal(item->overlay_fd, -1);
	assert_false(item->image_digest.known);
	hwc_request_free(req);
	hwc_bundle_free(bundle);

	/* the overlay beside it is found, one that is named is used, "" is none */
	write_file("rootfs/boot/a.dtbo", "beside");
	write_file("rootfs/boot/b.dtbo", "named");
	item = load_first(place, "{\"annotations\":{" ASK "}," ROOT "}", &bundle, &req);
	expect_content(item->overlay_fd, "beside");
	assert_string_equal(hwc_bundle_ask(bundle, 0)->overlay, "/boot/a.dtbo");
	hwc_request_free(req);
	hwc_bundle_free(bundle);
#define NUMBERED                                                          \
	"{\"annotations\":{\"org.hwcontainer.resource.0\":\"/fpga/pr0\"," \
	"\"org.hwcontainer.image.0\":\"/boot/a.bit\",\"org.hwcontainer.overlay.0\":"
	item = load_first(place, NUMBERED "\"/boot/b.dtbo\"}," ROOT "}", &bundle, &req);
	expect_content(item->overlay_fd, "named");
	hwc_request_free(req);
	hwc_bundle_free(bundle);
	item = load_first(place, NUMBERED "\"\"}," ROOT "}", &bundle, &req);
	assert_int_equal(item->overlay_fd, -1);
	hwc_request_free(req);
	hwc_bundle_free(bundle);
}

static void test_load_refuses_a_bad_overlay(void **state)
{
	struct place *place = *state;
	struct hwc_bundle *bundle;

	write_file("rootfs/boot/a.bit", "image");
	assert_int_equal(mkdir("rootfs/boot/a.dtbo", 0755), 0);
	bundle = read_bundle(place, "{\"annotations\":{" ASK "}," ROOT "}");
	assert_int_equal(hwc_bundle_load(bundle), -EISDIR);
	assert_string_equal(hwc_ctx_error(place->ctx), "overlay /boot/a.dtbo is a directory");
	hwc_bundle_free(bundle);
	bundle = read_bundle(place, NUMBERED "\"/boot/none.dtbo\"}," ROOT "}");
	assert_int_equal(hwc_bundle_load(bundle), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    "overlay /boot/none.dtbo is not in the container's root file system");
	hwc_bundle_free(bundle);
}

/* SHA-256 of "abc", and of "" never */
#define SHA_ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_OVERLAY "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

static int grant(struct place *place, const char *config, const char *policy_text)
{
	struct hwc_policy *policy = make_policy(place, policy_text);
	struct hwc_bundle *bundle = read_bundle(place, config);
	int err = hwc_bundle_load(bundle);

	if (!err)
		err = hwc_bundle_grant(bundle, policy);
	hwc_bundle_free(bundle);
	hwc_policy_free(policy);
	return err;
}

static void test_grant(void **state)
{
	static const char from_image[] = "{\"annotations\":{" ASK "," CONVERTED "}," ROOT "}";
	struct place *place = *state;

	write_file("rootfs/boot/a.bit", "abc");
	assert_int_equal(grant(place, "{\"annotations\":{" ASK "}," ROOT "}", NULL), 0);
	assert_int_equal(grant(place, from_image, "{\"allow\":[{\"all\":true}]}"), 0);
	assert_int_equal(grant(place, from_image, NULL), -EPERM);
	assert_string_equal(
		hwc_ctx_error(place->ctx),
		"the image asks for /fpga/pr0 with /boot/a.bit and this host does not allow it; "
		"hwctl policy allow digest " SHA_ABC " does");
	assert_int_equal(grant(place, from_image, "{\"allow\":[{\"digest\":\"" SHA_ABC "\"}]}"), 0);
	write_file("rootfs/boot/a.dtbo", "foo");
	assert_int_equal(grant(place, from_image, "{\"allow\":[{\"digest\":\"" SHA_ABC "\"}]}"),
			 -EPERM);
	assert_string_equal(
		hwc_ctx_error(place->ctx),
		"the image asks for /fpga/pr0 with /boot/a.bit and this host does not allow it; "
		"hwctl policy allow digest " SHA_ABC " " SHA_OVERLAY " does");
	assert_int_equal(grant(place, from_image,
			       "{\"allow\":[{\"digest\":\"" SHA_OVERLAY "\"},"
			       "{\"digest\":\"" SHA_ABC "\"}]}"),
			 0);
}

/* Whoever could choose the group could choose how much there is. */
static void test_grant_of_a_group(void **state)
{
#define GROUP "\"org.hwcontainer.group\":\"web\""
	static const char all[] = "{\"allow\":[{\"all\":true}]}";
	struct place *place = *state;

	write_file("rootfs/boot/a.bit", "abc");
	assert_int_equal(grant(place, "{\"annotations\":{" ASK "," GROUP "}," ROOT "}", all), 0);
	assert_int_equal(grant(place,
			       "{\"annotations\":{" ASK "," GROUP "," CONVERTED "}," ROOT "}", all),
			 -EPERM);
	assert_int_equal(grant(place, "{\"annotations\":{" ASK "," GROUP "}," ROOT "}",
			       "{\"annotations\":\"image\",\"allow\":[{\"all\":true}]}"),
			 -EPERM);
	assert_non_null(strstr(hwc_ctx_error(place->ctx), "is for the operator to say"));
}

static void test_grant_by_name(void **state)
{
	static const char rule[] = "{\"allow\":[{\"name\":\"example.org/fir:1\"}]}";
	static const char name[] = "\"io.kubernetes.cri.image-name\":\"example.org/fir:1\"";
	struct place *place = *state;
	char config[512];

	write_file("rootfs/boot/a.bit", "abc");
	write_file("rootfs/etc/hwcontainer.json", "{" ASK "}");
	snprintf(config, sizeof(config), "{\"annotations\":{%s}," ROOT "}", name);
	assert_int_equal(grant(place, config, rule), 0);
	assert_int_equal(grant(place, config, NULL), -EPERM);
	/* an image can give itself any label */
	snprintf(config, sizeof(config), "{\"annotations\":{%s," CONVERTED "}," ROOT "}", name);
	assert_int_equal(grant(place, config, rule), -EPERM);
}

static void expect_signature(const struct hwc_bytes *signature, const char *text)
{
	if (!text) {
		assert_null(signature->data);
		return;
	}
	assert_int_equal(signature->size, strlen(text));
	assert_memory_equal(signature->data, text, strlen(text));
}

/* Loads a request whose annotations go on with @more, and expects these signatures. */
static void expect_signatures(struct place *place, const char *more, const char *image,
			      const char *overlay)
{
	const struct hwc_request_item *item;
	struct hwc_bundle *bundle;
	struct hwc_request *req;
	char config[1024];

	snprintf(config, sizeof(config), NUMBERED "\"/boot/b.dtbo\"%s}," ROOT "}", more);
	item = load_first(place, config, &bundle, &req);
	expect_signature(&item->image_signature, image);
	expect_signature(&item->overlay_signature, overlay);
	hwc_request_free(req);
	hwc_bundle_free(bundle);
}

static void refuse_signatures(struct place *place, const char *more, int err, const char *says)
{
	struct hwc_bundle *bundle;
	char config[1024];

	snprintf(config, sizeof(config), NUMBERED "\"/boot/b.dtbo\"%s}," ROOT "}", more);
	bundle = read_bundle(place, config);
	assert_int_equal(hwc_bundle_load(bundle), err);
	assert_string_equal(hwc_ctx_error(place->ctx), says);
	hwc_bundle_free(bundle);
}

static void test_signatures(void **state)
{
	static char large[HWCONTAINER_SIGNATURE_MAX + 2];
	struct place *place = *state;

	write_file("rootfs/boot/a.bit", "image");
	write_file("rootfs/boot/b.dtbo", "named");
	expect_signatures(place, "", NULL, NULL);
	write_file("rootfs/boot/a.bit.p7s", "of a");
	write_file("rootfs/boot/b.dtbo.p7s", "of b");
	write_file("rootfs/boot/other", "other");
	expect_signatures(place, "", "of a", "of b");
	expect_signatures(place, ",\"org.hwcontainer.signature.0\":\"/boot/other\"", "other",
			  "of b");
	expect_signatures(place,
			  ",\"org.hwcontainer.signature.0\":\"\""
			  ",\"org.hwcontainer.overlay-signature.0\":\"/boot/other\"",
			  NULL, "other");

	refuse_signatures(place, ",\"org.hwcontainer.signature.0\":\"/boot/none\"", -ENOENT,
			  "signature /boot/none is not in the container's root file system");
	memset(large, 'x', sizeof(large) - 1);
	write_file("rootfs/boot/a.bit.p7s", large);
	refuse_signatures(
		place, "", -EFBIG,
		"signature /boot/a.bit.p7s has 8193 bytes, more than the 8192 it may have");
	/* out of the container by no way */
	write_file("outside", "outside");
	assert_int_equal(unlink("rootfs/boot/a.bit.p7s"), 0);
	assert_int_equal(symlink("../../outside", "rootfs/boot/a.bit.p7s"), 0);
	refuse_signatures(
		place, "", -EXDEV,
		"signature /boot/a.bit.p7s is a symbolic link that leads out of the container's root file system or to nothing in it");
	assert_int_equal(unlink("rootfs/boot/a.bit.p7s"), 0);
	assert_int_equal(mkfifo("rootfs/boot/a.bit.p7s", 0600), 0);
	refuse_signatures(place, "", -EINVAL, "signature /boot/a.bit.p7s is a FIFO, not a file");
}

static void test_grant_without_files(void **state)
{
	struct place *place = *state;

	write_file("rootfs/etc/hwcontainer.json", "{\"00:02.0\":\"\"}");
	assert_int_equal(grant(place, "{" ROOT "}", NULL), -EPERM);
	assert_string_equal(
		hwc_ctx_error(place->ctx),
		"the image asks for 0000:00:02.0 and this host does not allow it; hwctl policy allow all does");
}

static void test_grant_pins_what_it_saw(void **state)
{
	struct place *place = *state;
	struct hwc_policy *policy =
		make_policy(place, "{\"allow\":[{\"digest\":\"" SHA_ABC "\"}]}");
	const struct hwc_request_item *item;
	struct hwc_bundle *bundle;
	struct hwc_request *req;
	char text[HWC_DIGEST_TEXT_LEN + 1];

	write_file("rootfs/boot/a.bit", "abc");
	bundle = read_bundle(place, "{\"annotations\":{" ASK "," CONVERTED "}," ROOT "}");
	assert_int_equal(hwc_bundle_load(bundle), 0);
	assert_int_equal(hwc_bundle_grant(bundle, policy), 0);
	assert_int_equal(hwc_request_new(place->ctx, &req), 0);
	assert_int_equal(hwc_bundle_request(bundle, 0, req), 0);
	item = req->items.data;
	assert_true(item->image_digest.known);
	hwc_digest_text(item->image_digest.bytes, text);
	assert_string_equal(text, SHA_ABC);
	assert_false(item->overlay_digest.known);
	/* and left its position where it was */
	expect_content(item->image_fd, "abc");
	hwc_request_free(req);
	hwc_bundle_free(bundle);
	hwc_policy_free(policy);
}

static void test_grant_of_another_digest(void **state)
{
	struct place *place = *state;

	write_file("rootfs/boot/a.bit", "abc");
	assert_int_equal(grant(place,
			       "{\"annotations\":{\"org.hwcontainer.resource.0\":\"/fpga/pr0\","
			       "\"org.hwcontainer.image.0\":\"/boot/a.bit\"," CONVERTED ","
			       "\"org.hwcontainer.digest.0\":\"" SHA_OVERLAY "\"}," ROOT "}",
			       "{\"allow\":[{\"digest\":\"" SHA_ABC "\"}]}"),
			 -EBADMSG);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    "the image is " SHA_ABC " and was asked for as " SHA_OVERLAY);
}

static struct hwc_edits *make_edits(struct hwc_ctx *ctx)
{
	static const char *const args[] = { "hwcontainer-runtime", "hook", "handover", "7", NULL };
	static struct hwc_node node = { "x", HWCONTAINER_NODE_TYPE_CHAR, 240, 1 };
	struct hwc_edits *edits;

	assert_int_equal(hwc_edits_new(ctx, &edits), 0);
	assert_int_equal(hwc_edits_node(edits, &node), 0);
	assert_int_equal(hwc_edits_env(edits, "HWC_DEVICE_0", "/dev/x"), 0);
	assert_int_equal(hwc_edits_hook(edits, "createRuntime", "/usr/bin/h", args, 30), 0);
	return edits;
}

static void edit(struct place *place, struct hwc_bundle *bundle, const char *mark)
{
	struct hwc_edits *edits = make_edits(place->ctx);

	assert_int_equal(hwc_bundle_apply(bundle, edits, mark), 0);
	assert_int_equal(hwc_bundle_save(bundle), 0);
	hwc_edits_free(edits);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void test_save(void **state)
{
	static const char config[] = "{\"annotations\":{" ASK "}," ROOT
				     ",\"big\":18446744073709551615,\"path\":\"/a/b\","
				     "\"exact\":1.10}";
	struct place *place = *state;
	struct hwc_bundle *bundle = read_bundle(place, config);
	struct stat st;
	char *text;

	assert_int_equal(chmod("config.json", 0640), 0);
	if (!geteuid())
		assert_int_equal(chown("config.json", 12, 34), 0);
	edit(place, bundle, "7");
	hwc_bundle_free(bundle);

	assert_int_equal(stat("config.json", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	if (!geteuid()) {
		assert_int_equal(st.st_uid, 12);
		assert_int_equal(st.st_gid, 34);
	}
	text = read_file("config.json");
	assert_non_null(strstr(text, "\"big\": 18446744073709551615"));
	assert_non_null(strstr(text, "\"exact\": 1.10"));
	assert_non_null(strstr(text, "\"path\": \"/a/b\""));
	assert_non_null(strstr(text, "\"org.hwcontainer.allocated\": \"7\""));
	free(text);
}

static int count_entries(void)
{
	int entries = 0;
	char *list;
	FILE *pipe = popen("ls -A", "r");

	list = calloc(1, 4096);
	assert_true(fread(list, 1, 4095, pipe) > 0);
	entries = count(list, "\n");
	free(list);
	pclose(pipe);
	return entries;
}

static void test_restart_replaces_the_edit(void **state)
{
	static const char config[] = "{\"annotations\":{" ASK "}," ROOT "}";
	struct place *place = *state;
	struct hwc_bundle *bundle = read_bundle(place, config);
	char *first, *second;

	edit(place, bundle, "7");
	hwc_bundle_free(bundle);
	first = read_file("config.json");
	assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), 0);
	assert_string_equal(hwc_bundle_mark(bundle), "7");
	assert_int_equal(hwc_bundle_read(bundle), 0);
	assert_null(hwc_bundle_mark(bundle));
	assert_int_equal(hwc_bundle_asks(bundle), 1);
	edit(place, bundle, "8");
	hwc_bundle_free(bundle);
	second = read_file("config.json");
	assert_int_equal(count(second, "\"path\": \"/dev/x\""), 1);
	assert_int_equal(count(second, "\"HWC_DEVICE_0=/dev/x\""), 1);
	assert_int_equal(count(second, "\"minor\": 1"), 2);
	assert_int_equal(count(second, "\"/usr/bin/h\""), 1);
	assert_non_null(strstr(second, "\"org.hwcontainer.allocated\": \"8\""));
	assert_int_equal(strlen(first), strlen(second));
	/* rootfs and config.json: no temporary file is left */
	assert_int_equal(count_entries(), 2);
	free(first);
	free(second);
}

/* An edit of an earlier start gives rights that are somebody else's by now. */
static void test_stale_edit_goes_without_a_request(void **state)
{
	struct place *place = *state;
	struct hwc_bundle *bundle = read_bundle(place, "{" ROOT "}");
	char *text;

	edit(place, bundle, "7");
	hwc_bundle_free(bundle);
	assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), 0);
	assert_int_equal(hwc_bundle_read(bundle), 0);
	assert_int_equal(hwc_bundle_asks(bundle), 0);
	assert_int_equal(hwc_bundle_save(bundle), 0);
	hwc_bundle_free(bundle);
	text = read_file("config.json");
	assert_null(strstr(text, "/dev/x"));
	assert_null(strstr(text, "HWC_"));
	assert_null(strstr(text, "/usr/bin/h"));
	assert_null(strstr(text, "org.hwcontainer"));
	free(text);
}

static void test_save_refuses_a_link(void **state)
{
	struct place *place = *state;
	struct hwc_bundle *bundle;
	struct hwc_edits *edits;

	write_file("real.json", "{\"annotations\":{" ASK "}," ROOT "}");
	assert_int_equal(symlink("real.json", "config.json"), 0);
	assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), 0);
	edits = make_edits(place->ctx);
	assert_int_equal(hwc_bundle_apply(bundle, edits, "7"), 0);
	assert_int_equal(hwc_bundle_save(bundle), -EINVAL);
	assert_string_equal(
		hwc_ctx_error(place->ctx),
		in_place(place,
			 "/config.json is a symbolic link, which an edited file would replace"));
	hwc_edits_free(edits);
	hwc_bundle_free(bundle);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, free_place)
	const struct CMUnitTest tests[] = {
		TEST(test_config_refusals),
		TEST(test_nothing_asked_changes_nothing),
		TEST(test_source),
		TEST(test_asks_nothing),
		TEST(test_requests_file_refusals),
		TEST(test_image_refusals),
		TEST(test_root_refusals),
		TEST(test_load),
		TEST(test_firmware),
		TEST(test_firmware_of_arm),
		TEST(test_restarts),
		TEST(test_watchdog),
		TEST(test_group),
		TEST(test_netns),
		TEST(test_wait),
		TEST(test_shell_and_slot),
		TEST(test_load_refuses_a_bad_overlay),
		TEST(test_grant),
		TEST(test_grant_of_a_group),
		TEST(test_grant_by_name),
		TEST(test_signatures),
		TEST(test_grant_without_files),
		TEST(test_grant_pins_what_it_saw),
		TEST(test_grant_of_another_digest),
		TEST(test_save),
		TEST(test_restart_replaces_the_edit),
		TEST(test_stale_edit_goes_without_a_request),
		TEST(test_save_refuses_a_link),
	};

	return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
