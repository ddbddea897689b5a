"""Projects, subjects, scans and experiments, with what each has at which schema path (wire-read 2.1)."""

from collections.abc import Iterable
from typing import Any

from xnat_ferry.practice.rooms.listings.kind import Found, Kind, Parts, Read
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.site.records import Assessor, Project, Scan, Session, Subject
from xnat_ferry.practice.site.site import Site

_MODALITIES = {"pet": "PT"}


class Projects(Kind):
    """Projects."""

    context = "project"
    top = "xnat:projectData"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.own = {"id": lambda one: one.id}

    def items(self, many: str, record: Project) -> Iterable[Any]:
        return list(record.aliases) if many == "aliases" else super().items(many, record)

    def elsewhere(self, xsi_type: str, below: str) -> Found | None:
        if below.lower() == "aliases/alias/alias":
            return Found(lambda record, parts: parts["aliases"], "aliases")
        return None


class Subjects(Kind):
    """Subjects, as seen from a project where one is named: labels are the project's then."""

    context = "subject"
    top = "xnat:subjectData"

    def __init__(self, site: Site, project: str = "") -> None:
        super().__init__(site, project)
        self.own = {
            "id": lambda one: one.id,
            "label": self._label,
            "project": lambda one: one.project,
            "meta/insert_date": lambda one: one.inserted,
            "meta/insert_user/login": lambda one: one.inserted_by,
            "meta/last_modified": lambda one: self.history.changed(one.id, one.inserted),
        }

    def _label(self, record: Subject) -> str:
        return label_in(self.site, record, self.project)


class Scans(Kind):
    """The scans of sessions."""

    context = "scan"
    top = "xnat:imageScanData"
    key = "xnat_imagescandata_id"

    def __init__(self, site: Site, session: Session | None = None) -> None:
        super().__init__(site)
        self.own = {
            "id": lambda one: one.id,
            "uid": lambda one: one.uid,
            "type": lambda one: one.type,
            "note": lambda one: one.note,
            "quality": lambda one: one.quality,
            "series_description": lambda one: one.description,
            "modality": lambda one: one.modality,
            "frames": frames_of,
            "xnat_imagescandata_id": lambda one: one.key,
            "image_session_id": lambda one: session.id if session else "",
            "extension_item/element_name": lambda one: one.xsi_type,
            "meta/insert_date": lambda one: session.inserted if session else "",
            "meta/insert_user/login": lambda one: self.history.maker(session.id) if session else "",
            "meta/last_modified": lambda one: (
                self.history.changed(session.id, session.inserted) if session else ""
            ),
        }

    def type_of(self, record: Scan) -> str:
        return record.xsi_type


def frames_of(scan: Scan) -> str:
    """The catalog's frame count as text, "" where there is none (wire-read 2.4)."""
    return scan.fields.get("frames") or str(sum(1 for _ in scan.files()) or "")


class Experiments(Kind):
    """Sessions and assessors alike."""

    context = "session"
    top = "xnat:experimentData"

    def __init__(self, site: Site, project: str = "", context: str = "session") -> None:
        super().__init__(site, project)
        self.context = context
        self.rewritten = ""
        """The project that stands in every row, where labels are shown too (wire-read 13.2)."""
        self._subjects = Subjects(site, project)
        self._scans = Scans(site)
        self.own = {
            "id": lambda one: one.id,
            "label": self._label,
            "project": lambda one: self.rewritten or one.project,
            "date": date_of,
            "uid": lambda one: one.study_uid if isinstance(one, Session) else "",
            "modality": modality_of,
            "subject_id": lambda one: self._session(one).subject,
            "imagesession_id": lambda one: one.session if isinstance(one, Assessor) else "",
            "extension_item/element_name": lambda one: one.xsi_type,
            "meta/insert_date": lambda one: one.inserted,
            "meta/insert_user/login": lambda one: self.history.maker(one.id),
            "meta/last_modified": lambda one: self.history.changed(one.id, one.inserted),
        }

    def type_of(self, record: Session | Assessor) -> str:
        return record.xsi_type

    def items(self, many: str, record: Any) -> Iterable[Any]:
        if many == "scans":
            return list(self._session(record).filled().scans.values())
        if many == "variables" and isinstance(record, Assessor):
            return []
        return super().items(many, record)

    def elsewhere(self, xsi_type: str, below: str) -> Found | None:
        path = f"{xsi_type}/{below}"
        of_subject = self._subjects.find(path) if model.is_a(xsi_type, self._subjects.top) else None
        if of_subject is not None and not of_subject.many:
            return Found(lambda one, parts: of_subject.read(self._subject(one), parts))
        of_scan = self._scans.find(path) if model.is_a(xsi_type, self._scans.top) else None
        if of_scan is not None and not of_scan.many:
            return Found(lambda one, parts: of_scan.read(parts["scans"], parts), "scans")
        return None

    def _guarded(self, xsi_type: str, read: Read, record: Any, parts: Parts) -> object:
        """An assessor's ``session_ID`` and the like are those of its session."""
        if isinstance(record, Assessor) and model.is_a(xsi_type, "xnat:imageSessionData"):
            record = self._session(record)
        return super()._guarded(xsi_type, read, record, parts)

    def _session(self, record: Session | Assessor) -> Session:
        return record if isinstance(record, Session) else self.site.sessions[record.session]

    def _subject(self, record: Session | Assessor) -> Subject:
        # none where the subject was deleted and another project's session was left (wire-write 6)
        return self.site.subjects.get(self._session(record).subject) or Subject("", "", "", "")

    def _label(self, record: Session | Assessor) -> str:
        return label_in(self.site, record, self.project)


def label_in(site: Site, record: Subject | Session | Assessor, project: str) -> str:
    """The label that a listing of a project shows; "" as the project means the owner's."""
    if project not in record.shares:
        return record.label
    own = record.shares[project]
    return own or (record.label if site.unconfirmed["share_without_label_shows_the_owners"] else "")


def date_of(record: Session | Assessor) -> str:
    """An experiment's date."""
    return record.date if isinstance(record, Session) else record.fields.get("date", "")


def modality_of(record: Session | Assessor) -> str:
    """A session's modality, which follows from its type unless it was set by hand."""
    if not isinstance(record, Session):
        return ""
    name = record.xsi_type.removeprefix("xnat:").removesuffix("SessionData")
    return record.fields.get("modality") or _MODALITIES.get(name, name.upper())
