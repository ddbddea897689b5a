"""Which resources an address means when something is read there, fall-backs included (wire-read 2.4, 2.7)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rules import places
from xnat_ferry.practice.rules.access import (
    may_read,
    may_read_session,
    may_see,
    readable_session,
    readable_subject,
)
from xnat_ferry.practice.rules.places import Held, Place
from xnat_ferry.practice.site.records import Assessor, Project, Scan, Session, Subject

Names = dict[str, str]
EVERYTHING = ("ALL", "*")


@dataclass(frozen=True)
class Chosen:
    """The objects that an address names, as far as the caller may read them.

    Where the last of them is not found, the next one up stands: a scan that is not there leaves the subject.
    """

    project: Project | None = None
    subject: Subject | None = None
    sessions: list[Session] = field(default_factory=list)
    scans: list[tuple[Session, Scan]] = field(default_factory=list)
    """Those that a selector in the address means."""
    assessors: list[tuple[Session, Assessor]] = field(default_factory=list)
    side: str = "out"
    within: bool = False
    """Whether the address goes on below the session, to scans or assessors."""
    all: bool = False
    """Whether everything below the sessions is meant too."""

    @property
    def falls_back(self) -> bool:
        """Whether nothing of what was named last was found."""
        return not (self.scans or self.assessors) and (self.within or not self.sessions)


def choose(request: Request, names: Names) -> Chosen:
    """What the names of a path mean for reading. Raises Refused."""
    project = _project(request, names["project"]) if "project" in names else None
    subject = _subject(request, names["subject"], project) if "subject" in names else None
    sessions = _sessions(request, names.get("session", ""), project)
    within = "scan" in names or "assessor" in names
    selector = names.get("scan", "")
    return Chosen(
        project,
        subject,
        sessions,
        [(one, scan) for one in sessions for scan in places.selected_scans(one, selector)]
        if selector
        else [],
        _assessors(request, sessions, names["assessor"]) if "assessor" in names else [],
        "in" if "assessor" in names and f"/{names['assessor']}/in/" in request.path else "out",
        within,
        request.flag("all") and not within,
    )


def _project(request: Request, name: str) -> Project:
    found = request.site.project_named(name)
    if found is None or not may_see(request.site, request.user, found):
        raise Refused(404, "Unable to identify project")
    return found


def _subject(request: Request, name: str, project: Project | None) -> Subject:
    try:
        found = readable_subject(request.site, request.user, name, project.id if project else None)
    except Refused:
        raise Refused(404, "Unable to identify subject") from None
    if project is not None and project.id != found.project and project.id not in found.shares:
        raise Refused(404, "Unable to identify subject")
    return found


def _sessions(request: Request, names: str, project: Project | None) -> list[Session]:
    """By accession ID whatever project stands in front, else by label; a list is taken apart."""
    found = []
    for name in filter(None, names.split(",")):
        try:
            found.append(readable_session(request.site, request.user, name, project.id if project else None))
        except Refused:
            continue
    return found


def _assessors(request: Request, sessions: list[Session], selector: str) -> list[tuple[Session, Assessor]]:
    """By ID, label or data type, or all."""
    wanted = set(selector.split(","))
    return [
        (session, one)
        for session in sessions
        for one in list(session.assessors.values())
        if wanted & {one.id, one.label, one.xsi_type, *EVERYTHING}
        and may_read_session(request.site, request.user, one)
    ]


def places_of(request: Request, chosen: Chosen, missing: Refused) -> list[Place]:
    """Where the resources hang. Raises ``missing`` where nothing is left to look at."""
    site = request.site
    if chosen.scans:
        return [places.of_scan(session, scan) for session, scan in chosen.scans]
    if chosen.assessors:
        return [places.of_assessor(session, one, chosen.side) for session, one in chosen.assessors]
    if chosen.sessions and not chosen.within:
        return [place for one in chosen.sessions for place in _of_session(request, one, chosen.all)]
    if chosen.subject is not None:
        return [places.of_subject(site, chosen.subject)]
    if chosen.project is not None:
        return [places.of_project(site, chosen.project)]
    raise missing


def _of_session(request: Request, session: Session, everything: bool) -> list[Place]:
    """Of the assessors below a session those that may be read."""
    if not everything:
        return [places.of_session(session)]
    return [
        place
        for place in places.all_in(session)
        if not isinstance(place.holder, Assessor)
        or may_read_session(request.site, request.user, place.holder)
    ]


def held_at(request: Request, among: Iterable[Place], selector: str) -> list[Held]:
    """The resources there that a selector means: labels and numbers, ``NULL`` for those without a label.

    Numbers hold for the whole site, wherever the address points, if the caller may read what the resource
    belongs to. Raises Refused.
    """
    wanted = [unquote(part) for part in selector.split(",")] if selector else []
    found = [
        Held(place, resource)
        for place in among
        for resource in list(place.resources.values())
        if not wanted
        or str(resource.id) in wanted
        or resource.label in wanted
        or (not resource.label and "NULL" in map(str.upper, wanted))
    ]
    known = {str(one.resource.id) for one in found} | {one.resource.label for one in found}
    return found + [_numbered(request, one) for one in wanted if one.isdigit() and one not in known]


def _numbered(request: Request, number: str) -> Held:
    found = places.numbered(request.site, number)
    if found is None or not may_read_place(request, found.place):
        raise Refused(404, STANDARD[404])
    return found


def may_read_place(request: Request, place: Place) -> bool:
    """Whether the caller may read the object that a resource hangs on."""
    site, user, holder = request.site, request.user, place.holder
    if isinstance(holder, Assessor | Subject):
        return may_read_session(site, user, holder)
    if place.session is not None:
        return may_read_session(site, user, place.session)
    return may_read(site, user, place.project)
