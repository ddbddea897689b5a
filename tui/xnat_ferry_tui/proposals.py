"""What is asked before anything changes on a server, and why some things are not even asked."""

from collections.abc import Iterator, Mapping, Sequence

from xnat_ferry import wording
from xnat_ferry.checks import Answer, Checklist, ConflictClass
from xnat_ferry.checks.arrival import on_arrival
from xnat_ferry.checks.grouping import groups
from xnat_ferry.checks.phrases import some
from xnat_ferry.errors import MergeUnanswered
from xnat_ferry.model import ZIPS_HERE, Level, Mark, Road, Verdict, Where
from xnat_ferry.plan import Fate, Plan, PlannedSession, Target
from xnat_ferry.plan.judged import Judged
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.session_state import Phase, Problem
from xnat_ferry.verify.verification import DIFFERS, SessionVerification
from xnat_ferry_tui.explaining.ways import on_screen
from xnat_ferry_tui.watching.watched import Watched

_AT_MOST = 5


def start_question(judged: Judged) -> list[str]:
    """What the plan would do, in few words; the last step tells it in full."""
    plan = judged.planned
    unsure = sum(one.verdict in (Verdict.WARN, Verdict.UNKNOWN) for one in judged.checklist.findings)
    return [
        f"{_VERBS.get(plan.road, 'Copy')} {plan.amount}",
        f"from {plan.source.project} to {_where(plan)}?",
        f"Every file is verified afterwards{_by(plan)}. {_at_the_source(plan)}",
        *([f"The checklist has {wording.plural(unsure, 'line')} to look at."] if unsure else []),
        *_by_name(plan),
        *_left_behind(plan),
    ]


def review(judged: Judged, pace: float | None) -> list[tuple[str, str]]:
    """All that is to be known before the start, each sentence with the word that it stands beside.

    ``pace`` is an earlier transfer's, in bytes a second.
    """
    plan, view = judged.planned, judged.survey.destination
    images = plan.road != Road.RESOURCES
    renamed = sum((one.subject, one.session) != (one.to_subject, one.to_session) for one in plan.travelling)
    labels = f"{renamed:,} with other labels" if renamed else "under the labels that they have"
    return [
        ("Goes", f"{plan.amount}; {labels}."),
        *([("With", f"{plan.belongings.in_words}.")] if plan.belongings.any and images else []),
        ("From", str(plan.source)),
        ("To", f"{plan.destination}. Nothing travels." if plan.road.stays else _to(plan)),
        *([("By", f"the DICOM receiver {plan.receiver}.")] if plan.road == Road.RECEIVER else []),
        *(
            [("Takes", _how_long(plan.totals.bytes, pace))]
            if plan.totals.bytes and not plan.road.stays
            else []
        ),
        ("Proof", f"{plan.verify}: {_LEVELS[plan.verify]}" if images else _EACH_FILE),
        ("After", _at_the_source(plan)),
        ("", ""),
        *(
            []
            if plan.road.stays or plan.destination.local or not images
            else _beside("There", on_arrival(view, Where(plan.to)))
        ),
        *_beside("Stays", [*_left_out(plan), *_left_behind(plan)] or ["Nothing that is chosen."]),
        *_beside("Read", _unsure(judged.checklist)),
    ]


_TO = {
    Target.PREARCHIVE: "Each waits there for review; area 3 archives it.",
    Target.ARCHIVE: "Each is archived once it is proven.",
}
_EACH_FILE = "each file by size and digest, each value by reading it back."
_LEVELS = {
    Level.COUNTS: "numbers of files and bytes, scan by scan.",
    Level.IDENTITY: "every SOPInstanceUID, and digests where they can match.",
    Level.SAMPLE: "every SOPInstanceUID, and one file a scan is fetched back.",
    Level.FULL: "every SOPInstanceUID, and the pixels of every file, fetched back.",
}


_VERBS = {
    Road.SHARE: "Share",
    Road.RELOCATE: "Give",
    Road.RECEIVER: "Send",
    Road.UPLOAD: "Upload",
    Road.DOWNLOAD: "Download",
    Road.RESOURCES: "Carry",
}


def _by(plan: Plan) -> str:
    return "" if plan.road == Road.RESOURCES else f" by {plan.verify}"


def _where(plan: Plan) -> str:
    project = plan.destination.project
    if plan.road == Road.RESOURCES:
        return f"where these are in {project}"
    return project if plan.road.stays or plan.destination.local else f"the {plan.to} of {project}"


def _to(plan: Plan) -> str:
    if plan.destination.local:
        each = "a ZIP" if plan.destination.server == ZIPS_HERE else "a folder"
        return f"{plan.destination}: {each} of each session, with a manifest that proves it."
    if plan.road == Road.RESOURCES:
        return f"where these sessions are in {plan.destination}."
    return f"the {plan.to} of {plan.destination}. {_TO[plan.to]}"


def _at_the_source(plan: Plan) -> str:
    if plan.road == Road.SHARE:
        return f"{plan.source.project} goes on owning them. U in area 3 takes the shares back."
    if plan.road == Road.RELOCATE:
        return f"{plan.destination.project} becomes their owner. U in area 3 gives them back."
    if plan.move:
        return (
            "The source is deleted later: once all is proven and archived, you press D in area 4 and type "
            f"{plan.destination.project}."
        )
    return "Nothing at the source changes."


