"""What else belongs to a session: resources and values, and how two sides of them compare. Pure."""

from xnat_ferry.belongings.files import (
    Compared,
    HeldFile,
    HeldResource,
    compare_file,
    compare_files,
    fingerprint,
    why_not,
)
from xnat_ferry.belongings.kinds import Existing, Kind, Level
from xnat_ferry.belongings.placing import scans_there

__all__ = [
    "Compared",
    "Existing",
    "HeldFile",
    "HeldResource",
    "Kind",
    "Level",
    "compare_file",
    "compare_files",
    "fingerprint",
    "scans_there",
    "why_not",
]
