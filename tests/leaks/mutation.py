"""Mutants of our own code: every place where scope, permission, masking or ownership is asked for, with a switch beside it.

All mutants are compiled into the modules as they are imported, each asleep: `x` becomes `pick(n, lambda: mutated, lambda: x)`.
So the provinces are built once, a walk notes in which requests a mutant would say something else, and costs only those.
"""

from __future__ import annotations

import ast
import builtins
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

PACKAGES = (
    "access",
    "command",
    "exports",
    "intake",
    "journal",
    "linkage",
    "places",
    "planning",
    "registry",
    "screening",
    "server",
)
# `scope` is what scopes are, `forms` and `demo_accounts` hold none; parsing runs in a process of its own.
LEFT_OUT = ("diguan.access.scope", "diguan.intake.parsing")


@dataclass(frozen=True)
class Site:
    """One mutant: where it is, and what is taken out there."""

    number: int
    file: str
    line: int
    function: str
    taken: str
    source: str
    nth: int = 1  # of the same in one function

    @property
    def name(self) -> str:
        """Names it whatever the number of its line."""
        nth = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.file} {self.function}: {self.taken}: {self.source}{nth}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.taken}: {self.source}"


@dataclass
class Switches:
    """Which mutants there are, which are awake; which were seen since somebody last looked, and which of these passed."""

    sites: list[Site] = field(default_factory=list)
    awake: set[int] = field(default_factory=set)
    passed: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)

    def pick(self, number: int, mutated: Callable[[], Any], original: Callable[[], Any]) -> Any:
        """What the mutant says if it is awake, else what stands there. A switch counts as passed only where the two
        differ: where a check holds anyway, taking it out changes nothing."""
        self.seen.add(number)
        if number in self.awake:
            return mutated()
        if number in self.passed:
            return original()
        try:
            found = original()
        except BaseException:
            self.passed.add(number)
            raise
        if mutated() != found:
            self.passed.add(number)
        return found


SWITCHES = Switches()


def everywhere(*_args: object, **_more: object) -> Any:
    from diguan.access.scope import Scope

    return Scope(((0, 10**15),))


def anything(*_args: object, **_more: object) -> Any:
    from django.db.models import Q

    return Q()


