"""A plan without what proposed labels say of somebody: plan, journal and record repeat them. Pure.

On this machine a session has no label but the one that PatientName and PatientID propose (wire-write 1.9).
Where that tells who somebody is, the session is called from the start as it is called at the destination.
"""

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from xnat_ferry.plan.model import Plan, PlannedSession


def nameless(plan: Plan, telling: Collection[str]) -> Plan:
    """The same plan; ``telling`` are the IDs of sessions whose labels at the source tell who somebody is."""
    taken = {one.session for one in plan.sessions if one.id not in telling}
    names: dict[str, str] = {}
    for one in plan.sessions:
        if one.id in telling:
            name = one.to_session if one.to_session not in taken else one.id
            taken.add(name)
            names[one.session] = name
    if not names:
        return plan
    # the longest first: one may stand in another, and the rest of that would tell as much
    names = {one: names[one] for one in sorted(names, key=len, reverse=True)}
    return replace(
        plan,
        answers={names.get(key, key): answer for key, answer in plan.answers.items()},
        sessions=tuple(_renamed(one, names, told=one.id in telling) for one in plan.sessions),
    )


def _renamed(session: PlannedSession, names: Mapping[str, str], *, told: bool) -> PlannedSession:
    conflicts = tuple(
        replace(one, message=_without(one.message, names), there=_without(one.there, names))
        for one in session.conflicts
    )
    why = _without(session.why, names)
    if not told:
        return replace(session, conflicts=conflicts, why=why)
    name = names[session.session]
    return replace(session, session=name, subject=session.to_subject, conflicts=conflicts, why=why)


def _without(text: str, names: Mapping[str, str]) -> str:
    for label, name in names.items():
        text = text.replace(label, name)
    return text
