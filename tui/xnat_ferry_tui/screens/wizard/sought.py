"""The source's sessions as a filter looks through them. Made aside, since there may be very many."""

from collections.abc import Sequence

from msgspec import Struct

from xnat_ferry.model import SessionRow


class Sought(Struct, frozen=True):
    """Some rows, made ready for being looked through."""

    rows: Sequence[SessionRow] = ()
    ids: frozenset[str] = frozenset()
    texts: Sequence[tuple[str, str, SessionRow]] = ()
    """Subject and session label in small letters."""

    def having(self, words: str, among: "Found | None" = None) -> "Found":
        """Those with all these words in subject or label; ``among`` is what fewer letters left."""
        narrower = among is not None and among.rows is self.rows and words.startswith(among.words)
        texts = among.texts if among is not None and narrower else self.texts
        for word in words.lower().split():
            texts = [one for one in texts if word in one[1] or word in one[0]]
        return Found(self.rows, words, texts, [row for _, _, row in texts])


class Found(Struct, frozen=True):
    """What a filter left of some rows."""

    rows: Sequence[SessionRow]
    words: str
    texts: Sequence[tuple[str, str, SessionRow]]
    shown: Sequence[SessionRow]


def sought(rows: Sequence[SessionRow]) -> Sought:
    """Make them ready."""
    ids = frozenset(row.id for row in rows)
    return Sought(rows, ids, [(row.subject.lower(), row.label.lower(), row) for row in rows])
