"""The index of labels tells the same as looking through everything would."""

from hypothesis import example, given
from hypothesis import strategies as st

from xnat_ferry.practice.site.labelled import Labelled
from xnat_ferry.practice.site.records import Subject

PROJECTS = st.sampled_from(["A", "B", "C"])
LABELS = st.sampled_from(["one", "One", "two", "three", ""])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "relabel", "share", "unshare", "move"]),
        st.integers(0, 4),
        PROJECTS,
        LABELS,
    ),
    max_size=40,
)


def label_there(item: Subject, project: str) -> str | None:
    """The label by the record alone, None where the project does not have it."""
    if item.project == project:
        return item.label
    return (item.shares[project] or item.label) if project in item.shares else None


def free(known: Labelled[Subject], project: str, label: str, but: str) -> bool:
    found = known.labelled(project, label)
    return found is None or found.id == but


def take(known: Labelled[Subject], step: str, number: int, project: str, label: str) -> None:
    """One step, if a site would take it: no label is given twice in a project."""
    item = known.get(f"S{number}")
    if item is None:
        if step == "add" and label and free(known, project, label, ""):
            known.add(Subject(f"S{number}", label, project, ""))
        return
    shown = label or item.label
    here = project == item.project or project in item.shares
    if step == "remove":
        known.remove(item)
    elif step == "relabel" and here and label and all(free(known, one, label, item.id) for one in "ABC"):
        known.relabel(item, project, label)
    elif step == "share" and not here and free(known, project, shown, item.id):
        known.share(item, project, label)
    elif step == "unshare" and project in item.shares:
        known.unshare(item, project)
    elif step == "move" and label and all(free(known, one, label, item.id) for one in "ABC"):
        known.move(item, project, label)


@given(STEPS)
@example([("add", 0, "A", "one"), ("share", 0, "B", ""), ("relabel", 0, "A", "two")])
def test_any_steps_leave_an_index_that_agrees_with_the_records(
    steps: list[tuple[str, int, str, str]],
) -> None:
    known: Labelled[Subject] = Labelled()
    for step in steps:
        take(known, *step)
        for project in "ABC":
            there = {item.id: label_there(item, project) for item in known}
            assert {item.id for item in known.of(project)} == {one for one, name in there.items() if name}
            for identifier, name in there.items():
                if name:
                    found = known.labelled(project, name.upper())
                    assert found is not None
                    assert found.id == identifier
