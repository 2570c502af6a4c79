"""The first level of the menu. `server` fills the table; a reader sees only what they may open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class Entry:
    """One entry; without a permission it is shown to everybody who is signed in."""

    label: str | Promise
    url_name: str
    permission: str | None = None


@dataclass(frozen=True)
class Item:
    """An entry as one reader sees it on one page."""

    label: str | Promise
    href: str
    is_current: bool


_entries: list[Entry] = []


def fill(entries: Iterable[Entry]) -> None:
    """Replace the table, in the order shown."""
    _entries[:] = entries


def items(request: HttpRequest) -> list[Item]:
    """What this reader may open; the longest address that begins the page's own is the current one.

    A request without `may(permission)`, such as one that failed before the reader was known, has no menu.
    """
    may: Callable[[str], bool] | None = getattr(request, "may", None)
    if may is None:
        return []
    shown = [(entry, _href(entry)) for entry in _entries if entry.permission is None or may(entry.permission)]
    under = [href for _, href in shown if href and _is_under(request.path, href)]
    current = max(under, key=len, default=None)
    return [Item(entry.label, href, href == current) for entry, href in shown if href]


def _is_under(path: str, href: str) -> bool:
    return path == href if href == "/" else path.startswith(href)


def _href(entry: Entry) -> str | None:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:  # its package has no pages yet
        return None
