// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the firmware of the bench's boards (selftests/qemu/firmware), asked as
 * the mainline drivers ask it. On other machines there is none, and all is skipped.
 */
#include <kunit/test.h>
#include <linux/firmware/xlnx-zynqmp.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "../../selftests/qemu/firmware/monitor-page.h"
#include "../pdi-layout.h"
#include "../sim/sim-image.h"

/* Statuses that the drivers' header does not name. */
#define XST_INVALID_PARAM 15
/* xilfpga's: the step in bits 7:0, why in 15:8. */
#define XFPGA_INVALID_PARAM 0x08
#define XFPGA_SECURE_MODE 0x0d02
#define XFPGA_PL_DONE 0x1604
#define XFPGA_BITSTREAM_FORMAT 0x1a02
#define XFPGA_UNALIGN_ADDR 0x1b02
/* The loader's of Versal. */
#define XLOADER_UNSUPPORTED_BOOT_MODE 0x03000000
#define XLOADER_ERR_IMGHDR_TBL 0x03020000
#define XLOADER_ERR_IMGHDR 0x03030000
#define XLOADER_ERR_PRTNHDR 0x03040000
#define XLOADER_ERR_IDCODE 0x03260001
#define XLOADER_ERR_DMA_XFER 0x033a0000
#define XLOADER_ERR_INCOMPATIBLE_CHILD 0x03530000

#define IMAGE_ORDER 1
#define IMAGE_SIZE (PAGE_SIZE << IMAGE_ORDER)
#define FRAMES 2
#define OUTSIDE 0x80000000

#define PD_UART_1 34
#define PD_RPU_1 8
#define ZYNQMP_PL0_REF 71
#define ZYNQMP_PSS_REF_CLK 113
#define VERSAL_PL0_REF 0x0820c041
#define VERSAL_PD_UART_1 0x18224022
#define VERSAL_PD_RPU_1 0x18110006
#define VERSAL_RST_PL1 0x0c410013

/* What the cases turn; all are off in them until they do. */
static const u32 knobs[] = { MON_FAIL_API, MON_FAIL_STATUS, MON_FAIL_COUNT,
			     MON_LOAD_NS_PER_KIB, MON_STALL_MS, MON_HANG };

/**
 * struct monitor - a test's own
 * @page: the page that the monitor shares
 * @versal: the machine is that board
 * @idcode: that images are made with
 * @knobs: how the knobs were before
 * @image: room for an image
 * @words: words in it
 * @crc: checksum of a bitstream so far
 */
struct monitor {
	void __iomem *page;
	bool versal;
	u32 idcode;
	u32 knobs[ARRAY_SIZE(knobs)];
	u32 *image;
	u32 words;
	u32 crc;
};

static u32 page_read(struct monitor *m, u32 offset)
{
	return readl(m->page + offset);
}

static void page_write(struct monitor *m, u32 offset, u32 value)
{
	writel(value, m->page + offset);
}

static int monitor_init(struct kunit *test)
{
	struct monitor *m;
	int i;

	if (!of_machine_is_compatible("xlnx,zynqmp") &&
	    !of_machine_is_compatible("xlnx-versal-virt"))
		return 0; /* each case skips */
	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	m->versal = of_machine_is_compatible("xlnx-versal-virt");
	m->page = ioremap(MON_PAGE_BASE, MON_PAGE_SIZE);
	KUNIT_ASSERT_TRUE(test, !!m->page);
	m->idcode = page_read(m, MON_PL_IDCODE);
	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		m->knobs[i] = page_read(m, knobs[i]);
		page_write(m, knobs[i], 0);
	}
	m->image = (u32 *)__get_free_pages(GFP_KERNEL, IMAGE_ORDER);
	test->priv = m;
	KUNIT_ASSERT_NOT_NULL(test, m->image);
	return 0;
}

