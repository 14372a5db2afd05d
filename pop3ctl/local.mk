# pop3ctl: the administrator's command, linked with the language and the ground
# floor only.

bin_PROGRAMS = bin/pop3ctl
bin_pop3ctl_SOURCES = \
	pop3ctl/client.c \
	pop3ctl/client.h \
	pop3ctl/cmd.c \
	pop3ctl/cmd.h \
	pop3ctl/cmd_access.c \
	pop3ctl/cmd_account.c \
	pop3ctl/cmd_audit.c \
	pop3ctl/cmd_secret.c \
	pop3ctl/cmd_autodeny.c \
	pop3ctl/cmd_completion.c \
	pop3ctl/cmd_config.c \
	pop3ctl/cmd_domain.c \
	pop3ctl/cmd_import.c \
	pop3ctl/cmd_log.c \
	pop3ctl/cmd_option.c \
	pop3ctl/cmd_queue.c \
	pop3ctl/cmd_ranges_import.c \
	pop3ctl/cmd_server.c \
	pop3ctl/cmd_session.c \
	pop3ctl/cmd_status.c \
	pop3ctl/cmd_welcome.c \
	pop3ctl/complete.c \
	pop3ctl/complete.h \
	pop3ctl/cmd_top.c \
	pop3ctl/main.c \
	pop3ctl/print.c \
	pop3ctl/print.h \
	pop3ctl/prompt.c \
	pop3ctl/prompt.h \
	pop3ctl/when.c \
	pop3ctl/when.h \
	pop3ctl/top.h \
	pop3ctl/top_page.c \
	pop3ctl/top_screen.c \
	pop3ctl/words.c
AM_CPPFLAGS += $(NCURSES_CFLAGS)
bin_pop3ctl_LDADD = lib/ctl/libctl.a $(BASE_LIBS) $(NCURSES_LIBS)

# The scripts for shells: installed as they are, and told by pop3ctl
# completion.  What may be completed pop3ctl knows from its table of verbs.
bashcompletion_DATA = pop3ctl/completion/pop3ctl
zshfunctions_DATA = pop3ctl/completion/_pop3ctl
EXTRA_DIST += $(bashcompletion_DATA) $(zshfunctions_DATA)
BUILT_SOURCES += pop3ctl/completion_text.h
CLEANFILES += pop3ctl/completion_text.h
pop3ctl/cmd_completion.$(OBJEXT): pop3ctl/completion_text.h
TO_C = $(SED) -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/	"&\\n"/'
pop3ctl/completion_text.h: pop3ctl/completion/pop3ctl pop3ctl/completion/_pop3ctl
	$(AM_V_GEN)$(MKDIR_P) pop3ctl && { \
	echo '/* made from pop3ctl/completion */'; \
	echo 'static const char bash_script[] ='; \
	$(TO_C) $(srcdir)/pop3ctl/completion/pop3ctl; echo '	;'; \
	echo 'static const char zsh_script[] ='; \
	$(TO_C) $(srcdir)/pop3ctl/completion/_pop3ctl; echo '	;'; \
	} >$@.tmp && mv $@.tmp $@
