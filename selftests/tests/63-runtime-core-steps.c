// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Firmware containers of which the command or the process is killed at a step of create
 * or start: before each system call that somebody else could see the effect of. What
 * 63-runtime-core-kill leaves to chance is reached here: HWC_RUNS says how many steps
 * of each of the four are tried, all of them where it is large.
 */
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#include "cores.h"

#define BUNDLE "/tmp/steps-bundle"
#define ROOT "/tmp/steps-root"
#define PID_FILE "/tmp/steps-pid"
#define CGROUPS "/sys/fs/cgroup/steps"
#define PROGRAM "/usr/bin/hwcontainer-runtime"
#define RUNTIME PROGRAM " --root " ROOT " "
#define QUIET " >/dev/null 2>&1 </dev/null"

/* Real cores take longer. */
#define RUNS (hwc_test_core()->module ? 6 : 3)

/* In none of these it matters whether a process ends before or after it. */
static const uint64_t quiet[] = {
	SYS_read,
	SYS_pread64,
	SYS_readlinkat,
	SYS_getdents64,
	SYS_lseek,
	SYS_close,
	SYS_fstat,
	SYS_newfstatat,
	SYS_statfs,
	SYS_faccessat,
	SYS_faccessat2,
	SYS_fcntl,
	SYS_dup3,
	SYS_mmap,
	SYS_munmap,
	SYS_mprotect,
	SYS_brk,
	SYS_madvise,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigtimedwait,
	SYS_restart_syscall,
	SYS_ppoll,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_getsockname,
	SYS_setsockopt,
	SYS_getpid,
	SYS_gettid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getrandom,
	SYS_prlimit64,
	SYS_set_tid_address,
	SYS_set_robust_list,
	SYS_rseq,
	SYS_futex,
	SYS_wait4,
	SYS_exit_group,
};

/**
 * struct attempt - one command of which something is followed, and killed
 * @args: its words
 * @process: it is the container's process that is followed
 * @kill_at: the step before which it is killed, or -1
 * @command: the command's process
 * @victim: the one that is followed, once there is one
 * @steps: those that it has done
 */
struct attempt {
	char *const *args;
	bool process;
	int kill_at;
	pid_t command;
	pid_t victim;
	int steps;
};

static bool is_step(const struct __ptrace_syscall_info *info)
{
	if (info->op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(quiet); i++)
		if (info->entry.nr == quiet[i])
			return false;
	return info->entry.nr != SYS_openat || info->entry.args[2] & (O_CREAT | O_ACCMODE);
}

/* The victim has come to a system call, or out of one. */
static void step(struct attempt *a, pid_t pid)
{
	struct __ptrace_syscall_info info = {};

	ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
	if (is_step(&info) && a->steps++ == a->kill_at)
		kill(pid, SIGKILL);
	else
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
}

/* The container's process is there, and traced as the command was. */
static void follow_child(struct attempt *a)
{
	unsigned long child;

	ptrace(PTRACE_GETEVENTMSG, a->command, 0, &child);
	a->victim = child;
	ptrace(PTRACE_DETACH, a->command, 0, 0);
}

static void stopped(struct attempt *a, pid_t pid, int status)
{
	int event = status >> 16, number = WSTOPSIG(status);

	if (event == PTRACE_EVENT_FORK)
		follow_child(a);
	else if (number == (SIGTRAP | 0x80))
		step(a, pid);
	else
		ptrace(PTRACE_SYSCALL, pid, 0, event ? 0 : number);
}

/* Until both have ended: a container whose command has done its work is killed then. */
static void follow(struct attempt *a)
{
	bool command = true, victim = a->process;
	int status;

	while (command || victim) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (WIFSTOPPED(status)) {
			stopped(a, pid, status);
			continue;
		}
		if (pid == a->command) {
			command = false;
			victim = victim && a->victim;
			if (victim)
				kill(a->victim, SIGKILL);
		}
		if (pid == a->victim)
			victim = false;
	}
}

static void trace(pid_t pid, long options)
{
	ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | options);
}

static void trace_calls(pid_t pid)
{
	trace(pid, 0);
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
}

/* A command that does nothing before @gate is closed; it writes nowhere. */
static pid_t spawn(char *const *args, int gate[2])
{
	pid_t pid;
	int null;

	if (pipe2(gate, O_CLOEXEC))
		abort();
	pid = fork();
	if (pid)
		return pid;
	close(gate[1]);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	if (read(gate[0], &null, 1) < 0)
		abort();
	execv(PROGRAM, args);
	_exit(127);
}

static void attempt(struct attempt *a)
{
	int gate[2];

	a->steps = 0;
	a->victim = 0;
	a->command = spawn(a->args, gate);
	if (!a->process) {
		a->victim = a->command;
		trace_calls(a->command);
	} else if (access(PID_FILE, F_OK)) {
		trace(a->command, PTRACE_O_TRACEFORK);
	} else {
		a->victim = hwc_test_number(PID_FILE);
		trace_calls(a->victim);
	}
	close(gate[0]);
	close(gate[1]);
	follow(a);
}

FIXTURE(steps)
{
	struct hwc_ctx *ctx;
	char core[32];
};

FIXTURE_VARIANT(steps)
{
	bool start;
	bool process;
};

