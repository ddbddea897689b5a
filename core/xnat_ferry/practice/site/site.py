"""Everything on one server, under one lock."""

import threading
from pathlib import Path

from xnat_ferry.practice.clock import Clock, written
from xnat_ferry.practice.site.downloads import Download
from xnat_ferry.practice.site.labelled import Labelled
from xnat_ferry.practice.site.logins import Logins
from xnat_ferry.practice.site.noted import Noted
from xnat_ferry.practice.site.preferences import fresh_preferences
from xnat_ferry.practice.site.records import (
    DICOM,
    Inboxed,
    Project,
    Resource,
    Scan,
    Session,
    Subject,
    Waiting,
    Workflow,
)
from xnat_ferry.practice.site.tokens import Token
from xnat_ferry.practice.site.tracking import Tracked, Tracking
from xnat_ferry.practice.site.unconfirmed import settled
from xnat_ferry.practice.world.description import Server, User


class Site:
    """What is stored, and the few questions that every room asks of it."""

    _KEPT = (
        "users",
        "projects",
        "subjects",
        "sessions",
        "waiting",
        "direct",
        "workflows",
        "burnt",
        "preferences",
        "tokens",
        "configs",
        "tracked",
        "routing",
        "downloads",
        "_numbers",
    )

    def __init__(self, server: Server, clock: Clock, data: Path) -> None:
        self.server = server
        self.clock = clock
        self.data = data
        """Where files lie."""
        self.lock = threading.RLock()
        """Held while anything is changed; long work on bytes is done outside."""
        self.preferences = fresh_preferences(server)
        """By the names of wire-read 1.9."""
        self.unconfirmed = settled(server.unconfirmed)
        """The switches of site/unconfirmed.py."""
        self.users: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.subjects: Labelled[Subject] = Labelled()
        self.sessions: Labelled[Session] = Labelled()
        self.waiting: dict[tuple[str, str, str], Waiting] = {}
        self.workflows: list[Workflow] = []
        self.noted = Noted(self.workflows)
        self.burnt: set[str] = set()
        """IDs of deleted projects (wire-write 6)."""
        self.direct: dict[int, Waiting] = {}
        """Sessions on their way straight into the archive, by number (wire-write 1.8)."""
        self.inboxed: dict[int, Inboxed] = {}
        """Imports from the inbox, by number (wire-write 1.11)."""
        self.receiving: set[Path] = set()
        """Files that are being written by an import."""
        self.configs: dict[tuple[str, str, str], list[dict[str, str]]] = {}
        """The configuration service: (project or "", tool, path) to its versions, oldest first.

        A version has the keys of wire-read 4.2, tool path project user create_date reason contents
        unversioned version status, and an ``id`` that no other has.
        """
        self.tracked: dict[tuple[str, str], Tracked] = {}
        """Work under way and done, by user and key; to be reached through ``tracking``."""
        self.routing: dict[str, dict[str, str]] = {}
        """Projects that studies are to go to, by StudyInstanceUID, as rows of wire-read 4.5."""
        self._numbers: dict[str, int] = {}
        self.busy: set[tuple[str, ...]] = set()
        """What an archiving has taken: prearchive rows and places in the archive (wire-write 3.3)."""
        self.closing = threading.Event()
        """Set when the server ends: work that is held up gives up then."""
        self.rebuilt = clock.now()
        """When the rebuilder looked last (wire-write 2.3)."""
        self.tokens: dict[str, Token] = {}
        """Alias tokens, by alias (wire-read 1.7)."""
        self.downloads: dict[str, Download] = {}
        """Catalogs of what callers chose to fetch, by ID (wire-read 2.11)."""
        self.started = clock.now()
        """When the server came up."""
        self.logins = Logins(self.users, clock, self.preferences)

    def kept(self) -> dict[str, object]:
        """What has to outlive the process."""
        return {name: getattr(self, name) for name in self._KEPT}

    def take_up(self, kept: dict[str, object]) -> None:
        """The opposite."""
        fresh = self.preferences
        for name in self._KEPT:
            if name in kept:  # an earlier version of ours may not have kept it
                setattr(self, name, kept[name])
        self.preferences = fresh | self.preferences
        self.noted = Noted(self.workflows)
        self.logins = Logins(self.users, self.clock, self.preferences)

    @property
    def tracking(self) -> Tracking:
        """How far work is that goes on after its answer (wire-read 7.1)."""
        return Tracking(self.clock, self.tracked)

    def now(self) -> str:
        """The server's time as tables print it."""
        return written(self.clock.now())

    @property
    def keeps_checksums(self) -> bool:
        """Whether digests go into catalogs."""
        return bool(self.preferences["checksums"])

    def config(self, project: str, tool: str, path: str) -> str | None:
        """The contents in force, or None where there are none or they are disabled."""
        versions = self.configs.get((project, tool, path))
        return versions[-1]["contents"] if versions and versions[-1]["status"] == "enabled" else None

    def configure(
        self,
        user: str,
        project: str,
        tool: str,
        path: str,
        contents: str,
        *,
        status: str = "enabled",
        reason: str = "",
        unversioned: bool = False,
    ) -> None:
        """A new version of one entry, or the only one of an unversioned entry."""
        versions = self.configs.setdefault((project, tool, path), [])
        if unversioned:
            versions.clear()
        row = {"tool": tool, "path": path, "project": project, "user": user, "create_date": self.now()}
        row |= {"reason": reason, "contents": contents, "status": status}
        row |= {"unversioned": "true" if unversioned else "false", "version": str(len(versions) + 1)}
        versions.append({**row, "id": str(self.next_number("config"))})

    def next_number(self, kind: str) -> int:
        """1, 2, 3 … for each kind of thing."""
        with self.lock:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            return self._numbers[kind]

    def next_id(self, kind: str) -> str:
        """An accession ID: ``XNAT_E00001`` for an experiment, ``XNAT_S00001`` for a subject."""
        return f"XNAT_{kind}{self.next_number(kind):05d}"

    def new_resource(self, label: str, place: Path) -> Resource:
        dicom = label == DICOM
        return Resource(
            self.next_number("R"),
            label,
            place,
            format="DICOM" if dicom else "",
            content="RAW" if dicom else "",
        )

    def new_scan(
        self, identifier: str, uid: str, kind: str, description: str, modality: str, number: int
    ) -> Scan:
        return Scan(identifier, uid, kind, description, modality, number, key=self.next_number("scan"))

    def project_named(self, name: str) -> Project | None:
        """By ID, else by alias (wire-read 13.12)."""
        found = self.projects.get(name)
        if found is not None:
            return found
        return next((one for one in self.projects.values() if name in one.aliases), None)

    def subject_in(self, project: str, name: str) -> Subject | None:
        """By ID if the project has it, else by label there, shares included."""
        found = self.subjects.get(name)
        if found is not None and (found.project == project or project in found.shares):
            return found
        return self.subjects.labelled(project, name)

    def session_in(self, project: str, name: str) -> Session | None:
        """By label in the project, shares included."""
        return self.sessions.labelled(project, name)

    def make_subject(self, project: str, label: str) -> Subject:
        """The subject of that label, made if there is none."""
        found = self.subject_in(project, label)
        if found is None:
            found = Subject(self.next_id("S"), label, project, self.now())
            self.subjects.add(found)
        return found

    def archive_folder(self, project: str, label: str) -> Path:
        """Where a session's files lie."""
        arc = self.projects[project].current_arc if project in self.projects else "arc001"
        return self.data / "archive" / project / arc / label

    def note(
        self,
        user: str,
        item: str,
        project: str,
        data_type: str,
        name: str,
        *,
        status: str = "Complete",
        reason: str = "",
        comment: str = "",
        kind: str = "WEB_SERVICE",
    ) -> Workflow:
        """Write down what was done to an object: its history and its workflows (wire-read 6)."""
        with self.lock:
            made = Workflow(
                id=self.next_number("workflow"),
                item=item,
                project=project,
                data_type=data_type,
                name=name,
                status=status,
                launched=self.clock.now(),
                user=user,
                kind=kind,
                reason=reason,
                comment=comment,
            )
            self.workflows.append(made)
            return made
