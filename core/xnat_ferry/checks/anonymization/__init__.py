"""Whether data are anonymised, as far as headers and the destination's scripts tell."""

from xnat_ferry.checks.anonymization.check import check_anonymization

__all__ = ["check_anonymization"]
