"""How the sessions of two projects compare: who is whose counterpart, and what is proven of them."""

from array import array

from xnat_ferry.listing import NO_SESSIONS, Listing, Numbers
from xnat_ferry.model import Mark, SessionRow, Where
from xnat_ferry.plan import Plan
from xnat_ferry.survey import ProjectView
from xnat_ferry.verify.verification import DIFFERS, PROVEN, Item, SessionVerification, Verification, What
from xnat_ferry_tui.screens.browse.by_label import NOBODY, ByLabel
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE

_END = "", NOBODY


class Sides:
    """Both listings, and what a verification between these two projects has found."""

    def __init__(
        self,
        source: ProjectView | None,
        destination: ProjectView | None,
        proofs: Verification | None = None,
        plan: Plan | None = None,
    ) -> None:
        self._known = [view is not None and view.sessions is not None for view in (source, destination)]
        self._here_on_disk = [view is not None and view.endpoint.local for view in (source, destination)]
        self.listings = ByLabel(_sessions(source)), ByLabel(_sessions(destination))
        """Both sides' sessions; none where they could not be read."""
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
        self._beside = self._pair_off()

    def beside(self, side: int) -> Numbers:
        """For each of a side's rows the place of its counterpart in the other side's, or NOBODY."""
        return self._beside[side]

    def has_prearchive(self, side: int) -> bool:
        """Whether a side is a project: a folder or an archive file has none."""
        return not self._here_on_disk[side]

    def waits(self, row: SessionRow) -> bool:
        """Whether something of a source session's label is in the destination's prearchive."""
        return row.label.casefold() in self._waiting

    def counterpart(self, side: int, row: SessionRow, label: str = "") -> SessionRow | None:
        """The session of the same label on the other side, or what a verified transfer made of it there.

        ``label`` is the row's without case, where that is known.
        """
        label = label or row.label.casefold()
        if not self._there:
            return self.listings[1 - side].get(label)
        forth, back = (self._there, self._here) if side == SOURCE else (self._here, self._there)
        here, other = self.listings[side], self.listings[1 - side]
        if label in forth and forth[label] in other:
            return other[forth[label]]
        # one that came from another session is beside that one, although it is called as this one is
        came_from = back.get(label, label)
        return other.get(label) if came_from == label or came_from not in here else None

    def mark(self, side: int, row: SessionRow) -> Mark:
        """How one session compares.

        Where the other side could not be read nobody knows that, so it is ``?``. Both sides having a label
        proves nothing either: that is ``?`` until a verification of these very two says more.
        """
        return self._mark(side, row, self.counterpart(side, row))

    def mark_at(self, side: int, place: int) -> Mark:
        """The same of a row by its place."""
        other = self._beside[side][place]
        if other == NOBODY or not self._proofs:
            return self._listed(side, beside=other != NOBODY)
        return self._mark(side, self.listings[side].rows[place], self.listings[1 - side].rows[other])

    def _listed(self, side: int, *, beside: bool) -> Mark:
        """What the listings alone tell."""
        if beside or not self._known[1 - side]:
            return Mark.UNKNOWN
        return Mark.ONLY_SOURCE if side == SOURCE else Mark.ONLY_DESTINATION

    def _mark(self, side: int, row: SessionRow, other: SessionRow | None) -> Mark:
        if other is None or not self._known[1 - side]:
            return self._listed(side, beside=other is not None)
        proof = self._proof(*((row, other) if side == SOURCE else (other, row)))
        if proof is None:
            return Mark.UNKNOWN
        return {PROVEN: _clean(proof), DIFFERS: Mark.DIFFERS}.get(proof.verdict, Mark.UNKNOWN)

    def proven(self, left: SessionRow, right: SessionRow, scan: str, file: str | None = None) -> Mark | None:
        """What a verification found of a scan, by its ID at the source, or of a file in it."""
        proof, planned = self._proof(left, right), self._planned.get(left.label.casefold())
        if proof is None or (planned is not None and scan not in {one.id for one in planned.scans}):
            return None
        found = [
            item.mark
            for item in proof.items
            if (item.scan == scan and (file is None or item.file in ("", file))) or _is_of_all(item)
        ]
        return min(found, key=gravity) if found else _clean(proof)

    def _pair_off(self) -> tuple[Numbers, Numbers]:
        """Those of one label, and then what was called otherwise at the destination."""
        rows = self.listings[SOURCE].rows, self.listings[DESTINATION].rows
        forth, back = (array("i", [NOBODY]) * len(one) for one in rows)
        there = self.listings[DESTINATION].in_order()
        name, other = next(there, _END)
        for label, place in self.listings[SOURCE].in_order():
            while name < label and other != NOBODY:
                name, other = next(there, _END)
            if name == label and other != NOBODY:
                forth[place], back[other] = other, place
        for label in {*self._there, *self._here}:
            for side, beside in ((SOURCE, forth), (DESTINATION, back)):
                own = self.listings[side].place(label)
                if own is not None:
                    found = self.counterpart(side, rows[side][own], label)
                    at = None if found is None else self.listings[1 - side].place(found.label.casefold())
                    beside[own] = NOBODY if at is None else at
        return forth, back

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

_GRAVITY = {mark: place for place, mark in enumerate(_GRAVEST)}


def gravity(mark: Mark) -> int:
    """What a person should look at first is first."""
    return _GRAVITY[mark]


def _is_of_all(item: Item) -> bool:
    """Whether it tells that nothing of the session could be read."""
    return not item.scan and item.what == What.UNREADABLE


def _clean(proof: SessionVerification) -> Mark:
    return Mark.AS_PLANNED if proof.counts.get(Mark.AS_PLANNED) else Mark.SAME


def _sessions(view: ProjectView | None) -> Listing:
    return (view.sessions if view else None) or NO_SESSIONS
