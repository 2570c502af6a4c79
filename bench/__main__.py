"""python -m bench: measure, print a table, write bench/latest.json."""

import sys
from pathlib import Path

from bench import deprivation, figures, intake, journal, pages, screening
from bench.linkage import figures as linkage


def main() -> int:
    measured = [
        *screening.figures(), *pages.figures(), *journal.figures(), *intake.figures(), *linkage.figures(),
        *deprivation.figures(),
    ]  # fmt: skip
    figures.show(measured)
    figures.keep(measured, Path(__file__).parent / "latest.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
