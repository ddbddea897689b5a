"""Lists what else belongs to the chosen sessions, at both ends, before anything of it is planned."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.belongings import Existing, HeldResource, Kind, Level, compare_files, why_not
from xnat_ferry.belongings.values import (
    Value,
    told_name,
    values_of_session,
    values_of_subject,
    what_to_write,
)
from xnat_ferry.belongings.wish import Wish
from xnat_ferry.errors import NotFound, ServerAnswer
from xnat_ferry.labels import LabelRules
from xnat_ferry.listing import NO_SESSIONS
from xnat_ferry.model import Mark
from xnat_ferry.survey.seen import Chosen, Survey
from xnat_ferry.survey.seen_belongings import BelongingsSeen, SeenAssessor, SeenResource, SeenValues
from xnat_ferry.survey.sessions import AT_ONCE
from xnat_ferry.xnat import resources as places
from xnat_ferry.xnat import values as wire
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import read_session
from xnat_ferry.xnat.subjects import list_subjects, subject_address

Result = TypeVar("Result")


class _Found(Struct, frozen=True):
    resources: tuple[SeenResource, ...] = ()
    values: tuple[SeenValues, ...] = ()
    assessors: tuple[SeenAssessor, ...] = ()
    problem: tuple[str, str] | None = None


def with_belongings(
    source: XnatClient,
    destination: XnatClient,
    survey: Survey,
    wish: Wish,
    existing: Existing | None,
    rules: LabelRules,
) -> Survey:
    """The survey with what else belongs to its sessions; at most three requests a session and end.

    ``rules`` tell under which labels the destination is asked. What cannot be read is a problem in it.
    """
    if not wish.any:
        return survey
    reading = _Reading(source, destination, survey, wish, rules)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda read: read(), reading.of_all()))
    seen = BelongingsSeen(
        wish=wish,
        existing=existing,
        resources=tuple(one for part in found for one in part.resources),
        values=tuple(one for part in found for one in part.values),
        assessors=tuple(one for part in found for one in part.assessors),
        problems=tuple(part.problem for part in found if part.problem),
    )
    return replace(survey, belongings=seen)


class _Reading:
    """What is asked of both ends, holder by holder."""

    def __init__(
        self,
        source: XnatClient,
        destination: XnatClient,
        survey: Survey,
        wish: Wish,
        rules: LabelRules,
    ) -> None:
        self._source, self._destination = source, destination
        self._survey, self._wish, self._rules = survey, wish, rules
        there = survey.destination.sessions or NO_SESSIONS
        self._there = dict(zip(there.labels.casefold(), there.ids, strict=True))

    def of_all(self) -> Iterator[Callable[[], _Found]]:
        """One for each holder, to be called by any thread."""
        subjects: dict[tuple[str, str], Chosen] = {}
        for chosen in self._survey.chosen:
            subjects[chosen.row.subject, self._rules.apply(chosen.row).subject] = chosen
            yield self._told(chosen.row.label, partial(self._session, chosen))
        yield from self._of_subjects(subjects)
        if self._wish.reaches(Level.PROJECT):
            yield self._told(self._survey.source.endpoint.project, self._project)

    def _told(self, name: str, read: Callable[[], _Found]) -> Callable[[], _Found]:
        def told() -> _Found:
            try:
                return read()
            except ServerAnswer as error:
                return _Found(problem=(name, str(error)))

        return told

    def _session(self, chosen: Chosen) -> _Found:
        row = chosen.row
        twin = self._twin(chosen)
        resources: tuple[SeenResource, ...] = ()
        if self._wish.reaches(Level.SESSION, Level.SCAN):
            here = places.list_resources(self._source, places.of_session(row.id), Level.SESSION)
            address = places.of_session(twin) if twin else ""
            resources = self._compared(here, address, Level.SESSION, row.label, row.id)
        assessors = self._assessors(chosen, twin) if Kind.ASSESSORS in self._wish.kinds else ()
        resources += tuple(self._of_assessors(chosen, twin, assessors))
        kinds = [one for one in self._wish.kinds if one not in (Kind.DEMOGRAPHICS, Kind.ASSESSORS)]
        values: tuple[SeenValues, ...] = ()
        if kinds:
            here_values = values_of_session(wire.read_session_item(self._source, row.id), kinds)
            there = wire.read_session_item(self._destination, twin) if twin else None
            there_values = values_of_session(there, kinds) if there else ()
            values = self._sorted(Level.SESSION, row.label, here_values, there_values)
        return _Found(resources, values, assessors)

    def _assessors(self, chosen: Chosen, twin: str) -> tuple[SeenAssessor, ...]:
        held = read_session(self._destination, twin, files=False).assessors if twin else ()
        there = {one.label: one.xsi_type for one in held}
        return tuple(
            SeenAssessor(
                session=chosen.row.id,
                holder=chosen.row.label,
                label=one.label,
                xsi_type=one.xsi_type,
                there=there.get(one.label, ""),
            )
            for one in (chosen.detail.assessors if chosen.detail else ())
            if one.label
        )

    def _of_assessors(
        self, chosen: Chosen, twin: str, assessors: Iterable[SeenAssessor]
    ) -> Iterator[SeenResource]:
        """What they put out; two requests each, and two where the destination has it."""
        for one in assessors:
            here = places.list_resources(
                self._source, places.of_assessor(chosen.row.id, one.label), Level.ASSESSOR
            )
            named = [replace(resource, scan=one.label) for resource in here]
            address = places.of_assessor(twin, one.label) if one.there else ""
            yield from self._compared(named, address, Level.ASSESSOR, chosen.row.label, chosen.row.id)

    def _twin(self, chosen: Chosen) -> str:
        """The session that has its label at the destination already, by accession ID; "" for none."""
        label = self._rules.apply(chosen.row).session.casefold()
        return self._there.get(label, "")

    def _of_subjects(self, subjects: Mapping[tuple[str, str], Chosen]) -> Iterator[Callable[[], _Found]]:
        """Theirs, by labels at both ends; one list tells which of them the destination has."""
        kinds = [kind for kind in self._wish.kinds if kind in (Kind.DEMOGRAPHICS, Kind.FIELDS)]
        if not (kinds or self._wish.reaches(Level.SUBJECT)):
            return
        project = self._survey.destination.endpoint.project
        try:
            listed = list_subjects(self._destination, project)
        except ServerAnswer as error:
            problem = _Found(problem=(project, str(error)))
            yield lambda: problem
            return
        there = {label.casefold(): places.of_subject(project, one) for label, one in listed.items()}
        for (name, to), chosen in subjects.items():
            read = partial(self._subject, name, to, chosen, there.get(to.casefold(), ""), kinds)
            yield self._told(name, read)

    def _subject(self, name: str, to: str, chosen: Chosen, there_at: str, kinds: Sequence[Kind]) -> _Found:
        project = self._survey.source.endpoint.project
        if chosen.detail is not None and chosen.detail.subject_id:
            here_at = places.of_subject(project, chosen.detail.subject_id)
        else:
            here_at = subject_address(self._source, project, name)
        resources: tuple[SeenResource, ...] = ()
        if self._wish.reaches(Level.SUBJECT):
            here = places.list_resources(self._source, here_at, Level.SUBJECT)
            resources = self._compared(here, there_at, Level.SUBJECT, name)
        values: tuple[SeenValues, ...] = ()
        if kinds:
            here_values = values_of_subject(wire.read_subject(self._source, here_at), kinds)
            there = _if_there(lambda: wire.read_subject(self._destination, there_at)) if there_at else None
            there_values = values_of_subject(there, kinds) if there else ()
            values = self._sorted(Level.SUBJECT, name, here_values, there_values)
        return _Found(
            tuple(replace(one, to=to) for one in resources), tuple(replace(one, to=to) for one in values)
        )

    def _project(self) -> _Found:
        project = self._survey.source.endpoint.project
        here = places.list_resources(self._source, places.of_project(project), Level.PROJECT)
        address = places.of_project(self._survey.destination.endpoint.project)
        return _Found(self._compared(here, address, Level.PROJECT, project))

    def _compared(
        self, here: Iterable[HeldResource], address: str, level: Level, holder: str, session: str = ""
    ) -> tuple[SeenResource, ...]:
        wanted = [one for one in here if self._wish.wants(one)]
        there: tuple[HeldResource, ...] | None = ()
        if wanted and address:
            there = _if_there(lambda: places.list_resources(self._destination, address, level))
        known = {(one.level, one.scan, one.label): one for one in there or ()}
        return tuple(_seen(one, known.get(_place(one)), holder, session) for one in wanted)

    def _sorted(
        self, level: Level, holder: str, here: Iterable[Value], there: Iterable[Value]
    ) -> tuple[SeenValues, ...]:
        writing = what_to_write(here, there, None)
        return tuple(
            SeenValues(
                level=level,
                holder=holder,
                kind=kind,
                names=tuple(told_name(one) for one in writing.write if one.kind == kind),
                differing=tuple(told_name(one) for one in writing.refused if one.kind == kind),
            )
            for kind in self._wish.kinds
            if any(one.kind == kind for one in (*writing.write, *writing.refused, *writing.same))
        )


def _place(one: HeldResource) -> tuple[Level, str, str]:
    """As a listing has it, which knows an assessor's by its address."""
    return one.level, "" if one.level == Level.ASSESSOR else one.scan, one.label


def _seen(here: HeldResource, there: HeldResource | None, holder: str, session: str) -> SeenResource:
    fitting = [one for one in here.files if not why_not(one.path)]
    counts = compare_files(fitting, there.files if there else ()).counts
    return SeenResource(
        level=here.level,
        session=session,
        holder=holder,
        scan=here.scan,
        label=here.label,
        files=len(fitting),
        bytes=sum(one.size or 0 for one in fitting),
        differing=counts.get(Mark.DIFFERS, 0),
        there=counts.get(Mark.SAME, 0),
        unknown=counts.get(Mark.UNKNOWN, 0),
        unfit=len(here.files) - len(fitting),
    )


def _if_there(read: Callable[[], Result]) -> Result | None:
    try:
        return read()
    except NotFound:
        return None
