/*
 * fuzz_audit.c - audit files of any content, cut into blocks anywhere
 *
 * Oracle: how a file is cut into blocks changes nothing; a record that is put
 * behind what was found good is good.
 */
#include "lib/base/audit.h"
#include "lib/base/audit_lines.h"

#include "t/fuzz/fuzz.h"

static int
line(struct span l, void *arg)
{
	static const struct audit_filter all;

	audit_check_line(arg, l);
	json_decref(audit_wanted(&all, l));
	return 0;
}

static struct audit_check
verify(const uint8_t *data, size_t size, size_t step)
{
	struct audit_check c;
	struct audit_lines l;
	size_t at, n;

	audit_check_begin(&c, NULL);
	audit_lines_begin(&l, 0);
	for (at = 0; at < size; at += n) {
		n = size - at < step ? size - at : step;
		if (audit_lines_feed(&l, span_mem(data + at, n), line,
		    &c) < 0)
			abort();
	}
	audit_check_end(&c, audit_lines_rest(&l));
	audit_lines_end(&l);
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_check a = verify(data, size, size + 1), b;
	struct audit_end end = a.end;
	json_t *members;
	struct buf out;

	b = verify(data, size, size == 0 ? 1 : data[0] % 64 + 1);
	if (a.fault != b.fault || a.line != b.line || a.lines != b.lines ||
	    strcmp(a.end.hash, b.end.hash) != 0)
		abort();
	if (a.fault != AUDIT_GOOD || end.seq == UINT64_MAX - 1)
		return 0;
	buf_init(&out, size + AUDIT_LINE_MAX);
	members = json_pack("{s:s}", "verb", AUDIT_CONTINUE);
	if (buf_add(&out, data, size) < 0 ||
	    audit_write(&end, members, &out) < 0)
		abort();
	b = verify((const uint8_t *)buf_data(&out), buf_len(&out), 4096);
	if (b.fault != AUDIT_GOOD || b.lines != a.lines + 1)
		abort();
	json_decref(members);
	buf_free(&out);
	return 0;
}