def gated(number: int, made: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decorator of the gate without its permission: any role will do, or anybody where it only asks who is signed in.
    The place is taken out wherever a view asks it."""

    def decorate(view: Any) -> Any:
        guarded = made(view)
        policy = guarded.gate_policy
        weaker = _any_role if hasattr(policy, "permission") else _anybody

        def weakened(request: Any) -> Any:
            SWITCHES.seen.add(number)
            if number in SWITCHES.awake:
                return weaker(request)
            SWITCHES.passed.add(number)
            answer = policy(request)
            if answer is None and (weaker is _anybody or request.scope == _of_any_role(request)):
                SWITCHES.passed.discard(number)
            return answer

        guarded.gate_policy = weakened
        return guarded

    return decorate


def _anybody(request: Any) -> Any:
    return None


def _any_role(request: Any) -> Any:
    from diguan.access import gate

    if (elsewhere := gate._let_signed_in(request)) is not None:
        return elsewhere
    if request.rights.are_none:
        return gate.no_grants(request)
    request.scope = _of_any_role(request)
    return None


def _of_any_role(request: Any) -> Any:
    from diguan.access.scope import Scope

    return Scope(tuple((grant.place_number, grant.place_upper) for grant in request.rights.grants))


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        tree = ast.parse(self.get_data(self.path))
        changed = Mutator(Path(self.path), SWITCHES).visit(tree)
        return compile(ast.fix_missing_locations(changed), self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        parts = name.split(".")
        if parts[0] != "diguan" or len(parts) < 2 or parts[1] not in PACKAGES or name.startswith(LEFT_OUT):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin and spec.origin.endswith(".py") and "migrations" not in parts:
            spec.loader = _Loader(name, spec.origin)
        return spec


def install() -> Switches:
    """See to it that our modules are imported with their mutants. Before any of them is."""
    early = [name for name in sys.modules if name.split(".")[:2][-1] in PACKAGES and name.startswith("diguan.")]
    if early:
        raise RuntimeError(f"imported before the mutants: {', '.join(early)}")
    given: dict[str, Any] = {
        "_pick": SWITCHES.pick, "_everywhere": everywhere, "_anything": anything, "_gated": gated,
    }  # fmt: skip
    vars(builtins).update(given)
    sys.meta_path.insert(0, _Finder())
    return SWITCHES


@contextmanager
def awake(*numbers: int) -> Iterator[None]:
    SWITCHES.awake.update(numbers)
    try:
        yield
    finally:
        SWITCHES.awake.difference_update(numbers)


# How each thing is taken out. Each takes the node and returns what stands in its place.
_TRUE, _FALSE, _NONE = ast.Constant(True), ast.Constant(False), ast.Constant(None)
_REPLACED: Mapping[str, tuple[str, Callable[[], ast.expr]]] = {
    **dict.fromkeys(("covers", "contains", "encloses", "overlaps"), ("check of a place", lambda: _TRUE)),
    **dict.fromkeys(("scope_of", "scope"), ("scope of a permission", lambda: _call("_everywhere"))),
    "q": ("scope of a query", lambda: _call("_anything")),
    "may": ("permission", lambda: _TRUE),
    "needs_approval": ("second person", lambda: _FALSE),
}
_WITHOUT_ARGUMENTS = {"q", "scope_of", "may"}
_OWNERS = {"user", "asked_by", "received_by"}
_OWNER_KEYS = {"user_id", "asked_by_id", "received_by"}
_REASONS = {"insist_on_reason", "_insist"}
_UNMASKED = {"shown", "masked", "masked_number"}


class Mutator(ast.NodeTransformer):
    """Puts a switch at every site of one module."""

    def __init__(self, path: Path, switches: Switches) -> None:
        self._file = "/".join(path.parts[path.parts.index("diguan") :])
        self._switches, self._inside = switches, ["module"]
        self._told: dict[tuple[str, ...], int] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [self._decorator(each) for each in node.decorator_list]
        self._inside.append(node.name)
        node.body = [self.visit(each) for each in node.body]
        self._inside.pop()
        return node

    def _decorator(self, node: ast.expr) -> Any:
        source = ast.unparse(node)
        return self._gate(node, source) if source in ("gate.signed_in", "signed_in") else self.visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._inside.append(node.name)
        node.body = [self.visit(each) for each in node.body]
        self._inside.pop()
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        source, (name, _receiver) = ast.unparse(node), _called(node)
        made = self._inner(node)
        if name == "page" and node.args and ast.unparse(node.args[0]).startswith("permissions."):
            return self._gate(made, source)
        changed: list[tuple[str, ast.AST]] = list(self._of_call(made, *_called(made)))
        return self._switched(made, source, changed)

    def _inner(self, node: ast.Call) -> ast.Call:
        """The call with everything inside it visited, but for the name of what is called."""
        func = node.func
        if isinstance(func, ast.Attribute):
            func = ast.Attribute(self.visit(func.value), func.attr, func.ctx)
        keywords = [ast.keyword(each.arg, self.visit(each.value)) for each in node.keywords]
        made = ast.Call(func, [self.visit(each) for each in node.args], keywords)
        return ast.copy_location(made, node)

    def _of_call(self, node: ast.Call, name: str, receiver: ast.expr | None) -> Iterator[tuple[str, ast.AST]]:
        if receiver is not None:
            yield from _of_method(node, name, receiver)
        if name in _REASONS and not _is_about_state(node):
            yield "demand", _NONE
        if name in _UNMASKED and node.args and self._masks(name, node):
            yield "masking", node.args[0]
        if name == "number_shown":
            yield "masking", ast.Call(node.func, [*node.args[:-1], _TRUE], node.keywords)
        if name == "exportable":
            yield "scope", _call("_everywhere")
        if name == "Column":
            for each in node.keywords:
                if each.arg == "protection":
                    rest = [k for k in node.keywords if k is not each]
                    yield "class of a field", ast.Call(node.func, node.args, rest)
        if name == "is_proven":
            yield "second factor", _TRUE

    def _masks(self, name: str, node: ast.Call) -> bool:
        # `ui` draws shapes and filters by functions of the same name.
        return isinstance(node.func, ast.Name) and (name != "shown" or len(node.args) == 2)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        source = ast.unparse(node)
        made = self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return made
        with_scope = node.attr in ("scope", "_scope") and source != "scope.scope"
        if with_scope and not source.startswith(("roles.", "access.", "scopes.")):
            return self._switched(made, source, [("scope", _call("_everywhere"))])
        if node.attr == "shows_names" and self._inside[-1] == "_cell_of":
            return self._switched(made, source, [("masking", _TRUE)])
        if node.attr in ("is_empty", "are_none"):
            return self._switched(made, source, [("emptiness", _FALSE)])
        if node.attr in ("is_authenticated", "is_active"):
            return self._switched(made, source, [("whether they are there", _TRUE)])
        return made

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        source = ast.unparse(node)
        sides = [node.left, *node.comparators]
        made = self.generic_visit(node)
        is_of_owner = any(isinstance(side, ast.Attribute) and side.attr in _OWNER_KEYS for side in sides)
        is_of_self = source in ("by.pk == user.pk", "by.pk != user.pk")
        if is_of_owner or is_of_self:
            return self._switched(made, source, [("whose it is", _FALSE)])
        is_of_policy = ".state_at(" in source and self._file.endswith("policies.py")
        if is_of_policy or "expected_rows" in source:
            return self._switched(made, source, [("approval", _FALSE)])
        return made

    def _gate(self, node: ast.expr, source: str) -> ast.AST:
        number = self._site(node, "permission of a page", source)
        return _call("_gated", ast.Constant(number), node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return node

    def _switched(self, original: Any, source: str, changed: list[tuple[str, ast.AST]]) -> Any:
        made = original
        for taken, node in changed:
            number = self._site(original, taken, source)
            made = _call("_pick", ast.Constant(number), _later(node), _later(made))
        return made

    def _site(self, node: Any, taken: str, source: str) -> int:
        function = ".".join(self._inside[1:]) or "module"
        same = (self._file, function, taken, source[:120])
        self._told[same] = self._told.get(same, 0) + 1
        site = Site(len(self._switches.sites), self._file, node.lineno, *same[1:], self._told[same])
        self._switches.sites.append(site)
        return site.number


def _of_method(node: ast.Call, name: str, receiver: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    """What can be taken out of a call of a method of something."""
    if name in _REPLACED and (node.args or name in _WITHOUT_ARGUMENTS):
        taken, instead = _REPLACED[name]
        yield taken, instead()
    if name == "within" and node.args:
        yield from _without_scope(node, receiver)
    if name == "intersect":
        yield "scope", ast.Call(ast.Attribute(_call("_everywhere"), "intersect", ast.Load()), node.args, [])
    if name == "overlap" and node.args:
        yield "scope", receiver
        yield "scope", node.args[0]
    if name == "insist" and not _is_about_state(receiver):
        yield "demand", _NONE
    if name == "in_force":
        yield "days of a grant", receiver
    if name in ("filter", "exclude", "get"):
        yield from _without_owner(node)


def _without_scope(node: ast.Call, receiver: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(receiver, ast.Attribute) and receiver.attr == "objects":
        unscoped = ast.Attribute(receiver, "unscoped", ast.Load())
        yield "scope of a query", ast.Call(unscoped, [ast.Constant("mutant")], [])
    elif ast.unparse(receiver) != "places":
        yield "scope", ast.Call(node.func, [_call("_everywhere"), *node.args[1:]], node.keywords)


def _is_about_state(node: ast.AST) -> bool:
    """Whether a policy asks what has come before, not who asks and where: that is none of the matrix's."""
    return any(name in ast.unparse(node) for name in ("may_become", "may_happen", "may_screen", "decision"))


def _without_owner(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    for each in node.keywords:
        if each.arg in _OWNERS or each.arg in ("ended_at__isnull", "starts_on__lte", "is_active"):
            rest = [k for k in node.keywords if k is not each]
            yield f"{each.arg}", ast.Call(node.func, node.args, rest)


def _called(node: ast.Call) -> tuple[str, ast.expr | None]:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr, node.func.value
    return (node.func.id, None) if isinstance(node.func, ast.Name) else ("", None)


def _later(node: Any) -> ast.Lambda:
    nothing = ast.arguments([], [], None, [], [], None, [])
    return ast.Lambda(nothing, node)


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])
