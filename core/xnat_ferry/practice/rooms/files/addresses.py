"""Addresses of files as listings tell them, and names of what is downloaded (wire-read 2.8, 2.10)."""

from xnat_ferry.practice.rooms.files.choosing import Chosen
from xnat_ferry.practice.rules.places import Held
from xnat_ferry.practice.site.records import Assessor, Project, Subject
from xnat_ferry.practice.site.site import Site


def base_of(chosen: Chosen) -> str:
    """What stands before ``/resources`` where one resource was asked for: the address of the request.

    Objects stand there by their IDs, and several scans as the list that they were asked for by.
    """
    base = "/data"
    if chosen.project is not None and chosen.subject is not None:
        base += f"/projects/{chosen.project.id}/subjects/{chosen.subject.id}"
    if chosen.falls_back and chosen.subject is not None:
        return base if chosen.project is not None else f"{base}/subjects/{chosen.subject.id}"
    if chosen.falls_back:
        return f"{base}/projects/{_id(chosen.project)}"
    base += "/experiments/" + ",".join(one.id for one in chosen.sessions)
    if chosen.scans:
        base += "/scans/" + ",".join(dict.fromkeys(scan.id for _, scan in chosen.scans))
    if chosen.assessors:
        base += "/assessors/" + ",".join(one.id for _, one in chosen.assessors) + f"/{chosen.side}"
    return base


def _id(project: Project | None) -> str:
    return project.id if project is not None else ""


def own_base(site: Site, held: Held) -> str:
    """What stands before ``/resources`` where several were asked for: each resource's own place."""
    holder, place = held.place.holder, held.place
    prefix = "/data" if site.unconfirmed["many_resources_have_the_data_prefix"] else ""
    if isinstance(holder, Subject):
        return f"{prefix}/projects/{holder.project}/subjects/{holder.id}"
    base = prefix + place.uri.removeprefix("/data")
    return f"{base}/{place.side}" if isinstance(holder, Assessor) else base


def download_name(chosen: Chosen) -> str:
    """The folder name of what was asked for, which a download is called by."""
    if chosen.scans or (chosen.sessions and not chosen.falls_back):
        return chosen.sessions[0].folder.name
    if chosen.subject is not None:
        return chosen.subject.label
    return _id(chosen.project)
