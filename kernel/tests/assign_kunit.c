// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: KUnit tests of what keeps the host's drivers from a guest's devices. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "../compat.h"

/* Of the device, so that the driver comes by it. */
#define HOST "hwc-kunit-host"

/* Which driver the device is told to want, and what comes of that. */
static const char *wanted;
static int override_err;

static int fake_set_override(struct device *dev, const char *driver)
{
	wanted = driver;
	return override_err ?: hwc_device_set_override(dev, driver);
}

#define hwc_device_set_override fake_set_override
#include "../assign.c"

/* What that calls of others. Devices that this task adds are for a guest; others never. */
static struct task_struct *assigner;

bool hwc_guard_assigns(const struct device_node *np)
{
	return current == assigner;
}

int hwc_hold_clock(struct device_node *np, int i, struct hwc_held **held)
{
	return -ENODEV;
}

int hwc_hold_reset(struct device_node *np, int i, struct hwc_held **held)
{
	return -ENODEV;
}

void hwc_held_put(struct hwc_held *held)
{
}

static int probes;

static int host_probe(struct platform_device *pdev)
{
	probes++;
	return 0;
}

static struct platform_driver host_driver = {
	.probe = host_probe,
	.driver = { .name = HOST },
};

static int assign_init(struct kunit *test)
{
	wanted = NULL;
	override_err = 0;
	assigner = NULL;
	probes = 0;
	return platform_driver_register(&host_driver) ?:
	       bus_register_notifier(&platform_bus_type, &hwc_assign_nb);
}

static void assign_exit(struct kunit *test)
{
	if (test->priv)
		platform_device_unregister(test->priv);
	bus_unregister_notifier(&platform_bus_type, &hwc_assign_nb);
	platform_driver_unregister(&host_driver);
}

static struct device *add_device(struct kunit *test, bool assign)
{
	struct platform_device *pdev;

	assigner = assign ? current : NULL;
	pdev = platform_device_register_simple(HOST, PLATFORM_DEVID_NONE, NULL, 0);
	assigner = NULL;
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	test->priv = pdev;
	return &pdev->dev;
}

static void device_of_host(struct kunit *test)
{
	struct device *dev = add_device(test, false);

	KUNIT_EXPECT_EQ(test, probes, 1);
	KUNIT_EXPECT_PTR_EQ(test, dev->driver, &host_driver.driver);
	KUNIT_EXPECT_NULL(test, wanted);
}

static void device_of_guest(struct kunit *test)
{
	add_device(test, true);
	KUNIT_EXPECT_STREQ(test, wanted, "hwcontainer-assign");
	KUNIT_EXPECT_EQ(test, probes, 0);
}

/* Neither the driver that is there, nor root by hand, nor one that comes later. */
static void device_without_override(struct kunit *test)
{
	struct device *dev;

	override_err = -ENOMEM;
	dev = add_device(test, true);
	KUNIT_EXPECT_STREQ(test, wanted, "hwcontainer-assign");
	KUNIT_EXPECT_EQ(test, probes, 0);
	KUNIT_EXPECT_NE(test, device_attach(dev), 1);
	KUNIT_EXPECT_NE(test, device_driver_attach(&host_driver.driver, dev), 0);
	platform_driver_unregister(&host_driver);
	KUNIT_ASSERT_EQ(test, platform_driver_register(&host_driver), 0);
	KUNIT_EXPECT_EQ(test, probes, 0);
	KUNIT_EXPECT_NULL(test, dev->driver);
}

static struct kunit_case assign_cases[] = {
	KUNIT_CASE(device_of_host),
	KUNIT_CASE(device_of_guest),
	KUNIT_CASE(device_without_override),
	{}
};

static struct kunit_suite assign_suite = {
	.name = "hwcontainer-assign",
	.init = assign_init,
	.exit = assign_exit,
	.test_cases = assign_cases,
};

kunit_test_suite(assign_suite);

MODULE_DESCRIPTION("Unit tests of hwcontainer's devices for virtual machines");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
