"""Each candidate pair's level in each comparison, and how often two people who are not the same would be as alike."""

from __future__ import annotations

import duckdb

from diguan.linkage.matching.chances import BROTHER_AND_SISTER, UNSEEN, Chances
from diguan.linkage.matching.levels import number
from diguan.linkage.matching.preparing import local_key

_DAYS = 365
_HALF = tuple(number("name", level) for level in ("unreadable", "given_character", "missing"))


def _part(part: str) -> str:
    """0 same, 1 same sound, 2 different, 3 one is missing, 4 one is unreadable."""
    left, right = f"a.{part}", f"b.{part}"
    return (
        f"CASE WHEN {left} = {right} THEN 0 WHEN {left} = '□' OR {right} = '□' THEN 4 WHEN {left} = '' OR {right} = '' THEN 3 "
        f"WHEN a.s_{part} = b.s_{part} OR {left} || {right} IN (SELECT pair FROM alike) THEN 1 ELSE 2 END"
    )


_NAME = f"""CASE
    WHEN ps + p1 + p2 = 0 THEN {number("name", "same")}
    WHEN ps < 2 AND p1 < 2 AND p2 < 2 THEN {number("name", "homophone")}
    WHEN near THEN {number("name", "near")}
    WHEN crossed THEN {number("name", "swapped")}
    WHEN (ps = 4 AND p1 < 2 AND p2 < 2) OR (ps < 2 AND p1 = 4 AND p2 < 2) OR (ps < 2 AND p1 < 2 AND p2 = 4) THEN {number("name", "unreadable")}
    WHEN ps = 0 AND ((p1 = 2 AND p2 = 0 AND two) OR (p1 = 0 AND p2 = 2)) THEN {number("name", "given_character")}
    WHEN ps = 2 AND p1 = 0 AND p2 = 0 AND two THEN {number("name", "surname")}
    WHEN ps < 2 AND p2 = 3 AND (p1 < 2 OR dropped) THEN {number("name", "missing")}
    WHEN ps < 2 THEN {number("name", "only_surname")}
    ELSE {number("name", "different")} END"""

_DATE = f"""CASE
    WHEN a.y IS NULL OR b.y IS NULL THEN {number("date", "unknown")}
    WHEN a.ymd IS NULL OR b.ymd IS NULL THEN CASE WHEN a.y = b.y AND coalesce(a.m = b.m, TRUE) THEN {number("date", "partial")} ELSE {number("date", "different")} END
    WHEN a.ymd = b.ymd THEN {number("date", "same")}
    WHEN a.lunar = b.ymd OR b.lunar = a.ymd OR a.lunar_kept = b.ymd OR b.lunar_kept = a.ymd THEN {number("date", "lunar")}
    WHEN a.y = b.y AND (a.md = 101 OR b.md = 101) THEN {number("date", "default")}
    WHEN a.y = b.y AND a.md % 100 = b.m AND b.md % 100 = a.m THEN {number("date", "swapped")}
    WHEN a.md = b.md AND abs(a.y - b.y) IN (1, 2, 12) THEN {number("date", "year_off")}
    WHEN hamming(CAST(a.ymd AS VARCHAR), CAST(b.ymd AS VARCHAR)) = 1 THEN {number("date", "digit")}
    WHEN a.y = b.y AND a.m = b.m THEN {number("date", "month")}
    WHEN a.y = b.y THEN {number("date", "year")}
    ELSE {number("date", "different")} END"""

_PLACE = f"""CASE
    WHEN a.village IS NULL OR b.village IS NULL THEN {number("place", "unknown")}
    WHEN a.village = b.village THEN {number("place", "village")}
    WHEN a.township = b.township THEN {number("place", "township")}
    WHEN a.county = b.county THEN {number("place", "county")}
    ELSE {number("place", "elsewhere")} END"""

_IDENTITY = f"""CASE WHEN a.id_mac = b.id_mac THEN {number("identity", "same")} WHEN a.id_mac <> b.id_mac THEN {number("identity", "different")}
    ELSE {number("identity", "unknown")} END"""

_SEX = f"""CASE WHEN a.female IS NULL OR b.female IS NULL THEN {number("sex", "unknown")}
    WHEN a.female = b.female THEN {number("sex", "same")} ELSE {number("sex", "different")} END"""


def _twin(chances: Chances) -> str:
    names = " ".join(f"WHEN {number('name', name)} THEN {share!r}" for name, share in chances.twin_names.items())
    sexes = f"WHEN {number('sex', 'same')} THEN {1 - BROTHER_AND_SISTER} WHEN {number('sex', 'different')} THEN {BROTHER_AND_SISTER}"
    return f"ln(CASE name {names} END * CASE sex {sexes} ELSE 1 END)"


