"""What a transfer came to, as one value: the record before it is written in any form. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xnat_ferry import __version__, events
from xnat_ferry.events import AnyEvent
from xnat_ferry.record.session import session_facts
from xnat_ferry.record.telling import moment, of_kind, safe
from xnat_ferry.record.values import Account, Ordered, Record, RecordedResource, RecordedValues
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.verification import PROVEN, UNKNOWN, Verification


def facts_of(
    transfer_id: str,
    state: TransferState,
    verification: Verification | None,
    happened: Sequence[AnyEvent],
    manifests: Mapping[str, str],
) -> Record:
    """The account of a transfer.

    ``happened`` is its journal, ``manifests`` the SHA-256 of each manifest by the session's label.
    """
    plan = state.plan
    workers = of_kind(happened, events.WorkerStarted)
    runs = of_kind(happened, events.TransferFinished)
    proofs = {one.source: one for one in verification.sessions} if verification else {}
    by_session = _by_session(happened)
    not_compared = sum(
        one.session not in proofs and state.sessions[one.session].phase != Phase.SKIPPED
        for one in plan.travelling
    )
    return Record(
        transfer=transfer_id,
        source=str(plan.source),
        destination=str(plan.destination),
        to=plan.to,
        road=plan.road,
        owner=plan.owner,
        move=plan.move,
        plan_made=plan.made,
        plan_hash=state.plan_hash,
        state=state.phase,
        why=safe(state.stopped.why) if state.stopped else "",
        began=moment(state.started_at),
        ended=moment(state.last_at),
        accounts=_accounts(happened),
        versions=_unique(worker.version for worker in workers),
        written_by=__version__,
        hosts=_unique(worker.host for worker in workers),
        files=state.files_sent,
        bytes=state.bytes_sent,
        requests=sum(run.requests for run in runs)
        + sum(run.requests for run in of_kind(happened, events.SettlingFinished)),
        bytes_down=sum(run.bytes_down for run in runs),
        bytes_up=sum(run.bytes_up for run in runs),
        verdict=_verdict(verification, not_compared),
        counts=verification.counts if verification else {},
        not_compared=not_compared,
        checks=plan.checks,
        answers=plan.answers,
        seen=plan.seen,
        left_out=plan.left_out,
        sessions=tuple(
            session_facts(
                one,
                state.sessions[one.session],
                proofs.get(one.session),
                by_session.get(one.session, []),
                manifests.get(one.session, ""),
            )
            for one in plan.sessions
        ),
        resources=tuple(_resources(state)),
        values=tuple(_values(one) for one in state.values.values()),
        ordered=tuple(_ordered(one) for one in of_kind(happened, events.RemovalOrdered)),
        empty_subjects=dict(state.empty_subjects),
    )


def _verdict(verification: Verification | None, not_compared: int) -> str:
    if verification is None:
        return ""
    return UNKNOWN if not_compared and verification.verdict == PROVEN else verification.verdict


def _resources(state: TransferState) -> Iterator[RecordedResource]:
    labels = {one.id: one.session for one in state.plan.sessions}
    for planned in state.plan.belongings.resources:
        holder = planned.holder(labels, state.plan.source.project)
        told = state.resources.get(planned.key(labels, state.plan.source.project))
        yield RecordedResource(
            level=planned.level,
            holder=safe(holder),
            to=safe(planned.to),
            scan=safe(planned.scan),
            label=safe(planned.label),
            files=told.files if told else planned.files,
            bytes=told.bytes if told else planned.bytes,
            verdict=told.verdict if told else "",
            counts=told.counts if told else {},
            fingerprint=told.fingerprint if told else "",
            left_out=told.left_out if told else 0,
        )


def _values(one: events.ValuesCarried) -> RecordedValues:
    return RecordedValues(
        level=one.level,
        holder=safe(one.holder),
        to=safe(one.to),
        kind=one.kind,
        written=one.written,
        same=one.same,
        kept=one.kept,
        refused=one.refused,
        differing=one.differing,
    )


def _ordered(one: events.RemovalOrdered) -> Ordered:
    return Ordered(
        at=moment(one.at),
        typed=one.typed,
        sessions=one.sessions,
        unshare=one.unshare,
        subjects=one.subjects,
        despite_workflows=one.despite_workflows,
        waiting=one.waiting,
    )


def _accounts(happened: Sequence[AnyEvent]) -> tuple[Account, ...]:
    logins = {(one.server, one.user, one.server_version) for one in of_kind(happened, events.LoggedIn)}
    return tuple(
        Account(server=safe(server), user=safe(user), server_version=safe(version))
        for server, user, version in sorted(logins)
    )


def _by_session(happened: Sequence[AnyEvent]) -> dict[str, list[AnyEvent]]:
    found: dict[str, list[AnyEvent]] = {}
    for one in happened:
        label = getattr(one, "session", None)
        if label is not None:
            found.setdefault(label, []).append(one)
    return found


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(Counter(map(safe, values)))
