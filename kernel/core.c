// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: kinds of hardware, and the resources that can be handed out. */
#include <kunit/visibility.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "blank.h"
#include "claim.h"
#include "core.h"
#include "device.h"
#include "netlink.h"
#include "wait.h"

DEFINE_MUTEX(hwc_lock);	/* what it protects: core.h */
EXPORT_SYMBOL_IF_KUNIT(hwc_lock);

/* 0 would mean to a dump that it is the first. */
unsigned int hwc_resource_generation = 1;
unsigned int hwc_claim_generation = 1;
DEFINE_XARRAY_ALLOC1(hwc_resources);
struct workqueue_struct *hwc_wq;
struct workqueue_struct *hwc_read_wq;
struct workqueue_struct *hwc_admin_read_wq;

static LIST_HEAD(hwc_kinds);
static u32 hwc_next_resource;

/* A kind that comes back finds the limits it had. Core lock. */
static const char *hwc_kind_names[HWC_KINDS];

/**
 * struct hwc_kind_entry - a registered kind
 * @in_kinds: in hwc_kinds
 * @kind: what its backend says of it
 * @slot: where groups count it
 * @resources: how many there are
 */
struct hwc_kind_entry {
	struct list_head in_kinds;
	const struct hwcontainer_kind *kind;
	int slot;
	unsigned int resources;
};

/**
 * struct hwc_name - a name of a resource, or an alias
 * @in_table: in hwc_names
 * @text: the name
 * @res: whose it is
 */
struct hwc_name {
	struct rhash_head in_table;
	char *text;
	struct hwcontainer_resource *res;
};

static u32 hwc_name_hash(const void *text, u32 len, u32 seed)
{
	return jhash(text, strlen(text), seed);
}

static u32 hwc_name_obj_hash(const void *name, u32 len, u32 seed)
{
	return hwc_name_hash(((const struct hwc_name *)name)->text, 0, seed);
}

static int hwc_name_cmp(struct rhashtable_compare_arg *arg, const void *name)
{
	return strcmp(arg->key, ((const struct hwc_name *)name)->text);
}

static const struct rhashtable_params hwc_name_params = {
	.head_offset = offsetof(struct hwc_name, in_table),
	.hashfn = hwc_name_hash,
	.obj_hashfn = hwc_name_obj_hash,
	.obj_cmpfn = hwc_name_cmp,
	.automatic_shrinking = true,
};

static struct rhashtable hwc_names;

/* The end of @name that fits in @room bytes: of a path, the end says most. */
const char *hwc_tail(const char *name, size_t room)
{
	size_t len = strlen(name);

	return len > room ? name + len - room : name;
}

static struct hwc_kind_entry *hwc_kind_find_locked(const char *name)
{
	struct hwc_kind_entry *e;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(e, &hwc_kinds, in_kinds)
		if (!strcmp(e->kind->name, name))
			return e;
	return NULL;
}

/* The @i-th kind there is, or NULL. Core lock held. */
const char *hwc_kind_name(unsigned int i)
{
	struct hwc_kind_entry *e;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(e, &hwc_kinds, in_kinds)
		if (!i--)
			return e->kind->name;
	return NULL;
}

/* Kinds that groups can count are numbered from 0; NULL behind the last. */
const char *hwc_kind_of_slot_locked(unsigned int slot)
{
	lockdep_assert_held(&hwc_lock);
	return slot < HWC_KINDS ? hwc_kind_names[slot] : NULL;
}

/* Number of a kind that there is or was, or -ENOENT. */
int hwc_kind_slot_locked(const char *name)
{
	const char *kind;
	int slot;

	for (slot = 0; (kind = hwc_kind_of_slot_locked(slot)); slot++)
		if (!strcmp(kind, name))
			return slot;
	return -ENOENT;
}

/* The number of a kind, its name's from now on. */
static int hwc_kind_take_slot_locked(const char *name)
{
	int slot = hwc_kind_slot_locked(name);

	if (slot >= 0)
		return slot;
	for (slot = 0; hwc_kind_of_slot_locked(slot); slot++)
		;
	if (slot == HWC_KINDS)
		return -ENOSPC;
	hwc_kind_names[slot] = kstrdup(name, GFP_KERNEL);
	return hwc_kind_names[slot] ? slot : -ENOMEM;
}

static int hwc_kind_add_locked(struct hwc_kind_entry *e)
{
	if (hwc_kind_find_locked(e->kind->name))
		return -EEXIST;
	e->slot = hwc_kind_take_slot_locked(e->kind->name);
	if (e->slot < 0)
		return e->slot;
	list_add_tail(&e->in_kinds, &hwc_kinds);
	return 0;
}

/**
 * hwcontainer_kind_register() - bring a kind of hardware
 * @kind: what it is; must stay until hwcontainer_kind_unregister()
 *
 * Context: process, may sleep.
 * Return: 0; -EEXIST when there is one of that name; -ENOSPC when there have been
 * too many kinds since the module was loaded; -ENOMEM.
 */
