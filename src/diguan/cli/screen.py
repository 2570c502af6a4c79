"""diguan screen and diguan explain: a pack over files, without any database; or over the registry."""

import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click

from diguan import engine, rulebook
from diguan.cli import tables
from diguan.cli.language import chosen, translator
from diguan.cli.opened_pack import loaded
from diguan.cli.troubles import STOPPED
from diguan.cli.waiting import Waiting
from diguan.engine import folders
from diguan.rulebook.problems import N_, RulesRefused

HISTORY = N_("folder of earlier snapshots, for rules that look back: one folder per day, named by its date")
DATE = click.DateTime(["%Y-%m-%d"])


@click.command(
    help=N_(
        "Screen households under a pack: from files (--data, --out), or the registry's own when no --data is given."
    )
)
@click.option("--pack", "folder", metavar="DIR", help=N_("folder of the pack, or the name of a shipped one"))
@click.option(
    "--data",
    metavar="DIR",
    help=N_("folder with households and persons (.parquet or .csv), or the address of one (s3a://…)"),
)
@click.option("--as-of", type=DATE, help=N_("the date whose rules and ages count"))
@click.option("--known-on", type=DATE, help=N_("of the registry: by what was on file on this day"))
@click.option("--out", type=click.Path(path_type=Path), help=N_("folder for the results; replaced as a whole"))
@click.option(
    "--places",
    type=click.Path(path_type=Path),
    help=N_("tree of places: a CSV or Parquet file with code, name, parent_code"),
)
@click.option("--history", type=click.Path(path_type=Path), help=HISTORY)
@click.option("--missing-as-unknown", is_flag=True, help=N_("take columns that are missing as unknown for everybody"))
@click.option(
    "--without-checks", is_flag=True, help=N_("leave the checks of the data out: only what outcomes need is read")
)
@click.option("--persons", is_flag=True, help=N_("also write the derived values of every person"))
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option(
    "--engine",
    "works",
    type=click.Choice([engine.DUCKDB, engine.SPARK]),
    default=engine.DUCKDB,
    help=N_("what does the work; the results are the same"),
)
@click.option(
    "--master",
    default="",
    metavar="URL",
    help=N_("master of a Spark cluster, such as spark://host:7077; without it, Spark runs on this machine"),
)
@click.option("--draft", is_flag=True, help=N_("screen the registry under a pack that is not in force, as a trial"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def screen(
    folder: str | None, data: str | None, as_of: datetime | None, out: Path | None, places: Path | None,
    history: Path | None, missing_as_unknown: bool, without_checks: bool, persons: bool, memory: str, works: str, master: str,
    known_on: datetime | None, draft: bool, lang: str | None,
) -> None:  # fmt: skip
    language = chosen(lang)
    say = translator(language)
    if master and works != engine.SPARK:
        raise click.UsageError(say(N_("--master belongs to --engine spark.")))
    if data is None and works != engine.DUCKDB:
        raise click.UsageError(say(N_("Spark screens files: name their folder with --data.")))
    if data is None:
        from diguan.cli.registry_screening import screen_registry

        days = [day.date() if day else None for day in (as_of, known_on)]
        screen_registry(folder, *days, language=language, draft=draft, memory=memory)
        return
    if folder is None or as_of is None or out is None:
        raise click.UsageError(say(N_("Screening files needs --pack, --data, --as-of and --out.")))
    pack = loaded(folder, language)
    waiting = Waiting(engine.STEPS, engine.WEIGHTS, say)
    try:
        rules = rulebook.at(pack, as_of.date())
        rules = rules.without_checks() if without_checks else rules
        options = engine.Options(
            places, engine.history.find(history, rules, missing_as_unknown) if history else {},
            engine.Checks(missing_as_unknown), persons, memory, engine=works, master=master, translate=say, progress=waiting,
        )  # fmt: skip
        with waiting.looked_at():
            done = engine.screen(rules, engine.location(data), out, options)
    except RulesRefused as refused:
        click.echo(refused.message(say), err=True)
        _say_how_to_go_on(out, say)
        sys.exit(STOPPED if isinstance(refused, engine.Stopped) else 1)
    tables.print_screening(rules, done, out, language)


def _say_how_to_go_on(out: Path, say: Callable[[str], str]) -> None:
    """Where what is done is kept, if anything is."""
    kept = folders.unfinished(out.resolve())
    if kept.is_dir() and not folders.is_held(kept):
        words = N_(
            "What was done so far lies in {folder}. The same command goes on from there; remove it to give the run up."
        )
        click.echo(say(words).format(folder=kept), err=True)


@click.command(
    help=N_(
        "Print why one household meets each standard or not: from files (--data), with the values behind each test."
    )
)
@click.option("--household", "key", required=True, metavar="KEY", help=N_("the household's key"))
@click.option("--pack", "folder", metavar="DIR", help=N_("folder of the pack, or the name of a shipped one"))
@click.option(
    "--data",
    metavar="DIR",
    help=N_("folder with households and persons, or its address; without it, the registry is asked"),
)
@click.option(
    "--screening",
    "results",
    type=click.Path(path_type=Path),
    help=N_(
        "results of a screening of --data: gives pack, date and computed parameters, and lets one household be found at once among millions"
    ),
)
@click.option("--as-of", type=DATE, help=N_("the date whose rules and ages count"))
@click.option(
    "--given",
    multiple=True,
    metavar="NAME=VALUE",
    help=N_("value of a computed parameter; without it, it is computed over --data"),
)
@click.option("--history", type=click.Path(path_type=Path), help=HISTORY)
@click.option("--missing-as-unknown", is_flag=True, help=N_("take columns that are missing as unknown for everybody"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def explain(
    key: str,
    folder: str | None,
    data: str | None,
    results: Path | None,
    as_of: datetime | None,
    given: tuple[str, ...],
    history: Path | None,
    missing_as_unknown: bool,
    lang: str | None,
) -> None:
    language = chosen(lang)
    say = translator(language)
    if data is None:
        from diguan.cli.registry_screening import explain_registry

        explain_registry(key, language)
        return
    if results is None and (folder is None or as_of is None):
        raise click.UsageError(
            say(N_("Explaining from files needs --pack, --data and --as-of, or --data and --screening."))
        )
    try:
        screening = engine.finished(results) if results is not None else None
        rules = _rules(folder, as_of, given, screening, language)
        past = engine.history.find(history, rules, missing_as_unknown) if history else {}
        facts = engine.one_household(
            rules, engine.location(data), key, engine.Checks(missing_as_unknown), engine.Beside(screening, past)
        )
    except RulesRefused as refused:
        click.echo(refused.message(say), err=True)
        sys.exit(1)
    household = rulebook.Household(rules, facts.household, facts.members, facts.computed, facts.past)
    tables.print_explanation(household, key, facts.member_keys, language)


def _rules(
    folder: str | None, as_of: datetime | None, given: tuple[str, ...], screening: engine.Finished | None, language: str
) -> rulebook.Rules:
    """The rules that were typed; what was not typed is that of the screening.

    Raises: DataRefused when the pack, or the date, is not that of the screening.
    """
    own = screening.kept_pack if screening else None
    pack = loaded(folder or (str(own) if own else screening.pack if screening else ""), language)
    values = _given(given, pack)
    if screening is None:
        assert as_of is not None
        return rulebook.at(pack, as_of.date(), values)
    day = date.fromisoformat(screening.as_of)
    if pack.digest != screening.digest or (as_of is not None and as_of.date() != day):
        raise engine.DataRefused(
            N_("The screening is one of {pack} {version} as of {date}, and this is another pack, version or date."),
            pack=screening.pack, version=screening.version, date=screening.as_of,
        )  # fmt: skip
    found = {name: value for name, value in screening.computed.items() if value is not None}
    return rulebook.at(pack, day, found | values)


def _given(pairs: tuple[str, ...], pack: rulebook.Pack) -> dict[str, Decimal]:
    values: dict[str, Decimal] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        parameter = pack.parameters.get(name)
        try:
            if parameter is None or parameter.computed is None:
                raise ValueError
            number = rulebook.numbers.kept(Decimal(value))
            if number is None:
                raise ValueError
            values[name] = number
        except (ValueError, ArithmeticError) as error:
            raise click.BadParameter(
                f"{pair}: NAME=VALUE, a computed parameter and a number", param_hint="--given"
            ) from error
    return values
