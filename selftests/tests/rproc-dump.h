/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of a remote processor that has crashed: its last words for whoever holds
 * it, and a core dump. For simulated ones and for real ones, as rproc.h.
 */
#ifndef HWC_TEST_RPROC_DUMP_H
#define HWC_TEST_RPROC_DUMP_H

#include <elf.h>

#include "rproc.h"

#define DUMPS "/sys/class/devcoredump/"

/* Longer than any test waits, where it must not have to. */
#define GRACE_MS (10 * HWC_TEST_WAIT_MS)

/* A whole file, @size bytes, to be freed; NULL when there is none. */
static inline char *read_whole(const char *file, size_t *size)
{
	size_t room = 16 << 20;
	char *bytes = malloc(room);
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	for (*size = 0; fd >= 0 && *size < room; *size += n) {
		n = read(fd, bytes + *size, room - *size);
		if (n <= 0)
			break;
	}
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !n)
		return bytes;
	free(bytes);
	return NULL;
}

/* The @i-th part that is to be in memory, of a 32-bit file; NULL behind the last. */
static inline const Elf32_Phdr *elf_part(const char *bytes, size_t size, unsigned int i)
{
	const Elf32_Ehdr *ehdr = (const Elf32_Ehdr *)bytes;
	const Elf32_Phdr *phdr;

	if (size < sizeof(*ehdr) || memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_ident[EI_CLASS] != ELFCLASS32 ||
	    ehdr->e_phoff + (size_t)ehdr->e_phnum * sizeof(*phdr) > size)
		return NULL;
	phdr = (const Elf32_Phdr *)(bytes + ehdr->e_phoff);
	for (unsigned int at = 0; at < ehdr->e_phnum; at++, phdr++)
		if (phdr->p_type == PT_LOAD && phdr->p_offset + (size_t)phdr->p_filesz <= size &&
		    !i--)
			return phdr;
	return NULL;
}

/* What the core had at an address, @n bytes; NULL when they are in no part of its dump. */
static inline const char *dumped_at(const char *dump, size_t size, uint32_t da, size_t n)
{
	const Elf32_Phdr *part;

	for (unsigned int i = 0; (part = elf_part(dump, size, i)); i++)
		if (da >= part->p_vaddr && da - part->p_vaddr <= part->p_filesz &&
		    n <= part->p_filesz - (da - part->p_vaddr))
			return dump + part->p_offset + (da - part->p_vaddr);
	return NULL;
}

static inline bool is_dumped(const char *dump, size_t size, const char *text)
{
	const Elf32_Phdr *part;

	for (unsigned int i = 0; (part = elf_part(dump, size, i)); i++)
		if (memmem(dump + part->p_offset, part->p_filesz, text, strlen(text)))
			return true;
	return false;
}

/* "devcdN" of the dump that there is of a core; "" for none. */
static inline void find_dump(const char *core, char *name)
{
	char link[256];
	ssize_t n = readlink(path(CLASS, core, "/devcoredump"), link, sizeof(link) - 1);

	link[n > 0 ? n : 0] = '\0';
	snprintf(name, 32, "%.31s", n > 0 && strrchr(link, '/') ? strrchr(link, '/') + 1 : "");
}

/* Whoever has read one lets it go so. */
static inline void free_dump(const char *core)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	char name[32];

	find_dump(core, name);
	if (*name)
		hwc_test_write(path(DUMPS, name, "/data"), "1");
	while (*name && hwc_test_ms() < end) {
		usleep(2000);
		find_dump(core, name);
	}
}

/* What the core did last stands there, and its firmware, where it was loaded to. */
static inline void check_dump(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
			      const char *trace)
{
	size_t size, image_size;
	char *image = read_whole(target.image, &image_size), *dump;
	const Elf32_Phdr *code;
	const char *at;
	char name[32], link[256];
	struct stat st;
	ssize_t n;

	find_dump(self->core, name);
	ASSERT_STRNE("", name);
	n = readlink(path(DUMPS, name, "/failing_device"), link, sizeof(link) - 1);
	ASSERT_LT(0, n);
	link[n] = '\0';
	EXPECT_STREQ(self->core, strrchr(link, '/') + 1);
	ASSERT_EQ(0, stat(path(DUMPS, name, "/data"), &st));
	EXPECT_EQ(0600, st.st_mode & 0777);

	dump = read_whole(path(DUMPS, name, "/data"), &size);
	ASSERT_NE(NULL, dump);
	ASSERT_NE(NULL, image);
	ASSERT_NE(NULL, elf_part(dump, size, 0));
	EXPECT_EQ(ET_CORE, ((Elf32_Ehdr *)dump)->e_type);
	EXPECT_EQ(EM_ARM, ((Elf32_Ehdr *)dump)->e_machine);
	code = elf_part(image, image_size, 0);
	ASSERT_NE(NULL, code);
	at = dumped_at(dump, size, code->p_paddr, code->p_filesz);
	ASSERT_NE(NULL, at);
	EXPECT_EQ(0, memcmp(image + code->p_offset, at, code->p_filesz));
	EXPECT_TRUE(is_dumped(dump, size, trace)) TH_LOG("%s", trace);
	free(image);
	free(dump);
}

