/*
 * test_path.c - the one door to changes of a file system
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/path.h"

#include "t/unit/synced.h"
#include "t/unit/unit.h"

static char top[64];
static int topfd;

static void
spell(char out[200], const char *name)
{
	ck_assert_int_eq(path_join(out, 200, top, name), 0);
}

static void
put(const char *name, const char *text)
{
	int fd = openat(topfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

static bool
there(const char *name)
{
	struct stat st;

	return fstatat(topfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
holds_text(const char *name, const char *text)
{
	char path[200], *mem = NULL;
	size_t n;
	bool same;

	spell(path, name);
	if (path_read(path, 1000, &mem, &n, NULL) < 0)
		return false;
	same = n == strlen(text) && memcmp(mem, text, n + 1) == 0;
	free(mem);
	return same;
}

static void
make_socket(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/socket", top);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	close(fd);
}

static void
set_up(void)
{
	memcpy(top, "test_path.XXXXXX", sizeof("test_path.XXXXXX"));
	ck_assert_ptr_nonnull(mkdtemp(top));
	topfd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(topfd, 0);
	ck_assert_int_eq(mkdirat(topfd, "dir", 0700), 0);
	put("file", "content");
	put("dir/inner", "inner content");
	ck_assert_int_eq(symlinkat("file", topfd, "link"), 0);
	ck_assert_int_eq(symlinkat("dir", topfd, "dirlink"), 0);
	ck_assert_int_eq(symlinkat("nowhere", topfd, "dangling"), 0);
	ck_assert_int_eq(mkfifoat(topfd, "fifo", 0600), 0);
	make_socket();
}

static void
tear_down(void)
{
	char line[100];

	close(topfd);
	snprintf(line, sizeof(line), "rm -rf %s", top);
	ck_assert_int_eq(system(line), 0);
}

/* From here on the kernel is an old one, as far as this process can see. */
static void
forget_call(int nr, int as_errno)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_ERRNO | (unsigned)as_errno),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { COUNT(code), code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog),
	    0);
}

static const struct {
	const char *holds, *name;
	size_t n;
	bool good;
} components[] = {
	{ "a name", "cur", 3, true },
	{ "a dot in front", ".Trash", 6, true },
	{ "three dots", "...", 3, true },
	{ "empty", "", 0, false },
	{ "this folder", ".", 1, false },
	{ "the folder above", "..", 2, false },
	{ "a slash inside", "a/b", 3, false },
	{ "a slash alone", "/", 1, false },
	{ "a slash behind", "a/", 2, false },
	{ "a NUL inside", "a\0b", 3, false },
	{ "a NUL behind", "a\0", 2, false },
};

START_TEST(component)
{
	ck_assert_msg(path_component(span_mem(components[_i].name,
	    components[_i].n)) == components[_i].good, "%s",
	    components[_i].holds);
}
END_TEST

START_TEST(component_length)
{
	char name[256];

	memset(name, 'a', sizeof(name));
	ck_assert(path_component(span_mem(name, 255)));
	ck_assert(!path_component(span_mem(name, 256)));
}
END_TEST

START_TEST(join)
{
	char out[8];

	ck_assert_int_eq(path_join(out, 8, "abc", "def"), 0);
	ck_assert_str_eq(out, "abc/def");
	ck_assert_int_eq(path_join(out, 7, "abc", "def"), -1);
	ck_assert_int_eq(path_join(out, 8, "/", "x"), 0);
	ck_assert_str_eq(out, "/x");
	ck_assert_int_eq(path_join(out, 8, "a/", "x"), 0);
	ck_assert_str_eq(out, "a/x");
}
END_TEST

