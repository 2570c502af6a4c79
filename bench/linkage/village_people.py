"""A made-up register, person by person as villages grow: clans, generation names, marriages, twins; and its mistakes.

Whole households are entered twice, daughters are counted where they were born and where they married, children by their
parents and by their grandparents. `write` gives the same files for the same arguments; nobody in them exists.
"""

from __future__ import annotations

import datetime as dt
import random
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from lunar_python import LunarYear
from pypinyin import lazy_pinyin

THIS_YEAR = 2020
# Shares of the population of the commonest surnames, in thousandths; the rest of the list shares what is left.
SURNAMES = "王71李70张67刘51陈45杨31赵26黄22周20吴20徐15孙15胡13朱13高12林11何11郭11马11罗10梁9宋9郑8谢8韩8唐8冯7于7董7萧6程6曹6袁6邓6许6傅6沈5曾5彭5吕5苏5卢5蒋5蔡5贾4丁4魏4薛4叶4阎4余4潘4杜4戴4夏4钟4汪4田4任4姜4范3方3石3姚3谭3廖3邹3熊3金3陆3郝3孔3白3崔3康3毛3邱3秦3江3史3顾2侯2邵2孟2龙2万2段2雷2钱2汤2尹2黎2易2常2武2乔2贺2赖2龚2文2欧阳1司马1上官1诸葛1"
KOREAN = "金90朴50李60崔40郑18姜14许10全9南8玄6池4方5"
GIVEN = {
    "male_old": "福德贵财山海林军国玉春忠义礼成有长永庆树文学志万发生田富明清华云祥宝全连喜保元景凤占金洪振殿士兴家新安建民根荣江河龙虎柱",
    "female_old": "桂兰淑芬芳英秀珍凤琴玉香荣清素云霞花梅翠华芝贤珠月娥莲菊春秋琼瑞彩银金爱凡敏惠巧杏桃莉娟菲艳萍红英",
    "male": "伟强军勇杰涛磊刚辉鹏斌峰宇浩鑫龙飞明波超凯立洪利建国志文海东亮平永春晓林成新华金玉德生宝俊学少云祥江旭阳光彦良庆忠刘岩松柏野凡",
    "female": "丽艳敏静红娟霞燕玲梅雪莹慧晶颖琳娜丹萍洋月春晓佳秀英桂芳华兰凤淑玉海文雅云微薇晨曦蕾欣婷倩岚青蓉菁虹宁黎波君洁",
    "male_young": "子轩浩宇博文俊泽嘉铭睿晨天佑航一诺志梓豪皓昊然熙哲瑞霖涵逸峻熠鸣远承煜恒翰腾奕景辰彦昕钧昱健",
    "female_young": "欣怡雨涵梓萱思佳诗琪梦瑶可馨依诺语桐紫妍彤雅菲若汐艺心悦珂晗婉钰瑾妤芮沐恩一子宁璐曼颜莎甜果朵",
}
SELDOM = "炜玮维唯卫薇未妍言岩延燕晏彦静敬婧菁京鹃涓君珺钧俊竣郡骏莉丽立力利励俐"
RARE = "䶮𠮷喆垚犇鑫淼焱骉彧翀赟旻晟祎奭曌頔"
OLD_FORMS = str.maketrans(
    "伟国贵财军海华云凤荣丽艳静红兰龙飞刚强张刘陈杨赵黄吴孙马罗",
    "偉國貴財軍海華雲鳳榮麗艷靜紅蘭龍飛剛強張劉陳楊趙黃吳孫馬羅",
)


@dataclass(frozen=True)
class Faults:
    """How often a second entry of a person differs from the first, each on its own."""

    wrong_character: float = 0.12
    other_name_fault: float = 0.03
    lunar: float = 0.05
    year_off: float = 0.03
    first_of_january: float = 0.03
    digit: float = 0.01
    no_date: float = 0.01
    no_sex: float = 0.01
    wrong_sex: float = 0.004
    no_village: float = 0.01
    moved: float = 0.12


@dataclass(frozen=True)
class Person:
    who: int
    name: str
    sex: str | None
    born: dt.date
    written: str | None  # the date as the entry has it; it need be no day, such as the 30th of a lunar February
    place: str | None
    household: str
    relation: str | None


