/*
 * test_conf_load.c - files to settings, and faults that teach
 */
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_row.h"
#include "lib/conf/conf_source.h"

#include "t/unit/conf_env.h"

static char faults[65536];

/* What is wrong in a text, and what the fault must say about it. */
static const struct {
	const char *holds;
	const char *text;
	const char *says;
} bad[] = {
	{ "syntax names line and column", "{\n \"user\": \"x\",,}",
	    "main.json: line 2, column 14" },
	{ "an end in the middle", "{\"user\": \"x\"", "line 1" },
	{ "a list is no configuration", "[]", "one JSON object" },
	{ "a duplicate key", "{\"user\":\"a\",\"user\":\"b\"}", "duplicate" },
	{ "unknown key", "{\"hostnam\":\"x\"," STATE "}",
	    "hostnam: no such key; did you mean \"hostname\"?" },
	{ "unknown key in a group", "{\"limits\":{\"per_adress\":1}}",
	    "limits.per_adress: no such key; did you mean \"per_address\"?" },
	{ "nothing near it", "{\"zzzzzzzzzz\":1}", "zzzzzzzzzz: no such key\n" },
	{ "a swap of letters", "{\"limtis\":{}}", "did you mean \"limits\"?" },
	{ "a dot is no way into a group", "{\"limits.per_address\":1}",
	    "a dot is no part of a key" },
	{ "a group is an object", "{\"limits\":3}",
	    "limits: must be an object" },
	{ "wrong type: number", "{\"limits\":{\"connections\":\"many\"}}",
	    "limits.connections: \"many\": must be a whole number from 1 to "
	    "1000000" },
	{ "below the range", "{\"limits\":{\"connections\":0}}",
	    "limits.connections: 0: must be" },
	{ "above the range", "{\"auth\":{\"processes\":65}}",
	    "auth.processes: 65: must be a whole number from 1 to 64" },
	{ "a fraction is no number", "{\"auth\":{\"processes\":1.5}}",
	    "auth.processes: 1.5: must be" },
	{ "wrong type: bool", "{\"options\":{\"debug\":\"yes\"}}",
	    "options.debug: \"yes\": must be true or false" },
	{ "wrong type: string", "{\"hostname\":7}",
	    "hostname: 7: must be a string" },
	{ "wrong unit of a duration", "{\"limits\":{\"idle_timeout\":\"5x\"}}",
	    "limits.idle_timeout: \"5x\": must be a duration from 10s to 1d" },
	{ "a duration too short", "{\"limits\":{\"idle_timeout\":\"9s\"}}",
	    "\"9s\": must be a duration" },
	{ "a bare duration is seconds", "{\"limits\":{\"idle_timeout\":9}}",
	    "limits.idle_timeout: 9: must be a duration" },
	{ "a negative duration", "{\"limits\":{\"lock_wait\":-1}}",
	    "limits.lock_wait: -1: must be a duration" },
	{ "a duration that overflows",
	    "{\"limits\":{\"lock_wait\":9223372036854775807}}",
	    "must be a duration" },
	{ "wrong unit of a size", "{\"mail\":{\"quota\":\"1X\"}}",
	    "mail.quota: \"1X\": must be a size" },
	{ "a negative size", "{\"mail\":{\"quota\":-1}}",
	    "mail.quota: -1: must be a size" },
	{ "a size that overflows", "{\"mail\":{\"quota\":\"9999999T\"}}",
	    "must be a size" },
	{ "wrong word", "{\"allow_plaintext\":\"loopbak\"}",
	    "allow_plaintext: \"loopbak\": did you mean \"loopback\"? one of: "
	    "never loopback always" },
	{ "a word of another type", "{\"allow_plaintext\":true}",
	    "allow_plaintext: true: must be a string, one of: never" },
	{ "a word far off", "{\"allow_plaintext\":\"qqqqqqqqqq\"}",
	    "must be one of: never loopback always" },
	{ "a string where a list belongs", "{\"access\":{\"deny\":\"10/8\"}}",
	    "access.deny: \"10/8\": must be a list of strings" },
	{ "a number in a list", "{\"access\":{\"deny\":[1]}}",
	    "access.deny: 1: must be a string" },
	{ "host bits", "{\"access\":{\"deny\":[\"192.0.2.1/24\"]}}",
	    "did you mean 192.0.2.0/24?" },
	{ "a mask with a gap", "{\"access\":{\"grant\":[\"192.0.2.0/"
	    "255.0.255.0\"]}}", "access.grant: 192.0.2.0/255.0.255.0" },
	{ "a relative path", "{\"mail_root\":\"mail\"}",
	    "mail_root: \"mail\": must be an absolute path" },
	{ "an empty path", "{\"mail_root\":\"\"}",
	    "mail_root: \"\": must not be empty" },
	{ "a control character", "{\"hostname\":\"a\\u001bb\"}",
	    "hostname: \"a\\u001Bb\": has a control character" },
	{ "a very long string", "{\"user\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
	    "74 octets, at most 64" },
	{ "a list of objects is no object", "{\"log\":{}}",
	    "log: must be a list of objects" },
	{ "nor holds numbers", "{\"log\":[1]}", "log[0]: must be an object" },
	{ "an unknown key of an entry", "{\"listeners\":[{\"prot\":1}]}",
	    "listeners[0].prot: no such key; did you mean \"port\"?" },
	{ "a wrong value of an entry",
	    "{\"listeners\":[{},{\"port\":70000}]}",
	    "listeners[1].port: 70000: must be" },
	{ "an override is checked like the root",
	    "{\"listeners\":[{\"limits\":{\"connections\":\"x\"}}]}",
	    "listeners[0].limits.connections: \"x\": must be" },
	{ "a root key is no override", "{\"listeners\":[{\"user\":\"x\"}]}",
	    "listeners[0].user: no such key" },
	{ "wrong TLS mode in short", "{\"listeners\":[{\"tls\":\"startls\"}]}",
	    "listeners[0].tls.mode: \"startls\": did you mean \"starttls\"?" },
	{ "an address by name", "{\"listeners\":[{\"address\":\"localhost\"}]}",
	    "listeners[0].address: \"localhost\": must be * or a numeric" },
	{ "a name without a certificate",
	    "{\"tls\":{\"names\":[{\"name\":\"x\"}]}}",
	    "tls.names[0].certificate: missing" },
	{ "an old TLS version", "{\"tls\":{\"min_version\":\"1.1\"}}",
	    "tls.min_version: \"1.1\"" },
	{ "a secret without its folder",
	    "{\"tls\":{\"key_file\":\"$CREDENTIALS_DIRECTORY/k\"}}",
	    "LoadCredential=" },
	{ "a mechanism twice", "{\"auth\":{\"mechanisms\":[\"PLAIN\","
	    "\"PLAIN\"]}}", "stands there twice" },
	{ "a misspelt mechanism", "{\"auth\":{\"mechanisms\":[\"PLIAN\"]}}",
	    "did you mean \"PLAIN\"?" },
	/* not in this version */
	{ "XTND XMIT", "{\"options\":{\"xtnd_xmit\":true}}",
	    "nothing could send the mail: set relay.smart_host" },
	{ "XTND XMIT of a listener", "{\"listeners\":[{\"tls\":\"none\","
	    "\"options\":{\"xtnd_xmit\":true}}]}", "nothing could send" },
	{ "two ways out", "{\"relay\":{\"smart_host\":\"a:25\","
	    "\"sendmail\":\"/bin/true\"}}", "take one of them away" },
	{ "smart host without port", "{\"relay\":{\"smart_host\":"
	    "\"mail.example.org\"}}", "is not host:port" },
	{ "smart host in a URL", "{\"relay\":{\"smart_host\":"
	    "\"smtp://a:25\"}}", "is not host:port" },
	{ "port of a smart host", "{\"relay\":{\"smart_host\":"
	    "\"a:65536\"}}", "is not host:port" },
	{ "HELO and TLS", "{\"relay\":{\"smart_host\":\"a:25\","
	    "\"helo\":true}}", "HELO knows neither TLS" },
	{ "a user without password", "{\"relay\":{\"smart_host\":"
	    "\"a:25\",\"user\":\"u\"}}", "come together" },
	{ "a route's domain", "{\"relay\":{\"routes\":[{\"domain\":"
	    "\"*\",\"smart_host\":\"a:25\"}]}}",
	    "neither a domain nor *.domain" },
	{ "a route's host", "{\"relay\":{\"routes\":[{\"domain\":"
	    "\"b.example\",\"smart_host\":\"a\"}]}}", "is not host:port" },
	{ "no retries", "{\"relay\":{\"retries\":[]}}",
	    "1 to 64 waiting times" },
	{ "a retry", "{\"relay\":{\"retries\":[\"15m\",\"soon\"]}}",
	    "\"soon\" is no waiting time" },
	{ "HELO name", "{\"relay\":{\"helo_name\":\"a b\"}}",
	    "is no host name" },
	{ "masquerade", "{\"relay\":{\"masquerade_domain\":\"a@b\"}}",
	    "is no domain" },
	{ "quota", "{\"mail\":{\"quota\":\"1G\"}}",
	    "mail.quota: \"1G\": not available in this version" },
	{ "quota as a number", "{\"mail\":{\"quota\":1}}",
	    "mail.quota: 1: not available in this version" },
	{ "LMTP", "{\"listeners\":[{\"protocol\":\"lmtp\"}]}",
	    "not available in this version" },
	{ "SCRAM", "{\"auth\":{\"mechanisms\":[\"SCRAM-SHA-256\"]}}",
	    "not available in this version" },
	{ "LDAP", "{\"auth\":{\"backends\":[\"ldap\"]}}",
	    "not available in this version" },
	{ "mbox", "{\"mail\":{\"store\":\"mbox\"}}",
	    "not available in this version" },
	/* across keys */
	{ "nothing to serve", "{" STATE "}",
	    "nothing to serve: set tls.certificate and tls.key_file" },
	{ "no listener", "{" STATE "," TLS_OK ",\"listeners\":[]}",
	    "must have one entry at least" },
	{ "TLS without a certificate",
	    "{" STATE ",\"listeners\":[{\"name\":\"a\"}]}",
	    "\"a\" has no certificate; set tls.certificate" },
	{ "a certificate without a key",
	    "{" STATE ",\"tls\":{\"certificate\":\"@/cert\"}}",
	    "has no key_file beside it" },
	{ "a key without a certificate", "{" STATE ",\"tls\":{\"key_file\":"
	    "\"@/key\"},\"listeners\":[{\"tls\":\"none\"}]}",
	    "has no certificate beside it" },
	{ "a certificate that is not there", "{" STATE ",\"tls\":{"
	    "\"certificate\":\"@/nix\",\"key_file\":\"@/key\"}}",
	    "tls.certificate: cannot open" },
	{ "a key that others may read", "{" STATE ",\"tls\":{\"certificate\":"
	    "\"@/cert\",\"key_file\":\"@/cert\"}}", "chmod 600" },
	{ "a listener's own certificate needs its own key",
	    "{" STATE "," TLS_OK ",\"listeners\":[{\"tls\":{\"certificate\":"
	    "\"@/cert\"}}]}", "has no key_file beside it" },
	{ "poppass with STARTTLS", "{" STATE "," TLS_OK ",\"listeners\":[{"
	    "\"protocol\":\"poppass\"}]}",
	    "\"poppass\": poppass has no STARTTLS; say \"tls\": \"implicit\"" },
	{ "poppass in the clear, everywhere", "{" STATE ",\"listeners\":[{"
	    "\"protocol\":\"poppass\",\"tls\":\"none\"}]}",
	    "would take passwords without TLS at *; say" },
	{ "poppass in the clear, elsewhere", "{" STATE ",\"listeners\":[{"
	    "\"protocol\":\"poppass\",\"tls\":\"none\",\"address\":"
	    "\"192.0.2.1\"}]}", "would take passwords without TLS at 192.0.2.1" },
	{ "poppass has a port of its own", "{" STATE "," TLS_OK
	    ",\"listeners\":[{\"protocol\":\"poppass\",\"tls\":"
	    "\"implicit\"},{\"name\":\"b\",\"port\":106}]}",
	    "\"poppass\" and \"b\" cannot share * port 106" },
	{ "two at one place", "{" STATE ",\"listeners\":[{\"name\":\"a\","
	    "\"tls\":\"none\"},{\"name\":\"b\",\"tls\":\"none\"}]}",
	    "\"a\" and \"b\" cannot share * port 110" },
	{ "* and an address", "{" STATE ",\"listeners\":[{\"name\":\"a\","
	    "\"tls\":\"none\",\"port\":5},{\"name\":\"b\",\"tls\":\"none\","
	    "\"port\":5,\"address\":\"127.0.0.1\"}]}",
	    "\"a\" and \"b\" cannot share * port 5 (127.0.0.1 port 5)" },
	{ "one address in two forms", "{" STATE ",\"listeners\":[{\"name\":"
	    "\"a\",\"tls\":\"none\",\"address\":\"::1\"},{\"name\":\"b\","
	    "\"tls\":\"none\",\"address\":\"0:0::1\"}]}", "cannot share" },
	{ "0.0.0.0 and an address", "{" STATE ",\"listeners\":[{\"name\":"
	    "\"a\",\"tls\":\"none\",\"address\":\"0.0.0.0\"},{\"name\":\"b\","
	    "\"tls\":\"none\",\"address\":\"127.0.0.1\"}]}", "cannot share" },
	{ "two of one name", "{" STATE ",\"listeners\":[{\"tls\":\"none\"},"
	    "{\"tls\":\"none\",\"port\":5}]}",
	    "two are called \"pop3\"" },
	{ "two at one socket", "{" STATE ",\"listeners\":[{\"name\":\"a\","
	    "\"tls\":\"none\",\"path\":\"/x\"},{\"name\":\"b\",\"tls\":"
	    "\"none\",\"path\":\"/x\"}]}", "are both at /x" },
	{ "a line end in the greeting", "{" STATE "," TLS_OK
	    ",\"welcome\":\"a\\r\\nb\"}", "welcome: \"a\\r\\nb\": has a "
	    "control character" },
	{ "an umlaut in the greeting", "{" STATE "," TLS_OK
	    ",\"welcome\":\"gr\xc3\xbc\xc3\x9f\"}",
	    "welcome: printable ASCII only; octet 3 is 0xc3" },
	{ "a log file without a name", "{" STATE "," TLS_OK
	    ",\"log\":[{\"to\":\"file\"}]}", "log[0].path: missing" },
	{ "daily without a folder", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"daily\"}]}",
	    "log[0].folder: missing: where" },
	{ "server without an address", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"server\"}]}",
	    "log[0].address: missing: whom" },
	{ "a path of a log server", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"server\",\"address\":\"::1\",\"path\":"
	    "\"/x\"}]}",
	    "log[0].path: belongs to \"to\": \"file\" and \"syslog\" only" },
	{ "a folder of standard error", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"stderr\",\"folder\":\"/x\"}]}",
	    "log[0].folder: belongs to \"to\": \"daily\" only" },
	{ "an address of a file", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"file\",\"path\":\"/x\",\"address\":\":"
	    ":1\"}]}",
	    "log[0].address: belongs to \"to\": \"server\" only" },
	{ "a port of syslog", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"port\":514}]}",
	    "log[0].port: belongs to \"to\": \"server\" only" },
	{ "UDP to syslog", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"transport\":\"udp\"}]}",
	    "log[0].transport: \"udp\" belongs to \"to\": \"server\" only" },
	{ "the journal of another machine", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"server\",\"address\":\"::1\",\"transpo"
	    "rt\":\"journal\"}]}",
	    "\"journal\" belongs to \"to\": \"syslog\" only" },
	{ "a certificate without TLS", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"server\",\"address\":\"::1\",\"name\":"
	    "\"x\"}]}",
	    "log[0].transport: only \"tls\" has a certificate" },
	{ "a port in an address", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"server\",\"address\":\"log.example.org"
	    ":514\"}]}",
	    "log[0].address: \"log.example.org:514\" is neither" },
	{ "a certificate's name with a blank", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"server\",\"address\":\"::1\",\"transpo"
	    "rt\":\"tls\",\"name\":\"a b\"}]}",
	    "log[0].name: \"a b\" cannot stand" },
	{ "a missing CA file", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"server\",\"address\":\"::1\",\"transpo"
	    "rt\":\"tls\",\"ca_file\":\"/nowhere/ca.pem\"}]}",
	    "log[0].ca_file: " },
	{ "two writers of a day's file", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"to\":\"daily\",\"folder\":\"/x\"},{\"to\":\"d"
	    "aily\",\"folder\":\"/x\"}]}",
	    "log[1].folder: \"/x\" is another entry's" },
	{ "a socket's name too long", "{" STATE "," TLS_OK ",\"log\":["
	    "{\"path\":\"/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxx\"}]}",
	    "log[0].path: 111 octets" },
	{ "no backend", "{" STATE "," TLS_OK ",\"auth\":{\"backends\":[]}}",
	    "auth.backends: must have one entry" },
};

