"""The packs that are shipped: whole, worded in every language, sourced, and shown by cases."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from diguan.engine.cases import by_engine
from diguan.rulebook import loading
from diguan.rulebook.cases import by_reference, load_cases
from diguan.rulebook.pack import Pack, Source
from diguan.rulebook.problems import PeriodNotCovered
from diguan.rulebook.rules import at
from diguan.rulebook.texts import Text

PACKS = sorted(head.parent for head in loading.shipped().glob("*/pack.yaml"))
NAMES = [folder.name for folder in PACKS]


@pytest.fixture(params=PACKS, ids=NAMES)
def pack(request: pytest.FixtureRequest) -> Pack:
    return loading.load(request.param)


def _texts(thing: object) -> Iterator[Text]:
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _texts(value)
    elif isinstance(thing, tuple | list):
        for value in thing:
            yield from _texts(value)
    elif is_dataclass(thing):
        for item in fields(thing):
            yield from _texts(getattr(thing, item.name))


def _cases(folder: Path) -> list[dict[str, dict[str, object]]]:
    files = sorted((folder / "cases").glob("*.yaml"))
    return [case for file in files for case in yaml.safe_load(file.read_text("utf-8"))["cases"]]


def _is_stated(source: Source) -> bool:
    return source.document is not None or bool(source.note)


def test_every_text_is_given_in_every_language_of_the_interface(pack: Pack) -> None:
    texts = [text for text in _texts(pack) if text]
    assert texts
    assert [text for text in texts if "" in text.by_language or text.missing()] == []


def test_every_number_says_where_it_comes_from(pack: Pack) -> None:
    for parameter in pack.parameters.values():
        sources = [value.source for value in parameter.values] or [parameter.source]
        assert all(_is_stated(source) for source in sources), parameter.name


def test_every_rule_cites_a_document(pack: Pack) -> None:
    for rule in (*pack.standards.values(), *pack.cohorts.values()):
        assert rule.source.document is not None, rule.name


def test_every_designated_place_says_where_it_comes_from(pack: Pack) -> None:
    for designation in pack.designations.values():
        for place in designation.places:
            assert _is_stated(place.source), place.code
            assert place.source.document is not None or not place.verified, place.code


def test_cases_show_every_standard_met_not_met_and_unknown(pack: Pack) -> None:
    seen: dict[str, set[object]] = defaultdict(set)
    own = [folder for folder in PACKS if folder.name in (pack.id, *pack.extends)]
    for case in (case for folder in own for case in _cases(folder)):
        for standard, outcome in case["expect"].get("standards", {}).items():  # type: ignore[attr-defined]
            seen[standard].add(outcome)
    for standard in pack.standards:
        assert seen[standard] == {"met", "not_met", "unknown"}, standard


def test_cases_show_every_cohort_entered_none_and_unknown(pack: Pack) -> None:
    if pack.cohorts:
        seen = {case["expect"]["cohort"] for case in _cases(pack.folder) if "cohort" in case["expect"]}
        assert seen == {*pack.cohorts, "none", "unknown"}


def test_cases_show_every_check_raised_not_raised_and_unknown(pack: Pack) -> None:
    seen: dict[str, set[object]] = defaultdict(set)
    own = [folder for folder in PACKS if folder.name in (pack.id, *pack.extends)]
    for case in (case for folder in own for case in _cases(folder)):
        said = case["expect"].get("checks", {})
        for check, answer in said.items() if isinstance(said, dict) else ():
            seen[check].add(answer)
    assert {name: seen[name] for name in pack.checks} == {
        name: {"raised", "not_raised", "unknown"} for name in pack.checks
    }


def test_a_check_says_where_it_comes_from_and_how_it_is_mended(pack: Pack) -> None:
    for check in pack.checks.values():
        assert _is_stated(check.source), check.name
        assert check.how, check.name


def test_names_of_cases_are_sentences_of_their_own() -> None:
    names = [case["name"] for folder in PACKS for case in _cases(folder)]
    assert len(names) == len(set(map(str, names)))
    assert all(len(str(name).split()) > 4 for name in names)


def test_the_european_pack_shares_no_variable_with_the_chinese_ones() -> None:
    chinese, european = loading.load(loading.shipped() / "cn-jilin-2020"), loading.load(loading.shipped() / "eu-silc")
    assert not set(chinese.variables) & set(european.variables)


def test_the_global_pack_shares_no_name_with_the_chinese_ones() -> None:
    def names(pack: Pack) -> set[str]:
        return {*pack.variables, *pack.derived, *pack.standards, *pack.parameters, *pack.cohorts}

    chinese = [loading.load(folder) for folder in PACKS if folder.name.startswith("cn-")]
    assert len(chinese) >= 5
    own = names(loading.load(loading.shipped() / "global-mpi"))
    assert {pack.id: own & names(pack) for pack in chinese} == {pack.id: set() for pack in chinese}


def test_the_weights_of_the_global_index_add_up_to_the_whole() -> None:
    numbers = loading.load(loading.shipped() / "global-mpi").parameters
    value = {name: parameter.values[0].value for name, parameter in numbers.items()}
    whole = 4 * value["weight_health_education"] + 6 * value["weight_living"]
    assert whole == 18
    assert value["poor_from"] * 3 == whole


def test_a_year_without_a_monitoring_range_is_refused_and_never_given_another_years() -> None:
    pack = loading.load(loading.shipped() / "cn-2021")
    assert at(pack, date(2021, 12, 31)).value_of("monitoring_range") == 6000
    with pytest.raises(PeriodNotCovered):
        at(pack, date(2022, 1, 1))


def test_jilin_counts_the_published_persons_at_its_baseline() -> None:
    jilin = loading.load(loading.shipped() / "cn-jilin-2020")
    baseline = jilin.campaigns["general_offensive"].baseline_persons
    assert baseline == {"remaining_poor": 10063, "unstable_exited": 10325, "near_poor": 13603}
    assert sum(baseline.values()) == 33991


def test_jilin_has_eight_national_and_seven_provincial_counties() -> None:
    places = loading.load(loading.shipped() / "cn-jilin-2020").designations["designated_county"].places
    levels = [place.level for place in places]
    assert (levels.count("national"), levels.count("provincial"), len({place.code for place in places})) == (8, 7, 15)


def test_the_incidence_of_jilin_is_recomputed_from_counts_to_the_printed_rate() -> None:
    points = loading.load(loading.shipped() / "cn-jilin-2020").series["incidence"].points
    printed = [point for point in points if point.printed]
    assert len(printed) >= 2
    for point in printed:
        rate = Decimal(point.printed.removesuffix("%").strip())
        assert (point.rate * 100).quantize(rate) == rate, point.as_of


def test_both_evaluators_give_the_answers_that_the_cases_promise(pack: Pack) -> None:
    cases = load_cases(pack)
    assert cases
    assert [miss for case in cases for miss in by_reference(pack, case)] == []
    assert list(by_engine(pack, cases)) == []


def test_everything_that_is_protected_says_on_which_legal_basis_it_is_kept(pack: Pack) -> None:
    without = [v.name for v in pack.variables.values() if v.protection != "open" and not v.basis]
    assert not without
