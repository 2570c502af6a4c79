"""Variances of linearised estimates by strata and ultimate clusters, as SQL.

The variance of an estimate is that of the total of its influences u over the sample: with z the total of w·u in one
first-stage unit, the sum over strata of n / (n − 1) · Σ (z − mean z)², as if units were drawn with replacement
(R survey's default). n counts every unit of the stratum, also those without a member in the domain.
"""

from collections.abc import Mapping, Sequence

from diguan.numerics.results import Tally


def unit_totals(rows: str, influences: Mapping[str, str], *, clustered: bool, more: Sequence[str] = ()) -> str:
    """SQL: one row per domain and unit with the total of each influence; a row is a unit where no units are named."""
    if not clustered:
        made = [f"w * ({influence}) AS {name}" for name, influence in influences.items()]
        return f"SELECT domain, stratum, psu, {', '.join((*made, *more))} FROM {rows}"
    made = [f"sum(w * ({influence})) AS {name}" for name, influence in influences.items()]
    return f"SELECT domain, stratum, psu, {', '.join(made)} FROM {rows} GROUP BY domain, stratum, psu"


def variances(units: str, names: Sequence[str], tally: Tally, singletons: str, crossed: Sequence[str] = ()) -> str:
    """SQL: one row per domain with `v_<name>` for each total, and `c_<name>`, its covariance with the total `m`.

    `units` has domain, stratum and the totals; for `crossed` also `m`. The totals of `m` in whole strata stand in a
    table `line_strata(stratum, m)`, since units outside the domain have one too.
    """
    sums = [f"sum({name}) AS s_{name}, sum({name} * {name}) AS q_{name}" for name in names]
    sums += [f"sum({name} * m) AS p_{name}" for name in crossed]
    line = "LEFT JOIN line_strata USING (stratum)" if crossed else ""
    middles = [f"sum(s_{name}) OVER (PARTITION BY domain) / {tally.clusters} AS o_{name}" for name in names]
    asked = [
        f"greatest({_term(f'q_{name}', (f's_{name}', f'o_{name}'), (f's_{name}', f'o_{name}'), singletons)}"
        f" + {_absent(f'o_{name}', tally, singletons)}, 0) AS v_{name}"
        for name in names
    ]
    asked += [
        f"{_term(f'p_{name}', (f's_{name}', f'o_{name}'), ('m', '0'), singletons)} AS c_{name}" for name in crossed
    ]
    return f"""
        WITH unit AS ({units}),
        summed AS (SELECT domain, stratum, {", ".join(sums)} FROM unit GROUP BY domain, stratum),
        placed AS (SELECT *, {", ".join(middles)} FROM summed JOIN sample_strata USING (stratum) {line})
        SELECT domain, {", ".join(asked)} FROM placed GROUP BY domain"""


def _term(products: str, one: tuple[str, str], other: tuple[str, str], singletons: str) -> str:
    """SQL: what strata of the domain add; a stratum with one unit by its distance from the mean of all units.

    `one` and `other` are the total of a stratum and the mean of all units.
    """
    distant = f"({one[0]} - {one[1]}) * ({other[0]} - {other[1]})"
    single = distant if singletons == "centred" else "0"
    return f"sum(CASE WHEN n > 1 THEN n / (n - 1) * ({products} - {one[0]} * {other[0]} / n) ELSE {single} END)"


def _absent(middle: str, tally: Tally, singletons: str) -> str:
    """SQL: strata with one unit that has nobody in the domain; its total is 0, and that too lies off the mean."""
    if singletons != "centred" or not tally.single:
        return "0"
    return f"({tally.single} - count(*) FILTER (WHERE n = 1)) * any_value({middle} * {middle})"
