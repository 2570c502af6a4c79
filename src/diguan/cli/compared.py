"""A comparison of two screenings as text on the terminal."""

import json
from pathlib import Path

import click
import duckdb

from diguan.cli.language import translator
from diguan.cli.tables import table
from diguan.engine import attributing, comparing
from diguan.engine.causes import EARLIER
from diguan.engine.flows import ELSEWHERE
from diguan.engine.sides import ABSENT, NOT_ASKED
from diguan.rulebook.problems import N_
from diguan.rulebook.resting import COHORT, MEMBERS, STANDARD
from diguan.rulebook.rules import Rules
from diguan.rulebook.words import Words

WEIGHTS = {"comparing": 4.0, "reasons": 4.0, "writing": 1.0}
STEPS = {"comparing": N_("comparing"), "reasons": N_("finding reasons"), "writing": N_("writing results")}
OUTCOMES = {
    "met": N_("met"), "not_met": N_("not met"), "unknown": N_("unknown"), "none": N_("none"),
    ABSENT: N_("not registered"), NOT_ASKED: N_("not asked"), ELSEWHERE: N_("elsewhere"),
}  # fmt: skip
MOST_CAUSES = 6
MOST_PLACES = 40
Counts = dict[str, int]


class Report:
    """What stands in the files of a comparison, in the reader's words."""

    def __init__(self, before: Rules, after: Rules, out: Path, language: str) -> None:
        self.before, self.after = before, after
        self.words = Words(after.pack, language, translator(language))
        self.db = duckdb.connect()
        self.db.read_parquet(str(out / "flows.parquet")).create_view("flows")
        self.db.read_parquet(str(out / "changes.parquet")).create_view("changes")

    def rows(self, statement: str) -> list[tuple[str, ...]]:
        return self.db.execute(statement).fetchall()

    def label(self, kind: str, name: str) -> str:
        """What a cohort or an outcome is called."""
        if name in OUTCOMES:
            word = self.words.say(OUTCOMES[name])
            return self.words.say(N_("cohort unknown")) if (kind, name) == (COHORT, "unknown") else word
        return self._named(name)

    def _named(self, name: str) -> str:
        return (
            (self.after if name in self._known(self.after) else self.before)
            .pack.label_of(name)
            .in_language(self.words.language)
        )

    @staticmethod
    def _known(rules: Rules) -> set[str]:
        pack = rules.pack
        return {*pack.variables, *pack.derived, *pack.parameters, *pack.standards, *pack.cohorts}

    def cause(self, name: str) -> str:
        """What a reason lies in: a variable, a parameter, a rule, or who belongs to the household."""
        if name == MEMBERS:
            return self.words.say(N_("members"))
        if name == EARLIER:
            return self.words.say(N_("earlier values"))
        return self._named(name.removeprefix(":"))

    def reason(self, name: str) -> str:
        return self.words.say(attributing.REASONS[name])

    def cohorts(self) -> str:
        """Per cohort: how many before, who left, who stayed, who came, how many now."""
        names = list(dict.fromkeys((*self.before.pack.cohorts, *self.after.pack.cohorts)))
        return self._flow(COHORT, COHORT, [*names, "unknown"]) if names else ""

    def standards(self) -> str:
        names = list(dict.fromkeys((*self.before.pack.standards, *self.after.pack.standards)))
        lines = [
            line
            for name in names
            for line in self._lines(STANDARD, name, ["not_met", "unknown"], self._named(name) + ": ")
        ]
        return self._table(lines)

    def _flow(self, kind: str, name: str, values: list[str]) -> str:
        return self._table(self._lines(kind, name, values, ""))

    def _table(self, lines: list[list[str]]) -> str:
        heading = ["", *(self.words.say(w) for w in (N_("before"), N_("left"), N_("stayed"), N_("came"), N_("now")))]
        return table([self.words.say(N_("households")), *heading[1:]], lines)

    def _lines(self, kind: str, name: str, values: list[str], prefix: str) -> list[list[str]]:
        where = f"level = 0 AND kind = '{kind}' AND name = '{name}'"
        lines = []
        for value in values:
            sums = f"SELECT sum(households) FILTER (before = '{value}'), sum(households) FILTER (before = '{value}' AND after <> before), sum(households) FILTER (before = '{value}' AND after = before), sum(households) FILTER (after = '{value}' AND after <> before), sum(households) FILTER (after = '{value}') FROM flows WHERE {where}"
            lines.append([prefix + self.label(kind, value), *(f"{number or 0:,}" for number in self.rows(sums)[0])])
        return lines

    def reasons(self) -> str:
        """Entries and exits of cohorts by reason, the most frequent first, each with what it lies in."""
        found = self.rows(
            "SELECT before, after, reason, list_sort(list_distinct(causes)), count(*) AS households FROM changes "
            "WHERE kind = 'cohort' AND before <> after GROUP BY ALL ORDER BY households DESC, before, after, reason"
        )
        lines = []
        for before, after, reason, causes, households in found[:MOST_PLACES]:
            named = ", ".join(self.cause(each) for each in causes[:MOST_CAUSES]) + (
                " …" if len(causes) > MOST_CAUSES else ""
            )
            why = self.reason(reason) + (f": {named}" if named else "")
            lines.append([f"{self.label(COHORT, before)} → {self.label(COHORT, after)}  {why}", f"{int(households):,}"])
        return (
            table([self.words.say(N_("entries and exits, by reason")), self.words.say(N_("households"))], lines)
            if lines
            else ""
        )

    def places(self) -> str:
        """Who came into any cohort and who left, at the level below the topmost place with more than one below it."""
        levels = self.rows("SELECT level, count(DISTINCT place) FROM flows WHERE level > 0 GROUP BY 1 ORDER BY 1")
        level = next((number for number, count in levels if int(count) > 1), None)
        if level is None or not self.after.pack.cohorts:
            return ""
        none = "('none', 'unknown', 'absent', 'elsewhere')"
        sums = (
            f"sum(households) FILTER (before NOT IN {none}), sum(households) FILTER (before NOT IN {none} AND after <> before), "
            f"sum(households) FILTER (after NOT IN {none} AND after <> before), sum(households) FILTER (after NOT IN {none})"
        )
        found = self.rows(
            f"SELECT place, any_value(place_name), {sums} FROM flows WHERE kind = 'cohort' AND level = {level} GROUP BY 1 ORDER BY 1"
        )
        lines = [
            [f"{place} {name or ''}".strip(), *(f"{number or 0:,}" for number in rest)]
            for place, name, *rest in found[:MOST_PLACES]
        ]
        heading = [
            self.words.say(w)
            for w in (N_("households in cohorts, by place"), N_("before"), N_("left"), N_("came"), N_("now"))
        ]
        text = table(heading, lines)
        more = len(found) - MOST_PLACES
        return text + (
            "\n" + self.words.say(N_("… and {count} more places in flows.parquet"), count=str(more)) if more > 0 else ""
        )


def print_comparison(before: Rules, after: Rules, out: Path, language: str) -> None:
    """What was compared, then cohorts, standards, reasons and places."""
    report = Report(before, after, out, language)
    done = comparing.Compared(**json.loads((out / comparing.MARK).read_text("utf-8")))
    say = translator(language)
    head = N_("{before} of {day_before} against {after} of {day_after}: {count_before} households before, {count_after} now; {changed} have another cohort or outcome, {registered} are newly registered, {left} left.")  # fmt: skip
    click.echo(
        say(head).format(
            before=done.before["pack"], day_before=done.before["as_of"], after=done.after["pack"], day_after=done.after["as_of"],
            count_before=f"{done.households_before:,}", count_after=f"{done.households_after:,}",
            changed=f"{done.changed:,}", registered=f"{done.registered:,}", left=f"{done.left:,}",
        )
    )  # fmt: skip
    for part in (report.cohorts(), report.standards(), report.reasons(), report.places()):
        if part:
            click.echo("\n" + part)