static const struct {
	const char *holds, *name;
	bool file, dir;			/* opens as */
	enum err_class class;		/* else, as a file */
} opens[] = {
	{ "a file", "file", true, false, ERR_NONE },
	{ "a folder", "dir", false, true, ERR_PERM },
	{ "a file further down", "dir/inner", true, false, ERR_NONE },
	{ "a link is not followed", "link", false, false, ERR_PERM },
	{ "nor one to a folder", "dirlink", false, false, ERR_PERM },
	{ "nor on the way", "dirlink/inner", false, false, ERR_PERM },
	{ "nor into nothing", "dangling", false, false, ERR_PERM },
	{ "a FIFO does not block", "fifo", false, false, ERR_PERM },
	{ "a socket", "socket", false, false, ERR_PERM },
	{ "what is not there", "none", false, false, ERR_NOTFOUND },
	{ "a file is no folder on the way", "file/x", false, false,
	    ERR_PERM },
	{ "not upwards", "../file", false, false, ERR_PERM },
	{ "not upwards and back", "dir/../file", false, false, ERR_PERM },
	{ "not from the root", "/etc/passwd", false, false, ERR_PERM },
	{ "this folder is no name", ".", false, false, ERR_PERM },
	{ "no double slash", "dir//inner", false, false, ERR_PERM },
	{ "no slash behind", "dir/", false, false, ERR_PERM },
	{ "no empty name", "", false, false, ERR_PERM },
};

