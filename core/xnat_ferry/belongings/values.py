"""Values that a server keeps of a subject, a session and its scans, and what of them is to be written. Pure.

No value leaves this module but to the destination: journals and records get names only.
"""

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.belongings.kinds import Existing, Kind, Level

LONGEST = 2000
"""Characters of a value: it travels in an address, and proxies cut those (8 KB, percent-encoded)."""
_DEMOGRAPHICS = "demographics[@xsi:type=xnat:demographicData]"
_SUBJECT_OWN = ("group", "src")
_SESSION_NOTES = ("note", "date", "time")
_SCAN_OWN = ("quality", "note")
_ENDS_A_PATH = frozenset("[]'\"")


class Value(Struct, frozen=True, kw_only=True):
    """One value, the parameter that writes it, and the name that may be told."""

    level: Level
    kind: Kind
    name: str
    path: str
    """The schema path below the type that writes it (wire-write 4.1)."""
    text: str
    scan: str = ""
    unfit: bool = False
    """No parameter can write it: its name would end the path."""

    @property
    def key(self) -> tuple[Level, Kind, str, str]:
        """What it is a value of: a custom variable may be called as one of XNAT's own is."""
        return self.level, self.kind, self.scan, self.name


class Writing(Struct, frozen=True, kw_only=True):
    """What shall become of the values of one holder."""

    write: tuple[Value, ...] = ()
    same: tuple[Value, ...] = ()
    kept: tuple[Value, ...] = ()
    """Those that differ there, or that no parameter can carry, and stay as they are there."""
    refused: tuple[Value, ...] = ()
    """Those that differ there while nobody has said what to do, or that no parameter can carry."""


def values_of_subject(item: Mapping[str, Any], kinds: Iterable[Kind]) -> Iterator[Value]:
    """A subject's, from its item (wire-read 2.6)."""
    if Kind.DEMOGRAPHICS in kinds:
        for name, value in _fields(item, _SUBJECT_OWN):
            yield _value(Level.SUBJECT, Kind.DEMOGRAPHICS, name, name, value)
        for child in _children(item, "demographics"):
            for name, value in child.get("data_fields", {}).items():
                if not _is_key(name) and value not in (None, ""):
                    path = f"{_DEMOGRAPHICS}/{name}"
                    yield _value(Level.SUBJECT, Kind.DEMOGRAPHICS, name, path, value)
    if Kind.FIELDS in kinds:
        yield from _variables(item, Level.SUBJECT)


def values_of_session(item: Mapping[str, Any], kinds: Iterable[Kind]) -> Iterator[Value]:
    """A session's and its scans', from its item (wire-read 2.6)."""
    if Kind.NOTES in kinds:
        for name, value in _fields(item, _SESSION_NOTES):
            yield _value(Level.SESSION, Kind.NOTES, name, name, value)
    if Kind.FIELDS in kinds:
        yield from _variables(item, Level.SESSION)
    if Kind.QUALITY in kinds:
        for scan in _children(item, "scans/scan"):
            scan_id = str(scan.get("data_fields", {}).get("ID", ""))
            for name, value in _fields(scan, _SCAN_OWN):
                yield _value(Level.SCAN, Kind.QUALITY, name, name, value, scan_id)


def what_to_write(
    here: Iterable[Value],
    there: Iterable[Value],
    existing: Existing | None,
    *,
    fresh: frozenset[Level] = frozenset(),
) -> Writing:
    """Compare what the source has, one by one, with what the destination has.

    ``fresh`` are levels whose values at the destination nobody has given: the importer filled them in a
    moment ago, so they may be written over without a word.
    """
    found = {one.key: one.text for one in there}
    sorted_out: dict[str, list[Value]] = {"write": [], "same": [], "kept": [], "refused": []}
    for value in here:
        known = found.get(value.key, "")
        if known == value.text:
            sorted_out["same"].append(value)
        elif _can_be_sent(value) and (not known or value.level in fresh or existing == Existing.REPLACE):
            sorted_out["write"].append(value)
        else:
            sorted_out["kept" if existing == Existing.KEEP else "refused"].append(value)
    return Writing(**{name: tuple(values) for name, values in sorted_out.items()})


def _can_be_sent(value: Value) -> bool:
    return not value.unfit and len(value.text) <= LONGEST and value.text != "NULL"


def differing(sent: Iterable[Value], there: Iterable[Value]) -> tuple[Value, ...]:
    """Those that read back otherwise than they were sent."""
    found = {one.key: one.text for one in there}
    return tuple(one for one in sent if found.get(one.key) != one.text)


def told_name(value: Value) -> str:
    """How journals call it; a scan's with the scan's ID."""
    return f"scan {value.scan}: {value.name}" if value.scan else value.name


def assessors_of(item: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Label and type of a session's assessors, from its item."""
    return tuple(
        (str(one.get("data_fields", {}).get("label", "")), str(one.get("meta", {}).get("xsi:type", "")))
        for one in _children(item, "assessors/assessor")
    )


def _variables(item: Mapping[str, Any], level: Level) -> Iterator[Value]:
    """Custom variables: a name and a value each."""
    for child in _children(item, "fields/field"):
        fields = child.get("data_fields", {})
        name = str(fields.get("name", ""))
        if name:
            path = f"fields/field[name={name}]/field"
            value = _value(level, Kind.FIELDS, name, path, fields.get("field", ""))
            yield replace(value, unfit=bool(set(name) & _ENDS_A_PATH))


def _value(level: Level, kind: Kind, name: str, path: str, value: object, scan: str = "") -> Value:
    # XNAT escapes what comes as a parameter (wire-write 0.3), so both spellings mean one text
    return Value(level=level, kind=kind, name=name, path=path, text=html.unescape(str(value)), scan=scan)


def _fields(item: Mapping[str, Any], names: Iterable[str]) -> Iterator[tuple[str, object]]:
    fields = item.get("data_fields", {})
    return ((name, fields[name]) for name in names if fields.get(name) not in (None, ""))


def _children(item: Mapping[str, Any], field: str) -> Iterator[Mapping[str, Any]]:
    for child in item.get("children", []):
        if child.get("field") == field:
            yield from child.get("items", [])


def _is_key(name: str) -> bool:
    """Whether a field is the database's own, not a person's."""
    return name.startswith("xnat_") or name in ("ID", "project")
