# pop3ctl: the administrator's command, linked with the language and the ground
# floor only.

bin_PROGRAMS = bin/pop3ctl
bin_pop3ctl_SOURCES = \
	pop3ctl/client.c \
	pop3ctl/client.h \
	pop3ctl/cmd.c \
	pop3ctl/cmd.h \
	pop3ctl/cmd_account.c \
	pop3ctl/cmd_autodeny.c \
	pop3ctl/cmd_config.c \
	pop3ctl/cmd_domain.c \
	pop3ctl/cmd_import.c \
	pop3ctl/cmd_option.c \
	pop3ctl/cmd_server.c \
	pop3ctl/cmd_session.c \
	pop3ctl/cmd_status.c \
	pop3ctl/cmd_welcome.c \
	pop3ctl/main.c \
	pop3ctl/print.c \
	pop3ctl/print.h \
	pop3ctl/prompt.c \
	pop3ctl/prompt.h \
	pop3ctl/words.c
bin_pop3ctl_LDADD = lib/ctl/libctl.a $(BASE_LIBS)
