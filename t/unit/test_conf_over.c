/*
 * test_conf_over.c - a listener's keys by its name, in every layer
 */
#include "t/unit/conf_env.h"

static char faults[65536];

#define TWO	"\"listeners\":[" \
	"{\"name\":\"a\",\"port\":5,\"tls\":\"none\"}," \
	"{\"name\":\"b.c\",\"port\":6,\"tls\":\"none\"}]"
#define BASE	"{" STATE "," TLS_OK "," TWO

static const struct {
	const char *holds, *main, *piece, *kept;
	const char *a, *bc;	/* welcomes */
} layers[] = {
	{ "the file's own", BASE ",\"listener\":{\"a\":{\"welcome\":\"x\"}}}",
	    NULL, NULL, "x", "" },
	{ "a name with a dot",
	    BASE ",\"listener\":{\"b.c\":{\"welcome\":\"x\"}}}", NULL, NULL,
	    "", "x" },
	{ "over the listener's entry", "{" STATE "," TLS_OK ",\"listeners\":"
	    "[{\"name\":\"a\",\"port\":5,\"tls\":\"none\",\"welcome\":\"own\"},"
	    "{\"name\":\"b.c\",\"port\":6,\"tls\":\"none\"}],"
	    "\"listener\":{\"a\":{\"welcome\":\"x\"}}}", NULL, NULL, "x", "" },
	{ "over the root", BASE ",\"welcome\":\"root\","
	    "\"listener\":{\"a\":{\"welcome\":\"x\"}}}", NULL, NULL, "x",
	    "root" },
	{ "a piece over the file",
	    BASE ",\"listener\":{\"a\":{\"welcome\":\"x\"}}}",
	    "{\"listener\":{\"a\":{\"welcome\":\"y\"}}}", NULL, "y", "" },
	{ "a piece adds", BASE ",\"listener\":{\"a\":{\"welcome\":\"x\"}}}",
	    "{\"listener\":{\"b.c\":{\"welcome\":\"y\"}}}", NULL, "x", "y" },
	{ "what is kept over both",
	    BASE ",\"listener\":{\"a\":{\"welcome\":\"x\"}}}",
	    "{\"listener\":{\"a\":{\"welcome\":\"y\"}}}",
	    "{\"listener\":{\"a\":{\"welcome\":\"z\"}}}", "z", "" },
	{ "a root's later change is not over it",
	    BASE ",\"listener\":{\"a\":{\"welcome\":\"x\"}}}", NULL,
	    "{\"welcome\":\"z\"}", "x", "z" },
};

START_TEST(each_layer)
{
	struct conf *c;

	env_write("main.json", layers[_i].main, 0644);
	if (layers[_i].piece != NULL)
		env_write("conf.d/x.json", layers[_i].piece, 0644);
	if (layers[_i].kept != NULL)
		env_write("state/settings.json", layers[_i].kept, 0644);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s: %s", layers[_i].holds, faults);
	ck_assert_msg(strcmp(c->listeners[0].server.welcome, layers[_i].a) ==
	    0, "%s: %s", layers[_i].holds, c->listeners[0].server.welcome);
	ck_assert_msg(strcmp(c->listeners[1].server.welcome, layers[_i].bc) ==
	    0, "%s: %s", layers[_i].holds, c->listeners[1].server.welcome);
	conf_free(&c);
}
END_TEST

/* Names that nobody wrote. */
START_TEST(usual_listeners_have_names)
{
	struct conf *c;

	env_write("main.json", "{" STATE "," TLS_OK ",\"listener\":{\"pop3s\":"
	    "{\"limits\":{\"per_address\":7}}}}", 0644);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_int_eq(c->listeners[0].server.limits.per_address, 20);
	ck_assert_int_eq(c->listeners[1].server.limits.per_address, 7);
	conf_free(&c);
	env_write("main.json", "{" STATE "," TLS_OK ",\"listeners\":[{},"
	    "{\"tls\":\"implicit\"}],\"listener\":{\"pop3s\":"
	    "{\"limits\":{\"per_address\":7}},\"pop3\":{\"hostname\":\"h\"}}}",
	    0644);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_str_eq(c->listeners[0].server.hostname, "h");
	ck_assert_int_eq(c->listeners[1].server.limits.per_address, 7);
	conf_free(&c);
}
END_TEST

