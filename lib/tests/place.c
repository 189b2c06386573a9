// SPDX-License-Identifier: GPL-2.0-or-later
/* A temporary folder that is a bundle. */
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
#include "place.h"

int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->dir, "/tmp/hwc-bundle-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	assert_int_equal(chdir(place->dir), 0);
	assert_int_equal(mkdir("rootfs", 0755), 0);
	assert_int_equal(mkdir("rootfs/boot", 0755), 0);
	assert_int_equal(mkdir("rootfs/etc", 0755), 0);
	assert_int_equal(hwc_ctx_new(&place->ctx), 0);
	*state = place;
	return 0;
}

static int drop_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int free_place(void **state)
{
	struct place *place = *state;

	assert_int_equal(chdir("/"), 0);
	assert_int_equal(nftw(place->dir, drop_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
	hwc_ctx_free(place->ctx);
	free(place);
	return 0;
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

char *read_file(const char *path)
{
	char *text = calloc(1, 1 << 16);
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, (1 << 16) - 1) >= 0);
	close(fd);
	return text;
}

void make_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

void make_dir(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

void make_empty(const char *path)
{
	write_file(path, "");
}

void make_large(const char *path)
{
	write_file(path, "");
	assert_int_equal(truncate(path, 4LL << 30), 0);
}

void make_link_out(const char *path)
{
	write_file("secret", "bits");
	assert_int_equal(symlink("../../secret", path), 0);
}

void make_magic(const char *path)
{
	assert_int_equal(symlink("/proc/self/exe", path), 0);
}

/* The sentence with the place's folder before it. */
const char *in_place(struct place *place, const char *rest)
{
	snprintf(place->sentence, sizeof(place->sentence), "%s%s", place->dir, rest);
	return place->sentence;
}

struct hwc_bundle *open_bundle(struct place *place, const char *config)
{
	struct hwc_bundle *bundle;

	write_file("config.json", config);
	if (hwc_bundle_open(place->ctx, place->dir, &bundle))
		fail_msg("%s", hwc_ctx_error(place->ctx));
	return bundle;
}

/* A bundle whose requests are read. */
struct hwc_bundle *read_bundle(struct place *place, const char *config)
{
	struct hwc_bundle *bundle = open_bundle(place, config);

	if (hwc_bundle_read(bundle))
		fail_msg("%s", hwc_ctx_error(place->ctx));
	return bundle;
}

struct hwc_policy *make_policy(struct place *place, const char *text)
{
	struct hwc_policy *policy;

	if (text)
		write_file("policy.json", text);
	else
		unlink("policy.json");
	if (hwc_policy_load(place->ctx, "policy.json", &policy))
		fail_msg("%s", hwc_ctx_error(place->ctx));
	return policy;
}
