"""Keeps the newest verification of a transfer at hand, and reads again only what may have changed."""

from collections.abc import Iterable

import msgspec

from xnat_ferry.events import AnyEvent, SessionVerified
from xnat_ferry.plan import Plan
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.verify.kept import read_verification, together
from xnat_ferry.verify.verification import SessionVerification, Verification
from xnat_ferry_tui.aside.undisturbed import undisturbed


class Proofs:
    """The verifications in a transfer's folder. Reading blocks, so this belongs in a thread."""

    def __init__(self, folder: TransferFolder, plan: Plan) -> None:
        self._folder, self._plan = folder, plan
        self._kept: dict[str, SessionVerification] = {}
        self._read_at: int | None = None
        self._before: int | None = None

    def newest(self, events: Iterable[AnyEvent], alive: bool) -> Verification | None:
        """All that is known, where something of it may be new; else None."""
        changed_at = self._changed_at()
        # 'verify' in another terminal writes no event: the folder tells, once it has come to rest
        elsewhere = not alive and changed_at == self._before and changed_at != self._read_at
        self._before = changed_at
        if self._read_at is None or elsewhere:
            self._kept, self._read_at = {}, changed_at
            wanted = {one.session for one in self._plan.sessions}
        else:
            wanted = {event.session for event in events if isinstance(event, SessionVerified)}
        return self._with(wanted) if wanted else None

    def _with(self, wanted: set[str]) -> Verification | None:
        asked = tuple(one for one in self._plan.sessions if one.session in wanted)
        with undisturbed(len(asked)):
            found = read_verification(self._folder, msgspec.structs.replace(self._plan, sessions=asked))
        self._kept.update({one.source: one for one in found.sessions} if found else {})
        known = tuple(self._kept[one.session] for one in self._plan.sessions if one.session in self._kept)
        if not known:
            return None
        all_of_it = together(known)
        _ = all_of_it.counts, all_of_it.verdict  # counted here, aside, and not when it is first shown
        return all_of_it

    def _changed_at(self) -> int:
        try:
            return self._folder.verifications.stat().st_mtime_ns
        except OSError:
            return 0
