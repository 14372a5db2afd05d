/*
 * test_conf_settings.c - settings.json is changed as a whole or not at all
 */
#include <dirent.h>

#include "t/unit/conf_env.h"

static int
set(const char *key, json_t *value, struct err *e)
{
	int status = env_set(key, value, e);

	json_decref(value);
	return status;
}

static char *
kept(void)
{
	return env_read("state/settings.json");
}

/* Typed words as pop3ctl sends them, and what is kept of them. */
static const struct {
	const char *key, *word, *json;
} words[] = {
	{ "limits.per_address", "40", "\"per_address\": 40" },
	{ "limits.lock_wait", "2s", "\"lock_wait\": \"2s\"" },
	{ "options.last", "on", "\"last\": true" },
	{ "options.last", "false", "\"last\": false" },
	{ "allow_plaintext", "never", "\"allow_plaintext\": \"never\"" },
	{ "welcome", "hello there", "\"welcome\": \"hello there\"" },
	{ "limits.min_rate", "10K", "\"min_rate\": \"10K\"" },
	{ "mail.expire_days", "-1", "\"expire_days\": -1" },
	{ "auth.mechanisms", "LOGIN, PLAIN", "\"LOGIN\",\n" },
	{ "log", "[{\"to\":\"stderr\"}]", "\"to\": \"stderr\"" },
};

START_TEST(text_is_read_by_type)
{
	struct err e = { 0 };

	ck_assert_msg(set(words[_i].key, json_string(words[_i].word), &e) == 0,
	    "%s", e.text);
	ck_assert_ptr_nonnull(kept());
	ck_assert_msg(strstr(kept(), words[_i].json) != NULL, "%s", kept());
}
END_TEST

START_TEST(json_is_taken_too)
{
	struct err e = { 0 };

	ck_assert_int_eq(set("limits.per_address", json_integer(41), &e), 0);
	ck_assert_int_eq(set("options.last", json_true(), &e), 0);
	ck_assert_int_eq(set("access.deny", json_pack("[s]", "192.0.2.0/24"),
	    &e), 0);
	/* a number where text is asked: its digits were meant */
	ck_assert_int_eq(set("tls.min_version", json_real(1.3), &e), 0);
	ck_assert_int_eq(set("hostname", json_integer(42), &e), 0);
	ck_assert_ptr_nonnull(strstr(kept(), "\"min_version\": \"1.3\""));
	ck_assert_ptr_nonnull(strstr(kept(), "\"hostname\": \"42\""));
}
END_TEST

static const struct {
	const char *key, *word;
	enum err_class class;
	const char *says;
} refused[] = {
	{ "limits.per_adress", "4", ERR_NOTFOUND,
	    "did you mean limits.per_address?" },
	{ "", "4", ERR_NOTFOUND, "no such key" },
	{ "limits", "4", ERR_NOTFOUND, "no such key" },
	{ "limits.per_address", "many", ERR_CONFIG, "\"many\": must be" },
	{ "limits.per_address", "0", ERR_CONFIG, "from 1 to" },
	{ "options.xtnd_xmit", "on", ERR_CONFIG, "set relay.smart_host" },
	{ "user", "root", ERR_CONFIG, "configuration file only" },
	{ "state_dir", "/tmp", ERR_CONFIG, "configuration file only" },
	{ "control.roles.admin", "eve", ERR_CONFIG, "configuration file" },
	{ "libexec_dir", "/tmp", ERR_CONFIG, "configuration file only" },
	{ "listeners", "[{\"name\":\"a\"},{\"name\":\"b\"}]", ERR_CONFIG,
	    "cannot share" },
	{ "listeners", "[{\"prt\":1}]", ERR_CONFIG, "listeners[0].prt" },
	{ "listeners", "[", ERR_CONFIG, "must be a list of objects" },
	{ "tls.certificate", "/nix", ERR_CONFIG, "/nix" },
};

START_TEST(a_refused_change_changes_nothing)
{
	struct err e = { 0 };
	char before[8192];

	ck_assert_int_eq(set("limits.auth_tries", json_integer(5), &e), 0);
	snprintf(before, sizeof(before), "%s", kept());
	ck_assert_int_eq(set(refused[_i].key, json_string(refused[_i].word),
	    &e), -1);
	ck_assert_int_eq(e.class, refused[_i].class);
	ck_assert_msg(strstr(e.text, refused[_i].says) != NULL, "%s", e.text);
	ck_assert_str_eq(kept(), before);
}
END_TEST

