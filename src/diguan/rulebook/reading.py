"""The files of one pack folder, read into the parts of a pack; checks across files are in `checking`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from diguan.rulebook import identifiers
from diguan.rulebook import pack as parts
from diguan.rulebook.fields import DOCUMENT_NAME, Fields
from diguan.rulebook.problems import N_, Position, Problem
from diguan.rulebook.texts import Text
from diguan.rulebook.yaml_positions import Mapping, read

VALUE_TYPES = ("boolean", "integer", "decimal", "money", "date", "code", "text")
VARIABLE_TYPES = (*VALUE_TYPES, "identifier")
PROTECTIONS = ("open", "personal", "sensitive")
TRIAL = "trial"  # tried out, and in force nowhere
STATUSES = ("draft", "in_force", "withdrawn", TRIAL)
TONES = ("poor", "return", "near", "plain")
SEVERITIES = ("error", "warning", "notice")


@dataclass
class Folder:
    """Everything one folder declares, before it is laid over the pack it extends."""

    path: Path
    id: str = ""
    version: str = ""
    title: Text = field(default_factory=Text)
    authority: Text = field(default_factory=Text)
    summary: Text = field(default_factory=Text)
    status: str = "draft"
    currency: str = ""
    starts: date | None = None
    ends: date | None = None
    extends: str = ""
    extends_at: Position | None = None
    weight: parts.Formula | None = None
    income: parts.IncomeView | None = None
    income_at: Position | None = None
    identity: parts.Identity | None = None
    identity_at: Position | None = None
    documents: dict[str, parts.Document] = field(default_factory=dict)
    sources: dict[str, Text] = field(default_factory=dict)
    roles: dict[str, Text] = field(default_factory=dict)
    variables: dict[str, parts.Variable] = field(default_factory=dict)
    parameters: dict[str, parts.Parameter] = field(default_factory=dict)
    derived: dict[str, parts.Derived] = field(default_factory=dict)
    standards: dict[str, parts.Standard] = field(default_factory=dict)
    cohorts: dict[str, parts.Cohort] = field(default_factory=dict)
    checks: dict[str, parts.Check] = field(default_factory=dict)
    campaigns: dict[str, parts.Campaign] = field(default_factory=dict)
    series: dict[str, parts.Series] = field(default_factory=dict)
    designations: dict[str, parts.Designation] = field(default_factory=dict)


def read_folder(path: Path, inherited: dict[str, parts.Document], problems: list[Problem]) -> Folder:
    """Read every file of a pack; faults go to `problems`. `inherited` are documents of the packs it extends."""
    folder = Folder(path)
    read_head(folder, problems)
    documents = {**inherited, **folder.documents}
    for name, reader in _FILES.items():
        file = path / name
        if file.exists():
            root = Fields(read(file), problems)
            reader(folder, root, documents)
            root.done()
    return folder


def read_head(folder: Folder, problems: list[Problem]) -> None:
    """pack.yaml."""
    fields = Fields(read(folder.path / "pack.yaml"), problems)
    folder.id = fields.word("id", required=True)
    folder.version = fields.word("version", required=True)
    folder.title, folder.authority = fields.text("title", required=True), fields.text("authority")
    folder.summary = fields.text("summary")
    folder.status = fields.choice("status", STATUSES, default="draft")
    folder.currency = fields.word("currency")
    folder.extends = fields.word("extends")
    folder.extends_at = fields.node.entries["extends"].at if folder.extends else None
    period = fields.get("in_force", required=True)
    if period is not None:
        inner = Fields(period, problems)
        folder.starts, folder.ends = inner.date("from", required=True), inner.date("to")
        inner.done()
        if folder.starts and folder.ends and folder.ends < folder.starts:
            inner.problem(inner.at, N_("The period ends before it begins."))
    for name, entry in fields.each("documents", names=DOCUMENT_NAME):
        folder.documents[name] = parts.Document(
            name,
            entry.text("title", required=True),
            entry.text("issuer"),
            entry.word("number"),
            entry.word("date"),
            entry.word("url"),
        )
        entry.done()
    roles = fields.get("roles")
    if roles is not None:
        reader = Fields(roles, problems)
        folder.roles = {key.text: reader.text(key.text, required=True) for key, _node in reader.node}
    folder.weight = fields.formula("weight")
    _income(folder, fields)
    _identity(folder, fields)
    fields.done()


def _income(folder: Folder, fields: Fields) -> None:
    node = fields.get("income")
    if node is None:
        return
    inner = Fields(node, fields.problems)
    per_person, line = inner.word("per_person", required=True), inner.word("line", required=True)
    folder.income = parts.IncomeView(inner.words("components"), inner.words("costs"), per_person, line)
    folder.income_at = node.at
    inner.done()


def _identity(folder: Folder, fields: Fields) -> None:
    node = fields.get("identity")
    if node is None:
        return
    inner = Fields(node, fields.problems)
    sex, male, female = "", "", ""
    if (said := inner.get("sex")) is not None:
        of_sex = Fields(said, fields.problems)
        sex, male, female = (of_sex.word(name, required=True) for name in ("variable", "male", "female"))
        of_sex.done()
    numbers, birth_date, relation = inner.words("numbers"), inner.word("birth_date"), inner.word("relation")
    folder.identity = parts.Identity(numbers, birth_date, sex, male, female, relation)
    folder.identity_at = node.at
    inner.done()


def _dictionary(folder: Folder, root: Fields, _: dict[str, parts.Document]) -> None:
    sources = root.get("sources")
    if sources is not None:
        reader = Fields(sources, root.problems)
        folder.sources = {key.text: reader.text(key.text) for key, _node in reader.node}
    for name, entry in root.each("variables"):
        kind = entry.choice("type", VARIABLE_TYPES)
        codes = _codes(entry, kind)
        folder.variables[name] = parts.Variable(
            name=name,
            entity="person" if entry.choice("entity", ("household", "person")) == "person" else "household",
            type=kind,
            label=entry.text("label", required=True),
            question=entry.text("question"),
            note=entry.text("note"),
            unit=entry.word("unit"),
            codes=codes,
            min=entry.number("min"),
            max=entry.number("max"),
            sources=entry.words("sources"),
            protection=entry.choice("protection", PROTECTIONS, default="personal"),
            basis=entry.text("basis"),
            at=entry.at,
            scheme=entry.choice("scheme", identifiers.SCHEMES) if kind == "identifier" else "",
            read_from=_read_from(entry),
        )
        entry.get("example")
        entry.done()


def _codes(entry: Fields, kind: str) -> dict[str, Text]:
    if kind == "identifier":
        return dict(identifiers.STATES)
    node = entry.get("codes", required=kind == "code")
    if node is None:
        return {}
    reader = Fields(node, entry.problems)
    codes = {key.text: reader.text(key.text) for key, _node in reader.node}
    if kind != "code":
        entry.problem(node.at, N_("Only a variable of type code has codes."), N_("write type: code"))
    elif not codes and isinstance(node, Mapping):
        entry.problem(node.at, N_("The list is empty."), N_("write at least one entry"))
    return codes


def _read_from(entry: Fields) -> parts.ReadFrom | None:
    node = entry.get("read_from")
    if node is None:
        return None
    inner = Fields(node, entry.problems)
    found = parts.ReadFrom(inner.word("identifier", required=True), inner.word("part", required=True))
    inner.done()
    return found


def _parameters(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("parameters"):
        kind = entry.choice("type", tuple(t for t in VALUE_TYPES if t != "code"))
        computed = entry.formula("computed")
        values: list[parts.DatedValue] = []
        for item in entry.items("values", required=computed is None and entry.get("computed") is None):
            value = _dated_value(item, kind, documents)
            if value is not None:
                values.append(value)
        folder.parameters[name] = parts.Parameter(
            name, kind, entry.word("unit"), entry.text("label", required=True), tuple(values), computed,
            entry.source(documents), entry.truth("verified", default=True), entry.at, *_bounds(entry, kind),
        )  # fmt: skip
        if values and computed:
            entry.problem(
                entry.at, N_("“{word}” is both computed and given."), N_("keep computed: or values:"), word=name
            )
        entry.done()


def _bounds(entry: Fields, kind: str) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest value that a parameter may be given."""
    least, greatest = entry.number("min"), entry.number("max")
    if kind not in ("integer", "decimal", "money") and (least is not None or greatest is not None):
        entry.problem(entry.at, N_("Only a number has a least or a greatest value."), N_("leave out min: and max:"))
    return least, greatest


