"""What the plan was made from: answers to conflicts, checks, the destination as it was then."""

from collections.abc import Iterator

from xnat_ferry.checks import ConflictClass
from xnat_ferry.record.sections.section import Section
from xnat_ferry.record.values import Record


def answers(record: Record) -> Section:
    """Those that were given to all of a kind, then what each session met."""
    rows = [
        (name, answer, "all of this kind" if name in set(ConflictClass) else "")
        for name, answer in record.answers.items()
    ]
    rows += [
        (one.session, answer or "none", f"{kind}, met by this session")
        for one in record.sessions
        for kind, answer in one.conflicts
    ]
    return Section(
        title="Answers to conflicts", head=("conflict or session", "answer", "about"), rows=tuple(rows)
    )


def checks(record: Record) -> Section:
    """Their verdicts alone: findings may name persons."""
    return Section(
        title="What the checks said",
        head=("check", "verdict", "kind", "findings#"),
        rows=tuple((one.check, one.verdict, one.kind, str(one.findings)) for one in record.checks),
    )


def seen(record: Record) -> Section:
    """Its settings; what nobody could read is not named."""
    return Section(title="The destination when the plan was made", facts=tuple(_seen(record)))


def _seen(record: Record) -> Iterator[tuple[str, str]]:
    seen = record.seen
    for name, value in (
        ("Prearchive code", seen.prearchive_code),
        ("Quarantine", seen.quarantine),
        ("Site's anonymisation script", seen.site_script),
        ("Project's anonymisation script", seen.project_script),
        ("Site's series filter", seen.site_filter),
        ("Project's series filter", seen.project_filter),
        ("Role of the account", seen.role),
    ):
        if value is not None:
            yield name, str(value)
