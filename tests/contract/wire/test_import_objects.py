"""What becomes of each object of an upload (wire-write 1.7)."""

import struct
import threading
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import httpx
import pydicom
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import (
    IMPORT,
    ZIP,
    files_at,
    header_at,
    image,
    lines,
    new_study,
    row_at,
    send,
    tarred,
    zipped,
)

LEFT_OUT = [
    LeftOut(
        "write 1.3",
        "Custom-Processing, Transfer-Syntax-UID, Sender-ID, Sender-AE-Title",
        "the DICOM receiver's plumbing",
    ),
    LeftOut("write 1.3", "SOURCE=uploader skips plugin labelling", "there are no plugins here"),
]
NOT_DICOM = "unable to read DICOM object {}"


@fact("write 1.7")
def test_directories_are_skipped_and_archives_within_are_unpacked(xnat: Xnat) -> None:
    study = new_study()
    inner = {"deep/2.dcm": image(study, 2)}
    files = {
        "folder/": b"",
        "folder/1.dcm": image(study),
        "folder/inner.zip": zipped(inner, zipfile.ZIP_DEFLATED),
        "inner.tar": tarred({"3.dcm": image(study, 3)}),
        "inner.tgz": tarred({"4.dcm": image(study, 4)}, "w:gz"),
    }
    (line,) = lines(send(xnat, files, "project=SRC&session=NEST"))
    assert {file["path"] for file in files_at(xnat, line)} == {"1.dcm", "2.dcm", "3.dcm", "4.dcm"}


@fact("write 1.7", "without a commit the row stays RECEIVING and has no document")
def test_without_a_commit_a_row_is_receiving(xnat: Xnat) -> None:
    (line,) = lines(send(xnat, {"1.dcm": image(new_study())}, "project=SRC&session=RCV"))
    assert row_at(xnat, line)["status"] == "RECEIVING"
    answer = xnat.get(line)
    assert answer.status_code == 404
    assert "its XNAT session document is not available" in xnat.headline(answer)


@fact("write 1.7")
def test_one_study_project_and_label_join_one_row(xnat: Xnat) -> None:
    study = new_study()
    first = lines(send(xnat, {"1.dcm": image(study)}, "project=SRC&session=JOIN"))
    assert lines(send(xnat, {"2.dcm": image(study, 2)}, "project=SRC&session=JOIN")) == first
    assert lines(send(xnat, {"3.dcm": image(study, 3)}, "project=SRC&session=JOIN2")) != first
    assert lines(send(xnat, {"4.dcm": image(study, 4)}, "project=PUB&session=JOIN")) != first
    assert lines(send(xnat, {"5.dcm": image(new_study())}, "project=SRC&session=JOIN")) != first
    assert len(files_at(xnat, first[0])) == 2


@fact("write 1.7")
def test_another_study_into_a_folder_that_belongs_to_one_is_400(xnat: Xnat) -> None:
    dest = "/prearchive/projects/SRC/20200101_000000010/OWNED"
    send(xnat, {"1.dcm": image(new_study())}, f"dest={dest}")
    answer = send(xnat, {"1.dcm": image(new_study())}, f"dest={dest}")
    assert answer.status_code == 400
    assert len(files_at(xnat, f"/data{dest}")) == 1


@fact("write 1.7")
def test_what_is_not_dicom_stops_the_call_and_leaves_what_was_read(xnat: Xnat) -> None:
    study = new_study()
    files = {"a/1.dcm": image(study), "a/notes.txt": b"hello", "a/2.dcm": image(study, 2)}
    answer = send(xnat, files, "dest=/prearchive/projects/SRC&session=PART")
    assert answer.status_code == 400
    assert xnat.headline(answer) == NOT_DICOM.format("notes.txt")
    (row,) = [one for one in xnat.project("SRC")["prearchive"] if one["name"] == "PART"]
    assert row["status"] == "RECEIVING"
    assert [file["path"] for file in row["scans"][0]["resources"][0]["files"]] == ["1.dcm"]


