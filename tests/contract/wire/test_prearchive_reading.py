"""Looking at what waits in the prearchive (wire-write 2.1)."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import archive, new_label, ready, row_of, upload
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.sending import image, new_study
from xnat_ferry.practice.process import PracticeServer

LEFT_OUT = [
    LeftOut(
        "write 2.1", "columns of /data/prearchive/experiments", "only called a table: the list's are given"
    ),
]
COLUMNS = (
    "project timestamp lastmod uploaded scan_date scan_time subject folderName name tag status url "
    "autoarchive prevent_anon prevent_auto_commit SOURCE VISIT PROTOCOL TIMEZONE"
)
NO_DOCUMENT = (
    "The named session exists, but its XNAT session document is not available. "
    "The session is likely invalid or incomplete."
)
TWO_PROJECTS = """
[[users]]
login = "ada"
projects = { SRC = "owner" }

[[users]]
login = "root"
admin = true

[[users]]
login = "all"
all_data = "access"
projects = { SRC = "member" }

[[projects]]
id = "SRC"

[[projects]]
id = "OTHER"
"""
ROWS = TWO_PROJECTS + "".join(
    f"""
[[sessions]]
project = "{project}"
subject = "S"
label = "{project}_MR1"
prearchive = "READY"
scans = [{{ id = "1", files = 1, rows = 8, columns = 8 }}]
"""
    for project in ("SRC", "OTHER")
)


@fact("write 2.1")
@pytest.mark.parametrize("path", ["/data/prearchive", "/data/prearchive/projects"])
def test_the_list_is_json_and_holds_the_projects_one_may_edit(world: Callable[..., Xnat], path: str) -> None:
    site = world(ROWS)
    assert site.get(path).headers["content-type"].startswith("application/json")
    assert [row["project"] for row in site.rows(path)] == ["SRC"]
    assert [row["project"] for row in site.rows(path, "root")] == ["SRC", "OTHER"]


@fact("write 2.1")
def test_rows_of_several_projects_and_of_unassigned(xnat: Xnat) -> None:
    one = upload(xnat, new_label())
    two = upload(xnat, new_label(), project="DST")
    lost = upload(xnat, new_label(), project="NOPE")
    urls = {row["url"] for row in xnat.rows("/data/prearchive/projects/SRC,DST")}
    assert {one, two} <= urls
    assert lost not in urls
    found = xnat.rows("/data/prearchive/projects/Unassigned", "root")
    assert lost in [row["url"] for row in found]
    assert {row["project"] for row in found} == {"Unassigned"}
    assert lost.startswith("/prearchive/projects/Unassigned/")


@fact("write 2.1")
@pytest.mark.parametrize("user", ["root", "all"])
def test_whoever_reads_everything_gets_unassigned_rows_unasked(world: Callable[..., Xnat], user: str) -> None:
    site = world(ROWS)
    lost = upload(site, "X", project="NOPE")
    assert lost in [row["url"] for row in site.rows("/data/prearchive/projects/SRC", user)]
    assert lost not in [row["url"] for row in site.rows("/data/prearchive/projects/SRC")]


@fact("write 2.1")
def test_tag_filters_by_study_and_needs_access_to_all_data(xnat: Xnat) -> None:
    study = new_study()
    row = upload(xnat, new_label(), {"1.dcm": image(study)})
    upload(xnat, new_label())
    assert [one["url"] for one in xnat.rows(f"/data/prearchive?tag={study}", "root")] == [row]
    assert xnat.get(f"/data/prearchive?tag={study}").status_code == 403


@fact("write 2.1")
def test_recent_sessions_by_number_or_true(xnat: Xnat) -> None:
    rows = [upload(xnat, new_label()) for _ in range(3)]
    path = "/data/prearchive/experiments?recent"
    assert {row["url"] for row in xnat.rows(f"{path}=2")} == set(rows[1:])
    assert set(rows) <= {row["url"] for row in xnat.rows(f"{path}=true")}


@fact("write 2.1")
def test_put_builds_the_table_again_from_the_disk(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text(WORLD)
    data = tmp_path / "data"
    with PracticeServer(str(world), data=data) as server:
        xnat = Xnat(server)
        row = ready(xnat, "ONE")
        lost = data.joinpath(*row.strip("/").replace("prearchive/projects", "prearchive").split("/"))
        lost.rename(lost.with_name("TWO"))
        assert xnat.put("/data/prearchive").status_code == 403
        assert xnat.put("/data/prearchive", "root").status_code == 200
        assert row_of(xnat, row) is None
        found = row_of(xnat, row.replace("ONE", "TWO"))
        assert found is not None
        assert (found["status"], found["subject"]) == ("READY", "S")
        assert len(found["scans"]) == 1


@fact("write 2.1")
def test_a_session_is_its_xml_document_by_default(xnat: Xnat) -> None:
    study, label = new_study(), new_label()
    answer = xnat.get(f"/data{ready(xnat, label, {'1.dcm': image(study)})}")
    assert answer.headers["content-type"].startswith("text/xml")
    root = fromstring(answer.text)
    assert root.tag == "{http://nrg.wustl.edu/xnat}MRSession"
    assert (root.get("UID"), root.get("label"), root.get("project")) == (study, label, "SRC")
    (scan,) = root.iter("{http://nrg.wustl.edu/xnat}scan")
    assert (scan.get("ID"), scan.get("UID")) == ("1", f"{study}.1")


@fact("write 2.1")
def test_documents_leave_out_characters_that_xml_has_no_place_for(xnat: Xnat) -> None:
    """``BaseElement.ValueParser``: ESC of a character set goes, NUL becomes a space."""
    content = image(new_study(), SeriesDescription="T1 \x1b$B\x07 & <so>")
    row = ready(xnat, new_label(), {"1.dcm": content})
    waits = xnat.get(f"/data{row}").content
    assert archive(xnat, row, "auto-archive=false").status_code == 200
    label = row.rpartition("/")[2]
    archived = xnat.get(f"/data/projects/SRC/experiments/{label}?format=xml").content
    table = xnat.get(f"/data/projects/SRC/experiments/{label}/scans?format=xml").content
    for document in (waits, archived, table):
        assert "T1 $B & <so>" in {element.text for element in fromstring(document).iter()}


@fact("write 2.1")
def test_json_gives_the_row_and_zip_all_files(xnat: Xnat) -> None:
    content = {"1.dcm": image(new_study())}
    row = ready(xnat, new_label(), content)
    assert [one["url"] for one in xnat.rows(f"/data{row}?format=json")] == [row]
    answer = xnat.get(f"/data{row}?format=zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.content)) as packed:
        assert [name.rpartition("/")[2] for name in packed.namelist()] == ["1.dcm"]


@fact("write 2.1")
def test_scans_resources_and_files_as_tables(xnat: Xnat) -> None:
    content = image(new_study(), SeriesDescription="t1")
    row = f"/data{ready(xnat, new_label(), {'1.dcm': content})}"
    (scan,) = xnat.rows(f"{row}/scans")
    assert scan == {"ID": "1", "xsiType": "xnat:mrScanData", "series_description": "t1"}
    (resource,) = xnat.rows(f"{row}/scans/1/resources")
    assert list(resource) == ["label", "file_count", "file_size"]
    assert (resource["label"], resource["file_count"]) == ("DICOM", "1")
    (file,) = xnat.rows(f"{row}/scans/1/resources/DICOM/files")
    assert (file["Name"], file["Size"]) == ("1.dcm", resource["file_size"])
    assert len(xnat.get(file["URI"]).content) == int(file["Size"])


@fact("write 2.1")
def test_files_can_be_put_into_the_sessions_own_resources(xnat: Xnat) -> None:
    label = new_label()
    row = ready(xnat, label)
    assert xnat.rows(f"/data{row}/resources") == []
    path = f"/data{row}/resources/NOTES/files/a/note.txt"
    assert xnat.put(f"{path}?inbody=true", content=b"hello").status_code == 200
    assert [one["label"] for one in xnat.rows(f"/data{row}/resources")] == ["NOTES"]
    for listing in ("resources/NOTES", "resources/NOTES/files"):
        (file,) = xnat.rows(f"/data{row}/{listing}")
        assert (file["Name"], file["Size"], file["URI"]) == ("a/note.txt", "5", path)
    assert xnat.get(path).content == b"hello"
    assert archive(xnat, row).status_code == 200
    (session,) = [one for one in xnat.project("SRC")["sessions"] if one["label"] == label]
    assert [one["label"] for one in session["resources"]] == ["NOTES"]


@fact("write 2.1")
def test_a_scan_is_removed_and_an_unknown_one_is_404(xnat: Xnat) -> None:
    study = new_study()
    files = {"1.dcm": image(study), "2.dcm": image(study, 1, 2)}
    row = ready(xnat, new_label(), files)
    assert xnat.delete(f"/data{row}/scans/2").status_code == 200
    found = row_of(xnat, row)
    assert found is not None
    assert [scan["id"] for scan in found["scans"]] == ["1"]
    refused = xnat.delete(f"/data{row}/scans/9")
    assert (refused.status_code, xnat.headline(refused)) == (404, "Unknown scan 9")


@fact("write 2.1")
def test_logs_tell_why_something_failed(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archive(xnat, ready(xnat, label, {"1.dcm": image(study)}))
    row = ready(xnat, label, {"1.dcm": image(study)})
    assert archive(xnat, row).status_code == 500
    archive(xnat, row, "subject=Other")
    first, second = xnat.rows(f"/data{row}/logs?format=json")
    assert list(first) == ["id", "date", "entry"]
    assert first["entry"] == "Session already exists with matching files."
    assert "Already Exists for another Subject" in second["entry"]
    assert first["date"] <= second["date"]
    assert xnat.rows(f"/data{row}/logs?format=json&template=short") == [
        {"id": first["id"]},
        {"id": second["id"]},
    ]
    last = xnat.get(f"/data{row}/logs/last")
    assert last.headers["content-type"].startswith("text/plain")
    assert last.text == second["entry"]
    assert xnat.get(f"/data{row}/logs/{first['id']}").text == first["entry"]


@fact("write 2.1")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        ("/data/prearchive/projects/SRC", "carl", 403, ""),
        ("/data/prearchive/projects/Unassigned", "ada", 403, ""),
        ("/data/prearchive/projects/NOPE", "ada", 500, "No project named NOPE"),
    ],
)
def test_lists_that_are_refused(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.get(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 2.1")
def test_the_document_of_a_session_that_is_not_built_is_404(xnat: Xnat) -> None:
    answer = xnat.get(f"/data{upload(xnat, new_label())}")
    assert (answer.status_code, xnat.headline(answer)) == (404, NO_DOCUMENT)


@fact("write 2.1")
def test_an_odd_format_is_400(xnat: Xnat) -> None:
    answer = xnat.get(f"/data{ready(xnat, new_label())}?format=tiff")
    assert answer.status_code == 400
    assert xnat.headline(answer) == "Requested type tiff is not supported"


@fact("write 2.1")
def test_a_row_that_does_not_exist_is_an_empty_list_and_no_404(xnat: Xnat) -> None:
    path = "/data/prearchive/projects/SRC/20200101_000000000/none"
    assert xnat.rows(f"{path}?format=json") == []


@fact("write 2.1")
def test_a_row_has_these_columns_in_this_order_and_only_strings(xnat: Xnat) -> None:
    study, label = new_study(), new_label()
    path = upload(xnat, label, {"1.dcm": image(study)})
    (row,) = xnat.rows(f"/data{path}?format=json")
    assert " ".join(row) == COLUMNS
    assert all(isinstance(value, str) for value in row.values())
    assert row["SOURCE"] == row["TIMEZONE"] == ""
    assert (row["folderName"], row["name"], row["tag"]) == (label, label, study)
    assert row["url"] == path == f"/prearchive/projects/SRC/{row['timestamp']}/{label}"
    assert (row["scan_date"], row["scan_time"]) == ("2024-03-05", "10:11:12")
    assert (row["prevent_anon"], row["prevent_auto_commit"]) == ("false", "false")


@fact("write 2.1")
def test_times_and_timestamps_have_their_shapes(xnat: Xnat) -> None:
    path = upload(xnat, new_label())
    (row,) = xnat.rows(f"/data{path}?format=json")
    digits = str.maketrans("0123456789", "0000000000")
    assert row["timestamp"].translate(digits) == "00000000_000000000"
    for name in ("lastmod", "uploaded"):
        assert row[name].translate(digits) == "0000-00-00 00:00:00.000"


@fact("write 2.1")
def test_the_list_has_no_total(xnat: Xnat) -> None:
    assert list(xnat.get("/data/prearchive/projects/SRC").json()["ResultSet"]) == ["Result"]


@fact("write 2.1")
@pytest.mark.parametrize(("code", "words"), [(0, "Manual"), (4, "AutoArchive"), (5, "AutoArchiveOverwrite")])
def test_autoarchive_says_what_the_projects_code_was(
    world: Callable[..., Xnat], code: int, words: str
) -> None:
    site = world(ROWS.replace('id = "SRC"', f'id = "SRC"\nprearchive_code = {code}'))
    path = upload(site, "X")
    lost = upload(site, "Y", project="NOPE")
    assert site.rows(f"/data{path}?format=json")[0]["autoarchive"] == words
    assert site.rows(f"/data{lost}?format=json", "root")[0]["autoarchive"] == ""
