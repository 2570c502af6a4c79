"""Puts a demo province on file, marked as made up, with the accounts that may look at it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from diguan import rulebook
from diguan.access.models import User
from diguan.access.scope import unscoped
from diguan.demo import accounts, doubles, lists, police, province
from diguan.demo.province import SEED, Made, Progress
from diguan.linkage import actions as linkage
from diguan.places import queries as places
from diguan.registry import actions as registry
from diguan.registry.batch import BatchFolder, Report

NAME = "吉林省（合成演示数据）"


@dataclass(frozen=True)
class Loaded:
    made: Made
    report: Report


class RowsRefused(Exception):
    """The registry refused rows of the demo, which is a fault of the demo."""


def load(  # noqa: PLR0913 - all of them keywords
    *,
    pack: rulebook.Pack,
    by: User | None,
    at: dt.datetime,
    seed: int = SEED,
    scale: float = 1.0,
    progress: Progress | None = None,
) -> Loaded:
    """Generate the province, record its observations, mark the registry and add the accounts. Places must be on file.

    Raises: census.ScaleTooSmall; RowsRefused; what the actions raise.
    """
    # Before anything else, so that what a preparation cut off leaves behind is known to be made up.
    registry.describe_registry(name=NAME, synthetic=True, seed=seed, note=f"scale {scale:g}", by=by, at=at)
    with tempfile.TemporaryDirectory(prefix="diguan-demo-") as folder:
        made = province.generate(Path(folder), seed=seed, scale=scale, pack=pack, progress=progress)
        report = registry.record_observations(batch=BatchFolder(made.folder), pack=pack, by=by, at=at)
        twice = doubles.batch(made.folder, made.apart, seed)
        again = registry.record_observations(batch=twice, pack=pack, by=by, at=at)
    refused = [*report.refusals, *again.refusals]
    if refused:
        first = refused[0]
        raise RowsRefused(f"{len(refused)} rows; the first: {first.kind} {first.key}: {first.message()}")
    accounts.create(by=by, at=at)
    return Loaded(made, report)


def compare(
    *, pack: rulebook.Pack, by: User | None, at: dt.datetime, seed: int = SEED,
    progress: Callable[[str], None] = lambda step: None,
) -> None:  # fmt: skip
    """Look for who stands twice in one prefecture, and hold the made-up roll of one of its counties against it."""
    told = lists.read("doubles")
    prefecture, county = places.by_code(told["prefecture"]), places.by_code(told["county"])
    linkage.search_register(pack=pack, place=prefecture, by=by, at=at, progress=progress)
    scope = unscoped("the demo: a list made up from a county")
    with tempfile.TemporaryDirectory(prefix="diguan-demo-") as folder:
        file = Path(folder) / "roll.csv"
        police.write(file, scope, county, seed)
        sent = linkage.Sent(told["source"], dt.date.fromisoformat(str(told["as_of"])), place=county)
        received = linkage.receive_roll(file=file, sent=sent, pack=pack, scope=scope, by=by, at=at)
    linkage.search_roll(roll=received.roll, pack=pack, place=county, by=by, at=at, progress=progress)
