"""
The keys of providers: from the environment, or from `provider_keys.toml` in the home.

The file must belong to the user alone (mode 0600). Keys are never part of a log, an error, an answer or a `repr`.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from indexium_core.keys import key_file
from indexium_core.model.providers.registry import key_names

FILE_NAME = "provider_keys.toml"
_LONGEST_NAME = 30  # of a name in a message
_IS_NAME = re.compile(r"[A-Za-z_]{1,30}")


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys by name, and what is wrong with the file of keys."""

    keys: Mapping[str, SecretStr]
    problem: str = ""  # why the file or a key is not used
    warning: str = ""  # what is wrong with one of its lines
    meant: str = ""  # the key that this line may mean; "" if it is not similar to any
    of_environment: frozenset[str] = frozenset()  # the names of the keys that the environment sets

    def get(self, name: str) -> str:
        """Return a key; "" if it is not set."""
        key = self.keys.get(name)
        return key.get_secret_value() if key else ""


def load(home: Path) -> ProviderKeys:
    """Return the keys of the environment (`INDEXIUM_TMDB_API_KEY`) and of the file; the environment has priority."""
    from_file, problem, warning, meant = _read(home / FILE_NAME)
    environment = {name.upper(): value for name, value in os.environ.items()}
    set_there = {name: environment.get(f"INDEXIUM_{name.upper()}", "").strip() for name in key_names()}
    found = {}
    for name, own in set_there.items():
        key = own or from_file.get(name, "")
        if key.isascii() and key.isprintable() and key:
            found[name] = SecretStr(key)
        elif key:
            problem = problem or f"The key {name} has characters that no key has. Copy it again."
    of_environment = frozenset(name for name, key in set_there.items() if key)
    return ProviderKeys(found, problem, warning, meant, of_environment)


def store(home: Path, name: str, key: str | None) -> None:
    """
    Store a key in the file, or remove it (None). All other lines stay the same; only the user can read the file.

    Raises:
        UsageError: The file is not a TOML file; the message has nothing of its content.
        StoreError: The file cannot be read or written.

    """
    key_file.store(home / FILE_NAME, name, key)


def _read(path: Path) -> tuple[Mapping[str, str], str, str, str]:
    """Return the keys of the file, the reason if it cannot be used (without its content), and `_wrong_line`."""
    content, problem = key_file.read(path, example=key_names()[0])
    if problem:
        return {}, problem, "", ""
    keys = {name: value.strip() for name, value in content.items() if isinstance(value, str)}
    return keys, "", *_wrong_line(path, content)


def _wrong_line(path: Path, content: Mapping[str, object]) -> tuple[str, str]:
    """Return a sentence about the first name that is no key, or has no text, and the key that it may mean."""
    names = key_names()
    for name, value in content.items():
        if name not in names:
            shown = name[:_LONGEST_NAME] if _IS_NAME.fullmatch(name) else "…"  # a key in place of a name is not shown
            near = difflib.get_close_matches(name.lower()[:_LONGEST_NAME], names, n=1)
            remedy = f"Did you mean {near[0]}?" if near else f"The names are {', '.join(names)}."
            return f"{path} has an unknown name, {shown}. {remedy}", near[0] if near else ""
        if not isinstance(value, str):
            return f'The key {name} in {path} is not in quotes. Write {name} = "…"', name
    return "", ""
