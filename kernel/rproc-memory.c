// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: remote processors: what is left in their memory. After a crash a core
 * dump, which is bounded; then nothing, for the next firmware may read all of it.
 *
 * The framework tells its subdevices when a processor is off and its memory is still
 * mapped. That is so after an ordinary stop, a crash, a forced stop and a start that has
 * failed. What was there before the first claim, of a processor that was found running, or
 * is left by firmware that could not be loaded, is cleared before the next one is.
 */
#include <linux/devcoredump.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "claim.h"
#include "core.h"
#include "domain.h"
#include "group.h"
#include "rproc.h"

/* Between two looks at whether somebody else wants the processor. */
#define HWC_ZERO_STEP SZ_1M

static unsigned long hwc_rproc_dump_max = 64 * SZ_1M;
module_param_named(rproc_dump_max, hwc_rproc_dump_max, ulong, 0644);
MODULE_PARM_DESC(rproc_dump_max, "largest core dump of a remote processor, in bytes");

bool hwc_range_is_inside(const struct hwc_elf_range *inner, u64 da, u64 size)
{
	return inner->da >= da && inner->size <= size && inner->da - da <= size - inner->size;
}

bool hwc_rproc_has_carveout(struct rproc *rproc, const struct hwc_elf_range *range)
{
	struct rproc_mem_entry *mem;

	list_for_each_entry(mem, &rproc->carveouts, node)
		if (mem->da != (u32)FW_RSC_ADDR_ANY &&
		    hwc_range_is_inside(range, mem->da, mem->len))
			return true;
	return false;
}

/*
 * What a core dump is to have of a processor whose driver has not said so: its memory,
 * and what of its firmware is elsewhere. The framework forgets it when it stops.
 */
static void hwc_rproc_add_segments(struct hwc_rproc *r)
{
	const void *fw = hwcontainer_claim_blob(r->loading, HWCONTAINER_IMAGE)->data;
	const struct hwc_elf *elf = hwcontainer_claim_priv(r->loading);
	struct rproc *rproc = r->rproc;
	struct rproc_mem_entry *mem;
	struct hwc_elf_range range;
	u32 i;

	list_for_each_entry(mem, &rproc->carveouts, node)
		if (mem->va && mem->da != (u32)FW_RSC_ADDR_ANY)
			rproc_coredump_add_segment(rproc, mem->da, mem->len);
	for (i = 0; i < elf->segments; i++) {
		hwc_elf_segment(fw, elf, i, &range);
		if (!hwc_rproc_has_carveout(rproc, &range))
			rproc_coredump_add_segment(rproc, range.da, range.size);
	}
}

/* Its memory is there now, and the firmware still is, unless somebody else starts it. */
static int hwc_rproc_subdev_prepare(struct rproc_subdev *subdev)
{
	struct hwc_rproc *r = container_of(subdev, struct hwc_rproc, subdev);

	if (r->loading && list_empty(&r->rproc->dump_segments))
		hwc_rproc_add_segments(r);
	return 0;
}

/*
 * Whatever its files say: a dump that is read from where it lies would wait for its
 * reader, and the one before this would take its place (dev_coredumpm_timeout()).
 */
static void hwc_rproc_make_dump(struct hwc_rproc *r)
{
	struct rproc *rproc = r->rproc;
	enum rproc_dump_mechanism conf = rproc->dump_conf;
	u16 machine = rproc->elf_machine;
	u8 class = rproc->elf_class;

	dev_coredump_put(&rproc->dev);
	rproc->dump_conf = RPROC_COREDUMP_ENABLED;
	if (class == ELFCLASSNONE)
		rproc_coredump_set_elf_info(rproc, r->elf_class ?: ELFCLASS64, r->elf_machine);
	rproc->ops->coredump(rproc);
	rproc->elf_class = class;
	rproc->elf_machine = machine;
	rproc->dump_conf = conf;
}

static u64 hwc_rproc_dump_size(const struct rproc *rproc)
{
	const struct rproc_dump_segment *segment;
	u64 size = 0;

	list_for_each_entry(segment, &rproc->dump_segments, node)
		size += segment->size;
	return size;
}

