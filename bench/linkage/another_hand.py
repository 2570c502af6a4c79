"""A register made in another way, as somebody else would make one: by lists and shares, set by set, in SQL.

Given names come whole from a list, people are thrown together into households, second entries are made of anybody and stand
alone, with their household, or with strangers; each carries a number of mistakes drawn from a list. Nobody in it exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
from lunar_python import LunarYear
from pypinyin import lazy_pinyin

from diguan.engine.sql import text

_SURNAMES = "李王张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷段史陶贺龙毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文欧阳诸葛慕容"
_FIRST = "建国志文德海玉明永金春秀桂美丽晓小佳雨思梦子浩天宇一俊家雪红淑国振新立成学少万忠庆长凤兰翠月云素艳彩慧爱亚嘉欣诗雅紫若心语可乐安然景承泽熙"
_SECOND = "华军伟强平英兰珍芳霞梅林生明辉杰斌涛峰龙飞鹏敏静丽娟玲燕红艳萍琴云花香荣贵福山河川刚勇波超凯轩涵琪瑶怡萱晨阳洋博文武成才德义信仁礼智勤俭诚实源泉清泰康宁安乐心怡然宸昊"
_STEPPE = [
    "乌云其木格",
    "巴特尔",
    "其其格",
    "萨仁高娃",
    "阿古拉",
    "哈斯额尔敦",
    "苏日娜",
    "娜仁托娅",
    "额尔敦布和",
    "白音那木拉",
    "敖登格日勒",
    "宝音德力格尔",
]
_WEST = ["买买提·艾力", "阿依古丽·吐尔逊", "吐尔逊江·买买提", "古丽娜尔·阿不都", "艾山江·热合曼", "帕提古丽·依明"]
_LOOK_ALIKE = [
    "己已",
    "未末",
    "士土",
    "日曰",
    "大太",
    "天夭",
    "人入",
    "王玉",
    "干千",
    "刀力",
    "白百",
    "目自",
    "兰蓝",
    "辉晖",
    "杨扬",
    "林琳",
    "清靖",
    "萍苹",
    "芬芳",
    "娟绢",
    "婷停",
    "梅海",
    "玲铃",
    "伟纬",
    "斌赋",
    "福富",
    "贵责",
    "宁宇",
    "晨辰",
    "宸晨",
    "瑶谣",
    "怡治",
    "泽择",
    "浩洁",
    "洋详",
    "涛祷",
    "海悔",
    "思恩",
    "德得",
]


@dataclass(frozen=True)
class Shape:
    """How the register is made: people a village, the share of second entries, and of entries without something."""

    village: int = 1600
    twice: float = 0.08
    no_sex: float = 0.04
    no_date: float = 0.02
    no_place: float = 0.03
    no_household: float = 0.02


def write(folder: Path, people: int, shape: Shape | None = None, seed: int = 7, *, in_two: bool = False) -> Path:
    """persons.parquet with about `people` entries, and persons_truth.parquet; the same for the same arguments.

    `in_two`: the second entries, and one person in eight of the others, make a file of their own, list.parquet.
    """
    shape = shape or Shape()
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE MACRO draw(key, what) AS (hash(key, what, {seed}) % 1000003) / 1000003.0")
        connection.execute(
            "CREATE MACRO pick(list, key, what) AS list[1 + CAST(floor(len(list) * pow(draw(key, what), 1.7)) AS INTEGER)]"
        )
        _lists(connection)
        _people(connection, int(people / (1 + shape.twice)), shape)
        _second_entries(connection, shape)
        _enter(connection, shape, seed)
        if not in_two:
            return _copied(connection, folder, "persons", "TRUE")
        of_list = "turn = 1 OR (draw(home, 'listed') < 0.125 AND home NOT IN (SELECT home FROM again))"
        _copied(connection, folder, "list", of_list)
        return _copied(connection, folder, "persons", f"NOT ({of_list})")


def _lists(connection: duckdb.DuckDBPyConnection) -> None:
    surnames = [*_SURNAMES[:-6], "欧阳", "诸葛", "慕容"]
    given = [a + b for a in _FIRST for b in _SECOND if a != b] + list(_SECOND) + [a + a for a in _SECOND[:40]]
    # Shuffled by hash so that the commonest given names are not neighbours.
    connection.execute(
        "CREATE TABLE lists AS SELECT ? AS surnames, (SELECT list(g ORDER BY hash(g)) FROM unnest(?) AS t(g)) AS given",
        [surnames, given],
    )
    connection.execute("ALTER TABLE lists ADD COLUMN far VARCHAR[]")
    connection.execute("UPDATE lists SET far = ?", [_STEPPE + _WEST])
    signs = sorted(set("".join(given) + _SURNAMES))
    by_sound: dict[str, list[str]] = {}
    for sign in [*signs, *"炜玮维惟薇微卫魏嫣焰妍研颜艳洁捷婕瑞蕊睿锐君钧骏郡浚倩茜芊谦静净菁晶璟婧莹盈颖影瑛樱"]:
        by_sound.setdefault(lazy_pinyin(sign)[0], []).append(sign)
    sounds = [(sign, [other for other in by_sound[lazy_pinyin(sign)[0]] if other != sign]) for sign in signs]
    looks = dict([*(pair for pair in _LOOK_ALIKE), *(pair[::-1] for pair in _LOOK_ALIKE)])
    connection.execute(
        "CREATE TABLE sign AS SELECT unnest(?) AS sign, unnest(?) AS alike, unnest(?) AS looks",
        [[s for s, _ in sounds], [alike for _, alike in sounds], [looks.get(s) for s, _ in sounds]],
    )
    months = [
        (int(m.getFirstJulianDay() - 1721425), m.getYear(), abs(m.getMonth()))
        for year in range(1919, 2022)
        for m in LunarYear.fromYear(year).getMonths()
    ]
    connection.execute(
        "CREATE TABLE month AS SELECT DISTINCT unnest(?) AS first, unnest(?) AS year, unnest(?) AS month",
        [[m[at] for m in months] for at in range(3)],
    )


def _people(connection: duckdb.DuckDBPyConnection, people: int, shape: Shape) -> None:
    """Households of one to seven; ages without regard to each other, surnames mostly the father's; a few twins."""
    villages = max(people // shape.village, 4)
    far = "CASE WHEN v % 40 = 7 AND draw(i, 'far') < 0.6 THEN pick(far, i, 'farname') END"
    surname = "CASE WHEN draw(i, 'own') < 0.6 THEN pick(surnames, home, 'family') ELSE pick(surnames, i, 'surname') END"
    connection.execute(
        f"""
        CREATE TABLE person AS
        WITH homes AS (SELECT h AS home, 1 + CAST(floor(6.9 * pow(draw(h, 'size'), 1.3)) AS INTEGER) AS size, hash(h, 'v') % {villages} AS v
            FROM range({people}) AS t(h)),
        seats AS (SELECT row_number() OVER (ORDER BY home, seat) AS i, home, v, seat FROM (SELECT home, v, unnest(range(size)) AS seat FROM homes)),
        twins AS (SELECT *, CASE WHEN seat > 2 AND draw(home, 'twin') < 0.02 THEN i - 1 ELSE i END AS birth FROM seats WHERE i <= {people})
        SELECT i, home, v, draw(i, 'sex') < 0.49 AS female, coalesce({far}, {surname} || pick(given, i, 'given')) AS name,
            DATE '1930-01-01' + CAST(floor(32500 * draw(birth, 'born')) AS INTEGER) AS born
        FROM twins, lists"""
    )


def _second_entries(connection: duckdb.DuckDBPyConnection, shape: Shape) -> None:
    """Anybody, alone or with the household, in a household of one's own or among strangers; one in five lives elsewhere."""
    connection.execute(
        f"""
        CREATE TABLE again AS
        SELECT p.*, CASE WHEN whole THEN 'again' || home WHEN draw(i, 'with') < 0.5 THEN 'alone' || i ELSE 'home' || CAST(floor(draw(i, 'where') * (SELECT max(home) FROM person)) AS BIGINT) END AS key,
            CASE WHEN draw(CASE WHEN whole THEN home ELSE i END, 'moves') < 0.15 THEN CAST(hash(CASE WHEN whole THEN home ELSE i END, 'to') % (SELECT max(v) + 1 FROM person) AS BIGINT) ELSE v END AS now
        FROM (SELECT *, draw(home, 'whole') < {shape.twice} * 0.5 AS whole FROM person) p
        WHERE whole OR draw(i, 'again') < {shape.twice} * 0.5"""
    )


_NAME_FAULTS = (
    (0.05, "alike", "left(name, spot) || coalesce(pick(alike, i, 'alike'), sign) || substr(name, spot + 2)"),
    (0.03, "looks", "left(name, spot) || coalesce(looks, '华') || substr(name, spot + 2)"),
    (0.04, "other", "left(name, spot) || pick(signs, i, 'any') || substr(name, spot + 2)"),
    (0.006, "lost", "left(name, spot) || substr(name, spot + 2)"),
    (0.004, "more", "left(name, spot + 1) || pick(signs, i, 'any') || substr(name, spot + 2)"),
    (0.006, "turned", "CASE WHEN length(name) = 3 THEN name[1] || name[3] || name[2] ELSE reverse(name) END"),
    (0.004, "unread", "left(name, spot) || '?' || substr(name, spot + 2)"),
    (0.01, "spaced", "name[1] || '  ' || substr(name, 2)"),
)
_DATE_FAULTS = (
    (0.05, "lunar"), (0.03, "printf('%04d-%02d-%02d', year(born) + CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END, month(born), least(day(born), 28))"),
    (0.03, "printf('%04d-01-01', year(born))"), (0.01, "printf('%04d-%02d-%02d', year(born), 1 + (month(born) + 2) % 12, least(day(born), 28))"),
    (0.01, "printf('%04d-%02d-%02d', year(born), month(born), 1 + (day(born) + 9) % 28)"),
    (0.004, "CASE WHEN day(born) <= 12 THEN strftime(born, '%Y-%d-%m') ELSE strftime(born, '%Y-%m-%d') END"),
    (0.005, "strftime(born, '%Y-%m')"), (0.004, "strftime(born, '%Y/%m/%d')"),
)  # fmt: skip


def _case(faults: tuple[tuple[float, str], ...], what: str, otherwise: str) -> str:
    done, branches = 0.0, []
    for share, value in faults:
        done += share
        branches.append(f"WHEN draw(i, '{what}') < {done:.4f} THEN {value}")
    return f"CASE {' '.join(branches)} ELSE {otherwise} END"


def _enter(connection: duckdb.DuckDBPyConnection, shape: Shape, seed: int) -> None:
    connection.execute(
        """
        CREATE TABLE lunar AS SELECT DISTINCT i, printf('%04d-%02d-%02d', year, month, number + 1 - first) AS lunar
        FROM (SELECT i, date_diff('day', DATE '0001-01-01', born) + 1 AS number FROM again) ASOF JOIN month ON number >= first"""
    )
    name = _case(tuple((share, value) for share, _, value in _NAME_FAULTS), "namefault", "name")
    born = _case(_DATE_FAULTS, "datefault", "strftime(born, '%Y-%m-%d')")
    connection.execute(
        f"""
        CREATE TABLE entry AS
        SELECT i AS who, name, female, strftime(born, '%Y-%m-%d') AS born, v, 'home' || home AS key, home, 0 AS turn FROM person
        UNION ALL
        SELECT i, {name}, CASE WHEN draw(i, 'sexfault') < 0.005 THEN NOT female ELSE female END, {born}, now, key, home, 1
        FROM (SELECT *, CAST(floor(draw(i, 'at') * length(name)) AS INTEGER) AS spot FROM again) a
        LEFT JOIN lunar USING (i) LEFT JOIN sign ON sign.sign = substr(name, spot + 1, 1), (SELECT list(sign ORDER BY sign) AS signs FROM sign)"""
    )
    lost = {
        what: f"draw(hash(who, turn), '{what}') < {share}"
        for what, share in (("s", shape.no_sex), ("d", shape.no_date), ("p", shape.no_place), ("h", shape.no_household))
    }
    connection.execute(
        f"""
        CREATE TABLE final AS SELECT printf('e%08d', row_number() OVER (ORDER BY hash(who, turn, {seed}))) AS person_key, who, name,
            CASE WHEN NOT {lost["s"]} THEN CASE WHEN female THEN '女' ELSE '男' END END AS sex, CASE WHEN NOT {lost["d"]} THEN born END AS birth_date,
            CASE WHEN NOT {lost["p"]} THEN printf('53%02d%02d%03d%03d', 1 + v // 600, 1 + v // 100 % 6, 1 + v // 10 % 10, 201 + v % 10) END AS place,
            CASE WHEN NOT {lost["h"]} THEN key END AS household_key, home, turn FROM entry"""
    )


def _copied(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, condition: str) -> Path:
    for suffix, columns in (("", "* EXCLUDE (who, home, turn)"), ("_truth", "person_key, who")):
        file = text(str(folder / f"{name}{suffix}.parquet"))
        connection.execute(
            f"COPY (SELECT {columns} FROM final WHERE {condition} ORDER BY person_key) TO {file} (FORMAT parquet)"
        )
    return folder / f"{name}.parquet"
