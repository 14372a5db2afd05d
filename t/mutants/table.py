"""Seeded defects: what is wrong, where, and which tests have to notice.

A row: name, file, the text that is there once, the text in its place, what
would be wrong, the tests (cheapest first).
"""
from collections import namedtuple

Mutant = namedtuple('Mutant', 'name file old new what tests')

UNIT, SYSTEM, DIALOG = 't/unit/test_', 't/system/', 't/dialog/run'


def m(name, file, old, new, what, *tests):
    return Mutant(name, file, old, new, what, tests)


MUTANTS = [
    # lib/proto: what a client may say, what it is told
    m('line-limit', 'lib/proto/line.c', 'if (text > limit.text)\n\t\treturn LINE_OVER;',
      'if (text > limit.text + 1)\n\t\treturn LINE_OVER;', 'a line may be an octet longer', UNIT + 'line', DIALOG),
    m('stls-injection', 'lib/proto/pop3_engine.c', 'if (p->want == POP3_TLS && line_held(&p->in).len > 0)',
      'if (p->want == POP3_CLOSE && line_held(&p->in).len > 0)', 'commands before the handshake run inside TLS',
      DIALOG, SYSTEM + '303-stls-injection.sh'),
    m('nul-accepted', 'lib/proto/pop3_engine.c', "if (span_has(line, '\\0'))", "if (span_has(line, '\\1'))",
      'a command may have a NUL', DIALOG),
    m('no-dot-stuffing', 'lib/proto/dot.c', "if (d->bol && p[0] == '.') {", "if (d->bol && p[0] == '\\1') {",
      'a line with one dot ends the message', UNIT + 'dot', DIALOG),
    m('plain-password', 'lib/proto/pop3_engine.c', 'if ((v->flags & PASSWORD) && !pop3_password_ok(p))',
      'if ((v->flags & PASSWORD) && p->tls && !pop3_password_ok(p))', 'passwords are taken without TLS', DIALOG),
    m('too-many-words', 'lib/proto/pop3_engine.c', 'if (a.n < v->min || a.n > v->max)', 'if (a.n < v->min)',
      'superfluous words are not refused', DIALOG),
    m('last-newline', 'lib/proto/dot.c', 'if (!d->bol) {', 'if (!d->bol && d->separated) {',
      'a message without a last line end swallows the final dot', UNIT + 'dot'),
    # lib/mail: nothing lost, nothing left
    m('no-folder-sync', 'lib/mail/commit.c', 'if (c->touched[f] && path_sync_dir(c->fds[f], &e) < 0)',
      'if (c->touched[f] && c->fds[f] < 0 && path_sync_dir(c->fds[f], &e) < 0)',
      'QUIT says +OK before the deletions are on the disk', UNIT + 'commit', 't/fault/run'),
    m('stranger-deleted', 'lib/mail/commit.c', 'if ((r->flags & MSGS_MARKED) == 0 || r->ino != fe->ino)',
      'if ((r->flags & MSGS_MARKED) == 0)', 'another message of the same name is deleted', UNIT + 'commit'),
    m('unlink-fault-hidden', 'lib/mail/commit.c', '\t} else {\n\t\tfailed(c, r, &e);\n\t}\n}\n\nstatic enum store_step\nremove_rows',
      '\t} else {\n\t\tremoved(c, r);\n\t}\n}\n\nstatic enum store_step\nremove_rows',
      'a message that could not be removed counts as gone', UNIT + 'commit', SYSTEM + '110-deletions.sh'),
]
