"""Pages of what-ifs: the form and what it refuses, the result as each reader sees it, at every place."""

from pathlib import Path
from typing import Any

import pytest
from tests import cast as of
from tests.cast import Cast
from tests.planning.steps import ask, page, sent, try_it

from diguan.planning import queries
from diguan.planning.models import WhatIf
from diguan.screening.models import Screening


def test_the_form_lists_every_number_that_decides_something_with_its_value_and_source(
    screened: Screening, cast: Cast
) -> None:
    text = page(cast, "feng", "/what-if/proposal/")
    assert 'name="value-line"' in text
    assert "4,000 yuan" in text
    assert "Rules of the tests, 1" in text
    assert "value-shown" not in text
    assert "2020-05-31 · small (current)" in text


def test_what_is_sent_is_kept_worked_out_and_shared_by_its_address(screened: Screening, cast: Cast) -> None:
    answer = sent(cast, "feng", {"screenings": [screened.pk], "value-line": "９,０００.01", "note": "For the council"})
    assert answer.status_code == 302, answer.content.decode()
    found = WhatIf.objects.get()
    assert answer.url == f"/what-if/{found.pk}/"
    assert (found.name, found.values, found.made_by_name) == ("", {"line": "9000.01"}, "feng")
    assert "<title>Line 9,000.01 yuan · " in page(cast, "feng", answer.url)
    assert "It waits for its turn." in page(cast, "feng", answer.url)
    try_it(found)
    for who in ("feng", "zhao", "wu"):
        text = page(cast, who, answer.url)
        assert "With Line 9,000.01 instead of 4,000 yuan:" in text
        assert "Income: 3 households (5 persons) more fall short, 0 fewer." in text
        assert "Poor: 3 households (5 persons) would come onto the list, 0 would leave it." in text
        assert "A trial: nothing was changed, and nothing here is in force." in text
        assert "For the council" in text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"value-line": "lots"}, "“lots” is not a number."),
        ({"value-line": "8 %x"}, "“8%x” is not a number."),
        ({"value-line": "-5"}, "“line” is at least 0; -5 is less."),
        ({}, "Nothing would be otherwise: set a number, or choose another pack."),
        ({"value-line": "4000"}, "Nothing would be otherwise"),
        ({"value-line": "5000", "near": "80"}, "50"),
        ({"value-line": "5000", "screenings": []}, "This field is required."),
        ({"value-line": "5000", "screenings": ["77"]}, "77 is not one of the available choices"),
        ({"pack": "cn-2021"}, "not on 2020-05-31. Choose above the day whose numbers are to count."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(
    screened: Screening, cast: Cast, data: dict[str, Any], said: str
) -> None:
    answer = sent(cast, "feng", {"screenings": [screened.pk], "note": "Typed with care", **data})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert "Typed with care" in text
    assert str(data.get("value-line", "")) in text
    assert not WhatIf.objects.exists()


def test_a_pack_of_another_year_is_offered_with_the_nearest_day_on_which_it_is_in_force(
    screened: Screening, cast: Cast
) -> None:
    text = page(cast, "feng", "/what-if/proposal/?pack=cn-2021")
    assert "not on 2020-05-31. Choose above the day whose numbers are to count." in text
    assert 'name="numbers_of" value="2021-01-01"' in text
    assert "numbers of 2021-01-01" in page(cast, "feng", "/what-if/proposal/?pack=cn-2021&numbers_of=2021-01-01")


def test_trying_further_begins_with_what_was_tried(tried: WhatIf, cast: Cast) -> None:
    assert f"/what-if/proposal/?like={tried.pk}" in page(cast, "feng", f"/what-if/{tried.pk}/")
    assert 'value="9000.01"' in page(cast, "feng", f"/what-if/proposal/?like={tried.pk}")


def test_a_county_officer_sees_the_county_and_nothing_else(tried: WhatIf, cast: Cast) -> None:
    own = page(cast, "qian", f"/what-if/{tried.pk}/")
    assert "Anyang County" in own
    assert "Income: 2 households (4 persons) more fall short, 0 fewer." in own
    assert "3 households" not in own
    for code in (of.PROVINCE, of.PREFECTURE, of.COUNTY_B, of.SUNJIA, "77"):
        for address in (f"?place={code}", f"households/?place={code}&to=poor"):
            page(cast, "qian", f"/what-if/{tried.pk}/{address}", status=404)
    listed = page(cast, "qian", f"/what-if/{tried.pk}/households/?place={of.COUNTY_A}&to=poor")
    assert "2 households" in listed


def test_who_may_open_no_household_finds_no_way_to_any_and_small_groups_are_not_told_apart(
    tried: WhatIf, cast: Cast
) -> None:
    text = page(cast, "feng", f"/what-if/{tried.pk}/")
    assert "/households/" not in text
    assert "&lt; 10" in text
    assert "Too few households are below the line here for a sum to be told." in text
    page(cast, "feng", f"/what-if/{tried.pk}/households/?place={of.COUNTY_A}&to=poor", status=403)
    exact = page(cast, "zhao", f"/what-if/{tried.pk}/")
    assert f"/what-if/{tried.pk}/households/?place={of.PROVINCE}&amp;kind=cohort" in exact
    assert "&lt; 10" not in exact
    assert "Lacking in a year" in exact


def test_who_may_not_see_what_ifs_is_kept_out(tried: WhatIf, cast: Cast) -> None:
    for who in ("sun", "wang", "zheng", "chen"):
        for address in ("", "proposal/", f"{tried.pk}/"):
            assert cast.client(who).get(f"/what-if/{address}").status_code == 403, (who, address)
        listed = cast.client(who).get(f"/what-if/{tried.pk}/households/?place={of.LIUJIA}&to=poor")
        assert listed.status_code in (403, 404)
    assert cast.client("wu").get("/what-if/proposal/").status_code == 403


def test_drilling_down_leads_from_place_to_place_and_a_list_pages_through_everybody(tried: WhatIf, cast: Cast) -> None:
    text = page(cast, "zhao", f"/what-if/{tried.pk}/?place={of.COUNTY_A}")
    assert f"/what-if/{tried.pk}/?place={of.DONGSHAN}" in text
    text = page(cast, "zhao", f"/what-if/{tried.pk}/?place={of.LIUJIA}")
    assert "Income: 1 household (2 persons) more falls short, 0 fewer." in text
    assert "Nobody here would come onto a list or leave one." in page(cast, "zhao", f"/what-if/{tried.pk}/?place={of.CHENJIA}")  # fmt: skip
    last = page(cast, "zhao", f"/what-if/{tried.pk}/households/?place={of.COUNTY_A}&to=poor&page=2")
    assert "No household that you may see is behind this number." in last


def test_what_was_not_tried_is_not_there(tried: WhatIf, cast: Cast) -> None:
    path = f"/what-if/{tried.pk}/households/?place={of.COUNTY_A}"
    for more in ("&from=nonsense", "&kind=fault", "&kind=standard&name=nothing", "&near=line&value=1", "&near=line"):
        page(cast, "zhao", path + more, status=404)
    page(cast, "zhao", f"/what-if/{tried.pk}/households/?to=poor", status=404)
    page(cast, "zhao", "/what-if/99999/", status=404)


def test_files_that_are_gone_are_said_to_be(tried: WhatIf, cast: Cast) -> None:
    folder = queries.folder(tried.trials.get(number=0))
    folder.rename(folder.with_name("elsewhere"))
    assert "The files of this what-if are not there any more." in page(cast, "zhao", f"/what-if/{tried.pk}/")


def test_pages_ask_the_database_little(tried: WhatIf, cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = cast.client("zhao")
    for address in (
        "/what-if/", "/what-if/proposal/", f"/what-if/{tried.pk}/", f"/what-if/{tried.pk}/?place={of.COUNTY_A}",
        f"/what-if/{tried.pk}/households/?place={of.COUNTY_A}&to=poor",
    ):  # fmt: skip
        client.get(address)
        with django_assert_max_num_queries(25):
            assert client.get(address).status_code == 200


def test_a_what_if_of_many_stands_in_the_list_with_what_is_otherwise(tried: WhatIf, cast: Cast) -> None:
    text = page(cast, "zhao", "/what-if/")
    assert "Another line" in text
    assert "Line 9,000.01 yuan" in text
    assert "2020-05-31" in text


def test_without_a_screening_there_is_nothing_to_try_upon(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    assert "diguan screen" in page(cast, "feng", "/what-if/proposal/")


def test_the_result_is_the_same_for_the_analyst_and_whoever_gets_the_address(screened: Screening, cast: Cast) -> None:
    found = try_it(ask(cast, screened, line="4000.01"))
    said = "Income: 1 household (1 persons) more falls short, 0 fewer."
    assert all(said in page(cast, who, f"/what-if/{found.pk}/?place={of.COUNTY_B}") for who in ("feng", "zhao", "wu"))


def test_a_share_may_be_written_in_percent_as_it_is_shown(screened: Screening, cast: Cast) -> None:
    assert sent(cast, "feng", {"screenings": [screened.pk], "value-line": "90 %"}).status_code == 302
    assert WhatIf.objects.get().values == {"line": "0.9"}


def test_the_page_of_a_policy_leads_whoever_may_try_to_its_numbers(screened: Screening, cast: Cast) -> None:
    assert "/what-if/proposal/?pack=small" in page(cast, "feng", "/policy/small/")
    assert "/what-if/" not in page(cast, "wang", "/policy/small/")
