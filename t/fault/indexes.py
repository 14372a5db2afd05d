"""F-36, G-06: whatever becomes of the index, UIDLs stay."""
import os

from disk import tool
from scene import as_usual, forget, index
from server import MAIL

FEW = 12		# damages a turn


def damage(st, old):
    """An index that is not what it was."""
    rnd, n = st.rnd, len(old)
    how = rnd.randrange(5)
    if how == 0:
        return old[:rnd.randrange(n)]
    if how == 1:
        at = rnd.randrange(n)
        return old[:at] + bytes([old[at] ^ 1 << rnd.randrange(8)]) + old[at + 1:]
    if how == 2:
        return bytes(n)
    if how == 3:
        at = rnd.randrange(n)
        return old[:at] + st.rnd.randbytes(min(64, n - at)) + old[at + 64:]
    return old + st.rnd.randbytes(rnd.randrange(1, 200))


def index_damaged(st, drop):
    """F-36: the same UIDLs, or none; never others."""
    as_usual(st, drop)
    with open(index(st, drop), 'rb') as f:
        older = f.read()
    for i in range(FEW):
        if i % 3 == 0:
            st.add(drop.name)
            as_usual(st, drop)
        with open(index(st, drop), 'rb') as f:
            now = f.read()
        write_index(st, drop, older if i == FEW - 1 else damage(st, now))
        as_usual(st, drop)
        st.run.count('indexes damaged')


def index_cut(st, drop):
    """F-36: cut at every octet, from a random one on."""
    as_usual(st, drop)
    with open(index(st, drop), 'rb') as f:
        whole = f.read()
    at = st.rnd.randrange(len(whole))
    for i in range(FEW):
        write_index(st, drop, whole[:(at + i) % len(whole)])
        as_usual(st, drop)
        st.run.count('indexes damaged')


def index_held(st, drop):
    """It cannot be written or replaced, or not be read, or is a folder."""
    as_usual(st, drop)
    path = index(st, drop)
    tool('chattr', '+i', path)
    try:
        st.add(drop.name)
        as_usual(st, drop)
    finally:
        tool('chattr', '-i', path)
    os.chmod(path, 0)
    as_usual(st, drop)
    forget(st, drop)
    os.mkdir(path)
    as_usual(st, drop)
    if os.path.isdir(path):
        os.rmdir(path)
    as_usual(st, drop)


def write_index(st, drop, octets):
    with open(index(st, drop), 'wb') as f:
        f.write(octets)
    os.chown(index(st, drop), MAIL, MAIL)


SCENES = (index_damaged, index_cut, index_held)