/**
 * hwc_rproc_set_claim() - for whom a processor is about to be started
 * @r: the processor
 * @claim: the claim
 *
 * A dump is the last holder's memory: it goes when somebody else's firmware comes. How
 * much of the kernel's memory one may take is up to the group that is charged now; where
 * none is, for the claim has ended, there is none.
 */
void hwc_rproc_set_claim(struct hwc_rproc *r, const struct hwcontainer_claim *claim)
{
	u64 loader, max = READ_ONCE(hwc_rproc_dump_max);

	mutex_lock(&hwc_lock);
	loader = claim->domain ? claim->domain->serial : 0;
	r->dump_max = claim->charge.group ?
		      min(max, hwc_group_dump_max_locked(claim->charge.group)) : 0;
	r->undumped = 0;
	mutex_unlock(&hwc_lock);
	if (!loader || loader != r->loader)
		dev_coredump_put(&r->rproc->dev);
	r->loader = loader;
}

/* All of it or nothing: half a dump would look like one. */
static void hwc_rproc_dump(struct hwc_rproc *r)
{
	u64 size = hwc_rproc_dump_size(r->rproc);

	if (size <= r->dump_max) {
		hwc_rproc_make_dump(r);
		return;
	}
	dev_coredump_put(&r->rproc->dev);
	mutex_lock(&hwc_lock);
	r->undumped = size;
	mutex_unlock(&hwc_lock);
}

/* Drivers map memory as they like and most do not say how: these accessors suit all of it. */
static void hwc_rproc_zero(void *va, size_t size)
{
	size_t step;

	for (; size; size -= step, va += step) {
		step = min_t(size_t, size, HWC_ZERO_STEP);
		memset_io((void __force __iomem *)va, 0, step);
		cond_resched();
	}
}

static bool hwc_rproc_is_on(const struct rproc *rproc)
{
	return READ_ONCE(rproc->state) != RPROC_OFFLINE || atomic_read(&rproc->power);
}

static bool hwc_rproc_names_memory(const struct rproc *rproc, u64 start, u64 size)
{
	const struct reserved_mem *region;
	struct device_node *np;
	bool names = false;
	int i;

	for (i = 0; !names; i++) {
		np = of_parse_phandle(rproc->dev.parent->of_node, "memory-region", i);
		if (!np)
			break;
		region = of_reserved_mem_lookup(np);
		names = region && start < region->base + region->size &&
			region->base < start + size;
		of_node_put(np);
	}
	return names;
}

/* What two nodes name is for both: it is cleared when the last of them is off. */
static bool hwc_rproc_memory_is_used(const struct hwc_rproc *r, u64 start, u64 size)
{
	const struct hwc_rproc *other;
	bool used = false;

	mutex_lock(&hwc_lock);
	list_for_each_entry(other, &hwc_rprocs, in_rprocs)
		if (other != r && hwc_rproc_is_on(other->rproc) &&
		    hwc_rproc_names_memory(other->rproc, start, size))
			used = true;
	mutex_unlock(&hwc_lock);
	return used;
}

/* A pool for rpmsg's buffers: nobody but the device that allocates from it maps it. */
static int hwc_rproc_zero_pool(struct hwc_rproc *r, int index)
{
	struct device_node *np = of_parse_phandle(r->rproc->dev.parent->of_node, "memory-region",
						  index);
	struct reserved_mem *pool = np ? of_reserved_mem_lookup(np) : NULL;
	bool is_ram;
	void *va;

	of_node_put(np);
	if (!pool || hwc_rproc_memory_is_used(r, pool->base, pool->size))
		return 0;
	is_ram = region_intersects(pool->base, pool->size, IORESOURCE_SYSTEM_RAM,
				   IORES_DESC_NONE) != REGION_DISJOINT;
	va = memremap(pool->base, pool->size, is_ram ? MEMREMAP_WB : MEMREMAP_WC);
	if (!va)
		return -ENOMEM;
	hwc_rproc_zero(va, pool->size);
	memunmap(va);
	return 0;
}

