"""A Slurm of our own: one controller and several nodes on this machine, without system services."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel", "sinfo", "scontrol")

_CONFIGURATION = """
ClusterName=practice
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={base}/run/munge/munge.socket
SlurmctldPort={controller}
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=50000,bf_interval=1
ReturnToService=2
KillWait=2
OverTimeLimit=0
SlurmctldTimeout=30
SlurmdTimeout=30
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
StateSaveLocation={base}/state
SlurmdSpoolDir={base}/spool/%n
SlurmctldPidFile={base}/run/slurmctld.pid
SlurmdPidFile={base}/run/slurmd.%n.pid
SlurmctldLogFile={base}/log/slurmctld.log
SlurmdLogFile={base}/log/slurmd.%n.log
PlugStackConfig={base}/etc/plugstack.conf
SlurmdParameters=config_overrides
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port={ports} CPUs={cpus} RealMemory=8000
PartitionName=practice Nodes=n[1-{nodes}] Default=YES MaxTime=INFINITE State=UP
"""


def lacking() -> list[str]:
    """What of Slurm is not on this machine."""
    return [name for name in NEEDED if _program(name) is None]


class Cluster:
    """Where its parts are, and what a test does to them."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.configuration = base / "etc" / "slurm.conf"

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to find it."""
        return {"SLURM_CONF": str(self.configuration)}

    def ask(self, *command: str) -> str:
        """Run one of Slurm's commands; returns what it said."""
        done = subprocess.run(
            [_program(command[0]) or command[0], *command[1:]],
            capture_output=True,
            text=True,
            env={**os.environ, **self.environment},
            timeout=60,
            check=False,
        )
        return done.stdout + done.stderr

    def node_of(self, job: str, task: int) -> str:
        """The node on which a task runs, "" while it does not."""
        return self.ask("squeue", "-h", "-r", "-j", f"{job}_{task}", "-t", "R", "-o", "%N").strip()

    @contextmanager
    def held_up(self) -> Iterator[dict[str, str]]:
        """Have the controller answer nobody; the environment of commands that soon lose patience."""
        hasty = self.configuration.with_name("hasty.conf")
        hasty.write_text(self.configuration.read_text() + "MessageTimeout=1\n")
        controller = int((self.base / "run" / "slurmctld.pid").read_text())
        os.kill(controller, signal.SIGSTOP)
        try:
            yield {"SLURM_CONF": str(hasty)}
        finally:
            os.kill(controller, signal.SIGCONT)

    def lose_node(self, node: str) -> None:
        """Kill a node's daemon at once, and all that it runs, as a power cut would."""
        place = self.base / "run" / f"slurmd.{node}.pid"
        daemon = int(place.read_text())
        place.unlink()
        families = [[step, *_descendants(step)] for step in _named("slurmstepd")]
        family = {pid for one in families if any(_runs_on(pid, node) for pid in one) for pid in one}
        for pid in (daemon, *family):
            _end(pid, signal.SIGKILL)


@contextmanager
def running(base: Path, *, nodes: int, cpus: int) -> Iterator[Cluster]:
    """Start it, wait until all nodes are idle, and end it; raises AssertionError with its logs."""
    cluster = Cluster(base)
    for name in ("etc", "state", "spool", "log", "run", "run/munge"):
        (base / name).mkdir(parents=True)
        (base / name).chmod(0o755)
    base.chmod(0o755)
    _configure(cluster, nodes, cpus)
    try:
        _start_munge(base)
        _start("slurmctld", "-f", str(cluster.configuration))
        for number in range(1, nodes + 1):
            (base / "spool" / f"n{number}").mkdir()
            _start("slurmd", "-f", str(cluster.configuration), "-N", f"n{number}")
        deadline = time.monotonic() + 60
        while cluster.ask("sinfo", "-h", "-N", "-o", "%t").split() != ["idle"] * nodes:
            assert time.monotonic() < deadline, _logs(base)
            time.sleep(0.1)
        yield cluster
    finally:
        cluster.ask("scancel", "--full", f"--user={getpass.getuser()}")
        for pattern in ("slurmd.*.pid", "slurmctld.pid", "munged.pid"):
            for pid_file in sorted((base / "run").glob(pattern)):
                _end_of(pid_file)


def _configure(cluster: Cluster, nodes: int, cpus: int) -> None:
    ports = _free_ports(nodes + 1)
    written = _CONFIGURATION.format(
        host=socket.gethostname().partition(".")[0],
        user=getpass.getuser(),
        base=cluster.base,
        controller=ports[0],
        ports=",".join(map(str, ports[1:])),
        nodes=nodes,
        cpus=cpus,
    )
    cluster.configuration.write_text(written)
    (cluster.base / "etc" / "plugstack.conf").touch()


def _start_munge(base: Path) -> None:
    key = base / "etc" / "munge.key"
    key.touch(0o600)
    key.write_bytes(os.urandom(128))
    _start(
        "munged",
        "--force",
        f"--socket={base}/run/munge/munge.socket",
        f"--key-file={key}",
        f"--pid-file={base}/run/munged.pid",
        f"--log-file={base}/log/munged.log",
        f"--seed-file={base}/state/munged.seed",
    )


def _start(name: str, *arguments: str) -> None:
    program = _program(name)
    assert program is not None, name
    subprocess.run([program, *arguments], check=True, capture_output=True, timeout=30)


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def _end_of(pid_file: Path) -> None:
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return
    _end(pid, signal.SIGTERM)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    _end(pid, signal.SIGKILL)


def _end(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _processes() -> dict[int, tuple[str, int]]:
    """The name and the parent of every process."""
    found = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, _, after = place.read_text().rpartition(")")
        except OSError:
            continue
        found[int(place.parent.name)] = (before.partition("(")[2], int(after.split()[1]))
    return found


def _named(name: str) -> list[int]:
    return [pid for pid, (called, _) in _processes().items() if called == name]


def _descendants(pid: int) -> list[int]:
    everything = _processes()
    found, new = [], [pid]
    while new:
        new = [child for child, (_, parent) in everything.items() if parent in new]
        found += new
    return found


def _runs_on(pid: int, node: str) -> bool:
    """By what Slurm put into a task's environment."""
    try:
        return f"SLURMD_NODENAME={node}" in Path(f"/proc/{pid}/environ").read_text().split("\0")
    except OSError:
        return False


def _logs(base: Path) -> str:
    return "\n".join(path.read_text()[-2000:] for path in sorted(base.glob("log/*.log")))
