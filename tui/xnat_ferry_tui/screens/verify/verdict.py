"""The verdict in one sentence, the counts, and when it was looked at."""

from datetime import datetime

from xnat_ferry import wording
from xnat_ferry.errors import NotProven
from xnat_ferry.model import Level
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.verify.verification import DIFFERS, PROVEN, UNKNOWN, Verification
from xnat_ferry_tui.explaining.ways import on_screen
from xnat_ferry_tui.watching.watched import Watched

_SAID = 200
"""Characters of why it was refused: the list below has to stay in sight, and area 3 has all of them."""
_REFUSED = 2
"""Of so many refused sessions it is said why; area 3 has them all."""
_VERDICTS = {PROVEN: "PROVEN", DIFFERS: "NOT CLEAN", UNKNOWN: "NOT PROVEN"}


def verdict(watched: Watched | None, found: Verification | None) -> list[str]:
    """Three lines; one where nothing has been compared."""
    if watched is None:
        return ["Not verified yet: there is no transfer. Key 1 leads to one."]
    if watched.reading:
        return [f"What has happened to {watched.folder.id} is still being read."]
    if found is None:
        return [f"Not verified yet: nothing of {watched.folder.id} has been compared. Area 3 shows it."]
    missing = watched.not_compared(found)
    word = "NOT ALL VERIFIED" if missing and found.verdict == PROVEN else _VERDICTS[found.verdict]
    back = watched.taken_back
    if back and back == len(found.sessions):
        word = "TAKEN BACK, before that " + word
    files = sum(found.counts.values())
    sessions = wording.plural(len(found.sessions), "session")
    if missing:
        sessions = wording.out_of(len(found.sessions), len(found.sessions) + missing, "session")
    places = sorted({f"the {one.where}" for one in found.sessions})
    levels = sorted({one.level for one in found.sessions}, key=list(Level).index)
    return [
        f"{word}   {sessions}, {wording.plural(files, 'file')} compared by {' and '.join(levels)} "
        f"in {' and '.join(places)}",
        wording.counts(found.counts),
        f"{watched.folder.id}{_when(found)}",
        *([f"{wording.plural(back, 'session')} taken back since it was looked at."] if back else []),
        *_at_the_source(watched),
    ]


def _at_the_source(watched: Watched) -> list[str]:
    """What became of the move, where one was begun."""
    sessions = watched.state.sessions.values()
    gone, kept = (
        sum(one.removed is not None for one in sessions),
        sum(one.kept is not None for one in sessions),
    )
    told = [f"{wording.plural(gone, 'session')} gone"] if gone else []
    told += [f"{kept:,} kept (area 3 tells why)"] if kept else []
    return [f"At the source: {', '.join(told)}"] if told else []


def archiving(watched: Watched | None, log: str, *, whole: bool = True) -> list[str]:
    """How far archiving has come, and why a session was not archived, if ``whole``.

    Nothing before it and after all are. ``log`` is the key that reads the log of the prearchive.
    """
    tried = [one for one in watched.state.sessions.values() if _tried(one)] if watched else []
    archived = sum(bool(one.archived) for one in tried)
    if watched is None or archived == len(tried):
        return []
    refused = [one.problem for one in tried if one.problem is not None and not one.archived]
    under_way = len(tried) - archived - len(refused)
    counts = [f"{archived:,} of {len(tried):,} archived"]
    counts += [f"{under_way:,} under way"] if under_way and watched.alive else []
    unproven = sum(one.kind == NotProven.__name__ for one in refused)
    kept_out = len(refused) - unproven
    counts += [f"{unproven:,} not proven"] if unproven else []
    counts += [f"{kept_out:,} refused ({log} reads the log)"] if kept_out else []
    told = [
        f"{one.session}: {plain(one.message, _SAID).rstrip('.')}. {on_screen(one.advice)}"
        for one in refused[: _REFUSED if whole else 0]
    ]
    return [f"Archiving: {', '.join(counts)}", *told]


def _tried(session: SessionState) -> bool:
    """Whether archiving it was begun, or refused before it began."""
    return session.archive_requested or bool(session.archived) or (session.built and bool(session.problem))


def nothing_differs(found: Verification | None, missing: int, all_of_it: str) -> str:
    """What stands there when no row does; ``all_of_it`` is the key that shows what is equal."""
    if found is None or found.verdict != PROVEN:
        return ""
    if missing:
        return "Nothing of what was compared differs."
    return f"Nothing differs. {all_of_it} shows what is equal."


def _when(found: Verification) -> str:
    newest = max((one.at for one in found.sessions), default=0.0)
    return f", looked at {datetime.fromtimestamp(newest).astimezone():%Y-%m-%d %H:%M}" if newest else ""
