"""F-17 once more, from inside: every unit program with one allocation or call failing.

failcall.c tells call sites apart by their stack of callers.  A test may then
say no, since it asked for what could not be had; that it ends by a signal or
never is a fault.
"""
import glob
import os
import subprocess
import tempfile

from harness import BUILD, SRC
from stage import SANITIZED

SHIM = BUILD + '/t/fault/failcall.so'
PATIENCE = 120
LEAST = 300		# seconds of budget: to count the sites alone takes a while


def programs():
    found = glob.glob(BUILD + '/t/unit/test_*')
    return sorted(p for p in found if os.access(p, os.X_OK) and '.' not in os.path.basename(p))


def once(program, folder, kind, at):
    """Its exit code, minus the signal, or None when it does not end; sites are counted into folder/sites."""
    env = {**os.environ, 'CK_FORK': 'no', 'CK_DEFAULT_TIMEOUT': '0', 'LD_PRELOAD': SHIM, 'FAILCALL': str(at),
           'FAILCALL_SET': kind, 'FAILCALL_REPORT': folder + '/sites', 'srcdir': SRC, 'builddir': BUILD,
           'TMPDIR': folder}
    try:
        return subprocess.run([program], env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=PATIENCE).returncode
    except subprocess.TimeoutExpired:
        return None


def sites(program, folder, kind):
    if once(program, folder, kind, 0) != 0:
        return []
    with open(folder + '/sites') as f:
        return [(program, kind, n) for n in range(1, int(f.read()) + 1)]


def campaign(run, until):
    all = programs()
    if SANITIZED:
        run.skipped('units', 'the sanitizers have an allocator of their own')
        return
    if run.budget < LEAST:
        run.skipped('units', 'they need a budget of five minutes')
        return
    if not all or not os.path.exists(SHIM):
        run.skipped('units', 'the unit programs are not built here')
        return
    bad, done, possible = run.bad, 0, 0
    run.random.shuffle(all)
    with tempfile.TemporaryDirectory() as folder:
        for i, program in enumerate(all):
            todo = sites(program, folder, 'alloc') + sites(program, folder, 'sys')
            possible += len(todo)
            run.random.shuffle(todo)
            # Each program gets its part of what is left, so that all have a turn.
            end = run.elapsed() + until.left() / (len(all) - i)
            for program, kind, n in todo:
                if run.elapsed() >= end:
                    break
                code = once(program, folder, kind, n)
                done += 1
                if code is None or code < 0:
                    run.failed('%s, %s %d' % (os.path.basename(program), kind, n),
                               'did not end' if code is None else 'signal %d' % -code)
            if until():
                break
    run.count('calls failed in unit programs', done)
    run.note('units: %d of %d programs, %d of %d sites of those' % (i + 1, len(all), done, possible))
    if done == 0 and run.bad == bad:
        run.skipped('units', 'no time was left to inject anything')
    elif run.bad == bad:
        run.passed('units')
