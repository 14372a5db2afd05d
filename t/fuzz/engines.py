"""How a target is run: libFuzzer, AFL++, or once over for its coverage."""
import os
import re
import shutil
import subprocess
import time
from collections import namedtuple

import words
from harness import BUILD, SRC

Result = namedtuple('Result', 'executions why')
LONGEST = 8192		# octets of an input
HANG = 10		# seconds; the machine may be busy with other tests
running = set()


def stop_all():
    for p in running:
        p.kill()


def folders(name):
    return [d for d in ('%s/t/fuzz/%s/%s' % (SRC, kind, name) for kind in ('corpus', 'found')) if os.path.isdir(d)]


def inputs(name):
    return sorted(e.path for d in folders(name) for e in os.scandir(d))


class Engine:
    def __init__(self, run, tmp, jobs):
        self.run, self.tmp, self.jobs = run, tmp, jobs

    def missing(self):
        """Why it cannot run, or nothing."""

    def program(self, name):
        return '%s/t/fuzz/%s/fuzz_%s' % (BUILD, self.name, name)

    def start(self, args, log, **env):
        with open(log, 'wb') as out:
            p = subprocess.Popen(args, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                 env={**os.environ, 'TMPDIR': self.tmp, **env})
        running.add(p)
        return p

    def finish(self, p, patience):
        """The exit code; a target that does not even end is stopped."""
        try:
            return p.wait(patience)
        except subprocess.TimeoutExpired:
            p.kill()
            return p.wait()
        finally:
            running.discard(p)

    def path(self, what, name):
        return '%s/%s-%s' % (self.tmp, what, name)

    def folder(self, what, name):
        path = self.path(what, name)
        os.makedirs(path, exist_ok=True)
        return path


def last_lines(log, n=40):
    with open(log, errors='replace') as f:
        return ''.join(f.readlines()[-n:])


class LibFuzzer(Engine):
    name = 'libfuzzer'

    def missing(self):
        if not shutil.which('clang'):
            return 'needs clang'

    def args(self, name):
        return [self.program(name), '-timeout=%d' % HANG, '-rss_limit_mb=1024', '-max_len=%d' % LONGEST, '-len_control=100',
                '-artifact_prefix=%s/t/fuzz/%s-' % (BUILD, name), '-print_final_stats=1']

    def replay(self, name):
        log, all_of_it = self.path('replay', name), inputs(name)
        if not all_of_it:
            return Result(0, None)
        code = self.finish(self.start(self.args(name) + all_of_it, log), 60 + HANG)
        return Result(len(all_of_it), last_lines(log) if code else None)

    def fuzz(self, some, each, seed):
        begun = [(name, self.begin(name, each, seed)) for name in some]
        for name, p in begun:
            code, log = self.finish(p, each + 2 * HANG), self.path('log', name)
            with open(log, errors='replace') as f:
                n = re.search(r'stat::number_of_executed_units: *(\d+)', f.read())
            yield name, Result(int(n.group(1)) if n else 0,
                               'exit %d\n%s' % (code, last_lines(log)) if code else None)

    def begin(self, name, each, seed):
        args = self.args(name) + ['-max_total_time=%d' % each, '-seed=%d' % seed]
        if words.write(name, self.path('words', name)):
            args.append('-dict=' + self.path('words', name))
        return self.start(args + [self.folder('learnt', name)] + folders(name), self.path('log', name))

    def merge(self, name):
        """What was learnt into the corpus, as few inputs as cover the same."""
        corpus = '%s/t/fuzz/corpus/%s' % (SRC, name)
        os.makedirs(corpus, exist_ok=True)
        before, new = len(os.listdir(corpus)), self.folder('merged', name)
        log = self.path('log', name)
        code = self.finish(self.start(self.args(name) + ['-set_cover_merge=1', new, corpus, self.folder('learnt', name)],
                                      log), 600)
        if code == 0:
            keep_named(corpus, new)
        return before, len(os.listdir(corpus))


def keep_named(corpus, new):
    """Inputs with a name of ours stay; those named by their digest are new."""
    for n in os.listdir(corpus):
        if re.fullmatch('[0-9a-f]{16}', n):
            os.unlink('%s/%s' % (corpus, n))
    ours = {open('%s/%s' % (corpus, n), 'rb').read() for n in os.listdir(corpus)}
    for n in os.listdir(new):
        with open('%s/%s' % (new, n), 'rb') as f:
            if f.read() not in ours:
                shutil.copyfile('%s/%s' % (new, n), '%s/%s' % (corpus, n[:16]))


