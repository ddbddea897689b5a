"""What else belongs to a session: resources and values, and how two sides of them compare. Pure."""

from xnat_ferry.belongings.files import (
    Compared,
    HeldFile,
    HeldResource,
    compare_files,
    fingerprint,
    why_not,
)
from xnat_ferry.belongings.kinds import Existing, Kind, Level

__all__ = [
    "Compared",
    "Existing",
    "HeldFile",
    "HeldResource",
    "Kind",
    "Level",
    "compare_files",
    "fingerprint",
    "why_not",
]
