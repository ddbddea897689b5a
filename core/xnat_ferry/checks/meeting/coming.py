"""A session on its way, as far as it matters to what it meets."""

from msgspec import Struct

from xnat_ferry.labels import Labels
from xnat_ferry.model import SessionDetail
from xnat_ferry.survey import Chosen


class Coming(Struct, frozen=True, kw_only=True):
    """One session and what it will be called; "" means not known."""

    id: str
    session: str
    """Its label at the source."""
    subject: str
    to: Labels
    """Its labels at the destination."""
    study: str = ""
    modality: str = ""
    date: str = ""
    detail: SessionDetail | None = None
    counterparts: tuple[SessionDetail, ...] = ()
    """What the destination holds of the same study."""
    stays: bool = False
    """Whether it is shared or relocated: then it is added to nothing, and meets no archiver."""

    @property
    def label(self) -> str:
        """The label at the destination as XNAT compares it (wire-write 3.1)."""
        return self.to.session.casefold()


def coming(chosen: Chosen, to: Labels, *, stays: bool = False) -> Coming:
    """A chosen session under the labels that it shall get; ``stays`` where it is shared or relocated."""
    row = chosen.row
    return Coming(
        id=row.id,
        session=row.label,
        subject=row.subject,
        to=to,
        study=chosen.study_uid,
        modality=row.modality,
        date=row.date,
        detail=chosen.detail,
        counterparts=chosen.counterparts,
        stays=stays,
    )