class Afl(Engine):
    name = 'afl'
    ENV = {'AFL_NO_UI': '1', 'AFL_SKIP_CPUFREQ': '1', 'AFL_NO_AFFINITY': '1', 'AFL_QUIET': '1',
           'AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES': '1', 'AFL_AUTORESUME': '1', 'AFL_IGNORE_SEED_PROBLEMS': '1',
           'ASAN_OPTIONS': 'abort_on_error=1:symbolize=0:detect_leaks=0'}

    def missing(self):
        if not shutil.which('afl-fuzz'):
            return 'AFL++ is not installed (package afl++)'
        if not os.path.isdir(BUILD + '/t/fuzz/afl'):
            return 'no target is built for AFL++ (make fuzz-afl)'

    def fuzz(self, some, each, seed):
        begun = [(name, self.begin(name, each, seed)) for name in some]
        for name, p in begun:
            code = self.finish(p, each + 60)
            yield name, self.outcome(name, code)

    def begin(self, name, each, seed):
        seeds = self.folder('seeds', name)
        for i, path in enumerate(inputs(name)):
            if 0 < os.path.getsize(path) <= LONGEST:
                shutil.copyfile(path, '%s/%d' % (seeds, i))
        if not os.listdir(seeds):
            with open(seeds + '/0', 'w') as f:
                f.write('0')
        args = ['afl-fuzz', '-i', seeds, '-o', self.path('afl', name), '-V', str(each), '-s', str(seed), '-m', 'none',
                '-t', str(HANG * 1000), '-G', str(LONGEST)]
        if words.write(name, self.path('words', name)):
            args += ['-x', self.path('words', name)]
        return self.start(args + ['--', self.program(name)], self.path('log', name), **self.ENV)

    def outcome(self, name, code):
        out = self.path('afl', name) + '/default/'
        if not os.path.exists(out + 'fuzzer_stats'):
            return Result(0, 'exit %d\n%s' % (code, last_lines(self.path('log', name))))
        with open(out + 'fuzzer_stats') as f:
            stats = dict(re.findall(r'(\w+) *: (\S+)', f.read()))
        # a resumed run goes on counting from what it had
        now, was = int(stats['execs_done']), getattr(self, 'had', {}).get(name, 0)
        self.had = {**getattr(self, 'had', {}), name: now}
        return Result(max(now - was, 0), self.keep(name, out))

    def keep(self, name, out):
        """Copies of what broke it, beside those of libFuzzer."""
        kept = []
        for kind in 'crashes', 'hangs':
            for e in os.scandir(out + kind) if os.path.isdir(out + kind) else []:
                if e.name.startswith('id:'):
                    kept.append('%s/t/fuzz/%s-afl-%s-%s' % (BUILD, name, kind, e.name[3:9]))
                    shutil.copyfile(e.path, kept[-1])
        return 'AFL++ kept ' + ' '.join(kept) if kept else None


class Coverage(Engine):
    name = 'coverage'

    def missing(self):
        if not shutil.which('llvm-cov') or not shutil.which('llvm-profdata'):
            return 'needs llvm-cov and llvm-profdata (package llvm)'

    def report(self, names):
        """Regions and branches of each fuzzed file that the inputs reach."""
        if self.missing():
            self.run.skipped('coverage', self.missing())
            return
        raw = [self.profile(name) for name in names]
        data = self.tmp + '/coverage'
        subprocess.run(['llvm-profdata', 'merge', '-sparse', '-o', data] + raw, check=True)
        args = ['llvm-cov', 'report', '-instr-profile=' + data, self.program(names[0])]
        args += ['-object=' + self.program(n) for n in names[1:]]
        text = subprocess.run(args, check=True, capture_output=True, text=True).stdout
        self.table(text)

    def profile(self, name):
        path, known = self.path('raw', name), inputs(name)
        p = self.start([self.program(name)] + known, self.path('log', name), LLVM_PROFILE_FILE=path)
        code = self.finish(p, 120)
        if code:
            self.run.failed('%s: coverage' % name, last_lines(self.path('log', name)))
        else:
            self.run.passed('%s: coverage' % name)
        return path

    def table(self, text):
        """Of llvm-cov's columns: the file, regions and branches."""
        note = self.run.lines.append
        for line in ('| file | regions | branches |', '|---|---|---|'):
            note(line)
        for line in text.splitlines():
            f = line.split()
            if len(f) != 13 or not re.match(r'\S+\.c$|TOTAL', f[0]) or '/t/fuzz/' in '/' + f[0] or f[3] == '0.00%':
                continue
            name = f[0].replace(SRC + '/', '')
            note('| %s | %s | %s |' % (name, f[3], f[12]))
            self.run.say('%-40s regions %7s  branches %7s' % (name, f[3], f[12]))


ENGINES = {'libfuzzer': LibFuzzer, 'afl': Afl, 'coverage': Coverage}