static void monitor_exit(struct kunit *test)
{
	struct monitor *m = test->priv;
	int i;

	if (!m)
		return;
	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		page_write(m, knobs[i], m->knobs[i]);
	free_pages((unsigned long)m->image, IMAGE_ORDER);
	iounmap(m->page);
}

static struct monitor *monitor_of(struct kunit *test)
{
	struct monitor *m = test->priv;

	if (!m)
		kunit_skip(test, "this machine has no monitor");
	KUNIT_ASSERT_EQ(test, page_read(m, MON_MAGIC_AT), MON_MAGIC);
	KUNIT_ASSERT_EQ(test, page_read(m, MON_VERSION_AT), MON_VERSION);
	return m;
}

static struct monitor *monitor_of_board(struct kunit *test, bool versal)
{
	struct monitor *m = monitor_of(test);

	if (m->versal != versal)
		kunit_skip(test, "this is the other board");
	return m;
}

/* The status as the firmware gave it: its errno says less. */
static u32 ask(u32 api, u32 arg0, u32 arg1, u32 arg2, u32 arg3, u32 *out)
{
	u32 payload[PAYLOAD_ARG_CNT] = {};

	zynqmp_pm_invoke_fn(api, payload, 4, arg0, arg1, arg2, arg3);
	if (out)
		*out = payload[1];
	return payload[0];
}

/* An entry of the log, counted from the last one back. */
static u32 logged(struct monitor *m, u32 back, u32 word)
{
	u32 n = page_read(m, MON_LOG_NEXT) - 1 - back;

	return page_read(m, MON_LOG + n % MON_LOG_ENTRIES * MON_LOG_SIZE + 4 * word);
}

static void log_keeps_calls(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 before = page_read(m, MON_LOG_NEXT);
	int i;

	ask(PM_IOCTL, 0, IOCTL_READ_GGS, 1, 7, NULL);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOG_NEXT), before + 1);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 0), PM_IOCTL);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 2), IOCTL_READ_GGS);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 4), 7);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 5), XST_PM_SUCCESS);
	for (i = 0; i < MON_LOG_ENTRIES; i++)
		ask(PM_IOCTL, 0, IOCTL_READ_GGS, GSS_NUM_REGS, i, NULL);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 4), MON_LOG_ENTRIES - 1);
	KUNIT_EXPECT_EQ(test, logged(m, MON_LOG_ENTRIES - 1, 4), 0);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 5), XST_INVALID_PARAM);
}

static void strangers_are_refused(struct kunit *test)
{
	struct monitor *m = monitor_of(test);

	KUNIT_EXPECT_EQ(test, zynqmp_pm_invoke_fn(99, NULL, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 0), PM_FEATURE_CHECK);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 1), 99);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 5), XST_PM_NO_FEATURE);
	KUNIT_EXPECT_EQ(test, ask(PM_IOCTL, 0, 99, 0, 0, NULL), XST_PM_NO_FEATURE);
	KUNIT_EXPECT_EQ(test, ask(PM_QUERY_DATA, 99, 0, 0, 0, NULL), XST_PM_NO_FEATURE);
	KUNIT_EXPECT_EQ(test, ask(PM_MMIO_READ, 0xff5e0250, 0, 0, 0, NULL), XST_PM_NO_ACCESS);
}

