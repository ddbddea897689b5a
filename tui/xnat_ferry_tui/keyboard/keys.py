"""The one table of keys: bindings, key bar, help, palette, key map and the README are all made from it."""

from collections.abc import Iterable, Iterator, Mapping

from textual.binding import Binding, BindingType

from xnat_ferry_tui.keyboard.dialog_keys import DIALOG_KEYS
from xnat_ferry_tui.keyboard.key import Key

__all__ = ["Key"]

EVERYWHERE = "everywhere"
AREAS = ("checks", "browse", "transfer", "verify")
LISTS = "lists"
HEADER = "header"
DIALOGS = (HEADER, *dict.fromkeys(key.where for key in DIALOG_KEYS))
"""What lies over an area: of the keys that work everywhere only the help's works there."""


KEYS = (
    Key("area('checks')", "1", "Checks", "the checklist", EVERYWHERE, bar=False),
    Key("area('browse')", "2", "Browse", "both projects side by side", EVERYWHERE, bar=False),
    Key("area('transfer')", "3", "Transfer", "the live transfer log", EVERYWHERE, bar=False),
    Key("area('verify')", "4", "Verify", "what differs", EVERYWHERE, bar=False),
    Key("help", "f1,question_mark", "Help", "what one sees here, and all keys", EVERYWHERE),
    Key("palette", "ctrl+p,colon", "More", "find an action by its name", EVERYWHERE),
    Key("leave", "q", "Leave", "close this window; transfers go on", EVERYWHERE),
    Key("connect", "C", "Connect", "name source and destination", EVERYWHERE),
    Key("quit", "ctrl+q", "Quit", "close this window at once; transfers go on", EVERYWHERE, bar=False),
    Key("repaint", "ctrl+l", "Paint", "paint the screen anew", EVERYWHERE, bar=False),
    Key("next_theme", "", "Theme", "other colours, for this window", EVERYWHERE, bar=False),
    Key("go_on", "f5,c", "Continue", "go on to the next step, or hear why not", "checks"),
    Key("go_back", "b", "Back", "to the step before; nothing is lost", "checks", bar=False),
    Key("undo", "u", "Undo", "take back what was said last", "checks", bar=False),
    Key("redo", "U", "Redo", "say again what was taken back", "checks", bar=False),
    Key("leave_off", "x", "Leave off", "leave off looking at the servers", "checks", bar=False),
    Key("step('connect')", "5", "Connect", "step: the two projects", "checks", bar=False),
    Key("step('choose')", "6", "Choose", "step: sessions and scans", "checks", bar=False),
    Key("step('checks')", "7", "Checks", "step: the checklist", "checks", bar=False),
    Key(
        "step('conflicts')",
        "8",
        "Conflicts",
        "step: what is there already, and your answers",
        "checks",
        bar=False,
    ),
    Key("step('labels')", "9", "Labels", "step: labels before and after", "checks", bar=False),
    Key("step('review')", "0", "Review", "step: the last look, and go", "checks", bar=False),
    Key("do('pick')", "enter", "Connect", "connect by the highlighted line", "checks.connect"),
    Key("do('store')", "N", "Store server", "give a server a short name", "checks.connect"),
    Key("do('again')", "r", "List again", "list both projects anew", "checks.connect", bar=False),
    Key("do('mark')", "space,enter", "Mark", "mark or unmark the session, and go down", "checks.choose"),
    Key("do('mark_all')", "a", "All", "mark all that are shown, or none of them", "checks.choose"),
    Key("do('filter')", "slash", "Filter", "show only sessions with these words", "checks.choose"),
    Key("do('scans')", "s", "Scans", "take only scans of some IDs or types", "checks.choose"),
    Key("do('road')", "o", "Road", "copy, share, give, send, or resources alone", "checks.choose"),
    Key("do('files')", "f", "Files", "a folder or archive file as the source", "checks.choose", bar=False),
    Key("do('folder')", "F", "Folder", "a folder as the destination", "checks.choose", bar=False),
    Key("do('again')", "r", "List again", "list both projects anew", "checks.choose", bar=False),
    Key("do('again')", "r", "Again", "look again at what this line rests on", "checks.checks"),
    Key("do('all_again')", "R", "All again", "look at everything anew", "checks.checks", bar=False),
    Key("do('next')", "n", "Next", "next line that forbids, else that is not fine", "checks.checks"),
    Key("do('previous')", "N", "Previous", "previous line that is not fine", "checks.checks", bar=False),
    Key("do('accept')", "a", "Accept", "say that this is known and allowed, or not", "checks.checks"),
    Key("do('keep')", "K", "Keep", "what the approval keeps in the headers", "checks.checks"),
    Key("do('save')", "w", "Save", "write the checklist as text, to be mailed or kept", "checks.checks"),
    Key("do('skip')", "s", "Skip", "leave the session out", "checks.conflicts"),
    Key("do('rename')", "l", "Label", "keep both: another label", "checks.conflicts"),
    Key("do('complete')", "m", "Missing", "send what is missing there", "checks.conflicts"),
    Key("do('merge')", "i", "Into", "merge into it, on purpose", "checks.conflicts"),
    Key("do('skip_class')", "S", "Skip all", "skip: the whole class", "checks.conflicts", bar=False),
    Key("do('rename_class')", "L", "Label all", "labels: the whole class", "checks.conflicts", bar=False),
    Key("do('complete_class')", "M", "All missing", "the same: whole class", "checks.conflicts", bar=False),
    Key("do('merge_class')", "I", "Into all", "merge: the whole class", "checks.conflicts", bar=False),
    Key("do('forget')", "d", "Forget", "drop the answer to this session", "checks.conflicts", bar=False),
    Key("do('next')", "n", "Next", "next one without an answer", "checks.conflicts"),
    Key("do('previous')", "N", "Previous", "previous one without an answer", "checks.conflicts", bar=False),
    Key("do('only_open')", "f", "Open", "only what has no answer, or all", "checks.conflicts", bar=False),
    Key("do('edit')", "enter", "Edit", "give this session labels of its own", "checks.labels"),
    Key("do('rules')", "l", "Rule", "type a rule; the list shows what it makes", "checks.labels"),
    Key("do('read_table')", "i", "CSV in", "take labels from a table", "checks.labels"),
    Key("do('write_table')", "w", "CSV out", "write labels before and after as a table", "checks.labels"),
    Key("do('next')", "n", "Next", "next label that collides or is refused", "checks.labels", bar=False),
    Key("do('previous')", "N", "Previous", "previous label that collides", "checks.labels", bar=False),
    Key("do('road')", "o", "Road", "another road; the checks are for it then", "checks.review", bar=False),
    Key("do('to')", "t", "Goes to", "the prearchive for review, or the archive", "checks.review"),
    Key("do('verify')", "v", "Proof", "how much is compared afterwards", "checks.review"),
    Key("do('move')", "m", "Move", "delete at the source once all is proven, or not", "checks.review"),
    Key("do('also')", "e", "Beside", "resources and values that shall travel as well", "checks.review"),
    Key("do('save')", "w", "Save", "write the plan as a file", "checks.review"),
    Key(
        "do('pace')",
        "p",
        "Pace",
        "how much of servers, line and disk it may take",
        "checks.review",
        bar=False,
    ),
    Key(
        "do('submit')",
        "s",
        "Slurm",
        "have an array of Slurm's carry it",
        "checks.review",
        bar=False,
        changes=True,
    ),
    Key("do('start')", "", "Start", "start the transfer", "checks.review", bar=False, changes=True),
    Key("copy", "f5,c", "Copy", "check and copy what is marked, or else this line", "browse"),
    Key("road", "R", "Road", "the same by another road: share, give, send", "browse", bar=False),
    Key("mark", "space", "Mark", "mark or unmark the session or the whole subject, and go down", "browse"),
    Key("filter", "slash", "Filter", "show only labels with these words; Escape clears", "browse"),
    Key("other_pane", "tab,shift+tab", "Pane", "go to the other project's pane", "browse"),
    Key("details", "enter,f3,v", "View", "more or less room for what the line is about", "browse"),
    Key("open", "right,l", "Open", "open a subject, session, scan or the prearchive", "browse", bar=False),
    Key("close", "left,h", "Close", "close it again, or go to what it is in", "browse", bar=False),
    Key("header", "H", "Header", "the DICOM header of a scan or a file", "browse"),
    Key("sort", "o", "Sort", "sort by the next column; it stands in capitals", "browse", bar=False),
    Key("step", "y", "Step", "both projects on the same lines, or each pane on its own", "browse", bar=False),
    Key("mark_all", "a", "All", "mark all that are shown, or unmark them", "browse", bar=False),
    Key("unmark", "A", "None", "unmark all", "browse", bar=False),
    Key("undo", "u", "Undo", "take the last change of marks back", "browse", bar=False),
    Key("fold", "z", "Fold", "close all subjects, or open them again", "browse", bar=False),
    Key("compare", "V", "Compare", "compare what is marked, or all, file by file", "browse", bar=False),
    Key("log", "L", "Log", "why something in the prearchive is not archived", "browse", bar=False),
    Key("project", "p", "Project", "another project for this pane", "browse", bar=False),
    Key("swap", "X", "Swap", "make the source the destination", "browse", bar=False),
    Key("leave_off", "x", "Leave off", "leave off looking at the servers", "browse", bar=False),
    Key("look_again", "r", "Reload", "list both projects anew", "browse", bar=False),
    Key("identifying", "i", "Identifying", "show or hide what may identify a person", HEADER),
    Key("filter", "slash", "Filter", "show only attributes with these words; Escape clears", HEADER),
    Key("close", "escape,q", "Close", "back to the panes", HEADER),
    Key("stop", "x", "Stop", "leave off cleanly; can be resumed", "transfer", changes=True),
    Key("resume", "s", "Again", "go on with what stopped or failed", "transfer", changes=True),
    Key("archive", "A", "Archive", "archive what waits in the prearchive", "transfer", changes=True),
    Key("take_back", "U", "Take back", "undo what was shared or given", "transfer", bar=False, changes=True),
    Key("next_list", "tab", "List", "the log, the transfers, the sessions", "transfer"),
    Key("only_problems", "e", "Problems", "show only what somebody should look at", "transfer"),
    Key("next_problem", "n", "Next", "go to the next problem below", "transfer", bar=False),
    Key("previous_problem", "N", "Previous", "go to the next problem above", "transfer", bar=False),
    Key("requests", "at", "Requests", "the requests that the workers made", "transfer"),
    Key("follow", "f", "Follow", "go to the newest line and stay with it", "transfer", bar=False),
    Key("previous_list", "shift+tab", "Back", "the list before", "transfer", bar=False),
    Key("open", "enter,right,l", "Open", "see the transfer, or only this session", "transfer", bar=False),
    Key("close", "escape", "All", "end what the log is narrowed to", "transfer", bar=False),
    Key("next_transfer", "t", "Other", "look at the next older transfer", "transfer", bar=False),
    Key("leave_off", "E", "Leave off", "leave off looking at the servers", "transfer", bar=False),
    Key("send_again", "s", "Send again", "send what is missing or differs", "verify", changes=True),
    Key("archive", "A", "Archive", "archive what waits in the prearchive", "verify", changes=True),
    Key("settle", "D", "Delete source", "end a move: delete what is proven", "verify", changes=True),
    Key("take_back", "U", "Take back", "undo what was shared or given", "verify", bar=False, changes=True),
    Key("remove_waiting", "W", "Clear", "remove what was given up", "verify", bar=False, changes=True),
    Key("unshare", "H", "Unshare", "as D; what is only shared in, too", "verify", bar=False, changes=True),
    Key("prove", "v", "Verify", "compare again, as closely as wanted", "verify"),
    Key("leave_off", "x", "Leave off", "leave off comparing, or looking", "verify", bar=False),
    Key("record", "w", "Record", "read the record and save it", "verify"),
    Key("log", "L", "Log", "what the prearchive's log says of the session", "verify", bar=False),
    Key("only_differences", "e", "Equal", "show what is equal as well, or hide it", "verify", bar=False),
    Key("open", "enter,right,l", "Open", "go into the session, scan or file", "verify", bar=False),
    Key("close", "backspace,left,h,escape", "Back", "go back to what it is in", "verify", bar=False),
    Key("next_difference", "n", "Next", "go to the next difference", "verify", bar=False),
    Key("previous_difference", "N", "Previous", "go to the difference before", "verify", bar=False),
    Key("next_transfer", "t", "Other", "look at the next older transfer", "verify", bar=False),
    Key("down", "down,j", "Down", "next line", LISTS, bar=False),
    Key("up", "up,k", "Up", "previous line", LISTS, bar=False),
    Key("page_down", "pagedown,ctrl+d", "Page down", "next page", LISTS, bar=False),
    Key("page_up", "pageup,ctrl+u", "Page up", "previous page", LISTS, bar=False),
    Key("first", "home,g", "First", "first line", LISTS, bar=False),
    Key("last", "end,G", "Last", "last line", LISTS, bar=False),
    *DIALOG_KEYS,
)

