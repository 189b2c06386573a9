// SPDX-License-Identifier: GPL-2.0-or-later
/* Signers: what is loaded is what one of those has signed that the groups list. */
#include "trust.h"

#define TOYS "modprobe hwcontainer-toy count=2"
#define LOCK HWC_PARAMETERS "lock_keys"

/**
 * struct trust - a namespace in web/a, and the keys of alice, bob, old and plain
 * @ctx: of the host
 * @domain: the namespace
 * @keyring: number of the keyring
 */
FIXTURE(trust)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain domain;
	int keyring;
};

FIXTURE_SETUP(trust)
{
	static const char *const keys[] = { "alice", "bob", "old", "plain" };
	size_t i;

	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_run(TOYS));
	self->keyring = hwc_test_keyring();
	ASSERT_NE(0, self->keyring);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ASSERT_LT(0, hwc_test_add_key(keys[i], self->keyring));
	ASSERT_EQ(0, hwc_test_domain_new(&self->domain));
	ASSERT_EQ(0, hwc_test_group_new("web"));
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", &self->domain));
}

FIXTURE_TEARDOWN(trust)
{
	hwc_test_domain_end(&self->domain);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web/a"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web"));
	EXPECT_EQ(0, hwc_test_keyctl(KEYCTL_CLEAR, self->keyring, 0, 0, 0));
	EXPECT_EQ(0, hwc_test_unload_toys());
	hwc_ctx_free(self->ctx);
}

#define ONE .resource = "toy0", .image = "one"

/* Claims and lets it go again: 0, -errno, or 8000 for another sentence. */
static int claim_and_end(FIXTURE_DATA(trust) * self, const struct hwc_test_signed *want)
{
	int id = hwc_test_domain_run(&self->domain, hwc_test_claim_signed, want);

	return id > 0 && id < 8000 ? hwc_test_end(self->ctx, id) : id;
}

#define try(...) claim_and_end(self, &(const struct hwc_test_signed){ __VA_ARGS__ })

TEST_F(trust, loads_what_a_listed_signer_has_signed)
{
	int id;

	ASSERT_EQ(0, hwc_test_list("web/a", hwc_test_signer("alice"), NULL));
	id = hwc_test_claim_in(&self->domain, ONE, .by = "alice");
	ASSERT_LT(0, id);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	EXPECT_STREQ(hwc_test_signer("alice"), hwc_test_signed_by(self->ctx, id, false));
	EXPECT_STREQ("", hwc_test_signed_by(self->ctx, id, true));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));
	/* who is named by the identifier of his key */
	EXPECT_EQ(0, try(ONE, .by = "alice-keyid"));
	/* without any list, too, what is said of the signer is so */
	ASSERT_EQ(0, hwc_test_list("web/a", "", NULL));
	id = hwc_test_claim_in(&self->domain, ONE, .by = "bob");
	ASSERT_LT(0, id);
	EXPECT_STREQ(hwc_test_signer("bob"), hwc_test_signed_by(self->ctx, id, false));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));
	EXPECT_EQ(-EKEYREJECTED, try(.resource = "toy0", .image = "two", .by = "@one.alice",
				     .says = "the signature is not one of this image"));
}

TEST_F(trust, refuses_what_no_listed_signer_has_signed)
{
	char says[400];

	ASSERT_EQ(0, hwc_test_list("web/a", hwc_test_signer("alice"), hwc_test_signer("mallory")));
	snprintf(says, sizeof(says), "group a does not list the image %s of %s",
		 hwc_test_listed("one"), hwc_test_signer("bob"));
	EXPECT_EQ(-EPERM, try(ONE, .by = "bob", .says = says));
	snprintf(says, sizeof(says), "group a does not list the image %s", hwc_test_listed("one"));
	EXPECT_EQ(-EPERM, try(ONE, .says = says));
	strcat(says, ", and its signer is not in keyring .hwcontainer");
	EXPECT_EQ(-ENOKEY, try(ONE, .by = "mallory", .says = says));
	EXPECT_EQ(-ENOKEY, try(ONE, .by = "plain", .says = says));
	/* nothing of it reached the hardware */
	EXPECT_EQ(0, hwc_test_number(HWC_TOY "configured"));
}

/* A signature is one of some bytes; the digest of others does not help. */
TEST_F(trust, refuses_other_bytes)
{
	static const char says[] = "the signature is not one of this image";

	ASSERT_EQ(0, hwc_test_list("web/a", hwc_test_signer("alice"), hwc_test_listed("one")));
	/* one byte is another one */
	EXPECT_EQ(-EKEYREJECTED,
		  try(.resource = "toy0", .image = "two", .by = "@one.alice", .says = says));
	EXPECT_EQ(-EKEYREJECTED, try(ONE, .by = "@two.bob", .says = says));
	EXPECT_EQ(-EPERM, try(.resource = "toy0", .image = "two"));
	EXPECT_EQ(0, try(ONE));
	/* listed by its digest, and signed by somebody nobody knows, or whom nobody listed */
	EXPECT_EQ(0, try(ONE, .by = "mallory"));
	EXPECT_EQ(0, try(ONE, .by = "bob"));
	EXPECT_EQ(1 + 1 + 1, hwc_test_number(HWC_TOY "configured"));
}

