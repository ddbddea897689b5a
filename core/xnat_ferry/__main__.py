"""``python -m xnat_ferry``: the plain face without the screen."""

import sys

from xnat_ferry.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
