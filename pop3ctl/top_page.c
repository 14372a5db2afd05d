/*
 * top_page.c - what top shows: numbers of two samples, and what lies between
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pop3ctl/print.h"
#include "pop3ctl/top.h"

#define DENIED_SHOWN	5

static int64_t
metric(const json_t *sample, const char *name)
{
	return cmd_int(json_object_get(sample, "metrics"), name);
}

/* A second; 0 with one sample only, or when front began anew in between. */
static double
rate(const struct top *t, const char *name)
{
	int64_t d;

	if (t->before == NULL || t->now_at <= t->before_at ||
	    cmd_int(t->now, "since") != cmd_int(t->before, "since"))
		return 0;
	d = metric(t->now, name) - metric(t->before, name);
	return d < 0 ? 0 : (double)d * 1000 /
	    (double)(t->now_at - t->before_at);
}

static const char *
clock_of(char out[PRINT_TEXT])
{
	const char *text = print_time((int64_t)time(NULL), out);

	return strlen(text) > 11 ? text + 11 : text;
}

void
top_line_head(FILE *to)
{
	fprintf(to, "%-8s %8s %8s %8s %8s %8s %8s %8s %8s %8s\n", "time",
	    "sessions", "in", "logins/s", "failed/s", "cmds/s", "msgs/s",
	    "in/s", "out/s", "denied");
}

void
top_line(FILE *to, const struct top *t)
{
	char now[PRINT_TEXT], in[PRINT_TEXT], out[PRINT_TEXT];

	fprintf(to, "%-8s %8lld %8lld %8.1f %8.1f %8.1f %8.1f %8s %8s %8lld\n",
	    clock_of(now), (long long)metric(t->now, "sessions"),
	    (long long)metric(t->now, "logged_in"), rate(t, "logins"),
	    rate(t, "login_failures"), rate(t, "commands"),
	    rate(t, "messages"),
	    print_size((int64_t)rate(t, "octets_in"), in),
	    print_size((int64_t)rate(t, "octets_out"), out),
	    (long long)metric(t->now, "denied_addresses"));
}

static void
summary(FILE *to, const struct top *t)
{
	char now[PRINT_TEXT], age[PRINT_TEXT], in[PRINT_TEXT],
	    out[PRINT_TEXT];

	fprintf(to, "pop3srvd  %s  up %s  every %.1f s  (q ends)\n",
	    clock_of(now), print_age(cmd_int(t->now, "uptime"), age),
	    (double)t->interval / 1000);
	fprintf(to, "sessions  %lld, %lld logged in; %.1f/s let in, "
	    "%.1f/s refused\n", (long long)metric(t->now, "sessions"),
	    (long long)metric(t->now, "logged_in"), rate(t, "connections"),
	    rate(t, "refused"));
	fprintf(to, "logins    %.1f/s, failed %.1f/s (%lld and %lld in all)\n",
	    rate(t, "logins"), rate(t, "login_failures"),
	    (long long)metric(t->now, "logins"),
	    (long long)metric(t->now, "login_failures"));
	fprintf(to, "octets    %s/s in, %s/s out; %.1f messages/s, "
	    "%.1f commands/s\n",
	    print_size((int64_t)rate(t, "octets_in"), in),
	    print_size((int64_t)rate(t, "octets_out"), out),
	    rate(t, "messages"), rate(t, "commands"));
	fprintf(to, "denied    %lld addresses; queue %lld, bad mail %lld, "
	    "log records lost %lld\n\n",
	    (long long)metric(t->now, "denied_addresses"),
	    (long long)metric(t->now, "queue"),
	    (long long)metric(t->now, "badmail"),
	    (long long)metric(t->now, "log_drops"));
}

static json_t *
command_before(const struct top *t, const char *verb)
{
	json_t *list = json_object_get(t->before, "commands"), *v;
	size_t i;

	json_array_foreach(list, i, v)
		if (strcmp(cmd_str(v, "verb"), verb) == 0)
			return v;
	return NULL;
}

static void
milliseconds(struct table *t, double us)
{
	char text[PRINT_TEXT];

	snprintf(text, sizeof(text), us < 10000 ? "%.2f" : "%.0f", us / 1000);
	table_text(t, text);
}

