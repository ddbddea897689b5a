"""The commands, their exit codes, and the one place where an error becomes a sentence."""

import sys
import traceback
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from xnat_ferry import __version__
from xnat_ferry.cli import streams
from xnat_ferry.cli.help import RunOn
from xnat_ferry.errors import AnswerUnwritten, FerryError, FileRefused
from xnat_ferry.own_process import was_interrupted
from xnat_ferry.settings.redact import plain

_LONGEST = 1200
"""Characters of an error; what a server or a file says in it has no end of its own."""

# in the order in which one meets them; the words stand here so that a list of them loads none
COMMANDS = {
    "demo": ("demo:demo", "Carry a few sessions between two projects of a practice server."),
    "login": ("login:login", "Remember a server's address under a short name."),
    "check": ("check:check", "Survey both projects and run the checklist."),
    "plan": ("plan:plan", "Write down what a transfer will do."),
    "upload": ("upload:upload", "Carry DICOM of a folder or an archive file into a project."),
    "download": ("download:download", "Fetch sessions into files on this machine: a backup."),
    "share": ("giving:share", "Show sessions in a second project of the same server."),
    "relocate": ("giving:relocate", "Make another project of the same server their owner."),
    "run": ("run:run", "Carry out a plan."),
    "submit": ("submit:submit_plan", "Carry out a plan as a Slurm array."),
    "status": ("status:status", "Tell where transfers stand."),
    "watch": ("status:watch", "Show what a transfer does, as it does it."),
    "stop": ("status:stop", "Ask a transfer to leave off cleanly."),
    "resume": ("run:resume", "Go on with a transfer."),
    "verify": ("verify:verify", "Compare what arrived with what was sent."),
    "archive": ("settle:archive", "Take a transfer from the prearchive into the archive."),
    "settle": ("settle:settle", "Delete at the source what is proven at the destination."),
    "resources": ("resources:resources", "Carry resources and values of sessions that are there already."),
    "undo": ("giving:undo", "Take back what was shared or relocated."),
    "record": ("record:record", "Write the transfer record and print it."),
    "practice": ("practice:practice", "Start an XNAT to practise on."),
    "completion": ("completion:completion", "Print what makes bash, zsh or fish complete this."),
}

_HELP = """Carries DICOM sessions between XNAT projects: checked before, watched live, proved after.

Without a command, 'xnat-ferry' opens the screen; --read-only, --theme NAME, --ascii and --mouse are for it.
Each command has a --help of its own.
"""


def app_for(*asked: str) -> App:
    """The commands, as words of a list; those that are asked for are told of in their own words.

    None is loaded before it is run or told of.
    """
    app = App(
        name="xnat-ferry",
        help=_HELP,
        version=__version__,
        help_format="plaintext",  # else {subject}_{modality} would be taken for something in italics
        help_formatter=RunOn(),
        suppress_keyboard_interrupt=False,  # else it ends with a code of its own, and without a word
    )
    for number, (name, (place, words)) in enumerate(COMMANDS.items()):
        help_ = None if name in asked else words
        app.command(f"xnat_ferry.cli.commands.{place}", name=name, help=help_, sort_key=number)
    return app


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code (0 yes, 1 no, 2 usage, 3 no login, 4 stopped, 70 a bug)."""
    streams.make_ready()
    asked = [word for word in arguments if word in COMMANDS][:1]
    try:
        result = app_for(*asked)(
            list(arguments), exit_on_error=False, print_error=True, result_action="return_value"
        )
        sys.stdout.flush()
    except CycloptsError:
        return 2
    except FerryError as error:
        return _refused(error)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        streams.give_up_stdout()  # the reader of our output has gone; nothing is left to say
        return 0
    except Exception as error:
        return _interrupted() if was_interrupted(error) else _unexpected(error)
    return result if isinstance(result, int) else 0


def _refused(error: FerryError) -> int:
    streams.talk(f"xnat-ferry: {plain(str(error), _LONGEST)}\n  {plain(error.advice, _LONGEST)}")
    return error.exit_code


def _interrupted() -> int:
    streams.talk("xnat-ferry: interrupted.")
    return 4


def _unexpected(error: Exception) -> int:
    told = _of_this_machine(error)
    return _refused(told) if told else _bug()


def _of_this_machine(error: Exception) -> FerryError | None:
    """What a disk or a folder refuses, which is nobody's bug; what is not there may be one."""
    if not isinstance(error, OSError):
        return None
    if why := streams.why_unsaid():
        streams.give_up_stdout()
        return AnswerUnwritten(why=why)
    if isinstance(error, FileNotFoundError) or error.filename is None:
        return None
    return FileRefused(path=error.filename, why=error.strerror)


def _bug() -> int:
    lines = traceback.format_exc().splitlines()
    streams.talk("\n".join(line if line.isprintable() else plain(line) for line in lines))
    streams.talk("xnat-ferry: this is a bug in xnat-ferry itself. Please report the lines above.")
    return 70
