import pytest
from django.utils import timezone
from tests.cast import AS_OF, Cast, Family, cast, families, jilin_pack  # noqa: F401

from diguan import rulebook
from diguan.screening import actions as screening
from diguan.screening.models import Screening


@pytest.fixture
def screened(cast: Cast, families: dict[str, Family], jilin_pack: rulebook.Pack) -> Screening:  # noqa: F811
    """Households Li and Zhou, screened."""
    return screening.run_screening(pack=jilin_pack, as_of=AS_OF, by=None, at=timezone.now())
