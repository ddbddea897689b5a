"""Sessions that are named: one that stays by its plan is not called unknown."""

import pytest

from tests.core.making import plan_of, planned
from xnat_ferry.errors import NothingChosen, UnknownSessions
from xnat_ferry.plan import Fate
from xnat_ferry.plan.named import travelling_named
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.transfer import sessions_to_verify

GOES, STAYS = planned("A", id="XNAT_E1"), planned("B", Fate.SKIP, id="XNAT_E2")
PLAN = plan_of(GOES, STAYS)


def test_by_label_or_accession_id_or_all() -> None:
    assert travelling_named(PLAN, ("A",)) == travelling_named(PLAN, ("XNAT_E1",)) == (GOES,)
    assert travelling_named(PLAN, None) == (GOES,)


@pytest.mark.parametrize("name", ["B", "XNAT_E2"])
def test_one_that_stays_is_not_called_unknown(name: str) -> None:
    with pytest.raises(NothingChosen, match=f"leaves {name} where it is"):
        sessions_to_verify(TransferState(PLAN), ("A", name))


def test_one_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownSessions, match="no session called C, D"):
        travelling_named(PLAN, ("D", "A", "C"))
