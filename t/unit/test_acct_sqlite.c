/*
 * test_acct_sqlite.c - the account database, alone and shared
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <sqlite3.h>

#include "t/unit/unit.h"
#include "t/unit/acct_folder.h"

static struct acct *chain;
static struct acct_backend *b;
static const struct acct_admin *ops;

static void
reopen(void)
{
	acct_free(&chain);
	chain = folder_open();
	b = acct_administered(chain, NULL);
	ck_assert_ptr_nonnull(b);
	ops = b->ops->admin;
}

static void
set_up(void)
{
	folder_make();
	reopen();
}

static void
tear_down(void)
{
	acct_free(&chain);
	folder_remove();
}

static struct acct_account
record(const char *name)
{
	struct acct_account a;

	memset(&a, 0, sizeof(a));
	snprintf(a.name, sizeof(a.name), "%s", name);
	strcpy(a.hash, HASH_5);
	a.quota = ACCT_QUOTA_DEFAULT;
	a.changed = 1000;
	return a;
}

static int
domain(const char *name, const char *alias_of)
{
	struct acct_domain d;

	memset(&d, 0, sizeof(d));
	snprintf(d.name, sizeof(d.name), "%s", name);
	snprintf(d.alias_of, sizeof(d.alias_of), "%s", alias_of);
	return ops->domain_add(b, &d, NULL);
}

static void
account(const char *name)
{
	struct acct_account a = record(name);
	struct err e;

	ck_assert_msg(ops->add(b, &a, &e) == 0, "%s", e.text);
}

static struct acct_account
looked_up(const char *name)
{
	struct acct_account a;
	struct err e;

	ck_assert_msg(acct_lookup(chain, name, &a, &e) == 0, "%s", e.text);
	return a;
}

static enum err_class
missing(const char *name)
{
	struct acct_account a;
	struct err e;

	ck_assert_int_eq(acct_lookup(chain, name, &a, &e), -1);
	return e.class;
}

START_TEST(what_goes_in_comes_out)
{
	struct acct_account a = record("anna@example.org"), got;

	ck_assert_int_eq(domain("example.org", ""), 0);
	a.quota = 5LL << 40;
	a.locked = true;
	strcpy(a.maildrop, "boxes/anna");
	ck_assert_int_eq(ops->add(b, &a, NULL), 0);
	reopen();
	got = looked_up("anna@example.org");
	ck_assert_str_eq(got.name, "anna@example.org");
	ck_assert_str_eq(got.hash, HASH_5);
	ck_assert_str_eq(got.maildrop, "boxes/anna");
	ck_assert_int_eq(got.quota, 5LL << 40);
	ck_assert_int_eq(got.created, 1000);
	ck_assert_int_eq(got.changed, 1000);
	ck_assert(got.locked && !got.domain_locked);
}
END_TEST

/* S-21: values are data, whatever octets they have. */
static const char *const odd_users[] = { "a'b", "a\"b", "a;drop", "a--",
	"%", "_", "*", "a\\b", "${x}", "j\xc3\xb6rg", "a=b,c", "`id`", "$(id)",
	"a|b", "a&b" };

START_TEST(odd_octets_round_trip)
{
	char name[NAMES_MAX];

	snprintf(name, sizeof(name), "%s@example.org", odd_users[_i]);
	ck_assert_int_eq(domain("example.org", ""), 0);
	account("plain@example.org");
	account(name);
	ck_assert_str_eq(looked_up(name).name, name);
	ck_assert_str_eq(looked_up("plain@example.org").name,
	    "plain@example.org");
	ck_assert_int_eq(missing("a@example.org"), ERR_NOTFOUND);
}
END_TEST

START_TEST(defaults)
{
	struct acct_account a;

	ck_assert_int_eq(domain("example.org", ""), 0);
	account("anna@example.org");
	a = looked_up("anna@example.org");
	ck_assert_str_eq(a.maildrop, "example.org/anna");
	ck_assert_int_eq(a.quota, ACCT_QUOTA_DEFAULT);
	ck_assert(!a.locked);
}
END_TEST

