"""What goes over the wire to the user's terminal, and what becomes of a connection that is cut."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.making import plan_of
from tests.core.shore import Shore, shore
from tests.tui.picture import Picture
from tests.tui.transfers import STARTED, tell
from tests.tui.wire import Wire
from xnat_ferry import events
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.status import status_of

SSH = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}


@pytest.fixture
def sea(tmp_path: Path) -> Iterator[Shore]:
    with shore(tmp_path) as made:
        yield made


def home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "XNAT_FERRY_TRANSFERS": str(folder / "transfers")}


BUDGETS = (
    # what is done, its keys, and the most bytes that may come of it: twice what was measured
    ("the palette", b"\x10", 7_000),
    ("one line down", b"\x1b[B", 1_000),
    ("closed again", b"\x1b", 6_000),
    ("area 4", b"4", 6_000),
    ("help", b"?", 8_000),
    ("closed", b"\x1b", 6_000),
    ("area 3", b"3", 3_000),
)


def test_each_action_is_worth_its_bytes(tmp_path: Path) -> None:
    folder = transfer_folders.create(tmp_path / "transfers", plan_of())
    tell(folder, STARTED)
    with Wire(environment=home(tmp_path) | SSH) as wire:
        wire.until("CHECKS", "Help")
        wire.until_quiet()
        table = {"first paint": (len(wire.came), 9_000)}
        for name, keys, most in BUDGETS:
            wire.send(keys)
            table[name] = (wire.until_quiet(), most)
        tell(folder, *(retried(unit) for unit in range(40)))
        wire.until("scan 39")
        wire.until_quiet()
        tell(folder, *(retried(unit) for unit in range(40, 50)))
        table["ten lines on top of a log"] = (wire.until_quiet(), 800)
        table["a second of waiting"] = (wire.until_quiet(1.0), 0)
        shown = dict(wire.picture.cells)
        wire.send(b"\x0c")
        table["all of it painted anew"] = (wire.until_quiet(), 7_000)
        assert wire.picture.cells == shown
        wire.send(b"\x11")
        assert wire.process.wait(20) == 0
    for name, (came, most) in table.items():
        print(f"{name:<25} {came:>7,} bytes")
        assert came <= most, table


def retried(unit: int) -> events.AnyEvent:
    return events.TriedAgain(session="A", unit=str(unit), attempt=2, message="It took too long.")


def test_an_arrow_whose_bytes_come_slowly_is_still_an_arrow(tmp_path: Path) -> None:
    with Wire(environment=home(tmp_path) | SSH) as wire:
        wire.until("CHECKS", "Help")
        wire.until_quiet()
        wire.send(b"\x10")
        wire.until("a word of what you want to do")
        wire.until_quiet()
        before = wire.text()
        for byte in (b"\x1b", b"[", b"B"):
            wire.send(byte)
            time.sleep(0.15)  # the slowness is what is tried
        wire.until_quiet()
        assert "a word of what you want to do" in wire.text()  # an Escape would have closed the palette
        assert line_with(">", wire.text()) == line_with(">", before) + 1


def line_with(sign: str, text: str) -> int:
    return next(number for number, line in enumerate(text.splitlines()) if line.strip().startswith(sign))


def test_over_ssh_the_mouse_is_left_to_the_terminal_unless_it_is_wanted(tmp_path: Path) -> None:
    for options, wanted in (((), False), (("--mouse",), True)):
        with Wire(*options, environment=home(tmp_path) | SSH) as wire:
            wire.until("CHECKS", "Help")
            assert (b"\x1b[?1000h" in wire.came) is wanted


def test_a_program_that_was_suspended_paints_all_of_its_screen(tmp_path: Path) -> None:
    with Wire(environment=home(tmp_path)) as wire:
        wire.until("CHECKS", "Help")
        wire.process.send_signal(signal.SIGTSTP)
        end = time.monotonic() + 60
        while b"\x1b[?1049l" not in wire.came:
            assert time.monotonic() < end, "it is not suspended"
            wire.drain(0.05)
        wire.picture = Picture()  # as the terminal has it then
        wire.process.send_signal(signal.SIGCONT)
        wire.until("CHECKS", "Help")


def test_without_colours_none_are_sent(tmp_path: Path) -> None:
    with Wire(environment=home(tmp_path) | {"NO_COLOR": "1"}) as wire:
        wire.until("CHECKS", "Help")
        wire.until_quiet()
        assert b"38;2;" not in wire.came
        assert b"38;5;" not in wire.came
        assert b"48;2;" not in wire.came
        assert b"48;5;" not in wire.came


def test_a_cut_connection_in_the_middle_of_a_transfer_changes_nothing(sea: Shore) -> None:
    sea.make_plan()
    sea.server.set_faults([{"match": "POST /data/services/import", "delay": 6.0, "nth": 1}])
    assert sea.ferry("run", sea.plan, "--detach").returncode == 0
    folder = sea.folder()
    with Wire(environment=sea.environment(**SSH)) as wire:
        wire.until("CHECKS", "Help")
        wire.send(b"3")
        wire.until("RUNNING", "You may close this window")
        wire.hang_up()
        wire.process.wait(10)  # nobody is left behind to read a dead terminal
    assert lock.running(folder)
    end = time.monotonic() + 60
    while lock.running(folder):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert status_of(folder).state == Phase.DONE
    assert sea.waiting("DST") == sea.archived("SRC")
