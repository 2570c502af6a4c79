"""Names of the indices for a reader; with what a number is: an amount, a share, an index without unit."""

from collections.abc import Callable

from diguan.rulebook.problems import N_

LABELS = {
    "mean": N_("mean"),
    "total": N_("sum of incomes"),
    "fgt0": N_("headcount ratio, FGT 0"),
    "fgt1": N_("poverty gap, FGT 1"),
    "fgt2": N_("severity, FGT 2"),
    "watts": N_("Watts index"),
    "sst": N_("Sen–Shorrocks–Thon index"),
    "gini_laeken": N_("Gini, laeken's convention"),
    "gini_convey": N_("Gini, convey's convention"),
    "s80_s20_laeken": N_("S80/S20, ratio of means (laeken)"),
    "s80_s20_convey": N_("S80/S20, ratio of totals (convey)"),
    "h": N_("H, share of the poor"),
    "a": N_("A, intensity among the poor"),
    "m0": N_("M0, adjusted headcount"),
    "m1": N_("M1, adjusted gap"),
    "m2": N_("M2, adjusted severity"),
    "censored": N_("deprived and poor"),
    "uncensored": N_("deprived"),
    "contribution": N_("contribution to M0"),
}
# Indices that stand for a share, which their name ends with.
_SHARED = {
    "line_": N_("poverty line, {share} percent of the median"),
    "at_risk_": N_("below {share} percent of the median"),
    "quantile_": N_("quantile at {share} percent"),
}


def label(index: str, say: Callable[[str], str] = str) -> str:
    """The name of an index."""
    if index in LABELS:
        return say(LABELS[index])
    kind = next(each for each in _SHARED if index.startswith(each))
    return say(_SHARED[kind]).format(share=index.removeprefix(kind).replace("_", "."))


def is_amount(index: str) -> bool:
    """Whether a number is in the unit of the incomes, not a share or an index."""
    return index in ("mean", "total") or index.startswith(("line_", "quantile_"))
