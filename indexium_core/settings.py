"""
Settings: one table of names, types, defaults and descriptions.

Environment variables (`INDEXIUM_*`) override the settings file (`settings.toml` in the home), which overrides the
defaults. Only this module reads these variables; `settings_file` writes the file and finds it, `keys` has the
keys.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

from pydantic import ByteSize, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from indexium_core import errors, settings_file
from indexium_core.model import setting_words
from indexium_core.model.accounts.sign_in_settings import WANTED, SignInSettings
from indexium_core.model.accounts.sign_in_settings import setting as _setting
from indexium_core.model.people import placeholders
from indexium_core.model.providers.descriptor import ProviderSetting
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.settings_file import FILE_NAME, default_home

_UNITS = {"TB": 10**12, "GB": 10**9, "MB": 10**6, "KB": 1000}
_ADDRESS = r"^https?://[\w.-]+(:[0-9]{1,5})?(/[\w./~-]*)?$|^https?://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?(/[\w./~-]*)?$"
# When a new value takes effect. All settings but the home can be changed while the program runs.
_NOW, _WRITE, _SCAN, _RESCAN, _RUN, _PAGE = (
    "applies immediately",
    "applies to the next write",
    "applies to the next scan",
    "applies to the next rescan",
    "applies to the next write or scan",
    "applies to newly opened pages",
)
_COMMAND = "applies to the next command"


def _of_provider(each: ProviderSetting) -> Any:
    if isinstance(each.default, int):
        return int, _setting(each.default, each.about, _NOW, **each.limits)
    return str, _setting(each.default, each.about, _NOW, pattern=_ADDRESS)


_OF_PROVIDERS = {each.name: _of_provider(each) for provider in PROVIDERS.values() for each in provider.settings}
if TYPE_CHECKING:
    _ProviderSettings = SignInSettings
else:
    _ProviderSettings = create_model("_ProviderSettings", __base__=SignInSettings, **_OF_PROVIDERS)


class Settings(_ProviderSettings):
    """All settings. Sizes are in bytes and can be written as `10GB` (powers of 1,000)."""

    model_config = ConfigDict(extra="ignore", validate_default=True, defer_build=False)

    home: Path = Field(
        default_factory=default_home,
        description="Folder of the database, backups and logs.",
        json_schema_extra={"counts": ""},
    )
    metadata_max_concurrent_writes: int = _setting(
        3, "Files that an operation writes at the same time.", _WRITE, ge=1, le=64
    )
    metadata_backup_retention_days: int = _setting(
        90, "Days for which a write can be rolled back.", _WRITE, ge=1, le=36500
    )
    metadata_operation_timeout_seconds: int = _setting(
        3600,
        "A write or rollback without progress for this time is interrupted.",
        _NOW,
        ge=1,
        le=10**7,
    )
    backup_budget: ByteSize = _setting(
        "10GB", "Maximum size of all backups. The oldest kept originals are deleted first.", _WRITE, ge=0, le=10**18
    )
    rewrite_warn_size: ByteSize = _setting(
        "1GB", "A file of this size or more that needs a full copy gets a warning.", _NOW, ge=0, le=10**18
    )
    faststart: Literal["keep", "any"] = _setting(
        "keep",
        "keep: an index at the start of an MP4 stays there, so players can start before they have the whole file; "
        "any: it may move to the end, which avoids a full copy.",
        _SCAN,
    )
    sidecar_name: Literal["full", "stem"] = _setting(
        "full",
        "The name of a new sidecar of a.jpg. full: a.jpg.xmp, as in digiKam and darktable; stem: a.xmp, as in Adobe's "
        "programs, if that name belongs to no other photo.",
        _WRITE,
    )
    metadata_enable_websocket: bool = _setting(
        default=True,
        description="False: pages poll the server every 2 s instead of getting updates. They still need a websocket; "
        "`/reading` needs none.",
        counts=_PAGE,
    )
    metadata_preview_page_size: int = _setting(50, "Files that one page of the plan shows.", _NOW, ge=1, le=1000)
    metadata_enable_inline_edit: bool = _setting(
        default=True, description="False hides Edit in the dashboard.", counts=_NOW
    )
    api_writes_per_minute: int = _setting(
        60,
        "Writes, rollbacks and scans per minute that one person or program can start by REST; 0: no limit.",
        _NOW,
        ge=0,
        le=100_000,
    )
    max_operation_items: int = _setting(1_000_000, "Maximum number of files of one operation.", _NOW, ge=1, le=10**9)
    executor: str = _setting(
        "auto",
        "Files are read and written on threads of the program, in separate processes, or by a Dask cluster "
        "(dask://host:port); auto: processes while a dashboard is served and for scans and writes of 500 files or "
        "more, otherwise threads.",
        _RUN,
        pattern=r"^(auto|threads|processes|(dask|tls)://([\w.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5})$",
    )
    preserve_mtime: bool = _setting(
        default=False, description="True: a write does not change the modification time of a file.", counts=_WRITE
    )
    probe_threads: int = _setting(8, "Files that a scan reads at the same time.", _SCAN, ge=1, le=128)
    rescan_batch_size: int = _setting(
        200, "Files that a rescan reads before it stores their values and pauses.", _RESCAN, ge=1, le=10_000
    )
    rescan_batch_pause_ms: int = _setting(
        0,
        "Milliseconds that a rescan pauses after each batch, so that other programs can use the disk.",
        _NOW,
        ge=0,
        le=600_000,
    )
    placeholder_names: str = _setting(
        placeholders.DEFAULT,
        "Names that are not people, separated by commas: imports skip them, a check finds them.",
        _NOW,
        max_length=10_000,
    )
    audit_retention_days: int = _setting(
        365, "Days for which the audit log keeps changes of properties and locks.", _RESCAN, ge=1, le=36500
    )
    snapshots: bool = _setting(
        default=True,
        description="True: after a change, a copy of the tables appears that analysts can query.",
        counts=_NOW,
    )
    query_download_limit: ByteSize = _setting(
        "1GB",
        "Maximum size of a file with the result of a query that a browser or a REST client downloads. 'indexium sql "
        "--out' has no limit.",
        _NOW,
        ge=1000,
        le=10**18,
    )
    thumbnail_budget: ByteSize = _setting(
        "200MB", "Maximum size of all thumbnails in the home; 0 keeps none.", _NOW, ge=0, le=10**18
    )
    online: Literal["off", "manual", "ask", "on"] = _setting(
        "ask",
        "off: nothing is sent to a provider of metadata; manual: only what a person starts; ask: pages propose to look "
        "up new titles; on: new titles are looked up automatically.",
        _NOW,
    )
    metadata_language: str = _setting(
        "en", "Language of titles and plots from providers: a code of two letters.", _NOW, pattern=r"^[a-z]{2}$"
    )
    metadata_region: str = _setting(
        "US", "Country of release dates and age ratings: a code of two capital letters.", _NOW, pattern=r"^[A-Z]{2}$"
    )
    provider_cache_days: int = _setting(
        30, "Days for which an answer of a provider is used again.", _NOW, ge=1, le=3650
    )
    enrich_concurrency: int = _setting(2, "Titles that an enrichment looks up at the same time.", _NOW, ge=1, le=16)
    enrich_pause_ms: int = _setting(
        1000,
        "Milliseconds that an enrichment pauses after a title for which it sent a request.",
        _NOW,
        ge=0,
        le=600_000,
    )
    download_images: bool = _setting(
        default=True,
        description="True: posters and backdrops of films and series are downloaded.",
        counts=_NOW,
    )
    artwork_budget: ByteSize = _setting(
        "5GB",
        "Maximum size of all pictures of films and series in the home; 0 keeps none. The least recently used originals "
        "are deleted first.",
        _NOW,
        ge=0,
        le=10**18,
    )
    player_timeout_seconds: int = _setting(20, "Seconds in which a player has to answer.", _NOW, ge=1, le=300)
    cache_orphan_days: int = _setting(
        30,
        "Days after which the collection of each night deletes a picture that no title and no published file uses.",
        _NOW,
        ge=0,
        le=36_500,
    )
    automation_paused: bool = _setting(
        default=False,
        description="True: nothing is scanned, looked up, restored or published by itself, and no player is told; "
        "events are still stored.",
        counts=_NOW,
    )
    webhook_quiet_seconds: int = _setting(
        45, "Seconds without an event of a folder before Indexium reacts to its events.", _NOW, ge=1, le=3600
    )
    approval_risk: Literal["off", "safe", "warning", "danger"] = _setting(
        "off",
        "A write, a publication or a rollback waits for approval by another person if one of its files has this risk "
        "or a higher one; off: the risk does not matter.",
        _NOW,
    )
    approval_files: int = _setting(
        0,
        "It waits if it has more files, or titles, than this; 0: the number does not matter.",
        _NOW,
        ge=0,
        le=10_000_000,
    )
    approval_bytes: ByteSize = _setting(
        ByteSize(0), "It waits if its files are larger than this together; 0: the size does not matter.", _NOW
    )
    approval_days: int = _setting(
        14, "Days after which a request for approval that nobody decided about expires.", _NOW, ge=1, le=365
    )
    home_wait_seconds: int = _setting(
        300,
        "Seconds for which a command waits for a service that does not answer, or for another command that has the "
        "home open; 0: it does not wait.",
        _COMMAND,
        ge=0,
        le=86_400,
    )
    log_retention_days: int = _setting(
        30, "Days for which log files and the rows of ended jobs are kept.", _NOW, ge=1, le=36500
    )

    @property
    def max_concurrent_reads(self) -> int:
        """Files that one process reads at once: two for each processor, because readers mostly wait for the disk."""
        return min(self.probe_threads, 2 * (os.cpu_count() or 1))

    def __init__(self, **given: Any) -> None:
        """Take each value from the arguments, the environment or the settings file, in this order."""
        in_environment = _in_environment(type(self).model_fields)
        home = given.get("home") or in_environment.get("home") or default_home()
        super().__init__(**(_in_file(Path(home) / FILE_NAME) | in_environment | given))


def _in_environment(names: Iterable[str]) -> dict[str, Any]:
    """Return the values of the environment by name. Its names may have any case."""
    found = {variable.lower(): value for variable, value in os.environ.items()}
    return {name: found[key] for name in names if (key := _variable(name).lower()) in found}


def _in_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import tomllib

    return tomllib.loads(path.read_bytes().decode("utf-8"))


def load(home: Path | str | None = None, **overrides: Any) -> Settings:
    """
    Return the current settings of the default home, or of `home`.

    Raises:
        UsageError: A value is not valid; the message names the setting and its allowed values.

    """
    if home is not None:
        overrides["home"] = Path(home).expanduser().absolute()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).lower()
        raise errors.UsageError(f"{_variable(name)} is set to {first['input']!r}: {_wanted(name)}.") from error
    except ValueError as error:
        message = f"The settings file cannot be read: {error}. Correct or delete {FILE_NAME} in the home folder."
        raise errors.UsageError(message) from error


def worker_path_map() -> str:
    """Return the path map of this worker of a cluster, as `model.files.path_map` reads it; "" if there is none."""
    return os.environ.get("INDEXIUM_PATH_MAP", "")


# --- The table of settings ----------------------------------------------------------------------------------------


SettingKind: TypeAlias = Literal["folder", "number", "size", "choice", "switch", "names", "executor", "address", "code"]
_TEXT_KINDS: Mapping[str, SettingKind] = {
    "executor": "executor",
    "metadata_language": "code",
    "metadata_region": "code",
}
Source: TypeAlias = Literal["environment", "file", "default", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting for display. Values are texts as a user types them."""

    name: str  # metadata_preview_page_size
    variable: str  # INDEXIUM_METADATA_PREVIEW_PAGE_SIZE
    value: str  # current value
    default: str
    source: Source  # start: an argument of the program
    help: str
    allowed: str  # the allowed values, as a clause: "a whole number from 1 to 1,000 is needed"
    choices: tuple[str, ...]  # all values, if they are few
    kind: SettingKind
    counts: str  # when a new value takes effect: "applies to the next write"; "" if only at a start
    locked: str  # reason why it cannot be changed here; "" if it can

    @property
    def label(self) -> str:
        """Its name in the interface."""
        return setting_words.LABELS[self.name]

    @property
    def group(self) -> str:
        """The settings among which people look for it."""
        return setting_words.GROUP_OF[self.name]

    @property
    def place(self) -> int:
        """Its place among all settings, in the order of the groups."""
        return setting_words.PLACES[self.name]

    @property
    def is_advanced(self) -> bool:
        """Whether few people need it."""
        return self.name in setting_words.ADVANCED

    @property
    def may_cost_backups(self) -> bool:
        """Whether a change may delete backups: `Configuration.effect` tells."""
        return self.group == "Backups"


