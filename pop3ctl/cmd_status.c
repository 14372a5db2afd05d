/*
 * cmd_status.c - status and version
 */
#include "config.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static void
print_listeners(const json_t *list)
{
	static const char *const heads[] = { "listener", "address", ">port",
		"tls", ">sessions" };
	struct table t;
	const char *path;
	json_t *l;
	size_t i;

	table_begin(&t, heads, 5);
	json_array_foreach(list, i, l) {
		path = cmd_str(l, "path");
		table_text(&t, cmd_str(l, "name"));
		table_text(&t, path[0] != '\0' ? path : cmd_str(l, "address"));
		if (path[0] != '\0')
			table_text(&t, "-");
		else
			table_number(&t, cmd_int(l, "port"));
		table_text(&t, cmd_str(l, "tls"));
		table_number(&t, cmd_int(l, "sessions"));
	}
	table_end(&t, stdout);
}

static void
print_processes(const json_t *list, int64_t now)
{
	static const char *const heads[] = { "process", ">index", ">pid",
		">restarts", ">age" };
	char text[PRINT_TEXT];
	struct table t;
	json_t *p;
	size_t i;

	table_begin(&t, heads, 5);
	json_array_foreach(list, i, p) {
		table_text(&t, cmd_str(p, "role"));
		table_number(&t, cmd_int(p, "index"));
		table_number(&t, cmd_int(p, "pid"));
		table_number(&t, cmd_int(p, "restarts"));
		table_text(&t, print_age(now - cmd_int(p, "since"), text));
	}
	table_end(&t, stdout);
}

static void
print_certificates(const json_t *list)
{
	char text[PRINT_TEXT];
	json_t *c;
	size_t i;

	json_array_foreach(list, i, c) {
		printf("certificate ");
		print_safe(stdout, cmd_str(c, "name"));
		printf(" of ");
		print_safe(stdout, cmd_str(c, "listener"));
		printf(": until %s, %lld days left\n",
		    print_time(cmd_int(c, "not_after"), text),
		    (long long)cmd_int(c, "days_left"));
	}
}

static void
print_status(const json_t *s)
{
	const json_t *last = json_object_get(s, "last_reload");
	char since[PRINT_TEXT], age[PRINT_TEXT];

	printf("pop3srvd ");
	print_safe(stdout, cmd_str(s, "version"));
	printf(" is ");
	print_safe(stdout, cmd_str(s, "state"));
	printf(" since %s (%s), pid %lld\n",
	    print_time(cmd_int(s, "since"), since),
	    print_age(cmd_int(s, "uptime"), age),
	    (long long)cmd_int(s, "pid"));
	printf("configuration %lld of ", (long long)cmd_int(s, "generation"));
	print_safe(stdout, cmd_str(s, "config_file"));
	printf("\n");
	printf("sessions %lld, logins %lld, failed logins %lld, log records "
	    "lost %lld\n", (long long)cmd_int(s, "sessions"),
	    (long long)cmd_int(s, "logins"), (long long)cmd_int(s, "failures"),
	    (long long)cmd_int(s, "log_drops"));
	if (cmd_int(s, "audit_missing") > 0)
		printf("changes without an audit record %lld\n",
		    (long long)cmd_int(s, "audit_missing"));
	printf("queue %lld, bad mail %lld\n", (long long)cmd_int(s, "queue"),
	    (long long)cmd_int(s, "badmail"));
	if (json_is_object(last)) {
		printf("last reload %s: %s",
		    print_time(cmd_int(last, "time"), since),
		    json_is_true(json_object_get(last, "ok")) ? "taken" :
		    "refused: ");
		if (!json_is_true(json_object_get(last, "ok")))
			print_safe(stdout, cmd_str(last, "text"));
		printf("\n");
	}
	print_certificates(json_object_get(s, "certificates"));
	printf("\n");
	print_listeners(json_object_get(s, "listeners"));
	printf("\n");
	print_processes(json_object_get(s, "processes"),
	    cmd_int(s, "since") + cmd_int(s, "uptime"));
}

/* That nobody answers is an answer here, in the shape of one. */
int
cmd_status(struct cmd *c)
{
	json_t *status;
	struct err e;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	c->client = client_open(c->socket, &e);
	if (c->client == NULL && e.class == ERR_NOTFOUND) {
		printf(c->json ? "{\"v\":1,\"id\":0,\"ok\":true,"
		    "\"result\":{\"state\":\"stopped\"}}\n" : "stopped\n");
		return CTL_NO;
	}
	status = cmd_ask(c, c->verb->verb, NULL, &code);
	if (status != NULL && !c->json)
		print_status(status);
	json_decref(status);
	return code;
}

int
cmd_version(struct cmd *c)
{
	json_t *v;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	if (!c->json)
		printf("pop3ctl %s\n", PACKAGE_VERSION);
	v = cmd_ask(c, c->verb->verb, NULL, &code);
	if (v != NULL && !c->json) {
		printf("pop3srvd ");
		print_safe(stdout, cmd_str(v, "version"));
		printf(" with OpenSSL ");
		print_safe(stdout, cmd_str(v, "openssl"));
		printf("\n");
	}
	json_decref(v);
	return code;
}
