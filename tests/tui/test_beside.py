"""Two headers of one file laid beside each other: what differs, what scripts changed, and nothing unasked."""

from tests.tui.looking import screen_text, until, until_shown
from xnat_ferry.dicom.header_lines import HeaderLine
from xnat_ferry.verify.header_lines import lay_beside
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.dialogs.beside import BesideView


def element(tag: int, value: str, depth: int = 0, identifying: bool = False) -> HeaderLine:
    return HeaderLine(tag=tag, keyword=f"K{tag}", vr="LO", value=value, depth=depth, identifying=identifying)


def test_headers_are_paired_by_their_tags_and_within_sequences_by_their_order() -> None:
    sent = [
        element(1, "a"),
        element(5, "2 items"),
        element(7, "x", 1),
        element(7, "y", 1),
        element(9, "only"),
    ]
    there = [
        element(1, "b"),
        element(5, "2 items"),
        element(7, "x", 1),
        element(7, "z", 1),
        element(3, "new"),
    ]
    found = [
        (one.line.tag, one.differs, one.sent is None, one.there is None) for one in lay_beside(sent, there)
    ]
    assert found == [
        (1, True, False, False),
        (3, True, True, False),
        (5, False, False, False),
        (7, False, False, False),
        (7, True, False, False),
        (9, True, False, True),
    ]


async def test_values_that_may_identify_somebody_are_hidden_until_they_are_asked_for(
    empty_desk: Desk,
) -> None:
    found = lay_beside(
        [element(1, "Doe^Jane", identifying=True), element(2, "MR"), element(3, "one")],
        [element(1, "001", identifying=True), element(2, "MR"), element(3, "two")],
    )
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(BesideView("A scan 1 a.dcm", found, ("K1",)))
        text = await until_shown(
            pilot, "3 elements, 2 not the same, 1 of them changed as planned", "(hidden)"
        )
        assert "\n~ " in text, "a script of the destination was seen to change it"
        assert "\n* " in text
        assert "Doe^Jane" not in text
        assert "MR" not in text
        await pilot.press("i", "e")
        await until_shown(pilot, "Doe^Jane", "001", "MR")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert "Doe^Jane" not in screen_text(app)
