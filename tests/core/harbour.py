"""A practice server with the program's parts at work in this process: for what comes after the carrying."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from xnat_ferry.events import Event
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Fate, Plan, PlannedScan, PlannedSession, Target
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import folder as folders
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal, read_all
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.worker import Errand, work
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_sessions, read_session

E = TypeVar("E", bound=Event)
LOGIN = Credentials("ada", "pract1ce-pw")
WORLD = """
[[users]]
login = "ada"
password = "pract1ce-pw"
projects = { SRC = "owner", DST = "owner" }

[[projects]]
id = "SRC"

[[projects]]
id = "DST"
"""


def session_toml(
    label: str, *, project: str = "SRC", subject: str = "001", scans: str = "", **more: str
) -> str:
    """One session of a world; values of ``more`` are TOML as they are."""
    scans = scans or '[{ id = "1", type = "t1", files = 2, rows = 16, columns = 16 }]'
    rest = "".join(f"{key} = {value}\n" for key, value in more.items())
    return (
        f'\n[[sessions]]\nproject = "{project}"\nsubject = "{subject}"\nlabel = "{label}"\n'
        f'modality = "MR"\nscans = {scans}\n{rest}'
    )


class Harbour:
    """The server, and a place for transfers."""

    def __init__(self, server: PracticeServer, home: Path) -> None:
        self.server = server
        self.home = home
        self.logins = {server.url: LOGIN}
        self.source, self.destination = Endpoint(server.url, "SRC"), Endpoint(server.url, "DST")

    def client(self, login: Credentials = LOGIN) -> XnatClient:
        return XnatClient(self.server.url, login)

    def plan(self, *labels: str, to: Target = Target.ARCHIVE) -> Plan:
        """A copy of some sessions of SRC, or all, under the same labels."""
        with self.client() as client:
            rows = [row for row in list_sessions(client, "SRC") if not labels or row.label in labels]
            sessions = tuple(_planned(client, row.id, row.subject, row.label) for row in rows)
        return Plan(source=self.source, destination=self.destination, to=to, sessions=sessions)

    def begin(self, plan: Plan) -> TransferFolder:
        return folders.create(self.home / "transfers", plan)

    def work(self, folder: TransferFolder, **options: Any) -> int:
        """One worker, in this process, to its end."""
        errand = Errand(**options)
        return work(folder, self.logins, errand, spool=self.home / "spool", stop=threading.Event())

    def carried(self, *labels: str, to: Target = Target.ARCHIVE) -> TransferFolder:
        """A transfer that went well."""
        folder = self.begin(self.plan(*labels, to=to))
        assert self.work(folder) == 0, read_all(folder.journal)
        return folder

    @contextmanager
    def ferry(self, folder: TransferFolder) -> Iterator[Ferry]:
        """What a worker has, for calling a part of it."""
        journal = Journal(folder.journal)
        plan = folder.read_plan()
        with self.client() as client:
            yield Ferry(
                folder=folder,
                journal=journal,
                state=TransferState(plan, read_all(folder.journal)),
                from_server=client,
                to_server=client,
                destination_project=plan.destination.project,
                spool=self.home / "spool",
                stop=threading.Event(),
            )
        journal.close()

    def labels(self, project: str) -> set[str]:
        """The archived sessions it owns, past all XNAT routes."""
        return {one["label"] for one in self._project(project)["sessions"] if one["project"] == project}

    def files(self, project: str, label: str) -> dict[str, str]:
        """SOPInstanceUID to pixel digest of one archived session, past all XNAT routes."""
        return {
            file["sop_instance_uid"]: file["pixel_md5"]
            for scan in self.session(project, label)["scans"]
            for resource in scan["resources"]
            for file in resource["files"]
        }

    def session(self, project: str, label: str) -> dict[str, Any]:
        """All about one archived session."""
        found: dict[str, Any]
        (found,) = [one for one in self._project(project)["sessions"] if one["label"] == label]
        return found

    def on_disk(self, project: str, label: str) -> list[Path]:
        """The DICOM files of an archived session as they lie on the server's disk, by scan and name."""
        return sorted((self.home / "data").rglob(f"{project}/*/{label}/SCANS/*/DICOM/*.dcm"))

    def waiting(self, project: str) -> set[str]:
        return {one["name"] for one in self._project(project)["prearchive"]}

    def _project(self, project: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = [one for one in self.server.state()["projects"] if one["id"] == project]
        return found


def _planned(client: XnatClient, session_id: str, subject: str, label: str) -> PlannedSession:
    detail = read_session(client, session_id)
    scans = []
    for scan in detail.scans:
        files = detail.dicom_files(scan.id)
        size = sum(file.size or 0 for file in files)
        scans.append(PlannedScan(id=scan.id, uid=scan.uid, type=scan.type, files=len(files), bytes=size))
    return PlannedSession(
        session=label,
        id=session_id,
        subject=subject,
        to_subject=subject,
        to_session=label,
        study_uid=detail.study_uid,
        fate=Fate.COPY,
        scans=tuple(scans),
    )


def told(folder: TransferFolder, kind: type[E]) -> list[E]:
    """The events of one kind that a journal holds."""
    return [event for event in read_all(folder.journal) if isinstance(event, kind)]


@contextmanager
def harbour(home: Path, sessions: str, clock: float = 1.0, head: str = WORLD) -> Iterator[Harbour]:
    """A server with these sessions."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "world.toml"
    path.write_text(head + sessions)
    with PracticeServer(world=str(path), clock=clock, data=home / "data") as server:
        yield Harbour(server, home)
