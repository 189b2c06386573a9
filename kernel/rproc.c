// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: remote processors: which there are, who may have them, what fits.
 *
 * The driver core tells us of them with the mutex of the class remoteproc held,
 * which starting and stopping one does not need: so we can wait for that there.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "claim.h"
#include "compat.h"
#include "core.h"
#include "optional.h"
#include "overdue.h"
#include "rproc.h"

#define HWC_FIRMWARE_MAX (64 * SZ_1M)

LIST_HEAD(hwc_rprocs);

/**
 * hwc_rproc_busy() - what somebody else does with a processor
 * @r: one that is not ours
 *
 * Return: a word for it, or NULL when it is free.
 */
const char *hwc_rproc_busy(const struct hwc_rproc *r)
{
	const struct rproc *rproc = r->rproc;

	switch (READ_ONCE(rproc->state)) {
	case RPROC_OFFLINE:
		if (rproc->auto_boot)
			return "auto-booted";
		return atomic_read(&rproc->power) ? "powered" : NULL;
	case RPROC_RUNNING:
		return rproc->auto_boot ? "auto-booted" : "running";
	case RPROC_CRASHED:
		return "crashed";
	case RPROC_ATTACHED:
	case RPROC_DETACHED:
		return "attached";
	default:
		return "suspended";
	}
}

static int hwc_rproc_acquire(struct hwcontainer_resource *res, struct hwcontainer_claim *claim,
			     struct netlink_ext_ack *extack)
{
	struct hwc_rproc *r = hwcontainer_resource_priv(res);
	unsigned int ms = hwc_overdue_ms_locked(&r->overdue);
	const char *busy = r->owned ? NULL : hwc_rproc_busy(r);

	lockdep_assert_held(&hwc_lock);
	r->res = res;	/* a claim may be faster than the registration returns */
	if (ms)
		return hwc_refuse(extack, -EBUSY, "%.32s has not %s for %u ms",
				  hwcontainer_resource_name(res), r->overdue.doing, ms);
	if (busy && !(hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_TAKEOVER))
		return hwc_refuse(extack, -EBUSY, "%.24s is %s; a claim must say takeover",
				  hwcontainer_resource_name(res), busy);
	return HWCONTAINER_WORK;
}

static int hwc_rproc_check_machine(struct hwcontainer_resource *res,
				   struct hwcontainer_claim *claim, const struct hwc_elf *elf)
{
	const struct hwc_rproc *r = hwcontainer_resource_priv(res);
	const struct rproc *rproc = r->rproc;

	if (rproc->elf_class != ELFCLASSNONE && elf->class != rproc->elf_class)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
						"firmware is for %u bits, %s takes %u",
						elf->class == ELFCLASS64 ? 64 : 32,
						hwcontainer_resource_name(res),
						rproc->elf_class == ELFCLASS64 ? 64 : 32);
	if (rproc->elf_machine != EM_NONE && elf->machine != rproc->elf_machine)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
						"firmware is for machine %u (%s), %s is %u (%s)",
						elf->machine,
						hwc_elf_machine(elf->machine) ?: "unknown",
						hwcontainer_resource_name(res), rproc->elf_machine,
						hwc_elf_machine(rproc->elf_machine) ?: "unknown");
	/* A driver with a reader of its own may do without. */
	if (!elf->has_table && rproc->ops->parse_fw == rproc_elf_load_rsc_table)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
						"firmware has no resource table, %s needs one",
						hwcontainer_resource_name(res));
	return 0;
}

static int hwc_rproc_examine(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE);
	const struct hwc_rproc *r = hwcontainer_resource_priv(res);
	struct hwc_elf *elf = hwcontainer_claim_priv(claim);
	char why[HWC_ELF_WHY];
	int ret;

	/* What is no ELF file may still be what a driver with a loader of its own takes. */
	if (!hwc_elf_is(blob->data, blob->size) && r->rproc->ops->load != rproc_elf_load_segments)
		return 0;
	ret = hwc_elf_parse(blob->data, blob->size, elf, why, sizeof(why));
	if (ret)
		return hwcontainer_claim_refuse(claim, ret, "%s", why);
	return hwc_rproc_check_machine(res, claim, elf);
}

