"""The pages of pairs and lists before anybody has searched."""

import html

from tests.cast import Cast, cast  # noqa: F401


def test_empty_pages_say_what_to_do(cast: Cast) -> None:  # noqa: F811
    sun = cast.client("sun")
    assert "diguan linkage search" in html.unescape(sun.get("/duplicates/").content.decode())
    assert "No list has been brought in yet." in html.unescape(sun.get("/rolls/").content.decode())
