"""The tracer t/fault/inject as a Python object: which call of whom goes wrong."""
import os
import signal
import subprocess

from harness import BUILD

HERE = BUILD + '/t/fault'


class Tracer:
    def __init__(self):
        self.proc = subprocess.Popen([HERE + '/inject'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                     bufsize=1)

    def tell(self, order):
        """The lines of the answer without the last one."""
        self.proc.stdin.write(order + '\n')
        self.proc.stdin.flush()
        lines = []
        while True:
            line = self.proc.stdout.readline().rstrip('\n')
            assert line, 'the tracer ended at: ' + order
            if line == 'ok':
                return lines
            assert not line.startswith('no '), '%s: %s' % (order, line)
            lines.append(line)

    def follow(self, keeper, pids):
        """All processes of a server; the keeper first, so that what it starts is traced."""
        self.tell('follow keeper %d' % keeper)
        for (role, index), pid in pids.items():
            if pid and role != 'keeper':
                self.tell('follow %s %d' % (role + (str(index) if index else ''), pid))

    def zero(self):
        self.tell('zero')

    def counts(self):
        """{(role, call): how often}"""
        return {tuple(x.split()[:2]): int(x.split()[2]) for x in self.tell('counts')}

    def arm(self, role, call, k, what, times=1):
        self.tell('arm %s %s %d %d %s' % (role, call, k, times, what))

    def disarm(self):
        """How often it was done."""
        return int(self.tell('disarm')[0].split()[1])

    def ends(self):
        """[(role, pid, how)]: how is an exit code, or minus the number of a signal."""
        return [(r, int(p), os.waitstatus_to_exitcode(int(s))) for r, p, s in (x.split() for x in self.tell('ends'))]

    def close(self):
        if self.proc.poll() is None:
            self.proc.stdin.close()
            try:
                self.proc.wait(10)
            except subprocess.TimeoutExpired:
                self.proc.send_signal(signal.SIGKILL)
                self.proc.wait()
        self.proc.stdout.close()
