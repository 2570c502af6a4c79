"""Every kind of page at a desk and on a phone, looked at by axe: nothing that shuts somebody out.

axe is a tool of the front end (`npm install`); without it the tests are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from tests.cast import AS_OF, COUNTY_B, PROVINCE, SUNJIA, Cast, assemble, family_li, family_zhou, settle, shipped_pack

from diguan.screening import actions as screening

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed"),
]
WIDTHS = {"desk": (1366, 900), "phone": (360, 740)}
# Who looks at which pages; nobody at the sign-in page.
PAGES = {
    "": ["/sign-in/"],
    "zhao": [
        f"/board/{PROVINCE}/",
        f"/board/{COUNTY_B}/",
        f"/board/{SUNJIA}/",
        f"/households/?place={PROVINCE}",
        f"/indices/?place={PROVINCE}",
        "/households/{zhou}/",
        "/screenings/",
        "/policy/",
        "/policy/cn-jilin-2020/",
        "/no-such-page/",
    ],
    "wu": ["/journal/"],
    "zheng": ["/people/"],
}
SEVERE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(found => ['serious', 'critical'].includes(found.impact))
    .map(found => `${found.id}: ${found.help}: ` + found.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | '))"""


@pytest.fixture
def province(transactional_db: None) -> Cast:
    cast, pack = assemble(), shipped_pack()
    for family in (family_li(pack), family_zhou(pack)):
        settle(family, pack)
    screening.run_screening(pack=pack, as_of=AS_OF, by=None, at=timezone.now(), draft=True)
    return cast


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> tuple[int, int]:
    return WIDTHS[request.param]


def opened(browser: Browser, live_server: LiveServer, cast: Cast, who: str, width: tuple[int, int]) -> Iterator[Page]:
    """A page in which this person is signed in."""
    context = browser.new_context(
        base_url=live_server.url, locale="en-GB", viewport={"width": width[0], "height": width[1]}
    )
    if who:
        session = cast.client(who).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_nothing_on_any_page_shuts_somebody_out(
    browser: Browser, live_server: LiveServer, province: Cast, width: tuple[int, int]
) -> None:
    axe = AXE.read_text("utf-8")
    zhou = family_zhou(shipped_pack()).key
    found: dict[str, list[str]] = {}
    for who, paths in PAGES.items():
        for page in opened(browser, live_server, province, who, width):
            for path in paths:
                page.goto(path.format(zhou=zhou))
                assert page.url.endswith(path.format(zhou=zhou)), "not let in"
                page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
                page.evaluate(axe)
                if severe := page.evaluate(SEVERE):
                    found[path] = severe
    assert found == {}
