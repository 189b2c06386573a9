// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: what the firmware of ZynqMP says when a load fails, as an errno
 * and by its name.
 *
 * zynqmp_pm_fpga_load() hands the firmware's status through as if it were an
 * errno. It is one of the PMU firmware's library for the PL (xilfpga, the codes
 * for PCAP), which moves it to bits 15:8 and puts another module's below 31:16,
 * or a status of platform management. Versal's driver makes -EINVAL of all.
 */
#include <kunit/visibility.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>

#include "region.h"

/* xilfpga_pcap.h, "Error Codes" */
static const struct hwc_firmware_code hwc_pcap_codes[] = {
	{ 0x01, -EIO, "XFPGA_FAILURE" },
	{ 0x02, -EIO, "XFPGA_ERROR_CSUDMA_INIT_FAIL" },
	{ 0x03, -EIO, "XFPGA_ERROR_PL_POWER_UP" },
	{ 0x04, -EIO, "XFPGA_ERROR_PL_ISOLATION" },
	{ 0x05, -EIO, "XPFGA_ERROR_PCAP_INIT" },
	{ 0x06, -EIO, "XFPGA_ERROR_BITSTREAM_LOAD_FAIL" },
	{ 0x07, -EINVAL, "XFPGA_ERROR_CRYPTO_FLAGS" },
	{ 0x08, -EKEYREJECTED, "XFPGA_ERROR_HDR_AUTH" },
	{ 0x09, -EACCES, "XFPGA_ENC_ISCOMPULSORY" },
	{ 0x0a, -EKEYREJECTED, "XFPGA_PARTITION_AUTH_FAILURE" },
	{ 0x0b, -EINVAL, "XFPGA_STRING_INVALID_ERROR" },
	/* Also what the driver returns itself, and then by far more likely. */
	{ 0x0c, -ENOMEM, "XFPGA_ERROR_SECURE_CRYPTO_FLAGS, or no memory for a buffer" },
	{ 0x0d, -EOPNOTSUPP, "XFPGA_ERROR_SECURE_MODE_EN" },
	{ 0x0e, -EKEYREJECTED, "XFPGA_HDR_NOAUTH_PART_AUTH" },
	{ 0x0f, -ENOKEY, "XFPGA_DEC_WRONG_KEY_SOURCE" },
	{ 0x10, -EKEYREJECTED, "XFPGA_ERROR_DDR_AUTH_VERIFY_SPK" },
	{ 0x11, -EKEYREJECTED, "XFPGA_ERROR_DDR_AUTH_PARTITION" },
	{ 0x12, -EIO, "XFPGA_ERROR_DDR_AUTH_WRITE_PL" },
	{ 0x13, -EKEYREJECTED, "XFPGA_ERROR_OCM_AUTH_VERIFY_SPK" },
	{ 0x14, -EKEYREJECTED, "XFPGA_ERROR_OCM_AUTH_PARTITION" },
	{ 0x15, -EIO, "XFPGA_ERROR_OCM_REAUTH_WRITE_PL" },
	{ 0x16, -ETIMEDOUT, "XFPGA_ERROR_PCAP_PL_DONE" },
	{ 0x17, -EBADMSG, "XFPGA_ERROR_AES_DECRYPT_PL" },
	{ 0x18, -EIO, "XFPGA_ERROR_CSU_PCAP_TRANSFER" },
	{ 0x19, -EIO, "XFPGA_ERROR_PLSTATE_UNKNOWN" },
	{ 0x1a, -EBADMSG, "XFPGA_ERROR_BITSTREAM_FORMAT" },
	{ 0x1b, -EINVAL, "XFPGA_ERROR_UNALIGN_ADDR" },
	{ 0x1c, -EIO, "XFPGA_ERROR_AES_INIT" },
	{ 0x1d, -EACCES, "XFPGA_ERROR_EFUSE_CHECK" },
};

/* enum pm_ret_status of linux/firmware/xlnx-zynqmp.h */
static const struct hwc_firmware_code hwc_pm_codes[] = {
	{ 2000, -EIO, "XST_PM_INTERNAL" },
	{ 2001, -EBUSY, "XST_PM_CONFLICT" },
	{ 2002, -EACCES, "XST_PM_NO_ACCESS" },
	{ 2003, -ENODEV, "XST_PM_INVALID_NODE" },
	{ 2004, -EBUSY, "XST_PM_DOUBLE_REQ" },
	{ 2005, -ECANCELED, "XST_PM_ABORT_SUSPEND" },
	{ 2008, -EUSERS, "XST_PM_MULT_USER" },
};

static const struct hwc_firmware_code hwc_unknown_code = { 0, -EIO, "unknown" };

static const struct hwc_firmware_code *hwc_code_in(const struct hwc_firmware_code *codes, size_t n,
						   u32 code)
{
	for (; n; n--, codes++)
		if (codes->code == code)
			return codes;
	return NULL;
}

/**
 * hwc_firmware_code_find() - what a status of the firmware means
 * @status: not 0
 *
 * Return: what there is to say of it; for one that is not known, too.
 */
const struct hwc_firmware_code *hwc_firmware_code_find(u32 status)
{
	u32 pcap = status & 0xff ? status : (status >> 8) & 0xff;

	return hwc_code_in(hwc_pcap_codes, ARRAY_SIZE(hwc_pcap_codes), pcap) ?:
	       hwc_code_in(hwc_pm_codes, ARRAY_SIZE(hwc_pm_codes), status) ?:
	       &hwc_unknown_code;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_firmware_code_find);

/**
 * hwc_firmware_errno_name() - the status of which the firmware's driver made an errno
 * @err: what zynqmp_pm_invoke_fn() has returned, by hwc_errno()
 *
 * It makes -EINVAL of all that are not here.
 *
 * Return: what the status is called, or NULL.
 */
const char *hwc_firmware_errno_name(int err)
{
	switch (err) {
	case -EACCES:
		return "XST_PM_NO_ACCESS";
	case -ECANCELED:
		return "XST_PM_ABORT_SUSPEND";
	case -EUSERS:
		return "XST_PM_MULT_USER";
	case -EOPNOTSUPP:
		return "XST_PM_NO_FEATURE or XST_PM_INVALID_VERSION";
	default:
		return NULL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(hwc_firmware_errno_name);

/**
 * hwc_errno() - make sure that user space understands it
 * @ret: what a driver has returned for an error
 *
 * Return: a negative errno that user space knows.
 */
int hwc_errno(int ret)
{
	if (ret == -ENOTSUPP)
		return -EOPNOTSUPP;
	if (ret == -EPROBE_DEFER)
		return -EAGAIN;
	/* linux/errno.h begins where those of user space end. */
	return ret < 0 && ret > -ERESTARTSYS ? ret : -EIO;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_errno);
