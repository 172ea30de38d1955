"""
The keys of providers: from the environment, or from `provider_keys.toml` in the home.

The file must belong to the user alone (mode 0600). Keys are never part of a log, an error, an answer or a `repr`.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

__all__ = ["FILE_NAME", "KEY_NAMES", "ProviderKeys", "load"]

FILE_NAME = "provider_keys.toml"
KEY_NAMES = (
    "tmdb_api_key",
    "tmdb_access_token",
    "omdb_api_key",
    "tvdb_api_key",
    "tvdb_pin",
    "fanarttv_api_key",
    "fanarttv_client_key",
)


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys by name, and the reason if the file of keys is not used."""

    keys: Mapping[str, SecretStr]
    problem: str = ""

    def get(self, name: str) -> str:
        """Return a key; "" if it is not set."""
        key = self.keys.get(name)
        return key.get_secret_value() if key else ""


def load(home: Path) -> ProviderKeys:
    """Return the keys of the environment (`INDEXIUM_TMDB_API_KEY`) and of the file; the environment has priority."""
    from_file, problem = _read(home / FILE_NAME)
    environment = {name.upper(): value for name, value in os.environ.items()}
    found = {}
    for name in KEY_NAMES:
        key = environment.get(f"INDEXIUM_{name.upper()}", "").strip() or from_file.get(name, "")
        if key.isascii() and key.isprintable() and key:
            found[name] = SecretStr(key)
        elif key:
            problem = problem or f"The key {name} has characters that no key has. Copy it again."
    return ProviderKeys(found, problem)


def _read(path: Path) -> tuple[Mapping[str, str], str]:
    """Return the keys of the file, and the reason if it cannot be used. The reason has no part of the content."""
    try:
        with path.open("rb") as file:
            if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                return {}, f"Other users can read the keys in {path}. Run: chmod 600 {path}"
            content = tomllib.load(file)
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"The keys in {path} cannot be read: {error.strerror or type(error).__name__}."
    except ValueError:
        return {}, f'{path} is not a TOML file. Write one line for each key: tmdb_api_key = "…"'
    return {name: value.strip() for name, value in content.items() if isinstance(value, str)}, ""
