"""Subject labels that may be accession IDs, and what the destination's server says of them."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from xnat_ferry.labels import like_an_id
from xnat_ferry.listing import Listing


class SubjectIdsSeen(Struct, frozen=True, kw_only=True):
    """What was asked; of a label in neither nothing is known."""

    owners: Mapping[str, str] = {}
    """By label, the project of the subject that has it as its accession ID; "" where none is shown."""
    own: frozenset[str] = frozenset()
    """Labels, in lower case, of subjects of the destination that have no session there."""


def may_be_ids(labels: Iterable[str], there: Listing) -> tuple[str, ...]:
    """Those that may be accession IDs and that no subject with sessions at the destination has as a label."""
    found = [one for one in dict.fromkeys(labels) if like_an_id(one)]
    known = {label.casefold() for label in there.subjects.words} if found else set()
    return tuple(one for one in found if one.casefold() not in known)
