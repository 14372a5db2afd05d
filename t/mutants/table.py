"""Seeded defects: what is wrong, where, and which tests have to notice.

A row: name, file, the text that is there once, the text in its place, what
would be wrong, the tests (cheapest first).
"""
from collections import namedtuple

Mutant = namedtuple('Mutant', 'name file old new what tests')

UNIT, SYSTEM, DIALOG = 't/unit/test_', 't/system/', 't/dialog/run'


def m(name, file, old, new, what, *tests):
    return Mutant(name, file, old, new, what, tests)


PROTOCOL = [	# what a client may say, what it is told
    m('line-limit', 'lib/proto/line.c', 'if (text > limit.text)\n\t\treturn LINE_OVER;',
      'if (text > limit.text + 1)\n\t\treturn LINE_OVER;', 'a line may be an octet longer', UNIT + 'line', DIALOG),
    m('line-limit-open', 'lib/proto/line.c', 'return without_cr(p, n) > limit.text ?',
      'return without_cr(p, n) > limit.text + 1 ?', 'a line without an end may be an octet longer', UNIT + 'line'),
    m('nul-accepted', 'lib/proto/pop3_engine.c', "if (span_has(line, '\\0'))", "if (span_has(line, '\\1'))",
      'a command may have a NUL', DIALOG),
    m('too-many-words', 'lib/proto/pop3_engine.c', 'if (a.n < v->min || a.n > v->max)', 'if (a.n < v->min)',
      'superfluous words are not refused', DIALOG),
    m('number-overflow', 'lib/base/num.c', 'if (v > max / 10 || digit > max - v * 10)', 'if (v > max)',
      'a number of 20 digits is another one', UNIT + 'num'),
    m('number-cut', 'lib/proto/pop3_trans.c', 'if (n > p->list->count)', 'if ((uint32_t)n > p->list->count)',
      'LIST 4294967297 is LIST 1', DIALOG),
    m('plain-password', 'lib/proto/pop3_engine.c', 'if ((v->flags & PASSWORD) && !pop3_password_ok(p))',
      'if ((v->flags & PASSWORD) && p->tls && !pop3_password_ok(p))', 'passwords are taken without TLS', DIALOG),
    m('plain-mechanism', 'lib/proto/pop3_sasl.c', 'if (!pop3_mech_ok(p, m))', 'if (p->tls && !pop3_mech_ok(p, m))',
      'AUTH PLAIN is taken without TLS', DIALOG),
    m('stls-injection', 'lib/proto/pop3_engine.c', 'if (p->want == POP3_TLS && line_held(&p->in).len > 0)',
      'if (p->want == POP3_CLOSE && line_held(&p->in).len > 0)', 'commands before the handshake run inside TLS',
      DIALOG, SYSTEM + '303-stls-injection.sh'),
    m('stls-no-reset', 'lib/proto/pop3_login.c', 'pop3_forget(p);\n\t\tp->tls = true;', 'p->tls = true;',
      'a name that was said before TLS counts inside it', DIALOG),
    m('cancel-ignored', 'lib/proto/pop3_sasl.c', 'if (span_eq(line, "*"))', 'if (span_eq(line, "**"))',
      '"*" does not cancel an exchange', DIALOG),
    m('bad-commands', 'lib/proto/pop3_reply.c', 'if (++p->bad < max ||', 'if (++p->bad <= max ||',
      'one bad command more is borne', DIALOG),
    m('login-tries', 'lib/proto/pop3_reply.c', 'p->stats.auth_failed >= p->conf->max_auth)',
      'p->stats.auth_failed > p->conf->max_auth)', 'a peer has one try at a password more', DIALOG),
    m('out-unbounded', 'lib/proto/pop3_list.c', 'if (buf_len(&p->out) > p->conf->out_high)\n\t\t\treturn;\n', '',
      'a listing is made at once, whatever its size', UNIT + 'pop3_list', UNIT + 'pop3_memory', DIALOG),
    m('no-drain', 'lib/proto/pop3_engine.c', 'return buf_len(&p->out) > p->conf->out_high;',
      'return buf_len(&p->out) > 2 * p->conf->out_high;', 'answers pile up for who does not read',
      UNIT + 'pop3_memory', DIALOG),
    m('secret-shown', 'lib/proto/pop3_trace.c', 'if (args.len > 0 && (v->flags & SHOW_ARGS))', 'if (args.len > 0)',
      'the log of a dialogue has passwords', UNIT + 'pop3_trace'),
]

