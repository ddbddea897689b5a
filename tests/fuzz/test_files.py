"""Whatever stands in a file or is typed: a value comes back, or the error that is documented."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import session_row
from tests.core.test_checking import FILES, check
from tests.fuzz import seeds
from tests.fuzz.seeds import spoilt, spoilt_text, tried
from xnat_ferry import labels
from xnat_ferry.dicom.edit_script import effects
from xnat_ferry.dicom.glance import Short, Uncommon, glance
from xnat_ferry.dicom.header import sample_of
from xnat_ferry.dicom.header_lines import read_lines
from xnat_ferry.dicom.instance import read_passing
from xnat_ferry.dicom.series_filter import refuses, untried
from xnat_ferry.dicom.start import header_in
from xnat_ferry.errors import DownloadBroken, FerryError
from xnat_ferry.plan.answers import parse_answers
from xnat_ferry.plan.draft_file import read_draft
from xnat_ferry.plan.file import read_plan
from xnat_ferry.plan.label_table import read_label_table
from xnat_ferry.practice.errors import PracticeError
from xnat_ferry.practice.faults import read_faults
from xnat_ferry.practice.world.description import read_world
from xnat_ferry.project import SeriesFilter
from xnat_ferry.settings.preferences import read_preferences
from xnat_ferry.settings.servers import parse_endpoint, read_aliases
from xnat_ferry.transfer.belongings.sent_paths import SentPaths
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.transfer.pacing.pace import read_pace
from xnat_ferry.transfer.slurm.job import read_job
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.unpacking import unpack
from xnat_ferry.xnat.zip_stream import BrokenZip, read_zip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@contextlib.contextmanager
def documented(*more: type[Exception]) -> Iterator[None]:
    with contextlib.suppress(FerryError, *more):
        yield


@tried(60)
@given(raw=spoilt(seeds.PLANS))
def test_plans_and_settings(place: Path, raw: bytes) -> None:
    for name in ("plan.toml", "plan.json"):
        (place / name).write_bytes(raw)
        with documented():
            read_plan(place / name)
    with documented():
        read_draft(place / "plan.json")
    for read in (read_preferences, read_aliases):
        with documented():
            read(place / "plan.toml")


@tried(60)
@given(raw=spoilt(seeds.WORLDS))
def test_worlds_and_faults(place: Path, raw: bytes) -> None:
    (place / "world.toml").write_bytes(raw)
    with documented(PracticeError):
        read_world(str(place / "world.toml"))
    with documented(PracticeError):
        read_faults(str(place / "world.toml"))


@tried(60)
@given(raw=spoilt(seeds.JOURNALS))
def test_journals_and_what_lies_beside_them(place: Path, raw: bytes) -> None:
    folder = TransferFolder(place)
    for path in (folder.journal, folder.pace, place / "job.json", place / "manifest", place / "sent"):
        path.write_bytes(raw)
    found = read_all(folder.journal)
    with documented():
        TransferState(seeds.PLAN, found)
    read_pace(folder.pace)
    read_job(folder)
    read_manifest(place / "manifest")
    SentPaths(place / "sent").read()


@tried(60)
@given(raw=spoilt(seeds.TABLES))
def test_label_tables(place: Path, raw: bytes) -> None:
    (place / "labels.csv").write_bytes(raw)
    with documented():
        read_label_table(place / "labels.csv")


@tried(60)
@given(text=spoilt_text(seeds.RULES), label=st.text(max_size=12))
def test_label_rules(text: str, label: str) -> None:
    with documented():
        rules = labels.LabelRules(rules=(labels.parse_rule(text),))
        rules.apply(session_row(label))
    with documented():
        parse_answers([text])


@tried(60)
@given(text=spoilt_text(seeds.ENDPOINTS))
def test_endpoints(text: str) -> None:
    with documented():
        parse_endpoint(text, {"main": "https://x.example"}, "https://y.example")


@tried(60)
@given(text=spoilt_text(seeds.SCRIPTS), tag=st.integers(0, 2**32 - 1))
def test_edit_scripts(text: str, tag: int) -> None:
    effects(text).on(tag)


@tried(40)
@given(text=spoilt_text(seeds.FILTERS), mode=st.sampled_from(["blacklist", "whitelist", "x"]))
def test_series_filters(text: str, mode: str) -> None:
    rules = SeriesFilter(enabled=True, mode=mode, patterns=text)
    refuses(rules, lambda tag: ("a" * 64,))
    untried(rules)


@tried(60)
@given(raw=spoilt(seeds.dicoms()))
def test_dicom(place: Path, raw: bytes) -> None:
    with contextlib.suppress(Uncommon, Short):
        glance(raw, whole=True)
    passed = read_passing(io.BytesIO(raw), str(place))
    assert passed.size == len(raw)
    header = header_in(raw, ended=True)
    if header is not None:
        sample_of("1", header)
        read_lines(header)


@tried(60)
@given(raw=spoilt(seeds.zips()), cut=st.integers(1, 500))
def test_zips(place: Path, raw: bytes, cut: int) -> None:
    pieces = [raw[start : start + cut] for start in range(0, len(raw), cut)]
    with contextlib.suppress(BrokenZip):
        for entry in read_zip(pieces):
            entry.finish()
    with contextlib.suppress(BrokenZip):
        unpack(pieces, [("1", "DICOM", "1.dcm")], place)
    with documented(DownloadBroken):
        check(io.BytesIO(raw), FILES[0], scratch=place)


def test_the_corpus_is_small() -> None:
    assert 50 < seeds.CORPUS < 100
