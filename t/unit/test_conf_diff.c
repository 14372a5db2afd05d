/*
 * test_conf_diff.c - what a new load would change, and the dump
 */
#include "t/unit/conf_env.h"

static char faults[65536];

static struct conf_source *
load(const char *text)
{
	struct conf_source *s;
	struct conf *c;

	env_write("main.json", text, 0644);
	c = env_load(&s, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	conf_free(&c);
	return s;
}

#define BASE	"{" STATE "," TLS_OK

static const struct {
	const char *holds;
	const char *from, *to;
	const char *changes;
} rows[] = {
	{ "the same", BASE "}", BASE "}", "[]" },
	{ "a default that is spelled out", BASE "}",
	    BASE ",\"limits\":{\"per_address\":20}}", "[]" },
	{ "one value in two forms", BASE ",\"limits\":{\"lock_wait\":\"2s\"}}",
	    BASE ",\"limits\":{\"lock_wait\":\"2000ms\"}}", "[]" },
	{ "a live key", BASE "}", BASE ",\"options\":{\"last\":true}}",
	    "[{\"key\":\"options.last\",\"from\":false,\"to\":true,"
	    "\"needs\":\"live\"}]" },
	{ "a key for a reload",
	    BASE ",\"mail\":{\"login_delay\":\"1m\"}}", BASE "}",
	    "[{\"key\":\"mail.login_delay\",\"from\":\"1m\",\"to\":\"0s\","
	    "\"needs\":\"reload\"}]" },
	{ "a key for a restart", BASE "}", BASE ",\"user\":\"other\"}",
	    "[{\"key\":\"user\",\"from\":\"pop3srvd\",\"to\":\"other\","
	    "\"needs\":\"restart\"}]" },
	{ "a list", BASE "}", BASE ",\"access\":{\"deny\":[\"192.0.2.0/24\"]}}",
	    "[{\"key\":\"access.deny\",\"from\":[],\"to\":[\"192.0.2.0/24\"],"
	    "\"needs\":\"live\"}]" },
	{ "a listener's own key",
	    BASE ",\"listeners\":[{\"name\":\"a\",\"port\":5}]}",
	    BASE ",\"listeners\":[{\"name\":\"a\",\"port\":6}]}",
	    "[{\"key\":\"listeners.a.port\",\"from\":5,\"to\":6,"
	    "\"needs\":\"reload\"}]" },
	{ "a listener's override",
	    BASE ",\"listeners\":[{\"name\":\"a\"}]}",
	    BASE ",\"listeners\":[{\"name\":\"a\",\"welcome\":\"hi\"}]}",
	    "[{\"key\":\"listener.a.welcome\",\"from\":\"\",\"to\":\"hi\","
	    "\"needs\":\"live\"}]" },
	{ "an override by name",
	    BASE ",\"listeners\":[{\"name\":\"a.b\"}]}",
	    BASE ",\"listeners\":[{\"name\":\"a.b\"}],\"listener\":"
	    "{\"a.b\":{\"options\":{\"last\":true}}}}",
	    "[{\"key\":\"listener.a.b.options.last\",\"from\":false,"
	    "\"to\":true,\"needs\":\"live\"}]" },
	{ "what all inherit is said once",
	    BASE ",\"listeners\":[{\"name\":\"a\"},{\"name\":\"b\","
	    "\"port\":5,\"welcome\":\"hi\"}]}",
	    BASE ",\"welcome\":\"hi\",\"listeners\":[{\"name\":\"a\"},"
	    "{\"name\":\"b\",\"port\":5,\"welcome\":\"hi\"}]}",
	    "[{\"key\":\"welcome\",\"from\":\"\",\"to\":\"hi\","
	    "\"needs\":\"live\"}]" },
	{ "an override that stays while the root goes",
	    BASE ",\"welcome\":\"hi\",\"listeners\":[{\"name\":\"a\"}],"
	    "\"listener\":{\"a\":{\"welcome\":\"hi\"}}}",
	    BASE ",\"welcome\":\"ho\",\"listeners\":[{\"name\":\"a\"}],"
	    "\"listener\":{\"a\":{\"welcome\":\"hi\"}}}",
	    "[{\"key\":\"welcome\",\"from\":\"hi\",\"to\":\"ho\","
	    "\"needs\":\"live\"}]" },
	{ "another order is no change",
	    BASE ",\"listeners\":[{\"name\":\"a\"},{\"name\":\"b\","
	    "\"port\":5}]}", BASE ",\"listeners\":[{\"name\":\"b\","
	    "\"port\":5},{\"name\":\"a\"}]}", "[]" },
};

START_TEST(changes)
{
	struct conf_source *a = load(rows[_i].from), *b = load(rows[_i].to);
	json_t *got = conf_diff(a, b);
	char *text = json_dumps(got, JSON_COMPACT);

	ck_assert_msg(strcmp(text, rows[_i].changes) == 0, "%s: %s",
	    rows[_i].holds, text);
	free(text);
	json_decref(got);
	conf_source_free(&a);
	conf_source_free(&b);
}
END_TEST

START_TEST(a_listener_comes_and_goes)
{
	struct conf_source *a = load(BASE ",\"listeners\":[{\"name\":\"a\"}]}");
	struct conf_source *b = load(BASE ",\"listeners\":[{\"name\":\"b\"}]}");
	json_t *got = conf_diff(a, b), *c;

	ck_assert_uint_eq(json_array_size(got), 2);
	c = json_array_get(got, 0);
	ck_assert_str_eq(json_string_value(json_object_get(c, "key")),
	    "listeners.a");
	ck_assert(json_is_null(json_object_get(c, "to")));
	ck_assert(json_is_object(json_object_get(c, "from")));
	c = json_array_get(got, 1);
	ck_assert(json_is_null(json_object_get(c, "from")));
	json_decref(got);
	conf_source_free(&a);
	conf_source_free(&b);
}
END_TEST

START_TEST(the_dump_is_a_configuration)
{
	struct conf_source *a = load(BASE ",\"listeners\":[{\"name\":\"a\","
	    "\"welcome\":\"hi\"}],\"limits\":{\"min_rate\":\"3K\"}}"), *b;
	json_t *all = conf_dump(a, false), *got;
	char *text = json_dumps(all, 0);

	b = load(text);
	got = conf_diff(a, b);
	ck_assert_uint_eq(json_array_size(got), 0);
	free(text);
	json_decref(got);
	json_decref(all);
	conf_source_free(&a);
	conf_source_free(&b);
}
END_TEST

static const struct {
	const char *key, *origin;
} origins[] = {
	{ "limits.per_address", "/main.json" },
	{ "limits.connections", "/conf.d/x.json" },
	{ "limits.auth_tries", "settings.json" },
	{ "limits.lock_wait", "default" },
	{ "options.last", "runtime" },
};

START_TEST(origin_of_each_key)
{
	json_t *runtime = json_object(), *on = json_true(), *all, *leaf;
	struct conf_faults f = { NULL, 0 };
	struct conf_source *s;
	struct conf *c;
	struct err e;
	char path[128], *key;
	const char *got;
	int i;

	env_write("main.json", BASE ",\"limits\":{\"per_address\":9,"
	    "\"connections\":9}}", 0644);
	env_write("conf.d/x.json", "{\"limits\":{\"connections\":8}}", 0644);
	env_write("state/settings.json", "{\"limits\":{\"auth_tries\":7}}",
	    0644);
	ck_assert_int_eq(conf_put(runtime, "options.last", on, &e), 0);
	c = conf_load_layers(env_main, NULL, runtime, &s, &f);
	ck_assert_ptr_nonnull(c);
	ck_assert(c->server.options.last);
	all = conf_dump(s, true);
	for (i = 0; i < COUNT(origins); i++) {
		snprintf(path, sizeof(path), "%s", origins[i].key);
		key = strchr(path, '.');
		*key++ = '\0';
		leaf = json_object_get(json_object_get(all, path), key);
		got = json_string_value(json_object_get(leaf, "origin"));
		ck_assert_msg(got != NULL && strlen(got) >=
		    strlen(origins[i].origin) && strcmp(got + strlen(got) -
		    strlen(origins[i].origin), origins[i].origin) == 0,
		    "%s: %s", origins[i].key, got);
		ck_assert_ptr_nonnull(json_object_get(leaf, "value"));
	}
	json_decref(all);
	json_decref(runtime);
	conf_free(&c);
	conf_source_free(&s);
}
END_TEST

static const struct {
	const char *key, *value, *fault;
} gets[] = {
	{ "limits.per_address", "20", NULL },
	{ "access", "{\"policy\":\"grant\",\"grant\":[],\"deny\":[],"
	    "\"grant_files\":[],\"deny_files\":[]}", NULL },
	{ "listeners.pop3s.port", "995", NULL },
	{ "listeners.0.name", "\"pop3\"", NULL },
	{ "listener.pop3.options.last", "false", NULL },
	{ "listener.pop3s.access",
	    "{\"policy\":\"grant\",\"grant\":[],\"deny\":[],"
	    "\"grant_files\":[],\"deny_files\":[]}", NULL },
	{ "listener.pop3s.welcom", NULL,
	    "did you mean listener.pop3s.welcome?" },
	{ "listener.pop3s.options.lost", NULL,
	    "did you mean listener.pop3s.options.last?" },
	{ "listener.pop3s.user", NULL, "none that a listener may override" },
	{ "listener.pop3s.port", NULL, "none that a listener may override" },
	{ "listener.nix.welcome", NULL,
	    "no listener \"nix\"; possible are: pop3, pop3s" },
	{ "listener.", NULL, "no such key" },
	{ "listener..", NULL, "no such key" },
	{ "listener", NULL, "no such key" },
	{ "limits.per_adress", NULL, "did you mean limits.per_address?" },
	{ "listeners.nix", NULL, "no such key" },
	{ "", NULL, "no such key" },
	{ ".", NULL, "no such key" },
	{ "limits.per_address.x", NULL, "no such key" },
	{ "hostnam", NULL, "did you mean hostname?" },
};

START_TEST(get)
{
	struct conf_source *s = load(BASE "}");
	struct err e;
	json_t *v = conf_get(s, gets[_i].key, &e);
	char *text;

	if (gets[_i].value == NULL) {
		ck_assert_ptr_null(v);
		ck_assert_int_eq(e.class, ERR_NOTFOUND);
		ck_assert_msg(strstr(e.text, gets[_i].fault) != NULL, "%s",
		    e.text);
	} else {
		ck_assert_ptr_nonnull(v);
		text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		ck_assert_str_eq(text, gets[_i].value);
		free(text);
	}
	json_decref(v);
	conf_source_free(&s);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, env_setup, env_teardown);
	UNIT_ROWS(tc, changes, rows);
	UNIT_ROWS(tc, get, gets);
	tcase_add_test(tc, a_listener_comes_and_goes);
	tcase_add_test(tc, the_dump_is_a_configuration);
	tcase_add_test(tc, origin_of_each_key);
}
UNIT_MAIN("conf_diff", add)
