"""What a server costs: processor time of its own cgroup, forks, memory.

	g = Group('ours')		# before the server starts
	Popen(..., preexec_fn=g.enter)
	with Measure(g) as m:
		...
	m.cpu_s, m.forks, m.foreign, m.steal

The processor time comes from a cgroup of the server's own: v1 cpuacct where
that is mounted, else v2 cpu.stat; where neither can be had it is the sum over
the process tree in /proc, in ticks of 10 ms and without what has ended.
"""
import os
import resource
import shutil
import socket
import struct
import time

TICK = os.sysconf('SC_CLK_TCK')
V1 = '/sys/fs/cgroup/cpuacct'
V2 = ('/sys/fs/cgroup', '/sys/fs/cgroup/unified')
made = 0		# processes that the runner started


def stat_of(pid):
    with open('/proc/%d/stat' % pid) as f:
        return f.read().rsplit(')', 1)[1].split()


def tree(root):
    """root and all that descend from it."""
    children = {}
    for p in os.listdir('/proc'):
        if p.isdigit():
            try:
                children.setdefault(int(stat_of(int(p))[1]), []).append(int(p))
            except OSError:
                pass
    out, todo = [], [root]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += children.get(p, [])
    return out


def machine_ticks():
    """(busy, stolen, processes made) of the whole machine since it started."""
    busy = stolen = forks = 0
    with open('/proc/stat') as f:
        for line in f:
            w = line.split()
            if w[0] == 'cpu':
                v = [int(x) for x in w[1:9]]
                busy, stolen = sum(v) - v[3] - v[4] - v[7], v[7]
            elif w[0] == 'processes':
                forks = int(w[1])
    return busy / TICK, stolen / TICK, forks


def own_cpu():
    return sum(u.ru_utime + u.ru_stime for u in
               (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def sweep(folder):
    """Cgroups and folders of runs that were killed: p3bench.PID.…"""
    for top in (V1, *V2, '/sys/fs/cgroup/blkio', folder):
        for d in os.listdir(top) if os.path.isdir(top) else []:
            w = d.split('.')
            if w[0] != 'p3bench' or len(w) != 3 or os.path.exists('/proc/' + w[1]):
                continue
            if top == folder:
                shutil.rmtree(top + '/' + d, ignore_errors=True)
                continue
            try:
                os.rmdir(top + '/' + d)
            except OSError:
                pass


class Group:
    def __init__(self, name):
        self.root_pid = None
        self.path, self.how = None, '/proc, summed over the process tree'
        name = 'p3bench.%d.%s' % (os.getpid(), name)
        if os.path.exists(V1 + '/cpuacct.usage'):
            self.make(V1 + '/' + name, 'cgroup v1 cpuacct.usage')
        else:
            for top in V2:
                if os.path.exists(top + '/cgroup.controllers') and self.path is None:
                    self.make(top + '/' + name, 'cgroup v2 cpu.stat')

    def make(self, path, how):
        try:
            os.makedirs(path, exist_ok=True)
            self.path, self.how = path, how
        except OSError:
            pass

    def enter(self):
        """In the child, before exec."""
        if self.path:
            with open(self.path + '/cgroup.procs', 'w') as f:
                f.write(str(os.getpid()))

    def pids(self):
        if self.path:
            with open(self.path + '/cgroup.procs') as f:
                return [int(x) for x in f.read().split()]
        return tree(self.root_pid)

    def cpu(self):
        """Seconds of the processor since the group was made."""
        if self.path and self.how.startswith('cgroup v1'):
            with open(self.path + '/cpuacct.usage') as f:
                return int(f.read()) / 1e9
        if self.path:
            with open(self.path + '/cpu.stat') as f:
                return int(f.readline().split()[1]) / 1e6
        t = 0
        for p in self.pids():
            try:
                t += sum(map(int, stat_of(p)[11:15]))
            except OSError:
                pass
        return t / TICK

    def memory(self):
        """PSS of all its processes, kB.  PermissionError where others' may not be seen."""
        kb = 0
        for p in self.pids():
            try:
                with open('/proc/%d/smaps_rollup' % p) as f:
                    kb += sum(int(line.split()[1]) for line in f if line.startswith('Pss:'))
            except (FileNotFoundError, ProcessLookupError):
                pass
        return kb

    def remove(self):
        """When nothing runs in it any more."""
        for _ in range(50):
            if self.path is None:
                return
            try:
                os.rmdir(self.path)
                self.path = None
            except OSError:
                time.sleep(0.05)


class Forks:
    """Processes that a server's own ones made, told by the kernel's process
    events (cn_proc, netlink); without those, all that the machine made."""
    LISTEN, FORK = 1, 1

    def __init__(self, group):
        self.parents, self.sock = set(group.pids()), None
        try:
            s = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 11)	# NETLINK_CONNECTOR
            s.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)			# SO_RCVBUFFORCE
            s.bind((0, 1))							# CN_IDX_PROC
            s.send(struct.pack('=IHHIIIIIIHHI', 40, 3, 0, 0, 0, 1, 1, 0, 0, 4, 0, self.LISTEN))
            s.setblocking(False)
            self.sock = s
        except OSError:
            self.before = (machine_ticks()[2], made)

    def count(self):
        if self.sock is None:
            return max(0, machine_ticks()[2] - self.before[0] - (made - self.before[1]))
        n = 0
        with self.sock as s:
            while True:
                try:
                    event = s.recv(4096)
                except BlockingIOError:
                    return n
                except OSError:			# some were lost
                    continue
                if len(event) < 68 or struct.unpack_from('=I', event, 36)[0] != self.FORK:
                    continue
                _, parent, child, process = struct.unpack_from('=4I', event, 52)
                if parent in self.parents and child == process:
                    self.parents.add(process)
                    n += 1


class Measure:
    """What happens between entering and leaving, beside the runner itself."""

    def __init__(self, group):
        self.group = group

    def __enter__(self):
        self.busy, self.stolen, _ = machine_ticks()
        self.made, self.own = Forks(self.group), own_cpu()
        self.at, self.cpu = time.monotonic(), self.group.cpu()
        return self

    def __exit__(self, *_):
        self.cpu_s = self.group.cpu() - self.cpu
        self.seconds = time.monotonic() - self.at
        busy, stolen, _ = machine_ticks()
        whole = self.seconds * os.cpu_count()
        self.steal = (stolen - self.stolen) / whole
        self.foreign = max(0, busy - self.busy - self.cpu_s - (own_cpu() - self.own)) / whole
        self.forks = self.made.count()

    def figures(self):
        return {'cpu_s': self.cpu_s, 'forks': self.forks, 'foreign': self.foreign, 'steal': self.steal}
