"""Who writes says who and when; who looks passes the gate."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.house import house

from diguan.access import gate


def _action_modules() -> Iterator[ModuleType]:
    for path in house.modules():
        name = (
            path.relative_to(house.SOURCE.parent).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        )
        if ".actions" in name:
            yield importlib.import_module(name)


def _actions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in _action_modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__}.{name}", function


@pytest.mark.parametrize(("name", "action"), [pytest.param(*pair, id=pair[0]) for pair in _actions()])
def test_an_action_takes_keywords_only_and_says_by_whom_and_when(name: str, action: Callable[..., Any]) -> None:
    parameters = inspect.signature(action).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}, f"{name} takes something by position"
    assert {"by", "at"} <= set(parameters), f"{name} lacks by= or at="


def _views(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


def test_every_address_passes_the_gate() -> None:
    without = [address for address, view in _views(get_resolver().url_patterns) if gate.policy_of(view) is None]
    assert not without
