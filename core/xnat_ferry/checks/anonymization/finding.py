"""How this check says what it found."""

from collections.abc import Mapping

from xnat_ferry.checks.finding import Finding
from xnat_ferry.model import Verdict


def finding(
    verdict: Verdict,
    kind: str,
    about: str,
    message: str,
    advice: str = "",
    evidence: Mapping[str, str] | None = None,
) -> Finding:
    """A finding of this check; ``about`` is a session's label, else the destination."""
    return Finding(
        check="anonymization",
        verdict=verdict,
        about=about,
        message=message,
        kind=kind,
        advice=advice,
        evidence=dict(evidence or {}),
    )