def table(config: Settings) -> list[SettingRow]:
    """Return every setting of `config`, in the order of `Settings`; those of providers come last."""
    in_file = settings_file.read(config.home)
    names = sorted(Settings.model_fields, key=lambda each: each in _OF_PROVIDERS)
    return [_row(name, config, in_file) for name in names]


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
        counts=_effect(name),
        locked=_locked(name, source),
    )


def _source(name: str, config: Settings, in_file: Mapping[str, Any]) -> Source:
    in_environment = _variable(name) in {key.upper() for key in os.environ}
    if in_environment and (name != "home" or _is_home_of_environment(config)):
        return "environment"
    if name == "home":
        return "default" if config.home == default_home() else "start"
    if name in in_file:
        return "file"
    return "default" if getattr(config, name) == _default(name) else "start"


def _is_home_of_environment(config: Settings) -> bool:
    value = next(value for key, value in os.environ.items() if key.upper() == "INDEXIUM_HOME")
    return Path(value) == config.home


def _locked(name: str, source: str) -> str:
    if name == "home":
        return "The home is set at the start of Indexium, by --home or INDEXIUM_HOME."
    if source == "environment":
        return f"{_variable(name)} is set in the environment. Change it there, then restart Indexium."
    if source == "start":
        return "The program that started Indexium has set this value."
    return ""


