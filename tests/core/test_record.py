"""The record is complete in all three forms, and neither hostile nor identifying values get through."""

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.harbour import Harbour, harbour, session_toml
from tests.core.making import plan_of, planned
from tests.core.test_journal import PLAN, STORY
from xnat_ferry import __version__, events
from xnat_ferry.checks import ConflictClass
from xnat_ferry.events import AnyEvent, Removal
from xnat_ferry.model import Level, Mark, Verdict, Where
from xnat_ferry.plan import Fate, Plan
from xnat_ferry.plan.model import Checked, PlannedConflict, Seen
from xnat_ferry.record.facts import facts_of
from xnat_ferry.record.html import to_html
from xnat_ferry.record.markdown import to_markdown, without_escapes
from xnat_ferry.record.values import Record
from xnat_ferry.settings.redact import plain
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.verification import Item, SessionVerification, Verification, What, count_marks


def verification(*items: Item, **more: object) -> Verification:
    facts = {
        "source": "001_MR1",
        "destination": "001_MR1",
        "where": Where.ARCHIVE,
        "level": Level.IDENTITY,
        "counts": count_marks([Mark.AS_PLANNED] * 3),
        "items": items,
    }
    one = SessionVerification(**(facts | more))  # type: ignore[arg-type]
    return Verification(level=one.level, sessions=(one,))


def record_of(
    plan: Plan = PLAN,
    happened: Sequence[AnyEvent] = STORY,
    proof: Verification | None = None,
    manifests: dict[str, str] | None = None,
) -> Record:
    return facts_of("20260102-SRC-DST-7f3a", TransferState(plan, happened), proof, happened, manifests or {})


def forms(record: Record) -> dict[str, str]:
    """All that is written, by form."""
    data = msgspec.json.encode(record).decode()
    return {"markdown": to_markdown(record), "html": to_html(record), "json": data}


def unescaped(form: str, text: str) -> str:
    """What a reader sees."""
    if form == "markdown":
        return re.sub(r"\\([\\`*_\[\]<>|#&~])", r"\1", text)
    if form == "html":
        return "\n".join(Visible.of(text))
    return "\n".join(strings(json.loads(text)))


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [found for pair in value.items() for one in pair for found in strings(one)]
    if isinstance(value, list):
        return [found for one in value for found in strings(one)]
    return [str(value)]