static int hwc_rproc_zero_carveout(struct hwc_rproc *r, const struct rproc_mem_entry *mem)
{
	if (mem->of_resm_idx != -1)
		return hwc_rproc_zero_pool(r, mem->of_resm_idx);
	if (mem->va && !hwc_rproc_memory_is_used(r, mem->dma, mem->len))
		hwc_rproc_zero(mem->va, mem->len);
	return 0;
}

/* Memory that only the driver knows of, where a dump, and so the firmware, had some. */
static void hwc_rproc_zero_segment(struct rproc *rproc, const struct rproc_dump_segment *segment)
{
	const struct hwc_elf_range range = { .da = segment->da, .size = segment->size };
	void *va;

	if (segment->dump || hwc_rproc_has_carveout(rproc, &range))
		return;
	va = rproc_da_to_va(rproc, segment->da, segment->size, NULL);
	if (va)
		hwc_rproc_zero(va, segment->size);
}

/* Context: the processor is off, its lock is held. */
static int hwc_rproc_scrub(struct hwc_rproc *r)
{
	const struct rproc_dump_segment *segment;
	const struct rproc_mem_entry *mem;
	struct rproc *rproc = r->rproc;
	int ret = 0;

	lockdep_assert_held(&rproc->lock);
	list_for_each_entry(segment, &rproc->dump_segments, node)
		hwc_rproc_zero_segment(rproc, segment);
	list_for_each_entry(mem, &rproc->carveouts, node)
		ret = hwc_rproc_zero_carveout(r, mem) ?: ret;
	/* It is on its way before the next one is started. */
	wmb();
	return ret;
}

/**
 * hwc_rproc_scrub_prepared() - clear the memory that a processor's driver has given it
 * @r: a processor that is prepared and off
 *
 * Context: the processor's lock is held; rproc_resource_cleanup() follows.
 * Return: 0 or -errno.
 */
int hwc_rproc_scrub_prepared(struct hwc_rproc *r)
{
	struct rproc *rproc = r->rproc;
	struct rproc_mem_entry *mem;
	int ret;

	lockdep_assert_held(&rproc->lock);
	list_for_each_entry(mem, &rproc->carveouts, node) {
		ret = mem->va || !mem->alloc ? 0 : mem->alloc(rproc, mem);
		if (ret)
			return ret;
	}
	return hwc_rproc_scrub(r);
}

/* A crash of firmware that somebody else has started is his. */
static void hwc_rproc_subdev_stop(struct rproc_subdev *subdev, bool crashed)
{
	struct hwc_rproc *r = container_of(subdev, struct hwc_rproc, subdev);

	r->crashed = crashed && r->placed;
}

/* One that was running when it was found may only be let go of: it runs on then. */
static bool hwc_rproc_may_run(const struct rproc *rproc)
{
	return rproc->state == RPROC_ATTACHED || rproc->state == RPROC_DETACHED;
}

/* As rproc_boot_recovery() would: it is stopped, its memory is still there. */
static void hwc_rproc_subdev_unprepare(struct rproc_subdev *subdev)
{
	struct hwc_rproc *r = container_of(subdev, struct hwc_rproc, subdev);

	if (r->crashed)
		hwc_rproc_dump(r);
	r->crashed = false;
	if (!hwc_rproc_may_run(r->rproc) && hwc_rproc_scrub(r))
		hwc_rproc_set_failed(r, "its memory could not be cleared");
}

/**
 * hwc_rproc_watch_memory() - be told when a processor's memory comes and goes
 * @r: the processor
 * @watched: from now on, or no more
 */
void hwc_rproc_watch_memory(struct hwc_rproc *r, bool watched)
{
	if (r->watched == watched)
		return;
	r->watched = watched;
	r->subdev.prepare = hwc_rproc_subdev_prepare;
	r->subdev.stop = hwc_rproc_subdev_stop;
	r->subdev.unprepare = hwc_rproc_subdev_unprepare;
	mutex_lock(&r->rproc->lock);
	if (watched)
		rproc_add_subdev(r->rproc, &r->subdev);
	else
		rproc_remove_subdev(r->rproc, &r->subdev);
	mutex_unlock(&r->rproc->lock);
}