static const struct {
	const char *over, *says;
} refused[] = {
	{ "[]", "listener: must be an object by names" },
	{ "{\"a\":1}", "listener.a: must be an object" },
	{ "{\"\":{}}", "a listener's name has 1 to 64 octets" },
	{ "{\"x\":{\"welcome\":\"hi\"}}",
	    "there is no listener \"x\"; possible are: a, b.c" },
	{ "{\"a\":{\"welcom\":\"hi\"}}",
	    "listener.a.welcom: no such key; did you mean \"welcome\"?" },
	{ "{\"a\":{\"port\":7}}", "listener.a.port: no such key" },
	{ "{\"a\":{\"user\":\"root\"}}", "listener.a.user: no such key" },
	{ "{\"a\":{\"limits\":{\"per_address\":0}}}",
	    "listener.a.limits.per_address: 0: must be" },
	{ "{\"a\":{\"access\":{\"deny\":[\"300.1.1.1\"]}}}",
	    "listener.a.access.deny: " },
	{ "{\"a\":{\"welcome\":\"\\u00e4\"}}", "welcome: printable ASCII" },
};

START_TEST(faults_are_named)
{
	char text[2048];

	snprintf(text, sizeof(text), BASE ",\"listener\":%s}",
	    refused[_i].over);
	env_write("main.json", text, 0644);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_msg(strstr(faults, refused[_i].says) != NULL, "%s: %s",
	    refused[_i].over, faults);
}
END_TEST

static int
set(const char *key, const char *word, struct err *e)
{
	json_t *v = json_string(word);
	int status = env_set(key, v, e);

	json_decref(v);
	return status;
}

static const struct {
	const char *key, *word;
	enum err_class class;
	const char *says;
} no_set[] = {
	{ "listener.x.welcome", "hi", ERR_CONFIG, "possible are: a, b.c" },
	{ "listener.a.welcom", "hi", ERR_NOTFOUND, "listener.a.welcome?" },
	{ "listener.a.user", "root", ERR_NOTFOUND, "may override" },
	{ "listener.a.state_dir", "/", ERR_NOTFOUND, "may override" },
	{ "listener.a.port", "7", ERR_NOTFOUND, "may override" },
	{ "listener.a", "7", ERR_NOTFOUND, "listener.NAME.KEY" },
	{ "listener.a.options", "7", ERR_NOTFOUND, "no such key" },
	{ "listener..welcome", "hi", ERR_NOTFOUND, "no such key" },
	{ "listener.a.options.last", "maybe", ERR_CONFIG, "\"maybe\": must" },
	{ "listener.a.tls.certificate", "/nix", ERR_CONFIG, "/nix" },
};

START_TEST(a_refused_set_keeps_nothing)
{
	struct err e;

	env_write("main.json", BASE "}", 0644);
	ck_assert_int_eq(set(no_set[_i].key, no_set[_i].word, &e), -1);
	ck_assert_msg(e.class == no_set[_i].class, "%s: %d %s",
	    no_set[_i].key, (int)e.class, e.text);
	ck_assert_msg(strstr(e.text, no_set[_i].says) != NULL, "%s",
	    e.text);
	ck_assert_ptr_null(env_read("state/settings.json"));
}
END_TEST

