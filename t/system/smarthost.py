"""smarthost.py - a smart host that records what it is given

    python3 smarthost.py FOLDER NAME PORT [tls=starttls|implicit] [cert=FILE]
        [key=FILE] [auth=USER:PASSWORD] [helo]

Each transaction becomes FOLDER/NAME.N.json.  FOLDER/NAME.mode, read at each
command, says what goes wrong: "451" or "550" for every recipient, "data451",
"data550", "silent" (no reply at all), "cut" (hang up after DATA), "rude" (no
reply to QUIT).  A recipient
that begins with temp or perm is refused like that in any mode.
"""
import base64
import json
import os
import socketserver
import ssl
import sys
import threading
import time

folder, name, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
opts = dict(a.partition('=')[::2] for a in sys.argv[4:])
addr = os.environ['addr']
lock = threading.Lock()
count = 0


def mode():
    try:
        with open(os.path.join(folder, name + '.mode')) as f:
            return f.read().strip()
    except OSError:
        return ''


def context():
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(opts['cert'], opts['key'])
    return c


class Session(socketserver.BaseRequestHandler):
    def say(self, text):
        while mode() == 'silent':
            time.sleep(0.1)
        self.sock.sendall(text.encode() + b'\r\n')

    def line(self):
        line = self.file.readline()
        if not line.endswith(b'\n'):
            raise EOFError
        return line

    def use(self, sock):
        self.sock, self.file = sock, sock.makefile('rb')

    def record(self):
        global count
        with lock:
            count += 1
            path = os.path.join(folder, '%s.%d.json' % (name, count))
        with open(path + '.new', 'w') as f:
            json.dump({'hello': self.hello, 'sender': self.sender, 'rcpts': self.rcpts,
                       'tls': self.tls, 'auth': self.auth, 'peer': self.client_address[0],
                       'data': base64.b64encode(self.data).decode()}, f)
        os.rename(path + '.new', path)

    def take_data(self):
        lines = []
        while True:
            line = self.line()
            if line == b'.\r\n':
                break
            lines.append(line[1:] if line.startswith(b'.') else line)
        self.data = b''.join(lines)

    def ehlo(self, text):
        if 'helo' in opts:
            raise EOFError          # an old host that hangs up
        self.hello = text
        can = ['smart.example.org']
        if opts.get('tls') == 'starttls' and not self.tls:
            can.append('STARTTLS')
        if 'auth' in opts and (self.tls or 'tls' not in opts):
            can.append('AUTH PLAIN LOGIN')
        for i, c in enumerate(can):
            self.say('250%s%s' % (' ' if i == len(can) - 1 else '-', c))

    def plain(self, text):
        words = text.split()
        if len(words) < 3:
            self.say('334 ')
            words.append(self.line().decode().strip())
        got = base64.b64decode(words[2]).decode().split('\0')
        if ':'.join(got[1:]) == opts['auth']:
            self.auth = got[1]
            self.say('235 welcome')
        else:
            self.say('535 5.7.8 wrong')

    def rcpt(self, text):
        to = text[8:].strip().strip('<>')
        m = mode()
        if m == '451' or to.startswith('temp'):
            self.say('451 4.3.0 try later')
        elif m == '550' or to.startswith('perm'):
            self.say('550 5.1.1 nobody of that name')
        else:
            self.rcpts.append(to)
            self.say('250 ok')

    def message(self):
        if not self.rcpts:
            self.say('503 nobody to send to')
            return
        if mode() == 'cut':
            raise EOFError
        self.say('354 go')
        self.take_data()
        m = mode()
        if m.startswith('data'):
            self.say(m[4:] + ' not this one')
            return
        self.record()
        self.say('250 2.0.0 kept')

    def handle(self):
        self.use(self.request)
        self.tls = self.auth = self.hello = None
        self.sender, self.rcpts = None, []
        try:
            if opts.get('tls') == 'implicit':
                self.use(context().wrap_socket(self.sock, server_side=True))
                self.tls = 'implicit'
            self.say('220 smart.example.org')
            while self.command():
                pass
        except (EOFError, OSError, ssl.SSLError):
            pass

    def command(self):
        text = self.line().decode().rstrip('\r\n')
        verb = text.split()[0].upper() if text.split() else ''
        if verb == 'EHLO':
            self.ehlo(text)
        elif verb == 'HELO':
            self.hello = text
            self.say('250 hello')
        elif verb == 'STARTTLS':
            self.say('220 go')
            self.use(context().wrap_socket(self.sock, server_side=True))
            self.tls = 'starttls'
        elif verb == 'AUTH':
            self.plain(text)
        elif verb == 'MAIL':
            if 'auth' in opts and not self.auth:
                self.say('530 5.7.0 log in first')
            else:
                self.sender, self.rcpts = text[10:].strip().split()[0].strip('<>'), []
                self.say('250 ok')
        elif verb == 'RCPT':
            self.rcpt(text)
        elif verb == 'DATA':
            self.message()
        elif verb == 'QUIT':
            while mode() == 'rude':
                time.sleep(0.1)
            self.say('221 bye')
            return False
        else:
            self.say('500 what?')
        return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


with Server((addr, port), Session) as s:
    open(os.path.join(folder, name + '.up'), 'w').close()
    s.serve_forever()
