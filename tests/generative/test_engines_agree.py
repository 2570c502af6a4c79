"""Random rules over random households, unknowns included: DuckDB and the reference evaluator must agree."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests import examples

from diguan import engine, rulebook
from diguan.rulebook.reference import Household

AS_OF = date(2020, 2, 29)
HOUSEHOLD = {
    "money_a": "money",
    "money_b": "decimal",
    "count_h": "integer",
    "flag_h": "boolean",
    "code_h": "code",
    "day_h": "date",
}
PERSON = {"wage": "money", "years": "integer", "born": "date", "flag_p": "boolean", "code_p": "code"}
CODES = ("A", "B", "C")
NUMBERS = ("0", "1", "-1", "3", "2.5", "0.000001", "-0.5", "4000", "3999.999999", "999999999999", "-123456.789")
DAYS = ("2020-02-29", "2019-02-28", "2014-02-28", "2004-02-29", "1950-12-31", "2021-03-01", "2013-03-01")

PACK = """id: random
version: 1.0.0
title: Random rules
roles: {somebody: Somebody}
in_force: {from: 2020-01-01, to: 2020-12-31}
"""


MONTHS = (1, 12)
# Derived values whose past is asked for: of each level, and one that gathers what persons bring.
PLAIN = {"plain_h": "money_a - money_b", "plain_p": "wage + money_b", "kin": "sum_members(plain_p)"}


def _past(names: list[str]) -> st.SearchStrategy[str]:
    """What some variable was some months before."""
    return st.builds("previous({}, {})".format, st.sampled_from(names), st.sampled_from(MONTHS))


def _names(kind: str, person: bool) -> list[str]:
    own = {**HOUSEHOLD, **PERSON} if person else HOUSEHOLD
    return [name for name, declared in own.items() if declared == kind]


@st.composite
def number(draw, person: bool, depth: int) -> str:
    names = _names("money", person) + _names("decimal", person) + _names("integer", person)
    past = _past([*names, "plain_h", "kin", *(["plain_p"] if person else [])])
    leaf = st.one_of(st.sampled_from(names), past, st.sampled_from(NUMBERS), st.just(":line"))
    if depth == 0:
        return draw(leaf)
    less = depth - 1
    choice = draw(st.integers(0, 9 if person else 12))
    a = draw(number(person, less))
    b = draw(number(person, less)) if choice in (1, 2, 3, 4, 5) else ""
    return {
        0: a,
        1: f"({a} + {b})",
        2: f"({a} - {b})",
        3: f"({a} * {b})",
        4: f"safe_div({a}, {b})",
        5: f"{draw(st.sampled_from(('least', 'greatest')))}({a}, {b})",
        6: f"abs({a})",
        7: f"round({a}, {draw(st.integers(0, 6))})",
        8: f"floor({a})",
        9: f"{draw(st.sampled_from(('years_between', 'months_between', 'days_between', 'age_on')))}({draw(day(person))}, {draw(day(person))})",
        10: f"CASE WHEN {draw(truth(person, less))} THEN {a} ELSE {draw(number(person, less))} END",
        11: f"{draw(st.sampled_from(('sum', 'min', 'max')))}_members({draw(number(True, less))}, {draw(truth(True, 0))})"
        if not person
        else a,
        12: f"count_members({draw(truth(True, less))})" if not person else a,
    }[choice]


@st.composite
def day(draw, person: bool) -> str:
    then = draw(_past(_names("date", person)))
    return draw(st.sampled_from([*_names("date", person), then, ":as_of", "DATE '2014-02-28'", "DATE '2012-02-29'"]))


@st.composite
def truth(draw, person: bool, depth: int) -> str:
    codes, flags = _names("code", person), _names("boolean", person)
    operator = draw(st.sampled_from(("=", "<>", "<", "<=", ">", ">=")))
    less = max(depth - 1, 0)
    simple = [
        lambda: f"{draw(number(person, less))} {operator} {draw(number(person, less))}",
        lambda: draw(st.sampled_from(flags)),
        lambda: draw(_past(flags)),
        lambda: f"{draw(_past(codes))} {draw(st.sampled_from(('=', '<>')))} {draw(st.sampled_from(codes))}",
        lambda: f"{draw(st.sampled_from(codes))} IN ('A', 'C')",
        lambda: f"{draw(st.sampled_from(codes))} <> 'B'",
        lambda: f"{draw(day(person))} {operator} {draw(day(person))}",
        lambda: f"({draw(number(person, less))}) IS NULL",
        lambda: f"{draw(number(person, less))} BETWEEN 0 AND {draw(number(person, 0))}",
    ]
    if depth == 0:
        return "(" + draw(st.sampled_from(simple))() + ")"
    nested = [
        lambda: f"{draw(truth(person, less))} AND {draw(truth(person, less))}",
        lambda: f"{draw(truth(person, less))} OR {draw(truth(person, less))}",
        lambda: f"NOT {draw(truth(person, less))}",
    ]
    if not person:
        nested += [
            lambda: f"any_member({draw(truth(True, less))}, {draw(truth(True, 0))})",
            lambda: f"all_members({draw(truth(True, less))}, {draw(truth(True, 0))})",
            lambda: f"any_member({draw(truth(True, less))})",
        ]
    return "(" + draw(st.sampled_from(simple + nested))() + ")"


def _cell(kind: str) -> st.SearchStrategy[str]:
    known = {
        "money": st.sampled_from(NUMBERS), "decimal": st.sampled_from(NUMBERS), "integer": st.sampled_from(("0", "1", "-7", "12", "65")),
        "boolean": st.sampled_from(("true", "false")), "code": st.sampled_from(CODES), "date": st.sampled_from(DAYS),
    }[kind]  # fmt: skip
    return st.one_of(st.just(""), known, known)


def _row(kinds: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({name: _cell(kind) for name, kind in kinds.items()})


HOMES = st.lists(st.tuples(_row(HOUSEHOLD), st.lists(_row(PERSON), max_size=3)), min_size=1, max_size=6)


# Of each month back: what was known of each household, and of each person, with the number of a household to stand in.
PAST = st.lists(
    st.tuples(
        st.one_of(st.none(), _row(HOUSEHOLD)), st.lists(st.tuples(_row(PERSON), st.integers(0, 9)), min_size=4, max_size=4)
    ),
    min_size=6, max_size=6,
)  # fmt: skip


def _write_pack(folder: Path, household_number: str, person_number: str, person_truth: str, truths: list[str]) -> None:
    (folder / "pack.yaml").write_text(PACK)
    variables = [
        f"  {name}: {{entity: {entity}, type: {kind}, label: {name}{', codes: {A: a, B: b, C: c}' if kind == 'code' else ''}}}"
        for entity, kinds in (("household", HOUSEHOLD), ("person", PERSON))
        for name, kind in kinds.items()
    ]
    (folder / "dictionary.yaml").write_text("variables:\n" + "\n".join(variables))
    (folder / "parameters.yaml").write_text(
        "parameters:\n  line: {type: money, label: line, values: [{from: 2020-01-01, value: 4000, source: {}}]}\n"
        "  middle: {type: money, label: middle, computed: '0.6 * weighted_median(money_a, count_h)'}\n"
    )
    plain = "".join(
        f'  {name}: {{entity: {"person" if name == "plain_p" else "household"}, type: decimal, label: n, formula: "{text}"}}\n'
        for name, text in PLAIN.items()
    )
    derived = (
        f'derived:\n  number_h: {{entity: household, type: decimal, label: n, formula: "{household_number}"}}\n'
        f'  number_p: {{entity: person, type: decimal, label: n, formula: "{person_number}"}}\n'
        f'  truth_p: {{entity: person, type: boolean, label: n, formula: "{person_truth}"}}\n'
        f'  gathered: {{entity: household, type: decimal, label: n, formula: "sum_members(number_p, truth_p) + number_h"}}\n'
        f'  returned: {{entity: person, type: boolean, label: n, formula: "number_h > number_p AND :middle > number_p"}}\n'
    )
    (folder / "derived.yaml").write_text(derived + plain)
    standards = [
        f'  s{i}: {{label: s, met_when: "{text}", applies_when: "{truths[-1 - i]}", source: {{}}}}'
        for i, text in enumerate(truths)
    ]
    last = '  last: {label: s, met_when: "all_members(returned) OR gathered > :middle OR met(s0)", source: {}}'
    (folder / "standards.yaml").write_text("standards:\n" + "\n".join([*standards, last]))
    (folder / "cohorts.yaml").write_text(
        f'cohorts:\n  first: {{label: c, member_when: "NOT met(s0) AND {truths[1]}", source: {{}}}}\n  second: {{label: c, member_when: "{truths[2]}", source: {{}}}}\n'
    )


def _write_checks(folder: Path, of_household: str, of_person: str) -> None:
    """Random faults of both levels, and one that rests on everything: standards, members, computed parameters."""
    of_all = "NOT met(last) OR gathered > :middle OR any_member(returned)"
    texts = {"home": ("household", of_household), "whole": ("household", of_all), "who": ("person", of_person)}
    texts["late"] = ("person", "returned AND NOT truth_p")
    said = "label: c, text: c, severity: error, mended_by: somebody, source: {}"
    lines = [
        f'  {name}: {{entity: {entity}, fault_when: "{fault}", {said}}}' for name, (entity, fault) in texts.items()
    ]
    (folder / "checks.yaml").write_text("checks:\n" + "\n".join(lines))


def _check_checks(household: Household, key: str, folder: Path) -> None:
    """What the checks say of a household, and in whom they find a fault."""
    out = duckdb.read_parquet(str(folder / "out/totals.parquet")).filter(
        f"kind = 'check' AND place = '{key}' AND id <> 'all'"
    )
    counted = dict(out.select("id, outcome").fetchall())
    said = household.checks()
    assert counted == {name: outcome for name, outcome in said.items() if outcome != "not_raised"}
    found = duckdb.read_parquet(str(folder / "out/checks.parquet")).filter(f"household_id = '{key}'")
    faults = {(None, name) for name in ("home", "whole") if household.fault(name)}
    people = range(len(household.members))
    faults |= {(f"p{key[1:]}.{j}", name) for name in ("who", "late") for j in people if household.fault(name, j)}
    rows = found.select('person_id, "check"').fetchall()
    assert len(rows) == len(faults)
    assert set(rows) == faults


def _write_data(folder: Path, homes: list[tuple[dict[str, str], list[dict[str, str]]]]) -> None:
    with (folder / "households.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["household_id", "place", *HOUSEHOLD])
        table.writerows([f"h{i}", f"h{i}", *(home[name] for name in HOUSEHOLD)] for i, (home, _) in enumerate(homes))
    with (folder / "persons.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["person_id", "household_id", *PERSON])
        table.writerows(
            [f"p{i}.{j}", f"h{i}", *(person[name] for name in PERSON)]
            for i, (_, people) in enumerate(homes)
            for j, person in enumerate(people)
        )


def _stood(homes, past) -> dict[str, tuple[dict[str, str], str]]:
    """Where each person stood on an earlier day: the rows of everybody whose household was there, one more than today's."""
    found = {}
    for i in range(len(homes)):
        for j, (row, number) in enumerate(past[i][1][: len(homes[i][1]) + 1]):
            home = number % len(homes)
            # Most stay where they are; the others lived elsewhere, or nowhere.
            home = i if number < 7 else home
            if number != 6 and past[home][0] is not None:
                found[f"p{i}.{j}"] = (row, f"h{home}")
    return found


