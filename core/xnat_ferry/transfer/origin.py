"""Where a session's files come from: a server, or a place on this machine."""

from typing import BinaryIO, Protocol

from xnat_ferry.model import Instance, ScanRow, SessionDetail
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.as_planned import refuse_other_names
from xnat_ferry.transfer.present import known_instances
from xnat_ferry.transfer.units.cutting import Unit
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import read_session
from xnat_ferry.xnat.scan_zips import open_scans


class Origin(Protocol):
    """What carrying asks of a source. Several threads ask at once."""

    def read(self, session: PlannedSession) -> SessionDetail:
        """The session as it is now, its files listed; raises a FerryError."""

    def known(self, detail: SessionDetail, scan: ScanRow) -> tuple[Instance, ...] | None:
        """The instances of a scan, as far as that is told without its files; None where it is not."""

    def fetch(self, session: PlannedSession, unit: Unit, out: BinaryIO) -> None:
        """Write the unit into ``out`` as a zip whose entries are named by ``entry_name`` below one folder.

        Raises a FerryError, and whatever ``out`` raises.
        """


class ServerOrigin:
    """A project on a server."""

    def __init__(self, client: XnatClient, project: str) -> None:
        self._client, self._project = client, project

    def read(self, session: PlannedSession) -> SessionDetail:
        """Three requests; raises SourceChanged where the project knows it by other names than the plan."""
        detail = read_session(self._client, session.id)
        refuse_other_names(self._client, self._project, session, detail.called, detail.subject_id)
        return detail

    def known(self, detail: SessionDetail, scan: ScanRow) -> tuple[Instance, ...] | None:
        """By the scan's catalogs."""
        return known_instances(self._client, detail, scan)

    def fetch(self, session: PlannedSession, unit: Unit, out: BinaryIO) -> None:
        """The server's own zip, as it comes."""
        with open_scans(self._client, session.id, unit.scans, unit.resources) as pieces:
            for piece in pieces:
                out.write(piece)
