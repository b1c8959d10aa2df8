"""The open reference numbers of R, and what the platform gives for each of them.

Belongs here: reading tests/data/oracle and calling haicplatform.survival for one case. No expectations.
"""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path

import polars as pl
from lifelines.datasets import load_lung

from haicplatform.survival import compare_rmst, cox, follow_up, interaction, kaplan_meier, logrank, pool

DATA = Path(__file__).resolve().parents[1] / "data" / "oracle"
MONTH = 30.4375


@cache
def rows() -> dict[str, list[dict]]:
    cases: dict[str, list[dict]] = {}
    with (DATA / "oracle_open.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            cases.setdefault(row["case"], []).append(row)
    return cases


@cache
def dataset(name: str) -> pl.DataFrame:
    if name == "lung":
        frame = pl.from_pandas(load_lung()).with_columns(event=pl.col("status").cast(pl.Int64))
        if frame["event"].max() == 2:
            frame = frame.with_columns(event=pl.col("event") - 1)
        return frame.with_columns(months=pl.col("time") / MONTH, inst=pl.col("inst").cast(pl.Int64))
    frame = pl.read_csv(DATA / f"{name}.csv", null_values="NA")
    return frame


def subset(name: str, what: str) -> pl.DataFrame:
    frame = dataset(name)
    if what == "all":
        return frame
    column, value = what.split("=")
    return frame.filter(
        pl.col(column).cast(pl.Float64, strict=False).cast(pl.String).str.strip_suffix(".0").eq(value)
        | pl.col(column).cast(pl.String).eq(value)
    )


def close(ours: float | None, theirs: str, relative: float = 1e-6) -> bool:
    if theirs == "NA":
        return ours is None or (isinstance(ours, float) and math.isnan(ours))
    if ours is None:
        return False
    return math.isclose(ours, float(theirs), rel_tol=relative, abs_tol=1e-12)


def km_value(row: dict) -> float | None:
    _, name, what, kind = row["case"].split("|")
    frame = subset(name, what)
    curve = kaplan_meier(frame["time"], frame["event"], conf_type=kind)
    stat = row["stat"]
    if stat in ("n", "events"):
        return getattr(curve, stat)
    if stat.startswith(("median", "quantile")):
        found = curve.quantile(0.5 if row["x"] == "NA" else float(row["x"]))
        return {"lcl": found.ci_low, "ucl": found.ci_high}.get(stat.split("_")[-1], found.value)
    at = curve.at([float(row["x"])]).row(0, named=True)
    names = {"surv": "survival", "std_err": "std_err", "lower": "ci_low", "upper": "ci_high"}
    names |= {"n_risk": "n_risk", "beyond_last_time": "is_beyond_last"}
    return at[names[stat]]


def follow_up_value(row: dict) -> float | None:
    _, name, what = row["case"].split("|")
    frame = subset(name, what)
    found = follow_up(frame["time"], frame["event"])
    return {
        "revkm_median": found.reverse.value,
        "revkm_lcl": found.reverse.ci_low,
        "revkm_ucl": found.reverse.ci_high,
        "plain_median_time": found.plain_median,
    }[row["stat"]]


def rmean_value(row: dict) -> float | None:
    _, name, what = row["case"].split("|")
    frame = subset(name, what)
    found = kaplan_meier(frame["time"], frame["event"]).rmst(float(row["x"]))
    return {"rmst": found.value, "rmst_se": found.std_err}[row["stat"]]


def rmst2_value(row: dict) -> float | None:
    tau = float(row["x"])
    arm = {
        a: kaplan_meier(f["time"], f["event"]).rmst(tau)
        for a, f in (("0", subset("lung", "sex=1")), ("1", subset("lung", "sex=2")))
    }
    if row["stat"].startswith("arm"):
        one = arm[row["stat"][3]]
        return one.value if row["stat"].endswith("rmst") else one.std_err
    pair = compare_rmst(kaplan_meier(*_pair("sex=1")), kaplan_meier(*_pair("sex=2")), tau)
    found = pair[{"diff": "difference", "ratio_rmtl": "ratio_lost"}.get(row["term"], "ratio")]
    return {"est": found.estimate, "lower": found.ci_low, "upper": found.ci_high, "p": found.p}[row["stat"]]


def _pair(what: str):
    frame = subset("lung", what)
    return frame["time"], frame["event"]


def site_km_value(row: dict) -> float | None:
    frame = subset("lung", f"inst={row['case'].split('|')[2]}")
    curve = kaplan_meier(frame["time"], frame["event"])
    median = curve.median()
    return {
        "n": curve.n,
        "events": curve.events,
        "median": median.value,
        "median_lcl": median.ci_low,
        "median_ucl": median.ci_high,
    }[row["stat"]]


def logrank_value(row: dict) -> float | None:
    parts = row["case"].split("|")
    strata = parts[3] if parts[0] == "logrank_strat" else None
    rho = int(parts[3][3:]) if strata is None else 0
    frame = dataset(parts[1]).drop_nulls([parts[2], *([strata] if strata else [])])
    found = logrank(frame["time"], frame["event"], frame[parts[2]], strata=frame[strata] if strata else None, rho=rho)
    if row["stat"] in ("obs", "exp"):
        table = found.table.filter(pl.col("group").str.strip_suffix(".0") == row["term"])
        return table["observed" if row["stat"] == "obs" else "expected"].item()
    return getattr(found, row["stat"])


BASE = ["age", "sex", "ph.ecog"]
KARNO = [*BASE, "ph.karno", "pat.karno"]
FITS = {
    "cox|lung|multi_screened": ("lung", KARNO, {}),
    "cox|lung|pooled": ("lung", BASE, {}),
    "cox|lung|strata": ("lung", BASE, {"strata": "inst"}),
    "cox|lung|cluster": ("lung", BASE, {"cluster": "inst"}),
    "cox|lung|robust_id": ("lung", BASE, {"cluster": "row"}),
    "cox|lung|strata_cluster": ("lung", BASE, {"strata": "inst", "cluster": "inst"}),
    "cox|lung|fixed": ("lung", [*BASE, "factor(inst)"], {}),
    "cox|lung|ecog_factor": ("lung", ["factor(ph.ecog)"], {}),
    "cox|edge|separation": ("edge_separation", ["x"], {}),
    "cox|edge|separation_z": ("edge_separation", ["x", "z"], {}),
    "cox|edge|single_event": ("edge_single_event", ["g"], {}),
    "cox|edge|all_censored": ("edge_all_censored", ["g"], {}),
    "cox|edge|no_events": ("edge_no_events", ["x"], {}),
    "cox|edge|ties|efron": ("edge_ties", ["x"], {}),
    "cox|edge|ties|breslow": ("edge_ties", ["x"], {"ties": "breslow"}),
    "cox|edge|time_zero": ("edge_time_zero", ["x"], {}),
    "cox|edge|small_sites_strata": ("edge_small_sites", ["sex", "age"], {"strata": "inst"}),
    "cox|edge|small_sites_fixed": ("edge_small_sites", ["sex", "age", "factor(inst)"], {}),
    "cox|edge|collinear": ("edge_ties", ["x", "x2"], {}),
    "cox|edge|constant": ("edge_ties", ["x", "x3"], {}),
}


@cache
def fit(case: str):
    if case.startswith("cox|lung|uni|"):
        name, terms, options = "lung", [case.split("|")[3]], {}
    else:
        name, terms, options = FITS[case]
    frame = dataset(name).with_row_index("row").with_columns(x3=pl.lit(1.0))
    if case.rsplit("|", maxsplit=1)[-1] in ("pooled", "robust_id"):
        frame = frame.drop_nulls([*BASE, "inst"])
    if "x" in frame.columns:
        frame = frame.with_columns(x2=pl.col("x") * 2)
    if "g" in terms:
        g = {"edge_single_event": "one_event", "edge_all_censored": "all_censored"}[name]
        frame = frame.with_columns(g=(pl.col("grp") == g).cast(pl.Float64))
    for term in [*terms, options.get("strata", "row"), options.get("cluster", "row")]:
        if term.startswith("factor("):
            column = term[7:-1]
            frame = frame.drop_nulls(column)
            levels = [str(v) for v in sorted(frame[column].cast(pl.Int64).unique())]
            text = pl.col(column).cast(pl.Int64).cast(pl.String).cast(pl.Enum(levels))
            frame = frame.with_columns(text.alias(term))
        frame = frame.drop_nulls(term)
    time = "months" if name == "lung" else "time"
    return cox(frame, time, "event", terms, **options)


def cox_value(row: dict) -> float | None:
    found = fit(row["case"])
    stat, term = row["stat"], row["term"]
    if stat == "warning":  # its text is in the place of the term
        return float(found.status.startswith("separated") or found.status.endswith("no events"))
    if term:
        if term.startswith("factor(inst)"):
            term = term.replace(")", ")=")
        elif term.startswith("ph.ecog") and row["case"].endswith("ecog_factor"):
            term = f"factor(ph.ecog)={term[-1]}"
        line = found.table.filter(pl.col("term") == term).row(0, named=True)
        return line[{"hr_lcl": "ci_low", "hr_ucl": "ci_high"}.get(stat, stat)]
    tests = {"lr": found.lr, "wald": found.wald, "score": found.score, "robscore": found.robust_score}
    if stat.rsplit("_", 1)[0] in tests:
        test = tests[stat.rsplit("_", 1)[0]]
        return None if test is None else getattr(test, stat.rsplit("_", 1)[1])
    if stat == "aic":
        return None if found.lr is None else 2 * found.lr.df - 2 * found.loglik
    names = {"n": found.n, "nevent": found.events, "loglik0": found.loglik_null, "loglik1": found.loglik}
    names |= {"concordance": found.concordance.value, "concordance_se": found.concordance.std_err}
    return names[stat]


def zph_value(row: dict) -> float | None:
    _, name, model, transform = row["case"].split("|")
    table = fit(f"cox|{name}|{model}").zph(transform)
    return table.filter(pl.col("term") == row["term"])[row["stat"]].item()


def screen_value(row: dict) -> float | None:
    p = fit(f"cox|lung|uni|{row['term']}").table["p"].item()
    return p if row["stat"] == "uni_p" else float(p < 0.1)


@cache
def per_site(model: str):
    terms = ["sex"] if model == "x" else BASE
    frame = dataset("lung").drop_nulls([*BASE, "inst"])
    return {
        str(site): cox(frame.filter(pl.col("inst") == site), "months", "event", terms)
        for site in frame["inst"].unique().sort()
    }


def per_site_value(row: dict) -> float | None:
    found = per_site(row["case"].split("|")[3])[row["term"]]
    if row["stat"] in ("n", "events"):
        return getattr(found, row["stat"])
    if row["stat"] == "clean":
        return float(found.status == "converged")
    return found.table.filter(pl.col("term") == "sex")[row["stat"]].item()


def meta_value(row: dict) -> float | None:
    _, _, _, model, method, test = row["case"].split("|")
    lines = [r for r in rows()[f"persite|lung|sex|{model}"] if r["stat"] in ("coef", "se", "clean")]
    by_site: dict[str, dict] = {}
    for line in lines:
        by_site.setdefault(line["term"], {})[line["stat"]] = line["value"]
    clean = [site for site in by_site.values() if site["clean"] == "1"]
    name = {"FE": "fixed", "DL": "dl", "REML": "reml"}[method]
    found = pool(
        [float(s["coef"]) for s in clean], [float(s["se"]) for s in clean], method=name, hartung_knapp=test == "knha"
    )
    names = {
        "est": found.estimate,
        "se": found.std_err,
        "lcl": found.ci_low,
        "ucl": found.ci_high,
        "p": found.p,
        "tau2": found.tau2,
        "I2": found.i2,
        "Q": found.q,
        "Qp": found.q_p,
        "k": found.k,
        "pi_lb_metafor": found.prediction_low,
        "pi_ub_metafor": found.prediction_high,
    }
    return names[row["stat"]]


FIRTH = {
    "separation": ("edge_separation", ["x"], {}),
    "separation_z": ("edge_separation", ["x", "z"], {}),
    "lung": ("lung", ["age", "sex"], {}),
}


@cache
def firth_fit(case: str):
    name, terms, options = FIRTH[case.split("|")[1]]
    time = "months" if name == "lung" else "time"
    return cox(dataset(name).drop_nulls(terms), time, "event", terms, penalty="firth", **options)


def firth_value(row: dict) -> float | None:
    line = firth_fit(row["case"]).table.filter(pl.col("term") == row["term"]).row(0, named=True)
    return line[{"pl_lcl": "ci_low", "pl_ucl": "ci_high", "pl_p": "p"}.get(row["stat"], row["stat"])]


@cache
def interaction_of(exposure: str):
    frame = dataset("lung").drop_nulls([*BASE, "inst"])
    others = [name for name in BASE if name != exposure]
    return interaction(frame, "months", "event", exposure, "inst", terms=others, strata="inst")


def interaction_value(row: dict) -> float | None:
    found = interaction_of(row["case"].split("|")[2])
    if row["stat"] == "warning":
        return float(found.status.startswith("separated"))
    return getattr(found, {"lr_chisq": "chisq"}.get(row["stat"], row["stat"]))


VALUES = {
    "interaction": interaction_value,
    "firth": firth_value,
    "km": km_value, "followup": follow_up_value, "rmean": rmean_value, "rmst2": rmst2_value, "sitekm": site_km_value,
    "logrank": logrank_value, "logrank_strat": logrank_value, "cox": cox_value, "zph": zph_value,
    "screen": screen_value, "persite": per_site_value, "meta": meta_value,
}  # fmt: skip
