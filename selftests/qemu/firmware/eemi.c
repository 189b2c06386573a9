// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EEMI, the calls that Linux makes to the firmware (drivers/firmware/xilinx/
 * zynqmp.c): unpacks them, finds who answers, logs them in the shared page. Here
 * are also the ones that need no file of their own.
 */
#include "monitor.h"

#define API_MASK 0xfff

#define API_VERSION 0x00010001
#define TRUSTZONE_VERSION 0x00010000
#define SILICON_VERSION 0

#define PM_PINCTRL_PINS 78

/* PM_SYSTEM_SHUTDOWN: enum zynqmp_pm_shutdown_type */
#define SHUTDOWN_SETSCOPE_ONLY 2

/* Those of enum eemi_ioctl that are answered, a bit each. */
#define IOCTLS                                                                  \
	(0xff0f | BIT(IOCTL_SET_BOOT_HEALTH_STATUS) | BIT(IOCTL_REGISTER_SGI) | \
	 BIT(IOCTL_SET_FEATURE_CONFIG) | BIT(IOCTL_GET_FEATURE_CONFIG))

/* enum pm_query_id: the clocks' five, their number, the largest divisor, pins. */
#define QUERIES 0x307e

#define N_STORAGE 4
#define N_FEATURES 8

struct lock eemi_lock; /* what all calls but loads touch; the log */
static u32 ggs[2][N_STORAGE]; /* general storage, and what lives through a reset */
static u32 feature_config[N_FEATURES];

static u32 get_api_version(struct eemi *eemi)
{
	eemi->out[0] = API_VERSION;
	return XST_PM_SUCCESS;
}

static u32 get_trustzone_version(struct eemi *eemi)
{
	eemi->out[0] = TRUSTZONE_VERSION;
	return XST_PM_SUCCESS;
}

static u32 get_chipid(struct eemi *eemi)
{
	u32 idcode = page_read(MON_PS_IDCODE);

	eemi->out[0] = idcode ? idcode : machine.ps_idcode;
	eemi->out[1] = SILICON_VERSION;
	return XST_PM_SUCCESS;
}

u32 eemi_accept(struct eemi *eemi)
{
	(void)eemi;
	return XST_PM_SUCCESS;
}

/* Registers of the processing system are the firmware's own. */
static u32 deny(struct eemi *eemi)
{
	(void)eemi;
	return XST_PM_NO_ACCESS;
}

static u32 pinctrl(struct eemi *eemi)
{
	return eemi->arg[0] < PM_PINCTRL_PINS ? XST_PM_SUCCESS : XST_INVALID_PARAM;
}

static u32 shut_down(struct eemi *eemi)
{
	if (eemi->arg[0] > SHUTDOWN_SETSCOPE_ONLY)
		return XST_INVALID_PARAM;
	if (eemi->arg[0] != SHUTDOWN_SETSCOPE_ONLY)
		power_off();
	return XST_PM_SUCCESS;
}

static u32 storage(struct eemi *eemi)
{
	u32 *words = ggs[eemi->arg[1] >= IOCTL_WRITE_PGGS];
	u32 index = eemi->arg[2];

	if (index >= N_STORAGE)
		return XST_INVALID_PARAM;
	if (eemi->arg[1] == IOCTL_WRITE_GGS || eemi->arg[1] == IOCTL_WRITE_PGGS)
		words[index] = eemi->arg[3];
	else
		eemi->out[0] = words[index];
	return XST_PM_SUCCESS;
}

static u32 configure_feature(struct eemi *eemi)
{
	u32 id = eemi->arg[2];

	if (!id || id >= N_FEATURES)
		return XST_INVALID_PARAM;
	if (eemi->arg[1] == IOCTL_SET_FEATURE_CONFIG)
		feature_config[id] = eemi->arg[3];
	else
		eemi->out[0] = feature_config[id];
	return XST_PM_SUCCESS;
}