@fact("write 1.3")
@pytest.mark.parametrize("more", ["Ignore-Unparsable=true", "action=commit", "Ignore-Unparsable="])
def test_unparsable_entries_can_be_skipped(xnat: Xnat, more: str) -> None:
    study = new_study()
    files = {"notes.txt": b"hello", "x.gz": b"?", "1.dcm": image(study)}
    (line,) = lines(send(xnat, files, f"project=SRC&session=SKIP&{more}"))
    assert [file["path"] for file in files_at(xnat, line)] == ["1.dcm"]


@fact("write 1.3", "a dest alone does not skip unparsable entries, Ignore-Unparsable=false forbids it")
@pytest.mark.parametrize("more", ["dest=/prearchive/projects/SRC", "action=commit&Ignore-Unparsable=false"])
def test_unparsable_entries_are_not_skipped_by_dest(xnat: Xnat, more: str) -> None:
    files = {"notes.txt": b"hello", "1.dcm": image(new_study())}
    assert send(xnat, files, f"project=SRC&session=NOSKIP&{more}").status_code == 400


@fact("write 1.7")
def test_if_nothing_could_be_parsed_the_last_error_is_raised(xnat: Xnat) -> None:
    answer = send(xnat, {"a.txt": b"hello", "b.txt": b"more"}, "project=SRC&Ignore-Unparsable=true")
    assert (answer.status_code, xnat.headline(answer)) == (400, NOT_DICOM.format("b.txt"))


@fact("write 1.3", "action=commit in other letters is none")
def test_a_commit_is_written_in_small_letters(xnat: Xnat) -> None:
    (line,) = lines(send(xnat, {"1.dcm": image(new_study())}, "project=SRC&session=CASE&action=Commit"))
    assert row_at(xnat, line)["status"] == "RECEIVING"


@fact("write 1.7")
@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("SOPClassUID", "object 1.dcm contains no SOP Class UID"),
        ("SOPInstanceUID", "object 1.dcm contains no SOP Instance UID"),
    ],
)
def test_objects_without_sop_uids_are_400(xnat: Xnat, keyword: str, words: str) -> None:
    answer = send(xnat, {"a/1.dcm": image(new_study(), **{keyword: None})}, "project=SRC")
    assert (answer.status_code, xnat.headline(answer)) == (400, words)


@fact("write 1.7")
def test_scans_go_by_series_number_else_by_series_uid(xnat: Xnat) -> None:
    study = new_study()
    files = {"1.dcm": image(study, 1, 7), "2.dcm": image(study, 1, 8, SeriesNumber="")}
    (line,) = lines(send(xnat, files, "project=SRC&session=SCANS"))
    assert {scan["id"] for scan in row_at(xnat, line)["scans"]} == {"7", f"{study}.8".replace(".", "_")}


@fact("write 1.7")
def test_a_file_is_named_after_its_entry(xnat: Xnat) -> None:
    study = new_study()
    files = {"a/b/IM 1(x).dcm": image(study), "a\\c\\IM2": image(study, 2)}
    (line,) = lines(send(xnat, files, "project=SRC&session=NAMES"))
    assert {file["path"] for file in files_at(xnat, line)} == {"IM_1_x_.dcm", "IM2"}


def templated(name: str, study: str, number: int, series: int = 1) -> bool:
    """Study, series number, instance number and a hash."""
    head, _, tail = name.rpartition("-")
    return head == f"{study}-{series}-{number}" and tail.endswith(".dcm") and tail[:-4].isalnum()


@fact("write 1.7")
def test_the_template_names_what_clashes_and_the_same_instance_is_overwritten(xnat: Xnat) -> None:
    study = new_study()
    files = {"a/1.dcm": image(study), "b/1.dcm": image(study, 2)}
    (line,) = lines(send(xnat, files, "project=SRC&session=CLASH"))
    plain, made = sorted((file["path"] for file in files_at(xnat, line)), key=len)
    assert plain == "1.dcm"
    assert templated(made, study, 2)
    send(xnat, {"c/1.dcm": image(study, SeriesDescription="again")}, "project=SRC&session=CLASH")
    assert len(files_at(xnat, line)) == 2
    assert header_at(xnat, line).SeriesDescription == "again"


