"""Takes secrets and control characters out of text that is about to be shown or written."""

import re
import unicodedata
from collections.abc import Iterable

_HIDDEN = "***"
_PATTERNS = (
    re.compile(r"(?i)(?<=://)[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?<=jsessionid[=:])\s*[^\s;,&\"']+"),
    re.compile(r"(?i)(?<=xnat_csrf[=:])\s*[^\s;,&\"']+"),
    re.compile(r"(?i)(?<=authorization:)[^\r\n]+"),
    re.compile(r"(?i)(?<=(?:password|secret)[=:])\s*[^\s;,&\"']+"),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets and without anything that looks like a credential."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    return text


def plain(text: str, longest: int = 300) -> str:
    """Hostile text made fit for one line of a terminal: no control or bidirectional characters."""
    kept = "".join(" " if _commands_a_terminal(character) else character for character in text)
    kept = " ".join(kept.split())
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def _commands_a_terminal(character: str) -> bool:
    # Cc: control, Cf: format (bidirectional overrides among them), Co/Cs: private use and surrogates
    return unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
