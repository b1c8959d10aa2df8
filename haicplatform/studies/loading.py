"""Finding a study file and reading it, with file and line of every mistake.

Belongs here: the places of study files, the home's before the shipped ones. Does not belong here: what a study says
(study.py), what contradicts itself (consistency.py).
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from haicplatform.core.errors import UsageError
from haicplatform.core.resources import shipped_studies_dir
from haicplatform.core.settings import Home
from haicplatform.core.yaml_lines import mistakes_of, parse, refuse
from haicplatform.studies.consistency import contradictions
from haicplatform.studies.study import Study


def list_studies(home: Home | None = None) -> dict[str, Path]:
    """Study id -> file; a file in the home folder wins over a shipped one with the same name."""
    folders = [shipped_studies_dir(), *([home.studies] if home else [])]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}


def load_study(study_id: str, home: Home | None = None) -> Study:
    """The study of that name. Raises UsageError with file and line for anything the file says wrongly."""
    known = list_studies(home)
    if study_id not in known:
        raise UsageError(
            f"There is no study {study_id!r}",
            expected=f"one of {', '.join(sorted(known)) or 'none yet'}",
            todo="check the name, or put its file into the folder studies/ of the home folder",
        )
    return read_study(known[study_id], home)


def read_study(path: Path, home: Home | None = None) -> Study:
    """Read one study file. Raises UsageError with file and line."""
    try:
        content, lines = parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("The study file cannot be read", file=str(path), found=type(error).__name__) from None
    if not isinstance(content, dict):
        raise UsageError("The study file says nothing", file=str(path), row=1, expected="its entries")
    if "study_id" in content:
        refuse(path, [(lines.of("study_id"), "the name of the file is the study's id")], "study file")
    try:
        study = Study.model_validate({"study_id": path.stem, **content})
    except ValidationError as error:
        refuse(path, mistakes_of(error, lines), "study file")
        raise
    refuse(path, contradictions(study, lines, home), "study file")
    return study
