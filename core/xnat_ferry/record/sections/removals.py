"""What was removed from the source, by whose word, and what was kept there."""

from collections.abc import Iterator

from xnat_ferry import wording
from xnat_ferry.record.sections.section import Section, shortened
from xnat_ferry.record.values import Record


def removals(record: Record) -> Section:
    """A row for each session that is gone there, and the orders that were given."""
    rows = tuple(
        (
            one.session,
            {"delete": "deleted", "unshare": "un-shared"}[one.removed.how],
            one.removed.at + (" (found so after an interruption)" if one.removed.found else ""),
            {None: "not yet looked", True: "gone", False: "STILL THERE"}[one.removed.gone],
            one.removed.verdict or "not yet looked",
            one.removed.listing,
        )
        for one in record.sessions
        if one.removed
    )
    return Section(
        title="Removed from the source",
        head=("session", "how", "when", "at the source", "at the destination", "SHA-256 of its file list"),
        rows=rows,
        notes=shortened(_removal_notes(record)),
    )


def _removal_notes(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.removed and one.removed.workflows:
            yield f"{one.session} was deleted although {one.removed.workflows}"
    for order in record.ordered:
        more = " Un-sharing was wished." if order.unshare else ""
        more += " Deleting subjects left empty was wished." if order.subjects else ""
        more += " Deleting in spite of workflows was wished." if order.despite_workflows else ""
        count = wording.plural(len(order.sessions), "session")
        place = " from the prearchive" if order.waiting else ""
        yield f"{order.at}: '{order.typed}' was given to have {count} removed{place}.{more}"
    for one in record.sessions:
        if one.kept:
            yield one.kept
    for subject, gone in record.empty_subjects.items():
        yield f"Subject {subject} has no session left" + (" and was deleted." if gone else "; it is kept.")
