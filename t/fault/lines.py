"""F-28, F-29: lines that lose packets, slow lines, and lines that end without a word.

In a network namespace of its own, on its loopback: what is dropped there is
nobody else's.
"""
import ctypes
import os
import subprocess
import time

from disk import CannotMount, libc, tool
from oracle import Violation
from server import MAIL
from stage import Stage
from visit import Cut, Session

CLONE_NEWNET = 0x40000000
LOST = 20		# of 100 packets
RATE = '400kbit'
FREE_AFTER = 180	# seconds, at most, until a line that is down is given up; mostly it takes four


class OwnNetwork:
    """This thread's, and of what it begins."""

    def __enter__(self):
        self.old = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        if libc.unshare(CLONE_NEWNET) != 0:
            raise CannotMount('no network of its own: ' + os.strerror(ctypes.get_errno()))
        tool('ip', 'link', 'set', 'lo', 'up')
        tool('nft', 'add table ip p3; add chain ip p3 in { type filter hook input priority 0; }')
        return self

    def __exit__(self, *_):
        libc.setns(self.old, CLONE_NEWNET)
        os.close(self.old)


def lose(rule):
    tool('nft', 'add rule ip p3 in %s drop' % rule)


def lose_nothing():
    tool('nft', 'flush chain ip p3 in')


def lossy(st):
    """Every fifth packet is lost: all arrives, right to the octet."""
    drop = st.seat()
    lose('tcp dport { 1110, 1995 } numgen random mod 100 < %d' % LOST)
    lose('tcp sport { 1110, 1995 } numgen random mod 100 < %d' % LOST)
    s = Session(st.server, drop, st.secret)
    try:
        if not s.run(st.rnd.choice(('plain', 'tls', 'stls'))):
            raise Violation('I7', 'a session failed: %r' % s.heard()[-200:])
    finally:
        lose_nothing()
    st.recover(drop, False)


def slow(st):
    """A line of an old modem's kind."""
    drop = st.seat()
    subprocess.run([st.programs + '/deliver', st.server.maildrop(drop.name)], check=True, user=MAIL,
                   group=MAIL, extra_groups=[], input=big(st, drop))
    st.recover(drop, False)
    tool('tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'tbf', 'rate', RATE, 'burst', '70kb', 'latency', '2s')
    s = Session(st.server, drop, st.secret)
    try:
        if not s.run('plain'):
            raise Violation('I7', 'a session failed: %r' % s.heard()[-200:])
    finally:
        tool('tc', 'qdisc', 'del', 'dev', 'lo', 'root')
    st.recover(drop, False)


def big(st, drop):
    octets = st.octets(drop.name) + b'slow line\n' * 10000
    drop.delivered(octets)
    return octets


def down(st):
    """A client is gone and nobody says so, in the middle of RETR: the maildrop is free again in time, nothing is removed."""
    drop = st.seat()
    s = Session(st.server, drop, st.secret)
    assert s.enter('plain') and s.look(), s.heard()
    s.delete(sorted(s.ids)[0])
    port = s.c.s.getsockname()[1]
    lose('tcp dport %d' % port)
    lose('tcp sport %d' % port)
    began = time.monotonic()
    try:
        s.c.send(b'NOOP\r\n')
        while True:
            other = Session(st.server, drop, st.secret)
            if other.enter('plain'):
                break
            other.close()
            if time.monotonic() - began > FREE_AFTER:
                raise Violation('I7', 'still in use after %d s: %r' % (FREE_AFTER, other.heard()[-100:]))
            time.sleep(1)
        other.close()
        st.run.say('lines: a maildrop was free %.0f s after its line went down' % (time.monotonic() - began))
    except Cut:
        raise Violation('I7', 'another client was cut off')
    finally:
        lose_nothing()
        s.close()
        drop.cut(asked=False)
    st.recover(drop, False)


SCENES = (lossy, slow, down)


def outfit(stage):
    stage.new_tracer = None


def campaign(run, until):
    stage, bad, done = Stage(run, outfit=outfit, seats=4), run.bad, 0
    try:
        with OwnNetwork():
            stage.open()
            while not until() and run.bad == bad:
                for scene in run.random.sample(SCENES, len(SCENES)):
                    if until():
                        break
                    try:
                        scene(stage)
                        done += 1
                    except (Violation, AssertionError, OSError, subprocess.SubprocessError) as v:
                        run.failed('lines, ' + scene.__name__, repr(v))
                        break
            stage.close()
    except CannotMount as e:
        run.skipped('lines', str(e))
        return
    finally:
        stage.close()
    run.count('bad lines', done)
    if done and run.bad == bad:
        run.passed('lines (%d times)' % done)
