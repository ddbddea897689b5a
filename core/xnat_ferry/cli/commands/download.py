"""``download``: sessions of a project into a folder, or each into a ZIP."""

from pathlib import Path

from xnat_ferry.cli.at_once import AS_ASKED, Going, go
from xnat_ferry.cli.common import AsJson, Counting, endpoint, opened_one, split_names
from xnat_ferry.cli.options.surveying import Fetching, Surveying, Switch
from xnat_ferry.cli.surveying import write_labels
from xnat_ferry.model import HERE, ZIPS_HERE, Endpoint, Level
from xnat_ferry.plan.judged import Judged
from xnat_ferry.settings.room import read_room
from xnat_ferry.survey.here import end_here, survey_download
from xnat_ferry.transfer.download_judged import judge_download


def download(
    source: str,
    path: Path,
    /,
    *,
    fetching: Fetching = Fetching(),  # noqa: B008  frozen
    going: Going = AS_ASKED,
    zip: Switch = False,
    json: AsJson = False,
) -> int:
    """Fetch sessions into files on this machine, proven by a manifest: a backup that 'upload' restores.

    Each session lies in SUBJECT/SESSION as in XNAT's own ZIP, with SESSION.manifest.jsonl beside it, and has
    that name only once it is whole. What is there already and equal is not fetched again.

    Parameters
    ----------
    source
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    path
        The folder to write to; it is made where it is not there.
    zip
        Make one ZIP of each session.
    """
    surveying = fetching.surveying
    going.refuse_idle()
    end = endpoint(source)
    folder = end_here(str(path.expanduser().resolve()), ZIPS_HERE if zip else HERE)
    judged = _survey_and_judge(end, folder, surveying)
    again = ["download", source, str(path), *surveying.again(), *(["--zip"] * zip)]
    return go(judged, surveying, going, again, {}, json)


def _survey_and_judge(end: Endpoint, folder: Endpoint, surveying: Surveying) -> Judged:
    request = surveying.request(Level.FULL)
    rooms = (*surveying.rooms(), read_room("download", Path(folder.project)))
    with opened_one(end) as client:
        survey = survey_download(
            (client, end),
            folder,
            split_names(surveying.sessions),
            scans=request.scans,
            rooms=rooms,
            progress=Counting(),
        )
    write_labels(surveying.write_labels, survey, request.labels)
    return judge_download(survey, request)
