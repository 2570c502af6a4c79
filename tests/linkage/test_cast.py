"""Who is found twice, who is told apart, and why."""

from __future__ import annotations

import pytest
from tests.linkage.conftest import Findings

from diguan.linkage import matching


@pytest.mark.parametrize(
    ("one", "other", "comparison", "level"),
    [
        ("zhao", "zhao-by-ear", "name", "homophone"),
        ("chen", "chen-lunar", "date", "lunar"),
        ("xu", "xu-lunar", "date", "lunar"),
        ("li-daughter", "li-married", "place", "elsewhere"),
        ("guo-wife", "guo-wife-moved", "date", "default"),
        ("guo-twin-1", "guo-twin-1-moved", "name", "homophone"),
        ("zhou", "zhou-bank", "name", "homophone"),
        ("wu", "wu-plain", "name", "same"),
        ("zhang", "zhang-simplified", "name", "same"),
        ("zheng", "zheng-unread", "name", "unreadable"),
        ("aili", "aili-dotted", "name", "same"),
        ("ma", "ma-childhood-name", "identity", "same"),
    ],
)
def test_one_person_is_found_under_two_entries(
    findings: Findings, one: str, other: str, comparison: str, level: str
) -> None:
    pair = findings.pair(one, other)
    assert pair is not None
    assert pair["decision"] == "same"
    assert pair[comparison] == level
    assert findings.cluster(one) == {one, other}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wang-wei", "other-wang-wei"),
        ("sun-gang", "sun-qiang"),
        ("guo-twin-1", "guo-twin-2"),
        ("guo-twin-1", "guo-twin-2-moved"),
        ("guo-twin-2", "guo-twin-1-moved"),
        ("li-father", "li-husband"),
    ],
)
def test_two_people_are_told_apart(findings: Findings, one: str, other: str) -> None:
    assert findings.decision(one, other) in (None, "review")
    assert other not in findings.cluster(one)


def test_one_id_number_on_two_strangers_goes_to_somebody(findings: Findings) -> None:
    assert findings.decision("hu", "not-hu") == "review"


def test_each_pair_says_why(findings: Findings) -> None:
    pair = findings.pair("guo-wife", "guo-wife-moved")
    assert pair is not None
    said = {reason.words: reason.bits for reason in matching.reasons(pair)}
    assert said["sounds the same, written otherwise"] > 0
    assert said["others of the two households are one person too, or relatives could be as alike"] > 0
    assert said["two entries drawn at random are seldom one person"] < 0


def test_the_weights_of_a_pair_add_up_to_its_probability(findings: Findings) -> None:
    pair = findings.pair("zhao", "zhao-by-ear")
    assert pair is not None
    bits = sum(float(str(value)) for name, value in pair.items() if name.endswith("_weight"))
    assert 1 / (1 + 2**-bits) == pytest.approx(float(str(pair["probability"])), abs=1e-4)


def test_what_stands_in_clusters_are_the_decided_pairs(findings: Findings) -> None:
    import duckdb

    pairs, clusters = (str(findings.folder / name) for name in (matching.PAIRS, matching.CLUSTERS))
    within = duckdb.execute(
        f"SELECT a.person_key, b.person_key FROM '{clusters}' a JOIN '{clusters}' b ON a.cluster = b.cluster AND a.person_key < b.person_key"
    ).fetchall()
    decided = duckdb.execute(
        f"SELECT least(left_key, right_key), greatest(left_key, right_key) FROM '{pairs}' WHERE decision <> 'review'"
    ).fetchall()
    assert sorted(within) == sorted(decided)
    assert len(decided) == findings.found.same + findings.found.through
