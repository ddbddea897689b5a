"""Looks through a place once and groups what it finds: a study is a session, a series is a scan.

Of each file as much is read as its header takes, and of all files together little is kept: where it is, how
large, and the name it will have. DICOM's own words for this are in PS3.3 C.7.2.1 and C.7.3.1.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.dicom.header import HeaderSample, sample_of
from xnat_ferry.errors import FerryError, HostilePlace
from xnat_ferry.labels import Labels
from xnat_ferry.local.backup import ENDING, BackedUp, read_first
from xnat_ferry.local.folder import Folder
from xnat_ferry.local.heads import Head, NotCarried, read_head, said
from xnat_ferry.local.places import Found, Other, Place, Progress, Sight
from xnat_ferry.local.proposing import NAMELESS, label, propose, session_type
from xnat_ferry.local.tarred import Tarred
from xnat_ferry.local.travelling import telling_words, tells, travelling_name
from xnat_ferry.local.zipped import Zipped
from xnat_ferry.packed import Packed, joined


class LocalFile(Struct, frozen=True, gc=False):
    """One instance."""

    found: Found
    name: str
    """The name it travels under, which no other file of its series has."""


class Series(Struct, frozen=True, kw_only=True):
    """One series: a scan."""

    scan: str
    """Its SeriesNumber, made unique in the study as XNAT does."""
    uid: str
    description: str
    type: str
    """Its description, as plan and record have it; "" where that tells who somebody is."""
    modality: str
    files: Packed[LocalFile]
    samples: tuple[HeaderSample, ...]

    @property
    def listing(self) -> str:
        """A digest of what its files were: with another one something has changed since."""
        digest = hashlib.sha256()
        for one in sorted(self.files, key=lambda file: file.found.path):
            found = one.found
            digest.update(f"{found.path}\0{found.size}\0{found.stamp}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:16]


class Study(Struct, frozen=True, kw_only=True):
    """One study: a session, with the labels that are proposed for it."""

    uid: str
    labels: Labels
    date: str
    """yyyy-mm-dd; "" where the headers do not say."""
    xsi_type: str
    series: tuple[Series, ...]


class Scanned(Struct, frozen=True, kw_only=True):
    """All that a place holds."""

    path: Path
    studies: tuple[Study, ...]
    others: tuple[Other, ...]
    unpacked: int = 0
    """Bytes that it takes in the spool before its files can be sent."""

    def study(self, uid: str) -> Study | None:
        """The study of this UID."""
        return next((one for one in self.studies if one.uid == uid), None)


def open_place(path: Path, scratch: Path | None = None) -> Place:
    """A folder, a ZIP or a tar by what it is; with a ``scratch`` the files of a packed tar can be opened.

    Raises PlaceUnreadable or HostilePlace.
    """
    path = path.expanduser()
    if path.is_dir():
        return Folder(path)
    return Zipped(path) if path.suffix.casefold() == ".zip" else Tarred(path, scratch)


def scan(
    place: Place,
    *,
    every_header: bool = False,
    progress: Progress = lambda what, done, total: None,
    heed: Callable[[], None] = lambda: None,
) -> Scanned:
    """Walk through a place; ``heed`` is called between files and may raise.

    One header of each series is kept as a sample, one more for each further PatientID that its files have, of
    each file with ``every_header``. Raises PlaceUnreadable and HostilePlace; what is wrong with single files
    is told in ``others``.
    """
    grouping = _Grouping(every_header)
    for one in place.walk(progress):
        heed()
        if isinstance(one, Other):
            grouping.others.append(one)
        else:
            grouping.take(one)
    return Scanned(
        path=place.path,
        studies=grouping.studies(),
        others=tuple(grouping.others),
        unpacked=place.unpacked,
    )


_MOST_PATIENTS = 8


@dataclass
class _Gathered:
    """A series while its files are met."""

    number: str = ""
    description: str = ""
    modality: str = ""
    date: str = ""
    files: Packed[LocalFile] = field(default_factory=lambda: Packed(LocalFile))
    samples: list[HeaderSample] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Among the files, by SOPInstanceUID."""
    names: set[str] = field(default_factory=set)
    patients: set[str] = field(default_factory=set)
    """PatientIDs, as far as a header of each is a sample."""
    telling: set[str] = field(default_factory=set)
    """What in a file's name would say who somebody is."""

    def is_news(self, patient_id: str) -> bool:
        """Whether a file is the first of its patient in this series; beyond a few nobody counts."""
        if patient_id in self.patients or len(self.patients) == _MOST_PATIENTS:
            return False
        self.patients.add(patient_id)
        return True


