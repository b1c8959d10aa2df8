"""The document: from estimates only, each number with its ids, small counts masked, sums that add up, two languages."""

from __future__ import annotations

import re

import polars as pl
import pytest

from haicplatform.report.document.model import FIGURE_DATA, Document, Table, ids_of, plain
from haicplatform.report.sections.compose import compose
from tests.report.cohort import CONTEXT, STUDY, document, estimates

# English that may stand in a Korean report: names, codes, units, methods, and what the study file says in English only
NAMES = (
    "HAIC SHA SYNTHETIC DATA LOCKED HR CI NR SD SMD ORR DCR CR PR PD NE NON MISSING BOR BCLC AFP AST ALT ECOG "
    "ALBI TACE HBV HCV MASLD Child Pugh REML Kaplan Meier Cox Clopper Pearson Fisher Student Greenwood Efron "
    "Wald Hartung Knapp Schoenfeld Aalen Johansen Gray Fine CTCAE Firth Rubin STROBE survival metafor zph "
    "Cohen Hospital haicplatform PFS OS TTP DOR mm mL ng FU SSM df DerSimonian Laird analysis estimate "
    "finding quality cox adjudicator "
).split()


def table(name: str, language: str = "en") -> dict[str, list[str]]:
    found = next(part for part in document(language).tables if part.name == name)
    return {plain(row.cells[0]): [plain(cell) for cell in row.cells] for row in found.rows}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_number_in_a_table_is_an_estimate(language: str) -> None:
    known, used = set(estimates()["estimate_id"]), set()
    for part in document(language).tables:
        for row in part.rows if part.kind == "results" else ():
            for cell in row.cells[1:]:
                for run in cell:
                    assert run.estimate_ids or not re.search(r"\d", run.text), (part.name, run)
                used.update(ids_of(cell))
    assert used <= known and len(used) > 500


def test_a_picture_shows_what_its_data_hold() -> None:
    known = set(estimates()["estimate_id"])
    for figure in document("en").figures:
        assert dict(figure.data.schema) == FIGURE_DATA and figure.data.height, figure.name
        ids = set(" ".join(figure.data["estimate_ids"]).split())
        assert ids and ids <= known, figure.name
        assert figure.svg.startswith("<svg") and figure.png.startswith(b"\x89PNG")


def test_names_and_numbers_are_the_same_in_both_languages() -> None:
    def skeleton(found: Document) -> list[tuple]:
        return [(type(part).__name__, getattr(part, "name", ""), getattr(part, "number", 0)) for part in found.parts]

    assert skeleton(document("en")) == skeleton(document("ko"))
    names = [part.name for part in (*document("en").tables, *document("en").figures)]
    assert len(set(names)) == len(names)
    numbered = [part.number for part in document("en").tables if part.number]
    assert numbered == list(range(1, len(numbered) + 1))
    ids = [[run.estimate_ids for _, run in document(one).runs() if run.estimate_ids] for one in ("en", "ko")]
    assert sorted(ids[0]) == sorted(ids[1])


def test_no_english_is_left_in_the_korean_report() -> None:
    given = {study_word for text in english_of_the_study() for study_word in re.findall(r"[A-Za-z]+", text)}
    left: dict[str, str] = {}
    for place, run in document("ko").runs():
        if run.style == "code":
            continue
        for word in re.findall(r"[A-Za-z]{2,}", run.text):
            if word not in NAMES and word not in given:
                left.setdefault(word, f"{place}: {run.text}")
    assert not left


def english_of_the_study() -> list[str]:
    parts = [*STUDY.groups.values(), *STUDY.exclude, *STUDY.sensitivity]
    labels = [part.label for part in parts if part.label and not getattr(part, "label_ko", None)]
    return [*labels, *[entry.name for entry in STUDY.sensitivity], *STUDY.index.regimens]


def test_korean_uses_the_names_that_the_files_give() -> None:
    title = document("ko").title
    assert title == STUDY.title_ko
    assert {"가나병원", "나병원", "전체 병원"} <= set(table("table-flow", "ko"))
    assert "전체생존기간" in {part.title for part in document("ko").figures}


def test_a_hospitals_small_counts_are_masked() -> None:
    rows = table("table-flow")
    assert rows["Hospital C"][1] == "<5" and rows["All hospitals"][1] == "100"
    assert table("table-hospital-os")["Hospital C"][1].startswith(("<5", "–", "0"))


def test_the_flow_adds_up_at_each_stage() -> None:
    head = next(part for part in document("en").tables if part.name == "table-flow").head
    for name, row in table("table-flow").items():
        if "<5" in row:
            continue
        counts = {plain(label): int(cell) for label, cell in zip(head[1:], row[1:], strict=True)}
        assert counts["Assessed"] == counts["All left out"] + counts["Analysed"], name
        assert counts["Analysed"] == sum(list(counts.values())[-2:]), name


def test_under_a_curve_those_at_risk_censored_and_with_an_event_add_up() -> None:
    data = next(part for part in document("en").figures if part.name == "km_os").data
    under = data.filter(data["item"].is_in(["at_risk", "censored_before", "events_before"]))
    sums = under.group_by("series", "x").agg(pl.col("y").sum())
    assert sums.group_by("series").agg(pl.col("y").n_unique())["y"].to_list() == [1, 1]


def test_facts_say_where_it_comes_from() -> None:
    text = " ".join(plain(text) for _, text in document("en").facts)
    for part in (STUDY.study_hash, "0123456789abcdef", "2024-07-31", "haicplatform 0.1.0", "가나병원", "not locked"):
        assert part in text


def test_strobe_points_to_parts_that_are_there() -> None:
    found = next(part for part in document("en").tables if part.name == "table-strobe")
    where = {plain(row.cells[0]): plain(row.cells[2]) for row in found.rows}
    assert len(where) == 32 and where["13c"] == "Figure 1" and where["22"] == "for the authors"
    baseline = next(part for part in document("en").tables if part.name == "table-baseline")
    assert isinstance(baseline, Table) and f"Table {baseline.number}" in where["14a"] and baseline.number == 1


@pytest.mark.parametrize(
    ("language", "said"), [("en", "are not proportional (p\xa0"), ("ko", "비례하지 않으므로(p\xa0")]
)
def test_a_ratio_that_changes_over_time_is_said_beside_the_main_results(language: str, said: str) -> None:
    main, term = pl.col("variant") == "main", pl.col("term") == "group"
    tested = main & (pl.col("analysis") == "proportional_hazards") & (pl.col("endpoint") == "OS") & term
    status = pl.when(tested).then(pl.lit("non_proportional: 0.05")).otherwise("status").alias("status")

    def notes(rows: pl.DataFrame) -> list[str]:
        made = compose(STUDY, rows, CONTEXT, language)
        return [plain(note) for note in next(t for t in made.tables if t.name == "table-summary").notes]

    told = [note for note in notes(estimates().with_columns(status)) if said in note]
    assert len(told) == 1 and not any(said in note for note in notes(estimates()))
    row = estimates().filter(tested & (pl.col("statistic") == "p"))
    assert f"{row['value'][0]:.3f}" in told[0]
