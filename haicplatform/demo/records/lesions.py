"""What the readers measure and record on each scan. SYNTHETIC.

Belongs here: lesion_measurement and response_assessment rows of R1, R2 and, where they differ, ADJ.
Does not belong here: when scans happen and how the tumour behaves (exams.py).
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.story import stream

_PLACES = ["LUNG", "BONE", "NODE_OTHER", "ADRENAL"]


def readings(site: str, planned: pl.DataFrame, exams: pl.DataFrame, courses: pl.DataFrame) -> pl.DataFrame:
    """One row an exam and reader: the exam's columns, the story's, reader_id, scale and expected response.

    R1 and the adjudicator see the story. R2 measures a few per cent apart, by the same share on all scans of a
    patient; where the story says so R2 sees PR for SD, and then an adjudicator has read every scan of HAIC.
    """
    rng = stream(site, "readers")
    n = len(planned)
    people = planned.select(
        "patient_id", "reader2", "pr_kind", "size_mm", "n_nodules", "vp", "ehs", "prior_regimen", "best", "pd_kind"
    ).with_columns(
        pl.Series("_bias", rng.uniform(0.95, 1.05, n)),
        pl.Series("_place", rng.choice(_PLACES, n)),
    )
    seen = exams.join(people, on="patient_id").join(
        courses.select("patient_id", "slot", "course_no"), on=["patient_id", "slot"]
    )
    sees_pr = (pl.col("reader2") == "differs") & (pl.col("slot") == "haic") & (pl.col("expected") == "SD")
    first = seen.with_columns(reader_id=pl.lit("R1"), scale=pl.lit(1.0))
    second = seen.with_columns(
        reader_id=pl.lit("R2"),
        scale=pl.when(sees_pr).then(pl.col("_bias") * 0.66).otherwise("_bias"),
        expected=pl.when(sees_pr).then(pl.lit("PR")).otherwise("expected"),
    )
    third = seen.filter((pl.col("reader2") == "differs") & (pl.col("slot") == "haic")).with_columns(
        reader_id=pl.lit("ADJ"), scale=pl.lit(1.0)
    )
    return pl.concat([first, second, third]).sort("patient_id", "exam_date", "reader_id")


def lesion_measurement(site: str, read: pl.DataFrame) -> pl.DataFrame:
    """One row a lesion on a reading. Targets T1, T2; non-targets NT1 (vein), NT2 (elsewhere); new lesion N1."""
    return (
        pl.concat([_targets(site, read), _nontargets(read), _new(read)], how="diagonal")
        .with_columns(
            course_no=pl.when((pl.col("reader_id") == "ADJ") & pl.col("prior_regimen").is_not_null()).then("course_no")
        )
        .sort("patient_id", "exam_no", "reader_id", "lesion_id")
    )


def _targets(site: str, read: pl.DataFrame) -> pl.DataFrame:
    # whole millimetres at the baseline and no trembling hand: the sum of these is exact
    is_exact = (pl.col("pr_kind") == "exact") & (pl.col("best") == "PR")

    def at_base(size: pl.Expr) -> pl.Expr:
        return pl.when(is_exact).then(size.round(0)).otherwise(size.round(1))

    first = at_base(pl.col("size_mm") * 0.8)
    both = pl.concat(
        [
            read.with_columns(lesion_id=pl.lit("T1"), _at_base=first, _whole="size_mm"),
            read.filter(pl.col("n_nodules") >= 2).with_columns(
                lesion_id=pl.lit("T2"),
                _at_base=at_base((pl.col("size_mm") * 0.35).clip(14.0, 60.0)),
                _whole=(pl.col("size_mm") * 0.45).clip(18.0, 75.0).round(1),
            ),
        ]
    )
    hand = pl.when(is_exact).then(1.0).otherwise(pl.Series(stream(site, "hand").uniform(0.99, 1.01, len(both))))
    viable = (pl.col("_at_base") * pl.col("factor") * pl.col("scale") * hand).round(1)
    is_ne = pl.col("expected").fill_null("") == "NE"
    return both.with_columns(
        role=pl.lit("TARGET"),
        organ=pl.lit("LIVER"),
        status=pl.when(is_ne).then(pl.lit("NE")).otherwise(pl.lit("EVALUABLE")),
        viable_mm=pl.when(~is_ne).then(viable),
        total_mm=pl.when(~is_ne).then(pl.max_horizontal((pl.col("_whole") * hand).round(1), viable)),
        aphe=pl.when(~is_ne).then(pl.when(viable > 0).then(pl.lit("Y")).otherwise(pl.lit("N"))),
        washout=pl.when(~is_ne).then(pl.when(viable > 0).then(pl.lit("Y")).otherwise(pl.lit("N"))),
    )


def _nontargets(read: pl.DataFrame) -> pl.DataFrame:
    vein = read.filter(pl.col("vp") >= 1).with_columns(lesion_id=pl.lit("NT1"), organ=pl.lit("PV"))
    away = read.filter("ehs").with_columns(lesion_id=pl.lit("NT2"), organ=pl.col("_place"))
    # one of them progresses: the vein where there is one
    progresses = pl.col("nontarget_pd").fill_null(False) & ((pl.col("lesion_id") == "NT1") | (pl.col("vp") == 0))
    expected = pl.col("expected").fill_null("")
    both = pl.concat([vein, away])
    return both.with_columns(
        role=pl.lit("NONTARGET"),
        status=pl.when(expected == "NE").then(pl.lit("NE")).otherwise(pl.lit("EVALUABLE")),
        short_axis_mm=pl.when((pl.col("organ") == "NODE_OTHER") & (expected != "NE")).then(13.0),
        nontarget_status=pl.when(expected == "NE")
        .then(pl.lit("NE"))
        .when(progresses)
        .then(pl.lit("PD"))
        .when(expected == "CR")
        .then(pl.lit("CR"))
        .otherwise(pl.lit("IRSD")),
    )


def _new(read: pl.DataFrame) -> pl.DataFrame:
    """A new lesion in the liver, with the typical pattern once it is 10 mm or more."""
    typical = pl.when(pl.col("new_mm") >= 10).then(pl.lit("Y")).otherwise(pl.lit("N"))
    size = (pl.col("new_mm") * pl.col("scale").clip(0.95)).round(1)
    return read.filter(pl.col("new_mm").is_not_null()).with_columns(
        lesion_id=pl.when(pl.col("slot") == "prior").then(pl.lit("N1")).otherwise(pl.lit("N2")),
        role=pl.lit("NEW"),
        organ=pl.lit("LIVER"),
        status=pl.lit("EVALUABLE"),
        viable_mm=size,
        total_mm=size,
        aphe=pl.lit("Y"),
        washout=typical,
    )


def response_assessment(read: pl.DataFrame) -> pl.DataFrame:
    """The overall response each reader wrote down, for the course the scan was made for."""
    has_new = pl.col("new_mm").is_not_null() & (pl.col("new_mm") >= 10)
    by_growth = (pl.col("expected") == "PD") & pl.col("new_mm").is_null() & ~pl.col("nontarget_pd").fill_null(False)
    return read.filter(pl.col("expected").is_not_null()).with_columns(
        criterion=pl.lit("MRECIST"),
        assess_date=pl.col("exam_date"),
        overall=pl.when((pl.col("role") == "pd") & (pl.col("new_mm") < 10)).then("best").otherwise("expected"),
        target_resp=pl.when((pl.col("expected") == "PD") & ~by_growth)
        .then(pl.when(pl.col("best") == "PD").then(pl.lit("SD")).otherwise("best"))
        .otherwise("expected"),
        new_lesion=pl.when(has_new).then(pl.lit("Y")).otherwise(pl.lit("N")),
    )
