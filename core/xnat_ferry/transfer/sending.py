"""Sends a unit that lies in the spool, and looks at what arrived before it sends it again."""

from xnat_ferry.errors import ConnectionLost, FerryError, ServerBusy, StillWorking
from xnat_ferry.events import UnitSending, UnitSent
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry, Progress
from xnat_ferry.transfer.fetching import Fetched
from xnat_ferry.transfer.rows import contents_of, own_row
from xnat_ferry.xnat.scan_zips import import_zip

_ANSWER_LOST = (ConnectionLost, StillWorking, ServerBusy)
"""After these the server may have taken all of it and only not said so."""


def send_unit(ferry: Ferry, session: PlannedSession, fetched: Fetched) -> str:
    """Send one unit and return the prearchive row it lies in, its path below /data.

    Raises the last FerryError when it does not pass; the unit still lies in the spool then.
    """
    sending = _Sending(ferry, session, fetched)
    return ferry.persist(session.session, fetched.unit.key, sending.send)


class _Sending:
    """One unit's attempts."""

    def __init__(self, ferry: Ferry, session: PlannedSession, fetched: Fetched) -> None:
        self._ferry = ferry
        self._session = session
        self._fetched = fetched
        self._unsure = False

    def send(self) -> str:
        """One attempt."""
        ferry, session, fetched = self._ferry, self._session, self._fetched
        ferry.heed_stop()
        progress = Progress(ferry, session.session, fetched.unit.key, "up")
        row = self._arrived() if self._unsure else ""
        if not row:
            ferry.tell(UnitSending(session=session.session, unit=fetched.unit.key))
            row = self._import(progress)
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

    def _import(self, progress: Progress) -> str:
        try:
            return import_zip(
                self._ferry.destination,
                self._fetched.zipped,
                self._fetched.length,
                project=self._ferry.destination_project,
                subject=self._session.to_subject,
                session=self._session.to_session,
                # only where files were left out on purpose: it hides a server's faults too (wire-write 1.7)
                skip_unparsable=bool(self._fetched.checked.left_out),
                on_bytes=progress.add,
            )
        except FerryError as error:
            # what broke before all of it had left cannot have arrived whole
            self._unsure = isinstance(error, _ANSWER_LOST) and progress.bytes >= self._fetched.length
            raise

    def _arrived(self) -> str:
        """The row that holds all of the unit already; "" when it must be sent again."""
        row = own_row(self._ferry, self._session)
        if row is None:
            return ""
        sent = [one for one in self._fetched.checked.instances if not one.there]
        there = contents_of(self._ferry, self._session, row)
        return row.path if there is not None and there.holds_all(sent) else ""