START_TEST(teaches)
{
	env_write("main.json", bad[_i].text, 0644);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_msg(strstr(faults, bad[_i].says) != NULL, "%s: got %s",
	    bad[_i].holds, faults);
	ck_assert_ptr_nonnull(strstr(faults, "main.json: "));
}
END_TEST

/* The same places that are no fault. */
static const struct {
	const char *holds;
	const char *text;
} good[] = {
	{ "nothing but a certificate", "{" STATE "," TLS_OK "}" },
	{ "one port on two addresses", "{" STATE ",\"listeners\":[{\"name\":"
	    "\"a\",\"tls\":\"none\",\"address\":\"127.0.0.1\"},{\"name\":"
	    "\"b\",\"tls\":\"none\",\"address\":\"127.0.0.2\"}]}" },
	{ "both families", "{" STATE ",\"listeners\":[{\"name\":\"a\",\"tls\":"
	    "\"none\",\"address\":\"0.0.0.0\"},{\"name\":\"b\",\"tls\":"
	    "\"none\",\"address\":\"::1\"}]}" },
	{ "no TLS on purpose", "{" STATE ",\"listeners\":[{\"tls\":\"none\"}]}" },
	{ "a greeting that is too long is not used, but no fault", "{" STATE ","
	    TLS_OK ",\"welcome\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaa\"}" },
	{ "a bare number of seconds", "{" STATE "," TLS_OK ",\"limits\":{"
	    "\"login_timeout\":30}}" },
};

