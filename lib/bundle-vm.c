// SPDX-License-Identifier: LGPL-2.1-or-later
/* An OCI bundle: the virtual machine that it is, and its files. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "assign.h"
#include "bundle.h"
#include "ctx.h"
#include "digest.h"
#include "file.h"
#include "keys.h"
#include "root.h"
#include "vm.h"

/* Devicetree specification 5.2: the header, and magic and size at its beginning. */
#define DTB_HEADER 40
#define DTB_MAGIC "\xd0\x0d\xfe\xed"

/* Annotations, Kata's among them: the operator's, or those of who converted the image. */
static int read_words(const struct hwc_bundle *bundle, const struct hwc_vm_reader *r)
{
	struct json_object *all = hwc_bundle_annotations(bundle);
	int err = 0;

	if (all)
		err = hwc_vm_read_keys(r, all, hwc_bundle_container(bundle));
	if (!err && all)
		err = hwc_vm_read_kata(r, all);
	return err;
}

static int read_file(struct hwc_bundle *bundle)
{
	const struct hwc_vm_reader r = {
		.ctx = bundle->ctx,
		.what = HWC_REQUESTS_PATH,
		.machine = &bundle->machine,
		.image = true,
	};
	int err = hwc_bundle_read_file(bundle);

	return err || !bundle->file ? err : hwc_vm_read_keys(&r, bundle->file, NULL);
}

/* An engine has mixed the image's variables with the operator's. */
static int read_image(struct hwc_bundle *bundle, const struct hwc_vm_reader *r)
{
	struct hwc_machine *m = &bundle->machine;
	const bool named = m->vm.kernel.path;
	int err = hwc_vm_read_environment(r, bundle->config);

	if (!err && !m->denied)
		err = read_file(bundle);
	m->of_image = !named && m->vm.kernel.path;
	return err;
}

/* The engine's sandbox gets the words for its pod, and is none of its containers. */
static int read_sources(struct hwc_bundle *bundle, const struct hwc_vm_reader *r, bool sandbox)
{
	struct hwc_machine *m = &bundle->machine;
	struct json_object *all = hwc_bundle_annotations(bundle);
	int err = hwc_vm_read_config(r, bundle->config);

	if (err || sandbox)
		return err;
	err = read_words(bundle, r);
	if (!err)
		err = read_image(bundle, r);
	if (!err && m->asked && all)
		err = hwc_vm_read_kata_sizes(r, all);
	return err;
}

int hwc_bundle_read_vm(struct hwc_bundle *bundle, bool sandbox)
{
	struct hwc_machine *m = &bundle->machine;
	const struct hwc_vm_reader r = {
		.ctx = bundle->ctx,
		.what = bundle->path,
		.machine = m,
	};
	int firmware, err = read_sources(bundle, &r, sandbox);

	if (!err && !m->denied)
		err = hwc_vm_settle(&r, bundle->config);
	firmware = err || !m->asked ? -1 : hwc_bundle_firmware(bundle);
	if (firmware < 0)
		return err;
	return hwc_err(bundle->ctx, -EINVAL,
		       "%s asks for a virtual machine, and for firmware of %s as the container's "
		       "program: a container is one of them",
		       bundle->path, hwc_bundle_ask(bundle, firmware)->resource);
}

const struct hwc_vm *hwc_bundle_vm(const struct hwc_bundle *bundle)
{
	return bundle->machine.asked ? &bundle->machine.vm : NULL;
}

