"""Text of an expression to its tree: a closed subset of SQL, everything else refused with what to write instead."""

import logging
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError, TokenError

from diguan.rulebook import sql_positions, tree
from diguan.rulebook.problems import N_, suggestion

AGGREGATES = {
    "any_member": "any", "all_members": "all", "count_members": "count",
    "sum_members": "sum", "min_members": "min", "max_members": "max",
}  # fmt: skip
# name → (fewest, most arguments)
FUNCTIONS = {
    "safe_div": (2, 2), "age_on": (2, 2), "years_between": (2, 2), "months_between": (2, 2), "days_between": (2, 2),
    "least": (2, 20), "greatest": (2, 20), "abs": (1, 1), "round": (1, 2), "floor": (1, 1),
}  # fmt: skip
QUANTILES = {"weighted_median": 2, "weighted_quantile": 3}
KNOWN_FUNCTIONS = (*FUNCTIONS, *AGGREGATES, *QUANTILES, "met", "previous")
MOST_MONTHS = 600  # that a rule may look back

MOST_SIGNS = 20_000
MOST_PARENTHESES = 20  # one inside the other; more would exhaust the stack of a program that already stands deep in it
MOST_LEVELS = 100
_QUOTED = re.compile(r"'(?:[^']|'')*'")

# What the parser cannot read it takes for a command, and says so in a log that is not the author's.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_REFUSED: dict[type[exp.Expr], str] = {
    exp.Div: N_("write safe_div(a, b), which is unknown when b is 0"),
    exp.IntDiv: N_("write floor(safe_div(a, b))"),
    exp.Mod: N_("there is no remainder in rules"),
    exp.Coalesce: N_(
        "missing data is never a value: write CASE WHEN x IS NULL THEN … ELSE x END, so that the choice shows"
    ),
    exp.Cast: N_("there are no casts; give the variable its type in dictionary.yaml"),
    exp.TryCast: N_("there are no casts; give the variable its type in dictionary.yaml"),
    exp.Null: N_("write x IS NULL or x IS NOT NULL to ask whether a value is unknown"),
    exp.Like: N_("compare codes with = or IN (…)"),
    exp.ILike: N_("compare codes with = or IN (…)"),
    exp.Parameter: N_("write :name for a parameter"),
    exp.Subquery: N_("people are reached only through any_member(…), all_members(…), count_members(…) and the like"),
    exp.Select: N_("people are reached only through any_member(…), all_members(…), count_members(…) and the like"),
    exp.Star: N_("count_members() counts everybody"),
    exp.Count: N_("write count_members(…)"),
    exp.Sum: N_("write sum_members(…)"),
    exp.Min: N_("write min_members(…)"),
    exp.Max: N_("write max_members(…)"),
    exp.If: N_("write CASE WHEN … THEN … ELSE … END"),
    exp.CurrentDate: N_("write :as_of, the date of the screening"),
}


class ExpressionRefused(Exception):
    """Text outside the language; `at` is its offset in the text."""

    def __init__(self, at: tree.Offset, template: str, remedy: str = "", **values: object) -> None:
        self.at, self.template, self.remedy, self.values = at, template, remedy, values
        super().__init__(template.format_map(values) if values else template)


def parse(text: str) -> tree.Expression:
    """The tree of one expression.

    Raises: ExpressionRefused with the offset, what is wrong and what to write instead.
    """
    _check_size(text)
    try:
        statements = sqlglot.parse(text)
        found = [statement for statement in statements if statement is not None]
        if len(found) != 1:
            template = N_("The expression is empty.") if not found else N_("There is more than one expression here.")
            raise ExpressionRefused((0, 0), template, N_("write one expression, without a semicolon"))
        if sql_positions.levels(found[0]) > MOST_LEVELS:
            raise _too_deep()
        return _Reader(text, found[0]).read(found[0])
    except TokenError as error:
        raise ExpressionRefused(
            sql_positions.offset(text, text.rfind("'")), N_("A quotation mark is not closed.")
        ) from error
    except SqlglotError as error:
        detail = (getattr(error, "errors", None) or [{}])[0]
        at = (max(int(detail.get("line") or 1) - 1, 0), max(int(detail.get("col") or 1) - 1, 0))
        reason = str(detail.get("description") or error).strip().rstrip(".")
        if reason.startswith("Required keyword"):
            reason = "something is missing after this point"
        raise ExpressionRefused(at, N_("This is not an expression: {reason}."), reason=reason) from error
    except RecursionError as error:
        raise _too_deep() from error


