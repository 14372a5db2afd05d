"""What scenes on disks have in common: what is done to a maildrop, and what has to hold then."""
import os
import subprocess

from oracle import Violation
from server import MAIL
from visit import Session, check_login


def deliver(st, drop, want):
    """want: whether it has to succeed; None: nobody knows."""
    octets = st.octets(drop.name) * 40
    r = subprocess.run([st.programs + '/deliver', st.server.maildrop(drop.name)], input=octets, user=MAIL, group=MAIL,
                       extra_groups=[], stderr=subprocess.PIPE)
    drop.delivered(octets, done=r.returncode == 0)
    if want is not None and (r.returncode == 0) != want:
        raise Violation('I6', 'deliver ended with %d: %s' % (r.returncode, r.stderr[-200:]))
    left = os.listdir(st.server.maildrop(drop.name) + '/tmp') if want is False else []
    if left:
        raise Violation('I6', 'left in tmp/: %s' % left)


def remove_two(st, drop, want):
    """A session with DELE and QUIT; want: what its answer has to begin with."""
    s = Session(st.server, drop, st.secret)
    if not s.run('plain') and s.quit_reply is None:
        raise Violation('I7', 'no session: %r' % s.heard()[-200:])
    if not s.quit_reply.startswith(want):
        raise Violation('I2', 'QUIT was answered with %r' % s.quit_reply)


def index(st, drop):
    return st.server.maildrop(drop.name) + '/pop3srvd.index'


def forget(st, drop):
    """No index; what was seen stays known to the oracle."""
    if os.path.exists(index(st, drop)):
        os.unlink(index(st, drop))


def as_usual(st, drop):
    check_login(st.server, drop, st.secret)
    drop.on_disk(drop.read(st.server.maildrop(drop.name)))


def reborn(st):
    """All is killed; the server begins again on what the disk holds."""
    st.bystander.leave()
    st.server.kill()
    st.disk.again()
    st.start(wait=False)
    st.wait_all()
    st.began()
