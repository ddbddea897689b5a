"""What was noted of each object, found without looking through all that was ever noted."""

from collections import defaultdict

from xnat_ferry.practice.site.records import Workflow


class Noted:
    """An index of the workflows by object; it takes in what is new whenever it is asked."""

    def __init__(self, workflows: list[Workflow]) -> None:
        self._workflows = workflows
        self._seen = 0
        self._of: defaultdict[str, list[Workflow]] = defaultdict(list)

    def of(self, item: str) -> list[Workflow]:
        """The workflows of one object, oldest first; to be asked under the site's lock."""
        for one in self._workflows[self._seen :]:
            self._of[one.item].append(one)
        self._seen = len(self._workflows)
        return self._of.get(item, [])
