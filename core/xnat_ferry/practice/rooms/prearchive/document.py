"""The session document of a row, as XML (wire-write 2.1)."""

from xnat_ferry.practice.http.xml_text import escape, quoteattr
from xnat_ferry.practice.site.records import Resource, Scan, Waiting, session_type

_SPACES = 'xmlns:xnat="http://nrg.wustl.edu/xnat" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def document_of(row: Waiting) -> str:
    """``xnat:MRSession`` or another, with its scans and their catalogs."""
    kind = session_type({scan.modality for scan in row.scans.values()})
    name = kind.removeprefix("xnat:").removesuffix("SessionData")
    element = f"{name.upper() if len(name) <= 3 else name[0].upper() + name[1:]}Session"
    attributes = {"ID": "", "project": row.project, "label": row.name, "UID": row.study_uid}
    told = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
    fields = {"date": row.date, **row.fields, "dcmPatientName": row.subject}
    plain = "".join(
        f"<xnat:{path}>{escape(value)}</xnat:{path}>"
        for path, value in fields.items()
        if value and path.isidentifier()
    )
    scans = "".join(map(_scan, row.scans.values()))
    return (
        f"<xnat:{element} {told} {_SPACES}>{plain}"
        f"<xnat:prearchivePath>{escape(str(row.place))}</xnat:prearchivePath>"
        f"<xnat:scans>{scans}</xnat:scans>{_resources(row)}</xnat:{element}>"
    )


def _scan(scan: Scan) -> str:
    files = "".join(_file(resource, f"SCANS/{scan.id}/{label}") for label, resource in scan.resources.items())
    return (
        f"<xnat:scan ID={quoteattr(scan.id)} UID={quoteattr(scan.uid)} type={quoteattr(scan.type)} "
        f'xsi:type="{scan.xsi_type}"><xnat:series_description>{escape(scan.description)}'
        f"</xnat:series_description>{files}</xnat:scan>"
    )


def _resources(row: Waiting) -> str:
    files = "".join(_file(one, f"RESOURCES/{label}", "resource") for label, one in row.resources.items())
    return f"<xnat:resources>{files}</xnat:resources>" if files else ""


def _file(resource: Resource, folder: str, element: str = "file") -> str:
    uri = f"{folder}/{resource.label}_catalog.xml"
    return (
        f"<xnat:{element} label={quoteattr(resource.label)} URI={quoteattr(uri)} "
        f"content={quoteattr(resource.content)} format={quoteattr(resource.format)} "
        f'file_count="{len(resource.files)}" file_size="{resource.size}" xsi:type="xnat:resourceCatalog"/>'
    )