TEST_F(trust, refuses_signatures_of_another_form)
{
	ASSERT_EQ(0, hwc_test_list("web/a", hwc_test_signer("alice"), hwc_test_signer("bob")));
	EXPECT_EQ(-EBADMSG, try(ONE, .by = "alice-attached",
				.says = "the signature of the image is not detached"));
	EXPECT_EQ(-EBADMSG,
		  try(ONE, .by = "alice-certs",
		      .says = "the signature of the image has certificates: use -nocerts"));
	EXPECT_EQ(-EBADMSG, try(ONE, .by = "alice-attrs",
				.says = "the signature of the image has attributes: use -noattr"));
	EXPECT_EQ(-EBADMSG, try(ONE, .by = "alice-both",
				.says = "the signature of the image has several signers"));
	/* any file that is none */
	EXPECT_EQ(-EBADMSG,
		  try(ONE, .by = "@one",
		      .says = "the signature of the image is no PKCS#7 signature in DER"));
	EXPECT_EQ(-EINVAL, try(.resource = "toy0", .by = "@one.alice",
			       .says = "there is a signature of the image, but no image"));
}

static int with_signature(struct hwc_ctx *ctx, const void *signature, size_t size)
{
	int image = hwc_test_open_trusted("one"), holder = hwc_holder_open(ctx);
	struct hwc_request *req;
	struct hwc_grant grant;
	int ret = hwc_request_new(ctx, &req);

	hwc_request_holder_file(req, holder);
	if (!ret)
		ret = hwc_request_add(req, "toy0", image, -1, NULL, NULL);
	if (!ret)
		ret = hwc_request_image_signature(req, signature, size);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	if (!ret)
		ret = hwc_claim_wait(ctx, holder, grant.id, HWC_TEST_WAIT_MS);
	hwc_request_free(req);
	close(image);
	close(holder);
	return ret;
}

/* Sent to the module as it is: what the library says is too long never gets there. */
TEST_F(trust, refuses_signatures_that_are_cut_or_too_long)
{
	uint8_t data[HWCONTAINER_SIGNATURE_MAX + 1] = { 0 };
	ssize_t size = hwc_test_bytes("one.alice", data, sizeof(data)), n;

	ASSERT_LT(100, size);
	for (n = 1; n < size; n++)
		ASSERT_EQ(-EBADMSG, with_signature(self->ctx, data, n)) TH_LOG("%zd bytes", n);
	ASSERT_EQ(0, with_signature(self->ctx, data, size)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	for (n = size + 1; n <= HWCONTAINER_SIGNATURE_MAX; n *= 2)
		EXPECT_EQ(-EBADMSG, with_signature(self->ctx, data, n));
	EXPECT_EQ(-EFBIG, with_signature(self->ctx, data, sizeof(data)));
	EXPECT_EQ(-ENODATA, with_signature(self->ctx, data, 0));
}

/* Whatever byte is changed: it is refused, or says nothing else than it did. */
TEST_F(trust, survives_signatures_with_changed_bytes)
{
	uint8_t data[HWCONTAINER_SIGNATURE_MAX];
	ssize_t size = hwc_test_bytes("one.alice", data, sizeof(data)), n;
	int ret;

	for (n = 0; n < size; n += 3) {
		data[n] ^= 1 << (n % 8);
		hwc_test_wait_free(self->ctx, "toy0");
		ret = with_signature(self->ctx, data, size);
		/* of the signature's own 256 bytes at the end none may be changed */
		if (n >= size - 256) {
			EXPECT_EQ(-EKEYREJECTED, ret) TH_LOG("byte %zd", n);
		} else {
			EXPECT_TRUE(!ret || ret == -EBADMSG || ret == -EKEYREJECTED ||
				    ret == -ENOPKG || ret == -EINVAL)
			TH_LOG("byte %zd: %d %s", n, ret, hwc_ctx_error(self->ctx));
		}
		data[n] ^= 1 << (n % 8);
	}
}

/* The kernel's parser would print it, each time. */
TEST_F(trust, logs_no_unknown_algorithm)
{
	/* SHA-256 in the list of digests, in the signer's, and the cipher RSA */
	static const struct {
		uint8_t oid[9];
		int nth;
	} parts[] = {
		{ { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 }, 0 },
		{ { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 }, 1 },
		{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 }, 0 },
	};
	uint8_t data[HWCONTAINER_SIGNATURE_MAX], *at;
	ssize_t size = hwc_test_bytes("one.alice", data, sizeof(data));
	int lines = hwc_test_run("exit $(dmesg | grep -ci 'pkcs7\\|unsupported')"), nth;
	size_t i;

	ASSERT_LT(100, size);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		at = data;
		for (nth = 0; at && nth <= parts[i].nth; nth++)
			at = memmem(at + 1, data + size - at - 1, parts[i].oid, 9);
		ASSERT_NE(NULL, at);
		at[8] = 0x7f;
		EXPECT_EQ(-EBADMSG, with_signature(self->ctx, data, size)) TH_LOG("%zu", i);
		at[8] = 0x01;
	}
	EXPECT_EQ(lines, hwc_test_run("exit $(dmesg | grep -ci 'pkcs7\\|unsupported')"));
}

