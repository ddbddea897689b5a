"""Project scripts that run again on archived files (wire-write 1.12, wire-read 13.8)."""

from xnat_ferry.practice.dicom.anonymise import Rejected, ScriptError, anonymise
from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.rooms.settings.scripts import script_id
from xnat_ferry.practice.rules import places
from xnat_ferry.practice.site.keeping import read_header
from xnat_ferry.practice.site.records import DICOM, Resource, Session, StoredFile
from xnat_ferry.practice.site.site import Site


def run_again(site: Site, session: Session) -> None:
    """The owner's script over a session's DICOM, if the site wants that. Raises Refused if it is broken."""
    project = site.projects[session.project]
    wanted = site.preferences.get("rerunProjectAnonOnRename")
    if not wanted or not project.script or not project.script_enabled:
        return
    subject = site.subjects.get(session.subject)
    names = {"project": project.id, "subject": subject.label if subject else "", "session": session.label}
    for held in places.held_in(places.all_in(session)):
        if held.place.scan is not None and held.resource.label == DICOM:
            for file in list(held.resource.files.values()):
                _run(site, project.script, names, held.resource, file)


def _run(site: Site, script: str, names: dict[str, str], resource: Resource, file: StoredFile) -> None:
    """One file by the script into its own place; what the script rejects is gone."""
    altered = file.on_disk().with_name(file.place.name + ".altered")
    try:
        written = anonymise(
            file.place, altered, script, names, script_id(site, names["project"]), _ignore, digest=True
        )
    except Rejected:
        with site.lock:
            del resource.files[file.path]
        file.place.unlink()
        return
    except ScriptError:
        raise Refused(500, STANDARD[500]) from None
    altered.replace(file.place)
    file.size, file.digest = written.size, written.digest if site.keeps_checksums else ""
    read_header(file)


def _ignore(_: str) -> None:
    """What cannot be interpreted is told where the script is kept, not here."""
