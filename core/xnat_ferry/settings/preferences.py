"""What a site or a person wants otherwise, from a settings file: this program knows no site."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec
import platformdirs
from msgspec import Struct

from xnat_ferry.errors import SettingsUnreadable
from xnat_ferry.settings.redact import plain


class DataLoss(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell when something was deleted that should not have been, and how long there is time."""

    contact: str = ""
    """A name, an address or both."""
    backup_days: int | None = None
    """For how many days backups are kept; None: not known."""

    @property
    def advice(self) -> str:
        """What to do, in a sentence or two."""
        whom = plain(self.contact) if self.contact else "the server's administrators"
        if self.backup_days is None:
            return f"Tell {whom} at once: they know whether there is a backup."
        return f"Tell {whom} at once: backups are kept for {self.backup_days} days."


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the screen looks and what it may do; options of the command come before it."""

    theme: Literal["dark", "light", "ansi-dark", "ansi-light", "contrast"] = "dark"
    read_only: bool = False
    """Whether nothing may be changed at a server from it, and no worker started or stopped."""
    read_only_at: tuple[str, ...] = ()
    """Servers, by alias or address, at which nothing may be changed from it."""
    ascii: bool = False
    """Whether it is drawn in ASCII even where the terminal knows more."""
    mouse: bool | None = None
    """None: where there is no SSH in between."""


class Slurm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What 'submit' takes where its options say nothing; "" leaves a thing to the site's own default."""

    tasks: int = 4
    partition: str = ""
    account: str = ""
    time: str = ""
    memory: str = "1G"
    cpus: int = 2
    options: tuple[str, ...] = ()
    """Further options for sbatch, each as one argument."""
    spool: str = ""


class Papers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files in PEM for connections to servers; "" for none."""

    authorities: str = ""
    """Certificates of further authorities to trust, as a site of its own has one."""
    certificate: str = ""
    """The client's own certificate, for a server that wants to see one; its key may be in the same file."""
    key: str = ""

    def __post_init__(self) -> None:
        if self.key and not self.certificate:
            raise ValueError("a key is named, and not the certificate that it belongs to")


class Tls(Papers, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The papers for all servers, and those that one has of its own."""

    servers: dict[str, Papers] = {}
    """By alias or address; authorities, or a certificate with its key, in place of those for all."""


class Preferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings file's content."""

    data_loss: DataLoss = DataLoss()
    screen: Window = Window()
    slurm: Slurm = Slurm()
    tls: Tls = Tls()


def preferences_file() -> Path:
    """Where it lies; it need not exist."""
    return platformdirs.user_config_path("xnat-ferry") / "settings.toml"


def read_preferences(path: Path | None = None) -> Preferences:
    """The settings, all as they are without a file where there is none. Raises SettingsUnreadable."""
    path = path or preferences_file()
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Preferences)
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError, RecursionError, msgspec.ValidationError) as error:
        raise SettingsUnreadable(path=path, why=str(error)) from None