def _write_past(folder: Path, homes, past) -> None:
    folder.mkdir()
    with (folder / "households.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["household_id", *HOUSEHOLD])
        table.writerows(
            [f"h{i}", *(row[name] for name in HOUSEHOLD)]
            for i, (row, _) in enumerate(past[: len(homes)])
            if row is not None
        )
    with (folder / "persons.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["person_id", "household_id", *PERSON])
        table.writerows(
            [key, home, *(row[name] for name in PERSON)] for key, (row, home) in _stood(homes, past).items()
        )


def _pasts(rules: rulebook.Rules, homes, past, months: int, on: date) -> list[rulebook.Past]:
    """The past of each household, by hand."""
    before, stood = rules.before(months, on), _stood(homes, past)
    people = {f"h{i}": [key for key, (_, home) in stood.items() if home == f"h{i}"] for i in range(len(homes))}
    then = {
        f"h{i}": Household(before, _facts(HOUSEHOLD, row), [_facts(PERSON, stood[key][0]) for key in people[f"h{i}"]])
        for i, (row, _) in enumerate(past[: len(homes)])
        if row is not None
    }

    def of(key: str) -> tuple[Household, int] | None:
        return (then[stood[key][1]], people[stood[key][1]].index(key)) if key in stood else None

    return [
        rulebook.Past(on, then.get(f"h{i}"), [of(f"p{i}.{j}") for j in range(len(members))])
        for i, (_, members) in enumerate(homes)
    ]


def _value(kind: str, cell: str):
    if cell == "":
        return None
    if kind == "boolean":
        return cell == "true"
    if kind == "date":
        return date.fromisoformat(cell)
    return cell if kind == "code" else Decimal(cell)


def _facts(kinds: dict[str, str], row: dict[str, str]):
    return {name: _value(kind, row[name]) for name, kind in kinds.items()}


def _median(homes) -> Decimal | None:
    """0.6 times the weighted median, by hand."""
    rows = sorted(
        (h["money_a"], h["count_h"]) for h, _ in homes if h["money_a"] is not None and (h["count_h"] or 0) > 0
    )
    whole, so_far = sum(w for _, w in rows), Decimal(0)
    for i, (value, weight) in enumerate(rows):
        so_far += weight
        if so_far * 2 == whole:
            value = rulebook.numbers.safe_div(value + rows[i + 1][0], Decimal(2))
        if so_far * 2 >= whole:
            return None if value is None else rulebook.numbers.product(Decimal("0.6"), value)
    return None


@settings(
    max_examples=examples.of(60),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    HOMES,
    number(False, 2),
    number(True, 2),
    st.lists(truth(True, 1), min_size=2, max_size=2),
    st.lists(truth(False, 2), min_size=5, max_size=5),
    st.fixed_dictionaries(dict.fromkeys(MONTHS, PAST)),
)
def test_duckdb_and_the_reference_agree_on_random_rules(
    homes, household_number, person_number, of_persons, truths, past
):
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write_pack(folder, household_number, person_number, of_persons[0], truths[:4])
        _write_checks(folder, truths[4], of_persons[1])
        _write_data(folder, homes)
        rules = rulebook.at(rulebook.load(folder), AS_OF)
        days = {months: rulebook.numbers.months_before(AS_OF, months) for months in MONTHS}
        for months, day in days.items():
            _write_past(folder / day.isoformat(), homes, past[months])
        history = engine.history.find(folder, rules)
        done = engine.screen(rules, folder, folder / "out", engine.Options(threads=1, history=history))
        assert done.households == len(homes)
        pasts = {months: _pasts(rules, homes, past[months], months, days[months]) for months in rules.former}
        typed = [(_facts(HOUSEHOLD, home), [_facts(PERSON, person) for person in people]) for home, people in homes]
        middle = _median(typed)
        assert done.computed == {"middle": None if middle is None else f"{middle:f}"}
        outcomes = duckdb.read_parquet(str(folder / "out/outcomes.parquet")).order("household_id")
        derived = duckdb.read_parquet(str(folder / "out/derived.parquet")).order("household_id")
        columns = outcomes.columns
        rows = zip(typed, outcomes.fetchall(), derived.fetchall(), strict=True)
        for number, ((facts, members), row, values) in enumerate(rows):
            found = dict(zip(columns, row, strict=True))
            stood = {months: each[number] for months, each in pasts.items()}
            household = Household(rules, facts, members, {"middle": middle}, stood)
            expected = household.outcomes()
            assert {name: found[name] for name in expected} == expected
            assert found["cohort"] == household.cohort()
            assert found["persons"] == len(members)
            assert values[1:3] == (household.value("number_h"), household.value("gathered"))
            _check_checks(household, found["household_id"], folder)
