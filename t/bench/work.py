"""The rows that are more than a rate: each function gives a function of the
bench and a server that returns a figure.
"""
import os
import shutil
import statistics
import subprocess
import time

from drive import (command, delete_all, drop_caches, held, load, log_in, noop_times, noops, read_all, settled, slow_disk,
                   unlink_all, warm_all, warm_up)
from harness import BUILD
from mail import base_name, make_drop, put
from meter import Measure
from servers import Failed, NotMeasured, spawn

SLOW_IOPS = 1000


def wire_drop(b, srv, user):
    """The big message, stored with CRLF; ours by its own deliver."""
    if srv.name == 'limit' or (srv.name, user) in b.stored:
        return
    cur = make_drop(srv.drop(user))
    if srv.name == 'pop3srvd':
        subprocess.run([BUILD + '/libexec/deliver', '-w', srv.drop(user)], input=b.mail.make_big(), check=True)
    else:
        put(cur + '/' + base_name(0) + ':2,S', b.mail.big_wire())
    b.stored.add((srv.name, user))


def need_descriptors(b, count):
    """A server and the load generator each hold that many, and some more."""
    if count + 500 > b.descriptors:
        raise NotMeasured('%d connections need more than the %d descriptors of a process here' % (count, b.descriptors))


def warm(user):
    def run(b, srv):
        if srv.name != 'limit':
            settled(b, srv, user)
        r = load(srv, '-m', 'login', '-u', user, seconds=b.seconds)
        r['value'] = r['p50_ms']
        return r
    return run


def ten_new(user):
    """Ten messages come, and the next login is timed; three times."""
    def run(b, srv):
        times = []
        for i in range(3):
            settled(b, srv, user)
            b.mail.arrive(srv.drop(user), 10, b.number())
            r = log_in(srv, user)
            times.append(r['p50_ms'])
        r['value'] = r['p50_ms'] = statistics.median(times)
        r['p95_ms'] = r['p99_ms'] = max(times)
        return r
    return run


def in_memory(b, srv, user):
    read_all(srv.drop(user) + '/cur')


def on_disk(b, srv, user):
    drop_caches()
    log_in(srv, 'user0')


def first(user, before=in_memory):
    """Nothing is known of the maildrop; another session says NOOP meanwhile."""
    def run(b, srv):
        srv.stop()
        srv.forget(user)
        srv.start()
        warm_up(srv)
        before(b, srv, user)
        alone = noop_times(srv, min(1, b.seconds))
        with noops(srv) as others:
            r = log_in(srv, user)
        r['value'] = r['p50_ms']
        r['others_ms'], r['alone_ms'] = others['p99_ms'], alone['p99_ms']
        r['note'] = "others' NOOP p99 %.2f ms, alone %.2f ms" % (r['others_ms'], r['alone_ms'])
        return r
    return run


def dropped(user, new=0):
    def run(b, srv):
        if srv.name != 'limit':
            settled(b, srv, user)
        if new:
            b.mail.arrive(srv.drop(user), new, b.number())
        drop_caches()
        r = log_in(srv, user)
        r['value'] = r['p50_ms']
        return r
    return run


def dele(user, count):
    def run(b, srv):
        path = srv.drop(user)
        shutil.rmtree(path, ignore_errors=True)
        b.mail.write_drop(path, count)
        if srv.name == 'limit':
            os.sync()
            return unlink_all(path)
        settled(b, srv, user)
        os.sync()
        return delete_all(srv, user, count)
    return run


def pss(srv):
    try:
        return srv.group.memory()
    except PermissionError:
        raise NotMeasured('the memory of processes that gave up rights is seen by root only')


def memory(counts, tls=False, login=False):
    """What each of the connections between two counts adds; so what a server
    needs once counts for nothing."""
    def run(b, srv):
        need_descriptors(b, counts[1])
        srv.restart()
        args = ['-u', 'user%d', '-l', '-n', counts[1]] if login else []
        warm_up(srv, tls=tls)
        few, more = counts
        with Measure(srv.group) as m:
            with held(srv, few, *args, tls=tls):
                before = pss(srv)
                with held(srv, more - few, *args, tls=tls, first=few):
                    after = pss(srv)
        return {'value': (after - before) / (more - few), **m.figures(),
                'note': 'PSS at %d less that at %d, by %d' % (more, few, more - few)}
    return run


def noop_among(idle):
    def run(b, srv):
        need_descriptors(b, idle)
        with held(srv, idle):
            noop_times(srv, b.scale.settle / 2)	# who is quiet becomes known by turns
            return noop_times(srv, b.seconds)
    return run


def noop_while_cold(drops):
    """Clients open all of them at once; who has none of them is timed."""
    def run(b, srv):
        srv.stop()
        for i in range(drops):
            srv.forget('cold%d' % i)
        srv.start()
        warm_up(srv)
        drop_caches()
        log_in(srv, 'user0')
        with slow_disk(srv, srv.root(), SLOW_IOPS) as how, Measure(srv.group) as m, noops(srv) as r:
            p = spawn(command(srv, 600, ['-m', 'login', '-c', drops, '-o', drops, '-n', drops, '-u', 'cold%d'],
                              False, False), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            try:
                time.sleep(b.scale.cold_seconds)
                done = 'all were open' if p.poll() is not None else 'still opening'
            finally:
                p.kill()
                p.wait()
        srv.restart()
        return {**r, **m.figures(), 'value': r['p99_ms'], 'note': '%s; %s after %g s' % (how, done, b.scale.cold_seconds)}
    return run


def cost(at_once):
    def run(b, srv):
        need_descriptors(b, at_once)
        users = max(at_once, b.scale.users)
        warm_all(srv, users)
        r = load(srv, '-m', 'session', '-c', at_once, '-n', users, seconds=b.seconds)
        r['value'] = r['cpu_us']
        return r
    return run


def parking(b):
    """Lines of t/bench/park_cost: a loop of ours with idle descriptors."""
    r = subprocess.run([BUILD + '/t/bench/park_cost', str(b.scale.idle_many), str(int(max(b.seconds, b.scale.settle)))],
                       capture_output=True, text=True)
    if r.returncode != 0:
        raise Failed('park_cost: ' + r.stderr.strip())
    return ['- ' + line for line in r.stdout.splitlines()]
