"""
Settings: one table of name, type, default and help.

Environment variables (`INDEXIUM_*`) win over the settings file (`settings.toml` in the home), the file over the
defaults. Nothing else in the program reads the environment, and nothing else writes that file.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

import platformdirs
from pydantic import ByteSize, Field, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from indexium_core import errors
from indexium_core.model.people import placeholders

__all__ = ["FILE_NAME", "SettingRow", "Settings", "default_home", "load", "name_of", "read_value", "store", "table"]

FILE_NAME = "settings.toml"
_UNITS = {"TB": 10**12, "GB": 10**9, "MB": 10**6, "KB": 1000}
# From when a new value counts. All but the home may be changed while the program runs.
_NOW, _WRITE, _SCAN, _RESCAN, _RUN, _PAGE = (
    "at once",
    "from the next write on",
    "from the next scan on",
    "from the next rescan on",
    "from the next write or scan on",
    "for pages opened from now on",
)


def default_home() -> Path:
    """Return the platform's data folder for Indexium."""
    return Path(platformdirs.user_data_dir("indexium", appauthor=False))


def _setting(default: Any, description: str, counts: str, **limits: Any) -> Any:
    return Field(default=default, description=description, json_schema_extra={"counts": counts}, **limits)


class Settings(BaseSettings):
    """Everything that can be set. Sizes are in bytes and may be written as `10GB` (powers of 1,000)."""

    model_config = SettingsConfigDict(env_prefix="INDEXIUM_", extra="ignore")

    home: Path = Field(
        default_factory=default_home,
        description="Folder of the database, backups and logs.",
        json_schema_extra={"counts": ""},
    )
    metadata_max_concurrent_writes: int = _setting(3, "Files written at the same time.", _WRITE, ge=1, le=64)
    metadata_backup_retention_days: int = _setting(
        90, "Days for which a write can be taken back.", _WRITE, ge=1, le=36500
    )
    metadata_operation_timeout_seconds: int = _setting(
        3600, "Seconds without any progress after which a write or rollback is interrupted.", _NOW, ge=1, le=10**7
    )
    backup_budget: ByteSize = _setting(
        "10GB", "Room for backups; where more is needed, the oldest originals go first.", _WRITE, ge=0, le=10**18
    )
    rewrite_warn_size: ByteSize = _setting(
        "1GB", "From this size on a file that has to be copied whole is a warning.", _NOW, ge=0, le=10**18
    )
    faststart: Literal["keep", "any"] = _setting(
        "keep", "keep: an mp4 whose index stands in front keeps it there; any: it may go to the end.", _SCAN
    )
    metadata_enable_websocket: bool = _setting(
        default=True, description="False: pages poll every 2 s, without being told.", counts=_PAGE
    )
    metadata_preview_page_size: int = _setting(50, "Rows of one page of the plan.", _NOW, ge=1, le=1000)
    metadata_enable_inline_edit: bool = _setting(
        default=True, description="False hides Edit in the dashboard.", counts=_NOW
    )
    api_writes_per_minute: int = _setting(
        60, "Writes, rollbacks and scans that REST may begin in a minute; 0: any number.", _NOW, ge=0, le=100_000
    )
    max_operation_items: int = _setting(1_000_000, "Largest number of files of one operation.", _NOW, ge=1, le=10**9)
    executor: Literal["threads", "processes"] = _setting(
        "threads", "Where files are read and written: threads of the service, or processes beside it.", _RUN
    )
    preserve_mtime: bool = _setting(
        default=False, description="True: a write leaves the modification time as it was.", counts=_WRITE
    )
    probe_threads: int = _setting(8, "Files probed at the same time.", _SCAN, ge=1, le=128)
    rescan_batch_size: int = _setting(200, "Files that a rescan reads between two saves.", _RESCAN, ge=1, le=10_000)
    rescan_batch_pause_ms: int = _setting(
        0, "Milliseconds that a rescan rests after each batch, to leave the disk to others.", _NOW, ge=0, le=600_000
    )
    placeholder_names: str = _setting(
        placeholders.DEFAULT,
        "Names that stand for nobody, separated by commas: imports skip them, a check finds them.",
        _NOW,
        max_length=10_000,
    )
    audit_retention_days: int = _setting(
        365, "Days for which the audit says who changed which property or lock.", _RESCAN, ge=1, le=36500
    )
    thumbnail_budget: ByteSize = _setting(
        "200MB", "Room for small pictures of films, kept in the home; 0 keeps none.", _NOW, ge=0, le=10**18
    )
    log_retention_days: int = _setting(
        30, "Days for which log files and the rows of ended jobs are kept.", _NOW, ge=1, le=36500
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, settings file."""
        del dotenv_settings, file_secret_settings
        chosen = init_settings().get("home") or env_settings().get("home") or default_home()
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(chosen) / FILE_NAME)


def load(home: Path | str | None = None, **overrides: Any) -> Settings:
    """
    Read the settings that are in force, for `home` where one is given.

    Raises:
        UsageError: A value that cannot be read, naming the setting and what is allowed.

    """
    if home is not None:
        overrides["home"] = Path(home).expanduser().absolute()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).lower()
        message = f"{_variable(name)} is set to {first['input']!r}: {_wanted(name)}."
        raise errors.UsageError(message) from error
    except ValueError as error:
        message = f"The settings file cannot be read: {error}. Mend or remove {FILE_NAME} in the home folder."
        raise errors.UsageError(message) from error


# --- What is set, and from where ---------------------------------------------------------------------------------


SettingKind: TypeAlias = Literal["folder", "number", "size", "choice", "switch", "names"]
Source: TypeAlias = Literal["environment", "file", "default", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting, as a person sees it. Values are texts as they would be typed."""

    name: str  # metadata_preview_page_size
    variable: str  # INDEXIUM_METADATA_PREVIEW_PAGE_SIZE
    value: str  # in force
    default: str
    source: Source  # start: given when the program was started
    help: str
    allowed: str  # what is needed, as a clause: "a whole number from 1 to 1,000 is needed"
    choices: tuple[str, ...]  # where there are few, all of them
    kind: SettingKind
    counts: str  # from when a new value counts; "" where it cannot be changed while the program runs
    locked: str  # why it cannot be changed here, "" where it can


def table(config: Settings) -> list[SettingRow]:
    """Return every setting of `config`, in the order of the table above."""
    in_file = _read_file(config.home)
    return [_row(name, config, in_file) for name in Settings.model_fields]


def _row(name: str, config: Settings, in_file: Mapping[str, Any]) -> SettingRow:
    field = Settings.model_fields[name]
    source = _source(name, config, in_file)
    return SettingRow(
        name=name,
        variable=_variable(name),
        value=_text(name, getattr(config, name)),
        default=_text(name, _default(name)),
        source=source,
        help=field.description or "",
        allowed=_wanted(name),
        choices=_choices(name),
        kind=_kind(name),
        counts=_extra(name),
        locked=_locked(name, source),
    )


def _source(name: str, config: Settings, in_file: Mapping[str, Any]) -> Source:
    named = _variable(name) in {key.upper() for key in os.environ}
    if named and (name != "home" or _is_home_of_environment(config)):
        return "environment"
    if name == "home":
        return "default" if config.home == default_home() else "start"
    if name in in_file:
        return "file"
    same = getattr(config, name) == _default(name)
    return "default" if same else "start"


def _is_home_of_environment(config: Settings) -> bool:
    named = next(value for key, value in os.environ.items() if key.upper() == "INDEXIUM_HOME")
    return Path(named) == config.home


def _locked(name: str, source: str) -> str:
    if name == "home":
        return "The home is chosen when Indexium is started: --home, or INDEXIUM_HOME."
    if source == "environment":
        return f"{_variable(name)} is set in the environment and wins; change it there and start Indexium again."
    if source == "start":
        return "The program that started Indexium has set it."
    return ""


def name_of(text: str) -> str:
    """
    Return the name of the setting that a person means: in capitals, with or without `INDEXIUM_`, with dashes.

    Raises:
        UnknownIdError: There is no such setting.

    """
    name = text.strip().lower().replace("-", "_").removeprefix("indexium_")
    if name not in Settings.model_fields:
        message = f"There is no setting “{text}”; 'indexium settings list' shows all."
        raise errors.UnknownIdError(message)
    return name


def read_value(name: str, text: str) -> Any:
    """
    Return the value that a text means for a setting.

    Raises:
        ValidationError: It means none; says in one sentence what is needed.

    """
    plain = text.strip().replace(",", "") if _kind(name) == "number" else text.strip()
    try:
        return _adapter(name).validate_python(plain)
    except ValidationError as error:
        message = f"“{text.strip()[:80]}” cannot be used for {name}: {_wanted(name)}."
        raise errors.ValidationError(message) from error


def _adapter(name: str) -> TypeAdapter[Any]:
    field = Settings.model_fields[name]
    kind: Any = field.annotation
    for limit in field.metadata:
        kind = Annotated[kind, limit]
    return TypeAdapter(kind)


def _default(name: str) -> Any:
    return default_home() if name == "home" else read_value(name, str(Settings.model_fields[name].default))


def _variable(name: str) -> str:
    return f"INDEXIUM_{name.upper()}"


def _extra(name: str) -> str:
    extra = Settings.model_fields[name].json_schema_extra
    return str(extra["counts"]) if isinstance(extra, dict) else ""


def _kind(name: str) -> SettingKind:
    annotation = Settings.model_fields[name].annotation
    if annotation is bool:
        return "switch"
    if annotation is int:
        return "number"
    if annotation is ByteSize:
        return "size"
    if annotation is str:
        return "names"
    return "folder" if annotation is Path else "choice"


def _choices(name: str) -> tuple[str, ...]:
    kind = _kind(name)
    if kind == "switch":
        return ("true", "false")
    return tuple(get_args(Settings.model_fields[name].annotation)) if kind == "choice" else ()


def _wanted(name: str) -> str:
    """Return what a setting may be, as a clause."""
    if name not in Settings.model_fields:
        return "it cannot be read"
    limits = {key: value for each in Settings.model_fields[name].metadata for key, value in _limit(each).items()}
    match _kind(name):
        case "switch" | "choice":
            return f"{' or '.join(_choices(name))} is needed"
        case "number":
            return f"a whole number from {limits['ge']:,} to {limits['le']:,} is needed"
        case "size":
            return "a size such as 500MB or 10GB, or a number of bytes, is needed"
        case "names":
            return "a list of names, separated by commas, is needed"
    return "a folder is needed"


def _limit(limit: Any) -> dict[str, Any]:
    """Return a limit of a field (`Ge(ge=1)`) as name and value."""
    return {name: getattr(limit, name) for name in ("ge", "le") if hasattr(limit, name)}


def _text(name: str, value: Any) -> str:
    """Return a value as a person would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if _kind(name) != "size":
        return str(value)
    size = int(value)
    unit = next((unit for unit, factor in _UNITS.items() if size and size % factor == 0), "")
    return f"{size // _UNITS[unit]}{unit}" if unit else str(size)


# --- The file ----------------------------------------------------------------------------------------------------


def store(home: Path, name: str, value: Any | None) -> None:
    """
    Write one value into the settings file, or (None) take it out; everything else in it stays to the byte.

    The new file takes the place of the old one in one step, so a program that is killed here leaves one of the two.

    Raises:
        UsageError: The file cannot be read, or is written in a way in which the value cannot be placed.
        StoreError: It cannot be written.

    """
    path = home / FILE_NAME
    before = _read_file(home)
    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    wanted = {key: each for key, each in before.items() if key != name}
    if value is not None:
        wanted[name] = _text(name, value) if isinstance(value, str | ByteSize) else value
    changed = _placed(text, name, wanted.get(name))
    if _parsed(changed) != wanted:
        message = f"{FILE_NAME} in the home is written in a way that cannot be changed from here; edit {name} there."
        raise errors.UsageError(message)
    try:
        _replace(path, changed)
    except OSError as error:
        message = f"The settings file {path} cannot be written: {error.strerror or error}."
        raise errors.StoreError(message) from error


def _read_file(home: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((home / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"The settings file cannot be read: {error}. Mend or remove {FILE_NAME} in the home folder."
        raise errors.UsageError(message) from error


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _placed(text: str, name: str, value: Any | None) -> str:
    """Return the text of a settings file with one line changed, added before the first table, or taken out."""
    lines = text.splitlines(keepends=True)
    table_at = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    own = re.compile(rf"\s*[\"']?{name}[\"']?\s*=")
    found = [at for at, line in enumerate(lines[:table_at]) if own.match(line)]
    fresh = [] if value is None else [f"{name} = {json.dumps(value, ensure_ascii=False)}\n"]
    if found:
        return "".join([*lines[: found[0]], *fresh, *lines[found[0] + 1 :]])
    if fresh and table_at and not lines[table_at - 1].endswith("\n"):
        fresh.insert(0, "\n")
    return "".join([*lines[:table_at], *fresh, *lines[table_at:]])


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