/* Whoever has the old file open, or a power cut, finds it whole. */
START_TEST(a_change_replaces_the_file)
{
	struct err e = { 0 };
	char path[128], old[64] = "";
	int fd;

	ck_assert_int_eq(set("options.last", json_true(), &e), 0);
	snprintf(path, sizeof(path), "%s/state/settings.json", env_dir);
	fd = open(path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(set("options.last", json_false(), &e), 0);
	ck_assert_int_gt(read(fd, old, sizeof(old) - 1), 0);
	close(fd);
	ck_assert_ptr_nonnull(strstr(old, "true"));
	ck_assert_ptr_nonnull(strstr(kept(), "false"));
}
END_TEST

START_TEST(reset_takes_back)
{
	char faults[1024];
	struct err e = { 0 };
	struct conf *c;

	ck_assert_int_eq(set("limits.per_address", json_integer(5), &e), 0);
	ck_assert_int_eq(set("limits.lock_wait", json_integer(5), &e), 0);
	ck_assert_int_eq(env_reset("limits.per_address", &e), 0);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_int_eq(c->server.limits.per_address, 20);
	ck_assert_int_eq(c->server.limits.lock_wait, 5000);
	conf_free(&c);
	ck_assert_int_eq(env_reset("limits.per_address", &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_ptr_nonnull(strstr(e.text, "not set by pop3ctl"));
	ck_assert_int_eq(env_reset("limits.per_adress", &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "did you mean"));
	ck_assert_int_eq(env_reset("limits.lock_wait", &e), 0);
	ck_assert_str_eq(kept(), "{}\n");
}
END_TEST

START_TEST(reset_leads_out_of_a_refused_file)
{
	struct err e = { 0 };

	env_write("state/settings.json", "{\"gone\":1,\"limits\":{"
	    "\"per_address\":0}}", 0644);
	ck_assert_int_eq(set("limits.lock_wait", json_integer(5), &e), -1);
	ck_assert_int_eq(env_reset("gone", &e), 0);
	ck_assert_int_eq(env_reset("limits.per_address", &e), 0);
	ck_assert_int_eq(set("limits.lock_wait", json_integer(5), &e), 0);
}
END_TEST

/* The name of the one file set aside, or NULL. */
static const char *
aside(void)
{
	static char name[300];
	char path[128];
	struct dirent *d;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/state", env_dir);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((d = readdir(dir)) != NULL)
		if (strstr(d->d_name, "damaged-") != NULL) {
			snprintf(name, sizeof(name), "state/%s", d->d_name);
			found = true;
		}
	closedir(dir);
	return found ? name : NULL;
}

START_TEST(a_damaged_file_is_set_aside)
{
	struct err e = { 0 };

	env_write("state/settings.json", "{\"limits\":", 0644);
	ck_assert_int_eq(set("options.last", json_true(), &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "damaged"));
	ck_assert_ptr_null(kept());
	ck_assert_ptr_nonnull(aside());
	ck_assert_str_eq(env_read(aside()), "{\"limits\":");
	ck_assert_int_eq(set("options.last", json_true(), &e), 0);
	ck_assert_ptr_nonnull(kept());
}
END_TEST

START_TEST(no_folder_no_change)
{
	struct err e = { 0 };

	env_write("main.json", "{\"state_dir\":\"@/nix\"," TLS_OK "}", 0644);
	ck_assert_int_eq(set("options.last", json_true(), &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "/nix"));
}
END_TEST

START_TEST(a_faulty_main_file_is_told)
{
	struct err e = { 0 };

	env_write("main.json", "{\"usr\":1,\"limts\":2}", 0644);
	ck_assert_int_eq(set("options.last", json_true(), &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "usr: no such key"));
	ck_assert_ptr_nonnull(strstr(e.text, "(and 1 more)"));
	ck_assert_ptr_null(kept());
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, env_setup, env_teardown);
	UNIT_ROWS(tc, text_is_read_by_type, words);
	UNIT_ROWS(tc, a_refused_change_changes_nothing, refused);
	tcase_add_test(tc, json_is_taken_too);
	tcase_add_test(tc, a_change_replaces_the_file);
	tcase_add_test(tc, reset_takes_back);
	tcase_add_test(tc, reset_leads_out_of_a_refused_file);
	tcase_add_test(tc, a_damaged_file_is_set_aside);
	tcase_add_test(tc, no_folder_no_change);
	tcase_add_test(tc, a_faulty_main_file_is_told);
}
UNIT_MAIN("conf_settings", add)
