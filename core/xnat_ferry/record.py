"""The transfer record: what was moved, when, by whom, and what the proof says, in Markdown."""

from collections.abc import Iterator
from datetime import datetime

from xnat_ferry import __version__, wording
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.state import Phase, SessionState, TransferState
from xnat_ferry.verify.verification import SessionVerification, Verification


def write_record(folder: TransferFolder, state: TransferState, verification: Verification | None) -> str:
    """Write the record into the transfer's folder, whole or not at all, and return its text."""
    text = make_record(folder.id, state, verification)
    fresh = folder.record.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(folder.record)
    return text


def make_record(transfer_id: str, state: TransferState, verification: Verification | None) -> str:
    """The record as Markdown; labels and numbers only, no value from a DICOM header."""
    verified = {one.source: one for one in verification.sessions} if verification else {}
    lines = [
        f"# Transfer {_cell(transfer_id)}",
        "",
        *_summary(state, verification),
        "",
        "## Sessions",
        "",
        "| session | becomes | scans | files | sent | outcome | verified |",
        "|---|---|---:|---:|---:|---|---|",
        *(
            _row(planned, state.sessions[planned.session], verified.get(planned.session))
            for planned in state.plan.sessions
        ),
        "",
        *_notes(state, verified),
        f"Written by xnat-ferry {__version__}. The journal and the manifests lie beside this record.",
        "",
    ]
    return "\n".join(lines)


def _summary(state: TransferState, verification: Verification | None) -> Iterator[str]:
    plan = state.plan
    yield f"- **From** {_cell(str(plan.source))}"
    yield f"- **To** {_cell(str(plan.destination))}, {plan.to}"
    for server, user, version in sorted({(one.server, one.user, one.server_version) for one in state.logins}):
        yield f"- **Account** {_cell(user)} at {_cell(server)} (XNAT {_cell(version)})"
    yield f"- **Began** {_moment(state.started_at)}, **ended** {_moment(state.last_at)}"
    yield f"- **State** {state.phase}" + (f": {_cell(state.stopped.why)}" if state.stopped else "")
    yield f"- **Plan** SHA-256 {state.plan_hash or 'not started'}"
    yield f"- **Sent** {wording.plural(state.files_sent, 'file')}, {wording.size(state.bytes_sent)}"
    if state.finished:
        yield f"- **Last run** {wording.what_happened(state.finished)}"
    if verification is None:
        yield "- **Verified** not yet"
    else:
        yield (
            f"- **Verified** {verification.verdict}, level {verification.level}: "
            f"{wording.counts(verification.counts)}"
        )


def _row(planned: PlannedSession, session: SessionState, verified: SessionVerification | None) -> str:
    outcome = f"{session.phase}" + (f", {session.where}" if session.where else "")
    proof = f"{verified.verdict} in the {verified.where}" if verified else "not yet"
    cells = (
        planned.session,
        f"{planned.to_subject} / {planned.to_session}",
        str(len(planned.scans)),
        str(planned.totals.files),
        wording.size(session.bytes_sent),
        outcome,
        proof if session.phase != Phase.SKIPPED else "",
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _notes(state: TransferState, verified: dict[str, SessionVerification]) -> Iterator[str]:
    notes = [note for planned in state.plan.sessions for note in _notes_of(planned, state, verified)]
    if notes:
        yield "## To know"
        yield ""
        yield from notes
        yield ""


def _notes_of(
    planned: PlannedSession, state: TransferState, verified: dict[str, SessionVerification]
) -> Iterator[str]:
    label, session = planned.session, state.sessions[planned.session]
    if session.problem:
        yield f"- {_cell(label)}: {_cell(session.problem.message)} {_cell(session.problem.advice)}"
        if session.row and not session.archived:
            yield f"- {_cell(label)}: what was sent of it waits at {_cell(session.row)}"
    if session.phase == Phase.SKIPPED and planned.why:
        yield f"- {_cell(label)}: skipped, {_cell(planned.why)}"
    for left in planned.left_behind:
        yield f"- {_cell(label)}: left behind: {_cell(left)}"
    for (scan, name), why in session.left_out.items():
        yield f"- {_cell(label)}: scan {_cell(scan)}, {_cell(name)} left out: {_cell(why)}"
    if label in verified:
        for item in verified[label].items[:20]:
            place = f"scan {_cell(item.scan)} {_cell(item.file)}"
            yield f"- {_cell(label)}: {item.mark} {place}: {item.what}. {item.likely}"


def _moment(at: float | None) -> str:
    if at is None:
        return "not yet"
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def _cell(text: str) -> str:
    """Hostile text inside a Markdown table: no control characters, no markup, no new cell."""
    safe = plain(text)
    for character in "\\`*_[]<>|#":
        safe = safe.replace(character, "\\" + character)
    return safe
