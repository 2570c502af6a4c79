"""Names of the indices for a reader; with what a number is: an amount, a share, an index without unit."""

from collections.abc import Callable

from diguan.rulebook.problems import N_

LABELS = {
    "line_40": N_("poverty line, 40 % of the median"),
    "line_50": N_("poverty line, 50 % of the median"),
    "line_60": N_("poverty line, 60 % of the median"),
    "mean": N_("mean"),
    "total": N_("total"),
    "fgt0": N_("headcount ratio, FGT 0"),
    "fgt1": N_("poverty gap, FGT 1"),
    "fgt2": N_("severity, FGT 2"),
    "watts": N_("Watts index"),
    "sst": N_("Sen–Shorrocks–Thon index"),
    "at_risk_40": N_("below 40 % of the median"),
    "at_risk_50": N_("below 50 % of the median"),
    "at_risk_60": N_("below 60 % of the median"),
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
_QUANTILE = N_("quantile at {share} %")
AMOUNTS = frozenset({"mean", "total", "line_40", "line_50", "line_60"})


def label(index: str, say: Callable[[str], str] = str) -> str:
    """The name of an index."""
    if index.startswith("quantile_"):
        return say(_QUANTILE).format(share=index.removeprefix("quantile_").replace("_", "."))
    return say(LABELS[index])


def is_amount(index: str) -> bool:
    """Whether a number is in the unit of the incomes, not a share or an index."""
    return index in AMOUNTS or index.startswith("quantile_")
