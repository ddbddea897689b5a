"""What lies on the desk: projects, survey, marks, the transfer in view. Knows nothing of Textual.

What speaks with a server is imported when it is first asked for: the first picture does not wait for it.
"""

from collections.abc import Callable, Sequence
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from xnat_ferry.checks.belongings import CHECK as BELONGINGS
from xnat_ferry.errors import CannotWrite, FerryError
from xnat_ferry.labels import LabelRules
from xnat_ferry.listing import NO_SESSIONS, Listing
from xnat_ferry.model import HERE, ZIPS_HERE, Endpoint, Level, SessionDetail, SessionRow
from xnat_ferry.plan import Plan
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.freshness import refuse_outdated
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.room import Room, read_room
from xnat_ferry.settings.servers import read_aliases, store_alias
from xnat_ferry.survey import ProjectView, Survey
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.past_pace import past_pace
from xnat_ferry.transfer.slurm.job import JobOptions, Submission
from xnat_ferry.verify.verification import Verification
from xnat_ferry_tui.conversation import Conversation
from xnat_ferry_tui.drafting import Drafting
from xnat_ferry_tui.errand import Errand
from xnat_ferry_tui.here import look_through
from xnat_ferry_tui.logins import Logins
from xnat_ferry_tui.surveying import in_parts, survey_all, survey_for
from xnat_ferry_tui.watched import Watched
from xnat_ferry_tui.workers import Workers

if TYPE_CHECKING:
    from xnat_ferry.local.scanning import Scanned
    from xnat_ferry.xnat.client import XnatClient