static void clocks_keep_state(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 clock = m->versal ? VERSAL_PL0_REF : ZYNQMP_PL0_REF;
	u32 before, now;

	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_getstate(clock, &now), 0);
	KUNIT_EXPECT_EQ(test, now, 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_enable(clock), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_getstate(clock, &now), 0);
	KUNIT_EXPECT_EQ(test, now, 1);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_disable(clock), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_getdivider(clock, &before), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_setdivider(clock, 0xffff0007), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_getdivider(clock, &now), 0);
	KUNIT_EXPECT_EQ(test, now, (before & 0xffff0000) | 7);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_setdivider(clock, before), 0);
	KUNIT_EXPECT_EQ(test, ask(PM_CLOCK_SETDIVIDER, clock, 64, 0, 0, NULL), XST_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_setparent(clock, m->versal ? 1 : 2), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_getparent(clock, &now), 0);
	KUNIT_EXPECT_EQ(test, now, m->versal ? 1 : 2);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_setparent(clock, 0), 0);
	KUNIT_EXPECT_EQ(test, ask(PM_CLOCK_SETPARENT, clock, 9, 0, 0, NULL), XST_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, ask(PM_CLOCK_ENABLE, 2000, 0, 0, 0, NULL), XST_INVALID_PARAM);
	if (!m->versal)
		KUNIT_EXPECT_EQ(test, ask(PM_CLOCK_DISABLE, ZYNQMP_PSS_REF_CLK, 0, 0, 0, NULL),
				XST_INVALID_PARAM);
}

static void resets_keep_state(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 reset = m->versal ? VERSAL_RST_PL1 : ZYNQMP_PM_RESET_PS_PL1;
	u32 now;

	KUNIT_EXPECT_EQ(test, zynqmp_pm_reset_assert(reset, PM_RESET_ACTION_ASSERT), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_reset_get_status(reset, &now), 0);
	KUNIT_EXPECT_EQ(test, now, 1);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_reset_get_status(reset + 1, &now), 0);
	KUNIT_EXPECT_EQ(test, now, 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_reset_assert(reset, PM_RESET_ACTION_RELEASE), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_reset_get_status(reset, &now), 0);
	KUNIT_EXPECT_EQ(test, now, 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_reset_assert(reset, PM_RESET_ACTION_PULSE), 0);
	KUNIT_EXPECT_EQ(test, ask(PM_RESET_ASSERT, reset, 3, 0, 0, NULL), XST_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, ask(PM_RESET_ASSERT, 999, 1, 0, 0, NULL), XST_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, ask(PM_RESET_GET_STATUS, 1120, 0, 0, 0, NULL), XST_INVALID_PARAM);
}

static void nodes_keep_state(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 node = m->versal ? VERSAL_PD_UART_1 : PD_UART_1 + 3; /* nobody's */
	u32 now;

	KUNIT_EXPECT_EQ(test, ask(PM_SET_REQUIREMENT, node, 1, 0, 0, NULL), XST_PM_NO_ACCESS);
	KUNIT_EXPECT_EQ(test, ask(PM_REQUEST_NODE, node, 1, 0, 0, NULL), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, ask(PM_REQUEST_NODE, node, 1, 0, 0, NULL), XST_PM_DOUBLE_REQ);
	KUNIT_EXPECT_EQ(test, ask(PM_GET_NODE_STATUS, node, 0, 0, 0, &now), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, now, PM_NODE_RUNNING);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_release_node(node), 0);
	KUNIT_EXPECT_EQ(test, ask(PM_RELEASE_NODE, node, 0, 0, 0, NULL), XST_PM_NO_ACCESS);
	KUNIT_EXPECT_EQ(test, ask(PM_REQUEST_NODE, 0x7fffffff, 1, 0, 0, NULL),
			XST_PM_INVALID_NODE);
}

/* The core runs nothing: on Versal there is a loop at its vectors while it does. */
static void real_time_cores_keep_state(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 node = m->versal ? VERSAL_PD_RPU_1 : PD_RPU_1;
	u32 *vectors = m->versal ? memremap(0, PAGE_SIZE, MEMREMAP_WC) : NULL;
	u32 now;

	if (vectors)
		WRITE_ONCE(vectors[0], 0xeafffffe); /* b . */
	KUNIT_EXPECT_EQ(test, zynqmp_pm_request_wake(node, true, 0, ZYNQMP_PM_REQUEST_ACK_NO), 0);
	KUNIT_EXPECT_EQ(test, ask(PM_GET_NODE_STATUS, node, 0, 0, 0, &now), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, now, PM_NODE_RUNNING);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_force_pwrdwn(node, ZYNQMP_PM_REQUEST_ACK_BLOCKING), 0);
	KUNIT_EXPECT_EQ(test, ask(PM_GET_NODE_STATUS, node, 0, 0, 0, &now), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, now, PM_NODE_UNUSED);
	KUNIT_EXPECT_EQ(test, ask(PM_IOCTL, node, IOCTL_SET_RPU_OPER_MODE, 1, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, ask(PM_IOCTL, node, IOCTL_GET_RPU_OPER_MODE, 0, 0, &now), 0);
	KUNIT_EXPECT_EQ(test, now, PM_RPU_MODE_SPLIT);
	KUNIT_EXPECT_EQ(test, ask(PM_REQUEST_WAKEUP, 33, 0, 0, 0, NULL), XST_PM_INVALID_NODE);
	if (vectors)
		memunmap(vectors);
}