@fact("write 1.7")
def test_rename_true_forces_template_names(xnat: Xnat) -> None:
    study = new_study()
    (line,) = lines(send(xnat, {"1.dcm": image(study)}, "project=SRC&session=REN&rename=true"))
    (file,) = files_at(xnat, line)
    assert templated(file["path"], study, 1)
    (other,) = lines(send(xnat, {"1.dcm": image(study)}, "project=SRC&session=REN1&rename=1"))
    assert [file["path"] for file in files_at(xnat, other)] == ["1.dcm"]


@fact("read 4.5", "names on disk follow the site's dicomFileNameTemplate")
def test_the_template_is_a_site_preference(world: Callable[..., Xnat]) -> None:
    site = world(
        '[[users]]\nlogin = "ada"\nadmin = true\nprojects = { SRC = "owner" }\n[[projects]]\nid = "SRC"\n'
    )
    template = {"dicomFileNameTemplate": "${Modality}_${InstanceNumber}"}
    assert site.post("/xapi/siteConfig", json=template).status_code == 200
    (line,) = lines(send(site, {"x.dcm": image(new_study(), 7)}, "project=SRC&session=TPL&rename=true"))
    assert [file["path"] for file in files_at(site, line)] == ["MR_7.dcm"]


@fact("write 7", "a repeated upload joins the old row and overwrites the same instances")
@fact("write 1.7", "the name in the template is the same whenever the same object comes")
def test_a_renamed_object_sent_again_is_the_same_file(xnat: Xnat) -> None:
    study = new_study()
    for _ in range(2):
        (line,) = lines(send(xnat, {"1.dcm": image(study)}, "project=SRC&session=TWICE&rename=true"))
    assert len(files_at(xnat, line)) == 1


@fact("read 13.9")
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_radiotherapy_object_among_images_is_secondary(xnat: Xnat, order: tuple[int, int]) -> None:
    study = new_study()
    plan = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.481.5", "Modality": "RTPLAN"}
    both = {1: image(study), 2: image(study, 2, **plan)}
    files = {f"{number}.dcm": both[number] for number in order}
    (line,) = lines(send(xnat, files, f"project=SRC&session=RT{order[0]}"))
    (scan,) = row_at(xnat, line)["scans"]
    found = {one["label"]: [file["path"] for file in one["files"]] for one in scan["resources"]}
    assert found == {"DICOM": ["1.dcm"], "secondary": ["2.dcm"]}


@fact("read 13.9")
@pytest.mark.parametrize("handler", ["DICOM-zip", ""])
def test_a_label_from_the_dicom_has_underscores_for_what_labels_may_not_hold(
    xnat: Xnat, handler: str
) -> None:
    files = {"1.dcm": image(new_study(), PatientName="Sample Patient", PatientID="A.b^c/d")}
    named = f"import-handler={handler}&" if handler else ""
    answer = xnat.post(f"{IMPORT}?{named}project=SRC", content=zipped(files), headers=ZIP)
    (line,) = lines(answer)
    assert line.endswith("/A_b_c_d")
    assert row_at(xnat, line)["subject"] == "Sample_Patient"


@fact("write 1.7")
def test_without_labels_the_session_is_called_dicom_upload(xnat: Xnat) -> None:
    (line,) = lines(send(xnat, {"1.dcm": image(new_study())}, "project=SRC"))
    assert line.endswith("/dicom_upload")
    assert row_at(xnat, line)["subject"] == ""


