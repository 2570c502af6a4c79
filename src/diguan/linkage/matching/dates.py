"""Dates of birth as registers write them, and the same days in the lunar calendar."""

from __future__ import annotations

from functools import cache

import duckdb

# 1985-03-20, 1985/3/20, 1985.3.20, 1985年3月20日, 19850320; the day, or day and month, may be missing or 0; a time may follow.
_PARTS = r"^([12][0-9]{3})(?:[-/.年 ]+(?:([0-9]{1,2})(?:[-/.月 ]+([0-9]{1,2})?日?)?)?)?(?:[ T][0-9]{1,2}:[0-9]{2}.*)?$"
_CLOSE = r"^([12][0-9]{3})([01][0-9])([0-3][0-9])$"
_FIRST_YEAR, _LAST_YEAR = 1870, 2100


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `written_date`: each distinct date as written, once.

    y, m, d are NULL where not given, y also where the text is no date. `ymd` is the whole date as a number; `lunar` the
    same day by the lunar calendar, `lunar_kept` the lunar day and month with the solar year kept, where that differs.
    A date such as 1985-02-30 is no solar day but may well be a lunar one, and stays.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE written_date AS
        WITH parts AS (
            SELECT written, CASE WHEN regexp_matches(written, '{_CLOSE}') THEN regexp_extract(written, '{_CLOSE}', ['y', 'm', 'd'])
                ELSE regexp_extract(written, '{_PARTS}', ['y', 'm', 'd']) END AS p
            FROM (SELECT DISTINCT birth_date AS written FROM entry WHERE birth_date IS NOT NULL)),
        numbers AS (
            SELECT written, TRY_CAST(p.y AS INTEGER) AS y, nullif(TRY_CAST(p.m AS INTEGER), 0) AS m, nullif(TRY_CAST(p.d AS INTEGER), 0) AS d
            FROM parts),
        checked AS (
            SELECT written, y, m, d, CASE WHEN m IS NOT NULL AND d IS NOT NULL THEN TRY_CAST(printf('%04d-%02d-%02d', y, m, d) AS DATE) END AS day,
                y BETWEEN {_FIRST_YEAR} AND {_LAST_YEAR} AND coalesce(m <= 12, TRUE) AND (d IS NULL OR d <= 30 OR day IS NOT NULL) AS good
            FROM numbers)
        SELECT written, CASE WHEN good THEN y END AS y, CASE WHEN good THEN m END AS m, CASE WHEN good AND m IS NOT NULL THEN d END AS d,
            CASE WHEN good AND m IS NOT NULL THEN y * 10000 + m * 100 + d END AS ymd, CASE WHEN good THEN day END AS day
        FROM checked"""
    )


def add_lunar(connection: duckdb.DuckDBPyConnection) -> None:
    """Columns `lunar` and `lunar_kept` of `written_date`."""
    _lunar_months(connection)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE written_date AS
        WITH counted AS (SELECT *, date_diff('day', DATE '0001-01-01', day) + 1 AS number FROM written_date),
        turned AS (
            SELECT c.* EXCLUDE (number), l.year * 10000 + l.month * 100 + (c.number - l.first + 1) AS lunar,
                c.y * 10000 + l.month * 100 + (c.number - l.first + 1) AS kept
            FROM counted c ASOF LEFT JOIN lunar_month l ON c.number >= l.first)
        SELECT * EXCLUDE (lunar, kept), CAST(lunar AS INTEGER) AS lunar, CAST(CASE WHEN kept <> lunar THEN kept END AS INTEGER) AS lunar_kept
        FROM turned"""
    )


def _lunar_months(connection: duckdb.DuckDBPyConnection) -> None:
    """First days of the lunar months of the years that occur; a leap month counts as the month that it repeats."""
    bounds = connection.execute("SELECT min(y), max(y) FROM written_date WHERE day IS NOT NULL").fetchall()[0]
    connection.execute("CREATE OR REPLACE TEMP TABLE lunar_month (first BIGINT, year INTEGER, month INTEGER)")
    if bounds[0] is None:
        return
    # years overlap by a month or two
    months = dict(month for year in range(bounds[0] - 1, bounds[1] + 2) for month in _months_around(year))
    columns = list(months), [year for year, _ in months.values()], [month for _, month in months.values()]
    connection.execute("INSERT INTO lunar_month SELECT unnest(?), unnest(?), unnest(?)", list(columns))


@cache  # some twenty milliseconds of astronomy, the same for ever
def _months_around(year: int) -> tuple[tuple[int, tuple[int, int]], ...]:
    """The months of a lunar year and those next to it: number of the first day, year and month."""
    from lunar_python import LunarYear

    return tuple(
        (int(month.getFirstJulianDay() - 1721425), (month.getYear(), abs(month.getMonth())))
        for month in LunarYear.fromYear(year).getMonths()
    )
