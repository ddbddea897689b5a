"""Sessions on their way into the archive, for the tests of prearchive and archiver."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import image, new_study, send

_LABELS = itertools.count(1)
ARCHIVE = "/data/services/archive"
FAILED = "FAILED: Unable to archive {}: Operation Failed: {}"


def new_label() -> str:
    """A session label that no other test has."""
    return f"L{next(_LABELS):03d}"


def new_project(xnat: Xnat, code: int = 0) -> str:
    """A project of its own, so that a test may change its settings on a server that it shares."""
    name = f"P{next(_LABELS):03d}"
    assert xnat.put(f"/data/projects/{name}").status_code in (200, 201)
    assert xnat.put(f"/data/projects/{name}/prearchive_code/{code}").status_code == 200
    return name


def upload(
    xnat: Xnat,
    label: str,
    files: dict[str, bytes] | None = None,
    *,
    project: str = "SRC",
    subject: str = "S",
    query: str = "",
    user: str = "ada",
) -> str:
    """A row with some files, one by default; its address below ``/data``."""
    files = files or {"1.dcm": image(new_study())}
    more = f"&{query}" if query else ""
    answer = send(xnat, files, f"project={project}&subject={subject}&session={label}{more}", user)
    assert answer.status_code == 200, answer.text
    return answer.text.strip().removeprefix("/data")


def ready(xnat: Xnat, label: str, files: dict[str, bytes] | None = None, **more: Any) -> str:
    """The same, built."""
    row = upload(xnat, label, files, **more)
    assert xnat.post(f"/data{row}?action=build", "root").status_code == 200
    return row


def archive(xnat: Xnat, row: str, query: str = "", user: str = "ada") -> httpx.Response:
    """One row by ``services/archive``."""
    return xnat.post(f"{ARCHIVE}?src={row}{'&' + query if query else ''}", user)


def archived(xnat: Xnat, label: str, files: dict[str, bytes] | None = None, **more: Any) -> str:
    """A session of that label in the archive; the address below ``/data/archive``."""
    answer = archive(xnat, ready(xnat, label, files, **more), "auto-archive=false")
    assert answer.status_code == 200, xnat.headline(answer)
    return answer.text.strip()


def session_of(xnat: Xnat, label: str, project: str = "SRC") -> dict[str, Any]:
    """What is archived under a label, past all XNAT routes."""
    (found,) = [one for one in xnat.project(project)["sessions"] if one["label"] == label]
    return dict(found)


def labels_of(xnat: Xnat, project: str = "SRC") -> list[str]:
    return [str(one["label"]) for one in xnat.project(project)["sessions"]]


def files_of(session: dict[str, Any], scan: str = "1", resource: str = "DICOM") -> dict[str, str]:
    """The SOPInstanceUIDs of a session's files by path."""
    (found,) = [one for one in session["scans"] if one["id"] == scan]
    (stored,) = [one for one in found["resources"] if one["label"] == resource]
    return {str(file["path"]): str(file["sop_instance_uid"]) for file in stored["files"]}


def row_of(xnat: Xnat, row: str) -> dict[str, Any] | None:
    """The row at an address past all XNAT routes, None when it is gone."""
    _, _, _, project, timestamp, folder = row.split("/")
    state = xnat.server.state()
    listed = {one["id"]: one["prearchive"] for one in state["projects"]} | {"Unassigned": state["unassigned"]}
    found = [one for one in listed[project] if (one["timestamp"], one["folder"]) == (timestamp, folder)]
    return dict(found[0]) if found else None


def status_of(xnat: Xnat, row: str) -> str:
    """Its status, "" when it is gone."""
    found = row_of(xnat, row)
    return str(found["status"]) if found is not None else ""


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Look again and again; every look is a request, so that nobody has to sleep."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
