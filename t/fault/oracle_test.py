"""Histories that break a promise: the oracle must object to each, and to none that keeps them."""
from oracle import Oracle, Violation

A, B, C = (b'Subject: %s\r\n\r\nbody\r\n' % x for x in (b'a', b'b', b'c'))


def told(name='anna'):
    """Three messages, all of them seen in a session."""
    d = Oracle().drop(name)
    for m in (A, B, C):
        d.delivered(m)
    d.login([('1', len(A), A), ('2', len(B), B), ('3', len(C), C)])
    return d


def vanished():
    told().login([('1', len(A), A), ('2', len(B), B)])


def vanished_without_quit():
    d = told()
    d.marked('1')
    d.cut(asked=False)
    d.on_disk({b'b': B, b'c': C})


def kept_after_ok():
    d = told()
    d.marked('1')
    d.quit(b'+OK bye')
    d.on_disk({b'a': A, b'b': B, b'c': C})


def came_back():
    d = told()
    d.marked('1')
    d.quit(b'+OK bye')
    d.login([('2', len(B), B), ('3', len(C), C)])
    d.listed([('1', len(A)), ('2', len(B)), ('3', len(C))])


def rest_not_tried():
    d = told()
    d.marked('1')
    d.marked('2')
    d.quit(b'-ERR [SYS/TEMP] some were not deleted', stuck=1)
    d.on_disk({b'a': A, b'b': B, b'c': C})


def wrong_octets():
    told().fetched('1', A[:-3] + b'!\r\n', whole=True)


def another_message():
    told().fetched('1', B, whole=True)


def dot_after_a_part():
    told().fetched('1', A[:-6], whole=True)


def uidl_changed():
    told().login([('9', len(A), A), ('2', len(B), B), ('3', len(C), C)])


def uidl_reused():
    d = told()
    d.marked('1')
    d.quit(b'+OK bye')
    d.login([('2', len(B), B), ('3', len(C), C)])
    d.delivered(A + b'new\r\n')
    d.login([('2', len(B), B), ('3', len(C), C), ('1', len(A) + 5, A + b'new\r\n')])


def wrong_size():
    told().listed([('1', len(A) + 1), ('2', len(B)), ('3', len(C))])


def two_copies():
    told().on_disk({b'a': A, b'a2': A, b'b': B, b'c': C})


def half_delivered():
    d = told()
    d.delivered(b'Subject: d\n\n' + b'x' * 99, done=False)
    d.on_disk({b'a': A, b'b': B, b'c': C, b'd': b'Subject: d\n\nxx'})


def bystander_cut():
    Oracle().bystander(b'+OK', b'')


def keeper_dead():
    Oracle().keeper(False)


def too_much_memory():
    Oracle().memory('front', 200000, 100000)


def secret_in_log():
    Oracle(['canary']).words('the log', 'event=login password=canary')


def innocent():
    d = told()
    d.listed([('1', len(A)), ('2', len(B)), ('3', len(C))])
    d.fetched('1', A, whole=True)
    d.fetched('2', B[:9], whole=False)
    d.marked('1')
    d.quit(b'-ERR some were not deleted', stuck=1)
    d.on_disk({b'a': A, b'b:2,S': B, b'c': C.replace(b'\r\n', b'\n')})
    d.login([('1', len(A), A), ('2', len(B), B), ('3', len(C), C)])
    d.marked('1')
    d.quit(b'')
    d.login([('2', len(B), B), ('3', len(C), C)])
    d.delivered(b'later', done=False)
    d.login([('2', len(B), B), ('3', len(C), C)])
    o = Oracle(['canary'])
    o.bystander(b'+OK', b'+OK')
    o.keeper(True)
    o.memory('front', 1, 2)
    o.words('the log', 'event=login password=(hidden)')


BREACHES = [
    ('I1', vanished), ('I1', vanished_without_quit), ('I2', kept_after_ok), ('I2', came_back), ('I2', rest_not_tried),
    ('I3', wrong_octets), ('I3', another_message), ('I3', dot_after_a_part), ('I4', uidl_changed), ('I4', uidl_reused),
    ('I5', wrong_size), ('I6', two_copies), ('I6', half_delivered), ('I7', bystander_cut), ('I8', keeper_dead),
    ('I9', too_much_memory), ('I10', secret_in_log)]


def campaign(run, _):
    innocent()
    found = set()
    for promise, history in BREACHES:
        try:
            history()
        except Violation as v:
            if v.promise == promise:
                found.add(history)
                continue
            run.failed('oracle', '%s: taken for %s' % (history.__name__, v))
    missed = [h.__name__ for _, h in BREACHES if h not in found]
    promises = {p for p, h in BREACHES if h in found}
    run.note('oracle: %d of 10 promises, %d of %d violations found' % (len(promises), len(found), len(BREACHES)))
    if missed or len(promises) != 10:
        run.failed('oracle', 'not noticed: %s' % missed)
    else:
        run.passed('oracle')
