"""A commander goes from the province down to one household and reads why."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from tests.cast import AS_OF, NOW, PASSWORD, Cast, assemble, family_li, family_zhou, settle

from diguan import rulebook
from diguan.access import actions as access
from diguan.screening import actions as screening

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale="en-GB", viewport={"width": 1366, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def province(transactional_db: None) -> Cast:
    cast = assemble()
    pack = rulebook.load(rulebook.shipped() / "cn-jilin-2020")
    for family in (family_li(pack), family_zhou(pack)):
        settle(family, pack)
    access.set_password(user=cast.people["zhao"], password=PASSWORD, by=cast.people["zhao"], at=NOW)
    screening.run_screening(pack=pack, as_of=AS_OF, by=None, at=timezone.now(), draft=True)
    return cast


def test_from_the_board_to_the_reason(page: Page, province: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    page.goto("/")
    page.get_by_label("User name").fill("zhao")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Qinghe Province").wait_for()
    page.get_by_role("main").get_by_role("link", name="Heping Prefecture").first.click()
    page.get_by_role("main").get_by_role("link", name="Beihu County").first.click()
    page.get_by_role("main").get_by_role("link", name="Nanwan Township").first.click()
    page.get_by_role("main").get_by_role("link", name="Sunjia Village").first.click()
    page.get_by_role("link", name="Zhou Youtian").click()
    income = page.locator("details.reason", has_text="3,999 yuan/person/year, against 4,000").first
    income.locator("summary").first.click()
    assert "Home visit" in income.inner_text()
