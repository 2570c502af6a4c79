import pytest
from tests.cast import cast, tree  # noqa: F401
from tests.registry import family
from tests.small_pack import small_pack  # noqa: F401

from diguan import rulebook
from diguan.places.models import Place


@pytest.fixture
def office(tree: dict[str, Place], small_pack: rulebook.Pack) -> family.Office:  # noqa: F811
    return family.settled(small_pack)
