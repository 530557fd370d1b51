"""Run a command: `idsvc …` or `python -m idsvc …`."""

import sys

from idsvc.bootstrap.hygiene import refuse_core_dumps
from idsvc.cli import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    refuse_core_dumps()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