/* Mean: of those since the last sample, or of all when there were none. */
static void
command_row(struct table *out, const struct top *t, const json_t *v)
{
	const json_t *old = command_before(t, cmd_str(v, "verb"));
	int64_t n = cmd_int(v, "count"), total = cmd_int(v, "total_us");
	int64_t dn = n - cmd_int(old, "count");
	int64_t dt = t->now_at - t->before_at;
	char text[PRINT_TEXT];

	snprintf(text, sizeof(text), "%.1f", t->before == NULL || dt <= 0 ||
	    dn < 0 ? 0.0 : (double)dn * 1000 / (double)dt);
	table_text(out, cmd_str(v, "verb"));
	table_text(out, text);
	table_number(out, n);
	if (old != NULL && dn > 0)
		milliseconds(out, (double)(total - cmd_int(old, "total_us")) /
		    (double)dn);
	else
		milliseconds(out, n == 0 ? 0 : (double)total / (double)n);
	milliseconds(out, (double)cmd_int(v, "slowest_us"));
}

static int
slowest_first(const void *va, const void *vb)
{
	int64_t a = cmd_int(*(json_t *const *)va, "slowest_us");
	int64_t b = cmd_int(*(json_t *const *)vb, "slowest_us");

	return (a < b) - (a > b);
}

static int
newest_first(const void *va, const void *vb)
{
	int64_t a = cmd_int(*(json_t *const *)va, "since");
	int64_t b = cmd_int(*(json_t *const *)vb, "since");

	return (a < b) - (a > b);
}

/* The entries of list in order; the caller frees the array only. */
static json_t **
sorted(const json_t *list, int (*order)(const void *, const void *),
    size_t *n_r)
{
	json_t **at = calloc(json_array_size(list) + 1, sizeof(*at)), *v;
	size_t i;

	*n_r = 0;
	if (at == NULL)
		return NULL;
	json_array_foreach(list, i, v)
		at[(*n_r)++] = v;
	qsort(at, *n_r, sizeof(*at), order);
	return at;
}

static void
commands(FILE *to, const struct top *t)
{
	static const char *const heads[] = { "command", ">a second",
		">in all", ">mean ms", ">slowest ms" };
	json_t **at;
	struct table out;
	size_t i, n;

	at = sorted(json_object_get(t->now, "commands"), slowest_first, &n);
	table_begin(&out, heads, 5);
	for (i = 0; i < n; i++)
		command_row(&out, t, at[i]);
	table_end(&out, to);
	fputc('\n', to);
	free(at);
}

static void
sessions(FILE *to, const struct top *t)
{
	static const char *const heads[] = { "session", "listener", "peer",
		"state", "user", ">in", ">out", ">age" };
	int64_t now = cmd_int(t->now, "since") + cmd_int(t->now, "uptime");
	char text[PRINT_TEXT];
	struct table out;
	json_t *s;
	size_t i;

	table_begin(&out, heads, 8);
	json_array_foreach(json_object_get(t->now, "sessions"), i, s) {
		table_text(&out, cmd_str(s, "id"));
		table_text(&out, cmd_str(s, "listener"));
		table_text(&out, cmd_str(s, "peer"));
		table_text(&out, cmd_str(s, "state"));
		table_text(&out, cmd_str(s, "user"));
		table_text(&out, print_size(cmd_int(s, "octets_in"), text));
		table_text(&out, print_size(cmd_int(s, "octets_out"), text));
		table_text(&out, print_age(now - cmd_int(s, "since"), text));
	}
	table_end(&out, to);
	fputc('\n', to);
}

static void
denied(FILE *to, const struct top *t)
{
	static const char *const heads[] = { "denied", "reason", "until",
		">hits" };
	char text[PRINT_TEXT];
	struct table out;
	json_t **at;
	size_t i, n;

	at = sorted(t->denied, newest_first, &n);
	if (n > 0) {
		table_begin(&out, heads, 4);
		for (i = 0; i < n && i < DENIED_SHOWN; i++) {
			table_text(&out, cmd_str(at[i], "address"));
			table_text(&out, cmd_str(at[i], "reason"));
			table_text(&out, json_is_integer(json_object_get(
			    at[i], "expires")) ? print_time(cmd_int(at[i],
			    "expires"), text) : "restart");
			table_number(&out, cmd_int(at[i], "hits"));
		}
		table_end(&out, to);
	}
	free(at);
}

void
top_page(FILE *to, const struct top *t)
{
	summary(to, t);
	commands(to, t);
	denied(to, t);
	if (json_array_size(t->denied) > 0)
		fputc('\n', to);
	sessions(to, t);
}