def levels(connection: duckdb.DuckDBPyConnection, chances: Chances, pairs: str, made: str) -> None:
    """The table `made`: for each pair (l, r) of the relation `pairs`, its level in each comparison, and the logarithms of
    how often two people who are not the same are as alike, `u_name`, `u_date` and `u_place`; and, where they might be twins
    of whom either entry names one, how often twins are as alike, `as_twins`."""
    key = f"""CASE WHEN place = {number("place", "village")} THEN CASE
        WHEN name = {number("name", "same")} THEN {local_key("plain", "a_")}
        WHEN name IN ({number("name", "homophone")}, {number("name", "near")}) THEN {local_key("sound", "a_")}
        WHEN name = {number("name", "surname")} THEN {local_key("without_sur", "a_")}
        WHEN name = {number("name", "missing")} THEN CASE WHEN a_g2 = '' THEN {local_key("plain", "a_")} ELSE {local_key("plain", "b_")} END
        WHEN name = {number("name", "unreadable")} THEN NULL
        WHEN name IN {_HALF} AND p1 > 1 THEN {local_key("without_g1", "a_")}
        WHEN name IN {_HALF} THEN {local_key("without_g2", "a_")} END END"""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {made} AS
        WITH parted AS (
            SELECT l, r, {_carried()}, {_part("sur")} AS ps, {_part("g1")} AS p1, {_part("g2")} AS p2,
                a.near = b.near OR (length(a.g2) > 1 AND length(b.g2) > 1 AND a.sur = b.sur AND levenshtein(a.plain, b.plain) = 1) AS near,
                (a.s_sur = b.s_sur AND a.g1 = b.g2 AND a.g2 = b.g1) OR (a.sur = b.g1 AND a.g1 = b.sur AND a.g2 = b.g2)
                    OR (a.sur = b.g2 AND a.g1 = b.sur AND a.g2 = b.g1) OR (b.sur = a.g2 AND b.g1 = a.sur AND b.g2 = a.g1) AS crossed,
                a.g2 <> '' AND b.g2 <> '' AS two, a.s_g1 = b.s_g2 OR a.s_g2 = b.s_g1 AS dropped,
                {_DATE} AS date, {_PLACE} AS place, {_SEX} AS sex, {_IDENTITY} AS identity
            FROM {pairs} JOIN person a ON a.id = l JOIN person b ON b.id = r),
        levelled AS (SELECT *, {_NAME} AS name FROM parted),
        keyed AS (SELECT *, {key} AS key FROM levelled)
        SELECT l, r, CAST(name AS UTINYINT) AS name, CAST(date AS UTINYINT) AS date, CAST(place AS UTINYINT) AS place,
            CAST(sex AS UTINYINT) AS sex, CAST(identity AS UTINYINT) AS identity, a_household AS home_l, b_household AS home_r, a_n_home AS n_home_l, b_n_home AS n_home_r,
            ln(least(1, greatest({_u_name(chances)}, 1e-12))) AS u_name, ln(least(1, {_u_date(chances.people)})) AS u_date, ln(least(1, {_u_place(chances.people)})) AS u_place,
            CASE WHEN date = {number("date", "same")} AND place = {number("place", "village")} AND a_household IS DISTINCT FROM b_household
                AND NOT a_with_twin AND NOT b_with_twin THEN {_twin(chances)} END AS as_twins
        FROM keyed LEFT JOIN local USING (key)"""
    )


def _carried() -> str:
    """Columns of both people that the counting needs after the levels are known."""
    left = "village county sur g1 g2 plain sound household n_home n_plain chance n_sound n_near n_sur n_g1 n_g2 n_village_sur n_county_sur n_village_g1 n_village_g2 n_without_g1 n_without_g2 n_without_sur n_village n_township n_county n_ymd n_y ymd lunar lunar_kept with_twin"
    right = "village household n_home with_twin g1 g2 plain sound n_sound n_plain n_near n_sur n_g1 n_g2 n_without_g1 n_without_g2 n_without_sur n_ymd n_y ymd"
    return ", ".join(
        [*(f"a.{name} AS a_{name}" for name in left.split()), *(f"b.{name} AS b_{name}" for name in right.split())]
    )


def _u_name(chances: Chances) -> str:
    """Share of other people whose name is as like: of the whole file, and beyond that of the village where both live.

    The two entries themselves do not count.
    """
    total = chances.people
    own = f"CASE WHEN name = {number('name', 'same')} AND date = {number('date', 'same')} AND a_ymd % 10000 <> 101 THEN 1 ELSE 2 END"
    base = f"""CASE name
        WHEN {number("name", "same")} THEN {chances.same("a_", own)}
        WHEN {number("name", "homophone")} THEN CASE WHEN a_sound = b_sound THEN greatest(a_n_sound - 2, 0) ELSE a_n_sound + b_n_sound - 2 END + {UNSEEN}
        WHEN {number("name", "near")} THEN greatest(a_n_near, b_n_near, 2) - 2 + {UNSEEN}
        WHEN {number("name", "swapped")} THEN greatest(a_n_plain, b_n_plain) - 1 + {UNSEEN}
        WHEN {number("name", "surname")} THEN greatest(a_n_without_sur, 2) - 2 + {UNSEEN}
        WHEN {number("name", "only_surname")} THEN a_n_sur
        WHEN {number("name", "different")} THEN {total}
        WHEN {number("name", "missing")} THEN 4 * (CASE WHEN a_g2 = '' THEN a_n_plain ELSE b_n_plain END - 1 + {UNSEEN})
        WHEN {number("name", "unreadable")} THEN 2 * (CASE ps WHEN 4 THEN greatest(a_n_without_sur, b_n_without_sur) * least(a_n_sur, b_n_sur)
            ELSE CASE p1 WHEN 4 THEN greatest(a_n_without_g1, b_n_without_g1) * CASE WHEN a_g1 = '□' THEN a_n_g1 ELSE b_n_g1 END
            ELSE greatest(a_n_without_g2, b_n_without_g2) * CASE WHEN a_g2 = '□' THEN a_n_g2 ELSE b_n_g2 END END END / {total} + {UNSEEN} / 10)
        ELSE 2 * (CASE WHEN p1 > 1 THEN greatest(a_n_without_g1, b_n_without_g1) ELSE greatest(a_n_without_g2, b_n_without_g2) END - 2 + {UNSEEN})
        END / {total}"""
    boost = f"""CASE WHEN name IN ({number("name", "surname")}, {number("name", "different")}) THEN 1
        WHEN place = {number("place", "village")} THEN {chances.commoner("village", "a_")}
        WHEN place IN ({number("place", "township")}, {number("place", "county")}) THEN {chances.commoner("county", "a_")} ELSE 1 END"""
    in_village = f"name <= {number('name', 'near')} AND place = {number('place', 'village')}"
    fashion, clan = chances.fashion, chances.clan
    times = f"""CASE WHEN date IN ({number("date", "different")}, {number("date", "unknown")}) THEN 1
        WHEN name IN {_HALF} THEN {fashion**0.5:.3f} ELSE {fashion:.3f} END * CASE WHEN {in_village} THEN {clan:.3f} ELSE 1 END"""
    halves = f"CASE WHEN {in_village} THEN {chances.halves('a_')} ELSE 0 END"
    ways = (
        f"CASE name WHEN {number('name', 'given_character')} THEN 2 WHEN {number('name', 'missing')} THEN 4 ELSE 1 END"
    )
    return f"coalesce({ways} * greatest(local.n_local - {own}, 0) / a_n_village, 0) + greatest({halves}, {base} * {boost}) * {times}"


def _u_date(total: int) -> str:
    """Share of other people whose date is as like; of a day that hardly anybody shares, its part of the year."""

    def day(of: str) -> str:
        return f"greatest({of}n_ymd - 1, {of}n_y / {_DAYS})"

    both = f"({day('a_')} + {day('b_')})"
    return f"""CASE date
        WHEN {number("date", "same")} THEN greatest(a_n_ymd - CASE WHEN name = {number("name", "same")} AND a_ymd % 10000 <> 101 THEN 1 ELSE 2 END, a_n_y / {_DAYS})
        WHEN {number("date", "lunar")} THEN 2 * CASE WHEN a_lunar = b_ymd OR a_lunar_kept = b_ymd THEN {day("b_")} ELSE {day("a_")} END
        WHEN {number("date", "default")} THEN 2 * CASE WHEN a_ymd % 10000 = 101 THEN {day("a_")} ELSE {day("b_")} END
        WHEN {number("date", "swapped")} THEN {day("b_")}
        WHEN {number("date", "year_off")} THEN 3 * {both}
        WHEN {number("date", "digit")} THEN 15 * {both}
        WHEN {number("date", "month")} THEN a_n_y / 12
        WHEN {number("date", "year")} THEN a_n_y
        WHEN {number("date", "partial")} THEN a_n_y
        ELSE {total} END / {total}"""


def _u_place(total: int) -> str:
    return f"""CASE place WHEN {number("place", "village")} THEN a_n_village WHEN {number("place", "township")} THEN a_n_township
        WHEN {number("place", "county")} THEN a_n_county ELSE {total} END / {total}"""
