"""The households that documents speak of."""

from __future__ import annotations

import pytest
from tests.demo.conftest import Province

from diguan.demo import stories, villages
from diguan.demo.stories import Story
from diguan.rulebook.texts import LANGUAGES


@pytest.mark.parametrize("story", stories.all_stories(), ids=lambda story: story.key)
def test_the_rules_find_what_the_story_says(province: Province, story: Story) -> None:
    columns = ", ".join(["cohort", *story.standards])
    (found,) = province.ask(f"SELECT {columns} FROM outcomes WHERE household_id = '{story.household}'")
    assert found == (story.cohort, *story.standards.values())


@pytest.mark.parametrize("story", stories.all_stories(), ids=lambda story: story.key)
def test_a_story_is_told_in_every_language_and_in_a_real_village(story: Story) -> None:
    assert set(story.title) == set(story.text) == set(LANGUAGES)
    assert story.place in {village.code for village in villages.all_villages()}


def test_keys_are_unique_and_known() -> None:
    keys = [story.key for story in stories.all_stories()]
    assert len(set(keys)) == len(keys)
    assert stories.by_key("exactly-at-the-line").cohort == "remaining_poor"


def test_exactly_at_the_line_is_met(province: Province) -> None:
    story = stories.by_key("exactly-at-the-line")
    ((income,),) = province.ask(f"SELECT net_income_per_capita FROM derived WHERE household_id = '{story.household}'")
    assert income == province.pack.parameters["poverty_line"].values[-1].value


def test_the_departments_word_on_water_outranks_the_visit_of_the_same_day(province: Province) -> None:
    story = stories.by_key("two-answers-one-day")
    assert province.ask(f"SELECT water_quality FROM h WHERE household_id = '{story.household}'") == [("unqualified",)]
