/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attr.c: attributes, of which nothing is trusted */
#ifndef HWC_ATTR_H
#define HWC_ATTR_H

#include <hwcontainer.h>

struct hwc_msg;
struct nlattr;

/* Key identifier of a signer; of none, 0 bytes. */
struct hwc_key_id {
	size_t size;
	uint8_t bytes[HWCONTAINER_SIGNER_MAX];
};

/**
 * enum hwc_field_kind - what an attribute becomes
 * @HWC_U32: uint32_t, int32_t or an enum
 * @HWC_UINT: uint64_t, sent in 4 or 8 bytes
 * @HWC_STRING: char *, never NULL
 * @HWC_DIGEST: struct hwc_digest
 * @HWC_KEY_ID: struct hwc_key_id
 * @HWC_NEST: struct of the nested schema
 * @HWC_U32S: struct hwc_array of uint32_t
 * @HWC_STRINGS: struct hwc_array of char *
 * @HWC_NESTS: struct hwc_array of structs of the nested schema
 */
enum hwc_field_kind {
	HWC_U32,
	HWC_UINT,
	HWC_STRING,
	HWC_DIGEST,
	HWC_KEY_ID,
	HWC_NEST,
	HWC_U32S,
	HWC_STRINGS,
	HWC_NESTS,
};

struct hwc_schema;

/**
 * struct hwc_field - a member and the attribute it comes from
 * @type: of the attribute, below 32
 * @kind: what it becomes
 * @offset: where, in the object
 * @nested: what a nest becomes
 */
struct hwc_field {
	uint16_t type;
	enum hwc_field_kind kind;
	size_t offset;
	const struct hwc_schema *nested;
};

/**
 * struct hwc_schema - an object and its attributes
 * @size: of the object
 * @fields: its members
 * @n_fields: how many
 * @required: mask of attribute types without which it is no such object
 */
struct hwc_schema {
	size_t size;
	const struct hwc_field *fields;
	size_t n_fields;
	uint32_t required;
};

/**
 * hwc_object_from_uapi() - make an object of attributes
 * @object: receives it; zeroed, of the schema's size
 *
 * Attributes that the schema does not know are stepped over. On failure
 * nothing is left behind in @object.
 *
 * Return: 0; -EBADMSG when it is malformed; -ENOMEM.
 */
int hwc_object_from_uapi(const struct hwc_schema *schema, const struct nlattr *attrs, size_t size,
			 void *object);
/* Frees what the members hold, not the object. */
void hwc_object_clear(const struct hwc_schema *schema, void *object);

/**
 * hwc_attr_next() - step through attributes
 * @attr: the one before, or NULL
 * @attrs: the first one
 * @size: bytes of all
 *
 * Return: 1 and the next in @attr; 0 at the end; -EBADMSG.
 */
int hwc_attr_next(const struct nlattr **attr, const struct nlattr *attrs, size_t size);

void hwc_msg_u32(struct hwc_msg *msg, uint16_t type, uint32_t value);
void hwc_msg_string(struct hwc_msg *msg, uint16_t type, const char *value);
void hwc_msg_binary(struct hwc_msg *msg, uint16_t type, const void *value, size_t size);
struct nlattr *hwc_msg_nest_start(struct hwc_msg *msg, uint16_t type);
void hwc_msg_nest_end(struct hwc_msg *msg, struct nlattr *nest);

#endif
