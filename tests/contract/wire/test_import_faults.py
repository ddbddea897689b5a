"""Faults on order that an import meets: a full disk, files that go missing, a bit that turns (write 1.7)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import files_at, image, lines, new_study, send

MATCH = "POST /data/services/import"


def six(study: str) -> dict[str, bytes]:
    return {f"{number}.dcm": image(study, number) for number in range(1, 7)}


@pytest.fixture
def spoiled(xnat: Xnat) -> Any:
    """Sets one fault for the next import."""

    def order(**members: object) -> Xnat:
        xnat.server.set_faults([{"match": MATCH, "times": 1, **members}])
        return xnat

    yield order
    xnat.server.set_faults([])


Order = Callable[..., Xnat]


@fact("write 1.7", "a full disk is the catch-all 400 of an import")
def test_a_full_disk_is_the_catch_all(spoiled: Order) -> None:
    site, study = spoiled(no_space=True), new_study()
    answer = send(site, {"a/07.dcm": image(study)}, "project=SRC&session=FULL")
    assert (answer.status_code, site.headline(answer)) == (400, "unable to read DICOM object 07.dcm")
    (line,) = lines(send(site, {"a/07.dcm": image(study)}, "project=SRC&session=FULL"))
    assert len(files_at(site, line)) == 1


@fact("write 1.7", "Ignore-Unparsable=true swallows such faults too, until nothing is left")
def test_a_full_disk_is_swallowed_as_unparsable(spoiled: Order) -> None:
    site = spoiled(no_space=True)
    answer = send(site, six(new_study()), "project=SRC&session=FULL2&Ignore-Unparsable=true")
    assert (answer.status_code, site.headline(answer)) == (400, "unable to read DICOM object 6.dcm")


@fact("write 1.7", "dropped files leave no word")
def test_dropped_files_leave_no_word(spoiled: Order) -> None:
    site = spoiled(drop_file=2)
    (line,) = lines(send(site, six(new_study()), "project=SRC&session=DROP"))
    assert len(files_at(site, line)) == 4


@fact("write 1.7", "a turned bit keeps the size")
def test_a_turned_bit_keeps_the_size(spoiled: Order) -> None:
    study = new_study()
    site = spoiled(flip_byte=True)
    (bad,) = lines(send(site, six(study), "project=SRC&session=FLIP&prevent_anon=true"))
    (good,) = lines(send(site, six(study), "project=SRC&session=FLIP2&prevent_anon=true"))
    damaged, whole = files_at(site, bad), files_at(site, good)
    assert [file["size"] for file in damaged] == [file["size"] for file in whole]
    assert [one["path"] for one, other in zip(damaged, whole, strict=True) if one != other] == ["1.dcm"]
    assert damaged[0]["sop_instance_uid"] == whole[0]["sop_instance_uid"]
    assert damaged[0]["pixel_md5"] != whole[0]["pixel_md5"]
