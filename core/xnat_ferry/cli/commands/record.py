"""``record``: what is kept of a transfer, written anew and printed."""

from typing import Annotated

from cyclopts import Parameter

from xnat_ferry.cli.common import AsJson, Transfers, answer_json, say
from xnat_ferry.errors import CannotWrite, UsageError
from xnat_ferry.settings.paths import transfers_folder
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.status import read_state, summarise


def record(
    name: str | None = None,
    /,
    *,
    html: Annotated[bool, Parameter(negative=(), show_default=False, help="Print it as a web page.")] = False,
    transfers: Transfers = None,
    json: AsJson = False,
) -> int:
    """Write the transfer record as Markdown, HTML and JSON, and print one of them.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    """
    from xnat_ferry.record.html import to_html
    from xnat_ferry.record.markdown import to_markdown
    from xnat_ferry.record.write import write_record
    from xnat_ferry.verify.kept import read_verification

    if html and json:
        raise UsageError(what="--html and --json are two answers; say one of them.")
    found = transfer_folders.find(transfers_folder(transfers), name)
    state = read_state(found)
    verification = read_verification(found, state.plan)
    try:
        made = write_record(found, state, verification)
    except OSError as error:
        raise CannotWrite(folder=found.path, why=error.strerror) from None
    if json:
        answer_json(
            {
                "status": summarise(found, state),
                "plan_hash": made.plan_hash,
                "accounts": made.accounts,
                "verification": verification.as_json() if verification else None,
                "record": made,
                "file": str(found.record),
            }
        )
        return 0
    print(to_html(made) if html else to_markdown(made), end="")
    say(f"kept as {found.record}, with .html and .json beside it")
    return 0
