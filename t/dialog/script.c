/*
 * script.c - reading dialog scripts
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/wire.h"

#include "t/dialog/script.h"

#define ANY	((size_t)1 << 24)

struct reader {
	FILE *f;
	const char *path;
	unsigned line;
	char *text;
	size_t cap;
	struct script *s;
	struct exchange *x;		/* the one being read */
	bool own_mails;			/* x has replaced the file's maildrop */
};

static void
wrong(const struct reader *r, const char *why)
{
	fprintf(stderr, "%s:%u: %s\n", r->path, r->line, why);
	exit(2);
}

static bool
is_plaintext(const char *mech)
{
	return strcmp(mech, "PLAIN") == 0 || strcmp(mech, "LOGIN") == 0 ||
	    strcmp(mech, "XOAUTH2") == 0;
}

static void
set_mechs(struct reader *r, struct setup *u, char *list)
{
	char *word, *rest = NULL;

	u->conf.n_mechs = 0;
	for (word = strtok_r(list, ",", &rest); word != NULL;
	    word = strtok_r(NULL, ",", &rest)) {
		if (u->conf.n_mechs == MAX_MECHS)
			wrong(r, "too many mechanisms");
		u->mechs[u->conf.n_mechs].plaintext = is_plaintext(word);
		u->mechs[u->conf.n_mechs++].name = script_keep(word);
	}
}

static void
set_one(struct reader *r, struct setup *u, const char *key, char *value)
{
	struct pop3_conf *c = &u->conf;
	const struct { const char *key; bool *to; } flags[] = {
		{ "starttls", &c->starttls }, { "last", &c->last },
		{ "no_nuls", &c->no_nuls }, { "auto_deny", &c->auto_deny },
		{ "tls", &u->peer.tls }, { "plaintext", &u->peer.plaintext_ok },
		{ "xmit", &c->xmit }, { "permit", &u->permit },
		{ "poppass", &u->poppass }, { "off", &u->off }
	};
	const struct { const char *key; unsigned *to; } numbers[] = {
		{ "bad_before", &c->max_bad_before },
		{ "bad_after", &c->max_bad_after },
		{ "max_auth", &c->max_auth },
		{ "login_delay", &c->login_delay }
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(key, flags[i].key) == 0) {
			*flags[i].to = strcmp(value, "yes") == 0;
			return;
		}
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(key, numbers[i].key) == 0) {
			*numbers[i].to = (unsigned)strtoul(value, NULL, 10);
			return;
		}
	if (strcmp(key, "out_high") == 0)
		c->out_high = strtoul(value, NULL, 10);
	else if (strcmp(key, "xmit_max") == 0)
		c->xmit_max = strtoul(value, NULL, 10);
	else if (strcmp(key, "expire") == 0)
		c->expire_days = atoi(value);
	else if (strcmp(key, "greeting") == 0)
		c->greeting = script_keep(value);
	else if (strcmp(key, "hostname") == 0)
		c->hostname = script_keep(value);
	else if (strcmp(key, "stamp") == 0)
		u->peer.stamp = script_keep(value);
	else if (strcmp(key, "implementation") == 0)
		c->implementation = script_keep(value);
	else if (strcmp(key, "mechs") == 0)
		set_mechs(r, u, value);
	else
		wrong(r, "unknown CONF key");
}

static void
read_conf(struct reader *r, struct setup *u, const char *text)
{
	struct buf value;
	char key[32], *copy;
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = script_word(text);
		if (sscanf(text, "%31[a-z_]=", key) != 1)
			wrong(r, "CONF wants key=value");
		buf_init(&value, TEXT_ROOM);
		if (!script_value(text, key, &value) ||
		    buf_addc(&value, '\0') < 0)
			wrong(r, "CONF wants key=value");
		copy = script_need(mem_strdup(buf_data(&value)));
		set_one(r, u, key, copy);
		free(copy);
		buf_free(&value);
	}
}

static struct setup *
setup_of(struct reader *r)
{
	return r->x == NULL ? &r->s->base : &r->x->setup;
}

/* An exchange's own maildrop replaces the file's. */
static void
own_mails(struct reader *r)
{
	if (r->x != NULL && !r->own_mails)
		r->x->setup.n_mails = 0;
	r->own_mails = r->x != NULL;
}

