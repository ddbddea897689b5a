"""Surveys with one end on this machine: what is in a folder or an archive, or where one shall be written."""

from collections.abc import Collection, Sequence

from xnat_ferry.errors import NothingChosen, PlaceUnreadable, UnknownSessions
from xnat_ferry.listing import NO_SESSIONS, Listing
from xnat_ferry.local.listing import detail_of, row_of
from xnat_ferry.local.scanning import Scanned, Study
from xnat_ferry.model import HERE, Endpoint
from xnat_ferry.project import Rights
from xnat_ferry.settings.redact import plain
from xnat_ferry.settings.room import Room
from xnat_ferry.survey.narrow import only_scans
from xnat_ferry.survey.projects import list_destination, read_projects, view_source, with_rights
from xnat_ferry.survey.seen import AS_USUAL, Chosen, Depth, Headers, ProjectView, Survey
from xnat_ferry.survey.sessions import Progress, read_chosen, read_counterparts
from xnat_ferry.survey.take import choose_rows
from xnat_ferry.xnat.client import XnatClient


def end_here(path: str, server: str = HERE) -> Endpoint:
    """A path as an end of a transfer; raises PlaceUnreadable for one that no plan could name."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise PlaceUnreadable(path=plain(path), why="its name is no UTF-8, so no plan can hold it") from None
    return Endpoint(server, path)


def survey_download(
    source: tuple[XnatClient, Endpoint],
    folder: Endpoint,
    wanted: Collection[str] | None = None,
    *,
    scans: Collection[str] = (),
    rooms: tuple[Room, ...] = (),
    progress: Progress = lambda what, done, total: None,
) -> Survey:
    """What is there and shall be written into a folder here; two requests a session.

    Raises UnknownSessions and NothingChosen; a project that cannot be listed raises nothing.
    """
    view = view_source(*source)
    rows = choose_rows(view, wanted)
    chosen = only_scans(read_chosen(source[0], rows, files=True, progress=progress), scans)
    return Survey(
        source=view,
        destination=view_folder(folder),
        chosen=chosen,
        rooms=rooms,
        depth=Depth(headers=Headers.NONE, files=True),
    )


def survey_upload(
    scanned: Scanned,
    destination: tuple[XnatClient, Endpoint],
    wanted: Collection[str] | None = None,
    *,
    scans: Collection[str] = (),
    depth: Depth = AS_USUAL,
    rooms: tuple[Room, ...] = (),
    progress: Progress = lambda what, done, total: None,
) -> Survey:
    """What was found here beside what is there; ``wanted`` are proposed labels or StudyInstanceUIDs.

    The scan tells all of the source, so only the destination is asked. Raises UnknownSessions, NothingChosen.
    """
    client, there = destination
    studies = _choose(scanned, wanted)
    headers = Headers.SCAN if depth.headers == Headers.AUTO else depth.headers
    projects = read_projects(client)
    view = with_rights(
        client, list_destination(client, there, projects), {one.xsi_type for one in studies}, projects
    )
    chosen = only_scans([_chosen(study, headers) for study in studies], scans)
    return Survey(
        source=view_here(scanned),
        destination=view,
        chosen=read_counterparts(client, chosen, view, progress),
        rooms=rooms,
        depth=depth,
        unpacked=scanned.unpacked,
        headers=headers,
    )


def view_folder(end: Endpoint) -> ProjectView:
    """A folder to write into, as a project is seen."""
    return _view(end, NO_SESSIONS)


def view_here(scanned: Scanned) -> ProjectView:
    """What was found here, as a project is seen."""
    return _view(end_here(str(scanned.path)), Listing(map(row_of, scanned.studies)))


def _choose(scanned: Scanned, wanted: Collection[str] | None) -> Sequence[Study]:
    if not scanned.studies:
        raise NothingChosen(why=f"{plain(str(scanned.path))} holds no DICOM images")
    if wanted is None:
        return scanned.studies
    names = set(wanted)
    chosen = [one for one in scanned.studies if names & {one.labels.session, one.uid}]
    unknown = names - {one.labels.session for one in chosen} - {one.uid for one in chosen}
    if unknown or not chosen:
        labels = ", ".join(plain(name, 60) for name in sorted(unknown)) or "nothing"
        raise UnknownSessions(project=plain(str(scanned.path)), labels=labels)
    return chosen


def _chosen(study: Study, headers: Headers) -> Chosen:
    samples = [sample for series in study.series for sample in series.samples]
    if headers == Headers.SESSION:
        samples = samples[:1]
    kept = () if headers == Headers.NONE else tuple(samples)
    return Chosen(row=row_of(study), detail=detail_of(study), headers=kept)


def _view(end: Endpoint, sessions: Listing) -> ProjectView:
    return ProjectView(endpoint=end, user="", version="", rights=Rights(), sessions=sessions, prearchive=())