int hwcontainer_kind_register(const struct hwcontainer_kind *kind)
{
	struct hwc_kind_entry *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int ret;

	if (!e)
		return -ENOMEM;
	e->kind = kind;

	mutex_lock(&hwc_lock);
	ret = hwc_kind_add_locked(e);
	mutex_unlock(&hwc_lock);

	if (ret)
		kfree(e);
	return ret;
}
EXPORT_SYMBOL_GPL(hwcontainer_kind_register);

/**
 * hwcontainer_kind_unregister() - take a kind back
 * @kind: a registered one; all its resources are unregistered before
 *
 * Context: process, may sleep.
 */
void hwcontainer_kind_unregister(const struct hwcontainer_kind *kind)
{
	struct hwc_kind_entry *e;

	mutex_lock(&hwc_lock);
	e = hwc_kind_find_locked(kind->name);
	if (!WARN_ON_ONCE(!e || e->resources))
		list_del(&e->in_kinds);
	else
		e = NULL;
	mutex_unlock(&hwc_lock);
	kfree(e);
}
EXPORT_SYMBOL_GPL(hwcontainer_kind_unregister);

/* Context: core lock held, which keeps what is returned from going. */
struct hwcontainer_resource *hwc_resource_find(const char *name)
{
	struct hwc_name *n;

	lockdep_assert_held(&hwc_lock);
	n = rhashtable_lookup_fast(&hwc_names, name, hwc_name_params);
	return n ? n->res : NULL;
}

static void hwc_names_remove(struct hwcontainer_resource *res, unsigned int n)
{
	while (n--)
		rhashtable_remove_fast(&hwc_names, &res->names[n].in_table, hwc_name_params);
}

static int hwc_names_insert(struct hwcontainer_resource *res)
{
	unsigned int i;
	int ret;

	for (i = 0; i < res->n_names; i++) {
		ret = rhashtable_lookup_insert_key(&hwc_names, res->names[i].text,
						   &res->names[i].in_table, hwc_name_params);
		if (ret) {
			hwc_names_remove(res, i);
			return ret;
		}
	}
	return 0;
}

static void hwc_resource_free(struct hwcontainer_resource *res)
{
	unsigned int i;

	for (i = 0; i < res->n_names; i++)
		kfree(res->names[i].text);
	kfree(res->names);
	hwc_devset_put(res->devices);
	hwc_blank_put(res->blank);
	kfree(res);
}

static struct hwcontainer_resource *
hwc_resource_alloc(const struct hwcontainer_resource_desc *desc)
{
	struct hwcontainer_resource *res = kzalloc(sizeof(*res), GFP_KERNEL);
	const char *text;
	unsigned int i;

	if (!res)
		return NULL;
	res->kind = desc->kind;
	res->capacity = desc->capacity;
	res->worker = desc->worker;
	res->priv = desc->priv;
	INIT_LIST_HEAD(&res->claims);
	INIT_LIST_HEAD(&res->waiting);
	hwc_wait_init(res);
	init_waitqueue_head(&res->drained);

	res->names = kcalloc(1 + desc->n_alias, sizeof(*res->names), GFP_KERNEL);
	if (!res->names)
		goto err_free;
	for (i = 0; i < 1 + desc->n_alias; i++) {
		text = i ? desc->alias[i - 1] : desc->name;
		res->names[i].res = res;
		res->names[i].text = kstrdup(text, GFP_KERNEL);
		if (!res->names[i].text)
			goto err_free;
		res->n_names++;
	}
	return res;

err_free:
	hwc_resource_free(res);
	return NULL;
}

static int hwc_resource_publish_locked(struct hwcontainer_resource *res)
{
	struct hwc_kind_entry *e = hwc_kind_find_locked(res->kind->name);
	int ret;

	if (!e)
		return -ENOENT;
	ret = xa_alloc_cyclic(&hwc_resources, &res->id, res, xa_limit_31b, &hwc_next_resource,
			      GFP_KERNEL);
	if (ret < 0)
		return ret;
	ret = hwc_names_insert(res);
	if (ret) {
		xa_erase(&hwc_resources, res->id);
		return ret;
	}
	res->slot = e->slot;
	e->resources++;
	hwc_resource_generation++;
	return 0;
}

/**
 * hwcontainer_resource_register() - offer a piece of hardware
 * @desc: what it is; copied
 *
 * Claims may arrive before this returns.
 *
 * Context: process, may sleep.
 * Return: the resource, or an ERR_PTR: -EEXIST when a name is taken, -ENOENT
 * when the kind is not registered, -ENAMETOOLONG, -ENOMEM.
 */