static struct mail *
new_mail(struct reader *r)
{
	struct setup *u = setup_of(r);
	struct mail *m = script_need(mem_new(1, sizeof(*m)));

	own_mails(r);
	if (u->n_mails == MAX_MAILS)
		wrong(r, "too many messages");
	u->mails[u->n_mails++] = m;
	buf_init(&m->text, ANY);
	snprintf(m->uidl, sizeof(m->uidl), "u%u", u->n_mails);
	return m;
}

/* "MAIL 120 2000/uidl-text …"; nothing: an empty maildrop. */
static void
read_mail(struct reader *r, const char *text)
{
	struct mail *m;
	char *end;

	own_mails(r);
	while (*text != '\0') {
		m = new_mail(r);
		m->octets = strtoull(text, &end, 10);
		if (*end == '/') {
			sscanf(end + 1, "%70s", m->uidl);
			end += 1 + strlen(m->uidl);
		}
		if (end == text || (*end != '\0' && *end != ' '))
			wrong(r, "MAIL wants SIZE or SIZE/UIDL");
		text = *end == ' ' ? end + 1 : end;
	}
}

static bool
next_line(struct reader *r)
{
	ssize_t n = getline(&r->text, &r->cap, r->f);

	if (n < 0)
		return false;
	if (n > 0 && r->text[n - 1] == '\n')
		r->text[n - 1] = '\0';
	r->line++;
	return true;
}

/* Up to the end word; "\c" at the end of a line leaves its LF away. */
static void
read_message(struct reader *r, const char *end)
{
	struct mail *m = new_mail(r);
	char *stop = script_need(mem_strdup(end));
	struct wire w;
	size_t n;

	while (next_line(r) && strcmp(r->text, stop) != 0) {
		n = strlen(r->text);
		if (n >= 2 && strcmp(r->text + n - 2, "\\c") == 0) {
			r->text[n - 2] = '\0';
			script_unescape(r->text, &m->text);
		} else {
			script_unescape(r->text, &m->text);
			buf_addc(&m->text, '\n');
		}
	}
	free(stop);
	wire_init(&w);
	wire_count(&w, buf_data(&m->text), buf_len(&m->text));
	m->octets = wire_total(&w);
}

static void
new_exchange(struct reader *r, const char *name)
{
	struct script *s = r->s;

	s->exchanges = script_need(mem_grow(s->exchanges, &s->cap, s->n + 1,
	    sizeof(*s->exchanges)));
	r->x = &s->exchanges[s->n++];
	memset(r->x, 0, sizeof(*r->x));
	r->x->name = script_need(mem_strdup(name));
	r->x->setup = r->s->base;
	r->own_mails = false;
}

static struct step *
add_step(struct reader *r, enum step_kind kind, const char *text)
{
	struct exchange *x = r->x;
	struct step *step;

	if (x == NULL)
		wrong(r, "a step stands before the first \"==\"");
	x->steps = script_need(mem_grow(x->steps, &x->cap, x->n_steps + 1,
	    sizeof(*x->steps)));
	step = &x->steps[x->n_steps++];
	step->kind = kind;
	step->line = r->line;
	step->text = script_need(mem_strdup(text));
	buf_init(&step->bytes, ANY);
	return step;
}

static void
add_send(struct reader *r, enum step_kind kind, const char *text,
    const char *end)
{
	struct step *step = add_step(r, kind, "");

	script_unescape(text, &step->bytes);
	buf_adds(&step->bytes, end);
}

/* C*: 513 x "A" */
static void
add_repeat(struct reader *r, const char *text)
{
	struct step *step = add_step(r, STEP_SEND, "");
	struct buf unit;
	char *quoted, *x;
	unsigned long n = strtoul(text, &x, 10);
	size_t len = strlen(x);

	if (len < 6 || strncmp(x, " x \"", 4) != 0 || x[len - 1] != '"')
		wrong(r, "C*: wants NUMBER x \"octets\"");
	quoted = script_need(mem_strndup(x + 4, len - 5));
	buf_init(&unit, ANY);
	script_unescape(quoted, &unit);
	while (n-- > 0)
		buf_add(&step->bytes, buf_data(&unit), buf_len(&unit));
	buf_free(&unit);
	free(quoted);
}

