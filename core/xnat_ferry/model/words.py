"""The words in which plans, checks and proofs answer, as users write and read them."""

from enum import StrEnum


class Verdict(StrEnum):
    """The answer of one check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """How much a verification compares; each takes in the ones before it."""

    COUNTS = "counts"
    """Numbers of files and bytes, scan by scan."""
    IDENTITY = "identity"
    """And every SOPInstanceUID, and digests where they can match."""
    SAMPLE = "sample"
    """And one file a scan, fetched back: its pixels, and its header tag by tag."""
    FULL = "full"
    """And the pixels of every file, fetched back."""

    def reaches(self, other: "Level") -> bool:
        """Whether it compares at least as much as another."""
        levels = list(Level)
        return levels.index(self) >= levels.index(other)


class Where(StrEnum):
    """Where a session is at the destination."""

    PREARCHIVE = "prearchive"
    ARCHIVE = "archive"
    FOLDER = "folder"
    """In files on this machine."""


class Road(StrEnum):
    """How sessions get to where they shall be."""

    COPY = "copy"
    """Their files travel, through the DICOM importer of the destination."""
    SHARE = "share"
    """Nothing travels: they are shown in a second project of the same server."""
    RELOCATE = "relocate"
    """Nothing travels: another project of the same server becomes their owner."""
    UPLOAD = "upload"
    """From a folder or an archive file on disk, through the importer."""
    DOWNLOAD = "download"
    """To a folder or an archive file on disk."""
    RECEIVER = "receiver"
    """By DICOM C-STORE to the destination's receiver."""
    RESOURCES = "resources"
    """No DICOM: what else belongs to sessions that are there already."""

    @property
    def stays(self) -> bool:
        """Whether nothing travels: the one server that has both projects does it all."""
        return self in (Road.SHARE, Road.RELOCATE)

    @property
    def arrives(self) -> bool:
        """Whether images come in through the destination's prearchive."""
        return self in (Road.COPY, Road.UPLOAD, Road.RECEIVER)

    @property
    def copies(self) -> bool:
        """Whether both projects have a session in the end, so that the source's may be removed."""
        return self in (Road.COPY, Road.RECEIVER)


class Mark(StrEnum):
    """What the comparison of one file came to, as in ``rclone check``."""

    SAME = "="
    AS_PLANNED = "~"
    ONLY_SOURCE = "+"
    ONLY_DESTINATION = "-"
    DIFFERS = "*"
    UNREADABLE = "!"
    UNKNOWN = "?"
