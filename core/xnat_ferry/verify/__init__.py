"""The proof: what arrived, compared with what passed through."""

from xnat_ferry.verify.compare import compare
from xnat_ferry.verify.observe import observe_archive, observe_prearchive
from xnat_ferry.verify.observed import Observed
from xnat_ferry.verify.verification import Item, SessionVerification, Verification, What

__all__ = [
    "Item",
    "Observed",
    "SessionVerification",
    "Verification",
    "What",
    "compare",
    "observe_archive",
    "observe_prearchive",
]
