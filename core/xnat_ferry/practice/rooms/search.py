"""Which data types there are, and which fields can be searched in them (wire-read 7.3)."""

from collections import Counter
from collections.abc import Callable

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rules.access import may_read, may_read_session, may_see
from xnat_ferry.practice.rules.types import TYPES, DataType

ROUTES = Routes()

_ELEMENTS = ["ELEMENT_NAME", "SINGULAR", "PLURAL", "SECURED", "COUNT"]
_FIELDS = ["FIELD_ID", "HEADER", "SUMMARY", "TYPE", "REQUIRES_VALUE", "DESC", "ELEMENT_NAME", "SRC"]


@ROUTES.at("/data/search/elements")
def elements(request: Request) -> Reply:
    """All searchable types; ``used`` keeps those that have objects, ``secured`` those with rights."""
    negotiate(request, *TABLE)
    counts = _counts(request, readable=request.get("readable") is not None)
    rows: list[Cells] = [
        {
            "ELEMENT_NAME": one.name,
            "SINGULAR": one.singular,
            "PLURAL": one.plural,
            "SECURED": one.secured,
            "COUNT": counts[one.name],
        }
        for one in TYPES.values()
        if one.kind != "part"
        and (request.get("secured") is None or one.secured)
        and (request.get("used") is None or counts[one.name])
    ]
    return table(request, rows, _ELEMENTS, title="Data-Types")


@ROUTES.at("/data/search/elements/{names}")
def fields(request: Request, names: str) -> Reply:
    """The fields of one type, or of several with commas between; XML unless something else is asked for."""
    negotiate(request, "xml")
    rows: list[Cells] = []
    for name in names.split(","):
        found = TYPES.get(name)
        if found is None or found.kind == "part":
            raise Refused(400)
        rows += [_field(found, *told) for told in _fields_of(found)]
        rows += _labels(request, found)
    return table(request, rows, _FIELDS, title="Search Fields", default="xml")


def _counts(request: Request, *, readable: bool) -> Counter[str]:
    """Objects by type: everybody's, or those that the caller may read. Scans have no count of their own."""
    site, user = request.site, request.user
    projects = [one for one in site.projects.values() if not readable or may_see(site, user, one)]
    subjects = [one for one in site.subjects if not readable or may_read(site, user, one.project)]
    sessions = [one for one in site.sessions if not readable or may_read_session(site, user, one)]
    counts = Counter(one.xsi_type for one in sessions)
    counts.update(assessor.xsi_type for one in sessions for assessor in one.assessors.values())
    counts["xnat:projectData"], counts["xnat:subjectData"] = len(projects), len(subjects)
    return counts


_Told = tuple[str, str, str]
"""Field ID, header, type."""
_INSERTED: list[_Told] = [("INSERT_DATE", "Inserted", "date"), ("INSERT_USER", "Creator", "string")]
_EXPERIMENT: list[_Told] = [
    ("LABEL", "Label", "string"),
    ("PROJECT", "Project", "string"),
    ("SUBJECT_ID", "Subject", "string"),
    ("SUBJECT_LABEL", "Subject Label", "string"),
    ("DATE", "Date", "date"),
    ("AGE", "Age", "integer"),
]
_BY_KIND: dict[str, list[_Told]] = {
    "project": [
        ("ID", "ID", "string"),
        ("NAME", "Title", "string"),
        ("SECONDARY_ID", "Running Title", "string"),
        ("DESCRIPTION", "Description", "string"),
        ("KEYWORDS", "Keywords", "string"),
        ("PI", "PI", "string"),
        ("PROJECT_ACCESS", "Accessibility", "string"),
        *_INSERTED,
    ],
    "subject": [
        ("SUBJECT_ID", "Subject ID", "string"),
        ("SUBJECT_LABEL", "Subject", "string"),
        ("PROJECT", "Project", "string"),
        ("GENDER_TEXT", "M/F", "string"),
        ("HANDEDNESS_TEXT", "Hand", "string"),
        ("DOB", "YOB", "integer"),
        ("EDUC", "Education", "integer"),
        ("SES", "SES", "integer"),
        ("SUB_GROUP", "Group", "string"),
        *_INSERTED,
    ],
    "session": [
        ("SESSION_ID", "Session ID", "string"),
        *_EXPERIMENT,
        ("SCANNER_CSV", "Scanner", "string"),
        ("UID", "UID", "string"),
        ("TYPES_AND_COUNT", "Scans", "string"),
        *_INSERTED,
    ],
    "assessor": [
        ("EXPT_ID", "ID", "string"),
        ("SESSION_ID", "Session ID", "string"),
        ("SESSION_LABEL", "Session", "string"),
        *_EXPERIMENT,
        *_INSERTED,
    ],
    "scan": [
        ("ID", "Scan", "string"),
        ("SESSION_LABEL", "Session", "string"),
        ("TYPE", "Type", "string"),
        ("QUALITY", "Quality", "string"),
        ("SERIES_DESCRIPTION", "Series Description", "string"),
        ("UID", "UID", "string"),
        ("NOTE", "Note", "string"),
    ],
}
_LABEL_FIELD: dict[str, Callable[[DataType], str]] = {
    "subject": lambda one: "SUB_PROJECT_IDENTIFIER",
    "session": lambda one: f"{one.name.partition(':')[2].upper()}_PROJECT_IDENTIFIER",
    "assessor": lambda one: f"{one.name.partition(':')[2].upper()}_PROJECT_IDENTIFIER",
}


def _fields_of(data_type: DataType) -> list[_Told]:
    return _BY_KIND[data_type.kind]


def _field(data_type: DataType, name: str, header: str, kind: str) -> Cells:
    return {
        "FIELD_ID": name,
        "HEADER": header,
        "SUMMARY": "",
        "TYPE": kind,
        "REQUIRES_VALUE": False,
        "DESC": header,
        "ELEMENT_NAME": data_type.name,
        "SRC": 0,
    }


def _labels(request: Request, data_type: DataType) -> list[Cells]:
    """A field for the label in each project that the caller reads; its SRC is 2."""
    if data_type.kind not in _LABEL_FIELD:
        return []
    identifier = _LABEL_FIELD[data_type.kind](data_type)
    return [
        {
            **_field(data_type, f"{identifier}={name}", name, "string"),
            "SUMMARY": f"Label within the {name} project.",
            "DESC": f"Label within the {name} project.",
            "SRC": 2,
        }
        for name in request.site.projects
        if may_read(request.site, request.user, name)
    ]
