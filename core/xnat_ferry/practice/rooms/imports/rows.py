"""Rows of the prearchive as uploads find and make them (wire-write 1.7, 2.3)."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from xnat_ferry.practice.rooms.imports.routing import wants_archiving
from xnat_ferry.practice.rooms.imports.unpack import Broken
from xnat_ferry.practice.rooms.imports.wanted import Wanted
from xnat_ferry.practice.rooms.waiting.building import AUTO, touch
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting
from xnat_ferry.practice.site.site import Site


@dataclass(frozen=True)
class Arriving:
    """Whose an object is."""

    project: str
    """Or ``Unassigned``."""
    subject: str
    session: str
    text: Callable[[int], str]

    @property
    def study_uid(self) -> str:
        return self.text(0x0020000D)


def arrive(
    site: Site, arriving: Arriving, wanted: Wanted, *, always_new: bool = False, any_study: bool = False
) -> tuple[Waiting, bool]:
    """The row for an object, made receiving, and whether it is new. Raises Refused or Broken."""
    row = _there(site, arriving, wanted, always_new=always_new)
    if row is None:
        row = new_row(site, arriving, wanted)
        site.waiting[row.key] = row
        return row, True
    if row.study_uid != arriving.study_uid and not any_study:
        raise Broken("the folder belongs to another study")
    receive_more(site, row)
    return row, False


def _there(site: Site, arriving: Arriving, wanted: Wanted, *, always_new: bool) -> Waiting | None:
    if wanted.timestamp:
        folder = wanted.folder or as_folder(arriving.session)
        named = site.waiting.get((arriving.project, wanted.timestamp, folder))
        if named is not None:
            return named
    if always_new:
        return None
    key = (arriving.project, arriving.study_uid, arriving.session)
    return next((row for row in site.waiting.values() if (row.project, row.study_uid, row.name) == key), None)


def receive_more(site: Site, row: Waiting) -> None:
    """Mark a row as receiving; a locked one cannot be. Raises Broken."""
    if row.locked:
        raise Broken("the row is locked")
    if row.status != "RECEIVING_INTERRUPT":
        row.status = "RECEIVING_INTERRUPT" if row.status == "BUILDING" else "RECEIVING"
    row.built = False
    touch(site, row)


def new_row(site: Site, arriving: Arriving, wanted: Wanted) -> Waiting:
    """A row for the first object of a study, with what request and object say of it."""
    folder = wanted.folder or as_folder(arriving.session)
    stamp = wanted.timestamp or site.clock.stamp()
    while (arriving.project, stamp, folder) in site.waiting:
        stamp = _next_stamp(stamp)
    now = site.clock.now()
    return Waiting(
        project=arriving.project,
        timestamp=stamp,
        folder=folder,
        name=arriving.session,
        subject=arriving.subject,
        study_uid=arriving.study_uid,
        place=site.data / "prearchive" / arriving.project / stamp / folder,
        last_modified=now,
        uploaded=now,
        date=date_of(arriving.text(0x00080020)),
        auto_archive=_auto_archive(site, arriving),
        prevent_auto_commit=wanted.prevent_auto_commit,
        prevent_anon=wanted.prevent_anon,
        source=wanted.source,
        visit=wanted.visit,
        protocol=wanted.protocol,
        fields={"time": time} if (time := time_of(arriving.text(0x00080030))) else {},
    )


def forget(site: Site, row: Waiting) -> None:
    """Take a row and its folder away again."""
    with site.lock:
        site.waiting.pop(row.key, None)
    shutil.rmtree(row.place, ignore_errors=True)


def as_folder(label: str) -> str:
    """A label as the name of one folder, wherever it came from."""
    return re.sub(r"[/\\]|^\.+", "_", label)


def date_of(text: str) -> str:
    """A DICOM date as tables have it; "" for what is none."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text) else ""


def time_of(text: str) -> str:
    """A DICOM time as tables have it; "" for what is none."""
    return f"{text[:2]}:{text[2:4]}:{text[4:6]}" if re.match(r"\d{6}", text) else ""


def _auto_archive(site: Site, arriving: Arriving) -> str:
    """What the object says, else what the project's code says now (wire-write 2.3)."""
    if arriving.project == UNASSIGNED:
        return ""
    said = wants_archiving(arriving.text)
    if said is not None:
        return "AutoArchive" if said else "Manual"
    return AUTO.get(site.projects[arriving.project].prearchive_code, "Manual")


def _next_stamp(stamp: str) -> str:
    """One millisecond later, or something as good for a name that is no time."""
    try:
        datetime.strptime(stamp[:-3], "%Y%m%d_%H%M%S")  # noqa: DTZ007  only its shape matters
        return f"{stamp[:-3]}{(int(stamp[-3:]) + 1) % 1000:03d}"
    except ValueError:
        return f"{stamp}_1"
