"""Which mutants were caught, which live on, and which are shown to change nothing that anybody could see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from bench.figures import Figure, add
from tests.leaks.mutation import SWITCHES, Site

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("equivalents.yaml")
DISPROVEN = "its proof fails"
WALL = "another guard stands before it"
CAUGHT, SURVIVED, SECOND, HARMLESS = "caught", "survived", "second wall", "harmless"


@dataclass(frozen=True)
class Verdict:
    """`word` is one of the four; `why` the leak that gave it away, or the reason it gives nothing away."""

    site: Site
    word: str
    why: str


def reached(trials: Any, chosen: Sequence[Site]) -> list[Verdict]:
    """Try each mutant. One that survives and is listed must prove its reason: with the wall that stands before it taken
    down as well, it is caught."""
    found: dict[int, Verdict] = {}
    listed = {each["mutant"]: each for each in yaml.safe_load(LIST.read_text("utf-8"))} if LIST.exists() else {}
    again: list[tuple[Site, tuple[int, ...], str]] = []
    for done, (site, leak) in enumerate(trials.tried([(site, (), "") for site in chosen]), start=1):
        print(f"  {done} of {len(chosen)}: {'lives on' if leak is None else 'caught'}: {site}", flush=True)
        entry = listed.get(site.name)
        if leak is not None:
            found[site.number] = Verdict(site, CAUGHT, leak)
        elif entry is not None and entry.get("behind"):
            again.append((site, _numbers(entry["behind"]), entry.get("shown_to", "")))
        elif entry is not None:
            found[site.number] = Verdict(site, HARMLESS, entry["why"])
        else:
            found[site.number] = Verdict(site, SURVIVED, "" if trials.reaches(site) else "no request passes it")
    for site, leak in trials.tried(again):
        why = listed[site.name]["why"]
        found[site.number] = Verdict(site, SECOND if leak else SURVIVED, why if leak else f"{DISPROVEN}: {why}")
    return [found[site.number] for site in chosen]


def prove(trials: Any, verdicts: Sequence[Verdict]) -> None:
    """Look for the wall behind which each survivor stands, and write it into the list, to be read by somebody."""
    survivors = [each.site for each in verdicts if each.word == SURVIVED and not each.why.startswith(DISPROVEN)]
    proven = []
    for done, (site, found) in enumerate(trials.walls(survivors), start=1):
        print(
            f"  {done} of {len(survivors)}: {'behind ' + str(found) if found else 'behind nothing'}: {site}", flush=True
        )
        if isinstance(found, list):
            proven.append((site, *found))
    entries = [
        {"mutant": site.name, "behind": walls, "shown_to": by, "why": WALL}
        for site, walls, by in sorted(proven, key=lambda each: each[0].number)
    ]
    with LIST.open("a", encoding="utf-8") as file:
        file.write(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=1000) if entries else "")
    print(f"{len(entries)} of {len(survivors)} survivors stand behind another wall: see {LIST.name}")


def _numbers(names: Sequence[str]) -> tuple[int, ...]:
    return tuple(site.number for site in SWITCHES.sites if site.name in names)


def share(found: Sequence[Verdict]) -> float:
    """Of the mutants that can be seen to change anything, how many are caught."""
    counted = [each for each in found if each.word in (CAUGHT, SURVIVED)]
    return sum(each.word == CAUGHT for each in counted) / len(counted) if counted else 1.0


def show(found: Sequence[Verdict]) -> None:
    for each in found:
        why = each.why.replace("\n", " ")[:160]
        print(f"{each.word:<12} {each.site}\n             {why}")
    counts = {word: sum(each.word == word for each in found) for word in (CAUGHT, SURVIVED, SECOND, HARMLESS)}
    print(", ".join(f"{count} {word}" for word, count in counts.items()), f"; {share(found):.1%} of what can be caught")


def keep(found: Sequence[Verdict], *, is_whole: bool) -> None:
    """Into the figures of the benchmark."""
    beside = sum(each.word in (SECOND, HARMLESS) for each in found)
    figures = [Figure("2.mutants", share(found), "of the mutants that change anything", 0.95, is_least=True)]
    if is_whole:
        figures += [
            Figure("2.mutants_in_all", len(found), "mutants in all"),
            Figure(
                "2.mutants_that_change_nothing",
                beside,
                "mutants that alone change nothing, each with its proof or reason",
            ),
        ]
    add(figures, ROOT / "bench" / "latest.json")
