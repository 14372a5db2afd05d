# Fuzz targets.  A new one is a file, fuzz_NAME.c: what it may call is in
# FUZZED, how it is built in build.mk, its seeds are in corpus/NAME/, inputs
# that once broke something in found/NAME/.

FUZZED = $(filter %.c,$(lib_base_libbase_a_SOURCES) \
	$(lib_proto_libproto_a_SOURCES) $(lib_policy_libpolicy_a_SOURCES) \
	$(lib_net_libnet_a_SOURCES) $(lib_mail_libmail_a_SOURCES) \
	$(lib_acct_libacct_a_SOURCES) $(lib_conf_libconf_a_SOURCES) \
	$(lib_ctl_libctl_a_SOURCES) $(pop3srvd_ipc_libipc_a_SOURCES)) \
	pop3srvd/relay/compose.c pop3srvd/relay/envelope.c \
	pop3srvd/relay/job.c pop3srvd/log/render.c \
	pop3srvd/log/render_imail.c pop3srvd/log/render_journal.c \
	pop3srvd/log/render_json.c pop3srvd/log/render_server.c

FUZZ_BUILD = $(MAKE) -s -f $(srcdir)/t/fuzz/build.mk fuzz-engine

# A rule of its own for check, so that it waits for config.h alone.
fuzz-targets:
	+@$(FUZZ_BUILD) ENGINE=libfuzzer
fuzz-afl-targets:
	+@if command -v afl-clang-fast >/dev/null; then \
		$(FUZZ_BUILD) ENGINE=afl; \
	fi
fuzz: fuzz-targets fuzz-afl-targets
	$(HARNESS) $(srcdir)/t/fuzz/run $(ONLY)
fuzz-afl: fuzz-targets fuzz-afl-targets
	ENGINE=afl $(HARNESS) $(srcdir)/t/fuzz/run $(ONLY)
# Which branches the committed inputs take, of each file that is fuzzed.
fuzz-coverage:
	+@$(FUZZ_BUILD) ENGINE=coverage
	ENGINE=coverage $(HARNESS) $(srcdir)/t/fuzz/run $(ONLY)
.PHONY: fuzz-targets fuzz-afl-targets fuzz fuzz-afl fuzz-coverage

# The targets bring sanitizers of their own: once is enough.
if FUZZ
check_DATA = fuzz-targets
endif
TESTS += t/fuzz/run
EXTRA_DIST += t/fuzz/corpus t/fuzz/found t/fuzz/EXECUTIONS t/fuzz/build.mk \
	t/fuzz/engines.py \
	t/fuzz/folder.h t/fuzz/fuzz.h t/fuzz/fuzz_account.c \
	t/fuzz/fuzz_aclset.c t/fuzz/fuzz_audit.c t/fuzz/fuzz_conf.c \
	t/fuzz/fuzz_ctl.c t/fuzz/fuzz_frame.c t/fuzz/fuzz_index.c \
	t/fuzz/fuzz_kept.c \
	t/fuzz/fuzz_log.c t/fuzz/fuzz_msg.c t/fuzz/fuzz_names.c \
	t/fuzz/fuzz_netlist.c t/fuzz/fuzz_pop3.c t/fuzz/fuzz_poppass.c \
	t/fuzz/fuzz_proxyhdr.c t/fuzz/fuzz_relay.c t/fuzz/fuzz_sasl.c \
	t/fuzz/fuzz_settings.c t/fuzz/fuzz_xmit.c t/fuzz/grammar.c \
	t/fuzz/grammar.h t/fuzz/grammar_ctl.c t/fuzz/grammar_mail.c \
	t/fuzz/maildrop.h t/fuzz/run t/fuzz/tally.py t/fuzz/words.py

clean-local: fuzz-clean
fuzz-clean:
	rm -rf t/fuzz/libfuzzer t/fuzz/afl t/fuzz/coverage
.PHONY: fuzz-clean
