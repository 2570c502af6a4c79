"""What differs between two packs, in words: one document for the terminal, the page and files."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from diguan.rulebook import changes
from diguan.rulebook.changes import ANY_LIST, Change, Difference
from diguan.rulebook.document import SEVERITIES, STATUS, source_line
from diguan.rulebook.pack import DatedValue, Formula, Pack, ReadFrom, Source
from diguan.rulebook.problems import N_
from diguan.rulebook.texts import Text
from diguan.rulebook.words import Words

PARTS = {
    "pack": N_("The pack"), "standard": N_("Standards"), "cohort": N_("Cohorts"), "check": N_("Data checks"),
    "parameter": N_("Parameters"), "derived": N_("Derived variables"), "variable": N_("Dictionary"),
}  # fmt: skip
FIELDS = {
    "id": N_("name"), "version": N_("version"), "title": N_("title"), "authority": N_("authority"), "status": N_("status"),
    "starts": N_("in force from"), "ends": N_("in force to"), "currency": N_("currency"), "extends": N_("rests on"),
    "weight": N_("weight"), "type": N_("type"), "unit": N_("unit"), "label": N_("label"), "computed": N_("computed as"),
    "source": N_("source"), "verified": N_("verified"), "text": N_("text"), "note": N_("note"),
    "applies_when": N_("applies where"), "met_when": N_("met where"), "tone": N_("colour"), "member_when": N_("member where"),
    "entity": N_("about"), "formula": N_("formula"), "fault_when": N_("fault where"), "severity": N_("severity"),
    "mended_by": N_("mended by"), "how": N_("how it is mended"), "question": N_("question"), "codes": N_("codes"),
    "min": N_("least"), "max": N_("greatest"), "sources": N_("order of sources"), "protection": N_("protection"),
    "basis": N_("legal basis"), "scheme": N_("scheme"), "read_from": N_("read from"), "value": N_("value"),
    "added": N_("added"), "removed": N_("removed"), "order": N_("order"), "effect": N_("effect"),
}  # fmt: skip
_OF_STANDARD = {
    changes.LOWERED: N_("lowered: whoever met it meets it still, and others may now"),
    changes.RAISED: N_("raised: whoever meets it now met it before, and others no longer may"),
    changes.MIXED: N_("lowered on some days and raised on others"),
}
_OF_COHORT = {
    changes.NARROWED: N_("narrowed: the condition takes in nobody new, and may leave some out"),
    changes.WIDENED: N_("widened: the condition leaves nobody out, and may take in more"),
    changes.MIXED: N_("narrowed on some days and widened on others"),
}
_OF_CHECK = {
    changes.NARROWED: N_("looks less closely: it finds nothing new, and may pass over faults it found"),
    changes.WIDENED: N_("looks more closely: it finds all it found, and may find more"),
    changes.MIXED: N_("looks less closely on some days and more closely on others"),
}
_ANYBODY = {
    changes.NARROWED: N_("lists as a whole are narrowed: nobody comes onto a list, and some may be left on none"),
    changes.WIDENED: N_("lists as a whole are widened: nobody is left on none who was on one, and some may be added"),
    changes.MIXED: N_("lists as a whole are narrowed on some days and widened on others"),
}
UNTOLD = N_("cannot be told from the text: whether it asks for more or for less depends on the households")
_WHOLE = {
    ("standard", changes.RAISED): N_("a standard more: more is asked"),
    ("standard", changes.LOWERED): N_("a standard less: less is asked"),
    ("check", changes.WIDENED): N_("a check more"),
    ("check", changes.NARROWED): N_("a check less: its faults are found no longer"),
}


@dataclass(frozen=True)
class Line:
    """One difference in words."""

    field: str
    before: str
    after: str
    effect: str = ""
    verdict: str = ""
    starts: date | None = None


@dataclass(frozen=True)
class Entry:
    """Everything that differs in one standard, parameter …"""

    part: str
    name: str
    label: str
    lines: tuple[Line, ...]
    read_by: tuple[str, ...] = ()

    @property
    def weakened(self) -> bool:
        return any(line.verdict in changes.WEAKENED for line in self.lines)


@dataclass(frozen=True)
class Section:
    part: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Speaker:
    """Tells a difference to one reader, each side in the labels of its own pack."""

    difference: Difference
    language: str = "en"
    translate: Callable[[str], str] = str

    @property
    def words(self) -> tuple[Words, Words]:
        made = (Words(pack, self.language, self.translate) for pack in (self.difference.before, self.difference.after))
        before, after = made
        return before, after

    def sections(self) -> list[Section]:
        """Every part of the packs in which something differs, the rules first."""
        found = {part: self._entries(part) for part in changes.PARTS}
        return [Section(part, self.translate(PARTS[part]), entries) for part, entries in found.items() if entries]

    def verdict(self) -> str:
        """In one sentence, whether something was weakened."""
        weakened, untold = len(self.difference.weakened), len(self.difference.untold)
        if not self.difference.changes:
            return self.translate(N_("Nothing differs."))
        if weakened:
            said = N_("Weakened ({count}): rules that ask for less, or find less, than before.")
            return self._say(said, count=weakened) + (" " + self._untold(untold) if untold else "")
        if untold:
            return self.translate(N_("No rule is seen to be weakened.")) + " " + self._untold(untold)
        return self.translate(N_("Nothing is weakened."))

    def days(self) -> str:
        """Whose numbers were held against each other."""
        days, before, after = self.difference.days, self.difference.before.id, self.difference.after.id
        if not days:
            return self.translate(N_("There is no day on which both packs have all the numbers they need."))
        if any(each.before != each.after for each in days):
            said = N_("The packs are not in force together: numbers of {before} on {first}, of {after} on {second}.")
            return self._say(said, before=before, first=days[0].before, after=after, second=days[0].after)
        if len(days) == 1:
            return self._say(N_("Numbers of {day}."), day=days[0].before)
        said = N_("Numbers of each day on which one may change, from {first} to {last}.")
        return self._say(said, first=days[0].before, last=days[-1].before)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """A row per difference, as it goes into files: part, name, label, field, from, before, after, verdict, effect."""
        for section in self.sections():
            for entry in section.entries:
                for line in entry.lines:
                    starts = line.starts.isoformat() if line.starts else ""
                    yield (
                        entry.part, entry.name, entry.label, line.field, starts, line.before, line.after, line.verdict,
                        line.effect,
                    )  # fmt: skip

    def _say(self, template: str, **named: object) -> str:
        return self.translate(template).format(**named)

    def _untold(self, count: int) -> str:
        return self._say(N_("Cannot be told from the text ({count}): see below."), count=count)

    def _entries(self, part: str) -> tuple[Entry, ...]:
        names = dict.fromkeys(change.name for change in self.difference.changes if change.part == part)
        return tuple(self._entry(part, name) for name in names)

    def _entry(self, part: str, name: str) -> Entry:
        own = [change for change in self.difference.changes if (change.part, change.name) == (part, name)]
        read_by: tuple[str, ...] = ()
        if part == "parameter" and any(change.field in ("value", "computed") for change in own):
            pack = self.difference.after
            if name in pack.parameters:
                read_by = tuple(self._label(kind, reader) for kind, reader in changes.readers(pack, name))
        return Entry(part, name, self._label(part, name), tuple(self._line(change) for change in own), read_by)

    def _label(self, part: str, name: str) -> str:
        if part == "pack":
            return self.difference.after.title.in_language(self.language)
        if name == ANY_LIST:
            return self.translate(N_("All lists together"))
        for pack in (self.difference.after, self.difference.before):
            group = _group(pack, part)
            if name in group:
                label: Text = group[name].label  # type: ignore[attr-defined]
                return label.in_language(self.language)
        return name

    def _line(self, change: Change) -> Line:
        field = self.translate(FIELDS[change.field])
        effect = self.translate(_effect(change)) if change.verdict else ""
        before, after = self._sides(change)
        return Line(field, before, after, effect, change.verdict, change.starts)

    def _sides(self, change: Change) -> tuple[str, str]:
        if change.field in ("added", "removed", "effect"):
            return "", ""
        unit = self._units(change)
        sides = zip((change.before, change.after), self.words, unit, strict=True)
        return tuple(_said(value, words, change.field, unit) for value, words, unit in sides)  # type: ignore[return-value]

    def _units(self, change: Change) -> tuple[str, str]:
        packs = self.difference.before, self.difference.after
        group = (pack.parameters for pack in packs)
        units = (
            [g[change.name].unit if change.name in g else "" for g in group] if change.part == "parameter" else ["", ""]
        )
        return units[0], units[1]


def markdown(speaker: Speaker) -> str:
    """The whole difference as a document."""
    say, (before, after) = speaker.translate, (speaker.difference.before, speaker.difference.after)
    titles = [f"{pack.title.in_language(speaker.language)} (`{pack.id}` {pack.version})" for pack in (before, after)]
    lines = [f"# {titles[0]} → {titles[1]}", "", f"**{speaker.verdict()}** {speaker.days()}"]
    for section in speaker.sections():
        lines += ["", f"## {section.title}"]
        for entry in section.entries:
            lines += ["", f"### {entry.label}" + (f" (`{entry.name}`)" if entry.name != ANY_LIST else ""), ""]
            lines += [_markdown_line(line, say) for line in entry.lines]
            if entry.read_by:
                lines.append(f"- {say(N_('Read by'))}: {say(N_(', ')).join(entry.read_by)}")
    return "\n".join(lines) + "\n"


def _markdown_line(line: Line, say: Callable[[str], str]) -> str:
    field = line.field + (f" {line.starts}" if line.starts else "")
    told = f"{line.before or '–'} → {line.after or '–'}" if line.before or line.after else ""
    effect = f"**{line.effect}**" if line.effect else ""
    return f"- {field}" + (f": {'; '.join(part for part in (told, effect) if part)}" if told or effect else "")


def _effect(change: Change) -> str:
    if change.verdict == changes.UNTOLD:
        return UNTOLD
    if change.field in ("added", "removed"):
        return _WHOLE[change.part, change.verdict]
    if change.name == ANY_LIST:
        return _ANYBODY[change.verdict]
    return {"standard": _OF_STANDARD, "cohort": _OF_COHORT, "check": _OF_CHECK}[change.part][change.verdict]


def _group(pack: Pack, part: str) -> Mapping[str, object]:
    groups: dict[str, Mapping[str, object]] = {
        "standard": pack.standards, "cohort": pack.cohorts, "check": pack.checks, "parameter": pack.parameters,
        "derived": pack.derived, "variable": pack.variables,
    }  # fmt: skip
    return groups[part]


_ENTITIES = {"household": N_("household"), "person": N_("person")}


def _said(value: object, words: Words, field: str, unit: str) -> str:
    """A value of a pack in words; nothing where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, DatedValue):
        return _dated(value, words, unit)
    if isinstance(value, tuple):
        return words.joined([words.label(str(item)) for item in value], N_(", "))
    for kind, phrase in _PHRASES.items():
        if isinstance(value, kind):
            return phrase(value, words)
    return _word(str(value), words, field)