@fact("write 7")
@fact("write 1.7")
def test_two_uploads_of_one_object_at_one_time_are_refused(xnat: Xnat) -> None:
    """The second has to come while the first is written, so a large object, and as often as it takes."""
    study = new_study()
    large = image(study, PixelData=bytes(96 * 1024 * 1024), Rows=9600, Columns=10240)
    content = zipped({"1.dcm": large}, zipfile.ZIP_DEFLATED)
    for _ in range(20):
        answers: list[httpx.Response] = []

        def go(answers: list[httpx.Response] = answers) -> None:
            url = f"{IMPORT}?import-handler=DICOM-zip&project=SRC&session=SAME"
            answers.append(xnat.post(url, content=content, headers=ZIP))

        threads = [threading.Thread(target=go) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused = [xnat.headline(answer) for answer in answers if answer.status_code == 400]
        if refused:
            break
    assert refused == ["Concurrent file sends of the same data is not supported."]
    (row,) = [one for one in xnat.project("SRC")["prearchive"] if one["name"] == "SAME"]
    assert len(row["scans"][0]["resources"][0]["files"]) == 1


@fact("write 7", "a zip is read as a stream: what stands before the break is stored")
def test_a_zip_that_breaks_off_stores_what_came_before(xnat: Xnat) -> None:
    study = new_study()
    whole = zipped({"1.dcm": image(study), "2.dcm": image(study, 2)})
    cut = whole[: whole.index(b"2.dcm") + 200]
    url = f"{IMPORT}?import-handler=DICOM-zip&project=SRC&session=CUT"
    answer = xnat.post(url, content=cut, headers=ZIP)
    assert (answer.status_code, xnat.headline(answer)) == (400, NOT_DICOM.format("2.dcm"))
    (row,) = [one for one in xnat.project("SRC")["prearchive"] if one["name"] == "CUT"]
    assert [file["path"] for file in row["scans"][0]["resources"][0]["files"]] == ["1.dcm"]


@fact("write 1.7", "an entry whose CRC is wrong is not stored")
def test_an_entry_that_was_damaged_on_the_way_is_not_stored(xnat: Xnat) -> None:
    study = new_study()
    content = bytearray(zipped({"1.dcm": image(study)}))
    content[content.index(b"PK\x01\x02") - 2] ^= 0xFF
    url = f"{IMPORT}?import-handler=DICOM-zip&project=SRC&session=CRC"
    answer = xnat.post(url, content=bytes(content), headers=ZIP)
    assert (answer.status_code, xnat.headline(answer)) == (400, NOT_DICOM.format("1.dcm"))


@fact("write 1.2", "zips with data descriptors: deflated entries are read, stored ones are refused")
def test_a_stored_entry_with_a_descriptor_cannot_be_read(xnat: Xnat) -> None:
    content = image(new_study())
    for method, status in ((8, 200), (0, 400)):
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(content) + packer.flush() if method else content
        head = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 8, method, 0, 0, 0, 0, 0, 5, 0) + b"1.dcm"
        tail = struct.pack("<4sIII", b"PK\x07\x08", zlib.crc32(content), len(packed), len(content))
        url = f"{IMPORT}?import-handler=DICOM-zip&project=SRC&session=DESC"
        answer = xnat.post(url, content=head + packed + tail, headers=ZIP)
        assert answer.status_code == status
    assert xnat.headline(answer) == "unable to read data from file"


@fact("write 7", "no size limit in this path")
@fact("write 1.7", "a large object passes by in pieces and arrives whole")
def test_a_large_object_arrives_as_it_was_sent(xnat: Xnat) -> None:
    pixels = bytes(range(256)) * 12000
    sent = image(new_study(), PixelData=pixels, Rows=1500, Columns=2048)
    (line,) = lines(send(xnat, {"1.dcm": sent}, "project=SRC&session=LARGE&prevent_anon=true"))
    (file,) = files_at(xnat, line)
    assert file["size"] == len(sent)
    assert header_at(xnat, line).PixelData == pixels


@fact("write 1.7", "deflated and big-endian objects are stored too")
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2"])
def test_other_transfer_syntaxes_pass_too(xnat: Xnat, syntax: str) -> None:
    dataset = pydicom.dcmread(BytesIO(image(new_study(), PatientName="WAS")))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    out = BytesIO()
    pydicom.dcmwrite(
        out, dataset, implicit_vr=syntax.endswith(".1.2"), little_endian=not syntax.endswith(".2.2")
    )
    label = f"SYN{syntax.replace('.', '')}"
    (line,) = lines(send(xnat, {"1.dcm": out.getvalue()}, f"project=SRC&subject=IS&session={label}"))
    stored = header_at(xnat, line)
    assert stored.PatientName == "IS"
    assert stored.PixelData == dataset.PixelData
    assert stored.file_meta.TransferSyntaxUID == syntax
