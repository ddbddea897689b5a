"""One received object: whose it is, its row, its scan, the site's script, its file (wire-write 1.7)."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xnat_ferry.practice.dicom.anonymise import Rejected, ScriptError, edits_of
from xnat_ferry.practice.dicom.elements import Edits, text_of
from xnat_ferry.practice.dicom.instances import Instance, Unreadable, read_instance
from xnat_ferry.practice.dicom.series_filter import refuses
from xnat_ferry.practice.dicom.sorting import resource_for, scan_for
from xnat_ferry.practice.dicom.storing import Written
from xnat_ferry.practice.faults import Fault
from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.imports.direct_rows import direct_row
from xnat_ferry.practice.rooms.imports.naming import counted_name, name_in, named, sent_name
from xnat_ferry.practice.rooms.imports.routing import routed_project, routed_session, routed_subject
from xnat_ferry.practice.rooms.imports.rows import Arriving, arrive, forget
from xnat_ferry.practice.rooms.imports.unpack import Broken
from xnat_ferry.practice.rooms.imports.wanted import Wanted
from xnat_ferry.practice.rooms.settings.scripts import script_id
from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.rules.access import may_read
from xnat_ferry.practice.site.records import UNASSIGNED, Project, Resource, Scan, StoredFile, Waiting
from xnat_ferry.practice.site.site import Site

_SOP_CLASS, _SOP_UID = 0x00080016, 0x00080018
_INSTANCE_NUMBER = 0x00200013
_CONCURRENT = "Concurrent file sends of the same data is not supported."


@dataclass(frozen=True)
class Manners:
    """In what the importers differ."""

    counted_names: bool = False
    """A clash of names is counted up, not solved by the template."""
    filtered: bool = True
    scripted: bool = True
    """The site's script is run at receipt."""
    always_new: bool = False
    """Each call makes rows of its own."""
    any_study: bool = False
    """A folder that belongs to one study takes another's objects too."""


@dataclass
class _Slot:
    """The place of one file, held while it is written."""

    row: Waiting
    new: bool
    scan: Scan
    resource: Resource
    name: str

    @property
    def place(self) -> Path:
        return self.resource.place / self.name


