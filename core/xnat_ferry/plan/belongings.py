"""What a plan says of resources and values beside the DICOM files."""

from collections.abc import Collection, Mapping

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

    def of_subject(self, label: str) -> tuple[PlannedResource, ...]:
        """Those of one subject."""
        return tuple(one for one in self.resources if one.level == Level.SUBJECT and one.subject == label)

    @property
    def of_project(self) -> tuple[PlannedResource, ...]:
        """Those of the project."""
        return tuple(one for one in self.resources if one.level == Level.PROJECT)


NOTHING_ELSE = Belongings()


def plan_belongings(
    seen: BelongingsSeen | None, travelling: Collection[str], subjects: Collection[str]
) -> Belongings:
    """What of it travels: with sessions that do, given by accession ID, and of their subjects."""
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
            _planned(one)
            for one in seen.resources
            if one.addressable
            and (not one.session or one.session in travelling)
            and (one.level != Level.SUBJECT or one.holder in subjects)
        ),
    )


def _planned(one: SeenResource) -> PlannedResource:
    return PlannedResource(
        level=one.level,
        session=one.session,
        subject=one.holder if one.level == Level.SUBJECT else "",
        scan=one.scan,
        label=one.label,
        files=one.files,
        bytes=one.bytes,
    )
