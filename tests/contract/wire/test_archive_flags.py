"""What each way into the archive allows: merging, overriding, overwriting files (wire-write 3.2)."""

from typing import NamedTuple

import httpx
import pytest

from tests.contract.facts import fact
from tests.contract.wire.archiving import (
    ARCHIVE,
    archive,
    archived,
    new_label,
    ready,
    row_of,
    session_of,
    status_of,
    until,
    upload,
)
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import image, new_study, send


class Entry(NamedTuple):
    """One row of the table."""

    way: str
    """single, several, import, SI or commit."""
    query: str
    merges: bool
    overrides: bool
    files: bool
    """Whether same files are overwritten in a project of code 0."""


TABLE = [
    Entry("single", "", True, False, False),
    Entry("single", "overwrite=none", True, False, False),
    Entry("single", "overwrite_files=true", True, False, False),
    Entry("single", "overwrite=append", True, True, True),
    Entry("single", "overwrite=delete", True, True, True),
    Entry("several", "", False, False, False),
    Entry("several", "overwrite=none", False, False, False),
    Entry("several", "overwrite=append", True, False, False),
    Entry("several", "overwrite=append&overwrite_files=true", True, False, True),
    Entry("several", "overwrite=delete", True, True, True),
    *(
        entry
        for way in ("import", "SI")
        for entry in (
            Entry(way, "", False, False, False),
            Entry(way, "overwrite=none", True, False, False),
            Entry(way, "overwrite=other", True, False, False),
            Entry(way, "overwrite=append", True, False, False),
            Entry(way, "overwrite=append&overwrite_files=true", True, False, True),
            Entry(way, "overwrite=delete", True, True, True),
            Entry(way, "overwrite=override", True, True, True),
        )
    ),
    Entry("commit", "", True, False, False),
    Entry("commit", "overwrite=delete", True, False, False),
]
each_entry = pytest.mark.parametrize(
    "entry", TABLE, ids=lambda entry: f"{entry.way}-{entry.query or 'plain'}"
)


def enter(xnat: Xnat, entry: Entry, label: str, files: dict[str, bytes], project: str = "SRC") -> bool:
    """Whether a session of that label gets in by that way."""
    query = f"&{entry.query}" if entry.query else ""
    if entry.way in ("import", "SI"):
        handler = "import-handler=SI&" if entry.way == "SI" else ""
        where = f"{handler}dest=/archive/projects/{project}&subject=S&session={label}{query}"
        return send(xnat, files, where).status_code == 200
    row = upload(xnat, label, files, project=project, query="prevent_auto_commit=true")
    if entry.way == "commit":
        return xnat.post(f"/data{row}?action=commit&AA=true{query}").status_code == 301
    xnat.post(f"/data{row}?action=build")
    if entry.way == "single":
        return archive(xnat, row, "auto-archive=false" + query).status_code == 200
    return _among_several(xnat, row, query).status_code == 200 and row_of(xnat, row) is None


def _among_several(xnat: Xnat, row: str, query: str) -> httpx.Response:
    other = ready(xnat, new_label())
    answer = xnat.post(f"{ARCHIVE}?src={row}&src={other}{query}")
    until(lambda: status_of(xnat, other) == "" and status_of(xnat, row) in ("", "CONFLICT", "ERROR"))
    return answer


@fact("write 3.2", "merge allowed")
@each_entry
def test_which_ways_add_to_an_existing_session(xnat: Xnat, entry: Entry) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    assert enter(xnat, entry, label, {"2.dcm": image(study, 1, 2)}) == entry.merges
    assert len(session_of(xnat, label)["scans"]) == (2 if entry.merges else 1)


@fact("write 3.2", "override exceptions")
@each_entry
def test_which_ways_override_another_study(xnat: Xnat, entry: Entry) -> None:
    label = new_label()
    archived(xnat, label)
    assert enter(xnat, entry, label, {"2.dcm": image(new_study(), 1, 2)}) == entry.overrides


@fact("write 3.2", "same files overwritten")
@each_entry
def test_which_ways_overwrite_the_same_files(xnat: Xnat, entry: Entry) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    changed = {"1.dcm": image(study, ImageComments="second")}
    assert enter(xnat, entry, label, changed) == entry.files


@fact("write 3.2", "project code 5")
@pytest.mark.parametrize(
    "entry", [entry for entry in TABLE if not entry.query], ids=lambda entry: str(entry.way)
)
def test_code_five_overwrites_the_same_files_wherever_merging_is_allowed(xnat: Xnat, entry: Entry) -> None:
    label, study, project = new_label(), new_study(), new_label()
    xnat.put(f"/data/projects/{project}")
    archived(xnat, label, {"1.dcm": image(study)}, project=project)
    assert xnat.put(f"/data/projects/{project}/prearchive_code/5").status_code == 200
    # the importer merges by itself on rows of such a project
    merges = entry.merges or entry.way == "import"
    assert enter(xnat, entry, label, {"1.dcm": image(study)}, project) == merges
