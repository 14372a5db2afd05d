# etc

# ./bootstrap demo.
EXTRA_DIST += etc/demo.sh

# For systemd: the unit, the users, the folders.
EXTRA_DIST += etc/pop3srvd.service.in etc/pop3srvd.tmpfiles.in \
	etc/pop3srvd.sysusers
ETC_MADE = etc/pop3srvd.service etc/sysusers.d/pop3srvd.conf \
	etc/tmpfiles.d/pop3srvd.conf
CLEANFILES += $(ETC_MADE)
ETC_SUBST = $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@bindir[@]|$(bindir)|g' \
	-e 's|@pkgrundir[@]|$(pkgrundir)|g' \
	-e 's|@pkgstatedir[@]|$(pkgstatedir)|g' \
	-e 's|@pkgmaildir[@]|$(pkgmaildir)|g' \
	-e 's|@localstatedir[@]|$(localstatedir)|g'

etc/pop3srvd.service: etc/pop3srvd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc && $(ETC_SUBST) $(srcdir)/etc/pop3srvd.service.in >$@
etc/tmpfiles.d/pop3srvd.conf: etc/pop3srvd.tmpfiles.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc/tmpfiles.d && $(ETC_SUBST) $(srcdir)/etc/pop3srvd.tmpfiles.in >$@
etc/sysusers.d/pop3srvd.conf: etc/pop3srvd.sysusers
	$(AM_V_GEN)$(MKDIR_P) etc/sysusers.d && cp $(srcdir)/etc/pop3srvd.sysusers $@

if HAVE_SYSTEMD_DIR
nodist_systemdsystemunit_DATA = etc/pop3srvd.service
sysusersddir = $(prefix)/lib/sysusers.d
nodist_sysusersd_DATA = etc/sysusers.d/pop3srvd.conf
tmpfilesddir = $(prefix)/lib/tmpfiles.d
nodist_tmpfilesd_DATA = etc/tmpfiles.d/pop3srvd.conf
endif

# For fail2ban; samples, since its folder is the administrator's.
f2bfilterdir = $(docdir)/fail2ban/filter.d
dist_f2bfilter_DATA = etc/fail2ban/filter.d/pop3srvd.conf
f2bjaildir = $(docdir)/fail2ban/jail.d
dist_f2bjail_DATA = etc/fail2ban/jail.d/pop3srvd.conf

# Every key with its default; a sample for the documentation folder, since
# an installation must not replace an administrator's file.
EXTRA_DIST += etc/pop3srvd.json.in
CLEANFILES += etc/pop3srvd.json
nodist_doc_DATA = etc/pop3srvd.json
etc/pop3srvd.json: etc/pop3srvd.json.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc && \
	$(SED) -e 's|@PKGMAILDIR[@]|$(pkgmaildir)|' \
	    -e 's|@PKGSTATEDIR[@]|$(pkgstatedir)|' \
	    -e 's|@PKGRUNDIR[@]|$(pkgrundir)|' \
	    -e 's|@PKGLIBEXECDIR[@]|$(pkglibexecdir)|' \
	    -e 's|@PKGSYSCONFDIR[@]|$(pkgsysconfdir)|' \
	    $(srcdir)/etc/pop3srvd.json.in > $@.tmp && mv $@.tmp $@
