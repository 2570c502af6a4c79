"""The documents say what the software does: their examples run, their names exist, what is generated is up to date."""

import csv
import dataclasses
import importlib.util
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import click
import duckdb
import pytest

from diguan import engine, rulebook
from diguan.cli.tour import diguan
from diguan.engine import totals
from diguan.engine.cases import by_engine
from diguan.engine.problems import REASONS
from diguan.engine.refusals import COLUMNS
from diguan.rulebook.cases import by_reference, load_cases
from diguan.rulebook.parsing import KNOWN_FUNCTIONS, parse
from diguan.rulebook.reading import KNOWN_FILES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*(ROOT / "docs").rglob("*.md"), *(ROOT / name for name in ("README.md", "GLOSSARY.md", "CHANGELOG.md"))]
)
_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def _fences(page: Path) -> Iterator[tuple[str, str]]:
    return ((found[1].strip(), found[2]) for found in _FENCE.finditer(page.read_text("utf-8")))


def _files(page: Path) -> dict[str, str]:
    """Fenced files of a page: those whose fence names a file after the language."""
    return {head.split(" ", 1)[1]: body for head, body in _fences(page) if " " in head}


def _text(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page on packs: the pack in `pack`, its households in `data`."""
    folder = tmp_path_factory.mktemp("example")
    for name, body in _files(ROOT / "docs/reference/pack-format.md").items():
        file = folder / ("pack" if name.endswith(".yaml") else "data") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, "utf-8")
    return folder


def test_the_pack_on_the_page_loads_and_its_case_holds(example: Path) -> None:
    pack = rulebook.load(example / "pack")
    cases = load_cases(pack)
    assert cases
    assert [miss for case in cases for miss in by_reference(pack, case)] == []
    assert list(by_engine(pack, cases)) == []


def test_the_households_on_the_page_come_out_as_it_says(example: Path) -> None:
    rules = rulebook.at(rulebook.load(example / "pack"), date(2024, 6, 30))
    engine.screen(rules, example / "data", example / "out")
    promised = list(csv.reader(io.StringIO(_files(ROOT / "docs/reference/pack-format.md")["outcomes"])))
    wanted = ", ".join(promised[0])
    found = duckdb.sql(f"SELECT {wanted} FROM '{example / 'out/outcomes.parquet'}' ORDER BY household_id").fetchall()
    assert [[str(cell) for cell in row] for row in found] == promised[1:]


def test_every_expression_shown_is_one() -> None:
    for head, body in _fences(ROOT / "docs/reference/expressions.md"):
        for line in body.splitlines() if head == "sql" else ():
            parse(line)


def test_every_function_and_every_file_of_a_pack_is_documented() -> None:
    assert [name for name in (*KNOWN_FUNCTIONS,) if f"`{name}(" not in _text("reference/expressions.md")] == []
    assert [name for name in KNOWN_FILES if f"## {name}" not in _text("reference/pack-format.md")] == []


def test_every_name_in_the_files_of_a_screening_is_documented() -> None:
    page = _text("reference/data-files.md")
    names = [*REASONS, *COLUMNS, *totals.COLUMNS.split(", "), *(f.name for f in dataclasses.fields(engine.Screened))]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_generated_pages_are_up_to_date() -> None:
    generator = _generator()
    stale = [name for name, text in generator.pages().items() if (ROOT / name).read_text("utf-8") != text]
    assert stale == [], "run: python tools/reference.py"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools/reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_in_the_documents_exist(page: Path) -> None:
    for head, body in _fences(page):
        if head in ("", "sh"):
            for line in re.sub(r"\\\n\s*", "", body).splitlines():
                _check_command(line)


def _check_command(line: str) -> None:
    words = line.split()
    if words[:1] != ["diguan"]:
        return
    command: click.Command = diguan
    for word in words[1:]:
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"{word} in: {line}"
            command = found
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, line


def test_every_package_stands_in_the_glossary() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text("utf-8")
    packages = [path.parent.name for path in (ROOT / "src/diguan").glob("*/__init__.py")]
    assert [name for name in packages if f"`{name}`" not in glossary] == []