START_TEST(accepts)
{
	struct conf *c;

	env_write("main.json", good[_i].text, 0644);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s: %s", good[_i].holds, faults);
	conf_free(&c);
	ck_assert_ptr_null(c);
}
END_TEST

START_TEST(names_every_fault)
{
	env_write("main.json", "{\"usr\":\"x\",\"limits\":{\"connections\":0,"
	    "\"lock_wait\":\"x\"},\"log\":[{\"to\":\"nowhere\"}],"
	    "\"listeners\":[{\"name\":\"a\",\"tls\":\"none\"},{\"name\":\"b\","
	    "\"tls\":\"none\"}]}", 0644);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_ptr_nonnull(strstr(faults, "usr: no such key"));
	ck_assert_ptr_nonnull(strstr(faults, "limits.connections"));
	ck_assert_ptr_nonnull(strstr(faults, "limits.lock_wait"));
	ck_assert_ptr_nonnull(strstr(faults, "log[0].to"));
	ck_assert_ptr_nonnull(strstr(faults, "cannot share"));
}
END_TEST

START_TEST(a_missing_file_is_a_fault)
{
	ck_assert_int_eq(unlink(env_main), 0);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_ptr_nonnull(strstr(faults, "main.json"));
}
END_TEST

START_TEST(has_sensible_defaults)
{
	struct conf *c = env_load(NULL, faults, sizeof(faults));

	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_uint_eq(c->n_listeners, 2);
	ck_assert_str_eq(c->listeners[0].name, "pop3");
	ck_assert_int_eq(c->listeners[0].port, 110);
	ck_assert_int_eq(c->listeners[0].tls_mode, CONF_TLS_STARTTLS);
	ck_assert_str_eq(c->listeners[1].name, "pop3s");
	ck_assert_int_eq(c->listeners[1].port, 995);
	ck_assert_int_eq(c->listeners[1].tls_mode, CONF_TLS_IMPLICIT);
	ck_assert_int_eq(c->server.limits.idle_timeout, 600000);
	ck_assert_int_eq(c->server.limits.login_timeout, 60000);
	ck_assert_int_eq(c->server.tls.min_version, 0x0303);
	ck_assert_int_eq(c->server.allow_plaintext, CONF_PLAIN_LOOPBACK);
	ck_assert(c->server.options.auto_deny);
	ck_assert(!c->server.options.apop);
	ck_assert_str_eq(c->auth.mechanisms.at[0], "PLAIN");
	ck_assert_str_eq(c->auth.mechanisms.at[1], "LOGIN");
	ck_assert_int_eq(c->logs[0].to, CONF_LOG_SYSLOG);
	ck_assert_int_eq(c->logs[0].transport, CONF_LOG_AUTO);
	ck_assert_int_eq(c->logs[0].port, 0);
	ck_assert_int_eq(c->mail.expire_days, -2);
	ck_assert_str_ne(c->server.hostname, "");
	ck_assert_str_eq(c->server.default_domain, c->server.hostname);
	ck_assert_str_eq(c->listeners[1].server.hostname, c->server.hostname);
	conf_free(&c);
}
END_TEST

