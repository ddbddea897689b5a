"""Where resources hang: on a project, a subject, a session, a scan or an assessor (wire-read 2.4, 2.7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_plus

from xnat_ferry.practice.site.records import (
    Assessor,
    Project,
    Resource,
    Scan,
    Session,
    Subject,
)
from xnat_ferry.practice.site.site import Site


@dataclass(frozen=True)
class Place:
    """One holder of resources, with all that its address and its rights follow from."""

    holder: Project | Subject | Session | Scan | Assessor
    project: str
    """The owning project, which decides who may change it."""
    uri: str
    """``/data/experiments/XNAT_E00001/scans/1``: the base of its files' addresses."""
    folder: Path
    """Resource folders lie in here, by label (wire-write 4.5)."""
    session: Session | None = None
    """The session, where the place is one or lies in one."""
    side: str = "out"
    """Of an assessor's resources: ``out`` or ``in``."""

    @property
    def resources(self) -> dict[str, Resource]:
        """Its own resources, by label; changing this changes what is stored."""
        if isinstance(self.holder, Assessor) and self.side == "in":
            return self.holder.inputs
        return self.holder.resources

    @property
    def scan(self) -> Scan | None:
        return self.holder if isinstance(self.holder, Scan) else None


@dataclass(frozen=True)
class Held:
    """One resource and where it hangs."""

    place: Place
    resource: Resource


def of_project(site: Site, project: Project) -> Place:
    """A project's own resources."""
    folder = site.data / "archive" / project.id / "resources"
    return Place(project, project.id, f"/data/projects/{project.id}", folder)


def of_subject(site: Site, subject: Subject) -> Place:
    """A subject's own resources."""
    folder = site.data / "archive" / subject.project / "subjects" / subject.label
    return Place(subject, subject.project, f"/data/subjects/{subject.id}", folder)


def of_session(session: Session) -> Place:
    """A session's own resources."""
    folder = session.folder / "RESOURCES"
    return Place(session, session.project, f"/data/experiments/{session.id}", folder, session)


def of_scan(session: Session, scan: Scan) -> Place:
    """A scan's resources."""
    folder = session.folder / "SCANS" / scan.id
    uri = f"/data/experiments/{session.id}/scans/{scan.id}"
    return Place(scan, session.project, uri, folder, session)


def of_assessor(session: Session, assessor: Assessor, side: str = "out") -> Place:
    """An assessor's resources on one side."""
    folder = session.folder / "ASSESSORS" / assessor.id / side
    uri = f"/data/experiments/{session.id}/assessors/{assessor.id}"
    return Place(assessor, assessor.project, uri, folder, session, side)


def all_in(session: Session) -> list[Place]:
    """The session, its scans and its assessors."""
    session.filled()
    scans = [of_scan(session, scan) for scan in list(session.scans.values())]
    assessors = [of_assessor(session, one) for one in list(session.assessors.values())]
    return [of_session(session), *scans, *assessors]


def selected_scans(session: Session, selector: str) -> list[Scan]:
    """The scans that a selector means: IDs or types, a list of them, ALL, ``*`` or NULL (wire-read 2.4)."""
    decoded = unquote_plus(selector).replace("[SLASH]", "/")
    wanted = {part.replace("[COMMA]", ",") for part in decoded.split(",")}
    everything = wanted & {"ALL", "*"}
    return [
        scan
        for scan in list(session.filled().scans.values())
        if everything or scan.id in wanted or scan.type in wanted or ("NULL" in wanted and not scan.type)
    ]


def held_in(places: Iterable[Place], selector: str = "") -> list[Held]:
    """The resources at some places: all, or those whose label or number is in the selector."""
    wanted = {unquote(part) for part in selector.split(",")} if selector else None
    return [
        Held(place, resource)
        for place in places
        for resource in list(place.resources.values())
        if wanted is None or resource.label in wanted or str(resource.id) in wanted
    ]


def numbered(site: Site, number: str) -> Held | None:
    """The resource of that number, wherever on the site it hangs (wire-read 2.7)."""
    for place in _everywhere(site):
        for resource in list(place.resources.values()):
            if str(resource.id) == number:
                return Held(place, resource)
    return None


def _everywhere(site: Site) -> Iterator[Place]:
    """What has not been looked into has no numbers yet."""
    for session in site.sessions:
        if session.fill is None:
            for place in all_in(session):
                yield place
                if isinstance(place.holder, Assessor):
                    yield of_assessor(session, place.holder, "in")
    yield from (of_subject(site, one) for one in site.subjects)
    yield from (of_project(site, one) for one in site.projects.values())
