"""F-32, F-42, F-43, F-49, F-50: other programs in the maildrop, storms of signals, deliveries beside deletions."""
import os
import signal
import subprocess
import threading
import time

from oracle import Violation
from server import MAIL
from stage import Stage
from visit import Client, Cut, Session
from wire import wire

TURN = 1.0		# seconds of a scene
HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGCHLD, signal.SIGWINCH)


class Beside(threading.Thread):
    """Does something again and again beside the scene."""

    def __init__(self, turn):
        super().__init__()
        self.turn, self.over, self.fault = turn, threading.Event(), None

    def run(self):
        try:
            while not self.over.is_set():
                self.turn()
        except Exception as e:
            self.fault = e

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        if self.fault:
            raise self.fault


def files(folder):
    return ['%s/%s' % (d, f) for d in ('new', 'cur') for f in os.listdir('%s/%s' % (folder, d))]


class Meddler:
    """Another mail program: flags and moves everything; victims it shortens, replaces and removes."""

    def __init__(self, st, folder, victims):
        self.rnd, self.folder, self.victims, self.forms = st.rnd, folder, victims, {}

    def turn(self):
        for f in files(self.folder):
            base = f.split('/')[1].split(':')[0]
            path = '%s/%s' % (self.folder, f)
            try:
                if base in self.victims and self.rnd.random() < 0.3:
                    self.spoil(path, base)
                else:
                    os.rename(path, '%s/cur/%s:2,%s' % (self.folder, base, self.rnd.choice(('', 'S', 'RS', 'FS', 'ST'))))
            except FileNotFoundError:
                pass
        time.sleep(0.002)

    def spoil(self, path, base):
        how = self.rnd.randrange(3)
        with open(path, 'rb') as f:
            octets = f.read()
        if how == 0:
            os.truncate(path, len(octets) // 2)
            self.forms.setdefault(base, []).append(octets[:len(octets) // 2])
        elif how == 1:
            bigger = octets + b'more of it\n' * 500
            self.forms.setdefault(base, []).append(bigger)
            with open(self.folder + '/tmp/' + base, 'wb') as f:
                f.write(bigger)
            os.chown(self.folder + '/tmp/' + base, MAIL, MAIL)
            os.rename(self.folder + '/tmp/' + base, path)
        else:
            os.unlink(path)


def meddled(st, _):
    """Right octets, an error or a cut; what nobody but us may remove stays until we do."""
    drop = st.seat()
    folder = st.server.maildrop(drop.name)
    victims = {}
    for n in range(4):
        octets = b'Subject: victim %d\n\n' % n + b'a line of the victim\n' * 3000
        base = '%d.V%dP%d.test' % (time.time(), st.rnd.getrandbits(40), n)
        with open('%s/new/%s' % (folder, base), 'wb') as f:
            f.write(octets)
        os.chown('%s/new/%s' % (folder, base), MAIL, MAIL)
        victims[base] = octets
    m = Meddler(st, folder, victims)
    end = time.monotonic() + TURN
    with Beside(m.turn):
        while time.monotonic() < end:
            meddled_session(st, drop, m)
    for f in files(folder):
        if f.split('/')[1].split(':')[0] in victims:
            os.unlink('%s/%s' % (folder, f))


def meddled_session(st, drop, m):
    s = Session(st.server, drop, st.secret)
    try:
        if not (s.enter('plain') and s.look()):
            raise Violation('I7', 'no session: %r' % s.heard()[-200:])
        ours = [n for n in s.ids if s.ids[n] in drop.used]
        for n in s.ids:
            if n in ours:
                s.fetch(n)
                continue
            if not s.c.good('RETR %d' % n):
                continue
            octets, whole = s.c.body()
            forms = [wire(x) for v in m.victims for x in (m.victims[v], *m.forms.get(v, ()))] + list(drop.sure)
            if not any(x == octets if whole else x.startswith(octets) for x in forms):
                raise Violation('I3', 'a mixture of %d octets (%s)' % (len(octets), 'whole' if whole else 'cut'))
            if not whole:
                raise Cut('in RETR')
        if ours and st.rnd.random() < 0.2:
            s.delete(st.rnd.choice(ours))
        s.leave()
    except Cut:
        drop.cut(s.asked)
    finally:
        s.close()


class Account:
    """What was delivered and what was said to be removed, by number."""

    def __init__(self):
        self.given, self.taken, self.n, self.lock = set(), [], 0, threading.Lock()


def give(st, name, a):
    with a.lock:
        a.n += 1
        n = a.n
    subprocess.run([st.programs + '/deliver', st.server.maildrop(name)], input=b'Subject: %d\n\nx\n' % n, user=MAIL,
                   group=MAIL, extra_groups=[], check=True)
    a.given.add(n)


def take(st, name, a):
    c = Client(st.server)
    try:
        c.line()
        if not (c.good('USER ' + name) and c.good('PASS ' + st.secret)):
            return		# [IN-USE]: the other one is at it
        n = int(c.cmd('STAT').split()[1])
        got = []
        for i in range(1, n + 1):
            if c.good('RETR %d' % i):
                octets, whole = c.body()
                if whole and c.good('DELE %d' % i):
                    got.append(int(octets.split(b'\r\n')[0].split()[1]))
        if c.good('QUIT'):
            a.taken += got
    finally:
        c.close()


def beside(st, _):
    """Two deliver, two fetch and remove: what came in is what went out and what is left."""
    name = st.seat().name
    st.oracle.drops.pop(name)
    folder = st.server.maildrop(name)
    for f in files(folder):
        os.unlink('%s/%s' % (folder, f))
    a = Account()
    with Beside(lambda: give(st, name, a)), Beside(lambda: give(st, name, a)), \
            Beside(lambda: take(st, name, a)), Beside(lambda: take(st, name, a)):
        time.sleep(TURN)
    left = []
    for f in files(folder):
        with open('%s/%s' % (folder, f), 'rb') as m:
            left.append(int(m.readline().split()[1]))
        os.unlink('%s/%s' % (folder, f))
    st.run.count('messages delivered beside deletions', len(a.given))
    if sorted(a.taken + left) != sorted(a.given):
        raise Violation('I1', 'in %d, out %d, left %d: %s' % (len(a.given), len(a.taken), len(left),
                                                             sorted(set(a.taken + left) ^ a.given)))
    if not a.taken:
        raise Violation('I7', 'nothing was fetched')


def storm(st, _):
    """Signals that end nothing: sessions go on."""
    drop = st.seat()
    pids = [p for p in st.pids.values() if p]

    def shoot():
        for _ in range(20):
            # the keeper takes them all; its children those that every program gets
            if st.rnd.random() < 0.5:
                os.kill(st.server.proc.pid, st.rnd.choice(HARMLESS))
            else:
                os.kill(st.rnd.choice(pids), st.rnd.choice((signal.SIGPIPE, signal.SIGCHLD, signal.SIGWINCH)))
        time.sleep(0.01)
        st.run.count('signals', 20)
    with Beside(shoot):
        s = Session(st.server, drop, st.secret)
        if not s.run('stls'):
            raise Violation('I7', 'a session failed: %r' % s.heard()[-200:])
    now = {k: p for k, p in st.control.processes().items()}
    if now != st.pids:
        raise Violation('I8', 'processes ended: %s %s' % (st.pids, now))
    st.recover(drop, False)


def ended(st, _):
    """SIGTERM while many sessions have marked messages: none is removed without QUIT; the next server is there at once."""
    drop, open_ones = st.seat(), []
    s = Session(st.server, drop, st.secret)
    assert s.enter('plain') and s.look(), s.heard()
    for n in sorted(s.ids):
        s.delete(n)
    for _ in range(50):
        c = Client(st.server)
        c.line()
        open_ones.append(c)
    st.bystander.leave()
    st.server.proc.send_signal(st.rnd.choice((signal.SIGTERM, signal.SIGINT)))
    try:
        if st.server.proc.wait(60) != 0:
            raise Violation('I8', 'the server ended with %d' % st.server.proc.returncode)
    finally:
        for c in open_ones + [s]:
            c.close()
        drop.cut(asked=False)
        st.start(wait=False)
        st.wait_all()
        st.began()
    st.recover(drop, False)


SCENES = (meddled, beside, storm, ended)


def untraced(stage):
    stage.new_tracer = None


def campaign(run, until):
    stage, bad, done = Stage(run, outfit=untraced, seats=4), run.bad, 0
    scenes = [f for f in SCENES if os.environ.get('SCENE') in (None, '', f.__name__)]
    try:
        stage.open()
        while not until() and run.bad - bad < 3:
            for scene in run.random.sample(scenes, len(scenes)):
                if until():
                    break
                try:
                    scene(stage, run)
                    done += 1
                except (Violation, AssertionError, OSError, subprocess.SubprocessError) as v:
                    run.failed('SCENE=%s' % scene.__name__, repr(v))
                    for line in stage.server.log().splitlines()[-8:]:
                        run.say('    ' + line)
                    stage.close()
                    stage.open()
        stage.check_outputs()
    finally:
        stage.close()
    run.count('scenes with others', done)
    if done and run.bad == bad:
        run.passed('others (%d scenes of %d)' % (done, len(scenes)))


def no_names(run, _):
    """F-54: a session asks nobody for names: none of its processes connects to anything."""
    stage = Stage(run, seats=2)
    try:
        stage.open()
        drop = stage.seat()
        stage.tracer.zero()
        done = Session(stage.server, drop, stage.secret).run('stls')
        counts = stage.tracer.counts()
        asked = [k for k in counts if k[0] in ('front', 'auth', 'drop') and k[1] in ('connect', 'socket')]
        stage.recover(drop, False)
        if not done or ('front', 'accept4') not in counts or asked:
            run.failed('names', 'session %s, calls %s' % (done, asked or sorted(counts)))
        else:
            run.passed('names')
    finally:
        stage.close()
