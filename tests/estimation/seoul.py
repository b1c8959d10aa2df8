"""The synthetic reconstruction of the published cohort, as analysis datasets. SYNTHETIC, no real patients.

Belongs here: turning tests/data/seoul/seoul_cohort.csv into adsl, adrs, adtte and cohort. No expectations.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import yaml

from haicplatform.core.resources import shipped_studies_dir
from haicplatform.studies.study import Study

DATA = Path(__file__).resolve().parents[1] / "data" / "seoul"
MONTH = 30.4375


def datasets(sites: tuple[str, ...] = ("AAA",)) -> dict[str, pl.DataFrame]:
    """adsl, adrs, adtte, cohort; the patients dealt out to `sites` in turn."""
    raw = pl.read_csv(DATA / "seoul_cohort.csv", infer_schema_length=None)
    yes = lambda column: pl.when(pl.col(column) == 1).then(pl.lit("Y")).otherwise(pl.lit("N"))  # noqa: E731
    base = raw.with_columns(
        usubjid=pl.format("P{}", pl.col("id").cast(pl.String).str.zfill(3)),
        siteid=pl.Series([sites[i % len(sites)] for i in range(raw.height)]),
        exposure_group=pl.col("group").replace_strict({"first_line": "FIRST_LINE", "post_ate_beva": "POST_AB"}),
    )
    adsl = base.select(
        "usubjid",
        "siteid",
        "exposure_group",
        "age",
        "sex",
        "etiology",
        "bclc",
        "child_pugh_class",
        "ecog",
        afp_ng_ml=pl.col("afp_ng_ml_num").cast(pl.Float64),
        tumour_size_mm=(pl.col("tumor_size_cm") * 10).round(6),
        tumour_number=pl.col("n_nodules"),
        portal_invasion=yes("portal_vein_invasion"),
        metastasis=yes("extrahepatic_metastasis"),
        prior_tace=yes("prior_tace"),
        prior_rt=yes("prior_rt"),
        ast=pl.lit(None, dtype=pl.Float64),
        alt=pl.lit(None, dtype=pl.Float64),
    )
    adrs = pl.concat(
        [
            base.select("usubjid", paramcd=pl.lit("BOR"), avalc="best_response"),
            base.select("usubjid", paramcd=pl.lit("CBOR"), avalc="best_response"),
        ]
    )
    times = [("OS", "os_months", "death"), ("PFS", "pfs_months", "pfs_event")]
    adtte = pl.concat(
        [
            base.select(
                "usubjid",
                paramcd=pl.lit(code),
                aval_months=(pl.col(months) * MONTH).round() / MONTH,
                cnsr=1 - pl.col(event),
            )
            for code, months, event in times
        ]
    )
    cohort = base.select(
        "usubjid", "siteid", "exposure_group", is_included=pl.lit(True), exclusion_reason=pl.lit(None, dtype=pl.String)
    )
    return {"adsl": adsl, "adrs": adrs, "adtte": adtte, "cohort": cohort}


def study(study_id: str) -> Study:
    """A shipped study, without asking whether its hospitals exist."""
    content = yaml.safe_load((shipped_studies_dir() / f"{study_id}.yaml").read_text("utf-8"))
    return Study.model_validate({"study_id": study_id, **content}, strict=False)
