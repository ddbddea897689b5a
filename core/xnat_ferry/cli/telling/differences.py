"""A verification as lines for people: a mark and a file as of ``rclone check``, the cause, then the sums."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from xnat_ferry import wording
from xnat_ferry.cli.telling.page import Line, paragraph
from xnat_ferry.model import Mark
from xnat_ferry.settings.redact import plain
from xnat_ferry.verify.verification import CarriedNow, Item, SessionVerification, Verification

SHOWN = 20
"""Items of one session that are told; the others are counted."""

_STYLES = {"proven": "bold green", "differs": "bold red", "unknown": "bold yellow"}


def difference_lines(result: Verification, width: int, only: str = "") -> Iterator[Line]:
    """Every session's differences, of the marks in ``only`` if any are given, then what it comes to."""
    for session in result.sessions:
        yield from _items([item for item in session.items if not only or item.mark in only], width)
    for one in result.carried:
        yield from _items([item for item in one.items if not only or item.mark in only], width)
    for session in result.sessions:
        yield from _sum(session, width)
        yield from _beside(session, width)
    for one in result.carried:
        yield from _carried(one, width)
    if result.asks_owners:
        names = (
            ", ".join(result.owners or ()) or "not shown to this account; the project's page may name them"
        )
        yield from paragraph(f"The destination's owners: {names}.", width, rest="    ")
    yield from paragraph(_total(result), width, rest="    ", style=_STYLES[result.verdict])


def _total(result: Verification) -> str:
    if result.sessions or not result.carried:
        return f"verification ({result.level}): {result.verdict}  {wording.counts(result.counts)}"
    # no image travelled, so there was no level
    total = sum((Counter(one.counts) for one in result.carried), Counter[Mark]())
    return f"verification: {result.verdict}  {wording.counts({mark: total[mark] for mark in Mark})}"


def _items(items: Sequence[Item], width: int) -> Iterator[Line]:
    for cause, alike in groupby(items[:SHOWN], key=lambda item: item.likely):
        for item in alike:
            yield from paragraph(_told(item), width, rest="    ")
        yield from paragraph(cause, width, first="    ")
    left = items[SHOWN:]
    if left:
        marks = Counter(item.mark for item in left)
        counted = wording.counts({mark: marks[mark] for mark in Mark})
        yield from paragraph(f"and {len(left):,} more (all with --json): {counted}", width, first="    ")


def _told(item: Item) -> str:
    scan = f" scan {item.scan}" if item.scan else ""
    place = f"{item.mark} {item.session}{scan} {item.file}".rstrip()
    sides = " -> ".join(_short(side) for side in (item.source, item.destination) if side)
    return f"{place}: {item.what}" + (f" ({sides})" if sides else "")


def _short(side: str) -> str:
    """A digest by its first digits; whole with --json."""
    digest = len(side) == 32 and all(one in "0123456789abcdef" for one in side)
    return f"{side[:8]}…" if digest else side


def _carried(one: CarriedNow, width: int) -> Iterator[Line]:
    yield from paragraph(f"{one.in_words}  {wording.counts(one.counts)}", width, rest="    ")
    if one.note:
        yield from paragraph(one.note, width, first="    ")


def _beside(session: SessionVerification, width: int) -> Iterator[Line]:
    for row in session.beside or ():
        text = f"Another row of it waits in the prearchive and was not compared: {plain(row)}."
        yield from paragraph(f"{text} {wording.ROW_BESIDE}", width, first="    ", rest="    ", style="yellow")


def _sum(session: SessionVerification, width: int) -> Iterator[Line]:
    line = f"{session.source} -> {session.destination} ({session.where}): {session.verdict}"
    yield from paragraph(f"{line}  {wording.counts(session.counts)}", width, rest="    ")
    if session.rewritten:
        names = ", ".join(session.rewritten)
        text = f"Seen to be changed by the destination's scripts: {names}."
        yield from paragraph(text, width, first="    ")
    if session.note:
        yield from paragraph(session.note, width, first="    ")
