"""A folder or archive file on this machine as the source: looked through, surveyed, planned. No Textual.

All of it may take its time: use a thread.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.here import uploading
from xnat_ferry.plan.judged import Judged
from xnat_ferry.settings.room import Room
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

    return survey_upload(
        scanned,
        (client, draft.destination),
        draft.sessions or None,
        scans=draft.scans,
        depth=Depth(files=True),
        rooms=rooms,
        progress=progress,
    )


def as_upload(judged: Judged, scanned: "Scanned") -> Judged:
    """The same judgement, its plan that of an upload."""
    from xnat_ferry.local.listing import listings_of

    left_out = (one.why for one in scanned.others)
    return replace(judged, planned=uploading(judged.planned, listings_of(scanned), left_out))
