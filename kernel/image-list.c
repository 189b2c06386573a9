// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: lists of images: what may be loaded, and what may not any more.
 *
 * An image is known by the digest of its bytes and, where it came with a signature that
 * was verified, by its signer.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/hex.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "claim.h"
#include "core.h"
#include "group.h"
#include "image-list.h"
#include "image.h"

#define HWC_LINE_FUNCTION "function="

static bool hwc_line_is_word(const char *word)
{
	for (; *word; word++)
		if (!isgraph(*word) || !isascii(*word))
			return false;
	return true;
}

/* Two digits for each byte, with or without colons between them: the bytes, or -EINVAL. */
static int hwc_line_parse_hex(const char *text, u8 *id, size_t room)
{
	size_t n;

	for (n = 0; *text; n++, text += 2) {
		if (n && *text == ':')
			text++;
		if (n == room || hex2bin(&id[n], text, 1))
			return -EINVAL;
	}
	return n ?: -EINVAL;
}

static int hwc_line_parse_what(struct hwc_line *line, const char *what)
{
	int size = 0;

	if (!strcmp(what, "any")) {
		line->type = HWC_LINE_ANY;
	} else if (strstarts(what, "sha256:")) {
		line->type = HWC_LINE_DIGEST;
		size = hwc_line_parse_hex(what + strlen("sha256:"), line->id,
					  HWCONTAINER_DIGEST_LEN);
		if (size != HWCONTAINER_DIGEST_LEN)
			return -EINVAL;
	} else if (strstarts(what, "signer:")) {
		if (!IS_ENABLED(CONFIG_SYSTEM_DATA_VERIFICATION))
			return -EOPNOTSUPP;
		line->type = HWC_LINE_SIGNER;
		size = hwc_line_parse_hex(what + strlen("signer:"), line->id, sizeof(line->id));
	} else {
		return -EINVAL;
	}
	line->size = max(size, 0);
	return min(size, 0);
}

/* The next word of @text, or "". */
static char *hwc_line_next_word(char **text)
{
	char *word;

	do
		word = strsep(text, " \t");
	while (word && !*word);
	return word ?: "";
}

/* The function of a last word, or "" of none; NULL where it is something else. */
static const char *hwc_line_parse_function(const char *word)
{
	if (!*word)
		return word;
	if (!strstarts(word, HWC_LINE_FUNCTION))
		return NULL;
	word += strlen(HWC_LINE_FUNCTION);
	return hwc_function_is_name(word) ? word : NULL;
}

/**
 * hwc_line_parse() - read a line of a list
 * @text: "sha256:HEX", "signer:HEX" or "any", and the name of a resource or nothing, and
 *	"function=" with a name or nothing; changed
 *
 * Return: the line, or ERR_PTR: -EINVAL when it is none of these, -EOPNOTSUPP for a signer
 * where the kernel cannot check signatures, -ENOMEM.
 */
struct hwc_line *hwc_line_parse(char *text)
{
	const char *what = hwc_line_next_word(&text);
	const char *resource = hwc_line_next_word(&text);
	const char *last = resource, *function;
	struct hwc_line *line;
	size_t room;
	int ret;

	if (strstarts(resource, HWC_LINE_FUNCTION))
		resource = "";
	else
		last = hwc_line_next_word(&text);
	function = hwc_line_parse_function(last);
	room = strlen(resource) + 1;
	if (room > HWCONTAINER_NAME_MAX + 1 || !hwc_line_is_word(resource) || !function ||
	    *hwc_line_next_word(&text))
		return ERR_PTR(-EINVAL);
	line = kzalloc(struct_size(line, resource, room), GFP_KERNEL);
	if (!line)
		return ERR_PTR(-ENOMEM);
	memcpy(line->resource, resource, room);
	strscpy(line->function, function);
	ret = hwc_line_parse_what(line, what);
	if (!ret)
		return line;
	kfree(line);
	return ERR_PTR(ret);
}

/**
 * hwc_line_print() - write a line as it is read
 * @line: the line
 * @page: receives it
 * @room: bytes there
 *
 * Return: the line's length, which is more than @room where it was cut.
 */
int hwc_line_print(const struct hwc_line *line, char *page, size_t room)
{
	static const char *const types[] = {
		[HWC_LINE_ANY] = "any",
		[HWC_LINE_DIGEST] = "sha256:",
		[HWC_LINE_SIGNER] = "signer:",
	};
	char hex[2 * sizeof(line->id) + 1];

	*bin2hex(hex, line->id, line->size) = '\0';
	return snprintf(page, room, "%s%s%s%s%s%s\n", types[line->type], hex,
			*line->resource ? " " : "", line->resource,
			*line->function ? " " HWC_LINE_FUNCTION : "", line->function);
}

bool hwc_line_same(const struct hwc_line *a, const struct hwc_line *b)
{
	return a->type == b->type && a->size == b->size && !memcmp(a->id, b->id, a->size) &&
	       !strcmp(a->resource, b->resource);
}

static bool hwc_line_has_id(const struct hwc_line *line, const u8 *id, size_t size)
{
	return id && line->size == size && !memcmp(line->id, id, size);
}

/* Core lock held. */
static bool hwc_line_has(const struct hwc_line *line, const struct hwc_image *image)
{
	if (*line->resource && hwc_resource_find(line->resource) != image->res)
		return false;
	switch (line->type) {
	case HWC_LINE_ANY:
		return true;
	case HWC_LINE_DIGEST:
		return hwc_line_has_id(line, image->digest, HWCONTAINER_DIGEST_LEN);
	case HWC_LINE_SIGNER:
		return hwc_line_has_id(line, image->signer.id, image->signer.size);
	}
	return false;
}

