"""What if: one study under two definitions (or two of its own variants), and what that changes.

Belongs here: deriving twice in a copy that is thrown away, and lining up the results. Does not belong here: what a
change is (sql/lineage/comparison), any statistic (estimation), the page (report).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from haicplatform.core import sql_graph
from haicplatform.core.errors import UsageError
from haicplatform.core.resources import sql_dir
from haicplatform.core.settings import Home
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.loading import load_study
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

DATASETS = ("adsl", "adrs", "adtte", "cohort")
BEFORE = (*DATASETS, "assessment")
# (analysis, statistic, term or the variable of its level)
STATISTICS = (
    ("flow", "n", "included"),
    ("response", "pct", "ORR"),
    ("response", "pct", "DCR"),
    ("km", "events", ""),
    ("km", "median", ""),
    ("logrank", "p", ""),
    ("cox_univariable", "hr", "group"),
    ("cox_multivariable", "hr", "group"),
)
KINDS = ("response", "progression", "best_response", "confirmed_best_response", "stage", "group")
LABELS = {
    ("flow", "n"): "",
    ("response", "pct"): "%",
    ("km", "events"): "events",
    ("km", "median"): "median, months",
    ("logrank", "p"): "log-rank p",
    ("cox_univariable", "hr"): "hazard ratio",
    ("cox_multivariable", "hr"): "hazard ratio, adjusted",
}
_KEY = ("analysis", "endpoint", "grp", "term", "statistic")
_SHOWN = ("value", "ci_low", "ci_high", "status")


@dataclass(frozen=True)
class Comparison:
    """The study under `a` and under `b`.

    changes: site_id, usubjid, what, course_no, day_date, a, b; a row a change. by_hospital: site_id, what, persons,
    changed. statistics: analysis, endpoint, grp, term, statistic, then value, ci_low, ci_high, status of each with
    the endings _a and _b, and difference (b - a; of a hazard ratio b / a).
    """

    study: Study
    snapshot_id: str
    a: str
    b: str
    changes: pl.DataFrame
    by_hospital: pl.DataFrame
    statistics: pl.DataFrame

    def persons_changed(self) -> list[dict[str, Any]]:
        """A row a kind of change: how many persons of each hospital, and of all. The first row: how many there are."""
        kinds = [*KINDS, *self.study.endpoints]
        of_site = self.by_hospital.pivot(on="site_id", index="what", values="changed").rows_by_key("what", named=True)
        persons = dict(self.by_hospital.select("site_id", "persons").unique().sort("site_id").iter_rows())
        rows = [{"patients with another": "(patients)"} | persons | {"all": sum(persons.values())}]
        for kind in kinds:
            counts = {site: of_site[kind][0][site] for site in persons}
            rows.append({"patients with another": kind.replace("_", " ")} | counts | {"all": sum(counts.values())})
        return rows

    def results(self, *, only_changed: bool = False) -> list[dict[str, Any]]:
        """A row a statistic as text: what it is, under a, under b, and b - a (of a hazard ratio b / a)."""
        rows = []
        for row in self.statistics.iter_rows(named=True):
            sides = [_text(row, side) for side in ("a", "b")]
            if only_changed and sides[0] == sides[1]:
                continue
            variable, _, level = row["term"].partition("=")
            of = " ".join(part for part in (row["endpoint"], row["grp"], level) if part)
            label = f"{LABELS[row['analysis'], row['statistic']]} {'' if level else variable}".strip()
            change = "" if row["difference"] is None else f"{row['difference']:.3g}"
            rows.append({"result": label, "of": of, self.a: sides[0], self.b: sides[1], "change": change})
        return rows

    def as_dict(self) -> dict[str, Any]:
        frames = {name: getattr(self, name).to_dicts() for name in ("by_hospital", "statistics", "changes")}
        return {"study": self.study.study_id, "snapshot": self.snapshot_id, "a": self.a, "b": self.b} | frames


def compare(home: Home, a: str, b: str, study_id: str) -> Comparison:
    """The study on the published snapshot under `a` and under `b`: definitions, or variants of the study (`main`).

    Nothing is stored. Raises UsageError for a study, definition or variant that does not exist, naming those that do.
    """
    study = load_study(study_id, home)
    with warehouse.scratch_copy(home) as con:
        sides = {name: _under(con, study, name) for name in (a, b)}
        if a == b:
            raise UsageError("A definition is compared with another one", found=f"{a} twice")
        [(snapshot,)] = con.execute("SELECT any_value(snapshot_id) FROM quality.snapshot_member").fetchall()
        return compare_studies(con, study, sides, snapshot)


def compare_studies(
    con: duckdb.DuckDBPyConnection, study: Study, sides: dict[str, Study], snapshot_id: str
) -> Comparison:
    """The comparison of two studies on a connection with harmonised.* and validated.*; schemas study and before go."""
    a, b = sides
    derivation = Derivation(con)
    derivation.of(sides[a])
    keep_baseline(con)
    estimates = [_estimates(con, sides[a], a, snapshot_id)]
    derivation.of(sides[b])
    estimates.append(_estimates(con, sides[b], b, snapshot_id))
    changes, by_hospital = diff(con)
    return Comparison(study, snapshot_id, a, b, changes, by_hospital, _statistics(*estimates))


def keep_baseline(con: duckdb.DuckDBPyConnection) -> None:
    """Keep what schema `study` holds of a derivation in schema `before`, to be compared with later ones."""
    con.execute("DROP SCHEMA IF EXISTS before CASCADE; CREATE SCHEMA before")
    for name in BEFORE:
        con.execute(f"CREATE TABLE before.{name} AS FROM study.{name}")


def diff(con: duckdb.DuckDBPyConnection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The changes, and how many persons of each hospital have one (see Comparison), from `before` to `study`."""
    for name in ("change", "changed_by_hospital"):
        file = sql_graph.read(sql_dir() / "lineage" / "comparison" / f"{name}.sql")
        warehouse.run_sql(con, file, f"CREATE OR REPLACE TABLE study.{name} AS\n")
    changes, by_hospital = (con.execute(f"FROM study.{name}").pl() for name in ("change", "changed_by_hospital"))
    return changes, by_hospital


