"""What a pack holds once it has been read and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from diguan.rulebook import tree
from diguan.rulebook.problems import Position
from diguan.rulebook.texts import Text
from diguan.rulebook.types import Entity, Type
from diguan.rulebook.yaml_positions import Scalar

Value = bool | int | Decimal | str | date


@dataclass(frozen=True)
class Document:
    id: str
    title: Text
    issuer: Text
    number: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True)
class Source:
    """Where a number or a rule comes from."""

    document: Document | None = None
    clause: Text = field(default_factory=Text)
    quote: Text = field(default_factory=Text)
    note: Text = field(default_factory=Text)


@dataclass(frozen=True)
class Formula:
    """An expression as written, as a tree, and where it stands."""

    text: str
    tree: tree.Expression
    written: Scalar

    def position(self, line: int, column: int) -> Position:
        return self.written.position(line, column)


@dataclass(frozen=True)
class ReadFrom:
    """The part of an identifier that is this variable's value; nobody states it by itself."""

    identifier: str
    part: str


@dataclass(frozen=True)
class Variable:
    name: str
    entity: Entity
    type: str  # as declared: boolean integer decimal money date code text identifier
    label: Text
    question: Text
    note: Text
    unit: str
    codes: Mapping[str, Text]
    min: Decimal | None
    max: Decimal | None
    sources: tuple[str, ...]
    protection: str
    basis: Text
    at: Position
    scheme: str = ""  # of an identifier: how its numbers are written
    read_from: ReadFrom | None = None

    @property
    def value_type(self) -> Type:
        return declared_type(self.type, self.codes)


@dataclass(frozen=True)
class DatedValue:
    value: Decimal | int | str | date | bool
    starts: date
    ends: date | None
    source: Source
    verified: bool
    at: Position
    # In a pack that is tried out: the value in whose place this one stands; the source is that value's.
    instead_of: Value | None = None


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str
    unit: str
    label: Text
    values: tuple[DatedValue, ...]
    computed: Formula | None
    source: Source
    verified: bool
    at: Position
    min: Decimal | None = None
    max: Decimal | None = None

    @property
    def is_number(self) -> bool:
        return self.type in ("integer", "decimal", "money")


@dataclass(frozen=True)
class Derived:
    name: str
    entity: Entity
    type: str
    unit: str
    label: Text
    note: Text
    formula: Formula
    source: Source
    at: Position
    result: Type | None = None  # the formula's own type, filled in by the checks


@dataclass(frozen=True)
class Standard:
    name: str
    label: Text
    text: Text
    note: Text
    applies_when: Formula | None
    met_when: Formula
    source: Source
    verified: bool
    at: Position


@dataclass(frozen=True)
class Cohort:
    name: str
    label: Text
    text: Text
    tone: str
    member_when: Formula
    source: Source
    at: Position


@dataclass(frozen=True)
class Check:
    """What cannot be right in the data: a fault where `fault_when` is true, of a household or of one person."""

    name: str
    entity: Entity
    label: Text
    text: Text
    fault_when: Formula
    severity: str
    mended_by: str  # one of the pack's roles
    how: Text
    source: Source
    verified: bool
    at: Position


@dataclass(frozen=True)
class Campaign:
    name: str
    label: Text
    goal: Text
    starts: date | None
    deadline: date
    baseline_on: date | None
    baseline_persons: Mapping[str, int]
    baseline_source: Source
    verified: bool


@dataclass(frozen=True)
class SeriesPoint:
    as_of: date
    numerator: Decimal
    denominator: Decimal
    printed: str
    source: Source
    verified: bool

    @property
    def rate(self) -> Decimal:
        return self.numerator / self.denominator


@dataclass(frozen=True)
class Series:
    name: str
    label: Text
    unit: str
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True)
class DesignatedPlace:
    code: str
    name: str
    level: str
    verified: bool
    source: Source


@dataclass(frozen=True)
class Designation:
    name: str
    label: Text
    source: Source
    places: tuple[DesignatedPlace, ...]


@dataclass(frozen=True)
class IncomeView:
    """How pages show income: parts, costs, the total per person and the line it is held against."""

    components: tuple[str, ...]
    costs: tuple[str, ...]
    per_person: str
    line: str


@dataclass(frozen=True)
class Identity:
    """Which variables of people say who somebody is; an empty name means that the dictionary has none.

    `numbers` are identifiers, the one that is compared first standing first; `male` and `female` are codes of `sex`.
    """

    numbers: tuple[str, ...] = ()
    birth_date: str = ""
    sex: str = ""
    male: str = ""
    female: str = ""
    relation: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(name for name in (*self.numbers, self.birth_date, self.sex, self.relation) if name)


@dataclass(frozen=True)
class Pack:
    id: str
    version: str
    title: Text
    authority: Text
    summary: Text
    status: str
    currency: str
    starts: date
    ends: date | None
    extends: tuple[str, ...]
    folder: Path
    layers: tuple[Path, ...]  # folders of those it extends, the farthest first, and its own
    digest: str
    documents: Mapping[str, Document]
    sources: Mapping[str, Text]
    roles: Mapping[str, Text]
    variables: Mapping[str, Variable]
    parameters: Mapping[str, Parameter]
    derived: Mapping[str, Derived]
    standards: Mapping[str, Standard]
    cohorts: Mapping[str, Cohort]
    checks: Mapping[str, Check]
    campaigns: Mapping[str, Campaign]
    series: Mapping[str, Series]
    designations: Mapping[str, Designation]
    weight: Formula | None
    income: IncomeView | None
    identity: Identity = Identity()

    def entity_of(self, name: str) -> Entity:
        """Whether a variable or derived variable is of households or of persons."""
        return self.variables[name].entity if name in self.variables else self.derived[name].entity

    def formulas(self) -> Iterator[Formula]:
        """Every expression of the pack."""
        for standard in self.standards.values():
            yield from (formula for formula in (standard.applies_when, standard.met_when) if formula is not None)
        yield from (derived.formula for derived in self.derived.values())
        yield from (cohort.member_when for cohort in self.cohorts.values())
        yield from (check.fault_when for check in self.checks.values())
        yield from (p.computed for p in self.parameters.values() if p.computed is not None)
        yield from (self.weight,) if self.weight is not None else ()

    def label_of(self, name: str) -> Text:
        """The label of a variable, derived variable, parameter, standard or cohort."""
        for group in (self.variables, self.derived, self.parameters, self.standards, self.cohorts):
            if name in group:
                return group[name].label
        return Text({"": name})


def declared_type(name: str, codes: Mapping[str, object] = {}) -> Type:
    """The type of expressions for a type as packs declare it; money is a decimal, an identifier the code of its state."""
    if name in ("code", "identifier"):
        return Type("code", frozenset(codes))
    return Type("decimal" if name == "money" else name)  # type: ignore[arg-type]
