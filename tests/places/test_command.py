"""diguan places, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests import cast as of

from diguan.cli import people, places
from diguan.journal.models import Entry
from diguan.places import queries

pytestmark = pytest.mark.django_db
HEADING = "code,name,level,parent_code\n"


def typed(*words: str) -> Result:
    return CliRunner().invoke(places.cli, words)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "places.csv"
    file.write_text(HEADING + "UK,United Kingdom,country,\nW,Wales,nation,UK\n")
    return file


def test_an_import_tells_its_counts(file: Path) -> None:
    result = typed("import", str(file))
    assert result.output == "places.csv: 2 read, 2 accepted, 0 refused, 0 unchanged.\n"
    assert result.exit_code == 0


def test_refused_lines_are_told_written_down_and_fail_the_command(file: Path, tmp_path: Path) -> None:
    file.write_text(file.read_text() + "X,Lost,county,ZZ\n")
    result = typed("import", str(file), "--refused", str(tmp_path / "refused.csv"))
    assert result.exit_code == 1
    assert "places.csv:4:parent_code: No place has the code ZZ." in result.output
    assert "places.csv,4,parent_code,No place has the code ZZ." in (tmp_path / "refused.csv").read_text("utf-8-sig")
    assert queries.by_code("W").name == "Wales"


def test_a_missing_file_is_told_without_a_traceback(tmp_path: Path) -> None:
    result = typed("import", str(tmp_path / "none.csv"))
    assert result.exit_code == 1
    assert "Error: none.csv: The file can't be read." in result.output


def test_the_tree_is_shown(file: Path) -> None:
    assert "No places yet" in typed("show").output
    typed("import", str(file))
    assert typed("show").output == "UK  United Kingdom  country\n"
    assert typed("show", "UK").output == "United Kingdom (UK)\nW  Wales  nation\n"
    assert "No place has the code ZZ." in typed("show", "ZZ").output


def test_a_merger_is_recorded(tree: object) -> None:
    result = typed("succeed", of.XISHAN, of.DONGSHAN, "--on", "2021-01-01")
    assert result.exit_code == 0
    assert Entry.objects.latest("id").verb == "place.succeeded"
    assert typed("succeed", of.XISHAN, of.DONGSHAN, "--on", "2021-01-01").exit_code == 1


def test_the_first_administrator_is_added_from_the_machine(tree: object) -> None:
    words = [
        "add",
        "lin",
        "--name",
        "Lin",
        "--role",
        "administrator",
        "--place",
        of.PROVINCE,
        "--password",
        of.PASSWORD,
    ]
    assert CliRunner().invoke(people.cli, words).output == "Lin was added.\n"
    again = CliRunner().invoke(people.cli, words)
    assert again.exit_code == 1
    assert "is taken" in again.output
