"""File systems of a campaign's own: in files, small, in a mount namespace that ends with the harness.

	own_mounts()			# once, before any thread
	d = Disk(folder, 'ext4')
	d.make()			# mounted at d.at
	d.sync()			# all is on the disk
	d.cut()				# the power is gone: what is not on the disk never will be
	d.again()			# what is left of it, mounted again
"""
import ctypes
import fcntl
import os
import struct
import subprocess
import time

CLONE_NEWNS = 0x20000
SHUTDOWN = 0x8004587d		# EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN: _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2
SIZES = {'ext4': 32 << 20, 'xfs': 320 << 20}	# the least that mkfs.xfs takes
MAKE = {'ext4': ['mkfs.ext4', '-q', '-F', '-b', '4096', '-N', '4096'], 'xfs': ['mkfs.xfs', '-q', '-f']}
libc = ctypes.CDLL(None, use_errno=True)
state = {}


class CannotMount(Exception):
    """The right or the kernel's part is missing here."""


def tool(*words):
    r = subprocess.run(words, capture_output=True, text=True)
    if r.returncode != 0:
        raise CannotMount('%s: %s' % (words[0], (r.stderr or r.stdout).strip().splitlines()[-1:]))
    return r.stdout


def own_mounts():
    """Mounts from here on are seen by this process and its children alone, and end with them."""
    if 'own' not in state:
        if libc.unshare(CLONE_NEWNS) != 0:
            raise CannotMount('no mount namespace: ' + os.strerror(ctypes.get_errno()))
        tool('mount', '--make-rprivate', '/')
        state['own'] = True


def unmount(at, patience=20):
    """As soon as nobody uses it any more."""
    end = time.monotonic() + patience
    while libc.umount2(at.encode(), 0) != 0:
        if time.monotonic() > end:
            libc.umount2(at.encode(), 2)	# MNT_DETACH
            raise AssertionError('%s stays busy: somebody has not ended' % at)
        time.sleep(0.003)


class Disk:
    def __init__(self, folder, kind):
        self.kind, self.image, self.at = kind, folder + '/image', folder + '/disk'
        self.mounted = False

    def make(self, fresh=True):
        own_mounts()
        os.makedirs(self.at, exist_ok=True)
        if fresh:
            with open(self.image, 'wb') as f:
                f.truncate(SIZES[self.kind])
        tool(*MAKE[self.kind], self.image)
        self.mount()
        os.chmod(self.at, 0o755)
        return self

    def mount(self):
        tool('mount', '-o', 'loop', '-t', self.kind, self.image, self.at)
        self.mounted = True

    def ask(self, call):
        fd = os.open(self.at, os.O_RDONLY)
        try:
            call(fd)
        finally:
            os.close(fd)

    def sync(self):
        self.ask(lambda fd: libc.syncfs(fd))

    def cut(self):
        """The file system ends at once and writes nothing more, not even its journal.

        What was on its way is either on the disk or never will be: nothing
        that somebody was promised meanwhile can still be lost by our looking.
        """
        self.ask(lambda fd: fcntl.ioctl(fd, SHUTDOWN, struct.pack('I', NO_LOG_FLUSH)))

    def again(self):
        """Mount what is left; its journal is played back.  Whoever used it has to be gone."""
        self.close(last=False)
        self.mount()

    def close(self, last=True):
        if self.mounted:
            self.mounted = False
            unmount(self.at)


class BadDisk(Disk):
    """Every read and write of it fails while told so."""

    def __init__(self, folder):
        super().__init__(folder, 'ext4')
        self.folder, self.helpers = folder, []

    def make(self):
        own_mounts()
        below, self.image = self.image, self.folder + '/nbd'
        with open(below, 'wb') as f:
            f.truncate(SIZES['ext4'])
        open(self.image, 'w').close()
        quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
        sock = self.folder + '/nbd.sock'
        self.helpers.append(subprocess.Popen(['nbdkit', '-f', '-U', sock, '--filter=error', 'file', below, 'error=EIO',
                                              'error-rate=100%', 'error-file=' + self.folder + '/fail'], **quiet))
        self.wait(lambda: os.path.exists(sock))
        self.helpers.append(subprocess.Popen(['nbdfuse', self.image, '--unix', sock], **quiet))
        self.wait(lambda: os.stat(self.image).st_size)
        return super().make(fresh=False)

    def wait(self, condition):
        end = time.monotonic() + 20
        while not condition():
            if time.monotonic() > end or any(h.poll() is not None for h in self.helpers):
                raise CannotMount('nbdkit and nbdfuse do not start')
            time.sleep(0.01)

    def forget_pages(self):
        """What the kernel keeps of the file below."""
        fd = os.open(self.image, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)

    def fail(self, now):
        if now:
            open(self.folder + '/fail', 'w').close()
        else:
            os.unlink(self.folder + '/fail')

    def close(self, last=True):
        super().close()
        if last and self.helpers:
            libc.umount2(self.image.encode(), 2)
            for h in reversed(self.helpers):
                h.terminate()
                h.wait()
            self.helpers = []
