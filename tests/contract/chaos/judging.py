"""The judge: compares what a transfer claims with what really lies on the server. Pure."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.contract.chaos.evidence import Evidence, Moment, files_of, key_of, name_of
from tests.contract.chaos.late import came_late, late_uploads, opened_again
from tests.contract.chaos.scenario import Scenario, Session

_OPEN = ("RECEIVING", "RECEIVING_INTERRUPT")


def judge(evidence: Evidence) -> list[str]:
    """Every rule that is broken, in a sentence; none where all is well."""
    broken = [text for moment in evidence.moments for text in _at(evidence, moment)]
    broken += _in_the_end(evidence)
    broken += [text for moment in evidence.settled for text in _deleted_rightly(evidence, moment)]
    broken += _moved(evidence)
    return list(dict.fromkeys(broken))


# At any moment


def _at(evidence: Evidence, moment: Moment) -> Iterator[str]:
    before = evidence.before
    if moment.source != before.source:
        yield "the source is not what it was"
    if moment.unassigned != before.unassigned:
        yield "something lies in the unassigned prearchive"
    yield from _untouched(evidence, moment)
    yield from _all_verified(evidence, moment)
    yield from _nothing_twice(evidence, moment)
    for session in evidence.scenario.sessions:
        claim = moment.claims.get(session.label, "open")
        if claim.startswith("done"):
            where, late = claim.removeprefix("done "), came_late(evidence, moment, session)
            yield from _really_there(evidence, moment, session, where, may_be_open=late)


def _untouched(evidence: Evidence, moment: Moment) -> Iterator[str]:
    """What was at the destination before, and is nobody's to change; half a session may only grow."""
    for kind in ("sessions", "prearchive"):
        there = {key_of(one): one for one in moment.destination[kind]}
        for one in evidence.before.destination[kind]:
            now = there.get(key_of(one))
            same = now == one
            if now is not None and name_of(one) in _halves(evidence):
                same = all(file in files_of(now) for file in files_of(one))
            if not same:
                yield f"{key_of(one)} was at the destination before and is not what it was"


def _fresh(evidence: Evidence, moment: Moment) -> list[tuple[str, dict[str, Any]]]:
    """What has come to the destination, or was half there, with where it lies."""
    found = []
    for kind, where in (("sessions", "archive"), ("prearchive", "prearchive")):
        before = evidence.before.destination[kind]
        old = {key_of(one) for one in before if name_of(one) not in _halves(evidence)}
        found += [(where, one) for one in moment.destination[kind] if key_of(one) not in old]
    return found


def _all_verified(evidence: Evidence, moment: Moment) -> Iterator[str]:
    """Nothing came that is not, pixel for pixel, what the plan takes from the source."""
    if evidence.scenario.stored_wrong:
        return  # the server turned the byte itself, after it had come right
    good = {uid: one for session in _travelling(evidence) for uid, one in _planned(evidence, session).items()}
    exact = not evidence.scenario.site_script and not evidence.scenario.project_script
    for where, one in _fresh(evidence, moment):
        for file in files_of(one):
            known = good.get(file["sop_instance_uid"])
            if known is None:
                yield f"{file['path']} of {key_of(one)} in the {where} was never to be sent"
            elif known["pixel_md5"] != file["pixel_md5"] or (exact and known["md5"] != file["md5"]):
                yield f"{file['path']} of {key_of(one)} in the {where} is not what the source has"


def _proper(evidence: Evidence, moment: Moment) -> list[tuple[str, dict[str, Any]]]:
    """The same without second rows of sessions of which an upload came late, as far as they are told of."""
    late = {one.to_label for one in evidence.scenario.sessions if late_uploads(evidence, one)}
    told = [row for one in evidence.verify.get("sessions", ()) for row in one.get("beside") or ()]
    told += [event["row"] for event in evidence.journal if event.get("event") == "RowBeside"]
    beside = {"/".join(row.split("/")[-2:]) for row in told}
    return [
        (where, one)
        for where, one in _fresh(evidence, moment)
        if where == "archive" or key_of(one) not in beside or name_of(one) not in late
    ]


