"""What is said where Spark is not there, and of statements that it might take for something else."""

from pathlib import Path

import pytest
from tests.rulebook import world

from diguan import engine
from diguan.engine.spark import dialect, starting


def refused(tmp_path: Path, **options: str) -> str:
    data = world.write_data(tmp_path / "data", ["h,p,5000,,,,,,"], ["a,h,,,true"])
    rules = world.rules(world.write_pack(tmp_path / "pack"))
    with pytest.raises(engine.DataRefused) as error:
        engine.screen(rules, data, tmp_path / "out", engine.Options(engine="spark", **options))
    assert not (tmp_path / "out").exists()
    return str(error.value)


def test_without_the_package_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "find_spec", lambda name: None)
    assert refused(tmp_path) == "Spark is not installed. Install it with: pip install 'diguan[spark]'"


def test_without_java_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    assert "Spark needs Java, and there is none" in refused(tmp_path)


def test_an_old_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "jdk/bin/java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert "here is Java 8" in refused(tmp_path)


def test_a_function_that_is_not_known_in_both_engines_stops_the_run() -> None:
    with pytest.raises(dialect.NotTranslatable, match="LOG"):
        dialect.translated("SELECT log(income) FROM households")
    with pytest.raises(dialect.NotTranslatable, match="median_of_moons"):
        dialect.translated("SELECT median_of_moons(income) FROM households")


def test_a_code_with_a_quote_a_backslash_and_a_blank_stays_itself() -> None:
    sql, _ = dialect.translated("""SELECT "a b" FROM t WHERE map_contains(MAP {'it''s \\ C': TRUE}, "a b") IS NULL""")
    assert sql == r"SELECT `a b` FROM t WHERE (`a b` IN ('it\'s \\ C')) IS NULL"


def test_functions_are_made_before_those_that_call_them() -> None:
    names = [name for name, _ in dialect.needed(["rule_age_on", "rule_safe_div"])]
    assert names == ["rule_quotient", "rule_safe_div", "rule_full_years", "rule_age_on"]


def test_duckdb_says_what_it_needs_for_an_address(tmp_path: Path) -> None:
    rules = world.rules(world.write_pack(tmp_path / "pack"))
    with pytest.raises(engine.DataRefused, match="It needs its extension httpfs"):
        engine.screen(rules, "s3://nowhere/data", tmp_path / "out")
