"""Whether the disks of this machine have room for what is in flight, and for the transfer's own files."""

from collections.abc import Iterator

from msgspec import Struct

from xnat_ferry.checks.finding import Finding
from xnat_ferry.model import ZIPS_HERE, Verdict
from xnat_ferry.pieces import Amount, largest_room
from xnat_ferry.settings.room import Room
from xnat_ferry.survey import Survey
from xnat_ferry.wording import size

_FOR_A_FILE = 1_000
"""Bytes that journal and manifest take for each file."""
_MOVED_BY = {
    "spool": "Choose another folder with --spool or XNAT_FERRY_SPOOL",
    "transfers": "Choose another folder with --transfers or XNAT_FERRY_TRANSFERS",
    "download": "Download into another folder",
}


class Need(Struct, frozen=True):
    """Bytes without which a transfer cannot go on, and with which it goes easily."""

    least: int
    easy: int
    sure: bool
    """Whether the server told of every scan how large it is."""


def check_room(survey: Survey) -> tuple[Finding, ...]:
    """Whether the spool and the transfers folder can take what this selection needs."""
    if not survey.rooms:
        words = "How much room there is on this machine was not looked at."
        return (_finding(survey, Verdict.UNKNOWN, "room-unread", words, "Look yourself before you begin."),)
    findings = [finding for room in survey.rooms for finding in _of(survey, room)]
    if not all(needed(survey, room.what).sure for room in survey.rooms):
        words = "How much room this transfer needs on this machine is not known."
        advice = "Check again with every session looked into."
        findings.append(_finding(survey, Verdict.UNKNOWN, "room-unread", words, advice))
    return tuple(findings) or (_fine(survey),)


def needed(survey: Survey, what: str) -> Need:
    """What the spool, or else the transfers folder, has to take.

    The spool has to hold the largest piece that travels, as the worker cuts them; it goes easily where one is
    fetched while another is sent, and there is room for a third. A transfer's own files grow with the files
    it carries.
    """
    amounts = [
        detail.amount(scan)
        for chosen in survey.chosen
        if (detail := chosen.detail) is not None
        for scan in detail.scans
    ]
    looked = bool(survey.chosen) and all(chosen.detail is not None for chosen in survey.chosen)
    if what == "spool":
        sizes = [one for _, one in amounts]
        largest, packed = max(_largest_pieces(survey), default=0), survey.unpacked
        return Need(largest + packed, 3 * largest + packed, looked and None not in sizes)
    files = [one for one, _ in amounts]
    if what == "download":
        size = _on_disk(survey)
        return Need(size, size + size // 20, looked and None not in [one for _, one in amounts])
    own = _FOR_A_FILE * sum(one or 0 for one in files)
    return Need(own, 2 * own, looked and None not in files)


def _largest_pieces(survey: Survey) -> Iterator[int]:
    for chosen in survey.chosen:
        if (detail := chosen.detail) is not None:
            amounts = ((scan.id, detail.amount(scan)) for scan in detail.scans)
            yield largest_room(Amount(scan, files or 0, size or 0) for scan, (files, size) in amounts)


def _on_disk(survey: Survey) -> int:
    """Bytes of a download; where each session becomes a ZIP, the largest lies there twice for a while."""
    each = [
        sum(detail.amount(scan)[1] or 0 for scan in detail.scans)
        for chosen in survey.chosen
        if (detail := chosen.detail) is not None
    ]
    zips = survey.destination.endpoint.server == ZIPS_HERE
    return sum(each) + (max(each, default=0) if zips else 0)


def _of(survey: Survey, room: Room) -> Iterator[Finding]:
    where = f"the {room.what} folder {room.folder}"
    move = _MOVED_BY[room.what]
    need, left = needed(survey, room.what), room.left
    evidence = _evidence(room, need)
    if not room.writable:
        words = f"Nothing can be written in {where}: {room.problem}."
        yield _finding(survey, Verdict.FAIL, "room-closed", words, f"{move}.", evidence)
    elif left is None:
        words = f"How much room {where} has is not known: {room.problem or 'it was not told'}."
        yield _finding(survey, Verdict.UNKNOWN, "room-unread", words, f"{move}, or look yourself.", evidence)
    elif left < need.easy:
        verdict = Verdict.FAIL if left < need.least else Verdict.WARN
        words = f"There are {size(left)} left in {where}, and this transfer needs {size(need.least)} there."
        kind = f"{room.what}-small"
        yield _finding(survey, verdict, kind, words, f"{move}, or make room there.", evidence)


def _fine(survey: Survey) -> Finding:
    evidence = {
        f"{room.what}, {what}": amount
        for room in survey.rooms
        for what, amount in _evidence(room, needed(survey, room.what)).items()
    }
    return _finding(survey, Verdict.OK, "ok", "There is room for this transfer.", evidence=evidence)


def _evidence(room: Room, need: Need) -> dict[str, str]:
    evidence = {"folder": room.folder, "needed": size(need.least) if need.sure else "not known"}
    if room.free is not None:
        evidence["free"] = size(room.free)
    if room.quota_left is not None:
        evidence["left of the quota"] = size(room.quota_left)
    return evidence


def _finding(
    survey: Survey,
    verdict: Verdict,
    kind: str,
    message: str,
    advice: str = "",
    evidence: dict[str, str] | None = None,
) -> Finding:
    return Finding(
        check="room",
        verdict=verdict,
        about=survey.source.endpoint.project,
        message=message,
        kind=kind,
        advice=advice,
        evidence=evidence or {},
    )