static void
check_opens(int row)
{
	struct err e;
	int fd;

	err_clear(&e);
	fd = path_open_file(topfd, opens[row].name, &e);
	ck_assert_msg((fd >= 0) == opens[row].file, "%s", opens[row].holds);
	ck_assert_msg(fd >= 0 || e.class == opens[row].class, "%s: %s",
	    opens[row].holds, e.text);
	if (fd >= 0) {
		ck_assert((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		close(fd);
	}
	fd = path_open_dir(topfd, opens[row].name, &e);
	ck_assert_msg((fd >= 0) == opens[row].dir, "%s", opens[row].holds);
	if (fd >= 0)
		close(fd);
}

/* No descriptor may stay behind, whatever the answer. */
static int
next_fd(void)
{
	int fd = dup(topfd);

	close(fd);
	return fd;
}

START_TEST(open_row)
{
	int before = next_fd();

	check_opens(_i);
	ck_assert_int_eq(next_fd(), before);
}
END_TEST

START_TEST(open_row_on_an_old_kernel)
{
	int before = next_fd();

	forget_call(SYS_openat2, _i % 2 == 0 ? ENOSYS : EPERM);
	check_opens(_i);
	ck_assert_int_eq(next_fd(), before);
}
END_TEST

START_TEST(open_takes_an_administrators_path)
{
	char path[200];
	int fd;

	spell(path, "dirlink/inner");
	fd = path_open_file(AT_FDCWD, path, NULL);
	ck_assert_int_ge(fd, 0);
	close(fd);
	spell(path, "link");
	ck_assert_int_eq(path_open_file(AT_FDCWD, path, NULL), -1);
}
END_TEST

START_TEST(unlink_one_name)
{
	struct err e;

	ck_assert_int_eq(path_unlink(topfd, "link", &e), 0);
	ck_assert(!there("link") && there("file"));
	ck_assert_int_eq(path_unlink(topfd, "dir/inner", &e), -1);
	ck_assert(there("dir/inner"));
	ck_assert_int_eq(path_unlink(topfd, "none", &e), -1);
	ck_assert(e.class == ERR_NOTFOUND && e.errnum == ENOENT);
	ck_assert_int_eq(path_unlink(topfd, "dir", &e), -1);
	ck_assert_int_eq(e.class, ERR_PERM);
}
END_TEST

static void
check_rename(void)
{
	struct err e;

	put("other", "other content");
	ck_assert_int_eq(path_rename(topfd, "file", topfd, "other", false,
	    &e), -1);
	ck_assert(e.class == ERR_PERM && e.errnum == EEXIST);
	ck_assert(holds_text("file", "content"));
	ck_assert(holds_text("other", "other content"));
	ck_assert_int_eq(path_rename(topfd, "file", topfd, "fresh", false,
	    &e), 0);
	ck_assert(!there("file") && holds_text("fresh", "content"));
	ck_assert_int_eq(path_rename(topfd, "fresh", topfd, "other", true,
	    &e), 0);
	ck_assert(!there("fresh") && holds_text("other", "content"));
	ck_assert_int_eq(path_rename(topfd, "none", topfd, "x", false, &e),
	    -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_int_eq(path_rename(topfd, "other", topfd, "dir/x", false,
	    &e), -1);
	ck_assert(!there("dir/x") && there("other"));
}

START_TEST(rename_replaces_only_when_told)
{
	check_rename();
}
END_TEST

START_TEST(rename_without_renameat2)
{
	forget_call(SYS_renameat2, EINVAL);
	check_rename();
}
END_TEST

START_TEST(make_one)
{
	struct err e;
	struct stat st;

	umask(022);
	ck_assert_int_eq(path_mkdir(topfd, "new", 0700, &e), 0);
	ck_assert_int_eq(fstatat(topfd, "new", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(path_mkdir(topfd, "new", 0700, &e), -1);
	ck_assert_int_eq(e.errnum, EEXIST);
	ck_assert_int_eq(path_mkdir(topfd, "new/x", 0700, &e), -1);
	ck_assert(!there("new/x"));
}
END_TEST

static const struct {
	const char *holds, *path;
	bool good;
} trees[] = {
	{ "three at once", "a/b/c", true },
	{ "what is there", "dir", true },
	{ "below what is there", "dir/x/y", true },
	{ "through a link to a folder", "dirlink/x", true },
	{ "a slash behind", "a/b/", true },
	{ "double slashes", "a//b", true },
	{ "not below a file", "file/x", false },
	{ "not over a file", "file", false },
};

START_TEST(make_tree)
{
	char path[200];
	struct stat st;
	struct err e;
	int r;

	spell(path, trees[_i].path);
	err_clear(&e);
	r = path_make_dirs(path, 0750, &e);
	ck_assert_msg(r == (trees[_i].good ? 0 : -1), "%s: %s",
	    trees[_i].holds, e.text);
	ck_assert_msg((stat(path, &st) == 0 && S_ISDIR(st.st_mode)) ==
	    trees[_i].good, "%s", trees[_i].holds);
	ck_assert_int_eq(path_make_dirs("", 0750, &e), -1);
	ck_assert_int_eq(path_make_dirs("/", 0750, &e), 0);
}
END_TEST

START_TEST(replace_whole)
{
	struct stat st;
	struct err e;

	umask(077);
	ck_assert_int_eq(path_replace(topfd, "fresh", span_of("one"), 0644,
	    true, &e), 0);
	ck_assert(holds_text("fresh", "one"));
	ck_assert_int_eq(fstatat(topfd, "fresh", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0644);
	put("file.new", "left by a crash, and longer");
	ck_assert_int_eq(path_replace(topfd, "file", span_of("two"), 0600,
	    false, &e), 0);
	ck_assert(holds_text("file", "two") && !there("file.new"));
	ck_assert_int_eq(path_replace(topfd, "link", span_of("three"), 0600,
	    false, &e), 0);
	ck_assert(holds_text("file", "two") && holds_text("link", "three"));
}
END_TEST

/* The content before the name; the name when asked; a cache never. */
START_TEST(replace_syncs)
{
	struct err e;
	int entries = synced_entries(topfd);

	synced_nothing();
	ck_assert_int_eq(path_replace(topfd, "fresh", span_of("one"), 0644,
	    true, &e), 0);
	ck_assert_int_eq(n_synced, 2);
	synced_file(0);
	synced_folder(1, entries + 1);
	ck_assert_int_eq(path_replace(topfd, "fresh", span_of("two"), 0644,
	    false, &e), 0);
	ck_assert_int_eq(n_synced, 3);
	synced_file(2);
	ck_assert_int_eq(path_replace_cache(topfd, "fresh", span_of("three"),
	    0644, &e), 0);
	ck_assert_int_eq(n_synced, 3);
}
END_TEST

START_TEST(replace_over_a_folder_leaves_it)
{
	struct err e;

	ck_assert_int_eq(path_replace(topfd, "dir", span_of("x"), 0600, true,
	    &e), -1);
	ck_assert_int_eq(e.errnum, EISDIR);
	ck_assert(there("dir/inner") && !there("dir.new"));
}
END_TEST

START_TEST(replace_wants_a_name)
{
	char name[256];

	memset(name, 'a', sizeof(name));
	name[251] = '\0';
	ck_assert_int_eq(path_replace(topfd, name, span_of("x"), 0600, false,
	    NULL), 0);
	name[251] = 'a';
	name[252] = '\0';
	ck_assert_int_eq(path_replace(topfd, name, span_of("x"), 0600, false,
	    NULL), -1);
	ck_assert_int_eq(path_replace(topfd, "dir/x", span_of("x"), 0600,
	    false, NULL), -1);
	ck_assert_int_eq(path_replace(AT_FDCWD, "x", span_of("x"), 0600,
	    false, NULL), -1);
}
END_TEST

/* A file size limit stops the write half-way, as a full disk does. */
START_TEST(replace_that_fails_half_way_leaves_nothing)
{
	struct rlimit old, low;
	char big[8192];
	struct err e;
	int r;

	memset(big, 'x', sizeof(big));
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 10;
	setrlimit(RLIMIT_FSIZE, &low);
	r = path_replace(topfd, "file", span_mem(big, sizeof(big)), 0600,
	    true, &e);
	setrlimit(RLIMIT_FSIZE, &old);	/* Check writes to files, too */
	ck_assert_int_eq(r, -1);
	ck_assert(e.errnum == EFBIG && e.class == ERR_TEMP);
	ck_assert(holds_text("file", "content") && !there("file.new"));
}
END_TEST

START_TEST(replace_on_a_full_disk_leaves_nothing)
{
	static char big[1 << 20];
	char path[200], *mem;
	size_t n;
	struct err e;
	int fd;

	spell(path, "dir");
	if (mount("tmpfs", path, "tmpfs", 0, "size=64k") < 0) {
		printf("skipped: a full disk needs the right to mount: %s\n",
		    strerror(errno));
		return;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* reached through fd alone, and gone with it whatever happens */
	ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(path_replace(fd, "f", span_of("old"), 0600, true,
	    &e), 0);
	ck_assert_int_eq(path_replace(fd, "f", span_mem(big, sizeof(big)),
	    0600, true, &e), -1);
	ck_assert(e.errnum == ENOSPC && e.class == ERR_TEMP);
	ck_assert_int_eq(faccessat(fd, "f.new", F_OK, 0), -1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/f", fd);
	ck_assert_int_eq(path_read(path, 100, &mem, &n, NULL), 0);
	ck_assert_str_eq(mem, "old");
	free(mem);
	close(fd);
}
END_TEST

static const struct {
	const char *holds;
	size_t n, max;
	bool good;
} reads[] = {
	{ "nothing", 0, 0, true },
	{ "one octet above nothing", 1, 0, false },
	{ "exactly the maximum", 100, 100, true },
	{ "one more", 101, 100, false },
	{ "just below a step", 4095, 100000, true },
	{ "a step", 4096, 100000, true },
	{ "just above a step", 4097, 100000, true },
	{ "several steps", 70000, 70000, true },
	{ "several steps and one", 70001, 70000, false },
};

START_TEST(read_whole_file)
{
	size_t size = reads[_i].n, n = 0, i;
	char *text = malloc(size + 1), *mem = NULL, path[200];
	struct err e;
	int r;

	for (i = 0; i < size; i++)
		text[i] = (char)('a' + i % 26);
	text[size] = '\0';
	put("long", text);
	spell(path, "long");
	r = path_read(path, reads[_i].max, &mem, &n, &e);
	ck_assert_msg(r == (reads[_i].good ? 0 : -1), "%s", reads[_i].holds);
	if (r == 0)
		ck_assert(n == size && memcmp(mem, text, n + 1) == 0);
	else
		ck_assert_int_eq(e.class, ERR_LIMIT);
	free(mem);
	free(text);
}
END_TEST

static const struct {
	const char *holds, *name;
	enum err_class class;		/* ERR_NONE: reads */
} read_kinds[] = {
	{ "through a link, as certificates are kept", "link", ERR_NONE },
	{ "and a linked folder", "dirlink/inner", ERR_NONE },
	{ "not a folder", "dir", ERR_PERM },
	{ "not a FIFO, and without waiting", "fifo", ERR_PERM },
	{ "not a socket", "socket", ERR_PERM },
	{ "not what is missing", "none", ERR_NOTFOUND },
	{ "not a dangling link", "dangling", ERR_NOTFOUND },
};

START_TEST(read_kind)
{
	char path[200], *mem = NULL;
	struct err e;
	size_t n;

	err_clear(&e);
	spell(path, read_kinds[_i].name);
	(void)path_read(path, 100, &mem, &n, &e);
	ck_assert_msg(e.class == read_kinds[_i].class, "%s: %s",
	    read_kinds[_i].holds, e.text);
	ck_assert((mem != NULL) == (read_kinds[_i].class == ERR_NONE));
	free(mem);
}
END_TEST

START_TEST(read_proc)
{
	char *mem;
	size_t n;

	ck_assert_int_eq(path_read("/proc/self/status", 1 << 20, &mem, &n,
	    NULL), 0);
	ck_assert_uint_gt(n, 100);
	free(mem);
}
END_TEST

static const struct {
	mode_t mode;
	bool good;
} modes[] = {
	{ 0600, true }, { 0400, true }, { 0700, true },
	{ 0640, false }, { 0620, false }, { 0610, false }, { 0440, false },
	{ 0604, false }, { 0602, false }, { 0601, false }, { 0644, false },
};

START_TEST(secret_mode)
{
	char path[200], repair[300], *mem = NULL;
	struct err e;
	size_t n;
	int r;

	spell(path, "file");
	ck_assert_int_eq(chmod(path, modes[_i].mode), 0);
	r = path_read_secret(path, 100, &mem, &n, &e);
	ck_assert_msg(r == (modes[_i].good ? 0 : -1), "%04o",
	    (unsigned)modes[_i].mode);
	if (r < 0) {
		ck_assert_int_eq(e.class, ERR_CONFIG);
		snprintf(repair, sizeof(repair), "chmod 600 %s", path);
		ck_assert_ptr_nonnull(strstr(e.text, repair));
	}
	free(mem);
}
END_TEST

START_TEST(errno_has_a_class)
{
	struct err e;

	errno = EMFILE;
	ck_assert_int_eq(path_fail("cannot open", "f", &e), -1);
	ck_assert(e.class == ERR_TEMP && e.errnum == EMFILE);
	ck_assert_str_eq(e.text, "cannot open f: Too many open files");
	errno = EROFS;
	path_fail("cannot open", "f", &e);
	ck_assert_int_eq(e.class, ERR_PERM);
	ck_assert_int_eq(path_sync_dir(topfd, &e), 0);
	ck_assert_int_eq(path_sync_dir(-1, &e), -1);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	UNIT_ROWS(tc, component, components);
	tcase_add_test(tc, component_length);
	tcase_add_test(tc, join);
	UNIT_ROWS(tc, open_row, opens);
	UNIT_ROWS(tc, open_row_on_an_old_kernel, opens);
	tcase_add_test(tc, open_takes_an_administrators_path);
	tcase_add_test(tc, unlink_one_name);
	tcase_add_test(tc, rename_replaces_only_when_told);
	tcase_add_test(tc, rename_without_renameat2);
	tcase_add_test(tc, make_one);
	UNIT_ROWS(tc, make_tree, trees);
	tcase_add_test(tc, replace_whole);
	tcase_add_test(tc, replace_syncs);
	tcase_add_test(tc, replace_over_a_folder_leaves_it);
	tcase_add_test(tc, replace_wants_a_name);
	tcase_add_test(tc, replace_that_fails_half_way_leaves_nothing);
	tcase_add_test(tc, replace_on_a_full_disk_leaves_nothing);
	UNIT_ROWS(tc, read_whole_file, reads);
	UNIT_ROWS(tc, read_kind, read_kinds);
	tcase_add_test(tc, read_proc);
	UNIT_ROWS(tc, secret_mode, modes);
	tcase_add_test(tc, errno_has_a_class);
}

UNIT_MAIN("path", add)
