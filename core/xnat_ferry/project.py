"""What an account may do in a project, and which settings change what arrives there. ``None``: not known."""

from msgspec import Struct


class Rights(Struct, frozen=True, kw_only=True):
    """What this account may do in a project. ``None``: the server did not say."""

    role: str | None = None
    """Owners, Members, Collaborators or a custom group's name; "" when not a member."""
    accessibility: str | None = None
    """private, protected or public (wire-read 3.2)."""
    creatable: tuple[str, ...] | None = None
    """The data types of which it may create new ones (wire-read 3.4)."""
    edit: bool | None = None
    delete: bool | None = None
    share: bool | None = None
    """Whether it may share sessions into this project."""

    @property
    def create_subjects(self) -> bool | None:
        """Whether it may create subjects."""
        return self.may_create("xnat:subjectData")

    def may_create(self, xsi_type: str) -> bool | None:
        """Whether it may create sessions (or subjects) of this type."""
        return None if self.creatable is None else xsi_type in self.creatable


class Script(Struct, frozen=True, kw_only=True):
    """An anonymisation script, in DicomEdit's language (wire-read 4.3)."""

    enabled: bool
    text: str = ""

    @property
    def runs(self) -> bool:
        """Whether it changes what comes in."""
        return self.enabled and bool(self.text.strip())


class SeriesFilter(Struct, frozen=True, kw_only=True):
    """A series import filter (wire-read 4.4): what it refuses is dropped without a word."""

    enabled: bool
    mode: str = ""
    """blacklist, whitelist or modalityMap."""
    patterns: str = ""
    """Regular expressions, one a line."""


class UploaderRules(Struct, frozen=True, kw_only=True):
    """What a project asks of people who upload (wire-read 4.5). ``None`` or "": nothing about that."""

    allow_create_subject: bool | None = None
    require_date: bool | None = None
    allow_bulk_upload: bool | None = None
    subject_labels: str = ""
    session_labels: str = ""


class Unread(Struct, frozen=True):
    """Something that should be known and could not be read; never taken for "none"."""

    what: str
    """In words: the project's series filter."""
    why: str


class ProjectSettings(Struct, frozen=True, kw_only=True):
    """The settings of a site and a project that change what arrives. ``None``: the server did not say."""

    prearchive_code: int | None = None
    """0 stays in the prearchive, 4 archives by itself, 5 also overwrites (wire-read 4.1)."""
    quarantine: bool | None = None
    site_script: Script | None = None
    project_script: Script | None = None
    site_filter: SeriesFilter | None = None
    project_filter: SeriesFilter | None = None
    uploader: UploaderRules | None = None
    checksums: bool | None = None
    """Whether the server writes digests into its catalogs."""
    routing: tuple[str, ...] | None = None
    """The site's own DICOM routing rules, as far as there are any (wire-read 13.15)."""
    unread: tuple[Unread, ...] = ()
