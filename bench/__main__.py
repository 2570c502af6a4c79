"""python -m bench [PART …] [--short]: measure, print a table, write bench/latest.json, part by part as they end.

Parts: screening, scale, openfisca, explaining, pages, journal, intake, linkage, deprivation, imports, reliability; all of them if none is named. --short is for trying out.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench import deprivation, explaining, figures, intake, journal, pages, scale, screening, stores
from bench.figures import Figure
from bench.linkage import figures as linkage
from bench.ten_rules import figures as ten_rules


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="which to measure; all if none is named")
    parser.add_argument("--short", action="store_true", help="imports and reliability with few rounds, to try them out")
    asked = parser.parse_args()
    words = ["--short"] if asked.short else []
    parts: dict[str, Callable[[], list[Figure]]] = {
        "screening": screening.figures,
        "scale": scale.figures,
        "openfisca": ten_rules.figures,
        "explaining": explaining.figures,
        "pages": pages.figures,
        "journal": journal.figures,
        "intake": intake.figures,
        "linkage": linkage.figures,
        "deprivation": deprivation.figures,
        "imports": lambda: stores.figures("imports", words),
        "reliability": lambda: stores.figures("reliability", words),
    }
    if unknown := [name for name in asked.parts if name not in parts]:
        parser.error(f"{unknown[0]} is no part; there are {', '.join(parts)}")
    file = Path(__file__).parent / "latest.json"
    if not asked.short and not asked.parts:
        file.unlink(missing_ok=True)
    if len(asked.parts) != 1:
        # Each in a process of its own: what a process took at its peak counts for those that it starts, too.
        for name in asked.parts or parts:
            subprocess.run([sys.executable, "-m", "bench", name, *words], check=True)
        return 0
    measured = parts[asked.parts[0]]()
    figures.show(measured)
    if not asked.short:
        figures.add(measured, file)  # as soon as it is known: the whole takes an hour
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