START_TEST(faults_of_accounts)
{
	struct acct_account a = record("anna@example.org");
	struct err e;

	ck_assert_int_eq(missing("anna@example.org"), ERR_NOTFOUND);
	ck_assert_int_eq(ops->add(b, &a, &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_int_eq(domain("example.org", ""), 0);
	ck_assert_int_eq(missing("anna@example.org"), ERR_NOTFOUND);
	ck_assert_int_eq(ops->set(b, &a, ACCT_HASH_SET, &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_int_eq(ops->remove(b, a.name, &a, &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	account("anna@example.org");
	ck_assert_int_eq(ops->add(b, &a, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "there already"));
}
END_TEST

START_TEST(one_name_in_two_domains)
{
	struct acct_account a = record("anna@b.example"), was;

	ck_assert_int_eq(domain("a.example", ""), 0);
	ck_assert_int_eq(domain("b.example", ""), 0);
	account("anna@a.example");
	account("anna@b.example");
	strcpy(a.hash, HASH_2A);
	ck_assert_int_eq(ops->set(b, &a, ACCT_HASH_SET, NULL), 0);
	ck_assert_str_eq(looked_up("anna@a.example").hash, HASH_5);
	ck_assert_str_eq(looked_up("anna@b.example").hash, HASH_2A);
	ck_assert_int_eq(ops->remove(b, "anna@a.example", &was, NULL), 0);
	ck_assert_str_eq(was.maildrop, "a.example/anna");
	ck_assert_int_eq(missing("anna@a.example"), ERR_NOTFOUND);
	looked_up("anna@b.example");
}
END_TEST

START_TEST(set_changes_only_what_is_named)
{
	struct acct_account a = record("anna@example.org"), got;

	ck_assert_int_eq(domain("example.org", ""), 0);
	account("anna@example.org");
	a.quota = 7;
	strcpy(a.maildrop, "x/y");
	strcpy(a.hash, HASH_2A);
	a.locked = true;
	a.changed = 2000;
	ck_assert_int_eq(ops->set(b, &a, ACCT_QUOTA_SET, NULL), 0);
	got = looked_up("anna@example.org");
	ck_assert_int_eq(got.quota, 7);
	ck_assert(!got.locked && strcmp(got.hash, HASH_5) == 0);
	ck_assert_str_eq(got.maildrop, "example.org/anna");
	ck_assert_int_eq(ops->set(b, &a, ACCT_MAILDROP_SET | ACCT_LOCK_SET,
	    NULL), 0);
	a.locked = false;
	ck_assert_int_eq(ops->set(b, &a, ACCT_HASH_SET, NULL), 0);
	got = looked_up("anna@example.org");
	ck_assert_str_eq(got.maildrop, "x/y");
	ck_assert_str_eq(got.hash, HASH_2A);
	ck_assert_int_eq(got.changed, 2000);
	ck_assert_int_eq(got.created, 1000);
	ck_assert_msg(got.locked, "a new password does not unlock");
	a.maildrop[0] = '\0';
	a.quota = ACCT_QUOTA_DEFAULT;
	ck_assert_int_eq(ops->set(b, &a, ACCT_MAILDROP_SET | ACCT_QUOTA_SET,
	    NULL), 0);
	got = looked_up("anna@example.org");
	ck_assert_str_eq(got.maildrop, "example.org/anna");
	ck_assert_int_eq(got.quota, ACCT_QUOTA_DEFAULT);
}
END_TEST

/* W-14 */
START_TEST(a_locked_domain_locks_all)
{
	struct acct_account a = record("anna@example.org"), was;
	struct err e;

	ck_assert_int_eq(domain("example.org", ""), 0);
	account("anna@example.org");
	ck_assert_int_eq(ops->domain_lock(b, "example.org", true, NULL), 0);
	ck_assert(looked_up("anna@example.org").domain_locked);
	ck_assert(!looked_up("anna@example.org").locked);
	ck_assert_int_eq(ops->set(b, &a, ACCT_LOCK_SET, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "unlock the domain"));
	/* administration goes on */
	account("bob@example.org");
	ck_assert_int_eq(ops->set(b, &a, ACCT_HASH_SET, NULL), 0);
	ck_assert_int_eq(ops->remove(b, "bob@example.org", &was, NULL), 0);
	a.locked = true;
	ck_assert_int_eq(ops->set(b, &a, ACCT_LOCK_SET, NULL), 0);
	ck_assert_int_eq(ops->domain_lock(b, "example.org", false, NULL), 0);
	ck_assert_msg(looked_up("anna@example.org").locked,
	    "its own lock outlives the domain's");
	a.locked = false;
	ck_assert_int_eq(ops->set(b, &a, ACCT_LOCK_SET, NULL), 0);
	ck_assert(!looked_up("anna@example.org").locked);
}
END_TEST

START_TEST(aliases)
{
	struct acct_domain d;
	struct acct_stat s;
	struct err e;

	ck_assert_int_eq(domain("alias.example", "example.org"), -1);
	ck_assert_int_eq(domain("example.org", ""), 0);
	ck_assert_int_eq(domain("other.org", ""), 0);
	ck_assert_int_eq(domain("alias.example", "example.org"), 0);
	account("anna@alias.example");
	ck_assert_str_eq(looked_up("anna@alias.example").name,
	    "anna@example.org");
	ck_assert_str_eq(looked_up("anna@example.org").name,
	    "anna@example.org");
	ck_assert_msg(domain("second.example", "alias.example") < 0,
	    "no alias of an alias");
	ck_assert_msg(domain("example.org", "other.org") < 0,
	    "a real domain is not turned into an alias");
	ck_assert_int_eq(domain("alias.example", "alias.example"), -1);
	ck_assert_int_eq(ops->domain_lock(b, "alias.example", true, &e), -1);
	ck_assert_int_eq(ops->domain_show(b, "example.org", &d, &s, NULL), 0);
	ck_assert_int_eq(s.aliases, 1);
	ck_assert_int_eq(s.accounts, 1);
	/* turned to another domain, and gone */
	ck_assert_int_eq(domain("alias.example", "other.org"), 0);
	ck_assert_int_eq(missing("anna@alias.example"), ERR_NOTFOUND);
	ck_assert_int_eq(ops->domain_unalias(b, "other.org", &e), -1);
	ck_assert_int_eq(ops->domain_unalias(b, "alias.example", &e), 0);
	ck_assert_int_eq(ops->domain_unalias(b, "alias.example", &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
}
END_TEST

START_TEST(removing_domains)
{
	struct acct_stat gone;
	struct err e;

	ck_assert_int_eq(domain("example.org", ""), 0);
	ck_assert_int_eq(domain("other.org", ""), 0);
	ck_assert_int_eq(domain("alias.example", "example.org"), 0);
	ck_assert_int_eq(domain("example.org", ""), -1);
	ck_assert_int_eq(domain("alias.example", ""), -1);
	account("anna@example.org");
	account("anna@other.org");
	ck_assert_int_eq(ops->domain_remove(b, "example.org", false, &gone,
	    &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	looked_up("anna@alias.example");
	ck_assert_int_eq(ops->domain_remove(b, "alias.example", true, &gone,
	    &e), -1);
	ck_assert_int_eq(ops->domain_remove(b, "example.org", true, &gone,
	    &e), 0);
	ck_assert_int_eq(gone.accounts, 1);
	ck_assert_int_eq(gone.aliases, 1);
	ck_assert_int_eq(missing("anna@example.org"), ERR_NOTFOUND);
	ck_assert_int_eq(missing("anna@alias.example"), ERR_NOTFOUND);
	looked_up("anna@other.org");
	ck_assert_int_eq(ops->domain_remove(b, "example.org", true, &gone,
	    &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
}
END_TEST

static bool
next_name(const struct acct_account *a, void *arg)
{
	char (*names)[NAMES_MAX] = arg;

	while ((*names)[0] != '\0')
		names++;
	memcpy(*names, a->name, sizeof(a->name));
	return true;
}

START_TEST(pages)
{
	static const char *const all[] = { "a@a.example", "b@a.example",
		"z@a.example", "a@b.example" };
	char names[8][NAMES_MAX];
	struct acct_page page = { "", "", 2 };
	struct acct_stat s;
	size_t i;

	ck_assert_int_eq(domain("b.example", ""), 0);
	ck_assert_int_eq(domain("a.example", ""), 0);
	for (i = 0; i < COUNT(all); i++)
		account(all[i]);
	memset(names, 0, sizeof(names));
	ck_assert_int_eq(ops->list(b, &page, next_name, names, NULL), 0);
	page.after = names[1];
	ck_assert_int_eq(ops->list(b, &page, next_name, names, NULL), 0);
	for (i = 0; i < COUNT(all); i++)
		ck_assert_str_eq(names[i], all[i]);
	memset(names, 0, sizeof(names));
	page = (struct acct_page){ "a.example", "a@a.example", 100 };
	ck_assert_int_eq(ops->list(b, &page, next_name, names, NULL), 0);
	ck_assert_str_eq(names[0], "b@a.example");
	ck_assert_str_eq(names[1], "z@a.example");
	ck_assert_str_eq(names[2], "");
	ck_assert_int_eq(ops->stat(b, &s, NULL), 0);
	ck_assert_int_eq(s.domains, 2);
	ck_assert_int_eq(s.accounts, 4);
}
END_TEST

START_TEST(the_file_is_private)
{
	struct stat st;

	(void)umask(0);
	ck_assert_int_eq(domain("example.org", ""), 0);
	ck_assert_int_eq(stat(folder_file("accounts.db"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(stat(folder_file("accounts.db-wal"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	acct_free(&chain);
	ck_assert_int_eq(chmod(folder_file("accounts.db"), 0644), 0);
	reopen();
	ck_assert_int_eq(missing("anna@example.org"), ERR_NOTFOUND);
	ck_assert_int_eq(stat(folder_file("accounts.db"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
}
END_TEST

static void
put_octets(const char *text)
{
	FILE *f = fopen(folder_file("accounts.db"), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* A file that cannot be used is a fault of each call, until it can be. */
START_TEST(comes_back_when_the_file_does)
{
	put_octets("this is not a database, and it is longer than a header "
	    "so that nobody takes it for an empty file.............");
	ck_assert_int_eq(missing("anna@example.org"), ERR_PERM);
	ck_assert_int_eq(missing("anna@example.org"), ERR_PERM);
	ck_assert_int_eq(unlink(folder_file("accounts.db")), 0);
	ck_assert_int_eq(missing("anna@example.org"), ERR_NOTFOUND);
	ck_assert_int_eq(domain("example.org", ""), 0);
	account("anna@example.org");
	looked_up("anna@example.org");
}
END_TEST

START_TEST(a_link_in_its_place_is_refused)
{
	ck_assert_int_eq(symlink("/dev/null", folder_file("accounts.db")), 0);
	ck_assert_int_eq(missing("anna@example.org"), ERR_PERM);
}
END_TEST

START_TEST(no_folder_yet)
{
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert_int_ne(missing("anna@example.org"), ERR_NONE);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	ck_assert_int_eq(missing("anna@example.org"), ERR_NOTFOUND);
}
END_TEST

START_TEST(put_adds_or_updates)
{
	struct acct_account a = record("anna@new.example"), c;
	bool added;

	ck_assert_int_eq(ops->begin(b, NULL), 0);
	ck_assert_int_eq(ops->put(b, &a, &added, NULL), 0);
	ck_assert(added);
	a.locked = true;
	strcpy(a.hash, HASH_2A);
	ck_assert_int_eq(ops->put(b, &a, &added, NULL), 0);
	ck_assert(!added);
	ck_assert_int_eq(ops->commit(b, NULL), 0);
	c = looked_up("anna@new.example");
	ck_assert_str_eq(c.hash, HASH_2A);
	ck_assert(c.locked);
	/* rolled back is not there, and neither is its domain */
	a = record("bob@other.example");
	ck_assert_int_eq(ops->begin(b, NULL), 0);
	ck_assert_int_eq(ops->put(b, &a, &added, NULL), 0);
	ops->rollback(b);
	ck_assert_int_eq(missing("bob@other.example"), ERR_NOTFOUND);
	ck_assert_int_eq(domain("other.example", ""), 0);
	/* an alias leads to its domain */
	ck_assert_int_eq(domain("alias.example", "new.example"), 0);
	a = record("carl@alias.example");
	ck_assert_int_eq(ops->begin(b, NULL), 0);
	ck_assert_int_eq(ops->put(b, &a, &added, NULL), 0);
	ck_assert_int_eq(ops->commit(b, NULL), 0);
	ck_assert_str_eq(looked_up("carl@alias.example").name,
	    "carl@new.example");
}
END_TEST

#define BATCHES	60
#define BATCH	50

/* Accounts "PREFIXi-j" in batches; each commit is told on fd. */
static void
import_batches(const char *prefix, int n, int fd)
{
	char name[64];
	bool added;
	int i, j;

	reopen();
	for (i = 0; i < n; i++) {
		if (ops->begin(b, NULL) < 0)
			_exit(2);
		for (j = 0; j < BATCH; j++) {
			struct acct_account a;

			snprintf(name, sizeof(name), "%s%d-%d@d%d.example",
			    prefix, i, j, j % 3);
			a = record(name);
			if (ops->put(b, &a, &added, NULL) < 0)
				_exit(3);
		}
		if (ops->commit(b, NULL) < 0)
			_exit(4);
		if (fd >= 0 && write(fd, "x", 1) != 1)
			_exit(5);
	}
	acct_free(&chain);
	_exit(0);
}

static int64_t
accounts_there(void)
{
	struct acct_stat s;
	struct err e;

	reopen();
	ck_assert_msg(ops->stat(b, &s, &e) == 0, "%s", e.text);
	return s.accounts;
}

START_TEST(two_processes_write_at_once)
{
	pid_t kids[2];
	int i, status;

	/* not even the tables are there: both will want to make them */
	acct_free(&chain);
	for (i = 0; i < 2; i++)
		if ((kids[i] = fork()) == 0)
			import_batches(i == 0 ? "a" : "b", BATCHES, -1);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(waitpid(kids[i], &status, 0), kids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(accounts_there(), 2 * BATCHES * BATCH);
}
END_TEST

/* I2's sister: what was acknowledged is there after kill -9, whole batches
 * only, and the file is sound. */
START_TEST(killed_while_importing)
{
	int ends[2], status, acked = 0;
	int64_t there;
	char octet;
	pid_t kid;

	acct_free(&chain);
	ck_assert_int_eq(pipe(ends), 0);
	if ((kid = fork()) == 0)
		import_batches("k", 100000, ends[1]);
	ck_assert_int_eq(close(ends[1]), 0);
	while (acked < 5 + 3 * _i && read(ends[0], &octet, 1) == 1)
		acked++;
	(void)usleep((unsigned)_i * 700);
	ck_assert_int_eq(kill(kid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(kid, &status, 0), kid);
	while (read(ends[0], &octet, 1) == 1)
		acked++;
	(void)close(ends[0]);
	there = accounts_there();
	ck_assert_int_ge(there, (int64_t)acked * BATCH);
	ck_assert_int_eq(there % BATCH, 0);
	ck_assert_int_le(there, ((int64_t)acked + 1) * BATCH);
	account("after@d0.example");
	looked_up("after@d0.example");
}
END_TEST

static int fails_in;

static int
weak_fcntl(int fd, int cmd, ...)
{
	va_list ap;
	long arg;

	va_start(ap, cmd);
	arg = va_arg(ap, long);
	va_end(ap);
	if (cmd == F_SETLK && fails_in > 0 && --fails_in == 0) {
		errno = EAGAIN;
		return -1;
	}
	return fcntl(fd, cmd, arg);
}

static int
no_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

/* F-16: one lock that could not be taken or let go of is trouble for a moment,
 * not for good. */
START_TEST(a_failed_lock_heals)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	struct err e;
	int r, k, i;

	vfs->xSleep = no_sleep;
	ck_assert_int_eq(vfs->xSetSystemCall(vfs, "fcntl",
	    (sqlite3_syscall_ptr)weak_fcntl), SQLITE_OK);
	ck_assert_int_eq(domain("example.org", ""), 0);
	for (k = 1; k < 60; k++) {
		fails_in = k;
		for (i = 0; i < 4; i++)
			(void)ops->domain_lock(b, "example.org", true, NULL);
		fails_in = 0;
		for (i = r = 0; i < 2; i++)
			r = ops->domain_lock(b, "example.org", false, &e);
		ck_assert_msg(r == 0, "call %d: %s", k, e.text);
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_failed_lock_heals);
	tcase_add_test(tc, what_goes_in_comes_out);
	UNIT_ROWS(tc, odd_octets_round_trip, odd_users);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, faults_of_accounts);
	tcase_add_test(tc, one_name_in_two_domains);
	tcase_add_test(tc, set_changes_only_what_is_named);
	tcase_add_test(tc, a_locked_domain_locks_all);
	tcase_add_test(tc, aliases);
	tcase_add_test(tc, removing_domains);
	tcase_add_test(tc, pages);
	tcase_add_test(tc, the_file_is_private);
	tcase_add_test(tc, comes_back_when_the_file_does);
	tcase_add_test(tc, a_link_in_its_place_is_refused);
	tcase_add_test(tc, no_folder_yet);
	tcase_add_test(tc, put_adds_or_updates);
	tcase_add_test(tc, two_processes_write_at_once);
	tcase_add_loop_test(tc, killed_while_importing, 0, 8);
}
UNIT_MAIN("acct_sqlite", add)
