"""Settings of one installation, and the places inside its home folder.

Belongs here: what an administrator may set (environment `HAIC_*` or `<home>/haic.yaml`) and the home's paths.
Does not belong here: anything a hospital's site file or a study file says.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from haicplatform.core.errors import UsageError

KEY_FILE = "identity.key"
FINGERPRINT_FILE = "identity.fingerprint"
HOME_ID_FILE = "home.id"
_FOLDERS = ("inbox", "landing", "published", "reports", "sites", "studies", "logs")
# what a folder may hold before it becomes a home; the last is at the top of every disk
_MAY_BE_THERE = {*_FOLDERS, KEY_FILE, FINGERPRINT_FILE, HOME_ID_FILE, "ledger.sqlite", "lost+found"}
# what the group and everybody else may do
OTHERS = 0o077


class Settings(BaseSettings):
    """What an administrator may set, as environment variables `HAIC_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="HAIC_", extra="ignore")

    ledger_url: str | None = Field(None, description="SQLAlchemy URL; empty: SQLite in the home folder")
    key_file: Path | None = Field(None, description="file of the key that hashes patient numbers, mode 600")
    review_hosts: str = Field(
        "", description="names, by comma, that the review application answers to beside this machine"
    )
    review_https: bool = Field(False, description="browsers reach the review application by https, through a proxy")
    refused_keep_days: int = Field(30, description="days a refused original is kept")
    query_overdue_days: int = Field(14, description="days after which a query without an answer is overdue")
    digest_to: str = Field("", description="addresses, by comma, that get the coordinating centre's digest")
    smtp_host: str | None = Field(None, description="mail server for the night's digests; empty: none is sent")
    # texts, held against what is possible when mail is sent: a slip here must not stop the night
    smtp_port: str = Field("587", description="its port")
    smtp_tls: str = Field("starttls", description="starttls, tls, or none: without a password only")
    smtp_ca_file: Path | None = Field(None, description="certificates to trust beside this machine's own")
    smtp_from: str | None = Field(None, description="the sender's address")
    smtp_user: str | None = Field(None, description="user name at the mail server; empty: no log-in")
    smtp_password: SecretStr | None = Field(None, description="its password; better in smtp_password_file")
    smtp_password_file: Path | None = Field(None, description="file of the password, mode 600")

    def __init__(self, **given: object) -> None:
        """Raises UsageError that names the settings that cannot be used; never their values."""
        try:
            super().__init__(**given)  # type: ignore[arg-type]  # fields and options of pydantic, which checks them
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
            raise UsageError(
                "A setting of this installation cannot be used",
                found=", ".join(f"HAIC_{str(each['loc'][0]).upper()}" for each in wrong),
                expected="; ".join(each["msg"] for each in wrong),
                todo="correct the environment variable and run this again",
            ) from None

    def smtp_password_text(self) -> str | None:
        """The mail server's password. Raises UsageError for a file that others may read or that is not there."""
        path = self.smtp_password_file
        if path is None:
            return self.smtp_password.get_secret_value() if self.smtp_password else None
        try:
            is_open, text = path.stat().st_mode & 0o077, path.read_text(encoding="utf-8").strip()
        except OSError:
            raise UsageError(f"The mail password file {path} cannot be read", expected="a file of mode 600") from None
        if is_open:
            raise UsageError(f"The mail password file {path} can be read by others", todo=f"run `chmod 600 {path}`")
        return text


@dataclass(frozen=True)
class Home:
    """The folder of one installation (`$HAIC_HOME`) and its places."""

    root: Path

    def __post_init__(self) -> None:
        # Whoever writes into a home has made a Home first, in each of our processes: set here, nobody can forget it,
        # and what this process starts (DuckDB's scratch files, Prefect, writers of documents) inherits it.
        os.umask(OTHERS)

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.sqlite"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def sites(self) -> Path:
        return self.root / "sites"

    @property
    def studies(self) -> Path:
        return self.root / "studies"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def digests(self) -> Path:
        return self.root / "digests"

    @property
    def key_file(self) -> Path:
        return Settings().key_file or self.root / KEY_FILE

    @property
    def ledger_url(self) -> str:
        return Settings().ledger_url or f"sqlite:///{self.ledger}"

    @property
    def has_own_ledger(self) -> bool:
        """Whether the ledger lies in the home's own folder."""
        return self.ledger_url == f"sqlite:///{self.ledger}"

    def existing(self) -> Home:
        """The home, with its folders. Raises UsageError where `haic init` made none."""
        if not self.is_there:
            raise UsageError(
                f"There is no platform in the folder {self.root}",
                todo=f"run `haic init {self.root}`, or name the right folder with --home or HAIC_HOME",
            )
        return self.create()

    @property
    def is_there(self) -> bool:
        """Whether the folder is a home, and not anything else that has an inbox."""
        return self.inbox.is_dir() and (self.landing.is_dir() or (self.root / KEY_FILE).exists())

    def begin(self) -> None:
        """Make the folder of a new home, closed to others before anything is written into it.

        Raises UsageError for a folder that holds other things: their readers would be shut out with everybody else.
        """
        if self.is_there:
            return
        self.root.mkdir(parents=True, exist_ok=True)
        names = {each.name for each in self.root.iterdir() if not each.name.startswith(".")}
        if others := names - _MAY_BE_THERE:
            raise UsageError(
                f"The folder {self.root} holds other things than a home does",
                found=f"{len(others)} files and folders that are none of a home's",
                expected="a new or an empty folder: a home is closed to everybody else on this machine",
                todo="name a folder of its own",
            )
        self.root.chmod(self.root.stat().st_mode & 0o7777 & ~OTHERS)

    def create(self) -> Home:
        """Make the folders that are not there yet, and the identity key before anything was landed.

        A key that is lost later is not replaced: a new one would make every patient a new person.
        Raises UsageError when the folder cannot be written.
        """
        try:
            self.begin()
            self.home_id()
            for name in _FOLDERS:
                (self.root / name).mkdir(exist_ok=True)
            if not any(self.landing.glob("*/*/delivery.json")):
                _make_secret(self.key_file)
        except OSError as error:
            raise UsageError(
                f"The home folder {self.root} cannot be written",
                found=error.strerror or type(error).__name__,
                expected="a folder that this account may write to",
                todo="choose another folder with --home, or ask for write permission on this one",
            ) from None
        return self

    def home_id(self) -> str:
        """What tells this home from every other: a random name, made once, kept by its backup."""
        path = self.root / HOME_ID_FILE
        _make_secret(path)
        return path.read_text(encoding="ascii").strip()

    def identity_key(self) -> bytes:
        """The key for keyed hashes of patient numbers.

        Raises UsageError if it is missing, open to others, or another than at its first use in this home.
        """
        path = self.key_file
        try:
            mode = path.stat().st_mode & 0o077
            key = path.read_bytes().strip()
        except OSError:
            raise UsageError(
                f"The identity key {path} cannot be read",
                expected="the file that `haic init` made",
                todo="restore the key from its backup; a new key would make every patient a new person",
            ) from None
        if mode:
            raise UsageError(
                f"The identity key {path} can be read by others",
                expected="mode 600",
                todo=f"run `chmod 600 {path}`",
            )
        if len(key) < 32:
            raise UsageError(f"The identity key {path} is too short", expected="at least 32 characters")
        self._hold_against_first_use(key)
        return key

    def _hold_against_first_use(self, key: bytes) -> None:
        path, own = self.root / FINGERPRINT_FILE, key_fingerprint(key)
        try:
            first = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            first = own
            # beside and renamed: two hospitals may be ingested at once
            with tempfile.NamedTemporaryFile("w", dir=self.root, prefix=f".{FINGERPRINT_FILE}.", delete=False) as file:
                file.write(own + "\n")
            os.replace(file.name, path)
        if first != own:
            raise UsageError(
                f"The identity key {self.key_file} is not the one that this home was begun with",
                found=f"a key with the fingerprint {own}",
                expected=first,
                todo="restore the key from its backup; another key would make every patient a new person",
            )


def key_fingerprint(key: bytes) -> str:
    """What tells one key from another without saying anything about it: 8 hex of an HMAC of a fixed text."""
    return hmac.digest(key, b"haicplatform identity key", hashlib.sha256).hex()[:8]


def _make_secret(path: Path) -> None:
    """A file of mode 600 with 64 random hex digits, unless it is there; nobody ever sees a part of it."""
    if path.exists():
        return
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(32).hex().encode())
        with suppress(FileExistsError):
            os.link(beside, path)  # and not renamed, which would put it in the place of another process's
    finally:
        os.unlink(beside)
