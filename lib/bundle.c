// SPDX-License-Identifier: LGPL-2.1-or-later
/* An OCI bundle: what it asks for, and its configuration as it is edited. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "annotation.h"
#include "bundle.h"
#include "ctx.h"
#include "data.h"
#include "edits.h"
#include "file.h"
#include "json.h"
#include "keys.h"
#include "msg.h"
#include "rewrite.h"
#include "root.h"
#include "tree.h"
#include "vm.h"

#define CONFIG_MAX (16u << 20)
#define REQUESTS_MAX (1u << 20)
#define CONFIG_NAME "config.json"
/* Of Arm's remoteproc-runtime: name of the core that runs the container's program. */
#define ARM_KEY "remoteproc.name"

static int read_config(struct hwc_bundle *bundle)
{
	int fd = openat(bundle->dirfd, CONFIG_NAME, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int err;

	if (fd < 0)
		return hwc_err(bundle->ctx, -errno, "%s: %m", bundle->path);
	err = hwc_json_read(bundle->ctx, fd, bundle->path, CONFIG_MAX, &bundle->config);
	close(fd);
	return err;
}

static int open_bundle(struct hwc_bundle *bundle, const char *dir)
{
	if (asprintf(&bundle->path, "%s/" CONFIG_NAME, dir) < 0) {
		bundle->path = NULL;
		return hwc_err_nomem(bundle->ctx);
	}
	bundle->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bundle->dirfd < 0)
		return hwc_err(bundle->ctx, -errno, "%s: %m", dir);
	return read_config(bundle);
}

int hwc_bundle_open(struct hwc_ctx *ctx, const char *dir, struct hwc_bundle **bundle)
{
	struct hwc_bundle *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return hwc_err_nomem(ctx);
	new->ctx = ctx;
	new->dirfd = -1;
	new->rootfd = -1;
	err = open_bundle(new, dir);
	if (err) {
		hwc_bundle_free(new);
		return err;
	}
	*bundle = new;
	return 0;
}

static void forget(struct hwc_bundle *bundle)
{
	hwc_wants_free(&bundle->wants);
	hwc_machine_free(&bundle->machine);
	json_object_put(bundle->file);
	bundle->file = NULL;
	bundle->file_known = false;
	bundle->from_file = false;
	bundle->granted = false;
}

void hwc_bundle_free(struct hwc_bundle *bundle)
{
	if (!bundle)
		return;
	forget(bundle);
	json_object_put(bundle->config);
	if (bundle->rootfd >= 0)
		close(bundle->rootfd);
	if (bundle->dirfd >= 0)
		close(bundle->dirfd);
	free(bundle->path);
	free(bundle);
}

struct json_object *hwc_bundle_annotations(const struct hwc_bundle *bundle)
{
	struct json_object *obj;

	if (!json_object_object_get_ex(bundle->config, "annotations", &obj) ||
	    !json_object_is_type(obj, json_type_object))
		return NULL;
	return obj;
}

const char *hwc_bundle_annotation(const struct hwc_bundle *bundle, const char *key)
{
	struct json_object *obj = hwc_bundle_annotations(bundle);

	return obj ? hwc_json_string(obj, key) : NULL;
}

const char *hwc_bundle_engine_says(const struct hwc_bundle *bundle, const char *containerd,
				   const char *crio)
{
	const char *value = hwc_bundle_annotation(bundle, containerd);

	return value ? value : hwc_bundle_annotation(bundle, crio);
}

const char *hwc_bundle_mark(const struct hwc_bundle *bundle)
{
	return hwc_bundle_annotation(bundle, HWC_KEY_MARK);
}

const char *hwc_bundle_container(const struct hwc_bundle *bundle)
{
	return hwc_bundle_engine_says(bundle, "io.kubernetes.cri.container-name",
				      "io.kubernetes.container.name");
}

static bool is_sandbox(const struct hwc_bundle *bundle)
{
	const char *type = hwc_bundle_engine_says(bundle, "io.kubernetes.cri.container-type",
						  "io.kubernetes.cri-o.ContainerType");

	return type && !strcmp(type, "sandbox");
}

