"""Small seeds, made by code, and what is done to them; how many times stands here too."""

import gzip
import os
from functools import lru_cache

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import dicom_bytes, plan_of, planned, zip_of
from tests.core.test_journal import STORY
from xnat_ferry import events
from xnat_ferry.plan.file import to_json, to_toml

TIMES = int(os.environ.get("XNAT_FERRY_FUZZ", "1"))
"""``make fuzz`` sets it to 100: so many times as many of each."""


def tried(times: int) -> settings:
    """The settings of one property: the same examples each time, except where many are wanted."""
    return settings(max_examples=times * TIMES, derandomize=TIMES == 1)


ROW = '{"ID":"X1","label":"001_MR1","subject_label":"001","xsiType":"xnat:mrSessionData","project":"SRC"}'
FILE = (
    '{"Name":"1.dcm","Size":"12","digest":"aa","URI":"/data/experiments/X1/scans/1/resources/7/files/1.dcm"}'
)
ITEM = (
    '{"items":[{"meta":{"xsi:type":"xnat:mrSessionData","start_date":"now"},"data_fields":'
    '{"ID":"X1","label":"A","project":"SRC","subject_ID":"S1","UID":"1.2.3"},"children":[{"field":"scans/scan",'
    '"items":[{"meta":{},"data_fields":{"ID":"1","UID":"1.2.3.1","type":"t1"},"children":[{"field":"file",'
    '"items":[{"meta":{},"data_fields":{"label":"DICOM","file_count":2,"file_size":9},"children":[]}]}]}]}]}]}'
)
ANSWERS = [
    text.encode()
    for text in (
        f'{{"ResultSet":{{"Result":[{ROW}]}}}}',
        f'{{"ResultSet":{{"Result":[{FILE},{FILE}]}}}}',
        '{"ResultSet":{"Result":[{"path":"config","tool":"seriesImportFilter","contents":'
        '"{\\"mode\\":\\"blacklist\\",\\"list\\":[\\"x\\"]}","status":"enabled"}]}}',
        '{"ResultSet":{"Result":[{"code":"1","type":"FAIL","message":"m","status":"READY","Label":"DICOM"}]}}',
        ITEM,
        '{"enableSitewideAnonymizationScript":true,"sitewideAnonymizationScript":"x"}',
        '["a", "b"]',
        "true",
        "<html><h3>no</h3></html>",
        '<Session ID="X1" UID="1.2.3"><scan ID="1" UID="1.2"><file label="DICOM"/></scan></Session>',
        "/data/prearchive/projects/DST/20260101_1/A\r\n",
    )
]
CATALOGS = [
    b'<cat:Catalog xmlns:cat="http://nrg.wustl.edu/catalog"><cat:entries><cat:entry URI="1.dcm" UID="1.2" '
    b'digest="aa"><cat:metaField name="SIZE">12</cat:metaField></cat:entry></cat:entries></cat:Catalog>',
    b'<!DOCTYPE x [<!ENTITY e "aaaa">]><Catalog>&e;</Catalog>',
    b'<?xml version="1.0" encoding="utf-16"?><Catalog/>',
    b"<a>" * 3_000,
]
PAGES = [b"<!DOCTYPE html><html><h3>Operation Failed: session UID</h3>", b"plain words", b"\xff\xfe<h3>", b""]
PACKED = [gzip.compress(b'{"a": 1}' * 20, mtime=0), gzip.compress(bytes(9_000), mtime=0), b"\x1f\x8b\x08"]
SLURM = ["4711;cluster\n", "0|RUNNING|None|n1\n1|PENDING|Resources|\n", "12 hours left\n4712\n", "²|x|y|z"]
PLAN = plan_of(planned("001_MR1"), planned("002_MR1"))
PLANS = [to_toml(PLAN).encode(), to_json(PLAN), b"a=" + b"[" * 2_000, b"[" * 5_000]
WORLDS = [
    b'[[users]]\nlogin="a"\npassword="b"\nprojects={SRC="owner"}\n[[projects]]\nid="SRC"\n'
    b'[[sessions]]\nproject="SRC"\nsubject="1"\nlabel="A"\nmodality="MR"\nscans=[{id="1",type="t",files=1}]\n',
    b'[[faults]]\nmatch="GET /data/.*"\nstatus=500\n',
    b"x=" + b"[" * 2_000,
]
_LINES = [events.encode(replace(event, at=1.0)) for event in STORY]
JOURNALS = [
    b"".join(_LINES),
    *_LINES[:4],
    b'{"type":"LoggedIn","x":' + b"[" * 3_000 + b"\n",
]
TABLES = [
    b"id,subject,session,to_subject,to_session\r\nX1,001,001_MR1,P1,P1_MR1\r\n",
    b"\xef\xbb\xbfsession;to_subject;to_session\n",
    b'id,to_subject,to_session\n"a\n',
    b"id,to_subject,to_session\nX,'=1,-2\n",
]
RULES = [
    "prefix=P_",
    "session.suffix=_b",
    r"replace=^(\w+)_/\1",
    "template={subject}_{date}",
    "subject.replace=a/b",
]
ENDPOINTS = [
    "SRC",
    "main:SRC",
    "https://x.example/SRC",
    "https://[::1]:8080/a/data/projects/P",
    "http://x:y@z/P",
]
SCRIPTS = [
    '(0010,0010) := "a"\n-(0010,0020)\n',
    '(0008,103E) ~ "x" ? (0010,0010) := project\n',
    'version "6.1"\n',
]
FILTERS = ["^a.*\n[0008103E]\nb+\n# c", "(a+)+$", "[SeriesNumber]\n\\d{1,4}"]


