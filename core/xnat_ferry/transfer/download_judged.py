"""A survey for a download with all that is thought of it; what lies in the folder already is looked at."""

from xnat_ferry.checks.downloading import check_download
from xnat_ferry.plan.build import PlanRequest, make_plan
from xnat_ferry.plan.here import downloading
from xnat_ferry.plan.judged import Judged
from xnat_ferry.survey import Survey
from xnat_ferry.transfer.landing import shelf_of


def judge_download(survey: Survey, request: PlanRequest) -> Judged:
    """What the checks say of a download, and what a plan would do."""
    checklist = check_download(survey, request.labels, {})
    planned = downloading(make_plan(survey, checklist, request))
    places = {one.id: shelf_of(planned, one).holds(one.id, one.study_uid) for one in planned.travelling}
    there = {name: own for name, own in places.items() if own is not None}
    checklist = check_download(survey, request.labels, there)
    planned = downloading(make_plan(survey, checklist, request))
    return Judged(survey=survey, checklist=checklist, request=request, planned=planned)
