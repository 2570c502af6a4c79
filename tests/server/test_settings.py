"""What the server promises whatever page is asked for."""

from __future__ import annotations

import logging
import stat
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from tests import cast as of
from tests.cast import Cast

from diguan.registry import actions
from diguan.server import data_folder, logs


def test_the_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    key = data_folder.secret_key(tmp_path)
    assert len(key) >= 64
    assert data_folder.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_an_empty_secret_key_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch()
    with pytest.raises(ImproperlyConfigured, match="is empty"):
        data_folder.secret_key(tmp_path)


def test_a_data_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="Set DIGUAN_DATA"):
        data_folder.opened(tmp_path / "file" / "var")


@pytest.mark.parametrize(
    ("who", "address"), [("", "/sign-in/"), ("zheng", "/people/"), ("chen", "/"), ("", "/nowhere/")]
)
def test_every_answer_carries_the_protecting_headers(cast: Cast, who: str, address: str) -> None:
    headers = cast.client(who).get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("who", "address"), [("", "/sign-in/"), ("zheng", "/people/"), ("wu", "/journal/"), ("chen", "/")]
)
def test_no_page_holds_a_script_or_style_of_its_own(cast: Cast, who: str, address: str) -> None:
    page = cast.client(who).get(address).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


def test_the_menu_shows_only_what_the_reader_may_open(cast: Cast) -> None:
    def menu(who: str) -> str:
        page = cast.client(who).get("/", follow=True).content.decode()
        return page.partition('<nav class="menu"')[2].partition("</nav>")[0]

    assert "/people/" in menu("zheng")
    assert "/journal/" not in menu("zheng")
    assert "/journal/" in menu("wu")
    assert menu("chen") == ""


def test_an_error_is_logged_by_its_kind_and_place_never_by_its_values(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("Household of Li Guirong, 220181195003120021")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    for formatter in (logs.WithoutValues("%(message)s"), logs.OneLine("%(message)s")):
        text = formatter.format(record)
        record.exc_text = None
        assert "Guirong" not in text.replace('raise ValueError("Household of Li Guirong', "")
        assert "builtins.ValueError" in text


def test_a_synthetic_registry_says_so_on_every_page(cast: Cast) -> None:
    assert "Synthetic data." not in Client().get("/sign-in/").content.decode()
    actions.describe_registry(name="Qinghe", synthetic=True, by=None, at=of.NOW)
    for who, address in (("", "/sign-in/"), ("zheng", "/people/"), ("chen", "/"), ("wu", "/journal/")):
        assert "Synthetic data." in cast.client(who).get(address).content.decode()