def _under(con: duckdb.DuckDBPyConnection, study: Study, name: str) -> Study:
    known = [row[0] for row in con.execute("SELECT definition FROM harmonised.definition ORDER BY 1").fetchall()]
    known += list(study.definitions)
    if name in known:
        return study.model_copy(update={"definition": name, "sensitivity": ()})
    variants = study.variants()
    if name not in variants:
        others = [variant for variant in variants if variant not in known]
        raise UsageError(
            f"There is no definition {name!r}",
            expected=f"a definition ({', '.join(known)}) or an analysis of the study ({', '.join(others)})",
            todo="correct the name, or add the variant to the study file",
        )
    return variants[name]


def _estimates(con: duckdb.DuckDBPyConnection, study: Study, variant: str, snapshot_id: str) -> pl.DataFrame:
    from haicplatform.estimation.study_estimates import estimate

    adsl, adrs, adtte, cohort = (con.execute(f"FROM study.{name}").pl() for name in DATASETS)
    made = estimate(study, adsl, adrs, adtte, cohort, snapshot_id, variant=f"definition={variant}")
    wanted = pl.DataFrame(STATISTICS, schema=["analysis", "statistic", "wanted"], orient="row")
    by_level = pl.col("term").str.split("=").list.first()
    made = made.filter(pl.col("population") == "pooled").with_columns(wanted=by_level)
    return made.join(wanted, on=["analysis", "statistic", "wanted"], how="semi", maintain_order="left")


def _statistics(a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
    both = a.select(*_KEY, *_SHOWN).join(
        b.select(*_KEY, *_SHOWN), on=_KEY, how="full", coalesce=True, suffix="_b", maintain_order="left_right"
    )
    both = both.rename({name: f"{name}_a" for name in _SHOWN})
    ratio, difference = pl.col("value_b") / pl.col("value_a"), pl.col("value_b") - pl.col("value_a")
    return both.with_columns(difference=pl.when(pl.col("statistic") == "hr").then(ratio).otherwise(difference))


def _text(row: dict[str, Any], side: str) -> str:
    value, low, high = (row[f"{name}_{side}"] for name in ("value", "ci_low", "ci_high"))
    if value is None:
        return row[f"status_{side}"] or "-"
    text = f"{value:.4g}" if row["statistic"] in ("n", "events", "p") else f"{value:.2f}"
    return text if low is None else f"{text} ({low:.2f}-{'NR' if high is None else format(high, '.2f')})"