/* ZynqMP: bitstreams */

static void put(struct monitor *m, u32 word)
{
	put_unaligned_be32(word, &m->image[m->words++]);
}

static void flip(struct monitor *m, u32 at, u32 bits)
{
	put_unaligned_be32(get_unaligned_be32(&m->image[at]) ^ bits, &m->image[at]);
}

static void put_register(struct monitor *m, u32 reg, u32 word)
{
	put(m, SIM_TYPE1_WRITE(reg, 1));
	put(m, word);
	m->crc = sim_crc_word(m->crc, reg, word);
	if (reg == SIM_REG_CMD && word == SIM_CMD_RCRC)
		m->crc = 0;
}

static void put_frames(struct monitor *m)
{
	u32 i;

	put(m, SIM_TYPE1_WRITE(SIM_REG_FDRI, 0));
	put(m, SIM_TYPE2_WRITE(FRAMES * SIM_FRAME_WORDS));
	for (i = 0; i < FRAMES * SIM_FRAME_WORDS; i++) {
		put(m, 0x1000 + i);
		m->crc = sim_crc_word(m->crc, SIM_REG_FDRI, 0x1000 + i);
	}
}

/* Of nobody's design: whatever looks at the record sees a stranger's. */
static void make_bitstream(struct monitor *m, bool partial)
{
	m->words = 0;
	put(m, SIM_DUMMY_WORD);
	put(m, SIM_SYNC_WORD);
	put(m, SIM_NOOP);
	put_register(m, SIM_REG_CMD, SIM_CMD_RCRC);
	put_register(m, SIM_REG_IDCODE, m->idcode);
	put_register(m, SIM_REG_FAR, partial ? SIM_FAR(3) : SIM_FAR_STATIC);
	put_register(m, SIM_REG_CMD, SIM_CMD_WCFG);
	put_frames(m);
	put(m, SIM_TYPE1_WRITE(SIM_REG_CRC, 1));
	put(m, m->crc);
	m->crc = 0;
	if (!partial)
		put_register(m, SIM_REG_CMD, SIM_CMD_START);
	put_register(m, SIM_REG_CMD, SIM_CMD_DESYNC);
}

#define AT_FRAMES 13 /* its first word of frame data, in that image */

static u32 load_at(phys_addr_t at, u32 size, u32 flags)
{
	return ask(PM_FPGA_LOAD, lower_32_bits(at), upper_32_bits(at), size, flags, NULL);
}

static u32 load(struct monitor *m, bool partial)
{
	wmb(); /* the image before the call */
	return load_at(virt_to_phys(m->image), 4 * m->words, partial);
}

static void bitstreams_are_recorded(struct kunit *test)
{
	struct monitor *m = monitor_of_board(test, false);
	u32 before = page_read(m, MON_LOAD_SEQ);
	u32 loads = page_read(m, MON_LOADS);
	u32 now;

	make_bitstream(m, true);
	KUNIT_EXPECT_EQ(test, load(m, true), XST_PM_SUCCESS);
	KUNIT_EXPECT_NE(test, page_read(m, MON_LOAD_SEQ), before);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOADS), loads + 1);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_PARTIAL), 1);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_FAR), SIM_FAR(3));
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_SIZE), 4 * m->words);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_WORDS + 36), 0x1009);
	make_bitstream(m, false);
	KUNIT_EXPECT_EQ(test, load(m, false), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_PARTIAL), 0);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_FAR), SIM_FAR_STATIC);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_fpga_get_status(&now), 0);
	KUNIT_EXPECT_EQ(test, now, 0xf);
}

