"""What a key costs in the wizard, with very many sessions chosen and a conflict for every second one.

    python -m tests.bench.wizard [SESSIONS [LISTED]] [--keep]

So many sessions are chosen of those that the source lists. Everything is made here, so that no server's time
is in the numbers; looking again brings what is there already, as new values. What is said is thought over
aside: the table tells for how long nobody was answered meanwhile, and the work of it all. The whole walk is
taken several times, and the middle of each figure is shown. ``--keep`` writes the table into the README
beside this.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from msgspec.structs import replace
from textual.pilot import Pilot

from tests.bench.answering import HEAD, Held, felt, megabytes, press, reached
from tests.bench.measuring import machine
from tests.core.making import DESTINATION, SOURCE, chosen, header_of, session_row, survey_of
from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.errors import NoCredentials
from xnat_ferry.listing import Listing
from xnat_ferry.model import ScanRow, SessionRow
from xnat_ferry.plan.draft import Draft
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.looking import Looking
from xnat_ferry_tui.opening import prepare_interpreter

README = Path(__file__).with_name("README.md")
_KEPT = re.compile(r"(<!-- wizard -->\n).*?(<!-- end of wizard -->)", re.DOTALL)
SESSIONS, LISTED = 10_000, 100_000
_ROUNDS = 2
_SIZE = (120, 40)

Acts = Mapping[str, Sequence[Sequence[str]]]
"""By what is done, the keys for it, each of which is measured by itself; of several the worst is shown."""

_ACTS: Mapping[str, Acts] = {
    "connect": {"the first step": [["5"]], "down": [["j"]]},
    "choose": {
        "the sessions": [["6"]],
        "down, to the end and back": [["j"], ["G"], ["g"]],
        "one unmarked": [["space"]],
        "taken back": [["u"]],
        "a filter, letter by letter": [["slash"], *([one] for one in "s00 mr2")],
        "kept": [["enter"]],
        "no filter, letter by letter": [["slash"], *[["backspace"]] * 7, ["enter"]],
        "all marked": [["a"]],
        "none marked": [["a"]],
        "both taken back": [["u"], ["u"]],
    },
    "checks": {
        "the checklist": [["7"]],
        "down, to the end and back": [["j"], ["G"], ["g"]],
        "next and previous that is not fine": [["n"], ["n"], ["N"]],
        "one looked at again": [["r"]],
        "all looked at again": [["R"]],
    },
    "conflicts": {
        "the conflicts": [["8"]],
        "down, to the end and back": [["j"], ["G"], ["g"]],
        "one skipped": [["s"]],
        "taken back": [["u"]],
        "and again": [["U"]],
        "forgotten": [["g"], ["d"]],
        "another label asked for": [["l"]],
        "and given": [["enter"]],
        "the class skipped": [["S"]],
        "taken back, the class": [["u"]],
        "the class gets other labels": [["L"]],
        "one of them skipped": [["g"], ["s"]],
        "only open ones, and all": [["f"], ["f"]],
        "next and previous": [["n"], ["N"]],
    },
    "labels": {
        "the labels": [["9"]],
        "down, to the end and back": [["j"], ["G"], ["g"]],
        "a rule, letter by letter": [["l"], *([one] for one in "prefix=X_")],
        "taken": [["enter"]],
        "taken back": [["u"]],
        "and again": [["U"]],
        "one by itself": [["enter"], ["A"], ["enter"]],
        "next that collides": [["n"]],
    },
    "review": {
        "the review": [["0"]],
        "a page down": [["pagedown"]],
        "to the archive": [["t"]],
        "another level": [["v"]],
        "a move": [["m"]],
        "back, and on again": [["b"], ["c"]],
        "back to the conflicts": [["8"]],
    },
}


def survey(count: int, listed: int = 0) -> Survey:
    """So many of the listed sessions are chosen; each second label is another study's at the destination."""
    rows = [_row(number) for number in range(max(count, listed))]
    there = tuple(
        replace(row, id=f"XNAT_D{number}", owner="DST", study_uid=f"1.3.{number}")
        for number, row in enumerate(rows[:count])
        if number % 2
    )
    taken = survey_of(*map(_chosen, range(count), rows), there=there)
    return replace(taken, source=replace(taken.source, sessions=Listing(rows)))


def _row(number: int) -> SessionRow:
    subject = sys.intern(f"S{number // 2:05}")
    return session_row(f"{subject}_MR{number % 2 + 1}", subject, study_uid=f"1.2.{number}")


_SAID = {
    "Manufacturer": "SIEMENS",
    "InstitutionName": "Institute",
    "ProtocolName": "t1_mprage_sag_p2_iso",
    "SeriesDescription": "t1_mprage",
    "Modality": "MR",
    "ImageType": "ORIGINAL\\PRIMARY\\M\\ND",
    "BodyPartExamined": "BRAIN",
    "PatientSex": "O",
    "SoftwareVersions": "syngo MR E11",
    "ManufacturerModelName": "Prisma_fit",
    "ScanningSequence": "GR\\IR",
    "SequenceName": "*tfl3d1_16ns",
    "MRAcquisitionType": "3D",
    "TransmitCoilName": "Body",
    "InPlanePhaseEncodingDirection": "ROW",
    "PatientPosition": "HFS",
}
"""What thousands of headers have in common."""
_COMMON = header_of(session_row("", "", study_uid=""), ScanRow(id="1", uid="", type=""), **_SAID).elements


