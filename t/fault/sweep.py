"""F-16, F-03, F-15: every system call of a scripted story goes wrong once.

A story is told once without a fault to see which calls each process makes.  A
site is (story, role, call, ordinal, way): the ordinal-th call of that role
since the story began goes wrong in that way.  After each the oracle looks, and
the same server goes on; it starts anew after a crash and now and then, so that
keeper's waiting before a restart does not grow.
"""
import collections
import os
import signal
import time

import calls
from oracle import Violation
from stage import SANITIZED, Stage
from stories import STORIES

ORDINALS = 60		# of one call and role; later ones are alike
SHORT = 60		# seconds
DEATHS = 2		# after so many a new server costs less than keeper's waiting
Site = collections.namedtuple('Site', 'story role call k text order')


class Sweep:
    def __init__(self, run, stage):
        self.run, self.stage = run, stage
        self.restarts = collections.Counter()
        self.missed = 0
        self.since = 0

    def record(self, name):
        """{(role, call): the most that were seen}, told without a fault."""
        most, story, s = {}, STORIES[name], self.stage
        for i in range(story.records):
            drop = s.seat(cold=i % 2 == 1)
            story.prepare(s)
            s.tracer.zero()
            done = story.tell(s, drop)
            assert done, 'the story "%s" fails without a fault: %r' % (name, story.said)
            for key, n in s.tracer.counts().items():
                most[key] = max(most.get(key, 0), n)
            site = Site(name, '', '', 0, '', '')
            s.recover(drop, story.excused, lambda: story.check(s, site))
            self.since += story.excused
        return most

    def sites(self, story, how):
        out = []
        for (role, call), n in sorted(self.record(story).items()):
            if call not in calls.CALLS and call != 'malloc':
                self.run.failed('sweep', '%s calls %s, which calls.py does not know' % (role, call))
                continue
            if SANITIZED and call in calls.OF_SANITIZERS:
                continue
            for text, order in how(role, call):
                out += [Site(story, role, call, k, text, order) for k in range(1, (n if call == 'malloc' else min(n, ORDINALS)) + 1)]
        return out

    def one(self, site):
        """A fault, then what must hold all the same.  True when the fault was reached."""
        s, story = self.stage, STORIES[site.story]
        drop = s.seat()
        story.prepare(s)
        s.tracer.zero()
        s.tracer.arm(site.role, site.call, site.k, site.order)
        killing = site.order.startswith(('kill', 'after'))
        drop.may_skip = int(calls.may_hide_a_file(site.role, site.call, site.text))
        story.tell(s, drop, stuck=1 if 'unlink' in site.call else None)
        hits = s.tracer.disarm()
        drop.may_skip = 0
        ends = self.ends(site)
        if killing and site.role == 'keeper' and hits:
            self.start_over()
        excused = killing or bool(ends) or story.excused
        try:
            s.recover(drop, excused, lambda: story.check(s, site))
        except Violation:
            time.sleep(0.2)		# a process that was about to end when we looked?
            if excused or not self.ends(site):
                raise
            s.recover(drop, True, lambda: story.check(s, site))
        if hits == 0:
            self.missed += 1
            return False
        self.run.count('kills' if killing else 'allocations failed' if site.call == 'malloc' else 'calls failed')
        return True

    def start_over(self):
        self.since = 0
        self.stage.start_over()

    def ends(self, site):
        """Who has ended since the story began, judged."""
        ends = [e for e in self.stage.tracer.ends() if e[0] != 'deliver' and ("'" not in e[0] or e[2] < 0)]
        self.judge(site, ends, site.order.startswith(('kill', 'after')))
        self.since += len(ends)
        return ends

    def judge(self, site, ends, killing):
        """Processes may end by our SIGKILL; by another signal never; by themselves it is noted."""
        s = self.stage
        for role, pid, how in ends:
            fresh = role.endswith("'")
            if how == -signal.SIGKILL or fresh and how == -signal.SIGALRM:
                continue	# ours; keeper's, of a lost channel; a delivery's own patience
            if how < 0 and not (fresh and (site.call, site.k) == calls.LOADER):
                raise Violation('I8', '%s was ended by signal %d: %s' % (role, -how, s.server.stderr()[-1500:]))
            if how >= 0:
                self.restarts['%s exits with %d after %s of %s' % (role, how, site.text, site.call)] += 1
        if site.role == 'keeper' and killing:
            return
        s.oracle.keeper(s.alive())

    def go(self, sites, until):
        """As many as the time allows, each once."""
        done = n = 0
        for site in sites:
            if until():
                break
            n += 1
            try:
                if self.since >= DEATHS:
                    self.start_over()
                began = time.monotonic()
                done += self.one(site)
                if os.environ.get('SLOW') and time.monotonic() - began > float(os.environ['SLOW']):
                    self.run.say('slow: %s %.2f s' % ('/'.join(map(str, site[:5])), time.monotonic() - began))
                if n % 50 == 0:
                    self.stage.check_outputs()
            except Violation as v:
                self.broken(site, v)
            except (AssertionError, OSError) as e:
                self.broken(site, Violation('I7', repr(e)))
        return done

    def broken(self, site, v):
        """Say all that is known, and begin again: the next site must not suffer from this one."""
        self.run.failed("SITE='%s'" % '/'.join(map(str, site[:5])), v)
        self.run.say('    heard: %r' % STORIES[site.story].said[-600:])
        for line in self.stage.server.log().splitlines()[-8:]:
            self.run.say('    ' + line)
        self.stage.close()
        self.stage.open()


def chosen(run, seconds):
    """In a short slice a few stories; STORY and SITE in the environment name what is to be looked at again."""
    site = os.environ.get('SITE', '').split('/')
    only = site[0] or os.environ.get('STORY', '')
    if only:
        return only.split(','), site
    return run.random.sample(list(STORIES), len(STORIES) if seconds > SHORT else 3), site


def order(run, sites):
    """At random, the sites of small stories sooner than their share."""
    size = collections.Counter(s.story for s in sites)
    return sorted(sites, key=lambda s: run.random.random() * size[s.story] ** 0.5)


def sweep(run, until, how, name, outfit=None):
    stage = Stage(run, outfit=outfit, seats=24 if until.seconds > SHORT else 8)
    bad = run.bad
    try:
        sw = Sweep(run, stage.open())
        sites = []
        stories, one = chosen(run, until.seconds)
        for story in stories:
            try:
                sites += sw.sites(story, how)
            except AssertionError as e:
                run.failed('%s, "%s"' % (name, story), e)
        if len(one) == 5:
            sites = [x for x in sites if '/'.join(map(str, x[:5])) == '/'.join(one)]
        done = sw.go(order(run, sites), until)
        stage.check_outputs()
        run.note('%s (%s): sites %d, ways %d; injected %d of %d possible, %d not reached again' % (
            name, ', '.join(stories), len({x[:4] for x in sites}), len({(x.call, x.text) for x in sites}), done,
            len(sites), sw.missed))
        for text, n in sorted(sw.restarts.items()):
            run.note('%s: %s (%d times)' % (name, text, n))
        if done == 0 and run.bad == bad:
            run.skipped(name, 'no time was left to inject anything')
        elif run.bad == bad:
            run.passed(name)
    finally:
        stage.close()


def errors(run, until):
    sweep(run, until, calls.ways, 'calls')


def kills(run, until):
    sweep(run, until, lambda role, call: [('SIGKILL before', 'kill 9'), ('SIGKILL after', 'after 9')], 'kills')
