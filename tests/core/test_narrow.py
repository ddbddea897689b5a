"""A survey of some scans holds those scans alone."""

import pytest

from tests.core.making import chosen, detail_of, file_row, session_row
from xnat_ferry.errors import NothingChosen
from xnat_ferry.model import ScanRow
from xnat_ferry.survey import Chosen
from xnat_ferry.survey.narrow import only_scans

SCANS = (ScanRow(id="1", type="t1"), ScanRow(id="2", type="dwi"), ScanRow(id="3", type="t1"))


@pytest.mark.parametrize(
    ("names", "left"), [((), ["1", "2", "3"]), (("t1",), ["1", "3"]), (("2", "nothing"), ["2"])]
)
def test_scans_go_by_id_or_type(names: tuple[str, ...], left: list[str]) -> None:
    (one,) = only_scans([chosen(session_row(), *SCANS)], names)
    assert one.detail is not None
    assert [scan.id for scan in one.detail.scans] == left
    assert sorted({file.scan for file in one.detail.files or ()}) == left


def test_what_was_not_listed_stays_unlisted() -> None:
    row = session_row()
    detail = detail_of(row, *SCANS, files=(file_row(scan="2"),))
    unread = Chosen(row=session_row("b"), detail=None, problem="500")
    narrowed = only_scans([Chosen(row=row, detail=detail), unread], ("2",))
    assert narrowed[1] == unread


def test_scans_that_nothing_has_are_refused_by_name() -> None:
    with pytest.raises(NothingChosen, match="ID or type nope"):
        only_scans([chosen(session_row(), *SCANS)], ("nope",))
