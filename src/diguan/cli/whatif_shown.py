"""A what-if as text on the terminal."""

from decimal import Decimal
from pathlib import Path

import click

from diguan import engine
from diguan.cli import compared
from diguan.cli.language import translator
from diguan.cli.tables import table
from diguan.engine import sides, tried, trying
from diguan.rulebook import what_if
from diguan.rulebook.document import source_line
from diguan.rulebook.problems import N_
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.rulebook.rules import Rules
from diguan.rulebook.words import number

STEPS = engine.STEPS | compared.STEPS | trying.STEPS


class Report(compared.Report):
    """What stands in the files of a what-if, in the reader's words."""

    def __init__(self, before: Rules, after: Rules, out: Path, language: str) -> None:
        super().__init__(before, after, out / trying.COMPARISON, language)
        for name in (trying.COUNTS, trying.EDGES, trying.LACKING):
            if (out / name).is_file():
                self.db.read_parquet(str(out / name)).create_view(name.removesuffix(".parquet"))
        self.has_lacking = (out / trying.LACKING).is_file()

    def head(self) -> str:
        """What is otherwise, each with the value it stands for and where that comes from."""
        say, lines = self.words.say, []
        for name, parameter in self.after.pack.parameters.items():
            now = what_if.now(self.after.pack, name, self.after.as_of)
            if now is None or (now.instead_of is None and now.verified) or now.at.file.parent != self.after.pack.folder:
                continue
            value, was = (self.words.value(each, unit=parameter.unit) for each in (now.value, now.instead_of))
            if now.instead_of is not None:
                line = say(N_("{label}: {value} instead of {was}"), label=self._named(name), value=value, was=was)
                source = source_line(now.source, self.words)
                lines.append(line + (f" ({source})" if source else ""))
        if self.after.pack.extends[-1:] != (self.before.pack.id,):
            lines.insert(
                0, say(N_("{after} instead of {before}"), after=self.after.pack.extends[-1], before=self.before.pack.id)
            )
        return "\n".join(lines)

    def groups(self) -> str:
        """By group: households there are, that would newly fall short of something, and that would no longer."""
        found = self.rows(
            "SELECT grouping, value, max(households) FILTER (kind = 'all'), "
            f"{_ways(STANDARD, 'not_met')}, {_ways(COHORT, tried.LISTED)} "
            "FROM counts WHERE level = 0 AND grouping <> '' GROUP BY ALL ORDER BY grouping, value"
        )
        heading = [self.words.say(w) for w in (N_("households by group"), N_("there are"), N_("newly short"), N_("no longer short"), N_("come into a cohort"), N_("leave all cohorts"))]  # fmt: skip
        lines = [
            [f"{self._grouping(grouping)}: {self._group(grouping, value)}", *(f"{number_ or 0:,}" for number_ in rest)]
            for grouping, value, *rest in found
        ]
        return table(heading, lines) if lines else ""

    def _grouping(self, name: str) -> str:
        own = {tried.BY_COHORT: N_("cohort"), tried.BY_SIZE: N_("persons in the household")}
        return self.words.say(own[name]) if name in own else self._named(name)

    def _group(self, grouping: str, value: str | None) -> str:
        if value is None:
            return self.words.say(N_("unknown"))
        if grouping == tried.BY_COHORT:
            return self.label(COHORT, value)
        if grouping == tried.BY_SIZE:
            more = self.words.say(N_("{count} and more"), count=value)
            return more if value == str(tried.LARGEST) else value
        variable = self.before.pack.variables[grouping]
        if variable.type == "boolean":
            return self.words.say(N_("yes") if value == "true" else N_("no"))
        return variable.codes[value].in_language(self.words.language) if value in variable.codes else value

    def edges(self) -> str:
        """Whose outcome would be another if a number moved a little further."""
        found = self.rows(
            "SELECT parameter, value, kind, name, before, after, households, persons FROM edges WHERE level = 0 "
            "ORDER BY parameter, CAST(value AS DECIMAL(18, 6)), kind DESC, name, before, after"
        )
        lines = []
        for parameter, value, kind, name, before, after, households, persons in found:
            moved = f"{self._named(parameter)} {number(Decimal(value))}"
            named = f"{self._named(name)}: " if kind == STANDARD else ""
            way = f"{named}{self.label(kind, before)} → {self.label(kind, after)}"
            lines.append([f"{moved}  {way}", f"{int(households):,}", f"{int(persons):,}"])
        heading = [
            self.words.say(w) for w in (N_("near the edge: if it moved further"), N_("households"), N_("persons"))
        ]
        return table(heading, lines) if lines else ""

    def lacking(self) -> str:
        """The money lacking to the line, and what it is not."""
        if not self.has_lacking:
            return ""
        names = "households_before, persons_before, money_before, unknown_before, households_after, persons_after, money_after, unknown_after"
        found = self.rows(f"SELECT {names} FROM lacking WHERE level = 0")
        if not found:
            return ""
        heading = [self.words.say(w) for w in (N_("below the line, and money lacking to it a year"), N_("households"), N_("persons"), N_("money lacking"), N_("persons whose income is unknown"))]  # fmt: skip
        row = found[0]
        lines = [
            [self.words.say(word), *(f"{int(n):,}" for n in row[at : at + 2]), f"{round(Decimal(row[at + 2])):,}", f"{int(row[at + 3]):,}"]
            for word, at in ((N_("before"), 0), (N_("now"), 4))
        ]  # fmt: skip
        note = self.words.say(
            N_("It is what all of them lack together, if each were given just that: not the cost of any measure, nor of reaching them.")
        )  # fmt: skip
        return table(heading, lines) + "\n" + note


def _ways(kind: str, end: str) -> str:
    """SQL: households that come to an end of all standards, or cohorts, together, and those that leave it."""
    way = f"FILTER (kind = '{kind}' AND name = '{tried.ANY}' AND"
    return f"sum(households) {way} after = '{end}'), sum(households) {way} before = '{end}')"


def print_tried(before: Rules, out: Path, language: str) -> None:
    """What was tried, then winners and losers by cohort, standard, reason, place and group, the edge, and the money lacking."""
    after = sides.side(out / trying.TRIAL).rules
    report = Report(before, after, out, language)
    done = trying.described(out)
    say = translator(language)
    head = N_(
        "What if, on {date}: {changed} of {households} households would have another cohort or outcome. Nothing was changed."
    )
    click.echo(report.head())
    click.echo(say(head).format(date=done.as_of, changed=f"{done.changed:,}", households=f"{done.households:,}"))
    if done.lacking:
        named = ", ".join(report.cause(name) for name in done.lacking)
        click.echo(say(N_("The data do not have these, which are unknown for everybody: {names}.")).format(names=named))
    if done.refused_households:
        words = N_("{count} households cannot be read under the pack that is tried; see {file}.")
        click.echo(say(words).format(count=f"{done.refused_households:,}", file=out / trying.TRIAL / "refused.csv"))
    parts = (
        report.cohorts(),
        report.standards(),
        report.reasons(),
        report.places(),
        report.groups(),
        report.edges(),
        report.lacking(),
    )
    for part in parts:
        if part:
            click.echo("\n" + part)
    click.echo(
        "\n"
        + say(N_("Written to {folder}: {files}.")).format(
            folder=out, files=", ".join(sorted(f.name for f in out.iterdir()))
        )
    )