class Desk:
    """The one thing that screens show and actions change. Its methods may block: use a thread."""

    def __init__(
        self,
        *,
        transfers: Path,
        spool: Path,
        find: Callable[[str], Credentials],
        draft_file: Path | None = None,
    ) -> None:
        self.transfers, self.spool, self.logins = transfers, spool, Logins(find)
        self.workers = Workers(transfers=transfers, spool=spool, logins=self.logins)
        self._conversation = Conversation(self.logins)
        self.names: dict[str, str] = {}
        """Servers by address, with the short names that they have."""
        self.drafting = Drafting(draft_file)
        self._ends: tuple[Endpoint, Endpoint] | None = None
        self.source: ProjectView | None = None
        self.destination: ProjectView | None = None
        self.details: dict[tuple[str, str], SessionDetail] = {}
        """What is in a session, by server and accession ID, as far as it has been read."""
        self.marks: set[str] = set()
        self._chosen: tuple[tuple[object, object], bool] = (None, None), False
        self.problem: FerryError | None = None
        self.busy = ""
        self.watched: Watched | None = None
        self._compared: Verification | None = None
        """What was found when the two projects, as they are listed now, were compared without a transfer."""
        self._here: Scanned | None = None
        """What the place on this machine holds that is the source."""
        self._looked_through: Scanned | None = None

    # What is there already: these do not block

    @property
    def ends(self) -> tuple[Endpoint, Endpoint] | None:
        """Source and destination; None before they are named."""
        return self._ends

    @ends.setter
    def ends(self, ends: tuple[Endpoint, Endpoint] | None) -> None:
        self._ends = ends
        self.drafting.begin(ends)

    def name_of(self, end: Endpoint) -> str:
        """The project and its server, by the server's short name where it has one."""
        known = self.names.get(end.server)
        return f"{end.project} @ {known}" if known else str(end)

    @property
    def ends_in_view(self) -> tuple[Endpoint, Endpoint] | None:
        """Those of the transfer that is looked at; without one, those on the desk."""
        if self.watched is None:
            return self.ends
        plan = self.watched.state.plan
        return plan.source, plan.destination

    def journey(self, source: Endpoint, destination: Endpoint) -> str:
        """From where to where, the server named once where both are on it."""
        if source.server == destination.server:
            return f"{source.project} -> {self.name_of(destination)}"
        return f"{self.name_of(source)} -> {self.name_of(destination)}"

    def verification(self) -> Verification | None:
        """The newest verification of the transfer that is looked at."""
        return self.watched.verification if self.watched else None

    def proofs(self) -> Verification | None:
        """What is known of the two projects on the desk: by a comparison, else by a transfer between them."""
        if self._compared is not None or self.watched is None:
            return self._compared
        plan = self.watched.state.plan
        return self.watched.verification if self.ends == (plan.source, plan.destination) else None

    def plan_of_proofs(self) -> Plan | None:
        """By which plan that came there; None for a comparison, which none connects."""
        return self.watched.state.plan if self.watched is not None and self._compared is None else None

    def chosen_rows(self) -> Sequence[SessionRow]:
        """The sessions of the source that are chosen, as far as they are listed."""
        rows, draft = self._listed(), self.drafting.draft
        if draft is None or not draft.sessions:
            return rows
        return [row for row in rows if row.id in draft.chosen]

    def chosen_any(self) -> bool:
        """Whether there is one at least."""
        rows, draft = self._listed(), self.drafting.draft
        if draft is None or not draft.sessions:
            return bool(rows)
        basis, known = self._chosen
        if basis[0] is not rows or basis[1] is not draft.sessions:
            # asked at every key, and there may be very many of them
            known = not draft.chosen.isdisjoint(rows.ids)
            self._chosen = (rows, draft.sessions), known
        return known

    def _listed(self) -> Listing:
        return (self.source.sessions if self.source else None) or NO_SESSIONS

    def choose_marked(self) -> None:
        """Take the marked sessions into the draft; all where none is marked."""
        rows = self._listed()
        self.drafting.choose(compress(rows.ids, (label in self.marks for label in rows.labels)))

    # With the servers

    def connect(self, ends: tuple[Endpoint, Endpoint], draft: Draft | None = None) -> None:
        """Lay two projects on the desk and clear away what was found in the old ones.

        What was said of a transfer between the same two stays, unless a draft is given in its place.
        """
        self._conversation.leave()
        self.source = self.destination = self._here = None
        self.details, self.marks, self._compared = {}, set(), None
        self._ends = ends
        self.drafting.begin(ends, draft)

    def try_server(self, server: str) -> str:
        """Log in once; who one is there, and which XNAT it is."""
        from xnat_ferry.xnat.client import XnatClient

        with XnatClient(server, self.logins(server)) as client:
            return f"{client.user} at {server} (XNAT {client.version})"

    def hang_up(self) -> None:
        """Wait no longer for what the servers are being asked: whoever asks next asks anew."""
        self._conversation.hang_up()

    def look_through(self, path: Path, errand: Errand) -> tuple[Endpoint, "Scanned"]:
        """See what a folder or archive file on this machine holds, to be the source; changes nothing."""
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

    def look(self, errand: Errand) -> None:
        """List both projects; a place on this machine is looked through, unless it was a moment ago."""
        from xnat_ferry.survey.here import view_folder
        from xnat_ferry.survey.projects import view_destination, view_source

        if self.ends is None:
            return
        source, destination = self.ends
        from_client, to_client = self._clients()
        if source.local:
            self._look_here(Path(source.project), errand)
        else:
            found = view_source(from_client, source)
            with errand.taking():
                self._take_source(found)
        there = view_folder(destination) if destination.local else view_destination(to_client, destination)
        with errand.taking():
            self.destination = there

    def _look_here(self, path: Path, errand: Errand) -> None:
        from xnat_ferry.local.listing import detail_of
        from xnat_ferry.survey.here import view_here

        known = self._looked_through
        scanned = known if known and known.path == path else look_through(path, errand.progress)
        found = view_here(scanned)
        details = {(found.endpoint.server, study.uid): detail_of(study) for study in scanned.studies}
        with errand.taking():
            self._looked_through = None
            self.details |= details
            self._take_source(found, scanned)

    def _take_source(self, found: ProjectView, here: "Scanned | None" = None) -> None:
        self._compared, self._here, self.source = None, here, found
        self._forget_lost_marks()

    def check(self, errand: Errand) -> None:
        """Survey the chosen sessions, or all, and judge what is found."""
        draft, here = self.drafting.draft, None
        if draft is None:
            return
        if draft.source.local:
            here = self._here or look_through(Path(draft.source.project), errand.progress)
        survey = survey_all(draft, self._clients(), self._rooms(), here, errand.progress)
        self._take(survey, draft, errand, here)

    def check_again(self, check: str, errand: Errand) -> None:
        """Look again at what one check rests on; at everything where that is not known or not less."""
        draft, survey = self.drafting.draft, self.drafting.survey
        if draft is None or survey is None or not check or not self.drafting.fits or not in_parts(draft):
            self.check(errand)
            return
        part = check if self.drafting.fresh else BELONGINGS
        found = survey_for(part, draft, self._clients(), self._rooms(), survey, errand.progress)
        self._take(found, draft, errand)

    def _take(self, survey: Survey, asked: Draft, errand: Errand, here: "Scanned | None" = None) -> None:
        servers, local = (asked.source.server, asked.destination.server), asked.destination.local
        pace = None if local else past_pace(self.transfers, *servers)
        with errand.taking():
            if not asked.source.local and not local:
                self.details |= {(servers[0], one.row.id): one.detail for one in survey.chosen if one.detail}
            if not local:
                self.drafting.pace = pace
            self.source, self.destination = survey.source, survey.destination
            self._forget_lost_marks()
            self.drafting.keep_survey(survey, asked, here)
        self.drafting.judge()

    def _forget_lost_marks(self) -> None:
        """Marks of what is not listed any more stand for no session; and none that does would mean all."""
        if lost := self.marks.copy().difference(self._listed().labels):
            self.marks = self.marks - lost

    def _rooms(self) -> tuple[Room, ...]:
        return read_room("spool", self.spool), read_room("transfers", self.transfers)

    def read(self, side: int, session_id: str) -> None:
        """Read what is in one session of the source (0) or the destination (1)."""
        from xnat_ferry.xnat.listings import read_session

        if self.ends is None:
            return
        server = self.ends[side].server
        self.details[server, session_id] = read_session(self._clients()[side], session_id)

    def compare(self, level: Level, errand: Errand) -> Verification:
        """Compare the marked sessions, or all, with what the destination has under their new labels."""
        from xnat_ferry.verify.projects import verify_projects

        assert self.ends is not None
        names = {row.id for row in self._listed() if row.label in self.marks} or None
        rules = self.drafting.draft.rules() if self.drafting.draft else LabelRules()
        (source, destination), (here, there) = self._clients(), self.ends
        compared = verify_projects(
            (source, here),
            (destination, there),
            names,
            rules,
            level=level,
            scratch=self.spool,
            progress=errand.progress,
        )
        with errand.taking():
            self._compared = compared
        return compared

    def client(self, side: int) -> "XnatClient":
        """The conversation with the source's server (0) or the destination's (1)."""
        return self._clients()[side]

    def start(self, plan: Plan) -> TransferFolder:
        """Have a plan carried out by a worker here, if it still fits; raises PlanOutdated."""
        self._refuse_outdated(plan)
        folder = self.workers.start(plan)
        self._begun()
        return folder

    def submit(self, plan: Plan, options: JobOptions) -> tuple[TransferFolder, Submission]:
        """Have it carried out by an array of Slurm's; raises as ``Workers.submit``."""
        submitted = self.workers.submit(plan, options)
        self._begun()
        return submitted

    def _begun(self) -> None:
        self.drafting.clear()
        self._compared = None  # it soon tells of another destination than there is

    def _refuse_outdated(self, plan: Plan) -> None:
        from xnat_ferry.survey.projects import view_destination

        if not plan.destination.local:
            seen = view_destination(self.client(1), plan.destination, plan.seen.creatable or ())
            refuse_outdated(plan, seen)

    def close(self) -> None:
        """Log out."""
        self._conversation.close()

    # On the disk

    def recall(self) -> None:
        """Read the servers' names and what was said before; raises SettingsUnreadable, PlanUnreadable."""
        self.names |= {server: alias for alias, server in read_aliases(servers_file()).items()}
        self.drafting.recall()

    def name_server(self, alias: str, server: str) -> None:
        """Give a server a short name; raises BadEndpoint, SettingsUnreadable, CannotWrite."""
        try:
            store_alias(servers_file(), alias, server)
        except OSError as error:
            raise CannotWrite(folder=servers_file().parent, why=error.strerror) from None
        self.names[server] = alias

    def _clients(self) -> tuple["XnatClient", "XnatClient"]:
        assert self.ends is not None
        return self._conversation.between(self.ends)
