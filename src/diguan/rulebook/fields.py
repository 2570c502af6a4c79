"""Reads the entries of one YAML mapping as the fields of one thing, and gathers what is wrong with them."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from decimal import Decimal, InvalidOperation

from diguan.rulebook.pack import Document, Formula, Source, Value
from diguan.rulebook.parsing import ExpressionRefused, parse
from diguan.rulebook.problems import N_, Position, Problem, suggestion
from diguan.rulebook.texts import LANGUAGES, Text, plain
from diguan.rulebook.yaml_positions import Mapping, Node, Scalar, Sequence

NAME = re.compile(r"[a-z][a-z0-9_]*")
DOCUMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TRUE, _FALSE = ("true", "yes"), ("false", "no")


class Fields:
    """One mapping being read; `done` reports the keys that nobody asked for."""

    def __init__(self, node: Node, problems: list[Problem]) -> None:
        self.at = node.at
        self.problems = problems
        self.asked: list[str] = []
        self.node = node if isinstance(node, Mapping) else Mapping({}, {}, node.at)
        if not isinstance(node, Mapping):
            self.problem(node.at, N_("A mapping of names to values is needed here."))

    def problem(self, at: Position, template: str, remedy: str = "", **values: object) -> None:
        self.problems.append(Problem(at, template, values, remedy))

    def get(self, key: str, required: bool = False) -> Node | None:
        self.asked.append(key)
        node = self.node.entries.get(key)
        if isinstance(node, Scalar) and not node.quoted and node.text in ("", "~", "null"):
            node = None
        if node is None and required:
            self.problem(self.at, N_("“{word}” is missing."), N_("add {word}: …"), word=key)
        return node

    def word(self, key: str, required: bool = False, default: str = "") -> str:
        node = self.get(key, required)
        if node is None:
            return default
        if not isinstance(node, Scalar):
            self.problem(node.at, N_("“{word}” must be one value."), word=key)
            return default
        return node.text

    def choice(self, key: str, choices: Iterable[str], default: str = "") -> str:
        node = self.get(key, required=not default)
        if node is None:
            return default
        found = node.text if isinstance(node, Scalar) else ""
        if found not in choices:
            self.problem(
                node.at,
                N_("“{word}” is not possible here."),
                N_("write one of: {choices}"),
                word=found,
                choices=list(choices),
            )
            return default or next(iter(choices))
        return found

    def text(self, key: str, required: bool = False) -> Text:
        node = self.get(key, required)
        return Text() if node is None else self._text(node)

    def _text(self, node: Node) -> Text:
        if isinstance(node, Scalar):
            return plain(node.text.strip())
        if isinstance(node, Sequence):
            self.problem(node.at, N_("A text is needed here, not a list."))
            return Text()
        texts: dict[str, str] = {}
        for key, value in node:
            if key.text not in LANGUAGES or not isinstance(value, Scalar):
                self.problem(
                    key.at,
                    N_("“{word}” is not a language of texts."),
                    N_("write one of: {choices}"),
                    word=key.text,
                    choices=list(LANGUAGES),
                )
            else:
                texts[key.text] = value.text.strip()
        return Text(texts)

    def date(self, key: str, required: bool = False) -> dt.date | None:
        node = self.get(key, required)
        return None if node is None else self.as_date(node)

    def as_date(self, node: Node) -> dt.date | None:
        text = node.text if isinstance(node, Scalar) else ""
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
                raise ValueError
            return dt.date.fromisoformat(text)
        except ValueError:
            self.problem(node.at, N_("“{word}” is not a date."), N_("write it as 2020-05-29"), word=text)
            return None

    def truth(self, key: str, default: bool) -> bool:
        node = self.get(key)
        return default if node is None else bool(self.as_truth(node))

    def as_truth(self, node: Node) -> bool | None:
        text = node.text.lower() if isinstance(node, Scalar) else ""
        if text not in (*_TRUE, *_FALSE):
            self.problem(node.at, N_("“{word}” is neither true nor false."), N_("write true or false"), word=text)
            return None
        return text in _TRUE

    def number(self, key: str, required: bool = False) -> Decimal | None:
        node = self.get(key, required)
        return None if node is None else self.as_number(node)

    def as_number(self, node: Node) -> Decimal | None:
        text = node.text.replace("_", "") if isinstance(node, Scalar) else ""
        try:
            number = Decimal(text)
            if not number.is_finite() or abs(number) >= 10**12 or number != round(number, 6):
                raise InvalidOperation
            return number
        except InvalidOperation:
            self.problem(
                node.at,
                N_("“{word}” is not a number."),
                N_("write digits with a point, such as 1250 or 0.6"),
                word=text,
            )
            return None

    def value(self, node: Node, kind: str, codes: Iterable[str] = ()) -> Value | None:
        """A value of a dictionary type; None after a problem has been noted."""
        if kind == "boolean":
            return self.as_truth(node)
        if kind == "date":
            return self.as_date(node)
        if kind in ("integer", "decimal", "money"):
            number = self.as_number(node)
            if kind == "integer" and number is not None:
                if number != number.to_integral_value():
                    self.problem(node.at, N_("“{word}” is not a whole number."), word=number)
                return int(number)
            return number
        text = node.text if isinstance(node, Scalar) else ""
        if kind in ("code", "identifier") and text not in codes:
            self.problem(
                node.at,
                N_("“{word}” is not in the code list."),
                N_("write one of: {choices}"),
                **suggestion(text, codes),
            )
            return None
        return text

    def formula(self, key: str, required: bool = False) -> Formula | None:
        node = self.get(key, required)
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.problem(node.at, N_("An expression is needed here."))
            return None
        try:
            return Formula(node.text.strip(), parse(node.text), node)
        except ExpressionRefused as refused:
            self.refused(node, refused)
            return None

    def refused(self, node: Scalar, refused: ExpressionRefused) -> None:
        self.problems.append(Problem(node.position(*refused.at), refused.template, refused.values, refused.remedy))

    def source(self, documents: Map[str, Document], key: str = "source", required: bool = False) -> Source:
        node = self.get(key, required)
        if node is None:
            return Source()
        fields = Fields(node, self.problems)
        name = fields.word("document")
        document = documents.get(name)
        if name and document is None:
            at = fields.node.entries["document"].at
            fields.problem(
                at,
                N_("There is no document “{word}” in pack.yaml."),
                N_("did you mean: {choices}"),
                **suggestion(name, documents),
            )
        source = Source(document, fields.text("clause"), fields.text("quote"), fields.text("note"))
        fields.done()
        return source

    def each(self, key: str, required: bool = False, names: re.Pattern[str] = NAME) -> Iterator[tuple[str, "Fields"]]:
        """The entries below `key`, each as fields; names must be lower-case words."""
        node = self.get(key, required)
        if node is None:
            return
        for name, child in Fields(node, self.problems).node:
            if not names.fullmatch(name.text):
                self.problem(
                    name.at,
                    N_("“{word}” cannot be a name."),
                    N_("use lower-case letters, digits and _, beginning with a letter"),
                    word=name.text,
                )
            inner = Fields(child, self.problems)
            inner.at = name.at
            yield name.text, inner

    def items(self, key: str, required: bool = False) -> list["Fields"]:
        node = self.get(key, required)
        if node is None:
            return []
        if not isinstance(node, Sequence):
            self.problem(node.at, N_("A list is needed here."))
            return []
        if not node.items and required:
            self.problem(node.at, N_("The list is empty."), N_("write at least one entry"))
        return [Fields(item, self.problems) for item in node.items]

    def words(self, key: str) -> tuple[str, ...]:
        node = self.get(key)
        if node is None:
            return ()
        if not isinstance(node, Sequence) or not all(isinstance(item, Scalar) for item in node.items):
            self.problem(node.at, N_("A list of words is needed here."))
            return ()
        return tuple(item.text for item in node.items if isinstance(item, Scalar))

    def done(self) -> None:
        for key, _ in self.node:
            if key.text not in self.asked:
                self.problem(
                    key.at,
                    N_("“{word}” is not a field here."),
                    N_("did you mean: {choices}"),
                    **suggestion(key.text, self.asked),
                )
