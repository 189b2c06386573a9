/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest's tests share. */
#ifndef HWC_TEST_H
#define HWC_TEST_H

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <hwcontainer.h>
#include <kselftest_harness.h>
#include <linux/hwcontainer_cdev.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Longest wait for hardware in these tests, slow debug kernels included. */
#define HWC_TEST_WAIT_MS 20000

/* Regions of the simulator (dts/sim-virt.dtsi). */
#define HWC_FULL "/fpga-full"
#define HWC_PR0 "/fpga-full/fpga-PR0"
#define HWC_PR1 "/fpga-full/fpga-PR1"
#define HWC_PR2 "/fpga-full/fpga-PR2"
#define HWC_PR3 "/fpga-full/fpga-PR3"
#define HWC_OTHER0 "/fpga-other/fpga-PR0"

#define HWC_IMAGES "/hwc/images/"
#define HWC_DTBO "/hwc/dtbo/"
#define HWC_SIM "/sys/kernel/debug/hwcontainer-sim/"
#define HWC_MGR HWC_SIM "fpga-mgr0/"
#define HWC_PARAMETERS "/sys/module/hwcontainer/parameters/"
#define HWC_TOY "/sys/kernel/debug/hwcontainer-toy/"
#define HWC_FOREIGN "/sys/kernel/debug/hwcontainer-foreign/"

/* How much slower this kernel is than the base one. */
static inline int hwc_test_slow(void)
{
	const char *slow = getenv("HWC_SLOW");

	return slow && atoi(slow) > 1 ? atoi(slow) : 1;
}

static inline int64_t hwc_test_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/**
 * struct hwc_test_machine - what tests have to know of the machine they run on
 * @name: its file in selftests/qemu/machines
 * @manager: the manager of /fpga-full and what is in it; /fpga-other's is simulated
 * @suffix: of the images that it takes
 * @device: what those say they are for, and the device says that it is
 * @load_call: number of the firmware's call that loads, or 0 where there is no
 *	firmware and a knob stands for each step
 * @load_status: what the firmware or the simulated manager is told to fail with
 * @load_error: the errno that comes of that
 * @load_says: and what is said of it
 */
struct hwc_test_machine {
	const char *name;
	const char *manager;
	const char *suffix;
	const char *device;
	int load_call;
	int load_status;
	int load_error;
	const char *load_says;
};

/* EEMI: PM_FPGA_LOAD, PM_LOAD_PDI */
static const struct hwc_test_machine hwc_test_machines[] = {
	{ "virt", "hwcontainer simulated FPGA", ".bit", "0x04a49093 (xck26)", 0, EIO, EIO,
	  "broke off writing the image (error 5)" },
	{ "zcu102", "Xilinx ZynqMP FPGA Manager", ".bit", "0x04a49093 (xck26)", 22, 0x06, EIO,
	  "broke off writing the image: firmware error 0x06 (XFPGA_ERROR_BITSTREAM_LOAD_FAIL)" },
	{ "versal", "Xilinx Versal FPGA Manager", ".pdi", "0x04ca8093 (xcvc1902)", 0x701, 0x06,
	  EINVAL,
	  "broke off writing the image: error 22, which its driver makes of most errors of the firmware" },
};

static inline const struct hwc_test_machine *hwc_test_machine(void)
{
	static const struct hwc_test_machine *found;
	char name[16] = "";
	FILE *in;
	size_t i;

	if (found)
		return found;
	in = fopen("/hwc/machine", "re");
	if (!in || fscanf(in, "%15s", name) != 1)
		name[0] = '\0';
	if (in)
		fclose(in);
	found = hwc_test_machines;
	for (i = 0; i < sizeof(hwc_test_machines) / sizeof(hwc_test_machines[0]); i++)
		if (!strcmp(hwc_test_machines[i].name, name))
			found = &hwc_test_machines[i];
	return found;
}

/* Has the first FPGA a mainline driver for its manager, and firmware behind it? */
static inline bool hwc_test_board(void)
{
	return hwc_test_machine()->load_call;
}

static inline bool hwc_test_takes_bitstreams(void)
{
	return !strcmp(hwc_test_machine()->suffix, ".bit");
}

/* Tests name images as they are called where bitstreams are taken; the next one stays. */
static inline const char *hwc_test_file(const char *path)
{
	static char other[2][256];
	static int n;
	const char *dot = path ? strrchr(path, '.') : NULL;

	if (hwc_test_takes_bitstreams() || !dot || strcmp(dot, ".bit") ||
	    strncmp(path, HWC_IMAGES, strlen(HWC_IMAGES)))
		return path;
	n = !n;
	snprintf(other[n], sizeof(other[n]), "%.*s%s", (int)(dot - path), path,
		 hwc_test_machine()->suffix);
	/* those for the other FPGA have no twin */
	return access(other[n], F_OK) ? path : other[n];
}

