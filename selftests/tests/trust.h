/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed images for tests: keys, and claims in a namespace whose group lists images. */
#ifndef HWC_TEST_TRUST_H
#define HWC_TEST_TRUST_H

#include <linux/keyctl.h>

#include "group.h"

#define HWC_TRUST "/hwc/trust/"
#define HWC_KEYRING ".hwcontainer"

static inline long hwc_test_keyctl(int operation, unsigned long a, unsigned long b, unsigned long c,
				   unsigned long d)
{
	long ret = syscall(SYS_keyctl, operation, a, b, c, d);

	return ret < 0 ? -errno : ret;
}

/* Number of the keyring, or 0. */
static inline int hwc_test_keyring(void)
{
	FILE *keys = fopen("/proc/keys", "re");
	char line[512];
	int serial = 0;

	while (keys && fgets(line, sizeof(line), keys))
		if (strstr(line, " keyring   " HWC_KEYRING ":") && !strstr(line, "-signer"))
			serial = strtol(line, NULL, 16);
	if (keys)
		fclose(keys);
	return serial;
}

/* The bytes of a file below HWC_TRUST; their number, or -errno. */
static inline ssize_t hwc_test_bytes(const char *name, void *data, size_t room)
{
	char path[256];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), HWC_TRUST "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, data, room);
	close(fd);
	return got;
}

/* Number of the key, or -errno. */
static inline int hwc_test_add_key(const char *name, int keyring)
{
	uint8_t der[4096];
	char file[64];
	ssize_t size;
	int ret;

	snprintf(file, sizeof(file), "%s.der", name);
	size = hwc_test_bytes(file, der, sizeof(der));
	if (size < 0)
		return size;
	ret = syscall(SYS_add_key, "asymmetric", NULL, der, size, keyring);
	return ret < 0 ? -errno : ret;
}

/* "signer:HEX" as groups print it. */
static inline const char *hwc_test_signer(const char *name)
{
	static char text[4][160];
	static int n;
	char file[64], id[160];
	ssize_t size, i;
	char *to;

	snprintf(file, sizeof(file), "%s.id", name);
	size = hwc_test_bytes(file, id, sizeof(id));
	n = (n + 1) % 4;
	to = text[n] + sprintf(text[n], "signer:");
	for (i = 0; i < size; i++)
		if (id[i] != ':')
			*to++ = tolower((unsigned char)id[i]);
	*to = '\0';
	return text[n];
}

/**
 * struct hwc_test_signed - what is claimed in a namespace
 * @resource: which
 * @image: below HWC_TRUST; NULL for none
 * @overlay: below HWC_TRUST; NULL for none
 * @by: end of the name of the image's signature, a key, or "@" and another file; NULL for none
 * @overlay_by: of the overlay's
 * @wants: digest that the image must have
 * @overlay_wants: digest that the overlay must have
 * @flags: of the claim
 * @no_wait: not until it is ready
 * @says: in the sentence of a refusal; NULL for any
 */
struct hwc_test_signed {
	const char *resource;
	const char *image;
	const char *overlay;
	const char *by;
	const char *overlay_by;
	const uint8_t *wants;
	const uint8_t *overlay_wants;
	uint32_t flags;
	bool no_wait;
	const char *says;
};