/* Arguments: node, which, and two more. */
static u32 ioctl(struct eemi *eemi)
{
	u32 id = eemi->arg[1];

	if (id <= IOCTL_TCM_COMB_CONFIG)
		return rpu_ioctl(eemi);
	if (id >= IOCTL_SET_PLL_FRAC_MODE && id <= IOCTL_GET_PLL_FRAC_DATA)
		return clock_pll_ioctl(eemi);
	switch (id) {
	case IOCTL_WRITE_GGS:
	case IOCTL_READ_GGS:
	case IOCTL_WRITE_PGGS:
	case IOCTL_READ_PGGS:
		return storage(eemi);
	case IOCTL_SET_FEATURE_CONFIG:
	case IOCTL_GET_FEATURE_CONFIG:
		return configure_feature(eemi);
	case IOCTL_SET_BOOT_HEALTH_STATUS:
	case IOCTL_REGISTER_SGI:
		return XST_PM_SUCCESS;
	}
	return XST_PM_NO_FEATURE;
}

static u32 feature_check(struct eemi *eemi);

static const struct eemi_call common_calls[] = {
	{ PM_GET_API_VERSION, 1, false, get_api_version },
	{ PM_GET_NODE_STATUS, 2, false, node_get_status },
	{ PM_FORCE_POWERDOWN, 1, false, rpu_power_down },
	{ PM_REQUEST_WAKEUP, 1, true, rpu_wake },
	{ PM_SYSTEM_SHUTDOWN, 1, false, shut_down },
	{ PM_REQUEST_NODE, 1, false, node_request },
	{ PM_RELEASE_NODE, 1, false, node_release },
	{ PM_SET_REQUIREMENT, 1, false, node_set_requirement },
	{ PM_RESET_ASSERT, 1, false, node_reset },
	{ PM_RESET_GET_STATUS, 1, false, node_reset_status },
	{ PM_MMIO_WRITE, 1, false, deny },
	{ PM_MMIO_READ, 1, false, deny },
	{ PM_PM_INIT_FINALIZE, 1, false, eemi_accept },
	{ PM_GET_CHIPID, 1, false, get_chipid },
	{ PM_PINCTRL_REQUEST, 1, false, pinctrl },
	{ PM_PINCTRL_RELEASE, 1, false, pinctrl },
	{ PM_PINCTRL_SET_FUNCTION, 1, false, pinctrl },
	{ PM_PINCTRL_CONFIG_PARAM_GET, 1, false, pinctrl },
	{ PM_PINCTRL_CONFIG_PARAM_SET, 2, false, pinctrl },
	{ PM_IOCTL, 2, false, ioctl },
	{ PM_QUERY_DATA, 2, false, clock_query },
	{ PM_CLOCK_ENABLE, 1, false, clock_enable },
	{ PM_CLOCK_DISABLE, 1, false, clock_disable },
	{ PM_CLOCK_GETSTATE, 1, false, clock_get_state },
	{ PM_CLOCK_SETDIVIDER, 1, false, clock_set_divider },
	{ PM_CLOCK_GETDIVIDER, 1, false, clock_get_divider },
	{ PM_CLOCK_SETPARENT, 1, false, clock_set_parent },
	{ PM_CLOCK_GETPARENT, 1, false, clock_get_parent },
	{ PM_FEATURE_CHECK, 2, false, feature_check },
	{ GET_CALLBACK_DATA, 1, false, eemi_accept },
	{ PM_SET_SUSPEND_MODE, 1, false, eemi_accept },
	{ PM_GET_TRUSTZONE_VERSION, 1, false, get_trustzone_version },
	{ TF_A_PM_REGISTER_SGI, 1, false, eemi_accept },
	{ 0, 0, false, NULL },
};

static const struct eemi_call *find_call(const struct eemi_call *calls, u32 api)
{
	for (; calls->call; calls++)
		if (calls->api == api)
			return calls;
	return NULL;
}

