"""What the sweeps let happen while a call goes wrong: a row a story.

	tell(stage, drop, stuck)	True when all went as without a fault
	check(stage, site)		what must hold of it afterwards, besides
					what holds after all of them
"""
import json
import os
import signal
import subprocess
import time

from oracle import Violation
from server import MAIL
from stage import ENV
from visit import Client, Control, Cut, Session


def until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.003)
    return True


def children(pid):
    try:
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            return {int(x) for x in f.read().split()}
    except FileNotFoundError:
        return set()


def waits(pid):
    """It has nothing to do: it sleeps in poll() and the like."""
    try:
        with open('/proc/%d/stat' % pid) as f:
            return f.read().rsplit(')', 1)[1].split()[0] == 'S'
    except FileNotFoundError:
        return False


class Story:
    excused = False		# it ends processes itself
    records = 1			# how often it is told to find its calls
    said = b''			# what was heard, for who looks for the reason

    def prepare(self, stage):
        """Before a fault is armed."""

    def after_cut(self):
        """The power is gone: who heard no knows nothing."""

    def late(self):
        """True once the power is gone: what is answered then is worth nothing."""
        return False

    def check(self, stage, site):
        pass


class Pop3Story(Story):
    """A whole session; how is how it logs in."""
    records = 4

    def __init__(self, how):
        self.how = how

    def tell(self, stage, drop, stuck=None):
        s = Session(stage.server, drop, stage.secret)
        done = s.run(self.how, stuck)
        self.said = s.heard()
        stage.oracle.words('a reply', self.said)
        return done


class XmitStory(Story):
    """XTND XMIT, and relay hands it on."""
    n = 0

    def begin(self, stage, drop):
        """Send it, and remember what was answered."""
        XmitStory.n += 1
        self.to = 'r%d@b.example' % self.n
        self.body = b''.join(b'line %d\r\n' % i for i in range(self.n % 300 + 1))
        self.told = None
        c = None
        try:
            c = Client(stage.server, tls=True)
            self.send(c, drop.name, stage.secret)
            c.cmd('QUIT')
        except Cut:
            pass
        finally:
            self.said = b'\n'.join(c.heard) if c else b''
            if c:
                c.close()

    def after_cut(self):
        self.told = self.told or None

    def tell(self, stage, drop, stuck=None):
        self.begin(stage, drop)
        return bool(self.told) and until(lambda: stage.smart.got(self.to) and self.empty(stage), 1.5)

    def send(self, c, name, secret):
        c.line()
        if c.good('USER ' + name) and c.good('PASS ' + secret) and c.good('XTND XMIT'):
            c.send(b'From: %s\r\nTo: %s\r\nSubject: x\r\n\r\n%s.\r\n' % (name.encode(), self.to.encode(), self.body))
            reply = c.line()
            self.told = None if self.late() else reply.startswith(b'+OK')
        else:
            self.told = False

    @staticmethod
    def empty(stage):
        """No envelope is left; a message without one is no mail, and goes at the next scan."""
        return not [f for f in os.listdir(stage.server.dir + '/state/spool') if f.endswith('.env')]

    def check(self, stage, site):
        killing = site.order.startswith(('kill', 'after'))
        until(lambda: stage.smart.got(self.to) or not self.told, 30)
        if not until(lambda: self.empty(stage), 30):
            raise Violation('I6', 'left in the spool: %s' % os.listdir(stage.server.dir + '/state/spool'))
        stage.smart.judge(self.to, self.body, self.told, once=not killing)
        bad = os.listdir(stage.server.dir + '/state/spool/badmail')
        if bad:
            raise Violation('I6', 'in badmail: %s' % bad)