@cache
def _weights(listed: str) -> tuple[list[str], list[int]]:
    names, weights, name, number = [], [], "", ""
    for sign in listed + "x":
        if sign.isdigit():
            number += sign
            continue
        if number:
            names.append(name)
            weights.append(int(number) * 10)
            name, number = "", ""
        name += sign
    return names, list(accumulate(weights))


def _surname(chance: random.Random, listed: str = SURNAMES) -> str:
    names, sums = _weights(listed)
    return names[bisect(sums, chance.random() * sums[-1])]


@cache
def _sums(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 6) for rank in range(count)))


def _character(chance: random.Random, characters: str) -> str:
    """Earlier characters are commoner."""
    sums = _sums(len(characters))
    return characters[bisect(sums, chance.random() * sums[-1])]


def _given(chance: random.Random, sex: str, year: int, generation: str = "") -> str:
    age = "_old" if year < 1965 else "_young" if year > 1999 else ""
    characters = GIVEN[sex + age]
    if generation:
        return generation + _character(chance, characters)
    if chance.random() < 0.004:
        return _character(chance, characters) + chance.choice(RARE)
    if chance.random() < (0.25 if age == "" else 0.1):
        return _character(chance, characters)
    return _character(chance, characters) + _character(chance, characters)


@dataclass
class Village:
    code: str
    clans: list[str]
    generations: dict[tuple[str, int], str]
    korean: bool


