"""A world with every problem planted at once, and what a check must find in it: that, and nothing else."""

from io import BytesIO
from pathlib import Path

from pydicom import dcmread

from tests.core.making import dicom_bytes

HOSTILE = "T1[red]w \\u001b[31m\\u202e bad[/x] %s"

WORLD = """
[server]
site_anonymization = {site_script}
checksums = {checksums}

[[users]]
login = "ada"
password = "pract1ce-pw"
projects = {{ SRC = "owner", DST = "member", COL = "owner", INTO = "member" }}

[[users]]
login = "carl"
password = "pract1ce-pw"
projects = {{ SRC = "collaborator", DST = "collaborator" }}

[[users]]
login = "olga"
password = "pract1ce-pw"
projects = {{ DST = "owner", HIDDEN = "owner" }}

[[projects]]
id = "SRC"

[[projects]]
id = "DST"
prearchive_code = 5
series_filter = {{ mode = "blacklist", list = ["^secret"] }}

[[projects]]
id = "COL"

[[projects]]
id = "HIDDEN"

[[projects]]
id = "PROTECTED"
accessibility = "protected"

[[projects]]
id = "PUBLIC"
accessibility = "public"

[[projects]]
id = "INTO"
"""

_SCAN = '{ id = "1", type = "t1", files = 2, rows = 16, columns = 16 }'


def session(label: str, subject: str = "", project: str = "SRC", scans: str = _SCAN, **more: str) -> str:
    """One session of the world, everything else as TOML texts."""
    facts = "".join(f"{key} = {value}\n" for key, value in more.items())
    name = subject or label.partition("_")[0]
    return (
        f'[[sessions]]\nproject = "{project}"\nsubject = "{name}"\nlabel = "{label}"\n'
        f"scans = [{scans}]\n{facts}\n"
    )


SESSIONS = "".join(
    [
        session("S01_plain"),
        # conflicts, each beside what it meets at the destination
        session("S02_done", study='"done"'),
        session("S02_done", project="DST", study='"done"'),
        session(
            "S03_part", study='"part"', scans=_SCAN + ', { id = "2", type = "t2", files = 1, uid = "p2" }'
        ),
        session("S03_part", project="DST", study='"part"'),
        session("S04_other"),
        session("S04_other", project="DST"),
        session("S05_subject"),
        session("S05_subject", subject="Somebody", project="DST"),
        session("S06_shared"),
        session(
            "S06_of_col",
            subject="S06",
            project="COL",
            shared_into='[{ project = "DST", label = "S06_shared" }]',
        ),
        session("S07_waits"),
        session("S07_waits", project="DST", prearchive='"READY"'),
        session("S08_case"),
        session("s08_CASE", subject="S08", project="DST"),
        session("S09_twin1", study='"twins"'),
        session("S09_twin2", study='"twins"'),
        session("S10_map1"),
        session("S10_map2"),
        session("S11 space", subject="S11"),
        # what the headers say
        session("S12_doe", patient_name='"DOE^JANE"'),
        session("S13_route", study_description='"xnat://SRC/S13/S13_route"'),
        session(
            "S14_secret",
            scans='{ id = "1", type = "x", description = "secret survey", files = 1 },'
            + _SCAN.replace('"1"', '"2"'),
        ),
        session("S15_hostile", scans=_SCAN.replace('type = "t1"', f'type = "t1", description = "{HOSTILE}"')),
        '[[sessions]]\nproject = "SRC"\nsubject = "S16"\nlabel = "S16_burned"\ndicom = "burned"\n',
    ]
)


def write_world(folder: Path, *, site_script: bool = True, checksums: bool = True) -> Path:
    """The world's file, with the real DICOM that it names beside it."""
    burned = folder / "burned"
    burned.mkdir(parents=True)
    (burned / "1.dcm").write_bytes(_burned())
    world = folder / "world.toml"
    text = WORLD.format(site_script=str(site_script).lower(), checksums=str(checksums).lower())
    world.write_text(text + SESSIONS)
    return world


def _burned() -> bytes:
    header = dcmread(BytesIO(dicom_bytes(sop_uid="2.25.16.1.1", study_uid="2.25.16", series_uid="2.25.16.1")))
    header.Modality = "MR"
    header.PatientName, header.PatientID = "S16", "S16_burned"
    header.PatientIdentityRemoved, header.DeidentificationMethod = "YES", "by hand"
    header.BurnedInAnnotation = "YES"
    content = BytesIO()
    header.save_as(content, enforce_file_format=True)
    return content.getvalue()
