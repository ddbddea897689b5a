"""What the servers and this machine are asked for the desk; what is found is laid on it. No Textual.

What speaks with a server is imported when it is first asked for: the first picture does not wait for it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from xnat_ferry.checks.belongings import CHECK as BELONGINGS
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import HERE, ZIPS_HERE, Endpoint, Level
from xnat_ferry.plan import Plan
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.freshness import refuse_outdated
from xnat_ferry.settings.room import Room, read_room
from xnat_ferry.survey import Survey
from xnat_ferry.transfer.pacing.past_pace import past_pace
from xnat_ferry.verify.verification import Verification
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.here import look_through
from xnat_ferry_tui.surveying import in_parts, survey_all, survey_for

if TYPE_CHECKING:
    from xnat_ferry.local.scanning import Scanned
    from xnat_ferry.xnat.client import XnatClient


class Looking:
    """Its methods may block: use a thread. What an errand still finds once it was ended is not laid down."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._looked_through: Scanned | None = None
        """A place on this machine that was looked through a moment ago, to be the source."""

    # At a server

    def client(self, side: int) -> "XnatClient":
        """The conversation with the source's server (0) or the destination's (1)."""
        return self._clients()[side]

    def try_server(self, server: str) -> str:
        """Log in once; who one is there, and which XNAT it is."""
        from xnat_ferry.xnat.client import XnatClient

        with XnatClient(server, self._desk.logins(server)) as client:
            return f"{client.user} at {server} (XNAT {client.version})"

    # At places on this machine, which change nothing

    def look_through(self, path: Path, errand: Errand) -> tuple[Endpoint, "Scanned"]:
        """See what a folder or archive file on this machine holds, to be the source."""
        from xnat_ferry.survey.here import end_here

        scanned = look_through(path, errand.progress)
        with errand.taking():
            self._looked_through = scanned
        return end_here(str(scanned.path)), scanned

    def folder_here(self, path: Path, *, zips: bool) -> Endpoint:
        """A folder on this machine, to be the destination, for a ZIP of each session or its files.

        It need not be there; raises PlaceUnreadable.
        """
        from xnat_ferry.survey.here import end_here

        return end_here(str(path.expanduser().resolve()), ZIPS_HERE if zips else HERE)

    # At both projects

    def look(self, errand: Errand) -> None:
        """List both projects; a place on this machine is looked through, unless it was a moment ago."""
        from xnat_ferry.survey.here import view_folder
        from xnat_ferry.survey.projects import view_destination, view_source

        if self._desk.ends is None:
            return
        source, destination = self._desk.ends
        from_client, to_client = self._clients()
        if source.local:
            self._look_here(Path(source.project), errand)
        else:
            found = view_source(from_client, source)
            with errand.taking():
                self._desk.take_source(found)
        there = view_folder(destination) if destination.local else view_destination(to_client, destination)
        with errand.taking():
            self._desk.destination = there

    def _look_here(self, path: Path, errand: Errand) -> None:
        from xnat_ferry.local.listing import detail_of
        from xnat_ferry.survey.here import view_here

        known = self._looked_through
        scanned = known if known and known.path == path else look_through(path, errand.progress)
        found = view_here(scanned)
        details = {(found.endpoint.server, study.uid): detail_of(study) for study in scanned.studies}
        with errand.taking():
            self._looked_through = None
            self._desk.details |= details
            self._desk.take_source(found, scanned)

    def read(self, side: int, session_id: str) -> None:
        """Read what is in one session of the source (0) or the destination (1)."""
        from xnat_ferry.xnat.listings import read_session

        if self._desk.ends is None:
            return
        server = self._desk.ends[side].server
        self._desk.details[server, session_id] = read_session(self._clients()[side], session_id)

    def check(self, errand: Errand) -> None:
        """Survey the chosen sessions, or all, and judge what is found."""
        draft, here = self._desk.drafting.draft, None
        if draft is None:
            return
        if draft.source.local:
            here = self._desk.here or look_through(Path(draft.source.project), errand.progress)
        survey = survey_all(draft, self._clients(), self._rooms(), here, errand.progress)
        self._take(survey, draft, errand, here)

    def check_again(self, check: str, errand: Errand) -> None:
        """Look again at what one check rests on; at everything where that is not known or not less."""
        drafting = self._desk.drafting
        draft, survey = drafting.draft, drafting.survey
        if draft is None or survey is None or not check or not drafting.fits or not in_parts(draft):
            self.check(errand)
            return
        part = check if drafting.fresh else BELONGINGS
        found = survey_for(part, draft, self._clients(), self._rooms(), survey, errand.progress)
        self._take(found, draft, errand)

    def _take(self, survey: Survey, asked: Draft, errand: Errand, here: "Scanned | None" = None) -> None:
        desk, local = self._desk, asked.destination.local
        pace = None if local else past_pace(desk.transfers, asked.source.server, asked.destination.server)
        with errand.taking():
            desk.take_survey(survey, asked, here)
            if not local:
                desk.drafting.pace = pace
        desk.drafting.judge()

    def _rooms(self) -> tuple[Room, ...]:
        return read_room("spool", self._desk.spool), read_room("transfers", self._desk.transfers)

    def compare(self, level: Level, errand: Errand) -> Verification:
        """Compare the marked sessions, or all, with what the destination has under their new labels."""
        from xnat_ferry.verify.projects import verify_projects
        from xnat_ferry.verify.scrutiny import Scrutiny

        desk = self._desk
        assert desk.ends is not None
        names = {row.id for row in desk.listed if row.label in desk.marks} or None
        rules = desk.drafting.draft.rules() if desk.drafting.draft else LabelRules()
        (source, destination), (here, there) = self._clients(), desk.ends
        compared = verify_projects(
            (source, here),
            (destination, there),
            names,
            rules,
            Scrutiny(level=level, scratch=desk.spool),
            progress=errand.progress,
        )
        with errand.taking():
            desk.compared = compared
        return compared

    def refuse_outdated(self, plan: Plan) -> None:
        """Raise PlanOutdated where the destination is not any more as a plan saw it."""
        from xnat_ferry.survey.projects import view_destination

        if not plan.destination.local:
            seen = view_destination(self.client(1), plan.destination, plan.seen.creatable or ())
            refuse_outdated(plan, seen)

    def _clients(self) -> tuple["XnatClient", "XnatClient"]:
        assert self._desk.ends is not None
        return self._desk.conversation.between(self._desk.ends)