static int open_host(struct hwc_ctx *ctx, const char *path, const char *name, size_t max, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t size;
	int err;

	if (fd < 0)
		return hwc_err(ctx, -errno, "%s: %m", name);
	err = hwc_file_check(ctx, fd, name, max, &size);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* A descriptor of the file, or -errno. */
static int open_named(struct hwc_bundle *bundle, const struct hwc_vm_file *file, const char *kind,
		      size_t max)
{
	char *name;
	int fd, err;

	if (!file->host) {
		err = hwc_bundle_root(bundle);
		if (!err)
			err = hwc_root_open(bundle->ctx, bundle->rootfd, kind, file->path, max,
					    &fd);
		return err ? err : fd;
	}
	if (asprintf(&name, "%s%s", kind, file->path) < 0)
		return hwc_err_nomem(bundle->ctx);
	fd = open_host(bundle->ctx, file->path, name, max, O_RDONLY);
	free(name);
	return fd;
}

static int check_digest(struct hwc_ctx *ctx, const struct hwc_vm_file *file, const void *data,
			size_t size)
{
	char wanted[HWC_DIGEST_TEXT_LEN + 1], found[HWC_DIGEST_TEXT_LEN + 1];
	uint8_t seen[HWCONTAINER_DIGEST_LEN];

	hwc_sha256(data, size, seen);
	if (!memcmp(seen, file->digest, sizeof(seen)))
		return 0;
	hwc_digest_text(seen, found);
	hwc_digest_text(file->digest, wanted);
	return hwc_err(ctx, -EBADMSG, "%s is %s and was asked for as %s", file->path, found,
		       wanted);
}

/* A copy in memory that stays as it is; -errno. */
static int seal(struct hwc_ctx *ctx, const void *data, size_t size)
{
	int fd = memfd_create("hwcontainer-vm", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;
	ssize_t got;

	if (fd < 0)
		return hwc_err(ctx, -errno, "a copy in memory cannot be made: %m");
	while (done < size) {
		got = write(fd, (const char *)data + done, size - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		done += got;
	}
	if (done == size &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	got = -errno;
	close(fd);
	return hwc_err(ctx, got, "a copy in memory cannot be made: %s", strerror(-got));
}

/* Puts what has the digest in the place of what may change yet. */
static int pin(struct hwc_ctx *ctx, const struct hwc_vm_file *file, int *fd)
{
	void *data;
	size_t size;
	int copy, err = hwc_file_read(ctx, *fd, file->path, HWC_IMAGE_MAX, &data, &size);

	if (err)
		return err;
	err = check_digest(ctx, file, data, size);
	copy = err ? err : seal(ctx, data, size);
	free(data);
	if (copy < 0)
		return copy;
	close(*fd);
	*fd = copy;
	return 0;
}

/* What the image's file is now; it must be what was asked for. */
static int look_at(struct hwc_bundle *bundle, struct hwc_vm_file *file, const char *kind,
		   struct hwc_digest *digest)
{
	size_t size;
	void *data;
	int fd, err;

	if (!file->path || file->host)
		return 0;
	fd = open_named(bundle, file, kind, HWC_IMAGE_MAX);
	if (fd < 0)
		return fd;
	err = hwc_file_read(bundle->ctx, fd, file->path, HWC_IMAGE_MAX, &data, &size);
	close(fd);
	if (err)
		return err;
	if (digest->known)
		err = check_digest(bundle->ctx, file, data, size);
	else
		hwc_sha256(data, size, digest->bytes);
	free(data);
	if (err)
		return err;
	digest->known = true;
	file->digest = digest->bytes;
	return 0;
}

int hwc_bundle_pin_vm(struct hwc_bundle *bundle)
{
	struct hwc_machine *m = &bundle->machine;
	int err = look_at(bundle, &m->vm.kernel, "kernel ", &m->kernel);

	if (!err)
		err = look_at(bundle, &m->vm.ramdisk, "ramdisk ", &m->ramdisk);
	return err ? err : look_at(bundle, &m->vm.dtb, "device tree ", &m->dtb);
}

/* Left alone where there is none. */
static int open_file(struct hwc_bundle *bundle, const struct hwc_vm_file *file, const char *kind,
		     size_t max, int *fd)
{
	int found, err;

	if (!file->path)
		return 0;
	found = open_named(bundle, file, kind, max);
	if (found < 0)
		return found;
	err = file->digest ? pin(bundle->ctx, file, &found) : 0;
	if (err)
		close(found);
	else
		*fd = found;
	return err;
}

static int open_kernel(struct hwc_bundle *bundle, const struct hwc_kernel_taker *taker,
		       struct hwc_vm_files *files)
{
	const struct hwc_vm_file *file = &bundle->machine.vm.kernel;
	int err = open_file(bundle, file, "kernel ", HWC_IMAGE_MAX, &files->kernel);

	if (err || files->kernel < 0)
		return err;
	err = hwc_kernel_read(bundle->ctx, files->kernel, file->path, &files->kernel_is);
	if (!err && taker)
		err = hwc_kernel_check(bundle->ctx, file->path, &files->kernel_is, taker);
	return err;
}

static int open_dtb(struct hwc_bundle *bundle, int *fd)
{
	const struct hwc_vm_file *file = &bundle->machine.vm.dtb;
	int err = open_file(bundle, file, "device tree ", HWC_PARTIAL_MAX, fd);
	uint8_t head[DTB_HEADER];
	uint32_t size;
	off_t end;

	if (err || *fd < 0)
		return err;
	if (pread(*fd, head, sizeof(head), 0) != sizeof(head) || memcmp(head, DTB_MAGIC, 4))
		return hwc_err(bundle->ctx, -EBADMSG, "%s is no device tree blob", file->path);
	size = (uint32_t)head[4] << 24 | head[5] << 16 | head[6] << 8 | head[7];
	end = lseek(*fd, 0, SEEK_END);
	lseek(*fd, 0, SEEK_SET);
	if (size >= sizeof(head) && end >= (off_t)size)
		return 0;
	return hwc_err(bundle->ctx, -EBADMSG,
		       "%s is cut off: the device tree blob has %u bytes and the file %lld",
		       file->path, size, (long long)end);
}

/* The guest writes to its root, unless the container's is not to be written to. */
static bool is_readonly(const struct hwc_bundle *bundle)
{
	struct json_object *root, *readonly;

	return json_object_object_get_ex(bundle->config, "root", &root) &&
	       json_object_object_get_ex(root, "readonly", &readonly) &&
	       json_object_get_boolean(readonly);
}

static int open_image(struct hwc_bundle *bundle, int *fd)
{
	const char *path = bundle->machine.vm.image.path;
	int found;

	if (!path)
		return 0;
	found = open_host(bundle->ctx, path, path, SIZE_MAX,
			  is_readonly(bundle) ? O_RDONLY : O_RDWR);
	if (found < 0)
		return found;
	*fd = found;
	return 0;
}

int hwc_bundle_vm_open(struct hwc_bundle *bundle, const struct hwc_kernel_taker *taker,
		       struct hwc_vm_files *files)
{
	struct hwc_vm_files new = { .kernel = -1, .ramdisk = -1, .dtb = -1, .image = -1 };
	int err;

	if (!bundle->granted)
		return hwc_err(bundle->ctx, -EPERM, "%s has not been granted anything",
			       bundle->path);
	err = open_kernel(bundle, taker, &new);
	if (!err)
		err = open_file(bundle, &bundle->machine.vm.ramdisk, "ramdisk ", HWC_IMAGE_MAX,
				&new.ramdisk);
	if (!err)
		err = open_dtb(bundle, &new.dtb);
	if (!err)
		err = open_image(bundle, &new.image);
	if (err)
		hwc_vm_files_close(&new);
	else
		*files = new;
	return err;
}

void hwc_vm_files_close(struct hwc_vm_files *files)
{
	const int fds[] = { files->kernel, files->ramdisk, files->dtb, files->image };

	for (size_t i = 0; i < HWC_ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}
