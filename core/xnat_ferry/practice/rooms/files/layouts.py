"""Where a file stands in a zip: four layouts, cut and replaced from its address (wire-read 2.10)."""

import re
from dataclasses import dataclass, field

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True)
class Entry:
    """What the path of one entry is made from."""

    uri: str
    """The file's address."""
    path: str
    """On the server's disk."""
    resource: str
    """The number of its resource."""
    label: str
    category: str = ""
    """With ``cat_id`` and ``cat_desc`` as the list of resources has them."""
    cat_id: str = ""
    cat_desc: str = ""


@dataclass(frozen=True)
class Layout:
    """How the paths of one download are made."""

    name: str = "default"
    """``default``, ``simplified``, ``improved`` or ``legacy``."""
    folders: dict[str, str] = field(default_factory=dict)
    """Folder names, by the IDs that they stand in for."""
    scans: dict[str, str] = field(default_factory=dict)
    """Folder names of the scans in the request's address, by scan ID."""
    tar: bool = False

    def place(self, entry: Entry) -> str:
        """The path of one entry."""
        if self.name == "improved":
            return _improved(entry, tar=self.tar)
        if self.name == "legacy":
            return self._relative(entry.path, entry)
        path = self._relative(entry.uri, entry)
        if self.name == "simplified":
            # wherever they occur, in names that the file brought along too
            return path.replace("/resources", "").replace("/files", "")
        for identifier, folder in self.scans.items():
            path = path.replace(f"/{identifier}/", f"/{folder}/")
        return path

    def _relative(self, path: str, entry: Entry) -> str:
        path = _cut(path, self.folders)
        for identifier, folder in self.folders.items():
            path = path.replace(identifier, folder)
        if entry.label:
            path = path.replace(f"/{entry.resource}/files/", f"/{entry.label}/files/")
        return path


def scan_folder(identifier: str, kind: str) -> str:
    """``1-t1_mprage``."""
    return f"{identifier}-" + re.sub(r"[^A-Za-z0-9_]", "_", kind)


def _cut(path: str, folders: dict[str, str]) -> str:
    """From the ID on, else from the folder of that name, else all of it below such a folder."""
    for identifier in folders:
        start = path.find(f"/{identifier}/")
        if start >= 0:
            return path[start + 1 :]
    for folder in folders.values():
        start = path.find(f"/{folder}/")
        if start >= 0:
            return path[start + 1 :]
    return next(reversed(folders.values()), "") + path


def _improved(entry: Entry, *, tar: bool) -> str:
    """No session folder; tars, whose names were short once, leave the type out."""
    folder = f"{entry.category}/"
    if entry.cat_id:
        folder += entry.cat_id
        if entry.cat_desc and not tar:
            folder += "_" + _NOT_IN_NAMES.sub("_", entry.cat_desc)
        folder += "/"
    return f"{folder}{entry.label or entry.resource}/{entry.uri.rpartition('/files/')[2]}"
