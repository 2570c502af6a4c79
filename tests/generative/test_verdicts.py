"""Random changes of random rules over random households: a verdict read from the text is never belied by an outcome."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests import examples
from tests.generative import test_engines_agree as world

from diguan import rulebook
from diguan.rulebook import changes
from diguan.rulebook.reference import MET, NOT_MET, UNKNOWN, Household

HEIGHT = {NOT_MET: 0, UNKNOWN: 1, MET: 2}
NUMBERS = (":line", "0", "1", "3", "12", "4000")


@st.composite
def single(draw, person: bool) -> str:
    names = world._names("money", person) + world._names("integer", person)
    operator = draw(st.sampled_from(("<", "<=", ">", ">=", "=", "<>")))
    codes = draw(st.lists(st.sampled_from(world.CODES), min_size=1, max_size=3, unique=True))
    listed = ", ".join(f"'{code}'" for code in codes)
    simple = [
        f"{draw(st.sampled_from(names))} {operator} {draw(st.sampled_from(NUMBERS))}",
        f"{draw(st.sampled_from(names))} {operator} {draw(st.sampled_from(names))}",
        f"{draw(st.sampled_from(world._names('code', person)))} IN ({listed})",
        draw(st.sampled_from(world._names("boolean", person))),
        f"{draw(st.sampled_from(names))} IS NULL",
        draw(st.sampled_from(("TRUE", "FALSE"))),
        f"previous({draw(st.sampled_from(names))}, 12) {operator} {draw(st.sampled_from(NUMBERS))}",
    ]
    return draw(st.sampled_from(simple))


@st.composite
def rule(draw, person: bool = False, depth: int = 2) -> str:
    if depth == 0:
        return draw(single(person))
    less = depth - 1
    one, other = draw(rule(person, less)), draw(rule(person, less))
    forms = [f"({one} AND {other})", f"({one} OR {other})", f"NOT ({one})", one, one]
    if not person:
        inner, where = draw(rule(True, 1)), draw(rule(True, 0))
        forms += [f"{kind}_members({inner}, {where})" for kind in ("all",)] + [f"any_member({inner}, {where})"]
        forms += [f"count_members({inner}) >= {draw(st.sampled_from(('1', '2')))}", f"any_member({inner})"]
        forms += [f"(CASE WHEN {one} THEN {other} ELSE {draw(single(False))} END)"]
        forms += [f"min_members(wage, {where}) < {draw(st.sampled_from(NUMBERS))}"]
        forms += [f"least(money_a, {draw(st.sampled_from(NUMBERS))}) >= {draw(st.sampled_from(NUMBERS))}"]
    return draw(st.sampled_from(forms))


@st.composite
def changed(draw, text: str) -> str:
    """The rule with something in it moved, dropped, added or put otherwise; or another rule."""
    more = draw(rule(depth=1))
    swaps = [
        (">= 1", ">= 2"),
        ("4000", "3"),
        ("3", "12"),
        (">", ">="),
        ("<", "<="),
        (" AND ", " OR "),
        ("'A'", "'A', 'B'"),
    ]
    moved = [text.replace(a, b, 1) for a, b in swaps if a in text and f"{a}=" not in text]
    return draw(st.sampled_from([f"({text}) AND {more}", f"({text}) OR {more}", f"NOT (NOT ({text}))", more, *moved]))


@st.composite
def pair(draw) -> tuple[str, str]:
    first = draw(rule())
    second = draw(changed(first))
    return draw(st.sampled_from(((first, second), (second, first))))


def _past(rules: rulebook.Rules, facts, members) -> dict[int, rulebook.Past]:
    """A past with money gone: the household as it is now, but for one unknown."""
    if 12 not in rules.former:
        return {}
    home = Household(rules.before(12, date(2019, 2, 28)), {**facts, "money_a": None}, members)
    return {12: rulebook.Past(date(2019, 2, 28), home, [(home, i) for i in range(len(members))])}


def _pack(folder: Path, text: str, applies: str, line: str) -> rulebook.Pack:
    folder.mkdir()
    world._write_pack(folder, "money_a", "wage", "flag_p", ["TRUE", "TRUE", "TRUE"])
    (folder / "parameters.yaml").write_text(
        f"parameters:\n  line: {{type: money, label: l, values: [{{from: 2020-01-01, value: {line}, source: {{}}}}]}}\n"
        "  middle: {type: money, label: middle, computed: '0.6 * weighted_median(money_a, count_h)'}\n"
    )
    (folder / "standards.yaml").write_text(
        f'standards:\n  tested: {{label: t, met_when: "{text}", applies_when: "{applies}", source: {{}}}}\n'
        '  s0: {label: s, met_when: "NOT met(tested)", source: {}}\n'
    )
    (folder / "cohorts.yaml").write_text(f'cohorts:\n  first: {{label: c, member_when: "{text}", source: {{}}}}\n')
    return rulebook.load(folder)


@given(
    texts=pair(), whom=pair(), lines=st.tuples(*[st.sampled_from(("1", "3", "4000"))] * 2), homes=world.HOMES,
)  # fmt: skip
@settings(max_examples=examples.of(100), deadline=None, suppress_health_check=list(HealthCheck))
def test_what_the_text_says_of_a_change_holds_for_every_household(texts, whom, lines, homes) -> None:
    with TemporaryDirectory() as name:
        try:
            packs = [
                _pack(Path(name) / side, text, applies, line)
                for side, text, applies, line in zip("ab", texts, whom, lines, strict=True)
            ]
        except rulebook.PackProblems:
            assume(False)
        found = changes.between(*packs)
        rules = [rulebook.at(pack, world.AS_OF) for pack in packs]
    for home, people in homes:
        facts = {k: world._value(world.HOUSEHOLD[k], v) for k, v in home.items()}
        members = [{k: world._value(world.PERSON[k], v) for k, v in person.items()} for person in people]
        before, after = (Household(each, facts, members, past=_past(each, facts, members)) for each in rules)
        for standard in ("tested", "s0"):
            low, high = HEIGHT[before.outcomes()[standard]], HEIGHT[after.outcomes()[standard]]
            verdict = found.verdict_of("standard", standard)
            assert verdict != changes.SAME or low == high
            assert verdict != changes.LOWERED or low <= high
            assert verdict != changes.RAISED or low >= high
        verdict = found.verdict_of("cohort", changes.ANY_LIST)
        if verdict in (changes.SAME, changes.NARROWED) and before.cohort() == "none":
            assert after.cohort() == "none"
        if verdict in (changes.SAME, changes.WIDENED) and after.cohort() == "none":
            assert before.cohort() == "none"


@given(text=rule(), whom=rule(), line=st.sampled_from(("1", "4000")))
@settings(max_examples=examples.of(50), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_random_pack_differs_from_itself_in_nothing(text: str, whom: str, line: str) -> None:
    with TemporaryDirectory() as name:
        try:
            pack, same = (_pack(Path(name) / side, text, whom, line) for side in "ab")
        except rulebook.PackProblems:
            assume(False)
    assert changes.between(pack, same).changes == ()


@given(low=st.integers(0, 10**6), more=st.integers(1, 10**6))
@settings(max_examples=30, deadline=None)
def test_a_raised_threshold_is_always_called_raised(low: int, more: int) -> None:
    with TemporaryDirectory() as name:
        packs = [
            _pack(Path(name) / side, "money_a >= :line AND flag_h", "TRUE", str(line))
            for side, line in (("a", low), ("b", low + more))
        ]
    assert changes.between(*packs).verdict_of("standard", "tested") == changes.RAISED
    assert changes.between(*reversed(packs)).verdict_of("standard", "tested") == changes.LOWERED
    assert date(2020, 1, 1) in {days.before for days in changes.between(*packs).days}
