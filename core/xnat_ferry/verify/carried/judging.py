"""What came of resources and values that were carried beside the images, as they compare now: pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from xnat_ferry.belongings import Compared, HeldFile, Level, compare_files, fingerprint, why_not
from xnat_ferry.belongings.values import Value, told_name
from xnat_ferry.model import Mark
from xnat_ferry.settings.redact import plain
from xnat_ferry.verify import likely
from xnat_ferry.verify.verification import CarriedNow, Item, What, count_marks

_RESOURCE = {
    Mark.ONLY_SOURCE: (What.MISSING, likely.RESOURCE_MISSING),
    Mark.DIFFERS: (What.DIGEST, likely.RESOURCE_DIFFERS),
    Mark.UNKNOWN: (What.UNREADABLE, likely.RESOURCE_NO_DIGEST),
}
_VALUE = {
    Mark.ONLY_SOURCE: (What.MISSING, likely.VALUE_DIFFERS),
    Mark.DIFFERS: (What.VALUE, likely.VALUE_DIFFERS),
    Mark.UNKNOWN: (What.UNREADABLE, likely.VALUE_UNREAD),
}


def judge_resource(
    level: Level,
    holder: str,
    scan: str,
    label: str,
    *,
    sent: str,
    files: int,
    here: Iterable[HeldFile] | None,
    there: Iterable[HeldFile] | None,
) -> CarriedNow:
    """A resource as it is there now, beside what was sent.

    ``sent`` is the fingerprint of those ``files``. Where the destination's is another one, the source's own
    listing tells file by file; ``here`` is None where it cannot be asked, ``there`` where there is none.
    """
    there = None if there is None else tuple(there)

    def answer(counts: dict[Mark, int], items: Iterable[Item] = (), note: str = "") -> CarriedNow:
        return CarriedNow(
            level=level, holder=holder, scan=scan, name=label, counts=counts, items=tuple(items), note=note
        )

    def about(mark: Mark, path: str, what: What, cause: str) -> Item:
        return _item(mark, holder, scan, f"{label}/{path}" if path else label, what, cause)

    if there is None:
        missing = about(Mark.ONLY_SOURCE, "", What.MISSING, likely.RESOURCE_MISSING)
        return answer(_so_many(Mark.ONLY_SOURCE, max(files, 1)), [missing])
    if fingerprint(there) == sent and all(one.digest for one in there):
        return answer(_so_many(Mark.SAME, files))
    if here is None:
        unknown = about(Mark.UNKNOWN, "", What.UNREADABLE, likely.RESOURCE_NOT_AS_SENT)
        return answer(_so_many(Mark.UNKNOWN, max(files, 1)), [unknown])
    wanted = [one for one in here if not why_not(one.path)]
    compared: Compared = compare_files(wanted, there)
    changed = fingerprint(wanted) != sent
    note = "The source's is not the one that was carried: it has changed since." if changed else ""
    items = (
        about(mark, path, *_RESOURCE[mark]) for path, mark in compared.marks.items() if mark in _RESOURCE
    )
    return answer(count_marks(compared.marks.values()), items, note)


def judge_values(
    level: Level,
    holder: str,
    kind: str,
    names: Collection[str],
    here: Iterable[Value] | None,
    there: Iterable[Value] | None,
) -> CarriedNow:
    """The values of one kind that were carried, by ``names``; None for an end that cannot be asked.

    None of them is told: items name them only.
    """
    ours = None if here is None else {_name(one): one.text for one in here if one.kind == kind}
    theirs = None if there is None else {_name(one): one.text for one in there if one.kind == kind}
    return judge_fields(level, holder, kind, names, ours, theirs)


def judge_fields(
    level: Level,
    holder: str,
    kind: str,
    names: Collection[str],
    here: Mapping[str, str] | None,
    there: Mapping[str, str] | None,
) -> CarriedNow:
    """The same for what is known by name alone, as an assessor's."""
    marks = dict(_marked(names, here, there))
    return CarriedNow(
        level=level,
        holder=holder,
        name=kind,
        counts=count_marks(marks.values()),
        items=tuple(
            _item(mark, holder, "", name, *_VALUE[mark]) for name, mark in marks.items() if mark in _VALUE
        ),
    )


def not_known(level: Level, holder: str, scan: str, name: str, cause: str) -> CarriedNow:
    """What could not be compared as a whole, with the cause."""
    item = _item(Mark.UNKNOWN, holder, scan, name, What.UNREADABLE, cause)
    return CarriedNow(
        level=level, holder=holder, scan=scan, name=name, counts=_so_many(Mark.UNKNOWN, 1), items=(item,)
    )


def _marked(
    names: Collection[str], here: Mapping[str, str] | None, there: Mapping[str, str] | None
) -> Iterator[tuple[str, Mark]]:
    for name in names:
        if here is None or there is None or name not in here:
            yield name, Mark.UNKNOWN
        elif name not in there:
            yield name, Mark.ONLY_SOURCE
        else:
            yield name, Mark.SAME if here[name] == there[name] else Mark.DIFFERS


def _name(value: Value) -> str:
    """As journals have it."""
    return plain(told_name(value), 80)


def _so_many(mark: Mark, number: int) -> dict[Mark, int]:
    return count_marks(Counter({mark: number}).elements())


def _item(mark: Mark, holder: str, scan: str, file: str, what: What, cause: str) -> Item:
    return Item(
        mark=mark, session=holder, scan=scan, file=file, what=what, source="", destination="", likely=cause
    )