def _how_long(size: int, pace: float | None) -> str:
    if pace is None:
        return "It is not known how long: no transfer between these servers is on record here."
    if size < pace:
        return f"Less than a second, at the {wording.size(pace)}/s of an earlier transfer."
    return f"About {wording.duration(size / pace)}, at the {wording.size(pace)}/s of an earlier transfer."


def _unsure(checklist: Checklist) -> list[str]:
    told = [
        f"{one[0].message}" + (f" And {len(one) - 1:,} more like it." if len(one) > 1 else "")
        for one in groups(checklist.findings)
        if one[0].verdict != Verdict.OK
    ]
    return _some(told, "more lines")


def _beside(word: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    return [(word if place == 0 else "", line) for place, line in enumerate(lines)]


_ADDED = {Answer.COMPLETE: "adds what is missing to", Answer.MERGE: "is merged into"}


def why_not_go_on(watched: Watched, *, archive: bool) -> list[str]:
    """What stands against resuming or archiving a transfer; empty where nothing does."""
    if watched.reading:
        return [STILL_READING]
    if watched.phase == Phase.RUNNING:
        return [f"{watched.folder.id} is running; stop it first, or wait."]
    if archive and not watched.waiting:
        return ["Nothing of this transfer waits in the prearchive."]
    if not archive and watched.phase == Phase.DONE and not differing(watched):
        return ["Every session of this transfer is done."]
    return []


def would_add(watched: Watched) -> list[Problem]:
    """The sessions that were not archived since that would add to one that is there: a person may want it."""
    sessions = watched.state.sessions.values()
    refused = (one.problem for one in sessions if one.problem is not None and one.built and not one.archived)
    return [one for one in refused if one.kind == MergeUnanswered.__name__]


def archive_question(watched: Watched, answers: Mapping[str, Answer]) -> list[str]:
    """What archiving would do, with these answers to what would be added to a session that is there."""
    plan, waiting = watched.state.plan, wording.plural(watched.waiting, "session")
    becomes = {one.session: one.to_session for one in plan.sessions}
    added = {one.session: Answer(one.fate) for one in _waiting_to_add(watched)} | dict(answers)
    adding = [f"{name} {_ADDED[how]} {becomes[name]}, which is there." for name, how in added.items()]
    merged = Answer.MERGE in added.values()
    left = sum(one.session not in answers for one in would_add(watched))
    return [
        f"Archive what waits in the prearchive of {plan.destination.project} ({waiting})?",
        *_some(adding, "more are added to sessions that are there"),
        *(["XNAT cannot take two sessions apart again once they are one."] if merged else []),
        *([f"{wording.plural(left, 'session')} without an answer goes on waiting there."] if left else []),
        "Every session is verified before and after.",
        watched.folder.id,
    ]


def _waiting_to_add(watched: Watched) -> list[PlannedSession]:
    """The sessions of which the plan says that they are added to one that is there."""
    states = watched.state.sessions
    planned = [one for one in watched.state.plan.sessions if one.fate in (Fate.COMPLETE, Fate.MERGE)]
    return [one for one in planned if states[one.session].built and not states[one.session].archived]


def go_on_question(watched: Watched) -> list[str]:
    """What resuming would do."""
    wrong = differing(watched)
    again = [f"{one.source} differs in the {one.where}: what it lacks is sent again." for one in wrong]
    stays = any(one.where == Where.ARCHIVE and one.counts.get(Mark.DIFFERS) for one in wrong)
    return [
        f"Go on with {watched.folder.id}?",
        "What the destination has already is not sent again.",
        *_some(again, "more differ"),
        *([_STAYS_WRONG] if stays else []),
    ]


STILL_READING = "What has happened to it is still being read: press the key again in a moment."
_STAYS_WRONG = "A file that is another one in the archive is not replaced: delete it there first."


def differing(watched: Watched) -> list[SessionVerification]:
    """The sessions that the newest look found different from what was sent."""
    found = watched.verification
    return [one for one in found.sessions if one.verdict == DIFFERS] if found else []


_CLASSES = frozenset(ConflictClass)
_STAYS = {Fate.SKIP: "left out", Fate.UNDECIDED: "undecided"}


def _left_out(plan: Plan) -> list[str]:
    left = [one for one in plan.sessions if not one.fate.travels]
    files = [f"Left out: {plain(words)}" for words in plan.left_out]
    told = [f"{one.session} is {_STAYS[one.fate]}{_reason(one.why)}" for one in left[:_AT_MOST]]
    return [*files, *_some(told, "more are left out", len(left))]


def _reason(why: str) -> str:
    """Why it stays; the class of a conflict is no sentence."""
    kind, colon, message = why.partition(": ")
    return f" ({kind}): {on_screen(message)}" if colon and kind in _CLASSES else f": {on_screen(why)}"


def _by_name(plan: Plan) -> Iterator[str]:
    """The same without the reasons, which the last step tells."""
    yield from (f"Left out: {plain(words)}" for words in plan.left_out)
    for fate, stays in _STAYS.items():
        left = [one.session for one in plan.sessions if one.fate == fate]
        if left:
            are = "is" if len(left) == 1 else "are"
            yield f"{wording.plural(len(left), 'session')} {are} {stays}: {some(left)}."


def _left_behind(plan: Plan) -> list[str]:
    return _some(
        [f"{one.session}: {what} does not travel" for one in plan.travelling for what in one.left_behind],
        "more do not travel",
    )


def _some(lines: Sequence[str], rest: str, count: int = 0) -> list[str]:
    more = max(len(lines), count) - _AT_MOST
    return [*lines[:_AT_MOST], *([f"and {more:,} {rest}"] if more > 0 else [])]