static void hwc_rproc_describe(struct hwcontainer_resource *res,
			       struct hwcontainer_resource_info *info)
{
	const struct hwc_rproc *r = hwcontainer_resource_priv(res);
	unsigned int ms = hwc_overdue_ms_locked(&r->overdue);
	const char *busy = r->owned ? NULL : hwc_rproc_busy(r);

	strscpy(info->controller, r->driver);
	strscpy(info->failed, r->failed);
	if (ms)
		snprintf(info->failed, sizeof(info->failed), "%s has not %s for %u ms",
			 hwcontainer_resource_name(res), r->overdue.doing, ms);
	if (busy)
		snprintf(info->note, sizeof(info->note), "is %s, for no claim", busy);
	else if (r->undumped)
		snprintf(info->note, sizeof(info->note),
			 "no core dump: it would have %llu bytes, %llu are allowed", r->undumped,
			 r->dump_max);
	else if (r->owned && READ_ONCE(r->rproc->num_traces))
		snprintf(info->note, sizeof(info->note),
			 "its trace is remoteproc/%s/trace0 in debugfs", dev_name(&r->rproc->dev));
}

const struct hwcontainer_kind hwc_rproc_kind = {
	.name = "remoteproc",
	.owner = THIS_MODULE,
	.priv_size = sizeof(struct hwc_elf),
	.blob_max = { [HWCONTAINER_IMAGE] = HWC_FIRMWARE_MAX },
	.blob_required = { [HWCONTAINER_IMAGE] = true },
	.acquire = hwc_rproc_acquire,
	.examine = hwc_rproc_examine,
	.configure = hwc_rproc_configure,
	.settle = hwc_rproc_settle,
	.release = hwc_rproc_release,
	.describe = hwc_rproc_describe,
};

static void hwc_rproc_tidy(struct kthread_work *work)
{
	struct hwc_rproc *r = container_of(work, struct hwc_rproc, tidy);

	hwc_firmware_remove(r->file);
}

/* Its driver has stopped it already, where it could; what is ours has to go. */
static void hwc_rproc_bury(struct kthread_work *work)
{
	hwc_rproc_disown(container_of(work, struct hwc_rproc, bury));
}

/* Cores of a cluster have no driver of their own: their parent's is theirs. */
static const struct device_driver *hwc_rproc_driver(const struct rproc *rproc)
{
	const struct device *dev = rproc->dev.parent;

	if (!dev->driver && dev->parent)
		dev = dev->parent;
	return dev->driver;
}

static struct hwc_rproc *hwc_rproc_alloc(struct rproc *rproc)
{
	const struct device_driver *driver = hwc_rproc_driver(rproc);
	struct hwc_rproc *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return NULL;
	r->worker = kthread_create_worker(0, "hwc-%s", dev_name(&rproc->dev));
	if (IS_ERR(r->worker)) {
		kfree(r);
		return NULL;
	}
	get_device(&rproc->dev);
	r->rproc = rproc;
	r->owner = driver ? driver->owner : NULL;
	strscpy(r->driver, driver ? driver->name : "");
	snprintf(r->file, sizeof(r->file), "hwcontainer/%s", dev_name(&rproc->dev));
	kthread_init_work(&r->tidy, hwc_rproc_tidy);
	kthread_init_work(&r->bury, hwc_rproc_bury);
	INIT_DELAYED_WORK(&r->watch, hwc_rproc_watch);
	hwc_overdue_init(&r->overdue, hwc_rproc_fail_claims);
	return r;
}

static void hwc_rproc_free(struct hwc_rproc *r)
{
	kthread_destroy_worker(r->worker);
	put_device(&r->rproc->dev);
	kfree(r);
}

