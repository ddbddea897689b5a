"""Asks over which road the chosen sessions shall go, from wherever they are looked at."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from xnat_ferry.model import Road
from xnat_ferry.plan.receiver import Receiver
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.choose import Choose

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp

ROADS = {
    Road.COPY.value: "their files travel; both projects have them in the end",
    Road.SHARE.value: "nothing travels; the other project shows them, too",
    Road.RELOCATE.value: "nothing travels; the other project becomes their owner",
    Road.RESOURCES.value: "no images: resources of sessions that are there already",
    Road.RECEIVER.value: "by C-STORE, for sites that take images in that way alone",
}


class RoadChoice:
    """A change of the draft like any other: it can be undone, and the checks are for it alone."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def ask(self, then: Callable[[], None]) -> None:
        """Ask, and go on with ``then`` once one was chosen; says why where there is no choice."""
        app, draft = self._app, self._app.desk.drafting.draft
        if draft is None:
            return
        if draft.source.local or draft.destination.local:
            app.push_screen(Tell("From this machine or to it there is no other road."))
            return
        apart = draft.source.server != draft.destination.server
        question = ["How shall the sessions get there?", "The checks tell what it does to each of them."]
        question += ["Sharing and giving are ways within one server."] if apart else []
        roads = {name: words for name, words in ROADS.items() if not (apart and Road(name).stays)}

        def chosen(name: str | None) -> None:
            if name == Road.RECEIVER:
                app.connecting.ask_receiver(draft.receiver, lambda one: self._by(one, then))
            elif name is not None:
                self._over(Road(name), then)

        app.push_screen(Choose(question, roads, draft.road), chosen)

    def _over(self, road: Road, then: Callable[[], None]) -> None:
        drafting = self._app.desk.drafting
        if drafting.draft is not None:
            drafting.change(drafting.draft.over(road))
            then()

    def _by(self, receiver: Receiver, then: Callable[[], None]) -> None:
        drafting = self._app.desk.drafting
        if drafting.draft is not None:
            drafting.change(drafting.draft.by(receiver))
            then()
