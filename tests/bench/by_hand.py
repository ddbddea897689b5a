"""What a careful person writes with xnatpy: session after session, counted before and after, tried again.

python -m tests.bench.by_hand URL SOURCE DESTINATION
"""

import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import xnat

ATTEMPTS = 3


def main() -> None:
    """Copy every session that is not complete at the destination yet; the login is in the environment."""
    url, source, destination = sys.argv[1:]
    user, password = os.environ["XNAT_USER"], os.environ["XNAT_PASS"]
    with xnat.connect(url, user=user, password=password, loglevel="ERROR") as server:
        target = server.projects[destination]
        there = {one.label: one for one in target.experiments.values()}
        for session in server.projects[source].experiments.values():
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    copy(server, session, there.get(session.label), target.id)
                    break
                except Exception as error:
                    print(f"{session.label}: attempt {attempt}: {error}")
                    time.sleep(attempt)
            else:
                sys.exit(f"{session.label} was not copied")


def copy(server: Any, session: Any, there: Any, project: str) -> None:
    """Download, count, upload into the archive, count again; raises when the counts differ."""
    wanted = count(server, session)
    if there is not None:
        if count(server, there) != wanted:
            raise ValueError("it is there already, and not complete")
        return
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "session.zip"
        session.download(str(path), verbose=False)
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() or len(archive.namelist()) != wanted:
                raise ValueError("the download is damaged or incomplete")
        arrived = server.services.import_(
            str(path),
            project=project,
            subject=session.subject.label,
            experiment=session.label,
            destination=f"/archive/projects/{project}",
            import_handler="DICOM-zip",
            content_type="application/zip",
        )
    if count(server, arrived) != wanted:
        raise ValueError("not all files have arrived")


def count(server: Any, session: Any) -> int:
    """The number of a session's files."""
    # below a project's address without the subject there are no scans (wire-read 0.2)
    return len(server.get_json(f"/data/experiments/{session.id}/scans/ALL/files")["ResultSet"]["Result"])


if __name__ == "__main__":
    main()
