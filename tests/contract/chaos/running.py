"""Lets a scenario happen: workers run and die while the server misbehaves, then resume on a sound one."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.contract.chaos.evidence import Evidence, Moment
from tests.contract.chaos.judging import expected, judge
from tests.contract.chaos.late import is_late, opened_again
from tests.contract.chaos.scenario import PASSWORD, PATIENT, REHEARSAL, Death, Scenario, Session
from tests.contract.chaos.world import add_oddities, world_of
from tests.core.shore import ROOT, until
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Fate, Plan, PlannedScan, PlannedSession, Target
from xnat_ferry.plan.file import write_plan
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace

_UPLOADS = "/data/services/import"
_HELD = {"match": f"POST {_UPLOADS}", "until_released": True}
_QUESTIONS = ("status", "verify", "record")
_PATIENCE = 90.0
"""Seconds after which a worker that still runs is one that never ends."""
_RESUMES = 4
"""Runs on a server that is well, after which whatever is not done will not be."""


class Nursery:
    """The process that workers are forked from."""

    rehearsed = False

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.chaos.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'core'}:{ROOT / 'tui'}"},
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(_PATIENCE)
        self._process.stdout.close()

    def start(self, **order: Any) -> int:
        """The new process's ID."""
        return int(self._ask(order))

    def rehearse(self, **order: Any) -> None:
        """Have it done by the nursery itself."""
        code = self._ask({"rehearse": True, **order})
        assert code == 0, f"the rehearsal ended with {code}"

    def wait(self, pid: int, seconds: float) -> int | None:
        """Its exit code; None while it still runs."""
        answer: int | None = self._ask({"wait": pid, "seconds": seconds})
        return answer

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Lane:
    """A server and a nursery, for scenarios one after another."""

    def __init__(self, server: PracticeServer, nursery: Nursery, place: Path) -> None:
        self.server, self.nursery, self.place = server, nursery, place
        self.met: Counter[str] = Counter()
        """What has happened, for the totals: faults that struck, deaths, runs."""

    def rehearse(self) -> None:
        """A transfer without any mishap, which must succeed."""
        self.nursery.rehearsed = True
        add_oddities(self.server, REHEARSAL)
        _Voyage(self, REHEARSAL).rehearse()

    def run(self, scenario: Scenario) -> list[str]:
        """What is wrong after it; nothing where all is as it must be."""
        add_oddities(self.server, scenario)
        voyage = _Voyage(self, scenario)
        self.server.clear_log()
        try:
            if scenario.late:
                self.server.set_faults([_HELD | {"nth": scenario.late}])
                voyage.die_in_an_upload()
            self.server.set_faults(list(scenario.faults))
            for death in scenario.deaths:
                voyage.sail(death)
        finally:
            self.server.set_faults([])
        for entry in self.server.log():
            self.met.update(f"fault {name}" for name in entry["fault"].split(",") if name)
        evidence = voyage.evidence
        evidence.moments.append(voyage.look())
        voyage.resume()
        self.server.release()
        self._finish(voyage)
        if opened_again(evidence, evidence.moments[-1]):
            evidence.between = evidence.verify
            voyage.sail(None)
            self._finish(voyage)
        if scenario.move:
            self._settle(voyage, scenario)
        self.met["seeds"] += 1
        self.met["units"] += len({(one["session"], one["unit"]) for one in evidence.journal if "unit" in one})
        self.met["late uploads"] += sum(map(is_late, evidence.uploads))
        self.met["done and opened again"] += evidence.between is not None
        self.met.update(f"session {how}" for how in evidence.fates().values())
        return judge(evidence)

    def _finish(self, voyage: "_Voyage") -> None:
        """A look once the server works for nobody any more, dead or alive, and what the program says then."""
        until(lambda: not self.server.underway(), "the server never came to rest", _PATIENCE)
        voyage.evidence.uploads = [one for one in self.server.log() if one["path"] == _UPLOADS]
        voyage.evidence.moments.append(voyage.look())
        voyage.ask()

    def _settle(self, voyage: "_Voyage", scenario: Scenario) -> None:
        """The order to delete is given twice: to a worker that meets something, and to one that does not."""
        for faults, death in (([scenario.settling_fault], scenario.settling_death), ([], None)):
            self.server.set_faults(faults)
            try:
                voyage.settle(death)
            finally:
                self.server.set_faults([])
            voyage.evidence.settled.append(voyage.look())
        self.met["moves"] += 1


