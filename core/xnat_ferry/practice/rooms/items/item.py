"""One object with all that hangs on it, before it is written as JSON or XML (wire-read 2.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xnat_ferry.practice.rooms.listings.kinds import frames_of, modality_of
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.rules.access import may_read_session
from xnat_ferry.practice.site.records import Assessor, Project, Resource, Scan, Session, Subject
from xnat_ferry.practice.site.site import Site

TEXT = "="
"""The field that is an element's own text; never a name in a schema."""


@dataclass
class Item:
    """An object: plain values by path, and every reference to another type as a child."""

    xsi_type: str
    fields: dict[str, object]
    children: dict[str, list["Item"]] = field(default_factory=dict)
    """By path; a list without members has no entry."""
    id: str = ""
    """The accession ID, where it has a history of its own."""
    inserted: str = ""

    def add(self, path: str, items: Iterable["Item"]) -> None:
        """Some more children; nothing where there are none."""
        found = list(items)
        if found:
            self.children.setdefault(path, []).extend(found)


def _made(
    xsi_type: str, own: Mapping[str, object], stored: Mapping[str, str], identifier: str, inserted: str
) -> Item:
    """An item from what a record has members for and what it has stored by path."""
    item = Item(xsi_type, {}, id=identifier, inserted=inserted)
    for path, value in {**stored, **own}.items():
        if value in ("", None):
            continue
        reference = _reference(xsi_type, path)
        if reference is None:
            item.fields[path] = value
            continue
        place, other, below = reference
        child = item.children.setdefault(place, [Item(other, {})])[0]
        child.fields[below] = value
    return item


def _reference(xsi_type: str, path: str) -> tuple[str, str, str] | None:
    """Where a path leaves its type for another one: as far as there, that type, the rest."""
    parts = model.parts_of(xsi_type)
    steps = path.split("/")
    for place, step in enumerate(steps[:-1], 1):
        part = parts.get(step)
        if part is None:
            return None
        if ":" in part.type:
            return "/".join(steps[:place]), part.type, "/".join(steps[place:])
        parts = part.parts
    return None


def of_project(project: Project) -> Item:
    """A project."""
    own = {"ID": project.id, "active": "true"}
    item = _made("xnat:projectData", own, project.fields, project.id, project.inserted)
    item.add("aliases/alias", [Item("xnat:projectData_alias", {TEXT: alias}) for alias in project.aliases])
    item.add("resources/resource", _resources(project.resources))
    item.add("fields/field", _variables("xnat:projectData", project.variables))
    return item


def of_subject(site: Site, user: str, subject: Subject) -> Item:
    """A subject with those of its experiments that the caller may read."""
    own = {"ID": subject.id, "label": subject.label, "project": subject.project}
    item = _made("xnat:subjectData", own, subject.fields, subject.id, subject.inserted)
    item.add("sharing/share", _shares("xnat:projectParticipant", subject.shares))
    item.add("resources/resource", _resources(subject.resources))
    item.add("fields/field", _variables("xnat:subjectData", subject.variables))
    projects = [subject.project, *subject.shares]
    mine = {
        one.id: one
        for project in projects
        for one in site.sessions.of(project)
        if one.subject == subject.id and may_read_session(site, user, one)
    }
    item.add("experiments/experiment", [of_session(one) for one in mine.values()])
    return item


def of_session(session: Session) -> Item:
    """A session with all its scans and assessors, whole."""
    session.filled()
    own = {
        "ID": session.id,
        "label": session.label,
        "project": session.project,
        "subject_ID": session.subject,
        "UID": session.study_uid,
        "date": session.date,
        "modality": modality_of(session),
    }
    item = _made(session.xsi_type, own, session.fields, session.id, session.inserted)
    item.add("scans/scan", [of_scan(session, scan) for scan in session.scans.values()])
    item.add("assessors/assessor", [of_assessor(session, one) for one in session.assessors.values()])
    item.add("sharing/share", _shares("xnat:experimentData_share", session.shares))
    item.add("resources/resource", _resources(session.resources))
    item.add("fields/field", _variables("xnat:experimentData", session.variables))
    return item


def of_scan(session: Session, scan: Scan) -> Item:
    """A scan; its UID is the SeriesInstanceUID."""
    own = {
        "ID": scan.id,
        "UID": scan.uid,
        "type": scan.type,
        "series_description": scan.description,
        "modality": scan.modality,
        "quality": scan.quality,
        "note": scan.note,
        "frames": frames_of(scan),
        "image_session_ID": session.id,
    }
    item = _made(scan.xsi_type, own, scan.fields, "", session.inserted)
    item.add("sharing/share", _shares("xnat:imageScanData_share", scan.shares))
    item.add("file", _resources(scan.resources))
    return item


def of_assessor(session: Session, assessor: Assessor) -> Item:
    """An assessor; it names its session."""
    own = {
        "ID": assessor.id,
        "label": assessor.label,
        "project": assessor.project,
        "imageSession_ID": session.id,
    }
    item = _made(assessor.xsi_type, own, assessor.fields, assessor.id, assessor.inserted)
    item.add("sharing/share", _shares("xnat:experimentData_share", assessor.shares))
    item.add("out/file", _resources(assessor.resources))
    item.add("in/file", _resources(assessor.inputs))
    return item


def _resources(resources: Mapping[str, Resource]) -> Iterable[Item]:
    for one in resources.values():
        fields: dict[str, object] = {
            "label": one.label,
            "file_count": str(len(one.files)),
            "file_size": str(one.size),
            "URI": str(one.place / "catalog.xml"),
            "content": one.content,
            "format": one.format,
            "description": one.description,
            "xnat_abstractresource_id": one.id,
        }
        yield Item("xnat:resourceCatalog", {name: value for name, value in fields.items() if value != ""})


def _shares(xsi_type: str, shares: Mapping[str, str]) -> Iterable[Item]:
    for project, label in shares.items():
        yield Item(xsi_type, {"project": project, **({"label": label} if label else {})})


def _variables(xsi_type: str, variables: Mapping[str, str]) -> Iterable[Item]:
    for name, value in variables.items():
        yield Item(f"{xsi_type}_field", {"name": name, TEXT: value})
