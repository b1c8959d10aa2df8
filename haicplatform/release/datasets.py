"""The analysis datasets of one study as files for other programs: ADSL, ADRS, ADTTE, ADTR.

Belongs here: reading analysis.* of a study that was run, writing the folder with its codebook and README. Names, labels
and codes are the metadata of the models in schemas/analysis. Does not belong here: any value of a dataset
(sql/analysis), what may be released to others, one format's own limits (dataset_formats.py).

The files hold one row and more a person: they stay at the coordinating centre.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from haicplatform.core.atomic_files import atomic_replace, translate_os_errors
from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.release import dataset_formats
from haicplatform.release.dataset_formats import Dataset, Variable
from haicplatform.sites.loading import is_any_synthetic
from haicplatform.studies.loading import load_study
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

DATASETS = {
    "ADSL": "Subject-Level Analysis Dataset",
    "ADRS": "Response Analysis Dataset",
    "ADTTE": "Time-to-Event Analysis Dataset",
    "ADTR": "Tumor Results Analysis Dataset",
}
FORMATS = ("parquet", "csv", "xpt")
CODEBOOK, README = "variables.csv", "README.txt"
_OURS = {CODEBOOK, README} | {f"{name}.{ending}" for name in DATASETS for ending in FORMATS}


@dataclass(frozen=True)
class Export:
    """What was written: the folder, its files, rows a dataset."""

    folder: Path
    files: tuple[Path, ...]
    rows: dict[str, int]


@dataclass(frozen=True)
class _Run:
    """The run that the datasets come from."""

    snapshot_id: str
    study_hash: str
    cutoff: date
    definition: str


def export_study(home: Home, study_id: str, to: Path | None = None, formats: tuple[str, ...] = FORMATS) -> Export:
    """Write a study's datasets as it was run last, each in every format, with a codebook and a README.

    to: a folder; none: reports/<study>/<snapshot>/export, which the study's next run removes. The files have mode 0600,
    a folder made here 0700. An earlier export in the folder is replaced whole; other files in it stay.
    Raises UsageError for an unknown study or format, without a run of the study as its file says now, and DataRefused
    for a text that SAS cannot hold.
    """
    study = load_study(study_id, home)
    if not formats or set(formats) - set(FORMATS):
        raise UsageError(
            "A format is not known",
            found=", ".join(sorted(set(formats) - set(FORMATS))) or "none",
            expected=f"some of {','.join(FORMATS)}",
        )
    with warehouse.published(home) as con:
        run = _run_of(con, study)
        frames = {
            name: con.execute(f"SELECT * FROM analysis.{name.lower()} WHERE study_id = ? ORDER BY ALL", [study_id]).pl()
            for name in DATASETS
        }
    is_synthetic = _is_synthetic(home, frames)
    mark = "SYNTHETIC " if is_synthetic else ""
    datasets = [_dataset(name, mark + label, frames[name], study) for name, label in DATASETS.items()]
    folder = to or home.reports / study_id / run.snapshot_id / "export"
    with translate_os_errors(folder):
        if to is None or not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        for left in folder.glob(".*.building"):
            shutil.rmtree(left, ignore_errors=True)
        building = Path(tempfile.mkdtemp(dir=folder, prefix=".", suffix=".building"))
        try:
            _write(datasets, formats, building)
            (building / README).write_text(_readme(study, run, datasets, is_synthetic), encoding="utf-8")
            files = _move(building, folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return Export(folder, files, {one.name: one.frame.height for one in datasets})


def _run_of(con: duckdb.DuckDBPyConnection, study: Study) -> _Run:
    todo = f"run `haic study run {study.study_id}` and export again"
    wanted = {"analysis.study", *(f"analysis.{name.lower()}" for name in DATASETS)}
    rows = []
    if wanted <= warehouse.relations(con):
        rows = con.execute(
            "SELECT snapshot_id, study_hash, cutoff, definition FROM analysis.study WHERE study_id = ?",
            [study.study_id],
        ).fetchall()
    if not rows:
        raise UsageError(f"The study {study.study_id} was not run on the data in force", todo=todo)
    run = _Run(*rows[0])
    if run.study_hash != study.study_hash:
        raise UsageError(
            f"The file of the study {study.study_id} was changed after the study was run",
            found=f"a study file with the hash {study.study_hash[:12]}",
            expected=run.study_hash[:12],
            todo=todo,
        )
    return run


def _is_synthetic(home: Home, frames: dict[str, pl.DataFrame]) -> bool:
    sites = set(frames["ADSL"]["siteid"]) | set(frames["ADTR"]["read_siteid"])
    return is_any_synthetic(sites, home)


def _dataset(name: str, label: str, frame: pl.DataFrame, study: Study) -> Dataset:
    """The relation under its outside names: booleans as flags, PARAM with the words of PARAMCD beside it."""
    model = getattr(import_module(f"schemas.analysis.{name.lower()}"), name.capitalize())
    columns, variables = [], []
    for column, field in model.to_schema().columns.items():
        export = field.metadata["export"]
        values = pl.col(column)
        codes = [str(code) for check in field.checks for code in check.statistics.get("allowed_values", ())]
        if frame.schema[column] == pl.Boolean:
            no = export.get("false", "N") or None
            values = pl.when(values).then(pl.lit("Y")).when(~values).then(pl.lit(no, pl.String))
            codes = ["Y", no] if no else ["Y"]
        columns.append(values.alias(export["name"]))
        about = {"column": column, "description": field.description or ""}
        words = export.get("params")
        if words == "endpoints":
            words = {code: endpoint.label for code, endpoint in study.endpoints.items()}
        if words:
            codes = [f"{code}={text}" for code, text in words.items()]
        variables.append(Variable(export["name"], export["label"], codes=tuple(codes), **about))
        if words:
            columns.append(pl.col(column).replace(words).alias("PARAM"))
            variables.append(Variable("PARAM", "Parameter", column=column, description="PARAMCD in words"))
    return Dataset(name, label, frame.select(columns), tuple(variables))


def _write(datasets: list[Dataset], formats: tuple[str, ...], folder: Path) -> None:
    for one in datasets:
        for ending in formats:
            getattr(dataset_formats, f"write_{ending}")(one, folder / f"{one.name}.{ending}")
    dataset_formats.write_csv_frame(pl.concat(one.codebook() for one in datasets), folder / CODEBOOK)


def _move(building: Path, folder: Path) -> tuple[Path, ...]:
    """Put the new files in the place of every file of an earlier export."""
    new = sorted(building.iterdir())
    for name in _OURS - {path.name for path in new}:
        (folder / name).unlink(missing_ok=True)
    for path in new:
        os.chmod(path, 0o600)
        atomic_replace(path, folder / path.name)
    return tuple(folder / path.name for path in new)


def _readme(study: Study, run: _Run, datasets: list[Dataset], is_synthetic: bool) -> str:
    lines = [
        *(["SYNTHETIC: these data were generated; no real patient is in them. 합성 자료입니다.", ""] * is_synthetic),
        "INDIVIDUAL-LEVEL DATA. These files have rows for single patients under hashed numbers. They stay at the",
        "coordinating centre; only tables of a report, with small cells suppressed, may be given to others.",
        "환자 개인 수준의 자료입니다(번호는 해시). 총괄센터 밖으로 내보내지 마십시오.",
        "",
        f"Study         {study.study_id}: {study.title}",
        f"Study hash    {run.study_hash}",
        f"Snapshot      {run.snapshot_id}",
        f"Data cut-off  {run.cutoff}",
        f"Definition    {run.definition}",
        "",
        *(f"{one.name:6} {one.frame.height:>8} rows, {one.frame.width} variables  {one.label}" for one in datasets),
        "",
        f"{CODEBOOK}: every variable with its label, type, codes and the column of the warehouse that it is.",
        "CSV: UTF-8 with a byte order mark, dates as YYYY-MM-DD, an empty cell is missing.",
        "XPT: SAS transport file version 5; dates are SAS dates with format DATE9.; text is ASCII, any other character",
        "is written as \\uXXXX; an empty text and a missing one are the same. pandas.read_sas reads a zero as 5.4e-79",
        "(pandas issue 50670): round its numbers, or read with pyreadstat, haven or SAS.",
        "ADTTE: CNSR 0 is an event. The numbers are those of analysis.* in the warehouse; nothing is computed here.",
    ]
    return "\n".join(lines) + "\n"
