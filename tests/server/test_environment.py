"""Settings from the environment: sense is taken, nonsense refused in a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from diguan.server import environment


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setenv("DIGUAN_TRIED", request.param)


@pytest.mark.parametrize(("given", "read"), [("", 7), ("0", 0), (" 12 ", 12)], indirect=["given"])
@pytest.mark.usefixtures("given")
def test_a_whole_number_is_read_or_what_stands_otherwise(read: int) -> None:
    assert environment.whole_number("DIGUAN_TRIED", 7) == read


@pytest.mark.parametrize("given", ["-1", "1.5", "many", "１２", "²"], indirect=True)
@pytest.mark.usefixtures("given")
def test_anything_else_is_refused_with_the_name_of_the_setting() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"DIGUAN_TRIED is .* whole number"):
        environment.whole_number("DIGUAN_TRIED", 7)


@pytest.mark.parametrize(("given", "read"), [("", ""), ("required", "required")], indirect=["given"])
@pytest.mark.usefixtures("given")
def test_a_choice_is_one_of_those_there_are(read: str) -> None:
    assert environment.choice("DIGUAN_TRIED", ("required", "optional")) == read


@pytest.mark.parametrize("given", ["off", "REQUIRED"], indirect=True)
@pytest.mark.usefixtures("given")
def test_another_choice_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="required or optional"):
        environment.choice("DIGUAN_TRIED", ("required", "optional"))


@pytest.mark.parametrize(("given", "read"), [("", ""), ("4GB", "4GB"), (" 1.5 GiB ", "1.5 GiB")], indirect=["given"])
@pytest.mark.usefixtures("given")
def test_an_amount_of_memory_has_a_unit(read: str) -> None:
    assert environment.amount_of_memory("DIGUAN_TRIED") == read


@pytest.mark.parametrize("given", ["4", "much", "-1GB", "0GB", "4 G B"], indirect=True)
@pytest.mark.usefixtures("given")
def test_an_amount_without_sense_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"DIGUAN_TRIED is .* like 4GB"):
        environment.amount_of_memory("DIGUAN_TRIED")
