"""Division gives the same millionth in DuckDB as by hand, however near the quotient lies to the middle of two."""

from collections.abc import Iterable
from decimal import Decimal

from diguan.engine.connection import connect, rows
from diguan.rulebook import numbers

MILLIONTH = Decimal("0.000001")
Pair = tuple[Decimal, Decimal]


def in_duckdb(pairs: Iterable[Pair]) -> list[Decimal | None]:
    listed = list(pairs)
    with connect() as connection:
        connection.execute("CREATE TABLE pairs (n INTEGER, a DECIMAL(18, 6), b DECIMAL(18, 6))")
        connection.executemany("INSERT INTO pairs VALUES (?, ?, ?)", [(n, a, b) for n, (a, b) in enumerate(listed)])
        found = rows(connection, "SELECT rule_safe_div(a, b) FROM pairs ORDER BY n")
    return [value for (value,) in found]  # type: ignore[misc]


def assert_same(pairs: list[Pair]) -> None:
    wrong = [
        (a, b, found, numbers.safe_div(a, b))
        for (a, b), found in zip(pairs, in_duckdb(pairs), strict=True)
        if found != numbers.safe_div(a, b)
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


def test_quotients_all_over() -> None:
    # The steps share no factor with the spans, so that tops and bottoms of all sizes meet.
    pairs = [
        (
            Decimal(i * 7_919_777_777 % 10 ** (3 + i % 16)) * MILLIONTH,
            Decimal(1 + i * 104_729_003 % 10 ** (1 + i % 13)) * MILLIONTH,
        )
        for i in range(4_000)
    ]
    assert_same(signed(pairs))
