"""The hold-out: a register as clerks left it, to try what was fitted to other registers. No constant is ever chosen by it.

Not a good register with bad copies: whoever is entered, be it once or four times, is entered by some clerk, and each clerk has
habits (writes by ear, by dialect, by shape; dates by the lunar calendar, by the year; no households). Villages are clans of one
surname, or of peoples whose names have one to five characters and no surname. Nobody in it exists.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pypinyin import lazy_pinyin

from bench.linkage.village_people import lunar

SURNAMES = "李张罗王杨陈刘龙吴田石向彭覃韦黄麻滕莫蒙岑班卢陆农姚潘欧石雷钟蓝兰盘赵邓冯奉左包马沙勒吉曲侯祝谷尚熊和木寸段董字毕普"
GENERATION = "光宗耀祖世代昌盛维朝应正大道传家启绍述本立克绳其武兆秉承恩泽远"
MEN = "华文明光荣强兵勇民权富贵生福寿全才发旺胜利军平安良木水火土根石岩柱牛虎龙彪健康浩然宇轩俊杰子航一鸣博翔"
WOMEN = "妹英花莲香桃菊梅珍秀芝翠凤仙娥银金满巧月圆桂芬芳兰琼美丽燕妮婷雨欣梓涵怡诺瑶佳琪思静小群会琴"
# Names without a surname, of peoples who have none: the parts they are put together of.
TIBETAN = (
    "扎西",
    "卓玛",
    "次仁",
    "央金",
    "旦增",
    "洛桑",
    "拉姆",
    "白玛",
    "格桑",
    "尼玛",
    "达瓦",
    "平措",
    "德吉",
    "索朗",
    "曲珍",
    "多吉",
)
YI = (
    "阿木",
    "吉克",
    "沙马",
    "尔古",
    "阿的",
    "曲比",
    "木乃",
    "伍呷",
    "日火",
    "石一",
    "阿牛",
    "阿各",
    "史古",
    "拉铁",
    "子哈",
    "以布",
)
UYGHUR = (
    "艾力",
    "吐尔逊",
    "阿依古丽",
    "热合曼",
    "买买提",
    "古丽",
    "阿不都",
    "依明",
    "帕提",
    "玉素甫",
    "再乃",
    "麦麦提",
    "沙吾提",
)
DAI = "香罕波温叫燕恩坎砍应囡光儿胆保扁龙拉帕"
LOOKS = (
    "木本",
    "大太",
    "土士",
    "未末",
    "己已",
    "日目",
    "石右",
    "田由",
    "兰三",
    "金全",
    "王五",
    "风凤",
    "芳芬",
    "武式",
    "全金",
    "人入",
    "牛午",
    "平干",
    "会合",
    "生主",
)
THIS_YEAR = 2022


@dataclass(frozen=True)
class Shape:
    """`again`: how many of the entries stand for somebody who has another one. The rest: shares of clerks, and of entries."""

    again: float = 0.15
    by_lunar: float = 0.12  # clerks who write old people's birthdays by the lunar calendar
    by_year: float = 0.04  # clerks who write the year only
    no_households: float = 0.06  # clerks who put down no households
    no_birth: float = 0.03
    no_village: float = 0.02
    slip: float = 1.0  # times as many slips as usual


@dataclass(frozen=True)
class Clerk:
    lunar: bool
    year: bool
    households: bool
    fault: str  # how a name comes out wrong when it does


@dataclass(frozen=True)
class Person:
    who: int
    name: str
    woman: bool
    born: dt.date


@dataclass(frozen=True)
class Entry:
    who: int
    name: str
    sex: str | None
    born: str | None
    place: str | None
    home: str | None


def _skewed(chance: random.Random, listed: Sequence[str]) -> str:
    return listed[int(len(listed) * chance.random() ** 2)]


class Village:
    """`people`: how names are made; `clan`: the surname of eight in ten."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.code = f"5226{22 + number // 90:02}{100 + number // 9 % 10:03}{200 + number % 9:03}"
        self.people = chance.choices(("han", "tibetan", "yi", "uyghur", "dai"), (84, 5, 5, 3, 3))[0]
        self.clan, self.poem = _skewed(chance, SURNAMES), chance.sample(GENERATION, 8)

    def name(self, chance: random.Random, woman: bool, year: int, family: str) -> str:
        given = WOMEN if woman else MEN
        if self.people == "han":
            if not woman and chance.random() < 0.45 and year < 1995:
                return family + self.poem[(year - 1900) // 22] + _skewed(chance, given)
            lot = chance.random()
            if lot < 0.003:
                return _skewed(chance, given)
            one, two = _skewed(chance, given), chance.choice(given)
            return family + (one if lot < 0.22 else "小" + one if lot < 0.3 else one + two)
        if self.people == "dai":
            return (
                ("玉" if woman else "岩") + _skewed(chance, DAI) + (chance.choice(DAI) if chance.random() < 0.5 else "")
            )
        if self.people == "uyghur":
            return f"{chance.choice(UYGHUR)}·{chance.choice(UYGHUR)}"
        parts = TIBETAN if self.people == "tibetan" else YI
        return chance.choice(parts) + (chance.choice(parts) if chance.random() < 0.8 else "")


class Register:
    def __init__(self, seed: int, shape: Shape, villages: int) -> None:
        self.chance, self.shape = random.Random(seed), shape
        self.villages = [Village(self.chance, number) for number in range(villages)]
        self.entries: list[Entry] = []
        self.count = self.homes = 0

    def fill(self, target: int) -> list[Entry]:
        """Household by household; some people of each, or all, are entered again by other clerks."""
        chance = self.chance
        extra = self.shape.again / (1 - self.shape.again) / 1.3
        hosts: list[tuple[Village, str]] = []
        while len(self.entries) < target:
            village = chance.choice(self.villages)
            home, people = self._home(), list(self._household(village))
            hosts.append((village, home))
            self._visit(people, village, home)
            if chance.random() < extra * 0.45:
                for _ in range(chance.choices((1, 2, 3), (15, 4, 1))[0]):
                    there = village if chance.random() < 0.6 else chance.choice(self.villages)
                    self._visit([p for p in people if chance.random() < 0.85] or people, there, self._home())
                continue
            for person in people:
                if chance.random() < extra * 0.6:
                    for _ in range(chance.choices((1, 2, 3), (15, 4, 1))[0]):
                        self._alone(person, village, home, hosts)
        chance.shuffle(self.entries)
        return self.entries

    def _alone(self, person: Person, village: Village, home: str, hosts: list[tuple[Village, str]]) -> None:
        """By oneself, with others of the village, with strangers elsewhere, or once more at home."""
        lot = self.chance.random()
        there, at = self.chance.choice(hosts) if lot < 0.4 else (village, self._home() if lot < 0.9 else home)
        self._visit([person], there, at)

    def _home(self) -> str:
        self.homes += 1
        return f"{self.homes:07}"

    def _household(self, village: Village) -> Iterator[Person]:
        chance = self.chance
        family = village.clan if chance.random() < 0.8 else _skewed(chance, SURNAMES)
        head = int(chance.triangular(1935, 1998, 1968))
        births = [(False, head, family), (True, head + chance.randrange(-3, 6), _skewed(chance, SURNAMES))][
            : chance.choice((1, 2, 2, 2))
        ]
        births += [
            (chance.random() < 0.48, head + chance.randrange(19, 36), family)
            for _ in range(chance.choice((0, 1, 1, 2, 2, 3)))
        ]
        day = None
        for at, (woman, year, surname) in enumerate(births):
            twin = at > 2 and chance.random() < 0.03 and day is not None
            year = min(year, THIS_YEAR)
            day = day if twin and day else dt.date(year, 1, 1) + dt.timedelta(days=chance.randrange(365))
            self.count += 1
            yield Person(self.count, village.name(chance, woman, day.year, surname), woman, day)

    def _visit(self, people: Sequence[Person], village: Village, home: str) -> None:
        chance, shape = self.chance, self.shape
        old = people[0].born.year < 1972
        clerk = Clerk(
            old and chance.random() < shape.by_lunar,
            chance.random() < shape.by_year,
            chance.random() >= shape.no_households,
            chance.choice(("ear", "ear", "dialect", "look", "any")),
        )
        self.entries += [self._written(person, village, home, clerk) for person in people]

    def _written(self, person: Person, village: Village, home: str, clerk: Clerk) -> Entry:
        chance, shape = self.chance, self.shape
        name = person.name
        if chance.random() < 0.06 * shape.slip:
            name = _miswritten(chance, name, clerk.fault)
        if chance.random() < 0.012 * shape.slip:
            name = chance.choice((_turned, _cut, _spaced))(chance, name)
        born: str | None = self._dated(person.born, clerk)
        if chance.random() < shape.no_birth:
            born = None
        woman = person.woman != (chance.random() < 0.004)
        sex = None if chance.random() < 0.02 else "女" if woman else "男"
        place = None if chance.random() < shape.no_village else village.code
        return Entry(person.who, name, sex, born, place, home if clerk.households else None)

    def _dated(self, born: dt.date, clerk: Clerk) -> str:
        chance, slip = self.chance, self.shape.slip
        if clerk.year:
            return str(born.year)
        lot = chance.random() / slip
        if lot < 0.015:
            born = born.replace(year=born.year + chance.choice((-1, 1)), day=min(born.day, 28))
        elif lot < 0.025:
            return f"{born.year}年1月1日"
        elif lot < 0.04:
            born = born.replace(day=1 + chance.randrange(28))
        elif lot < 0.045:
            born = dt.date(born.year, 1 + chance.randrange(12), min(born.day, 28))
        written = lunar(born) if clerk.lunar else born.isoformat()
        return written.replace("-", "") if chance.random() < 0.2 else written


@cache
def _sounding(dialect: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sign in sorted(
        set(
            SURNAMES
            + GENERATION
            + MEN
            + WOMEN
            + DAI
            + "".join((*TIBETAN, *YI, *UYGHUR))
            + "铃玲灵伶岚澜婵芸云韵耘晖辉惠慧荟莉丽力俪"
        )
    ):
        found.setdefault(_sound(sign, dialect), []).append(sign)
    return found


def _sound(sign: str, dialect: bool) -> str:
    sound = str(lazy_pinyin(sign)[0])
    if dialect:
        sound = sound.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n")
        sound = "l" + sound[1:] if sound[0] == "n" else "hu" + sound[1:] if sound[0] == "f" else sound
    return sound


def _miswritten(chance: random.Random, name: str, fault: str) -> str:
    at = chance.randrange(len(name))
    if fault in ("ear", "dialect"):
        pool = [s for s in _sounding(fault == "dialect").get(_sound(name[at], fault == "dialect"), ()) if s != name[at]]
    elif fault == "look":
        pool = [pair[1 - pair.index(name[at])] for pair in LOOKS if name[at] in pair]
    else:
        pool = list(MEN + WOMEN)
    return name[:at] + (chance.choice(pool) if pool else name[at]) + name[at + 1 :]


def _turned(_chance: random.Random, name: str) -> str:
    return name[:-2] + name[-1] + name[-2] if len(name) > 2 else name


def _cut(chance: random.Random, name: str) -> str:
    at = chance.randrange(len(name)) if len(name) > 2 else len(name)
    return name[:at] + name[at + 1 :]


def _spaced(_chance: random.Random, name: str) -> str:
    return f"{name[0]}  {name[1:]}".replace("·", ".")


def write(folder: Path, people: int, shape: Shape | None = None, seed: int = 11, *, in_two: bool = False) -> Path:
    """persons.parquet with about `people` entries, and persons_truth.parquet; `in_two`: a fifth of the entries, list.parquet.

    The same for the same arguments.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = Register(seed, shape or Shape(), max(people // 1100, 8)).fill(people)
    cut = len(entries) // 5 if in_two else 0
    if cut:
        _copied(folder, "list", [replace(e, home=e.home and "l" + e.home) for e in entries[:cut]], "l")
    return _copied(folder, "persons", entries[cut:], "p")


def _copied(folder: Path, name: str, entries: Sequence[Entry], mark: str) -> Path:
    keys = [f"{mark}{number:08}" for number in range(len(entries))]
    columns = {
        "person_key": keys, "name": [e.name for e in entries], "sex": [e.sex for e in entries], "birth_date": [e.born for e in entries],
        "place": [e.place for e in entries], "household_key": [e.home for e in entries],
    }  # fmt: skip
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    pq.write_table(pa.table({"person_key": keys, "who": [e.who for e in entries]}), folder / f"{name}_truth.parquet")
    return folder / f"{name}.parquet"
