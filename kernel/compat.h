/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what differs between kernels, or is exported without a public header. */
#ifndef HWC_COMPAT_H
#define HWC_COMPAT_H

struct device_node;

/* drivers/of/resolver.c; exported, but declared in drivers/of/of_private.h. */
int of_resolve_phandles(struct device_node *tree);

#endif
