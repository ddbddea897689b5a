"""Sends a unit to a DICOM receiver by C-STORE, and finds the prearchive row that it came into.

Every file goes in the transfer syntax that it has: what the receiver does not take is told, not re-encoded.
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from xnat_ferry.dicom.routed import LONGEST, Pair, pair_of, read_pair, read_routed, routing_string
from xnat_ferry.errors import (
    FerryError,
    NotRouted,
    NotStorable,
    ReceiverRefused,
    ReceiverRejects,
    ReceiverUnreachable,
    RoutingTooLong,
    SyntaxRefused,
)
from xnat_ferry.events import HeadersRouted, UnitSending, UnitSent
from xnat_ferry.plan import PlannedSession
from xnat_ferry.plan.receiver import Receiver
from xnat_ferry.transfer.ferry import Ferry, Progress, growing_waits
from xnat_ferry.transfer.rows import row_joined
from xnat_ferry.transfer.units.fetching import Fetched

if TYPE_CHECKING:
    from pydicom import Dataset
    from pynetdicom.association import Association

MOST_CONTEXTS = 128
"""Presentation contexts that one association can propose (PS3.8 7.1.1.13)."""
_PATIENCE = 600.0
"""Seconds for an answer to one object: a receiver writes it to its archive first."""
_CONNECTING = 30.0
_APPEARING = 120.0
"""Seconds until what a receiver took must show in the prearchive."""
_OUT_OF_RESOURCES = 0xA7
_FOR_GOOD, _BY_USER, _CALLING, _CALLED = 1, 1, 3, 7
"""Result, source and diagnostics of a rejected association (PS3.8 9.3.4)."""


def store_unit(receiver: Receiver, ferry: Ferry, session: PlannedSession, fetched: Fetched) -> str:
    """Send one unit and return the prearchive row it lies in, its path below /data.

    Sending an object again overwrites it (wire-write 1.7), so that a broken association is begun anew. Raises
    the last FerryError when it does not pass.
    """
    sending = _Storing(receiver, ferry, session, fetched)
    return ferry.persist(session.session, fetched.unit.key, sending.send)


class _Storing:
    """One unit's attempts; what the receiver confirmed is not sent again."""

    def __init__(self, receiver: Receiver, ferry: Ferry, session: PlannedSession, fetched: Fetched) -> None:
        self._receiver, self._ferry, self._session, self._fetched = receiver, ferry, session, fetched
        self._left = list(fetched.checked.names)
        self._address = routing_string(ferry.destination_project, session.to_subject, session.to_session)

    def send(self) -> str:
        """One attempt."""
        ferry, session, unit = self._ferry, self._session, self._fetched.unit.key
        ferry.heed_stop()
        if len(self._address) > LONGEST:
            raise RoutingTooLong(session=session.session, address=self._address, longest=LONGEST)
        progress = Progress(ferry, session.session, unit, "up")
        ferry.tell(HeadersRouted(session=session.session, address=self._address))
        ferry.tell(UnitSending(session=session.session, unit=unit))
        with zipfile.ZipFile(self._fetched.zipped) as zipped:
            while self._left:
                self._associate(zipped, progress)
        row = self._row()
        ferry.tell(
            UnitSent(
                session=session.session,
                unit=unit,
                files=self._fetched.files,
                bytes=self._fetched.length,
                seconds=progress.seconds,
                row=row,
            )
        )
        return row

    def _associate(self, zipped: zipfile.ZipFile, progress: Progress) -> None:
        """Send what one association can propose contexts for."""
        pairs: dict[Pair, None] = {}
        names: list[str] = []
        for name in self._left:
            with self._sendable(), zipped.open(name) as file:
                pair = read_pair(file)
            if pair not in pairs and len(pairs) == MOST_CONTEXTS:
                break
            pairs[pair] = None
            names.append(name)
        with associated(self._receiver, list(pairs), self._session.session) as association:
            for name in names:
                dataset = self._routed(zipped, name)
                _refuse_unwanted(association, dataset, self._session.session, self._receiver)
                _store(association, dataset, self._receiver, self._session.session)
                self._left.remove(name)
                progress.add(zipped.getinfo(name).file_size)

    def _routed(self, zipped: zipfile.ZipFile, name: str) -> "Dataset":
        with self._sendable():
            return read_routed(BytesIO(zipped.read(name)), self._address)

    @contextmanager
    def _sendable(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # pydicom raises many kinds for odd data sets
            raise NotStorable(session=self._session.session, why=type(error).__name__) from None

    def _row(self) -> str:
        """Where it came to be: a receiver answers when an object is stored, so it is there soon or never."""
        waited = 0.0
        for wait in growing_waits(longest=5.0):
            row = row_joined(self._ferry, self._session)
            if row is not None:
                return row.path
            if waited > _APPEARING:
                break
            self._ferry.wait(wait)
            waited += wait
        raise NotRouted(
            receiver=str(self._receiver),
            session=self._session.session,
            address=self._address,
            project=self._ferry.destination_project,
        )


@contextmanager
def associated(receiver: Receiver, pairs: Sequence[Pair], session: str) -> Iterator["Association"]:
    """An association that proposes each SOP class in each of its own transfer syntaxes.

    Raises ReceiverUnreachable where none comes about, ReceiverRejects where none ever will, SyntaxRefused
    where the receiver takes none of these.
    """
    from xnat_ferry.dicom.loaded_network import AE

    entity: Any = AE(ae_title=receiver.calling)
    entity.acse_timeout = entity.connection_timeout = _CONNECTING
    entity.dimse_timeout = entity.network_timeout = _PATIENCE
    _propose(entity, pairs, session)
    association = entity.associate(receiver.host, receiver.port, ae_title=receiver.aet)
    try:
        if association.rejected_contexts and not association.is_established:
            raise _refused(pairs[0], session, receiver)
        if association.is_rejected:
            raise _rejected(association, receiver)
        if not association.is_established:
            raise ReceiverUnreachable(receiver=str(receiver), why="no association came about")
        yield association
        if association.is_established:
            association.release()
    finally:
        if association.is_established:
            association.abort()


def _propose(entity: Any, pairs: Iterable[Pair], session: str) -> None:
    try:
        for sop_class, syntax in pairs:
            entity.add_requested_context(sop_class, syntax)
    except ValueError:
        raise NotStorable(session=session, why="its SOP class or transfer syntax is no UID") from None


def _rejected(association: "Association", receiver: Receiver) -> FerryError:
    """What a rejection means; only a transient one may pass (PS3.8 9.3.4)."""
    said: Any = association.acceptor.primitive
    if said is None or said.result != _FOR_GOOD:
        return ReceiverUnreachable(receiver=str(receiver), why="it refused the association for now")
    named = {_CALLED: f"it does not answer to the title {receiver.aet}"}
    named[_CALLING] = f"it does not know the title {receiver.calling} of this side"
    why = named.get(said.diagnostic) if said.result_source == _BY_USER else None
    return ReceiverRejects(receiver=str(receiver), why=why or "it refused the association for good")


def _refuse_unwanted(
    association: "Association", dataset: "Dataset", session: str, receiver: Receiver
) -> None:
    wanted = pair_of(dataset)
    if wanted not in _accepted(association):
        raise _refused(wanted, session, receiver)


def _refused(pair: Pair, session: str, receiver: Receiver) -> SyntaxRefused:
    from xnat_ferry.dicom.loaded import uid

    kind, syntax = (uid.UID(one).name for one in pair)
    return SyntaxRefused(receiver=str(receiver), session=session, kind=kind, syntax=syntax)


def _accepted(association: "Association") -> set[Pair]:
    return {
        (str(one.abstract_syntax), str(syntax))
        for one in association.accepted_contexts
        for syntax in one.transfer_syntax
    }


def _store(association: "Association", dataset: "Dataset", receiver: Receiver, session: str) -> None:
    """One object; raises ReceiverUnreachable when no answer came and ReceiverRefused for any but success."""
    try:
        status = association.send_c_store(dataset)
    except RuntimeError:
        raise ReceiverUnreachable(receiver=str(receiver), why="it closed the association") from None
    except (AttributeError, ValueError) as error:  # it is not encoded as it says
        raise NotStorable(session=session, why=type(error).__name__) from None
    if "Status" not in status:
        raise ReceiverUnreachable(receiver=str(receiver), why="it gave no answer")
    code = int(status.Status)
    if code >> 8 == _OUT_OF_RESOURCES:
        raise ReceiverUnreachable(receiver=str(receiver), why=f"it is out of resources (0x{code:04X})")
    if code != 0 and code >> 12 != 0xB:  # a warning: stored all the same (PS3.4 B.2.3)
        raise ReceiverRefused(receiver=str(receiver), code=f"0x{code:04X}")
