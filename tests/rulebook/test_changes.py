"""Two versions of a pack held against each other: what differs, and whether a rule asks for less."""

import itertools
from datetime import date
from pathlib import Path

import pytest
from tests.rulebook import world

from diguan import rulebook
from diguan.rulebook import changes, changes_said
from diguan.rulebook.changes import LOWERED, MIXED, NARROWED, RAISED, SAME, UNTOLD, WIDENED


def difference(
    folder: Path, before: dict[str, str], after: dict[str, str], on: date | None = None
) -> changes.Difference:
    packs = [rulebook.load(world.write_pack(folder / name, **files)) for name, files in (("a", before), ("b", after))]
    return changes.between(*packs, on)


def verdict(folder: Path, before: str, after: str, **more: dict[str, str]) -> str:
    """What it does to a standard that its expression becomes another."""
    olds, news = ({"standards": world.standard(text), "cohorts": None} for text in (before, after))
    return difference(folder, olds | more.get("olds", {}), news | more.get("news", {})).verdict_of("standard", "tested")


def line(*values: str) -> str:
    shown = "".join(f"      - {{{value}, verified: true, source: {{document: rules}}}}\n" for value in values)
    return f"parameters:\n  line:\n    type: money\n    unit: yuan\n    label: Line\n    values:\n{shown}"


