"""The proof that a session arrived: what a deletion at the source rests on, and nothing else makes.

A Proof is made here, from a verification of every file, or it is not made: its constructor asks for a key
that this module keeps, and it is neither copied nor stored.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass
from typing import NamedTuple, NoReturn

import msgspec

from xnat_ferry.errors import NotProven
from xnat_ferry.model import DICOM_RESOURCES, FileRow, Instance, Level, Mark, Where
from xnat_ferry.verify.verification import PROVEN, SessionVerification
from xnat_ferry.wording import plural

_KEY = object()


@dataclass(frozen=True)
class Proof:
    """Every file of one source session is in the archive of the destination, with its identity and pixels."""

    _: KW_ONLY
    session: str
    """The session's label at the source."""
    source_id: str
    """Its accession ID at the source."""
    project: str
    """The destination's project, in whose archive it is."""
    label: str
    """The session's label there."""
    destination_id: str
    """Its accession ID there."""
    level: Level
    files: int
    manifest: str
    """SHA-256 of the manifest that every file was compared with."""
    listing: str
    """SHA-256 of the source's listing, to be asked for again right before anything is deleted."""
    at: float
    """When, in seconds since 1970."""
    key: InitVar[object]

    def __post_init__(self, key: object) -> None:
        if key is not _KEY:
            raise TypeError("a Proof comes from a verification")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Proof is neither copied nor stored")


def prove(
    result: SessionVerification,
    *,
    project: str,
    source_id: str,
    instances: Sequence[Instance],
    listing: Sequence[FileRow],
    fetched: Mapping[tuple[str, str], str] | None = None,
    beside: Mapping[FileRow, Mark] | None = None,
) -> Proof:
    """The proof that a session verified as ``result`` may be deleted at its source.

    ``instances`` is the manifest that it was compared with, ``listing`` every file that the source holds of
    it now, those outside its scans too: all of them would be deleted. ``fetched`` has the MD5, by scan and
    path, of those of which the listing tells none; ``beside`` says how files that are no images compare with
    what the destination holds in their place. Raises NotProven with the first reason against it.
    """
    reason = _against(result, instances, listing, fetched or {}, beside or {})
    if reason:
        why, advice = reason
        raise NotProven(session=result.source, where=result.where, why=why, advice=advice)
    return Proof(
        session=result.source,
        source_id=source_id,
        project=project,
        label=result.destination,
        destination_id=result.destination_id,
        level=result.level,
        files=len(instances),
        manifest=manifest_digest(instances),
        listing=listing_digest(listing),
        at=result.at,
        key=_KEY,
    )


def manifest_digest(instances: Iterable[Instance]) -> str:
    """SHA-256 of a manifest, whatever the order of its lines."""
    return _digest(msgspec.json.encode(one) for one in instances)


def listing_digest(listing: Iterable[FileRow]) -> str:
    """SHA-256 of a listing, whatever its order: another one means that something was changed."""
    return _digest(msgspec.json.encode(one) for one in listing)


def _digest(lines: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()


_STAYS = "Nothing of it was deleted."
_COMPARE = f"{_STAYS} Read what differs with 'xnat-ferry verify --level full'."
_COPY_AGAIN = f"{_STAYS} Copy it again with a new plan, so that what changed travels too."
_ASK_AGAIN = f"{_STAYS} Settle again once the source can be read."


class _Against(NamedTuple):
    """What speaks against a proof, and what to do about it."""

    why: str
    advice: str


def _against(
    result: SessionVerification,
    instances: Sequence[Instance],
    listing: Sequence[FileRow],
    fetched: Mapping[tuple[str, str], str],
    beside: Mapping[FileRow, Mark],
) -> _Against | None:
    if result.where != Where.ARCHIVE or not result.destination_id:
        return _Against("the copy is not in the archive", f"{_STAYS} Look at it at the destination.")
    if not instances:
        return _Against("nothing of it was sent", _COMPARE)
    compared = sum(number for mark, number in result.counts.items() if mark != Mark.ONLY_DESTINATION)
    if result.verdict != PROVEN or compared != len(instances):
        return _Against(f"the comparison says '{result.verdict}'", _COMPARE)
    if result.solid != len(instances):
        loose = plural(len(instances) - result.solid, "file")
        why = f"of {loose} neither the digest nor image and header were found equal"
        return _Against(why, _COMPARE)
    return _not_in_manifest(instances, listing, fetched, beside)


_HELD_ONLY = {
    Mark.ONLY_SOURCE: "that was not copied",
    Mark.DIFFERS: "that is another one at the destination",
    Mark.UNKNOWN: "of which it is not known whether the destination has the same",
}
_TO_HAVE_IT_THERE = {
    Mark.ONLY_SOURCE: f"{_STAYS} 'xnat-ferry resources' carries it, or do so by hand; then settle again.",
    Mark.DIFFERS: (
        f"{_STAYS} Look which of the two is right: 'xnat-ferry resources' carries it with --existing replace."
    ),
    Mark.UNKNOWN: f"{_STAYS} Have both servers take its checksums (refresh its catalog), then settle again.",
}


def why_beside(row: FileRow, mark: Mark) -> str:
    """Why a file that is no image keeps the source; "" where the destination holds the same."""
    if mark == Mark.SAME:
        return ""
    place = f"scan {row.scan}" if row.scan else "the session itself"
    return f"the source holds a file {_HELD_ONLY[mark]}, in resource {row.resource} of {place}"


def _not_in_manifest(
    instances: Sequence[Instance],
    listing: Sequence[FileRow],
    fetched: Mapping[tuple[str, str], str],
    beside: Mapping[FileRow, Mark],
) -> _Against | None:
    """What the source holds beyond, or other than, what was sent."""
    sent = {(one.scan, one.path): one for one in instances}
    for row in listing:
        one = sent.pop((row.scan, row.path), None) if row.resource in DICOM_RESOURCES else None
        if one is None:
            mark = beside.get(row, Mark.ONLY_SOURCE)
            if why := why_beside(row, mark):
                return _Against(why, _TO_HAVE_IT_THERE[mark])
            continue
        digest = row.digest or fetched.get((row.scan, row.path), "")
        if (digest and one.md5 and digest != one.md5) or row.size not in (None, one.size):
            return _Against(
                f"a file of scan {row.scan} was changed at the source since it was sent", _COPY_AGAIN
            )
        if not digest or not one.md5:
            why = f"whether a file of scan {row.scan} is still what was sent could not be read at the source"
            return _Against(why, _ASK_AGAIN)
    if sent:
        return _Against(f"the source no longer has {plural(len(sent), 'file')} of it", _COPY_AGAIN)
    return None
