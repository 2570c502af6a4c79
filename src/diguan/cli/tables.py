"""Results as text on the terminal."""

import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

import click
import duckdb

from diguan import engine, rulebook
from diguan.cli.language import translator
from diguan.rulebook import reasons
from diguan.rulebook.document import SEVERITIES
from diguan.rulebook.problems import N_
from diguan.rulebook.words import Words

MARKS = {"met": "●", "not_met": "▲", "unknown": "○"}
OUTCOMES = {"met": N_("met"), "not_met": N_("not met"), "unknown": N_("unknown")}
MOST_PLACES = 40


def table(heading: list[str], rows: Iterable[list[str]]) -> str:
    """Columns of equal width, the first left and the others right; wide characters count as two."""
    lines = [heading, *rows]
    widths = [max(_width(line[i]) for line in lines) for i in range(len(heading))]
    return "\n".join(
        "  ".join(
            cell + " " * (w - _width(cell)) if i == 0 else " " * (w - _width(cell)) + cell
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def print_screening(rules: rulebook.Rules, done: engine.Screened, out: Path, language: str) -> None:
    """What was read and refused, then totals of the whole and of the places below it."""
    say = translator(language)
    read = N_("{households} households and {persons} persons screened under {pack} as of {date}, in {seconds} s.")
    click.echo(
        say(read).format(
            households=f"{done.households:,}",
            persons=f"{done.persons:,}",
            pack=done.pack,
            date=done.as_of,
            seconds=done.seconds,
        )
    )
    _print_notices(done, out, say)
    words = Words(rules.pack, language, say, rules)
    for name, value in done.computed.items():
        shown = words.say(N_("unknown")) if value is None else f"{float(value):,.2f}"
        over = say(N_("over {count} households")).format(count=f"{done.known[name]:,}")
        click.echo(f"{words.label(name)}: {shown} ({over})")
    click.echo()
    click.echo(_whole(rules, out, words))
    if rules.checks:
        click.echo()
        click.echo(_checks(rules, out, words))
    places = _by_place(rules, out, words)
    if places:
        click.echo()
        click.echo(places)
    click.echo()
    click.echo(
        say(N_("Written to {folder}: {files}.")).format(
            folder=out, files=", ".join(sorted(p.name for p in out.iterdir()))
        )
    )


def _print_notices(done: engine.Screened, out: Path, say: Callable[[str], str]) -> None:
    """What a reader of the totals must know: refused, without members, outside the tree, rounded, left aside."""
    notices = [
        (done.refused_rows, N_("Refused: {households} rows of households and {persons} rows of persons; see {file}.")),
        (done.without_members, N_("{empty} households have nobody on file; what depends on members is unknown.")),
        (done.outside_places, N_("{outside} households have no place of the tree; they count only in the whole.")),
        (done.without_weight, N_("{unweighted} households have no weight; they are missing from weighted shares.")),
        (done.rounded, N_("{rounded} numbers had more than six decimal places and were rounded.")),
        (done.ignored_columns, N_("Columns that the dictionary does not have were left aside: {columns}.")),
        (
            done.absent_columns,
            N_("Columns that only checks of the data read are not there; what they ask is unknown: {absent}."),
        ),
    ]
    values = {
        "households": f"{done.refused_households:,}",
        "persons": f"{done.refused_persons:,}",
        "file": out / "refused.csv",
        "empty": f"{done.without_members:,}",
        "outside": f"{done.outside_places:,}",
        "unweighted": f"{done.without_weight:,}",
        "rounded": f"{done.rounded:,}",
        "columns": ", ".join(done.ignored_columns),
        "absent": ", ".join(done.absent_columns),
    }
    for happened, template in notices:
        if happened:
            click.echo(say(template).format_map(values))


def _whole(rules: rulebook.Rules, out: Path, words: Words) -> str:
    weighted = rules.pack.weight is not None
    found = {
        (str(k), str(i), str(o)): (h, p, w)
        for k, i, o, h, p, w in _totals(out, "level = 0", "kind, id, outcome, households, persons, weighted_persons")
    }
    everybody = found.get(("all", "all", "all"), (0, 0, 0))
    heading = ["", words.say(N_("households")), words.say(N_("persons"))] + (
        [words.say(N_("share of persons, weighted"))] if weighted else []
    )
    rows = []
    subjects = [("standard", name, outcome) for name in rules.pack.standards for outcome in OUTCOMES]
    subjects += [("cohort", name, "member") for name in rules.pack.cohorts] + [("cohort", "unknown", "unknown")] * bool(
        rules.pack.cohorts
    )
    for kind, name, outcome in subjects:
        households, persons, weight = found.get((kind, name, outcome), (0, 0, 0))
        label = (
            f"{words.label(name)}: {MARKS[outcome]} {words.say(OUTCOMES[outcome])}"
            if kind == "standard"
            else words.label(name)
        )
        if (kind, name) == ("cohort", "unknown"):
            label = words.say(N_("cohort unknown"))
        row = [label, f"{households:,}", f"{persons:,}"]
        rows.append(row + ([_share(households, weight, everybody[2])] if weighted else []))
    rows.append([words.say(N_("all")), f"{everybody[0]:,}", f"{everybody[1]:,}"] + (["100.00 %"] if weighted else []))
    return table(heading, rows)


def _checks(rules: rulebook.Rules, out: Path, words: Words) -> str:
    """Households in which each check found a fault, and those of which it could not say."""
    condition = "level = 0 AND kind = 'check'"
    found = {(str(name), str(said)): count for name, said, count in _totals(out, condition, "id, outcome, households")}
    rows = [
        [
            f"{check.label.in_language(words.language)} ({words.say(SEVERITIES[check.severity])})",
            *(f"{found.get((name, said), 0):,}" for said in ("raised", "unknown")),
        ]
        for name, check in rules.checks.items()
    ]
    rows.append([words.say(N_("any of these")), f"{found.get(('all', 'raised'), 0):,}", ""])
    return table(
        [words.say(N_("data checks, households")), words.say(N_("fault found")), words.say(N_("not checkable"))], rows
    )


def _share(households: int, weight: Decimal | None, whole: Decimal | None) -> str:
    """A weighted share; a dash where there are households and none of them has a weight."""
    return "–" if not whole or (households and weight is None) else f"{100 * (weight or 0) / whole:.2f} %"


def _by_place(rules: rulebook.Rules, out: Path, words: Words) -> str:
    """Persons by place, one level below the topmost place with more than one below it."""
    levels = _totals(out, "kind = 'all' AND level > 0", "level, count(*)", "GROUP BY level ORDER BY level")
    level = next((int(number) for number, count in levels if count > 1), None)
    if level is None:
        return ""
    subjects = [("cohort", name, "member") for name in rules.pack.cohorts] or [
        ("standard", name, "not_met") for name in rules.pack.standards
    ]
    rows: dict[str, list[str]] = {}
    found = {
        (str(p), str(k), str(i), str(o)): n
        for p, k, i, o, n in _totals(out, f"level = {level}", "place, kind, id, outcome, persons")
    }
    names = _totals(out, f"level = {level} AND kind = 'all'", "place, place_name, persons", "ORDER BY place")
    for place, name, persons in names[:MOST_PLACES]:
        cells = [f"{found.get((str(place), *subject), 0):,}" for subject in subjects]
        rows[str(place)] = [f"{place} {name or ''}".strip(), *cells, f"{persons:,}"]
    heading = [words.say(N_("persons by place")), *(words.label(name) for _, name, _ in subjects), words.say(N_("all"))]
    text = table(heading, rows.values())
    if len(names) > MOST_PLACES:
        text += "\n" + words.say(N_("… and {count} more places in totals.parquet")).format(
            count=len(names) - MOST_PLACES
        )
    return text


def _totals(out: Path, condition: str, columns: str, rest: str = "") -> list[tuple]:  # type: ignore[type-arg]
    file = str(out / "totals.parquet")
    found = duckdb.read_parquet(file).query("totals", f"SELECT {columns} FROM totals WHERE {condition} {rest}")
    return found.fetchall() if found is not None else []


def print_explanation(household: rulebook.Household, key: str, member_keys: list[str], language: str) -> None:
    """Each standard with its outcome and its reason tree, then the cohort."""
    rules = household.rules
    words = Words(rules.pack, language, translator(language), rules)
    click.echo(
        words.say(
            N_("Household {key}, {count} members, under {pack} as of {date}"),
            key=key,
            count=str(len(household.members)),
            pack=rules.pack.id,
            date=rules.as_of.isoformat(),
        )
    )
    for name in rules.pack.standards:
        found = reasons.standard(household, name)
        note = words.say(N_(" (does not apply)")) if found.applies is False else ""
        click.echo(f"\n{MARKS[found.outcome]} {words.label(name)}: {words.say(OUTCOMES[found.outcome])}{note}")
        shown = found.applicability if found.applies is False and found.applicability is not None else found.reason
        _print_reason(shown, words, member_keys, 1)
    if rules.pack.cohorts:
        cohort = household.cohort()
        label = (
            words.say(N_("unknown"))
            if cohort == "unknown"
            else words.say(N_("none"))
            if cohort == "none"
            else words.label(cohort)
        )
        click.echo("\n" + words.say(N_("Cohort: {label}"), label=label))
        for name in rules.pack.cohorts:
            found = reasons.cohort(household, name)
            click.echo(f"{MARKS[found.outcome]} {words.label(name)}")
            if found.outcome != "not_met" or cohort == "none":
                _print_reason(found.reason, words, member_keys, 1)


def _print_reason(reason: reasons.Reason, words: Words, member_keys: list[str], depth: int) -> None:
    indent = "  " * depth
    if reason.kind == "member":
        assert reason.member is not None
        member = words.say(N_("member {key}"), key=member_keys[reason.member])
        click.echo(f"{indent}{MARKS[reason.outcome]} {member}")
    elif reason.kind in ("all", "any"):
        word = words.say(N_("all of these:")) if reason.kind == "all" else words.say(N_("at least one of these:"))
        click.echo(f"{indent}{MARKS[reason.outcome]} {word}")
    else:
        click.echo(f"{indent}{MARKS[reason.outcome]} {words.of(reason.expression)}")
    for figure in reason.figures:
        _print_figure(figure, words, member_keys, depth + 1)
    for child in reason.children:
        _print_reason(child, words, member_keys, depth + 1)


def _print_figure(figure: reasons.Figure, words: Words, member_keys: list[str], depth: int) -> None:
    label = words.label(figure.name) if figure.name else words.of(figure.expression)
    whose = f" [{member_keys[figure.member]}]" if figure.member is not None else ""
    whose = words.say(N_(" [no longer a member]")) if figure.gone else whose
    then = f" ({figure.then})" if figure.then and not figure.is_parameter else ""
    click.echo(f"{'  ' * depth}· {label}{whose}{then}: {words.value(figure.value, figure.name)}")
    for part in figure.parts:
        _print_figure(part, words, member_keys, depth + 1)
