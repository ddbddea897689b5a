"""What a request says of the objects that it brings (wire-write 1.3, 1.5)."""

from dataclasses import dataclass

from xnat_ferry.practice.rooms.imports.destination import Destination
from xnat_ferry.practice.rooms.imports.parameters import Parameters


@dataclass(frozen=True)
class Wanted:
    """Labels, folder and marks; what is not said is "", and the objects decide."""

    project: str = ""
    subject: str = ""
    session: str = ""
    timestamp: str = ""
    folder: str = ""
    rename: bool = False
    prevent_anon: bool = False
    prevent_auto_commit: bool = False
    source: str = ""
    visit: str = ""
    protocol: str = ""
    direct: bool = False
    """Straight into the archive (wire-write 1.8)."""


def wanted_by(parameters: Parameters, dest: Destination | None, session: str = "") -> Wanted:
    """Short parameters, then ``dest``, then long ones; ``session`` is the label that ``dest`` came to."""
    there = dest or Destination("")
    get = parameters.get
    return Wanted(
        project=get("project") or there.project or get("PROJECT_ID") or "",
        subject=get("subject") or there.subject or get("SUBJECT_ID") or "",
        session=get("session") or session or there.session or get("EXPT_LABEL") or "",
        timestamp=there.timestamp or get("PREARC_TIMESTAMP") or "",
        folder=there.folder or get("PREARC_SESSION_FOLDER") or "",
        rename=parameters.exactly("rename"),
        prevent_anon=parameters.exactly("prevent_anon"),
        prevent_auto_commit=parameters.exactly("prevent_auto_commit"),
        source=get("SOURCE") or "",
        visit=get("VISIT") or "",
        protocol=get("SUBTYPE") or "",
        direct=parameters.exactly("Direct-Archive"),
    )
