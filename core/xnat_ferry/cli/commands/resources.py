"""``resources``: what else belongs to sessions, to where these sessions are already."""

from xnat_ferry.belongings.wish import parse_wish
from xnat_ferry.cli.at_once import AS_ADDED, GoingBeside, go
from xnat_ferry.cli.common import AsJson, Counting, endpoints, opened, split_names
from xnat_ferry.cli.options.surveying import Adding
from xnat_ferry.cli.surveying import write_labels
from xnat_ferry.model import Level
from xnat_ferry.plan.resources_only import judge_resources
from xnat_ferry.survey import Depth, Headers
from xnat_ferry.survey.belongings import with_belongings
from xnat_ferry.survey.take import take_survey

EVERY_RESOURCE = parse_wish(["resources"])


def resources(
    source: str,
    destination: str,
    /,
    *,
    adding: Adding = Adding(),  # noqa: B008  frozen
    going: GoingBeside = AS_ADDED,
    json: AsJson = False,
) -> int:
    """Carry resources, and values on request, of sessions that are in the destination's archive already.

    Without --with it is all resources of the sessions, their scans, their subjects and the project. Most can
    be made again by running the same pipeline in the destination: carry what cannot.

    Parameters
    ----------
    source
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    destination
        The same for where the sessions are already, under the same labels or those of --labels.
    """
    surveying = adding.surveying
    going.refuse_idle()
    wish, rules = surveying.wish() if surveying.also else EVERY_RESOURCE, surveying.rules()
    from_end, to_end = endpoints(source, destination)
    with opened(from_end, to_end) as (from_client, to_client):
        survey = take_survey(
            (from_client, from_end),
            (to_client, to_end),
            split_names(surveying.sessions),
            depth=Depth(headers=Headers.NONE),
            rooms=surveying.rooms(),
            progress=Counting(),
        )
        survey = with_belongings(from_client, to_client, survey, wish, surveying.existing, rules)
    write_labels(surveying.write_labels, survey, rules)
    judged = judge_resources(survey, surveying.request(Level.IDENTITY))
    return go(judged, surveying, going, ["resources", source, destination, *surveying.again()], {}, json)
