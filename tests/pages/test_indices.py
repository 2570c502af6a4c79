"""The page of poverty and inequality: for those who may open the households that its figures are made of."""

from __future__ import annotations

from tests.cast import PROVINCE, Cast

from diguan.places import queries as places
from diguan.screening.models import Screening


def test_the_page_shows_the_figures_of_a_place_and_leads_on_to_its_parts(cast: Cast, screened: Screening) -> None:
    page = cast.client("zhao").get("/indices/", {"place": PROVINCE}).content.decode()
    assert "Poverty and inequality" in page
    assert "Share of the poor (FGT 0)" in page
    parts = {f"/indices/?place={each.code}" for each in places.children(places.by_code(PROVINCE))}
    assert any(part in page for part in parts)


def test_the_board_leads_to_it(cast: Cast, screened: Screening) -> None:
    assert f"/indices/?place={PROVINCE}" in cast.client("zhao").get(f"/board/{PROVINCE}/").content.decode()