_PHRASES: dict[type, Callable[..., str]] = {
    Formula: lambda value, words: words.of(value.tree),
    Text: lambda value, words: value.in_language(words.language),
    Source: source_line,
    ReadFrom: lambda value, words: f"{words.label(value.identifier)}: {value.part}",
    Mapping: lambda value, words: "; ".join(
        f"{code} {said.in_language(words.language)}" for code, said in value.items()
    ),
    bool: lambda value, words: words.value(value),
    Decimal: lambda value, words: words.value(value, unit=""),
    date: lambda value, words: value.isoformat(),
}


def _word(value: str, words: Words, field: str) -> str:
    if field == "mended_by" and value in words.pack.roles:
        return words.pack.roles[value].in_language(words.language)
    if field == "unit":
        return words.unit(value)
    known = {"severity": SEVERITIES, "status": STATUS, "entity": _ENTITIES}.get(field, {})
    return words.say(known[value]) if value in known else value


def _dated(value: DatedValue, words: Words, unit: str) -> str:
    said = [words.value(value.value, unit=unit)]
    if value.ends:
        said.append(words.say(N_("to {day}"), day=value.ends.isoformat()))
    if not value.verified:
        said.append(words.say(N_("not verified")))
    source = source_line(value.source, words)
    return words.joined(said, N_(", ")) + (f" ({source})" if source else "")
