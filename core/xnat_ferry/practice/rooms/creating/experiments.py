"""Experiments by PUT and POST, through a subject, a project or alone (wire-write 4.2)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.creating.applying import created_in_list, take_parameters
from xnat_ferry.practice.rooms.creating.experiment_saving import after_save, create_session, update_session
from xnat_ferry.practice.rooms.creating.experiment_subjects import change_subject, subject_for
from xnat_ferry.practice.rooms.creating.incoming import incoming
from xnat_ferry.practice.rooms.moving.rename import rename_session
from xnat_ferry.practice.rooms.moving.share import share_session
from xnat_ferry.practice.rules.access import may_edit, may_read, may_read_session, may_see
from xnat_ferry.practice.rules.identifiers import valid
from xnat_ferry.practice.rules.types import kind_of
from xnat_ferry.practice.site.records import Session

ROUTES = Routes()
_ELSEWHERE = "Project must be modified through separate URI."
_SUBJECT_PATH = "/data/projects/{project}/subjects/{subject}/experiments"


@ROUTES.at(
    _SUBJECT_PATH + "/{session}",
    "/data/projects/{project}/experiments/{session}",
    "/data/experiments/{session}",
    methods="PUT",
)
def put_experiment(
    request: Request, session: str, project: str | None = None, subject: str | None = None
) -> Reply:
    """Create, change, rename, or with ``/projects/DEST`` behind it share or move."""
    into = _visible(request, project)
    if into is None and subject is not None:
        raise Refused(404, STANDARD[404])
    found = _find(request, into, session)
    if request.rest.strip("/"):
        found = found or request.site.sessions.get(session)
        if found is None:
            raise Refused(417, "Need PUT Contents")
        return share_session(request, found, into, by_subject=subject is not None)
    return _Put(request, session, into, subject, found).answer()


@ROUTES.at(_SUBJECT_PATH, "/data/projects/{project}/experiments", methods="POST")
def post_experiment(request: Request, project: str, subject: str | None = None) -> Reply:
    """A new one in a collection."""
    into = _visible(request, project)
    if into is None:
        raise Refused(404, STANDARD[404])
    put = _Put(request, "", into, subject, None)
    if put.existing is not None:
        raise Refused(409, "Specified experiment already exists.")
    return created_in_list(request, put.create().id)


def _visible(request: Request, project: str | None) -> str | None:
    if project is None:
        return None
    found = request.site.project_named(project)
    return found.id if found is not None and may_see(request.site, request.user, found) else None


def _find(request: Request, project: str | None, name: str) -> Session | None:
    """By label in the project, else by ID where the project has it; without a project by ID."""
    site = request.site
    if project is None:
        return site.sessions.get(name)
    # a label is looked up with the rights in that project, an ID with all rights that there are
    here = site.session_in(project, name) if may_read(site, request.user, project) else None
    found = here or site.sessions.get(name)
    if found is None or project not in (found.project, *found.shares):
        return None
    return found if may_read_session(site, request.user, found) else None


class _Put:
    """One call; the checks come in XNAT's order."""

    def __init__(
        self, request: Request, name: str, project: str | None, subject: str | None, found: Session | None
    ) -> None:
        self._request, self._name, self._subject = request, name, subject
        self._given = incoming(request, "session")
        if found is None and not self._given.xsi_type:
            # with nothing that says a type, an ID is looked up on the whole site
            found = request.site.sessions.get(name)
        self._loaded = found is not None
        self._type = self._type_of(found)
        take_parameters(self._given, "session", self._type)
        self._project = self._owner(project, found)
        self.existing = found or self._by_contents()

    def _type_of(self, found: Session | None) -> str:
        xsi_type = found.xsi_type if found else self._given.xsi_type
        if not xsi_type:
            raise Refused(417, "Need PUT Contents")
        kind = kind_of(xsi_type)
        if not kind:
            raise Refused(400, STANDARD[400])
        if kind != "session":
            # the text is right for the subjects next door
            raise Refused(422, "Only xnat:Subject documents can be PUT to this address.")
        return xsi_type

    def _owner(self, project: str | None, found: Session | None) -> str:
        """The project in the URL, else the one that the document or the stored experiment names."""
        if project is None:
            known = found.project if found else self._given.values.get("project")
            project = _visible(self._request, known)
        if project is None:
            raise Refused(422, "Submitted experiment record must include the project attribute.")
        return project

    def _by_contents(self) -> Session | None:
        """An experiment that the contents name by ID, or by project and label."""
        site, values = self._request.site, self._given.values
        found = site.sessions.get(values.get("ID", ""))
        if found is None:
            found = site.session_in(values.get("project") or self._project, values.get("label") or self._name)
        return found

    def answer(self) -> Reply:
        if self.existing is None:
            return text(self.create().id, 201)
        return self._change(self.existing)

    def create(self) -> Session:
        """A new experiment. Raises Refused."""
        request, given = self._request, self._given
        identifier = given.values.get("ID", "")
        subject = subject_for(request, self._project, self._subject or given.values.get("subject_ID", ""))
        self._require("create", self._project)
        if subject is None:
            raise Refused(422, "Submitted experiment record must include the subject.")
        if identifier and not valid(identifier):
            raise Refused(417, "Invalid character in experiment label.")
        label = given.values.get("label") or self._name
        made = create_session(request, self._project, subject, self._type, label, given)
        after_save(request, made)
        return made

    def _require(self, verb: str, project: str) -> None:
        if not may_edit(self._request.site, self._request.user, project):
            words = f"Specified user account has insufficient {verb} privileges"
            raise Refused(403, f"{words} for experiments in this project.")

    def _change(self, found: Session) -> Reply:
        request, values = self._request, self._given.values
        replace = self._replaces()
        stored = found.project if self._loaded else self._project
        if values.get("project", "" if replace and self._subject is not None else stored) != found.project:
            raise Refused(409, _ELSEWHERE)
        self._require("edit", found.project)
        if self._project not in (found.project, *found.shares):
            with request.site.lock:
                request.site.sessions.share(found, self._project, "")
        if request.get("label"):
            # rename or nothing: whatever else was sent is dropped
            return rename_session(request, found, self._project, request.get("label") or "")
        self._check_identity(found)
        named = self._subject or values.get("subject_ID", "")
        change_subject(request, self._project, found, named, create=self._subject is None)
        update_session(request, found, self._given, replace=replace)
        after_save(request, found)
        return text(found.id)

    def _replaces(self) -> bool:
        """Whether the document stands in place of what is stored, not beside it."""
        if not self._given.is_document:
            return self._subject is not None and self._request.flag("allowDataDeletion")
        if self._subject is not None:
            return self._request.flag("allowDataDeletion")
        return self._request.get("allowDataDeletion") == "true"

    def _check_identity(self, found: Session) -> None:
        values = self._given.values
        if values.get("ID", found.id) != found.id:
            raise Refused(400, "ID cannot be modified")
        if values.get("label", found.label if self._loaded else self._name) != found.label:
            raise Refused(400, "Label must be modified through separate URI.")