@lru_cache
def dicoms() -> list[bytes]:
    """A whole instance, one with a sequence cut open, one that is deflated, and what is none."""
    whole = dicom_bytes()
    deflated = whole.replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.1.99")
    return [whole, whole[128:], deflated, whole.replace(b"UI", b"SQ", 3), b"", b"DICM" * 40]


@lru_cache
def zips() -> list[bytes]:
    """Stored as XNAT does it, and cut."""
    whole = zip_of({"scans/1/DICOM/1.dcm": dicom_bytes()}).getvalue()
    return [whole, whole[: len(whole) // 2], b"PK\x05\x06" + bytes(18)]


@st.composite
def spoilt(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed after up to four changes: bytes flipped, cut out, doubled, put in, or of another seed."""
    found = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(found)))
        end = min(len(found), start + draw(st.integers(0, 40)))
        how = draw(st.integers(0, 4))
        if how == 0:
            found[start:end] = draw(st.binary(max_size=8))
        elif how == 1:
            del found[start:end]
        elif how == 2:
            found[start:start] = found[start:end] * draw(st.integers(1, 30))
        elif how == 3:
            found[start:end] = bytes(byte ^ 0xFF for byte in found[start:end])
        else:
            other = draw(st.sampled_from(seeds))
            found[start:end] = other[start : start + 200]
    return bytes(found)


def spoilt_text(seeds: list[str]) -> st.SearchStrategy[str]:
    """The same of text, beside any text at all."""
    made = spoilt([seed.encode() for seed in seeds]).map(lambda raw: raw.decode("utf-8", "replace"))
    return made | st.text(max_size=60)


def json_values() -> st.SearchStrategy[bytes]:
    """JSON of any shape under the names that answers have."""
    names = st.sampled_from(
        ["ResultSet", "Result", "items", "data_fields", "children", "field", "meta", "ID", "label", "URI"]
    )
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    whole = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )
    return whole.map(msgspec.json.encode)


CORPUS = (
    len(dicoms())
    + len(zips())
    + sum(
        len(seeds)
        for seeds in (
            ANSWERS,
            CATALOGS,
            PAGES,
            PACKED,
            SLURM,
            PLANS,
            WORLDS,
            JOURNALS,
            TABLES,
            RULES,
            ENDPOINTS,
            SCRIPTS,
            FILTERS,
        )
        if isinstance(seeds, list)
    )
)
"""How many seeds there are."""
