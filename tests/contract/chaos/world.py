"""Scenarios as one world of the practice server, and what a world's file cannot say."""

import base64
import urllib.request
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pydicom

from tests.contract.chaos.scenario import PASSWORD, PATIENT, Scan, Scenario, Session
from tests.core.making import dicom_bytes
from xnat_ferry.practice.process import PracticeServer


def world_of(scenarios: Iterable[Scenario]) -> str:
    """TOML with a source and a destination for each; all of them have the same server settings."""
    scenarios = tuple(scenarios)
    checksums, script = scenarios[0].checksums, scenarios[0].site_script
    roles = ", ".join(f'{one.source} = "owner", {one.destination} = "member"' for one in scenarios)
    head = f"[server]\nchecksums = {str(checksums).lower()}\nsite_anonymization = {str(script).lower()}\n"
    head += f'[[users]]\nlogin = "ada"\npassword = "{PASSWORD}"\nprojects = {{ {roles} }}\n'
    return head + "".join(_projects(one) for one in scenarios)


def _projects(scenario: Scenario) -> str:
    text = f'[[projects]]\nid = "{scenario.source}"\n'
    text += f'[[projects]]\nid = "{scenario.destination}"\nprearchive_code = {scenario.prearchive_code}\n'
    if scenario.project_script:
        text += "anonymization = '(0018,1030) := \"chaos\"'\n"
    if scenario.filtered:
        text += 'series_filter = { mode = "blacklist", list = ["loc"] }\n'
    for session in scenario.sessions:
        text += _session(scenario, session) + _in_the_way(scenario, session)
    return text


def _session(scenario: Scenario, session: Session) -> str:
    scans = ", ".join(map(_scan, session.scans))
    return (
        f'[[sessions]]\nproject = "{scenario.source}"\nsubject = "{session.subject}"\n'
        f'label = "{session.label}"\nstudy = "{_study(scenario, session)}"\n'
        f"{_names(scenario)}scans = [{scans}]\n"
    )


def _scan(scan: Scan) -> str:
    return (
        f'{{ id = "{scan.id}", type = "{scan.description}", description = "{scan.description}", '
        f"files = {scan.files}, rows = {scan.side}, columns = {scan.side} }}"
    )


def _names(scenario: Scenario) -> str:
    return f'patient_name = "{PATIENT}^{scenario.seed}"\nstudy_description = "chaos"\n'


def _in_the_way(scenario: Scenario, session: Session) -> str:
    if not session.taken:
        return ""
    half = session.taken == "half"
    same = session.taken in ("same study", "half")
    label = "another" if session.taken == "same study" else session.to_label
    study = _study(scenario, session) if same else f"other {_study(scenario, session)}"
    waits = "" if session.taken in ("archived", "half") else 'prearchive = "READY"\n'
    # half a session has come through the importer before: with its script's names in it, or untouched
    names = _names(scenario) if half and not scenario.site_script else ""
    scan = _scan(session.scans[0]) if half else '{ id = "1", type = "t1", files = 1, rows = 8, columns = 8 }'
    return (
        f'[[sessions]]\nproject = "{scenario.destination}"\nsubject = "{session.to_subject}"\n'
        f'label = "{label}"\nstudy = "{study}"\n{waits}{names}scans = [{scan}]\n'
    )


def _study(scenario: Scenario, session: Session) -> str:
    return f"{scenario.seed} {session.label}"


def add_oddities(server: PracticeServer, scenario: Scenario) -> None:
    """Files that are no DICOM, and images whose name is taken, into the source by the REST routes."""
    (project,) = server.state(scenario.source)["projects"]
    stored = {one["label"]: one for one in project["sessions"]}
    for session in scenario.sessions:
        for scan in session.scans:
            _add_to_scan(server, stored[session.label], scan)


def _add_to_scan(server: PracticeServer, stored: dict[str, Any], scan: Scan) -> None:
    if scan.note:
        _put(server, stored, scan, "note.txt", b"seen by a person")
    if scan.twin:
        (known,) = [one for one in stored["scans"] if one["id"] == scan.id]
        image = dicom_bytes(f"{known['uid']}.9", stored["study_uid"], known["uid"])
        _put(server, stored, scan, "again/0001.dcm", _numbered(image, scan))


def _numbered(image: bytes, scan: Scan) -> bytes:
    dataset = pydicom.dcmread(BytesIO(image))
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "MR", scan.id, "99"
    dataset.SeriesDescription = scan.description
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def _put(server: PracticeServer, stored: dict[str, Any], scan: Scan, name: str, content: bytes) -> None:
    path = f"/data/experiments/{stored['id']}/scans/{scan.id}/resources/DICOM/files/{quote(name)}"
    login = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(
        f"{server.url}{path}?inbody=true",
        content,
        {"Authorization": f"Basic {login}", "Content-Type": "application/octet-stream"},
        method="PUT",
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60):
        pass