@lru_cache(maxsize=10_000)
def is_name(word: str) -> bool:
    """Whether rules can mention something by this word, at the beginning of an expression and further on."""
    try:
        return parse(f"{word} = 1 AND ({word})") == tree.And(
            (tree.Compare("=", tree.Name(word), tree.Literal(1)), tree.Name(word))
        )
    except ExpressionRefused:
        return False


def _check_size(text: str) -> None:
    if len(text) > MOST_SIGNS:
        raise ExpressionRefused((0, 0), N_("The expression is too long."), N_("split it into derived variables"))
    depth = 0
    for sign in _QUOTED.sub("", text):
        depth += (sign == "(") - (sign == ")")
        if depth > MOST_PARENTHESES:
            raise _too_deep()


def _too_deep() -> ExpressionRefused:
    return ExpressionRefused((0, 0), N_("The expression is nested too deeply."), N_("split it into derived variables"))


class _Reader:
    """Turns sqlglot's tree into ours, node by node, by an allow-list."""

    def __init__(self, text: str, root: exp.Expr) -> None:
        self.text = text
        self.starts = sql_positions.starts(text, root)

    def read(self, node: exp.Expr) -> tree.Expression:
        for kinds, method in self._ALLOWED:
            if isinstance(node, kinds):
                return method(self, node)
        function = _function_name(node)
        if function is not None:
            return self._call(node, function)
        raise self._refused(node)

    def _offset(self, node: exp.Expr, word: str = "") -> tree.Offset:
        """Where a node begins: at `word` where it stands before the leftmost part, else at that part."""
        start = self.starts.get(id(node))
        if word or start is None:
            at_word = sql_positions.found(self.text, word or node.sql(), start)
            start = start if at_word is None else at_word
        return sql_positions.offset(self.text, start or 0)

    def _refused(self, node: exp.Expr) -> ExpressionRefused:
        remedy = next((text for kind, text in _REFUSED.items() if isinstance(node, kind)), "")
        written = node.sql()
        word = node.sql_name() if isinstance(node, exp.Func) else ""
        return ExpressionRefused(
            self._offset(node, word), N_("“{written}” cannot be used in a rule."), remedy, written=written[:60]
        )

    def _paren(self, node: exp.Expr) -> tree.Expression:
        return self.read(node.this)

    def _literal(self, node: exp.Expr) -> tree.Expression:
        at = self._offset(node)
        if node.is_string:
            return tree.Literal(node.this, at=at)
        try:
            number = Decimal(node.this)
        except InvalidOperation as error:
            raise ExpressionRefused(at, N_("“{written}” is not a number."), written=node.this) from error
        if abs(number) >= 10**12 or number != round(number, 6):
            raise ExpressionRefused(at, N_("Numbers have at most 12 digits before and 6 after the point."))
        return tree.Literal(
            int(number) if number == number.to_integral_value() and "." not in node.this else number, at=at
        )

    def _boolean(self, node: exp.Expr) -> tree.Expression:
        return tree.Literal(bool(node.this), at=self._offset(node))

    def _column(self, node: exp.Expr) -> tree.Expression:
        if isinstance(node, exp.Column) and len(node.parts) > 1:
            raise ExpressionRefused(
                self._offset(node), N_("“{written}” has a dot in it."), N_("names are single words"), written=node.sql()
            )
        return tree.Name(node.name, at=self._offset(node))

    def _parameter(self, node: exp.Expr) -> tree.Expression:
        name = node.name
        at = self._offset(node)
        if not name:
            raise ExpressionRefused(at, N_("A parameter needs a name."), N_("write :name"))
        return tree.ScreeningDate(at=at) if name == "as_of" else tree.Parameter(name, at=at)

    def _date(self, node: exp.Expr) -> tree.Expression:
        literal, target = node.this, node.args["to"]
        if not (isinstance(literal, exp.Literal) and literal.is_string and target.this == exp.DataType.Type.DATE):
            raise self._refused(node)
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", literal.this, re.ASCII):
                raise ValueError
            return tree.Literal(date.fromisoformat(literal.this), at=self._offset(node))
        except ValueError as error:
            raise ExpressionRefused(
                self._offset(node),
                N_("“{written}” is not a date."),
                N_("write DATE 'YYYY-MM-DD'"),
                written=literal.this,
            ) from error

    def _compare(self, node: exp.Expr) -> tree.Expression:
        return tree.Compare(
            _COMPARISONS[type(node)], self.read(node.this), self.read(node.expression), at=self._offset(node)
        )

    def _junction(self, node: exp.Expr) -> tree.Expression:
        parts = tuple(self.read(part) for part in node.flatten())
        return tree.And(parts, at=parts[0].at) if isinstance(node, exp.And) else tree.Or(parts, at=parts[0].at)

    def _not(self, node: exp.Expr) -> tree.Expression:
        return tree.Not(self.read(node.this), at=self._offset(node, "not"))

    def _in(self, node: exp.Expr) -> tree.Expression:
        choices = [self.read(item) for item in node.expressions]
        if not choices or not all(isinstance(choice, tree.Literal) for choice in choices):
            raise ExpressionRefused(self._offset(node), N_("IN needs a list of values."), N_("write x IN ('A', 'B')"))
        literals = tuple(choice for choice in choices if isinstance(choice, tree.Literal))
        return tree.In(self.read(node.this), literals, at=self._offset(node))

    def _between(self, node: exp.Expr) -> tree.Expression:
        if node.args.get("symmetric") is not None:
            raise self._refused(node)
        value, at = self.read(node.this), self._offset(node)
        low, high = self.read(node.args["low"]), self.read(node.args["high"])
        return tree.And((tree.Compare(">=", value, low, at=at), tree.Compare("<=", value, high, at=at)), at=at)

    def _is(self, node: exp.Expr) -> tree.Expression:
        if not isinstance(node.expression, exp.Null):
            raise ExpressionRefused(
                self._offset(node),
                N_("IS asks only whether a value is unknown."),
                N_("write x IS NULL, x = TRUE or NOT x"),
            )
        return tree.IsUnknown(self.read(node.this), at=self._offset(node))

    def _sum(self, node: exp.Expr) -> tree.Expression:
        terms: list[tree.Expression] = []
        negative: list[bool] = []
        for part, minus in ((node.this, False), (node.expression, isinstance(node, exp.Sub))):
            term = self.read(part)
            if isinstance(term, tree.Sum):
                terms += term.terms
                negative += [minus != sign for sign in term.negative]
            else:
                terms.append(term)
                negative.append(minus)
        return tree.Sum(tuple(terms), tuple(negative), at=terms[0].at)

    def _product(self, node: exp.Expr) -> tree.Expression:
        return tree.Product(self.read(node.this), self.read(node.expression), at=self._offset(node))

    def _negative(self, node: exp.Expr) -> tree.Expression:
        part = self.read(node.this)
        if (
            isinstance(part, tree.Literal)
            and isinstance(part.value, int | Decimal)
            and not isinstance(part.value, bool)
        ):
            return tree.Literal(-part.value, at=part.at)
        return tree.Sum((part,), (True,), at=part.at)

    def _case(self, node: exp.Expr) -> tree.Expression:
        at = self._offset(node, "case")
        if node.this is not None:
            raise ExpressionRefused(
                at, N_("CASE takes conditions."), N_("write CASE WHEN condition THEN value … ELSE value END")
            )
        if node.args.get("default") is None:
            raise ExpressionRefused(at, N_("CASE has no ELSE."), N_("say what holds otherwise: ELSE value"))
        branches = node.args["ifs"]
        return tree.Case(
            tuple(self.read(branch.this) for branch in branches),
            tuple(self.read(branch.args["true"]) for branch in branches),
            self.read(node.args["default"]),
            at=at,
        )

    def _call(self, node: exp.Expr, function: str) -> tree.Expression:
        at, written = self._offset(node, function), _arguments(node)
        if function in AGGREGATES:
            return self._aggregate(function, written, at)
        if function == "met":
            if len(written) != 1 or not isinstance(written[0], exp.Column):
                raise ExpressionRefused(at, N_("met() takes the name of a standard."), N_("write met(water)"))
            return tree.Met(written[0].name, at=at)
        if function == "previous":
            return self._previous(written, at)
        arguments = tuple(self.read(argument) for argument in written)
        if function in QUANTILES:
            return self._quantile(function, arguments, at)
        if function not in FUNCTIONS:
            raise ExpressionRefused(
                at,
                N_("There is no function “{word}”."),
                N_("did you mean: {choices}"),
                **suggestion(function, KNOWN_FUNCTIONS),
            )
        fewest, most = FUNCTIONS[function]
        self._count(function, len(arguments), fewest, most, at)
        return tree.Call(function, arguments, at=at)

    def _previous(self, written: list[exp.Expr], at: tree.Offset) -> tree.Expression:
        self._count("previous", len(written), 2, 2, at)
        name, months = (self.read(part) for part in written)
        if not isinstance(name, tree.Name):
            template = N_("previous() takes the name of a variable.")
            raise ExpressionRefused(name.at, template, N_("make a derived variable of it, and name that"))
        if (
            not isinstance(months, tree.Literal)
            or type(months.value) is not int
            or not 1 <= months.value <= MOST_MONTHS
        ):
            template = N_("previous() takes a whole number of months, 1 to {most}.")
            raise ExpressionRefused(months.at, template, N_("write previous(x, 12)"), most=MOST_MONTHS)
        return tree.Previous(name.name, months.value, at=at)

    def _aggregate(self, function: str, written: list[exp.Expr], at: tree.Offset) -> tree.Expression:
        kind = AGGREGATES[function]
        self._count(function, len(written), 0 if kind == "count" else 1, 1 if kind == "count" else 2, at)
        value = self.read(written[0]) if written else None
        where = self.read(written[1]) if len(written) > 1 else None
        return tree.Aggregate(kind, value, where, at=at)

    def _quantile(self, function: str, arguments: tuple[tree.Expression, ...], at: tree.Offset) -> tree.Expression:
        self._count(function, len(arguments), QUANTILES[function], QUANTILES[function], at)
        share: object = Decimal("0.5")
        if len(arguments) == 3:
            share = arguments[2].value if isinstance(arguments[2], tree.Literal) else None
        if not isinstance(share, Decimal | int) or not 0 < share < 1:
            raise ExpressionRefused(
                at,
                N_("The share of a quantile is a number between 0 and 1."),
                N_("write weighted_quantile(x, w, 0.25)"),
            )
        return tree.Quantile(arguments[0], arguments[1], Decimal(share), at=at)

    @staticmethod
    def _count(function: str, given: int, fewest: int, most: int, at: tree.Offset) -> None:
        if not fewest <= given <= most:
            wanted = str(fewest) if fewest == most else f"{fewest}–{most}"
            template = N_("{function}() takes {wanted} arguments, not {given}.")
            raise ExpressionRefused(at, template, function=function, wanted=wanted, given=given)

    _ALLOWED: tuple[tuple[tuple[type[exp.Expr], ...], Callable[["_Reader", exp.Expr], tree.Expression]], ...] = (
        ((exp.Paren,), _paren),
        ((exp.Literal,), _literal),
        ((exp.Boolean,), _boolean),
        ((exp.Column,), _column),
        ((exp.Placeholder,), _parameter),
        ((exp.Cast,), _date),
        (tuple(_COMPARISONS), _compare),
        ((exp.And, exp.Or), _junction),
        ((exp.Not,), _not),
        ((exp.In,), _in),
        ((exp.Between,), _between),
        ((exp.Is,), _is),
        ((exp.Add, exp.Sub), _sum),
        ((exp.Mul,), _product),
        ((exp.Neg,), _negative),
        ((exp.Case,), _case),
    )


def _function_name(node: exp.Expr) -> str | None:
    if type(node) in _REFUSED:
        return None
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    return node.sql_name().lower() if isinstance(node, exp.Func) else None


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    """The arguments of a call in the order written, however sqlglot names their places."""
    found: list[exp.Expr] = []
    for name in node.arg_types if not isinstance(node, exp.Anonymous) else ("expressions",):
        value = node.args.get(name)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, exp.Expr)]
        elif isinstance(value, exp.Expr):
            found.append(value)
    return found