/* Names in sysfs need not be unique: who comes later goes without. */
static int hwc_rproc_publish(struct hwc_rproc *r)
{
	const char *alias[2];
	struct hwcontainer_resource_desc desc = {
		.kind = &hwc_rproc_kind,
		.name = dev_name(&r->rproc->dev),
		.alias = alias,
		.capacity = 1,
		.worker = r->worker,
		.priv = r,
	};
	const struct device_node *np = r->rproc->dev.parent->of_node;
	char *path = np ? kasprintf(GFP_KERNEL, "%pOF", np) : NULL;

	if (np && !path)
		return -ENOMEM;
	if (path)
		alias[desc.n_alias++] = path;
	alias[desc.n_alias++] = r->rproc->name;
	r->res = hwcontainer_resource_register(&desc);
	if (r->res == ERR_PTR(-EEXIST)) {
		desc.n_alias--;
		r->res = hwcontainer_resource_register(&desc);
	}
	kfree(path);
	return PTR_ERR_OR_ZERO(r->res);
}

static int hwc_rproc_add(struct device *dev)
{
	struct hwc_rproc *r = hwc_rproc_alloc(container_of(dev, struct rproc, dev));
	int ret;

	if (!r)
		return -ENOMEM;
	kthread_queue_work(r->worker, &r->tidy);
	ret = hwc_rproc_publish(r);
	if (ret) {
		dev_err(dev, "cannot be offered to containers (error %d)\n", -ret);
		hwc_rproc_free(r);
		return ret;
	}
	mutex_lock(&hwc_lock);
	list_add_tail(&r->in_rprocs, &hwc_rprocs);
	mutex_unlock(&hwc_lock);
	return 0;
}

static void hwc_rproc_remove(struct device *dev)
{
	struct hwc_rproc *r;

	list_for_each_entry(r, &hwc_rprocs, in_rprocs)
		if (&r->rproc->dev == dev)
			goto found;
	return;

found:
	mutex_lock(&hwc_lock);
	list_del(&r->in_rprocs);
	mutex_unlock(&hwc_lock);
	hwcontainer_resource_unregister(r->res);
	kthread_queue_work(r->worker, &r->bury);
	hwc_rproc_free(r);
}

static struct class_interface hwc_rproc_interface = {
	.add_dev = hwc_rproc_add,
	.remove_dev = hwc_rproc_remove,
};

static int hwc_rproc_no_start(struct rproc *rproc)
{
	return -ENODEV;
}

/* The class is not exported. One of our own, which is never added, shows it. */
static const struct class *hwc_rproc_class(void)
{
	static const struct rproc_ops ops = { .start = hwc_rproc_no_start };
	struct platform_device *pdev;
	const struct class *class;
	struct rproc *rproc;

	pdev = platform_device_register_simple("hwcontainer-rproc-probe", PLATFORM_DEVID_NONE,
					       NULL, 0);
	if (IS_ERR(pdev))
		return ERR_CAST(pdev);
	rproc = rproc_alloc(&pdev->dev, "probe", &ops, "none", 0);
	class = rproc ? rproc->dev.class : ERR_PTR(-ENOMEM);
	if (rproc)
		rproc_free(rproc);
	platform_device_unregister(pdev);
	return class;
}

int hwc_rproc_init(void)
{
	int ret;

	hwc_rproc_interface.class = hwc_rproc_class();
	if (IS_ERR(hwc_rproc_interface.class))
		return PTR_ERR(hwc_rproc_interface.class);
	ret = hwcontainer_kind_register(&hwc_rproc_kind);
	if (ret)
		return ret;
	ret = class_interface_register(&hwc_rproc_interface);
	if (ret)
		hwcontainer_kind_unregister(&hwc_rproc_kind);
	return ret;
}

void hwc_rproc_exit(void)
{
	class_interface_unregister(&hwc_rproc_interface);
	hwcontainer_kind_unregister(&hwc_rproc_kind);
}