class ControlStory(Story):
    """Changes by the control socket: what was said to be done is, what was refused is not."""
    n = 0

    def tell(self, stage, drop, stuck=None):
        ControlStory.n += 1
        n, ask = self.n, Control(stage.server).ask
        name, net = 'new%d@example.org' % n, '198.51.%d.%d' % (n // 250 % 250, n % 250 + 1)
        steps = [('status', {}), ('account.add', {'name': name, 'hash': '{PLAIN}' + stage.secret}),
                 ('deny.add', {'ranges': [net]}), ('config.set', {'key': 'limits.auth_tries', 'value': n % 90 + 5}),
                 ('option.set', {'name': 'last', 'value': n % 2 == 0}), ('session.list', {}), ('queue.list', {}),
                 ('log.level', {}), ('audit.verify', {}), ('deny.remove', {'ranges': [net]}),
                 ('account.lock', {'name': name})]
        self.said, self.steps = b'', []
        for verb, args in steps:
            r = ask(verb, **args)
            self.said += json.dumps(r).encode() + b'\n'
            # "Try again" may come after all was done.
            unknown = self.late() or r is None or not r['ok'] and r['error']['code'] == 'try-again'
            self.steps.append((verb, args, None if unknown else r['ok']))
        stage.oracle.words('a control reply', self.said)
        return all(ok for _, _, ok in self.steps)

    def begin(self, stage, drop):
        self.tell(stage, drop)

    def after_cut(self):
        self.steps = [(verb, args, ok or None) for verb, args, ok in self.steps]

    def check(self, stage, site):
        ask = Control(stage.server).ask
        told = {verb: (args, ok) for verb, args, ok in self.steps}
        self.same('config.set', told, ask('config.get', key='limits.auth_tries')['result']['value'], 'value')
        self.same('option.set', told, ask('option.get', name='last')['result']['value'], 'value')
        args, ok = told['account.add']
        shown = ask('account.show', name=args['name'])
        if ok is not None and shown['ok'] != ok:
            raise Violation('control', 'account.add said %s, and there is %s' % (ok, shown))
        if shown['ok'] and told['account.lock'][1] not in (None, shown['result']['locked']):
            raise Violation('control', 'account.lock said %s, and there is %s' % (told['account.lock'][1], shown))
        ranges = json.dumps(ask('deny.list'))
        added, removed = told['deny.add'][1], told['deny.remove'][1]
        if removed and added and args_of(told, 'deny.add') + '"' in ranges:
            raise Violation('control', 'deny.remove said yes, and it is there: ' + ranges)
        for verb in ('account.remove', 'deny.remove'):		# for the next one
            ask(verb, name=args['name']) if verb[0] == 'a' else ask(verb, **told['deny.add'][0])

    @staticmethod
    def same(verb, told, now, what):
        args, ok = told[verb]
        if ok and now != args[what]:
            raise Violation('control', '%s %s said yes, and it is %r' % (verb, args, now))


def args_of(told, verb):
    return told[verb][0]['ranges'][0]


class ReloadStory(Story):
    """A changed file and a reload: the old configuration or the new one."""
    n = 0

    def prepare(self, stage):
        ReloadStory.n += 1
        self.value = 601 + 60 * self.n		# no whole minutes
        with open(stage.server.dir + '/conf.d/50-turn.json', 'w') as f:
            json.dump({'limits': {'idle_timeout': '%ds' % self.value}}, f)

    def tell(self, stage, drop, stuck=None):
        r = Control(stage.server).ask('reload')
        self.said = json.dumps(r).encode()
        self.ok = None if r is None else r['ok']
        return bool(self.ok)

    def value_now(self, stage):
        return Control(stage.server).ask('config.get', key='limits.idle_timeout')['result']['value']

    def check(self, stage, site):
        now, want = str(self.value_now(stage)), str(self.value)
        if self.ok and want not in now and site.text != 'ENOENT':	# then there was no such file
            raise Violation('control', 'reload said yes, and it is %s, not %s' % (now, want))
        if self.ok is False and want in now:
            raise Violation('control', 'reload said no, and it is %s' % now)
        again = Control(stage.server).ask('reload')
        if not again or not again['ok'] or want not in str(self.value_now(stage)):
            raise Violation('control', 'the next reload failed: %s' % again)


class RebirthStory(Story):
    """A process is killed and comes back, while a call of keeper or of the new one goes wrong."""
    excused = True

    def __init__(self, role):
        self.role = role

    def tell(self, stage, drop, stuck=None):
        os.kill(stage.pids[self.role, 0], signal.SIGKILL)
        old, keeper = set(stage.pids.values()), stage.server.proc.pid
        self.calm = 0

        def born():
            new = children(keeper) - old
            self.calm = self.calm + 1 if new and waits(max(new)) else 0
            return not stage.alive() or self.calm > 4
        return until(born, 5)


class DeliverStory(Story):
    """The delivery program: exit 0 means one whole copy, durable."""

    def tell(self, stage, drop, stuck=None):
        octets = stage.octets(drop.name) * 50
        path = stage.server.dir + '/message'
        with open(path, 'wb') as f:
            f.write(octets)
        with open(path, 'rb') as f:
            # It stops before it begins, so that the tracer is there in time.
            p = subprocess.Popen(['setpriv', '--reuid=%d' % MAIL, '--regid=%d' % MAIL, '--clear-groups', 'sh', '-c',
                                  'kill -STOP $$; exec "$@"', 'sh', stage.programs + '/deliver',
                                  stage.server.maildrop(drop.name)], stdin=f, stderr=subprocess.PIPE,
                                 env={**os.environ, **ENV})
        until(lambda: open('/proc/%d/stat' % p.pid).read().rsplit(')', 1)[1].split()[0] == 'T', 20)
        stage.tracer.tell('follow deliver %d' % p.pid)
        p.send_signal(signal.SIGCONT)
        self.said = p.stderr.read()
        p.stderr.close()
        code = p.wait(60)
        drop.delivered(octets, done=code == 0)
        return code == 0


STORIES = {
    'stls': Pop3Story('stls'),
    'sasl': Pop3Story('sasl'),
    'plain': Pop3Story('plain'),
    'xmit': XmitStory(),
    'control': ControlStory(),
    'reload': ReloadStory(),
    'deliver': DeliverStory(),
    **{'new ' + r: RebirthStory(r) for r in ('front', 'drop', 'auth', 'log', 'relay')},
}