struct hwcontainer_resource *
hwcontainer_resource_register(const struct hwcontainer_resource_desc *desc)
{
	struct hwcontainer_resource *res;
	unsigned int i;
	int ret;

	if (strlen(desc->name) > HWCONTAINER_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	for (i = 0; i < desc->n_alias; i++)
		if (strlen(desc->alias[i]) > HWCONTAINER_NAME_MAX)
			return ERR_PTR(-ENAMETOOLONG);
	res = hwc_resource_alloc(desc);
	if (!res)
		return ERR_PTR(-ENOMEM);

	mutex_lock(&hwc_lock);
	ret = hwc_resource_publish_locked(res);
	if (!ret)
		hwc_resource_ntf_locked(res, false);
	mutex_unlock(&hwc_lock);

	if (ret) {
		hwc_resource_free(res);
		return ERR_PTR(ret);
	}
	return res;
}
EXPORT_SYMBOL_GPL(hwcontainer_resource_register);

/* Nobody finds it from now on, and its claims end; none of them is waited for. */
void hwc_resource_withdraw_locked(struct hwcontainer_resource *res)
{
	lockdep_assert_held(&hwc_lock);
	if (res->gone)
		return;
	res->gone = true;
	hwc_names_remove(res, res->n_names);
	xa_erase(&hwc_resources, res->id);
	hwc_kind_find_locked(res->kind->name)->resources--;
	hwc_resource_generation++;
	hwc_resource_ntf_locked(res, true);
	hwc_blank_forget_locked(res);
	hwc_resource_end_claims_locked(res);
}

/**
 * hwcontainer_resource_unregister() - the hardware goes
 * @res: the resource; not valid afterwards
 *
 * Its claims end, and this waits until the last one has left the hardware.
 *
 * Context: process, sleeps. Not from the kind's ops, nor from the worker.
 */
void hwcontainer_resource_unregister(struct hwcontainer_resource *res)
{
	mutex_lock(&hwc_lock);
	hwc_resource_withdraw_locked(res);
	mutex_unlock(&hwc_lock);

	hwc_resource_drain(res);
	hwc_wait_exit(res);
	hwc_resource_free(res);
}
EXPORT_SYMBOL_GPL(hwcontainer_resource_unregister);

/**
 * hwcontainer_resource_priv() - the backend's own
 * @res: a resource
 *
 * Return: what was given at registration.
 */
void *hwcontainer_resource_priv(const struct hwcontainer_resource *res)
{
	return res->priv;
}
EXPORT_SYMBOL_GPL(hwcontainer_resource_priv);

/**
 * hwcontainer_resource_name() - what people call it
 * @res: a resource
 *
 * Return: its name, for as long as it is registered.
 */
const char *hwcontainer_resource_name(const struct hwcontainer_resource *res)
{
	return res->names[0].text;
}
EXPORT_SYMBOL_GPL(hwcontainer_resource_name);

/* The @i-th alias, or NULL. */
const char *hwc_resource_alias(const struct hwcontainer_resource *res, unsigned int i)
{
	return i + 1 < res->n_names ? res->names[i + 1].text : NULL;
}

void hwc_resource_describe(struct hwcontainer_resource *res,
			   struct hwcontainer_resource_info *info)
{
	lockdep_assert_held(&hwc_lock);
	memset(info, 0, sizeof(*info));
	if (res->kind->describe)
		res->kind->describe(res, info);
}

enum hwcontainer_resource_state
hwc_resource_state(const struct hwcontainer_resource *res,
		   const struct hwcontainer_resource_info *info)
{
	lockdep_assert_held(&hwc_lock);
	if (res->gone)
		return HWCONTAINER_RESOURCE_STATE_GONE;
	if (res->in_use >= res->capacity)
		return HWCONTAINER_RESOURCE_STATE_CLAIMED;
	if (info->failed[0])
		return HWCONTAINER_RESOURCE_STATE_FAILED;
	if (res->on_hw >= res->capacity)
		return HWCONTAINER_RESOURCE_STATE_CLAIMED;
	if (info->warm)
		return HWCONTAINER_RESOURCE_STATE_WARM;
	return HWCONTAINER_RESOURCE_STATE_FREE;
}

int hwc_core_init(void)
{
	int ret = rhashtable_init(&hwc_names, &hwc_name_params);

	if (ret)
		return ret;
	hwc_wq = alloc_workqueue("hwcontainer", WQ_UNBOUND, 0);
	if (!hwc_wq)
		goto err_names;
	hwc_read_wq = alloc_workqueue("hwcontainer-read", WQ_UNBOUND, 0);
	if (!hwc_read_wq)
		goto err_wq;
	hwc_admin_read_wq = alloc_workqueue("hwcontainer-admin", WQ_UNBOUND, 0);
	if (!hwc_admin_read_wq)
		goto err_read_wq;
	return 0;

err_read_wq:
	destroy_workqueue(hwc_read_wq);
err_wq:
	destroy_workqueue(hwc_wq);
err_names:
	rhashtable_destroy(&hwc_names);
	return -ENOMEM;
}

void hwc_core_exit(void)
{
	int slot;

	for (slot = 0; slot < HWC_KINDS; slot++)
		kfree(hwc_kind_names[slot]);
	destroy_workqueue(hwc_admin_read_wq);
	destroy_workqueue(hwc_read_wq);
	destroy_workqueue(hwc_wq);
	rhashtable_destroy(&hwc_names);
	/* No claims, but the place of the last one. */
	xa_destroy(&hwc_claims);
	WARN_ON_ONCE(!xa_empty(&hwc_resources));
	WARN_ON_ONCE(!list_empty(&hwc_kinds));
}