/* Runs until it crashes, and @trace, of 8 KiB, then has what it said. */
static inline void run_and_crash(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
				 char *trace)
{
	int id = try_claim(self, self->core);
	uint32_t claim = id;

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_runs(_metadata, self);
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	snprintf(trace, 8192, "%s", hwc_test_read(path(DEBUG, self->core, "/trace0")));
	EXPECT_TRUE(strstr(trace, target.says)) TH_LOG("%s", trace);
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
}

static inline void test_dump_is_kept(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	static char trace[8192];
	char first[32], second[32];

	free_dump(self->core);
	check_works(_metadata, self);
	find_dump(self->core, first);
	EXPECT_STREQ("", first);

	run_and_crash(_metadata, self, trace);
	check_dump(_metadata, self, trace);
	find_dump(self->core, first);
	/* the setting is for those who start it without us */
	EXPECT_TRUE(contains(path(CLASS, self->core, "/coredump"), "disabled"));

	/* it stays while the core runs again, and makes way for the next one */
	check_works(_metadata, self);
	find_dump(self->core, second);
	EXPECT_STREQ(first, second);
	run_and_crash(_metadata, self, trace);
	check_dump(_metadata, self, trace);
	find_dump(self->core, second);
	EXPECT_STRNE(first, second);
	EXPECT_NE(0, access(path(DUMPS, first, ""), F_OK));

	free_dump(self->core);
	find_dump(self->core, second);
	EXPECT_STREQ("", second);
}

/* Even where its setting is to wait for a reader. */
static inline void test_dump_waits_for_nobody(struct __test_metadata *_metadata,
					      FIXTURE_DATA(rproc) * self)
{
	static char trace[8192];

	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/coredump"), "inline"));
	run_and_crash(_metadata, self, trace);
	check_dump(_metadata, self, trace);
	EXPECT_TRUE(contains(path(CLASS, self->core, "/coredump"), "inline"));
	EXPECT_EQ(0, hwc_test_write(path(CLASS, self->core, "/coredump"), "disabled"));
	free_dump(self->core);
}

/* A processor that has crashed, and whose holder has not let it go. */
static inline void check_lingers(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
				 uint32_t id)
{
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	usleep(300000);
	EXPECT_TRUE(is_state(self->core, "crashed"));
	EXPECT_TRUE(contains(path(DEBUG, self->core, "/trace0"), target.says));
	EXPECT_EQ(1, hwc_test_number(target.running));
}

static inline void check_is_off(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_TRUE(is_state(self->core, "offline"));
	EXPECT_EQ(0, hwc_test_number(target.running));
}

/* A claim of the core, which has said something and crashes then. */
static inline void claim_and_crash(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
				   uint32_t *id)
{
	int ret = try_claim(self, self->core);

	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	*id = ret;
	ASSERT_EQ(0, wait_trace(self->core, target.says));
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	check_lingers(_metadata, self, *id);
}

/* What it said last can be read until its holder is done, which may be dead. */
static inline void test_last_words(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	long grace = hwc_test_number(HWC_PARAMETERS "rproc_grace_ms");
	uint32_t id;
	pid_t pid = hwc_test_sleeper();
	int ret;

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_grace_ms", GRACE_MS));
	claim_and_crash(_metadata, self, &id);
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	check_is_off(_metadata, self);

	ret = try_claim(self, self->core);
	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	ASSERT_EQ(0, wait_trace(self->core, target.says));
	ret = hwc_test_pidfd(pid);
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, &id, 1, ret));
	close(ret);
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	check_lingers(_metadata, self, id);
	hwc_test_kill(pid);
	check_is_off(_metadata, self);
	EXPECT_EQ(-ENOENT, hwc_test_claim_state(self->ctx, id));

	/* one that looks at nothing: the next one waits no longer than this */
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_grace_ms", 500));
	claim_and_crash(_metadata, self, &id);
	check_works(_metadata, self);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_grace_ms", grace));
	free_dump(self->core);
}

#endif