class Register:
    """The people of the villages as they are, then the entries that were made of them."""

    def __init__(self, chance: random.Random, villages: int) -> None:
        self.chance = chance
        self.entries: list[Person] = []
        self.villages = [self._village(number) for number in range(villages)]
        self.townships: dict[str, list[Village]] = {}
        for village in self.villages:
            self.townships.setdefault(village.code[:9], []).append(village)
        self.count = self.homes = 0

    def _village(self, number: int) -> Village:
        prefecture, county, township, village = number // 1200, number // 120 % 10, number // 10 % 12, number % 10
        korean = prefecture % 7 == 3
        clans = [_surname(self.chance, KOREAN if korean else SURNAMES) for _ in range(self.chance.choice((1, 2, 3)))]
        code = f"22{1 + prefecture:02}{1 + county:02}{1 + township:03}{200 + village:03}"
        return Village(code, clans, {}, korean)

    def household(self, village: Village) -> list[Person]:
        """One household: a couple or a single, children, perhaps an old parent."""
        chance, key = self.chance, f"h{self.homes}"
        self.homes += 1
        clan = chance.random() < 0.5
        surname = chance.choice(village.clans) if clan else _surname(chance, KOREAN if village.korean else SURNAMES)
        year = THIS_YEAR - int(24 + 56 * chance.betavariate(1.4, 1.6))
        head = self._person(surname, "male" if chance.random() < 0.8 else "female", year, village, key, "head")
        members = [head]
        if chance.random() < 0.7:
            other = "female" if head.sex == "male" else "male"
            spouse_year = year + round(chance.gauss(1, 3))
            members.append(self._person(_surname(chance), other, spouse_year, village, key, "spouse"))
        members += self._children(surname, year, village, key) if len(members) == 2 or chance.random() < 0.4 else []
        if chance.random() < 0.2 and year > 1950:
            parent_sex = chance.choice(("male", "female"))
            name = surname if parent_sex == "male" else _surname(chance)
            members.append(self._person(name, parent_sex, year - 22 - chance.randrange(12), village, key, "parent"))
        return members

    def _children(self, surname: str, year: int, village: Village, key: str) -> list[Person]:
        chance = self.chance
        born, found = year + 20 + chance.randrange(10), []
        generation = ""
        if chance.random() < 0.35:
            slot = (surname, born // 20)
            generation = village.generations.setdefault(slot, _character(chance, GIVEN["male"]))
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3))):
            if born > THIS_YEAR:
                break
            sex = "male" if chance.random() < 0.53 else "female"
            child = self._person(surname, sex, born, village, key, "child", generation)
            if child.name in {other.name for other in found}:
                continue
            found.append(child)
            if chance.random() < 0.012:
                sex = sex if chance.random() < 0.65 else chance.choice(("male", "female"))
                shared = child.name[len(surname)] if len(child.name) > len(surname) + 1 else ""
                twin = self._person(surname, sex, born, village, key, "child", shared)
                if twin.name != child.name:
                    found.append(replace(twin, born=child.born, written=child.written))
            born += 1 + chance.randrange(6)
        return found

    def _person(
        self, surname: str, sex: str, year: int, village: Village, key: str, relation: str, generation: str = ""
    ) -> Person:
        chance = self.chance
        self.count += 1
        year = min(year, THIS_YEAR)
        born = dt.date(year, 1, 1) + dt.timedelta(days=chance.randrange(365))
        written = born.isoformat()
        if year < 1965 and chance.random() < 0.1:
            written = lunar(born)
        elif chance.random() < (0.05 if year < 1950 else 0.005):
            written = f"{year}-01-01"
        name = surname + _given(chance, sex, year, generation)
        return Person(self.count, name, sex, born, written, village.code, key, relation)

    def enter(self, target: int, twice: float, faults: Faults) -> None:
        """Entries until there are `target`; about the share `twice` of them are second entries."""
        chance = self.chance
        at_home: dict[str, list[list[Person]]] = {}
        second = 0
        while len(self.entries) < target:
            village = chance.choice(self.villages)
            household = self.household(village)
            self.entries += household
            lived = at_home.setdefault(village.code, [])
            lived.append(household)
            while second < twice * len(self.entries):
                again, hosts = self._again(household if chance.random() < 0.5 else chance.choice(lived), faults)
                self.entries += again + hosts
                second += len(again)
                household = chance.choice(lived)

    def _again(self, household: list[Person], faults: Faults) -> tuple[list[Person], list[Person]]:
        """The second entries that one household gives, all of it or some of its people; and whom they stand beside."""
        chance, key = self.chance, f"h{self.homes}"
        self.homes += 1
        moved = self._elsewhere(household[0].place) if chance.random() < faults.moved else household[0].place
        lot = chance.random()
        if lot < 0.35:
            chosen = [person for person in household if chance.random() < 0.95] or household[:1]
        elif lot < 0.38:
            chosen, key = [chance.choice(household)], household[0].household
        elif lot < 0.6:
            chosen = [person for person in household if person.relation == "child"] or household[:1]
        else:
            chosen = [chance.choice(household)]
        entries = [self._miswritten(replace(person, household=key, place=moved), faults) for person in chosen]
        if 0.45 <= lot < 0.8:
            # They stand in the household of others: a husband's, a grandparent's.
            host = self.household(chance.choice(self.villages))
            entries = [replace(person, household=host[0].household, relation=None) for person in entries]
            return entries, [replace(person, place=moved) for person in host]
        return entries, []

    def _elsewhere(self, place: str | None) -> str:
        near = [v.code for v in self.townships[place[:9]] if v.code != place] if place else []
        return (
            self.chance.choice(near) if near and self.chance.random() < 0.5 else self.chance.choice(self.villages).code
        )

    def _miswritten(self, person: Person, faults: Faults) -> Person:
        chance = self.chance
        name = person.name
        if chance.random() < faults.wrong_character:
            name = wrong_character(chance, name)
        if chance.random() < faults.other_name_fault:
            name = chance.choice(OTHER_FAULTS)(chance, name)
        sex = person.sex
        if chance.random() < faults.wrong_sex:
            sex = {"male": "female", "female": "male"}[str(sex)]
        if chance.random() < faults.no_sex:
            sex = None
        written = _misdated(chance, person, faults)
        place = None if chance.random() < faults.no_village else person.place
        return replace(person, name=name, sex=sex, written=written, place=place)


def _misdated(chance: random.Random, person: Person, faults: Faults) -> str | None:
    born = person.born
    lot, sums = chance.random(), 0.0
    for share, change in (
        (faults.lunar, lambda: lunar(born)),
        (faults.year_off, lambda: _moved_year(born, chance.choice((-1, 1))).isoformat()),
        (faults.first_of_january, lambda: f"{born.year}-01-01"),
        (faults.digit, lambda: _slipped(chance, born).isoformat()),
        (faults.no_date, lambda: None),
    ):
        sums += share
        if lot < sums:
            return change()
    return person.written


