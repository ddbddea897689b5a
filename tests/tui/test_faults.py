"""A fault of our own shows its kind and its place, and nothing that was in memory."""

import pytest

from tests.core.making import DESTINATION, SOURCE
from tests.tui.looking import until, until_shown
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.faults import in_few_words

SECRET = "Doe^Jane"


async def test_a_crash_prints_no_variables(
    empty_desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(self: FerryApp) -> None:
        patient = SECRET
        raise KeyError(patient)

    monkeypatch.setattr(FerryApp, "action_help", fall_over)
    app = FerryApp(empty_desk)
    with pytest.raises(KeyError):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("f1")
    said = "".join(capsys.readouterr())
    assert "A fault in xnat-ferry itself (KeyError" in said
    assert "xnat-ferry status" in said
    assert SECRET not in said
    assert app.return_code == 70


async def test_a_fault_in_a_thread_leaves_the_screen_usable(empty_desk: Desk) -> None:
    def work() -> None:
        raise ValueError(SECRET)

    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.do("Working.", work)
        text = await until_shown(pilot, "A fault in xnat-ferry itself")
        assert SECRET not in text
        assert empty_desk.busy == ""
        await pilot.press("2")
        await until_shown(pilot, "2 BROWSE")


async def test_what_begins_by_itself_does_not_begin_again_after_a_fault(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    def fall_over(check: str, errand: object) -> None:
        begun.append(check)
        raise ValueError(SECRET)

    empty_desk.ends = (SOURCE, DESTINATION)
    app = FerryApp(empty_desk)
    monkeypatch.setattr(app.looking, "look", lambda errand: None)
    monkeypatch.setattr(app.looking, "check_again", fall_over)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: not empty_desk.busy)
        await pilot.press("7")
        await until_shown(pilot, "7 CHECKS", "Something went wrong. It is a fault of ours")
        await pilot.press("8", "7")
        await until_shown(pilot, "7 CHECKS", "Something went wrong.")
    assert len(begun) == 1


def test_the_words_name_no_folder_of_this_machine() -> None:
    with pytest.raises(AttributeError) as caught:
        in_few_words(None)  # type: ignore[arg-type]
    words = in_few_words(caught.value)
    assert "faults.py, line" in words
    assert "/" not in words
