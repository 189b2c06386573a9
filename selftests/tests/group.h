/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups for tests: folders in configfs. */
#ifndef HWC_TEST_GROUP_H
#define HWC_TEST_GROUP_H

#include <sys/stat.h>

#include "domain.h"

#define HWC_GROUPS "/sys/kernel/config/hwcontainer/"

static inline const char *hwc_test_group_file(const char *group, const char *file)
{
	static char path[512];

	snprintf(path, sizeof(path), HWC_GROUPS "%s/%s", group, file);
	return path;
}

static inline int hwc_test_group_new(const char *group)
{
	return mkdir(hwc_test_group_file(group, ""), 0755) ? -errno : 0;
}

static inline int hwc_test_group_remove(const char *group)
{
	return rmdir(hwc_test_group_file(group, "")) ? -errno : 0;
}

/* Claims let go of their group a little after they are not seen any more. */
static inline int hwc_test_group_wait_remove(const char *group)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	int ret;

	while ((ret = hwc_test_group_remove(group)) == -EBUSY && hwc_test_ms() < end)
		usleep(2000);
	return ret;
}

static inline int hwc_test_group_write(const char *group, const char *file, const char *text)
{
	return hwc_test_write(hwc_test_group_file(group, file), text);
}

static inline const char *hwc_test_group_read(const char *group, const char *file)
{
	return hwc_test_read(hwc_test_group_file(group, file));
}

/* The number behind @key in a file of a group; -1 for "max", -2 when there is none. */
static inline int hwc_test_group_number(const char *group, const char *file, const char *key)
{
	const char *line = hwc_test_group_read(group, file);
	size_t len = strlen(key);

	for (; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		if (strncmp(line, key, len) || line[len] != ' ')
			continue;
		return strncmp(line + len + 1, "max", 3) ? atoi(line + len + 1) : -1;
	}
	return -2;
}

static inline int hwc_test_group_attach(const char *group, const struct hwc_test_domain *domain)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", domain->pid);
	return hwc_test_group_write(group, "namespaces", text);
}

/* Two namespaces, in groups web/a and web/b. */
static inline void hwc_test_two_groups(struct __test_metadata *_metadata, struct hwc_test_domain *a,
				       struct hwc_test_domain *b)
{
	ASSERT_EQ(0, hwc_test_domain_new(a));
	ASSERT_EQ(0, hwc_test_domain_new(b));
	ASSERT_EQ(0, hwc_test_group_new("web"));
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_new("web/b"));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", a));
	ASSERT_EQ(0, hwc_test_group_attach("web/b", b));
}

/**
 * struct hwc_test_wish - what is asked for in a namespace
 * @first: number of the first toy
 * @n: how many
 * @flags: of the claims
 * @says: expected of a refusal, or NULL
 */
struct hwc_test_wish {
	int first;
	int n;
	uint32_t flags;
	const char *says;
};

/* Asks for all of it at once, for nobody: 0, -errno, or 1 for another sentence. */
static inline int hwc_test_wish(const void *data)
{
	const struct hwc_test_wish *wish = data;
	struct hwc_grant grants[64];
	struct hwc_request *req;
	struct hwc_ctx *ctx;
	char name[16];
	int i, ret;

	if (hwc_ctx_new(&ctx) || hwc_request_new(ctx, &req))
		return 2;
	hwc_request_flags(req, wish->flags);
	for (i = 0; i < wish->n; i++) {
		snprintf(name, sizeof(name), "toy%d", wish->first + i);
		if (hwc_request_add(req, name, -1, -1, NULL, NULL))
			return 3;
	}
	ret = hwc_request_submit(req, grants);
	hwc_request_free(req);
	if (ret && wish->says && strcmp(wish->says, hwc_ctx_error(ctx))) {
		printf("# \"%s\"\n", hwc_ctx_error(ctx));
		fflush(stdout);
		ret = 1;
	}
	hwc_ctx_free(ctx);
	return ret;
}

#define hwc_test_ask(domain, ...) \
	hwc_test_domain_run(domain, hwc_test_wish, &(const struct hwc_test_wish){ __VA_ARGS__ })

/* Ends the claim on a toy, from the host. */
static inline int hwc_test_end_toy(struct hwc_ctx *ctx, int toy)
{
	struct hwc_resource *res;
	char name[16];
	uint32_t id;
	int ret;

	snprintf(name, sizeof(name), "toy%d", toy);
	ret = hwc_resource_get(ctx, name, &res);
	if (ret)
		return ret;
	id = hwc_resource_claim_id(res);
	hwc_resource_free(res);
	return hwc_claim_delete(ctx, &id, 1);
}

#endif
