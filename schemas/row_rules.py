"""Named rules within one row of one table: what fails, at which column, with which effect.

Belongs here: a rule that looks at several columns of a row, as an expression that is true where it FAILS
(null counts as passed), with its words. Does not belong here: rules of one column (schemas/rules.py makes
them from the models), rules across rows or tables (sql/checks; their words are in schemas/named_rules.py).
Adding a rule of this kind means adding one entry to ROW_RULES.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from schemas import codes

EXTRACTED_AT = "extracted_at"
"""Column that validation adds to the frame: the day the extract was taken (Date)."""

_SUSPECT_CM = 30
"""A length above this in a centimetre column is asked about (extract-contract.md)."""


@dataclass(frozen=True)
class RowRule:
    """`fails` by column: the column a finding sits at -> the failing condition. Words are templates."""

    id: str
    severity: str
    category: str
    effect: str
    en: str
    ko: str
    fails: dict[str, pl.Expr]
    needs: tuple[str, ...] = field(default=())
    """Columns outside the contract without which the rule has nothing to say (`<x>__unit`)."""

    @property
    def table(self) -> str:
        return self.id.partition(".")[0]


def _suspects(table: str, *columns: str) -> list[RowRule]:
    """One rule a column, all with the same id: the value stood in a column of centimetres and is over 30."""
    return [
        RowRule(
            f"{table}.unit_suspect",
            "warning",
            "plausibility",
            "keep",
            "{value} in column {column} was read as centimetres and is larger than 30 cm. It may be in millimetres.",
            "{column} 열의 값 {value}은(는) cm로 읽었는데 30 cm를 넘습니다. mm 단위일 수 있습니다.",
            {name: (pl.col(name) > _SUSPECT_CM * 10) & (pl.col(f"{name}__unit").str.to_lowercase() == "cm")},
            needs=(f"{name}__unit",),
        )
        for name in columns
    ]


def _end_before_start(table: str) -> RowRule:
    return RowRule(
        f"{table}.end_before_start",
        "error",
        "plausibility",
        "quarantine",
        "The end date {value} in column {column} lies before the start date of the same row.",
        "{column} 열의 종료일 {value}이(가) 같은 행의 시작일보다 빠릅니다.",
        {"end_date": pl.col("end_date") < pl.col("start_date")},
    )


# a score beyond the last class is a finding of its own
_score = pl.col("child_pugh_score_recorded").clip(upper_bound=codes.CHILD_PUGH_SCORES["C"][1])
_CHILD_PUGH_CLASS = pl.coalesce(
    pl.when(_score <= most).then(pl.lit(name)) for name, (_, most) in codes.CHILD_PUGH_SCORES.items()
)
_CHILD_PUGH_WORDS = ", ".join(f"{name} {least}-{most}" for name, (least, most) in codes.CHILD_PUGH_SCORES.items())

ROW_RULES: tuple[RowRule, ...] = (
    RowRule(
        "patient.birth_disagrees",
        "warning",
        "plausibility",
        "keep",
        "The year of birth {value} in column {column} is not the year of the date of birth in the same row.",
        "{column} 열의 출생연도 {value}이(가) 같은 행의 생년월일과 다릅니다.",
        {"birth_year": pl.col("birth_year") != pl.col("birth_date").dt.year()},
    ),
    RowRule(
        "baseline_status.child_pugh_class_off_score",
        "warning",
        "plausibility",
        "keep",
        "The recorded Child-Pugh class {value} in column {column} is not the class of the recorded score"
        f" ({_CHILD_PUGH_WORDS}).",
        f"{{column}} 열의 Child-Pugh 등급 {{value}}이(가) 기록된 점수의 등급과 다릅니다({_CHILD_PUGH_WORDS}).",
        {"child_pugh_class_recorded": pl.col("child_pugh_class_recorded") != _CHILD_PUGH_CLASS},
    ),
    RowRule(
        "tumour_baseline.vp_level_unknown",
        "warning",
        "conformance",
        "empty",
        "Portal vein tumour thrombus is present, but column {column} gives no level (Vp1 to Vp4).",
        "문맥 종양혈전이 있다고 되어 있으나 {column} 열에 위치(Vp1-Vp4)가 없습니다.",
        {"vp": (pl.col("pvtt") == "Y") & pl.col("vp").is_null()},
    ),
    RowRule(
        "tumour_baseline.vp_off_pvtt",
        "warning",
        "plausibility",
        "keep",
        "Column {column} says {value}, but the level of portal vein thrombus in the same row says the opposite.",
        "{column} 열의 값 {value}이(가) 같은 행의 문맥 종양혈전 단계(Vp)와 반대입니다.",
        {
            "pvtt": ((pl.col("pvtt") == "N") & (pl.col("vp") >= 1)) | ((pl.col("pvtt") == "Y") & (pl.col("vp") == 0)),
        },
    ),
    RowRule(
        # a hospital that keeps N1 and M0 apart writes it so: the definitions count the node either way
        "tumour_baseline.nodal_without_spread",
        "info",
        "plausibility",
        "keep",
        "Extrahepatic spread is {value} in column {column}, but the same row reports nodal metastasis."
        " The nodes count as spread.",
        "{column} 열의 간외 전이가 {value}인데 같은 행에 림프절 전이가 있습니다. 림프절 전이도 간외 전이로 봅니다.",
        {"ehs": (pl.col("ehs") == "N") & (pl.col("nodal") == "Y")},
    ),
    *_suspects("tumour_baseline", "max_diam_mm"),
    _end_before_start("treatment_course"),
    _end_before_start("adverse_event"),
    *_suspects("lesion_measurement", "viable_mm", "total_mm", "short_axis_mm"),
    RowRule(
        "lesion_measurement.viable_over_total",
        "warning",
        "plausibility",
        "keep",
        "The viable diameter {value} in column {column} is larger than the whole diameter of the same lesion.",
        "{column} 열의 생존 직경 {value}이(가) 같은 병변의 전체 직경보다 큽니다.",
        {"viable_mm": pl.col("viable_mm") > pl.col("total_mm")},
    ),
    RowRule(
        "lesion_measurement.absent_with_size",
        "warning",
        "plausibility",
        "keep",
        "The lesion is called absent, but column {column} gives it a size: {value}.",
        "병변이 소실되었다고 되어 있으나 {column} 열에 크기 {value}이(가) 있습니다.",
        {"viable_mm": (pl.col("status") == "ABSENT") & (pl.col("viable_mm") > 0)},
    ),
)