MESSAGES = [	# what a client is sent
    m('no-dot-stuffing', 'lib/proto/dot.c', "if (d->bol && p[0] == '.') {", "if (d->bol && p[0] == '\\1') {",
      'a line with one dot ends the message', UNIT + 'dot', DIALOG),
    m('last-newline', 'lib/proto/dot.c', 'if (!d->bol) {', 'if (!d->bol && d->separated) {',
      'a message without a last line end swallows the final dot', UNIT + 'dot'),
    m('top-lines', 'lib/proto/dot.c', 'd->separated && d->lines == 0;', 'd->separated && d->lines <= 1;',
      'TOP sends a line too few', UNIT + 'dot', DIALOG),
    m('dot-after-fault', 'lib/proto/pop3_retr.c', 'pop3_close(p, POP3_END_READ_ERROR);', '(void)end(p);',
      'a message that breaks off ends as if it were whole', DIALOG),
    m('file-size', 'lib/mail/listing.c', 'droplist_write(w, r->wire, ', 'droplist_write(w, r->octets, ',
      'LIST tells the size of the file', UNIT + 'maildir'),
    m('deleted-fetched', 'lib/proto/pop3_trans.c', 'return pop3_is_deleted(p, *i_r) ? SAY_DELETED : SAY_OK;',
      'return SAY_OK;', 'a deleted message can be fetched', DIALOG),
    m('deleted-listed', 'lib/proto/pop3_list.c', 'if (pop3_is_deleted(p, p->next))\n\t\t\tcontinue;\n', '',
      'LIST has deleted messages', DIALOG),
    m('deleted-counted', 'lib/proto/pop3_trans.c', 'p->list->octets - p->deleted_octets;', 'p->list->octets;',
      'STAT counts the octets of deleted messages', DIALOG),
    m('rset-keeps', 'lib/proto/pop3_trans.c', 'free(p->deleted);\n\tp->deleted = NULL;\n\tp->deleted_octets',
      'p->deleted_octets', 'RSET does not take marks back', DIALOG),
    m('lines-unproven', 'pop3srvd/drop/verbatim.c', 'good = wire_verbatim(block, (size_t)n);', 'good = (size_t)n;',
      'lines with a dot pass as they are', UNIT + 'verbatim', SYSTEM + '117-wire-form.sh'),
    m('change-unseen', 'pop3srvd/front/message.c', 'return is_file(m, m->ino, m->mtime);',
      'return is_file(m, m->ino, m->mtime) || m->until > 0;', 'a message changed while it is sent ends with a dot',
      UNIT + 'message'),
]