static const struct {
	const char *transport;
	enum conf_log_transport is;
	int port;
} log_ports[] = {
	{ "auto", CONF_LOG_UDP, 514 },
	{ "udp", CONF_LOG_UDP, 514 },
	{ "tcp", CONF_LOG_TCP, 601 },
	{ "tls", CONF_LOG_TLS, 6514 },
};

START_TEST(a_log_server_has_its_usual_port)
{
	char text[1024];
	struct conf *c;

	snprintf(text, sizeof(text), "{" STATE "," TLS_OK ",\"log\":[{\"to\":"
	    "\"server\",\"address\":\"log.example.org\",\"transport\":"
	    "\"%s\"}]}", log_ports[_i].transport);
	env_write("main.json", text, 0644);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_int_eq(c->logs[0].transport, log_ports[_i].is);
	ck_assert_int_eq(c->logs[0].port, log_ports[_i].port);
	conf_free(&c);
}
END_TEST

START_TEST(merges_in_name_order)
{
	struct conf *c;

	env_write("conf.d/20-b.json", "{\"limits\":{\"per_address\":2},"
	    "\"access\":{\"deny\":[\"192.0.2.2\"]}}", 0644);
	env_write("conf.d/10-a.json", "{\"limits\":{\"per_address\":1,"
	    "\"connections\":7},\"access\":{\"deny\":[\"192.0.2.1\","
	    "\"192.0.2.9\"]}}", 0644);
	env_write("conf.d/.hidden.json", "{", 0644);
	env_write("conf.d/30-c.json~", "{", 0644);
	env_write("state/settings.json", "{\"limits\":{\"auth_tries\":9}}",
	    0644);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_int_eq(c->server.limits.per_address, 2);
	ck_assert_int_eq(c->server.limits.connections, 7);
	ck_assert_int_eq(c->server.limits.auth_tries, 9);
	ck_assert_uint_eq(c->server.access.deny.n, 1);
	ck_assert_str_eq(c->server.access.deny.at[0], "192.0.2.2");
	conf_free(&c);
}
END_TEST

