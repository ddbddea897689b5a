"""A row's log: where failures are explained (wire-write 2.1)."""

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.http.tables import Cells
from xnat_ferry.practice.site.records import Waiting
from xnat_ferry.practice.site.site import Site


def write_log(site: Site, row: Waiting, text: str) -> None:
    """One more entry."""
    row.log.append(text)
    row.log_times[len(row.log)] = site.clock.now()


def entries(row: Waiting) -> list[Cells]:
    """All of them with their numbers; what came without a time has the row's."""
    return [
        {"id": number, "date": written(row.log_times.get(number, row.last_modified)), "entry": entry}
        for number, entry in enumerate(row.log, 1)
    ]
