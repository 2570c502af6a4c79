from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.demo import facts

from diguan import demo, engine, rulebook
from diguan.demo import lists, policy
from diguan.rulebook import Pack

SCALE = 0.02


@dataclass(frozen=True)
class Province:
    """A small demo province, generated, merged and screened."""

    made: demo.Made
    pack: Pack
    snapshot: Path
    results: Path

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Answer SQL over households, persons, said (the observations), h, p (their facts), outcomes, derived and faults."""
        with duckdb.connect(":memory:") as connection:
            for name, file in {
                "households": self.made.folder / "households.parquet",
                "persons": self.made.folder / "persons.parquet",
                "said": self.made.folder / "observations.parquet",
                "h": self.snapshot / "households.parquet",
                "p": self.snapshot / "persons.parquet",
                "outcomes": self.results / "outcomes.parquet",
                "derived": self.results / "derived.parquet",
                "faults": self.results / "checks.parquet",
            }.items():
                connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{file}')")
            return connection.execute(question).fetchall()


@pytest.fixture(scope="session")
def pack() -> Pack:
    return rulebook.load(rulebook.shipped() / lists.read("mix")["pack"])


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Callable[..., demo.Made]:
    def made(**options: Any) -> demo.Made:
        return demo.generate(tmp_path_factory.mktemp("demo"), pack=pack, **{"scale": SCALE, **options})

    return made


@pytest.fixture(scope="session")
def province(make: Callable[..., demo.Made], pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Province:
    made = make()
    snapshot, results = tmp_path_factory.mktemp("snapshot"), tmp_path_factory.mktemp("results")
    facts.write_snapshot(made.folder, snapshot, pack)
    screened = engine.screen(rulebook.at(pack, policy.read(pack).as_of), snapshot, results)
    assert screened.refused_rows == 0
    return Province(made, pack, snapshot, results)
