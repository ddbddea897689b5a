"""The files that a session came from, in a project or on this machine: whether they are there, unchanged."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from xnat_ferry.errors import (
    DataProblem,
    NotFound,
    RowNotRemovable,
    ServerAnswer,
    SourceChanged,
    SourceFileChanged,
    UsageError,
)
from xnat_ferry.model import Instance
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.local_origin import LocalOrigin
from xnat_ferry.verify.originals import LocalOriginals, Originals
from xnat_ferry.verify.source import Source
from xnat_ferry.xnat import deletion
from xnat_ferry.xnat.listings import list_everything


class SourceFiles(Protocol):
    """Where the sessions of a transfer came from."""

    def originals(self, session: PlannedSession) -> Originals:
        """To compare what arrived with."""

    def refuse_unless_there(self, session: PlannedSession, instances: Sequence[Instance]) -> None:
        """Raises RowNotRemovable unless each of them is there as it was sent, as far as that can be known."""


@contextmanager
def source_files(ferry: Ferry) -> Iterator[SourceFiles]:
    """Those of a ferry's plan; a place on this machine is looked through when it is first asked."""
    if ferry.from_server is not None:
        yield _OnServer(ferry)
        return
    place = Path(ferry.state.plan.source.project)
    with closing(LocalOrigin(place, ferry.spool, ferry.heed_stop)) as origin:
        yield _Here(origin)


class _OnServer:
    """By the listing, which is one request."""

    def __init__(self, ferry: Ferry) -> None:
        self._ferry = ferry

    def originals(self, session: PlannedSession) -> Originals:
        return Source(self._ferry.source, session.id, self._ferry.spool)

    def refuse_unless_there(self, session: PlannedSession, instances: Sequence[Instance]) -> None:
        try:
            # of what is gone the listing is a fault (wire-read 2.5)
            deletion.read_holding(self._ferry.source, session.id)
            listing = list_everything(self._ferry.source, session.id)
        except NotFound:
            listing = ()
        except ServerAnswer as error:
            raise _not_known(session, error) from None
        there = {(row.scan, row.path): row for row in listing}
        for one in instances:
            row = there.get((one.scan, one.path))
            if row is None or (row.digest and row.digest != one.md5) or row.size not in (None, one.size):
                raise _gone(session, one)


class _Here:
    """By reading each file: a time of change proves little."""

    def __init__(self, origin: LocalOrigin) -> None:
        self._origin = origin

    def originals(self, session: PlannedSession) -> Originals:
        return LocalOriginals(self._origin, session)

    def refuse_unless_there(self, session: PlannedSession, instances: Sequence[Instance]) -> None:
        for one in instances:
            try:
                digest = self._origin.digest(session, one.scan, one.path)
            except (SourceChanged, SourceFileChanged):
                raise _gone(session, one) from None
            except (DataProblem, UsageError) as error:
                raise _not_known(session, error) from None
            if digest != one.md5:
                raise _gone(session, one)


def _not_known(session: PlannedSession, error: Exception) -> RowNotRemovable:
    why = f"whether the source still has it is not known: {error}"
    return RowNotRemovable(session=session.session, why=why)


def _gone(session: PlannedSession, one: Instance) -> RowNotRemovable:
    why = f"the source does not hold every file of it any more, as of scan {plain(one.scan, 40)}"
    return RowNotRemovable(session=session.session, why=why)
