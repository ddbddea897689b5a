"""What each level finds of planted damage, and that it finds nothing where there is none."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.core.making import dicom_bytes
from tests.core.quay import Quay, quay
from xnat_ferry.errors import NotProven
from xnat_ferry.model import Instance, Level, Mark
from xnat_ferry.project import ProjectSettings
from xnat_ferry.verify import Proof, SessionVerification, likely, prove
from xnat_ferry.verify.examine import lot
from xnat_ferry.xnat import prearchive
from xnat_ferry.xnat.listings import find_session, list_everything

pytestmark = pytest.mark.xdist_group("damage")

MODES = ("script", "none")


@pytest.fixture(scope="module")
def shore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quay]:
    with quay(tmp_path_factory.mktemp("quay")) as made:
        yield made


@pytest.fixture(scope="module")
def landed(shore: Quay) -> dict[str, ProjectSettings]:
    """A copy for every damage in both modes, and the settings it came in under."""
    found = {}
    for mode in MODES:
        shore.site(script=mode == "script")
        found[mode] = shore.settings()
        for number in range(len(DAMAGE)):
            shore.land(f"{mode}{number}")
    shore.site()
    return found


def drawn(shore: Quay, scan: str = "1") -> Instance:
    """The file that the sample level takes."""
    return min(_of(shore, scan), key=lot)


def other(shore: Quay, scan: str = "1") -> Instance:
    """One that it does not take."""
    return max(_of(shore, scan), key=lot)


def _of(shore: Quay, scan: str) -> list[Instance]:
    return [one for one in shore.sent if one.scan == scan]


def marks(result: SessionVerification) -> str:
    """``* pixel-digest, + missing``: each kind once, the ticks left out."""
    return ", ".join(sorted({f"{item.mark} {item.what}" for item in result.items}))


# The damage


def flip_pixel(of: Callable[[Quay], Instance]) -> Callable[[Quay, str], None]:
    def act(shore: Quay, label: str) -> None:
        file = shore.file(label, of(shore))
        content = bytearray(file.read_bytes())
        content[-20] ^= 1
        file.write_bytes(bytes(content))

    return act


def flip_header(of: Callable[[Quay], Instance]) -> Callable[[Quay, str], None]:
    def act(shore: Quay, label: str) -> None:
        file = shore.file(label, of(shore))
        content = bytearray(file.read_bytes())
        place = content.index(b"\x08\x00\x70\x00LO") + 8  # Manufacturer
        content[place] ^= 1
        file.write_bytes(bytes(content))

    return act


def lose(shore: Quay, label: str) -> None:
    shore.file(label, other(shore)).unlink()


def lose_drawn(shore: Quay, label: str) -> None:
    shore.file(label, drawn(shore)).unlink()


def cut(shore: Quay, label: str) -> None:
    file = shore.file(label, other(shore))
    file.write_bytes(file.read_bytes()[:-100])


def cut_header(shore: Quay, label: str) -> None:
    shore.file(label, other(shore)).write_bytes(b"DICM")


def swap(shore: Quay, label: str) -> None:
    one, two = shore.file(label, other(shore)), shore.file(label, other(shore, "2"))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def replace_pixels(shore: Quay, label: str) -> None:
    """The same instance with another image, put there as a file: the catalog then knows no UID of it."""
    one = other(shore)
    content = bytearray(shore.file(label, one).read_bytes())
    content[-20] ^= 1
    shore.put(f"{shore.address(label, '1')}/resources/DICOM/files/{one.name}", bytes(content))


def remove_file(shore: Quay, label: str) -> None:
    shore.remove(f"{shore.address(label, '1')}/resources/DICOM/files/{other(shore).name}")


def remove_half(shore: Quay, label: str) -> None:
    for one in _of(shore, "1")[:2]:
        shore.remove(f"{shore.address(label, '1')}/resources/DICOM/files/{one.name}")


def remove_scan(shore: Quay, label: str) -> None:
    shore.remove(shore.address(label, "2"))


def add_file(shore: Quay, label: str) -> None:
    shore.put(f"{shore.address(label, '1')}/resources/DICOM/files/extra.dcm", dicom_bytes())


def add_twin(shore: Quay, label: str) -> None:
    content = shore.file(label, drawn(shore)).read_bytes()
    shore.put(f"{shore.address(label, '1')}/resources/DICOM/files/twin.dcm", content)


def nothing(shore: Quay, label: str) -> None:
    """The copy as it is."""


PIXELS, HEADER, UID = "* pixel-digest", "* header", "* uid"
NO_UID = "? uid"
MISSING, EXTRA = "+ missing", "- extra"
DAMAGE: list[tuple[str, Callable[[Quay, str], None], dict[str, tuple[str, str, str, str]]]] = [
    # what, how, and what counts, identity, sample and full say, with the stock script and without any
    ("nothing", nothing, {"script": ("", "", "", ""), "none": ("", "", "", "")}),
    (
        "one byte of pixels, in a file that is not drawn",
        flip_pixel(other),
        {"script": ("", "", "", PIXELS), "none": ("", "", "", PIXELS)},
    ),
    (
        "one byte of pixels, in the file that is drawn",
        flip_pixel(drawn),
        {"script": ("", "", PIXELS, PIXELS), "none": ("", "", PIXELS, PIXELS)},
    ),
    (
        "one byte of header, in a file that is not drawn",
        flip_header(other),
        {"script": ("", "", "", ""), "none": ("", "", "", HEADER)},
    ),
    (
        "one byte of header, in the file that is drawn",
        flip_header(drawn),
        {"script": ("", "", HEADER, HEADER), "none": ("", "", HEADER, HEADER)},
    ),
    ("a file missing", remove_file, dict.fromkeys(MODES, (MISSING,) * 4)),
    ("a file gone from the disk", lose, dict.fromkeys(MODES, ("", "", "", MISSING))),
    ("the drawn file gone from the disk", lose_drawn, dict.fromkeys(MODES, ("", "", MISSING, MISSING))),
    ("a file extra", add_file, dict.fromkeys(MODES, (EXTRA,) * 4)),
    ("a file cut short", cut, dict.fromkeys(MODES, ("", "", "", PIXELS))),
    ("a file that is none any more", cut_header, dict.fromkeys(MODES, ("", "", "", "* unreadable"))),
    ("two files swapped between scans", swap, dict.fromkeys(MODES, ("", "", "", UID))),
    (
        "the same instance with other pixels",
        replace_pixels,
        dict.fromkeys(MODES, ("", NO_UID, NO_UID, PIXELS)),
    ),
    ("an instance twice", add_twin, dict.fromkeys(MODES, (EXTRA,) * 4)),
    ("a scan missing", remove_scan, dict.fromkeys(MODES, (MISSING,) * 4)),
    ("a resource half there", remove_half, dict.fromkeys(MODES, (MISSING,) * 4)),
]


def table() -> list[str]:
    """The damage and what is found of it, as the documentation has it."""
    lines = ["| damage | counts | identity | sample | full |", "|---|---|---|---|---|"]
    for what, _, expected in DAMAGE:
        pairs = zip(expected["script"], expected["none"], strict=True)
        cells = (one if one == other else f"{one or '–'} (no script: {other})" for one, other in pairs)
        lines.append(f"| {what} | " + " | ".join(cell or "–" for cell in cells) + " |")
    return lines


def test_the_documentation_says_what_is_found() -> None:
    text = (Path(__file__).parents[2] / "docs" / "verification.md").read_text()
    assert "\n".join(table()) in text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", range(len(DAMAGE)), ids=[what for what, _, _ in DAMAGE])
def test_each_level_finds_what_it_promises(
    shore: Quay, landed: dict[str, ProjectSettings], mode: str, number: int
) -> None:
    _, act, expected = DAMAGE[number]
    label = f"{mode}{number}"
    act(shore, label)
    found = {level: shore.verify(label, level, landed[mode]) for level in Level}
    assert tuple(marks(found[level]) for level in Level) == expected[mode]
    for result in found.values():
        if not result.items:
            assert result.verdict == "proven"
            assert result.counts[Mark.AS_PLANNED if mode == "script" else Mark.SAME] == len(shore.sent)
        assert "compared" in result.note or "looked at" in result.note


PROVEN, UNKNOWN = "proven", "unknown"
COPIES: dict[str, tuple[str, str, str, str]] = {
    # what is not damaged, and its verdict at each level
    "with the site's script": (PROVEN,) * 4,
    "without any script": (PROVEN,) * 4,
    "without digests": (PROVEN,) * 4,
    "with scans that the server renamed": (PROVEN,) * 4,
    "in the prearchive": (PROVEN,) * 4,
    "with a project script that gives new UIDs": (PROVEN, UNKNOWN, UNKNOWN, PROVEN),
    "with scripts that nobody may read": (UNKNOWN,) * 4,
}


def test_the_documentation_says_what_is_no_damage() -> None:
    text = (Path(__file__).parents[2] / "docs" / "verification.md").read_text()
    lines = ["| copy | counts | identity | sample | full |", "|---|---|---|---|---|"]
    lines += [f"| {copy} | {' | '.join(verdicts)} |" for copy, verdicts in COPIES.items()]
    assert "\n".join(lines) in text


def verdicts(found: list[SessionVerification]) -> tuple[str, ...]:
    return tuple(one.verdict for one in found)


class TestUndamaged:
    """No false alarm, and no tick where nothing was compared."""

    def test_with_the_sites_script_and_without(self, shore: Quay, landed: dict[str, ProjectSettings]) -> None:
        (number,) = [number for number, (what, _, _) in enumerate(DAMAGE) if what == "nothing"]
        for mode, copy in zip(MODES, ("with the site's script", "without any script"), strict=True):
            found = [shore.verify(f"{mode}{number}", level, landed[mode]) for level in Level]
            assert verdicts(found) == COPIES[copy]

    def test_a_script_that_gives_new_uids(self, shore: Quay) -> None:
        shore.land("new_uids", "MAP")
        settings = shore.settings("MAP")
        found = [shore.verify("new_uids", level, settings, project="MAP") for level in Level]
        assert verdicts(found) == COPIES["with a project script that gives new UIDs"]
        assert found[-1].counts[Mark.AS_PLANNED] == len(shore.sent)
        assert found[-1].solid == 0  # new identities are nothing to delete by

    def test_a_catalog_without_digests(self, shore: Quay) -> None:
        shore.site(checksums=False)
        shore.land("bare")
        shore.site()
        settings = shore.settings()
        found = [shore.verify("bare", level, settings) for level in Level]
        assert verdicts(found) == COPIES["without digests"]

    def test_the_headers_that_scripts_changed_are_named(self, shore: Quay) -> None:
        shore.land("named")
        result = shore.verify("named", Level.SAMPLE, shore.settings())
        assert {"PatientID", "PatientName", "StudyDescription"} <= set(result.rewritten)
        assert set(result.rewritten) <= {
            "DeidentificationMethodCodeSequence",
            "PatientID",
            "PatientName",
            "StudyDescription",
        }

    def test_a_session_in_the_prearchive(self, shore: Quay) -> None:
        row = shore.wait("waiting")
        settings = shore.settings()
        found = [shore.verify("waiting", level, settings, row=row) for level in Level]
        assert verdicts(found) == COPIES["in the prearchive"]
        assert {one.where for one in found} == {"prearchive"}
        result = found[-1]
        assert "not SOPInstanceUIDs" not in result.note  # at level full the files say who they are
        file = shore.data.rglob(f"waiting/SCANS/1/DICOM/{other(shore).name}")
        (place,) = file
        content = bytearray(place.read_bytes())
        content[-20] ^= 1
        place.write_bytes(bytes(content))
        assert marks(shore.verify("waiting", Level.FULL, settings, row=row)) == PIXELS
        assert prearchive.remove(shore.client, row)

    def test_a_source_that_cannot_be_asked_leaves_headers_uncompared(self, shore: Quay) -> None:
        shore.land("alone")
        for level, words in ((Level.SAMPLE, "headers in none"), (Level.FULL, "headers in no file")):
            result = shore.verify("alone", level, shore.settings(), with_source=False)
            assert (result.verdict, result.rewritten) == ("proven", ())
            assert words in result.note
        for every, words in (
            (False, "headers in 2 of 5 files"),
            (True, "and headers were compared in every"),
        ):
            result = shore.verify("alone", Level.FULL, shore.settings(), every_header=every)
            assert words in result.note

    def test_scripts_that_are_not_known_make_changes_unknown(self, shore: Quay) -> None:
        shore.land("no_scripts_known")
        found = [shore.verify("no_scripts_known", level, ProjectSettings()) for level in Level]
        assert verdicts(found) == COPIES["with scripts that nobody may read"]
        assert not any(one.counts[Mark.DIFFERS] for one in found)


def test_a_scan_that_the_filter_refused_is_named_as_such(shore: Quay) -> None:
    shore.land("filtered", "FIL")
    result = shore.verify("filtered", Level.IDENTITY, shore.settings("FIL"), project="FIL")
    assert {item.scan for item in result.items} == {"2"}
    assert {item.likely for item in result.items} == {likely.FILTERED}
    unsure = shore.verify("filtered", Level.IDENTITY, shore.settings("FIL"), project="FIL", with_source=False)
    assert {item.likely for item in unsure.items} == {likely.PERHAPS_FILTERED}


def test_a_scan_that_the_server_renamed_is_no_loss(shore: Quay) -> None:
    shore.land("mixed", override=True)
    found = [shore.verify("mixed", level, shore.settings(), joins=True) for level in Level]
    assert verdicts(found) == COPIES["with scans that the server renamed"]
    for result in found:
        assert (result.counts[Mark.AS_PLANNED], result.counts[Mark.ONLY_DESTINATION]) == (5, 2)
        assert "Scan 1 is called 1-MR1 there." in result.note
    assert shore.verify("mixed", Level.IDENTITY, shore.settings()).verdict == "differs"


def test_a_download_that_breaks_is_tried_again_and_then_unread(shore: Quay) -> None:
    shore.land("broken")
    settings = shore.settings()
    path = "GET /data/experiments/.*/scans/1/resources/DICOM/files"
    shore.server.set_faults([{"match": path, "truncate": True, "times": 1}])
    assert shore.verify("broken", Level.FULL, settings).verdict == "proven"
    shore.server.set_faults([{"match": path, "truncate": True}])
    result = shore.verify("broken", Level.FULL, settings)
    shore.server.set_faults([])
    assert result.verdict == "unknown"
    assert result.counts[Mark.UNREADABLE] == 3
    assert "Images were compared in 2 of 5 files" in result.note


@pytest.mark.parametrize(("level", "a_scan"), [(Level.COUNTS, 1), (Level.SAMPLE, 3), (Level.FULL, 4)])
def test_requests_are_counted_by_scans_never_by_files(shore: Quay, level: Level, a_scan: int) -> None:
    shore.land(f"counted_{level}")
    settings = shore.settings()
    shore.server.clear_log()
    shore.verify(f"counted_{level}", level, settings)
    assert len(shore.server.log()) == 1 + 2 * a_scan


def test_a_refresh_is_run_only_when_asked_and_tells_digests(shore: Quay) -> None:
    shore.site(checksums=False, script=False)
    shore.land("fresh")
    shore.site(script=False)
    settings = shore.settings()
    shore.site()
    shore.server.clear_log()
    assert shore.verify("fresh", Level.IDENTITY, settings).solid == 0
    assert not [one for one in shore.server.log() if one["method"] == "POST"]
    assert shore.verify("fresh", Level.IDENTITY, settings, refresh=True).solid == len(shore.sent)


class TestProof:
    """The value that a deletion rests on."""

    def proof(self, shore: Quay, label: str, level: Level = Level.FULL) -> Proof:
        result = shore.verify(label, level, shore.settings(), every_header=True)
        listing = list_everything(shore.client, shore.source_id)
        return prove(result, project="DST", source_id=shore.source_id, instances=shore.sent, listing=listing)

    def test_the_undamaged_is_proven_and_says_where(self, shore: Quay) -> None:
        shore.land("to_prove")
        found = self.proof(shore, "to_prove")
        there = find_session(shore.client, "DST", "to_prove")
        assert there is not None
        assert (found.source_id, found.destination_id) == (shore.source_id, there.id)
        assert (found.project, found.label, found.files) == ("DST", "to_prove", len(shore.sent))

    @pytest.mark.parametrize("level", [Level.COUNTS, Level.IDENTITY, Level.SAMPLE])
    def test_less_than_every_file_proves_nothing(self, shore: Quay, level: Level) -> None:
        shore.land(f"less_{level}")
        with pytest.raises(NotProven, match="neither the digest nor image and header"):
            self.proof(shore, f"less_{level}", level)

    @pytest.mark.parametrize("number", range(1, len(DAMAGE)), ids=[what for what, _, _ in DAMAGE[1:]])
    def test_no_damage_is_proven(self, shore: Quay, number: int) -> None:
        shore.land(f"refuted{number}")
        DAMAGE[number][1](shore, f"refuted{number}")
        with pytest.raises(NotProven):
            self.proof(shore, f"refuted{number}")

    def test_pixels_alone_prove_nothing_where_a_script_rewrote_headers(self, shore: Quay) -> None:
        shore.land("pixels_alone")
        result = shore.verify("pixels_alone", Level.FULL, shore.settings())
        assert (result.verdict, result.solid) == ("proven", 2)  # the two that were drawn

    def test_what_waits_in_the_prearchive_is_not_proven(self, shore: Quay) -> None:
        row = shore.wait("only_waits")
        result = shore.verify("only_waits", Level.FULL, shore.settings(), row=row)
        assert prearchive.remove(shore.client, row)
        with pytest.raises(NotProven, match="not in the archive"):
            prove(result, project="DST", source_id="X", instances=shore.sent, listing=())