/* The firmware takes both orders of bytes. */
static void bitstreams_may_be_swapped(struct kunit *test)
{
	struct monitor *m = monitor_of_board(test, false);

	m->idcode ^= 0x50000000; /* nor does the revision matter */
	make_bitstream(m, true);
	swab32_array(m->image, m->words);
	KUNIT_EXPECT_EQ(test, load(m, true), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_WORDS), 0x1000);
}

static void bad_bitstreams_are_refused(struct kunit *test)
{
	struct monitor *m = monitor_of_board(test, false);
	u32 before = page_read(m, MON_LOAD_SEQ), failures = page_read(m, MON_FAILURES);

	make_bitstream(m, true);
	flip(m, AT_FRAMES + 5, 1);
	KUNIT_EXPECT_EQ(test, load(m, true), XFPGA_PL_DONE);
	m->idcode ^= 0x1000;
	make_bitstream(m, true);
	KUNIT_EXPECT_EQ(test, load(m, true), XFPGA_PL_DONE);
	m->idcode ^= 0x1000;
	make_bitstream(m, true);
	m->words -= 2; /* DESYNC */
	KUNIT_EXPECT_EQ(test, load(m, true), XFPGA_PL_DONE);
	make_bitstream(m, false);
	KUNIT_EXPECT_EQ(test, load(m, true), XFPGA_PL_DONE);
	make_bitstream(m, true);
	m->image[1] = 0;
	KUNIT_EXPECT_EQ(test, load(m, true), XFPGA_BITSTREAM_FORMAT);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_FAILURES), failures + 5);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_SEQ), before);
}

static void bad_loads_are_refused(struct kunit *test)
{
	struct monitor *m = monitor_of_board(test, false);
	phys_addr_t at = virt_to_phys(m->image);

	make_bitstream(m, true);
	KUNIT_EXPECT_EQ(test, load_at(at + 2, 4 * m->words, 1), XFPGA_UNALIGN_ADDR);
	KUNIT_EXPECT_EQ(test, load_at(at, 0, 1), XFPGA_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, load_at(at, 0xfffffffc, 1), XFPGA_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, load_at(OUTSIDE, 4 * m->words, 1), XFPGA_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, load_at(~(phys_addr_t)3, 4 * m->words, 1), XFPGA_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, load_at(OUTSIDE - 4, 8, 1), XFPGA_INVALID_PARAM);
	KUNIT_EXPECT_EQ(test, load_at(at, 4 * m->words, 1 | 8), XFPGA_SECURE_MODE);
}

/* Nothing works after a whole one that failed, until a whole one does. */
static void failed_whole_leaves_nothing(struct kunit *test)
{
	struct monitor *m = monitor_of_board(test, false);
	u32 now;

	make_bitstream(m, false);
	flip(m, AT_FRAMES + 5, 1);
	KUNIT_EXPECT_EQ(test, load(m, false), XFPGA_PL_DONE);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_PL_DONE), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_fpga_get_status(&now), 0);
	KUNIT_EXPECT_EQ(test, now, 0x7);
	make_bitstream(m, true);
	KUNIT_EXPECT_EQ(test, load(m, true), XFPGA_PL_DONE);
	make_bitstream(m, false);
	KUNIT_EXPECT_EQ(test, load(m, false), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_PL_DONE), 1);
}

/* Versal: PDIs */

static void sum_up(u32 *header, u32 words)
{
	u32 i;

	header[words - 1] = 0;
	for (i = 0; i < words - 1; i++)
		header[words - 1] += header[i];
	header[words - 1] = ~header[words - 1];
}

