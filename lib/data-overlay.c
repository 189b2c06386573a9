// SPDX-License-Identifier: LGPL-2.1-or-later
/* The overlay of a request: rewritten where it has to be, into a file in memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "array.h"
#include "ctx.h"
#include "data.h"
#include "dfx.h"
#include "overlay.h"
#include "rewrite.h"

/* MFD_NOEXEC_SEAL of Linux 6.3, which some hosts insist on */
#define NOEXEC_SEAL 0x8u

/* The module takes no file that somebody may write to: it is opened once more. */
static int reopen(const struct hwc_search *s, int fd)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	return again < 0 ? hwc_err(s->ctx, -errno, "%s: %m", path) : again;
}

static int new_memory(void)
{
	static const char name[] = "hwcontainer-overlay";
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create(name, flags) : fd;
}

static bool fill_and_seal(int fd, const char *bytes, size_t size)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0)
			return false;
		bytes += n;
		size -= n;
	}
	return !fcntl(fd, F_ADD_SEALS, seals);
}

/* A file in memory with these bytes; negative errno. */
static int memory_file(const struct hwc_search *s, const void *bytes, size_t size)
{
	int fd = new_memory(), err;

	if (fd < 0)
		return hwc_err(s->ctx, -errno, "memfd_create: %m");
	if (!fill_and_seal(fd, bytes, size)) {
		err = hwc_err(s->ctx, -errno, "overlay in memory: %m");
		close(fd);
		return err;
	}
	return reopen(s, fd);
}

/* the overlay */

/* What is rewritten takes the place of the file; without a node there is nothing to bring. */
static int replace_overlay(struct hwc_search *s, const void *fdt, size_t size,
			   const struct hwc_plan *plan)
{
	int fd = -1, err;

	err = hwc_rewrite_plan(s->ctx, fdt, size, plan, &s->data->rewrite);
	if (err)
		return hwc_err(s->ctx, err, "%s: %s", s->data->overlay_path, hwc_ctx_error(s->ctx));
	if (!s->data->rewrite->empty) {
		fd = memory_file(s, hwc_rewrite_data(s->data->rewrite),
				 hwc_rewrite_size(s->data->rewrite));
		if (fd < 0)
			return fd;
	}
	close(s->data->overlay_fd);
	s->data->overlay_fd = fd;
	return 0;
}

static int read_shell(const struct hwc_search *s, void **fdt, size_t *size)
{
	if (!s->shell_item || !s->shell_item->overlay)
		return 0;
	return hwc_overlay_load_at(s->ctx, s->rootfd, s->shell_item->overlay, fdt, size);
}

/* Devices of slots, as the accelerators in the shell's folder name them. */
static int find_devices(struct hwc_search *s)
{
	for (size_t i = 0; s->shell && i < hwc_dfx_items(s->shell); i++) {
		const struct hwc_dfx_entry *entry = hwc_dfx_entry(s->shell, i);
		char **names = entry->devices.data;

		for (size_t k = 0; entry->item.slot >= 0 && k < entry->devices.count; k++) {
			struct hwc_slot_device *device;

			device = hwc_array_grow(&s->devices, sizeof(*device));
			if (!device)
				return hwc_err_nomem(s->ctx);
			*device = (struct hwc_slot_device){ entry->item.slot, names[k] };
			s->devices.count++;
		}
	}
	return 0;
}

/* What is known of the slots, where the overlay is a shell's or one of its slots'. */
static int make_plan(struct hwc_search *s, struct hwc_plan *plan)
{
	int err = find_devices(s);

	/* an image in its own folder is where it belongs, or is not */
	if (!err && !s->exact && hwc_rewrite_slot(s->resource) >= 0)
		err = hwc_search_fits(s, &plan->relocate);
	else if (!err && s->shell_is_claimed)
		err = hwc_search_frames(s);
	plan->devices = s->devices.data;
	plan->n_devices = s->devices.count;
	plan->frames = s->frames.data;
	plan->n_frames = s->frames.count;
	return err;
}

static int rewrite(struct hwc_search *s, const void *fdt, size_t size)
{
	struct hwc_plan plan = { .region = s->resource, .tree = s->tree };
	void *shell = NULL;
	int err;

	err = make_plan(s, &plan);
	if (!err)
		err = read_shell(s, &shell, &plan.shell_size);
	plan.shell = shell;
	if (!err)
		err = replace_overlay(s, fdt, size, &plan);
	free(shell);
	return err;
}

int hwc_search_rewrite_needed(struct hwc_search *s)
{
	const struct hwc_plan plan = {
		.region = s->resource,
		.tree = s->tree,
		.relocate = true,
	};
	size_t size;
	void *fdt;
	int err;

	if (s->data->overlay_fd < 0 || *s->resource != '/')
		return 0;
	err = hwc_overlay_load(s->ctx, s->data->overlay_fd, s->data->overlay_path, &fdt, &size);
	if (err == -EBADMSG)
		return 0; /* the module says what is wrong with it */
	if (err)
		return err;
	if (hwc_rewrite_needed(s->ctx, fdt, size, &plan))
		err = rewrite(s, fdt, size);
	free(fdt);
	return err;
}

int hwc_search_rewrite(struct hwc_search *s)
{
	size_t size;
	void *fdt;
	int err;

	if (*s->resource != '/')
		return hwc_err(
			s->ctx, -EINVAL,
			"%s is an alias: %s can only be had for a resource that is named by its path",
			s->resource, s->data->overlay_path);
	err = hwc_overlay_load(s->ctx, s->data->overlay_fd, s->data->overlay_path, &fdt, &size);
	if (err)
		return err;
	err = rewrite(s, fdt, size);
	free(fdt);
	return err;
}