def _dated_value(item: Fields, kind: str, documents: dict[str, parts.Document]) -> parts.DatedValue | None:
    starts, ends = item.date("from", required=True), item.date("to")
    node = item.get("value", required=True)
    value = None if node is None else item.value(node, kind)
    source = item.source(documents, required=True)
    verified = item.truth("verified", default=False)
    other = item.get("instead_of")
    instead_of = None if other is None else item.value(other, kind)
    item.done()
    if starts and ends and ends < starts:
        item.problem(item.at, N_("The period ends before it begins."))
        return None
    if value is None or starts is None:
        return None
    return parts.DatedValue(value, starts, ends, source, verified, item.at, instead_of)


def _derived(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("derived"):
        formula = entry.formula("formula", required=True)
        entity = entry.choice("entity", ("household", "person"))
        kind = entry.choice("type", VALUE_TYPES)
        label, note, unit = entry.text("label", required=True), entry.text("note"), entry.word("unit")
        source = entry.source(documents)
        if formula is not None:
            folder.derived[name] = parts.Derived(
                name,
                "person" if entity == "person" else "household",
                kind,
                unit,
                label,
                note,
                formula,
                source,
                entry.at,
            )
        entry.done()


def _standards(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("standards"):
        applies, met = entry.formula("applies_when"), entry.formula("met_when", required=True)
        standard = (
            entry.text("label", required=True), entry.text("text"), entry.text("note"),
            entry.source(documents, required=True), entry.truth("verified", default=True),
        )  # fmt: skip
        entry.done()
        if met is not None:
            label, text, note, source, verified = standard
            folder.standards[name] = parts.Standard(name, label, text, note, applies, met, source, verified, entry.at)


def _cohorts(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("cohorts"):
        member = entry.formula("member_when", required=True)
        label, text = entry.text("label", required=True), entry.text("text")
        tone = entry.choice("tone", TONES, default="plain")
        source = entry.source(documents, required=True)
        entry.done()
        if member is not None:
            folder.cohorts[name] = parts.Cohort(name, label, text, tone, member, source, entry.at)


def _checks(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("checks"):
        fault = entry.formula("fault_when", required=True)
        entity = entry.choice("entity", ("household", "person"))
        severity, mended_by = entry.choice("severity", SEVERITIES), entry.word("mended_by", required=True)
        label, text = entry.text("label", required=True), entry.text("text", required=True)
        how, source = entry.text("how"), entry.source(documents, required=True)
        verified = entry.truth("verified", default=True)
        entry.done()
        if fault is not None:
            folder.checks[name] = parts.Check(
                name, "person" if entity == "person" else "household", label, text, fault, severity, mended_by,
                how, source, verified, entry.at,
            )  # fmt: skip


def _campaigns(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("campaigns"):
        label, goal = entry.text("label", required=True), entry.text("goal")
        starts, deadline = entry.date("starts"), entry.date("deadline", required=True)
        baseline_on, persons, source, verified = None, {}, parts.Source(), False
        node = entry.get("baseline")
        if node is not None:
            inner = Fields(node, root.problems)
            baseline_on = inner.date("as_of", required=True)
            counts = inner.get("persons", required=True)
            if isinstance(counts, Mapping):
                persons = {key.text: int(str(inner.value(value, "integer") or 0)) for key, value in counts}
            source, verified = inner.source(documents, required=True), inner.truth("verified", default=False)
            inner.done()
        entry.done()
        if deadline is not None:
            folder.campaigns[name] = parts.Campaign(
                name, label, goal, starts, deadline, baseline_on, persons, source, verified
            )


def _series(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("series"):
        points = []
        for item in entry.items("points", required=True):
            as_of = item.date("as_of", required=True)
            top, bottom = item.number("numerator", required=True), item.number("denominator", required=True)
            point = (item.word("printed"), item.source(documents, required=True), item.truth("verified", default=False))
            item.done()
            if bottom == 0:
                item.problem(item.at, N_("A rate cannot be computed with a denominator of 0."))
            if as_of and top is not None and bottom:
                points.append(parts.SeriesPoint(as_of, top, bottom, *point))
        folder.series[name] = parts.Series(name, entry.text("label", required=True), entry.word("unit"), tuple(points))
        entry.done()


def _places(folder: Folder, root: Fields, documents: dict[str, parts.Document]) -> None:
    for name, entry in root.each("designations"):
        places = []
        for item in entry.items("places", required=True):
            code, place, level = item.word("code", required=True), item.word("name"), item.word("level")
            places.append(
                parts.DesignatedPlace(code, place, level, item.truth("verified", default=False), item.source(documents))
            )
            item.done()
        folder.designations[name] = parts.Designation(
            name, entry.text("label", required=True), entry.source(documents, required=True), tuple(places)
        )
        entry.done()


_FILES: dict[str, Callable[[Folder, Fields, dict[str, parts.Document]], None]] = {
    "dictionary.yaml": _dictionary,
    "parameters.yaml": _parameters,
    "derived.yaml": _derived,
    "standards.yaml": _standards,
    "cohorts.yaml": _cohorts,
    "checks.yaml": _checks,
    "campaigns.yaml": _campaigns,
    "series.yaml": _series,
    "places.yaml": _places,
}
KNOWN_FILES = ("pack.yaml", *_FILES)
