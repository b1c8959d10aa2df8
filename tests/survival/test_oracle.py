"""Every open reference number of R that haicplatform.survival covers, to 1e-6 relative."""

from __future__ import annotations

import pytest

from tests.survival.oracle import VALUES, close, fit, per_site, rows

# what the platform's statistics do not ask for
NOT_ASKED = {
    "coxme": "a random effect of the hospital: hospitals are strata, a fixed effect, clusters or pooled in two stages",
    "frailty_gamma": "a frailty of the hospital: as above",
}
STATISTICS_NOT_ASKED = {
    ("followup", "prodlim_revkm_first_le_half"): "prodlim's rule of the median: survfit's is asked for",
    ("followup", "error"): "prodlim's message",
    ("meta", "H2"): "H2: tau2, I2 and Q are asked for",
    ("meta", "pi_lb_higgins_tk2"): "Higgins' prediction interval: metafor's is asked for",
    ("meta", "pi_ub_higgins_tk2"): "Higgins' prediction interval: metafor's is asked for",
    ("meta", "tau2_lb"): "an interval of tau2",
    ("meta", "tau2_ub"): "an interval of tau2",
    ("cox", "iter"): "R's count of iterations",
}
METHODS = {"FE", "DL", "REML"}


def why_not(row: dict) -> str | None:
    parts = row["case"].split("|")
    kind, stat = parts[0], row["stat"]
    if kind in NOT_ASKED:
        return NOT_ASKED[kind]
    if (kind, stat) in STATISTICS_NOT_ASKED:
        return STATISTICS_NOT_ASKED[kind, stat]
    if kind == "meta" and parts[4] not in METHODS:
        return "other estimators of tau2 than fixed, DL and REML"
    if kind == "cox" and parts[-1] == "exact":
        return "exact ties: Efron's and Breslow's are asked for"
    return None


def is_not_estimable(row: dict) -> bool:
    """Where R prints the place at which it stopped on the way to infinity, or 0, and we must print nothing."""
    parts = row["case"].split("|")
    kind, stat, term = parts[0], row["stat"], row["term"].replace(")", ")=")
    if kind == "persite" and stat in ("coef", "se"):
        return per_site(parts[3])[row["term"]].status.startswith("separated")
    if kind != "cox" or stat in ("n", "nevent", "warning"):
        return False
    status = fit(row["case"]).status
    if status == "not_estimable: no events":
        return True
    named = status.partition(": ")[2].split(", ")
    if status.startswith("separated"):
        return stat.startswith("wald") or term in named
    return term in named and stat == "se"


@pytest.mark.parametrize("kind", sorted({case.split("|")[0] for case in rows()} - set(NOT_ASKED)))
def test_agrees_with_r(kind: str, capsys: pytest.CaptureFixture) -> None:
    wrong, checked, silent, left_out = [], 0, 0, {}
    for case, lines in rows().items():
        if case.split("|")[0] != kind:
            continue
        for row in lines:
            reason = why_not(row)
            if reason:
                left_out[reason] = left_out.get(reason, 0) + 1
                continue
            ours = VALUES[kind](row)
            expected = "NA" if is_not_estimable(row) else row["value"]
            checked, silent = checked + 1, silent + (expected != row["value"])
            if not close(ours, expected):
                wrong.append((case, row["stat"], row["term"], row["x"], expected, ours))
    with capsys.disabled():
        told = f", {silent} of them not estimable and not printed" if silent else ""
        print(f"\n{kind}: {checked - len(wrong)} of {checked} as R{told}; not asked: {left_out or 'none'}", end="")
    assert checked > 0
    assert not wrong, wrong[:10]


def test_how_many_reference_numbers_are_covered(capsys: pytest.CaptureFixture) -> None:
    everything = [row for lines in rows().values() for row in lines]
    covered = [row for row in everything if why_not(row) is None]
    silent = sum(is_not_estimable(row) for row in covered)
    with capsys.disabled():
        print(
            f"\nR's reference numbers: {len(covered)} of {len(everything)} covered, {silent} of them not estimable",
            end="",
        )
    assert (len(covered), silent, len(everything)) == (3483, 66, 3840)
