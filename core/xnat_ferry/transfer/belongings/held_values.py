"""The values of a subject or a session as one server has them, custom fields among them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from xnat_ferry.belongings import Kind, Level
from xnat_ferry.belongings.values import Value, values_of_session, values_of_subject
from xnat_ferry.xnat import resources as places
from xnat_ferry.xnat import values as wire
from xnat_ferry.xnat.answers import children
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.subjects import subject_address

CUSTOM = "custom field "
"""Before the name of one of those that a server keeps as JSON."""
KINDS = {
    Level.SUBJECT: frozenset({Kind.DEMOGRAPHICS, Kind.FIELDS}),
    Level.SESSION: frozenset({Kind.FIELDS, Kind.NOTES, Kind.QUALITY}),
}
"""What each can have; a scan's are told of its session."""


def subject_values(client: XnatClient, project: str, label: str, kinds: Collection[Kind]) -> list[Value]:
    """A subject's, by its label in a project; raises a ServerAnswer."""
    address = subject_address(client, project, label)
    item = wire.read_subject(client, address)
    custom = _custom(client, address, Level.SUBJECT, kinds)
    return [*values_of_subject(item, kinds), *custom]


def session_values(
    client: XnatClient,
    session_id: str,
    kinds: Collection[Kind],
    *,
    item: Mapping[str, Any],
    series: Mapping[str, str],
) -> list[Value]:
    """A session's from its ``item``; its scans have the IDs that ``series`` gives by SeriesInstanceUID."""
    called = {
        str(fields.get("ID", "")): series.get(str(fields.get("UID", "")), str(fields.get("ID", "")))
        for fields in scan_fields(item)
    }
    values = values_of_session(item, kinds)
    moved = (replace(one, scan=called[one.scan]) if one.scan else one for one in values)
    return [*moved, *_custom(client, places.of_session(session_id), Level.SESSION, kinds)]


def series_of(item: Mapping[str, Any]) -> dict[str, str]:
    """The ID of each scan of a session's item, by SeriesInstanceUID, where it has one."""
    scans = scan_fields(item)
    return {str(fields["UID"]): str(fields.get("ID", "")) for fields in scans if fields.get("UID")}


def scan_fields(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a session's item says of each of its scans."""
    return (scan["data_fields"] for scan in children(dict(item), "scans/scan"))


def _custom(client: XnatClient, place: str, level: Level, kinds: Collection[Kind]) -> Iterable[Value]:
    if Kind.FIELDS not in kinds:
        return []
    return [
        Value(
            level=level,
            kind=Kind.FIELDS,
            name=CUSTOM + name,
            path="",
            text=msgspec.json.encode(value, order="deterministic").decode(),
        )
        for name, value in wire.read_custom_fields(client, place).items()
    ]
