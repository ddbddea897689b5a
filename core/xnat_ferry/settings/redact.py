"""Takes secrets and control characters out of text that is about to be shown or written."""

import re
import unicodedata
from collections.abc import Iterable

_HIDDEN = "***"
# each names what stands before the secret; what follows up to a separator is hidden
_PATTERNS = (
    re.compile(r"(://)[^/\s@]+(?=@)"),
    re.compile(r"(?i)((?:jsessionid|xnat_csrf|password|secret)\"?[=:]\s*)[^\s;,&\"'}]+"),
    re.compile(r"(?i)(authorization:)[^\r\n]+"),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets and without anything that looks like a credential."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\1{_HIDDEN}", text)
    return text


def plain(text: str, longest: int = 300) -> str:
    """Hostile text made fit for one line of a terminal: no control or bidirectional characters."""
    if not text.isprintable():  # most text is, and there is much of it
        text = "".join(" " if _commands_a_terminal(character) else character for character in text)
    kept = text.strip()
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def _commands_a_terminal(character: str) -> bool:
    # Cc: control, Cf: format (bidirectional overrides among them), Co/Cs: private use and surrogates
    return unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
