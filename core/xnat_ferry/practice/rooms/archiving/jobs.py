"""The archiver at work on one row: its locks, its states, and who waits for it (wire-write 2.3, 2.5, 3.3)."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.archiving.cases import Case, case_of
from xnat_ferry.practice.rooms.archiving.checks import judge
from xnat_ferry.practice.rooms.archiving.merging import carry_over
from xnat_ferry.practice.rooms.archiving.scripting import run_project_script
from xnat_ferry.practice.rooms.archiving.wishes import Wish
from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.rules import autorun
from xnat_ferry.practice.site.records import Session, Waiting
from xnat_ferry.practice.site.site import Site

_ALREADY = "Duplicate archive attempt. Prearchive session already archiving."
_IN_USE = "Duplicate archive attempt.  Destination session in use."
_MOMENT = 0.02
"""Seconds between two looks at a job."""


def archive_row(
    site: Site,
    row: Waiting,
    *,
    merge: bool,
    override: bool,
    user: str,
    overwrite_files: bool = False,
    hold: float = 0.0,
) -> Session:
    """Archive a row as the importer does. Raises Refused with the text of wire-write 3.3."""
    return archive(site, row, Wish(user, merge, override, overwrite_files, hold=hold))


def archive(site: Site, row: Waiting, wish: Wish) -> Session:
    """The archived session. A failure leaves the row with CONFLICT or ERROR, and raises Refused."""
    with _taken(site, ("prearchive", *row.key), _ALREADY):
        try:
            session = _archive(site, row, wish)
        except Refused as error:
            with site.lock:
                row.status = "CONFLICT" if error.status == 409 else "ERROR"
                write_log(site, row, error.message or "")
            raise
        _remove(site, row)
        return session


def _archive(site: Site, row: Waiting, wish: Wish) -> Session:
    with site.lock:
        row.status = "ARCHIVING"
        if not row.built:
            raise Refused(500, "The session document of this prearchive session has not been built.")
        case = case_of(site, row, wish)
    place = ("archive", row.project, case.label.casefold())
    with _taken(site, place, _IN_USE):
        row.status = "_ARCHIVING"
        site.closing.wait(wish.hold)
        case = case_of(site, row, wish)
        judge(site, case)
        return _carry(site, case)


def _carry(site: Site, case: Case) -> Session:
    row, known = case.row, case.there is not None
    names = {"project": row.project, "subject": case.subject_name, "session": case.label}
    aside = site.data / "cache" / row.project / "anonymizing" / f"{row.timestamp}_{row.folder}"
    try:
        altered = run_project_script(site, row, names, aside, partial(write_log, site, row))
        with site.lock:
            differs = known and case.there is not None and case.there.study_uid not in ("", altered.study_uid)
            session = carry_over(site, case, altered)
            _note(site, case, session, "Merged" if known else "Transferred")
            if differs and altered.study_uid:
                _note(site, case, session, "Merged UIDs")
            if case.wish.pipelines and site.unconfirmed["projects_have_autorun"]:
                _launch(site, case.wish.user, session)
            return session
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _note(site: Site, case: Case, session: Session, action: str) -> None:
    wish = case.wish
    site.note(
        wish.user,
        session.id,
        session.project,
        session.xsi_type,
        action,
        reason=wish.reason,
        comment=wish.comment,
        kind=wish.kind,
    )


def _launch(site: Site, user: str, session: Session) -> None:
    site.note(
        user,
        session.id,
        session.project,
        session.xsi_type,
        autorun.PIPELINE,
        status="Queued",
        kind="PROCESS",
    )


def _remove(site: Site, row: Waiting) -> None:
    with site.lock:
        site.waiting.pop(row.key, None)
    shutil.rmtree(row.place, ignore_errors=True)


@contextmanager
def _taken(site: Site, thing: tuple[str, ...], refusal: str) -> Iterator[None]:
    """Nobody else may have it meanwhile. Raises Refused."""
    with site.lock:
        if thing in site.busy:
            raise Refused(423, refusal)
        site.busy.add(thing)
    try:
        yield
    finally:
        with site.lock:
            site.busy.discard(thing)


class Job:
    """An archiving that goes on by itself; ``done`` hears of the end."""

    def __init__(
        self, site: Site, row: Waiting, wish: Wish, done: Callable[[Session | Refused], object]
    ) -> None:
        self._site, self._row, self._wish, self._done = site, row, wish, done
        self._ended = threading.Event()
        self._outcome: Session | Refused | None = None
        self.timed_out = False
        """Whether somebody waited in vain; the job goes on."""
        with site.lock:
            row.status = "QUEUED_ARCHIVING"

    def start(self) -> "Job":
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def run(self) -> None:
        """Here and now; failures are kept for whoever waits."""
        try:
            self._outcome = archive(self._site, self._row, self._wish)
        except Refused as error:
            self._outcome = error
        except Exception:  # nobody above could tell the caller: it waits for this thread
            self._row.status = "ERROR"
            self._outcome = Refused(500, "Server error")
            raise
        finally:
            if self._outcome is not None:
                self._done(self._outcome)
            self._ended.set()

    def wait(self) -> Session:
        """The archived session; raises Refused with why not, or when the site's patience ends first."""
        clock = self._site.clock
        until = clock.now() + float(str(self._site.preferences["sessionArchiveTimeoutInterval"]))
        while not self._ended.wait(_MOMENT):
            if clock.now() > until or self._site.closing.is_set():
                row, self.timed_out = self._row, True
                raise Refused(
                    500,
                    f"The session {row.project}/{row.timestamp}/{row.folder} did not complete within the "
                    "configured timeout interval.",
                )
        if isinstance(self._outcome, Session):
            return self._outcome
        raise self._outcome or Refused(500)
