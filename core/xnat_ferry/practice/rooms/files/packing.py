"""Files packed for a download: zip, tar, gzipped tar, or a catalog of addresses (wire-read 2.10)."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.xml_text import quoteattr
from xnat_ferry.practice.rooms.files.addresses import download_name, own_base
from xnat_ferry.practice.rooms.files.catalogs import NAMESPACES
from xnat_ferry.practice.rooms.files.choosing import Chosen
from xnat_ferry.practice.rooms.files.folders import category_of
from xnat_ferry.practice.rooms.files.layouts import Entry, Layout, scan_folder
from xnat_ferry.practice.rooms.files.listing import Found, address_of
from xnat_ferry.practice.rooms.files.tars import gzipped, tar
from xnat_ferry.practice.rooms.files.zips import stored_zip
from xnat_ferry.practice.rules.places import Held
from xnat_ferry.practice.site.records import StoredFile
from xnat_ferry.practice.site.site import Site

PACKED = {"zip": "application/zip", "tar": "application/x-tar", "tar.gz": "application/x-gtar"}


def pack(request: Request, chosen: Chosen, found: Found) -> Reply:
    """Everything that is still there; what is missing is left out without a word."""
    layout = _layout(request, chosen)
    return send_packed(request, chosen, _members(request.site, chosen, layout, found))


def _members(site: Site, chosen: Chosen, layout: Layout, found: Found) -> Iterator[tuple[str, Path]]:
    for held, file in found:
        if file.on_disk().exists():
            yield layout.place(_entry(site, chosen, held, file)), file.place


def send_packed(request: Request, chosen: Chosen, members: Iterable[tuple[str, Path]]) -> Reply:
    """These files under these names. Raises Refused where there is none."""
    left = list(members)[request.fault.skip_file :]
    if not left:
        if request.flag("accept-not-found"):
            return Reply(204)
        raise Refused(404, STANDARD[404])
    wanted = request.format("zip")
    body = stored_zip(left, compression_of(request)) if wanted == "zip" else tar(left)
    if wanted == "tar.gz":
        body = gzipped(body)
    headers = {"Content-Disposition": f'attachment; filename="{download_name(chosen)}.{wanted}";'}
    return Reply(200, body, PACKED[wanted], headers)


def compression_of(request: Request) -> int:
    """``compression=8`` packs more tightly; the site's own method mostly stores."""
    asked = request.get("compression") or str(request.site.preferences["zipCompressionMethod"])
    return zipfile.ZIP_DEFLATED if asked == str(zipfile.ZIP_DEFLATED) else zipfile.ZIP_STORED


def _layout(request: Request, chosen: Chosen) -> Layout:
    named = [scan for _, scan in chosen.scans]
    if chosen.all and not request.site.unconfirmed["all_true_names_no_scan_type"]:
        named = [scan for session in chosen.sessions for scan in session.scans.values()]
    return Layout(
        request.get("structure") or "default",
        _folders(request, chosen),
        {scan.id: scan_folder(scan.id, scan.type) for scan in named if scan.type},
        tar=request.format("zip") != "zip",
    )


def _folders(request: Request, chosen: Chosen) -> dict[str, str]:
    """Folder names by IDs: of assessors with a folder, else of sessions, a subject, a project."""
    below = [(session, one) for session, one in chosen.assessors if (session.folder / "ASSESSORS").is_dir()]
    if below:
        return {one.id: one.label for _, one in below}
    if chosen.sessions and not chosen.falls_back:
        # only paths that go on below the session take the project and the subject in
        return {
            one.id: (_above(request, one.project, one.subject) if chosen.within else "") + one.folder.name
            for one in chosen.sessions
        }
    if chosen.subject is not None:
        return {chosen.subject.id: chosen.subject.label}
    return {chosen.project.id: chosen.project.id} if chosen.project is not None else {}


def _above(request: Request, project: str, subject: str) -> str:
    above = f"{project}/" if request.flag("projectIncludedInPath") else ""
    found = request.site.subjects.get(subject)
    return above + (f"{found.label}/" if found and request.flag("subjectIncludedInPath") else "")


def _entry(site: Site, chosen: Chosen, held: Held, file: StoredFile) -> Entry:
    uri = address_of(held, file, lambda one: own_base(site, one))
    resource = held.resource
    return Entry(uri, file.place.as_posix(), str(resource.id), resource.label, *category_of(chosen, held))


def list_addresses(request: Request, chosen: Chosen, found: Found) -> Reply:
    """A catalog of the files' addresses, with the place that each would have in a zip."""
    layout = _layout(request, chosen)
    entries = ""
    for held, file in found:
        entry = _entry(request.site, chosen, held, file)
        where = quoteattr(layout.place(entry))
        fields = f'<cat:metaField name="RELATIVE_PATH">{where[1:-1]}</cat:metaField>'
        fields += f'<cat:metaField name="SIZE">{file.size}</cat:metaField>'
        uri = quoteattr(request.base + entry.uri)
        entries += (
            f"<cat:entry URI={uri} cachePath={where}><cat:metaFields>{fields}</cat:metaFields></cat:entry>\n"
        )
    text = f"<cat:Catalog {NAMESPACES}>\n<cat:entries>\n{entries}</cat:entries>\n</cat:Catalog>\n"
    headers = {"Content-Disposition": 'attachment; filename="files.xcat";'}
    return Reply(200, text.encode(), "application/xcat", headers)