def name_of(text: str) -> str:
    """
    Return the name of a setting. The text may have capitals, dashes and the prefix `INDEXIUM_`.

    Raises:
        UnknownIdError: The setting does not exist.

    """
    name = text.strip().lower().replace("-", "_").removeprefix("indexium_")
    if name not in Settings.model_fields:
        raise errors.UnknownIdError(f"There is no setting “{text}”. 'indexium settings list' shows all settings.")
    return name


def read_value(name: str, text: str) -> Any:
    """
    Return the value of a setting from the text that a user typed.

    Raises:
        ValidationError: The text is not a valid value; the message has the allowed values.

    """
    plain = text.strip().replace(",", "") if _kind(name) == "number" else text.strip()
    try:
        return _adapter(name).validate_python(plain)
    except ValidationError as error:
        raise errors.ValidationError(f"“{text.strip()[:80]}” cannot be used for {name}: {_wanted(name)}.") from error


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


def _effect(name: str) -> str:
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
        return _TEXT_KINDS.get(name, "address" if "_url" in name else "names")
    return "folder" if annotation is Path else "choice"


def _choices(name: str) -> tuple[str, ...]:
    kind = _kind(name)
    if kind == "switch":
        return ("true", "false")
    return tuple(get_args(Settings.model_fields[name].annotation)) if kind == "choice" else ()


