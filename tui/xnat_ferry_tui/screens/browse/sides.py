"""How the sessions of two projects compare: who is whose counterpart, and what is proven of them."""

from collections.abc import Mapping

from xnat_ferry.model import Mark, SessionRow, Where
from xnat_ferry.plan import Plan
from xnat_ferry.survey import ProjectView
from xnat_ferry.verify.verification import DIFFERS, PROVEN, SessionVerification, Verification
from xnat_ferry_tui.screens.browse.nodes import SOURCE

Listing = Mapping[str, SessionRow]
"""Sessions by label without case, as XNAT compares labels."""

_NONE: Listing = {}


class Sides:
    """Both listings, and what a verification between these two projects has found."""

    def __init__(
        self,
        source: ProjectView | None,
        destination: ProjectView | None,
        proofs: Verification | None = None,
        plan: Plan | None = None,
    ) -> None:
        self._listings = _by_label(source), _by_label(destination)
        self._proofs = {
            one.source.casefold(): one
            for one in (proofs.sessions if proofs else ())
            if one.where == Where.ARCHIVE
        }
        self._planned = {one.session.casefold(): one for one in (plan.sessions if plan else ())}
        self._there = {label: one.destination.casefold() for label, one in self._proofs.items()}
        self._here = {there: label for label, there in self._there.items()}
        rows = (destination.prearchive if destination else None) or ()
        self._waiting = {row.name.casefold() for row in rows}

    def listing(self, side: int) -> Listing | None:
        """One side's sessions; None where they could not be read."""
        return self._listings[side]

    def waits(self, row: SessionRow) -> bool:
        """Whether something of a source session's label is in the destination's prearchive."""
        return row.label.casefold() in self._waiting

    def counterpart(self, side: int, row: SessionRow, label: str = "") -> SessionRow | None:
        """The session of the same label on the other side, or what a verified transfer made of it there.

        ``label`` is the row's without case, where that is known.
        """
        label = label or row.label.casefold()
        if not self._there:
            return (self._listings[1 - side] or _NONE).get(label)
        forth, back = (self._there, self._here) if side == SOURCE else (self._here, self._there)
        here, other = self._listings[side], self._listings[1 - side] or _NONE
        if label in forth and forth[label] in other:
            return other[forth[label]]
        # one that came from another session is beside that one, although it is called as this one is
        came_from = back.get(label, label)
        return other.get(label) if came_from == label or came_from not in (here or _NONE) else None

    def mark(self, side: int, row: SessionRow) -> Mark:
        """How one session compares.

        Where the other side could not be read nobody knows that, so it is ``?``. Both sides having a label
        proves nothing either: that is ``?`` until a verification of these very two says more.
        """
        other = self.counterpart(side, row)
        if self._listings[1 - side] is None:
            return Mark.UNKNOWN
        if other is None:
            return Mark.ONLY_SOURCE if side == SOURCE else Mark.ONLY_DESTINATION
        proof = self._proof(*((row, other) if side == SOURCE else (other, row)))
        if proof is None:
            return Mark.UNKNOWN
        return {PROVEN: _clean(proof), DIFFERS: Mark.DIFFERS}.get(proof.verdict, Mark.UNKNOWN)

    def proven(self, left: SessionRow, right: SessionRow, scan: str, file: str | None = None) -> Mark | None:
        """What a verification found of a scan, by its ID at the source, or of a file in it."""
        proof, planned = self._proof(left, right), self._planned.get(left.label.casefold())
        if proof is None or planned is None or scan not in {one.id for one in planned.scans}:
            return None
        found = [
            item.mark
            for item in proof.items
            if item.scan == scan and (file is None or item.file in ("", file))
        ]
        return min(found, key=gravity) if found else _clean(proof)

    def _proof(self, left: SessionRow, right: SessionRow) -> SessionVerification | None:
        """The verification of these two; another session that took the place of either is not meant."""
        label = left.label.casefold()
        proof, planned = self._proofs.get(label), self._planned.get(label)
        if proof is None or self._there[label] != right.label.casefold():
            return None
        moved = proof.destination_id not in ("", right.id) or (planned is not None and planned.id != left.id)
        return None if moved else proof


def one_sided(here: bool, there: bool) -> Mark:
    """What is said of a thing that was only looked for and not compared."""
    if here and there:
        return Mark.UNKNOWN
    return Mark.ONLY_SOURCE if here else Mark.ONLY_DESTINATION


_GRAVEST = (
    Mark.DIFFERS,
    Mark.ONLY_SOURCE,
    Mark.ONLY_DESTINATION,
    Mark.UNREADABLE,
    Mark.UNKNOWN,
    Mark.AS_PLANNED,
    Mark.SAME,
)


def gravity(mark: Mark) -> int:
    """What a person should look at first is first."""
    return _GRAVEST.index(mark)


def _clean(proof: SessionVerification) -> Mark:
    return Mark.AS_PLANNED if proof.counts.get(Mark.AS_PLANNED) else Mark.SAME


def _by_label(view: ProjectView | None) -> Listing | None:
    if view is None or view.sessions is None:
        return None
    return {row.label.casefold(): row for row in view.sessions}