MAIL = [	# nothing lost, nothing left, nothing changed
    m('no-folder-sync', 'lib/mail/commit.c', 'if (c->touched[f] && path_sync_dir(c->fds[f], &e) < 0)',
      'if (c->touched[f] && c->fds[f] < 0 && path_sync_dir(c->fds[f], &e) < 0)',
      'QUIT says +OK before the deletions are on the disk', UNIT + 'commit'),
    m('no-file-sync', 'lib/mail/deliver.c', 'r = fsync(fd);', 'r = fd < 0;',
      'a message is taken before it is on the disk', UNIT + 'deliver'),
    m('no-name-sync', 'lib/mail/deliver.c', 'if (path_sync_dir(d->new, e) < 0) {',
      'if (d->new < 0 && path_sync_dir(d->new, e) < 0) {', 'a message is taken before its name is on the disk',
      UNIT + 'deliver'),
    m('early-ok', 'pop3srvd/front/pop3_session.c',
      's->drop_helper, s->sid, span_mem(map, octets)) == 0)\n\t\treturn false;\n\ts->phase = SESSION_RUN;\n'
      '\tpop3_give_commit(s->pop, false);',
      's->drop_helper, s->sid, span_mem(map, octets)) != 0)\n\t\treturn false;\n\ts->phase = SESSION_RUN;\n'
      '\tpop3_give_commit(s->pop, true);', 'QUIT says +OK before anything is removed', SYSTEM + '110-deletions.sh'),
    m('commit-fault-hidden', 'lib/proto/pop3_trans.c', 'ok ? SAY_BYE : SAY_NOT_REMOVED', 'SAY_BYE',
      'QUIT says +OK whatever was removed', DIALOG),
    m('unlink-fault-hidden', 'lib/mail/commit.c', '\t\tc->look = true;\n\t} else {\n\t\tfailed(c, r, &e);\n',
      '\t\tc->look = true;\n\t} else {\n\t\tremoved(c, r);\n',
      'a message that could not be removed counts as gone', UNIT + 'commit', SYSTEM + '110-deletions.sh'),
    m('stranger-deleted', 'lib/mail/commit.c', 'if ((r->flags & MSGS_MARKED) == 0 || r->ino != fe->ino)',
      'if ((r->flags & MSGS_MARKED) == 0)', 'another message of the same name is deleted', UNIT + 'commit'),
    m('deleted-without-quit', 'pop3srvd/front/session.c',
      'drop_pool_close(srv->drops, s->drop_helper, s->sid);\n\ttimer_stop',
      '{\n\t\tuint32_t n;\n\t\tconst uint8_t *map = s->pop == NULL ? NULL : pop3_deleted(s->pop, &n);\n\n'
      '\t\tif (map != NULL)\n\t\t\t(void)drop_pool_commit(srv->drops, s->drop_helper, s->sid,\n'
      '\t\t\t    span_mem(map, ((size_t)s->list->list.count + 7) / 8));\n'
      '\t\tdrop_pool_close(srv->drops, s->drop_helper, s->sid);\n\t}\n\ttimer_stop',
      'a lost connection deletes what was marked', SYSTEM + '110-deletions.sh'),
    m('no-lock', 'lib/mail/lock.c', 'r = flock(dirfd, LOCK_EX | LOCK_NB);', 'r = dirfd < 0;',
      'the lock is not taken', UNIT + 'lock'),
    m('lock-kept', 'lib/mail/lock.c', '(void)flock(l->fd, LOCK_UN);', '', 'the lock is not let go', UNIT + 'lock'),
    m('uidl-by-place', 'lib/mail/uidl.c', 'if (uidl_derive(msgs_base(m, r), nth, text) < 0)',
      'if (uidl_derive(span_mem((const char *)&i, sizeof(i)), nth, text) < 0)', 'UIDLs follow from places in the list',
      UNIT + 'uidl', UNIT + 'maildir'),
    m('stale-index', 'lib/mail/folder.c',
      'return a->ino == b->ino && a->mtime == b->mtime &&\n\t    a->ctime == b->ctime;',
      'return a->ino == b->ino;', 'the index is believed though the folder changed', UNIT + 'index', UNIT + 'maildir'),
    m('index-too-soon', 'lib/mail/folder.c', 'w->settled[f] = w->clean && older_than(w, f, SETTLE_MS);',
      'w->settled[f] = w->clean;', 'an index of this very moment is believed', UNIT + 'index', UNIT + 'maildir'),
    m('index-sum', 'lib/mail/index_load.c', 'if (l->sum != l->list_sum)', 'if (l->sum == 0 && l->list_sum == 0)',
      'a damaged list is believed', UNIT + 'index_big'),
]