#define PDI_TABLE_AT (PDI_SMAP_SIZE / 4)
#define PDI_IMAGE_AT (PDI_TABLE_AT + PDI_TABLE_SIZE / 4)
#define PDI_PART_AT (PDI_IMAGE_AT + PDI_IMAGE_SIZE / 4)
#define PDI_DATA_AT (PDI_PART_AT + PDI_PART_SIZE / 4)
#define PDI_DATA_WORDS 64

static void make_pdi(struct monitor *m, u32 id, u32 parent)
{
	u32 *table = m->image + PDI_TABLE_AT, *image = m->image + PDI_IMAGE_AT;
	u32 *part = m->image + PDI_PART_AT;
	int i;

	memset(m->image, 0, IMAGE_SIZE);
	m->image[0] = PDI_SMAP_32;
	table[PDI_TABLE_VERSION / 4] = PDI_VERSION_MAX;
	table[PDI_TABLE_IMAGES / 4] = 1;
	table[PDI_TABLE_IMAGES_AT / 4] = PDI_IMAGE_AT;
	table[PDI_TABLE_PARTITIONS / 4] = 1;
	table[PDI_TABLE_PARTITIONS_AT / 4] = PDI_PART_AT;
	table[PDI_TABLE_IDCODE / 4] = m->idcode;
	table[PDI_TABLE_IDENT / 4] = PDI_PPDI;
	table[PDI_TABLE_HEADERS / 4] = PDI_HEADERS;
	image[PDI_IMAGE_PARTITIONS / 4] = 1;
	image[PDI_IMAGE_ID / 4] = id;
	image[PDI_IMAGE_UID / 4] = parent ? 5 : SIM_PDI_UID;
	image[PDI_IMAGE_PARENT / 4] = parent;
	part[PDI_PART_ENCRYPTED / 4] = PDI_DATA_WORDS;
	part[PDI_PART_PLAIN / 4] = PDI_DATA_WORDS;
	part[PDI_PART_TOTAL / 4] = PDI_DATA_WORDS;
	part[PDI_PART_DATA / 4] = PDI_DATA_AT;
	part[PDI_PART_ATTRIBUTES / 4] = PDI_TYPE_CFI << 24;
	for (i = 0; i < PDI_DATA_WORDS; i++)
		m->image[PDI_DATA_AT + i] = 0x1000 + i;
	sum_up(table, PDI_TABLE_SIZE / 4);
	sum_up(image, PDI_IMAGE_SIZE / 4);
	sum_up(part, PDI_PART_SIZE / 4);
}

static u32 load_pdi(struct monitor *m)
{
	phys_addr_t at = virt_to_phys(m->image);

	wmb(); /* the image before the call */
	return ask(PM_LOAD_PDI, PDI_SRC_DDR, lower_32_bits(at), upper_32_bits(at), 0, NULL);
}

static void pdis_are_recorded(struct kunit *test)
{
	struct monitor *m = monitor_of_board(test, true);
	u32 before = page_read(m, MON_LOAD_SEQ);

	make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID);
	KUNIT_EXPECT_EQ(test, load_pdi(m), XST_PM_SUCCESS);
	KUNIT_EXPECT_NE(test, page_read(m, MON_LOAD_SEQ), before);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_PARTIAL), 1);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_FAR), SIM_FAR(3));
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_SIZE), 4 * (PDI_DATA_AT + PDI_DATA_WORDS));
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_WORDS + 36), 0x1009);
	make_pdi(m, SIM_PDI_PL, 0);
	KUNIT_EXPECT_EQ(test, load_pdi(m), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_PARTIAL), 0);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_FAR), SIM_FAR_STATIC);
}

