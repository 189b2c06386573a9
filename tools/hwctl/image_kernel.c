// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl image check FILE, where that is the kernel of a virtual machine */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hwctl.h"

static char *format_text(const struct hwc_kernel *kernel)
{
	const char *end = kernel->big_endian ? ", big-endian" : "";

	if (kernel->format == HWC_KERNEL_GZIP)
		return text("%s", "packed with gzip, perhaps a kernel");
	/* firmware of a remote processor is one, too */
	if (kernel->format == HWC_KERNEL_ELF)
		return text("ELF program for %s%s", hwc_arch_name(kernel->arch), end);
	return text("kernel, %s for %s%s", hwc_kernel_format_name(kernel->format),
		    hwc_arch_name(kernel->arch), end);
}

static void print_text(const char *path, const struct hwc_kernel *kernel, uint64_t size)
{
	field("image", HEAD, text("%s", path));
	field("format", PLAIN, format_text(kernel));
	field("size", PLAIN, text("%" PRIu64 " bytes", size));
	if (kernel->memory)
		field("memory", PLAIN, text("%" PRIu64 " bytes", kernel->memory));
}

static void print_json(const struct hwctl *h, const char *path, const struct hwc_kernel *kernel,
		       uint64_t size)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *whole = need(json_object_new_object());

	json_text(json, "path", path);
	json_text(json, "format", hwc_kernel_format_name(kernel->format));
	json_text(json, "architecture", hwc_arch_name(kernel->arch));
	json_flag(json, "big-endian", kernel->big_endian);
	json_number(json, "size", size);
	json_number(json, "memory", kernel->memory);
	json_object_object_add(whole, "kernel", json);
	json_print(h, whole);
}

static int print(const struct hwctl *h, const char *path, bool for_region,
		 const struct hwc_kernel *kernel, uint64_t size)
{
	if (for_region) {
		say("%s is no image for a region: --overlay, --resource and --rewrite are for those",
		    path);
		return REFUSED;
	}
	if (h->json)
		print_json(h, path, kernel, size);
	else
		print_text(path, kernel, size);
	return DONE;
}

bool image_is_kernel(struct hwctl *h, const char *path, bool for_region, int *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err;
	struct hwc_kernel kernel;
	struct stat st;

	if (fd < 0)
		return false;
	err = hwc_kernel_read(h->ctx, fd, path, &kernel);
	if (!err && fstat(fd, &st))
		err = -errno;
	close(fd);
	if (err == -ENODATA)
		*ret = refused(h);
	if (err)
		return err == -ENODATA;
	*ret = print(h, path, for_region, &kernel, st.st_size);
	return true;
}