ACCOUNTS = [	# who may log in
    m('empty-password', 'lib/acct/pwhash.c', 'return password.len > 0 && password.len <= PWHASH_PASSWORD &&',
      'return password.len <= PWHASH_PASSWORD &&', 'an empty password may be right', UNIT + 'pwhash'),
    m('star-hash', 'lib/acct/pwhash.c', 'pwhash_usable(hash, NULL) < 0)\n\t\treturn false;',
      "pwhash_usable(hash, NULL) < 0)\n\t\treturn hash[0] == '*';", 'any password fits a hash of "*"', UNIT + 'pwhash'),
    m('eight-octets', 'lib/acct/pwhash.c', "p->password[password.len] = '\\0';",
      "p->password[password.len < 8 ? password.len : 8] = '\\0';", 'only eight octets of a password count',
      UNIT + 'pwhash'),
    m('authzid-ignored', 'lib/acct/verify.c', '|| strcmp(other, a->name) != 0)', "|| other[0] == '\\0')",
      'one account may act as another', UNIT + 'auth', UNIT + 'sasl'),
    m('locked-in', 'lib/acct/verify.c', 'return a->locked ? "locked" : NULL;', 'return NULL;',
      'a locked account logs in', UNIT + 'auth', SYSTEM + '201-accounts.sh'),
    m('old-password', 'lib/acct/cache.c', 'pack_str(&p, hash);\n', '', 'a changed password stays right for a while',
      UNIT + 'acct_cache'),
    m('cache-for-ever', 'lib/acct/cache.c', 'at[i].ends > now && digest_same', 'at[i].ends > 0 && digest_same',
      'a remembered password never expires', UNIT + 'acct_cache'),
    m('any-digest', 'lib/acct/apop.c', 'if (opened && same && stamp.len > 0)', 'if (opened && stamp.len > 0)',
      'any APOP digest is right', UNIT + 'apop'),
    m('stamp-constant', 'pop3srvd/front/stamp.c', 'if (digest_random(octets, sizeof(octets)) < 0)',
      'memset(octets, 0, sizeof(octets));\n\tif (hostname == NULL)', 'every greeting of a second has the same stamp',
      SYSTEM + '205-apop.sh'),
    m('forged-ticket', 'pop3srvd/ipc/ticket.c', '||\n\t    !digest_same(mac, text.ptr + record.len, MAC_OCTETS))', ')',
      'a ticket that auth did not make opens a maildrop', UNIT + 'ticket'),
    m('ticket-for-ever', 'pop3srvd/ipc/ticket.c', 'if (now >= t->expires)', 'if (t->expires == 0)',
      'a ticket never expires', UNIT + 'ticket'),
    m('no-delay', 'pop3srvd/front/login.c', 'MSG_AUTH_FAIL && session_now(s) < s->answer_at) {',
      'MSG_AUTH_FAIL && s->answer_at < 0) {', 'a wrong password is told at once', SYSTEM + '203-failed-login.sh'),
    m('no-kick', 'pop3srvd/front/login.c', 'if (srv->conf->auth.kick_on_change && s != NULL &&',
      'if (!srv->conf->auth.kick_on_change && s != NULL &&', 'a session outlives the change of its password',
      SYSTEM + '207-password-change.sh'),
]

POLICY = [	# who may come, how often, how long
    m('range-bit', 'lib/policy/netacl_compile.c', 'a.lo |= UINT64_MAX >> (p->len - 64);',
      'a.lo |= UINT64_MAX >> (p->len - 63);', 'half of a range is left out', UNIT + 'netacl'),
    m('prefix-bit', 'lib/base/addr.c', '>> (8 - rest) == 0;', '>> (9 - rest) == 0;', 'a range is twice as large',
      UNIT + 'addr'),
    m('never-ignored', 'lib/policy/autodeny.c', 'return nd != NULL && autodeny_is_never(ad, a) ? NULL : nd;',
      'return nd;', 'who never is to be shut out is', UNIT + 'autodeny'),
    m('not-shut-out', 'pop3srvd/front/guard.c', 'if (!on(s) || !shut_out(s, AUTODENY_OVERLONG, AUTODENY_FOREVER))',
      'if (!on(s) || shut_out(s, AUTODENY_OVERLONG, session_now(s) + 1))', 'an overlong line has no consequence',
      SYSTEM + '402-auto-deny.sh'),
    m('per-address', 'lib/policy/limits.c', 's->count >= per_source)', 's->count > per_source)',
      'an address may have one connection more', UNIT + 'limits'),
    m('total', 'lib/policy/limits.c', 'l->total >= total)', 'l->total > total)', 'one connection more is let in',
      UNIT + 'limits'),
    m('no-login-timeout', 'pop3srvd/front/deadline.c', 'else if (!s->logged_in && now >= s->since + l->login_timeout)',
      'else if (s->logged_in && now < s->since)', 'who does not log in stays', SYSTEM + '405-slow-peers.sh'),
    m('proxy-anybody', 'pop3srvd/front/ports.c', 'bool proxy = vserver_is_proxy(p->vs, peer);',
      'bool proxy = p->vs->n_proxies > 0;', 'anybody may say whose connection it is', SYSTEM + '403-proxy-header.sh'),
    m('old-tls', 'lib/net/tls.c',
      'if (SSL_CTX_set_min_proto_version(ctx, min_version == 0 ?\n\t    TLS1_2_VERSION : min_version) != 1 ||\n'
      '\t    SSL_CTX_set_cipher_list(ctx, SUITES_12) != 1 ||',
      'SSL_CTX_set_security_level(ctx, 0);\n\tif (SSL_CTX_set_min_proto_version(ctx, TLS1_1_VERSION) != 1 ||\n'
      '\t    SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0") != 1 ||', 'TLS 1.1 is spoken', UNIT + 'tls',
      SYSTEM + '301-tls.sh'),
]

