"""An end on this machine: a folder or archive file as the source, a folder as the destination. No Textual.

All of it may take its time: use a thread.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xnat_ferry.checks.named_after import telling
from xnat_ferry.model import Level
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.here import uploading
from xnat_ferry.plan.judged import Judged
from xnat_ferry.settings.room import Room, read_room
from xnat_ferry.survey import Depth, Survey

if TYPE_CHECKING:
    from xnat_ferry.local.scanning import Scanned
    from xnat_ferry.survey.sessions import Progress
    from xnat_ferry.xnat.client import XnatClient


def look_through(path: Path, progress: "Progress") -> "Scanned":
    """All that a place holds; raises PlaceUnreadable, HostilePlace, and what ``progress`` raises."""
    from xnat_ferry.local.scanning import open_place, scan

    place = open_place(path.expanduser().resolve())
    try:
        return scan(place, progress=progress)
    finally:
        place.close()


def survey_here(
    scanned: "Scanned", client: "XnatClient", draft: Draft, rooms: tuple[Room, ...], progress: "Progress"
) -> Survey:
    """What was found here beside what is at the destination; raises UnknownSessions, NothingChosen."""
    from xnat_ferry.survey.here import survey_upload
    from xnat_ferry.survey.subjects import with_subject_ids

    survey = survey_upload(
        scanned,
        (client, draft.destination),
        draft.sessions or None,
        scans=draft.scans,
        depth=Depth(files=True),
        rooms=rooms,
        progress=progress,
    )
    return with_subject_ids(client, survey, draft.rules())


def survey_to_here(
    client: "XnatClient", draft: Draft, rooms: tuple[Room, ...], progress: "Progress"
) -> Survey:
    """What is there and shall be written into a folder; raises UnknownSessions, NothingChosen."""
    from xnat_ferry.survey.here import survey_download

    return survey_download(
        (client, draft.source),
        draft.destination,
        draft.sessions or None,
        scans=draft.scans,
        rooms=(*rooms, read_room("download", Path(draft.destination.project))),
        progress=progress,
    )


def judge_to_here(survey: Survey, request: PlanRequest) -> Judged:
    """What is thought of a download; every file of it is compared."""
    from xnat_ferry.transfer.download_judged import judge_download

    return judge_download(survey, replace(request, verify=Level.FULL))


def as_upload(judged: Judged, scanned: "Scanned") -> Judged:
    """The same judgement, its plan that of an upload."""
    from xnat_ferry.local.listing import listings_of

    left_out = (one.why for one in scanned.others)
    listings, names = listings_of(scanned), telling(judged.survey)
    return replace(judged, planned=uploading(judged.planned, listings, left_out, names))
