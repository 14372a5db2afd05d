"""Sending by XTND XMIT, and what a smart host recorded."""
import base64
import glob
import json
import os
import sys
import time

from pop3 import Pop3

FOLDER = os.environ['dir']


def stuff(data):
    if isinstance(data, str):
        data = data.encode()
    data = data.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
    if not data.endswith(b'\r\n'):
        data += b'\r\n'
    return b''.join(b'.' + x if x.startswith(b'.') else x
                    for x in data.splitlines(keepends=True)) + b'.\r\n'


def message(to, body='hello\n', more='', sender='anna@example.org'):
    return 'From: %s\nTo: %s\nSubject: test\n%s\n%s' % (sender, to, more, body)


class Sender(Pop3):
    def __init__(self, user='anna@example.org', password='secret', **kw):
        super().__init__(tls=True, **kw)
        self.login(user, password)

    def xmit(self, data):
        """The last reply."""
        r = self.cmd('XTND XMIT')
        if not r.startswith(b'+OK'):
            return r
        self.send(stuff(data))
        return self.line()


def sent(data, **kw):
    """Send it and return its queue id."""
    s = Sender(**kw)
    r = s.xmit(data)
    assert r.startswith(b'+OK'), r
    s.quit()
    return r.split(b'(')[-1].strip(b').').decode()


def refused(data, want, **kw):
    s = Sender(**kw)
    r = s.xmit(data)
    assert r.startswith(b'-ERR') and want.encode() in r, (want, r)
    s.ok('NOOP')
    s.quit()


def until(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = condition()
        if got:
            return got
        time.sleep(0.05)
    sys.exit('waited in vain: ' + what)


def recorded(name='smart', n=None):
    """What NAME was given, in order; with n, once there are as many."""
    def look():
        paths = sorted(glob.glob(os.path.join(FOLDER, 'host', name + '.*.json')),
                       key=lambda p: int(p.split('.')[-2]))
        return paths if n is None or len(paths) >= n else None
    found = until('%s messages at %s' % (n, name), look) if n else look()
    assert n is None or len(found) == n, found
    out = []
    for path in found:
        with open(path) as f:
            r = json.load(f)
        r['data'] = base64.b64decode(r['data'])
        out.append(r)
    return out


def mode(text, name='smart'):
    with open(os.path.join(FOLDER, 'host', name + '.mode'), 'w') as f:
        f.write(text)


def log(event):
    """The lines of the log about an event."""
    with open(os.path.join(FOLDER, 'log')) as f:
        return [x for x in f if event in x]
