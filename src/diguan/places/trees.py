"""Sorts rows into a tree, parents first, and names the rows that don't hang on it. Pure: no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from diguan.places.reading import Row
from diguan.places.refusals import FileRefused, Problem


@dataclass(slots=True)
class Tree:
    """Rows in an order where every parent comes before its children, with the depth of each code."""

    rows: list[Row] = field(default_factory=list)
    depth: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def grown(file: str, rows: Sequence[Row], standing: Mapping[str, int]) -> Tree:
    """Return the rows as a tree.

    `standing` are the codes already on file with their depth: a row may hang on one of them. A row that is repeated,
    hangs on nothing or on itself is refused, and so is everything below it: one problem for each such row.
    Raises: FileRefused if no row hangs on anything, or if two levels each stand above the other.
    """
    tree = Tree()
    unique = _without_repeats(file, rows, tree.problems)
    children: dict[str, list[Row]] = defaultdict(list)
    for row in unique.values():
        children[row.parent_code].append(row)
    # What already stands may hold rows of the file; those hang where the file says.
    begun = [("", -1), *((code, depth) for code, depth in standing.items() if code not in unique and code in children)]
    while begun:
        parent_code, depth = begun.pop()
        for row in children.pop(parent_code, ()):
            tree.rows.append(row)
            tree.depth[row.code] = depth + 1
            begun.append((row.code, depth + 1))
    tree.problems += [_astray(file, row, unique) for row in unique.values() if row.code not in tree.depth]
    if not tree.rows:
        raise FileRefused(_rootless(file, tree.problems))
    tree.rows.sort(key=lambda row: (tree.depth[row.code], row.line))
    _insist_on_one_order_of_levels(file, tree.rows, unique)
    return tree


def _without_repeats(file: str, rows: Sequence[Row], problems: list[Problem]) -> dict[str, Row]:
    """Keep one row of each code: the first if its repeats say the same, none if they don't, since either may be right."""
    same: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        same[row.code].append(row)
    unique: dict[str, Row] = {}
    for code, alike in same.items():
        first, *repeats = alike
        agree = all(
            (row.name, row.level, row.parent_code) == (first.name, first.level, first.parent_code) for row in repeats
        )
        if agree:
            unique[code] = first
        for row in repeats if agree else alike:
            other = first.line if row is not first else repeats[0].line
            problems.append(
                Problem(
                    file,
                    row.line,
                    "code",
                    _("The code %(code)s stands in line %(line)d too.") % {"code": code, "line": other},
                    _("Remove the repeated line.") if agree else _("The lines differ: keep the right one."),
                )
            )
    return unique


def _astray(file: str, row: Row, unique: Mapping[str, Row]) -> Problem:
    seen = [row.code]
    while (parent := unique.get(unique[seen[-1]].parent_code)) is not None and parent.code not in seen:
        seen.append(parent.code)
    if parent is not None:
        loop = seen[seen.index(parent.code) :]
        return Problem(
            file,
            row.line,
            "parent_code",
            _("The parents run in a circle: %(codes)s.") % {"codes": " → ".join([*loop, loop[0]])},
            _("Give one of them its true parent."),
        )
    missing = unique[seen[-1]].parent_code
    if len(seen) == 1:
        what = _("No place has the code %(code)s.") % {"code": missing}
    else:
        what = _("The line above it, %(above)s, hangs on %(code)s, which no place has.") % {
            "above": seen[-1],
            "code": missing,
        }
    return Problem(
        file,
        row.line,
        "parent_code",
        what,
        _("Correct the parent's code, add the parent, or leave it empty for a root."),
    )


def _rootless(file: str, problems: Sequence[Problem]) -> Problem:
    first = problems[0]
    return Problem(file, first.line, first.column, first.what, first.mend)


def _insist_on_one_order_of_levels(file: str, rows: Sequence[Row], unique: Mapping[str, Row]) -> None:
    """Refuse a file whose levels have no order, such as a county in a prefecture and a prefecture in a county."""
    below: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if row.parent_code in unique:
            below[unique[row.parent_code].level].setdefault(row.level, row)
    for upper, lowers in below.items():
        for row in lowers.values():
            if upper == row.level or upper in _reachable(row.level, below):
                raise FileRefused(
                    Problem(
                        file,
                        row.line,
                        "level",
                        _("The level %(lower)s stands below %(upper)s here, and above it elsewhere.")
                        % {"lower": row.level, "upper": upper}
                        if upper != row.level
                        else _("The level %(lower)s stands below itself.") % {"lower": row.level},
                        _("Name the levels so that each has one rank, from the root down."),
                    )
                )


def _reachable(level: str, below: Mapping[str, Mapping[str, Row]]) -> set[str]:
    found: set[str] = set()
    begun = [level]
    while begun:
        for lower in below.get(begun.pop(), ()):
            if lower not in found:
                found.add(lower)
                begun.append(lower)
    return found
