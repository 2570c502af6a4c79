"""Places as people write them: by code, by name, or by the names of several levels, within the reader's scope."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from diguan.access.scope import Scope
from diguan.intake import vocabulary
from diguan.places.models import Place

LEVELS = chr(31)  # between the levels of a place as `lines` has it


@dataclass(frozen=True)
class Found:
    """The place meant, or the reason why none is."""

    code: str = ""
    reason: str = ""


def find(texts: Iterable[str], scope: Scope) -> dict[str, Found]:
    """The place behind each text, of those in scope; out of scope looks like not there.

    A name is enough where it stands for one place in scope; the levels written before it narrow the choice.
    """
    listed = list(texts)
    lowest = {text: text.split(LEVELS)[-1] for text in listed}
    by_code = {place.code: place for place in _in_scope("code", sorted(set(lowest.values())), scope)}
    stems = {text: stem(name) for text, name in lowest.items() if name not in by_code}
    by_stem: dict[str, list[Place]] = {}
    for place in _in_scope("name", sorted(_written(set(stems.values()))), scope):
        by_stem.setdefault(stem(place.name), []).append(place)
    above = _above([place for places in by_stem.values() for place in places])
    found: dict[str, Found] = {}
    for text in listed:
        if lowest[text] in by_code:
            found[text] = Found(lowest[text])
        else:
            found[text] = _chosen(by_stem.get(stems[text], ()), text.split(LEVELS), above)
    return found


def stem(name: str) -> str:
    """A name without the word for its level: 东山村委会 and 东山村 are one."""
    name = name.strip()
    for ending in vocabulary.words().place_endings:
        if len(name) > len(ending) and name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def _written(stems: set[str]) -> set[str]:
    """The names that a place with such a stem may bear on file."""
    endings = {"", *vocabulary.words().place_endings}
    return {stem + ending for stem in stems for ending in endings | {each.title() for each in endings}}


def _in_scope(field: str, values: Sequence[str], scope: Scope) -> list[Place]:
    found = Place.objects.filter(scope.q("number"), **{f"{field}__among": values}).select_related("parent")
    return [place for place in found if scope.covers(place.number, place.upper)]


def _above(places: Sequence[Place]) -> Mapping[int, list[str]]:
    """The stems of the names above each place, nearest first; one query a level."""
    names: dict[int, list[str]] = {place.pk: [] for place in places}
    level = {place.pk: place.parent for place in places}
    while level := {key: parent for key, parent in level.items() if parent is not None}:
        for key, parent in level.items():
            names[key].append(stem(parent.name))
        grand = Place.objects.in_bulk({parent.parent_id for parent in level.values() if parent.parent_id})
        level = {key: grand.get(parent.parent_id or 0) for key, parent in level.items()}
    return names


def _chosen(candidates: Sequence[Place], levels: Sequence[str], above: Mapping[int, list[str]]) -> Found:
    wanted = [stem(name) for name in levels[:-1]]
    fitting = [place for place in candidates if all(name in above[place.pk] for name in wanted)]
    if not fitting:
        return Found(reason="place_unknown")
    # A village bears its township's name often enough; the lowest is where people live.
    deepest = max(place.depth for place in fitting)
    lowest = [place for place in fitting if place.depth == deepest]
    return Found(lowest[0].code) if len(lowest) == 1 else Found(reason="place_ambiguous")
