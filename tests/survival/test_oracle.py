"""Every open reference number of R that haicplatform.survival covers, to 1e-6 relative."""

from __future__ import annotations

import pytest

from tests.survival.oracle import VALUES, close, fit, per_site, rows

# what is not computed yet, and R's numbers where it prints the place at which it stopped on the way to infinity
NOT_COVERED = {
    "coxme": "mixed models",
    "frailty_gamma": "mixed models",
    "interaction": "exposure by hospital",
}
STATISTICS_NOT_COVERED = {
    ("followup", "prodlim_revkm_first_le_half"): "another package's rule",
    ("followup", "error"): "another package's message",
    ("meta", "H2"): "not reported",
    ("meta", "pi_lb_higgins_tk2"): "another prediction interval",
    ("meta", "pi_ub_higgins_tk2"): "another prediction interval",
    ("meta", "tau2_lb"): "interval of tau2",
    ("meta", "tau2_ub"): "interval of tau2",
    ("cox", "iter"): "a count of iterations",
    ("cox", "warning"): "the status says it",
}
METHODS = {"FE", "DL", "REML"}


def why_not(row: dict) -> str | None:
    parts = row["case"].split("|")
    kind, stat = parts[0], row["stat"]
    if kind in NOT_COVERED:
        return NOT_COVERED[kind]
    if (kind, stat) in STATISTICS_NOT_COVERED:
        return STATISTICS_NOT_COVERED[kind, stat]
    if kind == "meta" and parts[4] not in METHODS:
        return "another estimator of tau2"
    if kind == "rmst2" and row["term"] == "ratio_rmtl":
        return "ratio of time lost"
    if kind == "cox" and parts[-1] == "exact":
        return "exact ties"
    if kind == "cox":
        found = fit(row["case"])
        if found.status == "not_estimable: no events":
            return "no events" if stat not in ("n", "nevent") else None
        if found.status.startswith("separated"):
            stopped = row["term"] and row["term"].replace(")", ")=") in found.status or row["term"] in found.status
            if (row["term"] and stopped) or stat.startswith("wald"):
                return "runs to infinity"
        if found.status.startswith("not_estimable") and row["term"] and row["term"] in found.status and stat == "se":
            return "R prints 0 for a coefficient it left out"
    if kind == "persite" and stat in ("coef", "se"):
        if per_site(parts[3])[row["term"]].status.startswith("separated"):
            return "runs to infinity"
    return None


@pytest.mark.parametrize("kind", sorted({case.split("|")[0] for case in rows()} - set(NOT_COVERED)))
def test_agrees_with_r(kind: str, capsys: pytest.CaptureFixture) -> None:
    wrong, checked, left_out = [], 0, {}
    for case, lines in rows().items():
        if case.split("|")[0] != kind:
            continue
        for row in lines:
            reason = why_not(row)
            if reason:
                left_out[reason] = left_out.get(reason, 0) + 1
                continue
            checked += 1
            ours = VALUES[kind](row)
            if not close(ours, row["value"]):
                wrong.append((case, row["stat"], row["term"], row["x"], row["value"], ours))
    with capsys.disabled():
        print(f"\n{kind}: {checked - len(wrong)} of {checked} equal R; left out: {left_out or 'none'}", end="")
    assert checked > 0
    assert not wrong, wrong[:10]


def test_most_reference_numbers_are_covered() -> None:
    everything = [row for lines in rows().values() for row in lines]
    covered = [row for row in everything if why_not(row) is None]
    assert len(covered) >= 3300 and len(everything) == 3840
