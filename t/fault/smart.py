"""The smart host of t/system, and what it was given."""
import base64
import json
import os
import subprocess
import sys

from harness import SRC
from oracle import Violation


class SmartHost:
    def __init__(self, server, port=2525):
        self.dir = server.dir + '/smart'
        os.mkdir(self.dir)
        self.proc = subprocess.Popen([sys.executable, SRC + '/t/system/smarthost.py', self.dir, 'smart', str(port)],
                                     env={**os.environ, 'addr': server.addr}, stderr=subprocess.DEVNULL)
        self.seen = 0
        self.copies = {}		# recipient: [body]

    def look(self):
        """Read what came since."""
        while True:
            try:
                with open('%s/smart.%d.json' % (self.dir, self.seen + 1)) as f:
                    r = json.load(f)
            except FileNotFoundError:
                return
            self.seen += 1
            body = base64.b64decode(r['data']).split(b'\r\n\r\n', 1)[-1]
            for to in r['rcpts']:
                self.copies.setdefault(to, []).append(body)

    def got(self, to):
        if to not in self.copies:
            self.look()
        return self.copies.get(to, [])

    def judge(self, to, body, told, once):
        """told: the sender heard +OK (True), -ERR (False) or nothing (None).  once: nobody was killed."""
        copies = self.got(to)
        if told and not copies:
            raise Violation('I6', 'accepted and not sent: ' + to)
        if told is False and copies:
            raise Violation('I6', 'refused and sent all the same: ' + to)
        if any(c != body for c in copies):
            raise Violation('I6', 'another body arrived for %s: %r' % (to, [c[-80:] for c in copies]))
        if once and len(copies) > 1:
            raise Violation('I6', '%d copies were sent to %s' % (len(copies), to))

    def close(self):
        self.proc.terminate()
        self.proc.wait()