HELP = "everywhere.help"
"""What explains a place, whatever lies over it."""
_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "at": "@",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}
_NO_KEYS: Mapping[str, str] = {}


def by_id(key_id: str) -> Key:
    """The row of the table with this ID; raises KeyError."""
    return _BY_ID[key_id]


_BY_ID = {key.id: key for key in KEYS}


def bindings(where: str) -> list[BindingType]:
    """Textual's bindings for one place, each with an ID so that a key map can change it."""
    return [_binding(key) for key in KEYS if key.where == where and key.keys]


def dialog_bindings() -> list[BindingType]:
    """Those of every dialog: of what works everywhere only the help."""
    return [_binding(by_id(HELP))]


def _binding(key: Key) -> Binding:
    return Binding(key.keys, action_of(key), key.label, show=False, id=key.id)


def action_of(key: Key) -> str:
    """The action that Textual runs for a key: one that changes something goes by the application's door."""
    if key.changes:
        return f"app.if_allowed('{key.id}')"
    # an action is looked for where its binding stands, and these belong to the application
    return ("app." if key.where == EVERYWHERE else "") + key.action


def at(places: Iterable[str]) -> Iterator[Key]:
    """The keys that work in these places, in the order of the places."""
    for place in places:
        yield from (key for key in KEYS if key.where == place)


def for_bar(places: Iterable[str]) -> tuple[list[Key], list[Key]]:
    """The keys that a bar shows: those of the places, and those that work everywhere."""
    return [key for key in at(places) if key.bar], [key for key in at([EVERYWHERE]) if key.bar]


def shown(key: Key, *, all_of_them: bool = False, key_map: Mapping[str, str] = _NO_KEYS) -> str:
    """A key as people read it: the first one, or all with a comma between."""
    keys = key_map.get(key.id, key.keys)
    names = [_read(name) for name in keys.split(",") if name]
    return ", ".join(names if all_of_them else names[:1])


def _read(name: str) -> str:
    if name.startswith("ctrl+"):
        return "^" + name.removeprefix("ctrl+").upper()
    if name in _SHOWN or len(name) == 1:
        return _SHOWN.get(name, name)
    return "+".join(part.capitalize() for part in name.split("+"))
