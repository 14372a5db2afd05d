"""What the harnesses share: a budget, a seed, counts, the last line, results.

	run = Run('fault')
	for ...:
		if run.spent(0.5):	# half of the budget is gone
			break
		run.count('kills')
		run.passed('name') / run.failed('name', why) / run.skipped('name', why)
	sys.exit(run.end())

Every harness takes [--budget 10m] [--seed N] [--results] [NAME…], or BUDGET,
SEED, RESULTS and JUDGE from the environment; without a budget it takes a
minute.  Times are judged only when asked (--judge, --results): on a busy machine
they say nothing.
"""
import argparse
import os
import platform
import random
import re
import sys
import time

BUILD = os.path.abspath(os.environ.get('builddir', '.'))
SRC = os.path.abspath(os.environ.get('srcdir', os.path.dirname(__file__) + '/../..'))
UNITS = {'': 1, 's': 1, 'm': 60, 'h': 3600}


def seconds(text):
    m = re.fullmatch(r'(\d+)([smh]?)', text)
    if not m:
        raise argparse.ArgumentTypeError('"%s" is no time; write 90s, 10m or 2h' % text)
    return int(m.group(1)) * UNITS[m.group(2)]


def machine():
    """One line: what the figures were measured on, and when."""
    cpu = re.search(r'model name\s*: (.*)', open('/proc/cpuinfo').read())
    return '%s, %d CPUs (%s), Linux %s, %s' % (
        platform.machine(), os.cpu_count(), cpu.group(1) if cpu else 'unknown',
        platform.release(), time.strftime('%Y-%m-%d', time.gmtime()))


def write_section(path, title, lines, head):
    """Put a section "## title" into a results file in place of the one it has."""
    try:
        old = open(path).read()
    except FileNotFoundError:
        old = head
    parts = re.split(r'(?m)^(?=## )', old)
    new = '## %s\n\n%s\n\n' % (title, '\n'.join(lines))
    at = [i for i, p in enumerate(parts) if p.startswith('## %s\n' % title)]
    if at:
        parts[at[0]] = new
    else:
        parts.append(new)
    with open(path + '.new', 'w') as f:
        f.write(parts[0].rstrip('\n') + '\n\n' + ''.join(parts[1:]).rstrip('\n') + '\n')
    os.rename(path + '.new', path)


class Run:
    def __init__(self, name, about=''):
        ap = argparse.ArgumentParser(prog='t/%s/run' % name, description=about)
        ap.add_argument('--budget', type=seconds, default=seconds(os.environ.get('BUDGET') or '60s'))
        ap.add_argument('--seed', type=int, default=int(os.environ.get('SEED') or int.from_bytes(os.urandom(4), 'big')))
        ap.add_argument('--results', action='store_true', default=bool(os.environ.get('RESULTS')),
                        help='write the figures into t/fault/RESULTS.md')
        ap.add_argument('--judge', action='store_true', default=bool(os.environ.get('JUDGE')),
                        help='goals for times count as pass and fail')
        ap.add_argument('only', nargs='*', metavar='NAME', help='only the parts of these names')
        args = ap.parse_args()
        self.name, self.budget, self.seed = name, args.budget, args.seed
        self.results, self.only = args.results, args.only
        self.judge = args.judge or args.results
        self.random = random.Random(self.seed)
        self.began = time.monotonic()
        self.counts, self.good, self.bad, self.not_run = {}, 0, 0, []
        self.lines = []
        self.say('seed %d, budget %d s' % (self.seed, self.budget))

    def say(self, text):
        print('%s: %s' % (self.name, text), flush=True)

    def note(self, text):
        """A figure for whoever reads the results."""
        self.lines.append('- ' + text)
        self.say(text)

    def goal(self, what, got, most, unit='ms'):
        """A time or another figure that a busy machine spoils."""
        text = '%s: %.4g %s, goal %g' % (what, got, unit, most)
        if got <= most:
            self.note(text)
        elif self.judge:
            self.failed(what, text)
        else:
            self.note(text + ' (missed, not judged)')

    def wanted(self, name):
        return not self.only or name in self.only

    def elapsed(self):
        return time.monotonic() - self.began

    def spent(self, share=1.0):
        """True when that share of the budget is used up."""
        return self.elapsed() >= self.budget * share

    def count(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    def passed(self, name):
        self.good += 1
        self.say('ok - ' + name)

    def failed(self, name, why):
        self.bad += 1
        self.say('FAILED: %s: %s' % (name, why))
        self.lines.append('- FAILED: %s: %s' % (name, str(why).splitlines()[0] if str(why) else ''))

    def skipped(self, name, reason):
        self.not_run.append(reason)
        self.say('skipped: %s: %s' % (name, reason))

    def end(self):
        """Prints counts and the last line; the exit code."""
        for what in sorted(self.counts):
            self.say('%s: %d' % (what, self.counts[what]))
        last = '%d passed, %d failed, %d skipped' % (self.good, self.bad, len(self.not_run))
        if self.not_run:
            last += ' (%s)' % '; '.join(sorted(set(self.not_run)))
        if self.results:
            figures = ['%s: %s' % (machine(), 'seed %d, %d s' % (self.seed, self.elapsed())), '']
            figures += ['| what | count |', '|---|---|'] if self.counts else []
            figures += ['| %s | %d |' % x for x in sorted(self.counts.items())]
            write_section(SRC + '/t/fault/RESULTS.md', self.name,
                          figures + [''] + self.lines + ['', last],
                          '# Safety, measured\n\nMade by the harnesses (`make fault RESULTS=1` and so on), not by hand.\n')
        print(last, flush=True)
        if self.bad:
            return 1
        return 77 if self.good == 0 else 0


def need_root(run):
    if os.getuid() != 0:
        run.skipped(run.name, 'needs root')
        sys.exit(run.end())