static inline int hwc_test_open_trusted(const char *name)
{
	char path[256];

	if (!name)
		return -1;
	snprintf(path, sizeof(path), HWC_TRUST "%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static inline int hwc_test_sign(struct hwc_request *req, const char *name, const char *by,
				int (*set)(struct hwc_request *req, const void *data, size_t size))
{
	uint8_t data[HWCONTAINER_SIGNATURE_MAX + 1];
	char file[128];
	ssize_t size;

	if (!by)
		return 0;
	if (*by == '@')
		snprintf(file, sizeof(file), "%s", by + 1);
	else
		snprintf(file, sizeof(file), "%s.%s", name, by);
	size = hwc_test_bytes(file, data, sizeof(data));
	return size < 0 ? size : set(req, data, size);
}

static inline int hwc_test_submit_signed(struct hwc_ctx *ctx, const struct hwc_test_signed *want,
					 struct hwc_grant *grant)
{
	int image = hwc_test_open_trusted(want->image);
	int overlay = hwc_test_open_trusted(want->overlay);
	struct hwc_request *req;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	hwc_request_flags(req, want->flags);
	ret = hwc_request_add(req, want->resource, image, overlay, want->wants,
			      want->overlay_wants);
	if (!ret)
		ret = hwc_test_sign(req, want->image, want->by, hwc_request_image_signature);
	if (!ret)
		ret = hwc_test_sign(req, want->overlay, want->overlay_by,
				    hwc_request_overlay_signature);
	if (!ret)
		ret = hwc_request_submit(req, grant);
	hwc_request_free(req);
	if (image >= 0)
		close(image);
	if (overlay >= 0)
		close(overlay);
	return ret;
}

/*
 * Claims for nobody: the number of the claim that is ready, or -errno of one that failed and
 * is gone; 8000 when the sentence is another.
 */
static inline int hwc_test_claim_signed(const void *data)
{
	const struct hwc_test_signed *want = data;
	struct hwc_grant grant = { 0 };
	struct hwc_ctx *ctx, *other;
	int holder, ret;

	if (hwc_ctx_new(&ctx) || hwc_ctx_new(&other))
		return 8001;
	holder = hwc_holder_open(ctx);
	ret = hwc_test_submit_signed(ctx, want, &grant);
	if (!ret && !want->no_wait)
		ret = hwc_claim_wait(ctx, holder, grant.id, HWC_TEST_WAIT_MS);
	if (ret && want->says && !strstr(hwc_ctx_error(ctx), want->says)) {
		printf("# %d \"%s\"\n", ret, hwc_ctx_error(ctx));
		fflush(stdout);
		ret = 8000;
	}
	if (ret && grant.id)
		hwc_claim_delete(other, &grant.id, 1);
	close(holder);
	hwc_ctx_free(ctx);
	hwc_ctx_free(other);
	return ret ? ret : (int)grant.id;
}

#define hwc_test_claim_in(domain, ...)                     \
	hwc_test_domain_run(domain, hwc_test_claim_signed, \
			    &(const struct hwc_test_signed){ __VA_ARGS__ })

/* The digest of a file, as the module knows it. */
static inline int hwc_test_digest(struct hwc_ctx *ctx, const char *name, uint8_t *digest)
{
	char command[256], hex[65] = "";
	FILE *sum;
	int i, ret;

	(void)ctx;
	snprintf(command, sizeof(command), "sha256sum " HWC_TRUST "%.200s", name);
	sum = popen(command, "r");
	if (!sum)
		return -errno;
	ret = fscanf(sum, "%64s", hex) == 1 && strlen(hex) == 64 ? 0 : -EIO;
	pclose(sum);
	for (i = 0; !ret && i < HWCONTAINER_DIGEST_LEN; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &digest[i]) != 1)
			ret = -EIO;
	return ret;
}

/* "sha256:HEX" of a file. */
static inline const char *hwc_test_listed(const char *name)
{
	static char text[2][80];
	static int n;
	uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 0 };
	char *to;
	int i;

	n = !n;
	hwc_test_digest(NULL, name, digest);
	to = text[n] + sprintf(text[n], "sha256:");
	for (i = 0; i < HWCONTAINER_DIGEST_LEN; i++)
		to += sprintf(to, "%02x", digest[i]);
	return text[n];
}

/* A list of up to four lines. */
static inline int hwc_test_list(const char *group, const char *a, const char *b)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s\n%s\n", a, b ? b : "");
	return hwc_test_group_write(group, "images", text);
}

/* Who signed the image of a claim, as "signer:HEX", or "". */
static inline const char *hwc_test_signed_by(struct hwc_ctx *ctx, uint32_t id, bool overlay)
{
	static char text[160];
	struct hwc_claim *claim;
	const uint8_t *key;
	size_t size, i;
	char *to = text;

	*text = '\0';
	if (hwc_claim_get(ctx, id, &claim))
		return "gone";
	key = overlay ? hwc_claim_overlay_signer(claim, &size) :
			hwc_claim_image_signer(claim, &size);
	if (key)
		to += sprintf(to, "signer:");
	for (i = 0; key && i < size; i++)
		to += sprintf(to, "%02x", key[i]);
	hwc_claim_free(claim);
	return text;
}

static inline int hwc_test_end(struct hwc_ctx *ctx, int id)
{
	uint32_t claim = id;

	return hwc_claim_delete(ctx, &claim, 1);
}

#endif
