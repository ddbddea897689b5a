"""The ground truth: what really lies on the disk, not by the routes of an XNAT."""

import hashlib
import warnings
from pathlib import Path

from pydicom import dcmread

from xnat_ferry.practice.site.records import (
    UNASSIGNED,
    Assessor,
    Project,
    Resource,
    Scan,
    Session,
    Subject,
    Waiting,
)
from xnat_ferry.practice.site.site import Site

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
Value = dict[str, object]


class State:
    """Reads files once and remembers them by size and time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[tuple[str, int, int], Value] = {}

    def all(self, only: str | None) -> Value:
        """Everything, or what concerns one project."""
        site = self._site
        with site.lock:
            wanted = [project for project in site.projects.values() if only in (None, project.id)]
            return {
                "projects": [self._project(project) for project in wanted],
                "unassigned": self._waiting(UNASSIGNED),
            }

    def _project(self, project: Project) -> Value:
        site = self._site
        owned = [one for one in site.sessions.of(project.id) if one.project == project.id]
        return {
            "id": project.id,
            "accessibility": project.accessibility,
            "prearchive_code": project.prearchive_code,
            "subjects": [
                self._subject(one) for one in site.subjects.of(project.id) if one.project == project.id
            ],
            "sessions": [self._session(one) for one in owned],
            "resources": self._resources(project.resources),
            "prearchive": self._waiting(project.id),
        }

    def _subject(self, subject: Subject) -> Value:
        return {
            "id": subject.id,
            "label": subject.label,
            "project": subject.project,
            "shares": _shares(subject.shares),
            "fields": dict(subject.fields),
            "resources": self._resources(subject.resources),
        }

    def _session(self, session: Session) -> Value:
        # sessions made in bulk have no files until somebody looks inside
        drawn = session.fill is None
        # none where a subject was deleted over the head of another project's session (wire-write 6)
        subject = self._site.subjects.get(session.subject)
        return {
            "id": session.id,
            "label": session.label,
            "subject": subject.label if subject is not None else "",
            "project": session.project,
            "status": session.status,
            "shares": _shares(session.shares),
            "modality": session.xsi_type.removeprefix("xnat:").removesuffix("SessionData").upper(),
            "study_uid": session.study_uid,
            "date": session.date,
            "fields": dict(session.fields),
            "scans": self._scans(session.scans) if drawn else [],
            "resources": self._resources(session.resources),
            "assessors": [self._assessor(one) for one in session.assessors.values()],
        }

    def _assessor(self, assessor: Assessor) -> Value:
        return {
            "id": assessor.id,
            "label": assessor.label,
            "project": assessor.project,
            "type": assessor.xsi_type,
            "shares": _shares(assessor.shares),
            "resources": self._resources(assessor.resources),
            "inputs": self._resources(assessor.inputs),
        }

    def _waiting(self, project: str) -> list[Value]:
        return [self._row(row) for row in self._site.waiting.values() if row.project == project]

    def _row(self, row: Waiting) -> Value:
        return {
            "timestamp": row.timestamp,
            "folder": row.folder,
            "name": row.name,
            "subject": row.subject,
            "status": row.status,
            "study_uid": row.study_uid,
            "prevent_auto_commit": row.prevent_auto_commit,
            "scans": self._scans(row.scans),
            "resources": self._resources(row.resources),
        }

    def _scans(self, scans: dict[str, Scan]) -> list[Value]:
        return [
            {
                "id": scan.id,
                "uid": scan.uid,
                "type": scan.type,
                "series_description": scan.description,
                "quality": scan.quality,
                "note": scan.note,
                "fields": dict(scan.fields),
                "resources": self._resources(scan.resources),
            }
            for scan in scans.values()
        ]

    def _resources(self, resources: dict[str, Resource]) -> list[Value]:
        return [self._resource(one) for one in resources.values()]

    def _resource(self, resource: Resource) -> Value:
        found = [(path, file.on_disk()) for path, file in resource.files.items()]
        files = [{"path": path, **self._file(place)} for path, place in found if place.exists()]
        return {"label": resource.label, "files": files}

    def _file(self, place: Path) -> Value:
        facts = place.stat()
        key = (str(place), facts.st_mtime_ns, facts.st_size)
        if key not in self._known:
            content = place.read_bytes()
            uid, pixels = _look_inside(place) if _may_be_dicom(content) else ("", "")
            self._known[key] = {
                "size": facts.st_size,
                "md5": hashlib.md5(content).hexdigest(),
                "sop_instance_uid": uid,
                "pixel_md5": pixels,
            }
        return self._known[key]


def _may_be_dicom(content: bytes) -> bool:
    """By the mark behind the preamble, or without one by the group of the first tag (PS3.10 7.1)."""
    return content[128:132] == b"DICM" or content[:2] in (b"\2\0", b"\x08\0", b"\0\x08")


def _look_inside(place: Path) -> tuple[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = dcmread(place, force=True)
            uid = str(dataset.get("SOPInstanceUID", ""))
            value = next((dataset[name].value for name in _PIXELS if name in dataset), None)
        except Exception:  # not DICOM, and that is no fault of the file's
            return "", ""
    return uid, hashlib.md5(value).hexdigest() if value is not None and uid else ""


def _shares(shares: dict[str, str]) -> list[Value]:
    return [{"project": project, "label": label} for project, label in shares.items()]
