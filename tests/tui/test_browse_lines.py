"""The browser's lines without a screen: paired, filtered, sorted, opened; and how little work that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import DESTINATION as THERE
from tests.core.making import SOURCE as HERE
from tests.core.making import detail_of, file_row, plan_of, planned, session_row, view, waiting
from xnat_ferry.errors import ServerBusy
from xnat_ferry.model import Level, Mark, ScanRow, SessionDetail, SessionRow, Where
from xnat_ferry.plan import Plan
from xnat_ferry.verify.inspecting import not_inspected
from xnat_ferry.verify.verification import Item, SessionVerification, Verification, What, count_marks
from xnat_ferry_tui.screens.browse.arranging import Order
from xnat_ferry_tui.screens.browse.cells import columns
from xnat_ferry_tui.screens.browse.lists import Lists, Wish
from xnat_ferry_tui.screens.browse.marks import Marks
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE, Kind, Node
from xnat_ferry_tui.screens.browse.picture import Picture
from xnat_ferry_tui.screens.browse.sides import Sides
from xnat_ferry_tui.screens.browse.telling import tell


def labels(lists: Lists, side: int = SOURCE) -> list[str]:
    """Both sides of each line, as names with indent."""
    cells = lists.picture.cells
    titles = columns(40, Order.LABEL)
    outline = lists.outline(side)
    return [
        cells.line(node, side, titles, is_open=outline.is_open(node)).cells[1].rstrip()
        for node in outline.lines
    ]


def listed(
    here: tuple[SessionRow, ...] | None,
    there: tuple[SessionRow, ...] | None = (),
    *,
    details: dict[str, SessionDetail] | None = None,
    proofs: Verification | None = None,
    plan: Plan | None = None,
    wish: Wish = Wish(),  # noqa: B008  frozen
    in_step: bool = True,
    marks: set[str] | None = None,
) -> Lists:
    known = {} if details is None else details
    lists = Lists()
    if not in_step:
        lists.turn(SOURCE)
    lists.ask(SOURCE, wish)
    sides = Sides(view(HERE, here), view(THERE, there), proofs, plan)

    def find(side: int, session_id: str) -> SessionDetail | None:
        return known.get(f"{side}{session_id}")

    lists.take(lists.make(Picture(sides, find, marks or set(), in_step=in_step)))
    lists.lay(None)
    return lists


def place(lists: Lists, label: str, side: int = SOURCE) -> int:
    return next(at for at, name in enumerate(labels(lists, side)) if name.split()[-1] == label)


A, B, C = session_row("A_MR1", "A"), session_row("B_MR1", "B"), session_row("C_CT1", "C")
TWO_SCANS = (ScanRow(id="10", uid="1.10", type="dwi"), ScanRow(id="2", uid="1.2", type="t1"))


def test_a_session_of_another_subject_there_is_not_taken_for_one_of_this_subjects() -> None:
    lists = listed((A,), (replace(A, subject="X"),))
    assert labels(lists) == ["v A", " > A_MR1", "-"]
    assert labels(lists, DESTINATION) == ["-", " > X/A_MR1", "  X"]
    node = lists.outline(SOURCE).lines[2]
    assert "its sessions stand beside the source's" in tell(node, lists.picture, ("", "")).head
    apart = listed((A,), (replace(A, subject="X"),), in_step=False)
    assert labels(apart, DESTINATION) == ["v X", " > A_MR1"]


def test_subjects_hold_their_sessions_and_the_same_label_is_on_one_line() -> None:
    lists = listed((A, C), (replace(A, label="a_mr1"), B))
    assert labels(lists) == ["v A", " > A_MR1", "-", " -", "v C", " > C_CT1"]
    assert labels(lists, DESTINATION) == ["v A", " > a_mr1", "v B", " > B_MR1", "-", " -"]


def test_apart_each_pane_has_only_what_is_its_own() -> None:
    lists = listed((A, C), (A, B), in_step=False)
    assert labels(lists) == ["v A", " > A_MR1", "v C", " > C_CT1"]
    assert labels(lists, DESTINATION) == ["v A", " > A_MR1", "v B", " > B_MR1"]


def test_what_waits_in_the_prearchive_is_told_where_nothing_is_archived() -> None:
    lists = Lists()
    sides = Sides(view(HERE, (A,)), view(THERE, (), (waiting("a_MR1"),)))
    lists.take(lists.make(Picture(sides, lambda side, session_id: None, set(), in_step=True)))
    lists.lay(("not read yet", (waiting("a_MR1"),)))
    assert labels(lists, DESTINATION) == ["-", " (prearchive)", "> PREARCHIVE"]
    assert lists.outline(SOURCE).open(2)
    assert labels(lists) == ["v A", " > A_MR1", "v PREARCHIVE", " -", " not read yet"]
    assert labels(lists, DESTINATION)[-2:] == ["   a_MR1", ""]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("mr1", ["v A", " > A_MR1", "v B", " > B_MR1"]),
        ("b MR", ["v B", " > B_MR1"]),
        ("ct", ["v C", " > C_CT1"]),
        ("nothing", []),
    ],
)
def test_a_filter_wants_every_word_in_label_or_subject(words: str, left: list[str]) -> None:
    assert labels(listed((A, B, C), wish=Wish(words))) == left


def test_a_sort_puts_subjects_by_the_first_of_their_sessions() -> None:
    old, new = replace(A, date="2020-01-01"), replace(C, date="2024-05-06")
    middle = session_row("A_MR2", "A", date="2022-02-02")
    found = listed((old, B, new, middle), wish=Wish("", Order.DATE))
    assert [name for name in labels(found) if ">" in name] == [" > C_CT1", " > A_MR2", " > A_MR1", " > B_MR1"]


def test_what_needs_a_person_is_first_when_sorted_by_state() -> None:
    found = listed((A, B), (B, C), wish=Wish("", Order.STATE))
    assert [name for name in labels(found) if ">" in name] == [" > A_MR1", " > B_MR1"]


def test_a_sort_by_size_has_what_is_not_known_last() -> None:
    small, big = detail_of(B, files=(file_row(size=5),)), detail_of(C, files=(file_row(size=50),))
    found = listed((A, B, C), details={f"0{B.id}": small, f"0{C.id}": big}, wish=Wish("", Order.SIZE))
    assert [name for name in labels(found) if ">" in name] == [" > C_CT1", " > B_MR1", " > A_MR1"]


def test_a_session_opens_to_its_scans_in_the_order_of_numbers_and_those_to_files() -> None:
    files = (file_row("b.dcm", "2"), file_row("a.dcm", "2"), file_row("n.nii", "2", resource="NIFTI"))
    lists = listed((A,), details={f"0{A.id}": detail_of(A, *TWO_SCANS, files=files)})
    outline = lists.outline(SOURCE)
    assert outline.open(1)
    assert labels(lists) == ["v A", " v A_MR1", "   > 2 t1", "   > 10 dwi"]
    assert outline.open(2)
    assert labels(lists)[3:6] == ["      a.dcm", "      b.dcm", "      NIFTI/n.nii"]
    assert outline.close(4) == 2  # from a file to its scan
    assert outline.close(2) == 2
    assert outline.close(2) == 1
    assert outline.close(1) == 1
    assert labels(lists) == ["v A", " > A_MR1"]


def test_what_is_not_read_yet_is_told_and_what_was_open_stays_open_once_it_is() -> None:
    known: dict[str, SessionDetail] = {}
    lists = listed((A,), details=known)
    assert lists.outline(SOURCE).open(1)
    assert labels(lists)[2:] == ["   not read"]
    known[f"0{A.id}"] = detail_of(A)
    lists.lay(None)
    assert labels(lists)[2:] == ["   > 1 t1"]


def test_scans_are_paired_by_series_and_not_by_a_number_that_means_another_series() -> None:
    there = detail_of(A, ScanRow(id="7", uid="1.10", type="dwi"), ScanRow(id="2", uid="9.9", type="other"))
    lists = listed((A,), (A,), details={f"0{A.id}": detail_of(A, *TWO_SCANS), f"1{A.id}": there})
    lists.outline(SOURCE).open(1)
    assert labels(lists)[2:] == ["   > 2 t1", "   -", "   > 10 dwi"]
    assert labels(lists, DESTINATION)[2:] == ["   -", "   > 2 other", "   > 7 dwi"]


def proof(*items: Item, label: str = "A_MR1", there: str = "") -> Verification:
    one = SessionVerification(
        source=label,
        destination=there or label,
        where=Where.ARCHIVE,
        level=Level.IDENTITY,
        counts=count_marks([Mark.SAME, *(item.mark for item in items)]),
        items=items,
    )
    return Verification(level=Level.IDENTITY, sessions=(one,))


def item(scan: str, file: str, mark: Mark = Mark.DIFFERS) -> Item:
    return Item(
        mark=mark,
        session="A_MR1",
        scan=scan,
        file=file,
        what=What.SIZE,
        source="",
        destination="",
        likely="",
    )


def marks_of(lists: Lists) -> dict[str, str]:
    cells = lists.picture.cells
    return {
        name.split()[-1]: str(cells.mark(node) or "")
        for name, node in zip(labels(lists), lists.outline(SOURCE).lines, strict=True)
    }


PLAN = plan_of(planned("A_MR1"))
"""Of scan 1."""


def test_scans_and_files_have_the_marks_of_the_verification_and_only_if_they_travelled() -> None:
    both = detail_of(A, ScanRow(id="1", uid="1.1"), ScanRow(id="5", uid="1.5"))
    both = replace(both, files=(file_row("x.dcm", "1"), file_row("y.dcm", "1"), file_row("z.dcm", "5")))
    known = {f"0{A.id}": both, f"1{A.id}": both}
    lists = listed((A,), (A,), details=known, proofs=proof(item("1", "y.dcm")), plan=PLAN)
    for label in ("A_MR1", "5", "1"):
        lists.outline(SOURCE).open(place(lists, label))
    found = marks_of(lists)
    assert found["A_MR1"] == "*"
    assert (found["1"], found["x.dcm"], found["y.dcm"]) == ("*", "=", "*")
    assert (found["5"], found["z.dcm"]) == ("?", "?")
    unread = ServerBusy(server="https://b.example", what="GET /data", status=503, said="")
    nothing = not_inspected("A_MR1", "A_MR1", Level.IDENTITY, unread)
    lists = listed((A,), (A,), details=known, proofs=Verification(level=Level.IDENTITY, sessions=(nothing,)))
    for label in ("A_MR1", "1"):
        lists.outline(SOURCE).open(place(lists, label))
    found = marks_of(lists)
    assert not {"=", "~"} & set(found.values()), found


def test_a_renamed_session_stands_beside_what_it_became() -> None:
    became = session_row("S_A", "S")
    lists = listed((A,), (became,), proofs=proof(there="S_A"), plan=PLAN)
    assert labels(lists) == ["v A", " > A_MR1", "-"]
    assert labels(lists, DESTINATION) == ["-", " > S/S_A", "  S"]
    assert marks_of(lists)["A_MR1"] == "="


def test_a_session_made_anew_under_the_same_label_is_not_proven() -> None:
    found = proof()
    found = replace(found, sessions=(replace(found.sessions[0], destination_id="XNAT_old"),))
    assert marks_of(listed((A,), (A,), proofs=found))["A_MR1"] == "?"


def test_marks_are_turned_cleared_and_taken_back() -> None:
    marks = Marks(set())
    marks.turn(["a"])
    marks.turn(["a", "b"])
    assert marks.labels == {"a", "b"}
    marks.turn(["a", "b"])
    assert marks.labels == set()
    assert marks.undo()
    assert marks.labels == {"a", "b"}
    marks.clear()
    marks.undo()
    marks.undo()
    assert marks.labels == {"a"}
    marks.undo()
    assert not marks.undo()


ROWS = st.lists(
    st.tuples(st.sampled_from("ABCab"), st.sampled_from("XYZxy")),
    max_size=12,
    unique_by=lambda one: one[1].lower(),
).map(lambda found: tuple(session_row(label, subject) for subject, label in found))


@given(
    ROWS, ROWS, st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=20), st.sampled_from(Order)
)
def test_opening_and_closing_is_the_same_as_laying_anew(
    here: tuple[SessionRow, ...], there: tuple[SessionRow, ...], steps: list[tuple[bool, int]], order: Order
) -> None:
    known = {f"{side}{row.id}": detail_of(row) for side, rows in enumerate((here, there)) for row in rows}
    lists = listed(here, there, details=known, wish=Wish("", order))
    outline = lists.outline(SOURCE)
    for opens, at in steps:
        if at < len(outline.lines):
            outline.open(at) if opens else outline.close(at)
    spliced = list(outline.lines)
    lists.lay(None)
    assert list(outline.lines) == spliced


@given(ROWS, ROWS)
def test_every_session_is_on_exactly_one_line_of_its_side(
    here: tuple[SessionRow, ...], there: tuple[SessionRow, ...]
) -> None:
    lines = listed(here, there).outline(SOURCE).lines
    sessions = [node for node in lines if node.kind == Kind.SESSION]
    for side, rows in ((SOURCE, here), (DESTINATION, there)):
        found = [node.on(side) for node in sessions if node.on(side) is not None]
        assert sorted(row.label for row in rows) == sorted(row.label for row in found)  # type: ignore[union-attr]
    assert len({node.key for node in lines}) == len(lines)


@given(ROWS, ROWS)
def test_lines_are_the_subjects_and_sessions_of_both_sides_in_order(
    here: tuple[SessionRow, ...], there: tuple[SessionRow, ...]
) -> None:
    own, other = ({row.label.lower(): row for row in rows} for rows in (here, there))
    subjects = [{row.subject.lower() for row in rows} for rows in (here, there)]
    under = {label: (own.get(label) or other[label]).subject.lower() for label in {*own, *other}}
    wanted: list[object] = []
    for subject in sorted({*subjects[0], *subjects[1]}):
        wanted.append((subject, subject in subjects[0], subject in subjects[1]))
        wanted += [(own.get(one), other.get(one)) for one in sorted(under) if under[one] == subject]
    found = [
        (node.key[1:], node.left is not None, node.right is not None)
        if node.kind == Kind.SUBJECT
        else (node.left, node.right)
        for node in listed(here, there).outline(SOURCE).lines
    ]
    assert found == wanted


def test_opening_a_line_touches_no_other_line() -> None:
    rows = tuple(session_row(f"S{number:05}", f"P{number // 10}") for number in range(20_000))
    known = {f"0{rows[0].id}": detail_of(rows[0])}
    looked = 0

    lists = listed(rows, (), details=known)
    outline = lists.outline(SOURCE)
    inside = outline._inside

    def count(node: Node) -> object:
        nonlocal looked
        looked += 1
        return inside(node)

    outline._inside = count  # type: ignore[assignment]
    outline.open(1)
    outline.close(1)
    outline.close(0)
    outline.open(0)
    assert looked == 1
    assert len(outline.lines) == 22_000