def _nothing_twice(evidence: Evidence, moment: Moment) -> Iterator[str]:
    fresh = _proper(evidence, moment)
    names = Counter(name_of(one) for _, one in fresh)
    planned = {session.to_label for session in _travelling(evidence)}
    # what completes a session waits beside it until it is done
    done = {
        one.to_label for one in _travelling(evidence) if moment.claims.get(one.label, "").startswith("done")
    }
    growing = _halves(evidence) - done
    for name, count in names.items():
        if name not in planned:
            yield f"{name} is at the destination and nobody planned it"
        elif count > (2 if name in growing else 1):
            yield f"{name} is at the destination {count} times"
    uids = Counter(file["sop_instance_uid"] for _, one in fresh for file in files_of(one))
    for uid, count in uids.items():
        if count > 1:
            yield f"the instance {uid} is at the destination {count} times"


def _really_there(
    evidence: Evidence, moment: Moment, session: Session, where: str, *, may_be_open: bool = False
) -> Iterator[str]:
    """A session that is called done is there file by file, under the labels of the plan."""
    claimed = f"{session.label} is called done in the {where}"
    found = [
        one for place, one in _proper(evidence, moment) if place == where and name_of(one) == session.to_label
    ]
    if len(found) != 1:
        yield f"{claimed} and is there {len(found)} times"
        return
    (one,) = found
    study = _source(evidence, session)["study_uid"]
    if (one["subject"], one["study_uid"]) != (session.to_subject, study):
        yield f"{claimed} but under the subject {one['subject']} with the study {one['study_uid']}"
    if where == "prearchive" and one["status"] not in ("READY", *(_OPEN if may_be_open else ())):
        yield f"{claimed} but is {one['status']}"
    wanted, there = _planned(evidence, session), {file["sop_instance_uid"]: file for file in files_of(one)}
    lost = wanted.keys() - there.keys()
    if lost:
        yield f"{claimed} but {len(lost)} of {len(wanted)} files are missing"
    turned = [
        uid for uid in wanted.keys() & there.keys() if wanted[uid]["pixel_md5"] != there[uid]["pixel_md5"]
    ]
    if turned:
        yield f"{claimed} but {len(turned)} files have other pixels"


# In the end


def _in_the_end(evidence: Evidence) -> Iterator[str]:
    if None in evidence.codes:
        yield "a worker never ended"
    if 70 in evidence.codes:
        yield "a worker met a fault of its own"
    if not evidence.journal:
        yield "there is no journal"
        return
    fates = evidence.fates()
    for session in evidence.scenario.sessions:
        yield from _as_expected(evidence, session, fates[session.label])
    yield from _code(evidence, fates)
    yield from _status(evidence, fates)
    yield from _proofs(evidence, fates)
    if evidence.left_behind:
        yield f"{', '.join(evidence.left_behind)} was left behind"
    for name in evidence.leaks:
        yield f"{name} holds a password or a patient's name"


def _as_expected(evidence: Evidence, session: Session, fate: str) -> Iterator[str]:
    """On a server that is well, what can be done is done, and the rest is refused."""
    wanted = expected(evidence.scenario, session)
    if fate not in wanted:
        why = next((one["message"] for one in reversed(evidence.journal) if "message" in one), "")
        yield f"{session.label} ended {fate} and not {' or '.join(sorted(wanted))}: {why}"


def expected(scenario: Scenario, session: Session) -> set[str]:
    """The fates that are right for a session in the end."""
    if session.skipped:
        return {"skipped"}
    if session.blocked:
        return {"failed"}
    done = {f"done {scenario.to}"}
    return done if _provable(scenario, session) else {*done, "failed"}


def _provable(scenario: Scenario, session: Session) -> bool:
    chosen = [scan for scan in session.scans if scan.chosen]
    dropped = scenario.filtered and any(scan.description == "loc" for scan in chosen)
    return not (dropped or scenario.stored_wrong)


def _code(evidence: Evidence, fates: dict[str, str]) -> Iterator[str]:
    wanted = 1 if "failed" in fates.values() else 0
    if evidence.codes[-1] != wanted:
        yield f"the last worker ended with {evidence.codes[-1]} and not {wanted}"


def _status(evidence: Evidence, fates: dict[str, str]) -> Iterator[str]:
    said = evidence.status
    counted = {
        "done": sum(fate.startswith(("done", "skipped")) for fate in fates.values()),
        "failed": sum(fate == "failed" for fate in fates.values()),
        "waiting": 0,
        "running": 0,
    }
    if said.get("sessions") != counted:
        yield f"status counts {said.get('sessions')} and not {counted}"
    state = "failed" if counted["failed"] else "done"
    if said.get("state") != state:
        yield f"status says {said.get('state')} and not {state}"


