// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: hardware that comes with containers. Start and end of the module. */
#include <linux/module.h>

#include "core.h"
#include "domain.h"
#include "holder.h"
#include "image.h"
#include "netlink.h"
#include "optional.h"
#include "signature.h"

/*
 * In the order of the list; undone from the end. Folders of groups pin the module, which
 * does nothing for one that fails to come: so they come last.
 */
static const struct {
	int (*init)(void);
	void (*exit)(void);
} hwc_parts[] = {
	{ hwc_image_init, hwc_image_exit },
	{ hwc_signature_init, hwc_signature_exit },
	{ hwc_core_init, hwc_core_exit },
	{ hwc_domain_init, hwc_domain_exit },
	{ hwc_cdev_init, hwc_cdev_exit },
	{ hwc_netlink_init, hwc_netlink_exit },
	{ hwc_region_init, hwc_region_exit },
	{ hwc_rproc_init, hwc_rproc_exit },
	{ hwc_groupfs_init, hwc_groupfs_exit },
};

static void hwc_undo(int n)
{
	while (n--)
		hwc_parts[n].exit();
}

static int __init hwc_init(void)
{
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(hwc_parts); i++) {
		ret = hwc_parts[i].init();
		if (ret) {
			hwc_undo(i);
			return ret;
		}
	}
	return 0;
}

static void __exit hwc_exit(void)
{
	hwc_undo(ARRAY_SIZE(hwc_parts));
}

module_init(hwc_init);
module_exit(hwc_exit);
MODULE_DESCRIPTION("Hardware that comes with containers");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_VERSION(HWC_VERSION);
MODULE_LICENSE("GPL");
