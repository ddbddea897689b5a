"""A session landed at a practice server's destination without the engine, and means to damage it there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from xnat_ferry.dicom.instance import read_passing
from xnat_ferry.model import Instance, Level
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.project import ProjectSettings
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.verify import SessionVerification
from xnat_ferry.verify.inspecting import Target, inspect_session
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.source import Source
from xnat_ferry.xnat import prearchive
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import find_session
from xnat_ferry.xnat.project_settings import read_settings
from xnat_ferry.xnat.scan_zips import import_zip, open_scans
from xnat_ferry.xnat.zip_stream import read_zip

WORLD = """
[[users]]
login = "ada"
password = "pract1ce-pw"
admin = true
projects = { SRC = "owner", DST = "owner", MAP = "owner", FIL = "owner" }

[[projects]]
id = "SRC"

[[projects]]
id = "DST"

[[projects]]
id = "MAP"
anonymization = '''
(0008,0018) := hashUID[(0008,0018)]
(0020,000E) := hashUID[(0020,000E)]
'''

[[projects]]
id = "FIL"
series_filter = { mode = "blacklist", list = [".*loc.*"] }

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
modality = "MR"
study = "a"
scans = [
  { id = "1", type = "t1", files = 3, rows = 16, columns = 16 },
  { id = "2", type = "loc", files = 2, rows = 16, columns = 16 },
]
"""


MIXED = """
[[sessions]]
project = "DST"
subject = "S1"
label = "mixed"
modality = "MR"
study = "a"
scans = [{ id = "1", type = "other", files = 2, rows = 16, columns = 16, uid = "z" }]
"""


class Quay:
    """One client at a server that is source and destination, and what was sent from it."""

    def __init__(self, server: PracticeServer, data: Path, scratch: Path) -> None:
        self.server, self.data, self.scratch = server, data, scratch
        self.client = XnatClient(server.url, Credentials("ada", "pract1ce-pw"))
        found = find_session(self.client, "SRC", "001_MR1")
        assert found is not None
        self.source_id, scans = found.id, [scan.id for scan in found.scans]
        with open_scans(self.client, found.id, scans, ["DICOM"]) as pieces:
            self._zip = b"".join(pieces)
        self.sent = tuple(self._manifest())

    def _manifest(self) -> Iterator[Instance]:
        for entry in read_zip([self._zip]):
            passed = read_passing(entry, str(self.scratch))
            assert passed.identity is not None
            _, _, scan, _, path = entry.name.split("/", 4)
            yield Instance(
                scan=scan,
                series_uid=passed.identity.series_uid,
                sop_uid=passed.identity.sop_uid,
                name=path.rpartition("/")[2],
                path=path,
                size=passed.size,
                md5=passed.md5,
                pixel_md5=passed.identity.pixel_md5,
                pixel_bytes=passed.identity.pixel_bytes,
                tail_md5=passed.identity.tail_md5,
            )

    def site(self, *, script: bool = True, checksums: bool = True) -> None:
        """Switch the site's script and its digests."""
        self.client.send(
            "PUT",
            "/xapi/anonymize/site/enabled",
            params={"enable": str(script).lower()},
            headers={"Content-Type": "application/json"},
        )
        body = str(checksums).lower().encode()
        headers = {"Content-Type": "text/plain", "Content-Length": str(len(body))}
        self.client.send("POST", "/xapi/siteConfig/checksums", headers=headers, body=lambda: iter([body]))

    def wait(self, label: str, project: str = "DST") -> str:
        """Bring the session into the prearchive; returns its row."""
        row = import_zip(
            self.client,
            BytesIO(self._zip),
            len(self._zip),
            project=project,
            subject="S1",
            session=label,
            skip_unparsable=False,
            on_bytes=lambda _: None,
        )
        prearchive.build(self.client, row)
        while (found := prearchive.find_row(self.client, row)) is not None and found.status != "READY":
            time.sleep(0.05)
        return row

    def land(self, label: str, project: str = "DST", *, override: bool = False) -> None:
        """Bring the session into the archive."""
        prearchive.archive(self.client, self.wait(label, project), override=override)

    def settings(self, project: str = "DST") -> ProjectSettings:
        return read_settings(self.client, project)

    def verify(
        self,
        label: str,
        level: Level,
        settings: ProjectSettings,
        *,
        project: str = "DST",
        row: str = "",
        with_source: bool = True,
        refresh: bool = False,
        every_header: bool = False,
        joins: bool = False,
    ) -> SessionVerification:
        return inspect_session(
            self.client,
            Target(project=project, label=label, row=row, settings=settings, joins=joins),
            self.sent,
            session="001_MR1",
            scrutiny=Scrutiny(level=level, scratch=self.scratch, refresh=refresh, every_header=every_header),
            source=Source(self.client, self.source_id, self.scratch) if with_source else None,
        )

    # What can be done to it behind the server's back, and through it

    def file(self, label: str, one: Instance, project: str = "DST") -> Path:
        """Where a file that was sent lies on the server's disk."""
        (found,) = self.data.rglob(f"{project}/*/{label}/SCANS/{one.scan}/DICOM/{one.name}")
        return found

    def address(self, label: str, scan: str, project: str = "DST") -> str:
        found = find_session(self.client, project, label)
        assert found is not None
        return f"/data/experiments/{found.id}/scans/{scan}"

    def remove(self, address: str) -> None:
        self.client.send("DELETE", address)

    def put(self, address: str, content: bytes) -> None:
        self.client.send(
            "PUT",
            address,
            params={"inbody": "true", "overwrite": "true"},
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(len(content))},
            body=lambda: iter([content]),
        )


@contextmanager
def quay(folder: Path) -> Iterator[Quay]:
    """A server of its own with its data in a folder that can be looked into."""
    world, data = folder / "world.toml", folder / "data"
    world.write_text(WORLD + MIXED)
    with PracticeServer(world=str(world), data=data) as server:
        made = Quay(server, data, folder)
        yield made
        made.client.close()
