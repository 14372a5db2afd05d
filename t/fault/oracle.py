"""I1-I10 of DESIGN.md as one checker.

It is told what was delivered, what each client was told and what is there
afterwards, and raises Violation as soon as these do not fit together:

	o = Oracle()
	d = o.drop('anna@example.org')
	d.delivered(octets)			# deliver ended with 0
	d.listed([(size, uidl), …])		# STAT, LIST and UIDL of a session
	d.fetched(uidl, octets, whole)		# RETR, dots undone
	d.marked(uidl); d.quit(b'+OK …')	# or d.cut(asked=True)
	d.on_disk(d.read(folder))
	d.login([(uidl, size, octets), …])	# a session of its own, afterwards
	o.bystander(want, got); o.keeper(alive); o.memory(…); o.words(…)

A message is known by its octets: each that a test delivers is another.
"""
import os
import re

import server  # noqa: F401 (puts t/system on the path)
from wire import wire

ALSO = re.compile(rb':2,[A-Za-z]*$')


class Violation(AssertionError):
    def __init__(self, promise, why):
        super().__init__('%s: %s' % (promise, why))
        self.promise = promise


class Drop:
    """What one maildrop has to hold."""

    def __init__(self, name):
        self.name = name
        self.sure = set()	# messages (in wire form) that must be there
        self.open = set()	# that may be: nobody was told
        self.gone = set()	# that must not be there any more
        self.uidl = {}		# message: its UIDL as first seen
        self.used = {}		# every UIDL ever seen: its message
        self.marks = set()
        self.stuck = None	# how many of those marked may have stayed
        self.may_skip = 0	# how many files a session may find unreadable

    def wrong(self, promise, why):
        raise Violation(promise, '%s: %s' % (self.name, why))

    # Deliveries
    def delivered(self, octets, done=True):
        """done: whoever delivered was told so; else it may be there, whole, or not."""
        (self.sure if done else self.open).add(wire(octets))

    # One session
    def know(self, uidl, message):
        if message in self.uidl and self.uidl[message] != uidl:
            self.wrong('I4', 'a UIDL was %s and is %s' % (self.uidl[message], uidl))
        if self.used.setdefault(uidl, message) != message:
            self.wrong('I4', 'UIDL %s is used again' % uidl)
        self.uidl[message] = uidl

    def listed(self, rows):
        """[(uidl, size)] as a session was told; sizes must be those of what was delivered."""
        seen = [u for u, _ in rows]
        if len(set(seen)) != len(seen):
            self.wrong('I4', 'one UIDL for two messages')
        for uidl, size in rows:
            m = self.used.get(uidl)
            if m is not None and len(m) != size:
                self.wrong('I5', '%s: size %d, sends %d octets' % (uidl, size, len(m)))
            if m in self.gone:
                self.wrong('I2', '%s is back' % uidl)
        lost = [u for m, u in self.uidl.items() if m in self.sure and u not in seen]
        if len(lost) > self.may_skip:
            self.wrong('I1', 'not listed any more: %s' % lost)

    def fetched(self, uidl, octets, whole):
        """whole: the final dot came.  Otherwise it is a part from the beginning."""
        m = self.used.get(uidl)
        known = self.sure | self.open | self.gone
        fits = [x for x in known if x == octets] if whole else [x for x in known if x.startswith(octets)]
        if not fits or (m is not None and m not in fits):
            self.wrong('I3', '%s: %d octets that were never delivered (%s): %r' % (
                uidl, len(octets), 'whole' if whole else 'cut', octets[-60:]))
        if whole:
            self.know(uidl, fits[0])

    def marked(self, uidl):
        self.marks.add(uidl)

    def unmarked(self):
        self.marks.clear()

    def quit(self, reply, stuck=None):
        """The reply to a complete QUIT.  stuck: how many removals can have failed when it is -ERR."""
        at = {self.used[u] for u in self.marks if u in self.used}
        self.sure -= at
        if reply.startswith(b'+OK'):
            self.gone |= at
            self.open -= at
        else:
            self.open |= at
            self.stuck = None if stuck is None else (at, stuck)
        self.marks = set()

    def cut(self, asked):
        """The session ended otherwise; asked: QUIT had been sent."""
        if asked:
            self.quit(b'')
        self.marks = set()

    # Afterwards
    def settle(self, have):
        """have: the messages that are there, in any order."""
        count = {}
        for m in have:
            count[m] = count.get(m, 0) + 1
        for m, n in count.items():
            if m not in self.sure and m not in self.open and m not in self.gone:
                self.wrong('I6', 'nobody delivered this: %d octets %r' % (len(m), m[:80]))
            if n > 1:
                self.wrong('I6', '%d copies of %s' % (n, self.uidl.get(m, m[:60])))
            if m in self.gone:
                self.wrong('I2', 'there after +OK to QUIT: %s' % self.uidl.get(m, m[:60]))
        lost = self.sure - set(count)
        if lost:
            self.wrong('I1', 'vanished: %s' % [self.uidl.get(m, m[:60]) for m in lost])
        if self.stuck is not None:
            at, most = self.stuck
            left = at & set(count)
            if len(left) > most:
                self.wrong('I2', '%d marked messages stayed, only %d removals failed' % (len(left), most))

    def on_disk(self, files):
        """{name: octets} of new and cur."""
        bases = [ALSO.sub(b'', n) for n in files]
        if len(set(bases)) != len(bases):
            self.wrong('I6', 'one name twice: %s' % sorted(files))
        self.settle([wire(x) for x in files.values()])

    def login(self, rows):
        """[(uidl, size, octets)] of a session of its own; what was open is settled by it."""
        for uidl, size, octets in rows:
            if size != len(octets):
                self.wrong('I5', '%s: size %d, sends %d octets' % (uidl, size, len(octets)))
        self.settle([o for _, _, o in rows])
        for uidl, _, octets in rows:
            self.know(uidl, octets)
        have = {o for _, _, o in rows}
        self.gone |= self.open - have
        self.sure, self.open, self.stuck = have, set(), None

    @staticmethod
    def read(folder):
        out = {}
        for sub in ('new', 'cur'):
            for name in os.listdir(os.path.join(folder, sub)):
                with open(os.path.join(folder, sub, name), 'rb') as f:
                    out[os.fsencode(name)] = f.read()
        return out


class Oracle:
    def __init__(self, secrets=()):
        self.drops = {}
        self.secrets = [s.encode() if isinstance(s, str) else s for s in secrets]

    def drop(self, name):
        return self.drops.setdefault(name, Drop(name))

    def bystander(self, want, got):
        """What a client that nothing was done to expected to hear, and heard."""
        if want != got:
            raise Violation('I7', 'another client heard %r, not %r' % (got[:200], want[:200]))

    def keeper(self, alive):
        if not alive:
            raise Violation('I8', 'the keeper has ended')

    def memory(self, who, kb, most):
        if kb > most:
            raise Violation('I9', '%s: %d kB, more than %d' % (who, kb, most))

    def words(self, where, octets):
        """Anything that leaves the server."""
        octets = octets.encode() if isinstance(octets, str) else octets
        for s in self.secrets:
            at = octets.find(s)
            if at >= 0:
                raise Violation('I10', 'a secret in %s: …%r' % (where, octets[max(0, at - 80):at]))