/* Is an image in a list? */
bool hwc_lines_have_locked(const struct list_head *lines, const struct hwc_image *image)
{
	const struct hwc_line *line;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(line, lines, in_list)
		if (hwc_line_has(line, image))
			return true;
	return false;
}

/* Makes their functions known: 0, or -ENOSPC, when some are and have to be forgotten. */
int hwc_lines_take_slots_locked(struct list_head *lines)
{
	struct hwc_line *line;
	int slot;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(line, lines, in_list) {
		if (!*line->function)
			continue;
		slot = hwc_function_take_slot_locked(line->function);
		if (slot < 0)
			return slot;
		line->slot = slot;
	}
	return 0;
}

/* What an image computes, as the first line of it says that does: the slot, or 0. */
unsigned int hwc_lines_function_locked(const struct list_head *lines,
				       const struct hwc_image *image)
{
	const struct hwc_line *line;

	lockdep_assert_held(&hwc_lock);
	if (!image->digest)
		return 0;
	list_for_each_entry(line, lines, in_list)
		if (line->slot && hwc_line_has(line, image))
			return line->slot;
	return 0;
}

void hwc_lines_free(struct list_head *lines)
{
	struct hwc_line *line, *next;

	list_for_each_entry_safe(line, next, lines, in_list) {
		list_del(&line->in_list);
		kfree(line);
	}
}

/* One of the claim's files, as lists see it: what is known of it, or was asked for. */
struct hwc_image hwc_image_of(const struct hwcontainer_claim *claim, enum hwcontainer_slot slot)
{
	const struct hwc_file *f = &claim->file[slot];

	return (struct hwc_image){
		.res = claim->res,
		.digest = f->blob.has_digest ? f->blob.digest : f->wanted ? f->want : NULL,
		.signer = f->signer,
	};
}

static bool hwc_group_is_inside(const struct hwc_group *group, const struct hwc_group *outer)
{
	for (; group; group = group->parent)
		if (group == outer)
			return true;
	return false;
}

/* The file of a claim, or of what a claim left, that a line is about. */
static bool hwc_claim_runs(const struct hwcontainer_claim *claim, const struct hwc_line *line)
{
	struct hwc_image image;
	int slot;

	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		image = hwc_image_of(claim, slot);
		if (hwc_line_has(line, &image))
			return true;
	}
	return false;
}

static bool hwc_resource_left_with(const struct hwcontainer_resource *res,
				   const struct hwc_line *line)
{
	struct hwc_image image = { .res = res };
	int slot;

	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		image.digest = res->left[slot].has_digest ? res->left[slot].digest : NULL;
		image.signer = res->left[slot].signer;
		if (hwc_line_has(line, &image))
			return true;
	}
	return false;
}

static void hwc_claim_withdraw_image_locked(struct hwcontainer_claim *claim, const char *group,
					    const struct hwc_line *line)
{
	struct hwcontainer_resource *res = claim->res;
	char what[HWC_LINE_MAX];

	hwc_line_print(line, what, sizeof(what));
	hwc_claim_withdraw_locked(claim, -EKEYREVOKED,
				  kasprintf(GFP_KERNEL, "group %s has revoked %s", group,
					    strim(what)));
	if (claim->on_hw && res->kind->revoke)
		res->kind->revoke(res);
}

/**
 * hwc_images_revoke_locked() - stop what runs of an image, or of a signer's
 * @group: claims that are charged to it, or to a group inside it, fail
 * @line: of which image
 *
 * What claims have left loaded is unloaded whoever loaded it, for nobody has it.
 *
 * Context: core lock held. Returns at once; the hardware follows.
 */
void hwc_images_revoke_locked(const struct hwc_group *group, const struct hwc_line *line)
{
	struct hwcontainer_resource *res;
	struct hwcontainer_claim *claim;
	unsigned long i;

	lockdep_assert_held(&hwc_lock);
	xa_for_each(&hwc_claims, i, claim)
		if (hwc_group_is_inside(claim->charge.group, group) && hwc_claim_runs(claim, line))
			hwc_claim_withdraw_image_locked(claim, group->name, line);
	xa_for_each(&hwc_resources, i, res) {
		if (!hwc_resource_left_with(res, line))
			continue;
		memset(res->left, 0, sizeof(res->left));
		if (res->kind->revoke)
			res->kind->revoke(res);
	}
}

/* What stays loaded when a claim lets go of it. */
void hwc_resource_keep_left_locked(struct hwcontainer_resource *res,
				   const struct hwcontainer_claim *claim)
{
	struct hwc_image image;
	int slot;

	lockdep_assert_held(&hwc_lock);
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		image = hwc_image_of(claim, slot);
		res->left[slot].has_digest = image.digest;
		if (image.digest)
			memcpy(res->left[slot].digest, image.digest, HWCONTAINER_DIGEST_LEN);
		res->left[slot].signer = image.signer;
	}
}

/* A claim takes what was left as it is, and what is known of it. */
void hwc_resource_take_left_locked(struct hwcontainer_resource *res,
				   struct hwcontainer_claim *claim)
{
	int slot;

	lockdep_assert_held(&hwc_lock);
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++)
		claim->file[slot].signer = res->left[slot].signer;
	memset(res->left, 0, sizeof(res->left));
}
