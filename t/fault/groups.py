"""F-21, F-22: control groups: no process more may be begun, no page more be had."""
import os
import signal
import time

from oracle import Violation
from stage import SANITIZED, Stage
from visit import Client, Cut

ROOT = '/sys/fs/cgroup/'
LIMIT = 6 << 20		# octets; hashing a password takes 16 MB
FILES = {'pids': 'pids.max', 'memory': 'memory.limit_in_bytes'}


class NoGroups(Exception):
    pass


class Group:
    """Of version 1 or 2, for processes and those that they begin; ends with the block."""

    def __init__(self, kind):
        old = ROOT + kind
        self.path = '%s/p3fault.%d' % (old if os.path.isdir(old) else ROOT, os.getpid())
        self.limit = self.path + '/' + (FILES[kind] if os.path.isdir(old) else kind + '.max')
        self.home = os.path.dirname(self.path) + '/cgroup.procs'

    def __enter__(self):
        try:
            os.mkdir(self.path)
            if not os.path.exists(self.limit):
                os.rmdir(self.path)
                raise NoGroups('no ' + self.limit)
        except OSError as e:
            raise NoGroups(str(e))
        return self

    def take(self, pid):
        self.write(self.path + '/cgroup.procs', pid)

    def set(self, value):
        self.write(self.limit, value)

    @staticmethod
    def write(path, value):
        with open(path, 'w') as f:
            f.write(str(value))

    def __exit__(self, *_):
        end = time.monotonic() + 10
        while True:
            with open(self.path + '/cgroup.procs') as f:
                for pid in f.read().split():
                    try:
                        self.write(self.home, pid)
                    except OSError:
                        pass
            try:
                return os.rmdir(self.path)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)


def no_process(st):
    """A process dies and none can be begun in its place: the others go on, and it comes back as soon as it can."""
    role = st.rnd.choice(('drop', 'auth', 'relay', 'log'))
    drop = st.seat()
    with Group('pids') as g:
        g.take(st.server.proc.pid)
        g.set(1)
        os.kill(st.pids[role, 0], signal.SIGKILL)
        time.sleep(0.5)
        st.oracle.keeper(st.alive())
        now = st.control.processes()
        if now is None or now[role, 0]:
            raise Violation('I8', 'the fault was not there: %s' % now)
        c = Client(st.server)
        if not c.line().startswith(b'+OK') or not c.good('CAPA'):
            raise Violation('I7', 'no greeting while %s cannot be begun' % role)
        c.close()
        g.set('max')
        st.recover(drop, True)


def no_page(st):
    """auth is killed for want of memory: that login fails, all others work, and it is back."""
    drop, name = st.seat(), 'hashed%d@example.org' % st.rnd.getrandbits(30)
    st.server.ctl('account', 'add', name, input=st.secret + '\n')
    with Group('memory') as g:
        g.set(LIMIT)
        g.take(st.pids['auth', 0])
        c = Client(st.server)
        try:
            c.line()
            good = c.good('USER ' + name) and c.good('PASS ' + st.secret)
        except Cut:
            good = False
        finally:
            c.close()
        if good:
            raise Violation('I8', 'the fault was not there: the login worked')
        if b'[SYS/TEMP]' not in c.heard[-1]:
            raise Violation('I7', 'told %r' % c.heard[-1])
        st.recover(drop, True)
    c = Client(st.server)
    try:
        c.line()
        if not (c.good('USER ' + name) and c.good('PASS ' + st.secret)):
            raise Violation('I7', 'no login afterwards: %r' % c.heard[-1])
    finally:
        c.close()
    st.control.ask('account.remove', name=name)


SCENES = (no_process, no_page)


def untraced(stage):
    stage.new_tracer = None


def campaign(run, until):
    stage, bad, done = Stage(run, outfit=untraced, seats=4), run.bad, 0
    scenes = [f for f in SCENES if not (SANITIZED and f is no_page)]
    try:
        stage.open()
        while not until() and run.bad - bad < 3:
            for scene in run.random.sample(scenes, len(scenes)):
                if until():
                    break
                try:
                    scene(stage)
                    done += 1
                except (Violation, AssertionError, OSError) as v:
                    run.failed('groups, ' + scene.__name__, repr(v))
                    for line in stage.server.log().splitlines()[-8:]:
                        run.say('    ' + line)
                # keeper waits longer after each death
                stage.start_over()
    except NoGroups as e:
        run.skipped('groups', 'no control groups of its own here: %s' % e)
        return
    finally:
        stage.close()
    run.count('limits of groups reached', done)
    if done and run.bad == bad:
        run.passed('groups (%d times)' % done)
