"""What is known of single characters: the form they are written in today, and how they sound."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources

FIRST_WORD = "\U000f0000"  # from this sign on, a private plane, signs stand for words of Latin letters
UNREADABLE = "□"  # stands for a character that nobody could read or type
# What clerks type for a character that they cannot read, find, or may not show.
_UNREADABLE = frozenset("?*×□■○●◯△▲_＿某\ufffd")
COMPOUND_SURNAMES = (
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台",
    "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘",
    "子车", "亓官", "司寇", "巫马", "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐",
    "段干", "百里", "呼延", "东郭", "南门", "羊舌", "微生", "公户", "公玉", "梁丘", "左丘", "东门", "西门", "第五", "纳兰", "叶赫",
    "爱新", "那拉", "乌雅", "完颜", "哈什", "博尔",
)  # fmt: skip
# Sounds that ears and dialects take for each other: zh/z, ch/c, sh/s, n/l, h/f, r/l, -ng/-n.
_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("hu", "f"), ("h", "f"))

# Characters of names that are read in two ways: 曾 is ceng in the dictionary and zeng as a surname.
_ALSO = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "朴": "piao", "盖": "ge", "乐": "yue",
    "尉": "yu", "晟": "sheng cheng", "茜": "xi qian", "娜": "nuo na", "柏": "bo bai", "翟": "di zhai", "覃": "qin tan", "长": "zhang chang",
    "朝": "zhao chao", "行": "hang xing", "和": "huo he", "重": "chong zhong", "缪": "miao miu", "尹": "yin", "折": "she zhe",
    "任": "ren", "葛": "ge", "纪": "ji", "宁": "ning", "员": "yun yuan", "洗": "xian xi", "冼": "xian", "种": "chong zhong", "召": "shao zhao",
    "黑": "he hei", "绕": "rao", "隗": "wei kui", "郗": "chi xi", "逄": "pang", "俞": "yu", "佴": "nai", "适": "kuo shi", "祭": "zhai ji",
    "燕": "yan", "哈": "ha", "藏": "zang cang", "盛": "sheng cheng", "贾": "jia", "车": "che", "秘": "bi mi", "薄": "bo", "琬": "wan", "强": "qiang jiang",
}  # fmt: skip


@cache
def _forms() -> dict[str, str]:
    text = resources.files("diguan.linkage.matching").joinpath("characters.csv").read_text("utf-8")
    return {row["character"]: row["plain"] for row in csv.DictReader(text.splitlines())}


def plain(character: str) -> str:
    """Today's simplified form; empty for what is no part of a name, such as blanks and dots."""
    if character >= FIRST_WORD:
        return character
    wide = unicodedata.normalize("NFKC", character)
    if wide in _UNREADABLE or character in _UNREADABLE or unicodedata.category(character) == "Co":
        return UNREADABLE
    first = _forms().get(character) or _forms().get(wide[:1], wide[:1])
    return first.upper() if unicodedata.category(first or " ")[0] in "LN" else ""


def sounds(character: str) -> list[str]:
    """How a character sounds in names, in pinyin without tones, the commonest first; nothing when it is unknown."""
    from pypinyin import Style, lazy_pinyin

    if not "\u3400" <= character < FIRST_WORD:
        return []
    found = lazy_pinyin(character, style=Style.NORMAL, errors="ignore")
    return list(dict.fromkeys([*found, *_ALSO.get(character, "").split()]))


def near(sound: str) -> str:
    """What a sound becomes when those that are taken for each other are one."""
    for written, heard in _NEAR:
        if sound.startswith(written):
            sound = heard + sound[len(written) :]
            break
    return sound[:-1] if sound.endswith("ng") else sound


def table(characters: Iterable[str], words: Mapping[str, str]) -> Iterator[tuple[str, str, str, str, list[str]]]:
    """(character, plain form, sign of its sound, sign of its near sound, readings) for each character.

    A sound is written as one sign, so that names and their sounds have the same length: the first character that has it.
    `words` gives the word behind a sign that stands for one; a word that is a sound of pinyin sounds so.
    """
    signs: dict[str, str] = {}
    for character in sorted(characters):
        form = plain(character)
        readings = [words[form].lower()] if form in words else sounds(form)
        main = readings[0] if readings else form
        yield (
            character, form, signs.setdefault(main, form), signs.setdefault("~" + near(main), form), readings
        )  # fmt: skip