def _proofs(evidence: Evidence, fates: dict[str, str]) -> Iterator[str]:
    """``verify`` and ``record`` prove what is called done, and nothing that is not so."""
    for name, said in (("verify", evidence.verify), ("record", evidence.record.get("verification") or {})):
        proven = _proven(said)
        for label in fates:
            if fates[label].startswith("done") and label not in proven:
                yield f"{name} does not prove {label}, which is called done"
        yield from _rightly_proven(evidence, name, said, evidence.moments[-1])
    if evidence.between is not None:
        moment = evidence.moments[-2]
        yield from _rightly_proven(evidence, "verify, once opened again", evidence.between, moment)
        told = {one["source"] for one in evidence.between.get("sessions", ())}
        for label in sorted(opened_again(evidence, moment) - told):
            yield f"verify says nothing of {label}, which was opened again"


def _rightly_proven(evidence: Evidence, name: str, said: dict[str, Any], moment: Moment) -> Iterator[str]:
    """What is proven is there, and closed: no late upload is a reason to say so of what is open."""
    by_label = {session.label: session for session in evidence.scenario.sessions}
    for label, one in _proven(said).items():
        for text in _really_there(evidence, moment, by_label[label], one["where"]):
            yield f"{name}: {text}"


def _proven(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["source"]: one for one in said.get("sessions", ()) if one["verdict"] == "proven"}


# A move


def _deleted_rightly(evidence: Evidence, moment: Moment) -> Iterator[str]:
    """What is gone at the source is complete in the archive; the rest is as it was, here and there."""
    there = {one["label"]: one for one in moment.source["sessions"]}
    for session in evidence.scenario.sessions:
        if session.label in there:
            if there[session.label] != _source(evidence, session):
                yield f"{session.label} was kept at the source and is not what it was"
        elif not _may_go(evidence, session):
            yield f"{session.label} is deleted at the source, which must not be"
        else:
            yield from _really_there(evidence, moment, session, "archive")
    end = evidence.moments[-1]
    if moment.destination != end.destination:
        yield "settling changed something at the destination"
    left = {one["subject"] for one in moment.source["sessions"]}
    if not left <= {one["label"] for one in moment.source.get("subjects", ())}:
        yield "a subject is deleted that has a session"


def _moved(evidence: Evidence) -> Iterator[str]:
    """On a server that is well, all that may go has gone."""
    if None in evidence.settling_codes or 70 in evidence.settling_codes:
        yield f"the workers that delete ended with {evidence.settling_codes}"
    if evidence.settled:
        there = {one["label"] for one in evidence.settled[-1].source["sessions"]}
        # what some other tool brought may have other headers, and is then no proof of the source
        mine = [one for one in evidence.scenario.sessions if one.taken != "half"]
        kept = [one.label for one in mine if one.label in there and _may_go(evidence, one)]
        if kept:
            yield f"{', '.join(kept)} could be deleted at the source and was kept"


def _may_go(evidence: Evidence, session: Session) -> bool:
    """Done in the archive, and nothing of it was left behind."""
    whole = all(scan.chosen and not scan.note for scan in session.scans)
    return whole and evidence.moments[-1].claims.get(session.label) == "done archive"


# What a state holds


def _travelling(evidence: Evidence) -> list[Session]:
    return [session for session in evidence.scenario.sessions if not session.skipped]


def _halves(evidence: Evidence) -> set[str]:
    return {session.to_label for session in evidence.scenario.sessions if session.taken == "half"}


def _source(evidence: Evidence, session: Session) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in evidence.before.source["sessions"] if one["label"] == session.label]
    return found


def _planned(evidence: Evidence, session: Session) -> dict[str, dict[str, Any]]:
    """The instances that shall travel, by SOPInstanceUID."""
    chosen = {scan.id for scan in session.scans if scan.chosen}
    scans = [scan for scan in _source(evidence, session)["scans"] if scan["id"] in chosen]
    files = [file for scan in scans for file in files_of({"scans": [scan]})]
    return {file["sop_instance_uid"]: file for file in files if file["sop_instance_uid"]}
