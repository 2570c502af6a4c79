"""diguan pack diff: what changed between two packs, whether anything was weakened, and whom it touches."""

import csv
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click
import duckdb

from diguan import engine, rulebook
from diguan.cli.language import chosen, translator
from diguan.cli.opened_pack import loaded
from diguan.cli.screen import HISTORY
from diguan.cli.tables import table
from diguan.engine import two_packs
from diguan.rulebook import changes, changes_said
from diguan.rulebook.problems import N_, RulesRefused
from diguan.rulebook.words import Words

WEAKENED, UNTOLD = 3, 4
LISTED = "touched.parquet"
COLUMNS = ("part", "name", "label", "field", "starts", "before", "after", "verdict", "effect")


@click.command(
    help=N_(
        "Say in words what changed from one pack, or version of a pack, to another, and whether anything was weakened. "
        "Ends with 0 when nothing was, 3 when something was, 4 when nothing is seen to be but of some rules it cannot be "
        "told from their text."
    )
)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--data", type=click.Path(path_type=Path), help=N_("folder with households and persons, screened under both")
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help=N_("compare the numbers of this day only; ages too count on it")
)
@click.option("--history", type=click.Path(path_type=Path), help=HISTORY)
@click.option("--missing-as-unknown", is_flag=True, help=N_("take columns that are missing as unknown for everybody"))
@click.option("--out", type=click.Path(path_type=Path), help=N_("folder for what is found, as files"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def diff(
    before: str, after: str, data: Path | None, as_of: datetime | None, history: Path | None, missing_as_unknown: bool,
    out: Path | None, lang: str | None,
) -> None:  # fmt: skip
    language = chosen(lang)
    say = translator(language)
    if data is not None and (as_of is None or out is None):
        raise click.UsageError(say(N_("Screening files under both packs needs --data, --as-of and --out.")))
    day = as_of.date() if as_of else None
    found = changes.between(loaded(before, language), loaded(after, language), day)
    speaker = changes_said.Speaker(found, language, say)
    click.echo(changes_said.markdown(speaker), nl=False)
    if out is not None:
        _write(speaker, out)
    if data is not None and day is not None and out is not None:
        try:
            rules = _rules(found, day)
            options = engine.Options(checks=engine.Checks(missing_as_unknown))
            touched = two_packs.screen_both(rules, data, out / LISTED, history, options)
            _print_touched(found, touched, out / LISTED, rules[1].as_of, Words(found.after, language, say))
        except RulesRefused as refused:
            click.echo(refused.message(say), err=True)
            sys.exit(1)
    sys.exit(WEAKENED if found.weakened else UNTOLD if found.untold else 0)


def _write(speaker: changes_said.Speaker, out: Path) -> None:
    """changes.csv, for people with a spreadsheet, and changes.parquet, the same rows."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "changes.csv").open("w", newline="", encoding="utf-8-sig") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        lines.writerows(speaker.rows())
    with duckdb.connect() as connection:
        kinds = ", ".join(f"{name} VARCHAR" for name in COLUMNS)
        connection.execute(f"CREATE TABLE changes ({kinds})")
        if rows := list(speaker.rows()):
            connection.executemany(f"INSERT INTO changes VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        connection.execute("COPY changes TO $file (FORMAT parquet)", {"file": str(out / "changes.parquet")})


def _rules(found: changes.Difference, day: date) -> tuple[rulebook.Rules, rulebook.Rules]:
    """Both packs as they are put to the same households on the same day."""
    if not found.days:
        raise RulesRefused(N_("There is no day on which both packs have all the numbers they need."))
    return changes.rules_for(found.days[0], found.before, found.after, day)


def _print_touched(
    found: changes.Difference, touched: two_packs.Touched, listed: Path, day: date, words: Words
) -> None:
    say = words.translate
    click.echo()
    said = N_(
        "{touched} of {households} households have another outcome or cohort on {day}; they are listed in {file}."
    )
    click.echo(
        say(said).format(touched=f"{touched.touched:,}", households=f"{touched.households:,}", day=day, file=listed)
    )
    refused = N_("Refused by one pack only, and not compared: {after} by the later, {before} by the earlier.")
    if touched.only_before or touched.only_after:
        click.echo(say(refused).format(after=f"{touched.only_before:,}", before=f"{touched.only_after:,}"))
    for text in (_standards(found, touched, words), _cohorts(found, touched, words, say)):
        if text:
            click.echo("\n" + text)


def _standards(found: changes.Difference, touched: two_packs.Touched, words: Words) -> str:
    """Households by standard and direction."""
    names = dict.fromkeys(name for name, _ in touched.by_standard)
    if not names:
        return ""
    heading = [words.say(N_("households by standard")), *(words.say(text) for text in two_packs.DIRECTIONS.values())]
    rows = [
        [
            _label(found, name, words),
            *(f"{touched.by_standard.get((name, way), (0, 0))[0]:,}" for way in two_packs.DIRECTIONS),
        ]
        for name in names
    ]
    return table(heading, rows)


def _cohorts(found: changes.Difference, touched: two_packs.Touched, words: Words, say: Callable[[str], str]) -> str:
    """Households by the cohort they were in and the one they are in."""
    if not touched.by_cohort:
        return ""
    known = {"none": say(N_("none")), "unknown": say(N_("unknown"))}
    rows = [
        [
            f"{known.get(old) or _label(found, old, words)} → {known.get(new) or _label(found, new, words)}",
            f"{count:,}",
            f"{persons:,}",
        ]
        for (old, new), (count, persons) in touched.by_cohort.items()
    ]
    return table([say(N_("cohort")), say(N_("households")), say(N_("persons"))], rows)


def _label(found: changes.Difference, name: str, words: Words) -> str:
    for pack in (found.after, found.before):
        if name in pack.standards or name in pack.cohorts:
            return (pack.standards.get(name) or pack.cohorts[name]).label.in_language(words.language)
    return name
