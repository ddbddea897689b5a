"""The source's sessions as a filter looks through them. Made aside, since there may be very many."""

from collections.abc import Mapping, Sequence
from itertools import compress

from msgspec import Struct

from xnat_ferry.listing import NO_SESSIONS, Listing


class Found(Struct, frozen=True):
    """What a filter leaves."""

    rows: Listing
    """All that were looked through."""
    words: str
    shown: Sequence[int]
    """The places of those that are left."""
    texts: Sequence[str]
    """Subject and session label of each, in small letters."""


class Sought(Struct, frozen=True):
    """Some rows, made ready for being looked through."""

    rows: Listing = NO_SESSIONS
    ids: Mapping[str, None] = {}
    """Their accession IDs in the order of the rows."""
    texts: Sequence[str] = ()

    def having(self, words: str, among: Found | None = None) -> Found:
        """Those with all these words in subject or label; ``among`` is what fewer letters left of them."""
        if among is None or among.rows is not self.rows or not words.startswith(among.words):
            among = Found(self.rows, "", range(len(self.rows)), self.texts)
        shown, texts = among.shown, among.texts
        for word in words.lower().split():
            fits = [word in text for text in texts]
            shown, texts = list(compress(shown, fits)), list(compress(texts, fits))
        return Found(self.rows, words, shown, texts)


def sought(rows: Listing) -> Sought:
    """Make them ready."""
    labelled = zip(rows.subjects, rows.labels, strict=True)
    texts = [f"{subject} {label}".lower() for subject, label in labelled]
    return Sought(rows, dict.fromkeys(rows.ids), texts)
