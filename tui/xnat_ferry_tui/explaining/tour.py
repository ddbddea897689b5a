"""The guide through the demo: one line for what one sees, made from where one is and how far it has come."""

from xnat_ferry.transfer.session_state import Phase
from xnat_ferry_tui.desk import Desk

_STEPS = {
    "": "A practice server: nothing here can break. Space marks a session, c or F5 goes on with all four.",
    "connect": "Two projects of a practice server are named already. c or F5 goes on to the sessions.",
    "choose": "Four sessions; all are taken unless you mark some with Space. c or F5 goes on to the checks.",
    "checks": "Nothing forbids going on; n goes to what is marked warn. c or F5 goes on.",
    "conflicts": "004_MR1 is the label of another study there. s leaves it out, l gives it another label.",
    "labels": "Labels may change on the way, by a rule or one by one. None has to. c or F5 goes on.",
    "review": "What will happen, before it does: read it, then c or F5 starts a worker of its own.",
}
_CLEAR = "Nothing stands against going on. c or F5 goes on."
_NO_CONFLICT = "What is sent meets nothing that is there already. c or F5 goes on."
_ANSWERED = "Nothing here waits for you any more; u takes back what was said last. c or F5 goes on."
_FAILING = (
    "What is marked FAIL comes first: n goes to it, and below it stands what to do. Here: 6, s, then 2,3."
)
_WAITING = "Nothing has been sent yet. Key 1 leads back to the wizard."
_RUNNING = "The worker goes on even if you close this window. @ shows its requests, x would stop it."
_STOPPED = "Stopped: s goes on where it left off, and nothing is sent twice."
_FAILED = "Something failed: n shows what and why. s tries again. Key 4 shows what is missing."
_REVIEWED = "It waits in the prearchive for your review. Key 4 shows the proof; A archives it."
_ARCHIVED = "All is archived. Key 4 shows the proof, where w reads the record."
_BROWSE = (
    "Same labels stand on one line: + is only here, - only there. Enter looks closer, Tab changes panes."
)
_NOTHING_YET = "Nothing has been compared yet. Key 1 leads to the wizard, key 3 to the transfer."
_PROVEN = "Every file is proven. v compares more closely, e shows what is equal, w the record, A archives."
_NOT_ALL = (
    "Not all sessions were compared; the others are proven. v compares what is there, 3 shows the rest."
)
_DIFFERING = "Enter goes into a line, n to the next difference: each says the likely cause and what to do."


def guidance(area: str, desk: Desk) -> str:
    """One line for the area one is in."""
    if area == "checks":
        step, brief = desk.drafting.step, desk.drafting.brief
        if step == "checks" and desk.drafting.fresh and brief.verdict != "warned":
            return _CLEAR if brief.verdict == "clear" else _FAILING
        if step == "conflicts" and desk.drafting.fresh and not brief.undecided:
            return _ANSWERED if brief.by_session.conflicts else _NO_CONFLICT
        return _STEPS.get(step, _STEPS[""])
    if area == "browse":
        return _BROWSE
    return _of_transfer(desk) if area == "transfer" else _of_proof(desk)


def _of_transfer(desk: Desk) -> str:
    watched = desk.watched
    if watched is None:
        return _WAITING
    told = {Phase.RUNNING: _RUNNING, Phase.STOPPED: _STOPPED, Phase.FAILED: _FAILED}
    return told.get(watched.phase) or (_REVIEWED if watched.waiting else _ARCHIVED)


def _of_proof(desk: Desk) -> str:
    found, watched = desk.verification(), desk.watched
    if found is None or watched is None:
        return _NOTHING_YET
    if found.verdict != "proven":
        return _DIFFERING
    return _NOT_ALL if watched.not_compared(found) else _PROVEN
