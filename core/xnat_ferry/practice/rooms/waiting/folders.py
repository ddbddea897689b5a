"""What really lies in a folder, whatever the catalogs say."""

from pathlib import Path


def files_below(folder: Path) -> set[str]:
    """Paths relative to the folder; none where there is no folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
