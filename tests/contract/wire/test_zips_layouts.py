"""Where files stand in a zip: four layouts (wire-read 2.10)."""

from collections.abc import Callable

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.filing import SESSION, SUBJECT, WORLD, filed, unzipped

__all__ = ["filed"]


def names(xnat: Xnat, path: str, query: str = "") -> list[str]:
    answer = xnat.get(f"{path}?format=zip{query}")
    assert answer.status_code == 200, answer.text
    return list(unzipped(answer.content))


NIFTI = f"{SESSION}/scans/2/resources/NIFTI/files"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", "001_MR1/scans/2-t1_mprage/resources/DICOM/files/0001.dcm"),
        ("&structure=default", "001_MR1/scans/2-t1_mprage/resources/DICOM/files/0001.dcm"),
        ("&structure=improved", "scans/2_t1 mprage/DICOM/0001.dcm"),
        ("&structure=simplified", "001_MR1/scans/2/DICOM/0001.dcm"),
        ("&structure=legacy", "001_MR1/SCANS/2/DICOM/0001.dcm"),
    ],
)
@fact("read 2.10", "the four layouts of a scan's file")
def test_layouts(filed: Xnat, query: str, first: str) -> None:
    for path in (f"{SESSION}/scans/2/files", f"{SESSION}/scans/2/resources/DICOM/files"):
        assert first in names(filed, path, query)
    short = f"/data/experiments/{filed.id_of('001_MR1')}/scans/2/files"
    assert first in names(filed, short, query)


@pytest.mark.parametrize(("scan", "folder"), [("1", "1-loc_red_"), ("3", "3"), ("4", "4-a_b_c")])
@fact("read 2.10", "default: non-word characters of the type are _, and without a type there is no suffix")
def test_type_suffixes(filed: Xnat, scan: str, folder: str) -> None:
    assert names(filed, f"{SESSION}/scans/{scan}/files")[0].startswith(f"001_MR1/scans/{folder}/resources/")


@fact("read 2.10", "default: /<scanID>/ is replaced anywhere in the path, also in a file's own folder")
def test_a_folder_named_like_a_scan(filed: Xnat) -> None:
    start = "001_MR1/scans/2-t1_mprage/resources/NIFTI/files"
    assert f"{start}/1/deep.txt" in names(filed, NIFTI)  # scan 1 is not in the address
    both = names(filed, f"{SESSION}/scans/1,2/files")
    assert f"{start}/1-loc_red_/deep.txt" in both


@fact("read 2.10", "simplified: /resources and /files go wherever they occur")
def test_simplified_takes_out_too_much(filed: Xnat) -> None:
    assert names(filed, NIFTI, "&structure=simplified") == [
        "001_MR1/scans/2/NIFTI/t1.nii",
        "001_MR1/scans/2/NIFTI/1/deep.txt",
        "001_MR1/scans/2/NIFTI/odd.txt",
    ]


@fact("read 2.10", "improved: only what no file system takes is replaced, and tars leave the type out")
def test_improved(filed: Xnat) -> None:
    assert (
        names(filed, f"{SESSION}/scans/1/files", "&structure=improved")[0]
        == "scans/1_loc[red]/DICOM/0001.dcm"
    )
    assert (
        names(filed, f"{SESSION}/scans/4/files", "&structure=improved")[0] == "scans/4_a_b,c/DICOM/0001.dcm"
    )
    answer = filed.get(f"{SESSION}/scans/1/files?format=tar&structure=improved")
    assert answer.content.startswith(b"scans/1/DICOM/0001.dcm\0")


@fact("read 2.10", "improved: session-level files stand under resources/XNAT_E…_ with a space, unless all")
def test_improved_session_level(filed: Xnat) -> None:
    odd = f"resources/{filed.id_of('001_MR1')}_ /BIDS/README"
    assert odd in names(filed, f"{SESSION}/resources/BIDS/files", "&structure=improved")
    everything = names(filed, f"{SESSION}/resources/BIDS,DICOM/files", "&structure=improved&all=true")
    assert "resources/BIDS/README" in everything
    assert "scans/2_t1 mprage/DICOM/0001.dcm" in everything


@fact("read 2.10")
def test_session_level_files(filed: Xnat) -> None:
    assert "001_MR1/resources/BIDS/files/sub-001/anat/T1w.json" in names(
        filed, f"{SESSION}/resources/BIDS/files"
    )


@fact("read 2.10", "a scan's type stands in the folder only if scans are in the address, not with all=true")
def test_all(filed: Xnat) -> None:
    found = names(filed, f"{SESSION}/resources/BIDS,DICOM/files", "&all=true")
    assert "001_MR1/resources/BIDS/files/README" in found
    assert "001_MR1/scans/2/resources/DICOM/files/0001.dcm" in found


@fact("read 2.10", "the switch: with all=true the type is there too")
def test_all_with_types(world: Callable[..., Xnat]) -> None:
    off = world("[server]\nunconfirmed = { all_true_names_no_scan_type = false }\n" + WORLD)
    found = names(off, f"{SESSION}/resources/DICOM/files", "&all=true")
    assert "001_MR1/scans/2-t1_mprage/resources/DICOM/files/0001.dcm" in found


@pytest.mark.parametrize(
    ("query", "above"),
    [
        ("&projectIncludedInPath=true", "SRC/"),
        ("&subjectIncludedInPath=true", "001/"),
        ("&projectIncludedInPath=true&subjectIncludedInPath=true", "SRC/001/"),
    ],
)
@fact("read 2.10", "projectIncludedInPath and subjectIncludedInPath put folders in front")
def test_folders_above(filed: Xnat, query: str, above: str) -> None:
    found = names(filed, f"{SESSION}/scans/2/files", query)
    assert f"{above}001_MR1/scans/2-t1_mprage/resources/DICOM/files/0001.dcm" in found
    simple = names(filed, f"{SESSION}/scans/2/files", f"{query}&structure=simplified")
    assert f"{above}001_MR1/scans/2/DICOM/0001.dcm" in simple


@fact("read 2.10", "accession IDs are replaced by labels")
def test_ids_become_labels(filed: Xnat) -> None:
    for path in (SUBJECT, "/data/projects/SRC", f"{SESSION}/assessors/QC1/out", SESSION):
        found = filed.get(f"{path}/resources/SUBJ,PROJ,MEASURES,BIDS/files?format=zip")
        assert not any("XNAT_" in name for name in unzipped(found.content))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{SUBJECT}/files", "001/resources/SUBJ/files/s.txt"),
        ("/data/projects/SRC/resources/PROJ/files", "SRC/resources/PROJ/files/p.txt"),
        (f"{SESSION}/assessors/QC1/out/files", "QC1/out/resources/MEASURES/files/m.txt"),
        (f"{SESSION}/assessors/QC1/in/files", "QC1/in/resources/SOURCE/files/i.txt"),
    ],
)
@fact("read 2.10", "zips of the other levels")
def test_other_levels(filed: Xnat, path: str, name: str) -> None:
    assert names(filed, path) == [name]
