import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests import cast as of
from tests.cast import Cast, cast  # noqa: F401
from tests.planning.steps import PACK, ask, try_it
from tests.screening import village
from tests.small_pack import written

from diguan.planning.models import WhatIf
from diguan.registry import actions as registry
from diguan.screening import actions, packs
from diguan.screening.models import Screening


@pytest.fixture
def screened(cast: Cast, tmp_path: Path, settings: Any) -> Screening:  # noqa: F811
    """The people of the village on file and screened as of 31 May 2020, under a pack that names an income and a line."""
    settings.DATA = tmp_path
    (tmp_path / "packs").mkdir()
    written(tmp_path / "packs/small")
    for name, text in PACK.items():
        file = tmp_path / "packs/small" / name
        file.write_text(file.read_text("utf-8") + text if file.exists() else text, "utf-8")
    pack = packs.pack("small")
    report = registry.record_observations(batch=village.BATCH, pack=pack, by=None, at=of.NOW)
    assert report.refused == 0
    return actions.run_screening(pack=pack, as_of=dt.date(2020, 5, 31), by=None, at=of.NOW)


@pytest.fixture
def tried(screened: Screening, cast: Cast) -> WhatIf:  # noqa: F811
    """What if the line were 9,000.01: the analyst asked, and it is worked out."""
    return try_it(ask(cast, screened, line="9000.01"))


@pytest.fixture
def earlier(screened: Screening) -> Callable[[dt.date], Screening]:
    """Screens the same people as of another day, without making that the current screening."""

    def screen(day: dt.date) -> Screening:
        return actions.run_screening(pack=packs.pack("small"), as_of=day, by=None, at=of.NOW, is_current=False)

    return screen
