"""What a destination will do is told before the start, and how long earlier transfers took."""

from pathlib import Path

import msgspec
import pytest

from tests.core.making import (
    DESTINATION,
    PLAIN,
    SOURCE,
    chosen,
    plan_of,
    planned,
    session_row,
    survey_of,
    view,
)
from xnat_ferry import events
from xnat_ferry.checks.arrival import on_arrival
from xnat_ferry.checks.conflicts import label_troubles
from xnat_ferry.labels import LabelRules, parse_rule
from xnat_ferry.model import Where
from xnat_ferry.project import ProjectSettings, Script, SeriesFilter
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.transfer.pacing.past_pace import past_pace


def told(settings: ProjectSettings, to: Where = Where.PREARCHIVE) -> str:
    return " ".join(on_arrival(msgspec.structs.replace(view(DESTINATION), settings=settings), to))


def test_a_plain_destination_rewrites_by_the_sites_script_and_waits() -> None:
    assert told(PLAIN) == (
        "The site's anonymization script rewrites headers on receipt: digests will differ, and identity and "
        "pixels are compared instead. It archives nothing by itself: sessions wait until somebody does."
    )
    assert told(PLAIN, Where.ARCHIVE).endswith("It archives nothing by itself: this transfer does.")


def test_what_is_not_known_is_said() -> None:
    text = told(ProjectSettings())
    for what in (
        "site's anonymization",
        "project's anonymization",
        "site filters",
        "project filters",
        "archives",
    ):
        assert what in text
    assert text.count("not known") == 5


@pytest.mark.parametrize(
    ("to", "when"), [(Where.PREARCHIVE, "once it is archived"), (Where.ARCHIVE, "on archiving")]
)
def test_scripts_filters_codes_and_quarantine_are_told(to: Where, when: str) -> None:
    script, filters = Script(enabled=True, text="- (0010,4000)"), SeriesFilter(enabled=True)
    settings = msgspec.structs.replace(
        PLAIN,
        site_script=Script(enabled=False),
        project_script=script,
        project_filter=filters,
        prearchive_code=5,
        quarantine=True,
    )
    text = told(settings, to)
    assert "The site's anonymization script is off" in text
    assert f"project's anonymization script rewrites headers {when}" in text
    assert "The project filters series" in text
    assert "over what is there already" in text
    assert "quarantine" in text


def test_labels_that_collide_or_are_refused_are_known_at_once() -> None:
    survey = survey_of(chosen(session_row("A")), chosen(session_row("B")), there=(session_row("A"),))
    assert list(label_troubles(survey, LabelRules())) == ["XNAT_A"]
    assert list(label_troubles(survey, LabelRules(rules=(parse_rule("prefix=P_"),)))) == []
    assert len(label_troubles(survey, LabelRules(rules=(parse_rule("template=same"),)))) == 2
    assert len(label_troubles(survey, LabelRules(rules=(parse_rule("suffix= x"),)))) == 2


def finished(transfers: Path, sent: int) -> None:
    journal = Journal(transfer_folders.create(transfers, plan_of(planned("A"))).journal)
    journal.write(
        events.TransferFinished(done=1, failed=0, requests=1, bytes_down=sent, bytes_up=sent, seconds=10)
    )
    journal.close()


def test_the_pace_is_that_of_a_real_transfer_between_the_same_servers(tmp_path: Path) -> None:
    assert past_pace(tmp_path, SOURCE.server, DESTINATION.server) is None
    finished(tmp_path, 100)
    assert past_pace(tmp_path, SOURCE.server, DESTINATION.server) is None
    finished(tmp_path, 5_000_000)
    transfer_folders.create(tmp_path, plan_of(planned("B"))).worker_plan.write_bytes(b"{torn")
    assert past_pace(tmp_path, SOURCE.server, DESTINATION.server) == 500_000
    assert past_pace(tmp_path, DESTINATION.server, SOURCE.server) is None
