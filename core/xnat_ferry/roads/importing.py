"""What the roads through the destination's DICOM importer share: the prearchive, the proof, the archive."""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress

from xnat_ferry import events, wording
from xnat_ferry.errors import CannotConnect, NotProven, ServerAnswer
from xnat_ferry.model import Level, Mark, PrearchiveRow, Where
from xnat_ferry.plan import Fate, PlannedSession, Target
from xnat_ferry.project import ProjectSettings
from xnat_ferry.roads.crossing import Crossing
from xnat_ferry.settle.archiving import archive_session, await_archiving
from xnat_ferry.settle.row_contents import doubts, sent_to
from xnat_ferry.transfer.belongings.carrying import BelongingsCarrier
from xnat_ferry.transfer.carry import found_wrong
from xnat_ferry.transfer.session_state import Phase, SessionState
from xnat_ferry.transfer.whose import rows_beside
from xnat_ferry.verify.kept import differing_since
from xnat_ferry.verify.originals import Originals
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.session import Destination, verify_session
from xnat_ferry.verify.source import Source
from xnat_ferry.verify.verification import DIFFERS, PROVEN, SessionVerification, What
from xnat_ferry.xnat.prearchive import list_prearchive
from xnat_ferry.xnat.project_settings import read_settings

_OPEN = {"RECEIVING", "RECEIVING_INTERRUPT", "ERROR"}
"""What a row says that was built once and is to be built again."""
_NOT_REPLACED = (
    "Read the differences with 'xnat-ferry verify'. What lies in the archive is not replaced by sending it "
    "again: delete the files that differ there, or have an owner do so, then resume sends them."
)


class Importing(Crossing):
    """A road to the prearchive first, and on to the archive where the plan or a person wants it."""

    settings = ProjectSettings()
    belongings: BelongingsCarrier
    _reopened: frozenset[str] = frozenset()

    @abstractmethod
    def carry(self, session: PlannedSession, past: SessionState) -> str:
        """Bring a session to READY in the destination's prearchive, its files listed in the manifest.

        Returns its row's path below /data, or "" when the archive holds all of it already; raises a
        FerryError otherwise.
        """

    def originals(self, session: PlannedSession) -> Originals:
        """Where the headers of a session's originals can be read, to be compared with what arrived."""
        return Source(self.ferry.source, session.id, self.ferry.spool)

    def doubts(self, session: PlannedSession, row: PrearchiveRow) -> str:
        """What in a row is not known to be of this transfer, by the files themselves; "" for nothing."""
        sent = sent_to(self.ferry, session, row)
        return doubts(self.ferry, session, row, sent, self.originals(session))

    def prepare(self) -> None:
        """Read the destination's settings: which scripts may have changed what arrives.

        What somebody found different since a session was done is told, too: then it is not done any more.
        """
        self.settings = read_settings(self.ferry.destination, self.plan.destination.project)
        self.belongings = BelongingsCarrier(self.ferry)
        self._reopened = self._rows_reopened()
        for found in differing_since(self.ferry.folder, self.ferry.state):
            self.ferry.tell(_as_event(found.source, found))

    def is_done(self, session: PlannedSession, past: SessionState) -> bool:
        """Not while it shall go on into the archive, nor once it was found different or open where it is."""
        if not super().is_done(session, past) or (past.where and found_wrong(past, past.where)):
            return False
        if past.where == Where.PREARCHIVE and past.row in self._reopened:
            return False
        return past.where == Where.ARCHIVE or not self._goes_on(session)

    def cross(self, session: PlannedSession, past: SessionState) -> Where:
        """Carry it, prove it in the prearchive, archive it and prove it there, as far as it shall go."""
        await_archiving(self.ferry, session, past)
        row = self.carry(session, past)
        if row:
            self._verify(session, Where.PREARCHIVE)
            if not self._goes_on(session):
                self._say_what_waits(session)
                return Where.PREARCHIVE
            archive_session(self.ferry, session, row)
        self._verify(session, Where.ARCHIVE)
        self.belongings.carry(session)
        return Where.ARCHIVE

    def tell_afterwards(self, crossed: Sequence[PlannedSession]) -> None:
        """Name rows of these sessions that wait beside what was proven: an upload that came late, or twice.

        One request. Where it fails nothing is told: what is proven is proven, and ``verify`` looks again.
        """
        with suppress(ServerAnswer, CannotConnect):
            rows = list_prearchive(self.ferry.destination, self.plan.destination.project)
            for label, beside in rows_beside(rows, crossed, self.ferry.state).items():
                for row in beside:
                    self.ferry.tell(events.RowBeside(session=label, row=row.path, advice=wording.ROW_BESIDE))

    def _rows_reopened(self) -> frozenset[str]:
        """Rows of sessions that are done and yet open again: an upload came late, of a client that had died.

        No server builds such a row by itself where our uploads are concerned (wire-write 2.3). One request,
        and none where nothing waits; where it fails nothing is known of it.
        """
        done = (one for one in self.ferry.state.sessions.values() if one.phase == Phase.DONE)
        waiting = {one.row for one in done if one.where == Where.PREARCHIVE}
        if not waiting:
            return frozenset()
        with suppress(ServerAnswer):
            rows = list_prearchive(self.ferry.destination, self.plan.destination.project)
            return frozenset(row.path for row in rows if row.path in waiting and row.status in _OPEN)
        return frozenset()

    def _say_what_waits(self, session: PlannedSession) -> None:
        if self.plan.belongings.any:
            self.ferry.tell(events.BelongingsWait(session=session.session))

    def _goes_on(self, session: PlannedSession) -> bool:
        """Whether it shall go on into the archive; a merge only once a person says so."""
        return self.archive or (self.plan.to == Target.ARCHIVE and session.fate != Fate.MERGE)

    def _verify(self, session: PlannedSession, where: Where) -> None:
        """Raises NotProven unless every file is proven there."""
        past = self.ferry.state.sessions[session.session]
        result = verify_session(
            Destination(self.ferry.destination, self.plan.destination.project, self.settings),
            self.ferry.folder,
            session,
            past,
            where=where,
            scrutiny=self._scrutiny(past),
            source=self.originals(session),
        )
        self.ferry.tell(_as_event(session.session, result))
        if result.verdict != PROVEN:
            trouble = {mark: number for mark, number in result.counts.items() if mark not in "=~"}
            why = wording.counts(trouble)
            if where == Where.ARCHIVE and trouble.get(Mark.DIFFERS):
                raise NotProven(session=session.session, where=where, why=why, advice=_NOT_REPLACED)
            raise NotProven(session=session.session, where=where, why=why)

    def _scrutiny(self, past: SessionState) -> Scrutiny:
        """As closely as was planned, and as whatever found it different: a weaker look would hide that."""
        wrong = [one for one in past.verified.values() if one.verdict == DIFFERS]
        level = max([self.plan.verify, *(one.level for one in wrong)], key=list(Level).index)
        headers = level == Level.FULL and any(one.headers for one in wrong)
        return Scrutiny(level=level, scratch=self.ferry.spool, every_header=headers)


def _as_event(session: str, result: SessionVerification) -> events.SessionVerified:
    return events.SessionVerified(
        session=session,
        where=result.where,
        level=result.level,
        verdict=result.verdict,
        counts=result.counts,
        headers=any(item.what == What.HEADER for item in result.items),
    )
