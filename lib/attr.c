// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Attributes: written into a request, and objects made of those in an answer.
 *
 * The border at which the kernel's bytes become the library's objects: every
 * length is checked, every string ends where it says, and what is not known is
 * stepped over, for a newer module may say more.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "attr.h"
#include "digest.h"
#include "nl.h"

/* What a string is that was not sent; never freed. */
static char no_string[1];

int hwc_attr_next(const struct nlattr **attr, const struct nlattr *attrs, size_t size)
{
	const char *end = (const char *)attrs + size;
	const char *next = (const char *)attrs;

	if (*attr)
		next = (const char *)*attr + MNL_ALIGN((*attr)->nla_len);
	/* the padding of the last one may be missing */
	if (next >= end)
		return 0;
	if ((size_t)(end - next) < sizeof(struct nlattr))
		return -EBADMSG;
	*attr = (const struct nlattr *)next;
	if ((*attr)->nla_len < sizeof(struct nlattr) || (*attr)->nla_len > end - next)
		return -EBADMSG;
	return 1;
}

static int u32_from_uapi(const struct nlattr *attr, void *member)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(uint32_t))
		return -EBADMSG;
	memcpy(member, mnl_attr_get_payload(attr), sizeof(uint32_t));
	return 0;
}

static int uint_from_uapi(const struct nlattr *attr, void *member)
{
	uint64_t value;
	uint32_t half;

	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(half):
		memcpy(&half, mnl_attr_get_payload(attr), sizeof(half));
		value = half;
		break;
	case sizeof(value):
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
		break;
	default:
		return -EBADMSG;
	}
	memcpy(member, &value, sizeof(value));
	return 0;
}

static int string_from_uapi(const struct nlattr *attr, void *member)
{
	const char *text = mnl_attr_get_payload(attr);
	size_t size = mnl_attr_get_payload_len(attr);
	char *copy;

	if (!size || strnlen(text, size) != size - 1)
		return -EBADMSG;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	memcpy(member, &copy, sizeof(copy));
	return 0;
}

static int digest_from_uapi(const struct nlattr *attr, struct hwc_digest *digest)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(digest->bytes))
		return -EBADMSG;
	memcpy(digest->bytes, mnl_attr_get_payload(attr), sizeof(digest->bytes));
	digest->known = true;
	return 0;
}

static int key_id_from_uapi(const struct nlattr *attr, struct hwc_key_id *id)
{
	size_t size = mnl_attr_get_payload_len(attr);

	if (size > sizeof(id->bytes))
		return -EBADMSG;
	memcpy(id->bytes, mnl_attr_get_payload(attr), size);
	id->size = size;
	return 0;
}

static int nest_from_uapi(const struct nlattr *attr, const struct hwc_schema *schema, void *member)
{
	return hwc_object_from_uapi(schema, mnl_attr_get_payload(attr),
				    mnl_attr_get_payload_len(attr), member);
}

static size_t element_size(const struct hwc_field *field)
{
	switch (field->kind) {
	case HWC_U32S:
		return sizeof(uint32_t);
	case HWC_STRINGS:
		return sizeof(char *);
	default:
		return field->nested->size;
	}
}

static int element_from_uapi(const struct hwc_field *field, const struct nlattr *attr,
			     struct hwc_array *array)
{
	void *element = hwc_array_grow(array, element_size(field));
	int err;

	if (!element)
		return -ENOMEM;
	if (field->kind == HWC_U32S)
		err = u32_from_uapi(attr, element);
	else if (field->kind == HWC_STRINGS)
		err = string_from_uapi(attr, element);
	else
		err = nest_from_uapi(attr, field->nested, element);
	if (!err)
		array->count++;
	return err;
}

static bool is_array(const struct hwc_field *field)
{
	return field->kind >= HWC_U32S;
}

static int field_from_uapi(const struct hwc_field *field, const struct nlattr *attr, void *object)
{
	void *member = (char *)object + field->offset;

	switch (field->kind) {
	case HWC_U32:
		return u32_from_uapi(attr, member);
	case HWC_UINT:
		return uint_from_uapi(attr, member);
	case HWC_STRING:
		return string_from_uapi(attr, member);
	case HWC_DIGEST:
		return digest_from_uapi(attr, member);
	case HWC_KEY_ID:
		return key_id_from_uapi(attr, member);
	case HWC_NEST:
		return nest_from_uapi(attr, field->nested, member);
	default:
		return element_from_uapi(field, attr, member);
	}
}

