"""Whether a copy is exact, by what really lies on the server's disk."""

import base64
import json
import urllib.request
from typing import Any

from xnat_ferry.practice.process import PracticeServer

_PATIENCE = 3600
"""Seconds: every file is read and its pixels digested."""

Copy = dict[str, tuple[str, str, dict[str, str]]]


def copy_of(server: PracticeServer, project: str) -> Copy:
    """Session label to subject, study and pixel digest by SOPInstanceUID; none where a UID is there twice."""
    (found,) = json.loads(ask(server, "GET", f"/practice/state?project={project}"))["projects"]
    return {one["label"]: (one["subject"], one["study_uid"], _pixels(one)) for one in found["sessions"]}


def _pixels(session: dict[str, Any]) -> dict[str, str]:
    files = [
        file for scan in session["scans"] for resource in scan["resources"] for file in resource["files"]
    ]
    pixels = {file["sop_instance_uid"]: file["pixel_md5"] for file in files}
    return pixels if len(pixels) == len(files) else {}


def clear(server: PracticeServer, project: str, labels: list[str]) -> None:
    """Delete a copy, so that the next one finds the same disk."""
    for label in labels:
        ask(server, "DELETE", f"/data/projects/{project}/experiments/{label}?removeFiles=true")


def ask(server: PracticeServer, method: str, path: str) -> bytes:
    """One request past all tools; raises urllib.error.HTTPError."""
    login = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
    request = urllib.request.Request(
        server.url + path, headers={"Authorization": f"Basic {login}"}, method=method
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        request, timeout=_PATIENCE
    ) as answer:
        content: bytes = answer.read()
    return content
