"""What comes out: secrets in any output, and what tells who exists."""
import base64
import hashlib
import os
import statistics
import subprocess
import time

from lab import ANNA
from logic import plain
from rows import row

WORD = 'CanaryHarbour71'


def forms(word):
    """A secret as it could slip out."""
    octets = word.encode()
    yield octets
    for n in range(3):	# base64 at any of three places in what was coded
        yield base64.b64encode(b'x' * n + octets + b'x' * 6)[4 if n else 0:-8 - (0 if n == 0 else 4)]
    yield octets.hex().encode()
    for algo in ('md5', 'sha1', 'sha256'):
        yield hashlib.new(algo, octets).hexdigest().encode()


def everything(s):
    """All that the server wrote anywhere, and what pop3ctl tells."""
    for d, _, files in os.walk(s.dir):
        for f in files:
            if not d.startswith(s.mail) and not f.endswith(('.key', '.json')) and os.path.isfile(os.path.join(d, f)):
                yield os.path.join(d, f), open(os.path.join(d, f), 'rb').read()
    for words in (['status'], ['stats'], ['session', 'list'], ['account', 'list'], ['account', 'show', ANNA], ['config', 'show'],
                  ['config', 'show', '--origin'], ['log', 'show'], ['audit', 'verify'], ['audit', 'list'], ['option', 'list'], ['autodeny', 'list'],
                  ['domain', 'list'], ['account', 'export'], ['queue', 'list']):
        for more in ([], ['--json']):
            r = s.ctl(*more, *words, check=False)
            yield 'pop3ctl ' + ' '.join(words), (r.stdout + r.stderr).encode()


@row('S-25', 'no secret in any reply, log at any level, file of ours, answer of pop3ctl, or core')
def canaries(lab):
    s = lab.own(start=False)
    s.more = {'options': {'debug': True, 'apop': True, 'password_change': True}, 'allow_plaintext': 'always',
              'autodeny': {'never': ['127.0.0.0/8']},
              'log': [{'to': 'file', 'path': s.dir + '/log', 'level': 'debug'},
                      {'to': 'file', 'path': s.dir + '/log.json', 'level': 'debug', 'format': 'json'},
                      {'to': 'file', 'path': s.dir + '/log.imail', 'level': 'debug', 'format': 'imail'}],
              'limits': {'auth_tries': 50, 'bad_commands_before': 50, 'failure_delay': '0'}}
    s.start()
    s.ctl('domain', 'add', 'example.org')
    s.ctl('account', 'add', ANNA, '--password-file', '/dev/stdin', input=WORD + '\n', check=False)
    s.ctl('account', 'passwd', ANNA, '--password-file', '/dev/stdin', input=WORD + '\n', check=False)
    s.ctl('account', 'apop', ANNA, '--password-file', '/dev/stdin', input=WORD + '\n', check=False)
    s.ctl('account', 'passwd', WORD, 'x', check=False)
    replies = []
    p = s.client()
    assert p.cmd(plain('anna', WORD)).startswith(b'+OK'), s.log()[-1000:]
    p.quit()
    b64 = base64.b64encode(b'\0anna\0' + WORD.encode()).decode()
    for line in ('PASS ' + WORD, 'USER anna\r\nPASS %s x' % WORD, 'pass\t' + WORD, 'PASS%s' % WORD, 'PASSWORD ' + WORD,
                 'AUTH PLAIN ' + b64, 'AUTH PLAIN\r\n' + b64, 'AUTH PLAIN ' + b64 + '=', 'AUTH NOPE ' + b64, 'AUTH ' + b64,
                 'AUTH LOGIN\r\n%s\r\n%s' % (base64.b64encode(b'anna').decode(), base64.b64encode(WORD.encode()).decode()),
                 'USER anna\r\nPASS %s\r\nPASS %s' % (WORD, WORD), 'APOP anna ' + WORD, 'APOP ' + hashlib.md5(WORD.encode()).hexdigest(),
                 WORD, '%s anna' % WORD, 'PASS ' + WORD * 40, 'PASS ' + WORD * 10, 'XPASS ' + WORD):
        for cut in (0, 1, 7):
            p = s.client()
            text = line.encode() + b'\r\nQUIT\r\n'
            for piece in [text] if not cut else [text[i:i + cut] for i in range(0, len(text), cut)]:
                try:
                    p.send(piece)
                except OSError:
                    break
            p.eof()
            replies.append((line, p.buf))
            p.close()
            lab.count('S-25 ways to say it')
    s.ctl('reload')
    secrets = list(forms(WORD))
    time.sleep(0.2)
    for where, octets in [*replies, *everything(s)]:
        for f in secrets:
            assert f not in octets, '%s tells the secret as %r' % (where, f)
    for role, index, pid in s.processes():
        limits = open('/proc/%d/limits' % pid).read()
        core = next(x for x in limits.splitlines() if x.startswith('Max core file size')).split()[4:6]
        assert core == ['0', '0'], '%s may leave a core of itself: %s' % (role, core)
        for line in open('/proc/%d/cmdline' % pid, 'rb'):
            assert WORD.encode() not in line
    lab.done(s)


