"""F-17: every allocation of every process fails once, while a story is told."""
import mmap
import os
import struct

from shim import PROGRAMS, put_before
from stage import SANITIZED
from sweep import sweep
from tracer import Tracer

SLOT = struct.Struct('16sIIII')		# failmalloc.h


class Page(Tracer):
    """A tracer for who ends how; the shim's page for what fails."""

    def __init__(self, path):
        self.page = open(path, 'r+b')
        self.map = mmap.mmap(self.page.fileno(), 0)
        super().__init__()

    def slot(self, role):
        return PROGRAMS.index('pop3srvd' if role == 'keeper' else role) * SLOT.size

    def get(self, role):
        return SLOT.unpack_from(self.map, self.slot(role))

    def set(self, role, fail_at):
        name = role if role != 'keeper' else 'pop3srvd'
        SLOT.pack_into(self.map, self.slot(role), name.encode(), 0, fail_at, 0, 0)

    def zero(self):
        super().zero()
        for p in PROGRAMS:
            self.set(p, 0)

    def counts(self):
        return {('keeper' if p == 'pop3srvd' else p, 'malloc'): self.get(p)[1] for p in PROGRAMS if self.get(p)[1]}

    def arm(self, role, call, k, order):
        self.armed = role
        self.set(role, k)

    def disarm(self):
        hits = self.get(self.armed)[3]
        for p in PROGRAMS:
            self.set(p, 0)
        return hits

    def close(self):
        super().close()
        self.map.close()
        self.page.close()


def shimmed(stage):
    """The programs with the shim; how the stage is to use them."""
    page = stage.server.dir + '/page'
    with open(page, 'wb') as f:
        for p in PROGRAMS:
            f.write(SLOT.pack(p.encode(), 0, 0, 0, 0))
        f.write(bytes(SLOT.size * (16 - len(PROGRAMS))))
    os.chmod(page, 0o666)
    put_before(stage, 'failmalloc.so', FAILMALLOC=page)
    stage.new_tracer = lambda: Page(page)


def allocations(run, until):
    if SANITIZED:
        run.skipped('allocations', 'the sanitizers have an allocator of their own')
        return
    sweep(run, until, lambda role, call: [('ENOMEM', 'fail')], 'allocations', shimmed)
