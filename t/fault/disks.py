"""F-08 to F-10, F-12 to F-14, F-34, F-46: disks that are full, read-only, dying or dead.

A scene is a function of a stage whose maildrops lie on a small ext4 of their
own, and of a maildrop; those of BAD need one whose reads and writes fail on
demand (nbdkit's error filter behind nbdfuse and a loop).
"""
import errno
import os
import shutil
import subprocess
import time

import indexes
from disk import BadDisk, CannotMount, Disk, own_mounts, tool
from oracle import Violation
from scene import as_usual, deliver, forget, reborn, remove_two
from server import MAIL
from stage import Stage
from visit import Cut, Session
from wire import wire


def on(disk):
    def outfit(stage):
        s = stage.server
        stage.new_tracer = None
        stage.disk = disk(s.dir).make()
        s.mail = stage.disk.at + '/mail'
    return outfit


def fill(path):
    """Until not one octet more fits."""
    with open(path, 'wb', buffering=0) as f:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    f.write(b'x' * size)
            except OSError as e:
                if e.errno != errno.ENOSPC:
                    raise


def full(st, drop):
    """Reading and removing work, a delivery is refused and leaves nothing."""
    forget(st, drop)
    fill(st.disk.at + '/filler')
    as_usual(st, drop)
    deliver(st, drop, False)
    remove_two(st, drop, b'+OK')
    as_usual(st, drop)
    os.unlink(st.disk.at + '/filler')
    deliver(st, drop, True)


def no_inodes(st, drop):
    forget(st, drop)
    folder, n = st.disk.at + '/files', 0
    os.mkdir(folder)
    try:
        while True:
            open('%s/%d' % (folder, n), 'x').close()
            n += 1
    except OSError as e:
        assert e.errno == errno.ENOSPC, e
    as_usual(st, drop)
    deliver(st, drop, False)
    remove_two(st, drop, b'+OK')
    shutil.rmtree(folder)
    deliver(st, drop, True)


def read_only(st, drop):
    """While a session is open: it reads on, its QUIT says -ERR, all is as before; then writable again."""
    s = Session(st.server, drop, st.secret)
    try:
        assert s.enter('plain') and s.look(), s.heard()
        s.delete(sorted(s.ids)[0])
        tool('mount', '-o', 'remount,ro', st.disk.at)
        if s.fetch(sorted(s.ids)[-1]) is None:
            raise Violation('I7', 'RETR was refused: %r' % s.heard()[-200:])
        s.leave()
        if s.quit_reply.startswith(b'+OK'):
            raise Violation('I2', 'QUIT was answered with %r' % s.quit_reply)
        drop.sure |= drop.open		# nothing can have gone
        as_usual(st, drop)
        deliver(st, drop, False)
    finally:
        s.close()
        tool('mount', '-o', 'remount,rw', st.disk.at)
    remove_two(st, drop, b'+OK')


def dead(st, drop):
    """It answers nothing any more: no list that pretends that most messages are gone, no +OK for a removal."""
    if st.rnd.random() < 0.5:
        forget(st, drop)
    st.disk.sync()
    drop.may_skip = len(drop.sure) // 2
    st.disk.cut()
    for _ in range(2):
        s = Session(st.server, drop, st.secret)
        before = len(drop.gone)
        s.run('plain')
        if len(drop.gone) > before:
            raise Violation('I2', '+OK to QUIT on a dead disk')
    drop.may_skip = 0
    reborn(st)


def immutable(st, drop):
    """One file cannot be removed (F-46): -ERR, and the others are."""
    folder = st.server.maildrop(drop.name)
    s = Session(st.server, drop, st.secret)
    assert s.enter('plain') and s.look(), s.heard()
    known = [n for n in sorted(s.ids) if s.ids[n] in drop.used]
    for n in known:
        s.delete(n)
    files = ['%s/%s/%s' % (folder, d, f) for d in ('new', 'cur') for f in os.listdir('%s/%s' % (folder, d))]
    marked = {drop.used[s.ids[n]] for n in known}
    held = st.rnd.choice([f for f in files if wired(f) in marked])
    tool('chattr', '+i', held)
    try:
        s.leave(stuck=1)
        if s.quit_reply.startswith(b'+OK') or not os.path.exists(held):
            raise Violation('I2', 'QUIT was answered with %r' % s.quit_reply)
        as_usual(st, drop)
    finally:
        s.close()
        tool('chattr', '-i', held)
    remove_two(st, drop, b'+OK')


def wired(path):
    with open(path, 'rb') as f:
        return wire(f.read())


def append_only(st, drop):
    """Folders that only take: nothing can be removed, nothing is said to be."""
    folder = st.server.maildrop(drop.name)
    both = [folder + '/new', folder + '/cur']
    tool('chattr', '+a', *both)
    try:
        remove_two(st, drop, b'-ERR')
    finally:
        tool('chattr', '-a', *both)
    drop.sure |= drop.open
    as_usual(st, drop)