static void bad_pdis_are_refused(struct kunit *test)
{
	struct monitor *m = monitor_of_board(test, true);
	u32 before = page_read(m, MON_LOAD_SEQ), failures = page_read(m, MON_FAILURES);

	make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID + 1);
	KUNIT_EXPECT_EQ(test, load_pdi(m), XLOADER_ERR_INCOMPATIBLE_CHILD);
	make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID);
	m->image[PDI_TABLE_AT + PDI_TABLE_IDCODE / 4] ^= 0x1000;
	KUNIT_EXPECT_EQ(test, load_pdi(m), XLOADER_ERR_IMGHDR_TBL);
	sum_up(m->image + PDI_TABLE_AT, PDI_TABLE_SIZE / 4);
	KUNIT_EXPECT_EQ(test, load_pdi(m), XLOADER_ERR_IDCODE);
	make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID);
	m->image[PDI_IMAGE_AT] ^= 1;
	KUNIT_EXPECT_EQ(test, load_pdi(m), XLOADER_ERR_IMGHDR);
	make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID);
	m->image[PDI_PART_AT + PDI_PART_EXEC / 4] ^= 1;
	KUNIT_EXPECT_EQ(test, load_pdi(m), XLOADER_ERR_PRTNHDR);
	make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID);
	m->image[PDI_PART_AT + PDI_PART_DATA / 4] = 0xfffffff0;
	sum_up(m->image + PDI_PART_AT, PDI_PART_SIZE / 4);
	KUNIT_EXPECT_EQ(test, load_pdi(m), XLOADER_ERR_DMA_XFER);
	make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID);
	m->image[PDI_TABLE_AT + PDI_TABLE_IDENT / 4] = PDI_FPDI;
	sum_up(m->image + PDI_TABLE_AT, PDI_TABLE_SIZE / 4);
	KUNIT_EXPECT_EQ(test, load_pdi(m), XLOADER_ERR_IMGHDR_TBL);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_FAILURES), failures + 7);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_SEQ), before);
	KUNIT_EXPECT_EQ(test, ask(PM_LOAD_PDI, 1, 0x100000, 0, 0, NULL),
			XLOADER_UNSUPPORTED_BOOT_MODE);
	KUNIT_EXPECT_EQ(test, ask(PM_LOAD_PDI, PDI_SRC_DDR, OUTSIDE, 0, 0, NULL),
			XLOADER_ERR_DMA_XFER);
	KUNIT_EXPECT_EQ(test, ask(PM_LOAD_PDI, PDI_SRC_DDR, 0xffffff00, ~0, 0, NULL),
			XLOADER_ERR_DMA_XFER);
}

/* Knobs, on both */

static u32 load_any(struct monitor *m)
{
	if (m->versal) {
		make_pdi(m, SIM_PDI_NODE(3), SIM_PDI_UID);
		return load_pdi(m);
	}
	make_bitstream(m, true);
	return load(m, true);
}

static u32 load_api(const struct monitor *m)
{
	return m->versal ? PM_LOAD_PDI : PM_FPGA_LOAD;
}

static void loads_fail_when_told(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 why, before = page_read(m, MON_LOAD_SEQ);

	page_write(m, MON_FAIL_API, load_api(m));
	for (why = 0x02; why <= 0x1d; why++) {
		page_write(m, MON_FAIL_STATUS, why << 8 | 4);
		page_write(m, MON_FAIL_COUNT, 1);
		KUNIT_EXPECT_EQ(test, load_any(m), why << 8 | 4);
		KUNIT_EXPECT_EQ(test, page_read(m, MON_FAIL_COUNT), 0);
	}
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_SEQ), before);
	KUNIT_EXPECT_EQ(test, load_any(m), XST_PM_SUCCESS);
	page_write(m, MON_FAIL_COUNT, MON_FAIL_FOREVER);
	KUNIT_EXPECT_NE(test, load_any(m), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_FAIL_COUNT), MON_FAIL_FOREVER);
}

