"""``xnat-ferry practice``: an XNAT to practise on."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def practice(
    *,
    world: str = "demo",
    faults: str | None = None,
    port: int = 0,
    host: str = "127.0.0.1",
    clock: float = 1.0,
    data: Annotated[Path | None, Parameter(help="Keep the archive here between runs.")] = None,
) -> int:
    """Start a practice XNAT on this machine; the first line says where and with which login.

    Parameters
    ----------
    world
        demo, empty, tour or a TOML file that describes projects, users and sessions.
    faults
        A TOML file of faults the server shall show.
    port
        0 takes any free one.
    host
        Only addresses of this machine are accepted.
    clock
        60 lets a minute of the server's time pass in a second.
    """
    from xnat_ferry.practice.errors import PracticeError
    from xnat_ferry.practice.serve import serve

    try:
        return serve(world=world, faults=faults, host=host, port=port, clock=clock, data=data)
    except PracticeError as error:
        from xnat_ferry.errors import UsageError

        raise UsageError(what=str(error)) from None
