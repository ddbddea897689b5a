"""What lies on the desk: projects, survey, marks, the transfer in view. Knows nothing of Textual."""

from collections.abc import Callable, Sequence
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from xnat_ferry.errors import CannotWrite, FerryError
from xnat_ferry.listing import NO_SESSIONS, Listing
from xnat_ferry.model import Endpoint, SessionDetail, SessionRow
from xnat_ferry.plan import Plan
from xnat_ferry.plan.draft import Draft
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.servers import read_aliases, store_alias
from xnat_ferry.survey import ProjectView, Survey
from xnat_ferry.verify.verification import Verification
from xnat_ferry_tui.conversation import Conversation
from xnat_ferry_tui.drafting import Drafting
from xnat_ferry_tui.logins import Logins
from xnat_ferry_tui.watching.watched import Watched
from xnat_ferry_tui.workers import Workers

if TYPE_CHECKING:
    from xnat_ferry.local.scanning import Scanned


class Desk:
    """The one thing that screens show and actions change."""

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
        self.conversation = Conversation(self.logins)
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
        self.compared: Verification | None = None
        """What was found when the two projects, as they are listed now, were compared without a transfer."""
        self.here: Scanned | None = None
        """What the place on this machine holds that is the source."""

    # What is there

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
        if self.compared is not None or self.watched is None:
            return self.compared
        plan = self.watched.state.plan
        return self.watched.verification if self.ends == (plan.source, plan.destination) else None

    def plan_of_proofs(self) -> Plan | None:
        """By which plan that came there; None for a comparison, which none connects."""
        return self.watched.state.plan if self.watched is not None and self.compared is None else None

    def chosen_rows(self) -> Sequence[SessionRow]:
        """The sessions of the source that are chosen, as far as they are listed."""
        rows, draft = self.listed, self.drafting.draft
        if draft is None or not draft.sessions:
            return rows
        return [row for row in rows if row.id in draft.chosen]

    def chosen_any(self) -> bool:
        """Whether there is one at least."""
        rows, draft = self.listed, self.drafting.draft
        if draft is None or not draft.sessions:
            return bool(rows)
        basis, known = self._chosen
        if basis[0] is not rows or basis[1] is not draft.sessions:
            # asked at every key, and there may be very many of them
            known = not draft.chosen.isdisjoint(rows.ids)
            self._chosen = (rows, draft.sessions), known
        return known

    @property
    def listed(self) -> Listing:
        """The sessions of the source, none where it was not listed yet."""
        return (self.source.sessions if self.source else None) or NO_SESSIONS

    def choose_marked(self) -> None:
        """Take the marked sessions into the draft; all where none is marked."""
        rows = self.listed
        self.drafting.choose(compress(rows.ids, (label in self.marks for label in rows.labels)))

    # What is laid on it

    def connect(self, ends: tuple[Endpoint, Endpoint], draft: Draft | None = None) -> None:
        """Lay two projects on the desk and clear away what was found in the old ones.

        What was said of a transfer between the same two stays, unless a draft is given in its place.
        """
        self.conversation.leave()
        self.source = self.destination = self.here = None
        self.details, self.marks, self.compared = {}, set(), None
        self._ends = ends
        self.drafting.begin(ends, draft)

    def take_source(self, found: ProjectView, here: "Scanned | None" = None) -> None:
        """The source as it was listed; ``here`` is what it holds where it is a place on this machine."""
        self.compared, self.here, self.source = None, here, found
        self._forget_lost_marks()

    def take_survey(self, survey: Survey, asked: Draft, here: "Scanned | None" = None) -> None:
        """A survey as it was asked for, ``here`` as above; it is not judged by that."""
        server = asked.source.server
        # of a session of which some scans are taken the survey has no more than those
        if not (asked.scans or asked.source.local or asked.destination.local):
            self.details |= {(server, one.row.id): one.detail for one in survey.chosen if one.detail}
        self.source, self.destination = survey.source, survey.destination
        self._forget_lost_marks()
        self.drafting.keep_survey(survey, asked, here)

    def begun(self) -> None:
        """A transfer of what was drafted has begun."""
        self.drafting.clear()
        self.compared = None  # it soon tells of another destination than there is

    def _forget_lost_marks(self) -> None:
        """Marks of what is not listed any more stand for no session; and none that does would mean all."""
        if lost := self.marks.copy().difference(self.listed.labels):
            self.marks = self.marks - lost

    # On the disk: these may take their time, use a thread

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
