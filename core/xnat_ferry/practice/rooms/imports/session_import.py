"""``SI``, the old importer: each call makes new rows, and errors say what is wrong (wire-write 1.10)."""

from typing import BinaryIO, cast

from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.rooms.imports.call import Call
from xnat_ferry.practice.rooms.imports.destination import Destination, Malformed, parse_destination
from xnat_ferry.practice.rooms.imports.dicom_zip import archives, label_of
from xnat_ferry.practice.rooms.imports.receive import Manners, Receiver
from xnat_ferry.practice.rooms.imports.settle import archive_one, build_all, full_wish
from xnat_ferry.practice.rooms.imports.unpack import Broken, entries_of, format_of
from xnat_ferry.practice.rooms.imports.wanted import Wanted, wanted_by
from xnat_ferry.practice.site.records import Waiting

_MANY = "Upload included files for multiple imaging sessions."
_NONE = "Upload did not include parsable files for session generation."
_LOCKED = "Prearc destination is locked."
_NO_PROJECT = (
    "User must specify project portion of prearchive path, if timestamp/session portion is specified."
)
_NO_STAMP = "User must specify timestamp portion of prearchive path, if session portion is specified."


def import_session(call: Call) -> list[str]:
    """The addresses in the archive or the prearchive. Raises Refused with the real reason."""
    try:
        dest = parse_destination(call.parameters.get("dest"))
    except Malformed:
        raise Refused(500, STANDARD[500]) from None
    wanted = wanted_by(call.parameters, dest, label_of(call, dest))
    _check(call, wanted)
    # what goes to the prearchive of a project comes back before the site's script (wire-write 1.12)
    scripted = dest is None or dest.is_archive or not dest.project
    manners = Manners(counted_names=True, filtered=False, scripted=scripted, always_new=True, any_study=True)
    receiver = Receiver(call.site, call.user, wanted, call.fault, manners)
    call.processing("Importing file")
    _unpack(receiver, call.file.name, cast(BinaryIO, call.file.file))
    rows = list(receiver.rows.values())
    if not rows:
        raise Refused(400, _NONE)
    return _settle(call, dest, rows)


def _check(call: Call, wanted: Wanted) -> None:
    if wanted.folder and not wanted.timestamp:
        raise Refused(400, _NO_STAMP)
    if not (wanted.folder and wanted.timestamp):
        return
    if not wanted.project:
        raise Refused(400, _NO_PROJECT)
    row = call.site.waiting.get((wanted.project, wanted.timestamp, wanted.folder))
    if row is not None and row.locked:
        raise Refused(409, _LOCKED)


def _unpack(receiver: Receiver, name: str, stream: BinaryIO) -> None:
    """What can be stored is; the rest is passed over."""
    kind = format_of(name)
    if kind in ("UNKNOWN", "GZ"):
        _take(receiver, name, stream)
        return
    try:
        for entry, content in entries_of(kind, stream):
            _unpack(receiver, entry, content)
    except Broken:
        return


def _take(receiver: Receiver, name: str, stream: BinaryIO) -> None:
    try:
        receiver.take(name, stream)
    except Refused:
        return


def _settle(call: Call, dest: Destination | None, rows: list[Waiting]) -> list[str]:
    to_prearchive = dest is not None and not dest.is_archive
    if len(rows) > 1 and not to_prearchive:
        raise Refused(400, _MANY)
    if to_prearchive or not (archives(call.parameters, dest) or _by_code(call, rows[0])):
        build_all(call.site, rows)
        return [row.path for row in rows]
    return [archive_one(call.site, row, full_wish(call)) for row in rows]


def _by_code(call: Call, row: Waiting) -> bool:
    project = call.site.projects.get(row.project)
    return project is not None and project.prearchive_code >= 4
