"""The options by which sessions are chosen, judged and named: each command takes those that mean something
to it, and ``Surveying`` has them all."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry import moment
from xnat_ferry.belongings import Existing
from xnat_ferry.belongings.wish import Wish, parse_wish
from xnat_ferry.checks import Option
from xnat_ferry.checks.accepting import parse_accepted
from xnat_ferry.cli.common import Names, split_names
from xnat_ferry.errors import NothingChosen, UsageError
from xnat_ferry.labels import LabelRules, Labels, Rule, parse_rule
from xnat_ferry.model import Level
from xnat_ferry.plan import Target
from xnat_ferry.plan.answers import parse_answers
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.label_table import read_label_table
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry.settings.redact import plain
from xnat_ferry.settings.room import Room, read_room
from xnat_ferry.survey import Headers

Words = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=(), show_default=False)]
Switch = Annotated[bool, Parameter(negative=(), show_default=False)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Choosing:
    """Which sessions, and what they shall be called.

    Parameters
    ----------
    sessions
        Labels or accession IDs, with commas between; all without it.
    labels
        prefix=P_, suffix=_b, replace=OLD/NEW (a regular expression), template={subject}_{modality}_{date},
        with subject. or session. in front for one of the two, or a .csv file; several are applied in order.
    write_labels
        A .csv file to write: every session with its labels before and after, to change and give to --labels.
    """

    sessions: Names = None
    labels: Words = ()
    write_labels: Path | None = None

    @property
    def surveying(self) -> "Surveying":
        """The same, with all that this command does not ask for left as it comes."""
        return Surveying(**{one.name: getattr(self, one.name) for one in fields(self)})


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class OfScans:
    """Which of their scans.

    Parameters
    ----------
    scans
        IDs or types of the scans to take, with commas between; all without it.
    """

    scans: Names = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Arriving:
    """How far they shall go.

    Parameters
    ----------
    to
        How far the sessions shall go: prearchive leaves them there for review.
    """

    to: Target = Target.PREARCHIVE


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Judging:
    """What is known and wanted of what the checks find.

    Parameters
    ----------
    on_conflict
        CLASS=ANSWER or SESSION=ANSWER, for instance same-study=skip; without an answer a session stays
        undecided.
    keep
        What the project's approval keeps in the headers, with commas between: dates, device, institution,
        patient, descriptors, private.
    accept
        Kinds of findings about persons that are known and allowed, with commas between, as --json names
        them; the plan keeps your word.
    headers
        Of which files the headers are read; auto is one of each scan, or of each session where the scans are
        very many.
    deep
        Read the header of every file.
    """

    on_conflict: Words = ()
    keep: Names = None
    accept: Names = None
    headers: Headers = Headers.AUTO
    deep: Switch = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Beside:
    """What else belongs to them.

    Parameters
    ----------
    also
        What else shall travel once its session is archived, with commas between: resources (all, or
        resources=LABEL, resources=session:LABEL, likewise scan:, subject:, project:), demographics, fields,
        quality, notes, assessors.
    existing
        What becomes of resource files and values that are there already and differ: keep or replace; without
        it they are refused.
    """

    also: Annotated[Words, Parameter(name="--with")] = ()
    existing: Existing | None = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Places:
    """Where this machine keeps things.

    Parameters
    ----------
    spool
        The folder for data in flight, whose room is looked at.
    transfers
        The folder that holds the transfers, whose room is looked at.
    """

    spool: Path | None = None
    transfers: Path | None = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Fetching(Places, OfScans, Choosing):
    """The options of a download: nothing arrives in a project, so nothing is asked or judged by it."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Giving(Places, Judging, Choosing):
    """The options of sharing and relocating: whole sessions, with all they have."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Adding(Places, Beside, Choosing):
    """The options for what belongs to sessions that are there already."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Sending(Places, Judging, Arriving, OfScans, Choosing):
    """The options of an upload: files on this machine come without resources and values."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Surveying(Places, Beside, Judging, Arriving, OfScans, Choosing):
    """The options of a survey of both ends, and of what is planned from it."""

    def rules(self) -> LabelRules:
        """The label rules as they were written, in their order; raises BadLabelRule."""
        rules: list[Rule] = []
        table: dict[str, Labels] = {}
        for text in self.labels:
            if text.lower().endswith(".csv"):
                table |= read_label_table(Path(text).expanduser())
            elif text != "keep":
                rules.append(parse_rule(text))
        return LabelRules(rules=tuple(rules), table=table)

    def request(self, verify: Level, *, move: bool = False) -> PlanRequest:
        """What a plan is asked for; raises BadLabelRule and UsageError for words that make no sense."""
        scans = split_names(self.scans)
        if scans == ():  # as where a script's variable is empty: not all of them were meant
            raise NothingChosen(why="no scan was named", advice="Leave --scans out to take all of them.")
        return PlanRequest(
            made=moment.now(),
            to=self.to,
            verify=verify,
            move=move,
            scans=scans or (),
            answers=parse_answers(self.on_conflict),
            labels=self.rules(),
        )

    def kept(self) -> frozenset[Option]:
        """What the headers may keep; raises UsageError for anything that is no option."""
        names = split_names(self.keep) or ()
        unknown = [name for name in names if name not in set(Option)]
        if unknown:
            what = f"--keep {plain(unknown[0], 60)!r} is none of {', '.join(Option)}."
            raise UsageError(what=what)
        return frozenset(map(Option, names))

    def accepted(self) -> frozenset[str]:
        """The kinds of findings that are allowed; raises UsageError for any that nobody may allow."""
        return parse_accepted(split_names(self.accept) or ())

    def wish(self) -> Wish:
        """What else shall travel; raises UsageError for words that name nothing."""
        return parse_wish(self.also)

    def rooms(self) -> tuple[Room, ...]:
        """What is free where a transfer would write."""
        return (
            read_room("spool", spool_folder(self.spool)),
            read_room("transfers", transfers_folder(self.transfers)),
        )

    def which_headers(self) -> Headers:
        """Of which files the headers shall be read; raises UsageError where the options say two things."""
        if self.deep and self.headers not in (Headers.AUTO, Headers.ALL):
            raise UsageError(what=f"--deep reads every file's header; leave out --headers {self.headers}.")
        if self.keep and self.headers == Headers.NONE:
            raise UsageError(what="--keep is about headers, and --headers none reads none; leave one out.")
        return Headers.ALL if self.deep else self.headers

    def again(self, *answers: str) -> list[str]:
        """These options as arguments for the next command, and more answers; without what writes a file."""
        arguments: list[str] = []
        for name, words in (
            ("--sessions", split_names(self.sessions)),
            ("--scans", split_names(self.scans)),
            ("--labels", self.labels),
            ("--on-conflict", (*self.on_conflict, *answers)),
            ("--keep", split_names(self.keep)),
            ("--accept", split_names(self.accept)),
            ("--with", self.also),
        ):
            arguments += [name, *words] if words else []
        arguments += ["--existing", self.existing] if self.existing else []
        arguments += ["--to", self.to] if self.to != Target.PREARCHIVE else []
        arguments += ["--headers", self.headers] if self.headers != Headers.AUTO else []
        arguments += ["--deep"] if self.deep else []
        for name, folder in (("--spool", self.spool), ("--transfers", self.transfers)):
            arguments += [name, str(folder)] if folder else []
        return arguments
