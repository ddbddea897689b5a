"""``POST /data/services/import``: which importer, on what, and how the answer looks (wire-write 1.1-1.6)."""

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress

from xnat_ferry.practice.http.bodies import NotInBody, body_of, media_type
from xnat_ferry.practice.http.multipart import is_multipart
from xnat_ferry.practice.http.parameters import escaped, is_form
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, html_page, text, uri_list
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.imports.call import Call, Upload
from xnat_ferry.practice.rooms.imports.dicom_zip import import_one, import_zip
from xnat_ferry.practice.rooms.imports.inbox import import_inbox
from xnat_ferry.practice.rooms.imports.parameters import Parameters, from_query
from xnat_ferry.practice.rooms.imports.prestored import prestored
from xnat_ferry.practice.rooms.imports.session_import import import_session
from xnat_ferry.practice.rooms.imports.xar import import_xar

ROUTES = Routes()

_IMPORTERS: dict[str, Callable[[Call], list[str]]] = {
    "DICOM-zip": import_zip,
    "gradual-DICOM": import_one,
    "SI": import_session,
    "XAR": import_xar,
    "inbox": import_inbox,
}
_WITHOUT_FILE = ("inbox",)
_X_MIRC = "application/x-mirc"
_OBJECTS = ("application/dicom", _X_MIRC, "application/x-mirc-dicom")
_DEFAULT = "DICOM-zip"
_NO_FORMAT = "Unable to identify upload format."
_ONE_ONLY = "Importer is limited to one uploaded resource at a time."
_OVERWRITE = "Overwrite flag was not set to a valid option. ('append' or 'delete')"


@ROUTES.at("/data/services/import", methods="POST")
def import_upload(request: Request) -> Reply:
    """An upload; with ``format=html`` errors are 200 too."""
    try:
        return _import(request)
    except Refused as error:
        if request.get("format") == "html":
            words = error.message or STANDARD.get(error.status, "")
            return html_page(f"WARNING: The process could not be completed due to exceptions - {words}")
        raise


def _import(request: Request) -> Reply:
    parameters, uploads = _brought(request)
    with ExitStack() as opened:
        for source in parameters.all("src"):
            uploads.append(prestored(request.site, request.user, source))
            opened.callback(uploads[-1].file.close)
        parameters = _with_prearchive_code(request, parameters)
        handler = _handler(request, parameters, uploads)
        listener = _listener(request, parameters)
        call = Call(request, parameters, uploads[0] if uploads else None, listener)
        if "src" in parameters and "http-session-listener" in parameters:
            # what was put there before does not need the connection any more
            later = opened.pop_all()
            threading.Thread(target=_run_quietly, args=(handler, call, later), daemon=True).start()
            archives = parameters.get("prearchive_code") == "1"
            return text("Submitted for archival" if archives else "Submitted for prearchival")
        lines = _run(handler, call)
    return _answer(request, parameters, lines, wrapped=handler is not import_inbox)


def _brought(request: Request) -> tuple[Parameters, list[Upload]]:
    """Parameters of query and form, and the files."""
    parameters = from_query(request)
    if is_form(request) and not request.flag("inbody"):
        # its values are among the parameters already
        if "src" not in parameters:
            raise Refused(400, _NO_FORMAT)
        return parameters, []
    if is_multipart(request):
        return parameters, _from_form(request)
    try:
        files = body_of(request).files
    except NotInBody as error:
        if parameters.all("src") or parameters.get("import-handler") in _WITHOUT_FILE:
            return parameters, []
        raise Refused(400, str(error)) from None
    return parameters, [Upload(request.rest.strip("/") or one.name, one.file) for one in files]


def _from_form(request: Request) -> list[Upload]:
    """The files of a multipart body; its other parts become parameters."""
    if request.chunked and request.site.unconfirmed["chunked_forms_are_refused"]:
        raise Refused(400, STANDARD[400])
    if request.flag("inbody"):
        # a 406 is set on the way there, and then the handler fails
        raise Refused(500, STANDARD[500])
    body = body_of(request)
    if "reference" in body.fields:
        raise Refused(400, STANDARD[400])
    for name, value in body.fields.items():
        request.query.setdefault(name, []).append(escaped(value))
    return [Upload(one.name, one.file) for one in body.files]


def _handler(request: Request, parameters: Parameters, uploads: list[Upload]) -> Callable[[Call], list[str]]:
    """By name, by the body's type, else the site's default. Raises Refused."""
    named = parameters.get("import-handler")
    if not uploads and named not in _WITHOUT_FILE:
        raise Refused(400, _NO_FORMAT) if named else Refused(500, STANDARD[500])
    if len(uploads) > 1:
        raise Refused(400, _ONE_ONLY)
    if not named:
        named = "gradual-DICOM" if media_type(request) in _OBJECTS else _default(request)
    if named not in _IMPORTERS:
        raise Refused(404, f"Unknown importer implementation specified: {named}")
    return _IMPORTERS[named]


def _default(request: Request) -> str:
    """A site preference; what it names has to exist, or the session importer stands in."""
    named = str(request.site.preferences.get("uiDefaultCompressedUploaderImporter", _DEFAULT))
    return named if named in _IMPORTERS else "SI"


def _with_prearchive_code(request: Request, parameters: Parameters) -> Parameters:
    """The traps of ``prearchive_code=1`` (wire-write 1.3)."""
    if parameters.get("prearchive_code") != "1":
        return parameters
    if "overwrite" in parameters:
        raise Refused(400, _OVERWRITE)
    project = request.site.project_named(parameters.get("project") or "")
    if project is None:
        raise Refused(500, STANDARD[500])
    return parameters.but(overwrite="delete" if project.prearchive_code == 5 else "append")


def _listener(request: Request, parameters: Parameters) -> Callable[[str, str, bool], None]:
    """Where progress is written down: a list in the caller's HTTP session. Raises Refused."""
    if "http-session-listener" not in parameters:
        return lambda status, message, last: None
    key = parameters.get("http-session-listener")
    if not key:
        raise Refused(400, "'transaction' is required when requesting 'http-session-listener'.")
    login = request.site.logins.find(request.login)
    told: list[tuple[str, str, bool]] = []
    if login is not None:
        login.listeners[key] = told
    return lambda status, message, last: told.append((status, message, last))


def _run(handler: Callable[[Call], list[str]], call: Call) -> list[str]:
    """The importer, with how it ended told to whoever listens."""
    try:
        lines = handler(call)
    except Refused as error:
        call.tell("FAILED", error.message or "", True)
        raise
    archived = any(line.startswith("/archive/") for line in lines)
    call.tell("COMPLETED", f"{'Archive' if archived else 'Prearchive'}:{';'.join(lines)}", True)
    return lines


def _run_quietly(handler: Callable[[Call], list[str]], call: Call, opened: ExitStack) -> None:
    """After the answer, only the listener hears."""
    with opened, suppress(Refused):
        _run(handler, call)


def _answer(request: Request, parameters: Parameters, lines: list[str], *, wrapped: bool) -> Reply:
    """200 whatever was stored; nothing at all is an empty body (wire-write 1.6)."""
    if media_type(request) == _X_MIRC:
        return text("OK")
    lines = list(dict.fromkeys(_address(line, wrapped) for line in lines))
    shape = parameters.get("format")
    if shape == "txt":
        return text(lines[0] if lines else "")
    if shape == "html":
        return html_page("\n".join(lines))
    return uri_list(*lines)


def _address(line: str, wrapped: bool) -> str:
    return f"/data{line}" if wrapped and not line.startswith("/xapi/") else line
