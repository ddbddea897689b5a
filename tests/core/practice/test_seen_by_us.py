"""What our own door reads of the server is what lies there."""

import hashlib

from tests.contract.wire.conftest import Xnat
from xnat_ferry.xnat.catalogs import parse_catalog


def test_catalog_listing_and_bytes_tell_the_same(xnat: Xnat) -> None:
    base = f"/data/experiments/{xnat.id_of('001_MR1')}/scans/2"
    listed = {row["Name"]: row for row in xnat.rows(f"{base}/files")}
    stored = parse_catalog(xnat.get(f"{base}/resources/DICOM").content)
    assert {file.name for file in stored} == set(listed)
    for file in stored:
        content = xnat.get(listed[file.name]["URI"]).content
        assert file.digest == listed[file.name]["digest"] == hashlib.md5(content).hexdigest()
        assert file.size == int(listed[file.name]["Size"]) == len(content)
        assert file.uid
