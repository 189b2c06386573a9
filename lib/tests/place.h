/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A temporary folder that is a bundle. */
#ifndef HWC_TESTS_PLACE_H
#define HWC_TESTS_PLACE_H

#include "bundle.h"
#include "ctx.h"

#define ROOT "\"root\":{\"path\":\"rootfs\"}"
/* What a converter adds, such as umoci. */
#define CONVERTED "\"org.opencontainers.image.os\":\"linux\""

struct place {
	struct hwc_ctx *ctx;
	char dir[40];
	char sentence[HWC_ERROR_MAX];
};

/* The state is a struct place, whose folder with rootfs/boot and rootfs/etc is the current one. */
int make_place(void **state);
int free_place(void **state);

void write_file(const char *path, const char *text);
char *read_file(const char *path);

/* What may be where a file is expected, at @path in rootfs/boot. */
void make_fifo(const char *path);
void make_dir(const char *path);
void make_empty(const char *path);
/* Of 4 GiB. */
void make_large(const char *path);
void make_link_out(const char *path);
/* Only while the link is followed by magic does it lead anywhere. */
void make_magic(const char *path);

/* The sentence with the place's folder before it. */
const char *in_place(struct place *place, const char *rest);
struct hwc_bundle *open_bundle(struct place *place, const char *config);
/* A bundle whose requests are read. */
struct hwc_bundle *read_bundle(struct place *place, const char *config);
struct hwc_policy *make_policy(struct place *place, const char *text);

#endif
