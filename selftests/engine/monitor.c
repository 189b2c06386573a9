// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor PIDFILE LOG COMMAND...: what an engine leaves behind for each of its containers, such as
 * conmon or containerd's shim: the COMMAND creates a container and writes PIDFILE. Its input and
 * output are pipes of the monitor, which becomes its parent and copies what it says to LOG.
 *
 * Says "created" when it is, and ends with the container.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * struct pipes - what the container has for its first three files
 * @in: its input; the monitor writes nothing, and the container reads until the monitor ends
 * @out: its output and its errors
 */
struct pipes {
	int in[2];
	int out[2];
};

static void open_pipes(struct pipes *pipes)
{
	if (pipe2(pipes->in, O_CLOEXEC) || pipe2(pipes->out, O_CLOEXEC))
		err(EXIT_FAILURE, "pipe");
}

static void execute(const struct pipes *pipes, char **command)
{
	dup2(pipes->in[0], STDIN_FILENO);
	dup2(pipes->out[1], STDOUT_FILENO);
	dup2(pipes->out[1], STDERR_FILENO);
	execvp(command[0], command);
	err(EXIT_FAILURE, "%s", command[0]);
}

/* Ends with the command where that does not end well. */
static void create(const struct pipes *pipes, char **command)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid)
		execute(pipes, command);
	close(pipes->in[0]);
	close(pipes->out[1]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		errx(EXIT_FAILURE, "%s did not end by itself", command[0]);
	if (WEXITSTATUS(status))
		exit(WEXITSTATUS(status));
}

static pid_t read_pid(const char *path)
{
	FILE *file = fopen(path, "re");
	int pid;

	if (!file || fscanf(file, "%d", &pid) != 1)
		errx(EXIT_FAILURE, "%s has no number", path);
	fclose(file);
	return pid;
}

/* Until nobody is left who could say something. */
static void copy_output(int from, const char *path)
{
	int to = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char buf[4096];
	ssize_t size;

	if (to < 0)
		err(EXIT_FAILURE, "%s", path);
	while ((size = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, size) != size)
			err(EXIT_FAILURE, "%s", path);
	close(to);
}

/* As it has taken in all orphans, the container is among its children. */
static int wait_for(pid_t container)
{
	int status;

	if (waitpid(container, &status, 0) != container)
		err(EXIT_FAILURE, "container %d", container);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct pipes pipes;
	pid_t container;

	if (argc < 4)
		errx(EXIT_FAILURE, "usage: monitor PIDFILE LOG COMMAND...");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		err(EXIT_FAILURE, "prctl");
	setsid();
	open_pipes(&pipes);
	create(&pipes, argv + 3);
	container = read_pid(argv[1]);
	puts("created");
	fflush(stdout);
	copy_output(pipes.out[0], argv[2]);
	return wait_for(container);
}