@contextmanager
def lane(scenarios: Sequence[Scenario], nursery: Nursery) -> Iterator[Lane]:
    """A server whose world holds these scenarios; all of them ask for the same server settings."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as place:
        world = Path(place) / "world.toml"
        world.write_text(world_of((*scenarios, REHEARSAL)))
        with PracticeServer(str(world)) as server:
            made = Lane(server, nursery, Path(place))
            if not nursery.rehearsed:
                made.rehearse()
            yield made


class _Voyage:
    """One transfer, from its plan to what is said of it in the end."""

    def __init__(self, lane: Lane, scenario: Scenario) -> None:
        self._lane, self._scenario = lane, scenario
        self._home = lane.place / f"seed-{scenario.seed}"
        self._home.mkdir()
        self._transfers, self._spool = self._home / "transfers", self._home / "spool"
        self._output = self._home / "output.txt"
        before = self._state()
        plan = _plan(scenario, before.source, *self._addresses())
        self._folder: TransferFolder | None = None
        if not scenario.by_command:
            self._folder = transfer_folders.create(self._transfers, plan)
            pace = Pace(at_once=scenario.at_once, spool_size=scenario.spool_size)
            keep_pace(self._folder.pace, pace)
        write_plan(plan, self._home / "plan.toml")
        self.evidence = Evidence(scenario=scenario, before=before, journal=[], moments=[])

    def settle(self, death: Death | None) -> None:
        """Order that everything which is archived be deleted at the source, and let a worker do it."""
        done = [label for label, fate in self._told().items() if fate == "done archive"]
        if done and self._folder is not None:
            order = RemovalOrder(typed=self._scenario.source, sessions=tuple(done), subjects=True)
            keep_removal_order(self._folder, order)
            self.evidence.settling_codes.append(self._forked(death, "--settle"))

    def sail(self, death: Death | None) -> int | None:
        """Run a worker to its end or its death; returns its exit code, negative for a signal."""
        self._lane.met["workers"] += 1
        code = self._by_command(death) if self._scenario.by_command else self._forked(death)
        if code is not None and code < 0:
            self._lane.met["killed"] += 1
        elif death and code == 4:
            self._lane.met["stopped"] += 1
        self.evidence.codes.append(code)
        return code

    def die_in_an_upload(self) -> None:
        """Run a worker until the server holds an upload of it whole, and kill it there; or to its end."""
        nursery, server = self._lane.nursery, self._lane.server
        self._lane.met["workers"] += 1
        pid = nursery.start(**self._work(None))
        code, end = None, time.monotonic() + _PATIENCE
        while code is None and time.monotonic() < end:
            held = [one for one in server.underway() if one["fault"]]
            if any(one["bytes_in"] == one["bytes_announced"] for one in held):
                os.kill(pid, signal.SIGKILL)
                self._lane.met["killed"] += 1
            code = nursery.wait(pid, 0.02)
        self.evidence.codes.append(code)

    def resume(self) -> None:
        """Run workers until nothing changes; two seeds of three are content once all is as it must be."""
        fates: dict[str, str] = {}
        for _ in range(_RESUMES):
            undisturbed = not self._at_work()
            self.sail(None)
            before, fates = fates, self._told()
            content = self._scenario.seed % 3 > 0 and all(
                fates[session.label] in expected(self._scenario, session)
                for session in self._scenario.sessions
            )
            if content or (undisturbed and fates == before):
                return

    def _at_work(self) -> bool:
        """Whether the server still carries something out for a worker that died, other than what it holds."""
        return any(not one["fault"] for one in self._lane.server.underway())

    def look(self) -> Moment:
        """How things are right now."""
        moment = self._state()
        return replace(moment, claims=self._told(), at=time.time())

    def _told(self) -> dict[str, str]:
        found = self._found()
        self.evidence.journal = _json_lines(found.journal) if found else []
        return self.evidence.fates()

    def ask(self) -> None:
        """What the program says of it in the end, and what it has left lying about."""
        pid = self._lane.nursery.start(**self._questions())
        self._lane.nursery.wait(pid, _PATIENCE)
        said = [_json_lines(self._home / f"{name}.json") for name in _QUESTIONS]
        self.evidence.status, self.evidence.verify, self.evidence.record = (
            one[-1] if one else {} for one in said
        )
        self.evidence.left_behind = self._left_behind()
        self.evidence.leaks = self._leaks()
        self.evidence.output = self._output.read_text(errors="replace")[-2000:]

    def rehearse(self) -> None:
        """Worker and questions, in the nursery itself."""
        self._lane.nursery.rehearse(**self._work(None))
        self._lane.nursery.rehearse(**self._questions())

    def _questions(self) -> dict[str, Any]:
        """The order for what is asked in the end."""
        answers = {name: str(self._home / f"{name}.json") for name in _QUESTIONS}
        return {"questions": answers, "environment": self._environment(), "output": str(self._output)}

    def _work(self, death: Death | None, *options: str) -> dict[str, Any]:
        """The order for a worker."""
        assert self._folder is not None
        source, destination = self._addresses()
        login = {"user": "ada", "password": PASSWORD}
        return {
            "arguments": [str(self._folder.path), "--spool", str(self._spool), *options],
            "logins": json.dumps({source: login, destination: login}),
            "environment": self._environment(),
            "output": str(self._output),
            "unit_bytes": self._scenario.unit_bytes,
            "death": {"by": death.by, "at": death.at, "clean": death.clean} if death else None,
        }

    def _forked(self, death: Death | None, *options: str) -> int | None:
        nursery, inside = self._lane.nursery, death is not None and death.by != "seconds"
        pid = nursery.start(**self._work(death if inside else None, *options))
        if death and not inside:
            code = nursery.wait(pid, death.at)
            if code is not None:
                return code
            os.kill(pid, signal.SIGTERM if death.clean else signal.SIGKILL)
        code = nursery.wait(pid, _PATIENCE)
        if code is None:
            os.kill(pid, signal.SIGKILL)
            nursery.wait(pid, _PATIENCE)
        return code

    def _by_command(self, death: Death | None) -> int | None:
        """``run`` or ``resume`` as a user types it; the worker they leave behind is the one that dies."""
        words = ["resume"] if self._found() else ["run", str(self._home / "plan.toml")]
        detached = [] if death is None else ["--detach"]
        arguments = [*words, *detached, "--spool", str(self._spool)]
        pid = self._lane.nursery.start(
            command=arguments, environment=self._environment(), output=str(self._output)
        )
        code = self._lane.nursery.wait(pid, _PATIENCE)
        found = self._found()
        if death is None or found is None:
            return code
        time.sleep(death.at if death.by == "seconds" else death.at / 5000)
        return self._kill_holder(found, death)

    def _kill_holder(self, found: TransferFolder, death: Death) -> int | None:
        worker = lock.holder(found)
        sign = signal.SIGTERM if death.clean else signal.SIGKILL
        if worker is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, sign)
        end = time.monotonic() + _PATIENCE
        while lock.running(found):
            if time.monotonic() > end:
                return None
            time.sleep(0.02)
        return 4 if death.clean or worker is None else -sign

    def _found(self) -> TransferFolder | None:
        return next(iter(transfer_folders.find_all(self._transfers)), None)

    def _addresses(self) -> tuple[str, str]:
        here = self._lane.server.url
        other = here.replace("127.0.0.1", "localhost") if self._scenario.two_addresses else here
        return here, other

    def _environment(self) -> dict[str, str]:
        login = {"XNAT_HOST": self._lane.server.url, "XNAT_USER": "ada", "XNAT_PASS": PASSWORD}
        places = {"HOME": str(self._home), "XNAT_FERRY_TRANSFERS": str(self._transfers)}
        return {**login, **places, "NO_PROXY": "*", "no_proxy": "*"}

    def _state(self) -> Moment:
        source, destination = (
            self._lane.server.state(name) for name in (self._scenario.source, self._scenario.destination)
        )
        return Moment(
            source=source["projects"][0],
            destination=destination["projects"][0],
            unassigned=destination["unassigned"],
            claims={},
        )

    def _left_behind(self) -> list[str]:
        found = [*self._spool.rglob("*"), *self._transfers.rglob("lock*"), *self._transfers.rglob("*.new*")]
        return [path.name for path in found if path.is_file()]

    def _leaks(self) -> list[str]:
        secrets = (PASSWORD.encode(), PATIENT.encode())
        files = [path for path in self._home.rglob("*") if path.is_file()]
        return [path.name for path in files if any(secret in path.read_bytes() for secret in secrets)]


def _plan(scenario: Scenario, source: dict[str, Any], here: str, there: str) -> Plan:
    """As a person planned it who knew nothing of what stands in the way."""
    stored = {one["label"]: one for one in source["sessions"]}
    return Plan(
        made="2026-01-02T03:04:05+00:00",
        source=Endpoint(here, scenario.source),
        destination=Endpoint(there, scenario.destination),
        to=Target(scenario.to),
        sessions=tuple(_planned(session, stored[session.label]) for session in scenario.sessions),
    )


def _planned(session: Session, stored: dict[str, Any]) -> PlannedSession:
    chosen = {scan.id for scan in session.scans if scan.chosen}
    return PlannedSession(
        session=session.label,
        id=stored["id"],
        subject=session.subject,
        modality="MR",
        study_uid=stored["study_uid"],
        to_subject=session.to_subject,
        to_session=session.to_label,
        fate=_fate(session),
        scans=tuple(_planned_scan(scan) for scan in stored["scans"] if scan["id"] in chosen),
    )


def _fate(session: Session) -> Fate:
    if session.skipped:
        return Fate.SKIP
    return Fate.COMPLETE if session.taken == "half" else Fate.COPY


def _planned_scan(scan: dict[str, Any]) -> PlannedScan:
    files = [file for resource in scan["resources"] for file in resource["files"]]
    return PlannedScan(
        id=scan["id"],
        uid=scan["uid"],
        type=scan["type"],
        files=len(files),
        bytes=sum(file["size"] for file in files),
    )


def _json_lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines; torn ones are left out, as by whoever reads a journal."""
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else ():
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found
