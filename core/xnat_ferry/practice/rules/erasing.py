"""What becomes of bytes that are deleted or replaced (wire-write 4.5, 6)."""

import shutil
from pathlib import Path

from xnat_ferry.practice.site.site import Site


def erase(site: Site, path: Path) -> None:
    """Gone for good, unless the site keeps a backup in its cache. Raises OSError."""
    if not path.exists():
        return
    if site.preferences.get("backupDeletedToCache"):
        _move(path, site.data / "cache" / "DELETED" / site.clock.stamp() / str(path).lstrip("/"))
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def replace(site: Site, project: str, path: Path) -> None:
    """Make room for a new file; the old one stays in the history if the site keeps one."""
    if path.is_file() and site.preferences.get("maintainFileHistory"):
        below = path.relative_to(site.data) if path.is_relative_to(site.data) else Path(path.name)
        _move(path, site.data / "cache" / project / ".history" / site.clock.stamp() / below)
    else:
        path.unlink(missing_ok=True)


def erase_file(site: Site, path: Path, root: Path) -> None:
    """One file, and the folders above it that are empty then, up to ``root``. Raises OSError."""
    if path.is_dir():
        raise IsADirectoryError(path)
    erase(site, path)
    for folder in path.parents:
        if folder == root or not folder.is_relative_to(root) or not folder.exists() or any(folder.iterdir()):
            return
        folder.rmdir()


def _move(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, to)
