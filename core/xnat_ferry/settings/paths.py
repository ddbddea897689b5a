"""Where transfers, spooled units and settings lie. Every place can be moved by the environment."""

import os
from pathlib import Path

import platformdirs

TRANSFERS_VARIABLE = "XNAT_FERRY_TRANSFERS"
SPOOL_VARIABLE = "XNAT_FERRY_SPOOL"

_NAME = "xnat-ferry"


def transfers_folder(given: Path | None = None) -> Path:
    """The folder that holds one folder a transfer: the option, the environment, the state directory."""
    chosen = given or os.environ.get(TRANSFERS_VARIABLE) or platformdirs.user_state_path(_NAME) / "transfers"
    return Path(chosen).expanduser().resolve()


def spool_folder(given: Path | None = None) -> Path:
    """The folder for units in flight: the option, the environment, the job's scratch, the user's cache."""
    for variable in (SPOOL_VARIABLE, "SLURM_TMPDIR", "TMPDIR"):
        given = given or _path_or_none(os.environ.get(variable))
    return (given or platformdirs.user_cache_path(_NAME) / "spool").expanduser().resolve()


def draft_file() -> Path:
    """Where the screen keeps what was said of a transfer that is no plan yet."""
    return platformdirs.user_state_path(_NAME) / "draft.json"


def servers_file() -> Path:
    """The TOML file of server aliases."""
    return platformdirs.user_config_path(_NAME) / "servers.toml"


def _path_or_none(text: str | None) -> Path | None:
    return Path(text) if text else None
