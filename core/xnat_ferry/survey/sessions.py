"""Looks into the chosen sessions: what is in them, what their headers say, what is there of them already."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from msgspec.structs import replace

from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.errors import Forbidden, NotFound, ServerAnswer
from xnat_ferry.listing import NO_SESSIONS
from xnat_ferry.model import ScanRow, SessionDetail, SessionRow
from xnat_ferry.survey.seen import Chosen, Headers, ProjectView
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.headers import sample_file, sample_scan
from xnat_ferry.xnat.listings import read_session

Progress = Callable[[str, int, int], None]
"""Hears what is being read, how many are, and of how many."""

AT_ONCE = 4
"""Requests in flight to one server: a shared server has other users too."""

FEW_SCANS = 256
"""Up to so many scans each one's header is read; beyond, one a session, unless more is asked for."""

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def read_chosen(
    client: XnatClient, rows: Sequence[SessionRow], *, files: bool, progress: Progress
) -> tuple[Chosen, ...]:
    """Every session's item; one request each, two with ``files``."""
    return tuple(_each(rows, lambda row: _read_one(client, row, files), "sessions read", progress))


def read_headers(
    client: XnatClient, chosen: Sequence[Chosen], headers: Headers, progress: Progress
) -> tuple[tuple[Chosen, ...], Headers]:
    """The same sessions with their header samples, and which were taken: never AUTO."""
    headers = _decided(chosen, headers)
    reads = list(_samples(client, chosen, headers))
    found: dict[str, list[HeaderSample]] = defaultdict(list)
    for session, sample in _each(reads, lambda read: read(), "headers read", progress):
        found[session].append(sample)
    return tuple(replace(one, headers=tuple(found[one.row.id])) for one in chosen), headers


def read_counterparts(
    client: XnatClient, chosen: Sequence[Chosen], destination: ProjectView, progress: Progress
) -> tuple[Chosen, ...]:
    """What the destination holds of the same studies, one request for each: whether it is complete there."""
    there: dict[str, list[str]] = defaultdict(list)
    listed = destination.sessions or NO_SESSIONS
    for study_uid, session_id in zip(listed.study_uids, listed.ids, strict=True):
        if study_uid:
            there[study_uid].append(session_id)
    wanted = [(one.row.id, other) for one in chosen for other in there.get(one.study_uid, [])]
    found: dict[str, list[SessionDetail]] = defaultdict(list)
    for session, detail in _each(
        wanted, lambda pair: (pair[0], _read_there(client, pair[1])), "sessions compared", progress
    ):
        if detail is not None:
            found[session].append(detail)
    return tuple(replace(one, counterparts=tuple(found[one.row.id])) for one in chosen)


def _each(
    things: Sequence[Thing], act: Callable[[Thing], Result], what: str, progress: Progress
) -> Iterator[Result]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for done, result in enumerate(pool.map(act, things), 1):
                yield result
                progress(what, done, len(things))
        except BaseException:
            pool.shutdown(cancel_futures=True)  # what has not begun need not
            raise


def _read_one(client: XnatClient, row: SessionRow, files: bool) -> Chosen:
    try:
        detail = read_session(client, row.id, files=files)
        if not files and any(None in detail.amount(scan) for scan in detail.scans):
            detail = read_session(client, row.id)  # its catalogs were never counted
        return Chosen(row=replace(row, owner=detail.project or row.owner), detail=detail)
    except ServerAnswer as error:
        refused = isinstance(error, NotFound | Forbidden)
        return Chosen(row=row, detail=None, problem=str(error), refused=refused)


def _read_there(client: XnatClient, session_id: str) -> SessionDetail | None:
    try:
        return read_session(client, session_id, files=False)
    except ServerAnswer:
        return None


def _decided(chosen: Iterable[Chosen], headers: Headers) -> Headers:
    if headers != Headers.AUTO:
        return headers
    scans = sum(len(one.detail.scans) for one in chosen if one.detail)
    return Headers.SCAN if scans <= FEW_SCANS else Headers.SESSION


def _samples(
    client: XnatClient, chosen: Iterable[Chosen], headers: Headers
) -> Iterator[Callable[[], tuple[str, HeaderSample]]]:
    """One read for each header that is wanted."""
    for one in chosen:
        detail = one.detail
        if detail is None or headers == Headers.NONE:
            continue
        scans = [scan for scan in detail.scans if detail.amount(scan)[0]]
        for scan in scans[:1] if headers == Headers.SESSION else scans:
            yield from _of_scan(client, detail, scan, every_file=headers == Headers.ALL)


def _of_scan(
    client: XnatClient, detail: SessionDetail, scan: ScanRow, *, every_file: bool
) -> Iterator[Callable[[], tuple[str, HeaderSample]]]:
    if every_file:
        for file in detail.dicom_files(scan.id):
            yield lambda file=file: (detail.id, sample_file(client, detail.id, file))  # type: ignore[misc]
    else:
        label = next((one.label for one in scan.dicom if one.files != 0), scan.dicom[0].label)
        yield lambda: (detail.id, sample_scan(client, detail.id, scan.id, label))
