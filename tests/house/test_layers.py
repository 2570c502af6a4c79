"""Imports and foreign keys go one way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.apps import apps
from tests.house import house


def test_a_package_imports_only_from_those_above_it() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=house.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rulebook_engine_and_numerics_never_see_django() -> None:
    wrong = [
        f"{house.shown(path)}:{line} imports {name}"
        for package in house.PURE
        for path in house.modules(house.SOURCE / package)
        for line, name in house.imports(path)
        if name.split(".")[0] == "django"
    ]
    assert not wrong


def test_no_foreign_key_points_downwards() -> None:
    wrong = []
    for model in apps.get_models():
        package = model.__module__.split(".")
        if package[0] != "diguan":
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.concrete or not isinstance(target, type) or not target.__module__.startswith("diguan."):
                continue
            if house.depth(target.__module__.split(".")[1]) > house.depth(package[1]):
                wrong.append(f"{model.__name__}.{field.name} → {target.__module__}.{target.__name__}")
    assert not wrong
