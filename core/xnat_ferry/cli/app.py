"""The commands, their exit codes, and the one place where an error becomes a sentence."""

import os
import sys
import traceback
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from xnat_ferry import __version__
from xnat_ferry.errors import FerryError

COMMANDS = {
    "demo": "demo:demo",
    "practice": "practice:practice",
    "login": "login:login",
    "check": "check:check",
    "plan": "check:plan",
    "run": "run:run",
    "status": "status:status",
    "watch": "status:watch",
    "stop": "status:stop",
    "resume": "run:resume",
    "verify": "verify:verify",
    "archive": "run:archive",
    "record": "verify:record",
}

app = App(
    name="xnat-ferry",
    help="Carries DICOM sessions between XNAT projects: checked before, watched live, proved after.",
    version=__version__,
)
for name, place in COMMANDS.items():
    app.command(f"xnat_ferry.cli.{place}", name=name)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code (0 yes, 1 no, 2 usage, 3 no login, 4 stopped, 70 a bug)."""
    try:
        result = app(list(arguments), exit_on_error=False, print_error=True, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError:
        return 2
    except FerryError as error:
        print(f"xnat-ferry: {error}\n  {error.advice}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("xnat-ferry: interrupted.", file=sys.stderr)
        return 4
    except BrokenPipeError:
        # the reader of our output has gone; nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        traceback.print_exc()
        print(
            "xnat-ferry: this is a bug in xnat-ferry itself. Please report the lines above.", file=sys.stderr
        )
        return 70
    return result if isinstance(result, int) else 0
