"""What one call of the archiver asks for (wire-write 2.5, 3.1, 3.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rules.shortcuts import shortcuts_of
from xnat_ferry.practice.site.records import Project

_ODD = re.compile(r"[^A-Za-z0-9_-]")
_LABELS = ("EXPT_LABEL", "label")
_SUBJECTS = ("subject", "SUBJECT_ID")
_OWN: tuple[str, ...] = ("xnat:experimentData/label", "xnat:experimentData/project", "xnat:experimentData/ID")
_OWN += ("xnat:subjectAssessorData/subject_ID",)


@dataclass(frozen=True)
class Wish:
    """How one row shall be archived, by whichever entry."""

    user: str
    merge: bool
    """Whether an existing session may be added to."""
    override: bool
    """Whether what can be overridden is."""
    overwrite_files: bool = False
    label: str = ""
    subject: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Metadata by type and schema path."""
    quarantine: bool = False
    pipelines: bool = True
    reason: str = "standard upload"
    comment: str = ""
    kind: str = "WEB_SERVICE"
    hold: float = 0.0
    """Seconds of real time that the step takes longer than it would."""

    def overwrites(self, project: Project) -> bool:
        """Whether files of the same name or instance are replaced."""
        return self.override or self.overwrite_files or project.prearchive_code == 5


def single(request: Request) -> Wish:
    """``services/archive`` with one source: ``append`` overrides already (wire-write 3.2)."""
    override = request.get("overwrite") in ("append", "delete")
    return _of(request, merge=True, override=override, files=False, reason="standard upload")


def one_of_several(request: Request) -> Wish:
    """``services/archive`` with several sources: without ``overwrite`` nothing is merged."""
    overwrite = request.get("overwrite")
    return Wish(
        request.user,
        merge=overwrite in ("append", "delete"),
        override=overwrite == "delete",
        overwrite_files=request.get("overwrite_files") == "true",
        quarantine=request.get("quarantine") == "true",
        pipelines=request.get("triggerPipelines") != "false",
        reason=request.get("event_reason") or "Batch archive",
        comment=request.get("event_comment") or "",
        kind=request.get("event_type") or "WEB_SERVICE",
        hold=request.fault.hold,
    )


def by_commit(request: Request) -> Wish:
    """``action=commit``: merges and never overrides, whatever ``overwrite`` says (wire-write 2.4)."""
    return _of(request, merge=True, override=False, files=False, reason="auto-archive")


def _of(request: Request, *, merge: bool, override: bool, files: bool, reason: str) -> Wish:
    paths = paths_of(request)
    label = request.get("session") or _typed_label(request) or request.get(*_LABELS) or ""
    return Wish(
        request.user,
        merge,
        override,
        files,
        label=label_from(label),
        subject=label_from(request.get(*_SUBJECTS) or ""),
        paths=paths,
        quarantine=request.get("quarantine") == "true",
        pipelines=request.get("triggerPipelines") != "false",
        reason=request.get("event_reason") or reason,
        comment=request.get("event_comment") or "",
        kind=request.get("event_type") or "WEB_SERVICE",
        hold=request.fault.hold,
    )


def _typed_label(request: Request) -> str:
    """``<xsiType>/label``."""
    named = [name for name in request.query if ":" in name and name.endswith("Data/label")]
    return request.get(*named) or ""


def label_from(text: str) -> str:
    """What a label becomes at archiving (wire-write 1.9, 3.1)."""
    return _ODD.sub("_", text)


def paths_of(request: Request) -> dict[str, str]:
    """The metadata that the parameters name, in full or by shortcut."""
    known = shortcuts_of("session")
    found = {}
    for name, values in request.query.items():
        full = name if ":" in name and "/" in name else known.get(name, "")
        if full and full not in _OWN and not full.endswith("Data/label"):
            found[full] = values[-1]
    return found


def fields_of(paths: Mapping[str, str], xsi_type: str) -> dict[str, str]:
    """Of these, what a session of that type has; the rest is somebody else's."""
    types = (xsi_type, *ANCESTORS)
    return {
        path: value
        for full, value in paths.items()
        for kind, _, path in [full.partition("/")]
        if kind in types
    }


def unknown_paths(paths: Mapping[str, str], xsi_type: str) -> list[str]:
    """Paths below a session's type that its schema does not have."""
    known = set(shortcuts_of("session").values())
    types = (xsi_type, *ANCESTORS)
    return [
        full
        for full in paths
        for kind, _, path in [full.partition("/")]
        if kind in types and not path.startswith(_LOOSE) and not _known(path, types, known)
    ]


def _known(path: str, types: tuple[str, ...], known: set[str]) -> bool:
    return any(f"{kind}/{path}" in known for kind in types)


ANCESTORS = ("xnat:imageSessionData", "xnat:subjectAssessorData", "xnat:experimentData")
"""The types that every session's type descends from."""
_LOOSE = (
    "fields/field",
    "scanner/",
    "sharing/",
    "acquisition_site",
    "duration",
    "original",
    "study_id",
    "age",
)
