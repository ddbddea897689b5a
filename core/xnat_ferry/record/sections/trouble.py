"""What did not go as it should: what was left, what failed, what differs."""

from collections.abc import Iterator

from xnat_ferry import wording
from xnat_ferry.record.sections.section import Section, shortened
from xnat_ferry.record.values import Proven, Record

MOST_DIFFERENCES = 200


def not_copied(record: Record) -> Section:
    """What the plan, a filter or the source itself kept from travelling."""
    return Section(title="What was not copied, and why", notes=shortened(_not_copied(record)))


def _not_copied(record: Record) -> Iterator[str]:
    for words in record.left_out:
        yield f"left out: {words}"
    for one in record.sessions:
        if one.outcome == "skipped" or one.fate in ("skip", "undecided"):
            yield f"{one.session}: skipped, {one.why or 'as the plan says'}"
        for left in one.left_behind:
            yield f"{one.session}: left behind: {left}"
        for left in one.left_out:
            yield f"{one.session}: left out: {left}"


def troubles(record: Record) -> Section:
    """What went wrong, and how often something was tried again."""
    return Section(title="Errors and retries", notes=shortened(_troubles(record)))


def _troubles(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.error:
            yield f"{one.session}: {one.error} {one.advice}"
        if one.retries:
            yield f"{one.session}: {wording.plural(one.retries, 'attempt')} failed and was made again"


def differences(record: Record) -> Section:
    """Files that are not simply the same, by place alone: no value of theirs."""
    return Section(title="Differences", notes=shortened(_differences(record), MOST_DIFFERENCES))


def _differences(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.proven:
            yield from _differences_of(one.session, one.proven)


def _differences_of(session: str, proven: Proven) -> Iterator[str]:
    for item in proven.differences:
        place = f"scan {item.scan} {item.file}".rstrip()
        yield f"{session}: {item.mark} {place}: {item.what}. {item.likely}"
    if proven.more:
        yield f"{session}: and {proven.more:,} more"
