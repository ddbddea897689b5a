"""What is wanted of a transfer before it is a plan, in the words of the command line: pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import permutations

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.belongings import Existing, Kind
from xnat_ferry.belongings.wish import Wish, parse_wish
from xnat_ferry.checks import Answer, Conflict, ConflictClass, Option
from xnat_ferry.labels import LabelRules, Labels, parse_rule
from xnat_ferry.model import ZIPS_HERE, Endpoint, Level, Road
from xnat_ferry.plan.answers import Answers, Given
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.model import Target
from xnat_ferry.plan.receiver import NO_RECEIVER, Receiver

DRAFT_FORMAT = 1


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """Everything a person has said so far; with a survey, a plan is made of it."""

    format: int = DRAFT_FORMAT
    step: str = ""
    """Where the person was, as the screen names it."""
    source: Endpoint
    destination: Endpoint
    sessions: tuple[str, ...] = ()
    """Accession IDs; none means all."""
    scans: tuple[str, ...] = ()
    """IDs or types; none means all."""
    labels: tuple[str, ...] = ()
    """Label rules as they are written on the command line, in their order."""
    table: dict[str, Labels] = {}
    """Labels of single sessions, by accession ID or label; they win over the rules."""
    class_answers: dict[ConflictClass, tuple[Given, ...]] = {}
    answers: dict[str, tuple[Given, ...]] = {}
    """Answers to single sessions, by accession ID."""
    keep: tuple[Option, ...] = ()
    """What the project's approval keeps in the headers."""
    accepted: tuple[str, ...] = ()
    """Kinds of findings that are known and allowed."""
    to: Target = Target.PREARCHIVE
    verify: Level = Level.IDENTITY
    move: bool = False
    road: Road = Road.COPY
    receiver: Receiver = NO_RECEIVER
    also: tuple[Kind, ...] = ()
    """What else of the sessions shall travel."""
    resources: tuple[str, ...] = ()
    """Which resources, as LABEL or LEVEL:LABEL; none means all where resources shall travel."""
    existing: Existing | None = None
    """What becomes of what is there of that already and differs; None refuses."""

    @property
    def ends(self) -> tuple[Endpoint, Endpoint]:
        """Source and destination."""
        return self.source, self.destination

    @cached_property
    def chosen(self) -> frozenset[str]:
        """The sessions; there may be very many, and they are asked for at every key."""
        return frozenset(self.sessions)

    @property
    def choice(self) -> tuple[object, ...]:
        """What a survey depends on: with another one it must be taken anew."""
        return (self.ends, self.chosen, frozenset(self.scans), self.road)

    @property
    def beside(self) -> tuple[object, ...]:
        """What the look at resources and values depends on beside that: they are looked for by labels."""
        return (self.along, self.existing, self.labels, self.table) if self.also else ()

    @property
    def along(self) -> tuple[str, ...]:
        """What else shall travel, in the words of ``--with``."""
        if Kind.RESOURCES not in self.also or not self.resources:
            return self.also
        kinds = (kind for kind in self.also if kind != Kind.RESOURCES)
        return (*(f"resources={name}" for name in self.resources), *kinds)

    @property
    def wish(self) -> Wish:
        """What else shall travel, as a survey takes it."""
        return parse_wish(self.along)

    def over(self, road: Road) -> "Draft":
        """The same over another road; where no image travels it is whole sessions.

        Those that stay have all that belongs to them; what else of them travels without images is, as long
        as nobody says otherwise, their resources.
        """
        draft = replace(self, road=road, receiver=NO_RECEIVER)
        if road.stays:
            return replace(draft, scans=(), move=False, also=(), resources=(), existing=None)
        if road == Road.RESOURCES:
            return replace(draft, scans=(), move=False, also=draft.also or (Kind.RESOURCES,))
        return draft

    def by(self, receiver: Receiver) -> "Draft":
        """The same by a DICOM receiver."""
        return replace(self.over(Road.RECEIVER), receiver=receiver)

    def rules(self) -> LabelRules:
        """The label rules; raises BadLabelRule."""
        return LabelRules(rules=tuple(map(parse_rule, self.labels)), table=self.table)

    def all_answers(self, known: Iterable[str] | None = None) -> Answers:
        """The answers; of those to single sessions only the ones to accession IDs that are ``known``.

        Whoever leaves a session out and takes it again finds its answer where it was.
        """
        ids = set(self.answers if known is None else known)
        own = {name: given for name, given in self.answers.items() if name in ids}
        return Answers(by_class=self.class_answers, by_session=own)

    def request(self, made: str, known: Iterable[str] | None = None) -> PlanRequest:
        """What a plan is asked for; raises BadLabelRule."""
        return PlanRequest(
            made=made,
            to=self.to,
            verify=self.verify,
            move=self.move,
            scans=self.scans,
            answers=self.all_answers(known),
            labels=self.rules(),
        )

    def answered(self, conflict: Conflict, given: Given, met: Sequence[Conflict] = ()) -> "Draft":
        """The same with one conflict's answer; ``met`` is all that its session meets.

        What the session's other conflicts were answered stays as it was, as far as one session's answers
        can say both.
        """
        own = _own(conflict, given, met, self.all_answers())
        return replace(self, answers={**self.answers, conflict.id: own})

    def class_answered(self, kind: ConflictClass, answer: Answer, met: Sequence[Conflict]) -> "Draft":
        """The same with one answer for all conflicts of a class that offer it, whatever was said before.

        Those that do not offer it keep the answer they had.
        """
        before = self.class_answers.get(kind, ())
        given = Given(answer)
        together = {**self.class_answers, kind: (given, *(one for one in before if one != given))}
        fellows: dict[str, list[Conflict]] = {}
        for one in met:  # the sessions with answers of their own may be few among very many
            if one.id in self.answers:
                fellows.setdefault(one.id, []).append(one)
        answers, now = dict(self.answers), self.all_answers()
        for one in (one for some in fellows.values() for one in some):
            if one.kind == kind and answer in one.answers:
                others = [fellow for fellow in fellows[one.id] if fellow.kind != kind]
                kept = {now.to(fellow) for fellow in others} - {None, given}
                answers[one.id] = _own(one, given, fellows[one.id], now) if kept else ()
        own = {name: some for name, some in answers.items() if some}
        return replace(self, class_answers=together, answers=own)

    def unanswered(self, conflict: Conflict) -> "Draft":
        """The same without the answer to this session alone."""
        return replace(
            self, answers={name: given for name, given in self.answers.items() if name != conflict.id}
        )

    def labelled(self, key: str, labels: Labels | None) -> "Draft":
        """The same with a single session's labels, or without any of its own."""
        others = {name: one for name, one in self.table.items() if name != key}
        return replace(self, table=others if labels is None else {**others, key: labels})

    def arguments(self, ends: tuple[str, str], table: str) -> list[str]:
        """What the command for it is told, in the options that it has.

        ``table`` is where single labels are written.
        """
        chosen = _options(
            ("--sessions", self.sessions),
            ("--scans", self.scans),
            ("--labels", (*self.labels, *([table] if self.table else []))),
        )
        if self.road == Road.RESOURCES:
            return ["resources", *ends, *chosen, *self._along()]
        if self.destination.local:
            zips = ["--zip"] if self.destination.server == ZIPS_HERE else []
            return ["download", *ends, *chosen, *zips]
        if self.source.local:
            # a person was asked about the others when the place was named
            return ["upload", *ends, *chosen, *self._judging(), "--leave-out-others"]
        return ["plan", *ends, *chosen, *self._judging(), *self._road()]

    def _judging(self) -> Iterator[str]:
        answers: Mapping[str, Sequence[Given]] = {
            **{str(kind): given for kind, given in self.class_answers.items()},
            **self.answers,
        }
        said = [f"{name}={one}" for name, given in answers.items() for one in given]
        yield from _options(("--on-conflict", said), ("--keep", self.keep), ("--accept", self.accepted))
        if self.to != Target.PREARCHIVE and not self.road.stays:
            yield from ("--to", self.to)
        if self.verify != Level.IDENTITY:
            yield from ("--verify", self.verify)

    def _along(self) -> Iterator[str]:
        yield from _options(("--with", self.along))
        if self.also and self.existing:
            yield from ("--existing", self.existing)

    def _road(self) -> Iterator[str]:
        yield from self._along()
        if self.road != Road.COPY:
            yield from ("--road", self.road)
        if self.road == Road.RECEIVER:
            yield from self._receiving()
        if self.move:
            yield "--move"

    def _receiving(self) -> Iterator[str]:
        one = self.receiver
        yield from ("--receiver", f"{one.host}:{one.port}", "--aet", one.aet)
        if one.calling != NO_RECEIVER.calling:
            yield from ("--calling", one.calling)


def _options(*named: tuple[str, Sequence[str]]) -> Iterator[str]:
    for name, values in named:
        yield from (name, *values) if values else ()


def _own(conflict: Conflict, given: Given, met: Sequence[Conflict], now: Answers) -> tuple[Given, ...]:
    """A session's answers in the order in which each of its conflicts takes its own."""
    wanted = [(one, given if _same(one, conflict) else now.to(one)) for one in met or (conflict,)]
    for order in permutations(dict.fromkeys(answer for _, answer in wanted if answer is not None)):
        if all(answer is None or answer == _taken(order, one) for one, answer in wanted):
            return order
    return (given,)


def _same(one: Conflict, other: Conflict) -> bool:
    return (one.id, one.kind, one.there) == (other.id, other.kind, other.there)


def _taken(order: Sequence[Given], conflict: Conflict) -> Given | None:
    return next((one for one in order if one.answer in conflict.answers), None)
