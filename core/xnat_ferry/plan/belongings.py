"""What a plan says of resources and values beside the DICOM files."""

from msgspec import Struct

from xnat_ferry.belongings import Existing, Kind, Level


class PlannedResource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One resource that shall travel whole, as it was when the plan was made."""

    level: Level
    session: str = ""
    """The accession ID at the source of the session that it belongs to; "" for a subject's or a project's."""
    subject: str = ""
    """The subject's label at the source where it is a subject's."""
    scan: str = ""
    label: str
    files: int = 0
    bytes: int = 0


class Belongings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What else travels, once its session is in the archive."""

    kinds: tuple[Kind, ...] = ()
    """Of values; resources are named one by one."""
    resources: tuple[PlannedResource, ...] = ()
    existing: Existing | None = None
    """What happens to a file or value that is there and differs; None refuses."""

    @property
    def any(self) -> bool:
        """Whether anything at all shall travel beside the DICOM."""
        return bool(self.kinds or self.resources)

    def of_session(self, session_id: str) -> tuple[PlannedResource, ...]:
        """The resources of one session and of its scans."""
        return tuple(one for one in self.resources if one.session == session_id)

    def of_subject(self, label: str) -> tuple[PlannedResource, ...]:
        """Those of one subject."""
        return tuple(one for one in self.resources if one.level == Level.SUBJECT and one.subject == label)

    @property
    def of_project(self) -> tuple[PlannedResource, ...]:
        """Those of the project."""
        return tuple(one for one in self.resources if one.level == Level.PROJECT)


NOTHING_ELSE = Belongings()