/* A sentence with the machine's own words where @text has MANAGER or DEVICE. */
static inline const char *hwc_test_says(const char *text)
{
	static char says[512];
	const struct hwc_test_machine *machine = hwc_test_machine();
	size_t n = 0;

	while (*text && n < sizeof(says) - 1) {
		if (!strncmp(text, "MANAGER", 7)) {
			n += snprintf(says + n, sizeof(says) - n, "%s", machine->manager);
			text += 7;
		} else if (!strncmp(text, "DEVICE", 6)) {
			n += snprintf(says + n, sizeof(says) - n, "%s", machine->device);
			text += 6;
		} else {
			says[n++] = *text++;
		}
	}
	says[n < sizeof(says) ? n : sizeof(says) - 1] = '\0';
	return says;
}

static inline int hwc_test_open(const char *path)
{
	return open(hwc_test_file(path), O_RDONLY | O_CLOEXEC);
}

/* Write @text to @path: knobs, sysfs. Returns 0 or -errno. */
static inline int hwc_test_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static inline int hwc_test_set(const char *path, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	return hwc_test_write(path, text);
}

/* Let the next loads of the first FPGA fail, all of them with a negative @count. */
static inline int hwc_test_fail_loads(int count)
{
	const struct hwc_test_machine *machine = hwc_test_machine();
	int ret;

	if (!machine->load_call)
		return hwc_test_set(HWC_MGR "fail_write", machine->load_status);
	ret = hwc_test_set(HWC_MGR "fail_api", machine->load_call);
	if (!ret)
		ret = hwc_test_set(HWC_MGR "fail_status", machine->load_status);
	return ret ? ret : hwc_test_set(HWC_MGR "fail_count", (uint32_t)count);
}

/* What @path says, as a string; "" when it cannot be read. */
static inline const char *hwc_test_read(const char *path)
{
	static char text[8192];
	int fd = hwc_test_open(path);
	ssize_t n = 0, got;

	while (fd >= 0 && n < (ssize_t)sizeof(text) - 1) {
		got = read(fd, text + n, sizeof(text) - 1 - n);
		if (got <= 0)
			break;
		n += got;
	}
	if (fd >= 0)
		close(fd);
	text[n] = '\0';
	return text;
}

static inline long hwc_test_number(const char *path)
{
	return strtol(hwc_test_read(path), NULL, 0);
}

static inline int hwc_test_run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int hwc_test_pidfd(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

/* Let processes and threads of the kernel whose name begins so run on one processor. */
static inline void hwc_test_pin(const char *name, int cpu)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	while (proc && (e = readdir(proc))) {
		char path[300];

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		if (isdigit(e->d_name[0]) && !strncmp(hwc_test_read(path), name, strlen(name)))
			sched_setaffinity(atoi(e->d_name), sizeof(cpus), &cpus);
	}
	if (proc)
		closedir(proc);
}

/*
 * A board's firmware keeps the processor that asks it. The last one is missed
 * least: the others' timers and interrupts are on the first.
 */
static inline void hwc_test_keep_workers_on_last_cpu(void)
{
	hwc_test_pin("hwc-fpga", sysconf(_SC_NPROCESSORS_ONLN) - 1);
}

/* A child that sleeps until it is killed. */
static inline pid_t hwc_test_sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	return pid;
}

static inline void hwc_test_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Make one claim on @resource; the numbers of files may be -1. */
static inline int hwc_test_claim(struct hwc_ctx *ctx, const char *resource, int holder, int image,
				 int overlay, uint32_t flags, struct hwc_grant *grant)
{
	struct hwc_request *req;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	if (holder >= 0)
		hwc_request_holder_file(req, holder);
	hwc_request_flags(req, flags);
	ret = hwc_request_add(req, resource, image, overlay, NULL, NULL);
	if (!ret)
		ret = hwc_request_submit(req, grant);
	hwc_request_free(req);
	return ret;
}

/*
 * Claim @resource with files named by path (NULL for none) and wait for the end
 * of it. Returns the claim's number, or -errno with the refusal's sentence in
 * the context; a claim that failed is deleted.
 */
static inline int hwc_test_try(struct hwc_ctx *ctx, const char *resource, int holder,
			       const char *image, const char *overlay)
{
	int image_fd = image ? hwc_test_open(image) : -1;
	int overlay_fd = overlay ? hwc_test_open(overlay) : -1;
	struct hwc_ctx *other;
	struct hwc_grant grant;
	int ret;

	ret = hwc_test_claim(ctx, resource, holder, image_fd, overlay_fd, 0, &grant);
	close(image_fd);
	close(overlay_fd);
	if (ret)
		return ret;
	ret = hwc_claim_wait(ctx, holder, grant.id, HWC_TEST_WAIT_MS);
	if (!ret)
		return grant.id;
	/* of its own, or it would forget the sentence */
	if (!hwc_ctx_new(&other)) {
		hwc_claim_delete(other, &grant.id, 1);
		hwc_ctx_free(other);
	}
	return ret;
}

