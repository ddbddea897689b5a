"""Filtering the source's sessions letter by letter leaves what filtering them at once leaves."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import session_row
from xnat_ferry.listing import Listing
from xnat_ferry.model import SessionRow
from xnat_ferry_tui.screens.wizard.sought import sought

letters = st.text("aAb1 ", max_size=6)
rows = st.lists(
    st.builds(session_row, st.text("aAb1_", max_size=4), st.text("aAb1_", max_size=3)), max_size=6
)


@given(rows, letters)
def test_each_letter_narrows_what_the_letters_before_it_left(some: list[SessionRow], typed: str) -> None:
    among, ready = None, sought(Listing(some))
    for end in range(len(typed) + 1):
        among = ready.having(typed[:end], among)
        assert list(among.shown) == list(ready.having(typed[:end]).shown)
        words = typed[:end].lower().split()
        told = [(row, f"{row.subject} {row.label}".lower()) for row in some]
        assert [some[at] for at in among.shown] == [
            row for row, text in told if all(word in text for word in words)
        ]


def test_a_letter_taken_back_brings_back_what_it_hid() -> None:
    ready = sought(Listing([session_row("A"), session_row("B")]))
    fewer = ready.having("a")
    assert list(fewer.shown) == [0]
    assert list(ready.having("", fewer).shown) == [0, 1]
