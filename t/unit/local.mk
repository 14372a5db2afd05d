# Unit tests: one program a module, linked with its wing and lib/base only.
# A row here is
#	UNIT_TESTS += t/unit/test_num
#	t_unit_test_num_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
# (a wing's library stands before $(BASE_LIBS)).
if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
AM_CPPFLAGS += $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(CHECK_CFLAGS)

# lib/base
EXTRA_DIST += t/unit/unit.h t/unit/synced.h
UNIT_TESTS += t/unit/test_mem t/unit/test_err t/unit/test_span \
	t/unit/test_buf t/unit/test_num
t_unit_test_mem_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_err_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_span_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_buf_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_num_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_pack t/unit/test_addr t/unit/test_clock
t_unit_test_pack_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_addr_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_clock_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_path t/unit/test_codec t/unit/test_digest \
	t/unit/test_visible t/unit/test_wire t/unit/test_droplist \
	t/unit/test_json t/unit/test_siphash
t_unit_test_siphash_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_path_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_path_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync
t_unit_test_codec_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_digest_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_visible_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_wire_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_droplist_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_json_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_utf8
t_unit_test_utf8_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

UNIT_TESTS += t/unit/test_audit
t_unit_test_audit_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

# lib/net
UNIT_TESTS += t/unit/test_timer t/unit/test_loop
t_unit_test_timer_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_loop_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_proxyhdr
t_unit_test_proxyhdr_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_peer
t_unit_test_peer_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_priv
t_unit_test_priv_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_child
t_unit_test_child_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_conn
t_unit_test_conn_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_tls t/unit/test_tls_io t/unit/test_tls_pair
EXTRA_DIST += t/unit/certs.h t/unit/tls_client.h
t_unit_test_tls_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_tls_io_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_tls_pair_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_listen
t_unit_test_listen_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_listen_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=accept4 -Wl,--wrap=bind
UNIT_TESTS += t/unit/test_frame
t_unit_test_frame_LDADD = lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)

# lib/policy
UNIT_TESTS += t/unit/test_netacl t/unit/test_limits t/unit/test_autodeny \
	t/unit/test_delay
t_unit_test_delay_LDADD = lib/policy/libpolicy.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_netacl_LDADD = lib/policy/libpolicy.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_known
t_unit_test_known_LDADD = lib/policy/libpolicy.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_limits_LDADD = lib/policy/libpolicy.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_netlist
t_unit_test_netlist_LDADD = lib/policy/libpolicy.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_failures
t_unit_test_failures_LDADD = lib/policy/libpolicy.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_autodeny_LDADD = lib/policy/libpolicy.a $(BASE_LIBS) $(CHECK_LIBS)

# pop3srvd/ipc
UNIT_TESTS += t/unit/test_msg t/unit/test_ticket t/unit/test_logrec \
	t/unit/test_memfd
t_unit_test_msg_LDADD = pop3srvd/ipc/libipc.a lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_ticket_LDADD = pop3srvd/ipc/libipc.a lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_logrec_LDADD = pop3srvd/ipc/libipc.a lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_memfd_LDADD = pop3srvd/ipc/libipc.a lib/net/libnet.a $(BASE_LIBS) $(CHECK_LIBS)

# lib/proto
EXTRA_DIST += t/unit/pop3_unit.h
UNIT_TESTS += t/unit/test_pop3_trace
t_unit_test_pop3_trace_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_line t/unit/test_dot t/unit/test_pop3_verbs \
	t/unit/test_pop3_login t/unit/test_pop3_list t/unit/test_pop3_memory \
	t/unit/test_pop3_sasl
t_unit_test_pop3_sasl_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_pop3_xmit t/unit/test_poppass
t_unit_test_pop3_xmit_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_poppass_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_poppass_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc \
	-Wl,--wrap=calloc -Wl,--wrap=free
EXTRA_DIST += t/unit/rss.h
t_unit_test_line_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_dot_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_pop3_verbs_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_pop3_login_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_pop3_list_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_pop3_memory_LDADD = lib/proto/libproto.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_pop3_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc \
	-Wl,--wrap=calloc -Wl,--wrap=free

# lib/acct
UNIT_TESTS += t/unit/test_names t/unit/test_pwhash t/unit/test_sasl \
	t/unit/test_acct_cache t/unit/test_apop t/unit/test_passpolicy
t_unit_test_apop_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_passpolicy_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_names_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_pwhash_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_sasl_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_acct_cache_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)
if WITH_SQLITE
UNIT_TESTS += t/unit/test_acct_sqlite t/unit/test_admin t/unit/test_auth \
	t/unit/test_acct_grow t/unit/test_change
else
UNIT_TESTS += t/unit/test_acct_none
endif
t_unit_test_acct_none_LDADD = pop3srvd/auth/libauth.a pop3srvd/ipc/libipc.a \
	lib/ctl/libctl.a lib/net/libnet.a $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_acct_grow_SOURCES = t/unit/test_acct_grow.c t/unit/acct_folder.h
t_unit_test_acct_grow_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_change_SOURCES = t/unit/test_change.c t/unit/acct_folder.h
t_unit_test_change_LDADD = pop3srvd/auth/libauth.a pop3srvd/ipc/libipc.a \
	lib/ctl/libctl.a lib/net/libnet.a $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_auth_SOURCES = t/unit/test_auth.c t/unit/acct_folder.h
