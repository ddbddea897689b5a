"""Writes the values of an archived session and its subject, and reads them back."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from xnat_ferry.belongings import Kind, Level
from xnat_ferry.belongings.values import (
    Value,
    Writing,
    differing,
    told_name,
    what_to_write,
)
from xnat_ferry.errors import ValuesDiffer
from xnat_ferry.events import ValuesCarried
from xnat_ferry.model import SessionDetail
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.belongings.held_values import (
    CUSTOM,
    KINDS,
    series_of,
    session_values,
    subject_values,
)
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.xnat import resources as places
from xnat_ferry.xnat import values as wire
from xnat_ferry.xnat.answers import children
from xnat_ferry.xnat.subjects import subject_address


def carry_values(ferry: Ferry, session: PlannedSession, there: SessionDetail) -> None:
    """Write the values that the plan names and tell which; what the journal says is there is left alone.

    ``there`` is the session at the destination. Raises ValuesDiffer where somebody's value at the destination
    is another one and nobody said what shall become of it, or one reads back otherwise.
    """
    for holder in (_Subject(ferry, session), _Session(ferry, session, there)):
        _carry(ferry, session, holder)


class _Holder:
    """A subject or a session, at both ends."""

    level: Level
    fresh: frozenset[Level] = frozenset()

    def __init__(self, ferry: Ferry, name: str, to: str = "") -> None:
        self.name, self.to = name, to
        self.ferry = ferry
        done = {
            kind
            for (level, holder, kind, subject), told in ferry.state.values.items()
            if (level, holder, subject) == (self.level, name, to) and not (told.refused or told.differing)
        }
        self.wanted = [
            kind
            for kind in ferry.state.plan.belongings.kinds
            if kind in KINDS[self.level] and kind not in done
        ]

    def read(self, *, here: bool) -> list[Value]:
        """Its values at the source, or at the destination."""
        raise NotImplementedError

    def write(self, values: Sequence[Value]) -> None:
        """Set them at the destination."""
        raise NotImplementedError

    def _write_custom(self, place: str, values: Iterable[Value]) -> None:
        custom = {
            one.name.removeprefix(CUSTOM): msgspec.json.decode(one.text) for one in values if not one.path
        }
        if custom:
            wire.write_custom_fields(self.ferry.destination, place, custom)


class _Subject(_Holder):
    level = Level.SUBJECT

    def __init__(self, ferry: Ferry, session: PlannedSession) -> None:
        super().__init__(ferry, session.subject, session.to_subject)
        self._ends = (
            (ferry.destination, ferry.destination_project, session.to_subject),
            (ferry.source, ferry.state.plan.source.project, session.subject),
        )

    def read(self, *, here: bool) -> list[Value]:
        return subject_values(*self._ends[here], self.wanted)

    def write(self, values: Sequence[Value]) -> None:
        address = subject_address(*self._ends[False])
        wire.write_subject(self.ferry.destination, address, _by_path(values))
        self._write_custom(address, values)


class _Session(_Holder):
    level = Level.SESSION

    def __init__(self, ferry: Ferry, session: PlannedSession, there: SessionDetail) -> None:
        super().__init__(ferry, session.session)
        self._ends = ((ferry.destination, there.id), (ferry.source, session.id))
        if session.fate == Fate.COPY and ferry.state.sessions[session.session].archived:
            self.fresh = frozenset({Level.SESSION, Level.SCAN})
        self._series: dict[str, str] = {}
        self._types: dict[str, str] = {}

    def read(self, *, here: bool) -> list[Value]:
        client, session_id = self._ends[here]
        item = wire.read_session_item(client, session_id)
        if not here:
            scans = {str(scan["data_fields"].get("ID", "")): scan for scan in children(item, "scans/scan")}
            self._types = {"": wire.xsi_type(item)} | {
                one: wire.xsi_type(scan) for one, scan in scans.items()
            }
            self._series = series_of(item)
        return session_values(client, session_id, self.wanted, item=item, series=self._series)

    def write(self, values: Sequence[Value]) -> None:
        client, session_id = self._ends[False]
        own = [one for one in values if not one.scan]
        wire.write_session(client, session_id, self._types[""], _by_path(own))
        self._write_custom(places.of_session(session_id), own)
        of_scans = sorted((one for one in values if one.scan), key=lambda one: one.scan)
        for scan, some in groupby(of_scans, key=lambda one: one.scan):
            kind = self._types.get(scan, "")
            if kind:
                self.ferry.heed_stop()
                wire.write_scan(client, session_id, scan, kind, _by_path(some))


def _by_path(values: Iterable[Value]) -> dict[str, str]:
    return {one.path: one.text for one in values if one.path}


def _carry(ferry: Ferry, session: PlannedSession, holder: _Holder) -> None:
    if not holder.wanted:
        return
    there = holder.read(here=False)  # first: it tells the scans there by their series
    here = holder.read(here=True)
    writing = what_to_write(here, there, ferry.state.plan.belongings.existing, fresh=holder.fresh)
    if writing.write:
        ferry.persist(session.session, f"values of {holder.name}", lambda: holder.write(writing.write))
        there = holder.read(here=False)
    other = differing(writing.write, there)
    for kind in holder.wanted:
        _tell(ferry, session, holder, kind, writing, other)
    trouble = (*writing.refused, *other)
    if trouble:
        raise ValuesDiffer(holder=holder.name, names=", ".join(_names(trouble)[:12]))


def _tell(
    ferry: Ferry,
    session: PlannedSession,
    holder: _Holder,
    kind: Kind,
    writing: Writing,
    other: Sequence[Value],
) -> None:
    def named(values: Iterable[Value]) -> tuple[str, ...]:
        return _names(one for one in values if one.kind == kind)

    ferry.tell(
        ValuesCarried(
            session=session.session,
            level=holder.level,
            holder=holder.name,
            to=holder.to,
            kind=kind,
            written=named(writing.write),
            same=named(writing.same),
            kept=named(writing.kept),
            refused=named(writing.refused),
            differing=named(other),
        )
    )


def _names(values: Iterable[Value]) -> tuple[str, ...]:
    return tuple(plain(told_name(one), 80) for one in values)