START_TEST(set_and_reset)
{
	struct conf_source *s;
	struct conf *c;
	struct err e;
	json_t *all, *v;

	env_write("main.json", BASE "}", 0644);
	ck_assert_int_eq(set("listener.b.c.options.last", "on", &e), 0);
	ck_assert_int_eq(set("listener.b.c.access.deny",
	    "192.0.2.0/24 198.51.100.7", &e), 0);
	ck_assert_int_eq(set("listener.a.limits.lock_wait", "2s", &e), 0);
	c = env_load(&s, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert(!c->listeners[0].server.options.last);
	ck_assert(c->listeners[1].server.options.last);
	ck_assert_uint_eq(c->listeners[1].server.access.deny.n, 2);
	ck_assert_str_eq(conf_over_origin(s, "b.c", "options.last"),
	    "settings.json");
	ck_assert_ptr_null(conf_over_origin(s, "a", "options.last"));
	ck_assert_str_eq(conf_origin(s, "options.last"), "default");
	ck_assert_str_eq(conf_over_origin(s, "a", "port"), env_main);
	all = conf_dump(s, true);
	v = json_object_get(json_object_get(json_object_get(json_object_get(
	    json_object_get(all, "listener"), "b.c"), "options"), "last"),
	    "origin");
	ck_assert_str_eq(json_string_value(v), "settings.json");
	json_decref(all);
	conf_free(&c);
	conf_source_free(&s);
	ck_assert_int_eq(env_reset("listener.b.c.options.last",
	    &e), 0);
	ck_assert_int_eq(env_reset("listener.b.c.options.last",
	    &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_int_eq(env_reset("listener.b.c", &e), 0);
	ck_assert_int_eq(env_reset("listener.a.limits.lock_wait",
	    &e), 0);
	ck_assert_str_eq(env_read("state/settings.json"), "{}\n");
}
END_TEST

/* Names are free: one may look like another's key. */
START_TEST(a_name_may_end_like_a_key)
{
	struct conf_source *s;
	struct conf *c;
	struct err e;
	json_t *v;

	env_write("main.json", "{" STATE "," TLS_OK ",\"listeners\":["
	    "{\"name\":\"a.welcome\",\"port\":5,\"tls\":\"none\"},"
	    "{\"name\":\"a\",\"port\":6,\"tls\":\"none\"}]}", 0644);
	ck_assert_int_eq(set("listener.a.welcome.welcome", "long", &e), 0);
	ck_assert_int_eq(env_reset("listener.a.welcome", &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_int_eq(set("listener.a.welcome", "short", &e), 0);
	c = env_load(&s, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	v = conf_get(s, "listener.a.welcome", &e);
	ck_assert_str_eq(json_string_value(v), "short");
	json_decref(v);
	v = conf_get(s, "listener.a.welcome.welcome", &e);
	ck_assert_str_eq(json_string_value(v), "long");
	json_decref(v);
	conf_free(&c);
	conf_source_free(&s);
	ck_assert_int_eq(env_reset("listener.a.welcome", &e), 0);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_str_eq(c->listeners[0].server.welcome, "long");
	ck_assert_str_eq(c->listeners[1].server.welcome, "");
	conf_free(&c);
	ck_assert_int_eq(env_reset("listener.a.welcome.welcome",
	    &e), 0);
	ck_assert_str_eq(env_read("state/settings.json"), "{}\n");
}
END_TEST

START_TEST(what_is_kept_of_a_gone_listener_waits)
{
	struct conf_source *s;
	struct conf *c;
	struct err e;
	json_t *note;

	env_write("main.json", BASE "}", 0644);
	ck_assert_int_eq(set("listener.a.welcome", "hi", &e), 0);
	env_write("main.json", "{" STATE "," TLS_OK "}", 0644);
	c = env_load(&s, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_uint_eq(json_array_size(conf_notes(s)), 1);
	note = json_array_get(conf_notes(s), 0);
	ck_assert_str_eq(json_string_value(json_object_get(note, "key")),
	    "listener.a.welcome");
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(note,
	    "text")), "no listener \"a\""));
	conf_free(&c);
	conf_source_free(&s);
	ck_assert_int_eq(set("welcome", "root", &e), 0);
	env_write("main.json", BASE "}", 0644);
	c = env_load(&s, faults, sizeof(faults));
	ck_assert_str_eq(c->listeners[0].server.welcome, "hi");
	ck_assert_uint_eq(json_array_size(conf_notes(s)), 0);
	conf_free(&c);
	conf_source_free(&s);
	env_write("main.json", "{" STATE "," TLS_OK "}", 0644);
	ck_assert_int_eq(env_reset("listener.a.welcome", &e), 0);
}
END_TEST

/* The list of names in it is cut in the middle of a letter. */
START_TEST(a_note_is_told_with_many_long_names)
{
	char main[4096], name[65] = "";
	struct conf_source *s;
	struct conf *c;
	size_t i, n;

	while (strlen(name) < 64)
		strcat(name, "\xc3\xbc");
	n = (size_t)snprintf(main, sizeof(main), "{" STATE "," TLS_OK
	    ",\"listeners\":[");
	for (i = 0; i < 6; i++)
		n += (size_t)snprintf(main + n, sizeof(main) - n,
		    "%s{\"name\":\"%zu%s\",\"port\":%zu,\"tls\":\"none\"}",
		    i > 0 ? "," : "", i, name + 2, i + 1);
	snprintf(main + n, sizeof(main) - n, "]}");
	env_write("main.json", main, 0644);
	env_write("state/settings.json",
	    "{\"listener\":{\"gone\":{\"welcome\":\"x\"}}}", 0644);
	c = env_load(&s, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_uint_eq(json_array_size(conf_notes(s)), 1);
	conf_free(&c);
	conf_source_free(&s);
}
END_TEST

START_TEST(runtime_changes_name_a_listener_that_is_there)
{
	struct conf_faults f = { NULL, 0 };
	json_t *runtime = json_object(), *on = json_true();
	struct conf_source *s;
	struct conf *c;
	struct err e;

	env_write("main.json", BASE "}", 0644);
	ck_assert_int_eq(conf_put(runtime, "listener.a.options.last", on, &e),
	    0);
	c = conf_load_layers(env_main, NULL, runtime, &s, &f);
	ck_assert_ptr_nonnull(c);
	ck_assert(c->listeners[0].server.options.last);
	ck_assert_str_eq(conf_over_origin(s, "a", "options.last"), "runtime");
	conf_free(&c);
	conf_source_free(&s);
	ck_assert_int_eq(conf_put(runtime, "listener.x.options.last", on, &e),
	    0);
	ck_assert_ptr_null(conf_load_layers(env_main, NULL, runtime, NULL, &f));
	ck_assert_ptr_nonnull(strstr(f.text[0], "no listener \"x\""));
	conf_faults_free(&f);
	ck_assert_int_eq(conf_take(runtime, "listener.x.options.last", &e), 0);
	ck_assert_int_eq(conf_take(runtime, "listener.a.options.last", &e), 0);
	ck_assert_uint_eq(json_object_size(runtime), 0);
	json_decref(runtime);
}
END_TEST

START_TEST(kept_is_rebuilt_from_what_was_loaded)
{
	struct conf_source *s;
	struct conf *c;
	struct err e;
	json_t *kept, *again;

	env_write("main.json", BASE "}", 0644);
	ck_assert_int_eq(set("listener.a.welcome", "hi", &e), 0);
	ck_assert_int_eq(set("limits.lock_wait", "2s", &e), 0);
	kept = conf_kept(env_main, &e);
	ck_assert_ptr_nonnull(kept);
	c = env_load(&s, faults, sizeof(faults));
	again = conf_kept_in(s);
	ck_assert(json_equal(kept, again));
	env_write("state/settings.json", "", 0644);
	ck_assert_int_eq(conf_mend(env_main, &e), 1);
	ck_assert_ptr_nonnull(strstr(e.text, "was damaged"));
	ck_assert_int_eq(conf_mend(env_main, &e), 0);
	ck_assert_int_eq(conf_keep(env_main, again, &e), 0);
	json_decref(kept);
	kept = conf_kept(env_main, &e);
	ck_assert(json_equal(kept, again));
	json_decref(kept);
	json_decref(again);
	conf_free(&c);
	conf_source_free(&s);
}
END_TEST

/* What a crash, a full disk or a hand can leave. */
static const char *const damaged[] = {
	"", " \n", "{", "{\"limits\":", "{\"limits\":{\"per_address\":5}",
	"[]", "[{\"limits\":{}}]", "null", "5", "\"x\"", "garbage", "{}{}",
	"{\"welcome\":\"a\",\"welcome\":\"b\"}", "\x89PNG\r\n\x1a\n",
	"{\"welcome\":\"\xff\"}", "// nothing\n{}",
};

START_TEST(damage_is_set_aside_once)
{
	struct conf *c;
	struct err e;

	env_write("state/settings.json", damaged[_i], 0644);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_ptr_nonnull(strstr(faults, "settings.json"));
	ck_assert_msg(conf_mend(env_main, &e) == 1, "%s", damaged[_i]);
	ck_assert_ptr_nonnull(strstr(e.text, "settings.json.damaged-"));
	ck_assert_ptr_null(env_read("state/settings.json"));
	env_write("state/settings.json", damaged[_i], 0644);
	ck_assert_int_eq(conf_mend(env_main, &e), 1);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	conf_free(&c);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, env_setup, env_teardown);
	UNIT_ROWS(tc, each_layer, layers);
	UNIT_ROWS(tc, faults_are_named, refused);
	UNIT_ROWS(tc, a_refused_set_keeps_nothing, no_set);
	UNIT_ROWS(tc, damage_is_set_aside_once, damaged);
	tcase_add_test(tc, usual_listeners_have_names);
	tcase_add_test(tc, set_and_reset);
	tcase_add_test(tc, a_name_may_end_like_a_key);
	tcase_add_test(tc, what_is_kept_of_a_gone_listener_waits);
	tcase_add_test(tc, a_note_is_told_with_many_long_names);
	tcase_add_test(tc, runtime_changes_name_a_listener_that_is_there);
	tcase_add_test(tc, kept_is_rebuilt_from_what_was_loaded);
}
UNIT_MAIN("conf_over", add)