@pytest.mark.parametrize("name", sorted(folder.parent.name for folder in rulebook.shipped().glob("*/pack.yaml")))
def test_a_pack_differs_from_itself_in_nothing(name: str) -> None:
    found = changes.between(*(rulebook.load(rulebook.shipped() / name) for _ in range(2)))
    assert found.changes == ()
    assert changes_said.Speaker(found).verdict() == "Nothing differs."


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("income >= 4000", "income >= 5000", RAISED),
        ("income >= 5000", "income >= 4000", LOWERED),
        ("income >= 4000", "income > 4000", RAISED),
        ("income > 4000", "income >= 4001", RAISED),
        ("debt <= 100", "debt <= 200", LOWERED),
        ("income BETWEEN 1 AND 5", "income BETWEEN 1 AND 6", LOWERED),
        ("4000 <= income", "NOT (income < 5000)", RAISED),
        ("income >= 4000 AND fenced", "income >= 4000", LOWERED),
        ("income >= 4000", "fenced AND income >= 4000", RAISED),
        ("income >= 4000", "income >= 4000 OR fenced", LOWERED),
        ("fenced AND income >= 4000", "income >= 4000 AND fenced", SAME),
        ("NOT (fenced AND income < 1)", "NOT fenced OR income >= 1", SAME),
        ("soil = 'GOOD'", "soil IN ('GOOD', 'POOR')", LOWERED),
        ("NOT soil = 'GOOD'", "soil NOT IN ('GOOD', 'POOR')", RAISED),
        ("all_members(wage >= 10)", "all_members(wage >= 10, in_school)", LOWERED),
        ("any_member(wage >= 10)", "any_member(wage >= 10, in_school)", RAISED),
        ("count_members(wage >= 10) >= 1", "count_members(wage >= 10) >= 2", RAISED),
        ("count_members(wage >= 10) >= 1", "count_members(wage >= 5) >= 1", LOWERED),
        ("min_members(wage) >= 10", "min_members(wage) >= 10 + 5", RAISED),
        ("least(income, 10) >= 5", "least(income, 20) >= 5", LOWERED),
        ("joined_on < DATE '2020-01-01'", "joined_on < DATE '2020-02-01'", LOWERED),
        ("met(other) AND fenced", "met(other)", LOWERED),
        ("income >= 4000", "FALSE", RAISED),
        ("income >= 4000", "debt >= 4000", UNTOLD),
        ("income >= 4000 AND fenced", "income >= 3000 AND trees > 1", UNTOLD),
        ("income = 4000", "income = 5000", UNTOLD),
        ("income - debt >= 4000", "income + debt >= 4000", UNTOLD),
        # What is unknown is not the same as what is false: neither bounds the other.
        ("income >= 4000", "income IS NOT NULL", UNTOLD),
    ],
)
def test_the_text_tells_what_a_change_does_to_a_standard_or_says_that_it_cannot(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    other = "  other: {label: Other, met_when: trees >= 1, source: {document: rules}}\n"
    files = ({"standards": world.standard(f'"{text}"') + other, "cohorts": None} for text in (before, after))
    assert difference(tmp_path, *files).verdict_of("standard", "tested") == said


def test_a_raised_threshold_is_called_raised_though_the_standard_reads_the_same(tmp_path: Path) -> None:
    was, now = line("from: 2020-01-01, value: 4000"), line("from: 2020-01-01, value: 4500")
    found = difference(tmp_path, {"parameters": was}, {"parameters": now})
    assert found.verdict_of("standard", "enough") == RAISED
    assert found.verdict_of("standard", "school") == SAME
    # The list of those who do not meet it is wider for that; nothing is weakened.
    assert found.verdict_of("cohort", "poor") == WIDENED
    assert not found.weakened
    assert changes.readers(found.after, "line") == [("standard", "enough"), ("cohort", "poor")]


def test_a_threshold_lowered_in_one_half_of_the_year_is_found_on_that_day(tmp_path: Path) -> None:
    was = line("from: 2020-01-01, value: 4000")
    now = line("from: 2020-01-01, to: 2020-06-30, value: 4000", "from: 2020-07-01, value: 3000")
    assert difference(tmp_path, {"parameters": was}, {"parameters": now}).verdict_of("standard", "enough") == LOWERED
    spring = difference(tmp_path / "spring", {"parameters": was}, {"parameters": now}, date(2020, 3, 1))
    assert spring.verdict_of("standard", "enough") == SAME


def test_lowered_in_spring_and_raised_in_autumn_is_both_and_counts_as_weakened(tmp_path: Path) -> None:
    was = line("from: 2020-01-01, value: 4000")
    now = line("from: 2020-01-01, to: 2020-06-30, value: 3000", "from: 2020-07-01, value: 5000")
    found = difference(tmp_path, {"parameters": was}, {"parameters": now})
    assert found.verdict_of("standard", "enough") == MIXED
    assert [change.name for change in found.weakened if change.part == "standard"] == ["enough"]


def test_a_standard_that_applies_to_fewer_is_lowered(tmp_path: Path) -> None:
    was = world.standard('"income >= 1"', applies_when="trees > 0")
    now = world.standard('"income >= 1"', applies_when="trees > 0 AND fenced")
    found = difference(tmp_path, {"standards": was, "cohorts": None}, {"standards": now, "cohorts": None})
    assert found.verdict_of("standard", "tested") == LOWERED


def test_a_standard_that_is_gone_is_lowered_and_one_that_came_is_raised(tmp_path: Path) -> None:
    one = world.standard("fenced")
    two = one + "  more: {label: More, met_when: trees > 1, source: {document: rules}}\n"
    files = ({"standards": text, "cohorts": None} for text in (one, two))
    assert difference(tmp_path, *files).verdict_of("standard", "more") == RAISED
    files = ({"standards": text, "cohorts": None} for text in (two, one))
    assert difference(tmp_path / "back", *files).verdict_of("standard", "more") == LOWERED


def test_a_cohort_that_takes_in_fewer_is_narrowed(tmp_path: Path) -> None:
    now = "cohorts:\n  poor: {label: Poor, member_when: NOT met(enough) AND fenced, source: {document: rules}}\n"
    found = difference(tmp_path, {}, {"cohorts": now})
    assert found.verdict_of("cohort", "poor") == NARROWED
    assert found.verdict_of("cohort", changes.ANY_LIST) == NARROWED


def test_a_list_split_in_two_leaves_nobody_out(tmp_path: Path) -> None:
    now = (
        "cohorts:\n  fenced_in: {label: In, member_when: NOT met(enough) AND fenced, source: {document: rules}}\n"
        "  poor: {label: Poor, member_when: NOT met(enough), source: {document: rules}}\n"
    )
    found = difference(tmp_path, {}, {"cohorts": now})
    assert found.verdict_of("cohort", changes.ANY_LIST) == SAME
    assert not found.weakened


def test_numbers_of_packs_never_in_force_together_are_those_nearest_in_time() -> None:
    old, new = (rulebook.load(rulebook.shipped() / name) for name in ("cn-2014", "cn-2020"))
    assert changes.between(old, new).days == (changes.Days(date(2019, 12, 31), date(2020, 1, 1)),)
    assert changes.between(new, old).days == (changes.Days(date(2020, 1, 1), date(2019, 12, 31)),)


def test_the_national_packs_are_never_weakened_from_one_time_to_the_next_in_what_a_household_must_reach() -> None:
    names = ("cn-2014", "cn-2020", "cn-2021", "cn-2026")
    packs = [rulebook.load(rulebook.shipped() / name) for name in names]
    for old, new in itertools.pairwise(packs):
        found = changes.between(old, new)
        assert [c.name for c in (*found.weakened, *found.untold) if c.part == "standard"] == []


def test_a_number_that_lost_its_verification_is_a_change_and_is_said(tmp_path: Path) -> None:
    was = line("from: 2020-01-01, value: 4000")
    found = difference(tmp_path, {"parameters": was}, {"parameters": was.replace("true", "false")})
    speaker = changes_said.Speaker(found)
    assert [(change.part, change.field) for change in found.changes] == [("parameter", "value")]
    assert "4,000 yuan (Rules of the orchard) → 4,000 yuan, not verified" in changes_said.markdown(speaker)