class Receiver:
    """Takes the objects of one upload."""

    def __init__(
        self, site: Site, user: str, wanted: Wanted, fault: Fault, manners: Manners | None = None
    ) -> None:
        self._site, self._user, self._wanted = site, user, wanted
        self._manners = manners or Manners()
        self._drop, self._flip, self._full = fault.drop_file, fault.flip_byte, fault.no_space
        self._known: dict[tuple[str, str, str], Waiting] = {}
        self.rows: dict[str, Waiting] = {}
        """What took something, by address, in the order of arrival."""

    def take(self, path: str, stream: BinaryIO) -> None:
        """Store one object. Raises Refused with the words that an importer has for it."""
        if self._drop > 0:
            self._drop -= 1
            return
        name = sent_name(path)
        try:
            instance = read_instance(stream)
            project = self._project(instance)
            if not self._wants(instance, project):
                return
            with self._slot(project, instance, name) as slot:
                self._fill(slot, instance)
        except (Unreadable, Broken, OSError, ScriptError):
            # whatever goes wrong, these are the importer's words (wire-write 1.7)
            raise Refused(400, f"unable to read DICOM object {name}") from None

    def _wants(self, instance: Instance, project: Project | None) -> bool:
        if not self._manners.filtered:
            return True
        return not refuses(self._site, project.id if project else "", _text_by_tag(instance))

    def _project(self, instance: Instance) -> Project | None:
        """The one asked for if the caller may read it, else what the object says (wire-write 1.7)."""
        found = self._site.project_named(self._wanted.project) if self._wanted.project else None
        if found is not None and may_read(self._site, self._user, found.id):
            return found
        return routed_project(self._site, instance.text)

    @contextmanager
    def _slot(self, project: Project | None, instance: Instance, name: str) -> Iterator[_Slot]:
        """Find or make row, scan and name under the lock, and hold the name until the file is there."""
        for tag, words in ((_SOP_CLASS, "Class"), (_SOP_UID, "Instance")):
            if not instance.text(tag):
                raise Refused(400, f"object {name} contains no SOP {words} UID")
        with self._site.lock:
            slot = self._find(project, instance, name)
            if slot.place in self._site.receiving:
                raise Refused(400, _CONCURRENT)
            self._site.receiving.add(slot.place)
        try:
            yield slot
        finally:
            with self._site.lock:
                self._site.receiving.discard(slot.place)

    def _find(self, project: Project | None, instance: Instance, name: str) -> _Slot:
        text = instance.text
        row, new = self._row(
            Arriving(
                project=project.id if project else UNASSIGNED,
                subject=self._wanted.subject or routed_subject(self._site, text),
                session=self._wanted.session or routed_session(self._site, text) or "dicom_upload",
                text=text,
            )
        )
        scan = scan_for(
            self._site,
            row.scans,
            row.place,
            series_uid=text(0x0020000E),
            number=text(0x00200011),
            modality=text(0x00080060) or "OT",
            description=text(0x0008103E),
        )
        resource = resource_for(self._site, scan, row.place, text(_SOP_CLASS), text(0x00080060))
        template = str(self._site.preferences["dicomFileNameTemplate"])
        if self._manners.counted_names:
            chosen = counted_name(scan, name, text, template)
        else:
            chosen = name_in(scan, name, text, template, rename=self._wanted.rename)
        return _Slot(row, new, scan, resource, chosen)

    def _row(self, arriving: Arriving) -> tuple[Waiting, bool]:
        """A row of this call once more, else one of the site's, else a new one."""
        key = (arriving.project, arriving.study_uid, arriving.session)
        known = self._known.get(key)
        if known is not None and self._site.waiting.get(known.key) is known:
            return known, False
        if self._wanted.direct and (direct := direct_row(self._site, arriving, self._wanted)) is not None:
            return direct
        row, new = arrive(
            self._site,
            arriving,
            self._wanted,
            always_new=self._manners.always_new,
            any_study=self._manners.any_study,
        )
        self._known[key] = row
        return row, new

    def _fill(self, slot: _Slot, instance: Instance) -> None:
        slot.place.parent.mkdir(parents=True, exist_ok=True)
        try:
            edits = self._edits(slot.row, instance)
            written = self._write(slot, instance, edits)
        except Rejected:
            return
        except ScriptError:
            if slot.new:
                forget(self._site, slot.row)
            raise
        except BaseException:
            slot.place.with_name(f".{slot.name}.part").unlink(missing_ok=True)
            raise
        with self._site.lock:
            self._register(slot, instance, edits, written)

    def _edits(self, row: Waiting, instance: Instance) -> Edits:
        site = self._site
        if row.prevent_anon or not self._manners.scripted:
            return {}
        if not site.preferences["enableSitewideAnonymizationScript"]:
            return {}
        names = {"subject": row.subject, "session": row.folder}
        if row.project != UNASSIGNED:
            names["project"] = row.project
        script = str(site.preferences["sitewideAnonymizationScript"])
        return edits_of(instance, script, names, script_id(site, ""), _once(site, row))

    def _write(self, slot: _Slot, instance: Instance, edits: Edits) -> Written:
        if self._full:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = slot.place.with_name(f".{slot.name}.part")
        written = instance.write(part, edits, digest=self._site.keeps_checksums, turned=self._flip)
        part.replace(slot.place)
        self._flip = False
        return written

    def _register(self, slot: _Slot, instance: Instance, edits: Edits, written: Written) -> None:
        old = named(slot.scan, slot.name)
        for resource in slot.scan.resources.values():
            if old is not None:
                resource.files.pop(slot.name, None)
        uid = edits.get(_SOP_UID)
        slot.resource.files[slot.name] = StoredFile(
            slot.name,
            slot.place,
            written.size,
            written.digest,
            uid=text_of(uid) if uid is not None else instance.text(_SOP_UID),
            instance_number=instance.text(_INSTANCE_NUMBER),
            format="DICOM",
            created=self._site.now(),
            created_by=self._user,
        )
        self.rows[slot.row.path] = slot.row


def _text_by_tag(instance: Instance) -> Callable[[int], str | None]:
    return lambda tag: instance.text(tag) if tag in instance.header else None


def _once(site: Site, row: Waiting) -> Callable[[str], None]:
    """What a script could not do is told once, not for each file."""

    def tell(words: str) -> None:
        if words not in row.log:
            write_log(site, row, words)

    return tell
