"""``upload``: DICOM of a folder, a .zip or a .tar.gz into a project."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from xnat_ferry import wording
from xnat_ferry.checks.named_after import telling
from xnat_ferry.cli.at_once import AS_ASKED, Going, go
from xnat_ferry.cli.common import AsJson, Counting, answer_json, endpoint, opened_one, say, split_names
from xnat_ferry.cli.options.surveying import Sending, Surveying, Switch
from xnat_ferry.cli.surveying import refuse_unknown, write_labels
from xnat_ferry.errors import NotDicomOnly
from xnat_ferry.local.listing import listings_of
from xnat_ferry.local.places import Other
from xnat_ferry.local.scanning import Scanned, open_place, scan
from xnat_ferry.model import Endpoint, Level
from xnat_ferry.plan.here import uploading
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Depth, Headers
from xnat_ferry.survey.here import survey_upload
from xnat_ferry.survey.subjects import with_subject_ids

_LISTED = 200


def upload(
    path: Path,
    destination: str,
    /,
    *,
    sending: Sending = Sending(),  # noqa: B008  frozen
    going: Going = AS_ASKED,
    verify: Level = Level.IDENTITY,
    leave_out_others: Switch = False,
    json: AsJson = False,
) -> int:
    """Carry DICOM from this machine into a project: checked, proven and recorded as between two projects.

    A study becomes a session and a series a scan. Labels are proposed as XNAT would give them: by what a
    download of ours says, by routing strings, else by PatientName and PatientID; --labels changes them.

    Parameters
    ----------
    path
        A folder, with all that is beneath it, a .zip, or a .tar or .tar.gz.
    destination
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    verify
        How much is compared afterwards.
    leave_out_others
        Carry the DICOM images although there are other files; without it they are listed and nothing is done.
    """
    surveying = sending.surveying
    going.refuse_idle()
    end = endpoint(destination)
    scanned = _scan(path, every_header=surveying.which_headers() == Headers.ALL)
    if scanned.others and not leave_out_others:
        _refuse_others(scanned, json)
    judged = _survey_and_judge(scanned, end, surveying, verify)
    again = ["upload", str(path), destination, *surveying.again()]
    again += ["--leave-out-others"] if leave_out_others else []
    again += ["--verify", verify] if verify != Level.IDENTITY else []
    others = [{"path": plain(one.path), "why": plain(one.why)} for one in scanned.others]
    return go(judged, surveying, going, again, {"left_out": others}, json)


def _scan(path: Path, *, every_header: bool) -> Scanned:
    place = open_place(path)
    try:
        return scan(place, every_header=every_header, progress=Counting())
    finally:
        place.close()


def _survey_and_judge(scanned: Scanned, end: Endpoint, surveying: Surveying, verify: Level) -> Judged:
    request, keep, accepted = surveying.request(verify), surveying.kept(), surveying.accepted()
    with opened_one(end) as client:
        survey = survey_upload(
            scanned,
            (client, end),
            split_names(surveying.sessions),
            scans=request.scans,
            depth=Depth(headers=surveying.which_headers(), files=True),
            rooms=surveying.rooms(),
            progress=Counting(),
        )
        survey = with_subject_ids(client, survey, request.labels)
    refuse_unknown(survey, request.answers)
    write_labels(surveying.write_labels, survey, request.labels)
    judged = judge(survey, request, keep, accepted)
    left_out = (one.why for one in scanned.others)
    planned = uploading(judged.planned, listings_of(scanned), left_out, telling(survey))
    return replace(judged, planned=planned)


def _refuse_others(scanned: Scanned, json: bool) -> None:
    """Raises NotDicomOnly, once all of them are told."""
    if json:
        others = [{"path": plain(one.path), "why": plain(one.why)} for one in scanned.others]
        answer_json({"verdict": "blocked", "left_out": others, "plan": None})
    else:
        _tell(scanned.others)
    raise NotDicomOnly(
        path=plain(str(scanned.path)),
        count=wording.plural(len(scanned.others), "file"),
        examples=", ".join(plain(one.path, 40) for one in scanned.others[:3]),
    )


def _tell(others: Sequence[Other]) -> None:
    for one in others[:_LISTED]:
        print(f"{plain(one.path, 200)}: {plain(one.why)}")
    if len(others) > _LISTED:
        say(f"And {len(others) - _LISTED:,} more; --json tells all.")
