"""A plan as lines: every session with its labels before and after, and its fate."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from xnat_ferry.cli.telling.page import Line, paragraph
from xnat_ferry.labels import LabelRules, Labels
from xnat_ferry.model import Road
from xnat_ferry.plan import Fate, Plan, PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Survey

LISTED = 20
"""Sessions that a plan lists on the screen; the file has them all."""

_EXAMPLES = 5
_THINGS = 3
_REMARK = " " * 6


def plan_lines(planned: Plan, width: int) -> Iterator[Line]:
    """What will travel, each session with its new labels, and what will not and why."""
    yield from paragraph(f"Plan: {_headline(planned)}", width, style="bold")
    if planned.belongings.any and planned.road != Road.RESOURCES:
        yield from paragraph(f"and with them: {planned.belongings.in_words}", width)
    shown = planned.sessions[:LISTED]
    for session, line in zip(shown, _side_by_side([_labels(one) for one in shown], width), strict=True):
        yield from line
        yield from _remarks(session, width)
    more = len(planned.sessions) - len(shown)
    if more > 0:
        fates = ", ".join(
            f"{count:,} {fate}" for fate, count in Counter(map(_fate, planned.sessions)).items()
        )
        text = f"and {more:,} more; in all {fates}. --write-labels FILE.csv lists the labels of all."
        yield from paragraph(text, width, "  ")


def _headline(planned: Plan) -> str:
    if planned.is_empty:
        return "nothing yet; what is undecided waits for an answer" if planned.undecided else "nothing"
    if planned.road == Road.RESOURCES:
        return f"{planned.amount} {_where_to(planned)}"  # each file by its digest: there is no level
    return f"{planned.amount} {_where_to(planned)}; verified by {planned.verify}"


def _where_to(planned: Plan) -> str:
    project = planned.destination.project
    match planned.road:
        case Road.SHARE:
            return f"shown in {project} too, nothing travels"
        case Road.RELOCATE:
            return f"given to {project}, nothing travels"
        case Road.RESOURCES:
            return f"to where these are in {project}"
        case Road.DOWNLOAD:
            return f"into {project}"
        case _:
            return f"to the {planned.to} of {project}"


def label_examples(
    survey: Survey, planned: Plan, rules: LabelRules, width: int, indent: str
) -> Iterator[Line]:
    """A few of the sessions that get other labels, before and after."""
    changed = list(_changed(survey, planned, rules))
    for line in _side_by_side(changed[:_EXAMPLES], width, indent):
        yield from line
    more = len(changed) - _EXAMPLES
    if more > 0:
        text = f"and {more:,} more; --write-labels FILE.csv lists them all."
        yield from paragraph(text, width, indent)


def _changed(survey: Survey, planned: Plan, rules: LabelRules) -> Iterator[tuple[Labels, Labels]]:
    decided = {session.id: _labels(session) for session in planned.sessions}
    for chosen in survey.chosen:
        row = chosen.row
        before, after = decided.get(row.id) or (Labels(row.subject, row.label), rules.apply(row))
        if before != after:
            yield before, after


def _labels(session: PlannedSession) -> tuple[Labels, Labels]:
    return Labels(session.subject, session.session), Labels(session.to_subject, session.to_session)


def _fate(session: PlannedSession) -> Fate:
    return session.fate


def _side_by_side(
    pairs: Sequence[tuple[Labels, Labels]], width: int, indent: str = "  "
) -> Iterator[list[Line]]:
    """Each pair as ``subject/session  ->  subject/session``, the arrows below each other."""
    named = [(_written(before), _written(after)) for before, after in pairs]
    column = max((cell_len(before) for before, _ in named), default=0)
    for before, after in named:
        if len(indent) + column > width // 2:
            yield paragraph(f"{before} -> {after}", width, indent, indent + "    ")
        else:
            start = indent + before + " " * (column - cell_len(before)) + "  ->  "
            yield paragraph(after, width, start, indent + "    ")


def _written(labels: Labels) -> str:
    return plain(f"{labels.subject}/{labels.session}", 200)


def _remarks(session: PlannedSession, width: int) -> Iterator[Line]:
    if session.fate != Fate.COPY:
        met = ", ".join(dict.fromkeys(conflict.kind for conflict in session.conflicts))
        yield from paragraph(f"{session.fate}: {met or session.why}", width, _REMARK, style="yellow")
    left = session.left_behind
    if left:
        more = f" and {len(left) - _THINGS:,} more" if len(left) > _THINGS else ""
        yield from paragraph(f"left behind: {'; '.join(left[:_THINGS])}{more}", width, _REMARK)
