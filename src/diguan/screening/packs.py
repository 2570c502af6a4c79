"""The packs an installation works with: the shipped ones, and those in the data folder's own `packs`."""

from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from diguan import rulebook
from diguan.screening.models import Screening


class PackUnknown(Exception):
    """No pack has this id."""


def folders() -> dict[str, Path]:
    """Folder by pack id; one in the data folder goes before a shipped one of the same id."""
    own = Path(settings.DATA) / "packs"
    return {
        file.parent.name: file.parent for root in (rulebook.shipped(), own) for file in sorted(root.glob("*/pack.yaml"))
    }


def pack(pack_id: str) -> rulebook.Pack:
    """The pack of this id, read once and again when a file of it changed.

    Raises: PackUnknown; rulebook.PackProblems.
    """
    folder = folders().get(pack_id)
    if folder is None:
        raise PackUnknown(pack_id)
    return _loaded(folder, _age(folder))


def _age(folder: Path) -> int:
    return max(file.stat().st_mtime_ns for file in folder.glob("*.yaml"))


@lru_cache(maxsize=16)
def _loaded(folder: Path, _age: int) -> rulebook.Pack:
    return rulebook.load(folder)


def rules_of(screening: Screening) -> rulebook.Rules:
    """The rules a screening was run under, with the parameters it computed.

    Raises: PackUnknown; rulebook.PackProblems.
    """
    held = pack(screening.pack_id)
    key = (held.digest, screening.as_of, tuple(sorted(screening.computed.items())))
    if key not in _rules:
        if len(_rules) > _MOST_RULES:
            _rules.clear()
        given = {name: Decimal(value) for name, value in screening.computed.items() if value is not None}
        _rules[key] = rulebook.at(held, screening.as_of, given)
    return _rules[key]


_MOST_RULES = 16
_rules: dict[object, rulebook.Rules] = {}
