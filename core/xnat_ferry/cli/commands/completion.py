"""``completion``: what a shell needs to complete commands and options."""

import sys
from typing import Literal

from xnat_ferry.cli.app import app_for


def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print what makes a shell complete the commands and their options with the Tab key.

    Write it where the shell looks, once, and again after an update:

    bash: ~/.local/share/bash-completion/completions/xnat-ferry

    zsh: a folder of $fpath, as the file _xnat-ferry

    fish: ~/.config/fish/completions/xnat-ferry.fish

    Parameters
    ----------
    shell
        The shell.
    """
    sys.stdout.write(app_for().generate_completion(shell=shell))
    return 0
