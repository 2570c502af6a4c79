"""Division and multiplication give the same millionth in DuckDB as by hand, however near the result lies to the middle of two."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from diguan.engine.connection import connect, rows
from diguan.rulebook import numbers

MILLIONTH = Decimal("0.000001")
Pair = tuple[Decimal, Decimal]


def in_duckdb(function: str, pairs: Iterable[Pair]) -> list[Decimal | None]:
    listed = list(pairs)
    with connect() as connection:
        connection.execute("CREATE TABLE pairs (n INTEGER, a DECIMAL(18, 6), b DECIMAL(18, 6))")
        connection.executemany("INSERT INTO pairs VALUES (?, ?, ?)", [(n, a, b) for n, (a, b) in enumerate(listed)])
        found = rows(connection, f"SELECT rule_{function}(a, b) FROM pairs ORDER BY n")
    return [value for (value,) in found]  # type: ignore[misc]


def assert_same(pairs: list[Pair], by_hand: Callable[[Decimal, Decimal], Decimal | None] = numbers.safe_div) -> None:
    wrong = [
        (a, b, found, by_hand(a, b))
        for (a, b), found in zip(pairs, in_duckdb(by_hand.__name__, pairs), strict=True)
        if found != by_hand(a, b)
    ]
    assert not wrong


def signed(pairs: Iterable[Pair]) -> list[Pair]:
    return [(a * s, b * t) for a, b in pairs for s in (1, -1) for t in (1, -1)]


def test_a_quotient_in_the_middle_of_two_millionths_goes_away_from_zero_and_its_neighbours_to_their_own_side() -> None:
    halves = [
        (whole * 2 * bottom + bottom + shift, 2 * bottom)
        for whole in (0, 1, 4, 333_333, 10**9 + 1)
        for bottom in (1, 3, 7, 999, 50_000)
        for shift in (-1, 0, 1)
    ]
    assert_same(signed((Decimal(top) * MILLIONTH, Decimal(bottom)) for top, bottom in halves))


def test_very_large_very_small_and_no_divisors() -> None:
    sizes = [
        Decimal(text)
        for text in ("0", "0.000001", "0.999999", "1", "3", "4000000.000001", "1000000", "999999999999.999999")
    ]
    assert_same(signed((a, b) for a in sizes for b in sizes))


def all_over() -> list[Pair]:
    """The steps share no factor with the spans, so that numbers of all sizes meet."""
    pairs = [
        (
            Decimal(i * 7_919_777_777 % 10 ** (3 + i % 16)) * MILLIONTH,
            Decimal(1 + i * 104_729_003 % 10 ** (1 + i % 13)) * MILLIONTH,
        )
        for i in range(4_000)
    ]
    return signed(pairs)


def test_quotients_all_over() -> None:
    assert_same(all_over())


def test_a_product_in_the_middle_of_two_millionths_goes_away_from_zero_and_its_neighbours_to_their_own_side() -> None:
    # Half a millionth is 0.001 × 0.0005 and 0.000001 × 0.5; a billionth beside it, or the least that there is, must tell.
    beside = [
        (Decimal(whole) + Decimal(step) * MILLIONTH, Decimal(part))
        for whole in (0, 1, 4, 1_999, 999_999, 1_000_001, 1_999_999, 10**9 + 1)
        for step in (-1001, -1000, -999, -1, 0, 1, 499, 500, 501, 1000)
        for part in ("0.0005", "0.000499", "0.000501", "0.5", "0.499999", "0.500001", "1.5", "0.3", "0.000001")
    ]
    assert_same(signed(beside), numbers.product)


def test_products_of_very_large_and_very_small_numbers_are_exact_or_unknown() -> None:
    sizes = [
        Decimal(text)
        for text in (
            "0", "0.000001", "0.999999", "1", "3", "999999.999999", "1000000", "1000000.000001", "4000000.000001", "999999999999.999999",
        )
    ]  # fmt: skip
    assert_same(signed((a, b) for a in sizes for b in sizes), numbers.product)


def test_products_all_over() -> None:
    assert_same(all_over(), numbers.product)