/* State of a resource, or -errno. */
static inline int hwc_test_state(struct hwc_ctx *ctx, const char *resource)
{
	struct hwc_resource *res;
	int ret = hwc_resource_get(ctx, resource, &res);

	if (ret)
		return ret;
	ret = hwc_resource_state(res);
	hwc_resource_free(res);
	return ret;
}

/* Wait until @resource is in @state. Returns 0 or -ETIMEDOUT. */
static inline int hwc_test_wait_state(struct hwc_ctx *ctx, const char *resource, int state)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	while (hwc_test_ms() < end) {
		if (hwc_test_state(ctx, resource) == state)
			return 0;
		usleep(2000);
	}
	return -ETIMEDOUT;
}

#define hwc_test_wait_free(ctx, resource) \
	hwc_test_wait_state(ctx, resource, HWCONTAINER_RESOURCE_STATE_FREE)

/* State of a claim, or -errno. */
static inline int hwc_test_claim_state(struct hwc_ctx *ctx, uint32_t id)
{
	struct hwc_claim *claim;
	int ret = hwc_claim_get(ctx, id, &claim);

	if (ret)
		return ret;
	ret = hwc_claim_state(claim);
	hwc_claim_free(claim);
	return ret;
}

/* Wait until a claim is in @state (or -ENOENT). Returns 0 or -ETIMEDOUT. */
static inline int hwc_test_wait_claim(struct hwc_ctx *ctx, uint32_t id, int state)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	while (hwc_test_ms() < end) {
		if (hwc_test_claim_state(ctx, id) == state)
			return 0;
		usleep(1000);
	}
	return -ETIMEDOUT;
}

static inline int hwc_test_count_one(const struct hwc_claim *claim, void *data)
{
	(void)claim;
	++*(int *)data;
	return 0;
}

/* Claims there are, anybody's; or -errno. */
static inline int hwc_test_claims(struct hwc_ctx *ctx)
{
	int n = 0;
	int ret = hwc_claim_foreach(ctx, hwc_test_count_one, &n);

	return ret ? ret : n;
}

static inline int hwc_test_wait_no_claims(struct hwc_ctx *ctx)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	int n;

	while ((n = hwc_test_claims(ctx)) > 0 && hwc_test_ms() < end)
		usleep(2000);
	return n;
}

/* Claims become those of a process that lives for a moment, and may have ended by now. */
static inline void hwc_test_hand_over(struct hwc_ctx *ctx, const uint32_t *ids, size_t n,
				      unsigned int *seed)
{
	unsigned int us = rand_r(seed) % 20000;
	pid_t pid = fork();
	int pidfd;

	if (!pid) {
		usleep(us);
		_exit(0);
	}
	pidfd = hwc_test_pidfd(pid);
	hwc_claim_handover(ctx, ids, n, pidfd);
	close(pidfd);
	waitpid(pid, NULL, 0);
}

/* Whatever region is kept warm is so no more: a claim that keeps nothing clears it. */
static inline void hwc_test_cool_down(struct __test_metadata *_metadata, struct hwc_ctx *ctx,
				      const char *resource, const char *image)
{
	int holder;

	while (hwc_test_state(ctx, resource) == HWCONTAINER_RESOURCE_STATE_CLAIMED)
		usleep(1000);
	if (hwc_test_state(ctx, resource) == HWCONTAINER_RESOURCE_STATE_WARM) {
		holder = hwc_holder_open(ctx);
		EXPECT_LT(0, hwc_test_try(ctx, resource, holder, image, NULL))
		TH_LOG("%s", hwc_ctx_error(ctx));
		close(holder);
	}
	EXPECT_EQ(0, hwc_test_wait_free(ctx, resource));
}

/* Does the simulator show @want (such as "loaded=-") for a slot? */
static inline bool hwc_test_slot(int mgr, int slot, const char *want)
{
	char head[32];
	const char *line, *end, *hit;

	snprintf(head, sizeof(head), "fpga-mgr%d slot=%d ", mgr, slot);
	line = strstr(hwc_test_read(HWC_SIM "state"), head);
	if (!line)
		return false;
	end = strchrnul(line, '\n');
	hit = strstr(line, want);
	return hit && hit < end;
}

/* Has the device tree a node at @path? */
static inline bool hwc_test_has_node(const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "/sys/firmware/devicetree/base%s", path);
	return !access(full, F_OK);
}

#endif
