"""What is asked before anything changes on a server, and why some things are not even asked."""

from collections.abc import Sequence

from xnat_ferry import wording
from xnat_ferry.checks import Checklist
from xnat_ferry.model import Verdict
from xnat_ferry.plan import Plan
from xnat_ferry.transfer.state import Phase
from xnat_ferry_tui.watched import Watched

_AT_MOST = 5


def why_not_copy(plan: Plan, checklist: Checklist) -> list[str]:
    """What stands against carrying out a plan; empty where nothing does."""
    if checklist.verdict == "blocked":
        failure = checklist.first_failures()[0]
        return [f"This cannot be done: {failure.message}", failure.advice, "Area 1 has the whole checklist."]
    if not plan.travelling:
        return ["There is nothing to copy.", *_left_out(plan)]
    return []


def copy_question(plan: Plan, checklist: Checklist) -> list[str]:
    """What a plan would do, and what it would leave out."""
    totals = plan.totals
    unsure = sum(one.verdict in (Verdict.WARN, Verdict.UNKNOWN) for one in checklist.findings)
    return [
        f"Copy {wording.plural(totals.sessions, 'session')}, {wording.plural(totals.scans, 'scan')}, "
        f"{wording.plural(totals.files, 'file')}, {wording.size(totals.bytes)}",
        f"from {plan.source.project} to the {plan.to} of {plan.destination.project}?",
        f"Every file is verified afterwards by {plan.verify}. Nothing at the source changes.",
        *([f"The checklist in area 1 has {wording.plural(unsure, 'line')} to look at."] if unsure else []),
        *_left_out(plan),
        *_left_behind(plan),
    ]


def why_not_go_on(watched: Watched, *, archive: bool) -> list[str]:
    """What stands against resuming or archiving a transfer; empty where nothing does."""
    if watched.phase == Phase.RUNNING:
        return [f"{watched.folder.id} is running; stop it first, or wait."]
    if archive and not watched.waiting:
        return ["Nothing of this transfer waits in the prearchive."]
    if not archive and watched.phase == Phase.DONE:
        return ["Every session of this transfer is done."]
    return []


def go_on_question(watched: Watched, *, archive: bool) -> list[str]:
    """What resuming or archiving would do."""
    if archive:
        waiting = wording.plural(watched.waiting, "session")
        what = (
            f"Archive what waits in the prearchive of {watched.state.plan.destination.project} ({waiting})?"
        )
        return [what, "Every session is verified before and after.", watched.folder.id]
    return [f"Go on with {watched.folder.id}?", "What the destination has already is not sent again."]


def _left_out(plan: Plan) -> list[str]:
    return _some(
        [f"{one.session} is left out: {one.why}" for one in plan.sessions if not one.fate.travels],
        "more are left out",
    )


def _left_behind(plan: Plan) -> list[str]:
    return _some(
        [f"{one.session}: {what} does not travel" for one in plan.travelling for what in one.left_behind],
        "more do not travel",
    )


def _some(lines: Sequence[str], rest: str) -> list[str]:
    more = len(lines) - _AT_MOST
    return [*lines[:_AT_MOST], *([f"and {more:,} {rest}"] if more > 0 else [])]
