"""What a practice server holds when it starts, as a TOML file says it."""

import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry.practice.errors import PracticeError

PACKAGED = ("demo", "empty", "tour")


class Server(Struct, forbid_unknown_fields=True):
    """What holds for the whole site."""

    version: str = "1.9.2.1"
    site_anonymization: bool = True
    checksums: bool = True
    session_timeout_minutes: float = 15
    unconfirmed: dict[str, bool] = {}


class User(Struct, forbid_unknown_fields=True):
    """One account and its roles."""

    login: str
    password: str = "practice"  # noqa: S105  a login of a practice server is no secret
    projects: dict[str, str] = {}
    admin: bool = False
    all_data: str = ""
    """``access`` reads and ``admin`` changes everything, whatever the roles; so does an administrator, unless
    this is ``none``."""


class SeriesFilter(Struct, forbid_unknown_fields=True):
    """A series import filter: regular expressions on the SeriesDescription."""

    mode: str = "blacklist"
    patterns: list[str] = msgspec.field(default_factory=list, name="list")


class Project(Struct, forbid_unknown_fields=True):
    """One project and its settings."""

    id: str
    accessibility: str = "private"
    prearchive_code: int = 0
    anonymization: str = ""
    series_filter: SeriesFilter | None = None
    sharing: bool = True


class Scan(Struct, forbid_unknown_fields=True):
    """One generated scan."""

    id: str
    type: str = ""
    description: str = ""
    files: int = 1
    rows: int = 64
    columns: int = 64
    uid: str = ""
    burned_in: bool = False


class Share(Struct, forbid_unknown_fields=True):
    """Where else a session shows, and under which label."""

    project: str
    label: str = ""


class Resource(Struct, forbid_unknown_fields=True):
    """A session-level resource with its files and their text."""

    label: str
    files: dict[str, str] = {}
    lost: bool = False
    """Whether the file that its catalog stands in is gone."""


class Session(Struct, forbid_unknown_fields=True):
    """One session: generated, from real files, or waiting in a prearchive."""

    project: str
    subject: str
    label: str
    modality: str = "MR"
    date: str = "2024-03-05"
    study: str = ""
    patient_name: str = ""
    patient_id: str = ""
    study_description: str = ""
    dicom: str | list[str] | None = None
    prearchive: str = ""
    scans: list[Scan] = []
    shared_into: list[Share] = []
    resources: list[Resource] = []
    variables: dict[str, str] = {}


class Many(Struct, forbid_unknown_fields=True):
    """Sessions by the thousand, drawn only when somebody looks inside."""

    project: str
    sessions: int
    scans: int = 1
    files: int = 1


class World(Struct, forbid_unknown_fields=True):
    """A whole world; ``folder`` is where relative paths in it start."""

    server: Server = msgspec.field(default_factory=Server)
    users: list[User] = []
    projects: list[Project] = []
    sessions: list[Session] = []
    many: list[Many] = []


def read_world(name: str) -> tuple[World, Path]:
    """The world and the folder that its relative paths start from; raises PracticeError."""
    if name in PACKAGED:
        text, folder = (
            (files("xnat_ferry.practice") / "world" / f"{name}.toml").read_text("utf-8"),
            Path.cwd(),
        )
    else:
        path = Path(name).expanduser()
        folder = path.resolve().parent
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            known = " or ".join(PACKAGED)
            raise PracticeError(f"The world {name} cannot be read: name {known}, or a TOML file.") from None
    try:
        world = msgspec.convert(tomllib.loads(text), World)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise PracticeError(
            f"The world {name} makes no sense: {error}. Mend that place in the file."
        ) from None
    _check(name, world)
    return world, folder


_ROLES = ("owner", "member", "collaborator")
_ACCESS = ("private", "protected", "public")
_ALL_DATA = ("", "none", "access", "admin")
_FILTERS = ("blacklist", "whitelist", "modalityMap")
STATUSES = (
    *("RECEIVING", "RECEIVING_INTERRUPT", "BUILDING", "READY", "CONFLICT", "ERROR"),
    *("ARCHIVING", "MOVING", "DELETING", "SEPARATING"),
    *("QUEUED_BUILDING", "QUEUED_ARCHIVING", "QUEUED_MOVING", "QUEUED_DELETING", "QUEUED_SEPARATING"),
    *("_RECEIVING", "_RECEIVING_INTERRUPT", "_BUILDING", "_ARCHIVING", "_MOVING", "_DELETING"),
    *("_CONFLICT", "_SEPARATING"),
)
"""Every status of a prearchive row; a leading underscore is a lock (wire-write 2.2)."""


def _check(name: str, world: World) -> None:
    known = {project.id for project in world.projects}
    named = [session.project for session in world.sessions] + [many.project for many in world.many]
    named += [project for user in world.users for project in user.projects]
    named += [share.project for session in world.sessions for share in session.shared_into]
    unknown = sorted(set(named) - known)
    if unknown:
        raise PracticeError(f"The world {name} names the project {unknown[0]} but does not describe it.")
    if not world.users:
        raise PracticeError(f"The world {name} has no users: add one with [[users]], or nobody can log in.")
    for user in world.users:
        _one_of(f"The all_data of {user.login} in the world {name}", user.all_data, _ALL_DATA)
        for role in user.projects.values():
            _one_of(f"The role of {user.login} in the world {name}", role, _ROLES)
    for project in world.projects:
        _one_of(f"The accessibility of {project.id}", project.accessibility, _ACCESS)
        _one_of(f"The prearchive_code of {project.id}", project.prearchive_code, (0, 4, 5))
        if project.series_filter is not None:
            _one_of(f"The series_filter of {project.id}", project.series_filter.mode, _FILTERS)
    _check_labels(name, world)


def _check_labels(name: str, world: World) -> None:
    """A project holds each label once, whatever its case; in the prearchive it may stand again."""
    archived = [session for session in world.sessions if not session.prearchive]
    taken = Counter((session.project, session.label.casefold()) for session in archived)
    for (project, label), count in taken.items():
        if count > 1:
            raise PracticeError(f"The world {name} has the session {label} of {project} twice: rename one.")
    for session in world.sessions:
        if session.prearchive:
            _one_of(f"The status of {session.label}", session.prearchive, STATUSES)


def _one_of(what: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        raise PracticeError(f"{what} is {value}: use one of {', '.join(map(str, allowed))}.")