def _wanted(name: str) -> str:
    """Return the allowed values of a setting, as a clause."""
    if name not in Settings.model_fields:
        return "this is not a setting"
    limits = {key: value for each in Settings.model_fields[name].metadata for key, value in _limit(each).items()}
    match _kind(name):
        case "switch" | "choice":
            wanted = " or ".join(_choices(name))
        case "number":
            wanted = f"a whole number from {limits['ge']:,} to {limits['le']:,}"
        case "size":
            wanted = "a size such as 500MB or 10GB, or a number of bytes,"
        case "names":
            wanted = WANTED.get(name, "a list of names, separated by commas,")
        case "address":
            wanted = "an address such as https://example.org/api, without a user name and a key,"
        case "code":
            wanted = "a code of two letters, such as en for a language or US for a country,"
        case "executor":
            wanted = "auto, threads, processes or the address of a Dask scheduler, such as dask://host:8786,"
        case _:
            wanted = "a folder"
    return f"{wanted} is needed"


def _limit(limit: Any) -> dict[str, Any]:
    """Return a limit of a field (`Ge(ge=1)`) as name and value."""
    return {name: getattr(limit, name) for name in ("ge", "le") if hasattr(limit, name)}


def _text(name: str, value: Any) -> str:
    """Return a value as a user types it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if _kind(name) != "size":
        return str(value)
    size = int(value)
    unit = next((unit for unit, factor in _UNITS.items() if size and size % factor == 0), "")
    return f"{size // _UNITS[unit]}{unit}" if unit else str(size)


def store(home: Path, name: str, value: Any | None) -> None:
    """
    Store one value in the settings file, or remove it (None). All other bytes of the file stay unchanged.

    Raises:
        UsageError: The file cannot be parsed, or its structure does not allow the change.
        StoreError: The file cannot be written.

    """
    settings_file.store(home, name, _text(name, value) if isinstance(value, str | ByteSize) else value)