def folders(st, drop):
    """F-34, in an open session and at a login: what is missing is an error, and all is back with the folder."""
    folder = st.server.maildrop(drop.name)
    path = folder + st.rnd.choice(('/cur', '/new', ''))
    s = Session(st.server, drop, st.secret)
    assert s.enter('plain') and s.look(), s.heard()
    drop.may_skip = 1 << 30
    os.rename(path, folder + '.away')
    try:
        if path != folder and st.rnd.random() < 0.5:
            open(path, 'w').close()
        read_all(s)
        other = Session(st.server, drop, st.secret)
        if other.enter('plain'):
            other.look()
            read_all(other)
    except Cut:
        pass
    finally:
        s.close()
        drop.cut(asked=False)
        if os.path.exists(path):	# what our login has made
            os.rename(path, folder + '.other')
        os.rename(folder + '.away', path)
        drop.may_skip = 0
    tool('rm', '-rf', folder + '.other')


def read_all(s):
    try:
        for n in sorted(s.ids):
            s.fetch(n)
    except Cut:
        pass
    finally:
        s.close()


# On a disk that fails when told
def forget_pages(st, drop):
    folder = st.server.maildrop(drop.name)
    st.disk.sync()
    for sub in ('new', 'cur'):
        for f in os.listdir('%s/%s' % (folder, sub)):
            fd = os.open('%s/%s/%s' % (folder, sub, f), os.O_RDONLY)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(fd)
    st.disk.forget_pages()


def bad_read(st, drop):
    """F-13: the octets cannot be read, or no longer, in an open session: an error or a cut, never a final dot."""
    octets = b'Subject: big\n\n' + os.urandom(300000).hex().encode() + b'\n'
    subprocess.run([st.programs + '/deliver', st.server.maildrop(drop.name)], input=octets, user=MAIL, group=MAIL,
                   extra_groups=[], check=True)
    drop.delivered(octets)
    as_usual(st, drop)
    s, heard = Session(st.server, drop, st.secret), []
    try:
        assert s.enter('plain') and s.look(), s.heard()
        forget_pages(st, drop)
        st.disk.fail(True)
        for n in sorted(s.ids, key=lambda _: st.rnd.random()):
            heard.append(s.fetch(n))
    except Cut:
        heard.append(None)
    finally:
        st.disk.fail(False)
        s.close()
        drop.cut(asked=False)
    if None not in heard:
        raise Violation('I3', 'all was sent from a disk that cannot be read')
    empty(st, drop)


def empty(st, drop):
    """By a session: large messages would fill the disk."""
    as_usual(st, drop)
    s = Session(st.server, drop, st.secret)
    assert s.enter('plain') and s.look(), s.heard()
    for n in s.ids:
        s.delete(n)
    s.leave()
    s.close()
    assert s.quit_reply.startswith(b'+OK'), s.quit_reply


def bad_sync(st, drop):
    """F-14: the sync of a delivery or a QUIT fails: no yes, and no message lost."""
    s = Session(st.server, drop, st.secret)
    try:
        assert s.enter('plain') and s.look(), s.heard()
        for n in [n for n in sorted(s.ids) if s.ids[n] in drop.used][:2]:
            s.delete(n)
        st.disk.sync()
        st.disk.fail(True)
        deliver(st, drop, None)
        marked = bool(drop.marks)
        s.leave()
        if marked and s.quit_reply.startswith(b'+OK'):
            raise Violation('I2', '+OK to QUIT, and the disk takes nothing')
    except Cut:
        drop.cut(asked=True)
    finally:
        s.close()
        st.disk.fail(False)
    reborn(st)


SCENES = (full, no_inodes, read_only, dead, immutable, append_only, folders) + indexes.SCENES
BAD = (bad_read, bad_sync)


def play(run, until, name, scenes, disk):
    stage, bad, done = Stage(run, outfit=on(disk), seats=6), run.bad, 0
    if os.environ.get('SCENE'):
        scenes = [f for f in scenes if f.__name__ == os.environ['SCENE']]
    try:
        own_mounts()
        stage.open()
        while not until() and run.bad - bad < 3:
            for scene in run.random.sample(scenes, len(scenes)):
                if until():
                    break
                one(run, stage, scene)
                done += 1
    except CannotMount as e:
        run.skipped(name, 'no file system of its own here: %s' % e)
        return
    finally:
        close(stage)
    run.count(name, done)
    if done == 0:
        run.skipped(name, 'no time was left for a scene')
    elif run.bad == bad:
        run.passed('%s (%d scenes of %d)' % (name, done, len(scenes)))


def close(stage):
    if stage.server and stage.server.proc is not None:
        stage.server.kill()
    if stage.server and hasattr(stage, 'disk'):
        stage.disk.close()
    stage.close()


def one(run, stage, scene):
    drop = stage.seat(cold=False)
    began = time.monotonic()
    try:
        as_usual(stage, drop)
        scene(stage, drop)
        stage.recover(drop, True)
        if os.environ.get('SLOW'):
            run.say('%s: %.2f s' % (scene.__name__, time.monotonic() - began))
    except (Violation, AssertionError, OSError, subprocess.SubprocessError) as v:
        run.failed('SCENE=%s' % scene.__name__, repr(v))
        for line in stage.server.log().splitlines()[-8:]:
            run.say('    ' + line)
        close(stage)
        stage.open()


def campaign(run, until):
    play(run, until, 'disks', SCENES, lambda folder: Disk(folder, 'ext4'))


def bad(run, until):
    play(run, until, 'bad disks', BAD, BadDisk)