/* What the kernel makes of a certificate's dates: nothing. */
TEST_F(trust, does_not_look_at_dates_of_certificates)
{
	ASSERT_EQ(0, hwc_test_list("web/a", hwc_test_signer("old"), NULL));
	EXPECT_EQ(0, try(ONE, .by = "old"));
}

TEST_F(trust, lists_for_a_resource)
{
	char line[200], any[] = "any toy1";

	snprintf(line, sizeof(line), "%s toy0", hwc_test_signer("alice"));
	ASSERT_EQ(0, hwc_test_list("web/a", line, any));
	EXPECT_EQ(-EPERM, try(ONE));
	EXPECT_EQ(0, try(ONE, .by = "alice"));
	EXPECT_EQ(0, try(.resource = "toy1", .image = "two"));
	snprintf(line, sizeof(line), "%s toy0", hwc_test_listed("one"));
	ASSERT_EQ(0, hwc_test_list("web/a", line, NULL));
	EXPECT_EQ(0, try(ONE));
	EXPECT_EQ(-EPERM, try(.resource = "toy1", .image = "one"));
	/* a name that nothing has is of nothing */
	ASSERT_EQ(0, hwc_test_list("web/a", "any toy2", NULL));
	EXPECT_EQ(-EPERM, try(ONE, .by = "alice"));
}

TEST_F(trust, asks_every_list_from_the_group_up)
{
	ASSERT_EQ(0, hwc_test_list("web", hwc_test_signer("alice"), NULL));
	ASSERT_EQ(0, hwc_test_list("web/a", hwc_test_signer("bob"), NULL));
	EXPECT_EQ(-EPERM, try(ONE, .by = "alice", .says = "group a does not list"));
	EXPECT_EQ(-EPERM, try(ONE, .by = "bob", .says = "group web does not list"));
	/* each in its own way */
	ASSERT_EQ(0, hwc_test_list("web", hwc_test_listed("one"), NULL));
	EXPECT_EQ(0, try(ONE, .by = "bob"));
	EXPECT_EQ(-EPERM, try(ONE, .by = "alice"));
	ASSERT_EQ(0, hwc_test_list("web/a", "\n", NULL));
	EXPECT_EQ(0, try(ONE, .by = "alice"));
}

TEST_F(trust, takes_and_prints_lines)
{
	static const char *const bad[] = { "signer:",	 "signer:1", "signer:xy",
					   "signer:12:", "any x y",  "sha256:12",
					   "signer",	 "Any",	     "signer:12 \033[m" };
	char text[400], colons[80], *to;
	const char *id = hwc_test_signer("alice");
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", bad[i]))
	TH_LOG("%s", bad[i]);
	to = colons + sprintf(colons, "%.9s", id);
	for (i = 9; id[i]; i += 2)
		to += sprintf(to, ":%c%c", toupper(id[i]), toupper(id[i + 1]));
	snprintf(text, sizeof(text), " any\ttoy0 \n\n%s\n%s /a/b", colons, colons);
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", text));
	snprintf(text, sizeof(text), "any toy0\n%s\n%s /a/b\n", id, id);
	EXPECT_STREQ(text, hwc_test_group_read("web/a", "images"));
	/* an identifier has 64 bytes at most */
	memset(text, '1', 137);
	memcpy(text, "signer:", 7);
	text[7 + 130] = '\0';
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", text));
	text[7 + 128] = '\0';
	EXPECT_EQ(0, hwc_test_group_write("web/a", "images", text));
}