static void others_fail_when_told(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 clock = m->versal ? VERSAL_PL0_REF : ZYNQMP_PL0_REF;

	page_write(m, MON_FAIL_API, PM_CLOCK_ENABLE);
	page_write(m, MON_FAIL_STATUS, XST_PM_NO_ACCESS);
	page_write(m, MON_FAIL_COUNT, 2);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_enable(clock), -EACCES);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_disable(clock), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_enable(clock), -EACCES);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_enable(clock), 0);
	KUNIT_EXPECT_EQ(test, zynqmp_pm_clock_disable(clock), 0);
}

static void loads_take_time(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	ktime_t before = ktime_get();

	page_write(m, MON_STALL_MS, 30);
	KUNIT_EXPECT_EQ(test, load_any(m), XST_PM_SUCCESS);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), before), 30);
	page_write(m, MON_STALL_MS, 0);
	before = ktime_get();
	page_write(m, MON_LOAD_NS_PER_KIB, 100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, load_any(m), XST_PM_SUCCESS);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), before),
			100 * (page_read(m, MON_LOAD_SIZE) / 1024));
}

static int load_in_thread(void *data)
{
	return load_any(data);
}

/* The core that loads hangs in the firmware; the others have theirs answered. */
static void load_hangs_alone(struct kunit *test)
{
	struct monitor *m = monitor_of(test);
	u32 before = page_read(m, MON_LOAD_SEQ), now;
	struct task_struct *task;

	if (num_online_cpus() < 2)
		kunit_skip(test, "there is no other processor");
	page_write(m, MON_HANG, 1);
	migrate_disable();
	task = kthread_create(load_in_thread, m, "monitor-load");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	kthread_bind(task, cpumask_any_but(cpu_online_mask, smp_processor_id()));
	wake_up_process(task);
	mdelay(100);
	KUNIT_EXPECT_EQ(test, logged(m, 0, 0), load_api(m));
	KUNIT_EXPECT_EQ(test, logged(m, 0, 5), MON_LOG_UNANSWERED);
	KUNIT_EXPECT_EQ(test, ask(PM_IOCTL, 0, IOCTL_READ_GGS, 0, 0, &now), XST_PM_SUCCESS);
	KUNIT_EXPECT_EQ(test, page_read(m, MON_LOAD_SEQ), before);
	page_write(m, MON_HANG, 0);
	migrate_enable();
	KUNIT_EXPECT_EQ(test, kthread_stop(task), XST_PM_SUCCESS);
	put_task_struct(task);
	KUNIT_EXPECT_NE(test, page_read(m, MON_LOAD_SEQ), before);
	KUNIT_EXPECT_EQ(test, logged(m, 1, 5), XST_PM_SUCCESS);
}

static struct kunit_case monitor_cases[] = {
	KUNIT_CASE(log_keeps_calls),
	KUNIT_CASE(strangers_are_refused),
	KUNIT_CASE(clocks_keep_state),
	KUNIT_CASE(resets_keep_state),
	KUNIT_CASE(nodes_keep_state),
	KUNIT_CASE(real_time_cores_keep_state),
	KUNIT_CASE(bitstreams_are_recorded),
	KUNIT_CASE(bitstreams_may_be_swapped),
	KUNIT_CASE(bad_bitstreams_are_refused),
	KUNIT_CASE(bad_loads_are_refused),
	KUNIT_CASE(failed_whole_leaves_nothing),
	KUNIT_CASE(pdis_are_recorded),
	KUNIT_CASE(bad_pdis_are_refused),
	KUNIT_CASE(loads_fail_when_told),
	KUNIT_CASE(others_fail_when_told),
	KUNIT_CASE(loads_take_time),
	KUNIT_CASE(load_hangs_alone),
	{}
};

static struct kunit_suite monitor_suite = {
	.name = "monitor",
	.init = monitor_init,
	.exit = monitor_exit,
	.test_cases = monitor_cases,
};

kunit_test_suite(monitor_suite);

MODULE_DESCRIPTION("KUnit tests of the firmware of hwcontainer's bench");
MODULE_LICENSE("GPL");
