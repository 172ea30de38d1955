"""
Settings: one table of name, type, default and help.

Environment variables (`INDEXIUM_*`) win over the settings file (`settings.toml` in the home), the file over the
defaults. Nothing else in the program reads the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import ByteSize, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from indexium_core import errors

__all__ = ["Settings", "default_home", "load"]


def default_home() -> Path:
    """Return the platform's data folder for Indexium."""
    return Path(platformdirs.user_data_dir("indexium", appauthor=False))


def _size(default: str, description: str) -> Any:
    return Field(default, ge=0, description=description)


class Settings(BaseSettings):
    """Everything that can be set. Sizes are in bytes and may be written as `10GB` (powers of 1,000)."""

    model_config = SettingsConfigDict(env_prefix="INDEXIUM_", extra="ignore")

    home: Path = Field(default_factory=default_home, description="Folder of the database, backups and logs.")
    metadata_max_concurrent_writes: int = Field(3, ge=1, le=64, description="Files written at the same time.")
    metadata_backup_retention_days: int = Field(
        90, ge=1, le=36500, description="Days for which a write can be taken back."
    )
    backup_budget: ByteSize = _size("10GB", "Room for backups; where more is needed, the oldest originals go first.")
    rewrite_warn_size: ByteSize = _size("1GB", "From this size on a file that has to be copied whole is a warning.")
    faststart: Literal["keep", "any"] = Field(
        "keep", description="keep: an mp4 whose index stands in front keeps it there; any: it may go to the end."
    )
    metadata_enable_websocket: bool = Field(
        default=True, description="False: pages poll every 2 s, without being told."
    )
    metadata_preview_page_size: int = Field(50, ge=1, le=1000, description="Rows of one page of the plan.")
    metadata_enable_inline_edit: bool = Field(default=True, description="False hides Edit in the dashboard.")
    max_operation_items: int = Field(1_000_000, ge=1, le=10**9, description="Largest number of files of one operation.")
    preserve_mtime: bool = Field(default=False, description="True: a write leaves the modification time as it was.")
    probe_threads: int = Field(8, ge=1, le=128, description="Files probed at the same time.")
    log_retention_days: int = Field(30, ge=1, le=36500, description="Days for which log files are kept.")

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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(chosen) / "settings.toml")


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
        name = "INDEXIUM_" + "_".join(str(part) for part in first["loc"]).upper()
        message = f"{name} is set to {first['input']!r}: {first['msg'].lower()}."
        raise errors.UsageError(message) from error
    except ValueError as error:
        message = f"The settings file cannot be read: {error}. Mend or remove settings.toml in the home folder."
        raise errors.UsageError(message) from error
