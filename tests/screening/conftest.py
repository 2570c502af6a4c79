import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import cast as of
from tests.cast import cast, tree  # noqa: F401
from tests.screening import village
from tests.small_pack import small_pack  # noqa: F401

from diguan import rulebook
from diguan.places.models import Place
from diguan.registry import actions as registry
from diguan.screening import actions
from diguan.screening.models import Screening


@pytest.fixture
def screened(tree: dict[str, Place], small_pack: rulebook.Pack, tmp_path: Path) -> Callable[[], Screening]:  # noqa: F811
    """The people of the village on file; called, it screens them as of 31 May 2020."""
    report = registry.record_observations(batch=village.BATCH, pack=small_pack, by=None, at=of.NOW)
    assert report.refused == 0
    return lambda: actions.run_screening(
        pack=small_pack, as_of=dt.date(2020, 5, 31), by=None, at=of.NOW, folder=tmp_path
    )
