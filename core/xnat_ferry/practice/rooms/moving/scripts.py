"""Project scripts that run again on archived files (wire-write 1.12, wire-read 13.8)."""

from xnat_ferry.practice.rooms import places
from xnat_ferry.practice.rooms.anonymise import run_script
from xnat_ferry.practice.rooms.settings.scripts import script_id
from xnat_ferry.practice.site.keeping import measure, read_header
from xnat_ferry.practice.site.records import DICOM, Session
from xnat_ferry.practice.site.site import Site


def run_again(site: Site, session: Session) -> None:
    """The owner's script over a session's DICOM, if the site wants that after a change of labels."""
    project = site.projects[session.project]
    wanted = site.preferences.get("rerunProjectAnonOnRename")
    if not wanted or not project.script or not project.script_enabled:
        return
    subject = site.subjects.get(session.subject)
    names = {"project": project.id, "subject": subject.label if subject else "", "session": session.label}
    identifier = script_id(site, project.id)
    for held in places.held_in(places.all_in(session)):
        if held.place.scan is None or held.resource.label != DICOM:
            continue
        for file in held.resource.files.values():
            content = run_script(file.on_disk().read_bytes(), project.script, names, identifier, _ignore)
            file.place.write_bytes(content)
            measure(file, site.keeps_checksums)
            read_header(file)


def _ignore(_: str) -> None:
    """What a script says that cannot be interpreted is written down where it is set, not here."""
