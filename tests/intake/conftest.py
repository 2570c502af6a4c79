from pathlib import Path

import pytest
from tests.cast import cast, families, jilin_pack, tree  # noqa: F401
from tests.intake.desk import Desk

from diguan.places.models import Place


@pytest.fixture
def desk(tree: dict[str, Place], tmp_path: Path) -> Desk:  # noqa: F811
    """The desk of the system itself, whose scope is everything."""
    return Desk(tmp_path)
