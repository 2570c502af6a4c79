"""checks.yaml: what is refused, what a pack that extends another inherits, and what the reference says of a household."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.rulebook.world import FILES, faults, rules, write_pack

from diguan import rulebook
from diguan.rulebook import reasons
from diguan.rulebook.cases import by_reference, load_cases

PACK = FILES["pack.yaml"] + "roles: {keeper: Keeper, ranger: Ranger}\n"
CHECK = "  {name}: {{entity: {entity}, label: A, text: B, severity: error, mended_by: keeper, source: {{document: rules}}, {rest}}}\n"


def _checks(*checks: tuple[str, str, str]) -> str:
    """checks.yaml of (name, entity, fields besides)."""
    return "checks:\n" + "".join(CHECK.format(name=name, entity=entity, rest=rest) for name, entity, rest in checks)


FAULTY = {
    "a person in a check of households": (
        _checks(("odd", "household", "fault_when: wage > 0")),
        "“wage” belongs to a person, and this is about a household. — write any_member(wage)",
    ),
    "a standard in a check of persons": (
        _checks(("odd", "person", "fault_when: met(enough)")),
        "met() is about a household, not about one person.",
    ),
    "a number instead of a truth": (
        _checks(("odd", "household", "fault_when: income + 1")),
        "This gives a value of type decimal, and boolean is declared.",
    ),
    "a role that nobody declared": (
        _checks(("odd", "household", "fault_when: income < debt")).replace("keeper", "keepr"),
        "There is no role “keepr”. — declare it in pack.yaml under roles:, or did you mean: keeper",
    ),
    "a severity that there is not": (
        _checks(("odd", "household", "fault_when: income < debt")).replace("error", "grave"),
        "“grave” is not possible here. — write one of: error, warning, notice",
    ),
    "no condition": (_checks(("odd", "household", "how: Look")), "“fault_when” is missing. — add fault_when: …"),
    "a name that stands for all checks": (
        _checks(("all", "household", "fault_when: income < debt")),
        "“all” is a name the software uses itself. — choose another name",
    ),
    "a parameter that there is not": (
        _checks(("odd", "household", "fault_when: income < :lin")),
        "There is no parameter “:lin”. — declare it in parameters.yaml, or did you mean: line",
    ),
}


@pytest.mark.parametrize("what", FAULTY)
def test_a_check_that_cannot_be_is_refused_with_its_place_and_what_to_write(what: str, tmp_path: Path) -> None:
    text, wanted = FAULTY[what]
    found = faults(write_pack(tmp_path / "orchard", pack=PACK, checks=text))
    assert any(fault.startswith("checks.yaml:2:") and wanted in fault for fault in found), found


def test_without_any_role_the_remedy_is_to_declare_one(tmp_path: Path) -> None:
    text = _checks(("odd", "household", "fault_when: income < debt"))
    found = faults(write_pack(tmp_path / "orchard", checks=text))
    assert found == ["checks.yaml:2:3: There is no role “keeper”. — declare it in pack.yaml under roles:"]


def test_a_check_may_have_the_name_of_a_variable(tmp_path: Path) -> None:
    text = _checks(("income", "household", "fault_when: income < debt"))
    assert faults(write_pack(tmp_path / "orchard", pack=PACK, checks=text)) == []


def test_a_pack_inherits_checks_and_roles_and_replaces_those_of_the_same_name(tmp_path: Path) -> None:
    below = _checks(
        ("odd", "household", "fault_when: income < debt"), ("tall", "household", "fault_when: trees > 1000")
    )
    write_pack(tmp_path / "orchard", pack=PACK, checks=below)
    own = tmp_path / "grove"
    own.mkdir()
    (own / "pack.yaml").write_text(
        "id: grove\nversion: '1'\ntitle: Grove\nextends: orchard\nin_force: {from: 2020-01-01}\nroles: {keeper: Warden}\n"
    )
    (own / "checks.yaml").write_text(
        _checks(("tall", "household", "fault_when: trees > 50")).replace("document: rules", "note: own")
    )
    pack = rulebook.load(own)
    assert list(pack.checks) == ["odd", "tall"]
    assert pack.checks["tall"].fault_when.text == "trees > 50"
    assert {name: str(text) for name, text in pack.roles.items()} == {"keeper": "Warden", "ranger": "Ranger"}


@pytest.fixture
def orchard(tmp_path: Path) -> rulebook.Rules:
    text = _checks(
        ("debt_only", "household", "fault_when: debt > 0 AND income = 0"),
        ("young_worker", "person", "fault_when: 'wage > 0 AND age_on(born_on, :as_of) < 10'"),
    )
    return rules(write_pack(tmp_path / "orchard", pack=PACK, checks=text))


def _household(rules: rulebook.Rules, *members: dict[str, object], **facts: object) -> rulebook.Household:
    return rulebook.Household(rules, facts, members)  # type: ignore[arg-type]


CHILD, ADULT = date(2015, 1, 1), date(1980, 1, 1)


def test_one_member_at_fault_raises_a_check_of_persons_whatever_is_unknown_of_others(orchard: rulebook.Rules) -> None:
    at_work = {"wage": Decimal(5), "born_on": CHILD}
    assert _household(orchard, at_work, {"wage": None, "born_on": None}).raised("young_worker") == "raised"
    assert _household(orchard, {"wage": Decimal(5), "born_on": ADULT}).raised("young_worker") == "not_raised"
    assert _household(orchard, {"wage": Decimal(5), "born_on": ADULT}, {}).raised("young_worker") == "unknown"
    assert _household(orchard).raised("young_worker") == "unknown"


def test_the_reasons_of_a_check_of_persons_name_the_members_at_fault(orchard: rulebook.Rules) -> None:
    household = _household(orchard, {"wage": Decimal(5), "born_on": ADULT}, {"wage": Decimal(5), "born_on": CHILD})
    (reason,) = reasons.checked(household, "young_worker")
    assert reason.member == 1
    assert [(figure.name, figure.value) for figure in reason.facts()] == [("wage", Decimal(5)), ("born_on", CHILD)]


def test_rules_without_checks_read_no_more_than_outcomes_need(orchard: rulebook.Rules) -> None:
    assert "debt" in orchard.used
    assert "wage" in orchard.used - orchard.needed
    assert orchard.without_checks().used == orchard.needed
    assert _household(orchard.without_checks()).checks() == {}


CASES = """cases:
  - name: A list names all checks that are raised
    as_of: 2020-06-01
    household: {debt: 5, income: 0}
    members: [{wage: 1, born_on: 2015-01-01}]
    expect: {checks: [debt_only]}
  - name: A mapping speaks of what it names
    as_of: 2020-06-01
    household: {debt: 5, income: 0}
    members: [{wage: 1, born_on: 2015-01-01}]
    expect: {checks: {debt_only: unknown}}
"""


def test_a_case_that_names_too_few_checks_or_another_answer_misses(orchard: rulebook.Rules) -> None:
    folder = orchard.pack.folder / "cases"
    folder.mkdir()
    (folder / "one.yaml").write_text(CASES)
    first, second = load_cases(orchard.pack)
    assert [(m.name, m.expected, m.found) for m in by_reference(orchard.pack, first)] == [
        ("young_worker", "not_raised", "raised")
    ]
    assert [(m.name, m.expected, m.found) for m in by_reference(orchard.pack, second)] == [
        ("debt_only", "unknown", "raised")
    ]


def test_a_case_with_a_check_that_there_is_not_is_refused_at_its_word(orchard: rulebook.Rules) -> None:
    folder = orchard.pack.folder / "cases"
    folder.mkdir()
    (folder / "one.yaml").write_text(CASES.replace("[debt_only]", "[dept_only]"))
    with pytest.raises(
        rulebook.PackProblems, match=r"one.yaml:6:\d+: There is no check “dept_only”. — did you mean: debt_only"
    ):
        load_cases(orchard.pack)
