"""The tests run side by side where that helps, and say what is missing for the second store."""

from __future__ import annotations

from pathlib import Path

import cluster
import pytest
import steps
import suite


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        ([], False),
        (["tests/places", "-k", "import"], False),
        (["-q"], False),
        (["-n", "4"], True),
        (["-n0"], True),
        (["--pdb"], True),
        (["tests/places/test_import.py::test_it"], True),
    ],
)
def test_one_process_is_enough_where_one_is_asked_for(words: list[str], alone: bool) -> None:
    assert suite._is_alone(words) is alone


def test_an_unknown_store_is_told_with_those_there_are() -> None:
    with pytest.raises(steps.Trouble, match="sqlite or postgresql"):
        suite.run("python", "mysql", [])


def test_a_missing_server_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGUAN_POSTGRESQL", str(tmp_path))
    with pytest.raises(steps.Trouble, match="apt install postgresql"), cluster.running():
        pass
