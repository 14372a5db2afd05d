"""F-06, F-07, G-04: the power goes, again and again; G-21: without fsync the same campaign finds losses.

Mail and state of a server lie on a file system of their own.  While messages
are delivered, sessions delete, settings change and mail is sent, that file
system stops at a random moment; everything is killed, and the server begins
again on what the disk had.  What was answered before that moment counts; a
dying kernel's fsync may well return 0.
"""
import os
import random
import subprocess
import threading
import time

from cycles import together
from disk import CannotMount, Disk, own_mounts
from harness import BUILD
from oracle import Violation
from server import MAIL
from shim import put_before
from stage import SANITIZED, Stage
from stories import ControlStory, XmitStory
from sweep import Site
from visit import Cut, Session

LANES = 2
MOST_DELAY = 0.12	# seconds until the cut
TRIES = 40		# cuts within which a server without fsync must lose something
SHIM = BUILD + '/t/fault/nofsync.so'


def on_disk(kind, mutant):
    def outfit(stage):
        s = stage.server
        stage.new_tracer = None
        stage.disk = Disk(s.dir, kind).make()
        s.mail = stage.disk.at + '/mail'
        stage.conf = {'state_dir': stage.disk.at + '/state'}
        os.symlink(stage.disk.at + '/state', s.dir + '/state')	# where stories look
        if mutant:
            put_before(stage, 'nofsync.so')
    return outfit


class Player(threading.Thread):
    """Does its turn again and again until the power is gone; a violation is kept for later."""

    def __init__(self, turn, go, gone):
        super().__init__()
        self.turn, self.go, self.gone, self.fault = turn, go, gone, None

    def run(self):
        self.go.wait()
        try:
            while not self.gone.is_set() and self.turn():
                pass
        except Violation as v:
            self.fault = v


class Lane(threading.Thread):
    """A server of its own."""

    def __init__(self, run, until, kind, mutant=False):
        super().__init__()
        self.until, self.faults, self.cannot, self.over, self.done = until, [], None, False, threading.Event()
        self.most_faults, self.most_cuts = (1, TRIES) if mutant else (3, 1 << 30)
        self.told = {'cuts': 0, 'QUITs acknowledged': 0, 'deliveries acknowledged': 0, 'cut short': 0,
                     'changes and messages sent': 0}
        self.stage = Stage(run, outfit=on_disk(kind, mutant), seats=6)
        self.stage.rnd = random.Random(run.random.getrandbits(64))

    def run(self):
        try:
            self.stage.open()
            while not (self.over or self.until()) and len(self.faults) < self.most_faults and self.told['cuts'] < self.most_cuts:
                self.turn()
        except CannotMount as e:
            self.cannot = e
        except Exception as e:
            self.faults.append('%r' % e)
        finally:
            try:
                self.close()
            finally:
                self.done.set()

    def close(self):
        st = self.stage
        if st.server and st.server.proc is not None:
            st.server.kill()
        if st.server and hasattr(st, 'disk'):
            st.disk.close()
        st.close()

    def turn(self):
        try:
            self.one()
            self.told['cuts'] += 1
        except (Violation, AssertionError) as v:
            self.told['cuts'] += 1
            self.faults.append('cut %d: %s; stderr …%s' % (self.told['cuts'], v, self.stage.server.stderr()[-300:]))
            self.close()
            self.stage.open()

    # While there is power
    def deliver(self, drop):
        octets = self.stage.octets(drop.name) * self.stage.rnd.choice((1, 1, 200))
        drop.delivered(octets, done=False)
        r = subprocess.run([self.stage.programs + '/deliver', self.stage.server.maildrop(drop.name)], input=octets,
                           user=MAIL, group=MAIL, extra_groups=[], stderr=subprocess.DEVNULL)
        if r.returncode == 0 and not self.gone.is_set():
            drop.delivered(octets)
        self.told['cut short' if r.returncode else 'deliveries acknowledged'] += 1
        return r.returncode == 0

    def enter(self, drop):
        """A session that has marked one or two messages, or None."""
        s, rnd = Session(self.stage.server, drop, self.stage.secret), self.stage.rnd
        try:
            if s.enter('plain') and s.look():
                known = [n for n in s.ids if s.ids[n] in drop.used]
                for n in rnd.sample(known, min(len(known), rnd.randrange(1, 3))):
                    s.delete(n)
                return s
        except Cut:
            drop.cut(asked=False)
        s.close()
        return None

    def leave(self, drop, sessions):
        """The session that waits, or one more."""
        s = sessions.pop() if sessions else self.enter(drop)
        if s is None:
            return False
        reply = b''
        try:
            reply = s.c.cmd('QUIT')
        except Cut:
            pass
        finally:
            s.close()
        reply = b'' if self.gone.is_set() else reply
        drop.quit(reply)
        ok = reply.startswith(b'+OK')
        self.told['QUITs acknowledged' if ok else 'cut short'] += 1
        return ok and len(s.ids) > 2

    def change(self, story, drop):
        story.began, story.late = True, self.gone.is_set
        try:
            story.begin(self.stage, drop)
        except Cut:
            pass
        self.told['changes and messages sent'] += 1
        return False

    # The cut
    def one(self):
        st, rnd = self.stage, self.stage.rnd
        drops = [st.seat() for _ in range(4)]
        st.disk.sync()		# what lay there before is not in question
        stories = [x() for x in (ControlStory, XmitStory) if rnd.random() < 0.3]
        go, gone = threading.Event(), threading.Event()
        self.gone = gone
        turns = [lambda d=d, s=[self.enter(d)]: self.leave(d, s) for d in drops[:2]]
        turns += [lambda d=d: self.deliver(d) for d in drops[2:]]
        turns += [lambda x=x: self.change(x, drops[2]) for x in stories]
        players = [Player(t, go, gone) for t in turns]
        for p in players:
            p.start()
        go.set()
        time.sleep(rnd.random() * MOST_DELAY)
        for d in drops:
            d.may_skip = 1 << 30	# on a dead disk; disks.py says what is a list then
        gone.set()
        st.disk.cut()
        st.bystander.leave()
        st.server.kill()
        for p in players:
            p.join()
        st.disk.again()
        for p in players:
            if p.fault:
                raise p.fault
        self.look(drops, stories)

    def look(self, drops, stories):
        st = self.stage
        for d in drops:		# before the server has touched anything
            d.cut(asked=False)		# of a session that came to no QUIT
            d.may_skip = 0
            d.on_disk(d.read(st.server.maildrop(d.name)))
        st.start(wait=False)
        st.wait_all()
        st.began()
        for d in drops:
            st.recover(d, True)
        for x in stories:
            if getattr(x, 'began', False):
                x.after_cut()
                x.check(st, Site('', '', '', 0, '', 'kill'))


