"""What a maildrop must hold, without keeping its messages.

A message is made from its account and serial number, so that its content need
not be remembered; the ledger knows which serials must be there (sure), which
may be there (coming: a delivery runs; open: a QUIT was not answered), and by
which UIDL each was first seen.  Whatever does not fit raises Wrong.
"""
import collections
import random
import threading

from wire import unstuff, wire


class Wrong(AssertionError):
    pass


def message(account, serial):
    r = random.Random('%s %d' % (account, serial))
    lines = ['From: sender@example.net', 'To: ' + account, 'Subject: %s %d' % (account, serial), 'X-Serial: %d' % serial, '']
    for _ in range(r.choice((0, 1, 5, 5, 20, 20, 60, 300))):
        lines.append(r.choice(('', '.', '..two dots', '.one dot', 'text ' * r.randrange(14), 'trailing blank ', '\tx')))
    end = r.choice(('\n', '\n', '\r\n'))
    return end.join(lines).encode() + (b'' if r.random() < 0.1 else end.encode())


class Account:
    def __init__(self, name):
        self.name, self.password = name, 'first horse battery'
        self.history = collections.deque(maxlen=20)	# what was done last
        self.other = None		# password that may count as well
        self.lock = threading.Lock()	# between who delivers and who reads
        self.next = 0
        self.sure, self.coming, self.open = set(), set(), set()
        self.serial, self.uidl = {}, {}
        self.delivered = self.deleted = self.vanished = 0

    def wrong(self, text, *args):
        raise Wrong('%s: %s' % (self.name, text % args))

    # Deliveries
    def begin(self):
        with self.lock:
            serial, self.next = self.next, self.next + 1
            self.coming.add(serial)
        return serial

    def landed(self, serial):
        with self.lock:
            self.delivered += 1
            if serial in self.coming:	# else it has been read and deleted
                self.coming.discard(serial)
                self.sure.add(serial)

    def may(self, serial):
        with self.lock:
            return serial in self.sure or serial in self.coming or serial in self.open

    # Sessions
    def must(self):
        with self.lock:
            return set(self.sure)

    def size(self, serial):
        return len(wire(message(self.name, serial)))

    def meet(self, uidl, fetched):
        """A message of a UIDL that was not seen before."""
        body = unstuff(fetched)
        serial = next((int(x[9:]) for x in body.split(b'\r\n\r\n')[0].split(b'\r\n') if x.startswith(b'X-Serial:')), -1)
        if not self.may(serial):
            self.wrong('message %d is there and must not be', serial)
        with self.lock:
            if serial in self.uidl:
                self.wrong('message %d had the UIDL %s and has %s', serial, self.uidl[serial], uidl)
            self.serial[uidl], self.uidl[serial] = serial, uidl
        self.check(serial, fetched)
        return serial

    def check(self, serial, fetched, lines=None):
        want = wire(message(self.name, serial))
        if lines is not None:
            head, body = want.split(b'\r\n\r\n', 1)
            want = head + b'\r\n\r\n' + b''.join(x + b'\r\n' for x in body.split(b'\r\n')[:-1][:lines])
        if unstuff(fetched) != want:
            self.wrong('message %d is not what was delivered: %r', serial, fetched[:300])

    def listed(self, must, there):
        """there: [(uidl, size)] of one session; must: sure when it began."""
        seen = set()
        for uidl, size in there:
            serial = self.serial.get(uidl)
            if serial is None:
                continue
            if serial in seen:
                self.wrong('message %d is listed twice', serial)
            seen.add(serial)
            if not self.may(serial):
                self.wrong('message %d was deleted and is there', serial)
            if size != self.size(serial):
                self.wrong('message %d: %d octets are said, %d are right', serial, size, self.size(serial))
        known = set(self.serial.values())
        gone = (must & known) - seen
        if gone:
            self.wrong('messages %s are lost', sorted(gone)[:5])

    def all_met(self, must, serials):
        if must - serials:
            self.wrong('messages %s are lost', sorted(must - serials)[:5])

    def removed(self, serials, sure=True):
        """QUIT was answered +OK; not sure: it was not answered."""
        with self.lock:
            for x in serials:
                for of in (self.sure, self.coming, self.open):
                    of.discard(x)
                if not sure:
                    self.open.add(x)
            self.deleted += len(serials) if sure else 0

    def settle(self, serials):
        """What is there at the end; what was open is decided by it."""
        with self.lock:
            self.vanished += len(self.open - serials)
            self.open.clear()
            self.sure |= serials
