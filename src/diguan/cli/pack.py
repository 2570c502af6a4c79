"""diguan pack: check a pack, read it as a document, run its worked cases; what differs in another is in pack_diff."""

import sys

import click

from diguan import rulebook
from diguan.cli.language import chosen, translator
from diguan.cli.opened_pack import loaded
from diguan.cli.pack_diff import diff
from diguan.engine.cases import by_engine
from diguan.rulebook.cases import by_reference, load_cases
from diguan.rulebook.document import markdown
from diguan.rulebook.problems import N_
from diguan.rulebook.words import Words


@click.group(
    help=N_("Check a pack, read it as a document, run its worked cases. DIR is a folder or the name of a shipped pack.")
)
def cli() -> None:
    pass


cli.add_command(diff)


@cli.command(
    help=N_("Read and check a pack; say what it holds, or every fault with file, line, column and what to write.")
)
@click.argument("folder", metavar="DIR")
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def check(folder: str, lang: str | None) -> None:
    language = chosen(lang)
    say = translator(language)
    pack = loaded(folder, language)
    click.echo(
        f"{pack.id} {pack.version} · {pack.title.in_language(language)} · {pack.starts} – {pack.ends or '…'} · {pack.digest}"
    )
    counts = [
        (N_("variables"), pack.variables), (N_("derived variables"), pack.derived), (N_("parameters"), pack.parameters),
        (N_("standards"), pack.standards), (N_("cohorts"), pack.cohorts), (N_("data checks"), pack.checks),
    ]  # fmt: skip
    click.echo(", ".join(f"{len(things)} {say(word)}" for word, things in counts))
    cases = _cases(pack, language)
    if not cases:
        click.echo(say(N_("No worked cases: write some in cases/*.yaml.")))
    click.echo(say(N_("No faults.")))


@cli.command(
    help=N_("Print the pack as a document (Markdown): standards and cohorts in words, parameters by date with sources.")
)
@click.argument("folder", metavar="DIR")
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def show(folder: str, lang: str | None) -> None:
    language = chosen(lang)
    pack = loaded(folder, language)
    click.echo(markdown(pack, Words(pack, language, translator(language))), nl=False)


@cli.command(help=N_("Run the pack's worked cases on the reference evaluator and on DuckDB."))
@click.argument("folder", metavar="DIR")
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def cases(folder: str, lang: str | None) -> None:
    language = chosen(lang)
    say = translator(language)
    pack = loaded(folder, language)
    found = _cases(pack, language)
    if not found:
        click.echo(say(N_("No worked cases: write some in cases/*.yaml.")), err=True)
        sys.exit(1)
    wrong = [(say(N_("reference")), miss) for case in found for miss in by_reference(pack, case)]
    wrong += [("DuckDB", miss) for miss in by_engine(pack, found)]
    for who, miss in wrong:
        words = say(N_("{name}: expected {expected}, {who} says {found}"))
        click.echo(
            f"{miss.case.at}: {miss.case.name}: "
            + words.format(name=miss.name, expected=_shown(miss.expected), who=who, found=_shown(miss.found))
        )
    missed = len({(miss.case.at, miss.case.name) for _, miss in wrong})
    click.echo(say(N_("{count} cases, {missed} with a wrong answer.")).format(count=len(found), missed=missed))
    sys.exit(1 if wrong else 0)


def _cases(pack: rulebook.Pack, language: str) -> list[rulebook.cases.Case]:
    try:
        return load_cases(pack)
    except rulebook.PackProblems as error:
        for problem in error.problems:
            click.echo(f"{problem.at}: {problem.message(translator(language))}", err=True)
        sys.exit(1)


def _shown(value: object) -> str:
    return "unknown" if value is None else str(value)