START_TEST(a_fault_names_its_file)
{
	env_write("conf.d/10-a.json", "{\"usr\":1}", 0644);
	env_write("state/settings.json", "{\"user\":\"root\",\"limits\":{"
	    "\"connections\":0}}", 0644);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_ptr_nonnull(strstr(faults, "conf.d/10-a.json: usr:"));
	ck_assert_ptr_nonnull(strstr(faults,
	    "settings.json: user: can be set in the configuration file only"));
	ck_assert_ptr_nonnull(strstr(faults,
	    "settings.json: limits.connections: 0"));
}
END_TEST

START_TEST(damaged_settings_are_a_fault)
{
	env_write("state/settings.json", "{\"limits\":", 0644);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_ptr_nonnull(strstr(faults, "settings.json: line 1"));
	ck_assert_str_eq(env_read("state/settings.json"), "{\"limits\":");
}
END_TEST

START_TEST(a_listener_overrides)
{
	struct conf *c;

	env_write("cert2", "other", 0644);
	env_write("key2", "other", 0600);
	env_write("main.json", "{" STATE "," TLS_OK ",\"hostname\":\"root\","
	    "\"limits\":{\"per_address\":5},\"listeners\":[{\"name\":\"a\"},"
	    "{\"name\":\"b\",\"port\":5,\"hostname\":\"b.example\",\"limits\":"
	    "{\"lock_wait\":\"1s\"},\"tls\":{\"mode\":\"implicit\","
	    "\"certificate\":\"@/cert2\",\"key_file\":\"@/key2\"}}]}", 0644);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_str_eq(c->listeners[0].server.hostname, "root");
	ck_assert_str_eq(c->listeners[0].server.tls.certificate,
	    c->server.tls.certificate);
	ck_assert_str_eq(c->listeners[1].server.hostname, "b.example");
	ck_assert_str_eq(c->listeners[1].server.default_domain, "b.example");
	ck_assert_int_eq(c->listeners[1].server.limits.per_address, 5);
	ck_assert_int_eq(c->listeners[1].server.limits.lock_wait, 1000);
	ck_assert_int_eq(c->server.limits.lock_wait, 3000);
	ck_assert_ptr_nonnull(strstr(c->listeners[1].server.tls.certificate,
	    "cert2"));
	conf_free(&c);
}
END_TEST

