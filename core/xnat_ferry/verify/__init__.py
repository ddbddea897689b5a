"""The proof: what arrived, compared with what passed through."""

from xnat_ferry.verify.compare import compare
from xnat_ferry.verify.observed import Content, HeaderComparison, Observed
from xnat_ferry.verify.proof import Proof, prove
from xnat_ferry.verify.rewriting import Rewriting, rewriting_at
from xnat_ferry.verify.verification import Item, SessionVerification, Verification, What

__all__ = [
    "Content",
    "HeaderComparison",
    "Item",
    "Observed",
    "Proof",
    "Rewriting",
    "SessionVerification",
    "Verification",
    "What",
    "compare",
    "prove",
    "rewriting_at",
]
