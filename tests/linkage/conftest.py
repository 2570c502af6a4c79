"""A county's register with a cast of people entered twice, or only seeming so, among two thousand others."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from bench.linkage import village_people
from tests.cast import LIUJIA, SUNJIA, WANGJIA

from diguan.linkage import matching

COLUMNS = ("person_key", "name", "sex", "birth_date", "place", "household_key", "id_mac")
OTHERS = 2500


@dataclass(frozen=True)
class Someone:
    key: str
    name: str
    sex: str = ""
    born: str = ""
    place: str = LIUJIA
    home: str = ""
    id_mac: str = ""

    def row(self) -> tuple[str, ...]:
        return (self.key, self.name, self.sex, self.born, self.place, self.home, self.id_mac)


CAST = (
    # Zhao Jianwei was entered again by ear: 伟 and 维 sound the same.
    Someone("zhao", "赵建伟", "男", "1968-03-05", LIUJIA, "zhao's"),
    Someone("zhao-by-ear", "赵建维", "男", "1968-03-05", LIUJIA, "zhao alone"),
    # Chen Guilan gave her birthday as she keeps it, by the lunar calendar.
    Someone("chen", "陈桂兰", "女", "1952-04-18", LIUJIA, "chen's"),
    Someone("chen-lunar", "陈桂兰", "女", "1952-03-24", LIUJIA, "chen's son's"),
    # Born on the thirtieth of the second month: a day that no solar calendar has.
    Someone("xu", "徐春礼", "男", "1962-04-04", LIUJIA, "xu's"),
    Someone("xu-lunar", "徐春礼", "男", "1962-02-30", LIUJIA, "xu again"),
    # Li Qiuju is still on her parents' sheet, and on her husband's in another county.
    Someone("li-father", "李守田", "男", "1958-02-11", LIUJIA, "li's"),
    Someone("li-daughter", "李秋菊", "女", "1985-09-12", LIUJIA, "li's"),
    Someone("li-husband", "韩庆波", "男", "1983-07-30", SUNJIA, "han's"),
    Someone("li-married", "李秋菊", "女", "1985-09-12", SUNJIA, "han's"),
    # The family Guo moved and was entered again, the twins as well, one with a wrong character, the mother with 1 January.
    Someone("guo", "郭凯旋", "男", "1980-11-02", LIUJIA, "guo's"),
    Someone("guo-wife", "钱晓梅", "女", "1982-06-17", LIUJIA, "guo's"),
    Someone("guo-twin-1", "郭佳怡", "女", "2012-05-06", LIUJIA, "guo's"),
    Someone("guo-twin-2", "郭佳欣", "女", "2012-05-06", LIUJIA, "guo's"),
    Someone("guo-moved", "郭凯旋", "男", "1980-11-02", SUNJIA, "guo's flat"),
    Someone("guo-wife-moved", "钱小梅", "女", "1982-01-01", SUNJIA, "guo's flat"),
    Someone("guo-twin-1-moved", "郭佳宜", "女", "2012-05-06", SUNJIA, "guo's flat"),
    Someone("guo-twin-2-moved", "郭佳欣", "女", "2012-05-06", SUNJIA, "guo's flat"),
    # Two men called Wang Wei live in one village, and three years lie between them.
    Someone("wang-wei", "王伟", "男", "1979-06-03", LIUJIA, "wang's"),
    Someone("other-wang-wei", "王伟", "男", "1982-10-21", LIUJIA, "other wang's"),
    # Brothers of one generation name.
    Someone("sun-gang", "孙志刚", "男", "1975-01-19", WANGJIA, "sun's"),
    Someone("sun-qiang", "孙志强", "男", "1976-03-02", WANGJIA, "sun's"),
    # Rare, old and unreadable characters.
    Someone("zhou", "周䶮", "男", "1991-08-14", LIUJIA, "zhou's"),
    Someone("zhou-bank", "周YAN", "男", "1991-08-14", LIUJIA, "zhou again"),
    Someone("wu", "吴𠮷祥", "男", "1949-12-01", LIUJIA, "wu's"),
    Someone("wu-plain", "吴吉祥", "男", "1949-12-01", LIUJIA, "wu again"),
    Someone("zhang", "張國棟", "男", "1957-07-07", LIUJIA, "zhang's"),
    Someone("zhang-simplified", " 张国　栋", "M", "1957/7/7", LIUJIA, "zhang again"),
    Someone("zheng", "郑淑芳", "女", "1966-10-10", LIUJIA, "zheng's"),
    Someone("zheng-unread", "郑?芳", "女", "1966-10-10", LIUJIA, "zheng again"),
    # Written with another dot.
    Someone("aili", "买买提·艾力", "男", "1972-05-05", SUNJIA, "aili's"),
    Someone("aili-dotted", "买买提•艾力", "男", "1972-05-05", SUNJIA, "aili again"),
    # One ID number: the same woman with another given name; and two people who cannot be one.
    Someone("ma", "马玉珍", "女", "1960-02-02", LIUJIA, "ma's", "mac-ma"),
    Someone("ma-childhood-name", "马小丫", "女", "1960-02-02", WANGJIA, "ma again", "mac-ma"),
    Someone("hu", "胡德胜", "男", "1955-05-15", LIUJIA, "hu's", "mac-hu"),
    Someone("not-hu", "宋雅琴", "女", "1999-12-24", SUNJIA, "song's", "mac-hu"),
)  # fmt: skip


def write_csv(file: Path, people: Iterable[Someone], encoding: str = "utf-8") -> Path:
    with file.open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target)
        writer.writerow(COLUMNS)
        writer.writerows(person.row() for person in people)
    return file


def others() -> list[Someone]:
    """Two and a half thousand people of the neighbouring county, some of them entered twice."""
    return [
        Someone(f"other-{number}", p.name, p.sex or "", p.written or "", p.place or "", p.household)
        for number, p in enumerate(village_people.entries(OTHERS, 0.15))
    ]


@dataclass(frozen=True)
class Findings:
    """What a run found, asked by the keys of two people."""

    found: matching.Found
    folder: Path

    def pair(self, one: str, other: str) -> Mapping[str, object] | None:
        listed = duckdb.execute(
            f"SELECT * FROM '{self.folder / matching.PAIRS}' WHERE (left_key, right_key) IN ((?, ?), (?, ?))",
            [one, other, other, one],
        )
        names = [str(column[0]) for column in listed.description]
        row = listed.fetchone()
        return dict(zip(names, row, strict=True)) if row else None

    def decision(self, one: str, other: str) -> str | None:
        pair = self.pair(one, other)
        return str(pair["decision"]) if pair else None

    def cluster(self, key: str) -> set[str]:
        file = self.folder / matching.CLUSTERS
        same = f"SELECT person_key FROM '{file}' WHERE cluster IN (SELECT cluster FROM '{file}' WHERE person_key = ?)"
        return {str(row[0]) for row in duckdb.execute(same, [key]).fetchall()}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """The cast among the others, looked through once."""
    folder = tmp_path_factory.mktemp("linkage")
    register = write_csv(folder / "register.csv", [*CAST, *others()])
    return Findings(matching.find(register, folder / "out"), folder / "out")
