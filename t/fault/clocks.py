"""F-23 to F-25, F-48: clocks that jump while sessions are open, mail is queued and messages arrive.

The wall clock jumps, or stands still; then nothing may end early, spin, be
named twice, or change a UIDL.  The monotonic clock jumps as after a sleep of
the machine: then sessions may end, and all the same the next works.
"""
import calendar
import mmap
import os
import struct
import subprocess
import time

from figures import cpu
from harness import BUILD
from oracle import Violation
from server import MAIL
from shim import put_before
from smart import SmartHost
from stage import SANITIZED, Stage
from stories import XmitStory
from sweep import Site
from visit import Cut, Session, check_login

DAY, YEAR = 86400, 365 * 86400
LOOK = 0.4		# seconds that processes are watched
SPIN = 0.5		# of them, of the processor


def until_date(*date):
    """From now to a few seconds before that moment: it is passed while we look."""
    return calendar.timegm(date + (0, 0, 0)) - time.time() - 0.2


WALL = {
    'a day on': lambda: DAY, 'an hour back': lambda: -3600, 'ten years back': lambda: -10 * YEAR,
    'a minute back': lambda: -60, 'past 2038': lambda: until_date(2038, 1, 19, 3, 14, 8),
    'past 2106': lambda: until_date(2106, 2, 7, 6, 28, 16), 'before 1970': lambda: -time.time() - DAY,
    'as it was': lambda: 0,
}


class Clock:
    """The page of jump.c."""

    def __init__(self, path):
        self.f = open(path, 'r+b')
        self.map = mmap.mmap(self.f.fileno(), 0)
        self.wall = self.monotonic = self.frozen = 0

    def set(self, **what):
        for k, v in what.items():
            setattr(self, k, v)
        struct.pack_into('qqq', self.map, 0, *(int(x * 1e9) for x in (self.wall, self.monotonic, self.frozen)))


def clocked(stage):
    stage.new_tracer = None
    page = stage.server.dir + '/clock'
    with open(page, 'wb') as f:
        f.write(bytes(4096))
    os.chmod(page, 0o644)
    put_before(stage, 'jump.so', JUMP=page)
    stage.clock = Clock(page)


def deliver(st, drop):
    octets = st.octets(drop.name)
    env = {**os.environ, **st.env}
    r = subprocess.run([st.programs + '/true/deliver', st.server.maildrop(drop.name)], input=octets, user=MAIL, group=MAIL,
                       extra_groups=[], env=env, stderr=subprocess.PIPE)
    drop.delivered(octets, done=r.returncode == 0)
    if r.returncode != 0:
        raise Violation('I7', 'deliver ended with %d: %s' % (r.returncode, r.stderr[-200:]))


def spins(st):
    """Who works though nobody wants anything."""
    pids = {k: p for k, p in st.control.processes().items() if p}
    time.sleep(0.1)
    before = {k: cpu(p) for k, p in pids.items()}
    time.sleep(LOOK)
    for k, p in pids.items():
        try:
            used = cpu(p) - before[k]
        except FileNotFoundError:
            raise Violation('I8', '%s %d has ended' % k)
        if used > LOOK * SPIN:
            raise Violation('I7', '%s %d used %.2f s of %.2f' % (*k, used, LOOK))


def queue(st, drop):
    """A message that relay has tried in vain: its next try lies ahead."""
    st.smart.close()
    story = XmitStory()
    story.begin(st, drop)
    if not story.told:
        raise Violation('I7', 'XTND XMIT was refused: %r' % story.said[-200:])
    time.sleep(0.2)
    return story


def sent(st, story):
    """Soon, not when the clock says the old time again."""
    copies, folder = st.smart.copies, st.smart.dir
    os.rename(folder, '%s.%d' % (folder, time.monotonic_ns()))
    st.smart = SmartHost(st.server)
    st.smart.copies = copies
    story.check(st, Site('', '', '', 0, '', 'kill'))


def wall(st, name):
    """A session that is open lives on, deletes; deliveries arrive; queued mail goes."""
    drop, other = st.seat(), st.seat()
    s = Session(st.server, drop, st.secret)
    try:
        assert s.enter('plain') and s.look(), s.heard()
        s.delete(sorted(s.ids)[0])
        story = queue(st, other)
        st.clock.set(wall=WALL[name]())
        spins(st)
        deliver(st, drop)
        if not s.c.good('NOOP'):
            raise Violation('I7', 'NOOP: %r' % s.heard()[-100:])
        s.leave()
        if not s.quit_reply.startswith(b'+OK'):
            raise Violation('I7', 'QUIT was answered with %r' % s.quit_reply)
    except Cut:
        raise Violation('I7', 'a session was cut off')
    finally:
        s.close()
    deliver(st, drop)
    st.recover(drop, False)
    sent(st, story)
    if st.rnd.random() < 0.3:
        st.start_over()
        st.recover(drop, True)


def still(st):
    """The clock stands still: many arrive in the same moment, by the same names but for what makes them unique."""
    drop = st.seat()
    st.clock.set(frozen=time.time())
    try:
        for _ in range(10):
            deliver(st, drop)
        spins(st)
        st.recover(drop, False)
    finally:
        st.clock.set(frozen=0)
    st.recover(drop, False)


def asleep(st):
    """The machine slept for a day."""
    drop = st.seat()
    s = Session(st.server, drop, st.secret)
    assert s.enter('plain') and s.look(), s.heard()
    s.delete(sorted(s.ids)[0])
    st.clock.set(monotonic=st.clock.monotonic + DAY, wall=st.clock.wall + DAY)
    try:
        time.sleep(0.3)
        s.leave()
    except Cut:
        s.drop.cut(s.asked)
    finally:
        s.close()
    st.wait_all()
    st.recover(drop, True)
    spins(st)
    check_login(st.server, drop, st.secret)


def campaign(run, until):
    if SANITIZED or not os.path.exists(BUILD + '/t/fault/jump.so'):
        run.skipped('clocks', 'the shim does not go with the sanitizers' if SANITIZED else 'no shim is built')
        return
    stage, bad, done = Stage(run, outfit=clocked, seats=4), run.bad, 0
    jumps = {n: lambda st, n=n: wall(st, n) for n in WALL}
    jumps.update({'stands still': still, 'slept a day': asleep})
    if os.environ.get('JUMP'):
        jumps = {os.environ['JUMP']: jumps[os.environ['JUMP']]}
    try:
        stage.open()
        while not until() and run.bad - bad < 3:
            for name in run.random.sample(sorted(jumps), len(jumps)):
                if until():
                    break
                try:
                    jumps[name](stage)
                    done += 1
                except (Violation, AssertionError, OSError, subprocess.SubprocessError) as v:
                    run.failed("JUMP='%s'" % name, repr(v))
                    for line in stage.server.log().splitlines()[-8:]:
                        run.say('    ' + line)
                    stage.close()
                    stage.open()
        stage.check_outputs()
    finally:
        stage.close()
    run.count('jumps of clocks', done)
    if done and run.bad == bad:
        run.passed('clocks (%d jumps)' % done)