START_TEST(credentials_directory)
{
	struct conf *c;

	env_write("main.json", "{" STATE ",\"tls\":{\"certificate\":\"@/cert\","
	    "\"key_file\":\"$CREDENTIALS_DIRECTORY/key\"}}", 0644);
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", env_dir, 1), 0);
	c = env_load(NULL, faults, sizeof(faults));
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	ck_assert_msg(c != NULL, "%s", faults);
	ck_assert_int_eq(strncmp(c->server.tls.key_file, env_dir,
	    strlen(env_dir)), 0);
	conf_free(&c);
}
END_TEST

/* No row without help, a default that is right, and its place. */
static void
check_rows(const struct conf_set *set)
{
	const struct conf_row *r;

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			check_rows(r->set);
			continue;
		}
		ck_assert_msg(conf_find(set, r->key) == r, "%s", r->key);
		ck_assert_msg(strlen(r->help) > 5, "%s", r->key);
		ck_assert_msg((r->when & 7u) != 0, "%s", r->key);
		ck_assert_msg(strlen(r->key) < 60, "%s", r->key);
		if (r->type == CONF_T_ENUM)
			ck_assert_msg(conf_word_index(r->words, r->dflt) >= 0,
			    "%s", r->key);
	}
}

START_TEST(rows_are_whole)
{
	check_rows(&conf_root_set);
	check_rows(&conf_listener_set);
	check_rows(&conf_name_set);
	check_rows(&conf_log_set);
	check_rows(&conf_route_set);
}
END_TEST

/* The sample shows every key, with its default. */
START_TEST(sample)
{
	static char command[512];
	struct conf_source *shown, *plain;
	struct conf *c;
	json_t *flat, *changes, *raw;
	const struct conf_set *sets[] = { &conf_root_set, &conf_server_set };
	size_t i, k;

	snprintf(command, sizeof(command), "sed 's|\"certificate\": .*|"
	    "\"certificate\": \"%s/cert\",|; s|\"key_file\": .*|\"key_file\": "
	    "\"%s/key\",|; s|\"state_dir\": .*|\"state_dir\": \"%s/state\",|' "
	    "etc/pop3srvd.json > %s/sample.json", env_dir, env_dir, env_dir,
	    env_dir);
	ck_assert_int_eq(system(command), 0);
	c = env_load(&plain, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	conf_free(&c);
	snprintf(env_main, sizeof(env_main), "%s/sample.json", env_dir);
	c = env_load(&shown, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	conf_free(&c);
	changes = conf_diff(plain, shown);
	ck_assert_msg(json_array_size(changes) == 0, "%s",
	    json_dumps(changes, 0));
	json_decref(changes);
	raw = json_load_file(env_main, 0, NULL);
	flat = conf_flatten(&conf_root_set, raw);
	for (k = 0; k < 2; k++)
		for (i = 0; i < sets[k]->n; i++)
			if (sets[k]->rows[i].type != CONF_T_SET)
				ck_assert_msg(json_object_get(flat,
				    sets[k]->rows[i].key) != NULL,
				    "%s is not shown", sets[k]->rows[i].key);
	json_decref(flat);
	json_decref(raw);
	conf_source_free(&plain);
	conf_source_free(&shown);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, env_setup, env_teardown);
	UNIT_ROWS(tc, teaches, bad);
	UNIT_ROWS(tc, accepts, good);
	tcase_add_test(tc, names_every_fault);
	tcase_add_test(tc, a_missing_file_is_a_fault);
	tcase_add_test(tc, has_sensible_defaults);
	UNIT_ROWS(tc, a_log_server_has_its_usual_port, log_ports);
	tcase_add_test(tc, merges_in_name_order);
	tcase_add_test(tc, a_fault_names_its_file);
	tcase_add_test(tc, damaged_settings_are_a_fault);
	tcase_add_test(tc, a_listener_overrides);
	tcase_add_test(tc, credentials_directory);
	tcase_add_test(tc, rows_are_whole);
	tcase_add_test(tc, sample);
}
UNIT_MAIN("conf_load", add)
