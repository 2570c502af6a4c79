"""python -m bench.ten_rules.by_diguan FOLDER OUT [trusted]: the rules as a pack, results with reasons on disk; prints the same as OpenFisca's."""

import datetime as dt
import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from diguan import engine, rulebook

AS_OF = dt.date(2020, 5, 29)
STANDARDS = ("enough_income", "food", "clothing", "schooling", "insurance", "housing", "water")


def main(folder: str, out: str, trusted: str = "") -> None:
    started = time.perf_counter()
    rules = rulebook.at(rulebook.load(Path(__file__).parent / "pack"), AS_OF)
    options = engine.Options(checks=engine.Checks(trusted=bool(trusted)))
    engine.screen(rules, Path(folder), Path(out), options)
    met = ", ".join(f"count_if({name} = 'met')" for name in STANDARDS)
    integers = list(duckdb.sql(f"SELECT {met} FROM '{out}/outcomes.parquet'").fetchall()[0])
    derived = "count_if(lifted), count_if(watched), count_if(benefit > 0), sum(benefit)"
    integers += duckdb.sql(f"SELECT {derived} FROM '{out}/derived.parquet'").fetchall()[0]
    done = time.perf_counter()
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"integers": [int(each) for each in integers], "seconds": done - started, "gib": gib}))


if __name__ == "__main__":
    main(*sys.argv[1:])
