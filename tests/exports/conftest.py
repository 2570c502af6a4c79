import shutil
from collections.abc import Callable

import pytest
from django.utils import timezone
from tests import cast as of
from tests.cast import AS_OF, Cast, Family, cast, families, jilin_pack  # noqa: F401

from diguan import rulebook
from diguan.access import actions as access
from diguan.exports import actions, making
from diguan.exports.models import Export
from diguan.screening import actions as screening
from diguan.screening.models import Screening

Ask = Callable[..., Export]
COLUMNS = ("place_code", "place", "name", "persons", "cohort", "standard_income")


@pytest.fixture(autouse=True)
def _no_files_yet(_own_data_folder: None) -> None:
    """The data folder is one for all tests; files of others are none of ours."""
    shutil.rmtree(making.folder(), ignore_errors=True)


@pytest.fixture
def screened(cast: Cast, families: dict[str, Family], jilin_pack: rulebook.Pack) -> Screening:  # noqa: F811
    """Households Li of County A and Zhou of County B, screened."""
    return screening.run_screening(pack=jilin_pack, as_of=AS_OF, by=None, at=timezone.now())


@pytest.fixture
def ask(cast: Cast, screened: Screening) -> Ask:  # noqa: F811
    """Ask for the list of households as one of the cast."""

    def ask_as(who: str, **given: object) -> Export:
        wanted: dict[str, object] = {"columns": COLUMNS, "file_format": "xlsx", "purpose": "Yearly audit", "params": {}}
        now = timezone.now()
        return actions.ask_for_export(list_id="households", **{**wanted, **given}, by=cast.people[who], at=now)  # type: ignore[arg-type]

    return ask_as


@pytest.fixture
def second(cast: Cast) -> str:  # noqa: F811
    """Chen becomes the second commander of the province."""
    province = cast.place(of.PROVINCE)
    access.grant_role(
        user=cast.people["chen"],
        role="provincial_commander",
        place=province,
        starts_on=of.LONG_AGO,
        by=None,
        at=of.NOW,
    )
    return "chen"
