"""Catalog documents, real in form and hostile in content."""

import pytest

from xnat_ferry.model import StoredFile
from xnat_ferry.xnat.catalogs import parse_catalog

CATALOG = b"""<?xml version="1.0" encoding="UTF-8"?>
<cat:DCMCatalog UID="1.2.3.1" xmlns:cat="http://nrg.wustl.edu/catalog"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<cat:entries>
  <cat:entry ID="a.dcm" UID="1.2.3.1.1" URI="sub/a.dcm" digest="ABCDEF"
    instanceNumber="1" xsi:type="cat:dcmEntry">
    <cat:metaFields><cat:metaField name="size_in_bytes">1920</cat:metaField></cat:metaFields>
  </cat:entry>
  <cat:entry URI="b.txt"/>
</cat:entries>
</cat:DCMCatalog>"""


def test_entries_carry_name_uid_size_and_digest() -> None:
    assert parse_catalog(CATALOG) == (
        StoredFile(name="a.dcm", path="sub/a.dcm", uid="1.2.3.1.1", size=1920, digest="abcdef"),
        StoredFile(name="b.txt", path="b.txt"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Catalog>&e;</Catalog>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Catalog>&b;</Catalog>',
    ],
)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="document"):
        parse_catalog(body)