KINDS = {'wrong password': ('anna', 'x'), 'unknown': ('nobody', 'x'), 'locked': ('shut', 'secret'),
         'other hash': ('sha', 'x'), 'unknown domain': ('a@nowhere.example', 'x'), 'not a name': ('..', 'x')}


@row('S-26', 'unknown, wrong and locked accounts are answered with the same octets and on the same deadline')
def enumeration(lab):
    delay = 0.3
    s = lab.own({'limits': {'failure_delay': '300ms', 'auth_tries': 100, 'per_address': 20000},
                 'autodeny': {'never': ['127.0.0.0/8']}})
    s.account(ANNA, 'shut@example.org')
    s.ctl('account', 'lock', 'shut@example.org')
    hashed = subprocess.run(['openssl', 'passwd', '-6', '-salt', 'rounds=20000$cve', 'other'], capture_output=True, text=True).stdout
    s.ctl('account', 'import', '-', input='sha@example.org:' + hashed)
    answers, times = {}, {}
    for _ in lab.spend(1, 200):
        kinds = list(KINDS.items())
        lab.random.shuffle(kinds)
        conns = []
        for kind, (name, word) in kinds:
            for longer in (0, 71, 511):
                for sasl in (False, True):
                    p = s.client()
                    p.ok('USER ' + name)
                    word_now = (word + 'y' * longer) if word != 'secret' or longer else word
                    line = plain(name, word_now) if sasl else b'PASS ' + word_now.encode()
                    if len(line) > 250 and not sasl:
                        p.close()
                        continue
                    conns.append((kind, longer, p, line))
        for at in range(0, len(conns), 4):
            now = conns[at:at + 4]
            began = time.monotonic()
            for _, _, p, line in now:
                p.send(line + b'\r\n')
            for kind, longer, p, _ in now:
                answers.setdefault(p.line(), set()).add(kind)
                times.setdefault((kind, longer), []).append(time.monotonic() - began)
                p.close()
                lab.count('S-26 failed logins')
    assert len(answers) == 1, answers
    early = min(min(t) for t in times.values())
    assert early > delay - 0.01, 'answered after %.3f s' % early
    medians = {k: statistics.median(t) for k, t in times.items()}
    spread = (max(medians.values()) - min(medians.values())) * 1000
    lab.goal('S-26: medians of kinds and lengths differ by', spread, 1.0)
    lab.done(s)


@row('STORE', 'no password is stored in a form that can be turned back')
def store(lab):
    s = lab.own()
    s.ctl('domain', 'add', 'example.org')
    s.ctl('account', 'import', '-', input='%s:{PLAIN}%s\n' % (ANNA, WORD))
    s.client().login('anna', WORD).quit()
    lines = s.ctl('account', 'export').stdout
    assert '$y$' in lines, lines
    secrets = list(forms(WORD))
    for where, octets in everything(s):
        for f in secrets:
            assert f not in octets, where
    assert not os.path.exists(s.dir + '/state/apop.key'), 'a key for secrets, with APOP off'
    lab.done(s)