FIXTURE_VARIANT_ADD(steps, create_command){};

FIXTURE_VARIANT_ADD(steps, create_process){ .process = true };

FIXTURE_VARIANT_ADD(steps, start_command){ .start = true };

FIXTURE_VARIANT_ADD(steps, start_process){ .start = true, .process = true };

#define CREATE RUNTIME "create -b " BUNDLE " --pid-file " PID_FILE " k" QUIET
#define NAMED RUNTIME "state k 2>/dev/null | grep -q '\"pid\": [1-9]'"
#define START RUNTIME "start k" QUIET

static char *const create_args[] = { PROGRAM, "--root",	    ROOT,     "create", "-b",
				     BUNDLE,  "--pid-file", PID_FILE, "k",	NULL };
static char *const start_args[] = { PROGRAM, "--root", ROOT, "start", "k", NULL };

static void make_bundle(void)
{
	int fd;

	hwc_test_run("mkdir -p " BUNDLE "/rootfs");
	hwc_test_run(path("cp ", hwc_test_core()->firmware, " " BUNDLE "/rootfs/rpu.elf"));
	fd = open(BUNDLE "/config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (dprintf(fd,
		    "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"},"
		    "\"process\":{\"args\":[\"/rpu.elf\"],\"cwd\":\"/\"},"
		    "\"annotations\":{\"remoteproc.name\":\"%s\"},"
		    "\"linux\":{\"cgroupsPath\":\"/steps/k\",\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"}]}}",
		    hwc_test_core()->name) < 0)
		abort();
	close(fd);
}

FIXTURE_SETUP(steps)
{
	cpu_set_t one;

	ASSERT_EQ(0, hwc_test_core_load());
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	find_core(hwc_test_core()->name, self->core);
	ASSERT_STRNE("", self->core);
	make_bundle();
	/* who follows and who is followed take turns, which is quicker on one processor */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	/* whom a command leaves behind becomes ours */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
}

FIXTURE_TEARDOWN(steps)
{
	hwc_test_run("[ ! -e " ROOT "/k ] || " RUNTIME "delete --force k" QUIET);
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_core_unload());
	EXPECT_EQ(0, hwc_test_run("rmdir " CGROUPS));
	EXPECT_EQ(0, hwc_test_run("rm -rf " BUNDLE " " ROOT " " PID_FILE));
}

static bool no_child_lives(void)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	pid_t pid;

	do {
		pid = waitpid(-1, NULL, WNOHANG | __WALL);
		if (!pid)
			usleep(2000);
	} while (pid >= 0 && hwc_test_ms() < end);
	return pid < 0;
}

/* Who lives can be named: a process that the record does not have ends by itself. */
static void check_named(struct __test_metadata *_metadata)
{
	if (!waitpid(-1, NULL, WNOHANG | __WALL) && hwc_test_run(NAMED))
		EXPECT_TRUE(no_child_lives());
}

static void check_nothing_left(struct __test_metadata *_metadata, FIXTURE_DATA(steps) * self)
{
	static const char *const files[] = { "/state", "/firmware", "/recovery", "/coredump" };
	struct stat st;

	if (!access(ROOT "/k", F_OK))
		EXPECT_EQ(0, hwc_test_run(RUNTIME "delete --force k" QUIET));
	unlink(PID_FILE);
	EXPECT_TRUE(no_child_lives());
	EXPECT_NE(0, access(ROOT "/k", F_OK));
	EXPECT_NE(0, access(CGROUPS "/k", F_OK));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(0, hwc_test_number(hwc_test_core()->running));
	EXPECT_TRUE(is_state(self->core, "offline"));
	EXPECT_NE(0, access("/lib/firmware/hwcontainer", F_OK));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_EQ(0, stat(path(CLASS, self->core, files[i]), &st));
		EXPECT_EQ(0644, st.st_mode & 0777);
	}
}

static void try_step(struct __test_metadata *_metadata, FIXTURE_DATA(steps) * self,
		     const FIXTURE_VARIANT(steps) * variant, struct attempt *a, int at)
{
	if (variant->start)
		ASSERT_EQ(0, hwc_test_run(CREATE));
	a->kill_at = at;
	attempt(a);
	check_named(_metadata);
	check_nothing_left(_metadata, self);
}

/* The first try counts the steps. */
TEST_F_TIMEOUT(steps, killed, 600)
{
	struct attempt a = { .args = variant->start ? start_args : create_args,
			     .process = variant->process };
	const char *given = getenv("HWC_RUNS");
	int runs = given ? atoi(given) : RUNS;
	int steps;

	try_step(_metadata, self, variant, &a, -1);
	steps = a.steps;
	ASSERT_LT(3, steps);
	if (runs > steps)
		runs = steps;
	TH_LOG("%d of %d steps", runs, steps);
	for (int i = 0; i < runs && __test_passed(_metadata); i++) {
		try_step(_metadata, self, variant, &a, i * steps / runs);
		if (!__test_passed(_metadata))
			TH_LOG("killed at step %d", i * steps / runs);
	}
	EXPECT_EQ(0, hwc_test_run(CREATE));
	EXPECT_EQ(0, hwc_test_run(START));
	check_nothing_left(_metadata, self);
}

TEST_HARNESS_MAIN
