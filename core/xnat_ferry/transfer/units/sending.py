"""Sends a unit that lies in the spool, and looks at what arrived before it sends it again.

A server or a proxy that takes no body as large gets the unit in parts, and so do all later ones.
"""

from typing import BinaryIO

from xnat_ferry import wording
from xnat_ferry.errors import (
    ConnectionLost,
    FerryError,
    FileTooLarge,
    ServerAnswer,
    ServerBusy,
    StillWorking,
    TooLarge,
)
from xnat_ferry.events import TriedAgain, UnitRefused, UnitSending, UnitSent
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry, Progress
from xnat_ferry.transfer.rows import contents_of, row_joined
from xnat_ferry.transfer.units.fetching import Fetched
from xnat_ferry.transfer.units.parts import LARGEST, Entry, entries_of, first_part, length_of, open_part
from xnat_ferry.transfer.whose import Doubts, is_ours
from xnat_ferry.xnat.answers import stored_nothing
from xnat_ferry.xnat.scan_zips import import_zip

_ANSWER_LOST = (ConnectionLost, StillWorking, ServerBusy)
"""After these the server may have taken all of it and only not said so."""


def send_unit(doubts: Doubts, ferry: Ferry, session: PlannedSession, fetched: Fetched) -> str:
    """Send one unit and return the prearchive row it lies in, its path below /data.

    ``doubts`` are asked where a row may be of an attempt whose answer was lost, or somebody else's. Raises
    the last FerryError when it does not pass; the unit still lies in the spool then.
    """
    sending = _Sending(doubts, ferry, session, fetched)
    return ferry.persist(session.session, fetched.unit.key, sending.send)


class _Sending:
    """One unit's attempts."""

    def __init__(self, doubts: Doubts, ferry: Ferry, session: PlannedSession, fetched: Fetched) -> None:
        self._doubts = doubts
        self._ferry = ferry
        self._session = session
        self._fetched = fetched
        self._unsure = self._took = False
        self._left: list[Entry] | None = None
        """What has still to leave of a unit that goes in parts; None while it goes as it is."""

    def send(self) -> str:
        """One attempt."""
        ferry, session, fetched = self._ferry, self._session, self._fetched
        ferry.heed_stop()
        progress = Progress(ferry, session.session, fetched.unit.key, "up")
        row = self._arrived() if self._unsure else ""
        if not row:
            ferry.tell(UnitSending(session=session.session, unit=fetched.unit.key))
            try:
                row = self._send(progress)
            except ServerAnswer as error:
                if stored_nothing(error) and not self._took:
                    ferry.tell(UnitRefused(session=session.session, unit=fetched.unit.key))
                raise
        ferry.tell(
            UnitSent(
                session=session.session,
                unit=fetched.unit.key,
                files=fetched.files,
                bytes=fetched.length,
                seconds=progress.seconds,
                row=row,
            )
        )
        return row

    def _send(self, progress: Progress) -> str:
        if self._left is None and self._fetched.length <= self._ferry.bodies.largest:
            try:
                return self._import(self._fetched.zipped, self._fetched.length, progress)
            except TooLarge as error:
                files = self._fetched.files + len(self._fetched.checked.left_out)
                self._go_smaller(error, self._fetched.length, files=files)
                progress.bytes = 0
        return self._send_parts(progress)

    def _send_parts(self, progress: Progress) -> str:
        """What has not left yet, in zips as large as the server is known to take."""
        if self._left is None:
            self._left = self._all()
        row = ""
        while self._left:
            part = first_part(self._left, self._ferry.bodies.largest)
            if length_of(part) > LARGEST:
                raise self._too_large(length_of(part), server=self._ferry.destination.server, status=413)
            sent = progress.bytes
            try:
                row = self._import(open_part(self._fetched.zipped, part), length_of(part), progress)
            except TooLarge as error:
                self._go_smaller(error, length_of(part), files=len(part))
                progress.bytes = sent
            else:
                del self._left[: len(part)]
        return row

    def _all(self) -> list[Entry]:
        """The instances of the zip; what is none would be dropped there, and alone in a part be an error."""
        instances = set(self._fetched.checked.names)
        entries = entries_of(self._fetched.zipped, lambda _: True)
        untouched = instances <= {entry.info.filename for entry in entries}
        return [entry for entry in entries if not untouched or entry.info.filename in instances]

    def _go_smaller(self, error: TooLarge, size: int, *, files: int) -> None:
        """Note that so many bytes were too many; raises FileTooLarge where they are one file's."""
        if files == 1:
            raise self._too_large(size, **error.facts) from None
        unit = self._fetched.unit.key
        self._ferry.bodies.refused(size)
        message = f"{error} It goes in parts."
        self._ferry.tell(TriedAgain(session=self._session.session, unit=unit, attempt=1, message=message))

    def _too_large(self, size: int, **facts: object) -> FileTooLarge:
        what = f"{self._session.session} scan {self._fetched.unit.key}"
        return FileTooLarge(**facts | {"what": what, "size": wording.size(size)})

    def _import(self, zipped: BinaryIO, length: int, progress: Progress) -> str:
        before = progress.bytes
        try:
            row = import_zip(
                self._ferry.destination,
                zipped,
                length,
                project=self._ferry.destination_project,
                subject=self._session.to_subject,
                session=self._session.to_session,
                # only where files were left out on purpose: it hides a server's faults too (wire-write 1.7)
                skip_unparsable=bool(self._fetched.checked.left_out),
                on_bytes=progress.add,
            )
        except FerryError as error:
            # what broke before all of it had left cannot have arrived whole
            self._unsure = isinstance(error, _ANSWER_LOST) and progress.bytes - before >= length
            raise
        self._took = True
        return row

    def _arrived(self) -> str:
        """The row that holds all of the unit already; "" when it must be sent again.

        Raises DestinationTaken where somebody else's has come to be there.
        """
        row, past = row_joined(self._ferry, self._session), self._ferry.state.sessions[self._session.session]
        if row is None or not is_ours(row, self._session, past, self._doubts):
            return ""
        sent = [one for one in self._fetched.checked.instances if not one.there]
        there = contents_of(self._ferry, self._session, row)
        return row.path if there is not None and there.holds_all(sent) else ""