@cache
def _months() -> tuple[list[int], list[tuple[int, int]]]:
    """First days of the lunar months, as ordinals, and their years and months; a leap month is written as the one before."""
    found = {
        int(month.getFirstJulianDay()) - 1721425: (month.getYear(), abs(month.getMonth()))
        for year in range(THIS_YEAR - 110, THIS_YEAR + 2)
        for month in LunarYear.fromYear(year).getMonths()
    }
    return sorted(found), [found[day] for day in sorted(found)]


def lunar(day: dt.date) -> str:
    """The lunar date, written as if it were solar."""
    starts, months = _months()
    at = bisect(starts, day.toordinal()) - 1
    return f"{months[at][0]}-{months[at][1]:02}-{day.toordinal() - starts[at] + 1:02}"


def _moved_year(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


def _slipped(chance: random.Random, day: dt.date) -> dt.date:
    while True:
        digits = list(f"{day:%Y%m%d}")
        digits[chance.randrange(2, 8)] = str(chance.randrange(10))
        try:
            found = dt.datetime.strptime("".join(digits), "%Y%m%d").date()
        except ValueError:
            continue
        if found != day and found.year <= THIS_YEAR:
            return found


@cache
def _sound(sign: str) -> str:
    return str(lazy_pinyin(sign)[0])


@cache
def _by_sound() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sign in dict.fromkeys("".join((*GIVEN.values(), RARE, SELDOM))):
        found.setdefault(_sound(sign), []).append(sign)
    return found


def wrong_character(chance: random.Random, name: str) -> str:
    """One character of the given name becomes another: half of the time one that sounds the same."""
    at = chance.randrange(1, len(name)) if len(name) > 1 and chance.random() < 0.92 else 0
    alike = [sign for sign in _by_sound().get(_sound(name[at]), ()) if sign != name[at]]
    pool: Sequence[str] = alike if alike and chance.random() < 0.55 else chance.choice(list(GIVEN.values()))
    return name[:at] + chance.choice(pool) + name[at + 1 :]


def _dropped(chance: random.Random, name: str) -> str:
    at = chance.randrange(1, len(name)) if len(name) > 2 else len(name)
    return name[:at] + name[at + 1 :]


def _swapped(_chance: random.Random, name: str) -> str:
    return name[:-2] + name[-1] + name[-2] if len(name) > 2 else name[::-1]


def _old_form(_chance: random.Random, name: str) -> str:
    return name.translate(OLD_FORMS)


def _spaced(_chance: random.Random, name: str) -> str:
    return f" {name[0]}　{name[1:]}"


def _other_given(chance: random.Random, name: str) -> str:
    return name[0] + _given(chance, chance.choice(("male", "female")), 1985)


OTHER_FAULTS: tuple[Callable[[random.Random, str], str], ...] = (_dropped, _swapped, _old_form, _spaced, _other_given)


def entries(target: int, twice: float, seed: int = 1, faults: Faults | None = None) -> list[Person]:
    """Entries in random order."""
    chance = random.Random(seed)
    register = Register(chance, max(target // 900, 12))
    register.enter(target, twice, faults or Faults())
    chance.shuffle(register.entries)
    return register.entries


def write(people: Sequence[Person], folder: Path, name: str = "persons") -> Path:
    """`name`.parquet, and `name`_truth.parquet with the person behind each entry."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = [f"p{number:08}" for number in range(len(people))]
    table = {
        "person_key": keys, "name": [p.name for p in people], "sex": [p.sex for p in people], "birth_date": [p.written for p in people],
        "place": [p.place for p in people], "household_key": [p.household for p in people],
        "relation": [p.relation for p in people],
    }  # fmt: skip
    pq.write_table(pa.table(table), folder / f"{name}.parquet")
    pq.write_table(pa.table({"person_key": keys, "who": [p.who for p in people]}), folder / f"{name}_truth.parquet")
    return folder / f"{name}.parquet"
