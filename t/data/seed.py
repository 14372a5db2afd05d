#!/usr/bin/env python3
"""seed.py DIR [--huge] - the messages that every client must fetch unharmed.

Real mail from the e-mail test data of Python's test suite (as Debian ships it)
and made messages for each thing that has broken a POP3 server.  Files are
named NNN-what in the order of delivery.
"""
import glob
import os
import sys

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
HEAD = b'From: a@example.org\nTo: b@example.org\nSubject: %s\n'

made = {
    'dots': b'\n.\n..\n...\n.a\na.\n.\n\n.\n',
    'dot-first': None,
    'nul': b'\nbefore\0after\n\0\n',
    'eight-bit': b'\n' + bytes(range(128, 256)) + b'\n\xc3\xa9\xff\xfe\n',
    'bare-cr': b'\na\rb\r\rc\n\r\nd\r.\re\n',
    'crlf': b'\r\none\r\ntwo\r\n.\r\n',
    'mixed': b'\r\none\ntwo\r\n.three\n\r\n.\r\n\n',
    'cr-before-crlf': b'\nx\r\r\ny\r\r\r\n',
    'no-final-newline': b'\nlast line without an end',
    'final-dot-no-newline': b'\nlast\n.',
    'final-cr': b'\nlast\r',
    'no-blank-line': b'X-Only: header\n',
    'no-blank-line-no-newline': b'X-Only: header',
    'only-blank-line': b'\n',
    'long-lines': b'\n' + b'y' * 998 + b'\n' + b'z' * 999 + b'\n' + b'.' * 5000 + b'\n',
    'looks-like-end': b'\n\r\n.\r\n+OK\r\n-ERR\r\n.\r\nQUIT\r\n',
    'from-lines': b'\nFrom me\n>From you\n',
}
messages = []
for f in sorted(glob.glob('/usr/lib/python3*/test/test_email/data/msg_*.txt')):
    with open(f, 'rb') as h:
        messages.append(('real-' + os.path.basename(f)[:-4], h.read()))
if not messages:
    sys.exit('seed.py: no e-mail test data; install libpython3-testsuite')
for what, body in made.items():
    if what == 'dot-first':
        messages.append((what, b'.leading: dot in the first octet\n\n.\n'))
    else:
        messages.append((what, HEAD % what.encode() + body))
messages.append(('empty', b''))
messages.append(('only-newline', b'\n'))
messages.append(('only-dot', b'.'))
for n in (4095, 4096, 4097, 16383, 16384, 65535, 65536, 65537):
    for end in (b'\n.\n', b'\r\n.\r\n', b'.', b'\r'):
        head = HEAD % b'edge' + b'\n'
        messages.append(('edge-%d-%s' % (n, end.hex()),
                         head + b'e' * (n - len(head)) + end))
if '--huge' in sys.argv[2:]:
    messages.append(('line-of-10MB', HEAD % b'long' + b'\n' + b'L' * (10 << 20)))
    block = b'.' + b'0123456789abcdef' * 4 + b'\n' + b'text of some length here\n'
    messages.append(('50MB', HEAD % b'big' + b'\n' + block * ((50 << 20) // len(block))))
for i, (what, octets) in enumerate(messages, 1):
    with open('%s/%03d-%s' % (out, i, what), 'wb') as h:
        h.write(octets)