static const struct hwc_field *field_find(const struct hwc_schema *schema, uint16_t type)
{
	for (size_t i = 0; i < schema->n_fields; i++)
		if (schema->fields[i].type == type)
			return &schema->fields[i];
	return NULL;
}

/* Strings that were not sent are empty, so that no reader has to ask. */
static void fill_strings(const struct hwc_schema *schema, void *object)
{
	char *empty = no_string;
	char *text;

	for (size_t i = 0; i < schema->n_fields; i++) {
		char *member = (char *)object + schema->fields[i].offset;

		if (schema->fields[i].kind != HWC_STRING)
			continue;
		memcpy(&text, member, sizeof(text));
		if (!text)
			memcpy(member, &empty, sizeof(empty));
	}
}

static int attrs_from_uapi(const struct hwc_schema *schema, const struct nlattr *attrs, size_t size,
			   void *object)
{
	const struct nlattr *attr = NULL;
	uint32_t seen = 0;
	int more;

	while ((more = hwc_attr_next(&attr, attrs, size)) > 0) {
		const struct hwc_field *field = field_find(schema, mnl_attr_get_type(attr));
		int err;

		if (!field)
			continue;
		if ((seen & (1u << field->type)) && !is_array(field))
			return -EBADMSG;
		seen |= 1u << field->type;
		err = field_from_uapi(field, attr, object);
		if (err)
			return err;
	}
	if (more < 0)
		return more;
	return (seen & schema->required) == schema->required ? 0 : -EBADMSG;
}

int hwc_object_from_uapi(const struct hwc_schema *schema, const struct nlattr *attrs, size_t size,
			 void *object)
{
	int err = attrs_from_uapi(schema, attrs, size, object);

	if (err)
		hwc_object_clear(schema, object);
	else
		fill_strings(schema, object);
	return err;
}

static void string_free(void *member)
{
	char *text;

	memcpy(&text, member, sizeof(text));
	if (text != no_string)
		free(text);
}

static void array_clear(const struct hwc_field *field, struct hwc_array *array)
{
	for (size_t i = 0; i < array->count; i++) {
		char *element = (char *)array->data + i * element_size(field);

		if (field->kind == HWC_STRINGS)
			string_free(element);
		else if (field->kind == HWC_NESTS)
			hwc_object_clear(field->nested, element);
	}
	free(array->data);
}

void hwc_object_clear(const struct hwc_schema *schema, void *object)
{
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct hwc_field *field = &schema->fields[i];
		void *member = (char *)object + field->offset;

		if (is_array(field))
			array_clear(field, member);
		else if (field->kind == HWC_STRING)
			string_free(member);
		else if (field->kind == HWC_NEST)
			hwc_object_clear(field->nested, member);
	}
	memset(object, 0, schema->size);
}

void hwc_msg_u32(struct hwc_msg *msg, uint16_t type, uint32_t value)
{
	if (!mnl_attr_put_u32_check(msg->nlh, msg->room, type, value))
		msg->full = true;
}

/* libmnl leaves in the padding what was there before. */
void hwc_msg_binary(struct hwc_msg *msg, uint16_t type, const void *value, size_t size)
{
	size_t padding = MNL_ALIGN(size) - size;

	if (mnl_attr_put_check(msg->nlh, msg->room, type, size, value))
		memset((char *)msg->nlh + msg->nlh->nlmsg_len - padding, 0, padding);
	else
		msg->full = true;
}

void hwc_msg_string(struct hwc_msg *msg, uint16_t type, const char *value)
{
	hwc_msg_binary(msg, type, value, strlen(value) + 1);
}

struct nlattr *hwc_msg_nest_start(struct hwc_msg *msg, uint16_t type)
{
	struct nlattr *nest = mnl_attr_nest_start_check(msg->nlh, msg->room, type);

	if (!nest)
		msg->full = true;
	return nest;
}

void hwc_msg_nest_end(struct hwc_msg *msg, struct nlattr *nest)
{
	if (nest)
		mnl_attr_nest_end(msg->nlh, nest);
}
