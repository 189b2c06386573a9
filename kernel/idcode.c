// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: IDCODE of the machine's programmable logic, where its firmware
 * knows it and the device tree says nothing.
 */
#include <kunit/visibility.h>
#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/firmware/xlnx-zynqmp.h>

#include "region.h"

/*
 * A Zynq UltraScale+ has two: what its processing system and JTAG show, and what
 * its bitstreams carry. The former is in UG1085, "JTAG IDCODE", the latter in the
 * bitstreams that Vivado writes for the part.
 */
static const struct {
	u32 chip;
	u32 logic;
} hwc_zynqmp_idcodes[] = {
	{ 0x04688093, 0x04826093 },	/* XCZU1 */
	{ 0x04711093, 0x04a43093 },	/* XCZU2 */
	{ 0x04710093, 0x04a42093 },	/* XCZU3 */
	{ 0x04714093, 0x04a44093 },	/* XCK24 */
	{ 0x04718093, 0x04af2093 },	/* XCZU3T */
	{ 0x04721093, 0x04a47093 },	/* XCZU4 */
	{ 0x04720093, 0x04a46093 },	/* XCZU5 */
	{ 0x04724093, 0x04a49093 },	/* XCK26 */
	{ 0x04730093, 0x04a5a093 },	/* XCZU7 */
	{ 0x04738093, 0x0484a093 },	/* XCZU9 */
};

/**
 * hwc_idcode_of_chip() - IDCODE in bitstreams for a Zynq UltraScale+
 * @chip: IDCODE of the chip, of any revision
 *
 * Return: the IDCODE of its programmable logic, or 0 when the part is not known.
 */
u32 hwc_idcode_of_chip(u32 chip)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hwc_zynqmp_idcodes); i++)
		if (hwc_zynqmp_idcodes[i].chip == (chip & HWC_IDCODE_MASK))
			return hwc_zynqmp_idcodes[i].logic;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_idcode_of_chip);

/**
 * hwc_idcode_of_machine() - IDCODE that a manager's images must have
 * @m: a manager
 * @idcode: receives it
 *
 * The firmware is asked where the manager is the firmware's, and not elsewhere.
 *
 * Context: process, sleeps.
 * Return: true when it is known.
 */
bool hwc_idcode_of_machine(const struct hwc_manager *m, u32 *idcode)
{
	bool zynqmp = hwc_manager_is(m, "xlnx,zynqmp-pcap-fpga");
	u32 chip, version;

	if (!zynqmp && !hwc_manager_is(m, "xlnx,versal-fpga"))
		return false;
	if (zynqmp_pm_get_chipid(&chip, &version))
		return false;
	/* A Versal has one for all. */
	*idcode = zynqmp ? hwc_idcode_of_chip(chip) : chip;
	return *idcode;
}
