"""A listing in columns is the rows it was made of, whatever their texts are."""

from hypothesis import given
from hypothesis import strategies as st

from xnat_ferry.listing import Listing, Texts
from xnat_ferry.model import SessionRow

texts = st.text("aB\nßé\U0001f600 ", max_size=4)
known = st.none() | st.text("aB\n", min_size=1, max_size=3)
rows = st.lists(
    st.builds(
        SessionRow,
        id=texts,
        label=texts,
        subject=texts,
        xsi_type=texts,
        date=texts,
        owner=known,
        study_uid=known,
    ),
    max_size=6,
)


@given(rows)
def test_a_listing_is_its_rows(some: list[SessionRow]) -> None:
    listing = Listing(some)
    assert list(listing) == some
    assert [listing[place] for place in range(len(listing))] == some
    assert [listing[place] for place in range(-len(some), 0)] == some
    assert listing[1:3] == some[1:3]
    assert listing == Listing(iter(some))
    for column in ("ids", "labels", "subjects", "xsi_types", "dates"):
        own = [getattr(row, column.removesuffix("s") if column != "ids" else "id") for row in some]
        assert list(getattr(listing, column)) == own
        assert getattr(listing, column)[1:] == own[1:]


@given(st.lists(texts))
def test_texts_lose_their_case_as_each_of_them_does(some: list[str]) -> None:
    assert list(Texts(some).casefold()) == [one.casefold() for one in some]


def test_very_many_texts_are_told_apart_wherever_one_of_them_looks_like_two() -> None:
    some = [f"a{number}" for number in range(2_500)]
    some[1_700] = "b\nc"
    assert list(Texts(some)) == some
