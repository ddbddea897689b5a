"""``check``: what a transfer would meet, without changing anything anywhere."""

from xnat_ferry.cli.common import AsJson, answer_json
from xnat_ferry.cli.options.surveying import Surveying, Switch
from xnat_ferry.cli.surveying import as_json, survey_and_judge
from xnat_ferry.cli.telling.checklist import checklist_lines
from xnat_ferry.cli.telling.ending import Command, check_ending
from xnat_ferry.cli.telling.page import page_width, show
from xnat_ferry.errors import UsageError
from xnat_ferry.survey import Depth, Headers


def check(
    source: str,
    destination: str,
    /,
    *,
    surveying: Surveying = Surveying(),  # noqa: B008  frozen
    quick: Switch = False,
    json: AsJson = False,
) -> int:
    """Survey both projects and run the checklist; changes nothing anywhere.

    Parameters
    ----------
    source
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    destination
        The same for where the sessions shall go.
    quick
        Look at the projects alone and into no session: a few requests for any number of sessions.
    """
    headers = surveying.which_headers()
    if quick and headers not in (Headers.AUTO, Headers.NONE):
        raise UsageError(what="--quick reads no header; leave it out, or leave out --deep and --headers.")
    if quick and (surveying.scans or surveying.keep or surveying.also):
        what = "--quick looks into no session; leave it out, or leave out --scans, --keep and --with."
        raise UsageError(what=what)
    judged = survey_and_judge(source, destination, surveying, Depth(headers=headers, sessions=not quick))
    if json:
        answer_json(as_json(judged))
    else:
        width = page_width()
        show(checklist_lines(judged, width))
        show(check_ending(judged, Command((source, destination), surveying), width))
    return 0 if judged.checklist.sure else 1