def _chosen(number: int, row: SessionRow) -> Chosen:
    scan = ScanRow(id="1", uid=f"1.2.{number}.1", type="t1")
    own = header_of(row, scan, StudyDescription="").elements
    header = HeaderSample(scan=scan.id, elements=(*own, *_COMMON))
    return replace(chosen(row, scan), headers=(header,))


class NoServer(Looking):
    """Looks again at what is there already: each look brings new values."""

    def look(self, progress: object) -> None:
        """Both projects are listed already."""

    def take(self, survey: Survey) -> None:
        """Take this in as what was found."""
        draft = self._desk.drafting.draft
        assert draft is not None
        self._take(survey, draft, Errand(lambda *_: None))

    def check(self, progress: object) -> None:
        """All anew."""
        survey = self._desk.drafting.survey
        if survey is not None:
            again = tuple(replace(one) for one in survey.chosen)
            self.take(replace(survey, chosen=again, destination=replace(survey.destination)))

    def check_again(self, check: str, progress: object) -> None:
        """Both projects anew."""
        survey = self._desk.drafting.survey
        if survey is not None:
            self.take(replace(survey, destination=replace(survey.destination)))


class Wizard(FerryApp):
    """The application on area 1."""


def desk_of(taken: Survey, place: Path) -> Desk:
    """A desk with both projects listed and the survey's sessions chosen."""

    def nobody(server: str) -> Credentials:
        raise NoCredentials(server=server)

    desk = Desk(transfers=place / "t", spool=place / "s", find=nobody, draft_file=place / "draft.json")
    desk.ends = (SOURCE, DESTINATION)
    desk.source, desk.destination = taken.source, taken.destination
    ids = tuple(one.row.id for one in taken.chosen)
    desk.drafting.begin(desk.ends, Draft(source=SOURCE, destination=DESTINATION, sessions=ids))
    return desk


async def walk(taken: Survey, found: Callable[[str, Held], None]) -> None:
    """Through all steps once."""
    with tempfile.TemporaryDirectory() as folder:
        desk = desk_of(taken, Path(folder))
        looking = NoServer(desk)
        app = Wizard(desk, looking=looking)
        async with app.run_test(size=_SIZE) as pilot:
            await reached(pilot, lambda: not desk.busy)
            async with felt() as held:
                app.do("Judging.", lambda: looking.take(taken))
                await reached(pilot, lambda: not desk.busy)
            found("the first judgement", held)
            for step, acts in _ACTS.items():
                for name, keys in acts.items():
                    found(f"{step}: {name}", await worst(pilot, desk, keys))
        desk.drafting.keeper.wait()


async def worst(pilot: Pilot[None], desk: Desk, keys: Sequence[Sequence[str]]) -> Held:
    """Press one after the other, each until what it leads to is there."""

    def rests() -> bool:
        return not desk.busy and not (desk.drafting.fresh and desk.drafting.must_judge)

    all_held = [await press(pilot, *one, until=rests) for one in keys]
    return Held(
        max(one.longest for one in all_held),
        max(one.busiest for one in all_held),
        max(one.work for one in all_held),
    )


async def measure(count: int, listed: int) -> str:
    """Walk through the steps; the table of what it took."""
    prepare_interpreter()
    taken = survey(count, listed)
    held: dict[str, list[Held]] = defaultdict(list)
    memory = 0.0
    for _ in range(_ROUNDS):
        await walk(taken, lambda name, one: held[name].append(one))
        memory = memory or megabytes()
    return "\n".join(
        [
            f"{count:,} sessions chosen of {listed:,}, a conflict for every second one. {machine()}, "
            f"under a load of {os.getloadavg()[1]:.0f}.",
            "",
            *HEAD,
            *(_middle(some).row(name) for name, some in held.items()),
            "",
            f"{memory:.0f} MB in memory after the first walk, the survey included.",
            "",
        ]
    )


def _middle(some: Sequence[Held]) -> Held:
    return Held(*(median(getattr(one, name) for one in some) for name in ("longest", "busiest", "work")))


def keep(text: str) -> None:
    """Put the table in the place of the last one."""
    kept = README.read_text("utf-8")
    README.write_text(_KEPT.sub(lambda found: found[1] + text + found[2], kept), "utf-8")


def main() -> None:
    """Measure, print, and keep where that is asked for."""
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    count = numbers[0] if numbers else SESSIONS
    text = asyncio.run(measure(count, numbers[1] if len(numbers) > 1 else max(LISTED, count)))
    print(text)
    if "--keep" in sys.argv:
        keep(text)


if __name__ == "__main__":
    main()
