"""Both engines over the same data, and every file that they write compared row for row."""

import json
from pathlib import Path

import duckdb

from diguan import engine, rulebook


def screened_alike(rules: rulebook.Rules, data: Path, folder: Path, **options: object) -> engine.Screened:
    """Screen `data` with DuckDB and with Spark; return what Spark did. Asserts that all results are the same."""
    for name in ("duckdb", "spark"):
        chosen = engine.Options(engine=name, threads=2, persons_too=True, **options)  # type: ignore[arg-type]
        done = engine.screen(rules, data, folder / name, chosen)
    assert_alike(folder / "duckdb", folder / "spark")
    return done


def assert_alike(one: Path, other: Path) -> None:
    names = {str(file.relative_to(one)) for file in one.rglob("*") if file.is_file()}
    assert {str(file.relative_to(other)) for file in other.rglob("*") if file.is_file()} == names
    for name in sorted(names):
        if name.endswith(".parquet"):
            assert_same_rows(one / name, other / name)
        elif name == "screening.json":
            said, also = (json.loads((folder / name).read_text("utf-8")) for folder in (one, other))
            assert said | {"seconds": 0} == also | {"seconds": 0}
        elif name == "made_from.json":
            # Of equal rows two engines make files of other bytes, and an address has no digests.
            of_one = {"program": "", "results": {}, "data": "", "inputs": {}}
            said, also = (json.loads((folder / name).read_text("utf-8")) for folder in (one, other))
            assert said | of_one == also | of_one
        else:
            assert (one / name).read_bytes() == (other / name).read_bytes()


def assert_same_rows(one: Path, other: Path) -> None:
    left, right = (duckdb.read_parquet(str(file)) for file in (one, other))
    assert list(zip(left.columns, left.types, strict=True)) == list(zip(right.columns, right.types, strict=True)), (
        one.name
    )
    files = f"'{one}'", f"'{other}'"
    for a, b in (files, files[::-1]):
        assert duckdb.sql(f"FROM {a} EXCEPT ALL FROM {b}").fetchall() == [], f"{one.name}: only one engine has this"