/* Takes back what was put in for the container's last start. */
static int undo(struct hwc_bundle *bundle)
{
	struct json_object *all = hwc_bundle_annotations(bundle), *record;
	const char *text = hwc_bundle_annotation(bundle, HWC_KEY_EDITS);
	int err;

	if (text) {
		err = hwc_json_parse(bundle->ctx, HWC_KEY_EDITS, text, strlen(text), &record);
		if (err)
			return err;
		hwc_edits_undo(bundle->config, record);
		json_object_put(record);
		json_object_object_del(all, HWC_KEY_EDITS);
		bundle->changed = true;
	}
	if (hwc_bundle_mark(bundle)) {
		json_object_object_del(all, HWC_KEY_MARK);
		bundle->changed = true;
	}
	return 0;
}

int hwc_bundle_root(struct hwc_bundle *bundle)
{
	struct json_object *root;
	const char *path = NULL;

	if (bundle->rootfd >= 0)
		return 0;
	if (json_object_object_get_ex(bundle->config, "root", &root))
		path = hwc_json_string(root, "path");
	if (!path)
		return hwc_err(bundle->ctx, -EINVAL, "%s gives no root file system", bundle->path);
	bundle->rootfd = openat(bundle->dirfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (bundle->rootfd < 0)
		return hwc_err(bundle->ctx, -errno, "root file system %s: %m", path);
	return 0;
}

int hwc_bundle_read_file(struct hwc_bundle *bundle)
{
	int fd, err;

	if (bundle->file_known || hwc_bundle_root(bundle))
		return 0; /* the runtime says what is wrong with the root */
	err = hwc_root_open(bundle->ctx, bundle->rootfd, "", HWC_REQUESTS_PATH, REQUESTS_MAX, &fd);
	if (!err) {
		err = hwc_json_read(bundle->ctx, fd, HWC_REQUESTS_PATH, REQUESTS_MAX,
				    &bundle->file);
		close(fd);
	}
	bundle->file_known = !err || err == -ENOENT;
	return bundle->file_known ? 0 : err;
}

/* What the image itself asks for, if it has that file. */
static int read_file(struct hwc_bundle *bundle)
{
	int err = hwc_bundle_read_file(bundle);

	if (err || !bundle->file)
		return err;
	bundle->from_file = true;
	return hwc_wants_parse(bundle->ctx, HWC_REQUESTS_PATH, bundle->file, true, &bundle->wants);
}

/* The only argument of the container's process, as a path from its root, or NULL. */
static char *only_argument(const struct hwc_bundle *bundle)
{
	struct json_object *process, *args, *arg;
	const char *text;
	char *path;

	if (!json_object_object_get_ex(bundle->config, "process", &process) ||
	    !json_object_object_get_ex(process, "args", &args) ||
	    !json_object_is_type(args, json_type_array) || json_object_array_length(args) != 1)
		return NULL;
	arg = json_object_array_get_idx(args, 0);
	if (!json_object_is_type(arg, json_type_string))
		return NULL;
	text = json_object_get_string(arg);
	if (asprintf(&path, "%s%s", *text == '/' ? "" : "/", text) < 0)
		return NULL;
	return path;
}

static int add_member(struct json_object *obj, const char *key, const char *value)
{
	struct json_object *text = json_object_new_string(value);

	if (text && !json_object_object_add(obj, key, text))
		return 0;
	json_object_put(text);
	return -ENOMEM;
}

/* The request that the key of Arm's runtime is in our own words. */
static int parse_arm(struct hwc_bundle *bundle, const char *core, const char *firmware)
{
	struct json_object *obj = json_object_new_object();
	int err = -ENOMEM;

	if (obj && !add_member(obj, HWC_KEY_PREFIX "resource.0", core) &&
	    !add_member(obj, HWC_KEY_PREFIX "image.0", firmware) &&
	    !add_member(obj, HWC_KEY_PREFIX "overlay.0", ""))
		err = hwc_wants_parse(bundle->ctx, bundle->path, obj, true, &bundle->wants);
	else
		hwc_err_nomem(bundle->ctx);
	json_object_put(obj);
	return err;
}

static int read_arm(struct hwc_bundle *bundle)
{
	const char *core = hwc_bundle_annotation(bundle, ARM_KEY);
	char *firmware;
	int err;

	if (!core)
		return 0;
	firmware = only_argument(bundle);
	if (!firmware)
		return hwc_err(bundle->ctx, -EINVAL,
			       "%s: " ARM_KEY "=%s needs a process with one argument, the firmware",
			       bundle->path, core);
	err = parse_arm(bundle, core, firmware);
	free(firmware);
	return err;
}

static int read_annotations(struct hwc_bundle *bundle, struct json_object *all)
{
	int err = hwc_wants_parse(bundle->ctx, bundle->path, all, false, &bundle->wants);

	return err || bundle->wants.none || bundle->wants.count ? err : read_arm(bundle);
}

static int read_requests(struct hwc_bundle *bundle)
{
	struct json_object *all = hwc_bundle_annotations(bundle);
	int err = all ? read_annotations(bundle, all) : 0;

	if (!err && !bundle->wants.none && !bundle->wants.count)
		err = read_file(bundle);
	if (err || bundle->wants.none)
		hwc_wants_free(&bundle->wants);
	else
		hwc_wants_select(&bundle->wants, hwc_bundle_container(bundle));
	return err;
}

int hwc_bundle_read(struct hwc_bundle *bundle)
{
	bool sandbox = is_sandbox(bundle);
	int err;

	forget(bundle);
	err = undo(bundle);
	if (!err && !sandbox)
		err = read_requests(bundle);
	if (!err)
		err = hwc_bundle_read_vm(bundle, sandbox);
	if (err)
		forget(bundle);
	return err;
}

size_t hwc_bundle_asks(const struct hwc_bundle *bundle)
{
	return bundle->wants.count;
}

const struct hwc_ask *hwc_bundle_ask(const struct hwc_bundle *bundle, size_t i)
{
	return &bundle->wants.items[i].ask;
}

int hwc_bundle_firmware(const struct hwc_bundle *bundle)
{
	char *program = only_argument(bundle);
	int found = -1;

	for (size_t i = 0; program && i < bundle->wants.count; i++)
		if (!strcmp(hwc_text(bundle->wants.items[i].image), program))
			found = i;
	free(program);
	return found;
}

unsigned int hwc_bundle_restarts(const struct hwc_bundle *bundle)
{
	return bundle->wants.restarts;
}

unsigned int hwc_bundle_wait_s(const struct hwc_bundle *bundle)
{
	return bundle->wants.wait_s;
}

unsigned int hwc_bundle_watchdog_ms(const struct hwc_bundle *bundle)
{
	return bundle->wants.watchdog_ms;
}

const char *hwc_bundle_group(const struct hwc_bundle *bundle)
{
	return bundle->wants.group;
}

const char *hwc_bundle_netns(const struct hwc_bundle *bundle)
{
	struct json_object *linux_obj, *list, *entry;
	const char *type;

	if (!json_object_object_get_ex(bundle->config, "linux", &linux_obj) ||
	    !json_object_object_get_ex(linux_obj, "namespaces", &list) ||
	    !json_object_is_type(list, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		entry = json_object_array_get_idx(list, i);
		type = hwc_json_string(entry, "type");
		if (type && !strcmp(type, "network"))
			return hwc_text(hwc_json_string(entry, "path"));
	}
	return NULL;
}

const char *hwc_bundle_json(const struct hwc_bundle *bundle)
{
	return json_object_to_json_string_ext(
		bundle->config, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The overlay is shown by the path it has, also where it was found or rewritten. */
static int show_overlay(struct hwc_bundle *bundle, struct hwc_want *want)
{
	const char *path = hwc_data_overlay_path(want->data);

	if (want->overlay || !path)
		return 0;
	want->overlay = strdup(path);
	want->ask.overlay = want->overlay;
	return want->overlay ? 0 : hwc_err_nomem(bundle->ctx);
}

/* One that is given needs its file. What is made of an overlay is signed by nobody. */
static int load_signature(struct hwc_bundle *bundle, int fd, const char *path, const char *given,
			  struct hwc_bytes *signature)
{
	if (fd >= 0 && path)
		return hwc_root_signature(bundle->ctx, bundle->rootfd, path, given, signature);
	if (!given || !*given)
		return 0;
	return hwc_err(bundle->ctx, -EINVAL,
		       "%s is the signature of no file that is loaded as it is", given);
}

static int load_signatures(struct hwc_bundle *bundle, struct hwc_want *want)
{
	bool rewritten = want->data && hwc_data_rewrite(want->data);
	const char *image = want->data ? hwc_data_image_path(want->data) : NULL;
	const char *overlay = want->data ? hwc_data_overlay_path(want->data) : NULL;
	int err;

	err = load_signature(bundle, want->image_fd, image, want->signature, &want->image_signed);
	return err ? err :
		     load_signature(bundle, want->overlay_fd, rewritten ? NULL : overlay,
				    want->overlay_signature, &want->overlay_signed);
}

static int load_want(struct hwc_bundle *bundle, struct hwc_want *want)
{
	int err;

	if (!want->image && (!want->overlay || !*want->overlay))
		return load_signatures(bundle, want);
	err = hwc_bundle_root(bundle);
	if (!err)
		err = hwc_data_load(bundle->ctx, bundle->rootfd, NULL, want->resource, want->image,
				    want->overlay, &want->data);
	if (err)
		return err;
	hwc_data_take(want->data, &want->image_fd, &want->overlay_fd);
	err = load_signatures(bundle, want);
	return err ? err : show_overlay(bundle, want);
}

int hwc_bundle_load(struct hwc_bundle *bundle)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < bundle->wants.count; i++)
		err = load_want(bundle, &bundle->wants.items[i]);
	return err;
}

static bool brings_slots(const struct hwc_want *want)
{
	const struct hwc_rewrite *rewrite = want->data ? hwc_data_rewrite(want->data) : NULL;

	return rewrite && hwc_rewrite_slots(rewrite);
}

/* A request for a shell has a flag that no other resource is to have. */
bool hwc_bundle_waits(const struct hwc_bundle *bundle, size_t i)
{
	const struct hwc_want *want = &bundle->wants.items[i];

	for (size_t k = 0; k < bundle->wants.count; k++) {
		const struct hwc_want *other = &bundle->wants.items[k];

		if (k != i && brings_slots(other) &&
		    (!brings_slots(want) || hwc_path_below(want->resource, other->resource)))
			return true;
	}
	return false;
}

int hwc_bundle_request(const struct hwc_bundle *bundle, size_t i, struct hwc_request *req)
{
	const struct hwc_want *want = &bundle->wants.items[i];
	int err;

	/* a shell is there for its slots, whatever becomes of its own devices */
	if (brings_slots(want))
		req->flags |= HWCONTAINER_CLAIM_FLAGS_UNBOUND;
	err = hwc_request_add(req, want->resource, want->image_fd, want->overlay_fd,
			      want->digest.known ? want->digest.bytes : NULL,
			      want->overlay_digest.known ? want->overlay_digest.bytes : NULL);
	if (!err && want->image_signed.data)
		err = hwc_request_image_signature(req, want->image_signed.data,
						  want->image_signed.size);
	if (!err && want->overlay_signed.data)
		err = hwc_request_overlay_signature(req, want->overlay_signed.data,
						    want->overlay_signed.size);
	return err;
}

static int annotate(struct hwc_bundle *bundle, const char *key, const char *value)
{
	struct json_object *all = hwc_bundle_annotations(bundle);

	if (!all) {
		all = json_object_new_object();
		if (!all || json_object_object_add(bundle->config, "annotations", all)) {
			json_object_put(all);
			return hwc_err_nomem(bundle->ctx);
		}
	}
	return add_member(all, key, value) ? hwc_err_nomem(bundle->ctx) : 0;
}

int hwc_bundle_apply(struct hwc_bundle *bundle, const struct hwc_edits *edits, const char *mark)
{
	const char *record = hwc_edits_json((struct hwc_edits *)edits);
	int err;

	if (!record)
		return hwc_err_nomem(bundle->ctx);
	err = hwc_edits_apply(bundle->ctx, bundle->path, bundle->config, edits);
	if (!err)
		err = annotate(bundle, HWC_KEY_MARK, mark);
	if (!err)
		err = annotate(bundle, HWC_KEY_EDITS, record);
	bundle->changed = true;
	return err;
}

int hwc_bundle_save(struct hwc_bundle *bundle)
{
	struct stat st;
	int err;

	if (!bundle->changed)
		return 0;
	if (fstatat(bundle->dirfd, CONFIG_NAME, &st, AT_SYMLINK_NOFOLLOW))
		return hwc_err(bundle->ctx, -errno, "%s: %m", bundle->path);
	if (!S_ISREG(st.st_mode))
		return hwc_err(bundle->ctx, -EINVAL,
			       "%s is a symbolic link, which an edited file would replace",
			       bundle->path);
	err = hwc_json_write(bundle->ctx, bundle->dirfd, CONFIG_NAME, bundle->path, bundle->config,
			     &st);
	if (!err)
		bundle->changed = false;
	return err;
}