OPERATION = [	# what an operator relies on
    m('faulty-reload', 'lib/conf/conf_load.c', 'if (f->n > 0)\n\t\tconf_free(&c);\n', '',
      'a faulty configuration is taken', UNIT + 'conf_load', SYSTEM + '701-reload.sh'),
    m('settings-in-place', 'lib/conf/conf_settings.c',
      'status = path_replace(s->fd, CONF_SETTINGS,\n\t    span_mem(lines, (size_t)n), SETTINGS_MODE, true, e);',
      'int fd = openat(s->fd, CONF_SETTINGS, O_WRONLY | O_CREAT | O_TRUNC, SETTINGS_MODE);\n'
      '\tstatus = path_write_all(fd, span_mem(lines, (size_t)n));\n\tstatus |= fsync(fd) | close(fd);',
      'settings are written over the old ones', UNIT + 'conf_settings'),
    m('replace-unsynced', 'lib/base/path.c', '||\n\t    (sync && sync_fd(fd) < 0))', '|| (sync && fd < 0))',
      'a file is replaced by one that is not on the disk', UNIT + 'path'),
    m('any-role', 'lib/ctl/ctl.c', 'return r >= v->role;', 'return r >= v->role || r == CTL_VIEWER;',
      'a viewer may change things', UNIT + 'ctl', SYSTEM + '602-roles.sh'),
    m('audit-unchained', 'lib/base/audit.c', '\tend->seq++;\n\tmemcpy(end->hash, hash, sizeof(hash));\n',
      '\tend->seq++;\n', 'audit records do not hang together', UNIT + 'audit'),
    m('audit-unchecked', 'lib/base/audit.c', 'if (!intact(line, p))\n\t\treturn AUDIT_EDITED;\n', '',
      'an edited audit record passes', UNIT + 'audit'),
    m('log-injection', 'lib/base/visible.c', "return c == '=' || c == '@' || c == '_';", "return c != '\\0';",
      'a peer writes lines of the log', UNIT + 'visible'),
    m('not-restarted', 'pop3srvd/keeper/children.c', '\tstart_later(c);\n\tlog_ended(c, status);',
      '\tlog_ended(c, status);', 'a process that ended is not started again', SYSTEM + '901-kill-processes.sh'),
    m('groups-kept', 'lib/net/priv.c', 'setgroups(0, NULL) < 0 || setresgid', 'setresgid',
      'the groups of root are kept', UNIT + 'priv'),
    m('link-followed', 'lib/base/path_open.c', 'how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;',
      'how.resolve = RESOLVE_BENEATH;', 'a link in a maildrop is followed', UNIT + 'path'),
]

SENDING = [	# XTND XMIT
    m('spool-unsynced', 'pop3srvd/relay/spool.c', 'if (fsync(fd) < 0)', 'if (fd < 0)',
      'a message is accepted before it is on the disk', UNIT + 'relay_files'),
    m('forgotten-early', 'pop3srvd/relay/attempt.c', 't->q->running++;',
      't->q->running++;\n\t\t\t(void)spool_remove(t->q->spool, t->v->id, NULL);',
      'a message leaves the spool before the smart host has it', SYSTEM + '454-relay-killed.sh'),
    m('bcc-kept', 'pop3srvd/relay/compose.c', '{ "Bcc",\t\tRECIPIENTS | HIDDEN },', '{ "Bcc",\t\tRECIPIENTS },',
      'everybody reads who had a blind copy', UNIT + 'relay'),
    m('any-sender', 'pop3srvd/relay/compose.c', 'if (is_own(w->c, address)) {',
      "if (is_own(w->c, address) || address[0] != '\\0') {",
      'a client writes in the name of others', UNIT + 'relay'),
    m('host-unproven', 'pop3srvd/relay/smtp_curl.c',
      'CURLOPT_SSL_VERIFYPEER, 1L);\n\tSET(c, r, CURLOPT_SSL_VERIFYHOST, 2L);',
      'CURLOPT_SSL_VERIFYPEER, 0L);\n\tSET(c, r, CURLOPT_SSL_VERIFYHOST, 0L);',
      "the smart host's certificate may be anybody's",
      SYSTEM + '451-smart-host-tls.sh'),
]

MUTANTS = PROTOCOL + MESSAGES + MAIL + ACCOUNTS + POLICY + OPERATION + SENDING
