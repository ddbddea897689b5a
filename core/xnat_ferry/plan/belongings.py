"""What a plan says of resources and values beside the DICOM files."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from xnat_ferry import wording
from xnat_ferry.belongings import Existing, Kind, Level
from xnat_ferry.survey.seen_belongings import BelongingsSeen, SeenResource


class PlannedResource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One resource that shall travel whole, as it was when the plan was made."""

    level: Level
    session: str = ""
    """The accession ID at the source of the session that it belongs to; "" for a subject's or a project's."""
    subject: str = ""
    """The subject's label at the source where it is a subject's."""
    to: str = ""
    """The subject's label at the destination, likewise: of a subject that becomes two each gets it."""
    scan: str = ""
    """The scan's ID, or the label of the assessor that it is of."""
    label: str
    files: int = 0
    bytes: int = 0

    def holder(self, labels: Mapping[str, str], project: str) -> str:
        """What the journal says it is of; ``labels`` are the sessions' by accession ID."""
        if self.level == Level.PROJECT:
            return project
        return self.subject if self.level == Level.SUBJECT else labels.get(self.session, self.session)

    def key(self, labels: Mapping[str, str], project: str) -> tuple[str, str, str, str, str]:
        """What it goes by in a journal's state."""
        return self.level, self.holder(labels, project), self.scan, self.label, self.to


class PlannedAssessor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One assessor that shall be made anew; its files are among the resources."""

    session: str
    """The accession ID at the source of its session."""
    label: str
    xsi_type: str


class Belongings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What else travels, once its session is in the archive."""

    kinds: tuple[Kind, ...] = ()
    """Of values; resources are named one by one."""
    resources: tuple[PlannedResource, ...] = ()
    assessors: tuple[PlannedAssessor, ...] = ()
    existing: Existing | None = None
    """What happens to a file or value that is there and differs; None refuses."""

    @property
    def any(self) -> bool:
        """Whether anything at all shall travel beside the DICOM."""
        return bool(self.kinds or self.resources)

    @property
    def in_words(self) -> str:
        """``2 resources, 31 files, 4.1 MB; demographics``."""
        words: list[str] = [*self.kinds]
        if self.resources:
            files, size = sum(one.files for one in self.resources), sum(one.bytes for one in self.resources)
            count = wording.plural(len(self.resources), "resource")
            words.insert(0, f"{count}, {wording.plural(files, 'file')}, {wording.size(size)}")
        return "; ".join(words) or "nothing"

    def of_session(self, session_id: str) -> tuple[PlannedResource, ...]:
        """The resources of one session, of its scans and its assessors."""
        return tuple(one for one in self.resources if one.session == session_id)

    def assessors_of(self, session_id: str) -> tuple[PlannedAssessor, ...]:
        """Those of one session."""
        return tuple(one for one in self.assessors if one.session == session_id)

    def of_subject(self, label: str, to: str) -> tuple[PlannedResource, ...]:
        """Those of one subject, by its labels at the source and at the destination."""
        return tuple(
            one
            for one in self.resources
            if one.level == Level.SUBJECT and one.subject == label and one.to in ("", to)
        )

    @property
    def of_project(self) -> tuple[PlannedResource, ...]:
        """Those of the project."""
        return tuple(one for one in self.resources if one.level == Level.PROJECT)


NOTHING_ELSE = Belongings()


def plan_belongings(
    seen: BelongingsSeen | None, travelling: Collection[str], subjects: Collection[tuple[str, str]]
) -> Belongings:
    """What of it travels: with sessions that do, given by accession ID, and of their subjects.

    ``subjects`` are pairs of labels at the source and at the destination; each destination gets its own.
    """
    if seen is None:
        return NOTHING_ELSE
    return Belongings(
        kinds=seen.wish.kinds,
        existing=seen.existing,
        assessors=tuple(
            PlannedAssessor(session=one.session, label=one.label, xsi_type=one.xsi_type)
            for one in seen.assessors
            if one.session in travelling
        ),
        resources=tuple(
            dict.fromkeys(  # of a subject that becomes two the survey saw each twice
                planned
                for one in seen.resources
                if one.addressable and (not one.session or one.session in travelling)
                for planned in _planned(one, subjects)
            )
        ),
    )


def _planned(one: SeenResource, subjects: Iterable[tuple[str, str]]) -> Iterator[PlannedResource]:
    if one.level != Level.SUBJECT:
        yield _to(one, "", "")
        return
    for subject, to in sorted(subjects):
        if subject == one.holder:
            yield _to(one, subject, to)


def _to(one: SeenResource, subject: str, to: str) -> PlannedResource:
    return PlannedResource(
        level=one.level,
        session=one.session,
        subject=subject,
        to=to,
        scan=one.scan,
        label=one.label,
        files=one.files,
        bytes=one.bytes,
    )