/* LOGIN: what nearly every exchange begins with. */
static void
add_login(struct reader *r, const char *text)
{
	(void)text;
	add_step(r, STEP_REPLY, "+OK *");
	add_send(r, STEP_SEND, "USER anna", "\r\n");
	add_step(r, STEP_REPLY, "+OK *");
	add_send(r, STEP_SEND, "PASS secret", "\r\n");
	add_step(r, STEP_WANT, "AUTH kind=PASS user=anna data=secret");
	add_step(r, STEP_GIVE, "OK");
	add_step(r, STEP_WANT, "DROP");
	add_step(r, STEP_GIVE, "OK");
	add_step(r, STEP_REPLY, "+OK *");
}

static void
read_only(struct reader *r, const char *text)
{
	if (r->x == NULL || strcmp(text, "lines") != 0)
		wrong(r, "ONLY wants \"lines\", inside an exchange");
	r->x->only_lines = true;
}

static const struct {
	const char *word;
	enum step_kind kind;
} plain_steps[] = {
	{ "S: ", STEP_REPLY }, { "S...", STEP_SKIP }, { "WANT ", STEP_WANT },
	{ "GIVE ", STEP_GIVE }, { "TLS ", STEP_TLS }, { "CLOSE ", STEP_CLOSE },
	{ "STATE ", STEP_STATE }, { "STATS ", STEP_STATS },
	{ "IDLE ", STEP_IDLE }, { "ABORT ", STEP_ABORT }
};

/* What is behind word, or NULL when the line does not begin with it. */
static const char *
after(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 ? line + n : NULL;
}

static bool
read_step(struct reader *r)
{
	const char *rest;
	size_t i;

	for (i = 0; i < sizeof(plain_steps) / sizeof(plain_steps[0]); i++)
		if ((rest = after(r->text, plain_steps[i].word)) != NULL) {
			add_step(r, plain_steps[i].kind, rest);
			return true;
		}
	if ((rest = after(r->text, "C: ")) != NULL)
		add_send(r, STEP_SEND, rest, "\r\n");
	else if ((rest = after(r->text, "C-: ")) != NULL)
		add_send(r, STEP_SEND, rest, "");
	else if ((rest = after(r->text, "C!: ")) != NULL)
		add_send(r, STEP_FORCE, rest, "");
	else if ((rest = after(r->text, "C*: ")) != NULL)
		add_repeat(r, rest);
	else if (strcmp(r->text, "C:") == 0)
		add_send(r, STEP_SEND, "", "\r\n");
	else
		return false;
	return true;
}

static void
read_line(struct reader *r)
{
	const char *rest;

	if (r->text[0] == '\0' || r->text[0] == '#')
		return;
	if ((rest = after(r->text, "== ")) != NULL)
		new_exchange(r, rest);
	else if ((rest = after(r->text, "CONF ")) != NULL)
		read_conf(r, setup_of(r), rest);
	else if ((rest = after(r->text, "MAIL")) != NULL)
		read_mail(r, rest + (*rest == ' '));
	else if ((rest = after(r->text, "MESSAGE <<")) != NULL)
		read_message(r, rest);
	else if ((rest = after(r->text, "ONLY ")) != NULL)
		read_only(r, rest);
	else if (strcmp(r->text, "LOGIN") == 0)
		add_login(r, "");
	else if (!read_step(r))
		wrong(r, "not understood");
}

static void
defaults(struct setup *u)
{
	u->conf.expire_days = -2;
	u->conf.max_bad_before = u->conf.max_bad_after = 100;
	u->conf.max_auth = 100;
	u->conf.out_high = 65536;
	u->conf.xmit_max = 10485760;
	u->conf.starttls = true;
	u->peer.plaintext_ok = true;
}

void
script_read(struct script *s, const char *path)
{
	struct reader r = { .path = path, .s = s };
	char mechs[] = "SCRAM-SHA-256,PLAIN,LOGIN";

	memset(s, 0, sizeof(*s));
	r.f = fopen(path, "r");
	if (r.f == NULL) {
		perror(path);
		exit(2);
	}
	defaults(&s->base);
	set_mechs(&r, &s->base, mechs);
	while (next_line(&r))
		read_line(&r);
	fclose(r.f);
	free(r.text);
}
