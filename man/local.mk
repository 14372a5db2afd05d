# Manual pages in mdoc; t/rules/tables checks them against the tables.
dist_man_MANS += man/pop3srvd.8 man/pop3srvd.json.5 man/pop3ctl.8 \
	man/pop3ctl-protocol.7
