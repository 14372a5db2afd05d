# System tests: numbered shell scripts against the real daemon.
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = sh
AM_TESTS_ENVIRONMENT = builddir='$(abs_top_builddir)' srcdir='$(abs_top_srcdir)'; export builddir srcdir;
SYSTEM_TESTS = \
	t/system/001-start-stop.sh \
	t/system/002-ordinary-user.sh \
	t/system/003-privileges.sh \
	t/system/004-second-server.sh \
	t/system/005-config-faults.sh \
	t/system/101-curl.sh \
	t/system/102-poplib.sh \
	t/system/103-fetchmail.sh \
	t/system/104-mpop.sh \
	t/system/105-getmail.sh \
	t/system/106-mutt.sh \
	t/system/110-deletions.sh \
	t/system/111-uidl-stable.sh \
	t/system/112-strange-files.sh \
	t/system/113-two-sessions.sh \
	t/system/114-second-agent.sh \
	t/system/115-full-disk.sh \
	t/system/116-warm-login.sh \
	t/system/117-wire-form.sh \
	t/system/201-accounts.sh \
	t/system/202-import.sh \
	t/system/203-failed-login.sh \
	t/system/204-login-delay.sh \
	t/system/205-apop.sh \
	t/system/206-owner.sh \
	t/system/207-password-change.sh \
	t/system/301-tls.sh \
	t/system/302-certificate-change.sh \
	t/system/303-stls-injection.sh \
	t/system/304-plaintext-policy.sh \
	t/system/305-greeting.sh \
	t/system/306-apop-key.sh \
	t/system/401-access.sh \
	t/system/520-policy.sh \
	t/system/521-access-files.sh \
	t/system/522-import.sh \
	t/system/523-listener-access.sh \
	t/system/402-auto-deny.sh \
	t/system/403-proxy-header.sh \
	t/system/404-many-connections.sh \
	t/system/405-slow-peers.sh \
	t/system/406-descriptors.sh \
	t/system/407-stuck-helpers.sh \
	t/system/408-login-flood.sh \
	t/system/420-poppass.sh \
	t/system/421-poppass-guard.sh \
	t/system/422-poppass-settings.sh \
	t/system/425-xtnd-xmit.sh \
	t/system/426-winqvt.sh \
	t/system/428-relay-hung.sh \
	t/system/540-auto-deny-rule.sh \
	t/system/541-failed-logins.sh \
	t/system/542-fail2ban.sh \
	t/system/543-stats-top.sh \
	t/system/544-status-start.sh \
	t/system/450-smart-host.sh \
	t/system/451-smart-host-tls.sh \
	t/system/452-sendmail.sh \
	t/system/453-bounces.sh \
	t/system/454-relay-killed.sh \
	t/system/455-xmit-caps.sh \
	t/system/456-hanging-host.sh \
	t/system/457-rude-host.sh \
	t/system/458-spool-trouble.sh \
	t/system/500-options.sh \
	t/system/501-welcome.sh \
	t/system/502-settings.sh \
	t/system/503-completion.sh \
	t/system/504-every-verb.sh \
	t/system/505-exit-codes.sh \
	t/system/506-scripting.sh \
	t/system/510-seed-002.sh \
	t/system/600-pop3ctl-words.sh \
	t/system/601-control.sh \
	t/system/602-roles.sh \
	t/system/603-control-torture.sh \
	t/system/604-audit.sh \
	t/system/605-audit-trouble.sh \
	t/system/606-log-follow.sh \
	t/system/607-log-debug.sh \
	t/system/608-log-level.sh \
	t/system/609-control-hostile.sh \
	t/system/701-reload.sh \
	t/system/702-every-address.sh \
	t/system/801-log.sh \
	t/system/802-log-trouble.sh \
	t/system/803-log-daily.sh \
	t/system/804-log-server.sh \
	t/system/805-log-one-each.sh \
	t/system/806-log-trouble-each.sh \
	t/system/807-log-rsyslog.sh \
	t/system/901-kill-processes.sh \
	t/system/902-kill-cycles.sh
TESTS += $(SYSTEM_TESTS)
EXTRA_DIST += $(SYSTEM_TESTS) t/system/common.sh t/system/smarthost.sh \
	t/system/smarthost.py t/system/xmit.py t/system/clients.sh \
	t/system/logsink.py t/system/pop3.py t/system/poppass.py t/system/wire.py t/data/seed.py
