"""A pack with other numbers, to be tried out: an ordinary pack of one layer more, which is in force nowhere.

The layer states the numbers that are tried, each where the one stood in whose place it comes and with that one's source
beside it. Being files like any pack, it is screened, explained, kept and replayed like any pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml

from diguan.rulebook import changes, checking, loading, rules
from diguan.rulebook import pack as parts
from diguan.rulebook.fields import Fields
from diguan.rulebook.problems import N_, Position, Problem, suggestion
from diguan.rulebook.reading import TRIAL
from diguan.rulebook.texts import Text
from diguan.rulebook.yaml_positions import Mapping as Entries
from diguan.rulebook.yaml_positions import Scalar

SUFFIX = "-what-if"
_STEP = {"integer": Decimal(1), "money": Decimal("0.01"), "decimal": Decimal("0.000001")}


@dataclass(frozen=True)
class Wanted:
    """What is to be tried on a day: values by parameter, as somebody wrote them.

    `numbers_of` is the day whose numbers the pack lends to the day `on`, where it is not in force on that one.
    """

    on: date
    values: Mapping[str, str] = field(default_factory=dict)
    numbers_of: date | None = None

    @property
    def day(self) -> date:
        return self.numbers_of or self.on


class ValuesRefused(Exception):
    """Values that cannot be tried; what is wrong with each, by parameter."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message() for problem in problems.values()))


def lay(pack: parts.Pack, wanted: Wanted, folder: Path) -> parts.Pack:
    """Write a pack that is `pack` with other numbers into `folder`, beside those it rests on, and load it.

    It covers the days of `pack`, or the day `on` alone when that borrows the numbers of another day.
    Raises: ValuesRefused; PeriodNotCovered when the pack is not in force on the day whose numbers count; PackChanged.
    """
    rules.check_in_force(pack, wanted.day)
    values = read(pack, wanted)
    loading.keep(pack, folder)
    own = folder / f"{pack.id}{SUFFIX}"
    own.mkdir()
    borrows = wanted.day != wanted.on
    starts, ends = (wanted.on, wanted.on) if borrows else (pack.starts, pack.ends)
    head = {
        "id": own.name, "version": pack.version, "title": _text(pack.title), "status": TRIAL, "extends": pack.id,
        "in_force": {"from": starts, **({"to": ends} if ends else {})},
    }  # fmt: skip
    _write(own / "pack.yaml", head)
    changed = _borrowed(pack, wanted) if borrows else {}
    changed |= {name: _tried(pack.parameters[name], value, wanted, pack) for name, value in values.items()}
    if changed:
        _write(own / "parameters.yaml", {"parameters": {name: _parameter(*each) for name, each in changed.items()}})
    return loading.load(own)


def read(pack: parts.Pack, wanted: Wanted) -> dict[str, parts.Value]:
    """The values in the types of their parameters. Raises: ValuesRefused with what is wrong with each of them."""
    found: dict[str, parts.Value] = {}
    wrong: dict[str, Problem] = {}
    for name, text in wanted.values.items():
        problems: list[Problem] = []
        at = Position(Path(name))
        value = _value(pack, name, Scalar(text.strip(), at, "", text.strip()), problems)
        if problems:
            wrong[name] = problems[0]
        elif value is not None:
            found[name] = value
    if wrong:
        raise ValuesRefused(wrong)
    return found


def _value(pack: parts.Pack, name: str, written: Scalar, problems: list[Problem]) -> parts.Value | None:
    parameter = pack.parameters.get(name)
    if parameter is None:
        known = suggestion(name, pack.parameters)
        problems.append(
            Problem(
                written.at, N_("The pack has no parameter “{word}”."), known, N_("did you mean: {choices}")
            )
        )  # fmt: skip
        return None
    if not decides(pack, name):
        said = N_("“{word}” decides no standard and no cohort: whatever it is, nobody's outcome is another.")
        problems.append(Problem(written.at, said, {"word": name}))
        return None
    value = Fields(Entries({}, {}, written.at), problems).value(written, parameter.type)
    if value is not None:
        problems += checking.out_of_bounds(parameter, value, written.at)
    return value


def decides(pack: parts.Pack, parameter: str) -> bool:
    """Whether some standard or cohort rests on a parameter; others are read by checks of the data alone, or shown."""
    return any(part != "check" for part, _ in changes.readers(pack, parameter))


def now(pack: parts.Pack, parameter: str, on: date) -> parts.DatedValue | None:
    """The value in force on a day; None where there is none, or it is computed over all households."""
    return rules.dated(pack.parameters[parameter].values, on)


def nudged(parameter: parts.Parameter, value: parts.Value, share: Decimal) -> tuple[Decimal, ...]:
    """A number made less and more by a share of itself, by one step of its type at least, within its bounds."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not parameter.is_number:
        return ()
    number, step = Decimal(value), _STEP[parameter.type]
    width = max(step, (abs(number) * share).quantize(step))
    asked = [number - width, number + width]
    least, greatest = parameter.min, parameter.max
    return tuple(each for each in asked if (least is None or each >= least) and (greatest is None or each <= greatest))


# ---- what is written ----

_Changed = tuple[parts.Parameter, parts.DatedValue]


def _tried(parameter: parts.Parameter, value: parts.Value, wanted: Wanted, pack: parts.Pack) -> _Changed:
    before = rules.dated(parameter.values, wanted.day)
    stands = rules.dated(parameter.values, wanted.on)
    if stands is not None:
        starts, ends = stands.starts, stands.ends
    else:
        starts, ends = (pack.starts, pack.ends) if parameter.computed is not None else (wanted.on, wanted.on)
    source = before.source if before else parameter.source
    instead_of = before.value if before else None
    return parameter, parts.DatedValue(value, starts, ends, source, False, parameter.at, instead_of)


def _borrowed(pack: parts.Pack, wanted: Wanted) -> dict[str, _Changed]:
    """Every number of another day, put where the one of the day stood."""
    found: dict[str, _Changed] = {}
    for name, parameter in pack.parameters.items():
        lent, stands = rules.dated(parameter.values, wanted.day), rules.dated(parameter.values, wanted.on)
        if lent is not None:
            starts, ends = (stands.starts, stands.ends) if stands else (wanted.on, wanted.on)
            found[name] = parameter, replace(lent, starts=starts, ends=ends)
    return found


def _parameter(parameter: parts.Parameter, value: parts.DatedValue) -> dict[str, object]:
    item: dict[str, object] = {"from": value.starts, **({"to": value.ends} if value.ends else {})}
    item |= {"value": _plain(value.value), "verified": value.verified, "source": _source(value.source)}
    item |= {} if value.instead_of is None else {"instead_of": _plain(value.instead_of)}
    unit = {"unit": parameter.unit} if parameter.unit else {}
    return {"type": parameter.type, **unit, "label": _text(parameter.label), "values": [item]}


def _source(source: parts.Source) -> dict[str, object]:
    named: dict[str, object] = {"document": source.document.id} if source.document else {}
    texts = {"clause": source.clause, "quote": source.quote, "note": source.note}
    return named | {name: _text(text) for name, text in texts.items() if text}


def _text(text: Text) -> object:
    return text.by_language[""] if "" in text.by_language else dict(text.by_language)


def _plain(value: parts.Value) -> object:
    """A value as YAML writes it; a number with a point as text, which is read as it stands."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else f"{value:f}"
    return value


def _write(file: Path, content: Mapping[str, object]) -> None:
    file.write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=120), "utf-8")
