# Scripted exchanges against the protocol engines; README has the language.

check_PROGRAMS += t/dialog/run_dialog
t_dialog_run_dialog_SOURCES = \
	t/dialog/drop.c \
	t/dialog/drop.h \
	t/dialog/play.c \
	t/dialog/play.h \
	t/dialog/play_check.c \
	t/dialog/play_poppass.c \
	t/dialog/play_priv.h \
	t/dialog/run_dialog.c \
	t/dialog/script.c \
	t/dialog/script.h \
	t/dialog/script_text.c \
	t/dialog/show.c \
	t/dialog/show.h
t_dialog_run_dialog_LDADD = lib/proto/libproto.a $(BASE_LIBS)

TESTS += t/dialog/run
EXTRA_DIST += t/dialog/run t/dialog/README \
	t/dialog/01-greeting.txt \
	t/dialog/02-user-pass.txt \
	t/dialog/03-auth.txt \
	t/dialog/04-stls.txt \
	t/dialog/05-capa.txt \
	t/dialog/06-states.txt \
	t/dialog/07-numbers.txt \
	t/dialog/08-list.txt \
	t/dialog/09-retr.txt \
	t/dialog/10-top.txt \
	t/dialog/11-lines.txt \
	t/dialog/12-limits.txt \
	t/dialog/13-hostile.txt \
	t/dialog/14-pipeline.txt \
	t/dialog/15-xtnd-xmit.txt \
	t/dialog/16-apop.txt \
	t/dialog/17-poppass.txt
