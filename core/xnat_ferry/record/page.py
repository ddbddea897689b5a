"""What the record says, section by section: one content for all forms; nothing is escaped yet."""

from collections.abc import Iterator

from xnat_ferry.record.sections.belongings import resources, values
from xnat_ferry.record.sections.planned import answers, checks, seen
from xnat_ferry.record.sections.removals import removals
from xnat_ferry.record.sections.section import Section
from xnat_ferry.record.sections.sessions import archive, assigned, proof, sessions
from xnat_ferry.record.sections.summary import summary
from xnat_ferry.record.sections.trouble import differences, not_copied, troubles
from xnat_ferry.record.values import Record

ORDER = (
    summary,
    sessions,
    proof,
    archive,
    resources,
    values,
    assigned,
    removals,
    not_copied,
    troubles,
    differences,
    answers,
    checks,
    seen,
)


def sections_of(record: Record) -> Iterator[Section]:
    """The sections that have something to say, the first without a title."""
    return (section for write in ORDER if not (section := write(record)).empty)