def play(run, until, kind, lanes, mutant=False):
    """(lanes, what they counted)"""
    own_mounts()
    lanes = [Lane(run, until, kind, mutant) for _ in range(lanes)]
    together(lanes)
    for x in lanes:
        if x.cannot:
            raise x.cannot
    return lanes, {k: sum(x.told[k] for x in lanes) for k in lanes[0].told}


def cuts(run, until, kind):
    began = time.monotonic()
    try:
        lanes, told = play(run, until, kind, LANES)
    except CannotMount as e:
        run.skipped('power on ' + kind, 'no file system of its own here: %s' % e)
        return
    run.count('power cuts, ' + kind, told['cuts'])
    run.note('power on %s: %s; %.1f cuts a second' % (kind, ', '.join('%d %s' % (n, k) for k, n in told.items()),
                                                     told['cuts'] / (time.monotonic() - began)))
    faults = [f for x in lanes for f in x.faults]
    for f in faults:
        run.failed('power on ' + kind, f)
    if told['cuts'] == 0 and not faults:
        run.skipped('power on ' + kind, 'no time was left to cut anything')
    elif not faults:
        run.passed('power on ' + kind)


def ext4(run, until):
    cuts(run, until, 'ext4')


def xfs(run, until):
    cuts(run, until, 'xfs')


def proof(run, until):
    """The same with an fsync that does nothing must lose something, and soon."""
    if SANITIZED or not os.path.exists(SHIM):
        run.skipped('power without fsync', 'the shim does not go with the sanitizers' if SANITIZED else 'no shim is built')
        return
    try:
        lanes, told = play(run, until, 'ext4', 1, mutant=True)
    except CannotMount as e:
        run.skipped('power without fsync', 'no file system of its own here: %s' % e)
        return
    n, faults = told['cuts'], lanes[0].faults
    if [f for f in faults if f.startswith('cut ')]:
        run.note('power without fsync: noticed at cut %s' % faults[0][4:].split('; stderr')[0][:160])
        run.passed('power without fsync')
    elif n < TRIES and not faults:
        run.skipped('power without fsync', 'too little time (%d cuts)' % n)
    else:
        run.failed('power without fsync', faults or 'no loss was noticed in %d cuts' % n)
