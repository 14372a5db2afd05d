/*
 * fuzz_ctl.c - one line of the control socket, from anybody
 *
 * What must hold: a request has a verb that the server serves and an object;
 * a refusal has a text, a code and, cleared, nothing; each answer is one whole
 * line that reads back as JSON.
 */
#include "lib/base/json.h"
#include "lib/ctl/ctl.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/grammar.h"

static void
check_line(const struct buf *out, int64_t id)
{
	size_t n = buf_len(out);
	struct err e;
	json_t *v;

	must(n > 0 && n <= CTL_LINE_MAX && buf_data(out)[n - 1] == '\n');
	must(memchr(buf_data(out), '\n', n) == buf_data(out) + n - 1);
	v = json_read(buf_data(out), n - 1, &e);
	must(v != NULL);
	must(json_integer_value(json_object_get(v, "id")) == id);
	json_decref(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span line = { (const char *)data, size };
	enum ctl_code code = CTL_OK;
	struct ctl_request r;
	struct buf out;
	struct err e;

	buf_init(&out, 2 * CTL_LINE_MAX);
	err_clear(&e);
	if (ctl_request_read(line, &r, &code, &e) == 0) {
		must(r.verb != NULL && r.verb->where != CTL_LOCAL);
		must(json_is_object(r.args));
		must(ctl_reply_ok(&out, r.id, json_incref(r.args)) == 0);
	} else {
		must(code != CTL_OK && e.text[0] != '\0' && r.args == NULL);
		must(ctl_reply_fault(&out, r.id, code, e.text) == 0);
	}
	check_line(&out, r.id);
	buf_free(&out);
	ctl_request_clear(&r);
	must(r.args == NULL);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;

	dice_begin(&d, seed);
	return grammar_object(data, size, max, &d, grammar_request);
}
