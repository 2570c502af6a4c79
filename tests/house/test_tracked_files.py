"""What is under version control names no machine and no registry, and is none too heavy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.house import house

LOCKS = ("requirements/", "package-lock.json", ".npmrc", "pyproject.toml", "Makefile")
HEAVIEST = 1_500_000


@pytest.fixture(autouse=True)
def _in_a_checkout() -> None:
    if not house.tracked():
        pytest.skip("not a checkout")


def _texts() -> Iterator[tuple[Path, int, str]]:
    for path in house.tracked():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            yield path, number, line


def _registries() -> set[str]:
    """Hosts that this machine fetches packages from."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    told += "\n".join(
        value for name, value in os.environ.items() if re.search(r"(?i)(index|registry|find_links)", name)
    )
    return set(re.findall(r"https?://(?:[^@/\s']*@)?([^/:\s']+)", told))


def test_no_lock_names_a_registry() -> None:
    address = re.compile(r"""https?://|file://|"resolved"|--(extra-)?index-url|--find-links""")
    funding = re.compile(r'\s*"url": "https://')
    wrong = [
        f"{house.shown(path)}:{number}"
        for path, number, line in _texts()
        if house.shown(path).startswith(LOCKS) and address.search(line) and not funding.match(line)
    ]
    assert not wrong


def test_no_file_names_this_machine() -> None:
    here = [f"{house.ROOT.parent}/", f"{Path.home()}/", *_registries()]
    wrong = [
        f"{house.shown(path)}:{number} {name}"
        for path, number, line in _texts()
        for name in here
        if name != "/" and name in line
    ]
    assert not wrong


def test_no_file_is_too_heavy() -> None:
    assert not [house.shown(path) for path in house.tracked() if path.stat().st_size > HEAVIEST]
