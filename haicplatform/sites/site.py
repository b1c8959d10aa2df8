"""A site file: everything the platform knows about one hospital, and where it is found.

Belongs here: the Site model, loading with file and line of every mistake, and the hash of a mapping.
Does not belong here: the parts of the file (model.py), what it makes of delivered files (plan.py,
haicplatform.ingest.staging) and comparison with them (haicplatform.onboarding).
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import unicodedata
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

import haicplatform
from haicplatform.core.resources import package_dir, sql_dir
from haicplatform.core.yaml_lines import Lines
from haicplatform.sites.model import Cron, Defaults, ExtractedAt, Gates, Hospital, Source, Strict, Texts
from schemas.batches import thresholds
from schemas.contract import CONTRACT_VERSION, TABLES
from schemas.units import conversions

FILE_NAME = "site.yaml"
BESIDE = {"hospital", "synthetic", "schedule", "gates", "expected_every_days", "grace_days", "mail"}
# raised where the same bytes under the same site file give other rows or findings than before within a version
DERIVATION = 1
_UNSAID = Source()  # what a table's files are where the site file has no entry for it
_DIGITS = re.compile(r"\d+")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


class Site(Strict):
    """One hospital's site file. Made by `load_site`; `site_id` is the name of its folder."""

    hospital: Hospital
    synthetic: bool = Field(False, description="label: invented patients, shown everywhere")
    layout: Literal["contract"] | None = Field(None, description="files named after tables, contract column headers")
    extract: Literal["full", "incremental"] = Field("full", description="incremental: upserts and deletions (_op)")
    patient_ids: Literal["hospital", "study"] = Field("hospital", description="hospital numbers are always hashed")
    id_digits: int | None = Field(None, ge=1, le=20, description="numeric patient numbers padded with zeros to this")
    on_identifier: Literal["refuse", "mask"] = Field("refuse", description="a registration or phone number in a file")
    extracted_at: ExtractedAt = ExtractedAt()
    schedule: Cron = Field("0 2 * * *", description="cron, Asia/Seoul")
    expected_every_days: int = Field(1, ge=1, description="a delivery is expected this often")
    grace_days: int = Field(1, ge=0, description="days after that until it is overdue")
    gates: Gates = Gates()
    mail: Texts = Field((), description="who gets the night's digest, beside the file that is always written")
    defaults: Defaults = Defaults()
    ignore_files: Texts = Field((), description="globs of files that are no data (read-me files, dictionaries)")
    unavailable: dict[str, str] = Field({}, description="contract table -> why the hospital does not deliver it")
    tables: dict[str, tuple[Source, ...]] = Field({}, description="contract table -> source, or a list of sources")

    _site_id: str = PrivateAttr("")
    _folder: Path | None = PrivateAttr(None)
    _lines: Lines = PrivateAttr(default_factory=Lines)
    _sql: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("mail")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [each for each in value if not _ADDRESS.fullmatch(each)]:
            raise ValueError(f"{wrong[0]!r} is no mail address")
        return value

    @field_validator("tables", mode="before")
    @classmethod
    def _as_lists(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {k: [{}] if v is None else [v] if isinstance(v, dict) else v for k, v in value.items()}

    @model_validator(mode="after")
    def _something_to_read(self) -> Site:
        if not self.tables and self.layout is None:
            raise ValueError("names no table: give `tables:` or `layout: contract`")
        return self

    @property
    def site_id(self) -> str:
        return self._site_id

    @property
    def path(self) -> Path:
        """The site file itself, for messages."""
        return (self._folder or Path(self._site_id)) / FILE_NAME

    @property
    def sql(self) -> dict[str, str]:
        """Contract table -> the text of its <table>.sql, where the folder has one."""
        return self._sql

    def line(self, *path: str | int) -> int:
        """Line of an entry of the site file, by its keys; the nearest enclosing one where it is not written."""
        return self._lines.of(*path)

    def sources(self) -> list[tuple[str, int, Source]]:
        """(contract table, position, source) of every source, in the contract's order of tables.

        With `layout: contract` every table has a source; what the file says about it is added.
        """
        found = []
        for table in TABLES:
            given = self.tables.get(table, (_UNSAID,) if self.layout == "contract" else ())
            found += [(table, index, source) for index, source in enumerate(given)]
        return found

    def is_ignored(self, file: str) -> bool:
        return matches(file, self.ignore_files)

    def lasting_name(self, file: str) -> str:
        """What a file is called in every delivery: the glob of this site file that it matches.

        Where none is written (`layout: contract`, a file that no table reads), its own name without the digits that a
        date, a time or a running number changes.
        """
        globs = [glob for _, _, source in self.sources() for glob in source.file]
        return next((glob for glob in globs if matches(file, (glob,))), _DIGITS.sub("#", nfc(file)))

    def thresholds_hash(self) -> str:
        """First 16 hex of sha256 over what a delivery as a whole is judged by; it turns no byte into a row."""
        judged_by = {
            "site": self.model_dump(mode="json", include={"gates", "expected_every_days", "grace_days"}),
            "usual": {rule: [str(part) for part in vars(each).values()] for rule, each in thresholds().items()},
        }
        return hashlib.sha256(json.dumps(judged_by, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

    def mapping_hash(self) -> str:
        """First 16 hex of sha256 over what turns this hospital's bytes into contract rows.

        Not over what is said beside that: names, schedule, thresholds. Changing those reads no file again.
        """
        return hashlib.sha256(
            json.dumps(
                {
                    "site": self.model_dump(mode="json", by_alias=True, exclude=BESIDE),
                    "sql": self._sql,
                    "contract": CONTRACT_VERSION,
                    "units": [[str(part) for part in vars(each).values()] for each in conversions()],
                    "parse": {p.name: p.read_text("utf-8") for p in sorted((sql_dir() / "parse").glob("*"))},
                    "spellings": (package_dir() / "ingest" / "staging" / "parsing" / "spellings.yaml").read_text(
                        "utf-8"
                    ),
                    "platform": haicplatform.__version__,
                    "derivation": DERIVATION,
                },
                sort_keys=True,
                ensure_ascii=False,
            ).encode()
        ).hexdigest()[:16]


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def matches(file: str, globs: tuple[str, ...]) -> bool:
    file = nfc(file)
    return any(fnmatch.fnmatchcase(name, nfc(glob)) for glob in globs for name in (file, file.rpartition("/")[2]))