/*
 * Drivers leave out the module's number here, so that calls that TF-A answers by
 * itself are asked for by the last eight bits of theirs.
 */
static u32 feature_check(struct eemi *eemi)
{
	u32 api = eemi->arg[0];
	const struct eemi_call *call = find_call(common_calls, api);

	if (!call)
		call = find_call(machine_calls, api);
	if (!call)
		call = find_call(common_calls, 0xa00 | api);
	if (!call)
		return XST_PM_NO_FEATURE;
	eemi->out[0] = call->version;
	if (api == PM_IOCTL)
		eemi->out[1] = IOCTLS;
	else if (api == PM_QUERY_DATA)
		eemi->out[1] = QUERIES;
	return XST_PM_SUCCESS;
}

/* The entry says at once what was asked; its end says what was answered. */
static u32 log_begin(const struct eemi *eemi)
{
	u32 n = page_read(MON_LOG_NEXT);
	u32 at = MON_LOG + n % MON_LOG_ENTRIES * MON_LOG_SIZE;
	u32 i;

	page_write(at, eemi->api);
	for (i = 0; i < ARRAY_SIZE(eemi->arg); i++)
		page_write(at + 4 + 4 * i, eemi->arg[i]);
	page_write(at + 20, MON_LOG_UNANSWERED);
	page_write(at + 24, 0);
	page_write(at + 28, 0);
	page_write(MON_LOG_NEXT, n + 1);
	return n;
}

/* Unless so many calls came meanwhile that the entry is another one's now. */
static void log_end(const struct eemi *eemi, u32 n)
{
	u32 at = MON_LOG + n % MON_LOG_ENTRIES * MON_LOG_SIZE;

	if (page_read(MON_LOG_NEXT) - n > MON_LOG_ENTRIES)
		return;
	page_write(at + 20, eemi->status);
	page_write(at + 24, eemi->out[0]);
	page_write(at + 28, eemi->out[1]);
}

/**
 * eemi_injected() - whether this call is to fail
 * @eemi: the call; gets the status that was asked for
 *
 * Return: true, and one failure fewer is left.
 */
bool eemi_injected(struct eemi *eemi)
{
	u32 count = page_read(MON_FAIL_COUNT);

	if (page_read(MON_FAIL_API) != eemi->api || !count)
		return false;
	if (count != MON_FAIL_FOREVER)
		page_write(MON_FAIL_COUNT, count - 1);
	eemi->status = page_read(MON_FAIL_STATUS);
	return true;
}

static void dispatch(struct eemi *eemi)
{
	const struct eemi_call *call = find_call(common_calls, eemi->api);

	if (!call)
		call = find_call(machine_calls, eemi->api);
	if (!call) {
		eemi->status = XST_PM_NO_FEATURE;
	} else if (call->unlocked) {
		unlock(&eemi_lock);
		eemi->status = call->call(eemi);
		lock(&eemi_lock);
	} else if (!eemi_injected(eemi)) {
		eemi->status = call->call(eemi);
	}
}

/**
 * eemi_call() - answer a call to the firmware
 * @smc: registers of the caller: the arguments are two to a register, and so is
 *	the answer
 */
void eemi_call(struct smc *smc)
{
	struct eemi eemi = {
		.api = smc->x[0] & API_MASK,
		.arg = { smc->x[1], smc->x[1] >> 32, smc->x[2], smc->x[2] >> 32 },
	};
	u32 n;

	lock(&eemi_lock);
	n = log_begin(&eemi);
	dispatch(&eemi);
	log_end(&eemi, n);
	unlock(&eemi_lock);
	smc->x[0] = (u64)eemi.out[0] << 32 | eemi.status;
	smc->x[1] = (u64)eemi.out[2] << 32 | eemi.out[1];
	smc->x[2] = 0;
	smc->x[3] = 0;
}