class _Grouping:
    def __init__(self, every_header: bool) -> None:
        self._every_header = every_header
        self._studies: dict[str, dict[str, _Gathered]] = {}
        self._known: dict[str, BackedUp] = {}
        self.others: list[Other] = []

    def take(self, sight: Sight) -> None:
        """Put one file where it belongs, or among the others."""
        path = sight.found.path
        try:
            if path.endswith(ENDING) and self._is_manifest(sight):
                return
            with sight.open() as file:
                head = read_head(file)
        except NotCarried as error:
            self.others.append(Other(path, str(error)))
        except HostilePlace:
            raise
        except OSError as error:
            self.others.append(Other(path, f"it cannot be read: {error.strerror or type(error).__name__}"))
        except FerryError as error:
            self.others.append(Other(path, str(error)))
        else:
            self._put(sight.found, head)

    def _is_manifest(self, sight: Sight) -> bool:
        with sight.open() as file:
            session = read_first(file)
        if session is not None:
            self._known[session.study_uid] = session
        return session is not None

    def _put(self, found: Found, head: Head) -> None:
        gathered = self._studies.setdefault(head.study_uid, {}).setdefault(head.series_uid, _Gathered())
        place = gathered.places.get(head.sop_uid)
        if place is not None:
            twin = gathered.files[place].found.path
            self.others.append(Other(found.path, f"another file with the SOPInstanceUID of {twin}"))
            return
        if self._every_header or gathered.is_news(head.patient_id):
            _describe(gathered, head)
        gathered.places[head.sop_uid] = len(gathered.files)
        name = travelling_name(found.path, head.sop_uid, gathered.names, gathered.telling)
        gathered.files.append(LocalFile(found, name))

    def studies(self) -> tuple[Study, ...]:
        """What was met, in the order of date and UID, no two sessions under one label."""
        found = [self._study(uid, series) for uid, series in self._studies.items()]
        taken: set[str] = set()
        return tuple(_apart(one, taken) for one in sorted(found, key=lambda one: (one.date, one.uid)))

    def _study(self, uid: str, gathered: dict[str, _Gathered]) -> Study:
        known = self._known.get(uid)
        series = tuple(_numbered(gathered))
        labels = propose(sample for one in series for sample in one.samples)
        return Study(
            uid=uid,
            labels=Labels(label(known.subject), label(known.session)) if known else labels,
            date=next((one.date for one in gathered.values() if one.date), ""),
            xsi_type=session_type(one.modality for one in series),
            series=series,
        )


def _describe(gathered: _Gathered, head: Head) -> None:
    header = head.header()
    if header is None:
        gathered.samples.append(HeaderSample(scan="", problem="pydicom cannot read its header"))
        return
    gathered.samples.append(sample_of("", header))
    gathered.telling.update(telling_words(gathered.samples[-1]))
    if not gathered.files:
        gathered.number = said(header, "SeriesNumber")
        gathered.description = said(header, "SeriesDescription")
        gathered.modality = said(header, "Modality").upper()
        gathered.date = _iso(said(header, "StudyDate"))


def _iso(date: str) -> str:
    digits = re.fullmatch(r"(\d{4})\.?(\d{2})\.?(\d{2})", date)
    return "-".join(digits.groups()) if digits else ""


def _numbered(gathered: dict[str, _Gathered]) -> Iterator[Series]:
    """The series with their scan IDs; a number that is taken gets the modality and a count behind it."""
    taken: set[str] = set()
    for uid, one in sorted(gathered.items(), key=lambda item: (_rank(item[1].number), item[0])):
        number = one.number if re.fullmatch(r"[0-9]{1,12}", one.number) else re.sub(r"\D", "_", uid)
        scan_id, count = number, 1
        while scan_id in taken:
            scan_id, count = f"{number}-{re.sub(r'[^A-Z0-9]', '', one.modality) or 'X'}{count}", count + 1
        taken.add(scan_id)
        yield Series(
            scan=scan_id,
            uid=uid,
            description=one.description,
            type="" if tells(one.description, one.telling) else one.description,
            modality=one.modality,
            files=joined(LocalFile, [one.files]),
            samples=tuple(replace(sample, scan=scan_id) for sample in one.samples),
        )


def _rank(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isascii() and number.isdigit() else (-1, number)


def _apart(study: Study, taken: set[str]) -> Study:
    """The same study, under a label that no earlier one has."""
    name, count = study.labels.session, 1
    while name.casefold() in taken:
        count += 1
        name = f"{study.labels.session}_{count}"
    taken.add(name.casefold())
    # of two that nothing names nobody knows that they are one person's
    subject = name if study.labels.subject == NAMELESS else study.labels.subject
    return replace(study, labels=Labels(subject, name))


def amount(studies: Sequence[Study]) -> tuple[int, int]:
    """Files and bytes of some studies."""
    every = [series.files for study in studies for series in study.series]
    return sum(map(len, every)), sum(file.found.size for files in every for file in files)
