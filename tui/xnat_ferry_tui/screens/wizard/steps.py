"""How far each step has come, and why one cannot go on from it: looks at the desk and shows nothing."""

from collections.abc import Callable

from msgspec import Struct

from xnat_ferry import wording
from xnat_ferry.model import Verdict
from xnat_ferry_tui.desk import Desk

STEPS = ("connect", "choose", "checks", "conflicts", "labels", "review")
KEYS = dict(zip(STEPS, "567890", strict=True))
"""The key that leads to each step from any other: they go on where the areas' numbers end."""


class Standing(Struct, frozen=True):
    """How a step stands."""

    mark: str
    """``ok`` done, ``! `` read it first, ``!!`` something is to be done here, ``--`` not yet."""
    why_not: str = ""
    """Why one cannot go on; "" where one can."""


DONE, LOOK, TO_DO, NOT_YET = "ok", "! ", "!!", "--"


_LEADS = "n leads to it."


def standing(step: str, desk: Desk) -> Standing:
    """One step, whatever became of the ones before it."""
    return _JUDGES[step](desk)


def why_not_start(desk: Desk) -> str:
    """The first reason of any step against starting; "" where there is none."""
    return _elsewhere(next((found for step in STEPS if (found := standing(step, desk).why_not)), ""))


def _elsewhere(reason: str) -> str:
    """A reason of the checklist or of the conflicts, for another step: their keys work there alone."""
    checks = KEYS["checks"]
    for here, there in (
        ("n goes to the next", f"{KEYS['conflicts']} shows them"),
        (_LEADS, f"{checks} shows what to do."),
        ("r does it", f"{checks} does it"),
    ):
        reason = reason.replace(here, there)
    return reason


def _connect(desk: Desk) -> Standing:
    if desk.ends is None:
        return Standing(TO_DO, "two projects have to be named first; Enter does it")
    if desk.source is not None:
        return Standing(DONE)
    mark = TO_DO if desk.problem is not None else NOT_YET
    return Standing(mark, desk.busy or "the projects have not been listed; r does it")


def _choose(desk: Desk) -> Standing:
    if desk.source is None:
        return Standing(NOT_YET, desk.busy or "the projects have not been listed; r does it")
    if desk.source.sessions is None:
        return Standing(TO_DO, desk.source.problem or "the source could not be listed")
    if not desk.chosen_any():
        return Standing(TO_DO, "there is no session to take; C names another project")
    return Standing(DONE)


def _checks(desk: Desk) -> Standing:
    judged, drafting = desk.drafting.judged, desk.drafting
    if judged is None or not drafting.fresh:
        mark = TO_DO if desk.problem is not None and desk.source is not None else NOT_YET
        return Standing(mark, desk.busy or "what is chosen has not been checked; r does it")
    if drafting.brief.failure:
        return Standing(TO_DO, f"{_sentence(drafting.brief.failure)} {_LEADS}")
    return Standing(DONE if drafting.brief.verdict == "clear" else LOOK, _being_judged(desk))


def _sentence(words: str) -> str:
    """With a full stop, where a server's own words end it without one."""
    return words if words.endswith((".", "!", "?", '"')) else f"{words}."


def _conflicts(desk: Desk) -> Standing:
    if desk.drafting.judged is None or not desk.drafting.fresh:
        return Standing(NOT_YET, "the checks come first")
    brief = desk.drafting.brief
    undecided = brief.undecided
    if undecided:
        return Standing(TO_DO, f"{wording.plural(undecided, 'session')} undecided; n goes to the next")
    known = not any(row.check == "conflicts" and row.standing == Verdict.UNKNOWN for row in brief.rows)
    # what could not be looked at may meet something
    return Standing(DONE if known else LOOK, _being_judged(desk))


def _labels(desk: Desk) -> Standing:
    before = _conflicts(desk)
    joined = next(iter(desk.drafting.brief.by_session.joined.values()), "")
    if joined and before.mark != NOT_YET:
        return Standing(
            TO_DO, f"{joined} l keeps them apart; or a in step {KEYS['checks']}, if it is one person"
        )
    if before.mark == TO_DO:
        return Standing(LOOK, _elsewhere(before.why_not))
    return before


def _review(desk: Desk) -> Standing:
    if desk.drafting.judged is None or not desk.drafting.fresh:
        return Standing(NOT_YET, "the checks come first")
    if not desk.drafting.brief.travelling:
        return Standing(TO_DO, "nothing would travel")
    before = next((found for step in STEPS[:-1] if (found := standing(step, desk).why_not)), "")
    return Standing(NOT_YET if before else DONE, _elsewhere(before))


def _being_judged(desk: Desk) -> str:
    return "your last answer is being looked at" if desk.drafting.must_judge else ""


_JUDGES: dict[str, Callable[[Desk], Standing]] = {
    "connect": _connect,
    "choose": _choose,
    "checks": _checks,
    "conflicts": _conflicts,
    "labels": _labels,
    "review": _review,
}
