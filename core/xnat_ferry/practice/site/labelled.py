"""Objects by ID, and by label in every project that has them, in constant time."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar

from xnat_ferry.practice.site.records import Session, Subject

Item = TypeVar("Item", Session, Subject)


class Labelled(Generic[Item]):
    """Subjects or sessions. Labels are looked up without regard to case, as XNAT does."""

    def __init__(self) -> None:
        self._by_id: dict[str, Item] = {}
        self._by_label: dict[tuple[str, str], str] = {}
        self._of_project: dict[str, dict[str, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._by_id.values()))

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._by_id

    def __getitem__(self, identifier: str) -> Item:
        return self._by_id[identifier]

    def get(self, identifier: str) -> Item | None:
        """By ID."""
        return self._by_id.get(identifier)

    def labelled(self, project: str, label: str) -> Item | None:
        """By label in a project, shared in or owned."""
        found = self._by_label.get((project, label.casefold()))
        return self._by_id.get(found) if found is not None else None

    def of(self, project: str) -> list[Item]:
        """Owned by and shared into a project, in the order in which they came."""
        return [self._by_id[identifier] for identifier in self._of_project[project]]

    def label_in(self, item: Item, project: str) -> str:
        """The label in a project; a share without one shows the owner's."""
        return item.label if item.project == project else item.shares.get(project) or item.label

    def add(self, item: Item) -> None:
        self._by_id[item.id] = item
        self._index(item)

    def remove(self, item: Item) -> None:
        self._forget(item)
        for project in (item.project, *item.shares):
            self._of_project[project].pop(item.id, None)
        self._by_id.pop(item.id, None)

    def relabel(self, item: Item, project: str, label: str) -> None:
        """Another label in a project that has it already."""
        self._forget(item)
        if item.project == project:
            item.label = label
        else:
            item.shares[project] = label
        self._index(item)

    def share(self, item: Item, project: str, label: str) -> None:
        item.shares[project] = label
        self._index(item)

    def unshare(self, item: Item, project: str) -> None:
        self._forget(item)
        item.shares.pop(project, None)
        self._of_project[project].pop(item.id, None)
        self._index(item)

    def move(self, item: Item, project: str, label: str) -> None:
        """Another owner; a share into it ends with that."""
        self._forget(item)
        self._of_project[item.project].pop(item.id, None)
        item.shares.pop(project, None)
        item.project, item.label = project, label
        self._index(item)

    def _index(self, item: Item) -> None:
        for project in (item.project, *item.shares):
            self._by_label.setdefault((project, self.label_in(item, project).casefold()), item.id)
            self._of_project[project][item.id] = None

    def _forget(self, item: Item) -> None:
        """Its labels, in all projects: the owner's shows wherever a share has none of its own."""
        for project in (item.project, *item.shares):
            key = (project, self.label_in(item, project).casefold())
            if self._by_label.get(key) == item.id:
                del self._by_label[key]
