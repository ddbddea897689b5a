"""The importers for DICOM: an archive of objects, and a single one (wire-write 1.7)."""

from collections.abc import Iterable
from typing import BinaryIO, cast

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.imports.call import Call
from xnat_ferry.practice.rooms.imports.destination import Destination, Malformed, parse_destination
from xnat_ferry.practice.rooms.imports.direct_rows import direct_address, is_direct
from xnat_ferry.practice.rooms.imports.parameters import Parameters
from xnat_ferry.practice.rooms.imports.receive import Receiver
from xnat_ferry.practice.rooms.imports.settle import archive_one, build_all, plain_wish
from xnat_ferry.practice.rooms.imports.unpack import Broken, entries_of, format_of
from xnat_ferry.practice.rooms.imports.wanted import Wanted, wanted_by
from xnat_ferry.practice.site.records import Waiting
from xnat_ferry.practice.site.site import Site

_UNREADABLE = "unable to read data from file"


def import_zip(call: Call) -> list[str]:
    """``DICOM-zip``: the addresses of what came of it. Raises Refused."""
    call.processing("Determining destination")
    dest = _destination(call.parameters)
    receiver = Receiver(call.site, call.user, _wanted(call, dest), call.fault)
    unpacking = _Unpacking(receiver, lenient=_lenient(call.parameters))
    call.processing("Importing sessions to the prearchive")
    unpacking.archive(call.file.name, cast(BinaryIO, call.file.file))
    if unpacking.last is not None and not receiver.rows:
        raise unpacking.last
    rows = list(receiver.rows.values())
    call.processing(f"Successfully uploaded {len(rows)}  sessions to the prearchive.")
    if dest is None and call.parameters.get("action") != "commit":
        return _addresses(call.site, rows)
    return _commit(call, dest, rows)


def import_one(call: Call) -> list[str]:
    """``gradual-DICOM``: one object, never committed."""
    try:
        dest = parse_destination(call.parameters.get("dest"))
    except Malformed:
        raise Refused(400, "Parameter dest format error") from None
    wanted = _wanted(call, Destination("", project=dest.project) if dest else None)
    receiver = Receiver(call.site, call.user, wanted, call.fault)
    receiver.take(call.file.name, cast(BinaryIO, call.file.file))
    return _addresses(call.site, receiver.rows.values())


class _Unpacking:
    """Goes through an archive and those within it."""

    def __init__(self, receiver: Receiver, *, lenient: bool) -> None:
        self._receiver, self._lenient = receiver, lenient
        self.last: Refused | None = None
        """The last thing that was skipped."""

    def archive(self, name: str, stream: BinaryIO) -> None:
        """All entries of one. Raises Refused, for an entry only where these are not skipped."""
        kind = format_of(name)
        if kind in ("UNKNOWN", "GZ"):
            raise Refused(400, f"Unsupported format {kind}")
        try:
            for entry, content in entries_of(kind, stream):
                self._entry(entry, content)
        except Broken:
            raise Refused(400, _UNREADABLE) from None

    def _entry(self, name: str, content: BinaryIO) -> None:
        try:
            if format_of(name) == "UNKNOWN":
                self._receiver.take(name, content)
            else:
                self.archive(name, content)
        except Refused as error:
            if not self._lenient:
                raise
            self.last = error


def _destination(parameters: Parameters) -> Destination | None:
    try:
        return parse_destination(parameters.get("dest"))
    except Malformed:
        raise Refused(400, "Parameter dest format error") from None


def _lenient(parameters: Parameters) -> bool:
    """``Ignore-Unparsable``, which only the caller's own commit turns on (wire-write 1.3)."""
    if "Ignore-Unparsable" in parameters:
        return parameters.flag("Ignore-Unparsable")
    return parameters.get("action") == "commit"


def _wanted(call: Call, dest: Destination | None) -> Wanted:
    return wanted_by(call.parameters, dest, label_of(call, dest))


def label_of(call: Call, dest: Destination | None) -> str:
    """The label of a session that ``dest`` names by ID or label, else the name itself (wire-write 1.5)."""
    if dest is None or not dest.session:
        return ""
    project = call.parameters.get("project") or dest.project
    there = call.site.sessions.get(dest.session)
    if project and there is not None and project in (there.project, *there.shares):
        return call.site.sessions.label_in(there, project)
    found = call.site.session_in(project, dest.session) if project else None
    return call.site.sessions.label_in(found, project) if found is not None else dest.session


def _commit(call: Call, dest: Destination | None, rows: list[Waiting]) -> list[str]:
    call.processing("Creating XML for DICOM sessions")
    ours = [row for row in rows if not is_direct(call.site, row)]
    if not archives(call.parameters, dest):
        build_all(call.site, ours)
        return _addresses(call.site, rows)
    try:
        # one after another: what follows the first that fails is not even built
        return [archive_one(call.site, row, plain_wish(call, row)) for row in ours]
    except Refused:
        # the reason is in the row's log only (wire-write 1.7)
        raise Refused(400, "unable to archive for the Prearchive session") from None


def archives(parameters: Parameters, dest: Destination | None) -> bool:
    """A ``dest`` decides alone; without one ``AA`` and ``auto-archive`` do."""
    if dest is not None:
        return dest.is_archive
    return parameters.flag("AA") or parameters.flag("auto-archive")


def _addresses(site: Site, rows: Iterable[Waiting]) -> list[str]:
    return [direct_address(row) if is_direct(site, row) else row.path for row in rows]