class Visible(HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @staticmethod
    def of(text: str) -> list[str]:
        page = Visible()
        page.feed(text)
        return page.texts


FULL = replace(
    plan_of(
        planned("001_MR1", left_behind=("resource NIFTI of scan 1",)),
        planned(
            "002_MR1",
            Fate.SKIP,
            why="same-study: it is there",
            conflicts=(PlannedConflict(kind=ConflictClass.SAME_STUDY, message="it is there", answer="skip"),),
        ),
    ),
    move=True,
    answers={"same-study": "skip"},
    seen=Seen(site_script="0123456789abcdef", project_filter="fedcba9876543210", role="Owners"),
    checks=(Checked(check="anonymization", verdict=Verdict.WARN, kind="private-tags", findings=2),),
)
MOVED: list[AnyEvent] = [
    *STORY[:-2],
    events.SessionSkipped(session="002_MR1", why="w"),
    events.FileLeftOut(session="001_MR1", scan="1", name="notes.txt", why="no DICOM"),
    events.ArchiveChecked(session="001_MR1", row="/p", notices=("CONFLICT exists",)),
    events.ArchiveRequested(session="001_MR1", row="/p", answer="merge"),
    events.SessionArchived(session="001_MR1", uri="/archive/z", seconds=2),
    events.RemovalOrdered(typed="DST", sessions=("001_MR1",)),
    events.RemovalRequested(
        session="001_MR1",
        how=Removal.DELETE,
        id="E1",
        destination="E2",
        manifest="a1" * 32,
        listing="b2" * 32,
    ),
    events.SessionRemoved(session="001_MR1", how=Removal.DELETE),
    events.MoveSettled(session="001_MR1", gone=True, verdict="proven"),
    events.SubjectLeftEmpty(subject="S7"),
]


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_everything_that_matters_is_in_every_form(form: str) -> None:
    proof = verification(at=1e9, note="Only sizes were told.", rewritten=("PatientName",))
    record = record_of(FULL, MOVED, proof, {"001_MR1": "c3" * 32})
    text = unescaped(form, forms(record)[form])
    for words in (
        "20260102-SRC-DST-7f3a", "SRC @ a.example", "DST @ b.example", "ada", "1.9", "2026-01-02T03:04:05",
        "001_MR1", "002_MR1", "proven", "archive", "identity", "2001-09-0", "c3" * 32, "b2" * 32,
        "Only sizes were told.", "PatientName", "NIFTI", "notes.txt", "same-study: it is there", "skip",
        "merge", "CONFLICT exists", "DST", "S7", "anonymization", "private-tags", "0123456789abcdef",
        "fedcba9876543210", "Owners", __version__,
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_errors_and_retries_are_told(form: str) -> None:
    text = unescaped(form, forms(record_of())[form])
    assert "Ask." in text
    if form != "json":
        assert "1 attempt failed" in text


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_a_transfer_that_never_began_has_a_record_too(form: str) -> None:
    text = forms(record_of(happened=[]))[form]
    assert "waiting" in text


IDENTIFYING = ("DOE^JANE", "19700101", "secret-token", "hunter2")


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_no_value_of_a_header_and_no_secret_gets_in(form: str) -> None:
    item = Item(
        mark=Mark.DIFFERS,
        session="001_MR1",
        scan="1",
        file="1.dcm",
        what=What.HEADER,
        source="PatientName DOE^JANE, PatientBirthDate 19700101",
        destination="PatientName DOE^JANE",
        likely="A script that is not known changed it.",
    )
    happened: list[AnyEvent] = [
        *STORY,
        events.SessionFailed(
            session="002_MR1",
            message="https://ada:hunter2@a.example said JSESSIONID=secret-token",
            advice="Ask.",
        ),
        events.WorkerStopped(why="password=hunter2 was refused"),
    ]
    text = forms(record_of(happened=happened, proof=verification(item)))[form]
    for value in IDENTIFYING:
        assert value not in unescaped(form, text)
    assert "1.dcm" in unescaped(form, text)


HOSTILE = "a|b\n## [red](x)`x`<script>alert(1)</script><img src=x onerror=y>&amp;\x1b[31m\u202e"


def hostile_record(text: str) -> Record:
    session = planned(text, why=text, left_behind=(text,), to_session=text, subject=text)
    item = Item(
        mark=Mark.DIFFERS,
        session=text,
        scan=text,
        file=text,
        what=What.SIZE,
        source=text,
        destination=text,
        likely=text,
    )
    happened: list[AnyEvent] = [
        events.WorkerStarted(plan_hash=text, pid=1, host=text, version=text),
        events.LoggedIn(server=text, user=text, server_version=text),
        events.ArchiveChecked(session=text, row=text, notices=(text,)),
        events.SessionArchived(session=text, uri=text, seconds=1),
        events.RemovalOrdered(typed=text, sessions=(text,)),
        events.SessionKept(session=text, message=text, advice=text),
        events.SubjectLeftEmpty(subject=text),
        events.SessionFailed(session=text, message=text, advice=text),
    ]
    return record_of(
        replace(plan_of(session), answers={text: text}), happened, verification(item, source=text, note=text)
    )


@given(st.text(min_size=1, max_size=60) | st.just(HOSTILE))
def test_hostile_text_stays_text_in_html(text: str) -> None:
    page = Visible()
    page.feed(to_html(hostile_record(text)))
    known = "html head meta title style body h1 h2 dl dt dd table thead tbody tr th td ul li p"
    assert {tag for tag, _ in page.tags} <= set(known.split())
    for tag, attributes in page.tags:
        assert set(attributes) <= {"class", "lang", "charset", "name", "content", "http-equiv"}, tag


@given(st.text(min_size=1, max_size=60) | st.just(HOSTILE))
def test_hostile_text_stays_in_its_cell_in_markdown(text: str) -> None:
    document = to_markdown(hostile_record(text))
    assert plain(text, 600) in without_escapes(document)
    assert "\x1b" not in document
    assert "\u202e" not in document
    bare = re.sub(r"\\[\\`*_\[\]<>|#&~]", "", document)
    assert not re.search(r"[<>`\[\]&]", bare)
    widths = {line.count("|") for line in bare.splitlines() if line.startswith("| ---")}
    assert all(line.count("|") in widths for line in bare.splitlines() if line.startswith("|"))
    assert [line for line in bare.splitlines() if line.startswith("#")] == [
        line for line in bare.splitlines() if re.fullmatch(r"#{1,2} [A-Z][A-Za-z, ]*.*", line)
    ]


def test_no_script_and_nothing_from_elsewhere() -> None:
    text = to_html(record_of(FULL, MOVED, verification()))
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", text)
    assert "@media print" in text


def test_no_patients_name_in_a_real_transfers_record(tmp_path: Path) -> None:
    world = session_toml("001_MR1", patient_name='"DOE^JANE^SECRET"', study_description='"private words"')
    with harbour(tmp_path, world) as port:
        folder = _moved(port)
    for name in ("record.md", "record.html", "record.json", "journal.jsonl", "plan.toml", "plan.json"):
        text = (folder / name).read_text()
        for value in ("JANE", "SECRET", "private words", "pract1ce-pw"):
            assert value not in text, (name, value)
    assert (folder / "record.html").stat().st_mode & 0o077 == 0
    record = msgspec.json.decode((folder / "record.json").read_bytes(), type=Record)
    (session,) = record.sessions
    assert session.removed is not None
    assert session.removed.gone
    assert session.removed.verdict == "proven"
    assert len(session.manifest) == 64
    assert record.state == "done"


def _moved(port: Harbour) -> Path:
    folder = port.carried("001_MR1")
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=("001_MR1",)))
    assert port.work(folder, settle=True) == 0
    return folder.path