t_unit_test_auth_LDADD = pop3srvd/auth/libauth.a pop3srvd/ipc/libipc.a \
	lib/ctl/libctl.a lib/net/libnet.a $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_admin_SOURCES = t/unit/test_admin.c t/unit/acct_folder.h
t_unit_test_admin_LDADD = pop3srvd/auth/libauth.a pop3srvd/ipc/libipc.a \
	lib/net/libnet.a $(ACCT_LIBS) $(CHECK_LIBS)
t_unit_test_acct_sqlite_SOURCES = t/unit/test_acct_sqlite.c \
	t/unit/acct_folder.h
t_unit_test_acct_sqlite_LDADD = $(ACCT_LIBS) $(CHECK_LIBS)

# pop3srvd/front
UNIT_TESTS += t/unit/test_auth_pool t/unit/test_gate t/unit/test_message \
	t/unit/test_pool t/unit/test_sessions
t_unit_test_auth_pool_LDADD = $(FRONT_LIBS) $(CHECK_LIBS)
t_unit_test_gate_LDADD = $(FRONT_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_ranges
t_unit_test_ranges_SOURCES = t/unit/test_ranges.c pop3srvd/keeper/ranges.c
t_unit_test_ranges_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_access
t_unit_test_access_LDADD = $(FRONT_LIBS) $(CHECK_LIBS)
t_unit_test_message_LDADD = $(FRONT_LIBS) $(CHECK_LIBS)
t_unit_test_pool_LDADD = $(FRONT_LIBS) $(CHECK_LIBS)
t_unit_test_sessions_LDADD = $(FRONT_LIBS) $(CHECK_LIBS)

# pop3srvd/log
LOG_LIBS = pop3srvd/log/liblog.a pop3srvd/ipc/libipc.a lib/conf/libconf.a \
	lib/net/libnet.a $(BASE_LIBS)
UNIT_TESTS += t/unit/test_queue t/unit/test_daily t/unit/test_target \
	t/unit/test_render t/unit/test_target_net
t_unit_test_target_net_LDADD = $(LOG_LIBS) $(CHECK_LIBS)
t_unit_test_render_LDADD = $(LOG_LIBS) $(CHECK_LIBS)
t_unit_test_queue_LDADD = $(LOG_LIBS) $(CHECK_LIBS)
t_unit_test_daily_LDADD = $(LOG_LIBS) $(CHECK_LIBS)
t_unit_test_target_LDADD = $(LOG_LIBS) $(CHECK_LIBS)

UNIT_TESTS += t/unit/test_filter t/unit/test_audit_file
t_unit_test_filter_LDADD = $(LOG_LIBS) $(CHECK_LIBS)
t_unit_test_audit_file_LDADD = pop3srvd/log/liblog.a pop3srvd/ipc/libipc.a \
	lib/ctl/libctl.a lib/conf/libconf.a lib/net/libnet.a $(BASE_LIBS) \
	$(CHECK_LIBS)

# lib/conf, lib/ctl
EXTRA_DIST += t/unit/conf_env.h
UNIT_TESTS += t/unit/test_conf_load t/unit/test_conf_pack \
	t/unit/test_conf_diff t/unit/test_conf_settings t/unit/test_ctl
t_unit_test_conf_load_LDADD = lib/conf/libconf.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_conf_pack_LDADD = lib/conf/libconf.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_conf_diff_LDADD = lib/conf/libconf.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_conf_over
t_unit_test_conf_over_LDADD = lib/conf/libconf.a $(BASE_LIBS) $(CHECK_LIBS)
UNIT_TESTS += t/unit/test_conf_welcome
t_unit_test_conf_welcome_LDADD = lib/conf/libconf.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_conf_settings_LDADD = lib/conf/libconf.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_ctl_LDADD = lib/ctl/libctl.a $(BASE_LIBS) $(CHECK_LIBS)

# lib/mail
EXTRA_DIST += t/unit/mail_unit.h
UNIT_TESTS += t/unit/test_index_big t/unit/test_others t/unit/test_bad_disk
t_unit_test_bad_disk_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_bad_disk_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fstatat
t_unit_test_index_big_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_others_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)

UNIT_TESTS += t/unit/test_uidl t/unit/test_index t/unit/test_lock \
	t/unit/test_deliver t/unit/test_maildir t/unit/test_commit
t_unit_test_uidl_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_index_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_lock_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_deliver_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_deliver_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync
t_unit_test_maildir_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_commit_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_commit_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync

# pop3srvd/drop
UNIT_TESTS += t/unit/test_drop t/unit/test_verbatim
t_unit_test_verbatim_LDADD = $(DROP_LIBS) $(CHECK_LIBS)
t_unit_test_drop_LDADD = $(DROP_LIBS) $(CHECK_LIBS)

# lib/mail's readers of headers, pop3srvd/relay
UNIT_TESTS += t/unit/test_address t/unit/test_relay t/unit/test_relay_files \
	t/unit/test_relay_link
t_unit_test_relay_link_LDADD = $(FRONT_LIBS) $(CHECK_LIBS)
t_unit_test_address_LDADD = lib/mail/libmail.a $(BASE_LIBS) $(CHECK_LIBS)
t_unit_test_relay_LDADD = $(RELAY_LIBS) $(CHECK_LIBS)
t_unit_test_relay_files_LDADD = $(RELAY_LIBS) $(CHECK_LIBS)
t_unit_test_relay_files_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync
