/*
 * test_message.c - a descriptor from drop as blocks for the engine
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pop3srvd/front/message.h"

#include "t/unit/unit.h"

static int
file_of(size_t n)
{
	int fd = memfd_create("message", MFD_CLOEXEC);
	char *mem = malloc(n + 1);
	size_t i;

	ck_assert_int_ge(fd, 0);
	for (i = 0; i < n; i++)
		mem[i] = (char)(i * 7 + i / 251);
	ck_assert_int_eq(write(fd, mem, n), (ssize_t)n);
	free(mem);
	return fd;
}

/* All blocks of m in order; how it ended.  Asks drop by saying it is done. */
static enum message_step
read_all(struct message *m, size_t *got_r)
{
	struct span block;
	enum message_step step;
	bool last = false;
	size_t i, at = 0;

	while (!last) {
		step = message_read(m, &block, &last);
		if (step == MESSAGE_AHEAD) {
			ck_assert_uint_eq(message_ahead(m).offset, at);
			message_ahead_done(m);
			continue;
		}
		if (step != MESSAGE_BLOCK)
			break;
		for (i = 0; i < block.len; i++, at++)
			ck_assert_int_eq(block.ptr[i],
			    (char)(at * 7 + at / 251));
	}
	*got_r = at;
	return step;
}

static const struct {
	const char *holds;
	size_t is, said;
	enum message_step end;
} files[] = {
	{ "an empty one", 0, 0, MESSAGE_BLOCK },
	{ "one octet", 1, 1, MESSAGE_BLOCK },
	{ "a whole block", 32768, 32768, MESSAGE_BLOCK },
	{ "and one octet", 32769, 32769, MESSAGE_BLOCK },
	{ "three MiB", 3 << 20, 3 << 20, MESSAGE_BLOCK },
	{ "longer than said: what was said", 70000, 50000, MESSAGE_BLOCK },
	{ "shorter than said: a fault", 50000, 70000, MESSAGE_FAULT },
	{ "gone: a fault", 0, 10, MESSAGE_FAULT },
};

START_TEST(file)
{
	struct msg_message from = { .number = 7,
	    .file_octets = files[_i].said };
	struct message *m = message_new(file_of(files[_i].is), &from);
	size_t got;

	ck_assert_uint_eq(message_number(m), 7);
	ck_assert_msg(read_all(m, &got) == files[_i].end, "%s",
	    files[_i].holds);
	ck_assert_uint_eq(got, files[_i].is < files[_i].said ?
	    files[_i].is : files[_i].said);
	message_free(&m);
	ck_assert_ptr_null(m);
}
END_TEST

START_TEST(a_folder_is_a_fault)
{
	struct msg_message from = { .number = 1, .file_octets = 10 };
	struct message *m = message_new(open("/", O_RDONLY), &from);
	struct span block;
	enum message_step step;
	bool last;

	do {
		step = message_read(m, &block, &last);
		if (step == MESSAGE_AHEAD)
			message_ahead_done(m);
	} while (step == MESSAGE_AHEAD);
	ck_assert_int_eq(step, MESSAGE_FAULT);
	message_free(&m);
}
END_TEST

static void
stop(void *arg)
{
	loop_stop(arg);
}

START_TEST(pipe_is_waited_for)
{
	struct msg_message from = { .number = 1, .file_octets = 5,
	    .pipe = true };
	struct loop *l = loop_new(NULL);
	struct message *m;
	struct span block;
	bool last;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	m = message_new(p[0], &from);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_POLL);
	ck_assert_int_eq(message_wait(m, l, stop, l), 0);
	ck_assert_int_eq(write(p[1], "abc", 3), 3);
	ck_assert_int_eq(loop_run(l, NULL), 0);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_BLOCK);
	ck_assert(span_eq(block, "abc") && !last);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_POLL);
	ck_assert_int_eq(message_wait(m, l, stop, l), 0);
	close(p[1]);
	ck_assert_int_eq(loop_run(l, NULL), 0);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_FAULT);
	message_free(&m);
	ck_assert_uint_eq(loop_watches(l), 0);
	loop_free(&l);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, file, files);
	tcase_add_test(tc, a_folder_is_a_fault);
	tcase_add_test(tc, pipe_is_waited_for);
}

UNIT_MAIN("message", add)