/* Keys: what was loaded stays; who wants more is refused. */
TEST_F(trust, asks_the_keyring_each_time)
{
	int key, id;

	ASSERT_EQ(0, hwc_test_list("web/a", hwc_test_signer("mallory"), NULL));
	/* one's own keys may be revoked, so it is linked */
	key = hwc_test_add_key("mallory", KEY_SPEC_PROCESS_KEYRING);
	ASSERT_LT(0, key);
	EXPECT_EQ(-ENOKEY, try(ONE, .by = "mallory"));
	ASSERT_EQ(0, hwc_test_keyctl(KEYCTL_LINK, key, self->keyring, 0, 0));
	id = hwc_test_claim_in(&self->domain, ONE, .by = "mallory");
	EXPECT_LT(0, id);
	ASSERT_EQ(0, hwc_test_keyctl(KEYCTL_REVOKE, key, 0, 0, 0));
	EXPECT_EQ(-EKEYREVOKED, try(.resource = "toy1", .image = "one", .by = "mallory",
				    .says = "the key that signed the image is revoked"));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));

	key = hwc_test_add_key("mallory", self->keyring);
	ASSERT_LT(0, key);
	EXPECT_EQ(0, try(ONE, .by = "mallory"));
	ASSERT_EQ(0, hwc_test_keyctl(KEYCTL_UNLINK, key, self->keyring, 0, 0));
	EXPECT_EQ(-ENOKEY, try(ONE, .by = "mallory"));

	key = hwc_test_add_key("mallory", KEY_SPEC_PROCESS_KEYRING);
	ASSERT_LT(0, key);
	ASSERT_EQ(0, hwc_test_keyctl(KEYCTL_LINK, key, self->keyring, 0, 0));
	ASSERT_EQ(0, hwc_test_keyctl(KEYCTL_SET_TIMEOUT, key, 1, 0, 0));
	sleep(2);
	EXPECT_EQ(-EKEYEXPIRED,
		  try(ONE, .by = "mallory", .says = "the key that signed the image has expired"));
}

static int add_mallory(const void *data)
{
	return hwc_test_add_key("mallory", *(const int *)data);
}

static int add_mallory_as_nobody(const void *data)
{
	return setuid(65534) ? 9 : hwc_test_add_key("mallory", *(const int *)data);
}

/* Root of a container that has namespaces of its own, but for those of users. */
static int add_mallory_in_a_container(const void *data)
{
	int status, ret;
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		return 9;
	pid = fork();
	if (!pid) {
		ret = hwc_test_add_key("mallory", *(const int *)data);
		_exit(ret > 0 ? 0 : -ret);
	}
	waitpid(pid, &status, 0);
	return -WEXITSTATUS(status);
}

TEST_F(trust, takes_keys_of_administrators_only)
{
	int key;

	EXPECT_EQ(-EACCES,
		  hwc_test_domain_run(&self->domain, add_mallory_as_nobody, &self->keyring));
	EXPECT_EQ(-EPERM,
		  hwc_test_domain_run(&self->domain, add_mallory_in_a_container, &self->keyring));
	/* nor a keyring, with whatever is put there later */
	key = syscall(SYS_add_key, "keyring", "more", NULL, 0, self->keyring);
	EXPECT_EQ(-1, key);
	EXPECT_EQ(EOPNOTSUPP, errno);
	/* an administrator may from wherever he is */
	key = hwc_test_domain_run(&self->domain, add_mallory, &self->keyring);
	EXPECT_LT(0, key);
	EXPECT_EQ(0, hwc_test_keyctl(KEYCTL_UNLINK, key, self->keyring, 0, 0));
}

TEST(keyring_can_be_locked_until_the_module_goes)
{
	int keyring = hwc_test_keyring(), alice, own;

	own = hwc_test_add_key("bob", KEY_SPEC_PROCESS_KEYRING);
	ASSERT_LT(0, own);
	alice = hwc_test_add_key("alice", keyring);
	ASSERT_LT(0, alice);
	EXPECT_STREQ("N\n", hwc_test_read(LOCK));
	ASSERT_EQ(0, hwc_test_write(LOCK, "1"));
	EXPECT_EQ(-EPERM, hwc_test_add_key("bob", keyring));
	EXPECT_EQ(-EPERM, hwc_test_keyctl(KEYCTL_LINK, own, keyring, 0, 0));
	EXPECT_EQ(-EPERM, hwc_test_write(LOCK, "0"));
	EXPECT_STREQ("Y\n", hwc_test_read(LOCK));
	/* to be taken away is another thing */
	EXPECT_EQ(0, hwc_test_keyctl(KEYCTL_UNLINK, alice, keyring, 0, 0));
	ASSERT_EQ(0, hwc_test_run("rmmod hwcontainer && modprobe hwcontainer"));
	keyring = hwc_test_keyring();
	ASSERT_NE(0, keyring);
	EXPECT_LT(0, hwc_test_add_key("bob", keyring));
	EXPECT_EQ(0, hwc_test_keyctl(KEYCTL_CLEAR, keyring, 0, 0, 0));
}

TEST_HARNESS_MAIN
