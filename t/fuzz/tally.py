"""The count of executions over time, a line a target, kept in the tree."""
import re

HEAD = '# Executions of fuzz targets, added up by t/fuzz/run with RESULTS=1 or COUNT=1.\n'


def words(path, pattern):
    with open(path) as f:
        return set(re.findall(pattern, f.read(), re.M))


def add(to, more):
    for name, n in more.items():
        to[name] = to.get(name, 0) + n


def table(run, engine, total, time):
    """For whoever reads the results."""
    run.lines += ['', '| target | executions by %s | a second |' % engine, '|---|---|---|']
    run.lines += ['| %s | %d | %d |' % (n, total[n], total[n] / time[n]) for n in sorted(total)] + ['']


def read(path):
    try:
        with open(path) as f:
            return {n: int(v) for n, v in (line.split() for line in f if line[0] not in '#\n')}
    except FileNotFoundError:
        return {}


def keep(path, more):
    """Adds them up; one line that says what it is now."""
    now = read(path)
    now.pop('total', None)
    add(now, more)
    total = sum(now.values())
    with open(path, 'w') as f:
        f.write(HEAD)
        f.writelines('%-12s %d\n' % x for x in sorted(now.items()))
        f.write('%-12s %d\n' % ('total', total))
    return 'executions over time: %d (+%d)' % (total, sum(more.values()))
