"""``python -m xnat_ferry``: the plain face without the screen."""

import sys

from xnat_ferry.own_process import process_of_ours

if __name__ == "__main__":
    with process_of_ours():
        from xnat_ferry.cli import main

        sys.exit(main(sys.argv[1:]))
