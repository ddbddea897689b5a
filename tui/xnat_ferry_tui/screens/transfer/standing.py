"""Where a transfer stands, in lines: two bars, the counts, and what one should know now."""

from collections.abc import Callable
from datetime import datetime

from xnat_ferry import wording
from xnat_ferry.transfer.session_state import Phase, SessionState
from xnat_ferry.verify.verification import DIFFERS, PROVEN
from xnat_ferry_tui.explaining.ways import on_screen
from xnat_ferry_tui.watching.listed import sessions_done
from xnat_ferry_tui.watching.watched import Watched

_BAR, _SHORT_BAR = 20, 12
_WIDE = 90


def standing(watched: Watched, now: float, width: int) -> list[str]:
    """Four lines: which transfer, all of it, the session under way, the counts.

    They keep to so many columns where they can, so that nothing below them moves up and down.
    """
    length = _BAR if width >= _WIDE else _SHORT_BAR
    return [_head(watched), _all(watched, now, length), _session(watched, length, width), _counts(watched)]


def remark(watched: Watched, key: Callable[[str], str]) -> str:
    """The one thing to know or to do next; "" where there is none. ``key`` names the key of an ID."""
    state, again = watched.state, key("transfer.resume")
    if watched.reading:
        return "What has happened is still being read."
    if watched.queue and watched.phase != Phase.DONE:
        return watched.queue
    if watched.phase == Phase.RUNNING:
        return "You may close this window: the transfer goes on."
    if state.stopped is not None and watched.phase == Phase.STOPPED:
        told = f"{state.stopped.why} {on_screen(state.stopped.advice)}".strip()
        if "with s in area 3" in told:
            return told.replace("with s in area 3", f"with {again} in area 3")
        return f"{told} {again} goes on with it."
    if watched.phase == Phase.STOPPED:
        return f"Its worker is gone without a word. {again} goes on with it; nothing is sent twice."
    return _at_rest(watched, key)


def _at_rest(watched: Watched, key: Callable[[str], str]) -> str:
    failed, again = watched.state.count(Phase.FAILED), key("transfer.resume")
    if failed:
        to_it = f"{key('transfer.next-problem')} goes to the next problem"
        return f"{wording.plural(failed, 'session')} failed: {to_it}, {again} sends again."
    found = watched.verification
    if found is not None and found.verdict == DIFFERS and watched.phase == Phase.DONE:
        return f"When it was last compared it was NOT CLEAN: area 4 tells where, {again} sends again."
    if watched.waiting:
        waiting = wording.plural(watched.waiting, "session")
        return f"{waiting} in the prearchive: {key('transfer.archive')} archives."
    if watched.phase == Phase.WAITING:
        return f"Nothing has been begun yet: {again} starts a worker."
    if back := watched.taken_back:
        return f"{wording.plural(back, 'session')} taken back: the destination has no part in it any more."
    if watched.phase != Phase.DONE:
        return ""
    if found is not None and (found.verdict != PROVEN or watched.not_compared(found)):
        return "Not all of it is proven: area 4 tells why."
    settle = f"; {key('verify.settle')} there deletes the source, which ends the move"
    ends = settle if watched.may_settle else ""
    return f"Area 4 has the proof{ends}."


def bar(share: float, width: int = _BAR) -> str:
    """``[#####.....]``; a share beyond the whole is the whole."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return f"[{'#' * filled}{'.' * (width - filled)}]"


def _head(watched: Watched) -> str:
    begun = watched.state.started_at
    since = f"  since {datetime.fromtimestamp(begun).astimezone():%H:%M}" if begun else ""
    phase = "READING" if watched.reading else watched.phase.upper()
    return f"{phase}  {watched.folder.id}{since}"


def _all(watched: Watched, now: float, length: int) -> str:
    if watched.state.plan.road.stays:
        return f"All  {sessions_done(watched.state)}; nothing travels"
    moved, total = watched.bytes_done, watched.state.plan.totals.bytes
    if watched.phase == Phase.DONE and watched.state.files_sent < watched.state.plan.totals.files:
        amount = f"{wording.size(watched.state.bytes_sent)} of {wording.size(total)}"
        return f"All  {bar(1, length)} 100%  {amount}; nothing is left to send"
    speed, left = watched.pace(now)
    moving = watched.phase == Phase.RUNNING and moved < total
    pace = ""
    if moving:
        pace = f"  {wording.size(speed)}/s" if speed else "  -/s"
        pace += f"  left {wording.duration(left)}" if left else "  left -"
    return f"All  {_share(moved, total, length)}{pace}"


def _session(watched: Watched, length: int, width: int) -> str:
    under_way = watched.under_way
    if not under_way:
        return "Now  -"
    one = max(under_way, key=lambda session: session.moving is not None)
    more = f"; {len(under_way) - 1} more" if len(under_way) > 1 else ""
    if watched.state.plan.road.stays:
        return f"Now  {one.label}{more}"
    told = f"Now  {_share(one.bytes_done, one.totals.bytes, length)}  {one.label}"
    whole = f"{told}{_unit(one)}{more}"
    return whole if len(whole) <= width else f"{told}{more}"


def _unit(session: SessionState) -> str:
    if session.moving is None:
        return ", archiving" if session.archive_requested and not session.archived else ""
    return f", {'sending' if session.sending else 'fetching'} scan {session.moving.unit}"


def _share(part: int, whole: int, length: int) -> str:
    share = min(part / whole, 1.0) if whole else 0.0
    return f"{bar(share, length)} {share:4.0%}  {wording.size(min(part, whole))} of {wording.size(whole)}"


def _counts(watched: Watched) -> str:
    state, plan = watched.state, watched.state.plan
    staying = len(plan.sessions) - len(plan.travelling)
    files = f"{state.files_sent:,} of {wording.plural(plan.totals.files, 'file')} sent"
    told = [
        f"{sessions_done(watched.state)} done",
        f"{state.count(Phase.FAILED):,} failed",
        *([f"{staying:,} skipped"] if staying else []),
        *([] if plan.road.stays else [files]),
        *([f"{state.retries:,} tried again"] if state.retries else []),
    ]
    return ", ".join(told)
