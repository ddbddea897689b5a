"""``python -m xnat_ferry_tui``: the command from a checkout."""

import sys

from xnat_ferry_tui.entry import main

if __name__ == "__main__":
    sys.exit(main())
