"""G-03: kill -9 in the middle of sessions, again and again; F-05: processes that stand still.

Three maildrops a cycle are open at once, each with marked messages and a
QUIT on its way, deliveries come in beside them, when one process, several or
the keeper are killed at a random moment.
"""
import os
import random
import signal
import threading
import time

from oracle import Violation
from stage import Stage
from visit import Cut, Session

LANES = 3
AT_ONCE = 3
MOST_DELAY = 0.006	# seconds until the kill; a session's end takes about that
BACKOFF = 2		# deaths of one process before the server is begun anew
STILL = ('auth', 'drop')


def untraced(stage):
    stage.new_tracer = None


class Ending(threading.Thread):
    """A session that marks two messages, then sends QUIT when told."""

    def __init__(self, stage, drop, go):
        super().__init__()
        self.s = Session(stage.server, drop, stage.secret)
        self.go, self.fault = go, None
        if not (self.s.enter('plain') and self.s.look()):
            raise Violation('I7', 'no session: %r' % self.s.heard()[-200:])
        for n in sorted(self.s.ids)[:2]:
            self.s.delete(n)

    def run(self):
        self.go.wait()
        try:
            self.s.leave()
        except Cut:
            self.s.drop.cut(asked=True)
        except Violation as v:
            self.fault = v
        finally:
            self.s.close()


class Arriving(threading.Thread):
    """A delivery beside it, as the delivery program of ours does it."""

    def __init__(self, stage, drop, go):
        super().__init__()
        self.stage, self.drop, self.go = stage, drop, go
        self.octets = stage.octets(drop.name)

    def run(self):
        self.go.wait()
        try:
            self.stage.server.deliver(self.drop.name, self.octets)
            self.drop.delivered(self.octets)
        except Exception:
            self.drop.delivered(self.octets, done=False)


class Cycles:
    def __init__(self, run, stage):
        self.run, self.stage = run, stage
        self.deaths = self.kills = 0
        self.told = {'acknowledged': 0, 'cut': 0}

    def victims(self):
        """[(role, pid)]: mostly one; sometimes several, sometimes the keeper and with it all."""
        rnd, pids = self.stage.rnd, self.stage.pids
        if rnd.random() < 0.25:
            return [('keeper', self.stage.server.proc.pid)]
        those = [(role, pid) for (role, _), pid in pids.items() if role in ('front', 'drop', 'auth', 'log', 'relay')]
        busy = [x for x in those if x[0] in ('front', 'drop')]
        return rnd.sample(those, rnd.randrange(2, len(those))) if rnd.random() < 0.2 else [rnd.choice(
            busy if rnd.random() < 0.7 else those)]

    def one(self):
        st, go = self.stage, threading.Event()
        drops = [st.seat() for _ in range(AT_ONCE)]
        threads = [Ending(st, d, go) for d in drops] + [Arriving(st, drops[0], go)]
        who = self.victims()
        for t in threads:
            t.start()
        delay = st.rnd.random() * MOST_DELAY
        go.set()
        time.sleep(delay)
        for _, pid in who:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for t in threads:
            t.join()
        self.kills += len(who)
        self.after(drops, threads, who)

    def after(self, drops, threads, who):
        st = self.stage
        for t in threads:
            if isinstance(t, Ending):
                if t.fault:
                    raise t.fault
                ok = (t.s.quit_reply or b'').startswith(b'+OK')
                self.told['acknowledged' if ok else 'cut'] += 1
        self.deaths += len(who)
        if who[0][0] == 'keeper':
            st.server.proc.wait()
            self.again()
        elif self.deaths >= BACKOFF:
            self.again()
        for d in drops:
            st.recover(d, True)

    def again(self):
        self.deaths = 0
        self.stage.start_over()


class Lane(threading.Thread):
    """A server of its own: while one is waited for, another works."""

    def __init__(self, run, until):
        super().__init__()
        self.run_, self.until, self.n, self.faults = run, until, 0, []
        self.over, self.done = False, threading.Event()
        self.stage = Stage(run, outfit=untraced, seats=6)
        self.stage.rnd = random.Random(run.random.getrandbits(64))
        self.cycles = Cycles(run, self.stage)

    def run(self):
        try:
            self.stage.open()
            while not (self.over or self.until()):
                self.turn()
            self.stage.check_outputs()
        except Exception as e:
            self.faults.append('%r' % e)
        finally:
            try:
                self.stage.close()
            finally:
                self.done.set()

    def turn(self):
        try:
            self.n += 1
            self.cycles.one()
        except Violation as v:
            self.faults.append('cycle %d: %s' % (self.n, v))
            self.stage.close()
            self.stage.open()


def together(lanes):
    """All to their end; when we are told to end, they are, too."""
    for x in lanes:
        x.start()
    try:
        for x in lanes:
            x.done.wait()	# a join that a signal ends takes the thread for ended
    finally:
        for x in lanes:
            x.over = True
        for x in lanes:
            x.done.wait()


def campaign(run, until):
    began = time.monotonic()
    lanes = [Lane(run, until) for _ in range(LANES)]
    together(lanes)
    n, told = sum(x.n for x in lanes), [x.cycles.told for x in lanes]
    run.count('kill cycles', n)
    run.count('kill -9', sum(x.cycles.kills for x in lanes))
    run.note('cycles: %d of kill -9, %.1f a second; of the QUITs %d were acknowledged, %d cut' % (
        n, n / (time.monotonic() - began), sum(t['acknowledged'] for t in told), sum(t['cut'] for t in told)))
    faults = [f for x in lanes for f in x.faults]
    for f in faults:
        run.failed('cycles', f)
    if n == 0 and not faults:
        run.skipped('cycles', 'no time was left to inject anything')
    elif not faults:
        run.passed('cycles')


def stand_still(run, until):
    """F-05: a stopped worker costs only whom it serves, and those in time; the next find it working again."""
    stage = Stage(run, outfit=untraced, seats=3, conf={'limits': {'login_timeout': '2s', 'idle_timeout': '10m', 'failure_delay': '100ms'}})
    bad = run.bad
    try:
        stage.open()
        for role in STILL:
            stopped(run, stage, role)
        if run.bad == bad:
            run.passed('stand still')
    finally:
        stage.close()


def stopped(run, stage, role):
    drop, pid = stage.seat(), stage.pids[role, 0]
    s = Session(stage.server, drop, stage.secret)
    held = Session(stage.server, stage.seat(), stage.secret)
    held.enter('plain')
    held.look()
    held.delete(1)
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        if s.enter('plain'):
            raise Violation('I7', 'a login while %s stands still' % role)
        said = s.c.heard[-1]
        if b'[SYS/TEMP]' not in said:
            raise Violation('I7', 'told %r while %s stands still' % (said, role))
        run.note('stand still: %s: a login was told [SYS/TEMP] after %.1f s' % (role, time.monotonic() - began))
        noop = held.c.cmd('NOOP')
        stage.oracle.bystander(b'+OK', noop[:3])
    finally:
        os.kill(pid, signal.SIGCONT)
        s.close()
    run.count('processes stopped')
    held.leave()
    held.close()
    stage.recover(held.drop, True)
    stage.recover(drop, True)
