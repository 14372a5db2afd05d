"""The mail of a run, from its seed: written once, linked for each server.

user0…		20 messages of 1 to 100 kB, as every user has them
big0		one of 50 MB whose lines begin with no dot; wire0 the same, to be
		stored with CRLF
many100000	that many of about 2 kB, names without sizes; sized100000 the same
		files with ,S=,W= in their names; also 100 … 1,000,000
cold0…		a hundred of them, for those who open them all at once

The files of the servers are the same inodes, so one page cache serves all; a
maildrop that is written to (dele) is made anew of files of its own.
"""
import os
import random
import time

BIG = 50_000_000
EPOCH = 1700000000
POOL = 100_000		# distinct files behind the big maildrops
WORDS = ('the quick brown fox jumps over the lazy dog and then some more text that says nothing at all to '
         'anybody who might read it').split()


owner = None		# whose the mail is, when the runner is root


def text(rng, n, size, dots):
    """A message of about size octets with LF; dots: some lines begin with one."""
    out = ['From: a@example.org\nTo: b@example.org\nSubject: message %d\n\n' % n]
    left = size - len(out[0])
    while left > 0:
        line = ' '.join(rng.choices(WORDS, k=rng.randrange(6, 13)))
        if dots and rng.random() < 0.01:
            line = '.' + line
        out.append(line[:max(1, left - 1)] + '\n')
        left -= len(out[-1])
    return ''.join(out).encode()


def wire_octets(m):
    """What RETR sends of it, without the last line."""
    return len(m) + m.count(b'\n') + m.count(b'\n.') + m.startswith(b'.')


def base_name(i):
    return '%d.M%dP1Q%d.bench' % (EPOCH + i // 3, i, i)


def sized_name(i, octets, lines):
    return '%s,S=%d,W=%d:2,S' % (base_name(i), octets, octets + lines)


def give(path):
    """To whom the maildrops belong, when the runner is root."""
    if owner is not None:
        os.chown(path, owner, owner)


def make_drop(path):
    for sub in ('new', 'cur', 'tmp'):
        os.makedirs(path + '/' + sub, exist_ok=True)
        give(path + '/' + sub)
    give(path)
    return path + '/cur'


def put(path, octets):
    with open(path, 'wb') as f:
        f.write(octets)
    give(path)


class Mail:
    """Everything below root; the servers' folders link to it."""

    def __init__(self, root, seed, pool=POOL, big=BIG):
        self.root, self.rng = root, random.Random(seed)
        self.pool_size, self.big_size = pool, big
        self.pool = None
        sizes = [1000] + [self.rng.randrange(1000, 100_000) for _ in range(18)] + [100_000]
        self.twenty = [text(self.rng, i, s, True) for i, s in enumerate(sizes)]
        self.lines = []
        cur = make_drop(root + '/twenty')
        for i, m in enumerate(self.twenty):
            put(cur + '/' + base_name(i) + ':2,S', m)

    def sizes(self):
        return [wire_octets(m) for m in self.twenty]

    def make_big(self):
        if not os.path.exists(self.root + '/big'):
            block = text(self.rng, 0, 1_000_000, False)
            self.big = (block * (self.big_size // len(block) + 1))[:self.big_size - 1] + b'\n'
            put(make_drop(self.root + '/big') + '/' + base_name(0) + ':2,S', self.big)
        return self.big

    def big_wire(self):
        return self.make_big().replace(b'\n', b'\r\n')

    def small(self, i):
        return self.blocks[i % 64][:-self.cuts[i % 997] - 1] + b'\n'

    def make_pool(self, count):
        """The first so many distinct small files."""
        if self.pool is None:
            self.blocks = [text(self.rng, i, 3000, False) for i in range(64)]
            self.cuts = [self.rng.randrange(2000) for _ in range(997)]
            self.pool = make_drop(self.root + '/pool')
            self.in_pool = []
        for i in range(len(self.in_pool), min(count, self.pool_size)):
            m = self.small(i)
            put('%s/%d' % (self.pool, i), m)
            self.in_pool.append((len(m), m.count(b'\n')))

    def link_drop(self, path, count, sized, shift=0):
        """count messages, links to the pool's files, from number shift on."""
        self.make_pool(count)
        fd = os.open(self.pool, os.O_RDONLY)
        to = os.open(make_drop(path), os.O_RDONLY)
        n = len(self.in_pool)
        for i in range(count):
            at = (i + shift) % n
            name = sized_name(i, *self.in_pool[at]) if sized else base_name(i) + ':2,S'
            os.link(str(at), name, src_dir_fd=fd, dst_dir_fd=to)
        os.close(fd)
        os.close(to)

    def link_twenty(self, path):
        cur = make_drop(path)
        for f in os.listdir(self.root + '/twenty/cur'):
            os.link('%s/twenty/cur/%s' % (self.root, f), cur + '/' + f)

    def link_big(self, path):
        self.make_big()
        name = base_name(0) + ':2,S'
        os.link('%s/big/cur/%s' % (self.root, name), make_drop(path) + '/' + name)

    def write_drop(self, path, count):
        """count messages in files of their own, with their sizes in the names."""
        self.make_pool(1)
        cur = make_drop(path)
        for i in range(count):
            m = self.small(i)
            put(cur + '/' + sized_name(i, len(m), m.count(b'\n')), m)

    def arrive(self, path, count, at):
        """New mail, as a delivery agent without sizes brings it; nothing else in
        the maildrop is touched."""
        self.make_pool(1)
        owner = os.stat(path)
        for i in range(count):
            name = '%d.M%dP2Q%d.bench' % (int(time.time()), at, i)
            put('%s/tmp/%s' % (path, name), self.small(i))
            if os.geteuid() == 0:
                os.chown('%s/tmp/%s' % (path, name), owner.st_uid, owner.st_gid)
            os.rename('%s/tmp/%s' % (path, name), '%s/new/%s' % (path, name))


def forget(path):
    """What a server keeps beside the mail."""
    for f in os.listdir(path):
        if f not in ('new', 'cur', 'tmp') and not os.path.isdir(path + '/' + f):
            os.unlink(path + '/' + f)
