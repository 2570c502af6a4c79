"""Rules that look back, on the registry: the past is what had been observed by then, and the page shows both values."""

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from tests import cast as of
from tests.cast import Cast
from tests.screening import village
from tests.small_pack import written

from diguan import rulebook
from diguan.cli.tour import diguan
from diguan.registry import actions as registry
from diguan.registry.batch import Batch, ObservationRow
from diguan.screening import actions
from diguan.screening.models import Result, Screening

STANDARDS = """
standards:
  kept: {label: Income kept, text: Income did not fall, met_when: "income >= previous(income, 12)", source: {document: rules}}
  school: {label: School, text: Nobody left school, met_when: "all_members(in_school OR NOT previous(in_school, 12))", source: {document: rules}}
"""
YEAR_BEFORE = {village.LI: "8000.50", village.WANG: "4000", village.ZHENG: "4000"}


@pytest.fixture
def screening(cast: Cast, tmp_path: Path, settings: Any) -> Screening:
    """The village screened under rules that look a year back; of Zhou and Wu nobody said anything then."""
    settings.DATA = tmp_path
    written(tmp_path / "small")
    folder = tmp_path / "packs" / "small"
    folder.parent.mkdir()
    (tmp_path / "small").rename(folder)
    (folder / "standards.yaml").write_text(STANDARDS, "utf-8")
    (folder / "cohorts.yaml").unlink()
    pack = rulebook.load(folder)
    then = [_said(key, {"income": income}, {0: True}) for key, income in YEAR_BEFORE.items()]
    for batch in (village.BATCH, Batch(households=[], persons=[], observations=then)):
        assert registry.record_observations(batch=batch, pack=pack, by=None, at=of.NOW).refused == 0
    return actions.run_screening(pack=pack, as_of=dt.date(2020, 5, 31), by=None, at=of.NOW)


def _said(key: UUID, values: dict[str, str], school: dict[int, bool]) -> ObservationRow:
    persons = {str(village.person(key, number)): {"in_school": known} for number, known in school.items()}
    return ObservationRow(
        UUID(int=2000 + key.int % 1000, version=4),
        key,
        "census",
        "2019-05-20",
        {"household": values, "persons": persons},
    )


def test_what_had_been_observed_a_year_before_is_the_former_value(screening: Screening) -> None:
    found = {
        row.household.key: row.standards
        for row in Result.objects.within(village.EVERYWHERE).select_related("household", "screening")
    }
    assert {key: outcomes["kept"] for key, outcomes in found.items()} == {
        village.LI: "met", village.WANG: "not_met", village.ZHENG: "met", village.ZHOU: "unknown", village.WU: "unknown",
    }  # fmt: skip
    assert (found[village.LI]["school"], found[village.ZHOU]["school"]) == ("met", "unknown")


def test_the_screening_names_the_snapshot_it_looked_back_at(screening: Screening, tmp_path: Path) -> None:
    [(months, snapshot)] = screening.history.items()
    assert months == "12"
    assert '"as_of": "2019-05-31"' in (tmp_path / "snapshots" / snapshot / "snapshot.json").read_text("utf-8")


def test_the_page_of_a_household_shows_both_values_each_with_its_day_and_source(
    screening: Screening, cast: Cast
) -> None:
    page = cast.client("zhao").get(f"/households/{village.WANG}/").content.decode()
    assert "Income is at least Income 12 months before" in page
    assert "Income on 2019-05-31" in page
    shown = page[page.index("Income on 2019-05-31") :][:900]
    assert "4,000" in shown
    assert "Census" in shown
    assert "2019-05-20" in shown


def test_the_page_agrees_with_the_screening_of_everybody(screening: Screening, cast: Cast) -> None:
    for key in (village.LI, village.WANG, village.ZHOU, village.WU, village.ZHENG):
        page = cast.client("zhao").get(f"/households/{key}/").content.decode()
        assert "The facts have changed since the last screening" not in page


def test_the_page_asks_for_the_past_in_a_few_queries(
    screening: Screening, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    client = cast.client("zhao")
    client.get(f"/households/{village.LI}/")
    with django_assert_max_num_queries(25):
        client.get(f"/households/{village.LI}/")


def test_the_terminal_explains_the_past_of_a_household_on_file(screening: Screening) -> None:
    shown = CliRunner().invoke(diguan, ["explain", "--household", str(village.WANG), "--lang", "en"]).output
    assert "· Income: 3,999.99 yuan" in shown
    assert "· Income (2019-05-31): 4,000 yuan" in shown
